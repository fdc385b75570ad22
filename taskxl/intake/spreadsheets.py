"""Workbooks as grids: python-calamine for the bulk, a second look where it hides something."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from taskxl.a1 import cell_name
from taskxl.intake.cleaning import Cleaner
from taskxl.intake.extents import bound_cells
from taskxl.intake.grids import Book, CellError, Embedded, Kind, Note, Sheet, Value
from taskxl.intake.openxml import UNREADABLE
from taskxl.intake.refusals import Refused
from taskxl.intake.slimming import slim_package
from taskxl.intake.workbooks import Cells, Look, SecondLook, SheetPart, State

Rows = tuple[tuple[Value, ...], ...]
NO_SECOND_LOOK = "这份 .xls 的批注、文本框和隐藏行列没有读出。建议另存为 .xlsx 后再发。"
_IS_PICTURE = re.compile(r"=?(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)
# A relationship of these kinds has cells; a chart or a dialog has none.
_WITH_CELLS = ("worksheet", "xlMacrosheet", "xlIntlMacrosheet")


def read_workbook(content: bytes, name: str, kind: Kind) -> Book:
    """Read an .xlsx or .xlsm.

    Raises Refused: R201 when neither python-calamine nor the second look can read it, R204 when
    its sheets come to more cells, merges and notes than the limit, counted as they are read.
    """
    content = slim_package(content)
    workbook = SecondLook(content)
    # The gate has measured each part once; listed sixty thousand times, one part fills any memory.
    if len({part.part.lower() for part in workbook.sheets}) < len(workbook.sheets):
        raise Refused("R201", UNREADABLE)
    cleaner = Cleaner()
    calamine = _open(content)
    sheets: list[Sheet] = []
    remarks: list[str] = []
    size = 0
    for part in workbook.sheets:
        if part.kind not in _WITH_CELLS:
            continue
        bulky = workbook.is_bulky(part)
        rows = None if bulky else _bulk_rows(calamine, part.name, cleaner)
        look = workbook.look(part, every_cell=rows is None)
        sheets.append(_assemble(part, rows or (), look, cleaner))
        remarks += look.remarks
        size += len(look.merges) + len(look.notes) + sum(map(len, sheets[-1].rows))
        bound_cells(size)
    if not sheets:
        raise Refused("R201", UNREADABLE)
    try:
        properties = workbook.package.custom_properties()
    except Refused:
        properties = {}
        remarks.append("文件的自定义属性部分已损坏，没有读出。")
    return Book(name, kind, tuple(sheets), (), properties, (*remarks, *cleaner.remarks))


def read_binary(content: bytes, name: str, kind: Kind) -> Book:
    """Read an .xls (also .et) or .xlsb; the second look is for .xls, whose records are open to it.

    Raises Refused (R201) when python-calamine cannot read it.
    """
    cleaner = Cleaner()
    calamine = _open(content)
    if calamine is None:
        raise Refused("R201", UNREADABLE)
    looks = _look_at_binary(content) if kind == "xls" else {}
    shown = _shown_numbers(content) if kind == "xlsb" else {}
    sheets = []
    for about in calamine.sheets_metadata:
        if about.typ in (SheetTypeEnum.ChartSheet, SheetTypeEnum.DialogSheet, SheetTypeEnum.Vba):
            continue
        rows = _bulk_rows(calamine, about.name, cleaner)
        if rows is None:
            raise Refused("R201", UNREADABLE)
        part = SheetPart(about.name, _state(about.visible), "", "worksheet")
        look = looks.get(about.name) or Look(shown.get(about.name, {}))
        sheets.append(_assemble(part, rows, look, cleaner))
    if not sheets:
        raise Refused("R201", UNREADABLE)
    remarks = () if looks or kind == "xlsb" else (NO_SECOND_LOOK,)
    return Book(name, kind, tuple(sheets), remarks=(*remarks, *cleaner.remarks))


def _look_at_binary(content: bytes) -> dict[str, Look]:
    """Return what the records of an .xls tell of each sheet; {} where they cannot be walked."""
    from taskxl.intake.binary import BinaryWorkbook

    try:
        workbook = BinaryWorkbook(content)
        return {sheet.name: workbook.look(sheet) for sheet in workbook.sheets}
    except Exception:
        # The cells themselves are read; olefile raises whatever a broken directory makes it.
        return {}


def _shown_numbers(content: bytes) -> Mapping[str, Cells]:
    """Return, by sheet of an .xlsb, the numbers that their format shows otherwise."""
    from taskxl.intake.binary_parts import read_shown_numbers

    try:
        return read_shown_numbers(content)
    except Exception:
        # The cells themselves are read; what cannot be walked here has plain numbers.
        return {}


def _open(content: bytes) -> CalamineWorkbook | None:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, OSError, ValueError):
        return None


def _state(visible: SheetVisibleEnum) -> State:
    if visible == SheetVisibleEnum.VeryHidden:
        return "very hidden"
    return "hidden" if visible == SheetVisibleEnum.Hidden else "visible"


def _bulk_rows(calamine: CalamineWorkbook | None, name: str, cleaner: Cleaner) -> Rows | None:
    """Return a sheet's rows from A1 on; None when python-calamine cannot be trusted with it."""
    if calamine is None or calamine.sheet_names.count(name) != 1:
        return None
    try:
        sheet = calamine.get_sheet_by_name(name)
        if sheet.start is None:
            return ()
        return _rows_from(sheet, cleaner)
    except (CalamineError, OSError, ValueError):
        return None


