"""Returned forms, at the edges: what is said, what is kept, what a fixed text may look like."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.forms.identity import DrawnCell, DrawnColumn, Identity, Layout, RowMark, digest_text
from taskxl.forms.issue import compose_form
from taskxl.forms.returned.asked import asked_fields, drawn_fields
from taskxl.forms.returned.drawn import read_drawing
from taskxl.forms.returned.head_lines import read_labels, split_labels
from taskxl.forms.returned.headings import check_headings
from taskxl.forms.returned.matching import Register, RowKeys
from taskxl.forms.returned.reader import Expected, read_return
from taskxl.forms.returned.tally import Tally, Why, tell_attached
from taskxl.forms.returned.whose import FormMarks, decide_office
from taskxl.intake.grids import Area, Book, Line, Note, Sheet, Value
from taskxl.model import ASKED, Attached, Entry, Milestone, Period, Person, Return, Task
from taskxl.tasks import plan_text
from tests.returned_support import (
    EXPECTED,
    HEADER,
    MAIN,
    MASTER,
    MILESTONES,
    PERIOD,
    Draft,
    codes,
    compose,
    draft_form,
    fill_form,
    texts,
)

SAFETY, STYLE, PAPERS = "加强校园安全管理", "推进机关作风建设", "完善公文流转制度"
TASKS = {task.id: task for task in MASTER.tasks}
PLANS = EXPECTED.catalog.plans


def read_sheets(
    *sheets: Sequence[Sequence[Value]],
    lines: Sequence[str] = (),
    expected: Expected = EXPECTED,
    merges: Sequence[Area] = (),
) -> Return:
    """Read sheets of a clerk's own, without marks; `merges` are those of the first."""
    grids = tuple(
        Sheet(f"表{n}", tuple(map(tuple, rows)), tuple(merges) if n == 1 else ())
        for n, rows in enumerate(sheets, 1)
    )
    said = tuple(Line(n, text) for n, text in enumerate(lines, 1))
    return read_return(expected, Book("表.xlsx", "xlsx", grids, said), "表.xlsx")


def own_row(task: str, offices: str = "", progress: str = "") -> list[Value]:
    """Return a row below `HEADER[:8]` of a table without marks."""
    one = TASKS[task]
    named = offices or "、".join(one.offices)
    return [
        one.number,
        one.title,
        PLANS[task],
        named,
        "正常推进",
        progress or f"进展{task}",
        "",
        "",
    ]


def said_of(ret: Return, code: str) -> list[str]:
    return [finding.message for finding in ret.findings if finding.code == code]


def others(ret: Return) -> list[str]:
    """Return the codes found, save that other tasks of the office have no row here."""
    return [code for code in codes(ret) if code != "E302"]


# ---------------------------------------------------------------- fixed texts and E301


def test_offices_that_go_on_in_the_next_row_are_no_change() -> None:
    plan = PLANS["1"].split("\n")
    first = ["1", SAFETY, "\n".join(plan[:1]), "办公室", "正常推进", "一是开会", None, None]
    second = [None, None, "\n".join(plan[1:]), "基教股", None, "，二是检查。", None, None]
    ret = read_sheets([["填报股室：办公室"], HEADER[:8], first, second])
    assert (others(ret), ret.unplaced, ret.submissions[0].altered) == ([], (), ())
    assert ret.submissions[0].entries[0].progress == "一是开会，二是检查。"
    second[3] = "计财股"  # another office below is a change
    ret = read_sheets([["填报股室：办公室"], HEADER[:8], first, second])
    assert texts(ret.unplaced) or ret.submissions[0].altered


def test_a_change_says_what_was_issued_or_what_the_list_has() -> None:
    draft = draft_form()
    draft.put(SAFETY, "项目名称", "加强校园周边安全管理")
    wanted = (
        "第1项“加强校园安全管理”的项目名称有改动：{}“加强校园安全管理”，"
        "现在是“加强校园周边安全管理”。汇总仍按主清单；确需调整请在主清单中修改。"
    )
    ret = draft.read()
    assert said_of(ret, "E301") == [wanted.format("下发时是")]
    assert ret.submissions[0].altered[0].was == SAFETY
    draft.in_property = draft.in_sheet = False
    assert said_of(draft.read(), "E301") == [wanted.format("主清单里是")]
    draft = draft_form()
    draft.put(STYLE, "责任股室", None)
    (message,) = said_of(draft.read(), "E301")
    assert "责任股室有改动：下发时是“办公室”，现在是空白。" in message


def test_a_change_names_the_issued_title_where_the_list_has_another_now() -> None:
    later = replace(
        MASTER,
        tasks=tuple(
            replace(task, title="加强校园安全和食品管理", number="11") if task.id == "1" else task
            for task in MASTER.tasks
        ),
    )
    expected = Expected(later, PERIOD, EXPECTED.form_texts, (MASTER,))
    draft = draft_form()
    assert codes(draft.read(expected)) == []
    place = draft.at(MAIN, "编号")[1]
    draft.sheets[MAIN][draft.at(MAIN, SAFETY)[0]][place] = "15"
    draft.put(SAFETY, "项目名称", "加强校园及周边安全管理")
    changed = {one.field: one.was for one in draft.read(expected).submissions[0].altered}
    assert changed == {"编号": "1", "项目名称": SAFETY}
    draft.in_property = draft.in_sheet = False
    (one,) = draft.read(expected).submissions[0].altered  # an own table counts as it likes
    assert (one.field, one.was) == ("项目名称", "加强校园安全和食品管理")


FULL = Task(
    "8",
    "建设智慧校园平台",
    "教育信息化",
    "孙一清",
    "三年内分步建成。",
    ("办公室",),
    ("基教股",),
    (Person("周晓禾"), Person("林一帆")),
    ("县政府工作报告", "民生实事"),
    id="8",
)


@pytest.mark.parametrize(
    "known",
    [
        *("8", "建设智慧校园平台", "教育信息化", "孙一清", "三年内分步建成。", "办公室、基教股"),
        *("办公室", "基教股", "周晓禾", "林一帆", "周晓禾、林一帆", "县政府工作报告"),
        *("民生实事", "县政府工作报告\n民生实事", "县政府工作报告、民生实事"),
    ],
)
def test_an_added_column_may_say_what_the_list_says_of_the_task(known: str) -> None:
    master = replace(MASTER, tasks=(*MASTER.tasks, FULL))
    expected = Expected(master, PERIOD)
    header = ["编号", "项目名称", "分管领导", "责任股室", "进度状态", "进展情况"]
    row = ["8", FULL.title, known, "办公室、基教股", "正常推进", "完成招标。"]
    table = [["填报股室：办公室"], header, row]
    ret = read_sheets(table, expected=expected)
    assert (ret.unplaced, said_of(ret, "E303")) == ((), [])
    row[2] = f"{known}等"
    ret = read_sheets(table, expected=expected)
    assert texts(ret.unplaced) == [f"{known}等"]
    assert said_of(ret, "E303")[0].startswith("C3 在填报栏以外的列里，共 1 处")


