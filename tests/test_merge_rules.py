"""Each gap rule: fires, stays silent, and at its edges."""

from dataclasses import replace
from datetime import date

import pytest

from taskxl.findings import Finding, declared_rules
from taskxl.merge.counts import count_month
from taskxl.merge.gaps import GapRule, gap_rules
from taskxl.merge.month import merge_month
from taskxl.model import Month, Office, Period, Return, Revision
from tests.months import (
    APRIL,
    REPORT_DAY,
    SETTINGS,
    codes_of,
    make_master,
    make_month,
    make_returns,
    read_rows,
)


@pytest.mark.parametrize("one", gap_rules(), ids=lambda one: one.rule.code)
def test_every_rule_speaks_on_its_bad_example_and_is_silent_on_its_good_one(one: GapRule) -> None:
    assert one.rule.code in codes_of(make_month(one.rule.bad))
    assert one.rule.code not in codes_of(make_month(one.rule.good))


def test_every_code_of_the_design_is_declared() -> None:
    declared = {rule.code for rule in declared_rules()}
    assert {f"G4{number:02d}" for number in range(1, 15)} <= declared
    assert {"R207", "R208", "R209"} <= declared


def found(code: str, table: str, **setting: object) -> list[tuple[str | None, str]]:
    """Return office and severity of each finding of a code in the month that the table tells of."""
    month = make_month(table, **setting)  # type: ignore[arg-type]
    return [(f.office, f.severity) for f in month.findings if f.code == code]


LATENESS = [
    # receipt, 填报日期, what is found
    ("2021-04-25T23:59", "2021-04-20", None),
    ("2021-04-26T00:00", "2021-04-20", "warning"),
    ("文件2021-04-26", "2021-04-20", "info"),
    ("文件2021-04-26", "", "info"),
    ("文件2021-04-28", "2021-04-27", "warning"),
    ("文件2021-04-25", "2021-04-27", None),
]


@pytest.mark.parametrize(("received", "dated", "severity"), LATENESS)
def test_late_is_after_the_report_day_by_mail_then_file_time(
    received: str, dated: str, severity: str | None
) -> None:
    table = f"""
        | 股室   | 收到 | 填报日期 |
        | 基教股 | {received} | {dated} |
    """
    assert found("G402", table) == ([("基教股", severity)] if severity else [])


@pytest.mark.parametrize(("received", "dated", "severity"), LATENESS)
def test_an_office_is_counted_late_only_where_that_is_certain(
    received: str, dated: str, severity: str | None
) -> None:
    """When the 办公室 saves its mail's attachments on the 27th, nobody is late by that."""
    month = make_month(f"| 股室 | 收到 | 填报日期 |\n| 基教股 | {received} | {dated} |")
    late = severity == "warning"
    assert month.offices[0].state == ("late" if late else "submitted")
    assert count_month(month).rates["punctuality"].done == (0 if late else 1)


def test_without_any_receipt_the_forms_own_date_decides() -> None:
    rows = read_rows("| 股室 | 填报日期 |\n| 基教股 | 2021-04-27 |")
    for dated, state in ((date(2021, 4, 27), "late"), (None, "submitted")):
        (ret,) = make_returns(rows)
        form = replace(ret.submissions[0], reported_on=dated)
        bare = replace(ret, received_at=None, submissions=(form,))
        month = merge_month(make_master(rows), APRIL, REPORT_DAY, [bare])
        assert month.offices[0].state == state
        assert month.offices[0].receipt == ("form" if dated else "")


MILESTONES = [
    # as of, due, 完成情况, light, days over, code and severity
    ("2021-04-25", "2021-04-25", "", "near", 0, ("G407", "info")),
    ("2021-04-25", "2021-04-24", "未完成", "overdue", 1, ("G406", "error")),
    ("2021-04-25", "2021-04-24", "申请延期", "overdue", 1, ("G406", "warning")),
    ("2021-04-25", "2021-04-24", "", "overdue", 1, ("G406", "warning")),
    ("2021-04-25", "2021-04-24", "差不多了", "overdue", 1, ("G406", "warning")),
    ("2021-04-25", "2021-04-24", "已完成", "done", None, None),
    ("2021-04-25", "2021-04-10", "未完成", "overdue", 15, ("G406", "error")),
    ("2021-04-25", "2021-04-09", "未完成", "severe", 16, ("G406", "error")),
    ("2021-04-25", "2021-05-02", "", "near", -7, ("G407", "info")),
    ("2021-04-25", "2021-05-03", "", "on time", -8, None),
    ("2021-04-25", "", "", "unknown", None, None),
    ("2021-04-25", "", "未完成", "unknown", None, None),
    # month end, leap day, year end
    ("2021-04-30", "2021-04-30", "未完成", "near", 0, ("G407", "info")),
    ("2024-03-01", "2024-02-29", "未完成", "overdue", 1, ("G406", "error")),
    ("2024-02-29", "2024-02-29", "未完成", "near", 0, ("G407", "info")),
    ("2021-12-31", "2022-01-01", "", "near", -1, ("G407", "info")),
]


