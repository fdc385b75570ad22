"""One row of a file that came, as it stands there: read again, for a person to look at."""

from dataclasses import dataclass
from pathlib import Path

from taskxl.a1 import column_letters, parse_reference
from taskxl.desk.containers import holds_files, open_container
from taskxl.errors import TaskxlError
from taskxl.forms.returned.columns import find_tables
from taskxl.intake.gate import check_content, read_once, read_return_book
from taskxl.intake.grids import Sheet
from taskxl.intake.refusals import Limits, Refusal, Refused
from taskxl.intake.unlocking import unlock
from taskxl.intake.workers import read_isolated
from taskxl.model import Month
from taskxl.text import show
from taskxl.workspace.folder import Workspace

_LIMITS = Limits(seconds=60.0)
_DEEPEST = 4
_WIDEST = 60
"""Columns that are shown at most."""


@dataclass(frozen=True, slots=True)
class RowSeen:
    """A row as it stands; of each column letters, header, text, and whether it is the one meant."""

    file: str
    sheet: str
    row: int
    cells: tuple[tuple[str, str, str, bool], ...]


def show_row(workspace: Workspace, month: Month, file: str, sheet: str, cell: str) -> RowSeen:
    """Return the row of a cell of a file that came in a month, read anew.

    Raises TaskxlError for a file that the month does not know, or that cannot be read.
    """
    place = parse_reference(cell)
    if place is None or file not in {one.file for one in month.files}:
        raise TaskxlError("没有这个格子。请刷新后再看。")
    folder = workspace.returns_folder(month.period)
    jobs = [(file, sheet, *place)]
    ((_, found),) = read_isolated(_read_row, folder, jobs, limits=_LIMITS)
    if isinstance(found, Refusal):
        raise TaskxlError(f"{show(file)}：现在读不出来了。{found.reason}")
    return found


def _read_row(folder: Path, job: tuple[str, str, int, int]) -> RowSeen:
    """Read one row. Runs in a worker."""
    file, name, row, column = job
    content = unlock(_take_out(folder, file))
    book = read_return_book(content, file, check_content(content, file.rpartition("/")[2], _LIMITS))
    sheet = next((one for one in book.sheets if one.name == name), None)
    if sheet is None:
        raise Refused("R201", "里面没有这张表了。")
    return RowSeen(file, name, row, _cells_of(sheet, row, column))


def _cells_of(sheet: Sheet, row: int, column: int) -> tuple[tuple[str, str, str, bool], ...]:
    tables = [one for one in find_tables(sheet) if one.bottom < row <= one.last]
    heads = range(tables[-1].top, tables[-1].bottom + 1) if tables else range(0)
    width = max((len(sheet.rows[n - 1]) for n in (row, *heads) if n <= len(sheet.rows)), default=0)
    cells = []
    for number in range(1, min(max(width, column), _WIDEST) + 1):
        titles = dict.fromkeys(sheet.text(head, number).strip() for head in heads)
        header = " ".join(filter(None, titles))
        text = sheet.text(row, number)
        if text or header or number == column:
            cells.append((column_letters(number), header, text, number == column))
    return tuple(cells)


def _take_out(folder: Path, file: str) -> bytes:
    """Return the bytes of a file by its name in the month, out of the zip or letter it lies in."""
    path = folder / file
    if path.is_file():
        return read_once(path)[0]
    outer = next((one for one in path.parents if one.is_file() and folder in one.parents), None)
    if outer is None:
        raise Refused("R201", "它已不在回收里。")
    content, rest = read_once(outer)[0], path.relative_to(outer).as_posix()
    name = outer.name
    for _ in range(_DEEPEST):
        if not holds_files(content, name, _LIMITS):
            break
        inside = open_container(content, name, _LIMITS).inside
        name = max(
            (one for one in inside if rest == one or rest.startswith(f"{one}/")),
            key=len,
            default="",
        )
        if not name:
            break
        taken = inside[name]()[0]
        if isinstance(taken, Refusal):
            raise Refused(taken.code, taken.reason)
        if rest == name:
            return taken
        content, rest = taken, rest.removeprefix(f"{name}/")
    raise Refused("R201", "它已不在压缩包里。")