def test_a_table_with_two_places_in_one_cell_knows_a_task_without_number() -> None:
    task = replace(MASTER.tasks[1], number=None)
    master = replace(MASTER, tasks=(MASTER.tasks[0], task, *MASTER.tasks[2:]))
    expected = Expected(master, PERIOD)
    form = compose_form(master, "办公室", PERIOD, date(2021, 4, 25))
    columns = (
        DrawnColumn(MAIN, ("任务.编号", "任务.名称"), 1, "事项", "{{任务.编号}}．{{任务.名称}}"),
        DrawnColumn(MAIN, ("任务.进展",), 2, "本月动态"),
        DrawnColumn(MAIN, ("任务.标识",), 3, "标识"),
    )
    identity = replace(form.identity, layout=Layout(columns))
    rows: list[list[Value]] = [["事项", "本月动态", "标识"]]
    for record in form.blocks["任务"]:
        rows.append([f"{record['编号'] or ''}．{record['名称']}", "进展", record["标识"]])
    draft = Draft({MAIN: rows}, identity)
    ret = draft.read(expected)
    assert (codes(ret), ret.unplaced) == ([], ())
    assert [entry.progress for entry in ret.submissions[0].entries] == ["进展"] * 3
    rows[2][0] = f"9．{STYLE}"
    ret = draft.read(expected)
    assert (codes(ret), ret.submissions[0].altered[0].now) == (["E301"], f"9．{STYLE}")


@pytest.mark.parametrize("gone", [*HEADER[4:8], "责任股室", "主要内容和关键时间节点计划"])
def test_a_table_without_one_of_its_columns_says_what_the_others_say(gone: str) -> None:
    place = HEADER.index(gone)
    rows: list[list[Value]] = [list(HEADER[:8])]
    rows += [["1", SAFETY, PLANS["1"], "办公室、基教股", "正常推进", "一一", "二二", "三三"]]
    for row in rows:
        del row[place]
    ret = read_sheets([["填报股室：办公室"], *rows])
    assert (ret.code, others(ret), ret.unplaced) == (None, [], ())
    (entry,) = ret.submissions[0].entries
    said = {"进度状态": entry.status, "进展情况": entry.progress, "备注": entry.remarks}
    said[HEADER[6]] = entry.obstacles
    wanted = {"进度状态": "正常推进", "进展情况": "一一", HEADER[6]: "二二", "备注": "三三"}
    assert said == wanted | ({gone: ""} if gone in wanted else {})


# ---------------------------------------------------------------- texts of an earlier month


def issued_in_may() -> Draft:
    last = Entry("2", "办公室", "正常推进", "开了两次会。", "缺人手。")
    form = compose_form(
        MASTER, "办公室", Period(2021, 5), date(2021, 5, 25), {("2", "办公室"): last}
    )
    words = ("编号", "名称", "计划", "股室", "状态", "进展", "问题", "备注", "标识")
    main: list[list[Value]] = [["填报股室：办公室"], list(HEADER)]
    main += [[record[word] or None for word in words] for record in form.blocks["任务"]]
    return Draft({MAIN: main}, form.identity)


def test_a_form_with_nothing_but_last_months_texts_is_untouched() -> None:
    expected = Expected(MASTER, Period(2021, 5))
    draft = issued_in_may()
    handed = draft.sheets[MAIN][draft.at(MAIN, STYLE)[0]]
    assert (handed[5], handed[6]) == ("〔上月〕开了两次会。", "〔上月〕缺人手。")
    ret = draft.read(expected)
    assert ret.submissions[0].untouched
    entry = ret.submissions[0].entries[1]
    assert (entry.progress, entry.handed_on) == ("开了两次会。", ("progress", "obstacles"))
    # The mark taken away, or a word more, is an answer; so is one in another row.
    for typed in ("开了两次会。", "〔上月〕开了三次会。"):
        draft.put(STYLE, "进展情况", typed)
        assert not draft.read(expected).submissions[0].untouched
    draft = issued_in_may()
    draft.put(PAPERS, "备注", "无")
    assert not draft.read(expected).submissions[0].untouched


# ---------------------------------------------------------------- two rows of one thing


def repeated(field: str, value: str) -> Return:
    draft = fill_form()
    rows = draft.sheets[MILESTONES]
    place = draft.at(MILESTONES, SAFETY)[0]
    again = list(rows[place])
    again[draft.at(MILESTONES, field)[1]] = value
    rows.insert(place + 1, again)
    return draft.read()


@pytest.mark.parametrize("field", ["完成情况", "完成日期", "说明"])
def test_of_two_rows_of_a_milestone_what_differs_is_left_over(field: str) -> None:
    value = {"完成情况": "申请延期", "完成日期": "4月18日", "说明": "等待验收"}[field]
    ret = repeated(field, value)
    assert texts(ret.unplaced) == [value]
    (message,) = said_of(ret, "E303")
    assert "是同一任务的另一行，内容与采用的一行不同，共 1 处" in message
    assert [one.milestone for one in ret.submissions[0].milestones] == ["2/1", "1/1"]


def test_a_milestone_copied_as_it_is_leaves_nothing_over() -> None:
    assert repeated("说明", "填写1/1说明").unplaced == ()


def test_of_two_rows_of_a_task_what_differs_is_left_over() -> None:
    draft = fill_form()
    place = draft.at(MAIN, STYLE)[0]
    again = list(draft.sheets[MAIN][place])
    again[6], again[7] = "又缺经费", "另附材料"
    draft.sheets[MAIN].insert(place + 1, again)
    ret = draft.read()
    assert texts(ret.unplaced) == ["又缺经费", "另附材料"]
    assert ret.submissions[0].entries[1].obstacles == "填写2问题"


# ---------------------------------------------------------------- tables of several offices


def test_doubtful_rows_of_a_common_table_name_three_tasks_and_the_leads() -> None:
    rows = [own_row(task, "计财股") for task in ("1", "2", "3", "4", "5", "6", "7")]
    ret = read_sheets([HEADER[:8], *rows])
    assert [form.office for form in ret.submissions] == ["计财股"]
    assert ret.submissions[0].tasks == ("6", "7")
    (message,) = said_of(ret, "R205")
    labels = "、".join(TASKS[task].label for task in ("1", "2", "3"))
    assert message == (
        f"几个股室合在一张表里，{labels}看不出是谁报的，可能是：办公室、基教股。"
        "请写明填报股室后重发。"
    )
    (left,) = said_of(ret, "E303")
    assert "所在的表没有采用" in left
    assert {f"进展{task}" for task in "12345"} <= set(texts(ret.unplaced))


