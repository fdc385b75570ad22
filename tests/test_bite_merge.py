"""Edges of a merge: thresholds, tie-breaks and the order of evidence."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from taskxl.findings import Finding
from taskxl.merge.counts import count_month, task_statuses
from taskxl.merge.evidence import files_named_after
from taskxl.merge.lights import choose_statement, light_of, says_done, task_status
from taskxl.merge.likeness import find_done_clause, repetition, says_nothing, substance
from taskxl.merge.month import merge_month, rests_on
from taskxl.merge.revisions import Shown, combine_revisions, find_revisions, revise_entries
from taskxl.merge.states import find_arrival, first_arrivals, is_late
from taskxl.merge.versions import Version, find_newer, local_moment, settle_versions
from taskxl.model import (
    Entry,
    FileVerdict,
    MasterList,
    Milestone,
    MilestoneEntry,
    Month,
    Office,
    Period,
    Return,
    Revision,
    Submission,
    Task,
    Unplaced,
)
from taskxl.roster import Roster
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

NOON = datetime.fromisoformat("2021-04-20T12:00")
DAY = date(2021, 4, 20)
NO_MONTH = merge_month(MasterList("清单", (), (), SETTINGS), APRIL, REPORT_DAY, ())


def version(
    file: str = "甲.xlsx",
    text: str = "完成选址。",
    *,
    at: datetime | None = NOON,
    receipt: str = "mail",
    day: date | None = DAY,
    form_id: str | None = None,
    reporter: str = "周晓禾",
    approval: str = "同意",
    **entry: str,
) -> Version:
    """One office's form of one task."""
    said = Entry("1", "基教股", progress=text, file=file, cells={"progress": "F5"}, **entry)
    form = Submission(
        "基教股",
        APRIL.key,
        "property",
        file,
        "进展情况表",
        form_id,
        reporter,
        day,
        approval,
        tasks=("1",),
        entries=(said,),
    )
    return Version(Return(file, file, at, receipt, submissions=(form,)), form)  # type: ignore[arg-type]


# ---------------------------------------------------------------- likeness


@pytest.mark.parametrize(
    ("last", "now", "severity"),
    [
        # ten characters of which one is another: 0.9; nine: 0.89; two of ten: 0.8
        ("组织召开专家评审会议", "组织召开专家评审会商", "info"),
        ("组织召开专家评审会", "组织召开专家评审课", None),
        ("组织召开专家评审会议", "组织召开专家评议会商", None),
        ("组织召开专家评审会议", "组织召开专家评审会议", "warning"),
    ],
)
def test_nine_characters_in_ten_are_nearly_the_same_text(
    last: str, now: str, severity: str | None
) -> None:
    table = f"| 股室 | 节点时限 | 上月进展 | 进展情况 |\n| 基教股 | 2021-12-31 | {last} | {now} |"
    found = [f.severity for f in make_month(table).findings if f.code == "G405"]
    assert found == ([severity] if severity else [])


def test_a_text_with_another_figure_or_without_words_repeats_nothing() -> None:
    assert repetition("完成12所", "完成21所") == 0
    assert repetition("完成12所、3所", "完成12所。3所") == 1
    assert repetition("", "完成") == 0
    assert repetition("。", "，") == 1  # both say nothing, and the same


def test_two_characters_beside_stock_phrases_are_substance_and_one_is_none() -> None:
    for text, hollow in (("正在推进，好", True), ("正在推进，招标", False)):
        month = make_month(f"| 股室 | 进展情况 |\n| 基教股 | {text} |")
        assert ("G411" in codes_of(month)) is hollow
    assert substance("正在推进，招标") == "招标"


def test_the_words_for_nothing_say_nothing() -> None:
    assert says_nothing("无。")
    assert says_nothing(" ")
    assert not says_nothing("无土地指标")


@pytest.mark.parametrize(
    ("progress", "clause"),
    [
        ("已完成可行性研究", "已完成可行性研究"),
        ("本月无事。可行性研究报告完成了；其他", "可行性研究报告完成了"),
        ("已完成可行性研究，未完成评估", "已完成可行性研究"),
        ("未完成可行性研究", None),
        ("已完成校园绿化", None),
        ("已完成。", "已完成"),
        ("已完成可行", None),  # one pair of characters is chance
    ],
)
def test_the_clause_that_tells_of_a_milestone_done_shares_two_pairs_of_characters(
    progress: str, clause: str | None
) -> None:
    assert find_done_clause("一是2月底前完成可行性研究。", progress) == clause


# ---------------------------------------------------------------- which version is newer


