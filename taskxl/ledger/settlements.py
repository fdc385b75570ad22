"""What the 办公室 looked into and does not count (已核实，不算), with its reasons."""

from datetime import datetime

from taskxl.ledger.schema import transaction
from taskxl.ledger.store import Ledger
from taskxl.model import FindingKey, Period


def record_settlement(
    ledger: Ledger, period: Period, key: FindingKey, reason: str, now: datetime | None
) -> None:
    """Record why a finding does not count; "" takes that back. What stands already adds nothing."""
    if list_settlements(ledger, period).get(key) == reason:
        return
    values = (key.code, key.office, key.task, key.message, *(key.place or (None,) * 3), reason)
    told = [one and one.encode("utf-8", "backslashreplace").decode() for one in values]
    with transaction(ledger.connection):
        ledger.connection.execute(
            "INSERT INTO settlements"
            " (period, code, office, task, message, file, sheet, cell, reason, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (period.key, *told, now.isoformat(timespec="seconds") if now else None),
        )


def list_settlements(ledger: Ledger, period: Period) -> dict[FindingKey, str]:
    """Return the reasons that stand in a period, by what they are of; "" of what was taken back."""
    rows = ledger.connection.execute(
        "SELECT code, office, task, message, file, sheet, cell, reason FROM settlements"
        " WHERE period = ? ORDER BY id",
        (period.key,),
    )
    return {
        FindingKey(
            code, office, task, message, None if file is None else (file, sheet, cell)
        ): reason
        for code, office, task, message, file, sheet, cell, reason in rows
    }