def test_who_reports_is_asked_where_two_offices_report_and_both_are_named() -> None:
    both = replace(MASTER, settings=replace(MASTER.settings, supporting_report=True))
    rows = [own_row(task) for task in ("2", "3", "4", "5", "6")]
    table = [HEADER[:8], *rows]
    alone = read_sheets(table)
    assert [form.tasks for form in alone.submissions] == [("2", "3"), ("4", "5"), ("6",)]
    shared = read_sheets(table, expected=Expected(both, PERIOD))
    assert [form.tasks for form in shared.submissions] == [("2", "3"), ("5",), ("6",)]
    (message,) = said_of(shared, "R205")
    assert TASKS["4"].label in message
    assert "进展4" in texts(shared.unplaced)
    rows[2][3] = "基教股"  # one name alone says it
    named = read_sheets(table, expected=Expected(both, PERIOD))
    assert [form.tasks for form in named.submissions] == [("2", "3"), ("4", "5"), ("6",)]


def test_a_sheet_nobody_can_be_told_of_is_said_beside_one_that_was_taken() -> None:
    stranger = [["填报股室：教研室"], HEADER[:8], own_row("4"), own_row("6")]
    ret = read_sheets([["填报股室：办公室"], HEADER[:8], own_row("2")], stranger)
    assert [form.tasks for form in ret.submissions] == [("2",)]
    (found,) = [finding for finding in ret.findings if finding.code == "R205"]
    assert found.sheet == "表2"
    assert found.message.endswith("这部分内容先列入“未归位内容”。")
    assert found.message.startswith("“填报股室”写的是“教研室”，“股室”表里没有这个名称。")
    assert {"进展4", "进展6", "教研室"} <= set(texts(ret.unplaced))
    # Nothing is said of a sheet without words of its own.
    alone = read_sheets([["填报股室：办公室"], HEADER[:8], own_row("2")])
    assert said_of(alone, "R205") == []


def test_a_cover_beside_the_forms_of_two_offices_is_kept_as_typed() -> None:
    forms = [
        [[f"填报股室：{office}"], HEADER[:8], own_row(task)]
        for office, task in (("办公室", "2"), ("基教股", "5"))
    ]
    ret = read_sheets(*forms, [["填报人：王五"]])
    assert texts(ret.unplaced) == ["填报人：王五"]
    assert [form.reporter for form in ret.submissions] == ["", ""]
    alone = read_sheets(forms[0], [["填报人：王五"]])
    assert (alone.unplaced, alone.submissions[0].reporter) == ((), "王五")


def test_paragraphs_above_two_tables_may_name_their_one_office() -> None:
    tables = [[HEADER[:8], own_row("2")], [HEADER[:8], own_row("3")]]
    ret = read_sheets(*tables, lines=["填报股室：办公室　填报人：王五"])
    assert {form.office for form in ret.submissions} == {"办公室"}
    assert ret.submissions[0].tasks == ("2", "3")
    own = [[["填报股室：办公室"], *tables[0]], [["填报股室：基教股"], HEADER[:8], own_row("5")]]
    two = read_sheets(*own, lines=["填报股室：办公室", "填报股室：基教股"])
    assert [form.tasks for form in two.submissions] == [("2",), ("5",)]


def test_a_table_to_be_read_beside_the_offices_own_gives_no_entry() -> None:
    known = [
        ["1", SAFETY, PLANS["1"], "办公室、基教股"],
        ["7", TASKS["7"].title, PLANS["7"], "计财股"],
    ]
    ret = read_sheets([["填报股室：办公室"], HEADER[:8], own_row("2"), [], [], HEADER[:4], *known])
    assert (ret.submissions[0].tasks, ret.unplaced, others(ret)) == (("2",), (), [])


# ---------------------------------------------------------------- tables that lost their header


def test_a_form_that_lost_its_header_is_still_its_offices() -> None:
    rows = [["填报股室：办公室"], [STYLE, "开了两次会。"], [PAPERS, "印发制度。"]]
    ret = read_sheets(rows)
    assert (ret.code, [form.office for form in ret.submissions]) == (None, ["办公室"])
    assert said_of(ret, "E303")[0] == (
        "没有找到进展情况表的表头，全部文字都列入“未归位内容”。"
        "请股室在下发的表上填写，保留表头，重新报送。"
    )
    assert texts(ret.unplaced) == ["开了两次会。", "印发制度。"]
    stranger = read_sheets([["填报股室：办公室"], ["采购电脑", "三台"]])
    assert (stranger.code, stranger.submissions) == ("R205", ())


def test_a_form_of_march_that_lost_its_header_is_a_form_of_march() -> None:
    draft = fill_form(month=3)
    del draft.sheets[MILESTONES]
    draft.sheets[MAIN] = [["填报股室：办公室"], [STYLE, "开了两次会。"]]
    ret = draft.read()
    assert (ret.code, [form.period for form in ret.submissions]) == ("R206", ["2021-03"])
    assert ret.reason == "这是2021年3月的表，本期是2021年4月。请用本期下发的表填报后重新报送。"


def test_the_list_itself_among_the_returns_is_called_so() -> None:
    rows = [[one.number, one.title, PLANS[one.id], "、".join(one.offices)] for one in MASTER.tasks]
    ret = read_sheets([[f"{MASTER.title}"], HEADER[:4], *rows])
    assert (ret.code, ret.submissions) == ("R205", ())
    assert ret.reason == (
        "这是任务清单（附件1），没有“进展情况”一类要填的栏，不是进展情况表。"
        "请核对是不是放错了文件。"
    )
    named = read_sheets([["填报股室：办公室"], HEADER[:4], *rows])
    assert "任务清单（附件1）" not in (named.reason or "")


def test_words_beside_the_labels_of_a_sheet_without_table_are_kept() -> None:
    table = [["填报股室：办公室"], HEADER[:8], own_row("2")]
    ret = read_sheets(table, [["另有材料后补 填报人：王五"]])
    assert texts(ret.unplaced) == ["另有材料后补"]
    assert said_of(ret, "E303")[0].startswith("A1 的文字在表格以外，共 1 处，如“另有材料后补”。")
    assert ret.submissions[0].reporter == "王五"


