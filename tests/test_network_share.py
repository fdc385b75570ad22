"""A workspace on a network drive: computers that share its files, and neither locks nor memory."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from taskxl.errors import TaskxlError
from taskxl.ledger import open_ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.workspace import lock
from taskxl.workspace.folder import Workspace

FAST = {"BEAT": 0.05, "PATIENCE": 1.0, "SETTLING": 0.3, "TRIES": 3, "PAUSE": 0.05}
"""The seconds of `lock` as these tests have them."""

# Another computer: a process with a name of its own. With DEAF nobody else feels its locks.
ELSEWHERE = """
import os, platform, sys
from pathlib import Path
from taskxl.errors import TaskxlError
from taskxl.workspace import lock
from taskxl.workspace.folder import Workspace

for name, value in {fast}.items():
    setattr(lock, name, value)
platform.node = lambda: sys.argv[2]
workspace = Workspace(Path(sys.argv[1]))
"""
DEAF = "lock._try_lock = lambda file: True"
HOLD = """
with lock.hold_workspace(workspace, "merge"):
    print("held", flush=True)
    sys.stdin.readline()
"""
VISIT = """
inside = workspace.root / "inside"
try:
    with lock.hold_workspace(workspace, "merge"):
        os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
        lock.sleep(0.4)
        inside.unlink()
except TaskxlError:
    sys.exit(7)
"""


def start(
    workspace: Workspace, computer: str, script: str, drive: str = DEAF
) -> "subprocess.Popen[str]":
    program = ELSEWHERE.format(fast=FAST) + drive + script
    return subprocess.Popen(
        [sys.executable, "-c", program, workspace.root, computer],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def held_by(
    workspace: Workspace, computer: str, drive: str = DEAF
) -> Iterator["subprocess.Popen[str]"]:
    """Another computer that has the workspace inside the block."""
    with start(workspace, computer, HOLD, drive) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            if process.poll() is None:
                process.communicate("\n")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for name, value in FAST.items():
        monkeypatch.setattr(lock, name, value)
    return Workspace(tmp_path)


@pytest.fixture
def deaf(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace on a drive that keeps the locks of one computer from another."""
    monkeypatch.setattr(lock, "_try_lock", lambda file: True)
    return workspace


def test_the_run_of_another_computer_is_seen_by_its_signs_of_life(deaf: Workspace) -> None:
    with held_by(deaf, "甲机"), pytest.raises(TaskxlError) as refused:
        lock.hold_workspace(deaf, "issue").__enter__()
    assert "这个工作区正由另一个 taskxl 使用（merge，进程 " in str(refused.value)
    assert "电脑 甲机），没有运行。请等它结束后再运行。" in str(refused.value)
    with lock.hold_workspace(deaf, "issue"):
        pass
    assert not (deaf.root / lock.LOCK).exists()


def test_a_run_that_was_killed_elsewhere_keeps_nobody_out(deaf: Workspace) -> None:
    with held_by(deaf, "甲机") as process:
        process.kill()
        process.wait()
    assert (deaf.root / lock.LOCK).exists()
    with lock.hold_workspace(deaf, "issue"):
        text = (deaf.root / lock.LOCK).read_text(encoding="utf-8")
    assert text.startswith(" issue，进程 ")


def test_of_several_that_find_a_dead_lock_one_goes_in_at_a_time(deaf: Workspace) -> None:
    with held_by(deaf, "甲机") as process:
        process.kill()
        process.wait()
    visits = [start(deaf, f"电脑{number}", VISIT) for number in range(4)]
    ends = []
    for visit in visits:
        visit.communicate()
        ends.append(visit.returncode)
    assert set(ends) <= {0, 7}, "two were inside at once"
    assert 0 in ends


def test_where_locks_reach_across_the_signature_only_says_who(workspace: Workspace) -> None:
    """A drive that passes locks on: the signature is not waited for."""
    with held_by(workspace, "乙机", drive=""):
        with pytest.raises(TaskxlError, match="电脑 乙机"):
            lock.hold_workspace(workspace, "issue").__enter__()
        lock.await_other_computers(workspace)  # SQLite does the waiting


