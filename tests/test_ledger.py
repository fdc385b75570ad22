"""台账.db: what is told to it comes back the same, nothing is lost, and damage is found."""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from taskxl.errors import TaskxlError
from taskxl.ledger import IssuedForm, Ledger, ReceivedFile, open_ledger, schema, verify_ledger
from taskxl.ledger.schema import MIGRATIONS, open_database
from taskxl.ledger.values import read_master, read_month, write_master, write_month
from taskxl.model import Month, Period
from tests.reports_support import make_empty_month, make_month

NOW = datetime(2026, 4, 26, 9, 30)
APRIL = Period(2026, 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "台账.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with open_ledger(path) as opened:
        yield opened


def received(name: str, content: bytes, archive: str | None = None) -> ReceivedFile:
    digest = sha256(content).hexdigest()
    return ReceivedFile(name, digest, None if archive else content, archive, NOW, "file")


# ---------------------------------------------------------------- values


@pytest.mark.parametrize("month", [make_month(), make_empty_month()], ids=["full", "empty"])
def test_a_month_and_its_list_come_back_as_they_were(month: Month) -> None:
    master = read_master(write_master(month.master))
    assert master == month.master
    assert read_month(write_month(month), master) == month


def test_a_text_that_utf_8_cannot_hold_comes_back_as_it_was() -> None:
    month = make_month()
    odd = replace(month.entries[0], progress="半个\ud83d字符\x00与=1+1")
    month = replace(month, entries=(odd, *month.entries[1:]))
    assert read_month(write_month(month), month.master) == month


def test_a_field_that_came_later_reads_as_absent_and_one_that_went_is_passed_over() -> None:
    month = make_month()
    document = json.loads(write_month(month))
    document.pop("lights_before", None)
    document["dropped_in_a_later_version"] = 1
    found = read_month(json.dumps(document).encode(), month.master)
    assert found == replace(month, lights_before={})


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"milestones":[["9","9/9",null,"x",1]]}'])
def test_what_is_no_month_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_month(content, make_month().master)


# ---------------------------------------------------------------- forms, files, merges


def test_a_merge_twice_is_one_and_every_merge_can_be_asked_for(ledger: Ledger) -> None:
    first = make_month()
    second = replace(first, entries=first.entries[1:])
    assert ledger.record_merge(first, (), NOW) is True
    assert ledger.record_merge(first, (), NOW) is False
    assert ledger.record_merge(second, (), None) is True
    assert ledger.record_merge(first, (), NOW) is True
    assert [one.recorded_at for one in ledger.merges(APRIL)] == [NOW, None, NOW]
    assert [ledger.month(APRIL, n) for n in (1, 2, 3, 4)] == [first, second, first, None]
    assert ledger.month(APRIL) == first
    assert ledger.month(Period(2026, 3)) is None


def test_a_month_is_given_with_the_list_as_it_was(ledger: Ledger) -> None:
    month = make_month()
    changed = replace(month, master=replace(month.master, title="改过的清单"))
    ledger.record_merge(month, (), NOW)
    ledger.record_merge(changed, (), NOW)
    titles = [ledger.month(APRIL, number).master.title for number in (1, 2)]  # type: ignore[union-attr]
    assert titles == [month.master.title, "改过的清单"]


def test_every_byte_received_is_kept_once(ledger: Ledger) -> None:
    month, one, other = make_month(), b"one" * 1000, b"other"
    archive = sha256(other).hexdigest()
    files = [
        received("甲.xlsx", one),
        received("夹/乙.xlsx", one),
        received("包.zip", other),
        received("包.zip/丙.xlsx", b"inside", archive),
    ]
    ledger.record_merge(month, files, NOW)
    ledger.record_merge(replace(month, entries=()), [received("甲.xlsx", b"newer")], NOW)
    assert ledger.files(APRIL) == {
        "甲.xlsx": sha256(b"newer").hexdigest(),
        "夹/乙.xlsx": sha256(one).hexdigest(),
        "包.zip": archive,
        "包.zip/丙.xlsx": sha256(b"inside").hexdigest(),
    }
    assert ledger.content(sha256(one).hexdigest()) == one
    count = ledger.connection.execute("SELECT count(*) FROM blobs WHERE size = 3000").fetchone()
    assert count == (1,)
    assert verify_ledger(ledger) == ()


