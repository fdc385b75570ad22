"""主清单.xlsx changed where it lies: ids put in, an update's cells and rows, nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from taskxl.a1 import cell_name
from taskxl.master.book.layout import (
    MILESTONE_COLUMNS,
    MILESTONES,
    OFFICE_COLUMNS,
    OFFICES,
    SETTINGS,
    TASK_COLUMNS,
    TASKS,
    Column,
)
from taskxl.master.book.plain_sheets import require_room, row_height
from taskxl.master.book.records import Record, milestone_record, office_record, task_record
from taskxl.master.book.rereading import PlacedMaster
from taskxl.master.book.settings_sheet import Cell
from taskxl.master.book.sheet_rows import Header, Row
from taskxl.model import Office, Task
from taskxl.ooxml.editing import NewRow, SheetEdit, edit_workbook
from taskxl.text import is_blank, squeeze

_SHOWN = "task_title"
"""The field that a formula shows; nothing is written there but what the formula results in."""


@dataclass(slots=True)
class _Changes:
    """What is to change on one sheet, as it is gathered."""

    header: Header
    columns: Sequence[Column]
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    added: list[NewRow] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)

    def change(self, row: int, before: Record, after: Record) -> None:
        """Set the cells of a row that differ."""
        for name, value in after.items():
            if name in self.header.columns and name != _SHOWN and before[name] != value:
                self._require_room(row, name, value)
                self.cells[row, self.header.columns[name]] = value
                self.heights[row] = self._height(after)

    def add(self, above: int, record: Record) -> None:
        """Add a row below row `above`, in its look; below the header in that of the next row."""
        like = above if above > self.header.row else above + 1
        cells = {
            self.header.columns[name]: value
            for name, value in record.items()
            if name in self.header.columns
        }
        for name, value in record.items():
            self._require_room(above + 1, name, value)
        shown = self.header.columns.get(_SHOWN)
        results = {shown: str(cells.pop(shown) or "")} if shown else {}
        self.added.append(NewRow(above, like, cells, self._height(record), results))

    def _require_room(self, row: int, name: str, value: Cell) -> None:
        if isinstance(value, str) and name in self.header.columns:
            require_room(self.header.sheet, cell_name(row, self.header.columns[name]), value)

    def _height(self, record: Record) -> float:
        return row_height(self.columns, [record[column.field] for column in self.columns])

    def edit(self) -> SheetEdit:
        """Return the whole change."""
        return SheetEdit(self.cells, tuple(self.added), frozenset(self.removed), self.heights)


def write_ids(content: bytes, placed: PlacedMaster) -> bytes:
    """Return 主清单.xlsx with the ids that its rows lack put in; the same bytes where none does.

    A milestone that says whose it is by number or title, or by the row above, then says it by id:
    a row with an id is only known by that. Raises ValueError when the workbook cannot be edited.
    """
    cells: dict[str, dict[tuple[int, int], Cell]] = {TASKS: {}, MILESTONES: {}}
    for task_id, row in placed.tasks.items():
        if not row.text("id") and "id" in row.columns:
            cells[TASKS][row.number, row.columns["id"]] = task_id
    owners = {step.id: task.id for task in placed.master.tasks for step in task.milestones}
    for step_id, row in placed.milestones.items():
        if row.text("id") or "id" not in row.columns:
            continue
        cells[MILESTONES][row.number, row.columns["id"]] = step_id
        if "task" in row.columns and squeeze(row.text("task")) != squeeze(owners[step_id]):
            cells[MILESTONES][row.number, row.columns["task"]] = owners[step_id]
    return edit_workbook(
        content,
        {placed.headers[name].sheet: SheetEdit(changed) for name, changed in cells.items()},
    )


def find_held(placed: PlacedMaster) -> frozenset[str]:
    """Return the ids of rows that hold more than taskxl knows of: they are not to be taken out.

    That is text in columns of a person's own, a comment, a merge.
    """
    return frozenset(
        item
        for name, rows in ((TASKS, placed.tasks), (MILESTONES, placed.milestones))
        for item, row in rows.items()
        if _holds_more(placed, name, row)
    )


def _holds_more(placed: PlacedMaster, name: str, row: Row) -> bool:
    sheet = placed.sheets[name]
    own = set(placed.headers[name].columns.values())
    values = enumerate(sheet.rows[row.number - 1], 1)
    if any(column not in own and not is_blank(value) for column, value in values):
        return True
    cells = {cell_name(row.number, column) for column in range(1, 2 + max(own))}
    if any(note.cell in cells for note in sheet.notes):
        return True
    return any(area.top <= row.number <= area.bottom for area in sheet.merges)


def write_update(
    content: bytes, placed: PlacedMaster, tasks: Sequence[Task], offices: Iterable[Office] = ()
) -> bytes:
    """Return 主清单.xlsx with its tasks as they shall be and new offices added at the end.

    `tasks` are in the order of the sheet, new ones in between, those to be taken out left out.
    The same tasks give the same bytes. Raises ValueError when the workbook cannot be edited.
    """
    changes = {
        TASKS: _Changes(placed.headers[TASKS], TASK_COLUMNS),
        MILESTONES: _Changes(placed.headers[MILESTONES], MILESTONE_COLUMNS),
        OFFICES: _Changes(placed.headers[OFFICES], OFFICE_COLUMNS),
    }
    _change_tasks(changes[TASKS], placed, tasks)
    _change_milestones(changes[MILESTONES], placed, tasks)
    last = max((row.number for row in placed.offices), default=placed.headers[OFFICES].row)
    for office in offices:
        changes[OFFICES].add(last, office_record(office))
    return edit_workbook(
        content, {placed.headers[name].sheet: one.edit() for name, one in changes.items()}
    )


def write_setting(content: bytes, placed: PlacedMaster, name: str, value: str) -> bytes:
    """Return 主清单.xlsx with the value of one item of 设置 changed, the item added where it lacks.

    Raises ValueError when the workbook cannot be edited.
    """
    header, sheet = placed.headers[SETTINGS], placed.sheets[SETTINGS]
    item, cell = header.columns["item"], header.columns["value"]
    rows = range(header.row + 1, len(sheet.rows) + 1)
    row = next((row for row in rows if squeeze(sheet.text(row, item)) == squeeze(name)), None)
    if row is not None:
        if sheet.text(row, cell) == value:
            return content
        edit = SheetEdit({(row, cell): value or None})
    else:
        used = (row for row in rows if sheet.text(row, item) or sheet.text(row, cell))
        last = max(used, default=header.row)
        edit = SheetEdit({}, (NewRow(last, last, {item: name, cell: value}, 20.0),))
    return edit_workbook(content, {header.sheet: edit})


def _change_tasks(changes: _Changes, placed: PlacedMaster, tasks: Sequence[Task]) -> None:
    before = {task.id: task for task in placed.master.tasks}
    above = changes.header.row
    for task in tasks:
        row = placed.tasks.get(task.id)
        if row is None:
            changes.add(above, task_record(task))
            continue
        above = row.number
        changes.change(above, task_record(before[task.id]), task_record(task))
    kept = {task.id for task in tasks}
    changes.removed = {row.number for key, row in placed.tasks.items() if key not in kept}


def _change_milestones(changes: _Changes, placed: PlacedMaster, tasks: Sequence[Task]) -> None:
    before = {
        step.id: milestone_record(task, step)
        for task in placed.master.tasks
        for step in task.milestones
    }
    above = changes.header.row
    for task in tasks:
        rows = [placed.milestones.get(step.id) for step in task.milestones]
        there = [row.number for row in rows if row is not None]
        if there and rows[0] is None:
            above = min(there) - 1  # a new first step goes right above the others
        for step, row in zip(task.milestones, rows, strict=True):
            if row is None:
                changes.add(above, milestone_record(task, step))
                continue
            above = row.number
            changes.change(above, before[step.id], milestone_record(task, step))
        above = max([above, *there])
    kept = {step.id for task in tasks for step in task.milestones}
    changes.removed = {row.number for key, row in placed.milestones.items() if key not in kept}
