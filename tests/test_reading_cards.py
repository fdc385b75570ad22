"""Lists of which each task has a card: labels left of, above or before what they name."""

from datetime import datetime

import pytest

from taskxl.findings import Finding
from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Task, TaskList
from tests.support import parse_table

Read = tuple[TaskList, tuple[Finding, ...]]
TITLE = "云溪县2024年民生实事推进卡"
WANTED = [
    ("1", "改造管网", ("县住建局",), ("县财政局",), "方以诺", ("华子修",), ["2024-10-31"]),
    ("2", "新建幼儿园", ("县教育局",), ("县发改局",), "苏蔓青", ("简宁",), ["2024-08-31"]),
]


def sheet(
    said: str, name: str = "表", merges: tuple[Area, ...] = (), line: int | None = None
) -> Sheet:
    rows = tuple(tuple[Value, ...](cell or None for cell in row) for row in parse_table(said))
    return Sheet(name, rows, merges, line=line)


def read(*sheets: Sheet, lines: tuple[Line, ...] = ()) -> Read:
    kind = "docx" if lines else "xlsx"
    return read_task_list([Book(f"推进卡.{kind}", kind, sheets, lines=lines)])  # type: ignore[arg-type]


def fields(task: Task) -> tuple[object, ...]:
    persons = tuple(person.name for person in task.persons)
    dues = [str(m.due) for m in task.milestones]
    named = (task.number, task.title, task.lead_offices, task.supporting_offices)
    return (*named, task.leader, persons, dues)


def shown(found: Read) -> list[tuple[object, ...]]:
    return [fields(task) for task in found[0].tasks]


PAIRS = """
| 项目编号 | 1 | 项目名称 | 改造管网 |
| 建设内容 | 改造供水管网12公里。 | | |
| 牵头单位 | 县住建局 | 配合单位 | 县财政局 |
| 分管领导 | 方以诺 | 责任人 | 华子修 |
| 完成时限 | 10月底前 | 计划投资 | 6200万元 |
| | | | |
| 项目编号 | 2 | 项目名称 | 新建幼儿园 |
| 建设内容 | 新建幼儿园2所。 | | |
| 牵头单位 | 县教育局 | 配合单位 | 县发改局 |
| 分管领导 | 苏蔓青 | 责任人 | 简宁 |
| 完成时限 | 8月31日前 | 计划投资 | 4300万元 |
"""
LEFT = """
| 序号 | 1 |
| 任务名称 | 改造管网 |
| 主要内容 | 改造供水管网12公里。 |
| 牵头单位 | 县住建局 |
| 配合单位 | 县财政局 |
| 分管领导 | 方以诺 |
| 责任人 | 华子修 |
| 完成时限 | 10月底前 |
| 序号 | 2 |
| 任务名称 | 新建幼儿园 |
| 主要内容 | 新建幼儿园2所。 |
| 牵头单位 | 县教育局 |
| 配合单位 | 县发改局 |
| 分管领导 | 苏蔓青 |
| 责任人 | 简宁 |
| 完成时限 | 8月31日前 |
"""
ABOVE = """
| 序号 | 项目名称 | 完成时限 |
| 1 | 改造管网 | 10月底前 |
| 牵头单位 | 配合单位 | 责任人 |
| 县住建局 | 县财政局 | 华子修 |
| 分管领导 | 主要内容 | |
| 方以诺 | 改造供水管网12公里。 | |
| | | |
| 序号 | 项目名称 | 完成时限 |
| 2 | 新建幼儿园 | 8月31日前 |
| 牵头单位 | 配合单位 | 责任人 |
| 县教育局 | 县发改局 | 简宁 |
| 分管领导 | 主要内容 | |
| 苏蔓青 | 新建幼儿园2所。 | |
"""
INLINE = """
| 序号：1 | 项目名称：改造管网 |
| 牵头单位：县住建局 | 配合单位：县财政局 |
| 分管领导：方以诺 | 责任人：华子修 |
| 主要内容：改造供水管网12公里。 | 完成时限：10月底前 |
| 序号：2 | 项目名称：新建幼儿园 |
| 牵头单位：县教育局 | 配合单位：县发改局 |
| 分管领导：苏蔓青 | 责任人：简宁 |
| 主要内容：新建幼儿园2所。 | 完成时限：8月31日前 |
"""
ACROSS = """
| 序号 | 1 | 2 |
| 项目名称 | 改造管网 | 新建幼儿园 |
| 建设内容 | 改造供水管网12公里。 | 新建幼儿园2所。 |
| 牵头单位 | 县住建局 | 县教育局 |
| 配合单位 | 县财政局 | 县发改局 |
| 分管领导 | 方以诺 | 苏蔓青 |
| 责任人 | 华子修 | 简宁 |
| 完成时限 | 10月底前 | 8月31日前 |
"""
MIXED = """
| 序号 | 项目名称 | 牵头单位 | 配合单位 | 完成时限 |
| 1 | 改造管网 | 县住建局 | 县财政局 | 10月底前 |
| 分管领导 | 方以诺 | | | |
| 责任人 | 华子修 | | | |
| 主要内容 | 改造供水管网12公里。 | | | |
| 序号 | 项目名称 | 牵头单位 | 配合单位 | 完成时限 |
| 2 | 新建幼儿园 | 县教育局 | 县发改局 | 8月31日前 |
| 分管领导 | 苏蔓青 | | | |
| 责任人 | 简宁 | | | |
| 主要内容 | 新建幼儿园2所。 | | | |
"""


