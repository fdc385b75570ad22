"""Task lists in prose: sections, items, contents lists, last year's report, who answers for what."""

from datetime import date

import pytest

from taskxl.findings import Finding
from taskxl.intake.grids import Book, Line
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Person, TaskList

PLAN = """
云溪县教育局2024年工作要点
2024年是关键一年，全县教育工作的总体要求是：深化改革。
一、加强党的建设
1.加强政治建设。落实“第一议题”制度，对学习情况进行通报。
2.强化基层组织。巩固主题教育成果。
抓好流动党员管理。
二、推进学位建设
3.新建学校。新增学位3000个。
4.补齐短板。年底前建成2所幼儿园。
云溪县教育局办公室
2024年1月15日
"""


def text_book(text: str, name: str = "要点.txt") -> Book:
    lines = (Line(n, line) for n, line in enumerate(text.strip("\n").split("\n"), 1))
    return Book(name, "text", lines=tuple(lines))


def read(text: str, name: str = "要点.txt") -> tuple[TaskList, tuple[Finding, ...]]:
    return read_task_list([text_book(text, name)])


def outline(task_list: TaskList) -> list[tuple[str | None, str | None, str | None]]:
    return [(task.number, task.title, task.section) for task in task_list.tasks]


EXPECTED = [
    ("1", "加强政治建设", "一、加强党的建设"),
    ("2", "强化基层组织", "一、加强党的建设"),
    ("3", "新建学校", "二、推进学位建设"),
    ("4", "补齐短板", "二、推进学位建设"),
]


def test_sections_items_and_their_texts() -> None:
    task_list, findings = read(PLAN)
    assert (task_list.title, task_list.year) == ("云溪县教育局2024年工作要点", 2024)
    assert outline(task_list) == EXPECTED
    assert task_list.tasks[1].content == "巩固主题教育成果。\n抓好流动党员管理。"
    assert [m.due for m in task_list.tasks[3].milestones] == [date(2024, 12, 31)]
    assert task_list.tasks[0].place is not None
    assert task_list.tasks[0].place.row == 4
    assert {finding.code for finding in findings} == {"M102", "M112"}
    assert any("2024年是关键一年" in f.message for f in findings if f.code == "M112")


@pytest.mark.parametrize(
    "changes",
    [
        [("1.", "（一）"), ("2.", "（二）"), ("3.", "（三）"), ("4.", "（四）")],
        [("1.", "1、"), ("2.", "2、"), ("3.", "3、"), ("4.", "4、")],
        [("1.", "１．"), ("2.", "２．"), ("3.", "３．"), ("4.", "４．")],
        [("1.", "(1)"), ("2.", "(2)"), ("3.", "(3)"), ("4.", "(4)")],
        [("\n1", "\n　　1"), ("\n一", "\n　　一"), ("\n二", "\n\n　　二")],
    ],
)
def test_items_may_be_numbered_in_many_ways(changes: list[tuple[str, str]]) -> None:
    text = PLAN
    for old, new in changes:
        text = text.replace(old, new)
    assert outline(read(text)[0]) == EXPECTED


def test_automatic_numbers_count_like_typed_ones() -> None:
    book = text_book(PLAN)
    labelled = []
    for line in book.lines:
        label = line.text[:2] if line.text[1:2] in ("、", ".") else ""
        labelled.append(Line(line.number, line.text[len(label) :], label, 0 if label else None))
    task_list, _ = read_task_list([Book("要点.docx", "docx", lines=tuple(labelled))])
    assert outline(task_list) == EXPECTED


def test_a_contents_list_is_no_second_set_of_tasks() -> None:
    contents = (
        "目录\n一、加强党的建设……1\n1.加强政治建设……1\n2.强化基层组织……1\n"
        "二、推进学位建设……2\n3.新建学校……2\n4.补齐短板……3\n"
    )
    task_list, findings = read(contents + PLAN.strip("\n"))
    assert outline(task_list) == EXPECTED
    assert "M112" in {finding.code for finding in findings}


def test_what_only_the_contents_list_has_stays_and_is_said() -> None:
    contents = "一、加强党的建设\n1.加强政治建设\n2.强化基层组织\n二、推进学位建设\n3.新建学校\n4.补齐短板\n"
    cut = PLAN[: PLAN.index("3.新建学校")]
    task_list, findings = read(contents + cut.strip("\n"))
    assert outline(task_list) == EXPECTED
    assert task_list.tasks[3].content == ""
    assert any(f.code == "M109" and "3.新建学校" in f.message for f in findings)


