"""Tables that were saved as plain text, their cells parted by tabs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from taskxl.findings import Finding
from taskxl.intake.grids import Book, Sheet, Value
from taskxl.master.list_rules import HEADER
from taskxl.master.reading.header import read_header_word
from taskxl.text import squeeze

_Row = tuple[int, list[str]]


def restore_tables(book: Book) -> tuple[Book, list[Finding]]:
    """Return a text's book with its tables as a sheet; the same book when it holds none.

    Row numbers of the sheet are line numbers of the text. Where a program wrote each cell in a
    line of its own, cells cannot be told apart: that is said (M108).
    """
    if book.sheets or not book.lines:
        return book, []
    rows = [(line.number, line.text.split("\t")) for line in book.lines if line.text.strip()]
    if not any(_is_header(cells) for _, cells in rows):
        return book, _report_lost_cells(book)
    return replace(book, sheets=(Sheet("文本", tuple(_fill(_align(rows)))),), lines=()), []


def _is_header(cells: Sequence[str]) -> bool:
    return len(cells) > 2 and sum(read_header_word(cell) is not None for cell in cells) >= 3


def _align(rows: Sequence[_Row]) -> Iterator[_Row]:
    """Put cells under their header again where a line has lost its leading tabs.

    A number goes under the number's header; other cells end where the header ends.
    """
    width, number = 0, 0
    for at, cells in rows:
        if _is_header(cells):
            fields = [(read_header_word(cell) or ("", False))[0] for cell in cells]
            width, number = len(cells), fields.index("number") if "number" in fields else 0
        missing = width - len(cells)
        if missing > 0 and len(cells) > 1 and cells[0].strip():
            counts = re.fullmatch(r"\d+", squeeze(cells[0])) is not None
            cells = [""] * (number if counts else missing) + cells
        yield at, cells


def _fill(rows: Iterator[_Row]) -> Iterator[tuple[Value, ...]]:
    """Yield the rows of a sheet, blank ones for lines that hold nothing."""
    at = 1
    for number, cells in rows:
        while at < number:
            yield ()
            at += 1
        yield tuple(cell.strip() or None for cell in cells)
        at += 1


def _report_lost_cells(book: Book) -> list[Finding]:
    """Say so when the words of a header stand in lines of their own: the cells were lost."""
    count = 0
    for line in book.lines:
        word = read_header_word(line.text) if line.text.strip() else None
        count = count + 1 if word and word[1] else 0
        if count == 3:
            return [
                HEADER.found(
                    f"第{line.number}行附近像是表格另存成的文本，单元格的界限已经丢失，无法分辨各栏。"
                    "请改用原来的 Excel 或 Word 文件。",
                    file=book.name,
                )
            ]
    return []
