"""Rows of 延期 and 批示 put into 主清单.xlsx where it lies, the sheets made where they lack."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from taskxl.a1 import cell_name, column_letters
from taskxl.master.book.layout import (
    DELAY_COLUMNS,
    DELAYS,
    INSTRUCTION_COLUMNS,
    INSTRUCTIONS,
    MILESTONES,
    OFFICES,
    TASKS,
    Column,
    Look,
)
from taskxl.master.book.plain_sheets import ROOM, require_room, row_height
from taskxl.master.book.records import Record, delay_record, instruction_record
from taskxl.master.book.rereading import PlacedMaster, read_placed
from taskxl.master.book.settings_sheet import Cell
from taskxl.master.book.sheet_rows import Header
from taskxl.model import Delay, Instruction, MasterList
from taskxl.ooxml.adding import NewColumn, Place, add_sheet
from taskxl.ooxml.editing import NewRow, SheetEdit, edit_workbook
from taskxl.text import squeeze

SHEETS = {DELAYS: DELAY_COLUMNS, INSTRUCTIONS: INSTRUCTION_COLUMNS}
# What the drop-downs of a column offer: which column of which sheet.
_OFFERED = {"task": (TASKS, "id"), "milestone": (MILESTONES, "id"), "offices": (OFFICES, "name")}
Item = TypeVar("Item", Delay, Instruction)


def write_order_sheets(content: bytes, placed: PlacedMaster) -> bytes:
    """Return 主清单.xlsx with sheets 延期 and 批示, the same bytes where it has them.

    A sheet of that name that is a person's own stays as it is. Raises ValueError when the workbook
    cannot be edited.
    """
    for name, columns in SHEETS.items():
        if name not in placed.sheets:
            content = add_sheet(content, name, _new_columns(placed, columns), _header(placed))
    return content


def _header(placed: PlacedMaster) -> Place:
    header = placed.headers[TASKS]
    return header.sheet, header.row, min(header.columns.values())


def _new_columns(placed: PlacedMaster, columns: Sequence[Column]) -> tuple[NewColumn, ...]:
    """Return the columns of a new sheet in the looks that sheets 任务 and 节点 have.

    Their drop-downs offer what stands in those sheets and in 股室, wherever a person moved it.
    """
    likes: dict[Look, tuple[str, str]] = {
        "id": (TASKS, "id"),
        "date": (MILESTONES, "due"),
        "text": (TASKS, "title"),
    }
    found: list[NewColumn] = []
    for column in columns:
        name, field = likes[column.look]
        header = placed.headers[name]
        place = header.columns.get(field)
        like = (header.sheet, header.row + 1, place) if place else None
        source = _range_offered(placed, *_OFFERED.get(column.field, ("", "")))
        found.append(NewColumn(column.header, column.width, like, column.note, source))
    return tuple(found)


def _range_offered(placed: PlacedMaster, sheet: str, field: str) -> str:
    """Return the cells below a header of another sheet as formulas name them, "" without it."""
    header = placed.headers.get(sheet)
    column = header.columns.get(field) if header else None
    if header is None or column is None:
        return ""
    letters = column_letters(column)
    last = len(placed.sheets[sheet].rows) + ROOM
    name = header.sheet.replace("'", "''")
    return f"'{name}'!${letters}${header.row + 1}:${letters}${last}"


def write_orders(
    content: bytes,
    name: str,
    delays: Iterable[Delay] = (),
    instructions: Iterable[Instruction] = (),
) -> bytes:
    """Return 主清单.xlsx with these rows: those whose ids it has changed, the others added below.

    `name` is the file's name for messages. The sheets are made where they lack. Raises ValueError
    when the workbook cannot be edited, or a sheet of that name is a person's own.
    """
    placed = read_placed(content, name)
    content = write_order_sheets(content, placed)
    placed = read_placed(content, name)
    edits = {}
    master = placed.master
    for sheet, fresh in (
        (DELAYS, [(one.id, delay_record(master, one)) for one in delays]),
        (INSTRUCTIONS, [(one.id, instruction_record(master, one)) for one in instructions]),
    ):
        if fresh and sheet not in placed.orders.headers:
            raise ValueError(f"a sheet {sheet} that is not ours")
        if fresh:
            header = placed.orders.headers[sheet]
            edits[header.sheet] = _edit(placed, sheet, header, fresh)
    return edit_workbook(content, edits)


def _edit(
    placed: PlacedMaster, sheet: str, header: Header, fresh: Sequence[tuple[str, Record]]
) -> SheetEdit:
    columns = SHEETS[sheet]
    grid = placed.sheets[sheet]
    cells: dict[tuple[int, int], Cell] = {}
    added: list[NewRow] = []
    # Below all that stands there, whatever it is.
    last = max([header.row, *(n for n, row in enumerate(grid.rows, 1) if any(row))])
    for key, record in fresh:
        row = placed.orders.rows.get(key)
        own = {header.columns[f]: value for f, value in record.items() if f in header.columns}
        for column, value in own.items():
            if isinstance(value, str):
                require_room(
                    header.sheet, cell_name(row.number if row else last + 1, column), value
                )
        if row is not None:
            cells |= {(row.number, column): value for column, value in own.items() if value}
            continue
        height = row_height(columns, [record[column.field] for column in columns])
        # Like the row above; below the header in the looks of the columns.
        like = last if last > header.row else last + 1
        added.append(NewRow(last, like, own, height))
    return SheetEdit(cells, tuple(added))


def write_order_ids(content: bytes, placed: PlacedMaster) -> bytes:
    """Return 主清单.xlsx with the ids that rows of 延期 and 批示 lack put in.

    Raises ValueError when the workbook cannot be edited.
    """
    cells: dict[str, dict[tuple[int, int], Cell]] = {}
    for key, row in placed.orders.rows.items():
        if not row.text("id") and "id" in row.columns:
            name = placed.orders.headers[row.sheet].sheet
            cells.setdefault(name, {})[row.number, row.columns["id"]] = key
    return edit_workbook(content, {name: SheetEdit(one) for name, one in cells.items()})


def merge_orders(
    master: MasterList, delays: Iterable[Delay], instructions: Iterable[Instruction]
) -> MasterList:
    """Return a list with these rows as the workbook would have them."""
    return replace(
        master,
        delays=_put(master.delays, delays),
        instructions=_put(master.instructions, instructions),
    )


def _put(present: Sequence[Item], fresh: Iterable[Item]) -> tuple[Item, ...]:
    rows = {squeeze(one.id): one for one in present}
    rows |= {squeeze(one.id): one for one in fresh}
    return tuple(rows.values())
