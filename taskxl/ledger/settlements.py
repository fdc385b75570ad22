"""What the 办公室 looked into and does not count (已核实，不算), with its reasons."""

from datetime import datetime

from taskxl.ledger.schema import transaction
from taskxl.ledger.store import Ledger
from taskxl.model import FindingKey, Period


def record_settlement(
    ledger: Ledger, period: Period, key: FindingKey, reason: str, now: datetime | None
) -> None:
    """Record why a finding does not count; "" takes that back. What stands already adds nothing."""
    if list_settlements(ledger, period).get(key, "") == reason:
        return
    values = (*key, reason)
    told = [one.encode("utf-8", "backslashreplace").decode() for one in values]
    with transaction(ledger.connection):
        ledger.connection.execute(
            "INSERT INTO settlements (period, code, office, task, message, reason, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (period.key, *told, now.isoformat(timespec="seconds") if now else None),
        )


def list_settlements(ledger: Ledger, period: Period) -> dict[FindingKey, str]:
    """Return the reasons that stand in a period, by what they are of."""
    rows = ledger.connection.execute(
        "SELECT code, office, task, message, reason FROM settlements WHERE period = ? ORDER BY id",
        (period.key,),
    )
    last = {(code, office, task, message): reason for code, office, task, message, reason in rows}
    return {key: reason for key, reason in last.items() if reason}
