"""A sheet that is one table, as values: what it says, and where it will say it.

Links between sheets need to know where everything stands before anything is written. So each
sheet is a `Table` (what it says), `lay_out` gives it its rows (where it says it), and
`taskxl.reports.writing` puts them down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from taskxl.reports.paper import MAX_LINES, clean_text, count_lines, row_height, split_text
from taskxl.reports.styles import CELL_SIZE, HEADER_SIZE, Align, Tone
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
    """

    header: str
    width: float
    align: Align = "center"
    number: str = ""
    repeated: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A row over all columns: a heading that begins a new page, or a remark inside the table."""

    text: str
    new_page: bool = True


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
    """

    sheet: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: Sequence[Row | Section]
    anchored: tuple[str, ...] = ()
    frozen_columns: int = 2
    empty: str = "（没有）"

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
    """One row of the sheet as it will stand: contents, height in points, the section it is."""

    contents: tuple[Content, ...]
    height: float
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A table with its rows in place; `rows[0]` stands below the header row."""

    table: Table
    rows: tuple[LaidRow, ...]
    anchors: Anchors = field(default_factory=dict)


def lay_out(table: Table) -> Layout:
    """Give every row of a table its place, parting rows that are too high for Excel."""
    rows: list[LaidRow] = []
    anchors: dict[Key, tuple[str, int, int]] = {(table.sheet,): (table.sheet, TITLE_ROW, 1)}
    anchored = [
        (number, column.header)
        for number, column in enumerate(table.columns, 1)
        if column.header in table.anchored
    ]
    for row in table.rows:
        place = HEADER_ROW + 1 + len(rows)
        if isinstance(row, Section):
            rows += _lay_out_section(row, table.columns)
            continue
        if row.key is not None:
            anchors[row.key] = (table.sheet, place, 1)
            for number, header in anchored:
                anchors[(*row.key, header)] = (table.sheet, place, number)
        rows += _lay_out_row(row.contents, table.columns)
    if not rows:
        blank: tuple[Content, ...] = (table.empty, *[""] * (len(table.columns) - 1))
        rows.append(LaidRow(blank, row_height(1)))
    return Layout(table, tuple(rows), anchors)


def _lay_out_section(section: Section, columns: tuple[Column, ...]) -> Iterator[LaidRow]:
    width = sum(column.width for column in columns if not column.hidden)
    size = HEADER_SIZE if section.new_page else CELL_SIZE
    for number, part in enumerate(split_text(clean_text(section.text), width)):
        laid = section if number == 0 else replace(section, new_page=False)
        yield LaidRow((part,), row_height(count_lines(part, width, size), size), laid)


def _lay_out_row(contents: tuple[Content, ...], columns: tuple[Column, ...]) -> list[LaidRow]:
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
        laid.append(_lay_out_rest(first, columns, parted, part))
    return laid


def _lay_out_rest(
    first: Sequence[Content],
    columns: tuple[Column, ...],
    parted: Mapping[int, list[str]],
    part: int,
) -> LaidRow:
    contents: list[Content] = []
    lines = 1
    for number, (content, column) in enumerate(zip(first, columns, strict=True)):
        text: Value = content.value if isinstance(content, Cell) else content
        tone: Tone = ""
        if number in parted:
            text = parted[number][part] if part < len(parted[number]) else ""
            tone = content.tone if isinstance(content, Cell) and text else ""
        elif number == 0:
            text = f"{text}\n续{part}"
        elif not column.repeated:
            text = ""
        if isinstance(text, str) and not column.hidden:
            lines = max(lines, count_lines(text, column.width))
        contents.append(Cell(text, tone) if tone else text)
    return LaidRow(tuple(contents), row_height(lines))
