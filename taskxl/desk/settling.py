"""A finding settled by hand: 已核实，不算, for a reason that the ledger keeps."""

from datetime import datetime

from taskxl.desk.deciding import mark_seen, require_seen
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.ledger import open_ledger
from taskxl.ledger.settlements import list_settlements, record_settlement
from taskxl.merge.settled import find_reasons, key_of_finding, settle_month
from taskxl.model import Month
from taskxl.text import is_blank, quote, tidy
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace

LONGEST = 500
"""Characters of a reason."""


def settle_finding(
    workspace: Workspace,
    month: Month,
    finding: Finding,
    reason: str,
    now: datetime,
    seen: str | None = None,
) -> Month:
    """Record why a finding of a month does not count; return the month without it.

    A blank reason takes an earlier one back; `seen` is the mark of the reason that stood before
    the person. Raises TaskxlError where the reason is too long, or another one stands there, or
    the ledger cannot be written.
    """
    reason = tidy(reason)
    if len(reason) > LONGEST:
        raise TaskxlError(f"理由有 {len(reason)} 字，最多 {LONGEST} 字。请写短一些。")
    key = key_of_finding(finding)
    with hold_workspace(workspace, "settle"), open_ledger(workspace.ledger_path) as ledger:
        there = find_reasons(month, list_settlements(ledger, month.period)).get(key, "")
        if there != reason:
            require_seen(seen, _explain_other(there, reason), there)
        record_settlement(ledger, month.period, key, reason, now)
        return settle_month(month, list_settlements(ledger, month.period))


def mark_reason(reason: str) -> str:
    """Return the mark of the reason that stands before a person, "" where there is none."""
    return mark_seen(reason)


def _explain_other(there: str, reason: str) -> str:
    told = "没有收回" if is_blank(reason) else f"没有改成{quote(reason, 60)}"
    if is_blank(there):
        return f"这一条的理由刚才在别处收回了，{told}。还是不算的，请再写一次。"
    return f"这一条刚才已经写了理由{quote(there, 60)}，{told}。要换，请在下面改。"