@pytest.mark.parametrize(
    ("seconds", "receipts", "known"),
    [
        (600, ("file", "file"), False),
        (601, ("file", "file"), True),
        (601, ("mail", "file"), True),
        (600, ("mail", "file"), False),
        (1, ("mail", "mail"), True),
        (0, ("mail", "mail"), False),
    ],
)
def test_file_times_up_to_ten_minutes_apart_tell_no_order_mails_always_do(
    seconds: int, receipts: tuple[str, str], known: bool
) -> None:
    first = version("甲.xlsx", receipt=receipts[0])
    later = NOON + timedelta(seconds=seconds)
    second = version("乙.xlsx", "改了。", at=later, receipt=receipts[1])
    newer = find_newer(first, second)
    assert newer is (second if known else None)
    assert find_newer(second, first) is newer


def test_the_form_that_was_issued_last_is_evidence_only_where_both_forms_are_known() -> None:
    old, new = version("甲.xlsx", form_id="old"), version("乙.xlsx", form_id="new")
    none = version("丙.xlsx", form_id=None)
    assert find_newer(old, new, "new") is new
    assert find_newer(new, old, "new") is new
    assert find_newer(old, new, "another") is None
    assert find_newer(none, new, "new") is None
    assert find_newer(old, new) is None


def test_evidence_that_conflicts_leaves_it_open_and_the_form_issued_last_stands_for_now() -> None:
    """The rank of the likelier: issued last, then 填报日期, then receipt, then the file's name."""
    old = version("甲.xlsx", "甲说。", form_id="old", day=date(2021, 4, 22))
    new = version("乙.xlsx", "乙说。", form_id="new", day=DAY)
    assert find_newer(old, new, "new") is None
    settled = settle_versions([old, new], "new")
    assert [v.source.file for v in settled.standing] == ["乙.xlsx"]
    assert [(loss.statement.progress, loss.certain) for loss in settled.losses] == [  # type: ignore[union-attr]
        ("甲说。", False)
    ]
    dated = version("甲.xlsx", "甲说。", day=date(2021, 4, 22), at=NOON - timedelta(days=1))
    later = version("乙.xlsx", "乙说。", at=NOON)
    assert [v.source.file for v in settle_versions([later, dated]).standing] == ["甲.xlsx"]
    bare = [version(f, f, at=None, day=None) for f in ("甲.xlsx", "乙.xlsx")]
    assert [v.source.file for v in settle_versions(bare).standing] == ["甲.xlsx"]


def test_of_the_same_words_the_approved_form_counts_then_the_signed_then_the_dated_one() -> None:
    approved = version("甲.xlsx", reporter="", day=None)
    signed = version("乙.xlsx", approval="", day=None)
    dated = version("丙.xlsx", approval="", reporter="")
    nothing = version("丁.xlsx", approval="", reporter="", day=None)
    order = [approved, signed, dated, nothing]
    for at, best in enumerate(order[:-1]):
        for rest in (order[at:], order[at:][::-1]):
            settled = settle_versions(rest)
            assert settled.standing == (best,)
            assert {pair[1].source.file for pair in settled.duplicates} == {best.source.file}
            assert len(settled.duplicates) == len(rest) - 1


def test_white_space_makes_no_other_text_and_remarks_alone_join_the_words() -> None:
    one, other = version("甲.xlsx", "完成 选址。"), version("乙.xlsx", "完成选址。")
    assert len(settle_versions([one, other]).standing) == 1
    remark = version("丙.xlsx", "", remarks="另报", day=date(2021, 4, 24))
    settled = settle_versions([one, remark])
    assert [(entry.progress, entry.remarks) for entry in settled.entries] == [
        ("完成 选址。", "另报")
    ]
    assert settled.losses == ()
    alone = settle_versions([remark, version("丁.xlsx", "")])
    assert [v.source.file for v in alone.standing] == ["丙.xlsx"]


def test_what_a_loss_tells_is_only_what_the_standing_text_does_not_have_with_its_cell() -> None:
    old = version("甲.xlsx", "旧。", obstacles="缺钱。")
    new = version("乙.xlsx", "新。", obstacles="缺 钱。", day=date(2021, 4, 22))
    settled = settle_versions([old, new])
    assert [loss.texts for loss in settled.losses] == [(("旧。", "F5"),)]


def test_a_moment_of_another_zone_is_told_in_chinas_time() -> None:
    assert local_moment(datetime(2021, 4, 25, 16, tzinfo=UTC)) == datetime(2021, 4, 26)
    assert local_moment(NOON) == NOON
    assert local_moment(None) is None


# ---------------------------------------------------------------- late, owing