# ---------------------------------------------------------------- what is left over, and how it is said


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("row", "B2 所在的行对不上下发的任何一项任务，共 1 处，如“甲”"),
        ("other", "B2 所在的行是清单里别的股室的任务，共 1 处，如“甲”"),
        ("dropped", "B2 所在的行是下发过、主清单里现在没有的任务，共 1 处，如“甲”"),
        ("beyond", "B2 是清单以外的工作，共 1 处，如“甲”"),
        ("column", "B2 在填报栏以外的列里，共 1 处，如“甲”"),
        ("merged", "B2 被合并单元格盖住，看不见但还有内容，共 1 处，如“甲”"),
        ("duplicate", "B2 是同一任务的另一行，内容与采用的一行不同，共 1 处，如“甲”"),
        ("note", "有批注、文本框或页眉页脚写了内容（B2），共 1 处，如“甲”"),
        ("table", "B2 所在的表没有采用，共 1 处，如“甲”"),
        ("text", "B2 的文字在表格以外，共 1 处，如“甲”"),
    ],
)
def test_each_reason_to_leave_a_text_over_has_a_sentence(why: Why, said: str) -> None:
    tally = Tally("表.xlsx", (Sheet("甲", ((), (None, " 甲 "))),))
    tally.keep(why, 0, 2, 2)
    (found,) = tally.explain_rest("办公室")
    asked = "" if why == "beyond" else "，请核对要不要并入某项任务"
    assert found.message == f"{said}。已原样列入“未归位内容”{asked}。"
    told = ("E312", "info") if why == "beyond" else ("E303", "warning")
    assert (found.code, found.severity) == told
    assert (found.office, found.sheet, found.cell) == ("办公室", "甲", "B2")
    assert texts(tally.unplaced) == ["甲"]


def test_what_was_reported_elsewhere_needs_no_sentence_and_nine_cells_are_counted() -> None:
    tally = Tally("表.xlsx", (Sheet("甲", (tuple("一二三四五六七八九"),)),))
    tally.keep("reported", 0, 1, 1)
    assert (tally.explain_rest(None), texts(tally.unplaced)) == ((), ["一"])
    for column in range(1, 9):
        tally.keep("text", 0, 1, column)
    assert tally.explain_rest(None)[0].message.startswith("A1、B1、C1、D1、E1、F1、G1、H1 的文字")
    tally.keep("text", 0, 1, 9)
    (found,) = tally.explain_rest(None)
    assert found.message.startswith(
        "A1、B1、C1、D1、E1、F1、G1、H1 等 9 格 的文字在表格以外，共 9 处"
    )


def test_pictures_are_told_by_where_they_stand() -> None:
    def told(*whats: str) -> str:
        several = [Attached("表.xlsx", "甲", f"B{n}", what) for n, what in enumerate(whats, 2)]
        (found,) = tell_attached(several, "办公室")
        assert (found.sheet, found.cell, found.severity) == ("甲", "B2", "info")
        return found.message

    end = "里面的字程序读不出。请看原件。"
    assert told("单元格里的图片", "单元格里的图片") == f"B2、B3 单元格里是图片，共 2 处，{end}"
    assert told("图片") == f"B2有图片，共 1 处，{end}"
    mixed = f"B2、B3、B4有单元格里的图片和嵌入的文件，共 3 处，{end}"
    assert told("单元格里的图片", "嵌入的文件", "嵌入的文件") == mixed


# ---------------------------------------------------------------- whose it is


def test_a_mark_counts_where_nothing_was_to_be_filled() -> None:
    hidden = compose().identity
    claim = decide_office(EXPECTED.catalog, FormMarks(hidden=(hidden,)), "", set(), 0)
    assert (claim.office, claim.source, claim.identity) == ("办公室", "hidden sheet", hidden)
    old = replace(hidden, rows=())  # a form of old says nothing of its rows
    claim = decide_office(EXPECTED.catalog, FormMarks(hidden=(old,)), "", {"2", "3"}, 2)
    assert (claim.office, claim.source) == ("办公室", "hidden sheet")
    # The mark of another form: none of the rows was issued with it.
    claim = decide_office(EXPECTED.catalog, FormMarks(hidden=(hidden,)), "", {"4", "5"}, 2)
    assert (claim.office, claim.source, claim.identity) == ("基教股", "tasks", None)


@pytest.mark.parametrize(
    ("office", "tasks", "titled", "reason"),
    [
        (
            *("办公室", set(), 2),
            "没有认出主清单里的任务（“填报股室”写的是“办公室”），不像是本单位的进展情况表。"
            "请用下发的表填报，保留表头和任务名称。",
        ),
        (
            *("", set(), 2),
            "没有认出主清单里的任务，不像是本单位的进展情况表。"
            "请用下发的表填报，保留表头和任务名称。",
        ),
        (
            *("办公室", {"2"}, 5),
            "表中多数任务不在主清单里（只认出 1 项），看不出是本单位的进展情况表，"
            "“填报股室”写的是“办公室”。请用下发的表填报。",
        ),
        (
            *("", {"2"}, 5),
            "表中多数任务不在主清单里（只认出 1 项），看不出是本单位的进展情况表。"
            "请用下发的表填报。",
        ),
        (
            *("办公室", {"5", "6"}, 2),
            "“填报股室”写的是“办公室”，表中的任务不是它的，互相矛盾，没有采用。"
            "请核实是谁报的，改好后重发。",
        ),
        (
            *("计财股", {"5"}, 1),
            "“填报股室”写的是“计财股”，表中的任务是“基教股”的，互相矛盾，没有采用。"
            "请核实是谁报的，改好后重发。",
        ),
    ],
)
def test_a_refusal_says_what_was_found(
    office: str, tasks: set[str], titled: int, reason: str
) -> None:
    claim = decide_office(EXPECTED.catalog, FormMarks(), office, tasks, titled)
    assert (claim.office, claim.reason) == (None, reason)


# ---------------------------------------------------------------- which task a row speaks of

TITLES = Register(
    (
        RowKeys("1", "1", "加强全县中小学校园安全管理", "健全制度甲乙丙丁。"),
        RowKeys("2", "2", "推进义务教育集团化办学改革", "分步推进戊己庚辛。"),
        RowKeys("3", "3", "推进义务教育集团化办学试点", "先行先试壬癸子丑。"),
        RowKeys("4", "4", "建校", "寅卯辰巳午未。"),
        RowKeys("5", "5", "建校", "申酉戌亥天地。"),
        RowKeys("6", "6", "统筹推进全县义务教育学校集团化办学与管理改革"),
        RowKeys("7", "7", "统筹推进全县义务教育学校集团化办学与管理试点"),
    )
)


