"""The year out of the ledger: written as a workbook, or proved whole."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from taskxl.dates.year import year_periods
from taskxl.desk.lists import load_master
from taskxl.desk.months import describe_unmerged
from taskxl.desk.next_year import recall_past
from taskxl.errors import TaskxlError
from taskxl.ledger import count_ledger, open_ledger, verify_ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.own import careful_writer
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


@dataclass(frozen=True, slots=True)
class YearReport:
    """The ledger workbook; `written` is False where it stayed the same."""

    path: Path
    written: bool
    notes: tuple[str, ...]


def write_year(workspace: Workspace, now: datetime | None = None) -> YearReport:
    """Write the year's merged months as `2021年工作台账.xlsx`.

    `now` is when it is recorded. `notes` name the months that were issued but never merged, and
    files that no merge has seen.
    Raises TaskxlError where no month has been merged yet, or writing fails.
    """
    from taskxl.reports.year_book import write_ledger

    settings = load_master(workspace)[0].settings
    path = workspace.year_path(settings.year)
    with hold_workspace(workspace, "ledger"), look_into_ledger(workspace) as ledger:
        periods = year_periods(settings)
        months = [month for p in periods if ledger and (month := ledger.month(p))]
        if ledger is None or not months:
            raise TaskxlError("台账里还没有汇总过的月份。请先运行 taskxl merge。")
        merged = {month.period for month in months}
        notes = [
            f"{period.name}已下发，还没有汇总，不在台账里。"
            for period in periods
            if workspace.has_month(period) and period not in merged
        ]
        notes += filter(None, [describe_unmerged(workspace, month) for month in months])
        pasts, lost = recall_past(workspace, ledger)
        writer = careful_writer(ledger, workspace.root, now)
        written = writer.write(path, write_ledger(months, pasts, settings))
        notes += filter(None, [lost, written.note])
        return YearReport(path, written.changed, tuple(notes))


def verify_year(workspace: Workspace) -> tuple[tuple[str, ...], str]:
    """Return what is wrong with 台账.db, a Chinese line each, and how much it holds.

    Raises TaskxlError where there is none, or it cannot be opened.
    """
    if not workspace.ledger_path.is_file():
        raise TaskxlError("还没有台账（台账.db）。第一次运行 taskxl issue 或 merge 时会建立。")
    with open_ledger(workspace.ledger_path, create=False) as ledger:
        faults = verify_ledger(ledger)
        return faults, "" if faults else count_ledger(ledger)
