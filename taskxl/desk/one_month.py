"""One month merged, recorded in the ledger, and its summary workbook written."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from taskxl.desk.months import Before, look_at_folder, record_month, require_month
from taskxl.desk.return_files import Progress
from taskxl.desk.summary_files import Penned, keep_summary, look_at_summary, require_unchanged
from taskxl.desk.taking_orders import take_up_delays
from taskxl.ledger import Ledger, mark_of
from taskxl.ledger.own import careful_writer
from taskxl.model import MasterList, Month, Period
from taskxl.text import show
from taskxl.workspace.files import CarefulWriter, require_writable
from taskxl.workspace.folder import Workspace


@dataclass(frozen=True, slots=True)
class MergeReport:
    """A merged month and the summary workbook; `written` is False where it stayed the same.

    `master` is the list as it stands now: applications for more time have rows in it.
    """

    month: Month
    summary: Path
    written: bool
    notes: tuple[str, ...] = ()
    master: MasterList | None = None


def look_for_corrections(
    workspace: Workspace, ledger: Ledger, master: MasterList, period: Period, before: Before
) -> Penned:
    """Find what was corrected by hand in a period's summary: see `look_at_summary`."""

    def merge_fresh() -> Month:
        return look_at_folder(workspace, ledger, master, period, before, revisions=())[0].month

    return look_at_summary(workspace, ledger, period, before.last, merge_fresh)


def merge_one(
    workspace: Workspace,
    ledger: Ledger,
    master: MasterList,
    period: Period,
    before: Before,
    penned: Penned,
    now: datetime | None,
    progress: Progress = None,
) -> MergeReport:
    """Merge one period with what was `penned` in its summary, record it and write the next one."""
    from taskxl.reports.summary import write_summary

    beside = workspace.summary_path(period) != penned.path
    merged, kept = look_at_folder(
        workspace, ledger, master, period, before, progress, penned.revisions
    )
    listed, told = take_up_delays(workspace, ledger, master, merged.month, now)
    if listed != master and merged.judged == master:
        merged = replace(merged, month=merged.merge_by(listed))
    require_month(workspace, period)  # it may have been moved while it was read
    workspace.prepare_merge(period)
    content = write_summary(merged.month, mark_of(merged.month))
    notes = [*penned.notes, *kept, *told]
    notes += [f"新的汇总写在旁边：“{show(penned.path.name)}”。"] if beside else []
    require_writable(penned.path, content)
    notes += [
        keep_summary(path, one, penned.recorded) for path, one in penned.asides if one != content
    ]
    if penned.changes:
        notes.append(f"{period.name}的汇总表里有 {len(penned.changes)} 处手工修订，已保留并标明。")
    # First the ledger, then the file: a correction is never only in a file about to be replaced.
    writer = careful_writer(ledger, workspace.root, now)
    with ledger.as_one_step():
        notes += record_month(workspace, ledger, merged, now, penned.changes)
        take_over(writer, ledger, period, penned, now)
        ledger.record_summary(period, content, now)
        require_unchanged(penned)
    written = writer.write(penned.path, content)
    notes += filter(None, [written.note])
    return MergeReport(merged.month, penned.path, written.changed, tuple(notes), listed)


def take_over(
    writer: CarefulWriter, ledger: Ledger, period: Period, penned: Penned, now: datetime | None
) -> None:
    """Record that a period has what was read in its summaries, and keep them as they lay there."""
    for content in penned.taken:
        writer.records.keep(penned.path.name, content)
        ledger.record_summary(period, content, now)