def test_who_does_not_owe_is_never_late_to_anybody() -> None:
    rows = read_rows("""
        | 股室   | 任务 | 职责 | 收到       |
        | 基教股 | 1    | 牵头 | 2021-04-20 |
        | 计财股 | 1    | 协办 | 2021-04-28 |
    """)
    for reporters, late in (("lead", False), ("all", True)):
        settings = replace(SETTINGS, reporters=reporters)
        month = merge_month(make_master(rows, settings), APRIL, REPORT_DAY, make_returns(rows))
        states = {state.office: (state.state, state.owes) for state in month.offices}
        assert states["计财股"] == ("late", late)
        assert ("G402" in codes_of(month)) is late
        assert count_month(month).rates["punctuality"].of == (2 if late else 1)


def test_a_form_is_late_on_the_day_after_and_a_files_time_needs_the_forms_own_date() -> None:
    for day, receipt, dated, late in (
        (25, "mail", None, False),
        (26, "mail", None, True),
        (26, "file", None, None),
        (26, "file", date(2021, 4, 25), None),
        (26, "file", date(2021, 4, 26), True),
    ):
        one = version(at=datetime(2021, 4, day, 23, 59), receipt=receipt, day=dated)
        assert is_late(one, REPORT_DAY) is late
    bare = version(at=None, day=date(2021, 4, 26))
    assert is_late(bare, REPORT_DAY) is True
    arrival = find_arrival(bare)
    assert arrival is not None
    assert (arrival.receipt, arrival.moment) == ("form", None)
    assert is_late(version(at=None, day=None), REPORT_DAY) is False


def test_the_first_form_with_a_word_in_it_decides_on_punctuality() -> None:
    early, late = version("早.xlsx", at=NOON), version("晚.xlsx", at=NOON + timedelta(days=9))
    blank = version("空.xlsx", "", at=NOON - timedelta(days=1))
    undated = version("无.xlsx", at=None, day=None)
    arrivals = first_arrivals({"基教股": [undated, late, early, blank], "计财股": [blank]})
    assert arrivals == {"基教股": early, "计财股": blank}
    same_day = version("甲.xlsx", at=NOON - timedelta(minutes=1))
    assert first_arrivals({"基教股": [early, same_day]})["基教股"] is same_day


# ---------------------------------------------------------------- milestones


@pytest.mark.parametrize(
    ("days", "light"),
    [
        (-8, "on time"),
        (-7, "near"),
        (0, "near"),
        (1, "overdue"),
        (15, "overdue"),
        (16, "severe"),
    ],
)
def test_a_light_changes_on_the_day_after_its_threshold(days: int, light: str) -> None:
    step = Milestone("立项。", REPORT_DAY - timedelta(days=days))
    assert light_of(step, False, REPORT_DAY, 7, 15) == light
    assert light_of(step, True, REPORT_DAY, 7, 15) == "done"
    assert light_of(Milestone("立项。"), False, REPORT_DAY, 7, 15) == "unknown"


def test_a_statement_is_certain_by_its_word_or_by_a_day_without_a_word() -> None:
    def say(state: str = "", day: date | None = None, note: str = "") -> MilestoneEntry:
        return MilestoneEntry("1/1", "基教股", state, day, note=note)

    assert [says_done(say(word)) for word in ("已完成", "未完成", "申请延期", "差不多", "")] == [
        True,
        False,
        False,
        None,
        None,
    ]
    assert says_done(say(day=DAY)) is True
    assert says_done(say("差不多", DAY)) is None
    assert says_done(None) is None
    blank, noted, sure = say(), say(note="在办"), say("未完成")
    assert choose_statement([blank, noted, sure]) is sure
    assert choose_statement([blank, noted]) is noted
    assert choose_statement([blank]) is blank
    assert choose_statement([]) is None


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("已完成", "已完成"), "已完成"),
        (("已完成", ""), ""),
        (("已完成", "正常推进"), "正常推进"),
        (("正常推进", "尚未启动"), "尚未启动"),
        (("尚未启动", "进度滞后"), "进度滞后"),
        (("基本完成", ""), ""),
        (("", ""), ""),
    ],
)
def test_a_task_is_as_far_as_the_least_of_its_leading_offices(
    words: Sequence[str], status: str
) -> None:
    task = Task("1", "任务", lead_offices=("基教股", "计财股"), supporting_offices=("人事股",))
    roster = Roster(tuple(Office(name) for name in ("基教股", "计财股", "人事股")))
    entries = [Entry("1", o, s) for o, s in zip(task.lead_offices, words, strict=True)]
    assert task_status(task, [*entries, Entry("1", "人事股", "进度滞后")], roster) == status


