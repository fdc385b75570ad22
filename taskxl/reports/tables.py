"""A sheet that is one table, as values: what it says, and where it will say it.

Links between sheets need to know where everything stands before anything is written. So each
sheet is a `Table` (what it says), `lay_out` gives it its rows (where it says it), and
`taskxl.reports.writing` puts them down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from taskxl.ooxml.references import LAST_ROW
from taskxl.reports.paper import (
    MAX_LINES,
    clean_text,
    count_lines,
    row_height,
    split_text,
    usable_units,
)
from taskxl.reports.styles import CELL_SIZE, HEADER_SIZE, Align, Tone
from taskxl.row_heights import text_units
from taskxl.text import call_offices

Key = tuple[str, ...]
"""What a link leads to: ("task", id, column), ("office", name), ("sheet", name) …"""
Anchors = Mapping[Key, tuple[str, int, int]]
"""Where it stands: sheet, row and column, counted from 1."""

TITLE_ROW, NOTE_ROW, HEADER_ROW = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to one of `targets`, the first that stands somewhere.

    Without a `text` of its own it names the place it leads to.
    """

    targets: tuple[Key, ...]
    text: str = ""


Value = str | int | float | date | Link | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with a colour or a comment."""

    value: Value
    tone: Tone = ""
    comment: str = ""


Content = Cell | Value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, its width in Excel's units, how its cells stand.

    A text that is too high for one row goes on in rows below; there the `repeated` columns say
    again what they say, so that a filter or a sort key keeps the rows together.

    Columns that `grow` share the table's `spare` width where it saves the most height; `width` is
    their least. What is not `printed`, at the table's end, stays beside the page.
    """

    header: str
    width: float
    align: Align = "center"
    number: str = ""
    repeated: bool = False
    hidden: bool = False
    grows: bool = False
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """A row over all columns: a heading, which may begin a page, or a remark inside the table."""

    text: str
    new_page: bool = False
    remark: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: one content a column; `key` makes the row's cells places to link to.

    The cell of column `c` is found under `(*key, header)` for the columns in `Table.anchored`,
    the row's first cell under `key`.
    """

    contents: tuple[Content, ...]
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What a sheet says; `title` and `note` stand above the header.

    Without sections it becomes an Excel table of the sheet's name, which can be sorted.

    In the summary sheets stand by `place`, the highest last, and 总览 names each with its `amount`.
    """

    sheet: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: Sequence[Row | Section]
    anchored: tuple[str, ...] = ()
    frozen_columns: int = 2
    empty: str = "（没有）"
    spare: float = 0.0
    part_column: str = ""
    """The column in which 续1, 续2 stand where a row goes on; "": the first one. Where it is
    another, a filter by the first column's numbers keeps the rows together."""
    place: int = 90
    amount: str = ""

    @property
    def printed(self) -> tuple[Column, ...]:
        """The columns that stand on the page."""
        return tuple(c for c in self.columns if c.printed and not c.hidden)

    def call_offices(self, word: str) -> "Table":
        """Return the table with the bureau's word for its offices in title, note and headers."""
        return replace(
            self,
            title=call_offices(self.title, word),
            note=call_offices(self.note, word),
            columns=tuple(replace(c, header=call_offices(c.header, word)) for c in self.columns),
        )

    @property
    def has_sections(self) -> bool:
        """Whether rows over all columns part the table."""
        return any(isinstance(row, Section) for row in self.rows)


