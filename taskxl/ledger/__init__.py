"""台账.db: what was issued, mailed, received and merged in a year, kept for good."""

from taskxl.ledger.outgoing import (
    LetterKind,
    RecordedLetter,
    Topic,
    find_letter,
    record_event,
    record_letter,
)
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
    "LetterKind",
    "Merge",
    "Origin",
    "ReceivedFile",
    "RecordedLetter",
    "Topic",
    "count_ledger",
    "find_letter",
    "mark_of",
    "open_ledger",
    "record_event",
    "record_letter",
    "verify_ledger",
]
