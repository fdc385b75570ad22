"""A month merged with the year behind it: written, or only looked at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from taskxl.dates import doubt_report_day
from taskxl.desk.filled_forms import describe_filled, find_filled
from taskxl.desk.lists import load_master, settle_master
from taskxl.desk.lost_months import describe_lookalikes
from taskxl.desk.months import Before, look_at_folder, require_month
from taskxl.desk.one_month import MergeReport, look_for_corrections, merge_one
from taskxl.desk.rebuilding import rebuild
from taskxl.desk.return_files import Progress
from taskxl.desk.summary_files import with_corrections
from taskxl.desk.taking_orders import take_up_instructions
from taskxl.desk.wrong_months import describe_elsewhere
from taskxl.desk.year_walk import recall_months, walk_year
from taskxl.ledger import open_ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.model import Month, Period, Revision
from taskxl.text import call_offices
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


def merge_returns(
    workspace: Workspace,
    period: Period,
    progress: Progress = None,
    now: datetime | None = None,
    corrections: Sequence[Revision] = (),
) -> MergeReport:
    """Merge everything under 回收/, record it in the ledger and write the summary workbook.

    First 主清单.xlsx is read, and months that the ledger does not know are recorded from their
    folders. Then the year is walked once, oldest month first: what somebody wrote in an earlier
    summary is taken up, and each month is handed on to the next. What was corrected in this
    period's own summary is found. The returns are read, each in a worker, and merged with all of
    that. Last the merge goes into the ledger, and after it the summary to its place.

    `now` is when it is recorded; `corrections` were made elsewhere than in the summary.
    Raises TaskxlError where there is no such month or writing fails, or the summary says something
    else of what is to be corrected.
    """
    require_month(workspace, period)
    with hold_workspace(workspace, "merge"), open_ledger(workspace.ledger_path) as ledger:
        master, notes = settle_master(workspace, ledger, now)
        notes += rebuild(workspace, ledger, master, period, now)
        year = walk_year(workspace, ledger, master, period, now)
        notes += [*year.corrections, *year.unmerged]
        if ledger.first_issued(period) is None and not ledger.merges(period):
            notes += filter(None, [doubt_report_day(period, master.settings)])
        before = Before(year.months, ledger.month(period), now.date() if now else None)
        master = year.master
        penned = look_for_corrections(workspace, ledger, master, period, before)
        penned = with_corrections(penned, corrections)
        master, told = take_up_instructions(
            workspace,
            ledger,
            master,
            period,
            penned.revisions,
            penned.changes,
            before.last.revisions if before.last else (),
            now,
        )
        notes += told
        report = merge_one(workspace, ledger, master, period, before, penned, now, progress)
        notes += filter(None, [describe_lookalikes(workspace, period)])
        notes += describe_elsewhere(workspace, ledger, report.month, year.months)
        notes += describe_filled(find_filled(workspace, ledger, period))
    word = master.settings.office_word
    return replace(report, notes=tuple(call_offices(n, word) for n in (*notes, *report.notes)))


def note_strays(workspace: Workspace, month: Month) -> list[str]:
    """Return lines on what of a month lies elsewhere than in its 回收/; writes nothing.

    Such are forms that were filled in 下发/, forms in another month's 回收/, and folders that look
    like the month's own.
    """
    returned = {file.sha256 for file in month.files}
    notes = [*filter(None, [describe_lookalikes(workspace, month.period)])]
    with look_into_ledger(workspace) as ledger:
        notes += describe_elsewhere(workspace, ledger, month)
        return notes + describe_filled(find_filled(workspace, ledger, month.period, returned))


def look_at_month(
    workspace: Workspace, period: Period, progress: Progress = None, today: date | None = None
) -> Month:
    """Return the month as it stands in 回收/; writes nothing.

    `today` is the day of which that is true; without it the report day has come.
    """
    require_month(workspace, period)
    master, _ = load_master(workspace)
    with look_into_ledger(workspace) as ledger:
        history = recall_months(workspace, ledger, master, period)
        before = Before(history, ledger.month(period) if ledger else None, today)
        return look_at_folder(workspace, ledger, master, period, before, progress)[0].month
