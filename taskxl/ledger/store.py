"""What the ledger is told and what it can be asked: forms, files, lists and merges of a year."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from taskxl.errors import TaskxlError
from taskxl.ledger.kept import Kept
from taskxl.ledger.schema import open_database, speak_chinese, transaction
from taskxl.ledger.values import read_master, read_month, write_master, write_month
from taskxl.model import MasterList, Month, Period, Revision
from taskxl.text import show

Origin = Literal["run", "folder"]
"""Recorded as it happened, or read later from the folders of the workspace."""


@dataclass(frozen=True, slots=True)
class IssuedForm:
    """One form as it went out: its id and its bytes."""

    office: str
    form_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of 回收/ by the name it bears there.

    `content` is None for a file inside a zip, whose digest is `archive`, and for one whose
    content is in the ledger already.
    """

    name: str
    digest: str
    content: bytes | None
    archive: str | None
    received_at: datetime | None
    receipt: Literal["mail", "file", "hand"]


@dataclass(frozen=True, slots=True)
class Merge:
    """An entry of the history of merges; `number` counts all merges of the year from 1."""

    number: int
    period: str
    recorded_at: datetime | None
    origin: Origin


class Ledger:
    """An open 台账.db: see `open_ledger`."""

    def __init__(self, connection: sqlite3.Connection, path: Path, write: bool = True) -> None:
        self.connection = connection
        self.path = path
        self.kept = Kept(path, write)

    def as_one_step(self) -> AbstractContextManager[None]:
        """Record all that is told inside, or, where anything fails there, nothing of it."""
        return transaction(self.connection)

    # ------------------------------------------------------------ told

    def record_forms(
        self,
        period: Period,
        master: MasterList,
        forms: Sequence[IssuedForm],
        now: datetime | None,
        origin: Origin = "run",
    ) -> None:
        """Record forms that go out; one that its office was issued last already adds nothing."""
        with transaction(self.connection):
            listed = self._store_master(master, now)
            for form in forms:
                digest = self.store(form.content)
                last = self._one(
                    "SELECT digest FROM forms WHERE period = ? AND office = ?"
                    " ORDER BY id DESC LIMIT 1",
                    (period.key, form.office),
                )
                if last is None or last[0] != digest:
                    self.connection.execute(
                        "INSERT INTO forms"
                        " (period, office, form_id, digest, origin, recorded_at, master)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (period.key, form.office, form.form_id, digest, origin, _time(now), listed),
                    )

    def record_merge(
        self,
        month: Month,
        files: Iterable[ReceivedFile],
        now: datetime | None,
        origin: Origin = "run",
        changes: Iterable[Revision] = (),
    ) -> bool:
        """Record a merge and the files it rests on, all or nothing; tell whether it is a new one.

        `changes` are the corrections that this merge found. A merge that equals the last one of
        its period adds nothing.
        """
        period = month.period.key
        with transaction(self.connection):
            for file in files:
                self._record_file(period, file, now)
            master = self._store_master(month.master, now)
            digest = self.store(write_month(month))
            last = self._one(
                "SELECT master, month FROM merges WHERE period = ? ORDER BY id DESC LIMIT 1",
                (period,),
            )
            if last == (master, digest):
                return False
            merge = self.connection.execute(
                "INSERT INTO merges (period, master, month, origin, recorded_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (period, master, digest, origin, _time(now)),
            ).lastrowid
            self.connection.executemany(
                "INSERT INTO revisions (merge, task, office, field, was, now, recorded_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        merge,
                        x.task,
                        x.office,
                        x.field,
                        _storable(x.was),
                        _storable(x.now),
                        _time(now),
                    )
                    for x in changes
                ],
            )
        return True

    def record_summary(self, period: Period, content: bytes, now: datetime | None) -> None:
        """Record that the last merge of a period has all that is in a summary workbook.

        Such are the one that is written for it, and those whose corrections it has taken over.
        """
        with transaction(self.connection):
            self.connection.execute(
                "INSERT INTO summaries (merge, digest, recorded_at)"
                " SELECT max(id), ?, ? FROM merges WHERE period = ? HAVING max(id) IS NOT NULL"
                " ON CONFLICT (merge, digest) DO NOTHING",
                (sha256(content).hexdigest(), _time(now), period.key),
            )

    def record_import(self, stated: MasterList, source: str, now: datetime | None) -> None:
        """Record a list as its document states it; what equals the last one adds nothing."""
        with transaction(self.connection):
            digest = self._store_master(stated, now)
            if self._last_import() != digest:
                self.connection.execute(
                    "INSERT INTO imports (master, source, recorded_at) VALUES (?, ?, ?)",
                    (digest, _storable(source), _time(now)),
                )

    def _record_file(self, period: str, file: ReceivedFile, now: datetime | None) -> None:
        stored = None if file.archive else file.digest
        if file.content is not None:
            self.store(file.content)
        self.connection.execute(
            "INSERT INTO files"
            " (period, name, digest, stored, archive, received_at, receipt, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (period, name, digest) DO NOTHING",
            (
                period,
                _storable(file.name),
                file.digest,
                stored,
                file.archive,
                _time(file.received_at),
                file.receipt,
                _time(now),
            ),
        )

    def _store_master(self, master: MasterList, now: datetime | None) -> str:
        digest = self.store(write_master(master))
        self.connection.execute(
            "INSERT INTO master_lists (digest, recorded_at) VALUES (?, ?)"
            " ON CONFLICT (digest) DO NOTHING",
            (digest, _time(now)),
        )
        return digest

    def store(self, content: bytes) -> str:
        """Keep a content, once whatever comes how often; return its SHA-256."""
        digest = sha256(content).hexdigest()
        if not self.holds(digest):
            self.connection.execute(
                "INSERT INTO blobs (digest, size, content) VALUES (?, ?, ?)",
                (digest, len(content), zlib.compress(content, 6)),
            )
        return digest

    # ------------------------------------------------------------ asked

    def holds(self, digest: str) -> bool:
        """Tell whether the content of that SHA-256 is in the ledger."""
        return self._one("SELECT 1 FROM blobs WHERE digest = ?", (digest,)) is not None

    def content(self, digest: str) -> bytes:
        """Return the content of that SHA-256; raises TaskxlError when it is absent or damaged."""
        row = self._one("SELECT content FROM blobs WHERE digest = ?", (digest,))
        try:
            content = zlib.decompress(row[0]) if row else None
        except zlib.error:
            content = None
        if content is None or sha256(content).hexdigest() != digest:
            raise TaskxlError(
                f"“{show(self.path)}”里的一份内容（{digest[:12]}）缺失或已损坏。"
                "请运行 taskxl ledger --verify 查看，并从备份中找回台账。"
            )
        return content

    def is_whole(self, digest: str) -> bool:
        """Tell whether the content of that SHA-256 can be returned."""
        try:
            self.content(digest)
        except TaskxlError:
            return False
        return True

    def merges(self, period: Period | None = None) -> tuple[Merge, ...]:
        """Return the history of merges, oldest first, of one period or of all."""
        rows = self.connection.execute(
            "SELECT id, period, recorded_at, origin FROM merges"
            " WHERE ? IN (period, '') ORDER BY id",
            (period.key if period else "",),
        )
        return tuple(
            Merge(number, key, datetime.fromisoformat(at) if at else None, origin)
            for number, key, at, origin in rows
        )

    def month(self, period: Period, number: int | None = None) -> Month | None:
        """Return a month as it stood at its last merge, or at the merge of that number.

        None where there is no such merge. Raises TaskxlError when what is stored is damaged.
        """
        row = self._one(
            "SELECT master, month FROM merges WHERE period = ? AND id = coalesce(?, id)"
            " ORDER BY id DESC LIMIT 1",
            (period.key, number),
        )
        if row is None:
            return None
        try:
            return read_month(self.content(row[1]), read_master(self.content(row[0])))
        except ValueError as error:
            raise TaskxlError(
                f"“{show(self.path)}”里{period.name}的汇总记录读不懂。请从备份中找回台账；"
                "没有备份时请把它移走，再运行 taskxl merge，会由各月文件夹重建。"
            ) from error

    def marked_month(self, period: Period, mark: str) -> Month | None:
        """Return a month as it stood at the last merge with that mark (see `mark_of`), or None."""
        row = self._one(
            "SELECT max(id) FROM merges"
            " WHERE period = ? AND substr(month, 1, 16) || substr(master, 1, 16) = ?",
            (period.key, mark),
        )
        return self.month(period, row[0]) if row and row[0] else None

    def knows_summary(self, period: Period, content: bytes) -> bool:
        """Tell whether all that is in a workbook is recorded for a period: see record_summary."""
        return (
            self._one(
                "SELECT 1 FROM summaries JOIN merges ON merges.id = summaries.merge"
                " WHERE merges.period = ? AND summaries.digest = ?",
                (period.key, sha256(content).hexdigest()),
            )
            is not None
        )

    def has_summary(self, period: Period) -> bool:
        """Tell whether a summary of a period is recorded, of whatever merge: see record_summary."""
        return (
            self._one(
                "SELECT 1 FROM summaries JOIN merges ON merges.id = summaries.merge"
                " WHERE merges.period = ?",
                (period.key,),
            )
            is not None
        )

    def last_import(self) -> MasterList | None:
        """Return the list as the document stated it that was read in last, None before any was."""
        digest = self._last_import()
        return self._read_list(digest) if digest else None

    def find_import(self, source: str) -> tuple[str, MasterList] | None:
        """Return the first import whose source begins so: all of its source, its list; or None."""
        row = self._one(
            "SELECT source, master FROM imports WHERE substr(source, 1, ?) = ? ORDER BY id LIMIT 1",
            (len(source), source),
        )
        return (str(row[0]), self._read_list(row[1])) if row else None

    def _last_import(self) -> str:
        row = self._one("SELECT master FROM imports ORDER BY id DESC LIMIT 1", ())
        return str(row[0]) if row else ""

    def master_lists(self) -> Iterator[MasterList]:
        """Yield every version of the list that a month, forms or an import rest on."""
        query = "SELECT digest FROM master_lists ORDER BY recorded_at, digest"
        for (digest,) in self.connection.execute(query).fetchall():
            yield self._read_list(digest)

    def _read_list(self, digest: str) -> MasterList:
        try:
            return read_master(self.content(digest))
        except ValueError as error:
            raise TaskxlError(
                f"“{show(self.path)}”里的一版清单（{digest[:12]}）读不懂。请从备份中找回台账。"
            ) from error

    def issued_by(self, period: Period) -> MasterList | None:
        """Return the list by which a period's forms went out last, None where nobody knows it."""
        row = self._one(
            "SELECT master FROM forms WHERE period = ? ORDER BY id DESC LIMIT 1", (period.key,)
        )
        return self._read_list(row[0]) if row and row[0] else None

    def knows_revision(self, period: Period, one: Revision) -> bool:
        """Tell whether this very correction was recorded at some merge of a period."""
        found = (period.key, one.task, one.office, one.field, _storable(one.now))
        return (
            self._one(
                "SELECT 1 FROM revisions JOIN merges ON merges.id = revisions.merge"
                " WHERE merges.period = ? AND task = ? AND office = ? AND field = ? AND now = ?",
                found,
            )
            is not None
        )

    def issued_lists(
        self, period: Period, known: MasterList | None = None
    ) -> tuple[MasterList, ...]:
        """Return every list by which forms of a period went out; `known` where it is that one.

        So a large list, most often the very one of the merge, does not stand beside itself.
        """
        same = sha256(write_master(known)).hexdigest() if known is not None else ""
        query = "SELECT DISTINCT master FROM forms WHERE period = ? AND master IS NOT NULL"
        rows = self.connection.execute(f"{query} ORDER BY master", (period.key,)).fetchall()
        return tuple(
            known if known is not None and digest == same else self._read_list(digest)
            for (digest,) in rows
        )

    def issued(self, period: Period) -> dict[str, str]:
        """Return the id of the form that each office was issued last."""
        rows = self.connection.execute(
            "SELECT office, form_id FROM forms WHERE period = ? ORDER BY id", (period.key,)
        )
        return dict(rows.fetchall())

    def form_digests(self, period: Period) -> tuple[tuple[str, str], ...]:
        """Return the office and SHA-256 of every form of a period that ever went out, in order."""
        rows = self.connection.execute(
            "SELECT office, digest FROM forms WHERE period = ? ORDER BY id", (period.key,)
        )
        return tuple(rows.fetchall())

    def issued_contents(self, period: Period) -> tuple[bytes, ...]:
        """Return the bytes of every form of a period that ever went out, each once."""
        query = "SELECT DISTINCT digest FROM forms WHERE period = ? ORDER BY digest"
        rows = self.connection.execute(query, (period.key,)).fetchall()
        return tuple(self.content(digest) for (digest,) in rows)

    def first_issued(self, period: Period) -> date | None:
        """Return the day on which forms of a period first went out, None where no run said so."""
        query = "SELECT min(recorded_at) FROM forms WHERE period = ? AND origin = 'run'"
        (at,) = self.connection.execute(query, (period.key,)).fetchone()
        return datetime.fromisoformat(at).date() if at else None

    def files(self, period: Period) -> dict[str, str]:
        """Return every file ever received for a period, its SHA-256 by its name.

        Of files that came under one name the last one counts.
        """
        rows = self.connection.execute(
            "SELECT name, digest FROM files WHERE period = ? ORDER BY id", (period.key,)
        )
        return dict(rows.fetchall())

    def originals(self, period: Period) -> tuple[tuple[str, str], ...]:
        """Return the name and SHA-256 of every content ever received for a period, once each.

        A file inside a zip is none: its zip is.
        """
        rows = self.connection.execute(
            "SELECT name, digest FROM files WHERE period = ? AND stored IS NOT NULL ORDER BY id",
            (period.key,),
        )
        return tuple(rows.fetchall())

    def _one(self, query: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.connection.execute(query, values).fetchone()
        return row


def mark_of(month: Month) -> str:
    """Return the fingerprint that identifies this merge: 32 hexadecimal digits."""
    contents = (write_month(month), write_master(month.master))
    return "".join(sha256(content).hexdigest()[:16] for content in contents)


@contextmanager
def open_ledger(path: Path, create: bool = True) -> Iterator[Ledger]:
    """Open 台账.db, made or brought to the newest version where needed, and close it after.

    Raises TaskxlError, one Chinese line, for everything that SQLite objects to, FileNotFoundError
    where it is absent and `create` is False.
    """
    connection = open_database(path, create)
    ledger: Ledger | None = None
    try:
        with speak_chinese(path):
            ledger = Ledger(connection, path, write=create)
            yield ledger
    finally:
        if ledger is not None:
            ledger.kept.close()
        connection.close()


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _storable(name: str) -> str:
    """Return a file's name as SQLite can hold it: bytes that are no text are written out."""
    return name.encode("utf-8", "backslashreplace").decode()