@pytest.mark.parametrize(("as_of", "due", "said", "light", "over", "expected"), MILESTONES)
def test_a_milestone_is_judged_by_its_day_and_by_what_is_said(
    as_of: str,
    due: str,
    said: str,
    light: str,
    over: int | None,
    expected: tuple[str, str] | None,
) -> None:
    table = f"| 股室 | 填报日期 | 节点时限 | 完成情况 |\n| 基教股 | {as_of} | {due} | {said} |"
    month = make_month(table, as_of=date.fromisoformat(as_of))
    assert [(s.light, s.days_over) for s in month.milestones] == [(light, over)]
    found_here = [(f.code, f.severity) for f in month.findings if f.code in ("G406", "G407")]
    assert found_here == ([expected] if expected else [])


def test_thresholds_come_from_the_settings() -> None:
    table = "| 股室 | 节点时限 |\n| 基教股 | 2021-04-28 |\n| 计财股 | 2021-04-22 |"
    settings = replace(SETTINGS, near_days=2, severe_days=2)
    assert [s.light for s in make_month(table, settings).milestones] == ["on time", "severe"]


def test_who_has_not_returned_is_not_accused_of_late_work() -> None:
    table = "| 股室 | 收到 | 节点时限 |\n| 基教股 | | 2021-03-31 |"
    month = make_month(table)
    assert [(f.code, f.severity) for f in month.findings] == [("G401", "error"), ("G406", "info")]
    assert "无法判断" in month.findings[1].message


def test_a_vague_date_or_a_hint_in_the_text_makes_an_overdue_milestone_a_question() -> None:
    vague = "| 股室 | 节点时限 | 完成情况 | 存疑 |\n| 基教股 | 2021-03-31 | 未完成 | 3月初是估计 |"
    hint = """
        | 股室   | 节点时限   | 进展情况                           |
        | 基教股 | 2021-03-31 | 3月25日已完成可行性研究和风险评估。 |
    """
    plan = """
        | 股室   | 节点时限   | 进展情况                             |
        | 基教股 | 2021-03-31 | 预计下月完成可行性研究和风险评估报告。 |
    """
    assert found("G406", vague) == found("G406", hint) == [("基教股", "info")]
    assert found("G406", plan) == [("基教股", "warning")]


def test_a_milestone_stays_done_unless_the_office_says_otherwise() -> None:
    stays = "| 股室 | 节点时限 | 上月节点 |\n| 基教股 | 2021-03-31 | 已完成 |"
    month = make_month(stays)
    assert [s.light for s in month.milestones] == ["done"]
    assert codes_of(month) == []
    back = "| 股室 | 节点时限 | 上月节点 | 完成情况 |\n| 基教股 | 2021-03-31 | 已完成 | 未完成 |"
    month = make_month(back)
    assert [s.light for s in month.milestones] == ["severe"]
    assert "G409" in codes_of(month)


def test_a_finished_task_has_finished_milestones_as_long_as_it_is_called_finished() -> None:
    table = "| 股室 | 节点时限 | 进度状态 |\n| 基教股 | 2021-03-31 | 已完成 |"
    assert [s.light for s in make_month(table).milestones] == ["done"]
    later = """
        | 股室   | 节点时限   | 上月状态 | 进度状态 |
        | 基教股 | 2021-03-31 | 已完成   | 正常推进 |
    """
    assert [s.light for s in make_month(later).milestones] == ["severe"]


def test_finished_with_milestones_still_ahead_is_a_question() -> None:
    table = "| 股室 | 节点时限 | 进度状态 |\n| 基教股 | 2021-12-31 | 已完成 |"
    assert found("G408", table) == [("基教股", "info")]


def test_the_first_month_has_no_last_month() -> None:
    table = "| 股室 | 进展情况 |\n| 基教股 | 完成3所学校选址。 |"
    month = make_month(table, period=Period(2021, 1), as_of=date(2021, 1, 25))
    assert not {"G405", "G409", "G414"} & set(codes_of(month))


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        ("完成3所学校选址，走访师生200人。", "完成 3 所学校选址；走访师生200人", "warning"),
        ("完成3所学校选址，走访师生200人。", "完成3所学校选址，走访师生220人。", None),
        (
            "组织专家评审会，修改完善建设方案，征求财政和自然资源部门意见。",
            "组织专家评审会，修改完善建设方案，已征求财政和自然资源部门意见。",
            "info",
        ),
        ("组织专家评审会。", "下达第一批资金，启动招标。", None),
        (" ", " ", None),
    ],
)
def test_the_same_text_as_last_month_is_measured(last: str, now: str, expected: str | None) -> None:
    table = f"| 股室 | 节点时限 | 上月进展 | 进展情况 |\n| 基教股 | 2021-12-31 | {last} | {now} |"
    assert found("G405", table) == ([("基教股", expected)] if expected else [])