@pytest.mark.parametrize(
    ("number", "title", "plan", "item"),
    [
        ("", "加强中小学校园安全管理", "", "1"),  # changed by a word
        ("", "加强校园管理工作", "", None),  # not alike enough alone
        ("1", "加强校园的安全", "", "1"),  # half alike, with its number
        ("9", "加强校园的安全", "", None),
        ("1", "加强机关安全保卫", "", None),  # its number alone tells nothing
        ("", "推进义务教育集团化办学", "", None),  # two are as near
        ("", "推进义务教育集团化办学改革工作", "", "2"),  # the first leads well
        ("", "统筹推进全县义务教育学校集团化办学与管理改革案", "", "6"),
        ("", "统筹推进全县义务教育学校集团化办学与管理规划", "", None),
        ("7", "统筹推进全县义务教育学校集团化办学与管理规划", "", "7"),
        ("4", "建校", "", "4"),
        ("", "建校", "申酉戌亥天地。", "5"),
        ("", "建校", "", None),
        ("", "", "寅卯辰巳午未。", "4"),
        ("", "", "寅卯辰巳午", None),  # too little of it
    ],
)
def test_a_title_is_known_nearly_or_not_at_all(
    number: str, title: str, plan: str, item: str | None
) -> None:
    assert TITLES.find(RowKeys("", number, title, plan)) == item


def test_a_register_knows_its_own_texts_and_plans() -> None:
    assert TITLES.has_text("建 校")
    assert not TITLES.has_text("寅卯辰巳午未。")
    assert TITLES.has_plan("寅卯辰巳\n午未。")
    assert not TITLES.has_plan("建校")


def test_only_a_title_of_one_task_tells_it() -> None:
    twice = (replace(MASTER.tasks[0], id="8"), Task("9", "迎检", id="9"))
    catalog = Expected(replace(MASTER, tasks=(*MASTER.tasks, *twice)), PERIOD).catalog
    assert catalog.telling_texts == {TASKS[task].title: task for task in ("2", "3", "4", "5")} | {
        TASKS[task].title.translate({0xFF08: "(", 0xFF09: ")"}): task for task in ("6", "7")
    }  # type: ignore[union-attr]


def test_a_long_title_is_the_forms_own_text_shortened_or_whole() -> None:
    title = "深化招生制度改革，完善义务教育入学办法，落实公办民办学校同步招生的各项规定要求。"
    master = replace(MASTER, tasks=(Task("1", title, lead_offices=("办公室",), id="1"),))
    catalog = Expected(master, PERIOD).catalog
    for text in (title, "深化招生制度改革", title.partition("，")[2], f" {title}\n"):
        assert catalog.is_form_text(text), text
    for text in (title[:-3], "落实公办民办学校", "深化招生"):
        assert not catalog.is_form_text(text), text


# ---------------------------------------------------------------- labels and what a form asks for

WHITE = st.text(" \t\u3000\u00a0,，;；", max_size=4)


@given(WHITE, WHITE, st.sampled_from(["王五", "王 五", "2人：王五、赵六"]))
def test_a_value_stands_without_what_parts_it_from_others(
    before: str, after: str, said: str
) -> None:
    parted = split_labels(f"填报人：{before}{said}{after}")
    assert parted == ("", [("reporter", said, "")])


def test_a_cell_drawn_for_the_office_alone_is_read_where_it_stands() -> None:
    sheet = Sheet("甲", (("表头",), (None, None, " 办公室 "), ("甲", "乙")))
    drawn = [DrawnCell("甲", "C2", "{{股室}}")]
    said = read_labels(sheet, [1, 2], drawn=drawn)
    (fact,) = said.facts
    assert (fact.field, fact.text, fact.cell) == ("office", "办公室", "C2")
    assert said.seen == {(2, 3)}
    assert read_labels(sheet, [1, 3], drawn=drawn).facts == ()  # its row is a task's
    known = read_labels(sheet, [1, 2], lambda text: text == "办公室", drawn)
    assert known.facts == ()


WORDS = {
    "任务.状态": "status",
    "任务.进展": "progress",
    "任务.问题": "obstacles",
    "任务.备注": "remarks",
    "节点.状态": "state",
    "节点.完成日期": "done_on",
    "节点.说明": "note",
    "填报人": "reporter",
    "填报日期": "reported_on",
}


def book_of(*rows: Sequence[Value]) -> Book:
    return Book("表.xlsx", "xlsx", (Sheet("甲", tuple(map(tuple, rows))),))


@pytest.mark.parametrize(("word", "field"), WORDS.items())
def test_a_placeholder_asks_whatever_is_written_above_it(word: str, field: str) -> None:
    assert asked_fields([book_of(("天干", "地支"), ("子", f"{{{{{word}}}}}"))]) == (field,)
    assert asked_fields([book_of((f"｛｛ {word.replace('.', '。')} ｝｝",))]) == (field,)
    if "." in word:
        layout = Layout((DrawnColumn("甲", ("任务.编号", word), 2),))
        identity = Identity("", "", "", layout=layout)
        assert drawn_fields(identity) == {field}


@pytest.mark.parametrize("gone", ["进度状态", "进展情况", "存在问题和下一步工作计划", "备注"])
def test_a_form_as_issued_asks_for_the_columns_that_it_has(gone: str) -> None:
    field = {"进度状态": "status", "进展情况": "progress", "备注": "remarks"}.get(gone, "obstacles")
    whole = draft_form().book()
    assert asked_fields([whole]) == ASKED
    draft = draft_form()
    draft.put("项目名称", gone, "天干")
    if field != "progress":  # one unknown column between the others tells itself
        assert asked_fields([draft.book()]) == tuple(f for f in ASKED if f != field)
        assert asked_fields([whole, draft.book()]) == tuple(f for f in ASKED if f != field)
    assert asked_fields([]) == ASKED
    assert drawn_fields(None) == frozenset()


HEADINGS = {
    "任务.名称": "项目名称",
    "任务.进展": "进展情况",
    "任务.问题": "存在问题和下一步工作计划",
    "任务.状态": "进度状态",
    "节点.内容": "节点",
    "节点.状态": "完成情况",
    "节点.完成日期": "完成日期",
    "节点.说明": "说明",
    "节点.名称": "项目名称",
}


@pytest.mark.parametrize(("word", "name"), HEADINGS.items())
def test_a_heading_that_only_marks_tell_is_said_with_its_column(word: str, name: str) -> None:
    block = word.partition(".")[0]
    others = {
        "任务": {
            "任务.编号": "编号",
            "任务.名称": "项目名称",
            "任务.状态": "进度状态",
            "任务.进展": "进展情况",
        },
        "节点": {
            "节点.编号": "编号",
            "节点.内容": "节点",
            "节点.时限": "完成时限",
            "节点.状态": "完成情况",
        },
    }[block]
    captions = {w: text for w, text in others.items() if w != word}
    columns = [DrawnColumn("甲", (w,), n, text) for n, (w, text) in enumerate(captions.items(), 1)]

    def said(caption: str) -> list[str]:
        drawn = DrawnColumn("甲", (word,), len(columns) + 1, caption)
        found = list(check_headings(Layout((*columns, drawn))))
        assert all((f.code, f.sheet) == ("F505", "甲") for f in found)
        # Without its key word no other column of the table is known either.
        return [f.message for f in found if f.cell == "ABCDE"[len(columns)]]

    end = f"标识丢失后认不出。建议栏名写“{name}”。"
    assert said("天干地支") == [f"{name}这一栏叫“天干地支”，{end}"]
    assert said("") == [f"{name}这一栏没有自己的栏名，{end}"]
    assert said(name) == []