def test_last_years_report_and_navigation_are_no_tasks() -> None:
    report = (
        "云溪县教育局2023年工作总结2024年工作计划\n1. 网站导航\n2. 官方微博\n"
        "2023年工作总结\n一、抓好重点\n(一)落实部署。承办实事6项。\n(二)加快建设。建成5所。\n"
        "2024年工作计划\n"
    )
    task_list, findings = read(report + PLAN.strip("\n").split("\n", 1)[1])
    assert outline(task_list) == EXPECTED
    assert task_list.year == 2024
    assert any(f.code == "M112" and "2023年工作总结" in f.message for f in findings)


def test_a_report_and_a_plan_as_sections_of_one_text() -> None:
    text = (
        "云溪县教育局工作报告和2024年安排\n一、2023年工作总结\n（一）党建成效。全面落实。\n"
        "（二）学位成效。新增学位。\n二、2024年工作计划\n（一）加强政治建设。落实制度。\n"
        "（二）新建学校。新增学位3000个。\n"
    )
    task_list, _ = read(text)
    assert [task.title for task in task_list.tasks] == ["加强政治建设", "新建学校"]
    assert task_list.year == 2024


def test_offices_persons_and_time_in_brackets_or_lines() -> None:
    text = (
        "云溪县教育局2024年工作要点\n一、党的建设\n"
        "1.加强政治建设。落实制度。（牵头单位：办公室；配合单位：人事股、基教股）\n"
        "2.强化组织。巩固成果。（责任单位：人事股、办公室；完成时限：6月底前）\n"
        "3.新建学校。新增学位。\n责任股室：计财股；责任人：吴桐\n"
        "4.补齐短板。建园。（计财股、基教股负责）\n"
    )
    one, two, three, four = read(text)[0].tasks
    assert (one.lead_offices, one.supporting_offices) == (("办公室",), ("人事股", "基教股"))
    assert one.content == "落实制度。"
    assert (two.lead_offices, two.supporting_offices) == (("人事股",), ("办公室",))
    assert [milestone.due for milestone in two.milestones] == [date(2024, 6, 30)]
    assert three.persons == (Person("吴桐", "计财股"),)
    assert (four.lead_offices, four.supporting_offices) == (("计财股",), ("基教股",))


def test_items_below_an_item_belong_to_its_text() -> None:
    text = (
        "云溪县教育局2024年工作要点\n一、党的建设\n（一）加强政治建设。落实制度。\n"
        "1.3月底前完成学习。\n2.6月底前完成检查。\n（二）强化组织。巩固成果。\n"
    )
    task_list, _ = read(text)
    assert [task.number for task in task_list.tasks] == ["1", "2"]
    assert [m.due for m in task_list.tasks[0].milestones] == [date(2024, 3, 31), date(2024, 6, 30)]


def test_headings_without_text_are_sections() -> None:
    text = (
        "云溪县教育局2024年工作要点\n一、党的建设\n（一）政治建设\n1.落实制度。对学习情况通报。\n"
        "2.开展检查。每季度一次。\n（二）组织建设\n1.发展党员。严格程序。\n"
    )
    task_list, findings = read(text)
    assert outline(task_list) == [
        ("1", "落实制度", "一、党的建设／（一）政治建设"),
        ("2", "开展检查", "一、党的建设／（一）政治建设"),
        ("1", "发展党员", "一、党的建设／（二）组织建设"),
    ]
    assert "M103" not in {finding.code for finding in findings}


def test_a_list_of_one_level_is_a_list() -> None:
    text = "2024年十件民生实事\n一、新建幼儿园2所。\n二、改造厕所30间。\n三、培训教师500人。\n"
    task_list, _ = read(text)
    assert [(task.number, task.title) for task in task_list.tasks] == [
        ("1", "新建幼儿园2所"),
        ("2", "改造厕所30间"),
        ("3", "培训教师500人"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "关于做好假期值班的通知\n各学校：\n一、加强值班。落实责任。\n二、严格请假。逐级审批。\n",
        "关于印发2024年重点工作任务的通知\n一、加强领导。落实责任。\n二、强化督查。按月通报。\n",
        "2023年工作总结\n一、抓好重点\n（一）落实部署。承办实事6项。\n（二）加快建设。建成5所。\n",
        "1. 网站导航\n2. 无障碍链接\n",
        "",
    ],
)
def test_other_texts_are_no_task_lists(text: str) -> None:
    assert read(text, "文件.txt")[0].tasks == ()


def test_a_site_s_navigation_is_no_plan_though_the_file_is_called_one() -> None:
    text = "1. 网站导航\n2. 官方微信\n结果公开\n2024年工作计划\n一、党建\n（一）学习。落实制度。\n（二）检查。落实责任。\n"
    task_list, _ = read(text, "云溪县2024年工作计划.txt")
    assert [task.title for task in task_list.tasks] == ["学习", "检查"]
