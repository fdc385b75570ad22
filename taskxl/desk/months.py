"""One month of a workspace: merged from its folder, judged by its list, recorded in the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from taskxl.dates import report_day
from taskxl.dates.year import year_periods
from taskxl.desk.kept_returns import KeptReturns
from taskxl.desk.lost_months import explain_absence
from taskxl.desk.own_forms import know_forms
from taskxl.desk.return_files import Progress, read_returns
from taskxl.errors import TaskxlError
from taskxl.forms.returned.reader import Expected
from taskxl.intake.gate import read_once
from taskxl.intake.refusals import Refused
from taskxl.ledger import Ledger, ReceivedFile
from taskxl.ledger.kept import Kept
from taskxl.ledger.receipts import KnownArrivals, know_arrivals
from taskxl.ledger.settlements import list_settlements
from taskxl.merge.month import merge_month
from taskxl.model import FindingKey, MasterList, Month, Period, Return, Revision
from taskxl.orders import with_delays, with_instructions, without_delays
from taskxl.text import quote, show
from taskxl.workspace.folder import Workspace, list_returns

# ---------------------------------------------------------------- from the folders


def require_month(workspace: Workspace, period: Period) -> None:
    """Raise TaskxlError where a period has no folder, or none for returns."""
    if not workspace.has_month(period):
        raise TaskxlError(explain_absence(workspace, period))
    if not workspace.returns_folder(period).is_dir():
        raise TaskxlError(
            f"没有文件夹“{show(workspace.returns_folder(period))}”，不能当作谁都没有报送。"
            "请把收回的表放进这个文件夹（还没有收到，就建一个空的），再运行。"
        )


@dataclass(frozen=True, slots=True)
class MergedFolder:
    """A month merged from 回收/, with the returns it rests on and the list it was judged by.

    `merge_by` merges the same returns by another list.
    """

    month: Month
    returns: tuple[Return, ...]
    judged: MasterList
    merge_by: Callable[[MasterList], Month]


def merge_folder(
    workspace: Workspace,
    master: MasterList,
    period: Period,
    history: Sequence[Month],
    issued: Mapping[str, str],
    progress: Progress = None,
    revisions: Sequence[Revision] = (),
    known: KnownArrivals | None = None,
    issued_lists: tuple[MasterList, ...] = (),
    today: date | None = None,
    folder: Path | None = None,
    settlements: Mapping[FindingKey, str] = MappingProxyType({}),
    kept: Kept | None = None,
) -> MergedFolder:
    """Merge what lies under 回收/ of a period, or under another `folder` as if it were that.

    `history` are the year's earlier months, `issued` the form id that each office was sent last,
    `revisions` what the 办公室 corrected in the summary; `known` tells when files came;
    `issued_lists` are those by which the forms went out; `settlements` what the 办公室 does not
    count, with its reasons; `today` is the day of the merge, without
    which the report day has come; `kept` has what the same files were found to say before.
    """
    deadline = report_day(period, master.settings)
    early = today is not None and today < deadline
    as_of = today if today is not None and early else deadline
    known_forms = know_forms(workspace, master.settings, period, kept)
    expected = Expected(
        with_instructions(with_delays(master, as_of), period, period.first_day),
        period,
        known_forms.texts,
        tuple(one for listed in issued_lists for one in _as_issued(listed, period)),
        form_pictures=known_forms.pictures,
        asked=known_forms.asked,
    )
    # What lies elsewhere is no month of the workspace: nothing is kept of it.
    readings = KeptReturns(kept, expected) if kept and folder is None else None
    files = list_returns(folder) if folder else workspace.list_returns(period)
    folder = folder or workspace.returns_folder(period)
    arrivals = known or KnownArrivals()
    returns = tuple(read_returns(folder, files, expected, progress, arrivals, readings))

    def merge_by(listed: MasterList) -> Month:
        return merge_month(
            listed,
            period,
            as_of,
            returns,
            history,
            deadline=deadline if early else None,
            issued=issued,
            revisions=revisions,
            asked=known_forms.asked,
            settlements=settlements,
        )

    return MergedFolder(merge_by(master), returns, master, merge_by)


def _as_issued(listed: MasterList, period: Period) -> tuple[MasterList, ...]:
    """Return a list as its forms show it: with the dates of its day, and with those of its own."""
    day = report_day(period, listed.settings)
    return tuple(
        with_instructions(one, period, period.first_day)
        for one in (with_delays(listed, day), listed)
    )


# ---------------------------------------------------------------- by which list, after what


@dataclass(frozen=True, slots=True)
class Before:
    """What a month rests on beside its folder.

    `history` are the year's earlier months, oldest first; `last` is the month as it was last
    merged, None before that. `today` is the day of the merge; without it the report day has come.
    """

    history: tuple[Month, ...] = ()
    last: Month | None = None
    today: date | None = None


def choose_master(
    workspace: Workspace,
    ledger: Ledger | None,
    master: MasterList,
    period: Period,
    last: Month | None,
) -> tuple[MasterList, str | None]:
    """Return the list by which a period is judged, and a line where it is not the present one.

    A month after which another has been issued is past: the list of its last merge (`last`)
    stands, or where it was never merged the list by which its forms went out.
    """
    later = [one for one in year_periods(master.settings) if one > period]
    issued = next(filter(workspace.has_month, later), None)
    if ledger is None or issued is None:
        return master, None
    past = without_delays(last.master) if last else ledger.issued_by(period)
    if past is None or past == master:
        return master, None
    return past, (
        f"{issued.name}已经下发，{period.name}仍按当时的主清单汇总；之后对主清单的改动不影响它。"
    )


def look_at_folder(
    workspace: Workspace,
    ledger: Ledger | None,
    master: MasterList,
    period: Period,
    before: Before,
    progress: Progress = None,
    revisions: Sequence[Revision] | None = None,
    folder: Path | None = None,
) -> tuple[MergedFolder, list[str]]:
    """Merge a month as its list and the year before it stand; with lines that say which list.

    `revisions` are the corrections in force; None: those of its last merge. Another `folder` is
    merged as if it were 回收/.
    """
    if revisions is None:
        revisions = before.last.revisions if before.last else ()
    judged, note = choose_master(workspace, ledger, master, period, before.last)
    issued = ledger.issued(period) if ledger else {}
    known = know_arrivals(ledger, period)
    lists = ledger.issued_lists(period, judged) if ledger else ()
    merged = merge_folder(
        workspace,
        judged,
        period,
        before.history,
        issued,
        progress,
        revisions,
        known,
        lists,
        before.today,
        folder,
        list_settlements(ledger, period) if ledger else {},
        ledger.kept if ledger else None,
    )
    return merged, [note] if note else []


def describe_unmerged(workspace: Workspace, month: Month) -> str | None:
    """Return a line on the files in a month's 回收/ that its last merge has not seen, or None."""
    period = month.period
    seen = {file.file for file in month.files}
    new = [name for name in workspace.list_returns(period) if name not in seen]
    if not new:
        return None
    named = "、".join(map(quote, new[:3])) + ("等" if len(new) > 3 else "")
    return (
        f"{period.name}的回收文件夹里有 {len(new)} 个文件还没有汇总过（{named}）。"
        f"要补上，请运行 taskxl merge --month {period.month}。"
    )


