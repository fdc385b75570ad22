"""When returns came and whose they are: by mail, as a person registered it, as first seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from taskxl.ledger.incoming import Arrivals, list_arrivals
from taskxl.ledger.schema import transaction
from taskxl.ledger.store import Ledger
from taskxl.model import Period

Key = tuple[str, str]
"""A file of 回收/ by its name there and its SHA-256."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a person registered of a file; `office` "" and `received_at` None where not said."""

    name: str
    digest: str
    office: str = ""
    received_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """When a file had come as a merge recorded it first, and what that rested on."""

    received_at: datetime
    receipt: Literal["mail", "file", "hand"]


@dataclass(frozen=True, slots=True)
class KnownArrivals:
    """All that the ledger knows of a period's arrivals.

    `seen` are by name and content, `copies` the earliest by content alone: for files that were
    renamed or copied since.
    """

    mailed: Arrivals = field(default_factory=dict)
    registered: Mapping[Key, Receipt] = field(default_factory=dict)
    seen: Mapping[Key, Seen] = field(default_factory=dict)
    copies: Mapping[str, Seen] = field(default_factory=dict)

    def recall(self, name: str, digest: str) -> Seen | None:
        """Return how these bytes were recorded, under this name or else under another."""
        return self.seen.get((name, digest)) or self.copies.get(digest)


def record_receipt(ledger: Ledger, period: Period, receipt: Receipt, now: datetime | None) -> None:
    """Record what a person says of a file; what was said of it last already adds nothing."""
    last = list_registered(ledger, period).get((receipt.name, receipt.digest))
    if last == receipt:
        return
    at = receipt.received_at.isoformat(timespec="seconds") if receipt.received_at else None
    with transaction(ledger.connection):
        ledger.connection.execute(
            "INSERT INTO receipts (period, name, digest, office, received_at, note, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                period.key,
                receipt.name.encode("utf-8", "backslashreplace").decode(),
                receipt.digest,
                receipt.office,
                at,
                receipt.note.encode("utf-8", "backslashreplace").decode(),
                now.isoformat(timespec="seconds") if now else None,
            ),
        )


def list_registered(ledger: Ledger, period: Period) -> dict[Key, Receipt]:
    """Return what was registered by hand of a period's files, of each what was said last."""
    rows = ledger.connection.execute(
        "SELECT name, digest, office, received_at, note FROM receipts WHERE period = ? ORDER BY id",
        (period.key,),
    )
    return {
        (name, digest): Receipt(
            name, digest, office, datetime.fromisoformat(at) if at else None, note
        )
        for name, digest, office, at, note in rows
    }


def know_arrivals(ledger: Ledger | None, period: Period) -> KnownArrivals:
    """Return all that the ledger knows of when a period's returns came and whose they are."""
    if ledger is None:
        return KnownArrivals()
    seen: dict[Key, Seen] = {}
    copies: dict[str, Seen] = {}
    rows = ledger.connection.execute(
        "SELECT name, digest, received_at, receipt FROM files"
        " WHERE period = ? AND received_at IS NOT NULL ORDER BY id",
        (period.key,),
    )
    for name, digest, at, receipt in rows:
        seen[name, digest] = Seen(datetime.fromisoformat(at), receipt)
        copies.setdefault(digest, seen[name, digest])
    registered = list_registered(ledger, period)
    return KnownArrivals(list_arrivals(ledger, period), registered, seen, copies)
