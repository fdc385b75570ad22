"""More edges of lists: blank tables, two columns of times, contents lists, notices, merges."""

from datetime import date

import pytest

from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.header import Column, Grid, Header, is_task_list
from taskxl.master.reading.number_marks import read_mark
from taskxl.master.reading.offices import split_names
from taskxl.master.reading.responsibility import read_duty
from taskxl.master.reading.row_kinds import is_repeated_header
from taskxl.master.reading.seen import describe_seen
from taskxl.master.reading.task_list import read_task_list
from tests.small_lists import TITLE, read_lines, read_rows, read_sheets


def test_a_dotted_number_counts_by_its_last_part() -> None:
    for text, ordinal in (("1.2 修订清单", 2), ("1.2.3 修订清单", 3), ("2.1.4.5 修订清单", 5)):
        mark = read_mark(text, {})
        assert mark is not None
        assert mark.ordinal == ordinal


def test_a_name_with_any_one_thing_more_is_a_list() -> None:
    more = ("lead", "responsible", "supporting", "leader", "person", "due", "content", "stage")
    title = Column(1, "title", "任务名称")
    for field in more:
        assert is_task_list(Header(1, 1, (title, Column(2, field, "栏"))), called=False)
        assert not is_task_list(Header(1, 1, (Column(2, field, "栏"),)), called=True)
    number = Header(1, 1, (title, Column(2, "number", "序号")))
    assert is_task_list(number, called=True)
    assert not is_task_list(number, called=False)


def test_a_blank_cell_of_a_second_column_takes_no_due_away() -> None:
    tasks = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室", "完成时限", "办结时限"],
        [1.0, "修缮校舍", "基建股", "6月底前", None],
        [2.0, "招聘教师", "人事股", None, "9月底前"],
    )[0].tasks
    assert [[entry.due for entry in task.milestones] for task in tasks] == [
        [date(2024, 6, 30)],
        [date(2024, 9, 30)],
    ]


def test_a_row_that_goes_on_counting_goes_on_with_the_task_above() -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "主要内容", "责任股室"],
        [1.0, "修缮校舍", "一是更换瓦片。", "基建股"],
        [None, "和操场", "二是铺设草皮。", None],
        [2.0, "招聘教师", "公开招聘。", "人事股"],
    )
    assert [task.title for task in found[0].tasks] == ["修缮校舍和操场", "招聘教师"]
    assert [entry.text for entry in found[0].tasks[0].milestones] == [
        "一是更换瓦片。",
        "二是铺设草皮。",
    ]
    (said,) = (f for f in found[1] if "没有编号，已接在" in f.message)
    assert (said.severity, said.sheet, said.cell, said.file) == ("info", "表", "B4", "清单.xlsx")


def test_rows_under_a_merged_name_are_steps_of_one_task() -> None:
    (task,) = read_rows(
        TITLE,
        ["任务名称", "节点安排", "完成时限", "责任股室"],
        ["修缮校舍", "完成招标", "3月底前", "基建股"],
        [None, "完成施工", "8月底前", None],
        merges=(Area(3, 1, 4, 1), Area(3, 4, 4, 4)),
    )[0].tasks
    assert [(entry.text, entry.due) for entry in task.milestones] == [
        ("完成招标", date(2024, 3, 31)),
        ("完成施工", date(2024, 8, 31)),
    ]


def test_each_sheet_that_is_not_read_is_said_with_its_reason() -> None:
    header: tuple[Value, ...] = ("序号", "任务名称", "责任股室")
    found = read_sheets(
        Sheet("任务", (("2024年任务",), header, (1.0, "修缮校舍", "基建股"))),
        Sheet("空表", (("2024年任务",), header)),
        Sheet("电话", (("姓名", "电话"), ("林一", "3105"))),
        Sheet("底稿", (("2024年任务",), header, (2.0, "改造厕所", "基建股")), state="hidden"),
    )
    assert [task.title for task in found[0].tasks] == ["修缮校舍"]
    said = {f.sheet: f.message for f in found[1] if f.code == "M112"}
    assert said["空表"].startswith("这张表是空白表，没有读入。")
    assert said["电话"].startswith("这张表不是任务清单，没有读入。")
    assert said["底稿"].startswith("这张表是隐藏的工作表，没有读入。")


