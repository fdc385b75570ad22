"""The marks inside a form that say whose it is; a file name means nothing."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from taskxl.intake.grids import Book, Sheet, Value, value_text
from taskxl.text import squeeze

SHEET = "_taskxl"
PROPERTY = "taskxl"
VERSION = "1"
_HEADER = ("block", "id", "field", "digest", "number", "title")
# What stands for the braces of a placeholder in the very hidden sheet.
_OPEN, _CLOSE = "⟦", "⟧"
_BLANKS: tuple[Value, ...] = (None,) * 6
# What stands in the first column of that sheet's rows, below its head of six rows.
ROW_KINDS = ("task", "milestone", "column", "cell")

Block = Literal["task", "milestone"]
# The field of a row mark that tells in how many further rows a text too long for one goes on.
PARTS = "续行"
# The words of a head line whose place an office may fill; all others are known when it is issued.
HEAD_WORDS = ("股室", "填报人", "填报日期")
# The text of a drawn cell that holds a formula.
FORMULA = "="


def digest_text(text: str) -> str:
    """Return 12 hex digits that stand for a text; white space and width of forms do not count."""
    return hashlib.sha256(squeeze(text).encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class RowMark:
    """One row of a form as issued: the task's or milestone's id and its fixed texts' digests.

    `digests` is keyed by the field's word in the placeholders (`名称`, `计划`, …).
    `number` and `title` help where the row's own id is gone.
    """

    block: Block
    id: str
    digests: Mapping[str, str]
    number: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column of a repeating row as drawn: `words` are its placeholders (`任务.进展`).

    `column` counts from 1; `caption` is what the drawing calls it, "" where no text tells it from
    its neighbours; `text` the cell with its placeholders, where it holds more than one of them.
    """

    sheet: str
    words: tuple[str, ...]
    column: int
    caption: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell with placeholders that stands once: its text as drawn, and the filled one's digest.

    `label` is the text left of it, by which it is found again where it holds nothing else.
    """

    sheet: str
    cell: str
    text: str
    digest: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column and which cell of a drawing is which answer; empty in forms of old."""

    columns: tuple[DrawnColumn, ...] = ()
    cells: tuple[DrawnCell, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose form this is, of which period, and what stood in its rows.

    `period` is a key such as `2021-04`. `form_id` depends on all the rest and on nothing else,
    so issuing the same form again gives the same id. How it was drawn (`layout`) has no part in
    it and is added when the form is written.
    """

    bureau: str
    office: str
    period: str
    rows: tuple[RowMark, ...] = ()
    version: str = VERSION
    form_id: str = field(default="")
    layout: Layout = field(default=Layout())

    @classmethod
    def make(
        cls, bureau: str, office: str, period: str, rows: Iterable[RowMark], salt: str = ""
    ) -> "Identity":
        """Return an identity with its form id; `salt` is what else makes the form what it is."""
        rows = tuple(rows)
        parts = [VERSION, bureau, office, period, salt]
        parts += [f"{r.block}{r.id}{sorted(r.digests.items())}" for r in rows]
        content = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        form_id = hashlib.sha256(content).hexdigest()[:12]
        return cls(bureau, office, period, rows, VERSION, form_id)

    def to_property(self) -> str:
        """Return the value of the custom document property `taskxl` (one short JSON array)."""
        values = [self.version, self.form_id, self.period, self.office, self.bureau]
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))

    def to_table(self) -> list[list[str]]:
        """Return the rows of the very hidden sheet: heading pairs, a header, one row a digest."""
        table = [
            ["taskxl", self.version],
            ["form", self.form_id],
            ["bureau", self.bureau],
            ["office", self.office],
            ["period", self.period],
            list(_HEADER),
        ]
        for row in self.rows:
            for name, digest in row.digests.items():
                table.append([row.block, row.id, name, digest, row.number, row.title])
        for drawn in self.layout.columns:
            values = [drawn.sheet, [*drawn.words], drawn.column, drawn.caption, drawn.text]
            table.append(["column", _pack(values), "", "", "", ""])
        for cell in self.layout.cells:
            values = [cell.sheet, cell.cell, cell.text, cell.digest, cell.label]
            table.append(["cell", _pack(values), "", "", "", ""])
        return table


def _pack(values: list[Any]) -> str:
    """Return values as one cell: whoever looks for a caption or a placeholder finds none here."""
    return json.dumps(values, ensure_ascii=False).replace("{{", _OPEN).replace("}}", _CLOSE)


def _unpack(text: str, kinds: tuple[type, ...]) -> list[Any] | None:
    try:
        values = json.loads(text.replace(_OPEN, "{{").replace(_CLOSE, "}}"))
    except ValueError:
        return None
    same = isinstance(values, list) and len(values) == len(kinds)
    return values if same and all(map(isinstance, values, kinds)) else None


def read_property(value: str) -> Identity | None:
    """Read an identity (without rows) from the property; None when the value is not one of ours."""
    try:
        values = json.loads(value)
    except ValueError:
        return None
    if not isinstance(values, list) or len(values) != 5:
        return None
    if not all(isinstance(item, str) for item in values) or not values[3]:
        return None
    version, form_id, period, office, bureau = values
    return Identity(bureau, office, period, (), version, form_id)


def read_sheet(sheet: Sheet) -> Identity | None:
    """Read an identity from a sheet laid out as `Identity.to_table`; None when it is not one."""
    head: dict[str, str] = {}
    marks: dict[tuple[str, str], dict[str, str]] = {}
    names: dict[tuple[str, str], tuple[str, str]] = {}
    columns: list[DrawnColumn] = []
    cells: list[DrawnCell] = []
    for number, row in enumerate(sheet.rows, 1):
        first, second, name, digest, task_number, title = map(value_text, (row + _BLANKS)[:6])
        if number <= 5:
            head[first] = second
        elif first in ("task", "milestone") and second and name:
            marks.setdefault((first, second), {})[name] = digest
            names[first, second] = (task_number, title)
        elif first == "column" and (values := _unpack(second, (str, list, int, str, str))):
            columns.append(DrawnColumn(values[0], tuple(map(str, values[1])), *values[2:]))
        elif first == "cell" and (values := _unpack(second, (str,) * 5)):
            cells.append(DrawnCell(*values))
    if not head.get("taskxl") or not head.get("office"):
        return None
    rows = tuple(
        RowMark("task" if block == "task" else "milestone", row_id, digests, *names[block, row_id])
        for (block, row_id), digests in marks.items()
    )
    return Identity(
        head.get("bureau", ""),
        head["office"],
        head.get("period", ""),
        rows,
        head["taskxl"],
        head.get("form", ""),
        Layout(tuple(columns), tuple(cells)),
    )


def identity_sheets(book: Book) -> tuple[Identity, ...]:
    """Return the identities of every sheet named `_taskxl` (Excel names a copy `_taskxl (2)`)."""
    found = (read_sheet(sheet) for sheet in book.sheets if sheet.name.startswith(SHEET))
    return tuple(identity for identity in found if identity is not None)
