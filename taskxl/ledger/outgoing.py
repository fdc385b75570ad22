"""Letters in the ledger: what was to go out, and what became of it.

A letter is recorded before the server is spoken to, and what became of it after: see
`schema._LETTERS`. Of letters that are about the same (period, kind, office, basis) the last one
recorded counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from typing import Literal, get_args

from taskxl.ledger.schema import transaction
from taskxl.ledger.store import Ledger
from taskxl.model import Period

LetterKind = Literal["issue", "remind", "send-back"]
LetterEvent = Literal["sending", "sent", "deferred", "refused", "returned"]
"""What became of a letter; `returned`: it went out, and a delivery report came back."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a letter is about; `basis` is a digest of what it rests on (a form, the findings)."""

    period: Period
    kind: LetterKind
    office: str
    basis: str


@dataclass(frozen=True, slots=True)
class RecordedLetter:
    """A letter as recorded, with the last thing that became of it.

    `copy` counts the letters on one topic from 1; `event` is None where nothing was tried yet.
    """

    number: int
    copy: int
    message_id: str
    digest: str
    recorded_at: datetime | None
    event: LetterEvent | None
    detail: str
    event_at: datetime | None

    @property
    def is_pending(self) -> bool:
        """Whether it has certainly not gone out, so that it can be sent."""
        return self.event not in ("sending", "sent", "returned")


def find_letter(ledger: Ledger, topic: Topic) -> RecordedLetter | None:
    """Return the last letter recorded on a topic, or None."""
    rows = ledger.connection.execute(
        "SELECT id, message_id, digest, recorded_at FROM letters"
        " WHERE period = ? AND kind = ? AND office = ? AND basis = ? ORDER BY id",
        (topic.period.key, topic.kind, topic.office, topic.basis),
    ).fetchall()
    if not rows:
        return None
    number, message_id, digest, at = rows[-1]
    last = ledger.connection.execute(
        "SELECT event, detail, recorded_at FROM letter_events WHERE letter = ?"
        " ORDER BY id DESC LIMIT 1",
        (number,),
    ).fetchone()
    event, detail, event_at = last or (None, "", None)
    return RecordedLetter(
        number, len(rows), message_id, digest, _moment(at), event, detail, _moment(event_at)
    )


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter of ours, of one that came back why; `period` is a key, `recipients` addresses."""

    number: int
    period: str
    kind: LetterKind
    office: str
    recipients: tuple[str, ...]
    detail: str = ""


def find_written(ledger: Ledger, message_ids: Iterable[str]) -> WrittenLetter | None:
    """Return the letter of ours that bears the first of these Message-IDs that one bears."""
    query = "SELECT id, period, kind, office, recipients FROM letters WHERE message_id = ?"
    for message_id in message_ids:
        found = ledger.connection.execute(query, (message_id,)).fetchone()
        if found:
            number, period, kind, office, recipients = found
            addresses = tuple(recipients.split("\n"))
            return WrittenLetter(number, period, kind, office, addresses)
    return None


def record_returned(ledger: Ledger, number: int, detail: str, now: datetime) -> None:
    """Record that a letter came back; the same report that is read again adds nothing."""
    with transaction(ledger.connection):
        ledger.connection.execute(
            "INSERT INTO letter_events (letter, event, detail, recorded_at)"
            " SELECT ?, 'returned', ?, ? WHERE NOT EXISTS (SELECT 1 FROM letter_events"
            " WHERE letter = ? AND event = 'returned' AND detail = ?)",
            (number, detail, now.isoformat(timespec="seconds"), number, detail),
        )


def list_returned(ledger: Ledger, period: Period) -> list[WrittenLetter]:
    """Return the letters of a period that came back, unless a later one on the kind went out.

    `detail` joins what came back of each: of several recipients each may send one.
    """
    rows = ledger.connection.execute(
        "SELECT id, kind, office, recipients, (SELECT group_concat(detail, '；')"
        " FROM letter_events WHERE letter = letters.id AND event = 'returned')"
        " FROM letters WHERE period = ? AND EXISTS (SELECT 1 FROM letter_events"
        " WHERE letter = letters.id AND event IN ('sent', 'returned')) ORDER BY id",
        (period.key,),
    )
    last = {
        (kind, office): WrittenLetter(
            number, period.key, kind, office, tuple(recipients.split("\n")), detail or ""
        )
        for number, kind, office, recipients, detail in rows
    }
    return [one for one in last.values() if one.detail]


def record_letter(
    ledger: Ledger,
    topic: Topic,
    message_id: str,
    recipients: tuple[str, ...],
    subject: str,
    content: bytes,
    now: datetime,
) -> int:
    """Record a letter that is to go out, with every byte of it; return its number."""
    with transaction(ledger.connection):
        digest = ledger.store(content)
        cursor = ledger.connection.execute(
            "INSERT INTO letters (period, kind, office, basis, message_id, recipients, subject,"
            " digest, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                topic.period.key,
                topic.kind,
                topic.office,
                topic.basis,
                message_id,
                "\n".join(recipients),
                subject,
                digest,
                now.isoformat(timespec="seconds"),
            ),
        )
    return int(cursor.lastrowid or 0)


def record_event(
    ledger: Ledger, number: int, event: LetterEvent, detail: str, now: datetime
) -> None:
    """Record what became of a letter, at once and for good."""
    with transaction(ledger.connection):
        ledger.connection.execute(
            "INSERT INTO letter_events (letter, event, detail, recorded_at) VALUES (?, ?, ?, ?)",
            (number, event, detail, now.isoformat(timespec="seconds")),
        )


def verify_letters(ledger: Ledger) -> Iterator[str]:
    """Yield what is wrong with the recorded letters, a Chinese line each.

    The content of each must be the letter of that id; events are of a known kind, and nothing
    was tried again after a letter went out.
    """
    query = "SELECT id, office, message_id, digest FROM letters ORDER BY id"
    for number, office, message_id, digest in ledger.connection.execute(query).fetchall():
        content = ledger.content(digest) if ledger.is_whole(digest) else None
        head = content and BytesHeaderParser().parsebytes(content)
        # What is damaged is said where contents are checked.
        if head and head.get("Message-ID") != message_id:
            yield f"第 {number} 封信件（{office}）存下的内容不是这一封。"
        rows = ledger.connection.execute(
            "SELECT event FROM letter_events WHERE letter = ? ORDER BY id", (number,)
        )
        events = [event for (event,) in rows]
        known = set(events) <= set(get_args(LetterEvent))
        tries = [event for event in events if event != "returned"]
        # What never went out cannot have come back.
        if "sent" in tries[:-1] or not known or events[:1] == ["returned"]:
            yield f"第 {number} 封信件（{office}）的发送记录前后不符。"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
