"""Nobody is wrongly named: what an office sent in its own way is found, and never called blank."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.approval import is_approval
from taskxl.findings import Finding
from taskxl.intake.grids import Embedded, Sheet
from taskxl.merge.month import merge_month
from taskxl.model import Entry, Month, Return
from tests.returned_support import (
    HEADER,
    MAIN,
    MASTER,
    PERIOD,
    Draft,
    draft_form,
    fill_form,
    kept_texts,
)

REPORT_DAY = date(2021, 4, 25)
TITLES = {task.id: task.title or "" for task in MASTER.tasks}
OWN = ("1", "2", "3")  # what 办公室 leads


def merge(*returns: Return, history: Sequence[Month] = ()) -> Month:
    return merge_month(MASTER, PERIOD, REPORT_DAY, returns, history)


def blamed(month: Month, office: str = "办公室") -> list[Finding]:
    """Return what is held against an office by more than a question."""
    return [f for f in month.findings if f.severity != "info" and f.office in (office, None)]


def unmarked(rows: Sequence[Sequence[str | None]], sheet: str = "Sheet1") -> Draft:
    return Draft({sheet: [list(row) for row in rows]})


def table(
    header: Sequence[str],
    tasks: Sequence[str],
    answers: Mapping[str, str],
    lines: Sequence[str] = (),
) -> Draft:
    """Return a table of a clerk's own: no marks, these captions, an answer a caption and task."""
    known = {task.id: task for task in MASTER.tasks}
    rows: list[list[str | None]] = [[line] for line in lines]
    rows.append(list(header))
    for task in tasks:
        values = {
            "编号": known[task].number or "",
            "项目名称": known[task].title or "",
            "责任股室": "\n".join(known[task].offices),
        }
        rows.append([values.get(c) or answers.get(c, "").replace("#", task) for c in header])
    return unmarked(rows)


# ---------------------------------------------------------------- 1: words that nobody knew

ACTS = ("开展", "执行", "办理", "落实", "推进", "完成", "实施", "工作开展", "工作推进", "任务落实")
FORMS = (
    "{}情况",
    "4月份{}情况",
    "本月{}情况",
    "截至4月底{}情况",
    "{}情况（限200字）",
    "主要工作及{}成效",
)
ODD = ("工作小结", "主要做法", "具体事项", "本月动态", "做了什么", "填写栏", "甲")


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(
        st.tuples(st.sampled_from(ACTS), st.sampled_from(FORMS)).map(lambda p: p[1].format(p[0])),
        st.sampled_from(ODD),
    ),
    st.sampled_from(["进度状态", "状态"]),
    st.sampled_from(["存在问题", "困难和问题", "下一步工作计划"]),
)
def test_a_column_of_progress_is_known_by_its_word_or_its_place(
    caption: str, status: str, obstacles: str
) -> None:
    draft = table(
        ("编号", "项目名称", "责任股室", status, caption, obstacles, "备注"),
        OWN,
        {status: "正常推进", caption: "第#项做了实事", obstacles: "缺#人", "备注": "附#"},
        ("填报股室：办公室 填报人：王五 填报日期：4月22日 审核人：何远山",),
    )
    month = merge(draft.read())
    entries = [e for e in month.entries if e.office == "办公室"]
    assert [e.progress for e in entries] == [f"第{n}项做了实事" for n in OWN]
    assert [e.obstacles for e in entries] == [f"缺{n}人" for n in OWN]
    assert {one.text for one in month.unplaced} <= {caption}
    assert blamed(month) == []


def test_what_was_taken_by_its_place_is_said_once() -> None:
    draft = table(
        ("编号", "项目名称", "进度状态", "甲", "存在问题"), OWN,
        {"进度状态": "正常推进", "甲": "做了实事", "存在问题": "缺人"}, ("填报股室：办公室",),
    )  # fmt: skip
    told = [f for f in draft.read().findings if f.code == "E308"]
    assert [(f.severity, f.cell) for f in told] == [("info", "D2")]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(OWN), st.integers(9, 12), st.booleans())