# ---------------------------------------------------------------- into the ledger


def record_month(
    workspace: Workspace,
    ledger: Ledger,
    merged: MergedFolder,
    now: datetime | None,
    changes: Sequence[Revision] = (),
) -> list[str]:
    """Record a merge with every file it rests on, and the corrections that it found.

    Returns a line for each file that could not be kept.
    """
    files, lost = gather_files(workspace, ledger, merged)
    ledger.record_merge(merged.month, files, now, changes=changes)
    return [
        f"{quote(name)}在汇总的时候有变动，没有存进台账。请再运行一次 taskxl merge。"
        for name in lost
    ]


def gather_files(
    workspace: Workspace, ledger: Ledger, merged: MergedFolder
) -> tuple[list[ReceivedFile], list[str]]:
    """Return the files of a merge to record, and the names of those that changed since."""
    folder = workspace.returns_folder(merged.month.period)
    archives = {one.file: one.sha256 for one in merged.returns if one.code is None and one.reason}
    files: list[ReceivedFile] = []
    lost: list[str] = []
    gathered: set[str] = set()
    for one in merged.returns:
        if not one.sha256:
            continue  # a link, or what nobody can open: there is nothing to keep
        archive = next((a for name, a in archives.items() if one.file.startswith(f"{name}/")), None)
        if archive is not None and archive not in gathered and not ledger.holds(archive):
            continue  # the zip itself is among the lost
        content = None
        if archive is None and one.sha256 not in gathered and not ledger.holds(one.sha256):
            content = read_again(folder / one.file)
            if content is None or sha256(content).hexdigest() != one.sha256:
                lost.append(one.file)
                continue
            gathered.add(one.sha256)
        files.append(
            ReceivedFile(one.file, one.sha256, content, archive, one.received_at, one.receipt)
        )
    return files, lost


def read_again(path: Path) -> bytes | None:
    """Return the content of a file that was read in a worker, None where it cannot be read."""
    try:
        return read_once(path)[0]
    except Refused:
        return None
