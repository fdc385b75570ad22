"""Tables on returned sheets: which column is which, where a table ends, layouts of a clerk's own."""

from collections.abc import Sequence

import pytest

from taskxl.forms.returned.columns import find_tables, recognise_header
from taskxl.forms.returned.drawn import Drawing, DrawnTable
from taskxl.forms.returned.layouts import lay_out_records, stack_tables
from taskxl.forms.returned.reader import read_return
from taskxl.intake.grids import Area, Book, Sheet, Value
from taskxl.model import Return
from tests.returned_support import EXPECTED, HEADER, MASTER, codes, texts

PLANS = EXPECTED.catalog.plans
TASKS = {task.id: task for task in MASTER.tasks}
HEAD = ["填报股室：办公室"]


def sheet_of(*rows: Sequence[Value], merges: Sequence[Area] = ()) -> Sheet:
    return Sheet("甲", tuple(map(tuple, rows)), tuple(merges))


def read(*rows: Sequence[Value], merges: Sequence[Area] = ()) -> Return:
    book = Book("表.xlsx", "xlsx", (sheet_of(*rows, merges=merges),))
    return read_return(EXPECTED, book, "表.xlsx")


def columns_of(*header: str, rows: Sequence[Sequence[Value]] = ()) -> dict[str, tuple[int, ...]]:
    """Return the columns of the one table below a header."""
    (table,) = find_tables(sheet_of(header, *rows))
    return dict(table.columns)


def said_of(ret: Return, code: str) -> list[str]:
    return [finding.message for finding in ret.findings if finding.code == code]


# ---------------------------------------------------------------- words of a header


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("工作推进情况", ("progress", False)),
        ("下步工作安排", ("obstacles", True)),
        ("存在困难及下一步工作安排", ("obstacles", True)),
        ("工作安排", ("title", True)),
        ("主要困难", ("obstacles", True)),
        ("存在问题的责任单位", ("responsible", False)),
        ("本月工作完成情况", ("progress", False)),
        ("4月进展情况", ("progress", True)),
        ("上月完成情况", None),
        ("天干", None),
        ("说明" * 16, None),
    ],
)
def test_a_caption_is_known_surely_nearly_or_not(text: str, named: tuple[str, bool] | None) -> None:
    assert recognise_header(text, "task") == named


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (("主要内容", "进展情况"), "task"),
        (("编号", "进展情况"), "task"),
        (("项目名称", "存在问题"), "task"),
        (("标识", "进度状态"), "task"),
        (("责任股室", "进展情况"), None),
        (("项目名称", "主要内容", "责任股室"), "task"),
        (("项目名称", "责任股室"), None),
        (("编号", "责任股室", "备注"), None),
        (("节点", "完成日期"), "milestone"),
        (("节点", "完成时限", "编号"), "milestone"),
        (("节点", "编号"), None),
    ],
)
def test_two_answers_or_keys_make_a_header(header: Sequence[str], kind: str | None) -> None:
    assert [table.kind for table in find_tables(sheet_of(header))] == ([kind] if kind else [])


def test_problems_and_next_steps_are_one_answer_whatever_stands_left_of_them() -> None:
    header = ("编号", "项目名称", "主要内容", "牵头股室", "进展情况", "存在问题", "下一步工作计划")
    columns = columns_of(*header)
    assert (columns["obstacles"], columns["number"]) == ((6, 7), (1,))
    # A second 编号 begins another table.
    side = columns_of("编号", "项目名称", "存在问题", "编号", "项目名称", "下一步工作计划")
    assert side["obstacles"] == (3,)
    near = columns_of("编号", "项目名称", "存在问题", "下一步工作计划", "文件编号说明")
    assert near["obstacles"] == (3, 4)


# ---------------------------------------------------------------- columns told by their place