@pytest.mark.parametrize(
    ("text", "hollow"),
    [
        ("正常推进。", True),
        ("同上月", True),
        ("按照工作要求，该项工作正在稳步推进中。", True),
        ("无", True),
        ("1", True),
        ("已招标", False),
        ("正在推进，完成率60%。", False),
        ("已印发方案", False),
        ("正在推进，完成5%", False),
        ("已完成5％。", False),
        ("已完成", True),
    ],
)
def test_a_text_of_stock_phrases_says_nothing(text: str, hollow: bool) -> None:
    table = f"| 股室 | 进展情况 |\n| 基教股 | {text} |"
    assert found("G411", table) == ([("基教股", "warning")] if hollow else [])


def test_blank_progress_is_silent_where_the_reader_has_said_why() -> None:
    rows = read_rows("| 股室 | 进展情况 | 进度状态 |\n| 基教股 | | 正常推进 |")
    (ret,) = make_returns(rows)
    for code, cell, expected in (
        ("E306", "F5", []),
        ("E307", "F3", ["info"]),
        ("E304", "E5", ["error"]),
    ):
        said = Finding(code, "warning", "…", "基教股", "9", "基教股.xlsx", "进展情况表", cell)
        month = merge_month(make_master(rows), APRIL, REPORT_DAY, [replace(ret, findings=(said,))])
        assert [f.severity for f in month.findings if f.code == "G404"] == expected


def test_a_row_that_is_gone_is_said_once_and_a_task_the_form_never_had_is_a_question() -> None:
    rows = read_rows("| 股室 | 任务 |\n| 基教股 | 1 |\n| 基教股 | 2 |")
    (ret,) = make_returns(rows)
    form = ret.submissions[0]
    short = replace(ret, submissions=(replace(form, entries=form.entries[:1]),))
    gone = Finding("E302", "warning", "少了第2项", "基教股", "2", "基教股.xlsx")
    for findings, expected in (((gone,), ["E302"]), ((), ["G404"])):
        returns = [replace(short, findings=findings)]
        month = merge_month(make_master(rows), APRIL, REPORT_DAY, returns)
        assert codes_of(month) == expected


def test_a_finished_task_may_stay_blank_and_stays_finished() -> None:
    table = """
        | 股室   | 上月状态 | 进度状态 | 进展情况 | 存在问题 |
        | 基教股 | 已完成   |          |          |          |
    """
    month = make_month(table)
    assert codes_of(month) == []
    assert count_month(month).tasks["已完成"] == 1


@pytest.mark.parametrize(
    ("last", "now", "backwards"),
    [
        ("已完成", "进度滞后", True),
        ("正常推进", "尚未启动", True),
        ("进度滞后", "正常推进", False),
        ("正常推进", "", False),
        ("基本完成", "尚未启动", False),
    ],
)
def test_which_statuses_are_backwards(last: str, now: str, backwards: bool) -> None:
    table = f"| 股室 | 上月状态 | 进度状态 |\n| 基教股 | {last} | {now} |"
    assert bool(found("G409", table)) is backwards


@pytest.mark.parametrize(
    ("status", "state", "note", "obstacles", "expected"),
    [
        ("进度滞后", "", "", "", True),
        ("进度滞后", "", "", "暂无。", True),
        ("进度滞后", "", "", "审图退回，月底前重报。", False),
        ("正常推进", "未完成", "", "", True),
        ("正常推进", "未完成", "等待批复", "", False),
        ("正常推进", "", "", "", False),
        ("尚未启动", "", "", "", False),
    ],
)
def test_who_is_behind_must_say_why(
    status: str, state: str, note: str, obstacles: str, expected: bool
) -> None:
    table = f"""
        | 股室 | 节点时限 | 完成情况 | 说明 | 进度状态 | 存在问题 |
        | 基教股 | 2021-04-19 | {state} | {note} | {status} | {obstacles} |
    """
    assert bool(found("G410", table)) is expected


def test_a_supporting_offices_own_part_may_lag() -> None:
    table = """
        | 股室   | 任务 | 职责 | 进度状态 |
        | 基教股 | 1    | 牵头 | 正常推进 |
        | 计财股 | 1    | 协办 | 进度滞后 |
    """
    assert found("G413", table) == [("基教股", "info")]


