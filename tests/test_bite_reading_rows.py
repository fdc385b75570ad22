"""Edges of lists as a whole: what rows, columns, levels, labels and findings say of themselves."""

from datetime import date

import pytest

from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.guesses import guess_header
from taskxl.master.reading.header import Grid, read_header
from taskxl.master.reading.hints import make_hints
from taskxl.master.reading.offices import split_names
from taskxl.master.reading.responsibility import read_duty, take_duties
from taskxl.master.reading.row_kinds import is_marked_section
from taskxl.master.reading.task_list import read_task_list
from tests.small_lists import TITLE, messages, read_lines, read_rows

# ---------------------------------------------------------------- names and duties


@pytest.mark.parametrize(
    "kind",
    [
        "县",
        "市",
        "区",
        "乡",
        "镇",
        "村",
        "街道",
        "县级市",
        "乡镇",
        "区县",
        "社区",
        "部门",
        "单位",
        "县（市）",
        "企业",
        "园区",
    ],
)
def test_each_holds_for_the_next_kind_of_place_too(kind: str) -> None:
    assert split_names(f"县教育局、各学校、{kind}") == ("县教育局", f"各学校、{kind}")
    assert split_names(f"县教育局、{kind}") == ("县教育局", kind)


def test_a_due_behind_its_label_is_taken_as_it_is_written() -> None:
    duty = read_duty("责任单位：县水利局；完成时限：2024年6月底前，并长期坚持")
    assert duty is not None
    assert duty.dues == ("2024年6月底前，并长期坚持",)


def test_the_29th_of_february_is_a_day() -> None:
    duty = read_duty("县水利局牵头，2月29日前完成")
    assert duty is not None
    assert duty.dues == ("2月29日前完成",)


@pytest.mark.parametrize("verb", ["牵头", "负责", "主抓", "牵头负责", "牵头抓总"])
def test_a_post_with_a_name_before_a_verb_is_the_leader(verb: str) -> None:
    duty = read_duty(f"林一副县长{verb}，县交通局、县财政局配合")
    assert duty is not None
    assert duty.leaders == ("林一副县长",)
    assert duty.supporting == ("县交通局", "县财政局")


@pytest.mark.parametrize("work", ["修路", "修路，拓宽两处路口", "修路，拓宽路口，安装护栏120米"])
def test_who_answers_stands_behind_whichever_comma(work: str) -> None:
    rest, duties = take_duties(f"{work}，县交通局负责，6月底前完工")
    assert rest == f"{work}。"
    assert [(duty.plain, duty.dues) for duty in duties] == [(("县交通局",), ("6月底前完工",))]


@pytest.mark.parametrize("work", ["推进建设", "清淤疏浚。推进建设", "清淤，推进建设"])
@pytest.mark.parametrize("lead", ["由县水利局负责", "县水利局负责", "由县水利局牵头负责"])
@pytest.mark.parametrize(
    ("more", "supporting", "dues"),
    [
        ("", (), ()),
        ("。6月底前完成", (), ("6月底前完成",)),
        ("，6月底前完成", (), ("6月底前完成",)),
        ("。县财政局、各镇配合", ("县财政局", "各镇"), ()),
        ("，县财政局、各镇配合，6月底前完成", ("县财政局", "各镇"), ("6月底前完成",)),
        ("。县财政局、各镇配合。6月底前完成", ("县财政局", "各镇"), ("6月底前完成",)),
    ],
)
def test_who_leads_may_stand_in_the_sentence_before_the_last(
    work: str, lead: str, more: str, supporting: tuple[str, ...], dues: tuple[str, ...]
) -> None:
    rest, duties = take_duties(f"{work}，{lead}{more}。")
    assert rest == f"{work}。"
    assert [name for duty in duties for name in (*duty.lead, *duty.plain)] == ["县水利局"]
    assert tuple(name for duty in duties for name in duty.supporting) == supporting
    assert tuple(due for duty in duties for due in duty.dues) == dues