def many_steps(states: Sequence[str], status: str, due: date) -> Month:
    """A month of one task with many milestones, all of one due day, and what is said of each."""
    rows = read_rows(f"| 股室 | 进度状态 | 填报日期 |\n| 基教股 | {status} | 2021-04-25 |")
    master = make_master(rows)
    ids = [f"1/{n}" for n in range(1, len(states) + 1)]
    steps = tuple(Milestone(f"节点{one[2:]}。", due, id=one) for one in ids)
    (task,) = master.tasks
    master = replace(master, tasks=(replace(task, milestones=steps),))
    (ret,) = make_returns(rows)
    (form,) = ret.submissions
    said = tuple(
        MilestoneEntry(one, "基教股", state, file=ret.file)
        for one, state in zip(ids, states, strict=True)
    )
    ret = replace(ret, submissions=(replace(form, milestones=said),))
    return merge_month(master, APRIL, REPORT_DAY, [ret])


@pytest.mark.parametrize(
    ("status", "word"), [("已完成", "未完成"), ("正常推进", "未完成"), ("尚未启动", "已完成")]
)
def test_of_many_contradicting_milestones_three_are_named(status: str, word: str) -> None:
    month = many_steps([word] * 4, status, date(2021, 3, 31))
    (message,) = [f.message for f in month.findings if f.code == "G408"]
    assert "节点1。" in message
    assert "“节点1。”、“节点2。”、“节点3。”" in message
    assert "节点4。" not in message


def test_a_milestone_that_ends_with_the_month_is_not_ahead_and_one_day_later_is() -> None:
    for due, ahead in ((date(2021, 4, 30), False), (date(2021, 5, 1), True)):
        month = many_steps(["", ""], "已完成", due)
        messages = [f.message for f in month.findings if f.code == "G408"]
        assert bool(messages) is ahead
        assert all("还有 2 个节点没有到期，如“节点1。”" in message for message in messages)


@pytest.mark.parametrize(
    ("state", "day", "words"),
    [
        ("", "2021-04-30", None),
        ("", "2021-05-01", "晚于本期"),
        ("已完成", "2021-05-01", "晚于本期"),
        ("申请延期", "2021-05-01", None),
        ("未完成", "2021-04-01", "报未完成，却填了完成日期2021-04-01"),
    ],
)
def test_a_completion_day_after_the_month_or_beside_not_done_is_a_question(
    state: str, day: str, words: str | None
) -> None:
    month = make_month(
        "| 股室 | 节点时限 | 完成情况 | 完成日期 | 存在问题 |\n"
        f"| 基教股 | 2021-06-30 | {state} | {day} | 资金待落实。 |"
    )
    told = [(f.severity, f.message, f.cell) for f in month.findings if f.code == "G408"]
    assert [(severity, cell) for severity, _, cell in told] == ([("info", "F5")] if words else [])
    assert all(words in message for _, message, _ in told if words)


# ---------------------------------------------------------------- names, dates, files


@pytest.mark.parametrize(
    ("cell", "code", "named"),
    [("G3", "E305", False), ("D3", "E305", True), (None, "E305", True), ("G3", "E304", True)],
)
def test_a_day_is_called_blank_unless_the_reader_has_called_that_very_cell_no_date(
    cell: str | None, code: str, named: bool
) -> None:
    rows = read_rows("| 股室 | 填报日期 |\n| 基教股 | |")
    (ret,) = make_returns(rows)
    said = Finding(code, "warning", "填报日期不是日期。", "基教股", file=ret.file, cell=cell)
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [replace(ret, findings=(said,))])
    found = [(f.message, f.cell) for f in month.findings if f.code == "G412"]
    assert found == ([("填报日期没有填。请补填。", "G3")] if named else [])


def test_a_refused_file_of_no_office_is_the_offices_whose_name_or_alias_it_bears() -> None:
    roster = Roster((Office("基础教育股", aliases=("基教股",)), Office("计财股")))
    files = (
        FileVerdict("4月 基教股.pdf", "", "rejected"),
        FileVerdict("基教股已知.pdf", "", "rejected", "计财股"),
        FileVerdict("基教股.xlsx", "", "accepted"),
    )
    month = replace(NO_MONTH, files=files)
    assert files_named_after(month, roster, "基础教育股") == ["4月 基教股.pdf"]
    assert files_named_after(month, roster, "计财股") == []


def test_findings_come_by_severity_then_office_then_task_then_code() -> None:
    month = make_month("""
        | 股室   | 任务 | 收到       | 审定 | 进展情况 | 进度状态 | 存在问题 |
        | 基教股 | 1    | 2021-04-28 |      | | 进度滞后 | |
        | 基教股 | 2    | 2021-04-28 |      | | 正常推进 | |
        | 计财股 | 3    |            |      | | | |
    """)
    order = [(f.severity, f.office, f.task, f.code) for f in month.findings]
    assert order == [
        ("error", "基教股", "1", "G404"),
        ("error", "基教股", "2", "G404"),
        ("error", "计财股", None, "G401"),
        ("warning", "基教股", "1", "G410"),
        ("warning", "基教股", None, "G402"),
        ("warning", "基教股", None, "G403"),
    ]