def test_no_rule_says_blank_while_a_text_without_a_place_may_be_the_answer(
    task: str, column: int, below: bool
) -> None:
    draft = fill_form()
    draft.put(TITLES[task], "进展情况", None)
    rows = draft.sheets[MAIN]
    row = len(rows) if below else draft.at(MAIN, TITLES[task])[0]
    if below:
        rows.append([])
    rows[row] += [None] * (column + 1 - len(rows[row]))
    rows[row][column] = "已召开现场会，完成摸底。"
    month = merge(draft.read())
    (said,) = [f for f in month.findings if f.code == "G404"]
    assert said.severity == "info"
    assert "已召开现场会" in said.message
    assert "请核实" in said.message


def test_a_row_of_another_task_does_not_answer_for_a_blank_one() -> None:
    draft = fill_form()
    draft.put(TITLES["1"], "进展情况", None)
    row = draft.sheets[MAIN][draft.at(MAIN, TITLES["2"])[0]]
    row += [None, "另外写了几句话，很长的话。"]
    month = merge(draft.read())
    assert [f.severity for f in month.findings if f.code == "G404"] == ["error"]


# ---------------------------------------------------------------- 2: several offices in one table

COMBINED = ("编号", "项目名称", "责任股室", "进度状态", "进展情况", "存在问题")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(TITLES)), min_size=2, max_size=7, unique=True), st.booleans()
)
def test_a_combined_table_gives_each_row_to_its_lead(tasks: list[str], with_column: bool) -> None:
    header = COMBINED if with_column else tuple(c for c in COMBINED if c != "责任股室")
    draft = table(
        header,
        tasks,
        {"进度状态": "正常推进", "进展情况": "第#项做了实事", "存在问题": "缺#人"},
        ("填报人：王五　填报日期：4月22日　审核人：何远山",),
    )
    ret = draft.read()
    leads = {task.id: task.lead_offices[0] for task in MASTER.tasks}
    got = {e.task: form.office for form in ret.submissions for e in form.entries}
    assert got == {task: leads[task] for task in tasks}
    month = merge(ret)
    assert not [f for f in blamed(month) if f.code in ("G403", "G404", "G412", "R209")]
    for state in month.offices:
        if state.office in got.values():
            assert state.state == "submitted"


def test_a_row_that_is_in_doubt_is_given_to_nobody_and_nobody_is_called_missing_for_it() -> None:
    draft = table(COMBINED, ("1", "5"), {"进展情况": "第#项做了实事"})
    rows = draft.sheets["Sheet1"]
    rows[1][2] = "计财股"  # not the lead by the list
    month = merge(draft.read())
    assert [(e.task, e.office) for e in month.entries] == [("5", "基教股")]
    (told,) = [f for f in month.findings if f.code == "R205"]
    assert "办公室" in told.message
    missing = {f.office: f.severity for f in month.findings if f.code == "G401"}
    assert missing == {"办公室": "info", "计财股": "error"}
    assert "第1项做了实事" in {one.text for one in month.unplaced}


# ---------------------------------------------------------------- 3: supplements