@dataclass(frozen=True, slots=True)
class LaidRow:
    """One row of the sheet as it will stand: contents, height in points, the section it is.

    A row that `goes_on` with the one above stays on its sheet.
    """

    contents: tuple[Content, ...]
    height: float
    section: Section | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A table with its rows in place; `rows[0]` stands below the header row."""

    table: Table
    rows: tuple[LaidRow, ...]
    anchors: Anchors = field(default_factory=dict)


def lay_out(table: Table) -> Layout:
    """Give every row of a table its place, parting rows that are too high for Excel."""
    table = replace(table, columns=_share_width(table)) if table.spare else table
    rows: list[LaidRow] = []
    anchors: dict[Key, tuple[str, int, int]] = {(table.sheet,): (table.sheet, TITLE_ROW, 1)}
    anchored = [
        (number, column.header)
        for number, column in enumerate(table.columns, 1)
        if column.header in table.anchored
    ]
    headers = [column.header for column in table.columns]
    part_place = headers.index(table.part_column) if table.part_column else 0
    for row in table.rows:
        place = HEADER_ROW + 1 + len(rows)
        if isinstance(row, Section):
            rows += _lay_out_section(row, table.columns)
            continue
        if row.key is not None:
            anchors[row.key] = (table.sheet, place, 1)
            for number, header in anchored:
                anchors[(*row.key, header)] = (table.sheet, place, number)
        rows += _lay_out_row(row.contents, table.columns, part_place)
    if not rows:
        blank: tuple[Content, ...] = (table.empty, *[""] * (len(table.columns) - 1))
        rows.append(LaidRow(blank, row_height(1)))
    return Layout(table, tuple(rows), anchors)


def part_layout(layout: Layout, most: int = LAST_ROW - HEADER_ROW) -> list[Layout]:
    """Return a layout on as many sheets as its rows need, `most` on each: Excel has no more.

    Where the table has headings (a leader each) a sheet ends with one of them, if it is not half
    empty then; a row whose text goes on below is never parted.
    """
    if len(layout.rows) <= most:
        return [layout]
    starts = [0]
    while len(layout.rows) - starts[-1] > most:
        starts.append(_find_break(layout.rows, starts[-1], most))
    sheet = layout.table.sheet
    tables = [layout.table]
    for number in range(1, len(starts)):
        before = tables[-1]
        tables[-1] = replace(before, note=f"{before.note}（接下页“{sheet}续{number}”）")
        note = f"{layout.table.note}（上接“{before.sheet}”）"
        # 总览 says once how many there are.
        tables.append(replace(layout.table, sheet=f"{sheet}续{number}", note=note, amount=""))
    anchors: list[dict[Key, tuple[str, int, int]]] = [{} for _ in starts]
    for key, (_, row, column) in layout.anchors.items():
        at = row - HEADER_ROW - 1  # below 0: the title
        part = max((n for n, start in enumerate(starts) if start <= at), default=0)
        place = row - starts[part]
        anchors[part][key] = (tables[part].sheet, place, column)
    for table, own in zip(tables, anchors, strict=True):
        own[table.sheet,] = (table.sheet, TITLE_ROW, 1)
    ends = [*starts[1:], len(layout.rows)]
    return [
        Layout(table, layout.rows[start:end], own)
        for table, start, end, own in zip(tables, starts, ends, anchors, strict=True)
    ]


def _find_break(rows: Sequence[LaidRow], start: int, most: int) -> int:
    """Return where the next sheet begins, at most so many rows after the start of this one."""
    places = [n for n in range(start + most, start, -1) if not rows[n].goes_on]
    half = start + most // 2
    heading = next((n for n in places if n > half and _is_heading(rows[n])), None)
    if heading is not None:
        return heading
    under = (n for n in places if not _is_heading(rows[n - 1]))  # a heading has its rows below it
    return next(under, places[0] if places else start + most)


def _is_heading(row: LaidRow) -> bool:
    return row.section is not None and not row.section.remark


_MEASURED = 300
"""So many rows tell how wide columns should be."""


def _share_width(table: Table) -> tuple[Column, ...]:
    """Return the columns with the spare width shared out, a unit at a time.

    Each unit goes where it makes the rows lower by most. A row is as high as its fullest cell, so a
    column gains no more than the distance to the next fullest.
    """
    texts = [
        [_text_of(content) for content in row.contents]
        for row in table.rows
        if isinstance(row, Row)
    ][:_MEASURED]
    growing = [n for n, column in enumerate(table.columns) if column.grows]
    widths = [column.width for column in table.columns]
    shown = [n for n, column in enumerate(table.columns) if not column.hidden]
    lines = [[_reckon_lines(row[n], widths[n]) for n in shown] for row in texts]
    index = {n: place for place, n in enumerate(shown)}
    wider: dict[int, list[float]] = {}
    for _ in range(int(table.spare)):
        if not texts or not growing:
            break
        for n in growing:
            if n not in wider:
                wider[n] = [_reckon_lines(row[n], widths[n] + 1) for row in texts]
        gains = {
            n: sum(_gain(row, index[n], after) for row, after in zip(lines, wider[n], strict=True))
            for n in growing
        }
        best = max(growing, key=lambda n: (gains[n], widths[n]))
        widths[best] += 1
        for row, after in zip(lines, wider.pop(best), strict=True):
            row[index[best]] = after
    return tuple(replace(c, width=width) for c, width in zip(table.columns, widths, strict=True))


def _gain(row: Sequence[float], place: int, after: float) -> float:
    """Return how much lower a row gets when one of its cells needs `after` lines."""
    others = max((one for n, one in enumerate(row) if n != place), default=1.0)
    return max(0.0, row[place] - max(after, others))


def _reckon_lines(text: str, width: float) -> float:
    """Return how many lines a text takes, in fractions: what nearly needs another counts so."""
    room = usable_units(width)
    return sum(max(1.0, text_units(line) / room) for line in text.split("\n"))


def _text_of(content: Content) -> str:
    value = content.value if isinstance(content, Cell) else content
    return value if isinstance(value, str) else ""


def _lay_out_section(section: Section, columns: tuple[Column, ...]) -> Iterator[LaidRow]:
    width = sum(column.width for column in columns if not column.hidden)
    size = CELL_SIZE if section.remark else HEADER_SIZE
    for number, part in enumerate(split_text(clean_text(section.text), width)):
        laid = section if number == 0 else replace(section, new_page=False)
        height = row_height(count_lines(part, width, size), size)
        yield LaidRow((part,), height, laid, goes_on=number > 0)


def _lay_out_row(
    contents: tuple[Content, ...], columns: tuple[Column, ...], part_place: int
) -> list[LaidRow]:
    first: list[Content] = []
    lines = 1
    parted: dict[int, list[str]] = {}
    for number, (content, column) in enumerate(zip(contents, columns, strict=True)):
        value = content.value if isinstance(content, Cell) else content
        if value and isinstance(value, str) and not column.hidden:
            text = clean_text(value)
            # What is this short is one line whatever its characters: most cells are.
            needed = 1
            if len(text) * 2 > column.width or "\n" in text:
                needed = count_lines(text, column.width)
            if needed > MAX_LINES:
                parted[number] = split_text(text, column.width)
                text = parted[number][0]
                needed = count_lines(text, column.width)
            if needed > lines:
                lines = needed
            if text is not value:
                content = replace(content, value=text) if isinstance(content, Cell) else text
        first.append(content)
    laid = [LaidRow(tuple(first), row_height(lines))]
    for part in range(1, max(map(len, parted.values()), default=1)):
        laid.append(_lay_out_rest(first, columns, parted, part, part_place))
    return laid


def _lay_out_rest(
    first: Sequence[Content],
    columns: tuple[Column, ...],
    parted: Mapping[int, list[str]],
    part: int,
    part_place: int,
) -> LaidRow:
    contents: list[Content] = []
    lines = 1
    for number, (content, column) in enumerate(zip(first, columns, strict=True)):
        text: Value = content.value if isinstance(content, Cell) else content
        # The colour goes on with the row, whether or not the text does.
        tone: Tone = content.tone if isinstance(content, Cell) else ""
        if number in parted:
            text = parted[number][part] if part < len(parted[number]) else ""
        elif number == part_place == 0:
            text = f"{text}\n续{part}"
        elif not column.repeated:
            text = ""
        if number == part_place != 0:
            text = f"续{part}\n{text}".strip()
        if isinstance(text, str) and not column.hidden:
            lines = max(lines, count_lines(text, column.width))
        contents.append(Cell(text, tone) if tone else text)
    return LaidRow(tuple(contents), row_height(lines), goes_on=True)
