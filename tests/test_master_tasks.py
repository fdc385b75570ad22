"""Task lists in tables are read as a careful person would read them, whatever their shape."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.dates import Calendar, find_due, read_number
from taskxl.desk.json import task_list_json
from taskxl.findings import Finding
from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Milestone, Person, Task, TaskList
from taskxl.tasks import plan_text
from taskxl.text import squeeze
from tests.support import make_book, parse_table

LIST = (
    "| 云溪县教育系统2021年重点工作任务一览表 | | | | | |\n"
    "| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 | 责任人 | 备注 |\n"
    "| 林一鸣同志负责项目 | | | | | |\n"
    "| 1 | 编制教育发展规划 | 绘就发展蓝图。\\n关键节点和解决难点：\\n一是2月底前完成调研。"
    "\\n二是4月底前形成送审稿。 | 办公室\\n计财股 | 周小川\\n吴桐 | |\n"
    "| 2 | 建设城南幼儿园 | 扩大学位。\\n关键节点和解决难点：\\n一是3月底前立项。"
    "\\n二是9月秋季开学前交付。\\n（资金由财政安排。） | 计财股 | 吴桐 "
    "| 县十件民生实事\\n县政府重点工作 |\n"
    "| 何为同志负责项目 | | | | | |\n"
    "| 3 | 强化校园安全 | 落实责任。\\n关键节点和解决难点：\\n一是6月上旬开展检查。 "
    "| 基教股\\n办公室\\n计财股 | 郑一\\n周小川\\n吴桐 | |\n"
    "| 说明：排在第一位的是牵头股室。 | | | | | |\n"
)


def read(
    *books: Book, year: int | None = None, calendar: Calendar | None = None
) -> tuple[TaskList, tuple[Finding, ...]]:
    return read_task_list(books, calendar or Calendar(), year)


def tasks_of(table: str, **more: object) -> tuple[Task, ...]:
    return read(make_book("清单.xlsx", 表=table))[0].tasks


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.code for finding in findings}


def facts(tasks: tuple[Task, ...]) -> list[object]:
    """What must be the same however the list is laid out: everything but the places."""
    return [
        (
            t.number,
            squeeze(t.title),
            squeeze(t.section),
            t.leader,
            squeeze(t.content),
            t.lead_offices,
            t.supporting_offices,
            t.persons,
            t.remarks,
            [(squeeze(m.text), m.due, m.vague) for m in t.milestones],
        )
        for t in tasks
    ]


def with_merges(table: str, *merges: Area, **more: object) -> Book:
    rows = tuple(tuple[Value, ...](row) for row in parse_table(table))
    return Book("清单.xlsx", "xlsx", (Sheet("表", rows, merges, **more),))  # type: ignore[arg-type]


# ---------------------------------------------------------------- the list as it should be


def test_every_field_of_a_regular_list() -> None:
    task_list, findings = read(
        make_book("清单.xlsx", 表=LIST), calendar=Calendar(autumn_term=date(2021, 9, 1))
    )
    assert (task_list.title, task_list.year) == ("云溪县教育系统2021年重点工作任务一览表", 2021)
    one, two, three = task_list.tasks
    assert (one.number, one.title, one.section) == ("1", "编制教育发展规划", "林一鸣同志负责项目")
    assert one.leader == "林一鸣"
    assert one.content == "绘就发展蓝图。\n关键节点和解决难点："
    assert (one.lead_offices, one.supporting_offices) == (("办公室",), ("计财股",))
    assert one.persons == (Person("周小川", "办公室"), Person("吴桐", "计财股"))
    assert one.milestones == (
        Milestone("一是2月底前完成调研。", date(2021, 2, 28)),
        Milestone("二是4月底前形成送审稿。", date(2021, 4, 30)),
    )
    assert two.remarks == ("县十件民生实事", "县政府重点工作")
    assert two.milestones[1].due == date(2021, 9, 1)
    assert two.content.endswith("（资金由财政安排。）")
    assert (three.leader, three.milestones[0].due) == ("何为", date(2021, 6, 10))
    assert three.place is not None
    assert (three.place.file, three.place.sheet, three.place.row) == ("清单.xlsx", "表", 7)
    assert codes(findings) == {"M105", "M112"}


def test_plan_text_puts_the_plan_together_again() -> None:
    two = tasks_of(LIST)[1]
    assert plan_text(two) == (
        "扩大学位。\n关键节点和解决难点：\n一是3月底前立项。\n二是9月秋季开学前交付。\n（资金由财政安排。）"
    )


def test_json_is_as_design_lays_it_down() -> None:
    task_list, findings = read(make_book("清单.xlsx", 表=LIST))
    said = json.loads(json.dumps(task_list_json(task_list, findings), ensure_ascii=False))
    assert set(said) == {"title", "year", "tasks", "findings"}
    assert said["tasks"][0]["milestones"][0] == {
        "text": "一是2月底前完成调研。",
        "due": "2021-02-28",
        "vague": None,
    }
    assert said["tasks"][0]["persons"][0] == {"name": "周小川", "office": "办公室"}
    assert said["tasks"][0]["place"] == {"file": "清单.xlsx", "sheet": "表", "row": 4}
    assert set(said["findings"][0]) >= {"code", "severity", "message", "cell"}


# ---------------------------------------------------------------- the same list, laid out anew


def table_of(rows: list[list[str | None]]) -> str:
    escaped = [[(cell or "").replace("\n", "\\n") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in escaped)


def test_columns_may_stand_in_any_order_and_begin_anywhere() -> None:
    rows = parse_table(LIST)
    order = [5, 3, 1, 4, 0, 2]
    moved = [[None, *(row[i] for i in order)] for row in rows]
    for row in moved:  # a section's text stands in the first column, whichever that is
        filled = [cell for cell in row if cell]
        if len(filled) == 1:
            row[:] = [None, filled[0]] + [None] * 5
    assert facts(tasks_of(table_of(moved))) == facts(tasks_of(LIST))


def test_blank_rows_columns_and_notes_change_nothing() -> None:
    rows = parse_table(LIST)
    spaced: list[list[str | None]] = [["单位：云溪县教育局"] + [None] * 5]
    for row in rows:
        spaced += [row, [None] * 6, ["　"] + [None] * 5]
    assert facts(tasks_of(table_of(spaced))) == facts(tasks_of(LIST))


@pytest.mark.parametrize("separator", ["、", "，", "；", "/", " ", ",", "  \\n "])
def test_names_may_be_parted_by_anything(separator: str) -> None:
    for names in (
        "办公室\\n计财股",
        "周小川\\n吴桐",
        "基教股\\n办公室\\n计财股",
        "郑一\\n周小川\\n吴桐",
    ):
        assert names in LIST
    changed = LIST
    for names in ("办公室\\n计财股", "周小川\\n吴桐", "郑一\\n"):
        changed = changed.replace(names, names.replace("\\n", separator))
    assert facts(tasks_of(changed)) == facts(tasks_of(LIST))


def test_names_run_together_are_parted_where_the_list_shows_them() -> None:
    extra = (
        "| 4 | 表彰 | 开展表彰。 | 基教股 | 郑一 | |\n| 5 | 招生 | 组织招生。 | 办公室 | 周小川 | |"
    )
    changed = LIST.replace("办公室\\n计财股", "办公室计财股").replace("周小川\\n吴桐", "周小川吴桐")
    tasks, findings = read(make_book("清单.xlsx", 表=changed + extra))
    plain, _ = read(make_book("清单.xlsx", 表=LIST + extra))
    assert facts(tasks.tasks) == facts(plain.tasks)
    assert "M113" in codes(findings)


def test_full_width_digits_and_numbers_as_numbers_are_the_same() -> None:
    wide = LIST.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert [(t.number, [m.due for m in t.milestones]) for t in tasks_of(wide)] == [
        (t.number, [m.due for m in t.milestones]) for t in tasks_of(LIST)
    ]
    rows = [list[Value](row) for row in parse_table(LIST)]
    for row in rows:
        if isinstance(row[0], str) and row[0].isdigit():
            row[0] = float(row[0])
    book = Book("清单.xlsx", "xlsx", (Sheet("表", tuple(map(tuple, rows))),))
    assert facts(read(book)[0].tasks) == facts(tasks_of(LIST))


def test_a_header_may_be_split_over_two_rows() -> None:
    split = LIST.replace(
        "| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 | 责任人 | 备注 |",
        "| 序 | 任务 | 主要内容和 | 责任 | 责任 | 备注 |\n"
        "| 号 | 名称 | 关键时间节点计划 | 股室 | 人 | |",
    )
    assert facts(tasks_of(split)) == facts(tasks_of(LIST))


def test_a_header_may_stand_under_a_common_one() -> None:
    table = """
        | 云溪县教育局2021年重点工作 | | | | |
        | 序号 | 工作任务 | 责任分工 | | 完成时限 |
        | | | 牵头股室 | 配合股室 | |
        | 1 | 编制规划 | 办公室 | 计财股、基教股 | 6月底前 |
        | 2 | 建设学校 | 计财股、基教股 | | 12月15日 |
    """
    merges = (Area(2, 1, 3, 1), Area(2, 2, 3, 2), Area(2, 3, 2, 4), Area(2, 5, 3, 5))
    for book in (with_merges(table, *merges), with_merges(table)):
        one, two = read(book)[0].tasks
        assert (one.lead_offices, one.supporting_offices) == (("办公室",), ("计财股", "基教股"))
        assert two.lead_offices == ("计财股", "基教股")
        assert [m.due for m in (*one.milestones, *two.milestones)] == [
            date(2021, 6, 30),
            date(2021, 12, 15),
        ]


def test_a_header_repeated_on_each_page_is_no_task() -> None:
    rows = parse_table(LIST)
    repeated = [*rows[:4], rows[1], *rows[4:6], rows[1], *rows[6:]]
    assert facts(tasks_of(table_of(repeated))) == facts(tasks_of(LIST))


def test_synonyms_of_header_words() -> None:
    table = LIST.replace("| 序号 | 任务名称 |", "| 编 号 | 目标与任务 |").replace(
        "| 责任股室 | 责任人 |", "| 责任科室（第一位为牵头科室） | 联系人 |"
    )
    assert facts(tasks_of(table)) == facts(tasks_of(LIST))


# ---------------------------------------------------------------- several rows a task

NODES = """
    | 2023年县政府重点工作任务 | | | |
    | 序号 | 工作任务 | 节点计划 | 完成时间 |
    | 1 | 加大教育投入 | (1) 落实预算。 | 3月31日 |
    | | | (2) 设立基金，常态化开展募捐。 | 6月30日 |
    | 2 | 提升基础教育 | (1) 加强对接。 | 12月10日 |
    | | | (2) 开展创建，11月底前验收。 | 12月10日 |
    | | | (3) 确定对象。 | 12月10日 |
    | 3 | 创建高水平学校 | 完成中期检查。 | 12月10日 |
