"""Every file one verdict; of several returns of one office the newer, and nothing lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.desk.json import month_json
from taskxl.findings import Finding
from taskxl.merge.month import merge_month
from taskxl.model import Altered, Entry, MilestoneEntry, Month, Return, Submission, Unplaced
from tests.months import APRIL, REPORT_DAY, codes_of, make_master, make_returns, read_rows

ROWS = read_rows("""
    | 股室   | 任务 | 进展情况             | 节点时限   |
    | 基教股 | 1    | 完成3所学校选址。    | 2021-12-31 |
    | 基教股 | 2    | 走访12个教学点。     | 2021-12-31 |
    | 计财股 | 3    | 下达经费210万元。    | 2021-12-31 |
""")
MASTER = make_master(ROWS)
FIRST, OTHER = make_returns(ROWS)


def at(day: int, minute: int = 0) -> datetime:
    """Return a moment of April, early in the morning, as files and mails give it: no zone."""
    return datetime.fromisoformat(f"2021-04-{day:02d}T00:{minute:02d}")


USUAL = at(20)


def merge(*returns: Return, issued: dict[str, str] | None = None) -> Month:
    return merge_month(MASTER, APRIL, REPORT_DAY, returns, issued=issued)


def verdicts(month: Month) -> dict[str, tuple[str, str | None]]:
    return {file.file: (file.verdict, file.code) for file in month.files}


def states(month: Month) -> dict[str, str]:
    return {state.office: state.state for state in month.offices}


def unplaced(month: Month) -> list[str]:
    return [one.text for one in month.unplaced]


def again(
    file: str,
    texts: dict[str, str] | None = None,
    *,
    day: date | None = date(2021, 4, 20),
    received: datetime | None = USUAL,
    **form: object,
) -> Return:
    """Another return of the same office: texts by task (absent: the row is not there)."""
    base = FIRST.submissions[0]
    told = {"1": "完成3所学校选址。", "2": "走访12个教学点。"} if texts is None else texts
    entries = tuple(
        replace(entry, progress=told[entry.task], file=file)
        if told[entry.task]
        else Entry(entry.task, entry.office, file=file, sheet=entry.sheet, row=entry.row)
        for entry in base.entries
        if entry.task in told
    )
    submission = replace(
        base, file=file, entries=entries, tasks=tuple(told), reported_on=day, **form
    )
    return replace(FIRST, file=file, sha256=file, received_at=received, submissions=(submission,))


def test_an_honest_month_is_accepted_without_a_finding() -> None:
    month = merge(FIRST, OTHER)
    assert verdicts(month) == {"基教股.xlsx": ("accepted", None), "计财股.xlsx": ("accepted", None)}
    assert states(month) == {"基教股": "submitted", "计财股": "submitted"}
    assert month.findings == ()
    assert [entry.task for entry in month.entries] == ["1", "2", "3"]


def test_the_newer_by_its_date_stands_and_the_older_ones_words_are_kept() -> None:
    newer = again(
        "改.xlsx", {"1": "完成5所学校选址。", "2": "走访12个教学点。"}, day=date(2021, 4, 22)
    )
    month = merge(FIRST, newer, OTHER)
    assert verdicts(month)["基教股.xlsx"] == ("superseded", "R208")
    assert verdicts(month)["改.xlsx"] == ("accepted", None)
    assert month.entries[0].progress == "完成5所学校选址。"
    assert sorted(unplaced(month)) == ["2021-04-20", "完成3所学校选址。"]
    assert codes_of(month) == ["R208"]


@pytest.mark.parametrize(
    ("day", "received", "winner"),
    [
        (date(2021, 4, 22), at(22), "改.xlsx"),
        (date(2021, 4, 18), at(18), "基教股.xlsx"),
        (date(2021, 4, 20), at(20, 5), "改.xlsx"),
        (None, at(21), "改.xlsx"),
        (date(2021, 4, 22), None, "改.xlsx"),
        # evidence that conflicts, and none at all
        (date(2021, 4, 22), at(19), None),
        (date(2021, 4, 20), at(20), None),
        (None, None, None),
    ],
)
def test_which_of_two_mailed_returns_is_newer(
    day: date | None, received: datetime | None, winner: str | None
) -> None:
    other = again("改.xlsx", {"1": "甲", "2": "乙"}, day=day, received=received)
    month = merge(FIRST, other, OTHER)
    texts = {*(entry.progress for entry in month.entries), *unplaced(month)}
    assert {"甲", "乙", "完成3所学校选址。", "走访12个教学点。"} <= texts
    if winner:
        loser = {"改.xlsx": "基教股.xlsx", "基教股.xlsx": "改.xlsx"}[winner]
        assert verdicts(month)[winner][0] == "accepted"
        assert verdicts(month)[loser] == ("superseded", "R208")
    else:
        assert {verdicts(month)[name][1] for name in ("改.xlsx", "基教股.xlsx")} == {"R209"}
        assert "superseded" not in {verdict for verdict, _ in verdicts(month).values()}
        assert [f.severity for f in month.findings if f.code == "R209"] == ["warning"]


def test_file_times_minutes_apart_say_nothing_and_days_apart_do() -> None:
    start = at(20)
    first = replace(FIRST, receipt="file")
    for gap, code in ((timedelta(minutes=3), "R209"), (timedelta(days=1), "R208")):
        other = replace(again("改.xlsx", {"1": "甲", "2": "乙"}), receipt="file")
        month = merge(first, replace(other, received_at=start + gap), OTHER)
        assert codes_of(month, "R") == [code]


def test_the_form_issued_last_is_the_newer_one() -> None:
    old = again("旧表.xlsx", {"1": "甲", "2": "乙"}, form_id="old")
    new = again("新表.xlsx", {"1": "丙", "2": "丁"}, form_id="new")
    month = merge(old, new, OTHER, issued={"基教股": "new"})
    assert verdicts(month)["旧表.xlsx"] == ("superseded", "R208")
    assert [entry.progress for entry in month.entries[:2]] == ["丙", "丁"]


def test_a_form_split_over_two_files_is_joined() -> None:
    gone = Finding("E302", "warning", "少了第2项", "基教股", "2", "上.xlsx")
    upper = replace(again("上.xlsx", {"1": "完成3所学校选址。"}), findings=(gone,))
    lower = again("下.xlsx", {"2": "走访12个教学点。"}, reporter="林一帆")
    month = merge(upper, lower, OTHER)
    assert verdicts(month)["上.xlsx"] == verdicts(month)["下.xlsx"] == ("accepted", None)
    assert month.findings == ()
    state = month.offices[0]
    assert (state.filled, state.tasks, state.files) == (2, 2, ("上.xlsx", "下.xlsx"))
    assert set(state.reporter.split("、")) == {"周晓禾", "林一帆"}


def test_a_later_form_that_only_adds_one_task_leaves_the_rest_as_it_was() -> None:
    later = again("补报.xlsx", {"1": "", "2": "走访15个教学点。"}, day=date(2021, 4, 22))
    month = merge(FIRST, later, OTHER)
    assert [entry.progress for entry in month.entries[:2]] == [
        "完成3所学校选址。",
        "走访15个教学点。",
    ]
    assert verdicts(month)["基教股.xlsx"] == ("partial", "R208")
    assert verdicts(month)["补报.xlsx"] == ("accepted", None)
    assert "走访12个教学点。" in unplaced(month)
    assert "G404" not in codes_of(month)


def test_a_blank_form_never_replaces_a_filled_one() -> None:
    blank = again("空表.xlsx", {"1": "", "2": ""}, day=date(2021, 4, 24))
    month = merge(FIRST, blank, OTHER)
    assert verdicts(month)["空表.xlsx"] == ("superseded", "R208")
    assert month.entries[0].progress == "完成3所学校选址。"


@pytest.mark.parametrize("sha", ["same", "another"])
def test_the_same_content_twice_counts_once(sha: str) -> None:
    first = replace(FIRST, sha256="same")
    copy = replace(again("副本.xlsx", received=at(23)), sha256=sha)
    month = merge(first, copy, OTHER)
    assert sorted(verdicts(month).values()) == [
        ("accepted", None),
        ("accepted", None),
        ("duplicate", "R207"),
    ]
    assert codes_of(month) == ["R207"]
    assert len(month.entries) == 3


def test_the_same_words_once_approved_count_as_approved() -> None:
    bare = again("未审.xlsx", approval="", day=date(2021, 4, 20))
    signed = again("已审.xlsx", approval="同意。何远山", day=date(2021, 4, 20))
    month = merge(signed, bare, OTHER)
    assert verdicts(month)["未审.xlsx"] == ("duplicate", "R207")
    assert month.offices[0].approved
    assert month.offices[0].approval == "同意。何远山"


def test_an_office_that_corrected_after_the_day_was_not_late() -> None:
    late = again("改.xlsx", {"1": "甲", "2": "乙"}, day=date(2021, 4, 28), received=at(28))
    month = merge(FIRST, late, OTHER)
    assert states(month)["基教股"] == "submitted"
    assert month.entries[0].progress == "甲"
    assert "G402" not in codes_of(month)


def test_refused_files_get_their_code_and_one_finding() -> None:
    pdf = Return("进展.pdf", "p", code="R203", reason="这是 PDF。请发回填好的 Excel 表。")
    lock = Return("~$基教股.xlsx", "", code="R211", reason="临时文件。")
    month = merge(FIRST, OTHER, pdf, lock)
    assert verdicts(month)["进展.pdf"] == ("rejected", "R203")
    assert verdicts(month)["~$基教股.xlsx"] == ("skipped", "R211")
    assert codes_of(month) == ["R203", "R211"]


def test_last_months_form_is_rejected_and_its_words_are_kept() -> None:
    old = again("旧.xlsx", {"1": "三月的话", "2": ""}, period="2021-03")
    month = merge(old, OTHER)
    assert verdicts(month)["旧.xlsx"] == ("rejected", "R206")
    assert states(month)["基教股"] == "rejected"
    assert "三月的话" in unplaced(month)
    assert "G401" not in codes_of(month)
    assert [f.office for f in month.findings if f.code == "R206"] == ["基教股"]


def test_a_book_with_an_old_sheet_and_a_new_one_is_taken_in_part() -> None:
    old = replace(FIRST.submissions[0], sheet="三月", period="2021-03")
    month = merge(replace(FIRST, submissions=(old, *FIRST.submissions)), OTHER)
    assert verdicts(month)["基教股.xlsx"] == ("partial", "R206")
    assert states(month)["基教股"] == "submitted"


def test_two_offices_in_one_book_both_report() -> None:
    both = replace(
        FIRST,
        submissions=(*FIRST.submissions, replace(OTHER.submissions[0], file=FIRST.file)),
    )
    month = merge(both)
    assert states(month) == {"基教股": "submitted", "计财股": "submitted"}
    assert [(f.office, f.verdict) for f in month.files] == [("基教股、计财股", "accepted")]


def test_leftovers_make_a_return_partial() -> None:
    note = Unplaced("基教股.xlsx", "进展情况表", "B20", "请局里协调用地。")
    month = merge(replace(FIRST, unplaced=(note,)), OTHER)
    assert verdicts(month)["基教股.xlsx"] == ("partial", "E303")
    assert month.unplaced == (note,)


def test_a_task_that_the_list_no_longer_has_keeps_its_words() -> None:
    stray = Entry("99", "基教股", "正常推进", "已经写了", file="基教股.xlsx", sheet="表", row=9)
    form = FIRST.submissions[0]
    month = merge(
        replace(FIRST, submissions=(replace(form, entries=(*form.entries, stray)),)), OTHER
    )
    assert "已经写了" in unplaced(month)
    assert "99" not in {entry.task for entry in month.entries}


def test_an_office_that_owes_nothing_is_listed_and_counts_in_no_rate() -> None:
    guest = Submission(
        "督导室",
        None,
        "office cell",
        "督导室.xlsx",
        entries=(Entry("1", "督导室", "", "协助论证。", file="督导室.xlsx"),),
    )
    month = merge(FIRST, OTHER, Return("督导室.xlsx", "d", submissions=(guest,)))
    assert [(s.office, s.owes) for s in month.offices][-1] == ("督导室", False)
    assert month_json(month, "")["counts"]["rates"]["punctuality"]["of"] == 2
    assert [e.office for e in month.entries if e.task == "1"] == ["基教股", "督导室"]


def test_an_old_name_of_an_office_is_its_new_one() -> None:
    office = replace(MASTER.offices[0], name="基教股", aliases=("普教股",))
    master = replace(MASTER, offices=(office, *MASTER.offices[1:]))
    ret = replace(FIRST, submissions=(replace(FIRST.submissions[0], office="普教股"),))
    month = merge_month(master, APRIL, REPORT_DAY, [ret, OTHER])
    assert states(month) == {"基教股": "submitted", "计财股": "submitted"}
    assert month.entries[0].office == "基教股"


def test_a_mail_from_another_time_zone_is_judged_by_chinas_day() -> None:
    # 25 April 17:00 in London's winter time is the 26th in China
    moment = datetime(2021, 4, 25, 17, tzinfo=UTC)
    assert states(merge(replace(FIRST, received_at=moment), OTHER))["基教股"] == "late"


TOKENS = st.sampled_from(["", " ", "子", "丑", "寅", "卯"])


@st.composite
def some_returns(draw: st.DrawFn) -> Sequence[Return]:
    returns = []
    for number in range(draw(st.integers(1, 4))):
        file = f"{number}.xlsx"
        tasks = draw(st.lists(st.sampled_from(["1", "2", "99"]), unique=True, max_size=3))
        entries = tuple(
            Entry(
                task, "基教股", draw(TOKENS), draw(TOKENS), draw(TOKENS), draw(TOKENS), file, "表"
            )
            for task in tasks
        )
        steps = tuple(
            MilestoneEntry(step, "基教股", draw(TOKENS), None, draw(TOKENS), draw(TOKENS), file)
            for step in draw(st.lists(st.sampled_from(["1/1", "9/9"]), unique=True))
        )
        form = Submission(
            "基教股",
            draw(st.sampled_from([None, "2021-04", "2021-03"])),
            "property",
            file,
            "表",
            reporter=draw(st.sampled_from(["", "甲", "乙"])),
            reported_on=draw(st.sampled_from([None, date(2021, 4, 2), date(2021, 4, 3)])),
            approval=draw(st.sampled_from(["", "同意", "已阅"])),
            entries=entries,
            milestones=steps,
            altered=(Altered("1", "基教股", "名称", "原", draw(TOKENS), file, "表", "B5"),),
        )
        returns.append(
            Return(
                file,
                file,
                draw(st.sampled_from([None, at(5), at(6)])),
                draw(st.sampled_from(["mail", "file"])),
                draw(st.sampled_from([None, None, None, "R205"])),
                submissions=(form,),
                unplaced=(Unplaced(file, "表", "Z9", draw(st.sampled_from(["附", "注"]))),),
            )
        )
    return returns


@given(some_returns())
def test_no_word_is_lost_every_file_has_one_verdict_and_the_order_does_not_matter(
    returns: Sequence[Return],
) -> None:
    month = merge(*returns)
    assert merge(*reversed(returns)) == month
    assert [file.file for file in month.files] == sorted(ret.file for ret in returns)
    kept = set(unplaced(month)) | {change.now for change in month.altered}
    kept |= {text for state in month.offices for text in state.reporter.split("、")}
    kept |= {text for state in month.offices for text in state.approval.split("；")}
    for state in month.milestones:
        if state.entry:
            kept |= {state.entry.state, state.entry.done_text, state.entry.note}
    kept |= {t for e in month.entries for t in (e.status, e.progress, e.obstacles, e.remarks)}
    for ret in returns:
        kept_here = {one.text for one in ret.unplaced}
        for form in ret.submissions:
            kept_here |= {form.reporter, form.approval, *(a.now for a in form.altered)}
            for e in form.entries:
                kept_here |= {e.status, e.progress, e.obstacles, e.remarks}
            for step in form.milestones:
                kept_here |= {step.state, step.done_text, step.note}
        assert {text for text in kept_here if text.strip()} <= kept


def test_remarks_that_the_list_prefills_do_not_make_a_blank_form_speak() -> None:
    blank = again("空表.xlsx", {"1": "", "2": ""}, day=date(2021, 4, 24))
    form = blank.submissions[0]
    entries = tuple(replace(entry, remarks="来源：县政府报告") for entry in form.entries)
    month = merge(FIRST, replace(blank, submissions=(replace(form, entries=entries),)), OTHER)
    assert verdicts(month)["空表.xlsx"] == ("superseded", "R208")
    assert month.entries[0].progress == "完成3所学校选址。"
    assert month.entries[0].remarks == "来源：县政府报告"  # a blank took nothing from it


def test_a_refusal_is_found_even_where_the_reader_adds_a_note_under_the_same_code() -> None:
    note = Finding("R206", "info", "标题写的是1-3月。请核实。", "基教股", file="旧.xlsx")
    old = replace(
        again("旧.xlsx", period="2021-03"),
        code="R206",
        reason="这是 2021-03 的表。",
        findings=(note,),
    )
    month = merge(old, OTHER)
    assert [f.message for f in month.findings if f.code == "R206"] == [
        "这是 2021-03 的表。",
        "标题写的是1-3月。请核实。",
    ]
