"""Small files that ask for much: each is refused, or read in time that follows its size."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from taskxl.forms.returned.reader import read_return
from taskxl.intake import spreadsheets
from taskxl.intake.grids import Book, Kind, Sheet, Value
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused
from tests.packages import TRANSITIONAL, raw_document, raw_workbook, relations
from tests.returned_support import EXPECTED, HEADER

LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD_CELL = '<w:tc><w:tcPr><w:gridSpan w:val="999999"/></w:tcPr><w:p/></w:tc>'


def measure_machine() -> float:
    """Return how much slower than the machine of these figures this one is just now, at least 1."""
    start = time.process_time()
    sum(number * number % 7 for number in range(1_000_000))
    return max(1.0, (time.process_time() - start) / 0.08)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail where the block takes more processor time: it took minutes before it was mended."""
    slowness = measure_machine()
    start = time.process_time()
    yield
    took = time.process_time() - start
    assert took < seconds * max(slowness, measure_machine())


def refusal_of(content: bytes, name: str, kind: Kind) -> str:
    with pytest.raises(Refused) as refused:
        read_book(content, name, kind)
    return refused.value.code


def test_a_million_blank_rows_above_a_stray_cell_cost_a_form_little() -> None:
    """Found by benchmarks/fuzz_intake.py, seed 8: over six seconds, and so refused."""
    header = tuple[Value, ...](HEADER[:8])
    rows = (header, *[()] * 1_048_574, ("尾",))
    with at_most(1.5):
        read = read_return(EXPECTED, Book("a.xlsx", "xlsx", (Sheet("表", rows),)), "a.xlsx")
    assert read.code == "R205"


@pytest.mark.parametrize("content", [b"a," * 6_000_000, b"\n" * 6_000_000, b"\r" * 6_000_000])
def test_a_text_of_millions_of_cells_or_lines_is_refused_unbuilt(content: bytes) -> None:
    with at_most(2):
        assert refusal_of(b"a,b\n" + content, "a.csv", "csv") == "R204"
        assert refusal_of(b"a\n" + content, "a.txt", "text") == "R204"


def test_a_list_of_many_items_on_a_page_is_numbered_once_through() -> None:
    with at_most(6):
        book = read_book(b"<html><ol>" + b"<li>x" * 60_000, "a.html", "html")
    assert [line.label for line in book.lines[:3]] == ["1.", "2.", "3."]
    assert book.lines[-1].label == "60000."


def test_a_paragraph_of_many_pieces_on_a_page_is_joined_once() -> None:
    with at_most(8):
        book = read_book(b"<html><p>" + b"xxxxxxxx<b>y</b>" * 250_000, "a.html", "html")
    assert len(book.lines[0].text) == 9 * 250_000


def test_a_page_whose_cells_claim_to_be_wide_is_refused() -> None:
    page = b"<html><table>" + b"<tr><td colspan=1000>x<td>x" * 6000 + b"</table>"
    with at_most(4):
        assert refusal_of(page, "a.html", "html") == "R204"


def test_many_tables_on_a_page_are_counted_together() -> None:
    page = b"<html>" + b"<table><tr><td colspan=1000>x<td>x</table>" * 6000
    with at_most(6):
        assert refusal_of(page, "a.html", "html") == "R204"


def test_a_document_whose_cells_claim_to_be_wide_is_refused() -> None:
    rows = f"<w:tr>{WORD_CELL * 1000}</w:tr>" * 90
    assert refusal_of(raw_document(f"<w:tbl>{rows}</w:tbl>"), "a.docx", "docx") == "R204"


def test_a_row_of_many_joined_cells_in_a_document_is_read_in_one_pass() -> None:
    cell = "<w:tc><w:tcPr><w:hMerge/></w:tcPr><w:p/></w:tc>"
    first = "<w:tc><w:tcPr/><w:p/></w:tc>"
    content = raw_document(f"<w:tbl><w:tr>{(first + cell) * 30_000}</w:tr></w:tbl>")
    with at_most(8):
        (sheet,) = read_book(content, "a.docx", "docx").sheets
    assert len(sheet.merges) == 30_000


def test_one_sheet_part_listed_many_times_is_refused() -> None:
    sheets = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId1"/>' for n in (1, 2))
    book = (
        f'<workbook xmlns="{TRANSITIONAL}" xmlns:r="{LINKS}"><sheets>{sheets}</sheets></workbook>'
    )
    content = raw_workbook("<row><c><v>1</v></c></row>", extra={"xl/workbook.xml": book})
    assert refusal_of(content, "a.xlsx", "xlsx") == "R201"


def test_comments_linked_many_times_are_read_once() -> None:
    comments = '<comments><comment ref="A1"><text><t>批注</t></text></comment></comments>'
    links = relations(*[("comments", "../comments.xml")] * 2000)
    content = raw_workbook(
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        extra={"xl/comments.xml": comments, "xl/worksheets/_rels/sheet1.xml.rels": links},
    )
    (sheet,) = read_book(content, "a.xlsx", "xlsx").sheets
    assert [note.text for note in sheet.notes] == ["批注"]


def test_merges_and_notes_count_towards_the_limit_of_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    monkeypatch.setattr(spreadsheets, "bound_cells", counted.append)
    content = raw_workbook(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c></row>',
        after='<mergeCells><mergeCell ref="A2:B2"/></mergeCells>'
        "<headerFooter><oddHeader>秘密</oddHeader></headerFooter>",
    )
    read_book(content, "a.xlsx", "xlsx")
    assert counted[-1] == 2 + 1 + 1
