"""A month merged: corrections taken up, recorded in the ledger, its summary written."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from taskxl.dates import doubt_report_day
from taskxl.dates.year import year_periods
from taskxl.desk.lists import load_master, settle_master
from taskxl.desk.months import find_unmerged, look_at_folder, record_month, require_month
from taskxl.desk.rebuilding import rebuild
from taskxl.desk.return_files import Progress
from taskxl.desk.summary_files import Penned, look_at_summary, put_aside, require_unchanged
from taskxl.errors import TaskxlError
from taskxl.ledger import Ledger, mark_of, open_ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.merge.month import rests_on
from taskxl.model import MasterList, Month, Period
from taskxl.text import call_offices, show
from taskxl.workspace.files import require_writable, write_whole
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace

# ---------------------------------------------------------------- the month


@dataclass(frozen=True, slots=True)
class MergeReport:
    """A merged month and the summary workbook; `written` is False where it stayed the same."""

    month: Month
    summary: Path
    written: bool
    notes: tuple[str, ...] = ()


def merge_returns(
    workspace: Workspace, period: Period, progress: Progress = None, now: datetime | None = None
) -> MergeReport:
    """Merge everything under 回收/, record it in the ledger and write the summary workbook.

    What a person corrected in this summary, and in those of earlier months, is found first and
    kept. `now` is when it is recorded.
    Raises TaskxlError where there is no such month or writing fails.
    """
    require_month(workspace, period)
    with hold_workspace(workspace, "merge"), open_ledger(workspace.ledger_path) as ledger:
        master, notes = settle_master(workspace, ledger)
        notes += rebuild(workspace, ledger, master, period, now)
        notes += _take_up_corrections(workspace, ledger, master, period, now)
        notes += find_unmerged(workspace, ledger, master.settings, period)
        notes += filter(None, [doubt_report_day(period, master.settings)])
        report = _merge(workspace, ledger, master, period, progress, now)
    word = master.settings.office_word
    return replace(report, notes=tuple(call_offices(n, word) for n in (*notes, *report.notes)))


def _merge(
    workspace: Workspace,
    ledger: Ledger,
    master: MasterList,
    period: Period,
    progress: Progress,
    now: datetime | None,
    penned: Penned | None = None,
) -> MergeReport:
    """Merge one period; `penned` is what was found in its summary, where somebody has looked."""
    from taskxl.reports.summary import write_summary

    penned = penned or _look_at_summary(workspace, ledger, master, period, ledger.month(period))
    beside = workspace.summary_path(period) != penned.path
    merged, kept = look_at_folder(workspace, ledger, master, period, progress, penned.revisions)
    workspace.prepare_month(period)
    content = write_summary(merged.month, mark_of(merged.month))
    notes = [*penned.notes, *kept]
    notes += [f"新的汇总写在旁边：“{show(penned.path.name)}”。"] if beside else []
    require_writable(penned.path, content)
    notes += [put_aside(path, one) for path, one in penned.asides if one != content]
    if penned.changes:
        notes.append(f"{period.name}的汇总表里有 {len(penned.changes)} 处手工修订，已保留并标明。")
    # First the ledger, then the file: a correction is never only in a file about to be replaced.
    with ledger.as_one_step():
        notes += record_month(workspace, ledger, merged, now, penned.changes)
        for one in (*penned.taken, content):
            ledger.record_summary(period, one, now)
        require_unchanged(penned)
    written = write_whole(penned.path, content)
    return MergeReport(merged.month, penned.path, written, tuple(notes))


def _look_at_summary(
    workspace: Workspace, ledger: Ledger, master: MasterList, period: Period, last: Month | None
) -> Penned:
    def merge_fresh() -> Month:
        return look_at_folder(workspace, ledger, master, period, None, ())[0].month

    return look_at_summary(workspace, ledger, period, last, merge_fresh)


def _take_up_corrections(
    workspace: Workspace,
    ledger: Ledger,
    master: MasterList,
    until: Period,
    now: datetime | None,
) -> list[str]:
    """Merge those months before `until` again in whose summaries somebody has written since.

    Else a leader's instruction would be missing in the forms that are about to go out. What rests
    on a month so merged is merged again, too; a late return alone changes its own month only.
    Returns lines on it; a summary that is open elsewhere or unreadable stops nothing.
    """
    notes: list[str] = []
    before: Month | None = None
    moved = False
    for period in year_periods(master.settings, until):
        last = ledger.month(period)
        if last is not None and workspace.returns_folder(period).is_dir():
            stale = before is not None and not rests_on(
                last, before=before, corrections_only=not moved
            )
            try:
                penned = _look_at_summary(workspace, ledger, master, period, last)
                if penned.changes or stale:
                    report = _merge(workspace, ledger, master, period, None, now, penned)
                    last, moved, notes = report.month, True, [*notes, *report.notes]
                    notes += [f"{period.name}的前一个月有变动，已随之重新汇总。"] if stale else []
                else:
                    notes += penned.notes
                    # Saved anew and nothing written in it: it need not be read another time.
                    for one in () if penned.asides else penned.taken:
                        ledger.record_summary(period, one, now)
            except TaskxlError as error:
                notes.append(f"{period.name}的汇总表里新写的修订这次没有用上：{error}")
        if last is not None or workspace.has_month(period):
            before = last
    return notes


def look_at_month(workspace: Workspace, period: Period, progress: Progress = None) -> Month:
    """Return the month as it stands in 回收/; writes nothing."""
    require_month(workspace, period)
    master, _ = load_master(workspace)
    with look_into_ledger(workspace) as ledger:
        return look_at_folder(workspace, ledger, master, period, progress)[0].month


# ---------------------------------------------------------------- rules