# ---------------------------------------------------------------- counts


def test_rates_count_what_is_due_by_the_report_day() -> None:
    month = make_month("""
        | 股室   | 任务 | 进度状态 | 存在问题 | 节点时限   | 完成情况 |
        | 基教股 | 1    | 正常推进 | 无       | 2021-04-25 | 已完成 |
        | 基教股 | 2    | 正常推进 |          | 2021-04-26 | 已完成 |
        | 基教股 | 3    | 已完成   | 无       | 2021-04-24 | 未完成 |
    """)
    rates = count_month(month).rates
    assert (rates["milestone_completion"].done, rates["milestone_completion"].of) == (1, 2)
    assert (rates["completion"].done, rates["completion"].rate) == (1, 0.3333)
    assert rates["punctuality"].rate == 1.0
    assert {rate.rate for rate in count_month(NO_MONTH).rates.values()} == {None}


@pytest.mark.parametrize(
    ("answers", "complete"),
    [
        ("正常推进 | 选址完成。 | | 未完成 | ", True),
        ("正常推进 | | | 未完成 | ", False),
        ("| 选址完成。 | | 未完成 | ", False),
        ("进度滞后 | 选址完成。 | | 未完成 | ", False),
        ("进度滞后 | 选址完成。 | 缺钱。 | 未完成 | ", True),
        ("正常推进 | 选址完成。 | | | ", False),
        ("正常推进 | 选址完成。 | | 已完成 | ", False),
        ("正常推进 | 选址完成。 | | 已完成 | 2021-04-10", True),
    ],
)
def test_a_task_is_complete_with_all_that_the_form_requires(answers: str, complete: bool) -> None:
    """Progress and a status; why, where it is behind; of a milestone its state, and when."""
    month = make_month(
        "| 股室 | 节点时限 | 进度状态 | 进展情况 | 存在问题 | 完成情况 | 完成日期 |\n"
        f"| 基教股 | 2021-04-30 | {answers} |"
    )
    rate = count_month(month).rates["completeness"]
    assert (rate.done, rate.of) == (int(complete), 1)


def test_a_finished_task_stays_finished_while_its_office_is_silent() -> None:
    table = "| 股室 | 上月状态 | 进度状态 | 进展情况 |\n| 基教股 | 已完成 | {} | {} |"
    for status, progress, counted in (
        ("", "", "已完成"),
        ("", "另有新进展。", "未填"),
        ("正常推进", "", "正常推进"),
        ("基本完成", "", "未填"),
    ):
        month = make_month(table.format(status, progress))
        assert task_statuses(month) == {"1": counted}


# ---------------------------------------------------------------- the pen


def revision(now: str, was: str = "原。", **more: str) -> Revision:
    return Revision("1", "基教股", "progress", was, now, **more)


KEY = ("1", "基教股", "progress")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (Shown("原。"), Shown("原。 \n"), []),
        (Shown("原。"), Shown("改。"), [("原。", "改。")]),
        (Shown("原。"), Shown(""), [("原。", "")]),
        # beside a newer text of the office: one of the two is taken out, or both are kept
        (Shown("改。", "新。"), Shown("改。"), [("原。", "改。")]),
        (Shown("改。", "新。"), Shown("", "新。"), [("原。", "新。")]),
        (Shown("改。", "新。"), Shown("再改。", "新。"), [("旧。", "再改。")]),
        (Shown("改。", "新。"), Shown("改。", "新了。"), [("原。", "改。\n新了。")]),
        # a person wrote the mark of a newer text
        (Shown("原。"), Shown("改。", "原。"), [("原。", "改。")]),
        (Shown("原。"), Shown("改。", "又。"), [("原。", "改。\n又。")]),
        # the end of a long text that stands elsewhere joins on again
        (Shown("原", rest="。"), Shown("改", rest="见下"), [("原。", "改。")]),
        (Shown("改。"), Shown("原。"), [("原。", "原。")]),
    ],
)
def test_what_a_person_made_of_a_text(
    before: Shown, now: Shown, expected: list[tuple[str, str]]
) -> None:
    entries = [Entry("1", "基教股", progress="原。")]
    standing = [revision("改。", "旧。", newer="原。")] if before.newer else []
    changes = find_revisions(entries, standing, {KEY: before}, {KEY: now})  # type: ignore[dict-item]
    assert [(one.was, one.now) for one in changes] == expected


