"""Text copied out of a PDF: however wide the page was, the same tasks as in the whole text."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.findings import Finding
from taskxl.intake.grids import Book, Line
from taskxl.master.reading.broken_lines import join_broken_lines
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Task

WHOLE = (
    "关于印发《柳湾区2024年校园安全整治任务分解方案》的通知",
    "各镇（街道），区直有关单位：",
    "现将《柳湾区2024年校园安全整治任务分解方案》印发给你们，请结合各自职责认真抓好落实。",
    "柳湾区2024年校园安全整治任务分解方案",
    "一、消除安全隐患",
    "1.排查校舍和围墙隐患，对鉴定为危房的校舍一律停用，年内完成38所学校的加固改造。",
    "牵头单位：区教育局",
    "责任单位：区住房城乡建设局、区财政局、区应急管理局，各镇人民政府",
    "完成时限：2024年9月底前",
    "2.整治校门口交通秩序，施划斑马线，上下学时段安排民警和志愿者值守，全区不少于120处。",
    "牵头单位：区公安分局交通警察大队",
    "责任单位：区教育局、区城市管理局、各镇（街道）",
    "完成时限：2024年6月30日前",
    "3.规范校园食堂采购和留样，推行“互联网+明厨亮灶”，严查过期变质食品进入校园的行为。",
    "牵头单位：区市场监督管理局",
    "责任单位：区教育局、区卫生健康局",
    "完成时限：第三季度",
    "二、健全长效机制",
    "4.建立校园安全工作月调度制度，每月通报隐患整改进度，对整改不力的单位进行约谈提醒。",
    "牵头单位：区教育局、区应急管理局",
    "责任单位：各成员单位",
    "完成时限：长期坚持",
    "5.组织开展防溺水、防欺凌、防诈骗等主题教育活动，覆盖全区中小学校和幼儿园学生5.2万人次。",
    "牵头单位：区教育局",
    "责任单位：团区委、区妇联、区关心下一代工作委员会",
    "完成时限：12月中旬",
)
_NEVER_FIRST = "，。、；：）》”%"


def wrap(text: str, width: int) -> list[str]:
    """Break a paragraph as a page does: no line begins with a stop, the first one is indented."""
    lines: list[str] = []
    rest, room = text, width - 2
    while len(rest) > room:
        end = room
        while rest[end] in _NEVER_FIRST or (rest[end - 1] + rest[end]).isdigit():
            end -= 1
        lines.append(rest[:end])
        rest, room = rest[end:], width
    return [*lines, rest]


def book_of(texts: list[str]) -> Book:
    return Book("方案.txt", "text", (), tuple(Line(n, text) for n, text in enumerate(texts, 1)))


def read(texts: list[str]) -> tuple[tuple[Task, ...], tuple[Finding, ...]]:
    found, findings = read_task_list([book_of(texts)])
    assert found.year == 2024
    return found.tasks, findings


def tell(tasks: tuple[Task, ...]) -> list[tuple[object, ...]]:
    return [
        (
            *(task.number, task.title, task.section, task.lead_offices, task.supporting_offices),
            tuple((entry.text, entry.due) for entry in task.milestones),
        )
        for task in tasks
    ]


def test_the_whole_text_has_five_tasks() -> None:
    tasks, findings = read(list(WHOLE))
    assert [task.number for task in tasks] == ["1", "2", "3", "4", "5"]
    assert not [finding for finding in findings if finding.code == "M115"]


@settings(max_examples=40)
@given(
    width=st.integers(20, 40),
    pages=st.lists(st.integers(1, 60), max_size=4, unique=True),
    spaced=st.booleans(),
)
def test_a_text_broken_at_any_width_has_the_same_tasks(
    width: int, pages: list[int], spaced: bool
) -> None:
    lines = list(chain.from_iterable(wrap(text, width) for text in WHOLE))
    if spaced:
        lines = [line.replace("2024年", "2024 年").replace("月底", " 月底") for line in lines]
    for number, at in enumerate(sorted(pages, reverse=True)):
        lines.insert(min(at, len(lines)), f"— {len(pages) - number} —")
    tasks, findings = read(lines)
    assert tell(tasks) == tell(read(list(WHOLE))[0])
    assert [f.severity for f in findings if f.code == "M115"] == ["info"]
    assert "请与原件核对" in str(findings[0])


@settings(max_examples=40)
@given(st.lists(st.integers(20, 44), min_size=3, max_size=12), st.booleans())
def test_paragraphs_of_a_line_each_are_never_joined(lengths: list[int], ended: bool) -> None:
    words = (
        "推进城乡学校建设改造提升工程按期完成年度目标任务并做好验收移交及资料归档工作确保质量安全"
    )
    texts = [f"{words[:length]}{'。' if ended else ''}" for length in lengths]
    for shown in (texts, [f"{n}.{text}" for n, text in enumerate(texts, 1)]):
        book = book_of(["柳湾区2024年重点工作任务", *shown])
        assert join_broken_lines(book) == (book, [])


def test_what_a_word_processor_numbers_or_calls_a_heading_is_a_paragraph() -> None:
    lines = list(chain.from_iterable(wrap(text, 24) for text in WHOLE))
    book = book_of(lines)
    assert [line.text for line in join_broken_lines(book)[0].lines] == list(WHOLE)
    for first in (Line(1, lines[0], label="1."), Line(1, lines[0], style="heading 1")):
        styled = Book(book.name, book.kind, (), (first, *book.lines[1:]))
        joined, _ = join_broken_lines(styled)
        assert [line.text for line in joined.lines] == [lines[0], lines[1], *WHOLE[1:]]
        assert joined.lines[0] == first
        long = Book(book.name, book.kind, (), (Line(0, "修路" * 60, label="1."), *book.lines))
        assert [line.text for line in join_broken_lines(long)[0].lines[1:]] == list(WHOLE)


@pytest.mark.parametrize(
    ("upper", "lower", "joined"),
    [
        (
            "各牵头单位每月二十五日前把进展情况报送区委教育工作领导小组办公室联",
            "系人：林一。",
            True,
        ),
        ("各牵头单位每月二十五日前把进展情况报送区委教育工作领导小组办公室，", "30 所学校。", True),
        ("各牵头单位每月二十五日前把进展情况报送区委教育工作领导小组办公室。", "再发通知。", False),
        ("各牵头单位每月二十五日前把进展情况报送区委教育工作领导小组办公室", "6.修路。", False),
        ("各牵头单位每月二十五日前报送进展情况", "再发通知。", False),
        ("各牵头单位要对照《柳湾区校园安全", "整治方案》抓好落实。", True),
        ("各牵头单位每月二十五日前把进展情况报送区委教育工作领导小组办公室", "附件：名单", False),
    ],
)
def test_which_line_goes_on_with_the_one_above(upper: str, lower: str, joined: bool) -> None:
    lines = [line for text in WHOLE for line in wrap(text, 34)]
    texts = [line.text for line in join_broken_lines(book_of([*lines, upper, lower]))[0].lines]
    shown = lower.replace("30 所", "30所")
    assert (texts[-1] == f"{upper}{shown}") is joined
    assert (texts[-1] == lower) is not joined


def test_a_title_in_two_lines_between_blank_ones_is_one() -> None:
    lines = [line for text in WHOLE[4:] for line in wrap(text, 26)]
    texts = ["柳湾区2024年中小学校和幼儿园", "安全整治任务分解方案", "", *lines]
    found, _ = read_task_list([book_of(texts)])
    assert found.title == "柳湾区2024年中小学校和幼儿园安全整治任务分解方案"
    assert [task.number for task in found.tasks] == ["1", "2", "3", "4", "5"]


def test_a_page_mark_divides_no_item() -> None:
    tasks, _ = read(
        [
            *("2024年工作要点", "1.修缮校舍。", "- 1 -", "由区教育局牵头，各镇配合，6月底前完成。"),
            *("2.改造厕所。", "第2页", "（区住建局负责，入冬前完成）"),
        ]
    )
    assert [task.lead_offices for task in tasks] == [("区教育局",), ("区住建局",)]