def test_of_two_times_one_without_end_is_none() -> None:
    tasks = read_lines(
        "2024年工作任务",
        "1.治理扬尘。（县水利局负责，持续推进，6月底前完成）",
        "2.巡查河道。（县水利局负责，长期坚持）",
    )[0].tasks
    assert [[entry.due for entry in task.milestones] for task in tasks] == [
        [date(2024, 6, 30)],
        [None],
    ]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("一、党建工作", True), ("（二）队伍建设", True), ("第三章 保障", True), ("修缮校舍", False)],
)
def test_what_begins_as_a_section_does(text: str, is_one: bool) -> None:
    assert is_marked_section(text) is is_one


def test_a_note_on_the_first_office_in_the_middle_of_a_line_is_left_out() -> None:
    rest, duties = take_duties("修缮校舍（列第一位的为牵头单位，下同）。（县教育局、县住建局）")
    assert rest == "修缮校舍。"
    assert [duty.plain for duty in duties] == [("县教育局", "县住建局")]


# ---------------------------------------------------------------- what a person says


def test_a_letter_names_its_own_column_only() -> None:
    hints = make_hints(["D=牵头", "时序=节点"])
    said = [hints.field_of("", letters) for letters in "ABCDEFG"]
    assert said == [None, None, None, "lead", None, None, None]
    assert hints.field_of("时序", "A") == "milestone"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("number", "序号 编号"),
        ("title", "任务 任务名称 名称 项目"),
        ("content", "内容 主要内容 措施"),
        ("milestone", "节点 进度安排"),
        ("due", "时限 完成时限 完成时间"),
        ("lead", "牵头 牵头股室 牵头单位 主办"),
        ("supporting", "协办 配合 协办股室 配合单位"),
        ("responsible", "责任 责任股室 责任单位"),
        ("leader", "分管领导 分管 责任领导 分管负责同志"),
        ("person", "责任人 联系人"),
        ("remarks", "备注 来源"),
        ("section", "分组 类别"),
        ("", "不读 略 无"),
    ],
)
def test_every_word_that_says_what_a_column_is(field: str, said: str) -> None:
    for word in said.split():
        assert make_hints([f"甲={word}"]).columns == (("甲", field),)


# ---------------------------------------------------------------- headers and columns


def test_two_words_that_may_be_anything_are_no_header() -> None:
    assert read_header(Grid(Sheet("表", (("本年重点工作", "落实单位"), ("甲", "乙")))), 1) is None
    known = read_header(Grid(Sheet("表", (("任务名称", "责任单位"), ("甲", "乙")))), 1)
    assert known is not None


def test_a_cell_under_a_merge_is_said_whatever_it_holds() -> None:
    for hidden in ("A", "龥"):
        grid = Grid(Sheet("表", (("修缮校舍",), (hidden,)), (Area(1, 1, 2, 1),)))
        assert grid.unseen(2) == [(1, hidden, "在合并单元格下面，看不见")]
    grid = Grid(Sheet("表", (("修缮校舍",), ("修缮校舍",)), (Area(1, 1, 2, 1),)))
    assert grid.unseen(2) == []  # nothing is lost


def test_a_description_that_says_by_when_is_the_milestone() -> None:
    tasks = read_rows(
        TITLE,
        ["序号", "重点任务", "主要内容", "工作要求", "责任股室"],
        [1.0, "修缮校舍", "修缮校舍三处。", "6月底前完成修缮", "基建股"],
        [2.0, "招聘教师", "招聘教师十名。", "9月底前全部到岗", "人事股"],
    )[0].tasks
    assert [task.content for task in tasks] == ["修缮校舍三处。", "招聘教师十名。"]
    assert [[(e.text, e.due) for e in task.milestones] for task in tasks] == [
        [("6月底前完成修缮", date(2024, 6, 30))],
        [("9月底前全部到岗", date(2024, 9, 30))],
    ]