"""
DUES = [
    [("(1)落实预算。", date(2023, 3, 31)), ("(2)设立基金,常态化开展募捐。", date(2023, 6, 30))],
    [
        ("(1)加强对接。", date(2023, 12, 10)),
        ("(2)开展创建,11月底前验收。", date(2023, 12, 10)),
        ("(3)确定对象。", date(2023, 12, 10)),
    ],
    [("完成中期检查。", date(2023, 12, 10))],
]


def dues(tasks: tuple[Task, ...]) -> list[list[tuple[str, date | None]]]:
    return [[(squeeze(m.text), m.due) for m in task.milestones] for task in tasks]


def test_a_row_a_milestone() -> None:
    tasks = tasks_of(NODES)
    assert dues(tasks) == DUES
    assert [task.content for task in tasks] == ["", "", ""]


def test_a_row_a_milestone_with_merges() -> None:
    merges = (Area(3, 1, 4, 1), Area(3, 2, 4, 2), Area(5, 1, 7, 1), Area(5, 2, 7, 2))
    due_too = (*merges, Area(5, 4, 7, 4))
    assert dues(read(with_merges(NODES, *merges))[0].tasks) == DUES
    blank = NODES.replace("11月底前验收。 | 12月10日 |", "11月底前验收。 | |").replace(
        "(3) 确定对象。 | 12月10日 |", "(3) 确定对象。 | |"
    )
    assert dues(read(with_merges(blank, *due_too))[0].tasks) == DUES


def test_numbers_and_names_filled_down_are_one_task() -> None:
    filled = NODES.replace("| | | (2) 设立", "| 1 | 加大教育投入 | (2) 设立")
    assert dues(tasks_of(filled)) == DUES


def test_rows_that_a_page_break_put_above_their_task_go_back_to_it() -> None:
    displaced = """
        | 2023年县政府重点工作任务 | | | |
        | 序号 | 工作任务 | 节点计划 | 完成时间 |
        | 1 | 加大教育投入 | (1) 落实预算。 | 3月31日 |
        | | | (2) 设立基金，常态化开展募捐。 | 6月30日 |
        | | | (1) 加强对接。 | 12月10日 |
        | | | (2) 开展创建，11月底前验收。 | 12月10日 |
        | 2 | 提升基础教育 | (3) 确定对象。 | 12月10日 |
        | 3 | 创建高水平学校 | 完成中期检查。 | 12月10日 |
    """
    task_list, findings = read(make_book("清单.xlsx", 表=displaced))
    assert dues(task_list.tasks) == DUES
    moved = next(finding for finding in findings if finding.code == "M109")
    assert (moved.cell, "第5至6行" in moved.message) == ("A5", True)


def test_a_text_split_over_rows_is_put_together() -> None:
    split = LIST.replace(
        "\\n二是4月底前形成送审稿。 | 办公室\\n计财股 | 周小川\\n吴桐 | |",
        "\\n二是4月底前形成 | 办公室 | 周小川 | |\n| | | 送审稿。 | 计财股 | 吴桐 | |",
    )
    assert split != LIST
    assert facts(tasks_of(split)) == facts(tasks_of(LIST))


def test_a_plan_split_between_milestones_is_put_together() -> None:
    split = LIST.replace(
        "\\n二是4月底前形成送审稿。 | 办公室\\n计财股 | 周小川\\n吴桐 | |",
        " | 办公室\\n计财股 | 周小川\\n吴桐 | |\n| | | 二是4月底前形成送审稿。 | | | |",
    )
    assert facts(tasks_of(split)) == facts(tasks_of(LIST))


def test_due_lines_beside_milestones_belong_to_them_one_by_one() -> None:
    table = """
        | 2021年任务清单 | | | |
        | 序号 | 任务名称 | 节点计划 | 完成时限 |
        | 1 | 建校 | 一是立项。\\n二是开工。 | 3月底前\\n6月30日 |
        | 2 | 建园 | 一是3月底前立项。\\n二是开工。 | 10月底 |
        | 3 | 修路 | 年内完工。 | 长期 |
    """
    assert dues(tasks_of(table)) == [
        [("一是立项。", date(2021, 3, 31)), ("二是开工。", date(2021, 6, 30))],
        [("一是3月底前立项。", date(2021, 3, 31)), ("二是开工。", date(2021, 10, 31))],
        [("年内完工。", None)],
    ]


def test_an_office_merged_over_several_tasks_is_that_of_each() -> None:
    table = """
        | 2021年任务清单 | | |
        | 序号 | 任务名称 | 责任股室 |
        | 1 | 建校 | 计财股 |
        | 2 | 建园 | |
    """
    tasks = read(with_merges(table, Area(3, 3, 4, 3)))[0].tasks
    assert [task.lead_offices for task in tasks] == [("计财股",), ("计财股",)]


# ---------------------------------------------------------------- damage stays, and is said

DAMAGED = """
    | 2021年重点工作任务一览表 | | | | | |
    | 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 | 责任人 | 备注 |
    | 7 | 深化改革 | 改革。\\n关键节点：\\n一是5月底前对接。 | 职教股 | 朱一 | 甲 |
    | | | 关键节点：\\n二是9月底前完成边坡工程。 | 职教股 | 朱一\\n黄二 | 乙 |
    | 9 | 建设学校 | 建设。\\n关键节点：\\n一是3月底前设计。 | 职教股\\n计财股 | 朱一\\n黄二 | 丙 |