def test_a_heading_behind_a_sign_heads_a_single_last_item() -> None:
    found = read_lines(
        *(
            "2024年重点工作任务",
            "▲民生战线",
            "1.修缮校舍。（县住建局）",
            "2.改造厕所。（县城管局）",
        ),
        *("▲生态战线", "1.治理河道。（县水利局）"),
    )
    assert [task.section for task in found[0].tasks] == ["民生战线", "民生战线", "生态战线"]


def test_a_notice_around_a_plan_is_no_plan() -> None:
    found = read_lines(
        "关于做好2024年重点工作任务的通知",
        "一、提高思想认识",
        "1.加强学习。组织专题学习。",
        "2.深入发动。广泛宣传发动。",
        "二、严格督促检查",
        "1.定期调度。每月调度一次。",
        "2.严格考核。纳入年终考核。",
        "2024年重点工作计划",
        "1.修缮校舍。更换各校瓦片。",
        "2.招聘教师。补充紧缺学科。",
    )
    assert [task.title for task in found[0].tasks] == ["修缮校舍", "招聘教师"]


def test_what_only_the_contents_list_has_is_named_from_the_first_to_the_last() -> None:
    names = ("修缮校舍", "招聘教师", "改造厕所", "培训校长", "安装护栏", "栽种绿植")
    found = read_lines(
        "2024年重点工作计划",
        *(f"{n}.{name}" for n, name in enumerate(names, 1)),
        "2024年重点工作计划",
        *(f"{n}.{name}。按期完成这一项任务。" for n, name in enumerate(names[:3], 1)),
    )
    assert [task.title for task in found[0].tasks] == list(names)
    (said,) = (f.message for f in found[1] if "只在目录里有" in f.message)
    assert said.startswith("有3项只在目录里有")
    assert "“4.培训校长”至“6.栽种绿植”" in said


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("牵头", "lead"),
        ("主办", "lead"),
        ("承办", "lead"),
        ("责任", "plain"),
        ("负责", "lead"),
        ("配合", "supporting"),
        ("协办", "supporting"),
    ],
)
def test_a_label_may_leave_out_that_it_asks_for_offices(word: str, role: str) -> None:
    for label in (word, f"{word}单位"):
        duty = read_duty(f"{label}：县教育局、县财政局")
        assert duty is not None
        assert getattr(duty, role) == ("县教育局", "县财政局")


def test_names_on_both_sides_of_a_blank_that_does_not_break() -> None:
    assert split_names("办公室\u00a0人事股") == ("办公室", "人事股")
    assert split_names("县教育局\u00a0县财政局") == ("县教育局", "县财政局")
    assert split_names("办\u00a0公\u00a0室") == ("办公室",)


def test_what_announces_milestones_is_none() -> None:
    (task,) = read_rows(
        TITLE,
        ["任务名称", "节点安排", "完成时限", "责任股室"],
        ["修缮校舍", "关键节点：", "8月底前", "基建股"],
        [None, "完成招标", "3月底前", None],
        [None, "完成施工", "8月底前", None],
        merges=(Area(3, 1, 5, 1), Area(3, 4, 5, 4)),
    )[0].tasks
    assert [(entry.text, entry.due) for entry in task.milestones] == [
        ("完成招标", date(2024, 3, 31)),
        ("完成施工", date(2024, 8, 31)),
    ]
    assert task.content == "关键节点："


def test_two_columns_of_descriptions_are_two_lines_of_the_content() -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "主要内容", "工作措施", "责任股室", "完成时限"],
        [1.0, "修缮校舍", "修缮三处。", "更换瓦片。", "基建股", "6月上旬"],
        [2.0, "招聘教师", "招聘十名。", "公开招聘。", "人事股", "9月底前"],
    )
    assert [task.content for task in found[0].tasks] == [
        "修缮三处。\n更换瓦片。",
        "招聘十名。\n公开招聘。",
    ]
    (vague,) = (f for f in found[1] if f.code == "M105")
    assert (vague.file, vague.sheet, vague.cell) == ("清单.xlsx", "表", "A3")