def test_a_correction_taken_back_is_gone_and_one_written_again_stands_alone() -> None:
    first = revision("改。", newer="新。")
    other = replace(first, task="0")
    assert combine_revisions([first, other], [revision("原。")]) == (other,)
    assert combine_revisions([first], [revision("再改。")]) == (revision("再改。"),)
    assert combine_revisions([first, other], []) == (other, first)


@pytest.mark.parametrize(
    ("said", "progress", "newer"),
    [
        ("原。", "改。", None),
        ("", "改。", None),
        ("改。", "改。", "dropped"),
        ("又报。", "改。", "又报。"),
    ],
)
def test_a_correction_stands_until_its_office_says_the_same(
    said: str, progress: str, newer: str | None
) -> None:
    tasks = {"1": Task("1", "任务")}
    entries, kept = revise_entries([Entry("1", "基教股", progress=said)], [revision("改。")], tasks)
    assert entries[0].progress == progress
    assert kept == (() if newer == "dropped" else (replace(revision("改。"), newer=newer),))


def test_a_correction_of_a_task_that_is_gone_waits_without_effect() -> None:
    entries, kept = revise_entries((), [revision("改。", newer="又报。")], {})
    assert (entries, kept) == ((), (revision("改。"),))
    entries, kept = revise_entries((), [revision("改。")], {"1": Task("1", "任务")})
    assert [entry.progress for entry in entries] == ["改。"]


def test_words_on_a_task_that_the_list_does_not_have_are_kept_as_unplaced() -> None:
    rows = read_rows("| 股室 | 任务 |\n| 基教股 | 1 |")
    (ret,) = make_returns(rows)
    (form,) = ret.submissions
    stray = Entry("9", "基教股", progress="多出的话。", file=ret.file, cells={"progress": "F9"})
    step = MilestoneEntry("9/1", "基教股", "已完成", DAY, "4.20", "说明。", ret.file)
    form = replace(form, entries=(*form.entries, stray), milestones=(step,))
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [replace(ret, submissions=(form,))])
    assert month.unplaced == (
        Unplaced(ret.file, None, "F9", "多出的话。"),
        Unplaced(ret.file, None, None, "已完成"),
        Unplaced(ret.file, None, None, "4.20"),
        Unplaced(ret.file, None, None, "说明。"),
    )


# ---------------------------------------------------------------- what is said, word for word


def messages(code: str, table: str) -> list[str]:
    return [f.message for f in make_month(table).findings if f.code == code]


def test_lateness_is_told_with_source_moment_report_day_and_days() -> None:
    (mail,) = messages("G402", "| 股室 | 收到 |\n| 基教股 | 2021-04-28T09:05 |")
    assert mail.startswith(
        "收到时间（据邮件时间）是2021-04-28 09:05，截止日是2021-04-25，晚了 3 天。"
    )
    (file,) = messages("G402", "| 股室 | 收到 |\n| 基教股 | 文件2021-04-26 |")
    assert file.startswith("收到时间（据文件时间）是2021-04-26 00:00")
    assert "但表上的填报日期是2021-04-20，" in file
    (bare,) = messages("G402", "| 股室 | 收到 | 填报日期 |\n| 基教股 | 文件2021-04-26 | |")
    assert "但表上没有填报日期，" in bare


def test_the_days_to_a_near_milestone_are_counted_and_the_day_itself_named() -> None:
    table = "| 股室 | 节点时限 | 存疑 |\n| 基教股 | {} | {} |"
    (near,) = messages("G407", table.format("2021-04-27", ""))
    assert "时限是2021-04-27，还有 2 天。" in near
    (today,) = messages("G407", table.format("2021-04-25", "估计"))
    assert "时限是2021-04-25（时限不确定：估计），就是报告日当天。" in today


@pytest.mark.parametrize(("said", "words"), [("", "没有填"), ("差不多", "写的是“差不多”")])
def test_what_an_office_wrote_in_place_of_a_state_is_quoted(said: str, words: str) -> None:
    table = (
        f"| 股室 | 填报日期 | 节点时限 | 完成情况 |\n| 基教股 | 2021-04-25 | 2021-04-24 | {said} |"
    )
    (message,) = messages("G406", table)
    assert f"到报告日已过 1 天，完成情况{words}。" in message


def test_not_started_after_any_other_state_is_backwards_and_behind_after_on_track_is_not() -> None:
    table = "| 股室 | 上月状态 | 进度状态 |\n| 基教股 | {} | {} |"
    for before, now, backwards in (
        ("进度滞后", "尚未启动", True),
        ("正常推进", "尚未启动", True),
        ("已完成", "进度滞后", True),
        ("正常推进", "进度滞后", False),
        ("进度滞后", "正常推进", False),
        ("尚未启动", "进度滞后", False),
        ("尚未启动", "尚未启动", False),
    ):
        assert bool(messages("G409", table.format(before, now))) is backwards


