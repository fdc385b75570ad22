"""Forms in a clerk's own layout, words outside the table, rows that go on: each read as meant."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.forms.returned.reader import read_return
from taskxl.intake.grids import Area, Book, Line, Note, Sheet, Value
from taskxl.merge.month import merge_month
from taskxl.model import Month, Return
from taskxl.statements import find_done_day, read_state, read_status
from tests.returned_support import (
    EXPECTED,
    HEADER,
    MAIN,
    MASTER,
    MILESTONES,
    PERIOD,
    Draft,
    draft_form,
    fill_form,
    kept_texts,
)

OWN = ("1", "2", "3")  # what 办公室 leads
TASKS = {task.id: task for task in MASTER.tasks}
HEAD = "填报股室：办公室　填报人：王五　填报日期：2021-4-22　分管负责同志审定：何远山"
CAPTIONS = HEADER[:8]


def merge(*returns: Return) -> Month:
    return merge_month(MASTER, PERIOD, date(2021, 4, 25), returns)


def row_of(task: str) -> list[Value]:
    one = TASKS[task]
    return [
        one.number,
        one.title,
        EXPECTED.catalog.plans[task],
        "、".join(one.offices),
        "正常推进",
        f"第{task}项召开了推进会。",
        f"第{task}项缺场地。",
        f"附{task}",
    ]


def said(ret: Return) -> list[tuple[str, str, str, str]]:
    return [
        (e.status, e.progress, e.obstacles, e.remarks)
        for form in ret.submissions
        for e in form.entries
    ]


WANTED = [("正常推进", f"第{t}项召开了推进会。", f"第{t}项缺场地。", f"附{t}") for t in OWN]


def read_sheet(rows: Sequence[Sequence[Value]], merges: Sequence[Area] = ()) -> Return:
    sheet = Sheet("表", tuple(map(tuple, rows)), tuple(merges))
    return read_return(EXPECTED, Book("表.xlsx", "xlsx", (sheet,)), "表.xlsx")


# ---------------------------------------------------------------- layouts


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(2, 8)), st.integers(0, 2), st.integers(0, 3))
def test_cards_and_turned_tables_say_what_rows_say(
    order: list[int], blank: int, right: int
) -> None:
    fields = [0, 1, *order]
    records = [row_of(task) for task in OWN]
    pad = [None] * right
    cards: list[list[Value]] = [[HEAD]]
    for record in records:
        cards += [[*pad, CAPTIONS[n], record[n]] for n in fields]
        cards += [[]] * blank
    turned = [[HEAD], *([*pad, CAPTIONS[n], *(r[n] for r in records)] for n in fields)]
    for rows in (cards, turned):
        ret = read_sheet(rows)
        assert [form.office for form in ret.submissions] == ["办公室"]
        assert said(ret) == WANTED
        assert ret.submissions[0].approval == "何远山"
        assert not [text for text in ret.unplaced if "项" in text.text]


def test_a_card_keeps_its_places_in_the_file() -> None:
    cards: list[list[Value]] = [[HEAD]]
    for task in OWN:
        cards += [[caption, text] for caption, text in zip(CAPTIONS, row_of(task), strict=True)]
    entries = read_sheet(cards).submissions[0].entries
    assert [entry.cells["progress"] for entry in entries] == ["B7", "B15", "B23"]
    assert [entry.row for entry in entries] == [7, 15, 23]
    turned = [[HEAD], *([CAPTIONS[n], *(row_of(t)[n] for t in OWN)] for n in range(8))]
    entries = read_sheet(turned).submissions[0].entries
    assert [entry.cells["progress"] for entry in entries] == ["B7", "C7", "D7"]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["{}．{}", "（{}）{}", "{}、{}", "第{}项 {}", "{}. 项目名称：{}"]))
def test_paragraphs_with_captions_say_what_rows_say(style: str) -> None:
    lines = [HEAD]
    for task in OWN:
        record = row_of(task)
        lines.append(style.format(task, record[1]))
        lines += [f"{CAPTIONS[n]}：{record[n]}" for n in range(4, 8)]
    if style.startswith("第"):
        lines = [line.replace(f"第{t}项 ", f"{t} ") for line in lines for t in ("",)][: len(lines)]
    book = Book("表.docx", "docx", (), tuple(Line(n, t) for n, t in enumerate(lines, 1)))
    ret = read_return(EXPECTED, book, "表.docx")
    if not style.startswith("第"):
        assert said(ret) == WANTED
        assert (ret.code, ret.unplaced) == (None, ())
    # Whatever was not understood is kept.
    kept = "".join(kept_texts(ret))
    assert all(f"第{t}项缺场地" in kept for t in OWN)


def test_rows_without_a_header_are_known_by_what_they_hold_and_that_is_said() -> None:
    ret = read_sheet([[HEAD], *(row_of(task) for task in OWN)])
    assert said(ret) == WANTED
    (told,) = [f for f in ret.findings if f.code == "E308"]
    assert told.severity == "info"
    assert ret.submissions[0].entries[0].cells["progress"] == "F2"


def test_rows_of_which_nothing_tells_the_order_stay_unread() -> None:
    """A title and two texts: either may be anything."""
    ret = read_sheet([[HEAD], *([row_of(t)[1], f"甲{t}文字", f"乙{t}文字"] for t in OWN)])
    assert said(ret) == []
    kept = "".join(kept_texts(ret))
    assert all(f"甲{t}文字" in kept and f"乙{t}文字" in kept for t in OWN)


@pytest.mark.parametrize("gap", [1, 3])
@pytest.mark.parametrize("first", [MAIN, MILESTONES])
def test_two_tables_side_by_side_are_two_tables(gap: int, first: str) -> None:
    form = fill_form()
    tables = {
        MAIN: [[HEAD], list(CAPTIONS), *(row_of(task) for task in OWN)],
        MILESTONES: [[*row[:7]] for row in form.sheets[MILESTONES]],
    }
    second = MILESTONES if first == MAIN else MAIN
    width = max(map(len, tables[first]))
    rows: list[list[Value]] = []
    for n in range(max(map(len, tables.values()))):
        left = tables[first][n] if n < len(tables[first]) else []
        right = tables[second][n] if n < len(tables[second]) else []
        rows.append([*left, *[None] * (width - len(left) + gap), *right])
    ret = read_sheet(rows)
    assert [form.office for form in ret.submissions] == ["办公室"]
    assert said(ret) == WANTED
    assert ret.submissions[0].approval == "何远山"
    steps = [row for row in form.sheets[MILESTONES][3:] if row[7]]
    assert [one.note for one in ret.submissions[0].milestones] == [row[6] for row in steps]
    assert ret.unplaced == ()


def test_captions_alone_make_no_form() -> None:
    instructions = [["编号", "照清单"], ["项目名称", "照清单填写"], ["进展情况", "写做了什么"]]
    assert said(read_sheet([[HEAD], *instructions])) == []


# ---------------------------------------------------------------- rows that go on


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["progress", "obstacles", "remarks"]), min_size=1, max_size=3))
def test_a_row_without_a_task_goes_on_with_the_one_above(kinds: list[str]) -> None:
    columns = {"progress": 5, "obstacles": 6, "remarks": 7}
    rows: list[list[Value]] = [[HEAD], list(CAPTIONS)]
    for task in OWN:
        rows.append(row_of(task))
        for n, kind in enumerate(kinds):
            more: list[Value] = [None] * 8
            more[columns[kind]] = f"又{task}{n}件。"
            rows.append(more)
    ret = read_sheet(rows)
    entries = ret.submissions[0].entries
    assert [entry.task for entry in entries] == list(OWN)
    for entry in entries:
        for n, kind in enumerate(kinds):
            assert f"又{entry.task}{n}件。" in getattr(entry, kind)
    assert ret.unplaced == ()


def test_a_row_with_an_office_or_another_state_does_not_go_on() -> None:
    rows: list[list[Value]] = [[HEAD], list(CAPTIONS)]
    for task in OWN:
        rows.append(row_of(task))
    rows.insert(3, [None, None, None, "计财股", None, "计财股已提供数据。"])
    rows.insert(5, [None, None, None, None, "已完成", "另一件事。"])
    ret = read_sheet(rows)
    assert said(ret) == WANTED
    assert {"计财股已提供数据。", "另一件事。"} <= {one.text for one in ret.unplaced}


def test_texts_broken_over_rows_by_a_converter_are_put_together() -> None:
    plan = EXPECTED.catalog.plans
    rows: list[list[Value]] = [[HEAD], list(CAPTIONS)]
    for task in OWN:
        whole = [str(text or "") for text in row_of(task)]
        whole[2] = plan[task].replace("\n", "")
        pieces = [[text[at : at + 12] for at in range(0, len(text), 12)] for text in whole]
        for n in range(max(map(len, pieces))):
            rows.append([piece[n] if n < len(piece) else None for piece in pieces])
    ret = read_sheet(rows)
    assert said(ret) == WANTED
    assert (ret.unplaced, [f for f in ret.findings if f.code == "E301"]) == ((), [])


def test_one_choice_over_several_rows_is_that_of_each() -> None:
    draft = fill_form()
    rows = draft.sheets[MAIN]
    for row in rows[6:8]:
        row[4] = None
    draft = replace(draft, merges={MAIN: [Area(6, 5, 8, 5)]})
    ret = draft.read()
    assert [entry.status for entry in ret.submissions[0].entries] == ["正常推进"] * 3
    assert not [f for f in ret.findings if f.code == "E307"]


def test_one_text_over_several_rows_is_still_asked_about() -> None:
    draft = fill_form()
    for row in draft.sheets[MAIN][6:8]:
        row[5] = None
    draft = replace(draft, merges={MAIN: [Area(6, 6, 8, 6)]})
    assert [f.code for f in draft.read().findings if f.code == "E307"] == ["E307"]


# ---------------------------------------------------------------- columns and statements


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("本月进展", "累计进展"),
        ("本月进展情况", "1-4月进展情况"),
        ("进展情况", "截至4月底完成情况"),
    ],
)
def test_two_columns_of_progress_are_both_progress(first: str, second: str) -> None:
    header = ["编号", "项目名称", "进度状态", first, second, "存在问题"]
    rows = [[t, TASKS[t].title, "正常推进", f"本{t}。", f"累{t}。", f"缺{t}"] for t in OWN]
    ret = read_sheet([[HEAD], header, *rows])
    assert [p for _, p, _, _ in said(ret)] == [f"本{t}。\n累{t}。" for t in OWN]
    assert [o for _, _, o, _ in said(ret)] == [f"缺{t}" for t in OWN]


def test_last_months_column_is_not_this_months_progress() -> None:
    header = ["编号", "项目名称", "进度状态", "上月进展情况", "本月进展情况", "存在问题"]
    rows = [[t, TASKS[t].title, "正常推进", f"旧{t}。", f"新{t}。", "无"] for t in OWN]
    assert [p for _, p, _, _ in said(read_sheet([[HEAD], header, *rows]))] == [
        f"新{t}。" for t in OWN
    ]


@pytest.mark.parametrize("status", ["进度", "工作进度"])
@pytest.mark.parametrize("first", [True, False], ids=["before", "behind"])
@pytest.mark.parametrize(
    "progress", ["进展情况", "截至目前完成情况", "本月进展情况", "目前进展", "工作进展", "落实情况"]
)
def test_a_column_called_progress_that_holds_states_is_the_status(
    status: str, first: bool, progress: str
) -> None:
    pair = (status, progress) if first else (progress, status)
    header = ["工作任务", *pair, "存在问题"]
    rows = [
        [TASKS[t].title, *(("正常推进", f"新{t}。") if first else (f"新{t}。", "正常推进")), "无"]
        for t in OWN
    ]
    assert [(s, p) for s, p, _, _ in said(read_sheet([[HEAD], header, *rows]))] == [
        ("正常推进", f"新{t}。") for t in OWN
    ]


@given(st.sampled_from("，。；"), st.sampled_from(("但略有滞后", "实际已全部完成", "均已完成")))
def test_a_reason_that_says_another_status_leaves_it_unread(mark: str, reason: str) -> None:
    assert read_status(f"正常推进{mark}{reason}")[1] is False


REASONS = ("图纸已送审", "预计月底验收", "详见备注", "材料见附件", "第3标段在建")


@given(
    st.sampled_from(["正常推进", "进度滞后", "尚未启动"]),
    st.sampled_from("，。；"),
    st.sampled_from(REASONS),
)
def test_a_choice_with_a_reason_is_that_choice(word: str, mark: str, reason: str) -> None:
    assert read_status(f"{word}{mark}{reason}") == (word, True)


@given(
    st.sampled_from("，。；"), st.sampled_from(("但部分滞后", "尚有2处未改", "待验收", "还剩30%"))
)
def test_a_reason_that_takes_it_back_leaves_it_unread(mark: str, reason: str) -> None:
    assert read_status(f"已完成{mark}{reason}")[1] is False
    assert read_state(f"已完成{mark}{reason}", 2021)[2] is False


def test_all_that_was_said_with_a_choice_is_kept() -> None:
    draft = fill_form()
    draft.put(TASKS["1"].title or "", "进度状态", "正常推进，图纸已送审")
    ret = draft.read()
    assert ret.submissions[0].entries[0].status == "正常推进"
    assert "正常推进，图纸已送审" in kept_texts(ret)
    assert not [f for f in ret.findings if f.code in ("E304", "E303")]


@given(st.dates(date(2021, 1, 1), date(2021, 4, 25)))
def test_the_day_of_what_was_done_is_read_in_clerks_words(day: date) -> None:
    words = f"{day.month}月{day.day}日"
    for said_so in (f"已于{words}完成", f"{words}办结", f"{day.month}.{day.day}完成", f"于{words}"):
        assert find_done_day(said_so, 2021) == day
    for not_so in (f"预计{words}完成", f"{words}前完成", f"{words}未完成", f"延期至{words}"):
        assert find_done_day(not_so, 2021) is None


def test_a_milestones_day_is_found_in_its_note() -> None:
    draft = fill_form()
    rows = [row for row in draft.sheets[MILESTONES][3:] if row[7]]
    rows[0][4:7] = ["已完成", None, "4月3日完成，验收单已归档"]
    step = draft.read().submissions[0].milestones[0]
    assert (step.state, step.done_on) == ("已完成", date(2021, 4, 3))
    assert step.note == "4月3日完成，验收单已归档"


# ---------------------------------------------------------------- milestones told elsewhere


def milestone() -> tuple[str, str]:
    rows = [row for row in draft_form().sheets[MILESTONES][3:] if row[7]]
    return str(rows[0][7]), str(rows[0][2])


@pytest.mark.parametrize("ending", ["已于4月3日完成", "已完成", "已按时办结", "全部完成"])
def test_a_progress_text_that_calls_a_milestone_done_in_its_words_counts(ending: str) -> None:
    item, words = milestone()
    draft = fill_form()
    for row in draft.sheets[MILESTONES][3:]:
        row[4:7] = [None, None, None]
    task = item.partition("/")[0]
    draft.put(TASKS[task].title or "", "进展情况", f"节点“{words}”{ending}。其他照旧。")
    steps = {one.milestone: one for one in draft.read().submissions[0].milestones}
    assert steps[item].state == "已完成"
    assert steps[item].done_on == (date(2021, 4, 3) if "4月" in ending else None)


@pytest.mark.parametrize("ending", ["尚未完成", "预计5月完成", "基本完成", "正在推进", ""])
def test_a_progress_text_that_does_not_call_it_done_does_not(ending: str) -> None:
    item, words = milestone()
    draft = fill_form()
    for row in draft.sheets[MILESTONES][3:]:
        row[4:7] = [None, None, None]
    task = item.partition("/")[0]
    draft.put(TASKS[task].title or "", "进展情况", f"节点“{words}”{ending}。其他照旧。")
    steps = {one.milestone: one for one in draft.read().submissions[0].milestones}
    assert steps[item].state == ""


def test_a_line_that_calls_a_milestone_done_counts_and_keeps_its_note() -> None:
    item, words = milestone()
    rows = [[HEAD], list(CAPTIONS), *(row_of(t) for t in OWN)]
    rows.append([None, None, words, None, "已完成", "4月3日已完成，纪要 已印发"])
    ret = read_sheet(rows)
    (step,) = ret.submissions[0].milestones
    assert (step.milestone, step.state, step.done_on) == (item, "已完成", date(2021, 4, 3))
    assert "纪要 已印发" in step.note
    assert said(ret) == WANTED


# ---------------------------------------------------------------- approvals beside the form


def unapproved() -> Draft:
    draft = fill_form()
    draft.sheets[MAIN][3][6] = None
    return draft


LEADERS = ("王立", "赵明")


@pytest.mark.parametrize("leader", LEADERS)
@pytest.mark.parametrize(
    ("kind", "cell", "text"),
    [
        ("footer", None, "审定：{}"),
        ("text box", "K3", "同意报送 {}"),
        ("comment", "G4", "已审 {}"),
        ("comment", "G4", "分管领导审核：{}"),
    ],
)
def test_an_approval_in_a_note_is_one(kind: str, cell: str | None, text: str, leader: str) -> None:
    draft = unapproved()
    note = Note(kind, cell, text.format(leader))  # type: ignore[arg-type]
    ret = replace(draft, notes={MAIN: [note]}).read()
    assert ret.submissions[0].approved
    assert leader in ret.submissions[0].approval
    assert ret.unplaced == ()


@pytest.mark.parametrize(
    "text", ["不同意 王立", "请王立审定", "同意报送", "退回修改 王立", "已报王立同志审定"]
)
def test_what_only_looks_like_an_approval_is_none(text: str) -> None:
    draft = unapproved()
    ret = replace(draft, notes={MAIN: [Note("text box", "K3", text)]}).read()
    assert not ret.submissions[0].approved
    assert text in kept_texts(ret)


def test_a_comment_on_a_task_approves_no_form() -> None:
    draft = unapproved()
    ret = replace(draft, notes={MAIN: [Note("comment", "F6", "已审 王立")]}).read()
    assert not ret.submissions[0].approved
    assert "已审 王立" in kept_texts(ret)


def test_another_label_with_the_leaders_name_is_an_approval() -> None:
    draft = unapproved()
    draft.sheets[MAIN][3][5] = "分管领导：王立（已阅）"
    ret = draft.read()
    assert ret.submissions[0].approved
    assert ret.unplaced == ()


def test_a_note_does_not_outdo_what_stands_in_the_form() -> None:
    draft = fill_form()
    ret = replace(draft, notes={MAIN: [Note("footer", None, "填报人：赵六")]}).read()
    assert ret.submissions[0].reporter == "填写填报人"
    assert "填报人：赵六" in kept_texts(ret)


def slip(approval: str = "王立", office: str = "办公室") -> Return:
    lines = ("审签单", f"填报股室：{office}", f"分管负责同志审定：{approval}", "4月22日")
    book = Book("审签单.docx", "docx", (), tuple(Line(n, t) for n, t in enumerate(lines, 1)))
    ret = read_return(EXPECTED, book, "审签单.docx")
    return replace(ret, sha256="b", received_at=datetime(2021, 4, 22, 10))


def test_an_approval_slip_of_its_own_approves_the_form_beside_it() -> None:
    form = replace(unapproved().read(), sha256="a", received_at=datetime(2021, 4, 22, 9))
    month = merge(form, slip())
    (office,) = [one for one in month.offices if one.office == "办公室"]
    assert (office.state, office.approved) == ("submitted", True)
    verdicts = {one.file: one.verdict for one in month.files}
    assert verdicts["审签单.docx"] != "rejected"
    assert not [f for f in month.findings if f.code in ("G403", "R205")]


def test_an_approval_slip_alone_is_no_report() -> None:
    month = merge(slip())
    (office,) = [one for one in month.offices if one.office == "办公室"]
    assert office.state in ("missing", "rejected")


def test_a_slip_that_refuses_or_names_nobody_is_none() -> None:
    assert slip("不同意，退回修改").submissions == ()
    assert slip(office="某某公司").submissions == ()


# ---------------------------------------------------------------- pointers, pages, counts


@pytest.mark.parametrize(
    "pointer", ["详见附页", "见附件", "见右侧文本框", "另附页说明", "请见附表"]
)
def test_a_pointer_to_a_text_that_is_there_is_not_empty(pointer: str) -> None:
    draft = fill_form()
    draft.put(TASKS["1"].title or "", "进展情况", pointer)
    draft.sheets["附页"] = [["第1项4月12日召开现场推进会，完成摸底32所。"]]
    assert not [f for f in merge(draft.read()).findings if f.code == "G411"]
    if pointer != "详见附页":
        return
    del draft.sheets["附页"]
    assert [f.severity for f in merge(draft.read()).findings if f.code == "G411"] == ["warning"]


@pytest.mark.parametrize("empty", ["N/A", "null", "详见备注"])
def test_a_word_for_nothing_is_hollow(empty: str) -> None:
    draft = fill_form()
    draft.put(TASKS["1"].title or "", "进展情况", empty)
    draft.put(TASKS["1"].title or "", "备注", None)
    assert [f.code for f in merge(draft.read()).findings if f.code in ("G404", "G411")] == ["G411"]


def test_page_numbers_and_counted_columns_are_nobodys_typing() -> None:
    rows: list[list[Value]] = [[HEAD], list(CAPTIONS), [f"（{n}）" for n in range(1, 9)]]
    rows += [row_of(task) for task in OWN]
    rows += [["第1页 共2页"], ["第2页"]]
    ret = read_sheet(rows)
    assert said(ret) == WANTED
    assert ret.unplaced == ()


SPELLINGS = st.sampled_from(
    [("，", ","), ("。", "."), ("；", ";"), ("（", "("), ("）", ")"), ("“", '"'), ("、", "、 ")]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SPELLINGS, max_size=4), st.sampled_from(["", " ", "\u3000", "\n"]))
def test_punctuation_of_either_width_and_spaces_change_no_fixed_text(
    spellings: list[tuple[str, str]], space: str
) -> None:
    draft = fill_form()
    for row in draft.sheets[MAIN][5:]:
        text = str(row[2])
        for mark, other in spellings:
            text = text.replace(mark, other)
        row[2] = text.replace("。", "。" + space) + space
    assert not [f for f in draft.read().findings if f.code == "E301"]


@pytest.mark.parametrize("style", ["（{}）", "{}.", "{}"])
def test_a_table_of_the_offices_own_counts_as_it_likes(style: str) -> None:
    rows = [row_of(task) for task in OWN]
    for n, row in enumerate(rows, 1):
        row[0] = style.format(n + 4)
    ret = read_sheet([[HEAD], list(CAPTIONS), *rows])
    assert said(ret) == WANTED
    assert not [f for f in ret.findings if f.code == "E301" and "编号" in f.message]


# ---------------------------------------------------------------- several offices


def test_a_sheet_of_milestones_is_parted_like_the_table_of_tasks() -> None:
    offices = ("办公室", "基教股")
    forms = [fill_form(office) for office in offices]
    main = [["填报股室：办公室、基教股"], list(CAPTIONS)]
    steps: list[list[Value]] = []
    for form in forms:
        main += [[*row[:8]] for row in form.sheets[MAIN][5:] if row[8]]
        steps += [[*row[:7]] for row in form.sheets[MILESTONES][3:] if row[7]]
    header = list(draft_form().sheets[MILESTONES][2][:7])
    sheets = (
        Sheet("进展", tuple(map(tuple, main))),
        Sheet("节点", tuple(map(tuple, [["填报股室：办公室、基教股"], header, *steps]))),
    )
    ret = read_return(EXPECTED, Book("合报.xlsx", "xlsx", sheets), "合报.xlsx")
    said_by = {form.office: len(form.milestones) for form in ret.submissions}
    wanted = {
        office: sum(bool(row[7]) for row in form.sheets[MILESTONES][3:])
        for office, form in zip(offices, forms, strict=True)
    }
    assert said_by == wanted


def test_many_milestones_of_few_tasks_alone_are_a_form_all_the_same() -> None:
    form = fill_form()
    rows = [[HEAD], list(draft_form().sheets[MILESTONES][2][:7])]
    rows += [[*row[:7]] for row in form.sheets[MILESTONES][3:] if row[7]] * 3
    ret = read_return(
        EXPECTED, Book("节点.xlsx", "xlsx", (Sheet("节点", tuple(map(tuple, rows))),)), "节点.xlsx"
    )
    assert [one.office for one in ret.submissions] == ["办公室"]


def test_a_slip_that_came_alone_loses_no_word() -> None:
    month = merge(slip())
    kept = {one.text for one in month.unplaced}
    assert {"审签单", "王立", "4月22日"} <= kept
