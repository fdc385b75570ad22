"""Further edges of lists: names without a number, titles of several sheets, what was seen."""

from datetime import date

import pytest

from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.flattened import restore_tables
from taskxl.master.reading.guesses import guess_field, guess_header
from taskxl.master.reading.header import Grid
from taskxl.master.reading.responsibility import take_duties
from taskxl.master.reading.seen import describe_seen
from taskxl.master.reading.task_list import read_task_list
from tests.small_lists import TITLE, messages, read_lines, read_rows


def test_descriptions_with_a_time_each_are_the_milestones_of_one_task() -> None:
    (task,) = read_rows(
        TITLE,
        ["任务名称", "主要内容", "完成时限", "责任股室"],
        ["修缮校舍", "完成招标", "3月底前", "基建股"],
        [None, "完成施工", "8月底前", None],
        merges=(Area(3, 1, 4, 1), Area(3, 4, 4, 4)),
    )[0].tasks
    assert [(entry.text, entry.due) for entry in task.milestones] == [
        ("完成招标", date(2024, 3, 31)),
        ("完成施工", date(2024, 8, 31)),
    ]


@pytest.mark.parametrize("header", ["存在问题", "进展情况", "完成状态"])
def test_a_column_that_tells_how_a_task_goes_is_taken_as_nothing(header: str) -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室", "完成时限", header],
        [1.0, "修缮校舍", "基建股", "6月底前", "漏雨"],
        [2.0, "招聘教师", "人事股", "9月底前", "缺编"],
    )
    assert [line.taken for line in found[0].understood if line.header == header] == [""]


def test_a_name_that_says_who_and_by_when_leaves_no_content() -> None:
    task = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室"],
        [1.0, "修缮校舍（责任股室：基建股；完成时限：6月底前）", None],
        [2.0, "招聘教师", "人事股"],
    )[0].tasks[0]
    assert (task.title, task.content) == ("修缮校舍", "")
    assert [(entry.text, entry.due) for entry in task.milestones] == [
        ("修缮校舍", date(2024, 6, 30))
    ]


def test_who_answers_is_no_part_of_a_heading_or_a_name() -> None:
    tasks = read_lines(
        "2024年重点工作任务",
        "一、办学条件（牵头单位：县教育局）",
        "1.修缮校舍（责任单位：县住建局）",
        "2.改造厕所（责任单位：县城管局）",
        "二、队伍建设（牵头单位：县人社局）",
        "1.招聘教师（责任单位：县编办）",
    )[0].tasks
    assert [(task.section, task.title) for task in tasks] == [
        ("一、办学条件", "修缮校舍"),
        ("一、办学条件", "改造厕所"),
        ("二、队伍建设", "招聘教师"),
    ]


def test_rows_that_are_tasks_of_a_group_are_said_once() -> None:
    found = read_rows(
        TITLE,
        ["重点任务", "主要内容", "责任股室"],
        ["办学条件", "修缮校舍", "基建股"],
        [None, "改造厕所", "后勤股"],
        ["队伍建设", "招聘教师", "人事股"],
        [None, "培训校长", "基教股"],
        merges=(Area(3, 1, 4, 1), Area(5, 1, 6, 1)),
    )
    assert [task.title for task in found[0].tasks] == [
        "修缮校舍",
        "改造厕所",
        "招聘教师",
        "培训校长",
    ]
    (said,) = messages(found, "M108")
    assert "“主要内容”一栏读作任务" in said


def test_eight_captions_are_named_of_a_table_that_is_none() -> None:
    captions = tuple("甲乙丙丁戊己庚辛壬")
    said = describe_seen([Book("册.xlsx", "xlsx", (Sheet("表", (captions,)),))])
    assert "像是表头：甲、乙、丙、丁、戊、己、庚、辛。" in said


def test_a_heading_with_a_bare_number_keeps_its_blank() -> None:
    tasks = read_lines(
        "2024年重点工作任务",
        "1 办学条件",
        "1.1 修缮校舍。（县住建局）",
        "1.2 改造厕所。（县城管局）",
        "2 队伍建设",
        "2.1 招聘教师。（县教育局）",
    )[0].tasks
    assert [task.section for task in tasks] == ["1 办学条件", "1 办学条件", "2 队伍建设"]


