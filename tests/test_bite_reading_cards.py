"""Edges of cards: two rows of labels, whatever label comes first, a small table inside."""

import pytest

from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.task_cards import gather_cards_of_lines
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Task

TITLE: tuple[Value, ...] = ("2024年民生实事推进卡",)


def read(*rows: tuple[Value, ...], merges: tuple[Area, ...] = ()) -> tuple[Task, ...]:
    sheet = Sheet("卡", rows, merges)
    return read_task_list([Book("推进卡.xlsx", "xlsx", (sheet,))])[0].tasks


def lines(*texts: str) -> Book:
    return Book("推进卡.txt", "text", (), tuple(Line(n, t) for n, t in enumerate(texts, 1)))


def test_two_rows_of_labels_above_what_they_name_are_a_card() -> None:
    tasks = read(
        TITLE,
        ("任务名称", "牵头单位"),
        ("改造管网", "县住建局"),
        ("完成时限", "配合单位"),
        ("10月底前", "县财政局"),
        ("任务名称", "牵头单位"),
        ("新建幼儿园", "县教育局"),
        ("完成时限", "配合单位"),
        ("8月31日前", "县发改局"),
    )
    assert [(t.title, t.lead_offices, t.supporting_offices) for t in tasks] == [
        ("改造管网", ("县住建局",), ("县财政局",)),
        ("新建幼儿园", ("县教育局",), ("县发改局",)),
    ]
    assert [str(task.milestones[0].due) for task in tasks] == ["2024-10-31", "2024-08-31"]


def test_a_card_begins_with_whatever_label_comes_first() -> None:
    tasks = read(
        TITLE,
        ("牵头单位", "县住建局"),
        ("任务名称", "改造管网"),
        ("完成时限", "10月底前"),
        ("牵头单位", "县教育局"),
        ("任务名称", "新建幼儿园"),
        ("完成时限", "8月31日前"),
    )
    assert [(task.title, task.lead_offices) for task in tasks] == [
        ("改造管网", ("县住建局",)),
        ("新建幼儿园", ("县教育局",)),
    ]


def test_the_captions_of_a_blank_table_inside_of_a_card_are_no_content() -> None:
    (task,) = read(
        TITLE,
        ("任务名称", "改造管网", None),
        ("牵头单位", "县住建局", None),
        ("推进计划", "分两步实施。", None),
        (None, "阶段", "完成时间"),
        ("完成时限", "10月底前", None),
    )
    told = "\n".join([task.content, *(entry.text for entry in task.milestones)])
    assert "分两步实施。" in told
    assert "阶段" not in told
    assert "完成时间" not in told


def test_lines_of_which_not_each_names_its_task_are_no_cards() -> None:
    named = ("责任单位：县教育局", "项目名称：修缮校舍", "完成时限：6月底前")
    bare = ("责任单位：县水利局", "修建水厂", "完成时限：7月底前")
    more = ("责任单位：县水利局", "项目名称：修建水厂", "完成时限：7月底前")
    assert gather_cards_of_lines(lines("2024年重点项目", *named, *more)) is not None
    assert gather_cards_of_lines(lines("2024年重点项目", *named, *bare)) is None


@pytest.mark.parametrize("marks", [("", "", ""), ("一、", "1.", "2."), ("（一）", "(1)", "(2)")])
@pytest.mark.parametrize("between", ["", "\n"])
def test_what_a_label_asks_for_may_stand_in_the_next_line(
    marks: tuple[str, str, str], between: str
) -> None:
    first, second, third = marks
    texts = ["2024年重点项目"]
    for name, office, due in (
        ("修缮校舍", "县教育局", "6月底前"),
        ("修建水厂", "县水利局", "7月底前"),
    ):
        texts += [f"{first}项目名称：{name}"]
        texts += f"{second}责任单位：{between}{office}".split("\n")
        texts += f"{third}完成时限：{between}{due}".split("\n")
        first = first.replace("一", "二")
    tasks = read_task_list([lines(*texts)])[0].tasks
    assert [(task.title, task.lead_offices) for task in tasks] == [
        ("修缮校舍", ("县教育局",)),
        ("修建水厂", ("县水利局",)),
    ]
    assert [str(task.milestones[0].due) for task in tasks] == ["2024-06-30", "2024-07-31"]