@pytest.mark.parametrize(
    ("header", "place"),
    [
        (("编号", "项目名称", "责任股室", "天干", "存在问题"), 4),
        (("编号", "项目名称", "进度状态", "天干", "备注"), 4),
        (("编号", "项目名称", "进度状态", "天干"), 4),
        (("编号", "项目名称", "主要内容", "天干", "存在问题"), 4),
        (("编号", "项目名称", "天干", "存在问题"), 3),
        (("编号", "项目名称", "进度状态", "存在问题", "天干"), None),
        (("编号", "项目名称", "进度状态", "上月情况", "存在问题"), None),
    ],
)
def test_the_only_unknown_column_in_its_usual_place_is_the_answer(
    header: Sequence[str], place: int | None
) -> None:
    (table,) = find_tables(sheet_of(header))
    assert table.column("progress") == place
    assert table.placed == ({"progress"} if place else set())


@pytest.mark.parametrize("row", [0, 1, 2])
@pytest.mark.parametrize("place", [3, 4])
def test_of_two_unknown_columns_the_one_with_words_is_the_answer(row: int, place: int) -> None:
    header = ("编号", "项目名称", "进度状态", "天干", "地支", "备注")
    rows: list[list[Value]] = [["1", "甲", "正常推进", None, None, "丁"] for _ in range(3)]
    assert "progress" not in columns_of(*header, rows=rows)
    rows[row][place] = "开了会。"
    assert columns_of(*header, rows=rows)["progress"] == (place + 1,)
    rows[0][7 - place] = "也有字"
    assert "progress" not in columns_of(*header, rows=rows)


def test_the_state_of_a_milestone_has_its_usual_place() -> None:
    for header, place in (
        (("编号", "节点", "完成时限", "天干", "完成日期"), 4),
        (("编号", "节点", "天干", "完成日期", "说明"), 3),
    ):
        (table,) = find_tables(sheet_of(header))
        assert (table.kind, table.column("state"), table.placed) == ("milestone", place, {"state"})


def test_what_was_told_by_its_place_is_said_with_its_caption() -> None:
    caption = "四月份以来我局围绕重点所做的各种事务"
    for called, shown in ((caption, caption), (caption + "和其他事", caption + "和…")):
        header = ["编号", "项目名称", "进度状态", called, "存在问题"]
        ret = read(HEAD, [], header, ["2", TASKS["2"].title, "正常推进", "开了会。", "缺人"])
        assert said_of(ret, "E308") == [f"“{shown}”这一栏按位置认作“进展情况”。请核对。"]
        (found,) = [one for one in ret.findings if one.code == "E308"]
        assert (found.cell, found.office) == ("D3", "办公室")
        assert ret.submissions[0].entries[0].progress == "开了会。"


def test_a_caption_in_the_upper_of_two_header_rows_is_the_one_that_is_said() -> None:
    ret = read(
        HEAD,
        ["编号", "项目名称", "进度状态", "天干", "有关事项", None],
        [None, None, None, None, "存在问题", "下一步工作计划"],
        ["2", TASKS["2"].title, "正常推进", "开了会。", "缺人", "招人"],
    )
    assert said_of(ret, "E308") == ["“天干”这一栏按位置认作“进展情况”。请核对。"]
    assert ret.submissions[0].entries[0].obstacles == "缺人\n招人"


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_column_called_progress_that_holds_states_alone_is_the_status(row: int) -> None:
    header = ("编号", "项目名称", "推进进度", "进展情况", "存在问题")
    rows: list[list[Value]] = [["1", "甲", "正常推进", "开会", ""] for _ in range(3)]
    columns = columns_of(*header, rows=rows)
    assert (columns["status"], columns["progress"]) == ((3,), (4,))
    rows[row][2] = "开了两次会。"
    assert "status" not in columns_of(*header, rows=rows)


# ---------------------------------------------------------------- columns the marks tell

