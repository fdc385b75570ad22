"""The year walked once, oldest month first: what each month said, handed on to the next.

A month's entry in the ledger and its folder are looked at once a walk, whoever needs them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from taskxl.dates.year import year_periods
from taskxl.desk.lost_months import describe_lookalikes
from taskxl.desk.months import Before, describe_unmerged, merge_folder
from taskxl.desk.one_month import look_for_corrections, merge_one, take_over
from taskxl.desk.taking_orders import take_up_instructions
from taskxl.errors import TaskxlError
from taskxl.ledger import Ledger
from taskxl.ledger.own import careful_writer
from taskxl.ledger.receipts import know_arrivals
from taskxl.merge.month import rests_on
from taskxl.model import MasterList, Month, Period
from taskxl.workspace.folder import Workspace


@dataclass(frozen=True, slots=True)
class WalkedYear:
    """The months before a period, oldest first, as they now stand.

    `master` is the list as it stands now, with the rows that summaries and returns have started.
    `corrections` are lines on what was taken up, `unmerged` one for each month whose 回收/ holds
    files that no merge has seen, or whose folder seems to bear another name.
    """

    months: tuple[Month, ...]
    corrections: tuple[str, ...]
    unmerged: tuple[str, ...]
    master: MasterList


def walk_year(
    workspace: Workspace, ledger: Ledger, master: MasterList, until: Period, now: datetime | None
) -> WalkedYear:
    """Walk the months before `until`, taking up what somebody has written in their summaries since.

    Such a month is merged again; else a leader's instruction would be missing in the forms that are
    about to go out. What rests on a month so merged is merged again, too; a late return alone
    changes its own month only. A summary that is open elsewhere or unreadable stops nothing.
    `now` is when it is recorded.
    """
    months: tuple[Month, ...] = ()
    notes: list[str] = []
    unmerged: list[str] = []
    before: Month | None = None
    moved = False
    merged = {merge.period for merge in ledger.merges()}
    newest = max(
        (one for one in year_periods(master.settings, until) if one.key in merged), default=None
    )
    for period in year_periods(master.settings, until):
        last = ledger.month(period)
        merged_now = False
        if last is not None and workspace.returns_folder(period).is_dir():
            stale = before is not None and not rests_on(
                last, before=before, corrections_only=not moved
            )
            at = Before(months, last, now.date() if now else None)
            try:
                penned = look_for_corrections(workspace, ledger, master, period, at)
                # Of months long past only what is written now: the rest was seen to in its time.
                recent = period == newest
                master, told = take_up_instructions(
                    workspace,
                    ledger,
                    master,
                    period,
                    penned.revisions if recent else penned.changes,
                    penned.changes,
                    last.revisions,
                    now,
                )
                notes += told
                if penned.changes or stale:
                    report = merge_one(workspace, ledger, master, period, at, penned, now)
                    last, moved, merged_now = report.month, True, True
                    notes += report.notes
                    master = report.master or master
                    notes += [f"{period.name}的前一个月有变动，已随之重新汇总。"] if stale else []
                else:
                    notes += penned.notes
                    # Saved anew and nothing written in it: it need not be read another time.
                    if not penned.asides:
                        writer = careful_writer(ledger, workspace.root, now)
                        take_over(writer, ledger, period, penned, now)
            except TaskxlError as error:
                notes.append(f"{period.name}的汇总表里新写的修订这次没有用上：{error}")
        if last is not None or workspace.has_month(period):
            before = last
        # What was merged just now has seen every file that there is.
        if last is not None and not merged_now and (line := describe_unmerged(workspace, last)):
            unmerged.append(line)
        if not workspace.has_month(period) and (line := describe_lookalikes(workspace, period)):
            unmerged.append(line)
        month = last or _read_folder(workspace, ledger, master, period, months)
        months += (month,) if month else ()
    return WalkedYear(months, tuple(notes), tuple(unmerged), master)


def recall_months(
    workspace: Workspace,
    ledger: Ledger | None,
    master: MasterList,
    until: Period,
    known: Sequence[Month] = (),
) -> tuple[Month, ...]:
    """Return the year's months before `until`, oldest first, as they were last merged.

    A month that was issued and never merged is read from its folder as it lies there now. Nothing
    is written. `known` are the first of these months, where somebody has recalled them already.
    """
    months = tuple(known)
    for period in year_periods(master.settings, until):
        if months and period <= months[-1].period:
            continue
        month = ledger.month(period) if ledger else None
        month = month or _read_folder(workspace, ledger, master, period, months)
        months += (month,) if month else ()
    return months


def _read_folder(
    workspace: Workspace,
    ledger: Ledger | None,
    master: MasterList,
    period: Period,
    history: tuple[Month, ...],
) -> Month | None:
    """Return a past month that was issued and never merged, as its folder has it now."""
    if not workspace.has_month(period):
        return None
    issued = ledger.issued(period) if ledger else {}
    known = know_arrivals(ledger, period)
    # It is past, so the list by which its forms went out stands.
    judged = (ledger.issued_by(period) if ledger else None) or master
    kept = ledger.kept if ledger else None
    return merge_folder(workspace, judged, period, history, issued, known=known, kept=kept).month