def test_a_run_of_missing_months_ends_where_a_month_is_not_known() -> None:
    rows = read_rows("| 股室 | 收到 |\n| 计财股 | |")
    master = make_master(rows)
    months = {n: merge_month(master, Period(2021, n), date(2021, n, 25), []) for n in (1, 2, 3)}
    for known, run in (((1, 2, 3), 4), ((1, 3), 2), ((1, 2), None)):
        month = merge_month(master, APRIL, REPORT_DAY, [], [months[n] for n in known])
        texts = [f.message for f in month.findings if f.code == "G414"]
        assert len(texts) == (1 if run else 0)
        assert all(f"连续 {run} 个月" in text for text in texts)


def test_an_office_renamed_in_mid_year_keeps_its_past() -> None:
    rows = read_rows("| 股室 | 收到 | 进展情况 |\n| 计财股 | | 下达经费210万元。 |")
    march = merge_month(make_master(rows), Period(2021, 3), date(2021, 3, 25), [])
    master = make_master(rows)
    task = replace(master.tasks[0], lead_offices=("财审股",))
    renamed = replace(master, tasks=(task,), offices=(Office("财审股", aliases=("计财股",)),))
    month = merge_month(renamed, APRIL, REPORT_DAY, [], [march])
    assert [(f.code, f.office) for f in month.findings] == [("G401", "财审股"), ("G414", "财审股")]


def test_a_date_that_is_no_date_is_not_called_blank_as_well() -> None:
    rows = read_rows("| 股室 | 填报日期 |\n| 基教股 | |")
    (ret,) = make_returns(rows)
    said = Finding("E305", "warning", "…", "基教股", None, "基教股.xlsx", "进展情况表", "G3")
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [replace(ret, findings=(said,))])
    assert codes_of(month) == ["E305"]


def test_findings_are_in_the_order_of_severity_office_task_and_code() -> None:
    month = make_month("""
        | 股室   | 收到       | 审定 | 进度状态 | 进展情况   | 节点时限   | 完成情况 |
        | 计财股 | 2021-04-26 | 同意 | 正常推进 |            | 2021-04-30 |          |
        | 基教股 | 2021-04-20 |      | 正常推进 | 正在推进中 | 2021-04-19 | 未完成   |
        | 人事股 |            | 同意 | 正常推进 | 考察12人。 | 2021-04-20 |          |
    """)
    assert [(f.severity, f.office, f.task, f.code) for f in month.findings] == [
        ("error", "计财股", "1", "G404"),
        ("error", "基教股", "2", "G406"),
        ("error", "人事股", None, "G401"),
        ("warning", "计财股", None, "G402"),
        ("warning", "基教股", "2", "G408"),
        ("warning", "基教股", "2", "G411"),
        ("warning", "基教股", None, "G403"),
        ("info", "计财股", "1", "G407"),
        ("info", "人事股", "3", "G406"),
    ]


def test_severe_is_said_only_of_what_the_office_itself_calls_unfinished() -> None:
    for said, severe in (("未完成", True), ("", False)):
        month = make_month(f"| 股室 | 节点时限 | 完成情况 |\n| 基教股 | 2021-03-01 | {said} |")
        (message,) = [f.message for f in month.findings if f.code == "G406"]
        assert ("严重滞后" in message) is severe


def test_an_unanswered_milestone_points_to_the_cell_to_fill() -> None:
    month = make_month("| 股室 | 节点时限 | 完成情况 |\n| 基教股 | 2021-04-01 | |")
    (finding,) = [f for f in month.findings if f.code == "G406"]
    assert (finding.file, finding.sheet, finding.cell) == ("基教股.xlsx", "节点完成情况", "E5")


def test_a_refused_file_that_bears_the_offices_name_is_pointed_to() -> None:
    rows = read_rows("| 股室 | 收到 |\n| 基教股 | |\n| 计财股 | |")
    scan = Return("基教股（盖章）.pdf", code="R203", reason="这是 PDF。")
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [scan])
    said = {f.office: f.message for f in month.findings if f.code == "G401"}
    assert "基教股（盖章）.pdf" in said["基教股"]
    assert "pdf" not in said["计财股"]


def test_an_untouched_prefill_is_last_months_text_whatever_its_mark() -> None:
    table = """
        | 股室   | 节点时限   | 上月进展           | 进展情况                 |
        | 基教股 | 2021-12-31 | 完成3所学校的选址。 | 〔上月〕完成3所学校的选址。 |
    """
    assert found("G405", table) == [("基教股", "warning")]


def test_the_leap_day_is_a_day_like_any_other() -> None:
    settings = replace(SETTINGS, year=2024)
    leap = {"settings": settings, "period": Period(2024, 2), "as_of": date(2024, 2, 29)}
    late = "| 股室 | 收到 |\n| 基教股 | 2024-02-29T23:59 |\n| 计财股 | 2024-03-01T00:00 |"
    assert found("G402", late, **leap) == [("计财股", "warning")]
    near = "| 股室 | 节点时限 |\n| 基教股 | 2024-02-29 |\n| 计财股 | 2024-03-01 |"
    before = {**leap, "as_of": date(2024, 2, 22)}
    assert found("G407", near, **before) == [("基教股", "info")]
    done = """
        | 股室   | 节点时限   | 完成情况 | 完成日期   |
        | 基教股 | 2024-02-29 | 已完成   | 2024-02-29 |
        | 计财股 | 2024-02-29 | 已完成   | 2024-03-01 |
    """
    assert found("G408", done, **leap) == [("计财股", "info")]


