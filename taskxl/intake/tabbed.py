"""Word tables saved as plain text, each cell on lines of its own that a tab begins."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from taskxl.intake.cleaning import Cleaner
from taskxl.intake.grids import Line, Sheet, Value
from taskxl.text import squeeze

_NARROWEST = 3  # cells of a row; fewer are as well paragraphs with an indented first line
_LONGEST_CAPTION = 30

_Row = tuple[int, list[str]]


def read_tabbed(lines: Sequence[str], cleaner: Cleaner) -> tuple[list[Sheet], list[Line]] | None:
    """Return a text's tables and its other lines; None where it has no such table.

    A tab begins a cell, further lines go on with it; a blank line before a tab ends the row, two
    blank ones end the table. Row numbers of a sheet are line numbers of the text.
    """
    sheets: list[Sheet] = []
    others: list[Line] = []
    for begins, table in _divide(lines):
        if begins:
            sheet = _read_table(table, cleaner)
            sheets.append(Sheet(f"表{len(sheets) + 1}", sheet, line=table[0][0]))
        else:
            others += (
                Line(number, shown)
                for number, line in table
                if (shown := cleaner.clean(line).strip())
            )
    return (sheets, others) if any(_is_table(sheet) for sheet in sheets) else None


def _divide(lines: Sequence[str]) -> Iterator[tuple[bool, list[tuple[int, str]]]]:
    """Yield (is it a table, its numbered lines) for each stretch of a text."""
    stretch: list[tuple[int, str]] = []
    inside = False
    blank = 0
    for number, line in enumerate(lines, 1):
        begins = line.startswith("\t")
        if stretch and ((begins and not inside) or (inside and not begins and blank > 1)):
            yield inside, stretch
            stretch, inside = [], False
        inside = inside or begins
        blank = 0 if line.strip() or begins else blank + 1
        stretch.append((number, line))
    if stretch:
        yield inside, stretch


def _read_table(
    lines: Iterable[tuple[int, str]], cleaner: Cleaner
) -> tuple[tuple[Value, ...], ...]:
    rows: list[_Row] = []
    blank = True
    for number, line in lines:
        if line.startswith("\t"):
            if blank:
                rows.append((number, []))
            rows[-1][1].append(line[1:])
        elif line.strip():
            rows[-1][1][-1] += f"\n{line}"
        blank = not (line.strip() or line.startswith("\t"))
    width = max(len(cells) for _, cells in rows)
    placed: list[tuple[Value, ...]] = []
    for number, cells in rows:
        placed += [()] * (number - 1 - len(placed))
        # What a page break has left of a row is its end; a cell alone is a section's name.
        missing = width - len(cells) if len(cells) > 1 else 0
        texts = (cleaner.clean(cell).strip() or None for cell in cells)
        placed.append((*[None] * missing, *texts))
    return tuple(placed)


def _is_table(sheet: Sheet) -> bool:
    """Tell whether a stretch is a table: rows of one width, the first of them short captions."""
    rows = [row for row in sheet.rows if row]
    width, times = Counter(map(len, rows)).most_common(1)[0]
    first = next(row for row in rows if len(row) == width)
    return (
        width >= _NARROWEST
        and times >= 2
        and len(rows) <= 2 * times
        and all(0 < len(squeeze(cell)) <= _LONGEST_CAPTION for cell in first)
    )