FIELDS = ("进度状态", "进展情况", "存在问题和下一步工作计划", "备注")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(OWN),
    st.lists(st.sampled_from(FIELDS), min_size=1, max_size=4, unique=True),
    st.booleans(),
    st.booleans(),
)
def test_a_supplement_takes_nothing_away(
    task: str, fields: list[str], gone: bool, marked: bool
) -> None:
    first = fill_form()
    if gone:
        del first.sheets[MAIN][first.at(MAIN, TITLES[task])[0]]
    else:
        for name in fields:
            first.put(TITLES[task], name, None)
    answers = {name: "进度滞后" if name == "进度状态" else f"补{name}" for name in fields}
    if marked:
        later = draft_form()
        for name, text in answers.items():
            later.put(TITLES[task], name, text)
    else:
        header = ("编号", "项目名称", *fields)
        if not set(fields) - {"备注"}:
            header, answers = (*header, "进展情况"), {**answers, "进展情况": "补进展情况"}
        later = table(header, (task,), answers, ("填报股室：办公室",))
    one = replace(first.read(), file="一.xlsx", sha256="1", received_at=datetime(2021, 4, 20))
    two = replace(later.read(), file="二.xlsx", sha256="2", received_at=datetime(2021, 4, 21))
    month = merge(one, two)
    entries = {e.task: e for e in month.entries if e.office == "办公室"}
    assert set(entries) == set(OWN)
    for other in set(OWN) - {task}:
        assert entries[other].progress == f"填写{other}进展"
    said = entries[task]
    got = dict(zip(FIELDS, (said.status, said.progress, said.obstacles, said.remarks), strict=True))
    for name in answers:
        assert got[name] == answers[name]
    if not gone:
        for name in set(FIELDS) - set(answers):
            assert got[name]
    state = next(s for s in month.offices if s.office == "办公室")
    assert (state.reporter, state.approved, state.state) == ("填写填报人", True, "submitted")
    codes = {f.code for f in blamed(month)}
    assert not codes & {"R209", "G403", "G412", "E302"}
    assert ("G404" in codes) is (not said.progress)


def test_last_months_text_left_standing_in_a_second_form_does_not_win() -> None:
    before = Entry("1", "办公室", "正常推进", "三月的旧话，开了会。")
    march = replace(merge(), period=replace(PERIOD, month=3), entries=(before,))
    one = fill_form().read()
    again = fill_form(token=lambda place: f"又写{place}")
    again.put(TITLES["1"], "进展情况", "〔上月〕三月的旧话，开了会。")
    later = replace(again.read(), sha256="2", file="二.xlsx", received_at=datetime(2021, 4, 23))
    month = merge(
        replace(one, sha256="1", file="一.xlsx", received_at=datetime(2021, 4, 20)),
        later,
        history=(march,),
    )
    entries = {e.task: e.progress for e in month.entries if e.office == "办公室"}
    assert entries == {"1": "填写1进展", "2": "又写2进展", "3": "又写3进展"}
    assert "G405" not in {f.code for f in month.findings}


# ---------------------------------------------------------------- 5: signatures and refusals

REFUSALS = (
    "不同意", "退回修改", "未审定", "待审", "N/A", "请领导审定", "尚未审批", "待分管领导签字", "未经审定",
    "报何局长审阅", "送审中", "审核中", "不予通过", "驳回", "/", "无", "是否同意？", "没有签字", "拟报领导审定",
)  # fmt: skip
CONSENTS = (
    "同意", "同意报送。何远山", "何远山", "已审定", "已审", "原则同意，修改后报", "何远山 2021.4.22", "阅",
    "何远山 同意 4月22日", "已经何远山同志审定", "同意，请办公室统一修改格式后上报", "无意见",
)  # fmt: skip


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_no_approval(text: str) -> None:
    assert is_approval(text) is False
    draft = fill_form()
    draft.sheets[MAIN][3][6] = text
    month = merge(draft.read())
    (told,) = [f for f in month.findings if f.code == "G403"]
    assert told.severity == "warning"
    assert ("是空的" in told.message) is (text == "/")
    assert not next(s for s in month.offices if s.office == "办公室").approved


@pytest.mark.parametrize("text", CONSENTS)
def test_a_consent_is_an_approval(text: str) -> None:
    assert is_approval(text) is True
    draft = fill_form()
    draft.sheets[MAIN][3][6] = text
    assert "G403" not in {f.code for f in merge(draft.read()).findings}


