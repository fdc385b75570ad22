"""Small lists written out in a test, read as a file of theirs would be."""

from taskxl.findings import Finding
from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.hints import make_hints
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import TaskList

Read = tuple[TaskList, tuple[Finding, ...]]
TITLE: list[Value] = ["2024年重点任务清单"]


def read_sheets(*sheets: Sheet, columns: tuple[str, ...] = ()) -> Read:
    """Read a workbook of these sheets; `columns` are what a person says of them."""
    return read_task_list([Book("清单.xlsx", "xlsx", sheets)], hints=make_hints(columns))


def read_rows(
    *rows: list[Value],
    merges: tuple[Area, ...] = (),
    name: str = "表",
    columns: tuple[str, ...] = (),
) -> Read:
    """Read a workbook of one sheet with these rows."""
    return read_sheets(Sheet(name, tuple(map(tuple, rows)), merges), columns=columns)


def read_lines(*texts: str) -> Read:
    """Read a text of these lines."""
    lines = tuple(Line(number, text) for number, text in enumerate(texts, 1))
    return read_task_list([Book("清单.txt", "text", (), lines)])


def messages(found: Read, code: str) -> list[str]:
    """Return what the findings of a code say."""
    return [finding.message for finding in found[1] if finding.code == code]