@pytest.mark.parametrize("said", ["", "未完成", "已完成"])
@pytest.mark.parametrize("status", ["正常推进", "进度滞后"])
def test_a_milestone_without_a_date_accuses_nobody(said: str, status: str) -> None:
    table = f"| 股室 | 节点时限 | 完成情况 | 进度状态 |\n| 基教股 | | {said} | {status} |"
    assert codes_of(make_month(table)) == []


def test_who_asks_for_more_time_must_say_why_even_before_the_day() -> None:
    for note, expected in (("", [("基教股", "warning")]), ("等待批复", [])):
        table = f"""
            | 股室   | 节点时限   | 完成情况 | 说明   | 存在问题 |
            | 基教股 | 2021-12-31 | 申请延期 | {note} |          |
        """
        assert found("G410", table) == expected


def test_offices_merged_in_mid_year_are_missing_only_where_both_were() -> None:
    rows = read_rows("| 股室 | 收到 |\n| 计财股 | |\n| 人事股 | 2021-03-20 |")
    split = make_master(rows)
    tasks = tuple(replace(task, lead_offices=("综合股",)) for task in split.tasks)
    merged = replace(split, tasks=tasks, offices=(Office("综合股", aliases=("计财股", "人事股")),))
    one_came = make_returns(rows, Period(2021, 3))
    for returns, expected in ((one_came, []), ([], ["综合股"])):
        march = merge_month(split, Period(2021, 3), date(2021, 3, 25), returns)
        month = merge_month(merged, APRIL, REPORT_DAY, [], [march])
        assert [s.office for s in month.offices] == ["综合股"]
        assert [f.office for f in month.findings if f.code == "G414"] == expected


def test_offices_merged_in_mid_year_keep_what_each_of_them_said() -> None:
    rows = read_rows("| 股室 |\n| 计财股 |\n| 人事股 |")
    split = make_master(rows)
    march = merge_month(
        split, Period(2021, 3), date(2021, 3, 25), make_returns(rows, Period(2021, 3))
    )
    merged = replace(split, offices=(Office("综合股", aliases=("计财股", "人事股")),))
    month = merge_month(merged, APRIL, REPORT_DAY, make_returns(rows), [march])
    repeated = [(f.office, f.task) for f in month.findings if f.code == "G405"]
    assert repeated == [("综合股", "1"), ("综合股", "2")]


def test_lead_and_supporting_office_contradict_on_a_milestone() -> None:
    table = """
        | 股室   | 任务 | 职责 | 节点时限   | 完成情况 | 完成日期   |
        | 基教股 | 1    | 牵头 | 2021-04-20 |          | 2021-04-12 |
        | 计财股 | 1    | 协办 | 2021-04-20 | 未完成   |            |
    """
    (message,) = [f.message for f in make_month(table).findings if f.code == "G413"]
    assert "牵头的基教股报“已完成”，协办的计财股报“未完成”" in message


def test_quotation_marks_inside_a_name_become_single_ones() -> None:
    rows = read_rows("| 股室 | 进展情况 |\n| 基教股 | |")
    master = make_master(rows)
    tasks = (replace(master.tasks[0], title="深化“县管校聘”改革"),)
    month = merge_month(replace(master, tasks=tasks), APRIL, REPORT_DAY, make_returns(rows))
    assert [f.message[:20] for f in month.findings] == ["第1项“深化‘县管校聘’改革”的进展情况"]


def test_a_milestone_may_be_named_with_a_word_that_else_means_a_plan() -> None:
    rows = read_rows("""
        | 股室   | 节点时限   | 完成情况 | 进展情况                      |
        | 基教股 | 2021-02-28 |          | 2月26日已完成开学准备工作。     |
        | 计财股 | 2021-02-28 |          | 开学准备工作未完成，操场仍在铺设。 |
    """)
    master = make_master(rows)
    named = "二是2月底前完成开学准备工作。"
    tasks = tuple(
        replace(t, milestones=(replace(t.milestones[0], text=named),)) for t in master.tasks
    )
    month = merge_month(replace(master, tasks=tasks), APRIL, REPORT_DAY, make_returns(rows))
    said = [(f.office, f.severity) for f in month.findings if f.code == "G406"]
    assert said == [("计财股", "warning"), ("基教股", "info")]