def test_an_unexplained_delay_quotes_what_stands_there_or_says_it_is_blank() -> None:
    table = "| 股室 | 进度状态 | 存在问题 |\n| 基教股 | 进度滞后 | {} |"
    assert "写的是“无”。" in messages("G410", table.format("无"))[0]
    assert "计划是空白。" in messages("G410", table.format(""))[0]


def test_offices_missing_for_months_are_told_the_months() -> None:
    table = "| 股室 | 收到 | 上月收到 |\n| 计财股 | | |"
    assert messages("G414", table)[0].startswith("已连续 2 个月（3月、4月）没有报送。")
    assert messages("G401", table)[0].startswith("没有收到可用的")


def test_a_correction_overtaken_is_told_with_its_column_its_texts_and_its_cell() -> None:
    table = "| 股室 | 进展情况 | 原报 | 修订 |\n| 基教股 | 又报。 | 原。 | 改。 |"
    (found,) = [f for f in make_month(table).findings if f.code == "G416"]
    assert "的进展情况，办公室修订为“改。”，股室又报“又报。”。" in found.message
    assert (found.office, found.file, found.sheet, found.cell) == (
        "基教股",
        "基教股.xlsx",
        "进展情况表",
        "F5",
    )
    rows = read_rows("| 股室 | 进度状态 |\n| 基教股 | 进度滞后 |")
    status = Revision("1", "基教股", "status", "正常推进", "已完成")
    month = merge_month(
        make_master(rows), APRIL, REPORT_DAY, make_returns(rows), revisions=[status]
    )
    (found,) = [f for f in month.findings if f.code == "G416"]
    assert "的进度状态，办公室修订为“已完成”，股室又报“进度滞后”。" in found.message
    assert found.cell == "E5"


def test_a_milestone_called_done_before_and_not_done_now_is_told_at_its_cell() -> None:
    table = "| 股室 | 节点时限 | 上月节点 | 完成情况 |\n| 基教股 | 2021-03-31 | 已完成 | 未完成 |"
    (found,) = [f for f in make_month(table).findings if f.code == "G409"]
    assert (found.sheet, found.cell) == ("节点完成情况", "E5")
    assert "3月报已完成，本期报“未完成”。" in found.message


def test_a_task_with_reasons_does_not_hide_the_next_one_without() -> None:
    month = make_month("""
        | 股室   | 任务 | 进度状态 | 存在问题 |
        | 基教股 | 1    | 进度滞后 | 缺钱。 |
        | 基教股 | 2    | 正常推进 | |
        | 基教股 | 3    | 进度滞后 | |
    """)
    assert [f.task for f in month.findings if f.code == "G410"] == ["3"]


def test_what_was_found_of_a_closed_task_is_told_and_asks_for_nothing() -> None:
    rows = read_rows("| 股室 | 进展情况 | 进度状态 |\n| 基教股 | | |\n| 计财股 | | |")
    master = make_master(rows)
    first, second = master.tasks
    closed = replace(first, closed_on=date(2021, 4, 30), closing="已销号")
    master = replace(master, tasks=(closed, second))
    one, other = make_returns(rows)
    said = tuple(
        Finding("E301", "error", "改了固定文字。", office, task, f"{office}.xlsx")
        for office, task in (("基教股", "1"), ("计财股", "2"))
    )
    returns = [replace(one, findings=said[:1]), replace(other, findings=said[1:])]
    month = merge_month(master, APRIL, REPORT_DAY, returns)
    told = {f.task: f.severity for f in month.findings if f.code == "E301"}
    assert told == {"1": "info", "2": "error"}
    assert "1" not in {f.task for f in month.findings if f.code == "G404"}


def test_of_copies_of_one_file_the_first_to_come_is_the_original() -> None:
    rows = read_rows("| 股室 |\n| 基教股 |")
    (ret,) = make_returns(rows)
    early = replace(ret, file="乙.xlsx", received_at=NOON - timedelta(hours=1))
    for name in ("甲.xlsx", "丙.xlsx"):
        late = replace(ret, file=name, received_at=NOON)
        month = merge_month(make_master(rows), APRIL, REPORT_DAY, [late, early])
        verdicts = {one.file: (one.verdict, one.reason) for one in month.files}
        assert verdicts["乙.xlsx"] == ("accepted", None)
        assert verdicts[late.file] == ("duplicate", "与“乙.xlsx”是同一个文件")


