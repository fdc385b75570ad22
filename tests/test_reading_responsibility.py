"""The grammar of responsibility: the same statement however it is written, and what is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.intake.grids import Book, Line, Sheet
from taskxl.master.reading.offices import looks_like_office
from taskxl.master.reading.responsibility import read_duty, take_duties
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Task

OFFICES = (
    *("县教育局", "县财政局", "县委组织部", "城关镇", "镇水利站", "党建办", "人事股", "办公室"),
    *("信息中心", "县总工会", "生产运营部", "供水公司", "东城街道", "市场监管局", "白石乡政府"),
)
LEADS = st.sampled_from(OFFICES)
# Six ways to say that `a` leads, `b` and `c` support, until the end of September.
WAYS = (
    "（牵头单位：{a}；配合单位：{b}、{c}；完成时限：9月底前）",
    "\n牵头单位：{a}\n配合单位：{b}、{c}\n完成时限：9月底前",
    "（{a}牵头，{b}、{c}配合，9月底前完成）",
    "由{a}牵头，{b}、{c}配合，9月底前完成。",
    "\n完成时限：9月底前　牵头单位：{a}　配合单位：{b}、{c}",
    "（{a}牵头，{b}、{c}等有关部门按职责分工负责，9月底前完成）",
)


def read_text(text: str) -> tuple[Task, ...]:
    lines = tuple(Line(n, line) for n, line in enumerate(text.split("\n"), 1))
    return read_task_list([Book("清单.txt", "text", lines=lines)])[0].tasks


def said(tasks: tuple[Task, ...]) -> list[tuple[object, ...]]:
    return [
        (
            t.number,
            t.title,
            t.lead_offices,
            set(t.supporting_offices),
            [m.due for m in t.milestones],
        )
        for t in tasks
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.permutations(OFFICES), min_size=3, max_size=5), st.sampled_from("、,，"))
def test_the_same_responsibility_in_six_ways(orders: list[list[str]], comma: str) -> None:
    read = []
    for way in WAYS:
        items = [
            f"{n}.建成第{n}处水厂。新增供水能力。"
            + way.format(a=a, b=b, c=c).replace("、", comma if "：" in way else "、")
            for n, (a, b, c, *_) in enumerate(orders, 1)
        ]
        read.append(said(read_text("\n".join(["2024年重点工作任务", *items]))))
    assert all(one == read[0] for one in read)
    for task, (a, b, c, *_) in zip(read[0], orders, strict=True):
        assert task[2:4] == ((a,), {b, c})
        assert [due.isoformat() for due in task[4]] == ["2024-09-30"]  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None)
@given(st.permutations(OFFICES))
def test_a_cell_says_the_same_as_a_text(order: list[str]) -> None:
    a, b, c, *_ = order
    for cell in (
        f"{a}牵头，{b}、{c}配合",
        f"牵头：{a}\n配合：{b}、{c}",
        f"{a}（牵头）、{b}、{c}",
        f"{a}牵头落实\n{b}、{c}协助配合",
    ):
        rows = (("2024年重点任务",), ("序号", "任务名称", "责任单位"), ("1", "建成水厂", cell))
        (task,) = read_task_list([Book("清单.xlsx", "xlsx", (Sheet("表", rows),))])[0].tasks
        assert (task.lead_offices, task.supporting_offices) == ((a,), (b, c)), cell


@pytest.mark.parametrize(
    ("text", "lead", "others"),
    [
        ("财政部、税务总局牵头，人力资源社会保障部按职责分工负责", 2, 1),
        ("市金融办、市中心支行分别牵头落实", 2, 0),
        ("县住建局主抓，县水利局协办", 1, 1),
        ("县乡村振兴局牵头，县民政局、县医保局等有关部门参加", 1, 2),
        ("县农业农村局、县林业局分别负责", 0, 2),
        ("市委办牵头市财政局配合", 1, 1),
        ("市规划局、市文化局（列第一位的为牵头单位，下同）", 0, 2),
    ],
)
def test_forms_without_labels(text: str, lead: int, others: int) -> None:
    duty = read_duty(text)
    assert duty is not None
    assert (len(duty.lead), len(duty.supporting + duty.plain)) == (lead, others)
    assert all(map(looks_like_office, duty.offices))


@pytest.mark.parametrize(
    "text",
    [
        "新建学校3所（含幼儿园）。",
        "推进督导责任区制度顺利实施，完成市级评估。",
        "对312个排污口分类整治，一口一策，整治一个销号一个。",
        "建立牵头抓总、分工负责的机制。",
        "加强统筹，各部门协同配合。",
        "组织专家参加评审。",
        "召开推进会（视频会）。",
        "修订办法（3月底前）",
    ],
)
def test_what_is_no_statement_stays_in_the_text(text: str) -> None:
    rest, duties = take_duties(text)
    assert (rest, [d for d in duties if d.names_somebody]) == (text, [])


def test_a_name_in_brackets_is_part_of_an_office() -> None:
    (task,) = read_text("2024年任务\n1.封顶。\n责任单位：市发改委（代建办）\n2.封。（教育局）")[:1]
    assert task.lead_offices == ("市发改委（代建办）",)


def test_invisible_marks_and_blanks_that_do_not_break_make_no_second_office() -> None:
    cells = ("办公室", "办公室\u200e", "办\u200b公室", "办\u00a0公\u00a0室")
    rows = (
        ("2024年重点任务",),
        ("序号", "任务名称", "责任单位"),
        *((str(n), f"任务{n}", cell) for n, cell in enumerate(cells, 1)),
    )
    task_list, findings = read_task_list([Book("清单.xlsx", "xlsx", (Sheet("表", rows),))])
    assert {task.lead_offices for task in task_list.tasks} == {("办公室",)}
    assert not [finding for finding in findings if finding.code == "M113"]


@pytest.mark.parametrize("cell", ["无", "—", "2024年6月完成", "根据上级要求另行明确的有关工作"])
def test_what_is_no_office_gets_no_form_and_is_said(cell: str) -> None:
    rows = (
        ("2024年重点任务",),
        ("序号", "任务名称", "责任单位"),
        ("1", "建校", cell),
        ("2", "修路", "交通局"),
    )
    task_list, findings = read_task_list([Book("清单.xlsx", "xlsx", (Sheet("表", rows),))])
    assert [task.lead_offices for task in task_list.tasks] == [(), ("交通局",)]
    assert {"M102"} <= {finding.code for finding in findings}