TASK = DrawnTable(
    "task",
    {"甲子": "title", "乙丑": "status", "丙寅": "progress", "丁卯": "obstacles"},
    {"title": 1, "status": 2, "progress": 3, "obstacles": 4},
)
STEP = DrawnTable(
    "milestone",
    {"戊辰": "milestone", "己巳": "state", "庚午": "note"},
    {"number": 1, "milestone": 2, "state": 3, "note": 4},
)


def test_a_header_of_words_is_completed_by_the_drawing_of_its_own_kind() -> None:
    drawing = Drawing({"甲": (TASK, STEP)})
    (table,) = find_tables(sheet_of(("编号", "节点", "完成情况", "天干")), drawing)
    assert (table.kind, table.columns) == (
        "milestone",
        {"number": (1,), "milestone": (2,), "state": (3,), "note": (4,)},
    )
    drawing = Drawing({"甲": (STEP, TASK)})
    (table,) = find_tables(sheet_of(("项目名称", "进度状态", "进展情况", "天干")), drawing)
    assert (table.kind, table.column("obstacles")) == ("task", 4)
    # A column that has no caption at all was added by nobody.
    (table,) = find_tables(sheet_of(("项目名称", "进度状态", "进展情况")), drawing)
    assert "obstacles" not in table.columns


def test_a_caption_nearly_known_gives_way_to_the_drawing_a_known_one_does_not() -> None:
    drawing = Drawing({"甲": (TASK,)})
    # Both captions say progress; what stands in the place of obstacles only nearly.
    (table,) = find_tables(sheet_of(("甲子", "乙丑", "丙寅", "工作推进成果")), drawing)
    assert (table.column("progress"), table.column("obstacles")) == (3, 4)
    (table,) = find_tables(sheet_of(("甲子", "乙丑", "丙寅", "备注")), drawing)
    assert (table.column("remarks"), table.column("obstacles")) == (4, None)


@pytest.mark.parametrize("shift", [0, 1, 3])
def test_issued_columns_move_together(shift: int) -> None:
    pad = ("天干",) * shift
    drawing = Drawing({"甲": (TASK,)})
    (table,) = find_tables(sheet_of((*pad, "甲子", "乙丑", "改了名", "丁卯")), drawing)
    assert table.columns == {
        "title": (shift + 1,),
        "status": (shift + 2,),
        "progress": (shift + 3,),
        "obstacles": (shift + 4,),
    }
    # One more column in between: its neighbours disagree about the place.
    (table,) = find_tables(sheet_of((*pad, "甲子", "乙丑", "地支", "改了名", "丁卯")), drawing)
    assert table.column("progress") in (None, shift + 3, shift + 4)
    assert (table.column("title"), table.column("obstacles")) == (shift + 1, shift + 5)


# ---------------------------------------------------------------- where a table ends


def test_a_table_ends_right_above_the_next_header() -> None:
    header, row = HEADER[:8], ["1", "甲", "乙", "丙", "正常推进", "丁"]
    sheet = sheet_of(HEAD, header, row, row, header, row, [], row)
    first, second = find_tables(sheet)
    assert (first.top, first.bottom, first.last) == (2, 2, 4)
    assert (second.top, second.bottom, second.last) == (5, 5, 8)


def test_the_row_right_above_a_second_header_is_read() -> None:
    rows = {
        task: [one.number, one.title, PLANS[task], "办公室", "正常推进", f"进展{task}"]
        for task, one in TASKS.items()
    }
    ret = read(HEAD, HEADER[:8], rows["1"], rows["2"], HEADER[:8], rows["3"])
    assert [e.progress for e in ret.submissions[0].entries] == ["进展1", "进展2", "进展3"]
    assert ret.unplaced == ()


# ---------------------------------------------------------------- layouts of a clerk's own


def headless(*tasks: str) -> list[list[Value]]:
    return [
        [
            TASKS[t].number,
            TASKS[t].title,
            PLANS[t],
            "、".join(TASKS[t].offices),
            "正常推进",
            f"进展{t}",
        ]
        for t in tasks
    ]