def test_a_lock_left_by_this_computer_is_taken_at_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lock.hold_workspace(workspace, "merge"):
        left = (workspace.root / lock.LOCK).read_bytes()
    (workspace.root / lock.LOCK).write_bytes(left)

    def no_wait(seconds: float) -> None:
        raise AssertionError("waited")

    monkeypatch.setattr(lock, "sleep", no_wait)
    with lock.hold_workspace(workspace, "issue"):
        pass


def test_the_ledger_is_not_read_while_another_computer_writes_it(deaf: Workspace) -> None:
    with open_ledger(deaf.ledger_path):
        pass
    with (
        held_by(deaf, "甲机"),
        pytest.raises(TaskxlError, match="电脑 甲机"),
        look_into_ledger(deaf),
    ):
        pass
    with look_into_ledger(deaf) as ledger:
        assert ledger is not None


# ---------------------------------------------------------------- the ledger


def test_an_open_ledger_needs_no_memory_that_computers_share(workspace: Workspace) -> None:
    with open_ledger(workspace.ledger_path) as ledger, ledger.as_one_step():
        digest = ledger.store(b"a")
        beside = sorted(path.name for path in workspace.root.iterdir())
    assert beside == ["台账.db", "台账.db-journal"]
    assert [path.name for path in workspace.root.iterdir()] == ["台账.db"]
    other = (
        "import sys; from pathlib import Path; from taskxl.ledger import open_ledger\n"
        "with open_ledger(Path(sys.argv[1])) as ledger:\n"
        "    assert ledger.content(sys.argv[2]) == b'a'\n"
        "    print(ledger.store(b'b'))"
    )
    command = [sys.executable, "-c", other, workspace.ledger_path, digest]
    stored = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    with open_ledger(workspace.ledger_path) as ledger:
        assert ledger.content(stored) == b"b"


def test_a_ledger_of_before_is_taken_out_of_wal_with_all_it_holds(workspace: Workspace) -> None:
    with open_ledger(workspace.ledger_path) as ledger:
        digest = ledger.store(b"a")
        ledger.connection.execute("PRAGMA journal_mode = WAL")
        later = ledger.store(b"b")
    with open_ledger(workspace.ledger_path) as ledger:
        assert ledger.connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        assert (ledger.content(digest), ledger.content(later)) == (b"a", b"b")
    assert [path.name for path in workspace.root.iterdir()] == ["台账.db"]


def test_a_half_written_ledger_that_cannot_be_mended_is_not_read(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened to be read only, a journal beside it would be passed over in silence."""
    path = workspace.ledger_path
    with open_ledger(path):
        pass
    path.with_name("台账.db-journal").write_bytes(b"x" * 600)
    connect = sqlite3.connect

    def only_to_be_read(database: str, **options: object) -> sqlite3.Connection:
        if "mode=rw" in database:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return connect(database, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", only_to_be_read)
    with (
        pytest.raises(
            TaskxlError, match=r"上次没有写完（旁边还有“台账\.db-journal”），这里又不能写"
        ),
        open_ledger(path, create=False),
    ):
        pass


WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from taskxl.ledger import open_ledger

with open_ledger(Path(sys.argv[1])) as ledger, ledger.as_one_step():
    ledger.connection.execute("PRAGMA cache_size = 1")
    for number in range(200):
        ledger.store(os.urandom(4000))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_run_killed_elsewhere_left_half_written_is_undone(workspace: Workspace) -> None:
    with open_ledger(workspace.ledger_path) as ledger:
        digest = ledger.store(b"a")
    command = [sys.executable, "-c", WRITE_AND_DIE, workspace.ledger_path]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert (workspace.root / "台账.db-journal").stat().st_size > 0
    with open_ledger(workspace.ledger_path, create=False) as ledger:
        assert ledger.content(digest) == b"a"
        (blobs,) = ledger.connection.execute("SELECT count(*) FROM blobs").fetchone()
        assert blobs == 1
        assert ledger.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