FILLED = [
    # 填报日期, 收到, due, 完成情况, severity of G406
    ("2021-04-20", "2021-04-20", "2021-04-19", "未完成", "error"),
    ("2021-04-20", "2021-04-20", "2021-04-20", "未完成", "info"),
    ("2021-04-20", "2021-04-20", "2021-04-24", "未完成", "info"),
    ("2021-04-20", "2021-04-20", "2021-04-24", "", "info"),
    ("2021-04-20", "2021-04-20", "2021-04-24", "申请延期", "warning"),
    # a blank date, and one left over from last month: the day of receipt
    ("", "2021-04-25", "2021-04-24", "未完成", "error"),
    ("", "2021-04-22", "2021-04-24", "未完成", "info"),
    ("2021-03-20", "2021-04-25", "2021-04-24", "未完成", "error"),
    ("2021-03-20", "2021-04-22", "2021-04-24", "未完成", "info"),
    # filled before, received after
    ("2021-04-20", "2021-04-26", "2021-04-24", "未完成", "info"),
]


@pytest.mark.parametrize(("dated", "received", "due", "said", "severity"), FILLED)
def test_who_filled_the_form_before_the_day_was_over_is_not_accused(
    dated: str, received: str, due: str, said: str, severity: str
) -> None:
    table = f"""
        | 股室 | 填报日期 | 收到 | 节点时限 | 完成情况 | 存在问题 |
        | 基教股 | {dated} | {received} | {due} | {said} | |
    """
    assert found("G406", table) == [("基教股", severity)]
    accused = severity == "error"
    assert bool(found("G408", table)) is accused, "正常推进 beside what was not yet due"
    assert bool(found("G410", table)) is (severity != "info"), (
        "no reason asked for what was not due"
    )


def test_what_was_not_yet_due_is_said_with_the_day_of_the_form() -> None:
    month = make_month("| 股室 | 节点时限 | 完成情况 |\n| 基教股 | 2021-04-24 | 未完成 |")
    (message,) = [f.message for f in month.findings if f.code == "G406"]
    assert "基教股填报时（4月20日）还没有到期。请核实是否已按时完成。" in message


def test_asking_for_more_time_is_not_at_odds_with_being_on_the_way() -> None:
    for status, expected in (("正常推进", []), ("已完成", [("基教股", "warning")])):
        table = f"""
            | 股室   | 节点时限   | 完成情况 | 进度状态 |
            | 基教股 | 2021-04-10 | 申请延期 | {status} |
        """
        assert found("G408", table) == expected


def test_a_supporting_offices_word_on_a_milestone_is_not_the_leading_ones() -> None:
    table = """
        | 股室   | 任务 | 职责 | 节点时限   | 完成情况 |
        | 基教股 | 1    | 牵头 | 2021-04-10 |          |
        | 计财股 | 1    | 协办 | 2021-04-10 | 未完成   |
    """
    assert found("G406", table) == [("基教股", "warning")]
    (message,) = [f.message for f in make_month(table).findings if f.code == "G406"]
    assert "协办的计财股报未完成，牵头的基教股没有报" in message


@pytest.mark.parametrize(
    ("status", "severity"),
    [("正常推进", "info"), ("", "info"), ("进度滞后", "warning"), ("尚未启动", "warning")],
)
def test_a_form_that_has_no_row_for_a_milestone_does_not_leave_it_unanswered(
    status: str, severity: str
) -> None:
    rows = read_rows(f"| 股室 | 节点时限 | 进度状态 |\n| 基教股 | 2021-04-10 | {status} |")
    (ret,) = make_returns(rows)
    form = replace(ret.submissions[0], milestones=())
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [replace(ret, submissions=(form,))])
    assert [f.severity for f in month.findings if f.code == "G406"] == [severity]


def test_an_uncertain_date_asks_nobody_for_reasons() -> None:
    table = """
        | 股室   | 节点时限   | 完成情况 | 存疑       | 存在问题 |
        | 基教股 | 2021-03-31 | 未完成   | 3月初是估计 |          |
    """
    assert found("G410", table) == []


def make_year(*tables: str) -> list[Month]:
    """Merge the months that the tables tell of, one after the other, from January on."""
    past: list[Month] = []
    for number, table in enumerate(tables, 1):
        rows, period = read_rows(table), Period(2021, number)
        day = date(2021, number, 25)
        past.append(merge_month(make_master(rows), period, day, make_returns(rows, period), past))
    return past


def told(month: Month, code: str) -> list[str]:
    return [f.message for f in month.findings if f.code == code]


STEP = "| 股室 | 节点时限 | 完成情况 | 进度状态 |\n| 基教股 | 2021-01-20 | {} | {} |"


def test_a_milestone_taken_back_is_said_once_and_stays_open() -> None:
    said = ("已完成", "未完成", "未完成", "", "已完成")
    months = make_year(*(STEP.format(word, "正常推进") for word in said))
    assert [m.milestones[0].light for m in months] == [
        "done",
        "severe",
        "severe",
        "severe",
        "done",
    ]
    assert [len(told(month, "G409")) for month in months] == [0, 1, 0, 0, 0]


