"""A drawing of any words and any order: what was written into its cells is read out of them."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.forms.issue import render_form
from taskxl.forms.returned.catalog import form_texts
from taskxl.forms.returned.headings import check_headings
from taskxl.forms.returned.reader import Expected, read_return
from taskxl.forms.template.template import compile_template, drawn_layout
from taskxl.intake.reading import read_book
from taskxl.model import Return
from taskxl.resources import template
from tests.returned_support import MASTER, PERIOD, compose

WORDS = ("编号", "名称", "计划", "股室", "状态", "进展", "问题", "备注", "标识")
STEPS = ("编号", "名称", "内容", "时限", "状态", "完成日期", "说明", "标识")
# Words of which any caption may be made, those that mean another column among them.
PIECES = (
    "具体",
    "内容",
    "进展",
    "情况",
    "问题",
    "任务",
    "备注",
    "甲",
    "乙",
    "丙",
    "栏",
    "本月",
    "事",
)
CAPTION = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
HEAD_LINES = (
    (("A2", "申报单位（盖章）：{{股室}}　填报人：{{填报人}}"),),
    (("A2", "{{股室}}"), ("C2", "经手同志"), ("D2", "{{填报人}}")),
    (("A2", "部门"), ("B2", "{{股室}}"), ("D2", "由 {{填报人}} 于 {{填报日期}} 填写")),
    (("A2", "本表由{{股室}}负责，经手：{{填报人}}"),),
)


@dataclass(frozen=True)
class Drawn:
    """A drawing, and where in it the answers go."""

    content: bytes
    columns: Mapping[str, int]
    steps: Mapping[str, int]


def draw(
    words: Sequence[str],
    captions: Mapping[str, str],
    steps: Sequence[str] = STEPS,
    called: Mapping[str, str] | None = None,
    lines: Sequence[tuple[str, str]] = HEAD_LINES[0],
) -> Drawn:
    """Draw a form with columns in this order under these captions."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page, second = book.add_worksheet("月报"), book.add_worksheet("时间表")
        page.write("A1", "{{标题}}")
        for cell, text in lines:
            page.write_string(cell, text)
        for place, word in enumerate(words):
            page.write_string(3, place, captions[word])
            page.write_string(4, place, f"{{{{任务.{word}}}}}")
        for place, word in enumerate(steps):
            second.write_string(1, place, (called or {}).get(word, f"第{place}列"))
            second.write_string(2, place, f"{{{{节点.{word}}}}}")
    return Drawn(
        buffer.getvalue(),
        {word: n for n, word in enumerate(words, 1)},
        {word: n for n, word in enumerate(steps, 1)},
    )


def fill(drawn: Drawn, cells: Mapping[str, str] | None = None) -> bytes:
    """Return the form of 办公室 with every answer typed in, and `cells` besides."""
    book = openpyxl.load_workbook(
        io.BytesIO(render_form(compile_template(drawn.content), compose("办公室")))
    )
    page, second = book["月报"], book["时间表"]
    ids = drawn.columns["标识"]
    for row in range(5, page.max_row + 1):
        if task := page.cell(row, ids).value:
            page.cell(row, drawn.columns["状态"]).value = "正常推进"
            for word in ("进展", "问题", "备注"):
                page.cell(row, drawn.columns[word]).value = f"写{word}{task}"
    for row in range(3, second.max_row + 1):
        if step := second.cell(row, drawn.steps["标识"]).value:
            second.cell(row, drawn.steps["状态"]).value = "未完成"
            second.cell(row, drawn.steps["说明"]).value = f"写说明{step}"
    for cell, text in (cells or {}).items():
        page[cell].value = text
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(drawn: Drawn, content: bytes) -> Return:
    texts = form_texts(read_book(drawn.content, "附件2.xlsx", "xlsx"))
    book = read_book(content, "回.xlsx", "xlsx")
    return read_return(Expected(MASTER, PERIOD, texts), book, "回.xlsx")


def assert_all_in_place(ret: Return) -> None:
    assert (ret.code, ret.unplaced) == (None, ())
    (form,) = ret.submissions
    assert form.office == "办公室"
    assert [(e.task, e.status, e.progress, e.obstacles, e.remarks) for e in form.entries] == [
        (n, "正常推进", f"写进展{n}", f"写问题{n}", f"写备注{n}") for n in ("1", "2", "3")
    ]
    assert {(m.milestone, m.state, m.note) for m in form.milestones} == {
        ("1/1", "未完成", "写说明1/1"),
        ("2/1", "未完成", "写说明2/1"),
    }


