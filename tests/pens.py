"""The 办公室 at work in a summary: what it writes into 汇总表, and what offices send meanwhile."""

import os
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl

from taskxl.desk.merging import MergeReport, merge_returns
from taskxl.model import Entry, Period
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, make_workspace

NOW = datetime(2021, 4, 26, 9, 0)
CAME = datetime(2021, 4, 20, 9, 0).timestamp()
MAY = Period(2021, 5)
_SAVINGS = count(1)


def send(
    workspace: Workspace, *offices: str, came: float = CAME, period: Period = APRIL, **said: Any
) -> None:
    """Let offices fill and return their forms; `said` goes to `fill_form`."""
    for office in offices:
        form = workspace.form_path(office, period)
        target = workspace.returns_folder(period) / form.name
        fill_form(form, target, **said)
        os.utime(target, (came, came))


def make_merged_april(root: Path) -> Workspace:
    """Make a workspace of April with two of three returns, merged."""
    workspace = make_workspace(root)
    send(workspace, "办公室", "基教股")
    merge(workspace)
    return workspace


def merge(workspace: Workspace, period: Period = APRIL) -> MergeReport:
    """Merge a period."""
    return merge_returns(workspace, period, now=NOW)


class Pen:
    """The summary open in a spreadsheet program: cells of 汇总表 by task and header."""

    def __init__(self, path: Path) -> None:
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.sheet = self.book["汇总表"]
        self.header = next(
            row[0].row for row in self.sheet.iter_rows(max_row=9) if row[0].value == "编号"
        )
        self.columns = {cell.value: cell.column for cell in self.sheet[self.header]}

    def rows(self, task: str) -> Iterator[int]:
        """Yield the rows of a task."""
        column = self.columns["标识"]
        for row in range(self.header + 1, self.sheet.max_row + 1):
            # A row that goes on says so there: 2, 续1.
            if str(self.sheet.cell(row, column).value).split("\n")[0] == task:
                yield row

    def row(self, task: str) -> int:
        """Return the first row of a task."""
        return next(self.rows(task))

    def cell(self, task: str, header: str) -> Any:
        """Return the cell of a task, in the first of its rows."""
        return self.sheet.cell(self.row(task), self.columns[header])

    def write(self, task: str, header: str, text: object) -> "Pen":
        """Write into the cell of a task."""
        self.cell(task, header).value = text
        return self

    def save(self) -> None:
        """Save in place, as Excel does: no two savings are the same bytes, however fast."""
        self.book.properties.revision = str(next(_SAVINGS))
        self.book.save(self.path)


def entry_of(report: MergeReport, task: str, office: str) -> Entry:
    """Return the one entry of an office on a task."""
    (one,) = [e for e in report.month.entries if (e.task, e.office) == (task, office)]
    return one


def codes_of(report: MergeReport) -> list[str]:
    """Return the codes of all findings."""
    return [finding.code for finding in report.month.findings]
