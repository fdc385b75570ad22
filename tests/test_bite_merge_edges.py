"""Edges of a merge: remarks and file names as evidence, order, what a form that fell away leaves."""

from dataclasses import replace
from datetime import date

import pytest

from taskxl.findings import Finding
from taskxl.merge.lights import judge_milestones
from taskxl.merge.month import merge_month
from taskxl.model import FileVerdict, Month, Unplaced
from tests.months import APRIL, REPORT_DAY, make_master, make_month, make_returns, read_rows


def told(code: str, table: str) -> list[tuple[str, str]]:
    """Return severity and message of each finding of a code."""
    return [(f.severity, f.message) for f in make_month(table).findings if f.code == code]


def merged(table: str, *others: str) -> Month:
    """Merge the rows, the first office's return once more under each other name."""
    rows = read_rows(table)
    first, *rest = make_returns(rows)
    again = [replace(first, file=name, sha256=str(n) * 64) for n, name in enumerate(others, 2)]
    return merge_month(make_master(rows), APRIL, REPORT_DAY, [first, *again, *rest])


# ---------------------------------------------------------------- remarks as evidence


@pytest.mark.parametrize(
    ("progress", "remarks", "severity"),
    [
        ("", "已于四月中旬完成校园选址和评审", "info"),  # ten characters are a sentence
        ("", "四月中旬完成校园选", "error"),
        ("", "", "error"),
    ],
)
def test_a_sentence_in_the_remarks_may_be_the_progress(
    progress: str, remarks: str, severity: str
) -> None:
    table = f"| 股室 | 进展情况 | 备注 |\n| 基教股 | {progress} | {remarks} |"
    found = told("G404", table)
    assert [s for s, _ in found] == [severity]
    assert ("H5" in found[0][1]) == (severity == "info")


@pytest.mark.parametrize(
    ("remarks", "severity"), [("已报何局长审定", "info"), ("另有资金缺口", "warning")]
)
def test_an_approval_in_the_remarks_is_asked_about(remarks: str, severity: str) -> None:
    table = f"| 股室 | 审定 | 备注 |\n| 基教股 | | {remarks} |"
    assert [s for s, _ in told("G403", table)] == [severity]
    # It says nothing of who filled the form.
    table = f"| 股室 | 填报人 | 备注 |\n| 基教股 | | {remarks} |"
    assert [s for s, _ in told("G412", table)] == ["warning"]


@pytest.mark.parametrize(
    ("column", "name", "severity"),
    [
        ("审定", "基教股（已审定）.xlsx", "info"),
        ("审定", "基教股（定稿）.xlsx", "warning"),
        ("填报日期", "基教股2021年4月20日.xlsx", "info"),
        ("填报日期", "基教股（已审定）.xlsx", "warning"),
        ("填报人", "基教股（已审定）2021年4月20日.xlsx", "warning"),
    ],
)
def test_a_file_name_may_tell_the_approval_or_the_day_and_never_the_reporter(
    column: str, name: str, severity: str
) -> None:
    rows = read_rows(f"| 股室 | {column} |\n| 基教股 | |")
    (ret,) = make_returns(rows)
    (form,) = ret.submissions
    ret = replace(ret, file=name, submissions=(replace(form, file=name),))
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [ret])
    codes = {"审定": "G403", "填报日期": "G412", "填报人": "G412"}
    assert [f.severity for f in month.findings if f.code == codes[column]] == [severity]


# ---------------------------------------------------------------- milestones


def test_an_overdue_milestone_is_told_with_its_day_and_the_days_since() -> None:
    table = "| 股室 | 节点时限 | 完成情况 |\n| 基教股 | 2021-04-10 | 未完成 |"
    ((severity, message),) = told("G406", table)
    assert severity != "info"
    assert "时限是2021-04-10，到报告日已过 15 天" in message


def test_a_milestone_whose_day_is_a_reading_is_a_question() -> None:
    table = "| 股室 | 节点时限 | 完成情况 | 存疑 |\n| 基教股 | 2021-04-10 | 未完成 | {} |"
    ((severity, message),) = told("G406", table.format("月份是推出来的"))
    assert severity == "info"
    assert "月份是推出来的" in message
    ((severity, _),) = told("G406", table.format(""))
    assert severity != "info"


def test_what_was_taken_back_is_not_brought_back_by_silence() -> None:
    """Done in February, 未完成 in March, nothing said in April: it is not done."""
    table = "| 股室 | 节点时限 | 完成情况 |\n| 基教股 | 2021-06-30 | {} |"
    rows = read_rows(table.format("已完成"))
    master = make_master(rows)
    periods = (replace(APRIL, month=2), replace(APRIL, month=3))
    february, march = (
        merge_month(master, period, date(2021, period.month, 25), make_returns(rows, period))
        for period in periods
    )
    for light in ("near", "on time", "overdue", "severe"):
        taken_back = tuple(replace(one, light=light, entry=None) for one in march.milestones)
        history = [february, replace(march, milestones=taken_back)]
        (told_now,) = judge_milestones(master, REPORT_DAY, {}, {}, history)
        assert told_now.light != "done"
    (kept,) = judge_milestones(master, REPORT_DAY, {}, {}, [february])
    assert kept.light == "done"


