"""Bloated files: what says nothing is cut out before it costs anything, and nothing else is."""

import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from taskxl.intake import slimming
from taskxl.intake.gate import Refused, check_content, read_return_book
from taskxl.intake.kinds import find_kind
from taskxl.intake.refusals import Limits
from taskxl.intake.slimming import slim_sheet

CELLS = st.sampled_from(
    ["", '<c r="{}" s="3"/>', '<c r="{}"  s="3" />', '<c r="{}" t="n"><v>1</v></c>',
     '<c r="{}" t="inlineStr"><is><t>a/&gt;b</t></is></c>', '<c s="1" r="{}" t="s"><v>0</v></c>']
)  # fmt: skip
ROWS = st.lists(st.tuples(st.sampled_from(['s="3" customFormat="1"', "", 'ht="15"']), st.lists(CELLS, max_size=4)), max_size=8)  # fmt: skip


def write_sheet(rows: list[tuple[str, list[str]]]) -> bytes:
    text = ""
    for number, (about, cells) in enumerate(rows, 1):
        inside = "".join(cell.format(f"{'ABCD'[n]}{number}") for n, cell in enumerate(cells))
        empty = not inside and number % 2
        text += f'<row r="{number}" {about}' + ("/>" if empty else f">{inside}</row>\n")
    return f'<worksheet xmlns="u"><sheetData>{text}</sheetData><pageSetup/></worksheet>'.encode()


def words_of(data: bytes) -> list[tuple[str | None, str]]:
    cells = etree.fromstring(data).iter("{*}c")
    return [(c.get("r"), "".join(map(str, c.itertext()))) for c in cells if len(c)]


@given(ROWS)
def test_slimming_takes_away_nothing_that_is_written(rows: list[tuple[str, list[str]]]) -> None:
    data = write_sheet(rows)
    slim = slim_sheet(data)
    assert words_of(slim) == words_of(data)
    assert b's="3"/>' not in slim
    assert etree.fromstring(slim)[-1].tag.endswith("pageSetup")


@pytest.mark.parametrize(
    "sheet",
    [
        b'<w><row><c s="1"/><c><v>1</v></c></row></w>',
        b'<w><row r="1"><!-- <c r="A1"/> --></row></w>',
        b'<w><row r="1"><c r="A1"><is><t><![CDATA[<c r="B1"/>]]></t></is></c></row></w>',
    ],
)
def test_a_sheet_in_which_places_are_not_written_stays_as_it_is(sheet: bytes) -> None:
    assert slim_sheet(sheet) == sheet


def bloat(rows: int, cells: int) -> bytes:
    """Return a workbook with two words and so many blank styled rows and cells below."""
    import openpyxl

    book, buffer, out = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.active["A1"], book.active["B2"] = "编号", "进展"
    book.save(buffer)
    blank = b"".join(
        b'<row r="%d" s="1">' % n + b'<c r="A%d" s="1"/>' % n * cells + b"</row>"
        for n in range(10, 10 + rows)
    )
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith(slimming.SHEETS):
                part = part.replace(b"</sheetData>", blank + b"</sheetData>")
            new.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(("rows", "cells"), [(500_000, 0), (20_000, 50)])
def test_a_bloated_sheet_is_read(rows: int, cells: int) -> None:
    content = bloat(rows, cells)
    started = time.process_time()
    kind = check_content(content, "表.xlsx")
    (sheet,) = read_return_book(content, "表.xlsx", kind).sheets
    assert [value for _, _, value in sheet.cells()] == ["编号", "进展"]
    assert len(sheet.rows) == 2
    assert time.process_time() - started < 8


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_a_line_longer_than_any_table_is_refused_at_once(end: bytes) -> None:
    content = b"a,b,c" + end + b"x," * (9 << 20)
    started = time.process_time()
    with pytest.raises(Refused) as caught:
        read_return_book(content, "表.csv", "csv")
    assert caught.value.code == "R204"
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(60), "进展情况表.xlsx.lnk"),
        (b"[InternetShortcut]\r\nURL=http://localhost/\r\n", "进展.url"),
    ],
)
def test_a_shortcut_is_a_link(content: bytes, name: str) -> None:
    with pytest.raises(Refused) as caught:
        find_kind(content, name, Limits())
    assert caught.value.code == "R210"