@settings(max_examples=60, deadline=None)
@given(st.permutations(WORDS), st.lists(CAPTION, min_size=9, max_size=9, unique=True), st.data())
def test_columns_are_known_whatever_they_are_called_and_wherever_they_stand(
    words: list[str], captions: list[str], data: st.DataObject
) -> None:
    steps = data.draw(st.permutations(STEPS))
    called = data.draw(st.lists(CAPTION, min_size=8, max_size=8, unique=True))
    drawn = draw(
        words, dict(zip(WORDS, captions, strict=True)), steps, dict(zip(STEPS, called, strict=True))
    )
    assert_all_in_place(read(drawn, fill(drawn)))


@pytest.mark.parametrize("word", WORDS)
def test_a_heading_that_was_taken_away_or_changed_leaves_its_column_known(word: str) -> None:
    captions = {w: f"{w}甲" for w in WORDS}
    for lost in (None, "另外的话"):
        drawn = draw(WORDS, captions)
        content = fill(drawn)
        book = openpyxl.load_workbook(io.BytesIO(content))
        book["月报"].cell(4, drawn.columns[word]).value = lost
        buffer = io.BytesIO()
        book.save(buffer)
        ret = read(drawn, buffer.getvalue())
        kept = [one.text for one in ret.unplaced]
        assert kept in ([], [lost])
        (form,) = ret.submissions
        assert [e.progress for e in form.entries] == ["写进展1", "写进展2", "写进展3"]
        assert [e.remarks for e in form.entries] == ["写备注1", "写备注2", "写备注3"]


def test_the_whole_header_may_be_gone() -> None:
    drawn = draw(WORDS, {w: f"{w}甲" for w in WORDS})
    book = openpyxl.load_workbook(io.BytesIO(fill(drawn)))
    book["月报"].delete_rows(4)
    buffer = io.BytesIO()
    book.save(buffer)
    assert_all_in_place(read(drawn, buffer.getvalue()))


@pytest.mark.parametrize("lines", HEAD_LINES)
def test_what_the_program_wrote_above_the_table_is_never_unplaced(
    lines: Sequence[tuple[str, str]],
) -> None:
    drawn = draw(WORDS, {w: w for w in WORDS}, lines=lines)
    assert_all_in_place(read(drawn, fill(drawn)))


@pytest.mark.parametrize(
    ("lines", "typed"),
    [
        (HEAD_LINES[0], {"A2": "申报单位（盖章）：办公室　填报人：王 小 五"}),
        (HEAD_LINES[0], {"A2": "申报单位(盖章)：办公室　填报人:", "B2": "王 小 五"}),
        (HEAD_LINES[1], {"D2": "王 小 五"}),
        (HEAD_LINES[2], {"D2": "由 王 小 五 于 4月22日 填写"}),
        (HEAD_LINES[3], {"A2": "本表由办公室负责，经手：王 小 五"}),
    ],
)
def test_head_lines_are_read_as_they_were_drawn(
    lines: Sequence[tuple[str, str]], typed: Mapping[str, str]
) -> None:
    drawn = draw(WORDS, {w: w for w in WORDS}, lines=lines)
    ret = read(drawn, fill(drawn, typed))
    assert_all_in_place(ret)
    assert ret.submissions[0].reporter == "王 小 五"


def test_check_names_the_headings_that_only_the_marks_tell() -> None:
    usual = dict(
        zip(
            WORDS,
            (
                "编号",
                "项目名称",
                "主要内容",
                "责任股室",
                "进度状态",
                "进展情况",
                "存在问题",
                "备注",
                "标识",
            ),
            strict=True,
        )
    )
    steps = dict(
        zip(
            STEPS,
            ("编号", "项目名称", "节点", "完成时限", "完成情况", "完成日期", "说明", "标识"),
            strict=True,
        )
    )
    lines = (("A2", "填报股室："), ("B2", "{{股室}}"))
    known = draw(WORDS, usual, called=steps, lines=lines)
    assert list(check_headings(drawn_layout(known.content))) == []
    assert list(check_headings(drawn_layout(template("附件2.xlsx")))) == []
    odd = draw(WORDS, usual | {"进展": "具体内容"}, called=steps, lines=(("A2", "{{股室}}"),))
    told = list(check_headings(drawn_layout(odd.content)))
    assert {(f.code, f.severity, f.sheet, f.cell) for f in told} == {
        ("F505", "info", "月报", "F"),
        ("F505", "info", "月报", "A2"),
    }
    assert "“具体内容”" in str(told)