def test_a_replaced_form_stays_and_the_last_one_counts(ledger: Ledger) -> None:
    master = make_month().master
    for form_id, content in (("a1", b"old"), ("a1", b"old"), ("b2", b"new"), ("a1", b"old")):
        ledger.record_forms(APRIL, master, [IssuedForm("基教股", form_id, content)], NOW)
    rows = ledger.connection.execute("SELECT form_id FROM forms ORDER BY id").fetchall()
    assert rows == [("a1",), ("b2",), ("a1",)]
    assert ledger.issued(APRIL) == {"基教股": "a1"}
    assert ledger.content(sha256(b"new").hexdigest()) == b"new"


def test_a_file_name_that_is_no_text_is_recorded(ledger: Ledger) -> None:
    ledger.record_merge(make_month(), [received("\udcff.xlsx", b"x")], NOW)
    assert list(ledger.files(APRIL)) == ["\\udcff.xlsx"]


def record_and_stop(ledger: Ledger) -> None:
    with ledger.as_one_step():
        ledger.record_merge(make_month(), [received("甲.xlsx", b"x")], NOW)
        raise KeyboardInterrupt


def test_what_fails_inside_one_step_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(KeyboardInterrupt):
        record_and_stop(ledger)
    assert ledger.merges() == ()
    assert ledger.files(APRIL) == {}
    assert not ledger.holds(sha256(b"x").hexdigest())


# ---------------------------------------------------------------- the database


@pytest.mark.parametrize("table", ["blobs", "master_lists", "forms", "files", "merges"])
def test_history_cannot_be_changed_or_deleted(ledger: Ledger, table: str) -> None:
    month = make_month()
    ledger.record_forms(APRIL, month.master, [IssuedForm("基教股", "a1", b"form")], NOW)
    ledger.record_merge(month, [received("甲.xlsx", b"x")], NOW)
    column = ledger.connection.execute(f"PRAGMA table_info({table})").fetchone()[1]
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            ledger.connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO blobs VALUES ('short', 1, x'00')",
        f"INSERT INTO blobs VALUES ('{'a' * 64}', 1, 'text')",
        f"INSERT INTO master_lists VALUES ('{'b' * 64}', NULL)",
        "INSERT INTO merges (period, master, month, origin) VALUES ('2026-4', 'x', 'y', 'run')",
        f"INSERT INTO files (period, name, digest, receipt) VALUES ('2026-04', 'a', '{'c' * 64}', 'file')",
    ],
)
def test_what_makes_no_sense_is_not_recorded(ledger: Ledger, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        ledger.connection.execute(statement)


def test_the_ledger_is_journalled_in_a_file_and_keeps_its_references(ledger: Ledger) -> None:
    asked = {
        name: ledger.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "foreign_keys", "user_version")
    }
    assert asked == {"journal_mode": "delete", "foreign_keys": 1, "user_version": len(MIGRATIONS)}


def fill_version(path: Path, version: int) -> Month:
    """Make a ledger as an older taskxl left it: its tables, with data."""
    month = make_month()
    open_database(path, migrations=MIGRATIONS[:version]).close()
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("PRAGMA foreign_keys = ON")
        for content in (write_master(month.master), write_month(month)):
            values = (sha256(content).hexdigest(), len(content), zlib.compress(content))
            old.execute("INSERT INTO blobs VALUES (?, ?, ?)", values)
        master, written = (
            sha256(content).hexdigest()
            for content in (write_master(month.master), write_month(month))
        )
        old.execute("INSERT INTO master_lists VALUES (?, NULL)", (master,))
        old.execute(
            "INSERT INTO merges (period, master, month, origin) VALUES ('2026-04', ?, ?, 'run')",
            (master, written),
        )
    return month


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_ledger_of_each_earlier_version_is_brought_up_with_its_data(
    path: Path, version: int
) -> None:
    month = fill_version(path, version)
    with open_ledger(path) as ledger:
        assert ledger.month(APRIL) == month
        assert verify_ledger(ledger) == ()
        assert ledger.connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


LATER = (
    "ALTER TABLE merges ADD COLUMN weather TEXT NOT NULL DEFAULT 'fine'",
    "CREATE TABLE almanac (id INTEGER PRIMARY KEY)",
)


def test_a_migration_keeps_what_was_there(path: Path) -> None:
    month = fill_version(path, 1)
    open_database(path, migrations=(*MIGRATIONS[:1], LATER)).close()
    with closing(sqlite3.connect(path)) as new:
        assert new.execute("PRAGMA user_version").fetchone() == (2,)
        (digest,) = new.execute("SELECT month FROM merges WHERE weather = 'fine'").fetchone()
        assert digest == sha256(write_month(month)).hexdigest()
        assert new.execute("SELECT count(*) FROM almanac").fetchone() == (0,)


