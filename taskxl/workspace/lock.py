"""One run at a time in a workspace: a lock that dies with the process that holds it."""

import contextlib
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import IO
from uuid import getnode, uuid4

from taskxl.errors import TaskxlError
from taskxl.text import show
from taskxl.workspace.files import explain_os_error
from taskxl.workspace.folder import ISSUED, LETTERS, MERGED, PARCELS, Workspace

LOCK = ".taskxl.workspace.lock"
TRIES, PAUSE = 50, 0.1
"""How often another run's end is waited for, and how long each time, in seconds."""


BEAT = 2.0
"""Seconds between two signs of life that a run writes into its lock."""
PATIENCE = 7.0
"""Seconds without a sign of life after which a run of another computer counts as dead."""
SETTLING = 1.0
"""Seconds after which a lock taken over from another computer must still be one's own."""


@contextmanager
def hold_workspace(workspace: Workspace, command: str) -> Iterator[None]:
    """Keep other runs out of a workspace; then clear away what killed runs left half-written.

    Waits five seconds for another run to end. The system frees the lock when the process dies,
    however it dies. On a network drive that keeps the locks of one computer from another, the
    signature in the file counts: who, on which computer, and a number that goes up while the run
    lives. `command` is told to whoever has to wait.
    Raises TaskxlError, one Chinese line that says who holds it, or that the folder is read-only.
    """
    path = workspace.root / LOCK
    signature = f"{command}，进程 {os.getpid()}，电脑 {platform.node() or '未知'}"
    mark = f"{_this_computer()}-{os.getpid()}-{uuid4().hex}"
    file = _acquire(path, signature, mark)
    ended = Event()
    beating = Thread(target=_beat, args=(file, signature, mark, ended), daemon=True)
    try:
        beating.start()
        _clear_leftovers(workspace)
        yield
    finally:
        ended.set()
        beating.join()
        _release(file, path)


def await_other_computers(workspace: Workspace) -> None:
    """Return when no run of another computer is writing that this computer's system cannot see.

    Between computers that see each other's locks SQLite does the waiting, and here nothing is
    waited for. Raises TaskxlError, one Chinese line, when such a run goes on.
    """
    path = workspace.root / LOCK
    seen = _read_holder(path)
    if not seen.mark or seen.computer == _this_computer():
        return
    try:
        with path.open("rb+", buffering=0) as file:
            if not _try_lock(file):
                return  # the lock reaches from there to here, and so do SQLite's
            _free(file)
    except OSError:
        return
    if _goes_on(path, seen):
        raise _in_use(seen)


def claim(path: Path) -> IO[bytes] | None:
    """Take a file for as long as it stays open, None where another has it; made where it is not.

    The system gives it free when the process dies. Raises OSError where it cannot be opened.
    """
    file = _open(path)
    if _try_lock(file):
        return file
    file.close()
    return None


# ---------------------------------------------------------------- who holds it


@dataclass(frozen=True, slots=True)
class _Holder:
    """What stands in a lock: for people (`text`), whose it is, and the count of signs of life."""

    text: str = ""
    mark: str = ""
    beats: str = ""

    @property
    def computer(self) -> str:
        return self.mark.partition("-")[0]


@cache
def _this_computer() -> str:
    """Return what tells this computer from others: two may bear one name."""
    return sha256(f"{platform.node()} {getnode()}".encode()).hexdigest()[:16]


def _read_holder(path: Path) -> _Holder:
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(1)
            lines = file.read(1000).decode("utf-8", "replace").split("\n")
    except OSError:
        return _Holder()
    return _Holder(show(lines[0], 120), *(line.strip() for line in lines[1:3]))


def _goes_on(path: Path, seen: _Holder) -> bool:
    """Tell whether a run shows a sign of life within PATIENCE, or another has taken its place."""
    for _ in range(round(PATIENCE / PAUSE)):
        sleep(PAUSE)
        # Opened anew each time: only then does a network drive show what is new.
        now = _read_holder(path)
        if not now.mark:
            return False  # it has ended
        if now != seen:
            return True
    return False


def _in_use(holder: _Holder) -> TaskxlError:
    return TaskxlError(
        f"这个工作区正由另一个 taskxl 使用{f'（{holder.text}）' if holder.text else ''}，没有运行。"
        "请等它结束后再运行。"
    )


# ---------------------------------------------------------------- taken, signed, given back


def _acquire(path: Path, signature: str, mark: str) -> IO[bytes]:
    for attempt in range(TRIES):
        if attempt:
            sleep(PAUSE)
        try:
            file = _open(path)
        except PermissionError as error:
            if os.name == "nt" and path.exists():
                continue  # the holder is just taking it away
            raise _explain(path, error) from error
        except OSError as error:
            raise _explain(path, error) from error
        taken = False
        try:
            if _try_lock(file) and _is_still_there(file, path):
                taken = _take(file, path, signature, mark)
        finally:
            if not taken:
                file.close()
        if taken:
            return file
    raise _in_use(_read_holder(path))


def _open(path: Path) -> IO[bytes]:
    return os.fdopen(
        os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "rb+", 0
    )


def _take(file: IO[bytes], path: Path, signature: str, mark: str) -> bool:
    """Sign a lock that the system has given; tell whether it is one's own.

    Where the file bears another computer's signature, either that run was killed, or the drive
    keeps its lock from here: then the run that goes on has it.
    """
    seen = _read_holder(path)
    foreign = bool(seen.mark) and seen.computer != _this_computer()
    if foreign:
        if _goes_on(path, seen):
            raise _in_use(seen)
        if _read_holder(path) not in (seen, _Holder()):
            return False
    _sign(file, signature, mark, 0)
    if foreign:
        sleep(SETTLING)
        return _read_holder(path).mark == mark
    return True


def _sign(file: IO[bytes], signature: str, mark: str, beats: int) -> None:
    # The first byte is what Windows locks, and nobody else can read it.
    with contextlib.suppress(OSError):
        text = f" {signature}\n{mark}\n{beats}\n".encode()
        file.seek(0)
        file.write(text)
        file.truncate(len(text))
        os.fsync(file.fileno())  # a network drive shows it to others only then


def _beat(file: IO[bytes], signature: str, mark: str, ended: Event) -> None:
    """Give a sign of life until the run has ended."""
    for beats in count(1):
        if ended.wait(BEAT):
            return
        _sign(file, signature, mark, beats)


def _explain(path: Path, error: OSError) -> TaskxlError:
    return TaskxlError(f"工作区“{show(path.parent)}”不能写入：{explain_os_error(error)}")


def _is_still_there(file: IO[bytes], path: Path) -> bool:
    """Tell whether the file locked is the one that others will try to lock."""
    try:
        return os.name == "nt" or os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _release(file: IO[bytes], path: Path) -> None:
    # Taken away while it is still locked: whoever waits with it open sees that it is gone.
    with contextlib.suppress(OSError):
        path.unlink()
    file.close()
    if os.name == "nt":  # which takes away no open file
        with contextlib.suppress(OSError):
            path.unlink()


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _free(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _free(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


def _clear_leftovers(workspace: Workspace) -> None:
    """Remove temporary files of runs that were killed; 回收/ is never touched."""
    folders = [workspace.root]
    for month in workspace.root.glob("[0-9][0-9][0-9][0-9]年[0-9][0-9]月"):
        folders += [month, month / ISSUED, month / ISSUED / LETTERS, month / ISSUED / PARCELS]
        folders.append(month / MERGED)
    for folder in folders:
        for path in folder.glob(".taskxl-*.tmp"):
            with contextlib.suppress(OSError):
                path.unlink()
