"""台账.db-缓存: what need not be worked out again; without it nothing changes but time.

Nothing in it is trusted: what is found there is believed only where it bears the digest of its own
bytes under the very question that is asked, and the question names the program. Anything else is
as if it were not there, and worked out anew.
"""

import contextlib
import json
import os
import sqlite3
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from taskxl.ledger.values import read_noun, write_noun
from taskxl.paths import database_address

Noun = TypeVar("Noun")
SUFFIX = "-缓存"
_APPLICATION = 0x74786B31
_TABLE = (
    "CREATE TABLE IF NOT EXISTS kept"
    " (scope TEXT, key TEXT, digest TEXT, content BLOB, PRIMARY KEY (scope, key))"
)
# Libraries whose reading is part of what is kept.
_LIBRARIES = ("python-calamine", "lxml", "rapidfuzz", "pdfplumber", "msoffcrypto-tool")
_LOSSES = (sqlite3.Error, OSError, zlib.error, ValueError, TypeError, AttributeError, KeyError)
"""What a damaged or foreign cache may raise; whoever asks is told that there is nothing."""


class Kept:
    """The values kept beside a ledger, by scope and question; opened when first asked.

    Without `write` nothing is ever written; without a regular file there nothing is known. No
    method raises: what cannot be read or written is not kept.
    """

    def __init__(self, ledger_path: Path, write: bool) -> None:
        self.path = ledger_path.with_name(ledger_path.name + SUFFIX)
        self.write = write
        self._connection: sqlite3.Connection | None = None
        self._opened = False

    @property
    def is_open(self) -> bool:
        """Whether there is a file to look into, or to write."""
        return self._open() is not None

    def find(self, kind: type[Noun], scope: str, question: str) -> Noun | None:
        """Return the value kept under a question, None where none can be believed."""
        connection = self._open()
        if connection is None:
            return None
        key = _key(question)
        with contextlib.suppress(*_LOSSES):
            row = connection.execute(
                "SELECT digest, content FROM kept WHERE scope = ? AND key = ?", (scope, key)
            ).fetchone()
            if row and row[0] == _digest(key, row[1]):
                return read_noun(kind, zlib.decompress(row[1]))
        return None

    def keep(self, scope: str, values: Iterable[tuple[str, object]]) -> None:
        """Keep values, each under its question."""
        connection = self._open() if self.write else None
        if connection is None:
            return
        rows = []
        for question, value in values:
            with contextlib.suppress(*_LOSSES):
                written = write_noun(value)
                # What would not come back as it is, is not kept.
                if read_noun(type(value), written) == value:
                    key, content = _key(question), zlib.compress(written, 1)
                    rows.append((scope, key, _digest(key, content), content))
        if rows:
            with contextlib.suppress(*_LOSSES), connection:
                connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows)

    def forget_others(self, scope: str, questions: Iterable[str]) -> None:
        """Drop what a scope has beside some questions."""
        connection = self._open() if self.write else None
        if connection is None:
            return
        with contextlib.suppress(*_LOSSES), connection:
            found = connection.execute("SELECT key FROM kept WHERE scope = ?", (scope,)).fetchall()
            stale = {key for (key,) in found} - {_key(question) for question in questions}
            connection.executemany(
                "DELETE FROM kept WHERE scope = ? AND key = ?", [(scope, key) for key in stale]
            )

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._opened = None, False

    def _open(self) -> sqlite3.Connection | None:
        if not self._opened:
            self._opened = True
            with contextlib.suppress(*_LOSSES):
                self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection | None:
        try:
            if not stat.S_ISREG(self.path.lstat().st_mode):
                return None
        except FileNotFoundError:
            return _connect(self.path, "rwc") if self.write else None
        try:
            return _connect(self.path, "rw" if self.write else "ro")
        except sqlite3.OperationalError:
            return None  # locked, or not to be written: that does not make it damaged
        except sqlite3.DatabaseError:
            if not self.write:
                return None
        self.path.unlink()
        return _connect(self.path, "rwc")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open a cache; raises sqlite3.DatabaseError where it is none."""
    connection = sqlite3.connect(database_address(path, mode), uri=True, timeout=1)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")  # it may be lost at any time
        connection.execute("PRAGMA synchronous = OFF")
        if mode == "rwc":
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(_TABLE)
            connection.commit()
        elif connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise sqlite3.DatabaseError("not a cache")
        connection.execute("SELECT scope, key, digest, content FROM kept LIMIT 1").fetchone()
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError) and "locked" not in str(error):
            raise sqlite3.DatabaseError("not a cache") from error
        raise
    return connection


def _key(question: str) -> str:
    return sha256(f"{_program()}\0{question}".encode("utf-8", "surrogatepass")).hexdigest()


def _digest(key: str, content: bytes) -> str:
    return sha256(key.encode() + content).hexdigest()


@cache
def _program() -> str:
    """Return the digest of the program itself and of the libraries that read for it."""
    from importlib.metadata import PackageNotFoundError, version

    told: list[str] = [sys.version, sys.platform]
    for name in _LIBRARIES:
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            told.append(name)
    whole = sha256(json.dumps(told).encode())
    root = str(Path(__file__).resolve().parent.parent)
    for path in sorted(_program_files(root)):
        # Some 400 files at the start of every command: plain calls, no objects around them.
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            content = file.read()
        name = path[len(root) :].replace(os.sep, "/")
        whole.update(f"\0{name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def _program_files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _program_files(entry.path)
            elif not entry.name.endswith((".pyc", ".pyo")):
                yield entry.path