def test_an_archive_is_skipped_for_its_files_have_verdicts_and_the_unknown_is_refused() -> None:
    rows = read_rows("| 股室 |\n| 基教股 |")
    archive = Return("包.zip", "1", reason="压缩包，里面有 1 个文件。")
    unknown = Return("表.xlsx", "2")
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [archive, unknown])
    verdicts = {one.file: (one.verdict, one.code, one.reason) for one in month.files}
    assert verdicts["包.zip"] == ("skipped", None, "压缩包，里面有 1 个文件。")
    verdict, code, reason = verdicts["表.xlsx"]
    assert (verdict, code) == ("rejected", "R205")
    assert reason is not None
    assert reason.startswith("没有认出是哪个股室的表。")


def make_year(*texts: str) -> list[Month]:
    """Months from January on of one office and task, each merged with those before it."""
    rows = read_rows("| 股室 | 节点时限 |\n| 基教股 | 2021-12-31 |")
    master = make_master(rows)
    months: list[Month] = []
    for number, text in enumerate(texts, 1):
        period = Period(2021, number)
        (ret,) = make_returns(rows, period)
        (form,) = ret.submissions
        entry = replace(form.entries[0], progress=text, status="正常推进" if text else "")
        entry = entry if text else replace(entry, obstacles="")
        ret = replace(ret, submissions=(replace(form, entries=(entry,)),))
        months.append(merge_month(master, period, period.last_day, [ret], months))
    return months


def test_a_text_is_compared_with_what_the_office_last_said_and_silence_is_no_saying() -> None:
    months = make_year("三所学校选址完成。", "", "三所学校选址完成。")
    (found,) = [f for f in months[2].findings if f.code == "G405"]
    assert "与1月报送的完全相同" in found.message
    assert [entry.progress for entry in months[2].previous] == ["三所学校选址完成。"]


def test_a_month_rests_on_the_month_before_as_that_stands_now() -> None:
    before, now = make_year("选址完成。", "启动招标工作。")
    assert rests_on(now, before=before)
    assert rests_on(now, before=before, corrections_only=True)
    (entry,) = before.entries
    other = replace(before, entries=(replace(entry, progress="选址未完成。"),))
    assert not rests_on(now, before=other)
    assert rests_on(now, before=other, corrections_only=True)
    pen = Revision("1", "基教股", "progress", "选址完成。", "选址未完成。")
    corrected = replace(other, revisions=(pen,))
    assert not rests_on(now, before=corrected, corrections_only=True)
    told = replace(before, revisions=(Revision("1", "", "instructions", "", "抓紧。"),))
    assert not rests_on(now, before=told)
    assert not rests_on(now, before=told, corrections_only=True)
    (state,) = before.milestones
    dark = replace(before, milestones=(replace(state, light="severe"),))
    assert not rests_on(now, before=dark)
    assert rests_on(now, before=dark, corrections_only=True)


def test_words_on_a_milestone_that_give_way_to_the_leading_offices_are_kept_with_their_cells() -> (
    None
):
    rows = read_rows("""
        | 股室   | 任务 | 职责 | 节点时限   | 完成情况 | 完成日期   | 说明 |
        | 基教股 | 1    | 牵头 | 2021-06-30 | 未完成   |            | 在办。 |
        | 计财股 | 1    | 协办 | 2021-06-30 | 已完成   | 2021-04-10 | 在 办。 |
    """)
    settings = replace(SETTINGS, reporters="all")
    month = merge_month(make_master(rows, settings), APRIL, REPORT_DAY, make_returns(rows))
    assert [state.entry.state for state in month.milestones if state.entry] == ["未完成"]
    assert month.unplaced == (
        Unplaced("计财股.xlsx", "节点完成情况", "E6", "已完成"),
        Unplaced("计财股.xlsx", "节点完成情况", "F6", "2021-04-10"),
    )
    (found,) = [f for f in month.findings if f.code == "G413"]
    assert found.message.endswith(
        "牵头的基教股报“未完成”，协办的计财股报“已完成”。请两个股室核对后统一口径。"
    )
    assert (found.office, found.cell) == ("基教股", "E5")


def test_no_office_is_at_odds_with_what_another_office_says_of_a_milestone() -> None:
    """Each office's status is held against its own words on the milestone only."""
    rows = read_rows("""
        | 股室   | 任务 | 职责 | 进度状态 | 节点时限   | 完成情况 |
        | 人事股 | 1    | 牵头 | 已完成   | 2021-03-31 | 已完成 |
        | 基教股 | 1    | 协办 | 已完成   | 2021-03-31 | 未完成 |
        | 计财股 | 1    | 协办 | 已完成   | 2021-03-31 | 已完成 |
    """)
    master = make_master(rows, replace(SETTINGS, reporters="all"))
    month = merge_month(master, APRIL, REPORT_DAY, make_returns(rows))
    assert [f.office for f in month.findings if f.code == "G408"] == ["基教股"]