def test_a_heading_of_this_year_beside_a_report_stays_a_section() -> None:
    tasks = read_lines(
        "县教育局工作材料",
        "一、2023年工作总结",
        "1.修缮校舍十二处。全部完成。",
        "二、今年办学条件",
        "1.改造厕所八处。（县城管局负责，9月底前完成）",
        "2.修建操场两处。（县住建局负责，8月底前完成）",
    )[0].tasks
    assert [(task.section, task.title) for task in tasks] == [
        ("二、今年办学条件", "改造厕所八处"),
        ("二、今年办学条件", "修建操场两处"),
    ]


def test_a_column_said_to_be_the_content_stays_the_content() -> None:
    (task,) = read_rows(
        TITLE,
        ["重点任务", "主要内容", "责任股室"],
        ["办学条件", "修缮校舍", "基建股"],
        [None, "改造厕所", "后勤股"],
        merges=(Area(3, 1, 4, 1),),
        columns=("主要内容=内容",),
    )[0].tasks
    assert (task.title, task.content) == ("办学条件", "修缮校舍\n改造厕所")


@pytest.mark.parametrize(
    ("above", "office", "content"),
    [
        ("修缮校舍", "后勤股", "修缮校舍\n改造厕所"),  # each row answers for its own
        ("修缮校舍，", "后勤股", "修缮校舍，改造厕所"),  # broken off in the middle of a clause
        ("修缮校舍", None, "修缮校舍改造厕所"),  # one text in two rows
        ("修缮校舍。", "后勤股", "修缮校舍。\n改造厕所"),
    ],
)
def test_texts_of_rows_that_name_their_own_offices_are_kept_apart(
    above: str, office: str | None, content: str
) -> None:
    (task,) = read_rows(
        TITLE,
        ["任务名称", "主要内容", "责任股室"],
        ["办学条件", above, "基建股"],
        [None, "改造厕所", office],
        merges=(Area(3, 1, 4, 1),),
    )[0].tasks
    assert task.content == content


def test_a_single_name_behind_a_sentence_answers_for_it() -> None:
    rest, duties = take_duties("修缮校舍。（各镇）")
    assert rest == "修缮校舍。"
    assert [duty.plain for duty in duties] == [("各镇",)]


def test_statements_in_parentheses_stay_in_their_order() -> None:
    _, duties = take_duties(
        "修路（牵头单位：县交通局）（配合单位：县财政局）（协办单位：县水利局）"
    )
    assert [duty.lead + duty.supporting for duty in duties] == [
        ("县交通局",),
        ("县财政局",),
        ("县水利局",),
    ]


def test_a_table_that_names_neither_offices_nor_times_is_no_list() -> None:
    rows: tuple[tuple[Value, ...], ...] = (
        tuple(TITLE),
        ("甲", "乙"),
        (1.0, "修缮各校漏雨的校舍"),
        (2.0, "公开招聘紧缺学科教师"),
        (3.0, "改造学校的厕所和操场"),
    )
    assert guess_header(Grid(Sheet("表", rows)), ()) is None


def test_a_second_column_of_times_in_a_guessed_table_is_said_not_to_be_read() -> None:
    found = read_rows(
        TITLE,
        ["甲", "乙", "丙", "丁", "戊"],
        [1.0, "修缮各校漏雨的校舍", "基建股", "6月底前", "7月底前"],
        [2.0, "公开招聘紧缺学科教师", "人事股", "9月底前", "10月底前"],
        [3.0, "改造学校的厕所和操场", "基建股", "9月底前", "11月底前"],
    )
    assert any("“戊”" in said and "7月底前" in said for said in messages(found, "M108"))


def test_two_offices_that_are_always_named_together_are_two() -> None:
    tasks = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室"],
        [1.0, "修缮校舍", "宣传股与人事股"],
        [2.0, "招聘教师", "宣传股与人事股"],
    )[0].tasks
    assert [task.lead_offices + task.supporting_offices for task in tasks] == [
        ("宣传股", "人事股")
    ] * 2