@pytest.mark.parametrize(
    "label", ["审核人", "审 批 人", "主管领导签字", "单位负责人（签章）", "审签", "分管局长审阅"]
)
def test_another_label_bears_the_approval_too(label: str) -> None:
    draft = fill_form()
    draft.sheets[MAIN][3][5], draft.sheets[MAIN][3][6] = f"{label}：何远山", None
    month = merge(draft.read())
    assert "G403" not in {f.code for f in month.findings}
    assert month.unplaced == ()


@pytest.mark.parametrize("mark", ["（签名）", "(签字)", "盖章", "公章"])
def test_what_stands_for_a_signature_sends_to_the_original(mark: str) -> None:
    draft = fill_form()
    draft.sheets[MAIN][3][6] = mark
    (told,) = [f for f in merge(draft.read()).findings if f.code == "G403"]
    assert (told.severity, "请看原件" in told.message) == ("info", True)


@given(st.sampled_from(["G4", "F4", "H3", "A12", "C1"]), st.booleans())
def test_a_picture_may_be_the_signature(cell: str, inside: bool) -> None:
    ret = with_picture(fill_form(), Embedded("picture", cell, cell, "ab", inside))
    assert [(one.cell, one.sheet) for one in ret.attached] == [(cell, MAIN)]
    month = merge(ret)
    (told,) = [f for f in month.findings if f.code == "G403"]
    assert (told.severity, "请看原件" in told.message) == ("info", True)
    assert "是空的" not in told.message
    (file,) = month.files
    assert cell in (file.reason or "")


@given(st.sampled_from(OWN), st.booleans())
def test_a_picture_in_a_row_may_be_its_answer(task: str, inside: bool) -> None:
    draft = fill_form()
    draft.put(TITLES[task], "进展情况", None)
    cell = f"F{draft.at(MAIN, TITLES[task])[0] + 1}"
    ret = with_picture(draft, Embedded("picture", cell, cell, "ab", inside), approved=True)
    (told,) = [f for f in merge(ret).findings if f.code == "G404"]
    assert told.severity == "info"
    assert cell in told.message


def with_picture(draft: Draft, picture: Embedded, approved: bool = False) -> Return:
    from taskxl.forms.returned.reader import read_return
    from tests.returned_support import EXPECTED

    if not approved:
        draft.sheets[MAIN][3][6] = None
    book = draft.book()
    sheets = tuple(
        replace(sheet, embedded=(picture,)) if sheet.name == MAIN else sheet
        for sheet in book.sheets
    )
    return read_return(EXPECTED, replace(book, sheets=sheets), "回来的表.xlsx")


def test_the_forms_own_picture_is_nobodys_signature() -> None:
    from taskxl.forms.returned.catalog import form_pictures

    sheet = Sheet("表", (("题",),), embedded=(Embedded("picture", "A1", "B2", "ab"),))
    book = fill_form().book()
    assert form_pictures(replace(book, sheets=(sheet,))) == frozenset({"ab"})


def test_every_word_of_such_forms_is_kept() -> None:
    draft = table(
        ("编号", "项目名称", "进度状态", "甲", "存在问题"), OWN,
        {"进度状态": "正常推进", "甲": "做了第#件", "存在问题": "缺#"}, ("填报股室：办公室",),
    )  # fmt: skip
    held = kept_texts(draft.read())
    assert {"甲", *(f"做了第{n}件" for n in OWN), *(f"缺{n}" for n in OWN)} <= set(held)
    assert HEADER[5] == "进展情况"


@given(st.integers(2024, 2100), st.booleans())
def test_a_file_time_of_another_year_makes_nobody_late(year: int, dated_late: bool) -> None:
    draft = fill_form()
    draft.sheets[MAIN][2][6] = "2021-4-28" if dated_late else "2021-4-22"
    ret = replace(draft.read(), received_at=datetime(year, 1, 1))
    month = merge(ret)
    state = next(s.state for s in month.offices if s.office == "办公室")
    assert state == ("late" if dated_late else "submitted")
    assert ("G402" in {f.code for f in month.findings}) is dated_late