@pytest.mark.parametrize(
    ("word", "label", "said"),
    [
        (
            "股室",
            "经办",
            "这一格填填报股室，左边写的是“经办”，标识丢失后认不出。建议在左边写“填报股室：”。",
        ),
        ("填报人", "", "这一格填填报人，左边没有标签，标识丢失后认不出。建议在左边写“填报人：”。"),
        ("填报人", "填报人：", ""),
        ("填报日期", "", ""),  # the day matters least
    ],
)
def test_a_cell_that_only_marks_tell_is_said_with_its_label(
    word: str, label: str, said: str
) -> None:
    layout = Layout((), (DrawnCell("甲", "C2", f"{{{{{word}}}}}", "", label),))
    found = list(check_headings(layout))
    assert [(f.message, f.sheet, f.cell) for f in found] == ([(said, "甲", "C2")] if said else [])


@pytest.mark.parametrize(
    ("row", "item"),
    [
        (RowKeys(" 4 "), "4"),
        (RowKeys("４", "4"), "4"),
        (RowKeys("4", "5"), None),  # id and number disagree, and nothing else is said
        (RowKeys("1", "", "推进义务教育集团化办学改革"), "2"),  # sorted: the id was left behind
        (RowKeys("1", "1", "推进义务教育集团化办学改革", "健全制度甲乙丙丁。"), "1"),
        (RowKeys("1", "2", "推进义务教育集团化办学改革", "健全制度甲乙丙丁。"), "2"),
        (RowKeys("1", "", "加强校园安全管理工作"), "1"),
        (RowKeys("1", "", "天干地支子丑寅卯"), None),
        (RowKeys("9", "", "建校", "申酉戌亥天地。"), "5"),
    ],
)
def test_an_id_is_believed_unless_the_row_says_another_task(row: RowKeys, item: str | None) -> None:
    assert TITLES.find(row) == item


def test_what_a_row_was_issued_with_counts_when_the_list_has_changed() -> None:
    mark = RowMark("task", "1", {"名称": digest_text("旧名称"), "计划": digest_text("旧计划")})
    assert TITLES.find(RowKeys("1", "", "旧名称"), {"1": mark}) == "1"
    assert TITLES.find(RowKeys("1", "", "旧名称")) is None
    assert TITLES.find(RowKeys("1", "", "", "旧计划"), {"1": mark}) == "1"
    assert TITLES.is_sure(RowKeys("1", "", "别的"), "1")
    assert TITLES.is_sure(RowKeys("", "", "建 校"), "4")
    assert not TITLES.is_sure(RowKeys("", "4", "建校舍"), "4")
    assert not TITLES.is_sure(RowKeys(), "4")


def test_of_several_marks_the_one_of_the_rows_counts() -> None:
    one, two = compose("办公室").identity, compose("基教股").identity
    marks = FormMarks(hidden=(one, two))
    for tasks, office, mark in (({"2", "3"}, "办公室", one), ({"4", "5"}, "基教股", two)):
        claim = decide_office(EXPECTED.catalog, marks, "", tasks, 2)
        assert (claim.office, claim.source, claim.identity) == (office, "hidden sheet", mark)
    claim = decide_office(EXPECTED.catalog, marks, "基础教育股", {"4"}, 1)  # by its alias
    assert (claim.office, claim.identity) == ("基教股", two)
    # A copy of another's form, filled with one's own rows: the property is the copy's as well.
    astray = FormMarks(in_property=one, hidden=(one,))
    claim = decide_office(EXPECTED.catalog, astray, "基教股", {"4", "5"}, 2)
    assert (claim.office, claim.source) == ("基教股", "office cell")


def test_a_mark_without_a_bureau_is_ours_and_one_of_another_is_not() -> None:
    draft = fill_form()
    assert draft.identity is not None
    own = draft.identity
    draft.identity = replace(own, bureau="")
    assert (codes(draft.read()), draft.read().submissions[0].identity) == ([], "property")
    # The same list under another name of the bureau: only the name has changed.
    draft.identity = replace(own, bureau="云溪县教体局")
    assert codes(draft.read()) == []
    rows = tuple(replace(row, digests={"名称": digest_text("别的")}) for row in own.rows)
    draft.identity = replace(own, bureau="远山县教育局", rows=rows)
    claim = draft.read()
    assert all(form.identity == "office cell" for form in claim.submissions)
    assert any("表内标识是“远山县教育局”的" in finding.message for finding in claim.findings)


# ---------------------------------------------------------------- the form's own words


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("第 1 页 共 3 页", True),
        ("- 2 -", True),
        ("共3页 第1页", True),
        ("第一页", False),
        ("王立同志负责项目", True),
        ("王立同志负责任务", True),
        ("赵明", True),
        ("王立", True),
        ("李强同志负责项目", False),
        ("已全部填完", True),
        ("还差 3 项（1 项）", True),
        ("（本期没有到期未办结的节点，本表不用填）", True),
        ("还差资金", False),
        ("附件 2", True),
        ("附件3", True),  # numbers apart
        ("保持表头不变，逐项填写。", True),
        ("保持表头不变", False),
        (PLANS["1"], True),
        (plan_text(TASKS["1"]), True),
        (PLANS["1"][:-4], False),
        (" ", True),
    ],
)
def test_the_forms_own_words_are_nobodys_typing(text: str, known: bool) -> None:
    assert EXPECTED.catalog.is_form_text(text) == known


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("附件2", True),
        ("云溪县教育局2021年重点工作任务进展情况表（1-4月）", True),
        ("办公室4月进展情况表", True),
        ("重点工作任务一览表", True),
        ("进展情况表（待补充）", False),
        ("办公室", False),
        ("说明", False),
    ],
)
def test_a_heading_says_nothing_but_what_it_heads(text: str, title: bool) -> None:
    assert EXPECTED.catalog.is_title(text) == title


@pytest.mark.parametrize(
    ("text", "approved"),
    [
        ("同意 王立", True),
        ("已审定。赵明 4月22日", True),
        ("王立", False),
        ("不同意 王立", False),
        ("同意", False),
        ("同意 李强", False),
        ("请王立审定", False),
        ("同意" + "，按程序办理" * 6 + "王立", True),
        ("同意" + "，按程序办理" * 6 + "。王立", False),
    ],
)
def test_a_leader_of_the_list_approves_in_few_words(text: str, approved: bool) -> None:
    assert EXPECTED.catalog.says_approved(text) == approved