def test_a_column_that_counts_is_the_number_and_said_to_be_a_guess() -> None:
    found = read_rows(
        TITLE,
        ["甲", "任务名称", "责任股室", "完成时限"],
        [1.0, "修缮校舍", "基建股", "6月底前"],
        [2.0, "招聘教师", "人事股", "9月底前"],
        [3.0, "改造厕所", "基建股", "9月底前"],
    )
    assert [task.number for task in found[0].tasks] == ["1", "2", "3"]
    line = found[0].understood[0]
    assert (line.name, line.header, line.taken, line.sure) == ("A", "甲", "序号", False)
    assert line.option == "--column 甲=任务"
    title = found[0].understood[1]
    assert (title.taken, title.sure, title.option) == ("任务名称", True, "--column 任务名称=内容")
    assert any("“甲”读作序号" in said for said in messages(found, "M108"))


def test_of_two_columns_of_numbers_the_other_is_said_not_to_be_read() -> None:
    found = read_rows(
        TITLE,
        ["序号", "市编号", "任务名称", "责任股室", "完成时限"],
        [1.0, "S03", "修缮校舍", "基建股", "6月底前"],
        [2.0, "S07", "招聘教师", "人事股", "9月底前"],
    )
    assert [task.number for task in found[0].tasks] == ["1", "2"]
    assert any("市编号" in said and "S03" in said for said in messages(found, "M108"))


def test_a_list_that_names_its_tasks_is_none_of_problems() -> None:
    tasks = read_rows(
        TITLE,
        ["序号", "任务名称", "存在问题", "整改措施", "责任股室", "整改时限"],
        [1.0, "修缮校舍", "漏雨", "更换瓦片", "基建股", "6月底前"],
        [2.0, "招聘教师", "缺编", "公开招聘", "人事股", "9月底前"],
    )[0].tasks
    assert [task.title for task in tasks] == ["修缮校舍", "招聘教师"]


def test_what_a_header_was_taken_for_is_said_where_it_is_no_usual_word() -> None:
    found = read_rows(
        TITLE,
        ["序号", "拟办工作事项", "负责的股室", "目前进展程度", "完成时限"],
        [1.0, "修缮校舍", "基建股", None, "6月底前"],
        [2.0, "招聘教师", "人事股", None, "9月底前"],
    )
    (said,) = messages(found, "M108")
    assert "“拟办工作事项”读作任务名称" in said
    assert "“负责的股室”读作责任股室" in said
    assert "目前进展程度" not in said


@pytest.mark.parametrize("header", [None, "甲乙"])
def test_a_column_that_is_not_read_is_said_once(header: str | None) -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室", "完成时限", header],
        [1.0, "修缮校舍", "基建股", "6月底前", "x1"],
        [2.0, "招聘教师", "人事股", "9月底前", "x2"],
    )
    (finding,) = (f for f in found[1] if f.code == "M108" and "x1" in f.message)
    assert "2格" in finding.message
    assert finding.severity == ("warning" if header else "info")


# ---------------------------------------------------------------- tables without a header

GUESSED: list[list[Value]] = [
    ["甲", "类别", "乙", "丙", "丁"],
    [1.0, "校舍", "修缮各校漏雨的校舍", "基建股", "6月底前"],
    [2.0, "队伍", "公开招聘紧缺学科教师", "人事股", "9月底前"],
    [3.0, "场地", "改造学校的厕所和操场", "基建股", "9月底前"],
]


def test_a_table_without_known_headers_is_understood_by_its_cells() -> None:
    found = read_rows(TITLE, *GUESSED)
    assert [(t.number, t.title, t.section) for t in found[0].tasks] == [
        ("1", "修缮各校漏雨的校舍", "校舍"),
        ("2", "公开招聘紧缺学科教师", "队伍"),
        ("3", "改造学校的厕所和操场", "场地"),
    ]
    assert [task.lead_offices for task in found[0].tasks] == [("基建股",), ("人事股",), ("基建股",)]
    (said,) = (said for said in messages(found, "M108") if "表头看不懂" in said)
    for column, taken in (("A栏“甲”", "序号"), ("C栏“乙”", "任务名称"), ("E栏“丁”", "完成时限")):
        assert f"{column}是{taken}" in said
    assert [line.name for line in found[0].understood] == ["A", "B", "C", "D", "E"]
    assert {line.sure for line in found[0].understood} >= {False}


