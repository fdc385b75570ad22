"""Rows that are sections beside columns of codes, kinds and groups; notes on who leads; labels."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.findings import Finding
from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.hints import make_hints
from taskxl.master.reading.offices import looks_like_office
from taskxl.master.reading.responsibility import read_duty
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Task
from taskxl.plan_text import split_plan


def read_rows(
    *rows: list[Value], hidden: frozenset[int] = frozenset(), columns: tuple[str, ...] = ()
) -> tuple[tuple[Task, ...], tuple[Finding, ...]]:
    width = max(map(len, rows))
    wide = [n for n, row in enumerate(rows, 1) if len(row) == 1 and n > 1]
    merges = tuple(Area(n, 1, n, width) for n in wide)
    sheet = Sheet("表", tuple(map(tuple, rows)), merges, hidden_columns=hidden)
    found, findings = read_task_list(
        [Book("清单.xlsx", "xlsx", (sheet,))], hints=make_hints(columns)
    )
    return found.tasks, findings


def read_lines(*texts: str) -> tuple[Task, ...]:
    lines = tuple(Line(number, text) for number, text in enumerate(texts, 1))
    return read_task_list([Book("清单.txt", "text", (), lines)])[0].tasks


TITLE: list[Value] = ["2024年重点工作任务分解表"]


def rows_with(column: str, said: list[str], *, sections: bool) -> list[list[Value]]:
    """Return a list of four tasks, two in each section, with a column more at the end."""
    header: list[Value] = ["序号", "重点任务", "责任股室", "完成时限", column]
    names = ("修缮校舍", "招聘教师", "改造厕所", "建设操场")
    tasks: list[list[Value]] = [
        [float(n), name, "基建股", "6月底前", text or None]
        for n, (name, text) in enumerate(zip(names, said, strict=True), 1)
    ]
    heads: list[list[list[Value]]] = [[["（一）办学条件"]], [["（二）队伍建设"]]]
    first, second = heads if sections else ([], [])
    return [TITLE, header, *first, *tasks[:2], *second, *tasks[2:]]


SECTIONS = ["（一）办学条件", "（一）办学条件", "（二）队伍建设", "（二）队伍建设"]


@pytest.mark.parametrize("column", ["类别码", "分类编码", "领域代码", "类型"])
@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("sections", [True, False])
@pytest.mark.parametrize("codes", [["A01", "A02", "B01", "B02"], ["1-1", "1-2", "2-1", "2-2"]])
def test_codes_that_differ_from_row_to_row_are_no_section(
    column: str, hidden: bool, sections: bool, codes: list[str]
) -> None:
    rows = rows_with(column, codes, sections=sections)
    tasks, findings = read_rows(*rows, hidden=frozenset({5}) if hidden else frozenset())
    assert [task.section for task in tasks] == (SECTIONS if sections else [None] * 4)
    assert [task.number for task in tasks] == ["1", "2", "3", "4"]
    assert any(codes[0] in str(finding) for finding in findings)  # said once, not lost
    assert all(task.remarks == () for task in tasks)


def test_codes_number_the_tasks_where_nothing_else_does() -> None:
    header: list[Value] = ["类别码", "重点任务", "责任股室", "完成时限"]
    rows: list[list[Value]] = [
        ["A01", "修缮校舍", "基建股", "6月底前"],
        ["A02", "招聘教师", "人事股", "9月底前"],
        ["B01", "改造厕所", "基建股", "9月底前"],
    ]
    tasks, _ = read_rows(TITLE, header, *rows)
    assert [(task.number, task.title, task.section) for task in tasks] == [
        ("A01", "修缮校舍", None),
        ("A02", "招聘教师", None),
        ("B01", "改造厕所", None),
    ]
    tasks, _ = read_rows(TITLE, header, *rows, hidden=frozenset({1}))
    assert [(task.number, task.section) for task in tasks] == [(None, None)] * 3


def test_codes_that_groups_share_are_a_section() -> None:
    tasks, _ = read_rows(*rows_with("类别", ["A", "A", "B", "B"], sections=False))
    assert [task.section for task in tasks] == ["A", "A", "B", "B"]


@given(st.lists(st.sampled_from(["立行立改", "限期整改", "长期整改"]), min_size=4, max_size=4))
def test_a_kind_that_comes_back_is_a_remark_below_section_rows(kinds: list[str]) -> None:
    runs = [kinds[n] for n in range(4) if n in (0, 2) or kinds[n] != kinds[n - 1]]
    tasks, _ = read_rows(*rows_with("整改类型", kinds, sections=True))
    if len(set(runs)) < len(runs):
        assert [task.section for task in tasks] == SECTIONS
        assert [task.remarks for task in tasks] == [(f"整改类型：{kind}",) for kind in kinds]
    else:  # groups inside of the sections
        assert [task.section for task in tasks] == [
            f"{section}／{kind}" for section, kind in zip(SECTIONS, kinds, strict=True)
        ]
    tasks, _ = read_rows(*rows_with("整改类型", kinds, sections=False))
    assert [task.section for task in tasks] == kinds
    assert all(task.remarks == () for task in tasks)


def test_a_category_without_section_rows_holds_until_the_next() -> None:
    tasks, _ = read_rows(*rows_with("类别", ["校舍", "", "场地", ""], sections=False))
    assert [task.section for task in tasks] == ["校舍", "校舍", "场地", "场地"]


def test_a_category_that_says_what_the_section_row_says_is_not_said_twice() -> None:
    tasks, _ = read_rows(*rows_with("类别", ["办学条件"] * 2 + ["队伍建设"] * 2, sections=True))
    assert [task.section for task in tasks] == SECTIONS


def test_what_a_person_calls_a_section_is_one_beside_section_rows() -> None:
    kinds = ["立行立改", "限期整改", "立行立改", "限期整改"]
    rows = rows_with("整改类型", kinds, sections=True)
    tasks, _ = read_rows(*rows, columns=("整改类型=分组",))
    assert [task.section for task in tasks] == kinds


def test_a_leaders_row_is_no_section_beside_a_category() -> None:
    rows = rows_with("类别", ["校舍", "队伍", "校舍", "场地"], sections=False)
    rows.insert(2, ["华子修副局长负责项目"])
    tasks, _ = read_rows(*rows)
    assert [task.section for task in tasks] == ["校舍", "队伍", "校舍", "场地"]
    assert {task.leader for task in tasks} == {"华子修"}


# ---------------------------------------------------------------- who leads by a note


NOTES = (
    "注：责任股室为两个的，前者为牵头股室。",
    "说明：列第一位的为牵头单位，下同。",
    "备注：责任股室有多个的，以排在第一的股室为主。",
    "注：首位股室为主办股室。",
)


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("above", [True, False])
def test_a_note_says_that_the_first_of_several_offices_leads(note: str, above: bool) -> None:
    header: list[Value] = ["序号", "重点任务", "责任股室", "配合股室", "完成时限"]
    rows: list[list[Value]] = [
        [1.0, "修缮校舍", "基建股、计财股", "安全股", "6月底前"],
        [2.0, "招聘教师", "人事股", "计财股\n办公室", "9月底前"],
    ]
    told = [TITLE, [note], header, *rows] if above else [TITLE, header, *rows, [note]]
    tasks, _ = read_rows(*told)
    assert [(task.lead_offices, task.supporting_offices) for task in tasks] == [
        (("基建股",), ("计财股", "安全股")),
        (("人事股",), ("计财股", "办公室")),
    ]
    tasks, _ = read_rows(TITLE, header, *rows)
    assert tasks[0].lead_offices == ("基建股", "计财股")


def test_no_other_note_takes_the_lead_from_an_office() -> None:
    header: list[Value] = ["序号", "重点任务", "责任股室", "配合股室", "完成时限"]
    row: list[Value] = [1.0, "修缮校舍", "基建股、计财股", "安全股", "6月底前"]
    for note in ("注：第一季度由办公室牵头调度。", "注：第一责任人为股室负责人。"):
        assert read_rows(TITLE, header, row, [note])[0][0].lead_offices == ("基建股", "计财股")


# ---------------------------------------------------------------- labels and statements


@pytest.mark.parametrize("name", ["运管司", "政法司", "规划财务司", "教育部基础教育司"])
def test_a_department_of_a_ministry_is_an_office(name: str) -> None:
    assert looks_like_office(name)
    duty = read_duty(f"{name}负责，5月31日前完成")
    assert duty is not None
    assert (duty.plain, duty.dues) == ((name,), ("5月31日前完成",))


@pytest.mark.parametrize("name", ["打官司", "顶头上司"])
def test_what_only_ends_like_a_department_is_none(name: str) -> None:
    assert not looks_like_office(name)


@pytest.mark.parametrize(
    "due",
    [
        *("汛前完成", "入冬前完成", "秋季开学前投入使用", "节前印发", "主汛期前全面完成", "验收前"),
        *("汛期持续开展", "全年持续推进", "日常长期坚持", "10月底前形成送审稿"),
    ],
)
def test_what_is_to_be_done_before_an_event_is_a_time_and_no_office(due: str) -> None:
    duty = read_duty(f"基建股牵头，安全股配合，{due}")
    assert duty is not None
    assert (duty.lead, duty.supporting, duty.dues) == (("基建股",), ("安全股",), (due,))


@pytest.mark.parametrize("said", ["提前完成", "当前", "目前"])
def test_before_is_not_always_a_time(said: str) -> None:
    duty = read_duty(f"基建股牵头，{said}", sure=True)
    assert duty is not None
    assert duty.dues == ()


def test_what_ends_in_a_verb_gets_no_form() -> None:
    header: list[Value] = ["序号", "重点任务", "责任股室", "完成时限"]
    tasks, findings = read_rows(
        TITLE,
        header,
        [1.0, "修缮校舍", "基建股、按期完成", "6月底前"],
        [2.0, "招聘教师", "人事股、常态化开展", "9月底前"],
    )
    assert [task.offices for task in tasks] == [("基建股",), ("人事股",)]
    assert "按期完成" in " ".join(map(str, findings))


@pytest.mark.parametrize(
    "lines",
    [
        ("牵头单位：县住建局", "配合单位：县财政局、县教育局", "完成时限：6月底前"),
        ("牵头单位：", "县住建局", "配合单位：", "县财政局、县教育局", "完成时限：", "6月底前"),
        ("（县住建局牵头，县财政局、县教育局配合，6月底前完成）",),
        ("由县住建局牵头，县财政局、县教育局配合，6月底前完成。",),
        ("县住建局牵头，县财政局、县教育局配合；6月底前完成",),
    ],
)
def test_who_answers_may_stand_below_a_task_in_any_way(lines: tuple[str, ...]) -> None:
    for first, others in product(("1.", "（一）"), ((), ("责任领导：", "林一"))):
        second = first.replace("1", "2").replace("一", "二")
        tasks = read_lines(
            *("2024年工作任务分解", f"{first}修缮校舍。", *lines, *others),
            *(f"{second}改造厕所。", *lines, *others),
        )
        assert [task.title for task in tasks] == ["修缮校舍", "改造厕所"]
        for task in tasks:
            assert task.lead_offices == ("县住建局",)
            assert task.supporting_offices == ("县财政局", "县教育局")
            assert [entry.due for entry in task.milestones] == [date(2024, 6, 30)]
            assert task.leader == ("林一" if others else None)
            assert task.content == ""


def test_a_line_of_several_offices_alone_says_who_answers() -> None:
    tasks = read_lines(
        "2024年重点工作任务",
        "1.修缮校舍",
        "县住建局、县财政局",
        "2.改造厕所",
        "县城管局、县教育局、各镇人民政府",
    )
    assert [(task.lead_offices, task.supporting_offices) for task in tasks] == [
        (("县住建局",), ("县财政局",)),
        (("县城管局",), ("县教育局", "各镇人民政府")),
    ]
    assert [task.content for task in tasks] == ["", ""]


@pytest.mark.parametrize("stop", ["", "。"])
def test_plain_lines_below_a_heading_are_the_tasks(stop: str) -> None:
    tasks = read_lines(
        "2024年重点工作任务",
        f"一、改善办学条件{stop}",
        "修缮校舍，消除安全隐患",
        "责任单位：县住建局",
        "改造厕所，方便师生",
        "责任单位：县城管局",
    )
    assert [(task.title, task.section, task.lead_offices) for task in tasks] == [
        ("修缮校舍，消除安全隐患", "一、改善办学条件", ("县住建局",)),
        ("改造厕所，方便师生", "一、改善办学条件", ("县城管局",)),
    ]


def test_a_label_with_nobody_behind_it_is_no_content() -> None:
    tasks = read_lines(
        "2024年改革任务分工",
        "1.健全联动机制。",
        "牵头部门：民二科",
        "参加部门：",
        "进度要求：2024年第三季度推动出台意见。",
        "2.规范档案。",
        "牵头部门：办公室",
        "参加部门：人事科",
    )
    assert [entry.due for entry in tasks[0].milestones] == [date(2024, 9, 30)]
    assert "参加部门" not in tasks[0].content
    assert tasks[0].supporting_offices == ()


def test_a_line_that_says_what_an_office_does_stays_content() -> None:
    tasks = read_lines(
        "2024年工作任务分解",
        "1.修缮校舍。",
        "县教育局负责日常管理。",
        "（县住建局）",
        "2.改造厕所。（县城管局）",
    )
    assert tasks[0].lead_offices == ("县住建局",)
    assert "日常管理" in tasks[0].content


@pytest.mark.parametrize("sign", "●◆■▲★☆")
def test_a_heading_behind_any_sign_heads_the_items_below(sign: str) -> None:
    tasks = read_lines(
        "2024年重点工作任务",
        f"{sign}民生战线",
        "1.修缮校舍。（县住建局）",
        "2.改造厕所。（县城管局）",
        f"{sign}生态战线",
        "1.栽种行道树。（县林业局）",
        "2.治理河道。（县水利局）",
    )
    assert [task.section for task in tasks] == ["民生战线"] * 2 + ["生态战线"] * 2


# ---------------------------------------------------------------- ranges and quarters in a plan


@pytest.mark.parametrize("dash", ["-", "—", "–", "～", "至", "到"])
@pytest.mark.parametrize("month", ["", "月"])
@pytest.mark.parametrize("mark", ["：", "，", ""])
def test_a_range_of_months_begins_a_milestone(dash: str, month: str, mark: str) -> None:
    first = f"1{month}{dash}3月{mark}开展摸底排查。"
    second = f"4{month}{dash}10月{mark}集中整治。"
    for between in ("", "\n"):
        assert split_plan(f"{first}{between}{second}").milestones == (first, second)


@pytest.mark.parametrize(
    "said", ["第三季度推动出台意见", "前三季度完成投资的七成", "确保二季度开工"]
)
def test_a_quarter_in_a_sentence_is_a_due(said: str) -> None:
    assert split_plan(said).milestones == (said,)


@pytest.mark.parametrize("said", ["每季度通报一次", "2—3次检查", "开展3至5场宣讲"])
def test_numbers_without_a_month_are_no_milestone(said: str) -> None:
    assert split_plan(said).milestones == ()
