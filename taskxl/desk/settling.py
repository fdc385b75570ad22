"""A finding settled by hand: 已核实，不算, for a reason that the ledger keeps."""

from datetime import datetime

from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.ledger import open_ledger
from taskxl.ledger.settlements import list_settlements, record_settlement
from taskxl.merge.settled import key_of_finding, settle_month
from taskxl.model import Month
from taskxl.text import tidy
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace

LONGEST = 500
"""Characters of a reason."""


def settle_finding(
    workspace: Workspace, month: Month, finding: Finding, reason: str, now: datetime
) -> Month:
    """Record why a finding of a month does not count; return the month without it.

    A blank reason takes an earlier one back. Raises TaskxlError where it is too long, or the
    ledger cannot be written.
    """
    reason = tidy(reason)
    if len(reason) > LONGEST:
        raise TaskxlError(f"理由有 {len(reason)} 字，最多 {LONGEST} 字。请写短一些。")
    with hold_workspace(workspace, "settle"), open_ledger(workspace.ledger_path) as ledger:
        record_settlement(ledger, month.period, key_of_finding(finding), reason, now)
        return settle_month(month, list_settlements(ledger, month.period))
