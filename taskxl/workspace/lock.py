"""One run at a time in a workspace: a lock that dies with the process that holds it."""

import contextlib
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import IO

from taskxl.errors import TaskxlError
from taskxl.text import show
from taskxl.workspace.files import explain_os_error
from taskxl.workspace.folder import ISSUED, LETTERS, MERGED, PARCELS, Workspace

LOCK = ".taskxl.workspace.lock"
TRIES, PAUSE = 50, 0.1
"""How often another run's end is waited for, and how long each time, in seconds."""


@contextmanager
def hold_workspace(workspace: Workspace, command: str) -> Iterator[None]:
    """Keep other runs out of a workspace; then clear away what killed runs left half-written.

    Waits five seconds for another run to end. The system frees the lock when the process dies,
    however it dies. `command` is told to whoever has to wait.
    Raises TaskxlError, one Chinese line that says who holds it, or that the folder is read-only.
    """
    path = workspace.root / LOCK
    file = _acquire(path)
    try:
        _sign(file, command)
        _clear_leftovers(workspace)
        yield
    finally:
        _release(file, path)


def _acquire(path: Path) -> IO[bytes]:
    for attempt in range(TRIES):
        if attempt:
            sleep(PAUSE)
        try:
            file = path.open("ab+", buffering=0)
        except PermissionError as error:
            if os.name == "nt" and path.exists():
                continue  # the holder is just taking it away
            raise _explain(path, error) from error
        except OSError as error:
            raise _explain(path, error) from error
        if _try_lock(file) and _is_still_there(file, path):
            return file
        file.close()
    holder = _read_holder(path)
    raise TaskxlError(
        f"这个工作区正由另一个 taskxl 使用{f'（{holder}）' if holder else ''}，没有运行。"
        "请等它结束后再运行。"
    )


def _explain(path: Path, error: OSError) -> TaskxlError:
    return TaskxlError(f"工作区“{show(path.parent)}”不能写入：{explain_os_error(error)}")


def _is_still_there(file: IO[bytes], path: Path) -> bool:
    """Tell whether the file locked is the one that others will try to lock."""
    try:
        return os.name == "nt" or os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _sign(file: IO[bytes], command: str) -> None:
    # The first byte is what Windows locks, and nobody else can read it.
    with contextlib.suppress(OSError):
        file.truncate(0)
        text = f" {command}，进程 {os.getpid()}，电脑 {platform.node() or '未知'}"
        file.write(text.encode())


def _read_holder(path: Path) -> str:
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(1)
            return show(file.read(400).decode("utf-8", "replace"), 120)
    except OSError:
        return ""


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

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def _clear_leftovers(workspace: Workspace) -> None:
    """Remove temporary files of runs that were killed; 回收/ is never touched."""
    folders = [workspace.root]
    for month in workspace.root.glob("[0-9][0-9][0-9][0-9]年[0-9][0-9]月"):
        folders += [month / ISSUED, month / ISSUED / LETTERS, month / ISSUED / PARCELS]
        folders.append(month / MERGED)
    for folder in folders:
        for path in folder.glob(".taskxl-*.tmp"):
            with contextlib.suppress(OSError):
                path.unlink()
