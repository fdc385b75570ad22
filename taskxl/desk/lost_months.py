"""Month folders that are not where they were: renamed by hand, moved, copied, or gone."""

from taskxl.ledger.looking import look_into_ledger
from taskxl.model import Period
from taskxl.text import quote
from taskxl.workspace.files import explain_moved
from taskxl.workspace.folder import Workspace


def was_issued(workspace: Workspace, period: Period) -> bool:
    """Tell whether a period was issued, wherever its folder is now."""
    if workspace.has_month(period) or workspace.find_lookalikes(period):
        return True
    with look_into_ledger(workspace) as ledger:
        return ledger is not None and bool(ledger.issued(period) or ledger.merges(period))


def explain_absence(workspace: Workspace, period: Period) -> str:
    """Return one line that says why a period has no folder, and what to do."""
    if not workspace.root.is_dir():
        return explain_moved(workspace.root)
    if told := describe_lookalikes(workspace, period):
        return told
    if was_issued(workspace, period):
        return f"{_tell_loss(workspace, period)}；不要重新下发。"
    if doubt := doubt_year(workspace, period):
        return doubt
    return (
        f"{period.name}还没有下发：没有文件夹 {period.folder}。"
        f"请先运行 taskxl issue --month {period.month}。"
    )


def explain_loss(workspace: Workspace, period: Period) -> str:
    """Return one line to who wants to issue a period anew whose folder is gone."""
    return (
        f"{_tell_loss(workspace, period)}。确实找不回来的，请新建空文件夹“{period.folder}”再运行；"
        "收到过的原件，运行 taskxl ledger --originals 文件夹 取回。"
    )


def _tell_loss(workspace: Workspace, period: Period) -> str:
    return (
        f"台账里有{period.name}的下发和汇总记录，但没有文件夹“{period.folder}”。请从备份或"
        f"回收站里找回它，放在{workspace.master_path.name}旁边，再运行"
    )


def doubt_year(workspace: Workspace, period: Period) -> str | None:
    """Return a line where all month folders are of other years than 设置 says; else None."""
    years = workspace.other_years(period.year)
    if not years:
        return None
    return (
        f"主清单“设置”表里的年份是 {period.year}，这里的月份文件夹却是"
        f"{'、'.join(map(str, years))}年的。请核对“年份”，改好后再运行。"
    )


def describe_lookalikes(workspace: Workspace, period: Period) -> str | None:
    """Return a line on folders that look like a period's own and are not read; None without any."""
    found = workspace.find_lookalikes(period)
    if not found:
        return None
    names = "、".join(quote(path.relative_to(workspace.root).as_posix()) for path in found)
    if workspace.has_month(period):
        return (
            f"除了“{period.folder}”，还有{names}，不会去读。"
            f"里面有要用的文件，请移到“{period.folder}”里。"
        )
    which = "正在用的那一个" if len(found) > 1 else "它"
    return (
        f"没有文件夹“{period.folder}”，但有{names}，像是改了名或挪了地方。"
        f"请把{which}改名为“{period.folder}”，放在{workspace.master_path.name}旁边，再运行。"
    )