# ---------------------------------------------------------------- beside the table


def test_labels_in_notes_count_for_the_part_in_which_they_stand() -> None:
    rows = [["填报股室：办公室"], HEADER[:8], own_row("2")]
    rows += [["填报股室：基教股"], HEADER[:8], own_row("5")]
    notes = (
        Note("comment", "A3", "填报人：王五"),
        Note("text box", "A6", "填报人：赵六"),
        Note("comment", "B6", "填报人：钱七"),
    )
    sheet = Sheet("甲", tuple(map(tuple, rows)), notes=notes)
    ret = read_return(EXPECTED, Book("表.xlsx", "xlsx", (sheet,)), "表.xlsx")
    assert [form.reporter for form in ret.submissions] == ["王五", "赵六"]
    assert texts(ret.unplaced) == ["填报人：钱七"]
    assert said_of(ret, "E303")[0].startswith("有批注、文本框或页眉页脚写了内容（B6），共 1 处")


def test_head_lines_of_nobodys_paragraphs_are_kept() -> None:
    tables = [[HEADER[:8], own_row("2"), own_row("3")], [HEADER[:8], own_row("5"), own_row("4")]]
    ret = read_sheets(*tables, lines=["填报人：王五"])
    assert [form.office for form in ret.submissions] == ["办公室", "基教股"]
    assert [form.reporter for form in ret.submissions] == ["", ""]
    assert "王五" in texts(ret.unplaced)


def test_two_names_after_the_labels_are_both_kept() -> None:
    ret = read_sheets(
        [
            ["填报股室：办公室", "填报人：王五"],
            ["填报单位：县教育局", "填报人：赵六"],
            HEADER[:8],
            own_row("2"),
        ]
    )
    assert (ret.submissions[0].office, ret.submissions[0].reporter) == ("办公室", "王五")
    assert sorted(texts(ret.unplaced)) == ["县教育局", "赵六"]
    same = read_sheets(
        [
            ["填报股室：办公室", "填报人：王五"],
            ["填报单位：局办", "填报人：王 五"],
            HEADER[:8],
            own_row("2"),
        ]
    )
    assert same.unplaced == ()


@pytest.mark.parametrize("gone", ["完成时限", "完成情况", "完成日期", "说明", "编号", "项目名称"])
def test_a_table_of_milestones_without_one_of_its_columns_is_read(gone: str) -> None:
    step = MASTER.tasks[1].milestones[0]
    table: list[list[Value]] = [
        ["编号", "项目名称", "节点", "完成时限", "完成情况", "完成日期", "说明"],
        ["2", STYLE, step.text, "2021年4月20日", "已完成", "4月18日", "均已到位"],
    ]
    place = table[0].index(gone)
    for row in table:
        del row[place]
    ret = read_sheets(
        [["填报股室：办公室"], HEADER[:8], own_row("2")], [["填报股室：办公室"], *table]
    )
    (said,) = ret.submissions[0].milestones
    assert (said.milestone, ret.unplaced, others(ret)) == ("2/1", (), [])
    wanted = {"完成情况": "已完成", "完成日期": "4月18日", "说明": "均已到位"}
    found = {"完成情况": said.state, "完成日期": said.done_text, "说明": said.note}
    assert found == wanted | ({gone: ""} if gone in wanted else {})
    assert said.cells.keys() == {
        name
        for word, name in (("完成情况", "state"), ("完成日期", "done_on"), ("说明", "note"))
        if word != gone
    }


def test_a_header_with_nothing_below_it_is_nobodys_form() -> None:
    ret = read_sheets([["填报股室：办公室", "填报人：王五"], HEADER[:8]])
    assert (ret.code, ret.submissions) == ("R205", ())
    assert ret.reason.startswith("没有认出主清单里的任务（“填报股室”写的是“办公室”）")
    assert {"办公室", "王五"} <= set(texts(ret.unplaced))


def test_a_status_below_another_ends_what_goes_on() -> None:
    plan = PLANS["1"].split("\n")
    first = ["1", SAFETY, "\n".join(plan[:1]), "办公室", "正常推进", "一是开会", None, None]
    second = [None, None, "\n".join(plan[1:]), "基教股", "进度滞后", "，二是检查。", None, None]
    ret = read_sheets([["填报股室：办公室"], HEADER[:8], first, second])
    assert ret.submissions[0].entries[0].progress == "一是开会"
    assert "，二是检查。" in texts(ret.unplaced)
    second[4] = "正常推进"  # the same once more
    ret = read_sheets([["填报股室：办公室"], HEADER[:8], first, second])
    (entry,) = ret.submissions[0].entries
    assert (entry.status, entry.progress) == ("正常推进", "一是开会，二是检查。")


@pytest.mark.parametrize("word", ["任务.标识", "任务.股室", "任务.编号", "任务.计划", "节点.时限"])
def test_a_column_that_is_not_needed_may_lack_a_caption(word: str) -> None:
    block = word.partition(".")[0]
    known = {
        "任务": (("任务.名称", "项目名称"), ("任务.状态", "进度状态"), ("任务.进展", "进展情况")),
        "节点": (("节点.内容", "节点"), ("节点.状态", "完成情况"), ("节点.完成日期", "完成日期")),
    }[block]
    columns = [DrawnColumn("甲", (one,), n, text) for n, (one, text) in enumerate(known, 1)]
    for caption in ("", "天干"):
        layout = Layout((*columns, DrawnColumn("甲", (word,), 4, caption)))
        assert list(check_headings(layout)) == []


def test_a_form_drawn_without_a_column_asks_for_nothing_there() -> None:
    form = compose()
    words = ("编号", "名称", "状态", "进展", "标识")
    captions = ("编号", "项目名称", "进度状态", "进展情况", "标识")
    columns = tuple(
        DrawnColumn(MAIN, (f"任务.{word}",), n, caption)
        for n, (word, caption) in enumerate(zip(words, captions, strict=True), 1)
    )
    rows: list[list[Value]] = [["填报人：王五"], list(captions)]
    rows += [[record[word] or None for word in words] for record in form.blocks["任务"]]
    draft = Draft({MAIN: rows}, replace(form.identity, layout=Layout(columns)))
    assert draft.read().submissions[0].asked == ("status", "progress", "reporter")
    draft.identity = form.identity  # a form of old does not say how it was drawn
    assert draft.read().submissions[0].asked == ASKED