def test_a_value_of_a_card_may_go_on_over_any_number_of_rows() -> None:
    card = [
        ["任务名称", "修缮校舍"],
        ["责任单位", "县教育局"],
        ["完成时限", "6月底前"],
        ["主要内容", "更换瓦片。"],
        [None, "加固围墙。"],
        [None, "粉刷教室。"],
        [None, "验收移交。"],
    ]
    (task,) = read_rows(["2024年民生实事推进卡"], [], *card)[0].tasks
    assert task.content == "更换瓦片。\n加固围墙。\n粉刷教室。\n验收移交。"


def test_a_row_that_says_most_of_the_header_again_repeats_it() -> None:
    rows = (
        ("序号", "任务名称", "责任股室"),
        ("序号", "任务名称", "责任科室"),
        ("1", "任务名称", "基建股"),
    )
    grid = Grid(Sheet("表", rows))
    columns = tuple(Column(n, "", str(text)) for n, text in enumerate(rows[0], 1))
    header = Header(1, 1, columns)
    said = [is_repeated_header(grid, header, grid.filled(row)) for row in (1, 2, 3)]
    assert said == [True, True, False]


def test_offices_under_an_unknown_header_beside_those_that_lead_are_said() -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "牵头股室", "甲", "完成时限"],
        [1.0, "修缮校舍", "基建股", "计财股", "6月底前"],
        [2.0, "招聘教师", "人事股", "计财股", "9月底前"],
    )
    assert [task.offices for task in found[0].tasks] == [("基建股",), ("人事股",)]
    assert any("“甲”看不懂" in f.message and "计财股" in f.message for f in found[1])
    assert [line.how for line in found[0].understood][1:4] == ["按表头", "按表头", "看不懂"]


def test_a_text_whose_items_say_who_answers_is_a_list_however_it_is_called() -> None:
    def count(*texts: str) -> int:
        lines = tuple(Line(n, text) for n, text in enumerate(("青山镇近期的事情", *texts), 1))
        return len(read_task_list([Book("事情.txt", "text", (), lines)])[0].tasks)

    texts = [f"{n}.修缮第{n}小学校舍。（县住建局、县财政局）" for n in range(1, 5)]
    assert count(*texts) == 4
    assert count(*texts[:2], *(f"{n}.第{n}条说明的文字。" for n in range(3, 15))) == 0


def test_signs_between_names_are_none() -> None:
    assert split_names("县教育局、…、县财政局、——") == ("县教育局", "县财政局")


def test_a_description_in_several_rows_keeps_its_lines() -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "主要内容", "责任股室"],
        [1.0, "修缮校舍", "更换瓦片。", "基建股"],
        [None, None, "加固围", None],
        [None, None, "墙。", None],
        [2.0, "招聘教师", "公开招聘。", "人事股"],
    )
    assert found[0].tasks[0].content == "更换瓦片。\n加固围墙。"


def test_a_table_saved_as_text_keeps_the_numbers_of_its_lines() -> None:
    found = read_lines(
        "2024年重点任务清单",
        "序号\t任务名称\t责任股室\t完成时限",
        "1\t修缮校舍\t基建股\t6月底前",
        "2\t招聘教师\t人事股\t9月底前",
    )
    assert [(task.title, task.place.row) for task in found[0].tasks] == [
        ("修缮校舍", 3),
        ("招聘教师", 4),
    ]


def test_what_a_hidden_sheet_holds_is_not_told() -> None:
    rows: tuple[tuple[Value, ...], ...] = (("品名", "数量", "单价"), ("课桌", 3.0, 5.0))
    shown = describe_seen([Book("表.xlsx", "xlsx", (Sheet("表", rows),))])
    assert "品名" in shown
    assert "品名" not in describe_seen(
        [Book("表.xlsx", "xlsx", (Sheet("表", rows, state="hidden"),))]
    )