def test_the_title_in_the_first_row_calls_it_a_list() -> None:
    rows = [TITLE, ["说明文字"], *GUESSED]
    assert guess_header(Grid(Sheet("表", tuple(map(tuple, rows)))), ()) is not None
    rows[0] = ["2024年情况"]
    assert guess_header(Grid(Sheet("表", tuple(map(tuple, rows)))), ()) is None


def test_a_column_that_skips_does_not_count() -> None:
    rows: list[list[Value]] = [
        ["甲", "乙", "丙", "丁"],
        [1.0, 1.0, "修缮各校漏雨的校舍", "基建股"],
        [3.0, 2.0, "公开招聘紧缺学科教师", "人事股"],
        [8.0, 3.0, "改造学校的厕所和操场", "基建股"],
    ]
    assert [task.number for task in read_rows(TITLE, *rows)[0].tasks] == ["1", "2", "3"]


@pytest.mark.parametrize("blank", [0, 1, 2])
@pytest.mark.parametrize("rows", [1, 2])
def test_a_table_that_goes_on_says_from_which_cell(blank: int, rows: int) -> None:
    header: tuple[Value, ...] = ("序号", "任务名称", "责任股室", "完成时限")
    first = Sheet("表1", (header, (1.0, "修缮校舍", "基建股", "6月底前")), line=2)
    rest = [(float(n), f"招聘{n}名教师", "人事股", "9月底前") for n in (2, 3)][:rows]
    second = Sheet("表2", (*[()] * blank, *rest), line=3)
    lines = (Line(1, "2024年重点任务清单"),)
    found = read_task_list([Book("清单.docx", "docx", (first, second), lines)])
    assert [task.number for task in found[0].tasks] == ["1", "2", "3"][: rows + 1]
    cells = [f.cell for f in found[1] if f.code == "M108" and "没有表头" in f.message]
    assert cells == [f"A{blank + 1}"]


# ---------------------------------------------------------------- rows


def test_a_row_without_number_where_one_is_skipped_is_a_task_of_its_own() -> None:
    header: list[Value] = ["序号", "任务名称", "主要内容", "责任股室"]
    rows: list[list[Value]] = [
        [1.0, "修缮校舍", "更换瓦片。", "基建股"],
        [None, None, "公开招聘。", "人事股"],
        [3.0, "改造厕所", "更换水箱。", "基建股"],
    ]
    tasks = read_rows(TITLE, header, *rows)[0].tasks
    assert [(task.number, task.lead_offices) for task in tasks] == [
        ("1", ("基建股",)),
        (None, ("人事股",)),
        ("3", ("基建股",)),
    ]
    rows[2][0] = 2.0
    tasks = read_rows(TITLE, header, *rows)[0].tasks
    assert [task.number for task in tasks] == ["1", "2"]


def test_a_name_that_goes_on_without_a_number_is_joined_and_said() -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室"],
        [1.0, "修缮校舍、", "基建股"],
        [None, "操场和围墙", None],
        [2.0, "招聘教师", "人事股"],
    )
    assert [task.title for task in found[0].tasks] == ["修缮校舍、操场和围墙", "招聘教师"]
    (said,) = messages(found, "M109")
    assert "“操场和围墙”没有编号，已接在任务名称“修缮校舍、”之后" in said


def test_sections_of_which_every_row_is_blank_are_quoted_one_by_one() -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室"],
        ["一、办学条件"],
        [1.0, "修缮校舍", "基建股"],
        ["二、队伍建设"],
        [2.0],
        [3.0],
        ["三、校园安全"],
        [4.0],
    )
    assert [task.number for task in found[0].tasks] == ["1"]
    (said,) = (said for said in messages(found, "M112") if "只有编号" in said)
    assert "有3行只有编号（“二、队伍建设”“三、校园安全”）" in said


