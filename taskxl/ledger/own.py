"""What is taskxl's own in the workspace, and what persons had made of it, kept."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from taskxl.ledger.schema import transaction
from taskxl.ledger.store import Ledger
from taskxl.workspace.files import CarefulWriter


class LedgerRecords:
    """The ledger as `workspace.files` asks and tells it; `now` is when it is recorded."""

    def __init__(self, ledger: Ledger, now: datetime | None) -> None:
        self.ledger, self.now = ledger, now

    def wrote(self, digest: str) -> bool:
        """Tell whether content of that SHA-256 was written by taskxl.

        Ledgers of before this was recorded know forms as issued and summaries. A form that was
        only found in its folder may have been filled there.
        """
        query = (
            "SELECT 1 FROM written WHERE digest = :digest"
            " UNION ALL SELECT 1 FROM summaries WHERE digest = :digest"
            " UNION ALL SELECT 1 FROM forms WHERE digest = :digest AND origin = 'run' LIMIT 1"
        )
        return self.ledger.connection.execute(query, {"digest": digest}).fetchone() is not None

    def knows(self, name: str) -> bool:
        """Tell whether anything was ever written at `name`, as far as is recorded."""
        query = "SELECT 1 FROM written WHERE name = ? LIMIT 1"
        return self.ledger.connection.execute(query, (_as_stored(name),)).fetchone() is not None

    def record(self, name: str, digest: str) -> None:
        """Record that content of that SHA-256 is about to be written at `name`."""
        self._add("written", name, digest)

    def keep(self, name: str, content: bytes) -> None:
        """Keep for good what a person had made of the file at `name`."""
        with transaction(self.ledger.connection):
            self.ledger.store(content)
            self._add("kept", name, sha256(content).hexdigest())

    def _add(self, table: str, name: str, digest: str) -> None:
        at = self.now.isoformat(timespec="seconds") if self.now else None
        with transaction(self.ledger.connection):
            self.ledger.connection.execute(
                f"INSERT INTO {table} (name, digest, recorded_at) VALUES (?, ?, ?)"  # noqa: S608
                " ON CONFLICT (digest, name) DO NOTHING",
                (_as_stored(name), digest, at),
            )


def _as_stored(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def careful_writer(ledger: Ledger, root: Path, now: datetime | None) -> CarefulWriter:
    """Return the writer of a workspace's files that knows from the ledger what is taskxl's own."""
    return CarefulWriter(root, LedgerRecords(ledger, now))
