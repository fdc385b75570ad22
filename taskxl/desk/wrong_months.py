"""Forms of one month that lie in the 回收/ of another: found, and said where they are missed."""

from taskxl.dates.year import year_periods
from taskxl.desk.return_files import read_returns
from taskxl.forms.returned.reader import Expected
from taskxl.ledger import Ledger
from taskxl.model import Month, Period
from taskxl.orders import with_instructions
from taskxl.text import quote
from taskxl.workspace.folder import Workspace

_OTHER_PERIOD = "R206"


def describe_elsewhere(workspace: Workspace, ledger: Ledger | None, month: Month) -> list[str]:
    """Return a line for each form of a month that lies in another month's 回收/; writes nothing.

    Only those of offices whose form is missed are looked for, among the files that the other
    month's last merge called another month's, and those that it has not seen.
    """
    missed = {one.office for one in month.offices if one.state in ("missing", "rejected")}
    if not missed:
        return []
    here = {file.sha256 for file in month.files}
    lines = []
    for period in year_periods(month.master.settings):
        if period == month.period or not workspace.has_month(period):
            continue
        for name, office in _find_forms(workspace, ledger, month, period, here):
            if office in missed:
                lines.append(
                    f"{period.name}的回收里有{office}{month.period.month}月的表（{quote(name)}），"
                    f"请移到{month.period.name}的回收再汇总。"
                )
    return lines


def _find_forms(
    workspace: Workspace, ledger: Ledger | None, month: Month, there: Period, here: set[str]
) -> list[tuple[str, str]]:
    """Return names and offices of the forms of a month that lie among the returns of `there`."""
    last = ledger.month(there) if ledger else None
    files = last.files if last else ()
    seen = {file.file for file in files}
    other = [file.file for file in files if file.code == _OTHER_PERIOD]
    names = [
        name
        for name in workspace.list_returns(there)
        # What came in a zip bears the name of the zip before its own.
        if name not in seen or any(one == name or one.startswith(f"{name}/") for one in other)
    ]
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