"""


def test_a_damaged_row_stays_damaged() -> None:
    task_list, findings = read(make_book("清单.xlsx", 表=DAMAGED))
    assert [task.number for task in task_list.tasks] == ["7", None, "9"]
    rest = task_list.tasks[1]
    assert (rest.title, rest.lead_offices, rest.remarks) == (None, ("职教股",), ("乙",))
    assert rest.milestones == (Milestone("二是9月底前完成边坡工程。", date(2021, 9, 30)),)
    assert [person.office for person in rest.persons] == [None, None]
    here = {finding.code for finding in findings if finding.cell == "A4"}
    assert here == {"M101", "M103", "M104", "M106", "M109"}


def test_numbers_are_neither_made_nor_changed() -> None:
    table = """
        | 2021年任务清单 | | |
        | 序号 | 任务名称 | 责任股室 |
        | 2 | 建校 | 计财股 |
        | 2 | 建园 | 计财股 |
        | | 修路 | 办公室 |
        | 6 | 架桥 | |
    """
    task_list, findings = read(make_book("清单.xlsx", 表=table))
    assert [task.number for task in task_list.tasks] == ["2", "2", None, "6"]
    said = [finding.message for finding in findings if finding.code == "M103"]
    assert any("编号2有两项" in message for message in said)
    assert any("没有编号" in message and "第2项与第6项" in message for message in said)
    assert any("缺3至5" in message for message in said)
    assert [f.cell for f in findings if f.code == "M102"] == ["A6"]


def test_every_cell_ends_in_a_field_or_a_finding() -> None:
    table = """
        | 2021年任务清单 | | | | | |
        | 序号 | 任务名称 | 责任股室 | 资金额度 | 进展情况 | |
        | 1 | 建校 | 计财股 | 五百万元 | 已开工 | 见另表 |
        | 2 | 建园 | 计财股 | | | |
        | 合计两项 | | | 五百万元整 | | |
        | 联系人：周小川 | | | | | |
        | 第1页 共1页 | | | | | |
    """
    task_list, findings = read(make_book("清单.xlsx", 表=table))
    assert len(task_list.tasks) >= 2
    said = "\n".join(str(finding) for finding in findings)
    fields = json.dumps(task_list_json(task_list, ()), ensure_ascii=False)
    for row in parse_table(table)[2:]:
        for cell in row:
            assert not cell or cell in said or cell in fields, cell
    assert any(f.code == "M108" and f.cell == "D2" for f in findings)


def test_a_blank_form_and_other_sheets_are_passed_over_and_said() -> None:
    form = "| 编号 | 项目名称 | 责任股室 | 进展情况 | 备注 |\n| | | | | |\n| | | | | |"
    other = "| 姓名 | 电话 |\n| 周小川 | 12345 |"
    task_list, findings = read(make_book("清单.xlsx", 任务=LIST, 进展=form, 通讯录=other))
    assert len(task_list.tasks) == 3
    passed = {f.sheet: f.message for f in findings if f.code == "M112" and f.cell is None}
    assert set(passed) == {"进展", "通讯录"}
    assert "空白表" in passed["进展"]


def test_a_filled_form_beside_the_list_is_no_second_list() -> None:
    form = (
        "| 编号 | 项目名称 | 责任股室 | 进展情况 | 存在问题和\\n下一步工作计划 |\n"
        "| 1 | 编制教育发展规划 | 办公室 | 已完成调研。 | 无 |"
    )
    task_list, findings = read(make_book("清单.xlsx", 任务=LIST, 进展=form))
    assert len(task_list.tasks) == 3
    assert any(f.sheet == "进展" and "进展情况表" in f.message for f in findings)
    assert len(read(make_book("清单.xlsx", 进展=form))[0].tasks) == 1


def test_nothing_that_is_a_list_gives_no_tasks() -> None:
    for book in (
        make_book("通讯录.xlsx", 表="| 姓名 | 电话 |\n| 周小川 | 12345 |"),
        make_book("空.xlsx", 表=""),
        Book("空.txt", "text"),
        Book("信.txt", "text", lines=(Line(1, "各股室："), Line(2, "请按时报送。"))),
    ):
        assert read(book)[0].tasks == ()
    assert read_task_list([])[0].tasks == ()


# ---------------------------------------------------------------- several tables and books


def test_lists_with_numberings_of_their_own_stay_apart() -> None:
    other = NODES.replace("2023年县政府重点工作任务", "2023年县十件民生实事任务")
    task_list, findings = read(make_book("清单.xlsx", 重点=NODES, 实事=other))
    assert [task.number for task in task_list.tasks] == ["1", "2", "3"] * 2
    assert {task.section for task in task_list.tasks} == {
        "2023年县政府重点工作任务",
        "2023年县十件民生实事任务",
    }
    assert "M103" not in codes(findings)


def test_a_category_column_is_the_section() -> None:
    table = """
        | 2023年任务 | | | | |
        | 民生实事 | 序号 | 工作事项 | 节点计划 | 完成时间 |
        | 公共教育 | 1 | 新增学位 | (1) 下达任务。 | 3月31日 |
        | | | | (2) 完成新增。 | 9月30日 |
        | | 2 | 改善膳食 | (1) 落实经费。 | 3月31日 |
        | 科普工作 | 3 | 开展科普 | (1) 制定方案。 | 3月31日 |
    """
    for merges in ((), (Area(3, 1, 5, 1), Area(3, 2, 4, 2), Area(3, 3, 4, 3))):
        tasks = read(with_merges(table, *merges))[0].tasks
        assert [task.section for task in tasks] == ["公共教育", "公共教育", "科普工作"]
        assert [len(task.milestones) for task in tasks] == [2, 1, 1]


def test_a_documents_line_above_a_table_is_its_section() -> None:
    rows = parse_table(
        "| 序\\n号 | 主  要  工  作 | 牵头单位 | 责任单位 |\n| 1 | 召开大会。 | 办公室 | 各处室 |"
    )
    sheets = tuple(
        Sheet(f"表{n}", tuple(tuple[Value, ...](row) for row in rows), line=line)
        for n, line in ((1, 3), (2, 4))
    )
    lines = (
        Line(1, "2019年全市教育工作任务分解方案"),
        Line(2, "一、推进战略"),
        Line(3, "二、维护生态"),
        Line(4, "云溪县教育局"),
        Line(5, "2018年12月30日印发"),
    )
    task_list, findings = read(Book("方案.docx", "docx", sheets, lines))
    assert (task_list.title, task_list.year) == ("2019年全市教育工作任务分解方案", 2019)
    assert [task.section for task in task_list.tasks] == ["一、推进战略", "二、维护生态"]
    assert task_list.tasks[0].supporting_offices == ("各处室",)
    assert "M114" in codes(findings)


def test_several_books_are_one_list() -> None:
    task_list, _ = read(make_book("甲.xlsx", 表=LIST), make_book("乙.xlsx", 表=NODES))
    assert len(task_list.tasks) == 6
    assert {task.place.file for task in task_list.tasks if task.place} == {"甲.xlsx", "乙.xlsx"}


def test_the_year_given_goes_before_the_titles() -> None:
    assert read(make_book("清单.xlsx", 表=LIST), year=2022)[0].tasks[0].milestones[0].due == date(
        2022, 2, 28
    )


def test_without_a_year_no_date_is_made_up() -> None:
    table = LIST.replace("2021年", "")
    task_list, findings = read(make_book("清单.xlsx", 表=table))
    assert task_list.year is None
    assert all(m.due is None and m.vague for task in task_list.tasks for m in task.milestones)
    assert "M114" in codes(findings)


def test_real_dates_in_the_due_column() -> None:
    rows = [list[Value](row) for row in parse_table(NODES)]
    rows[2][3], rows[3][3] = date(2023, 3, 31), 45107.0
    rows[4][3] = date(2022, 12, 10)
    book = Book("清单.xlsx", "xlsx", (Sheet("表", tuple(map(tuple, rows))),))
    task_list, findings = read(book)
    assert [m.due for m in task_list.tasks[0].milestones] == [date(2023, 3, 31), date(2023, 6, 30)]
    assert task_list.tasks[1].milestones[0].due == date(2022, 12, 10)
    assert {"M105", "M111"} <= codes(findings)


# ---------------------------------------------------------------- the real lists

LISTS = (
    "台山2021_附件1_规范.xlsx",
    "台山2021_重点工作任务通知.docx",
    "江门2023_文本日期.xlsx",
    "台州2019_任务分解.docx",
    "东莞2024_工作要点.txt",
    "江门2018_工作计划_节选.docx",
)


@pytest.mark.parametrize("name", LISTS)
def test_real_lists_are_read_right_in_every_field(shared: Path, tmp_path: Path, name: str) -> None:
    from taskxl.intake.reading import read_book

    kind = {"xlsx": "xlsx", "docx": "docx", "txt": "text"}[name.rsplit(".", 1)[1]]
    content = (shared / "inputs" / name).read_bytes()
    task_list, findings = read_task_list([read_book(content, name, kind)])  # type: ignore[arg-type]
    actual = tmp_path / "actual.json"
    actual.write_text(json.dumps(task_list_json(task_list, findings)), encoding="utf-8")
    expected = shared / "inputs" / "expected" / f"{name}.json"
    compared = subprocess.run(
        [sys.executable, shared / "tools" / "compare_read.py", expected, actual],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert compared.returncode == 0, compared.stdout


# ---------------------------------------------------------------- whatever the layout

SEPARATORS = ("\n", "、", "，", "；", " ", "/", "\n\n")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_layout_does_not_change_what_is_read(data: st.DataObject) -> None:
    """Columns shuffled, rows and notes put between, names parted otherwise, digits widened."""
    rows = parse_table(LIST)
    order = data.draw(st.permutations(range(6)))
    left = data.draw(st.integers(0, 2))
    separator = data.draw(st.sampled_from(SEPARATORS))
    wide = data.draw(st.booleans())
    laid: list[list[Value]] = []
    for row in rows:
        for _ in range(data.draw(st.integers(0, 2))):
            laid.append(data.draw(st.sampled_from(([], [None] * 8, [" ", "　"]))))
        filled = [cell for cell in row if cell]
        if len(filled) == 1:  # titles, sections and notes begin at the left edge
            laid.append([None] * left + [filled[0]])
            continue
        cells = [cell and cell.translate(WIDE) if wide else cell for cell in row]
        for index in (3, 4):
            cells[index] = (cells[index] or "").replace("\n", separator) or None
        laid.append([None] * left + [cells[index] for index in order])
        if laid[-1][left] == "序号" or "序号" in [cell for cell in laid[-1] if cell]:
            continue
        if data.draw(st.booleans()):
            laid.append([None] * left + ["第1页"])
    book = Book("清单.xlsx", "xlsx", (Sheet("表", tuple(map(tuple, laid))),))
    narrow = [
        (t.number, t.lead_offices, t.supporting_offices, t.persons, t.leader, t.section)
        for t in tasks_of(LIST)
    ]
    task_list, _ = read(book)
    assert [
        (t.number, t.lead_offices, t.supporting_offices, t.persons, t.leader, t.section)
        for t in task_list.tasks
    ] == narrow
    assert dues(task_list.tasks) == dues(tasks_of(LIST))
    assert [squeeze(t.content) for t in task_list.tasks] == [
        squeeze(t.content) for t in tasks_of(LIST)
    ]
    assert [t.remarks for t in task_list.tasks] == [t.remarks for t in tasks_of(LIST)]


CELLS = st.text(
    st.sampled_from(
        "一二三是、。；\n 年月日底前0123456789（）()序号任务名称责任股室办公建设学校说明："
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=4, max_size=5), max_size=8))
def test_no_cell_of_a_list_is_lost_and_nothing_breaks_the_reader(rows: list[list[str]]) -> None:
    header: list[Value] = ["序号", "任务名称", "主要内容", "责任股室", "备注"]
    table = (["2021年重点任务"], header, [1.0, "建校", "", "办公室", ""], *rows)
    book = Book("清单.xlsx", "xlsx", (Sheet("表", tuple(tuple(row) for row in table)),))
    task_list, findings = read(book)
    kept = squeeze(
        json.dumps(task_list_json(task_list, findings), ensure_ascii=False).replace("\\n", "")
    )
    for row in rows:
        for cell in row:
            for clause in re.split(r"[\n、。；，;,]+", cell):
                due = find_due(clause, 2021)
                if due and due.due and f"{due.due}" in kept:
                    continue  # a due phrase is there as its date
                for part in re.split(r"[\s.()（）:：]+", clause):
                    # A numeral in the column of numbers is there in digits.
                    assert part in kept or read_number(part) is not None, cell
