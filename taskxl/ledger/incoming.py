"""What the ledger knows of letters that came in, and of the files that hung on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from taskxl.ledger.schema import transaction
from taskxl.ledger.store import Ledger
from taskxl.model import Period

BOUNCED = "被退回"
"""How the outcome of a letter begins that brings one of ours back; its Message-ID follows."""
OPEN = "?"
"""Before the key of a letter that lies unread in the mailbox: it is asked for again."""
NOT_FETCHED, TOO_LARGE, UNREADABLE, BROKEN = "没有取到", "太大", "读不出来", "结构残缺"
"""How the outcome of a letter begins that may hold a return which nobody has seen."""

Arrivals = dict[tuple[str, str], datetime]
"""When what lies under 回收/ came by mail, by its file and SHA-256."""


@dataclass(frozen=True, slots=True)
class CollectedFile:
    """A file that hung on a letter; `file` is where it lies below 回收/, "" where it does not."""

    name: str
    digest: str
    file: str
    outcome: str


@dataclass(frozen=True, slots=True)
class CollectedMessage:
    """A letter out of the mailbox or a folder: `source` and `key` tell it from all others."""

    source: str
    key: str
    message_id: str
    sender: str
    subject: str
    sent_at: datetime | None
    received_at: datetime | None
    outcome: str
    files: tuple[CollectedFile, ...] = ()


def record_messages(
    ledger: Ledger, period: Period, messages: Iterable[CollectedMessage], now: datetime | None
) -> None:
    """Record letters with what hung on them, all or nothing; what is known already adds nothing."""
    connection, at = ledger.connection, _time(now)
    with transaction(connection):
        for message in messages:
            connection.execute(
                "INSERT INTO messages (source, key, message_id, sender, subject, sent_at,"
                " received_at, outcome, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (source, key) DO NOTHING",
                (
                    message.source,
                    message.key,
                    _storable(message.message_id),
                    _storable(message.sender),
                    _storable(message.subject),
                    _time(message.sent_at),
                    _time(message.received_at),
                    message.outcome,
                    at,
                ),
            )
            (number,) = connection.execute(
                "SELECT id FROM messages WHERE source = ? AND key = ?",
                (message.source, message.key),
            ).fetchone()
            for file in message.files:
                values = (number, _storable(file.name), file.digest, period.key, file.file)
                connection.execute(
                    "INSERT INTO attachments"
                    " (message, name, digest, period, file, outcome, recorded_at)"
                    " SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM attachments"
                    " WHERE message = ? AND name = ? AND digest = ? AND period = ? AND file = ?)",
                    (*values, file.outcome, at, *values),
                )


def known_keys(ledger: Ledger, source: str) -> frozenset[str]:
    """Return the keys of the letters of a source that are recorded."""
    rows = ledger.connection.execute("SELECT key FROM messages WHERE source = ?", (source,))
    return frozenset(key for (key,) in rows)


def list_bounced(ledger: Ledger) -> dict[str, str]:
    """Return why letters of ours came back, by their Message-ID."""
    rows = ledger.connection.execute(
        "SELECT outcome FROM messages WHERE substr(outcome, 1, ?) = ? ORDER BY id",
        (len(BOUNCED) + 2, f"{BOUNCED} <"),
    )
    parts = (outcome[len(BOUNCED) + 1 :].partition("：") for (outcome,) in rows)
    return {message_id: reason for message_id, _, reason in parts}


def list_open(ledger: Ledger, source: str) -> list[CollectedMessage]:
    """Return the letters of a source that were never brought, by the keys they would have."""
    return [message for message in _list_unread(ledger, (OPEN,)) if message.source == source]


def list_unread(ledger: Ledger, since: date) -> list[CollectedMessage]:
    """Return the letters since a day that may hold a return which nobody has seen."""
    found = _list_unread(ledger, (OPEN, TOO_LARGE, UNREADABLE, BROKEN))
    moments = ((one, one.received_at or one.sent_at) for one in found)
    return [one for one, moment in moments if moment is None or moment.date() >= since]


def _list_unread(ledger: Ledger, marks: tuple[str, ...]) -> list[CollectedMessage]:
    rows = ledger.connection.execute(
        "SELECT source, key, message_id, sender, subject, sent_at, received_at, outcome"
        " FROM messages ORDER BY id"
    ).fetchall()
    settled = {(source, key) for source, key, *_ in rows}
    found = []
    for source, key, message_id, sender, subject, sent, received, outcome in rows:
        bare = key.removeprefix(OPEN)
        kept_open = key != bare and (source, bare) not in settled
        if (OPEN in marks and kept_open) or (key == bare and outcome.startswith(marks)):
            found.append(
                CollectedMessage(
                    source,
                    bare,
                    message_id,
                    sender,
                    subject,
                    _moment(sent),
                    _moment(received),
                    outcome,
                )
            )
    return found


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def list_arrivals(ledger: Ledger | None, period: Period) -> Arrivals:
    """Return when each file that was put under 回收/ came by mail: the first time that it did."""
    arrivals: Arrivals = {}
    if ledger is None:
        return arrivals
    rows = ledger.connection.execute(
        "SELECT file, digest, received_at FROM attachments JOIN messages"
        " ON messages.id = attachments.message"
        " WHERE period = ? AND file <> '' AND received_at IS NOT NULL",
        (period.key,),
    )
    for file, digest, at in rows:
        moment = datetime.fromisoformat(at)
        arrivals[file, digest] = min(moment, arrivals.get((file, digest), moment))
    return arrivals


def list_senders(ledger: Ledger | None, period: Period) -> dict[tuple[str, str], str]:
    """Return the senders of mailed files under 回收/, keyed by file and SHA-256."""
    if ledger is None:
        return {}
    rows = ledger.connection.execute(
        "SELECT file, digest, sender FROM attachments JOIN messages"
        " ON messages.id = attachments.message WHERE period = ? AND file <> ''",
        (period.key,),
    )
    return {(file, digest): sender for file, digest, sender in rows}


def list_collected(ledger: Ledger, period: Period) -> dict[str, str]:
    """Return the files that were put under 回收/ of a period, by their SHA-256."""
    rows = ledger.connection.execute(
        "SELECT digest, file FROM attachments WHERE period = ? AND file <> '' ORDER BY id DESC",
        (period.key,),
    )
    return dict(rows.fetchall())


def list_hung(ledger: Ledger, period: Period) -> frozenset[tuple[str, str]]:
    """Return what was put under 回收/ of a period, by its letter's Message-ID and its SHA-256."""
    rows = ledger.connection.execute(
        "SELECT message_id, digest FROM attachments JOIN messages"
        " ON messages.id = attachments.message"
        " WHERE period = ? AND file <> '' AND message_id <> ''",
        (period.key,),
    )
    return frozenset(rows.fetchall())


def is_issued_form(ledger: Ledger, digest: str) -> bool:
    """Tell whether the content of that SHA-256 is a form as we issued it, filled in by nobody."""
    query = "SELECT 1 FROM forms WHERE digest = ? LIMIT 1"
    return ledger.connection.execute(query, (digest,)).fetchone() is not None


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