# ---------------------------------------------------------------- levels of prose


def test_levels_that_a_document_turns_round() -> None:
    found = read_lines(
        "2024年重点工作任务",
        "1.办学条件",
        "（一）修缮校舍。（县住建局）",
        "（二）改造厕所。（县城管局）",
        "2.队伍建设",
        "（一）招聘教师。（县教育局）",
        "（二）培训校长。（县教育局）",
        "3.校园安全",
        "（一）安装护栏。（县公安局）",
    )
    sections = [task.section for task in found[0].tasks]
    assert sections == ["1.办学条件"] * 2 + ["2.队伍建设"] * 2 + ["3.校园安全"]
    assert [(line.header, line.taken, line.how, line.sure) for line in found[0].understood] == [
        ("1.", "分组", "按编号", True),
        ("（一）", "任务", "写明了责任单位", True),
    ]


def test_what_stands_below_the_tasks_is_their_content() -> None:
    found = read_lines(
        "2024年重点工作任务",
        "一、办学条件",
        "（一）修缮校舍。（县住建局）",
        "1.更换瓦片。",
        "2.加固围墙。",
        "（二）改造厕所。（县城管局）",
        "（三）栽种绿植。",
    )
    assert [line.taken for line in found[0].understood] == ["分组", "任务", "任务的内容"]
    assert [line.option for line in found[0].understood] == [
        "--task-level 1",
        "",
        "--task-level 3",
    ]
    assert [line.sure for line in found[0].understood] == [False, False, False]


def test_months_head_the_items_that_count_anew_below_them() -> None:
    found = read_lines(
        "2024年工作安排",
        "一月份",
        "1.制定计划。（办公室）",
        "2.走访学校。（基教股）",
        "二月份",
        "1.检查开学。（督导室）",
        "2.培训校长。（人事股）",
    )
    assert [(task.title, task.section) for task in found[0].tasks] == [
        ("制定计划", "一月份"),
        ("走访学校", "一月份"),
        ("检查开学", "二月份"),
        ("培训校长", "二月份"),
    ]


def test_who_answers_is_no_heading_where_counting_begins_anew() -> None:
    found = read_lines(
        "2024年工作安排",
        "1.制定计划。",
        "2.走访学校。",
        "责任股室：办公室",
        "1.检查开学。",
        "2.培训校长。",
        "责任股室：人事股",
    )
    assert [task.section for task in found[0].tasks] == [None] * len(found[0].tasks)
    assert any("办公室" in task.lead_offices for task in found[0].tasks)


def test_a_report_on_last_year_is_passed_over_and_said_to_be_one() -> None:
    found = read_lines(
        "2023年工作总结",
        "1.修缮校舍十二处。全部按期完成。",
        "2.招聘教师三十名。均已到岗。",
        "2024年工作计划",
        "1.改造厕所八处。九月底前完成。",
        "2.培训校长四十名。分两批进行。",
    )
    assert [task.title for task in found[0].tasks] == ["改造厕所八处", "培训校长四十名"]
    assert any("回顾以往的工作，不是任务" in said for said in messages(found, "M112"))


def test_a_long_name_that_says_by_when_is_not_said_to_break_off() -> None:
    name = "对因残因贫失学的适龄儿童少年一人一案制定复学方案，" * 3 + "6月底前全部复学"
    found = read_lines("2024年重点工作任务", f"1.{name}。（基教股）", "2.招聘教师。（人事股）")
    assert [entry.text for entry in found[0].tasks[0].milestones] == [name]
    assert not messages(found, "M109")
    broken = f"1.复学。{name}，确保"
    assert messages(
        read_lines("2024年重点工作任务", f"{broken}（基教股）", "2.招聘。（人事股）"), "M109"
    )
