"""Forms of one month that lie in the 回收/ of another: found, and said where they are missed."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from taskxl.dates.year import year_periods
from taskxl.desk.return_files import read_returns
from taskxl.forms.returned.reader import Expected
from taskxl.ledger import Ledger
from taskxl.model import Month, Period
from taskxl.orders import with_instructions
from taskxl.text import quote
from taskxl.workspace.folder import Workspace

_OTHER_PERIOD = "R206"


def describe_elsewhere(
    workspace: Workspace, ledger: Ledger | None, month: Month, walked: Sequence[Month] = ()
) -> list[str]:
    """Return a line for each form of a month that lies in another month's 回收/; writes nothing.

    Only those of offices whose form is missed are looked for, among the files that the other
    month's last merge called another month's, and those that it has not seen. Of months that were
    `walked` already in this run nothing is read again: what is new there is said elsewhere.
    """
    missed = {one.office for one in month.offices if one.state in ("missing", "rejected")}
    if not missed:
        return []
    here = {file.sha256 for file in month.files}
    known = {one.period: one for one in walked}
    lines = []
    for period in year_periods(month.master.settings):
        if period == month.period or not workspace.has_month(period):
            continue
        if period in known:
            names = _list_other_months(workspace, known[period])
        else:
            names = _list_suspects(workspace, ledger, period)
        for name, office in _find_forms(workspace, month, period, names, here):
            if office in missed:
                lines.append(
                    f"{period.name}的回收里有{office}{month.period.month}月的表（{quote(name)}），"
                    f"请移到{month.period.name}的回收再汇总。"
                )
    return lines


def _list_suspects(workspace: Workspace, ledger: Ledger | None, there: Period) -> list[str]:
    """Return the files of a month's 回收/ that its last merge has not seen, or called another's."""
    last = ledger.month(there) if ledger else None
    seen = {file.file for file in last.files} if last else set()
    new = [name for name in workspace.list_returns(there) if name not in seen]
    return [*new, *(_list_other_months(workspace, last) if last else ())]


def _list_other_months(workspace: Workspace, merged: Month) -> list[str]:
    """Return the files that are still in 回收/ of a month and that its merge called another's."""
    folder = workspace.returns_folder(merged.period)
    found = dict.fromkeys(
        # What came in a zip bears the name of the zip before its own.
        parent.as_posix()
        for file in merged.files
        if file.code == _OTHER_PERIOD
        for parent in (PurePosixPath(file.file), *PurePosixPath(file.file).parents)
        if (folder / parent).is_file()
    )
    return list(found)


def _find_forms(
    workspace: Workspace, month: Month, there: Period, names: Sequence[str], here: set[str]
) -> list[tuple[str, str]]:
    """Return names and offices of the forms of a month that lie among the returns of `there`."""
    if not names:
        return []
    listed = with_instructions(month.master, month.period, month.period.first_day)
    expected = Expected(listed, there, frozenset())
    folder = workspace.returns_folder(there)
    return [
        (read.file, form.office)
        for read in read_returns(folder, names, expected)
        if read.sha256 not in here
        for form in read.submissions
        if form.period == month.period.key
    ]