@pytest.mark.parametrize("said", [PAIRS, LEFT, ABOVE, INLINE, ACROSS, MIXED])
@pytest.mark.parametrize("titled", [True, False])
def test_a_card_of_any_shape_is_a_task(said: str, titled: bool) -> None:
    rows = sheet(said).rows
    above: tuple[tuple[Value, ...], ...] = ((TITLE,),) if titled else ()
    found = read(Sheet("2024年任务", (*above, *rows)))
    assert shown(found) == WANTED
    assert not [f for f in found[1] if f.severity != "info" and f.code != "M108"]
    if titled:
        assert found[0].title == TITLE


@pytest.mark.parametrize("said", [PAIRS, LEFT, ABOVE, MIXED, INLINE])
def test_a_card_may_have_a_sheet_of_its_own(said: str) -> None:
    rows = [row for row in sheet(said).rows if any(row)]
    half = len(rows) // 2
    sheets = (
        Sheet("项目1", ((TITLE,), *rows[:half])),
        Sheet("项目2", ((TITLE,), *rows[half:])),
    )
    found = read(*sheets)
    assert shown(found) == WANTED
    places = [(task.place.sheet, task.place.row) for task in found[0].tasks if task.place]
    assert [place[0] for place in places] == ["项目1", "项目2"]


def test_places_are_those_in_the_book() -> None:
    found = read(sheet(LEFT))
    places = [task.place for task in found[0].tasks]
    assert [(p.sheet, p.row, p.column) for p in places if p] == [("表", 2, 2), ("表", 10, 2)]


def test_in_a_document_each_card_is_a_table_below_its_heading() -> None:
    lines = [TITLE, "一、基础设施", "项目一", "二、教育", "项目二", "填报单位：县政府办"]
    rows = [row for row in sheet(LEFT).rows if any(row)]
    found = read(
        Sheet("表1", tuple(rows[1:8]), line=4),
        Sheet("表2", tuple(rows[9:]), line=6),
        lines=tuple(Line(n, text) for n, text in enumerate(lines, 1)),
    )
    assert [(t.number, t.title, t.lead_offices) for t in found[0].tasks] == [
        ("1", "改造管网", ("县住建局",)),
        ("2", "新建幼儿园", ("县教育局",)),
    ]
    assert [task.section for task in found[0].tasks] == ["一、基础设施", "二、教育"]


def test_a_card_without_the_name_has_it_from_the_line_above() -> None:
    lines = [TITLE, "1.改造管网", "2.新建幼儿园"]
    found = read(
        sheet(
            "| 牵头单位 | 县住建局 |\n| 责任人 | 华子修 |\n| 完成时限 | 10月底前 |", "表1", line=3
        ),
        sheet("| 牵头单位 | 县教育局 |\n| 责任人 | 简宁 |\n| 完成时限 | 8月底前 |", "表2", line=4),
        lines=tuple(Line(n, text) for n, text in enumerate(lines, 1)),
    )
    assert [(t.number, t.title, t.lead_offices) for t in found[0].tasks] == [
        ("1", "改造管网", ("县住建局",)),
        ("2", "新建幼儿园", ("县教育局",)),
    ]


