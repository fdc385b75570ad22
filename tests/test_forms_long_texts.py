"""Texts too long for one row of Excel's height go on in further rows and come back whole."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.forms.issue import compose_form, render_form
from taskxl.forms.returned.catalog import form_texts
from taskxl.forms.returned.reader import Expected, read_return
from taskxl.forms.template.heights import HIGHEST, count_lines, cut_text
from taskxl.forms.template.template import compile_template
from taskxl.intake.reading import read_book
from taskxl.model import Entry, MasterList, Return
from taskxl.resources import template
from taskxl.text import squeeze
from tests.returned_support import MASTER, PERIOD

SHIPPED = compile_template(template("附件2.xlsx"))
TEXTS = form_texts(read_book(template("附件2.xlsx"), "附件2.xlsx", "xlsx"))
SENTENCES = st.sampled_from(
    [
        "完成选址论证；",
        "一是召开现场会，走访12所学校。",
        "下达经费210万元，",
        "\n二是",
        "推进改造！",
        "abc 123 ",
    ]
)
LONG = st.tuples(st.lists(SENTENCES, min_size=1, max_size=12), st.integers(1, 60)).map(
    lambda pair: "".join(pair[0]) * pair[1]
)


@given(LONG, st.sampled_from([10.5, 12.0, 16.0]), st.integers(4, 80))
def test_every_piece_fits_into_a_row_and_none_is_lost(text: str, size: float, columns: int) -> None:
    pieces = cut_text(text, size, columns)
    assert squeeze("".join(pieces)) == squeeze(text)
    for piece in pieces:
        assert count_lines(piece, columns) * size * 1.36 + 6 <= HIGHEST + 1


def issue(plan: str, progress: str, obstacles: str = "") -> tuple[MasterList, bytes]:
    first, *others = MASTER.tasks
    master = replace(MASTER, tasks=(replace(first, content=plan), *others))
    before = {("1", "办公室"): Entry("1", "办公室", "正常推进", progress, obstacles)}
    form = compose_form(master, "办公室", PERIOD, date(2021, 4, 25), before)
    return master, render_form(SHIPPED, form)


def read(master: MasterList, content: bytes) -> Return:
    book = read_book(content, "回.xlsx", "xlsx")
    return read_return(Expected(master, PERIOD, TEXTS), book, "回.xlsx")


@settings(max_examples=25, deadline=None)
@given(LONG, LONG, st.booleans())
def test_what_was_prefilled_is_read_back_whole(plan: str, progress: str, marked: bool) -> None:
    master, content = issue(plan.strip() or "无", progress)
    if not marked:
        content = paste_values(content)
    ret = read(master, content)
    (form,) = ret.submissions
    entries = {entry.task: entry for entry in form.entries}
    assert set(entries) == {"1", "2", "3"}
    assert form.altered == ()
    if marked:
        assert squeeze(entries["1"].progress) == squeeze(progress)
        assert ret.unplaced == ()
        assert ret.findings == ()
    kept = entries["1"].progress + "".join(one.text for one in ret.unplaced)
    for piece in progress.split("\n"):
        assert squeeze(piece)[:20] in squeeze(kept)


def paste_values(content: bytes) -> bytes:
    """Return the form's values in a new workbook, ids and marks gone."""
    book, new = openpyxl.load_workbook(io.BytesIO(content)), openpyxl.Workbook()
    for name in ("进展情况表", "节点完成情况"):
        sheet = new.create_sheet(f"{name}（值）")
        last = 9 if name == "进展情况表" else 8
        for row in book[name].iter_rows(values_only=True):
            sheet.append([None if str(v).startswith("=") else v for v in row[: last - 1]])
    del new["Sheet"]
    buffer = io.BytesIO()
    new.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("length", [50, 4000, 12000])
def test_no_row_is_higher_than_excel_allows_and_all_of_it_is_printed(length: int) -> None:
    plan = "完成明厨亮灶改造并组织验收，形成书面报告。" * (length // 21)
    _, content = issue(plan, "已开会。" * (length // 5))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["进展情况表"]
    heights = [sheet.row_dimensions[n].height or 0 for n in range(1, sheet.max_row + 1)]
    assert max(heights) <= HIGHEST
    shown = "".join(str(sheet.cell(n, 3).value or "") for n in range(6, sheet.max_row + 1))
    assert squeeze(plan) in squeeze(shown)
    ids = [sheet.cell(n, 9).value for n in range(6, sheet.max_row + 1) if sheet.cell(n, 9).value]
    assert ids == ["1", "2", "3"]


def test_an_answer_may_go_on_where_the_issued_text_did() -> None:
    master, content = issue("建校。", "三月的旧话，很长。" * 300)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["进展情况表"]
    rows = [n for n in range(6, sheet.max_row + 1) if sheet.cell(n, 9).value == "1"]
    sheet.cell(rows[0], 6).value = "四月开工，进展顺利。"
    sheet.cell(rows[0] + 1, 6).value = "第二段新话。"
    buffer = io.BytesIO()
    book.save(buffer)
    entry = read(master, buffer.getvalue()).submissions[0].entries[0]
    assert entry.progress.startswith("四月开工，进展顺利。\n第二段新话。")
