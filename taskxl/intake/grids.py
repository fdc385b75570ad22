"""Grids: what any file looks like once it is read, whatever program wrote it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

Kind = Literal[
    "xlsx",
    "xlsm",
    "xlsb",
    "xls",
    "ods",
    "docx",
    "doc",
    "wps",
    "rtf",
    "odt",
    "csv",
    "html",
    "text",
    "pdf",
    "xml",
]


@dataclass(frozen=True, slots=True)
class CellError:
    """An error cell such as `#REF!`, or a formula that was saved without a value (`text` = "")."""

    text: str


class ShownNumber(float):
    """A number with the text that its cell shows, such as 85% for 0.85."""

    shown: str

    def __new__(cls, number: float, shown: str) -> "ShownNumber":
        """Return `number` with the text beside it."""
        made = super().__new__(cls, number)
        made.shown = shown
        return made

    def __reduce__(self) -> tuple[type["ShownNumber"], tuple[float, str]]:
        return ShownNumber, (float(self), self.shown)


Value = str | int | float | bool | date | datetime | time | CellError | None


def value_text(value: Value) -> str:
    """Return what a person sees in a cell: numbers as their format shows them, dates as 2021-04-20.

    >>> value_text(3.0), value_text(date(2021, 4, 20)), value_text(None)
    ('3', '2021-04-20', '')
    """
    if value is None:
        return ""
    if isinstance(value, CellError):
        return value.text
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, ShownNumber):
        return value.shown
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e21:  # fifteen digits are what Excel keeps
            return str(int(value) if abs(value) < 1e15 else int(float(f"{value:.15g}")))
        return f"{value:.15g}" if 1e-5 <= abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        at_midnight = value.time() == time(0)
        return value.date().isoformat() if at_midnight else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    return str(value)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, both corners included, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, cell: tuple[int, int]) -> bool:
        row, column = cell
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True, slots=True)
class Note:
    """Text that lies on a sheet but in no cell: a comment, a text box, a header.

    `cell` is the A1 name of the cell it hangs on, where it hangs on one.
    """

    kind: Literal["comment", "text box", "header", "footer"]
    cell: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture or a file that lies on a sheet, whose words no reader of texts sees.

    `cell` and `last` are the cells (A1) at which it begins and ends, where it hangs on any;
    `inside` tells that it is a cell's own content and not laid over it. `digest` is the SHA-256 of
    a picture's bytes, "" where they are not at hand.
    """

    kind: Literal["picture", "file"]
    cell: str | None
    last: str | None = None
    digest: str = ""
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, or one table of a document.

    `rows[0]` is row 1 and `rows[r][0]` column A whatever the file's first used cell is;
    rows may differ in length. A merge's value stands in its top left cell only, texts that lie
    *under* a merge (typed before merging) stand where they lie.
    `line` is the number of the document's line at which the table starts (documents only).
    """

    name: str
    rows: tuple[tuple[Value, ...], ...]
    merges: tuple[Area, ...] = ()
    state: Literal["visible", "hidden", "very hidden"] = "visible"
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    notes: tuple[Note, ...] = ()
    line: int | None = None
    embedded: tuple[Embedded, ...] = ()
    struck: frozenset[tuple[int, int]] = frozenset()
    """Cells (row, column) whose text, or a part of it, is struck out."""

    def value(self, row: int, column: int) -> Value:
        """Return the value at a cell counted from 1; None outside of what is filled."""
        if 1 <= row <= len(self.rows) and 1 <= column <= len(self.rows[row - 1]):
            return self.rows[row - 1][column - 1]
        return None

    def text(self, row: int, column: int) -> str:
        """Return what a person sees at a cell counted from 1."""
        return value_text(self.value(row, column))

    def cells(self) -> Iterator[tuple[int, int, Value]]:
        """Yield (row, column, value) of every cell that is not None, by rows."""
        for number, row in enumerate(self.rows, 1):
            for column, value in enumerate(row, 1):
                if value is not None:
                    yield number, column, value

    def merge_at(self, row: int, column: int) -> Area | None:
        """Return the merge that covers a cell, or None."""
        return next((area for area in self.merges if (row, column) in area), None)


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a document or a line of a text.

    `label` is the automatic number that the program shows before it (`一、`, `1.`), which is
    not part of `text`; `level` is its outline or list level from 0, None for body text;
    `style` is the style's name in lower case (`heading 1`, `toc 1`), "" where there is none.
    """

    number: int
    text: str
    label: str = ""
    level: int | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A file, read: sheets or tables in their order, and the prose around them.

    `properties` are the custom document properties; `remarks` say in Chinese what reading had to
    mend (control characters removed, a part left out).
    """

    name: str
    kind: Kind
    sheets: tuple[Sheet, ...] = ()
    lines: tuple[Line, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    """Pictures and files of a document that lie in no table."""
    edges: tuple[Line, ...] = ()
    """What stands in the headers and footers of a document's pages, each text once."""
