"""What a row of a list is that is no task: a section, a repeated header, a note, a total."""

import re
from collections.abc import Sequence

from taskxl.dates import read_number
from taskxl.master.reading.drafts import is_note, is_total, read_leader
from taskxl.master.reading.header import Grid, Header
from taskxl.plan_text import is_heading, read_ordinal
from taskxl.text import squeeze

_LEVELS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^第[一二三四五六七八九十]+[章节部]",
        r"^[一二三四五六七八九十]+、",
        r"^[(（][一二三四五六七八九十]+[)）]",
    )
)
_SECTION = re.compile("|".join(level.pattern for level in _LEVELS))
Filled = Sequence[tuple[int, str]]


def section_level(text: str) -> int:
    """Return how deep a section's marker is, -1 without one."""
    return next((n for n, mark in enumerate(_LEVELS) if mark.search(text)), -1)


def is_marked_section(text: str) -> bool:
    """Tell whether a text begins as a section does."""
    return _SECTION.search(text) is not None


def leave_helpers_out(grid: Grid, header: Header, filled: Filled) -> list[tuple[int, str]]:
    """Return a row's cells without those of helper columns: hidden ones and those nobody knows."""
    known = {column.index for column in header.columns if column.field}
    hidden = grid.sheet.hidden_columns
    seen = [(index, text) for index, text in filled if index in known and index not in hidden]
    return seen or list(filled)


def is_repeated_header(grid: Grid, header: Header, filled: Filled) -> bool:
    """Tell whether a row says again what the header's rows say in the same columns."""
    said = [
        (index, squeeze(text))
        for row in range(max(header.top, 1), header.bottom + 1)
        for index, text in grid.filled(row)
    ]
    row = [(index, squeeze(text)) for index, text in filled]
    return len(row) > 1 and sum(cell in said for cell in row) * 3 >= len(row) * 2


def is_beside_the_list(header: Header, filled: Filled, among_notes: bool) -> bool:
    """Tell whether a row is a note, a signature, a page number or a total.

    `among_notes`: the row above is a note that may go on here.
    """
    number = next((column.index for column in header.of("number")), 0)
    if len(filled) == 1 and filled[0][0] == number and filled[0][1].isdigit():
        return False
    if among_notes and len(filled) == 1 and not _SECTION.search(filled[0][1]):
        return read_leader(filled[0][1]) is None
    texts = [text for _, text in filled]
    return any(map(is_total, texts[:2])) or all(map(is_note, texts))


def read_section(grid: Grid, header: Header, row: int, filled: Filled) -> str | None:
    """Return the text of a section row, None when the row is none."""
    number = next((c.index for c in header.of("number")), 0)
    title = next((c.index for c in header.of("title")), 0)
    first = min(c.index for c in header.columns)
    if len(filled) == 2 and (filled[0][0], filled[1][0]) == (number, title):
        ordinal, text = filled[0][1], filled[1][1]
        if re.fullmatch(r"[一二三四五六七八九十]+、?", ordinal) and _counts_in_digits(
            grid, header, row
        ):
            return f"{ordinal.rstrip('、')}、{text}"
        area = grid.area(row, title)
        if area.top == area.bottom and area.right >= _last_column(header) > title:
            return text
        if _counts_below(grid, header, row, ordinal):
            return text
    if len(filled) != 1:
        return None
    column, text = filled[0]
    area = grid.area(row, column)
    wide = area.right > area.left and area.top == area.bottom
    if read_number(text) is not None and column == number and not wide:
        return None
    if wide and area.left <= max(number, title, first):
        return text
    if read_leader(text) or _SECTION.search(text):
        return text if column in (first, number, title) else None
    leading = column in (first, number) and column != title and len(text) > 1
    return text if leading and not _looks_like_plan(text) else None


def _last_column(header: Header) -> int:
    return max(column.index for column in header.columns)


def _looks_like_plan(text: str) -> bool:
    return is_heading(text) or read_ordinal(text) is not None or "。" in text


def _next_number_text(grid: Grid, header: Header, row: int) -> str:
    columns = header.of("number")
    if not columns:
        return ""
    below = (grid.text(r, columns[0].index) for r in range(row + 1, grid.height + 1))
    return squeeze(next((text for text in below if text), ""))


def _counts_in_digits(grid: Grid, header: Header, row: int) -> bool:
    """Tell whether the next number below a row is written in digits."""
    return re.match(r"\d", _next_number_text(grid, header, row)) is not None


def _counts_below(grid: Grid, header: Header, row: int, ordinal: str) -> bool:
    """Tell whether the numbers below a row are parts of its own: 1.1 below 1."""
    own = squeeze(ordinal).rstrip(".、")
    following = _next_number_text(grid, header, row)
    return own.isdigit() and re.match(rf"{own}[.\-]\d", following) is not None