def test_steps_below_one_label_and_by_quarter_are_milestones() -> None:
    merges = (Area(4, 1, 6, 1),)
    found = read(
        sheet(
            "| 2024年重点项目推进卡 | |\n| 项目名称 | 建成水厂 | |\n| 责任单位 | 县水利局 | |\n"
            "| 进度安排 | 3月底前 | 完成设计 |\n| | 6月底前 | 开工建设 |\n| | 12月底前 | 通水 |",
            merges=merges,
        )
    )
    (task,) = found[0].tasks
    assert [str(m.due) for m in task.milestones] == ["2024-03-31", "2024-06-30", "2024-12-31"]
    quarters = read(
        sheet(
            "| 2024年重点项目推进卡 | |\n| 项目名称 | 建成水厂 |\n| 责任单位 | 县水利局 |\n"
            "| 一季度 | 完成设计 |\n| 二季度 | 开工建设 |\n| 四季度 | 通水 |"
        )
    )
    (task,) = quarters[0].tasks
    assert [(m.text, str(m.due)) for m in task.milestones] == [
        ("完成设计", "2024-03-31"),
        ("开工建设", "2024-06-30"),
        ("通水", "2024-12-31"),
    ]


def test_a_date_in_a_card_stays_a_date() -> None:
    rows: tuple[tuple[Value, ...], ...] = (
        ("2024年重点项目推进卡",),
        ("项目名称", "建成水厂"),
        ("责任单位", "县水利局"),
        ("完成时限", datetime(2024, 9, 20)),
    )
    (task,) = read(Sheet("表", rows))[0].tasks
    assert [str(m.due) for m in task.milestones] == ["2024-09-20"]


def test_a_blank_beside_a_label_is_blank_and_said() -> None:
    found = read(sheet(PAIRS.replace("县教育局", "").replace("县发改局", "")))
    assert [task.lead_offices for task in found[0].tasks] == [("县住建局",), ()]
    assert any("新建幼儿园" in f.message or f.task for f in found[1] if f.code == "M102")


@pytest.mark.parametrize(
    "said",
    [
        "| 序号 | 任务名称 | 责任单位 | 完成时限 |\n| 1 | 改造管网 | 县住建局 | 6月 |\n"
        "| 2 | 完成任务 | 牵头单位 | 9月 |",
        "| 任务名称 | 责任单位 | 完成时限 |\n| 改造管网 | 县住建局 | 6月 |\n"
        "| 任务名称 | 责任单位 | 完成时限 |\n| 修路 | 县交通局 | 9月 |",
        "| 任务 | 责任单位 | 备注 |\n| 改造管网 | 县住建局 | |\n| 备注 | 填到月 | |",
    ],
)
def test_a_table_is_not_cards(said: str) -> None:
    found = read(sheet(f"| 2024年工作任务 | |\n{said}"))
    assert "改造管网" in [task.title for task in found[0].tasks]
    assert all(task.title not in ("责任单位", "任务名称") for task in found[0].tasks)


def test_a_guide_to_the_columns_is_no_card() -> None:
    guide = sheet("| 任务名称 | 写全称 |\n| 牵头单位 | 一个 |\n| 完成时限 | 写到日 |", "填表说明")
    table = sheet(
        "| 2024年任务 |\n| 序号 | 任务名称 | 责任单位 |\n| 1 | 改造管网 | 县住建局 |", "清单"
    )
    assert [task.title for task in read(guide, table)[0].tasks] == ["改造管网"]


def test_what_is_said_of_a_card_has_its_place_in_the_book() -> None:
    found = read(sheet(PAIRS, "卡片"))
    said = [f for f in found[1] if "计划投资" in f.message and "没有读入" in f.message]
    assert [(f.file, f.sheet, f.cell) for f in said] == [("推进卡.xlsx", "卡片", "D5")]