def _rows_from(sheet: CalamineSheet, cleaner: Cleaner) -> Rows:
    # The blank rows and columns before the first cell are put back here rather than by
    # `skip_empty_area=False`, which would let the library allocate them cell by cell.
    top, left = sheet.start or (0, 0)
    margin: tuple[Value, ...] = (None,) * left
    clean = cleaner.clean
    rows: list[tuple[Value, ...]] = [()] * top
    for row in sheet.to_python(skip_empty_area=True):
        values: list[Value] = [
            (clean(value) or None) if type(value) is str
            else value if type(value) is float
            else normalise_value(value)
            for value in row
        ]  # fmt: skip
        while values and values[-1] is None:
            values.pop()
        rows.append((*margin, *values) if values else ())
    while rows and not rows[-1]:
        rows.pop()
    return tuple(rows)


def _assemble(part: SheetPart, rows: Rows, look: Look, cleaner: Cleaner) -> Sheet:
    rows, inside = part_pictures(overlay_cells(rows, look.cells, cleaner))
    return Sheet(
        cleaner.clean(part.name),
        rows,
        look.merges,
        part.state,
        look.hidden_rows,
        look.hidden_columns,
        clean_notes(look.notes, cleaner),
        embedded=(*look.embedded, *inside),
        struck=look.struck,
    )


def part_pictures(rows: Rows) -> tuple[Rows, tuple[Embedded, ...]]:
    """Part the cells in which WPS keeps a picture: a formula that shows its own name elsewhere."""
    found: list[Embedded] = []
    parted = list(rows)
    for number, row in enumerate(rows, 1):
        places = [n for n, v in enumerate(row) if isinstance(v, str) and _IS_PICTURE.match(v)]
        if places:
            found += (Embedded("picture", cell_name(number, n + 1), inside=True) for n in places)
            parted[number - 1] = tuple(None if n in places else v for n, v in enumerate(row))
    return tuple(parted) if found else rows, tuple(found)


def overlay_cells(rows: Rows, cells: Mapping[tuple[int, int], Value], cleaner: Cleaner) -> Rows:
    """Return `rows` with the values of `cells`, keyed by (row, column) from 1, put in."""
    if not cells:
        return rows
    grid = [list(row) for row in rows]
    for (row, column), value in cells.items():
        while len(grid) < row:
            grid.append([])
        line = grid[row - 1]
        line.extend([None] * (column - len(line)))
        if isinstance(value, str):
            line[column - 1] = cleaner.clean(value) or None
        elif isinstance(value, CellError):
            line[column - 1] = CellError(cleaner.clean(value.text))
        else:
            line[column - 1] = value
    return tuple(tuple(row) for row in grid)


def clean_notes(notes: Sequence[Note], cleaner: Cleaner) -> tuple[Note, ...]:
    """Return the notes with clean texts; those that show nothing are left out."""
    cleaned = (replace(note, text=cleaner.clean(note.text).strip()) for note in notes)
    return tuple(note for note in cleaned if note.text)


def normalise_value(value: object) -> Value:
    """Return a value of python-calamine as a grid keeps it: no empty texts, no spans of time."""
    if value == "" or value is None:
        return None
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        if 0 <= seconds < 86_400:
            return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
        hours, minutes = divmod(abs(seconds) // 60, 60)
        return f"{'-' if seconds < 0 else ''}{hours}:{minutes:02}"
    if isinstance(value, datetime):
        return value.date() if value.time() == time(0) else value
    if isinstance(value, str | int | float | bool | date | time):
        return value
    return str(value)