def test_a_numbered_name_that_is_repeated_is_one_task() -> None:
    (task,) = read_rows(
        TITLE,
        ["任务名称", "节点安排", "完成时限", "责任股室"],
        ["1.修缮校舍", "完成招标", "3月底前", "基建股"],
        ["1.修缮校舍", "完成施工", "8月底前", "基建股"],
    )[0].tasks
    assert (task.number, task.title) == ("1", "修缮校舍")
    assert [entry.text for entry in task.milestones] == ["完成招标", "完成施工"]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_lists_of_several_titles_are_kept_apart(count: int) -> None:
    titles = [f"2024年{name}任务清单" for name in ("办学", "队伍", "安全", "党建")[:count]]
    header: tuple[Value, ...] = ("序号", "任务名称", "责任股室")
    sheets = tuple(
        Sheet(f"表{n}", ((title,), header, (1.0, f"任务{n}", "基建股")))
        for n, title in enumerate(titles)
    )
    tasks = read_task_list([Book("清单.xlsx", "xlsx", sheets)])[0].tasks
    assert [task.section for task in tasks] == titles


def test_one_title_makes_no_section() -> None:
    (task,) = read_rows(TITLE, ["序号", "任务名称", "责任股室"], [1.0, "修缮校舍", "基建股"])[
        0
    ].tasks
    assert task.section is None


def test_three_captions_in_lines_of_their_own_are_a_table_that_lost_its_cells() -> None:
    texts = ("2024年重点任务清单", "序号", "任务名称", "责任股室", "修缮校舍")
    lines = tuple(Line(number, text) for number, text in enumerate(texts, 1))
    (said,) = restore_tables(Book("清单.txt", "text", (), lines))[1]
    assert said.message.startswith("第4行附近像是表格另存成的文本")
    assert restore_tables(Book("清单.txt", "text", (), lines[:3]))[1] == []


def test_seven_cells_of_ten_say_what_a_column_is() -> None:
    offices: list[Value] = ["基建股"] * 7
    assert guess_field([*offices, *["修缮各校漏雨的校舍"] * 3]) == "responsible"
    assert guess_field([*offices, *["修缮各校漏雨的校舍"] * 4]) != "responsible"


def test_a_heading_without_a_mark_stands_before_those_below_it() -> None:
    tasks = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室"],
        ["民生实事"],
        ["一、办学条件"],
        [1.0, "修缮校舍", "基建股"],
        ["二、队伍建设"],
        [2.0, "招聘教师", "人事股"],
    )[0].tasks
    assert [task.section for task in tasks] == ["民生实事／一、办学条件", "民生实事／二、队伍建设"]


def test_an_office_in_whose_name_others_stand_is_one() -> None:
    found = read_rows(
        TITLE,
        ["序号", "任务名称", "责任单位"],
        [1.0, "修缮校舍", "办公室"],
        [2.0, "招聘教师", "政府办公室"],
        [3.0, "改造厕所", "县政府办公室"],
    )
    assert [task.lead_offices for task in found[0].tasks] == [
        ("办公室",),
        ("政府办公室",),
        ("县政府办公室",),
    ]
    assert not [finding for finding in found[1] if "连写" in finding.message]


def test_a_name_of_a_card_is_not_made_up_where_it_says_its_content() -> None:
    rows: tuple[tuple[Value, ...], ...] = (
        ("2024年民生实事推进卡",),
        ("工作内容", "改造管网"),
        ("牵头单位", "县住建局"),
        ("完成时限", "10月底前"),
        ("其他",),
        ("工作内容", "新建幼儿园"),
        ("牵头单位", "县教育局"),
        ("完成时限", "8月31日前"),
    )
    book = Book("推进卡.xlsx", "xlsx", (Sheet("卡", rows),))
    assert [task.title for task in read_task_list([book])[0].tasks] == ["改造管网", "新建幼儿园"]


def test_the_steps_of_a_quarter_are_milestones_each() -> None:
    tasks = read_rows(
        TITLE,
        ["序号", "任务名称", "责任股室", "一季度", "二季度"],
        [1.0, "修缮校舍", "基建股", "一是更换瓦片。二是加固围墙。", "完成验收"],
        [2.0, "招聘教师", "人事股", "发布公告", "完成招聘"],
    )[0].tasks
    assert [(entry.text, entry.due) for entry in tasks[0].milestones] == [
        ("一是更换瓦片。", date(2024, 3, 31)),
        ("二是加固围墙。", date(2024, 3, 31)),
        ("完成验收", date(2024, 6, 30)),
    ]
