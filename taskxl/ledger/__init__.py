"""台账.db: what was issued, received and merged in a year, kept for good."""

from taskxl.ledger.store import (
    IssuedForm,
    Ledger,
    Merge,
    Origin,
    ReceivedFile,
    mark_of,
    open_ledger,
)
from taskxl.ledger.verify import count_ledger, verify_ledger

__all__ = [
    "IssuedForm",
    "Ledger",
    "Merge",
    "Origin",
    "ReceivedFile",
    "count_ledger",
    "mark_of",
    "open_ledger",
    "verify_ledger",
]