def test_a_plan_is_known_with_its_dates_and_without() -> None:
    steps = (Milestone("(1) 下达年度任务。", date(2021, 3, 31)), Milestone("(2) 6月底前开工。"))
    task = replace(TASKS["2"], content="分解任务到校。\n关键节点：", milestones=steps)
    catalog = Expected(replace(MASTER, tasks=(task,)), PERIOD).catalog
    assert plan_text(task) != catalog.plans["2"]
    for text in (plan_text(task), catalog.plans["2"], steps[0].text):
        assert catalog.is_form_text(text), text
    assert not catalog.is_form_text("分解任务到校。\n关键节点：\n(2) 6月底前开工。")


@pytest.mark.parametrize(
    ("state", "day", "note", "found"),
    [
        ("已完成", None, "2月30日完成", ["E305"]),
        ("已完成（2月30日）", None, "", ["E305"]),
        ("已完成", "4月18日", "2月30日完成", []),  # the date is told
        ("已完成", None, "2月28日完成", []),
        ("天干", None, "2月30日完成", ["E304"]),
    ],
)
def test_a_day_that_no_calendar_has_is_asked_about_where_no_date_is_told(
    state: str, day: str | None, note: str, found: list[str]
) -> None:
    draft = draft_form()
    for column, value in (("完成情况", state), ("完成日期", day), ("说明", note)):
        draft.put(SAFETY, column, value, MILESTONES)
    ret = draft.read()
    assert codes(ret) == found
    if found == ["E305"]:
        assert said_of(ret, "E305") == ["写的是“2月30日”，没有这一天。请核实后改正。"]


def test_a_drawing_knows_the_columns_whose_words_it_knows() -> None:
    columns = (
        DrawnColumn("甲", ("任务.天干",), 1, "天干"),
        DrawnColumn("甲", ("任务.名称",), 2, "地支"),
        DrawnColumn("甲", ("任务.名称",), 3, "子丑"),
        DrawnColumn("甲", ("任务.编号", "任务.进展"), 4, "寅卯", "{{任务.编号}}{{任务.进展}}"),
        DrawnColumn("甲", ("报告期",), 5, "辰巳"),
        DrawnColumn("乙", ("节点.内容",), 1, "午未"),
        DrawnColumn("乙", ("节点.状态",), 2),
        DrawnColumn("丙", ("协办.名称",), 1, "申酉"),
    )
    drawing = read_drawing([Identity("", "", "", layout=Layout(columns))])
    (task,), (step,), (seen,) = (drawing.tables_on(name) for name in "甲乙丙")
    assert (task.captions, task.places) == (
        {"地支": "title", "寅卯": "progress"},
        {"title": 2, "progress": 4},
    )
    assert task.composed == {4: "{{任务.编号}}{{任务.进展}}"}
    assert (step.kind, step.captions, step.places) == (
        *("milestone", {"午未": "milestone"}),
        {"milestone": 1, "state": 2},
    )
    assert (task.is_answered, step.is_answered, seen.is_answered) == (True, True, False)
    assert drawing.tables_on("甲 (2)") == drawing.tables_on("甲")
    assert list(drawing.tables_on("改了名")) == [task, step, seen]


@pytest.mark.parametrize(
    ("strangers", "numbered", "code"), [(1, True, None), (3, True, "R205"), (3, False, None)]
)
def test_a_table_of_other_work_is_not_taken_for_one_task_of_ours(
    strangers: int, numbered: bool, code: str | None
) -> None:
    others = ["采购办公电脑", "装修接待大厅", "组织职工体检"][:strangers]
    rows: list[list[Value]] = [
        [str(n) if numbered else None, title, "年内完成", "办公室", "正常推进", "在办", None, None]
        for n, title in enumerate(others, 11)
    ]
    ret = read_sheets([["填报股室：办公室"], HEADER[:8], own_row("2"), *rows])
    assert ret.code == code
    if code:
        assert ret.reason == (
            "表中多数任务不在主清单里（只认出 1 项），看不出是本单位的进展情况表，"
            "“填报股室”写的是“办公室”。请用下发的表填报。"
        )
    else:
        assert [entry.task for entry in ret.submissions[0].entries] == ["2"]
        assert said_of(ret, "E303")[0].startswith("A4") == numbered


def test_a_drawn_line_of_two_answers_looks_right_for_its_last_only() -> None:
    drawn = [DrawnCell("甲", "A1", "单位（盖章）：{{股室}}　经手：{{填报人}}")]

    def said(*row: str) -> dict[str, str]:
        facts = read_labels(Sheet("甲", (row,)), [1], drawn=drawn).facts
        return {fact.field: fact.text for fact in facts}

    assert said("单位（盖章）：办公室　经手：王五", "甲") == {
        "office": "办公室",
        "reporter": "王五",
    }
    assert said("单位(盖章)：办公室 经 手：", "王五") == {"office": "办公室", "reporter": "王五"}
    assert said("单位（盖章）：　经手：王五", "甲") == {"office": "", "reporter": "王五"}
    assert said("单位（盖章）：　经手：____", "甲") == {"office": "", "reporter": "甲"}


def test_rows_of_two_offices_may_be_the_one_that_is_named() -> None:
    claim = decide_office(EXPECTED.catalog, FormMarks(), "办公室", {"2", "5"}, 2)
    assert (claim.office, claim.source) == ("办公室", "office cell")


def test_a_label_in_a_note_says_nothing_that_a_paragraph_has_said() -> None:
    rows = (("填报股室：办公室",), HEADER[:8], tuple(own_row("2")))
    sheet = Sheet("甲", rows, notes=(Note("comment", "A3", "填报人：赵六"),))
    for line, reporter, left in (
        ("填报人：王五", "王五", ["填报人：赵六"]),
        ("无", "赵六", ["无"]),
    ):
        book = Book("表.docx", "docx", (sheet,), (Line(1, line),))
        ret = read_return(EXPECTED, book, "表.docx")
        assert (ret.submissions[0].reporter, texts(ret.unplaced)) == (reporter, left)


def test_of_a_task_that_fell_away_only_what_was_typed_is_left_over() -> None:
    draft = draft_form()
    draft.put(PAPERS, "进展情况", "已印发。")
    fewer = replace(MASTER, tasks=(*MASTER.tasks[:2], *MASTER.tasks[3:]))
    later = Expected(fewer, PERIOD, EXPECTED.form_texts)
    ret = draft.read(later)
    assert texts(ret.unplaced) == ["已印发。"]
    assert "的行是下发过、主清单里现在没有的任务" in said_of(ret, "E303")[0]


def test_a_state_with_its_date_is_done_on_that_day() -> None:
    draft = draft_form()
    draft.put(SAFETY, "完成情况", "已完成（4月18日）", MILESTONES)
    ret = draft.read()
    said = next(one for one in ret.submissions[0].milestones if one.milestone == "1/1")
    assert (said.state, said.done_on, said.done_text) == ("已完成", date(2021, 4, 18), "4月18日")
    assert (codes(ret), ret.unplaced) == ([], ())
