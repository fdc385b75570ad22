"""A database of one run, in memory or in a file: what is looked up in it ends with the run."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from taskxl.paths import database_address

LOSSES = (OSError, sqlite3.Error)
"""What may be raised where there is no room for one."""


class Scratch:
    """An open database; nothing in it is ever mended or told apart from a half-written one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def create(cls, path: Path | None = None) -> "Scratch":
        """Return an empty one in a new file, or without a path in memory."""
        # The one who reads need not be the one who filled it: a page has threads.
        connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        return cls(connection)

    @classmethod
    def open(cls, path: Path) -> "Scratch":
        """Return one that another process has filled, to be read."""
        return cls(sqlite3.connect(database_address(path, "ro&immutable=1"), uri=True))

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def script(self, statements: str) -> None:
        """Run several statements."""
        self._connection.executescript(statements)

    def many(self, query: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each of some rows."""
        self._connection.executemany(query, rows)

    def each(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""
        return iter(self._connection.execute(query, values))

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self._connection.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        """Return the first row of a query, None where there is none."""
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row