def test_a_milestone_done_with_its_task_is_open_for_good_once_the_task_is_taken_back() -> None:
    months = make_year(*(STEP.format("", word) for word in ("已完成", "正常推进", "")))
    assert [month.milestones[0].light for month in months] == ["done", "severe", "severe"]


def test_the_month_is_named_in_which_the_office_called_it_done() -> None:
    months = make_year(*(STEP.format(word, "正常推进") for word in ("已完成", "", "未完成")))
    (message,) = told(months[-1], "G409")
    assert "1月报已完成" in message


def test_no_office_is_held_to_what_another_one_called_done() -> None:
    table = """
        | 股室   | 任务 | 职责 | 节点时限   | 完成情况 |
        | 基教股 | 1    | 牵头 | 2021-01-20 | {} |
        | 计财股 | 1    | 协办 | 2021-01-20 | {} |
    """
    months = make_year(table.format("", "已完成"), table.format("未完成", ""))
    assert told(months[-1], "G409") == []


def test_a_renamed_office_is_held_to_what_it_called_done_before() -> None:
    january = STEP.format("已完成", "正常推进")
    rows = read_rows(STEP.format("未完成", "正常推进").replace("基教股", "教育股"))
    master = make_master(rows)
    renamed = replace(master, offices=(Office("教育股", aliases=("基教股",)),))
    past, period = make_year(january), Period(2021, 2)
    month = merge_month(renamed, period, date(2021, 2, 25), make_returns(rows, period), past)
    assert [f.office for f in month.findings if f.code == "G409"] == ["教育股"]


CORRECTED = [
    # the field corrected, from what the office wrote to what the 办公室 made of it; what is silent
    ("status", "正常推进", "已完成", "G408"),
    ("progress", "4月完成初步摸底。", "正在推进", "G411"),
    ("status", "正常推进", "进度滞后", "G410"),
    ("status", "正常推进", "", "G415"),
    ("progress", "4月完成初步摸底。", "", "G404"),
    ("progress", "4月完成初步摸底。", "3月完成初步摸底，走访12所学校，形成选址建议。", "G405"),
    ("status", "正常推进", "尚未启动", "G409"),
]


@pytest.mark.parametrize(("field", "was", "now", "code"), CORRECTED)
def test_no_office_answers_for_what_the_bureaus_office_wrote(
    field: str, was: str, now: str, code: str
) -> None:
    """The same words accuse the office where they are its own."""
    table = """
        | 股室   | 上月状态 | 节点时限   | 完成情况 | 存在问题 | 说明 |
        | 基教股 | 正常推进 | 2021-04-30 | 未完成   |          |      |
    """
    rows = read_rows(table)
    master, (last,) = make_master(rows), make_returns(rows, Period(2021, 3), "上月")
    march = merge_month(master, Period(2021, 3), date(2021, 3, 31), [last])
    (ret,) = make_returns(rows)
    form = ret.submissions[0]
    for said, revisions, expected in (
        (was, [Revision("1", "基教股", field, was, now)], False),
        (now, [], True),
    ):
        entry = replace(form.entries[0], **{field: said})
        came = replace(ret, submissions=(replace(form, entries=(entry,)),))
        month = merge_month(master, APRIL, REPORT_DAY, [came], [march], revisions=revisions)
        assert (code in codes_of(month)) is expected


@pytest.mark.parametrize("corrected", ["基教股", "计财股"])
def test_words_of_the_bureaus_office_contradict_nobody(corrected: str) -> None:
    rows = read_rows("""
        | 股室   | 任务 | 职责 | 进度状态 |
        | 基教股 | 1    | 牵头 | 已完成   |
        | 计财股 | 1    | 协办 | 尚未启动 |
    """)
    said = {"基教股": "已完成", "计财股": "尚未启动"}[corrected]
    other = {"基教股": "正常推进", "计财股": "正常推进"}[corrected]
    for revisions, expected in (([], 1), ([Revision("1", corrected, "status", said, other)], 0)):
        returns = make_returns(rows)
        month = merge_month(make_master(rows), APRIL, REPORT_DAY, returns, revisions=revisions)
        assert len(told(month, "G413")) == expected


