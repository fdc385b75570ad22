"""台账.db as SQLite has it: its tables, their history, and how it is opened.

A new version of the tables is one more entry of `MIGRATIONS`; an entry that was released is never
changed. `PRAGMA user_version` counts the entries that a file has been through.
History is only added to: triggers refuse to change or delete what was recorded.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from taskxl.errors import TaskxlError
from taskxl.paths import database_address
from taskxl.text import show

APPLICATION = 0x7461_786C
"""`taxl`, in the file's head: tells a ledger from any other SQLite file."""
WAIT_SECONDS = 5.0

_TIME = "CHECK ({0} IS NULL OR {0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*')"
_PERIOD = "CHECK (period GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]')"
_DIGEST = "CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*')"


def _only_add_to(*tables: str) -> tuple[str, ...]:
    """Return the triggers that keep what is in these tables for good."""
    return tuple(
        f"""CREATE TRIGGER {table}_never_{verb} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE (ABORT, 'history is only added to'); END"""
        for table in tables
        for verb in ("UPDATE", "DELETE")
    )


_FIRST: tuple[str, ...] = (
    # Every content once, whatever it is; `size` is that of the content, which is zlib compressed.
    f"""CREATE TABLE blobs (
        digest TEXT PRIMARY KEY NOT NULL {_DIGEST},
        size INTEGER NOT NULL CHECK (size >= 0),
        content BLOB NOT NULL CHECK (typeof(content) = 'blob')
    )""",
    # The versions of 主清单.xlsx by which a month was merged or forms were issued.
    f"""CREATE TABLE master_lists (
        digest TEXT PRIMARY KEY NOT NULL REFERENCES blobs (digest),
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    f"""CREATE TABLE forms (
        id INTEGER PRIMARY KEY,
        period TEXT NOT NULL {_PERIOD},
        office TEXT NOT NULL CHECK (office <> ''),
        form_id TEXT NOT NULL CHECK (form_id <> ''),
        digest TEXT NOT NULL REFERENCES blobs (digest),
        origin TEXT NOT NULL CHECK (origin IN ('run', 'folder')),
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "CREATE INDEX forms_by_office ON forms (period, office)",
    # A file inside a zip has no content of its own: `archive` is the zip's.
    f"""CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        period TEXT NOT NULL {_PERIOD},
        name TEXT NOT NULL CHECK (name <> ''),
        digest TEXT NOT NULL {_DIGEST},
        stored TEXT REFERENCES blobs (digest) CHECK (stored IS NULL OR stored = digest),
        archive TEXT REFERENCES blobs (digest),
        received_at TEXT {_TIME.format("received_at")},
        receipt TEXT NOT NULL CHECK (receipt IN ('mail', 'file')),
        recorded_at TEXT {_TIME.format("recorded_at")},
        CHECK ((stored IS NULL) <> (archive IS NULL)),
        UNIQUE (period, name, digest)
    )""",
    f"""CREATE TABLE merges (
        id INTEGER PRIMARY KEY,
        period TEXT NOT NULL {_PERIOD},
        master TEXT NOT NULL REFERENCES master_lists (digest),
        month TEXT NOT NULL REFERENCES blobs (digest),
        origin TEXT NOT NULL CHECK (origin IN ('run', 'folder')),
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "CREATE INDEX merges_by_period ON merges (period)",
    # What the 办公室 corrected in a summary, found at a later merge.
    f"""CREATE TABLE revisions (
        id INTEGER PRIMARY KEY,
        merge INTEGER NOT NULL REFERENCES merges (id),
        task TEXT NOT NULL CHECK (task <> ''),
        office TEXT NOT NULL,
        field TEXT NOT NULL
            CHECK (field IN ('status', 'progress', 'obstacles', 'remarks', 'instructions')),
        was TEXT NOT NULL,
        now TEXT NOT NULL,
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    *_only_add_to("blobs", "master_lists", "forms", "files", "merges", "revisions"),
)

_SUMMARIES_AND_IMPORTS = (
    # Every summary workbook that was written or whose corrections were taken over: a file with
    # such a digest says nothing new.
    f"""CREATE TABLE summaries (
        id INTEGER PRIMARY KEY,
        merge INTEGER NOT NULL REFERENCES merges (id),
        digest TEXT NOT NULL {_DIGEST},
        recorded_at TEXT {_TIME.format("recorded_at")},
        UNIQUE (merge, digest)
    )""",
    # The list as each 附件1 stated it when it was read in, before a person edited 主清单.xlsx.
    f"""CREATE TABLE imports (
        id INTEGER PRIMARY KEY,
        master TEXT NOT NULL REFERENCES master_lists (digest),
        source TEXT NOT NULL CHECK (source <> ''),
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    *_only_add_to("summaries", "imports"),
)
_LETTERS = (
    # A letter as composed, recorded before anything is sent. `basis` tells what it was about (the
    # form's or the findings' digest): the same letter is not sent twice.
    f"""CREATE TABLE letters (
        id INTEGER PRIMARY KEY,
        period TEXT NOT NULL {_PERIOD},
        kind TEXT NOT NULL CHECK (kind IN ('issue', 'remind', 'send-back')),
        office TEXT NOT NULL CHECK (office <> ''),
        basis TEXT NOT NULL CHECK (basis <> ''),
        message_id TEXT NOT NULL UNIQUE CHECK (message_id <> ''),
        recipients TEXT NOT NULL CHECK (recipients <> ''),
        subject TEXT NOT NULL,
        digest TEXT NOT NULL REFERENCES blobs (digest),
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "CREATE INDEX letters_by_office ON letters (period, kind, office)",
    # What became of it. `sending` stands before the server is spoken to: one that is followed by
    # nothing was cut off, and nobody knows whether it went out.
    f"""CREATE TABLE letter_events (
        id INTEGER PRIMARY KEY,
        letter INTEGER NOT NULL REFERENCES letters (id),
        event TEXT NOT NULL CHECK (event IN ('sending', 'sent', 'deferred', 'refused')),
        detail TEXT NOT NULL,
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "CREATE INDEX letter_events_by_letter ON letter_events (letter)",
    *_only_add_to("letters", "letter_events"),
)
_MESSAGES = (
    # A letter out of the mailbox (`source`: server and folder) or out of a folder of saved ones.
    # `key` is what tells it from all others of its source: UIDVALIDITY and UID, or the digest.
    f"""CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL CHECK (source <> ''),
        key TEXT NOT NULL CHECK (key <> ''),
        message_id TEXT NOT NULL,
        sender TEXT NOT NULL,
        subject TEXT NOT NULL,
        sent_at TEXT {_TIME.format("sent_at")},
        received_at TEXT {_TIME.format("received_at")},
        outcome TEXT NOT NULL,
        recorded_at TEXT {_TIME.format("recorded_at")},
        UNIQUE (source, key)
    )""",
    # What hung on it; `file` is where it was put below 回收/ of `period`, '' where it was not.
    f"""CREATE TABLE attachments (
        id INTEGER PRIMARY KEY,
        message INTEGER NOT NULL REFERENCES messages (id),
        name TEXT NOT NULL,
        digest TEXT NOT NULL {_DIGEST},
        period TEXT NOT NULL {_PERIOD},
        file TEXT NOT NULL,
        outcome TEXT NOT NULL,
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "CREATE INDEX attachments_by_file ON attachments (period, file)",
    *_only_add_to("messages", "attachments"),
)
_SECOND = (
    *_SUMMARIES_AND_IMPORTS,
    *_LETTERS,
    *_MESSAGES,
    # The list that a form rests on; of forms from before this version nobody knows it.
    "ALTER TABLE forms ADD COLUMN master TEXT REFERENCES master_lists (digest)",
)

_THIRD = (
    # What taskxl put into the workspace: a file with another digest is a person's.
    f"""CREATE TABLE written (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL CHECK (name <> ''),
        digest TEXT NOT NULL {_DIGEST},
        recorded_at TEXT {_TIME.format("recorded_at")},
        UNIQUE (digest, name)
    )""",
    # What a person had made of a file that was about to be replaced.
    f"""CREATE TABLE kept (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL CHECK (name <> ''),
        digest TEXT NOT NULL REFERENCES blobs (digest),
        recorded_at TEXT {_TIME.format("recorded_at")},
        UNIQUE (digest, name)
    )""",
    # When a file came and whose it is, as a person says; of several on one content the last counts.
    # Without an office ('') the file itself tells it; without a time that of its arrival stands.
    f"""CREATE TABLE receipts (
        id INTEGER PRIMARY KEY,
        period TEXT NOT NULL {_PERIOD},
        name TEXT NOT NULL CHECK (name <> ''),
        digest TEXT NOT NULL {_DIGEST},
        office TEXT NOT NULL,
        received_at TEXT {_TIME.format("received_at")},
        note TEXT NOT NULL,
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "CREATE INDEX receipts_by_period ON receipts (period)",
    *_only_add_to("written", "kept", "receipts"),
    # Made anew, for a file may be registered by hand and 登记说明 be corrected.
    f"""CREATE TABLE files_3 (
        id INTEGER PRIMARY KEY,
        period TEXT NOT NULL {_PERIOD},
        name TEXT NOT NULL CHECK (name <> ''),
        digest TEXT NOT NULL {_DIGEST},
        stored TEXT REFERENCES blobs (digest) CHECK (stored IS NULL OR stored = digest),
        archive TEXT REFERENCES blobs (digest),
        received_at TEXT {_TIME.format("received_at")},
        receipt TEXT NOT NULL CHECK (receipt IN ('mail', 'file', 'hand')),
        recorded_at TEXT {_TIME.format("recorded_at")},
        CHECK ((stored IS NULL) <> (archive IS NULL)),
        UNIQUE (period, name, digest)
    )""",
    "INSERT INTO files_3 SELECT id, period, name, digest, stored, archive, received_at, receipt,"
    " recorded_at FROM files",
    "DROP TABLE files",
    "ALTER TABLE files_3 RENAME TO files",
    f"""CREATE TABLE revisions_3 (
        id INTEGER PRIMARY KEY,
        merge INTEGER NOT NULL REFERENCES merges (id),
        task TEXT NOT NULL CHECK ((task = '') = (field = 'registration')),
        office TEXT NOT NULL,
        field TEXT NOT NULL CHECK (field IN
            ('status', 'progress', 'obstacles', 'remarks', 'instructions', 'registration')),
        was TEXT NOT NULL,
        now TEXT NOT NULL,
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "INSERT INTO revisions_3 SELECT id, merge, task, office, field, was, now, recorded_at"
    " FROM revisions",
    "DROP TABLE revisions",
    "ALTER TABLE revisions_3 RENAME TO revisions",
    *_only_add_to("files", "revisions"),
)

_LETTERS_RETURNED = (
    # Made anew, for a letter that went out may come back.
    f"""CREATE TABLE letter_events_new (
        id INTEGER PRIMARY KEY,
        letter INTEGER NOT NULL REFERENCES letters (id),
        event TEXT NOT NULL
            CHECK (event IN ('sending', 'sent', 'deferred', 'refused', 'returned')),
        detail TEXT NOT NULL,
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "INSERT INTO letter_events_new SELECT id, letter, event, detail, recorded_at"
    " FROM letter_events",
    "DROP TABLE letter_events",
    "ALTER TABLE letter_events_new RENAME TO letter_events",
    "CREATE INDEX letter_events_by_letter ON letter_events (letter)",
    *_only_add_to("letter_events"),
)

_SETTLEMENTS = (
    # A finding that the 办公室 looked into, and why it does not count; of several on one finding
    # the last stands, and a blank reason takes it back.
    f"""CREATE TABLE settlements (
        id INTEGER PRIMARY KEY,
        period TEXT NOT NULL {_PERIOD},
        code TEXT NOT NULL CHECK (code <> ''),
        office TEXT NOT NULL,
        task TEXT NOT NULL,
        message TEXT NOT NULL CHECK (message <> ''),
        reason TEXT NOT NULL,
        recorded_at TEXT {_TIME.format("recorded_at")}
    )""",
    "CREATE INDEX settlements_by_period ON settlements (period)",
    *_only_add_to("settlements"),
)

_PLACES = (
    # Where that finding is: two that are alike but for their place are two. Of what was recorded
    # before nobody knows it.
    "ALTER TABLE settlements ADD COLUMN file TEXT",
    "ALTER TABLE settlements ADD COLUMN sheet TEXT",
    "ALTER TABLE settlements ADD COLUMN cell TEXT",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _SECOND,
    _THIRD,
    _LETTERS_RETURNED,
    _SETTLEMENTS,
    _PLACES,
)
"""For each version the statements that make it of the one before; the first makes it of nothing."""


@contextmanager
def speak_chinese(path: Path) -> Iterator[None]:
    """Turn what SQLite objects to into a TaskxlError of one Chinese line with the next step."""
    try:
        yield
    except sqlite3.Error as error:
        raise TaskxlError(f"“{show(path)}”{_explain(error)}") from error


def _explain(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return "没有写入：磁盘已满。请腾出空间后再运行。"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return "没有写入：没有权限（文件夹或文件是只读的）。请换一个能写的位置，或取消只读。"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "正被别的程序占用，没有写入。请关闭那个程序后再运行。"
    if name.startswith("SQLITE_IOERR"):
        return "读写出错。请检查磁盘（或网络盘、剩余空间）后再运行。"
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return (
            "已损坏，或不是台账。请从备份中找回；没有备份时请把它移走，"
            "再运行 taskxl merge，会由各月文件夹重建。"
        )
    return (
        "里的记录不符合要求，没有写入。请运行 taskxl ledger --verify 查看，并把结果发给维护人员。"
    )


def open_database(
    path: Path, create: bool = True, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> sqlite3.Connection:
    """Open the ledger at `path`, bringing it to the newest version; the caller closes it.

    Without `create` a ledger that is not there is not made, and one that cannot be written (a
    read-only folder) is opened to be read.
    Raises TaskxlError when it is no ledger, or one of a newer taskxl, or cannot be opened, and
    FileNotFoundError when it is absent and not to be made.
    """
    if not create and not path.is_file():
        raise FileNotFoundError(path)
    with speak_chinese(path):
        try:
            return _prepare(_connect(path, "rwc" if create else "rw"), path, migrations)
        except sqlite3.OperationalError:
            if create:
                raise
        _refuse_half_written(path)
        # Nobody can write here, so nobody does while it is read.
        return _prepare(_connect(path, "ro&immutable=1"), path, migrations)


def _refuse_half_written(path: Path) -> None:
    """Raise TaskxlError for a ledger that has to be mended before it can be read."""
    for beside in (path.with_name(f"{path.name}-{ending}") for ending in ("journal", "wal")):
        if beside.is_file() and beside.stat().st_size:
            raise TaskxlError(
                f"“{show(path)}”上次没有写完（旁边还有“{show(beside.name)}”），这里又不能写。"
                "请在能写这个文件夹的电脑上运行一次 taskxl，或把整个文件夹复制出来再看。"
            )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        database_address(path, mode),
        uri=True,
        timeout=WAIT_SECONDS,
        isolation_level=None,
    )


def _prepare(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[Sequence[str]]
) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        version = _version(connection)
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
        if version > len(migrations):
            raise TaskxlError(
                f"“{show(path)}”是更新的 taskxl 写的（第 {version} 版，这个程序只认到第"
                f" {len(migrations)} 版）。请先升级 taskxl。"
            )
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application != APPLICATION and (application or version or tables):
            raise TaskxlError(
                f"“{show(path)}”是别的程序的数据库，不是台账。请把它移走或改名后再运行。"
            )
        if version < len(migrations):
            _migrate(connection, migrations)
        _journal_by_file(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _journal_by_file(connection: sqlite3.Connection) -> None:
    """Take a ledger of an earlier taskxl out of WAL, which needs memory that all users share.

    Two computers that open it on a network drive have none: each would see a ledger of its own.
    And no folder is certainly used by one computer alone, for it may be shared out from here.
    """
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        with suppress(sqlite3.OperationalError):  # in use, or read-only: the next run does it
            connection.execute("PRAGMA journal_mode = DELETE")


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]]) -> None:
    """Bring a ledger to the newest version in one transaction: wholly, or it stays as it was."""
    # A table that others refer to may have to be made anew.
    connection.execute("PRAGMA foreign_keys = OFF")
    with transaction(connection):
        for number in range(_version(connection), len(migrations)):
            for statement in migrations[number]:
                connection.execute(statement)
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.IntegrityError("a migration left references that lead nowhere")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
    connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do everything inside as one step: all of it is recorded, or nothing.

    Inside another transaction it is part of that step.
    """
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