def test_a_migration_that_fails_leaves_the_old_version_whole(path: Path) -> None:
    month = fill_version(path, 1)
    broken = (*LATER, "INSERT INTO nowhere VALUES (1)")
    with pytest.raises(TaskxlError):
        open_database(path, migrations=(*MIGRATIONS[:1], broken))
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
        names = {name for (name,) in old.execute("SELECT name FROM sqlite_master")}
        assert "almanac" not in names
    if len(MIGRATIONS) == 1:
        with open_ledger(path) as ledger:
            assert ledger.month(APRIL) == month


def test_a_ledger_of_a_newer_taskxl_is_left_alone(path: Path) -> None:
    fill_version(path, 1)
    open_database(path, migrations=(*MIGRATIONS, LATER)).close()
    before = path.read_bytes()
    with pytest.raises(TaskxlError, match="更新的 taskxl"), open_ledger(path):
        pass
    assert path.read_bytes() == before


def make_foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE photos (id)")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"no database, but long enough to be asked" * 30), "已损坏"),
        (make_foreign, "别的程序的数据库"),
        (lambda path: path.mkdir(), "没有权限"),
    ],
    ids=["garbage", "foreign", "folder"],
)
def test_what_is_no_ledger_is_one_chinese_line(path: Path, spoil, said: str) -> None:
    spoil(path)
    with pytest.raises(TaskxlError, match=said) as raised, open_ledger(path):
        pass
    assert "\n" not in str(raised.value)


def test_a_full_disk_is_one_chinese_line_and_the_ledger_stays_whole(ledger: Ledger) -> None:
    ledger.record_merge(make_month(), (), NOW)
    pages = ledger.connection.execute("PRAGMA page_count").fetchone()[0]
    ledger.connection.execute(f"PRAGMA max_page_count = {pages}")
    noise = b"".join(sha256(str(n).encode()).digest() for n in range(10_000))
    with pytest.raises(TaskxlError, match="磁盘已满"), schema.speak_chinese(ledger.path):
        ledger.record_merge(make_empty_month(), [received("大.xlsx", noise)], NOW)
    assert len(ledger.merges()) == 1
    assert verify_ledger(ledger) == ()


def test_an_absent_ledger_is_not_made_to_be_looked_into(path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_ledger(path, create=False):
        pass
    assert not path.exists()


# ---------------------------------------------------------------- proving it


def tamper(path: Path, *statements: str) -> tuple[str, ...]:
    """Change a ledger behind its back; return what the check then says."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in ("blobs", "master_lists", "merges", "files"):
            connection.execute(f"DROP TRIGGER {table}_never_UPDATE")
            connection.execute(f"DROP TRIGGER {table}_never_DELETE")
        for statement in statements:
            connection.execute(statement)
    with open_ledger(path) as ledger:
        return verify_ledger(ledger)


@pytest.fixture
def filled(path: Path) -> Path:
    with open_ledger(path) as ledger:
        ledger.record_merge(make_month(), [received("甲.xlsx", b"x")], NOW)
        assert verify_ledger(ledger) == ()
    return path


X = sha256(b"x").hexdigest()


def test_a_changed_original_is_found(filled: Path) -> None:
    (said,) = tamper(filled, f"UPDATE blobs SET content = x'789c' WHERE digest = '{X}'")
    assert X[:12] in said
    assert "已损坏" in said


def test_a_missing_original_is_found(filled: Path) -> None:
    (said,) = tamper(filled, f"DELETE FROM blobs WHERE digest = '{X}'")
    assert "表 files 第 1 条记录" in said


def test_a_month_that_cannot_be_read_is_found(filled: Path) -> None:
    (said,) = tamper(filled, f"UPDATE merges SET month = '{X}'")
    assert said.startswith("第 1 次汇总（2026-04）")


def test_a_torn_file_is_found(filled: Path) -> None:
    content = bytearray(filled.read_bytes())
    for start in range(4096 + 8, len(content), 4096):
        content[start : start + 64] = bytes(64)
    filled.write_bytes(content)
    assert find_damage(filled)


def find_damage(path: Path) -> tuple[str, ...]:
    """Return what opening and checking a ledger says."""
    try:
        with open_ledger(path) as ledger:
            return verify_ledger(ledger)
    except TaskxlError as error:
        return (str(error),)