def test_an_office_is_held_to_its_own_words_of_last_month_and_not_to_corrected_ones() -> None:
    rows = read_rows("| 股室 | 进度状态 | 进展情况 |\n| 基教股 | 正常推进 | 完成3所学校的选址。 |")
    master, period = make_master(rows), Period(2021, 3)
    revisions = [
        Revision("1", "基教股", "status", "正常推进", "已完成"),
        Revision("1", "基教股", "progress", "完成3所学校的选址。", "选址已报局长办公会。"),
    ]
    returns = make_returns(rows, period)
    march = merge_month(master, period, date(2021, 3, 25), returns, revisions=revisions)
    month = merge_month(master, APRIL, REPORT_DAY, make_returns(rows), [march])
    assert codes_of(month) == ["G405"]


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        ("2021-03-20", "", []),
        ("", "", [("计财股", "error")]),
        ("", "2021-04-20", []),
    ],
)
def test_two_months_without_a_return_are_a_run(
    last: str, now: str, expected: list[tuple[str, str]]
) -> None:
    table = f"| 股室 | 收到 | 上月收到 |\n| 计财股 | {now} | {last} |"
    assert found("G414", table) == expected


def test_a_refused_file_is_no_missing_month() -> None:
    rows = read_rows("| 股室 | 收到 |\n| 计财股 | |")
    master = make_master(rows)
    locked = Return("计财股.xlsx", code="R202", reason="有密码。")
    march = merge_month(master, Period(2021, 3), date(2021, 3, 25), [locked])
    month = merge_month(master, APRIL, REPORT_DAY, [], [march])
    # A file name names nobody: the office was missing in March as well.
    assert [f.code for f in month.findings] == ["G401", "G414"]


@pytest.mark.parametrize(
    ("reporter", "dated", "names"),
    [
        ("周晓禾", "2021-04-20", None),
        ("", "2021-04-20", "填报人没有填"),
        (" ", "2021-04-20", "填报人没有填"),
        ("周晓禾", "", "填报日期没有填"),
        ("", "", "填报人和填报日期没有填"),
    ],
)
def test_a_form_without_name_or_date(reporter: str, dated: str, names: str | None) -> None:
    table = f"| 股室 | 填报人 | 填报日期 |\n| 基教股 | {reporter} | {dated} |"
    messages = told(make_month(table), "G412")
    assert [message.split("。")[0] for message in messages] == ([names] if names else [])


@pytest.mark.parametrize(("approval", "said"), [("", True), ("  ", True), ("何远山", False)])
def test_a_form_without_approval(approval: str, said: bool) -> None:
    rows = read_rows("| 股室 |\n| 基教股 |")
    (ret,) = make_returns(rows)
    form = replace(ret.submissions[0], approval=approval)
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [replace(ret, submissions=(form,))])
    assert bool(told(month, "G403")) is said


@pytest.mark.parametrize(
    ("lead", "supporting", "severity"),
    [
        ("已完成", "正常推进", "warning"),
        ("已完成", "进度滞后", "warning"),
        ("已完成", "已完成", None),
        ("正常推进", "尚未启动", "info"),
        ("正常推进", "已完成", None),
        ("进度滞后", "正常推进", None),
        ("", "尚未启动", None),
        ("已完成", "", None),
        ("已完成", "差不多", None),
    ],
)
def test_which_statuses_of_lead_and_support_contradict(
    lead: str, supporting: str, severity: str | None
) -> None:
    table = f"""
        | 股室   | 任务 | 职责 | 进度状态 |
        | 基教股 | 1    | 牵头 | {lead} |
        | 计财股 | 1    | 协办 | {supporting} |
    """
    assert found("G413", table) == ([("基教股", severity)] if severity else [])


@pytest.mark.parametrize(
    ("status", "progress", "said"),
    [("", "完成选址。", True), ("正常推进", "完成选址。", False), ("", "", False)],
)
def test_a_text_without_a_status(status: str, progress: str, said: bool) -> None:
    table = f"| 股室 | 进度状态 | 进展情况 |\n| 基教股 | {status} | {progress} |"
    assert bool(found("G415", table)) is said


def test_the_same_text_of_a_finished_task_or_of_one_without_dates_accuses_nobody() -> None:
    table = """
        | 股室   | 上月状态 | 进度状态 | 上月进展       | 进展情况       |
        | 基教股 | 已完成   | 已完成   | 共选址3处。    | 共选址3处。    |
        | 计财股 | 正常推进 | 正常推进 | 下达经费2万元。 | 下达经费2万元。 |
    """
    assert found("G405", table) == [("计财股", "info")]


def test_a_new_task_in_mid_year_has_no_past() -> None:
    rows = read_rows("| 股室 | 任务 | 进展情况 |\n| 基教股 | 1 | 甲事办了2件。 |")
    more = read_rows("""
        | 股室   | 任务 | 进展情况 |
        | 基教股 | 1    | 甲事办了3件。 |
        | 基教股 | 2    | 甲事办了2件。 |
    """)
    period = Period(2021, 3)
    march = merge_month(make_master(rows), period, date(2021, 3, 25), make_returns(rows, period))
    month = merge_month(make_master(more), APRIL, REPORT_DAY, make_returns(more), [march])
    assert codes_of(month) == []
