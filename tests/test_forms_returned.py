"""Returned forms: whose they are, what they say, and where everything else went."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from taskxl.forms.returned.columns import find_tables, recognise_header
from taskxl.forms.returned.head_lines import split_labels
from taskxl.forms.returned.reader import Expected, read_return
from taskxl.intake.grids import Area, Book, CellError, Line, Note, Sheet
from taskxl.model import Altered, Period, Settings
from tests.returned_support import (
    BUREAU,
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
    join,
    kept_texts,
    texts,
)

SAFETY, STYLE, PAPERS = "加强校园安全管理", "推进机关作风建设", "完善公文流转制度"


def strip_marks(draft: Draft, ids: bool = True) -> Draft:
    """Take all marks away, as a copy into an empty workbook does."""
    draft.in_property = draft.in_sheet = False
    if ids:
        for rows in draft.sheets.values():
            for row in rows:
                if len(row) > 7:
                    row[-1] = None
    return draft


# ---------------------------------------------------------------- what a form says


def test_a_filled_form_gives_its_entries_and_leaves_nothing_over() -> None:
    ret = fill_form().read()
    assert (ret.code, ret.unplaced, ret.findings) == (None, (), ())
    (form,) = ret.submissions
    assert (form.office, form.period, form.identity) == ("办公室", "2021-04", "property")
    assert (form.reporter, form.reported_on) == ("填写填报人", date(2021, 4, 22))
    assert form.approved
    assert form.tasks == ("1", "2", "3")
    entry = form.entries[0]
    assert (entry.task, entry.status, entry.progress) == ("1", "正常推进", "填写1进展")
    assert (entry.obstacles, entry.remarks, entry.sheet, entry.row) == (
        "填写1问题",
        "填写1备注",
        MAIN,
        6,
    )
    assert entry.cells == {"status": "E6", "progress": "F6", "obstacles": "G6", "remarks": "H6"}
    assert [m.milestone for m in form.milestones] == ["2/1", "1/1"]
    milestone = form.milestones[1]
    assert (milestone.state, milestone.done_on) == ("未完成", date(2021, 4, 20))
    assert (milestone.done_text, milestone.note) == ("4.20", "填写1/1说明")


def test_a_blank_form_comes_back_blank_with_the_cells_where_answers_belong() -> None:
    ret = draft_form().read()
    (form,) = ret.submissions
    assert (ret.unplaced, ret.findings) == ((), ())
    assert not form.reporter
    assert not form.approved
    assert form.cells == {"office": "A3", "reporter": "E3", "reported_on": "G3", "approval": "G4"}
    assert all(not entry.progress for entry in form.entries)


def test_one_space_is_blank_and_inner_line_breaks_stay() -> None:
    draft = draft_form()
    draft.put(SAFETY, "进展情况", " \u3000")
    draft.put(STYLE, "进展情况", " 一是\r\n\r\n二是 \n")
    (form,) = draft.read().submissions
    assert [entry.progress for entry in form.entries] == ["", "一是\n\n二是", ""]


@pytest.mark.parametrize(
    ("typed", "status", "found"),
    [
        ("顺利推进", "正常推进", []),
        ("已 完成。", "已完成", []),
        ("基本完成", "基本完成", ["E304"]),
        ("", "", []),
    ],
)
def test_a_status_is_known_by_its_synonyms_or_stays_as_typed(
    typed: str, status: str, found: list[str]
) -> None:
    draft = draft_form()
    draft.put(SAFETY, "进度状态", typed)
    ret = draft.read()
    assert ret.submissions[0].entries[0].status == status
    assert codes(ret) == found
    for finding in ret.findings:
        assert (finding.cell, finding.task, finding.office) == ("E6", "1", "办公室")
        assert "已完成、正常推进、进度滞后、尚未启动" in finding.message


@pytest.mark.parametrize(
    ("typed", "day", "text", "found"),
    [
        (date(2021, 4, 3), date(2021, 4, 3), "2021-04-03", []),
        (datetime(2021, 4, 3), date(2021, 4, 3), "2021-04-03", []),
        ("4月3日", date(2021, 4, 3), "4月3日", []),
        ("清明前后", None, "清明前后", ["E305"]),
    ],
)
def test_a_completion_date_is_read_or_kept_as_typed(
    typed: object, day: date | None, text: str, found: list[str]
) -> None:
    draft = draft_form()
    draft.put(SAFETY, "完成日期", typed, MILESTONES)  # type: ignore[arg-type]
    ret = draft.read()
    milestone = next(m for m in ret.submissions[0].milestones if m.milestone == "1/1")
    assert (milestone.done_on, milestone.done_text) == (day, text)
    assert codes(ret) == found


def test_an_unreadable_report_date_is_left_over_and_said() -> None:
    draft = draft_form()
    draft.sheets[MAIN][2][6] = "本周五"
    ret = draft.read()
    assert ret.submissions[0].reported_on is None
    assert (codes(ret), texts(ret.unplaced)) == (["E305"], ["本周五"])


def test_error_cells_are_said_and_formulas_without_a_value_too() -> None:
    draft = draft_form()
    draft.put(SAFETY, "进展情况", CellError("#REF!"))
    draft.put(STYLE, "进展情况", CellError(""))
    ret = draft.read()
    assert codes(ret) == ["E306", "E306"]
    assert texts(ret.unplaced) == ["#REF!"]
    assert [finding.cell for finding in ret.findings] == ["F6", "F7"]


def test_the_mark_of_last_month_is_not_part_of_what_is_said() -> None:
    draft = draft_form()
    draft.put(SAFETY, "进展情况", "〔上月〕已完成选址。")
    assert draft.read().submissions[0].entries[0].progress == "已完成选址。"


# ---------------------------------------------------------------- whose it is


def test_without_marks_the_office_cell_tells_by_name_or_alias() -> None:
    draft = strip_marks(fill_form())
    draft.sheets[MAIN][2][0] = "填 报 股 室： 局办（盖章）"
    (form,) = draft.read().submissions
    assert (form.office, form.identity, form.form_id) == ("办公室", "office cell", None)
    assert form.entries[2].progress == "填写3进展"


def test_without_marks_and_name_the_tasks_tell() -> None:
    draft = strip_marks(fill_form("计财股"))
    del draft.sheets[MILESTONES]
    draft.sheets[MAIN][2][0] = None
    (form,) = draft.read().submissions
    assert (form.office, form.identity) == ("计财股", "tasks")
    assert [entry.progress for entry in form.entries] == ["填写6进展", "填写7进展"]


def test_a_name_that_nobody_knows_is_said_and_the_tasks_tell() -> None:
    draft = strip_marks(fill_form("基教股"))
    draft.sheets[MAIN][2][0] = "填报股室：中小学教育科"
    ret = draft.read()
    assert ret.submissions[0].office == "基教股"
    assert [(f.code, f.severity) for f in ret.findings] == [("R205", "info")]
    assert "中小学教育科" in texts(ret.unplaced)


def test_a_colleagues_form_is_believed_where_its_rows_are_only_the_colleagues() -> None:
    draft = fill_form("基教股")
    draft.sheets[MAIN][2][0] = "填报股室：计财股"
    for row in draft.sheets[MAIN][5:]:
        if row[8] == "4":  # both offices answer for task 4; 5 is 基教股's alone
            row[5] = None
    ret = draft.read()
    assert ret.submissions[0].office == "基教股"
    (finding,) = ret.findings
    assert (finding.code, finding.severity) == ("R205", "info")
    assert "基教股" in finding.message
    assert "计财股" in finding.message


def test_two_names_over_a_shared_task_are_refused_with_both_named() -> None:
    draft = fill_form("基教股")
    draft.sheets[MAIN][2][0] = "填报股室：计财股"
    del draft.sheets[MILESTONES]
    draft.sheets[MAIN] = [row for row in draft.sheets[MAIN] if row[-1] != "5"]
    ret = draft.read()
    assert (ret.code, ret.submissions) == ("R205", ())
    assert ret.reason
    assert "基教股" in ret.reason
    assert "计财股" in ret.reason
    assert "填写4进展" in texts(ret.unplaced)


def test_a_name_over_another_offices_tasks_is_refused() -> None:
    draft = strip_marks(fill_form("基教股"))
    draft.sheets[MAIN][2][0] = "填报股室：办公室"
    del draft.sheets[MILESTONES]
    ret = draft.read()
    assert ret.code == "R205"
    assert "基教股" in (ret.reason or "")


def test_two_names_over_rows_of_both_are_refused() -> None:
    draft = fill_form("办公室")
    draft.sheets[MAIN][2][0] = "填报股室：基教股"
    draft.sheets[MAIN].append(fill_form("基教股").sheets[MAIN][6])
    del draft.sheets[MILESTONES]
    ret = draft.read()
    assert (ret.code, ret.submissions) == ("R205", ())
    assert {"填写2进展", "填写5进展"} <= set(texts(ret.unplaced))


def test_two_offices_in_one_book_are_two_submissions() -> None:
    ret = join(fill_form("办公室"), fill_form("计财股")).read()
    first, second = ret.submissions
    assert (first.office, second.office) == ("办公室", "计财股")
    assert [e.progress for e in second.entries] == ["填写6进展", "填写7进展"]
    assert [m.note for m in second.milestones] == ["填写6/1说明"]
    assert (ret.unplaced, ret.findings) == ((), ())


def test_a_sheet_pasted_into_another_offices_book_is_not_taken_for_that_offices() -> None:
    draft = join(strip_marks(fill_form("基教股"), ids=False), fill_form("计财股"))
    draft.sheets[MAIN][2][0] = None
    ret = draft.read()
    assert [(s.office, [e.task for e in s.entries]) for s in ret.submissions] == [
        ("基教股", ["4", "5"]),
        ("计财股", ["6", "7"]),
    ]


def test_two_offices_stacked_on_one_sheet_are_two_submissions() -> None:
    first, second = fill_form("办公室"), fill_form("计财股")
    rows = [*first.sheets[MAIN], [], *second.sheets[MAIN][2:]]
    ret = strip_marks(Draft({MAIN: rows})).read()
    assert [s.office for s in ret.submissions] == ["办公室", "计财股"]
    assert [len(s.entries) for s in ret.submissions] == [3, 2]


def test_a_sheet_copied_beside_itself_adds_only_what_differs() -> None:
    copy = fill_form()
    copy.put(SAFETY, "进展情况", "后来改写的话")
    ret = join(fill_form(), replace(copy, identity=None)).read()
    (form,) = ret.submissions
    assert form.entries[0].progress == "填写1进展"
    assert texts(ret.unplaced) == ["后来改写的话"]
    assert ret.unplaced[0].sheet == f"{MAIN} (2)"
    assert codes(ret) == ["E303"]


def test_a_blank_sheet_beside_a_filled_copy_gives_way() -> None:
    ret = join(draft_form(), replace(fill_form(), identity=None)).read()
    assert [e.progress for e in ret.submissions[0].entries] == [f"填写{n}进展" for n in "123"]
    assert ret.submissions[0].reporter == "填写填报人"
    assert ret.unplaced == ()


def test_last_months_form_is_refused_but_still_read() -> None:
    ret = fill_form(month=3).read()
    assert ret.code == "R206"
    assert "2021年3月" in (ret.reason or "")
    assert [(s.office, s.period) for s in ret.submissions] == [("办公室", "2021-03")]


def test_last_months_form_without_marks_is_known_by_its_heading() -> None:
    assert strip_marks(fill_form(month=3)).read().code == "R206"


def test_last_months_form_with_this_months_heading_is_taken_and_said() -> None:
    draft = fill_form(month=3)
    draft.sheets[MAIN][1][0] = f"{BUREAU}2021年重点工作任务进展情况表（1-4月）"
    ret = draft.read()
    assert (ret.code, ret.submissions[0].period) == (None, "2021-04")
    assert ("R206", "info") in [(f.code, f.severity) for f in ret.findings]


def test_another_bureaus_form_is_refused_by_name() -> None:
    other = replace(MASTER, settings=Settings("临江县教育局", 2021), title="临江县2021年重点工作")
    tasks = tuple(
        replace(t, title=f"临江的事情{t.number}号", content="另一件事") for t in other.tasks
    )
    draft = fill_form()
    del draft.sheets[MILESTONES]
    draft.identity = compose("办公室", 4, replace(other, tasks=tasks)).identity
    for row, task in zip(draft.sheets[MAIN][5:], tasks, strict=False):
        row[1], row[2] = task.title, task.content
    ret = draft.read()
    assert ret.code == "R205"
    assert "临江县教育局" in (ret.reason or "")
    assert ret.unplaced == ()


def test_a_form_with_our_names_over_foreign_tasks_is_refused() -> None:
    draft = strip_marks(fill_form())
    for n, row in enumerate(draft.sheets[MAIN][5:]):
        row[1], row[2] = f"别处的任务甲{n}乙", "别处的计划"
    assert draft.read().code == "R205"


def test_a_book_that_is_no_form_says_what_to_do() -> None:
    book = Book("x.xlsx", "xlsx", (Sheet("Sheet1", (("姓名", "电话"), ("张三", 13.0))),))
    ret = read_return(EXPECTED, book, "x.xlsx")
    assert (ret.code, ret.unplaced) == ("R205", ())
    assert "请" in (ret.reason or "")
    assert read_return(EXPECTED, Book("空.xlsx", "xlsx"), "空.xlsx").code == "R205"


def test_a_table_pasted_into_a_document_takes_its_head_from_the_paragraphs() -> None:
    rows = strip_marks(fill_form()).sheets[MAIN]
    head = "填报股室：办公室　填报人：李明　填报日期：2021年4月23日"
    lines = (
        Line(1, f"{BUREAU}2021年重点工作任务进展情况表（1-4月）"),
        Line(2, head),
        Line(4, "审定：王立"),
        Line(5, "另附照片两张。"),
    )
    book = Book("x.docx", "docx", (Sheet("表1", tuple(map(tuple, rows[4:])), line=3),), lines)
    ret = read_return(EXPECTED, book, "x.docx")
    (form,) = ret.submissions
    assert (form.reporter, form.approval, form.period) == ("李明", "王立", "2021-04")
    assert form.reported_on == date(2021, 4, 23)
    assert texts(ret.unplaced) == ["另附照片两张。"]
    assert (ret.unplaced[0].sheet, ret.unplaced[0].cell) == (None, None)


# ---------------------------------------------------------------- rows


def test_rows_are_known_wherever_they_stand() -> None:
    draft = fill_form()
    main = draft.sheets[MAIN]
    draft.sheets[MAIN] = [*main[:5], *reversed(main[5:])]
    ret = draft.read()
    assert {e.task: e.progress for e in ret.submissions[0].entries} == {
        n: f"填写{n}进展" for n in "123"
    }
    assert ret.findings == ()


def test_sorting_that_leaves_the_hidden_column_behind_harms_nothing() -> None:
    draft = fill_form()
    rows = draft.sheets[MAIN][5:]
    ids = [row[8] for row in rows]
    rows.reverse()
    for row, task_id in zip(rows, ids, strict=True):
        row[8] = task_id
    draft.sheets[MAIN][5:] = rows
    ret = draft.read()
    for entry in ret.submissions[0].entries:
        assert entry.progress == f"填写{entry.task}进展"


def test_a_row_overwritten_with_another_task_has_no_place() -> None:
    draft = fill_form()
    row = draft.sheets[MAIN][6]
    row[0], row[1], row[2] = "9", "筹办全县运动会开幕式", "另一件事"
    ret = draft.read()
    assert [e.task for e in ret.submissions[0].entries] == ["1", "3"]
    assert {"筹办全县运动会开幕式", "填写2进展"} <= set(texts(ret.unplaced))
    assert codes(ret) == ["E302", "E303"]


def test_a_deleted_row_is_said_with_its_task() -> None:
    draft = fill_form()
    del draft.sheets[MAIN][6]
    (finding,) = draft.read().findings
    assert (finding.code, finding.severity, finding.task) == ("E302", "error", "2")


def test_without_the_hidden_sheet_a_missing_row_is_only_to_be_verified() -> None:
    draft = strip_marks(fill_form())
    del draft.sheets[MAIN][6]
    assert [(f.code, f.severity) for f in draft.read().findings] == [("E302", "info")]


def test_an_inserted_row_has_no_place() -> None:
    draft = fill_form()
    draft.sheets[MAIN].insert(6, [None, "新冒出来的一件事", None, None, "已完成", "做完了"])
    ret = draft.read()
    assert texts(ret.unplaced) == ["新冒出来的一件事", "已完成", "做完了"]
    assert codes(ret) == ["E303"]


def test_work_beyond_the_list_is_no_fault_where_the_form_asks_for_it() -> None:
    draft = fill_form()
    draft.sheets[MAIN] += [
        ["清单以外的其他工作"],
        [None, "迎接县里检查", None, None, None, "已备齐"],
    ]
    ret = draft.read(Expected(MASTER, PERIOD, EXPECTED.form_texts | {"清单以外的其他工作"}))
    assert texts(ret.unplaced) == ["迎接县里检查", "已备齐"]
    assert [(f.code, f.severity) for f in ret.findings] == [("E312", "info")]


def test_a_row_that_is_only_like_a_task_never_stands_in_for_it() -> None:
    draft = draft_form()
    draft.sheets[MAIN].append([None, f"{SAFETY}工作", None, None, "已完成", "补充的话"])
    ret = draft.read()
    assert ret.submissions[0].entries[0].progress == ""
    assert "补充的话" in texts(ret.unplaced)


def test_titles_alike_are_told_apart_by_their_number_or_not_at_all() -> None:
    draft = strip_marks(fill_form("计财股"))
    rows = draft.sheets[MAIN][5:]
    rows[0][1] = rows[1][1] = "新建城南小学"
    rows[0][2] = rows[1][2] = None
    ret = draft.read()
    assert {e.task: e.progress for e in ret.submissions[0].entries} == {
        "6": "填写6进展",
        "7": "填写7进展",
    }
    rows[0][0] = rows[1][0] = None
    ret = draft.read()
    assert all(not form.entries for form in ret.submissions)
    assert {"填写6进展", "填写7进展"} <= set(texts(ret.unplaced))


def test_tasks_of_one_title_are_told_apart_by_their_number_or_plan() -> None:
    tasks = tuple(replace(task, title="提升管理水平") for task in MASTER.tasks)
    master = replace(MASTER, tasks=tasks)
    draft = strip_marks(draft_form("办公室", master=master))
    for row in draft.sheets[MAIN][5:]:
        row[5] = f"进展{row[0]}"
        row[0 if row[0] == "1" else 2] = None
    (form,) = draft.read(Expected(master, PERIOD, EXPECTED.form_texts)).submissions
    assert [entry.progress for entry in form.entries] == ["进展1", "进展2", "进展3"]


def test_another_offices_row_is_not_taken_as_this_ones() -> None:
    draft = fill_form()
    draft.sheets[MAIN].append(fill_form("基教股").sheets[MAIN][6])
    ret = draft.read()
    assert [e.task for e in ret.submissions[0].entries] == ["1", "2", "3"]
    assert "填写5进展" in texts(ret.unplaced)


def test_a_cell_merged_over_two_tasks_counts_for_the_upper_and_is_said() -> None:
    draft = fill_form()
    draft.put(STYLE, "进展情况", None)
    draft.merges[MAIN] = [Area(6, 6, 7, 6)]
    ret = draft.read()
    assert [e.progress for e in ret.submissions[0].entries] == ["填写1进展", "", "填写3进展"]
    (finding,) = ret.findings
    assert (finding.code, finding.cell, finding.task) == ("E307", "F6", "1")


def test_text_under_a_merge_is_not_lost() -> None:
    draft = fill_form()
    draft.merges[MAIN] = [Area(6, 6, 7, 6)]
    ret = draft.read()
    assert texts(ret.unplaced) == ["填写2进展"]
    assert codes(ret) == ["E303", "E307"]


# ---------------------------------------------------------------- columns


def test_columns_are_known_in_any_order() -> None:
    draft = fill_form()
    order = [8, 7, 6, 5, 4, 3, 2, 1, 0]
    main = draft.sheets[MAIN]
    draft.sheets[MAIN] = [*main[:4], *([row[c] for c in order] for row in main[4:])]
    ret = draft.read()
    assert [e.obstacles for e in ret.submissions[0].entries] == [f"填写{n}问题" for n in "123"]
    assert (ret.unplaced, ret.findings) == ((), ())


def test_an_added_column_is_left_over() -> None:
    draft = fill_form()
    for n, row in enumerate(draft.sheets[MAIN][4:]):
        row.insert(5, "经费（万元）" if n == 0 else float(n))
    ret = draft.read()
    assert texts(ret.unplaced) == ["经费（万元）", "1", "2", "3"]
    assert ret.submissions[0].entries[0].progress == "填写1进展"


def test_a_renamed_header_leaves_its_column_known_by_its_place() -> None:
    draft = fill_form()
    draft.sheets[MAIN][4][5] = "本期小结"
    ret = draft.read()
    assert (texts(ret.unplaced), codes(ret)) == (["本期小结"], ["E308"])
    assert [e.progress for e in ret.submissions[0].entries][:2] == ["填写1进展", "填写2进展"]
    assert ret.submissions[0].entries[0].obstacles == "填写1问题"


def test_a_form_without_its_header_is_left_over_as_a_whole() -> None:
    draft = fill_form()
    del draft.sheets[MAIN][4]
    ret = draft.read()
    (form,) = ret.submissions
    assert (form.office, form.entries) == ("办公室", ())
    assert {"填写1进展", "填写3备注"} <= set(texts(ret.unplaced))
    assert "E302" not in codes(ret)


def test_cells_shifted_against_their_header_are_left_over() -> None:
    draft = fill_form()
    draft.sheets[MAIN][5].insert(1, None)
    draft.sheets[MAIN][5].insert(1, None)
    ret = draft.read()
    assert "1" not in [e.task for e in ret.submissions[0].entries]
    assert {"填写1进展", "填写1问题", "填写1备注"} <= set(texts(ret.unplaced))


def test_a_header_of_two_rows_and_parted_obstacles_are_understood() -> None:
    draft = fill_form()
    main = draft.sheets[MAIN]
    for row in main[5:]:
        row.insert(7, f"{row[6]}之后")
    main[4:5] = [
        ["编号", "项目名称", "主要内容", "责任股室", "本期填报", None, None, None, None, "标识"],
        [None, None, None, None, "进度状态", "进展情况", "存在问题", "下一步打算", "备注", None],
    ]
    form = draft.read().submissions[0]
    assert form.entries[0].obstacles == "填写1问题\n填写1问题之后"
    assert form.entries[0].remarks == "填写1备注"


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("截至4月底进展情况", "progress"),
        ("1-4月份工作完成情况", "progress"),
        ("*进展情况（300字以内）", "progress"),
        ("进展情况、存在问题及下一步打算", "progress"),
        ("存在的问题及下一步工作打算", "obstacles"),
        ("备注（可不填）", "remarks"),
        ("上月进展情况", None),
        ("序\n号", "number"),
        ("经费", None),
    ],
)
def test_headers_are_known_by_their_words(header: str, named: str | None) -> None:
    found = recognise_header(header, "task")
    assert (found[0] if found else None) == named


def test_a_row_of_text_is_no_header() -> None:
    row = ("3", "制定年度工作计划", "", "办公室", "", "已报送进展情况", "", "")
    assert find_tables(Sheet("x", (row,))) == ()


# ---------------------------------------------------------------- fixed texts


def test_a_changed_fixed_text_is_said_with_both_texts() -> None:
    draft = fill_form()
    draft.put(SAFETY, "责任股室", "办公室、安监股")
    ret = draft.read()
    assert ret.submissions[0].altered == (
        Altered(
            "1",
            "办公室",
            "责任股室",
            "办公室、基教股",
            "办公室、安监股",
            "回来的表.xlsx",
            MAIN,
            "D6",
        ),
    )
    (finding,) = ret.findings
    assert (finding.code, finding.severity, finding.cell) == ("E301", "warning", "D6")


def test_white_space_and_width_do_not_change_a_fixed_text() -> None:
    draft = fill_form()
    draft.put(SAFETY, "编号", 1.0)
    draft.put(SAFETY, "责任股室", "办公室 、基教股")
    draft.put("完善公文流转制度", "项目名称", "完善 公文\n流转制度")
    assert draft.read().findings == ()


def test_a_form_as_issued_is_not_blamed_for_what_changed_in_the_list_since() -> None:
    tasks = tuple(
        replace(task, title=f"全新名称{task.id}", content="改写后的内容") for task in MASTER.tasks
    )
    ret = fill_form().read(Expected(replace(MASTER, tasks=tasks), PERIOD, EXPECTED.form_texts))
    assert ret.findings == ()
    assert ret.unplaced == ()
    assert len(ret.submissions[0].entries) == 3


def test_without_marks_a_difference_is_only_to_be_verified() -> None:
    draft = strip_marks(fill_form())
    draft.put(SAFETY, "主要内容和关键时间节点计划", "另一种写法")
    assert [(f.code, f.severity) for f in draft.read().findings] == [("E301", "info")]


# ---------------------------------------------------------------- what has no place


def test_notes_of_every_kind_are_left_over_with_their_place() -> None:
    draft = fill_form()
    draft.sheets[MAIN].append(["说明：数据截至4月20日"])
    draft.sheets["附表"] = [[None, "补充数据"], [None, 12.5]]
    draft.notes[MAIN] = [Note("comment", "F6", "请领导看这里"), Note("text box", None, "框里的话")]
    ret = draft.read()
    places = [(item.sheet, item.cell, item.text) for item in ret.unplaced]
    assert places == [
        (MAIN, "A9", "说明：数据截至4月20日"),
        (MAIN, "F6", "请领导看这里"),
        (MAIN, None, "框里的话"),
        ("附表", "B1", "补充数据"),
        ("附表", "B2", "12.5"),
    ]
    assert codes(ret) == ["E303", "E303", "E303"]


def test_the_forms_own_texts_are_nobodys_typing() -> None:
    draft = fill_form()
    own = frozenset(
        {
            "填报说明",
            "1.进展情况请写明数字。",
            "{{股室}}协办,不用填写。",
            "还差的内容",
            "节点完成情况",
        }
    )
    draft.sheets["填报说明"] = [
        ["填报说明", "还差 12 项（本表不用填）"],
        ["1．进展情况请写明数字。"],
        ["办公室协办，不用填写。"],
        ["随便写的协办，不用填写。"],
        ["节点完成情况", 7.0],
    ]
    ret = draft.read(Expected(MASTER, PERIOD, EXPECTED.form_texts | own))
    assert texts(ret.unplaced) == ["随便写的协办，不用填写。"]


def test_the_sheet_of_supported_tasks_is_not_an_answer() -> None:
    draft = fill_form()
    task = MASTER.tasks[6]
    draft.sheets["协办任务"] = [
        ["编号", "项目名称", "主要内容和关键时间节点计划", "牵头股室"],
        ["7", task.title, EXPECTED.catalog.plans["7"], "计财股"],
        [None, None, None, "顺手写的话"],
    ]
    ret = draft.read()
    assert len(ret.submissions) == 1
    assert texts(ret.unplaced) == ["顺手写的话"]


def test_a_second_name_for_the_reporter_is_left_over() -> None:
    draft = fill_form()
    draft.sheets[MAIN].append(["填报人：另一个人"])
    ret = draft.read()
    assert ret.submissions[0].reporter == "填写填报人"
    assert texts(ret.unplaced) == ["另一个人"]


def test_what_stands_beside_a_label_is_left_over() -> None:
    draft = fill_form()
    draft.sheets[MAIN].append(["加急 审核联系 填报人：李明  电话：13800"])
    assert texts(draft.read().unplaced) == ["加急 审核联系", "电话：13800", "李明"]


@pytest.mark.parametrize(
    ("line", "parted"),
    [
        ("填报股室：基教股　填报人：", ("", [("office", "基教股", ""), ("reporter", "", "")])),
        ("分管负责同志审定（签字）：同意。王立", ("", [("approval", "同意。王立", "")])),
        ("填报日期：　年　月　日", ("", [("reported_on", "", "")])),
        ("填报人：张三  电话：123", ("", [("reporter", "张三", "电话：123")])),
        ("注 填报人：张三", ("注", [("reporter", "张三", "")])),
        ("审定", ("", [("approval", "", "")])),
        ("请填报人：及时填写", None),
    ],
)
def test_labels_are_parted_from_their_values(line: str, parted: object) -> None:
    assert split_labels(line) == parted


def test_nothing_typed_is_lost_when_the_file_is_refused_after_all() -> None:
    draft = fill_form("基教股")
    draft.sheets[MAIN][2][0] = "填报股室：计财股"
    draft.sheets[MAIN] = [row for row in draft.sheets[MAIN] if row[-1] != "5"]
    kept = "\n".join(kept_texts(draft.read()))
    for word in ("填写填报人", "填写审定", "填写4进展", "填写4问题", "填写4备注", "填写4/1说明"):
        assert word in kept


def test_an_unmarked_period_is_left_open() -> None:
    draft = strip_marks(fill_form())
    draft.sheets[MAIN][1][0] = "工作报表"
    draft.sheets[MILESTONES][0][0] = None
    (form,) = draft.read().submissions
    assert form.period is None
    assert len(HEADER) == 9
    assert Period(2021, 4).key == PERIOD.key