@pytest.mark.parametrize("above", [0, 1, 2, 5])
def test_a_merge_below_a_header_that_is_gone_names_the_rows_of_the_file(above: int) -> None:
    head = [[HEAD[0]], *([] for _ in range(above))]
    rows = headless("1", "2", "3")
    rows[2][5] = None
    first = len(head) + 2
    ret = read(*head, *rows, merges=[Area(first, 6, first + 1, 6)])
    assert [e.progress for e in ret.submissions[0].entries] == ["进展1", "进展2", ""]
    assert codes(ret) == ["E307", "E308"]
    assert said_of(ret, "E307")[0].startswith(f"第 {first} 至 {first + 1} 行的填报栏合并成了一格")
    (found,) = [one for one in ret.findings if one.code == "E307"]
    assert found.cell == f"F{first}"


@pytest.mark.parametrize("free", [1, 2, 3, 4])
def test_rows_without_a_header_may_have_three_free_texts(free: int) -> None:
    rows = [[*row, *"乙丙丁"[: free - 1]] for row in headless("2", "3")]
    ret = read(HEAD, *rows)
    if free == 4:
        assert (ret.submissions[0].entries, codes(ret)) == ((), ["E303", "E303"])
        return
    found = [(e.progress, e.obstacles, e.remarks) for e in ret.submissions[0].entries]
    wanted = ["乙" if free > 1 else "", "丙" if free > 2 else ""]
    assert found == [("进展2", *wanted), ("进展3", *wanted)]
    assert ret.unplaced == ()


def test_a_merge_above_the_rows_stays_where_it_is() -> None:
    merge = Area(1, 1, 1, 6)
    laid = lay_out_records(EXPECTED.catalog, sheet_of(HEAD, *headless("1", "2"), merges=[merge]))
    assert laid is not None
    assert (laid.guessed, laid.sheet.merges) == (True, (merge,))
    assert laid.sheet.rows[1][:4] == HEADER[:4]
    assert laid.places[1, 1] == (1, 1)
    assert laid.places[3, 6] == (2, 6)
    assert (2, 1) not in laid.places
    spanning = Area(1, 7, 3, 7)
    laid = lay_out_records(EXPECTED.catalog, sheet_of(HEAD, *headless("1", "2"), merges=[spanning]))
    assert laid is not None
    assert laid.sheet.merges == (Area(1, 7, 4, 7),)


def test_two_tables_side_by_side_are_read_in_a_form_and_not_in_a_heap_of_rows() -> None:
    def side(task: str) -> list[Value]:
        return [TASKS[task].number, TASKS[task].title, f"进展{task}"]

    header: list[Value] = ["编号", "项目名称", "进展情况"]
    rows = [[*header, None, *header], [*side("1"), None, *side("2")]]
    ret = read(HEAD, *rows)
    assert [(e.task, e.progress, e.row) for e in ret.submissions[0].entries] == [
        ("1", "进展1", 3),
        ("2", "进展2", 3),
    ]
    assert ret.submissions[0].entries[1].cells["progress"] == "G3"
    assert texts(ret.unplaced) == []
    # A sheet of thousands of rows is no form: nobody waits for it.
    for height, stacked in ((1998, True), (1999, False)):
        tall = sheet_of(*rows, *([] for _ in range(height)))
        assert (stack_tables(tall) is not None) == stacked
    assert stack_tables(sheet_of()) is None


def test_a_column_of_states_alone_is_no_progress() -> None:
    rows = [["1", "甲", "正常推进", "缺人"]]
    columns = columns_of("编号", "项目名称", "推进进度", "存在问题", rows=rows)
    assert (columns["status"], "progress" in columns) == ((3,), False)
    (table,) = find_tables(sheet_of(("编号", "项目名称", "进展情况", "存在问题", "下一步工作计划")))
    assert (table.column("obstacles"), table.column("due")) == (4, None)
