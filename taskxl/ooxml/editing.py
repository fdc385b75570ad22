"""A workbook changed in place: some cells set, rows added and taken out, all else left as it is.

openpyxl would lose what it does not know (drop-downs that Excel keeps in an extension, shapes,
stored results of formulas, sizes of comments); here every part that has no change in it stays byte
for byte, and in a changed sheet everything but the changed cells.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from taskxl.intake.refusals import Refused
from taskxl.intake.workbooks import SecondLook
from taskxl.ooxml.cells import CellValue, SheetCells
from taskxl.ooxml.following import follow_rows
from taskxl.ooxml.package import (
    Packed,
    drop_part,
    parse_part,
    read_parts,
    read_relations,
    serialize_part,
    write_parts,
)
from taskxl.ooxml.references import RowShift


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to add below row `after`, looking like row `like`, whose formulas it takes over.

    `cells` are by column; `results` are what the formulas that it takes over result in.
    """

    after: int
    like: int
    cells: Mapping[int, CellValue]
    height: float
    results: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetEdit:
    """What is to change on a sheet; all rows are counted as they are before the change.

    `cells` are by row and column, `heights` the least height in points of rows that nobody has
    given a height of their own.
    """

    cells: Mapping[tuple[int, int], CellValue] = field(default_factory=dict)
    added: tuple[NewRow, ...] = ()
    removed: frozenset[int] = frozenset()
    heights: Mapping[int, float] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.cells or self.added or self.removed)


def edit_workbook(content: bytes, edits: Mapping[str, SheetEdit]) -> bytes:
    """Return a workbook with its sheets changed; `edits` are by the sheets' names.

    Nothing to change gives the very bytes. Raises ValueError when it cannot be edited.
    """
    edits = {name: edit for name, edit in edits.items() if not edit.is_empty}
    if not edits:
        return content
    try:
        book = SecondLook(content)
        parts = read_parts(content)
        places = {sheet.name: sheet.part for sheet in book.sheets if sheet.part in parts}
        shifts = {
            name: RowShift(
                Counter(row.after for row in edit.added),
                edit.removed,
                {row.after for row in edit.added if row.like > row.after},
            )
            for name, edit in edits.items()
            if edit.added or edit.removed
        }
        for name, edit in edits.items():
            root = parse_part(parts[places[name]])
            cells = SheetCells(root, book.date_styles, book.since_1904)
            _change_rows(cells, edit, shifts.get(name))
            parts[places[name]] = serialize_part(root)
        if shifts:
            # Before rows are added: what they take over from others is right by then.
            follow_rows(parts, places, shifts)
        for name, edit in edits.items():
            root = parse_part(parts[places[name]])
            cells = SheetCells(root, book.date_styles, book.since_1904)
            _add_rows(cells, edit, shifts.get(name, RowShift({})))
            parts[places[name]] = serialize_part(root)
        _drop_calculation_chain(parts, book.part)
    except (Refused, etree.XMLSyntaxError, KeyError) as error:
        raise ValueError("no workbook that can be edited") from error
    return write_parts(Packed.pack(name, data) for name, data in parts.items())


def _change_rows(cells: SheetCells, edit: SheetEdit, shift: RowShift | None) -> None:
    cells.part_shared_formulas()
    for (row, column), value in edit.cells.items():
        cells.put(row, column, value)
    for row, height in edit.heights.items():
        cells.raise_height(row, height)
    if shift:
        cells.renumber(shift)


def _add_rows(cells: SheetCells, edit: SheetEdit, shift: RowShift) -> None:
    count: dict[int, int] = {}
    for new in edit.added:
        count[new.after] = count.get(new.after, 0) + 1
        number = shift.last(new.after) + count[new.after]
        cells.add_row(number, shift.place(new.like), new.cells, new.results, new.height)
    cells.close()


def _drop_calculation_chain(parts: dict[str, bytes], workbook: str) -> None:
    """Take out the list of formula cells, which may be wrong now; programs make it anew."""
    for relation in read_relations(parts, workbook):
        if relation.kind == "calcChain" and relation.target in parts:
            drop_part(parts, workbook, relation.target)
