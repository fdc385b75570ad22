"""Edges of 台账.db as a file: what SQLite objects to, whose file it is, how values are spelt."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from taskxl.errors import TaskxlError
from taskxl.ledger import open_ledger
from taskxl.ledger.schema import APPLICATION, MIGRATIONS, open_database, speak_chinese
from taskxl.ledger.values import read_month, write_month
from tests.reports_support import make_month


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SQLITE_FULL", "磁盘已满"),
        ("SQLITE_READONLY_DBMOVED", "没有权限"),
        ("SQLITE_CANTOPEN", "没有权限"),
        ("SQLITE_PERM", "没有权限"),
        ("SQLITE_BUSY", "正被别的程序占用"),
        ("SQLITE_LOCKED_SHAREDCACHE", "正被别的程序占用"),
        ("SQLITE_IOERR_READ", "读写出错"),
        ("SQLITE_NOTADB", "已损坏，或不是台账"),
        ("SQLITE_CORRUPT_VTAB", "已损坏，或不是台账"),
        ("SQLITE_CONSTRAINT_CHECK", "里的记录不符合要求"),
        ("", "里的记录不符合要求"),
        (None, "里的记录不符合要求"),
    ],
)
def test_each_objection_of_sqlite_is_one_line_with_the_next_step(
    name: str | None, said: str
) -> None:
    objection = sqlite3.OperationalError("something in English")
    if name is not None:
        objection.sqlite_errorname = name
    with pytest.raises(TaskxlError) as told, speak_chinese(Path("某处") / "台账.db"):
        raise objection
    line = str(told.value)
    assert line.startswith("“")
    assert said in line
    assert "请" in line
    assert "English" not in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("application", "version", "table", "ours"),
    [
        (0, 0, False, True),  # a file that is new, or empty
        (APPLICATION, 0, True, True),
        (0, 1, False, False),
        (0, 0, True, False),
        (7, 0, False, False),
        (7, 1, True, False),
    ],
)
def test_a_database_is_ours_by_its_mark_or_because_nothing_is_in_it(
    tmp_path: Path, application: int, version: int, table: bool, ours: bool
) -> None:
    path = tmp_path / "台账.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA application_id = {application}")
        database.execute(f"PRAGMA user_version = {version}")
        if table:
            database.execute("CREATE TABLE theirs (one TEXT)")
        database.commit()
    content = path.read_bytes()
    if ours:
        open_database(path).close()
    else:
        with pytest.raises(TaskxlError, match="不是台账"):
            open_database(path)
        assert path.read_bytes() == content


def test_the_mark_of_a_ledger_and_its_versions_stay_for_good(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "台账.db")) as database:
        (mark,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
    assert mark.to_bytes(4, "big") == b"taxl"
    assert version == len(MIGRATIONS)


def test_a_path_that_looks_like_a_query_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "台账?mode=memory#1.db"
    open_database(path).close()
    assert path.stat().st_size > 0
    with open_ledger(path) as ledger:
        assert ledger.merges() == ()


def test_a_ledger_in_a_folder_that_takes_nothing_is_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "台账.db"
    open_database(path).close()
    connect = sqlite3.connect
    tried: list[str] = []

    def refuse_to_write(place: str, *, uri: bool, **options: Any) -> sqlite3.Connection:
        tried.append(place.rpartition("mode=")[2])
        if not place.endswith("immutable=1"):
            raise sqlite3.OperationalError("unable to open database file")
        opened: sqlite3.Connection = connect(place, uri=uri, **options)
        return opened

    monkeypatch.setattr(sqlite3, "connect", refuse_to_write)
    open_database(path, create=False).close()
    assert tried == ["rw", "ro&immutable=1"]
    with pytest.raises(TaskxlError):
        open_database(path)


def test_a_month_is_kept_in_readable_chinese_the_same_bytes_each_time() -> None:
    month = make_month()
    content = write_month(month)
    assert content == write_month(read_month(content, month.master))
    text = content.decode()
    assert "\\u" not in text
    assert month.entries[0].office in text
    assert list(json.loads(text)) == sorted(json.loads(text))