# ---------------------------------------------------------------- blanks


@pytest.mark.parametrize("before", ["尚未启动", "正常推进", "进度滞后", "已完成"])
def test_only_what_was_done_before_may_be_left_blank(before: str) -> None:
    table = (
        "| 股室 | 上月状态 | 进度状态 | 进展情况 |\n"
        f"| 基教股 | {before} | {'已完成' if before == '已完成' else ''} | |"
    )
    assert len(told("G404", table)) == (before != "已完成")


def test_a_blank_that_was_corrected_does_not_hide_the_next_one() -> None:
    table = """
        | 股室   | 任务 | 进展情况 | 原报 | 修订     |
        | 基教股 | 1    |          |      | 已办结。 |
        | 基教股 | 2    |          |      |          |
    """
    assert ["第2项" in message for _, message in told("G404", table)] == [True]


# ---------------------------------------------------------------- order


def test_statements_on_a_milestone_stand_leading_office_first() -> None:
    table = """
        | 股室   | 任务 | 职责 | 节点时限   | 完成情况 |
        | 体卫股 | 1    | 协办 | 2021-06-30 | 已完成   |
        | 财务股 | 1    | 牵头 | 2021-06-30 | 未完成   |
    """
    rows = read_rows(table)
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, make_returns(rows))
    (state,) = month.milestones
    assert state.entry is not None
    assert state.entry.office == "财务股"
    assert state.light != "done"


def test_findings_on_one_place_come_by_file_then_sheet_then_cell() -> None:
    rows = read_rows("| 股室 |\n| 基教股 |")
    (ret,) = make_returns(rows)
    places = [
        (file, sheet, cell)
        for file in ("甲.xlsx", "乙.xlsx")
        for sheet in ("表二", "表一", None)
        for cell in ("C1", "A1")
    ]
    findings = tuple(
        Finding("E303", "info", "同一句话。", office="基教股", file=f, sheet=s, cell=c)
        for f, s, c in places
    )
    month = merge_month(
        make_master(rows), APRIL, REPORT_DAY, [replace(ret, findings=findings[::-1])]
    )
    found = [f for f in month.findings if f.message == "同一句话。"]
    assert [(f.file, f.sheet, f.cell) for f in found] == sorted(
        places, key=lambda place: tuple(one or "" for one in place)
    )


# ---------------------------------------------------------------- forms that fell away


def test_months_missing_are_counted_of_who_is_missing_and_of_nobody_else() -> None:
    table = "| 股室 | 收到 |\n| 基教股 | |\n| 人事股 | 2021-04-20 |"
    rows = read_rows(table)
    refused = replace(
        make_returns(read_rows("| 股室 |\n| 财务股 |"))[0], code="R205", submissions=()
    )
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [*make_returns(rows), refused])
    assert {s.office: (s.state, s.months_missing) for s in month.offices} == {
        "基教股": ("missing", 1),
        "人事股": ("submitted", 0),
    }


def test_a_form_as_it_was_issued_is_to_be_filled_and_of_its_file_nothing_counts() -> None:
    table = "| 股室 | 进度状态 | 进展情况 | 存在问题 |\n| 基教股 | | | |"
    month = make_month(table)
    (state,) = month.offices
    assert (state.state, state.months_missing) == ("rejected", 0)
    (file,) = month.files
    assert isinstance(file, FileVerdict)
    assert (file.verdict, file.office) == ("rejected", "基教股")
    assert [f.code for f in month.findings if f.code == "R212"] or file.code


def test_words_without_a_place_stay_where_several_forms_of_an_office_are_joined() -> None:
    """Of a form that stands every word stays; of one that says the same only what is new."""
    rows = read_rows("| 股室 |\n| 基教股 |")
    (first,) = make_returns(rows)

    def stray(file: str, *texts: str) -> tuple[Unplaced, ...]:
        return tuple(Unplaced(file, "进展情况表", f"J{n}", t) for n, t in enumerate(texts, 9))

    again = replace(first, file="又一份.xlsx", sha256="2" * 64)
    one = replace(first, unplaced=stray(first.file, "甲的话说在表外", "两份都有的话"))
    two = replace(again, unplaced=stray("又一份.xlsx", "两份都有的话", "乙的话说在表外"))
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [one, two])
    texts = [u.text for u in month.unplaced]
    assert sorted(texts) == sorted(["甲的话说在表外", "两份都有的话", "乙的话说在表外"])
