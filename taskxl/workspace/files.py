"""Files put down whole or not at all, and what the system objects to, in Chinese."""

import contextlib
import errno
import os
import re
import stat
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Protocol

from taskxl.errors import TaskxlError
from taskxl.paths import reach
from taskxl.text import show


def read_whole(path: Path) -> bytes:
    """Return a file's bytes; raise TaskxlError, one Chinese line, when it cannot be read."""
    try:
        return reach(path).read_bytes()
    except OSError as error:
        raise TaskxlError(f"“{show(path)}”读不了：{explain_os_error(error)}") from error


def write_whole(
    path: Path, content: bytes, expected: bytes | None = None, by: Path | None = None
) -> bool:
    """Put `content` at `path` whole or not at all; tell whether anything was written.

    The bytes go to a temporary file in the same folder, or in the folder `by` on the same drive,
    which then takes the name in one step; whatever happens on the way, the old file or the new one
    is there and nothing else is left. A file that holds these very bytes already is left alone, its
    time included.

    `expected` is what was found there before, where that matters.
    Raises TaskxlError, one Chinese line, when the file is open in Excel, WPS or LibreOffice, or
    has been saved since it was looked at, or when the folder is missing or read-only, or the disk
    is full.
    """
    path = reach(path)
    if not require_writable(path, content):
        return False
    try:
        _replace_content(path, content, expected, by)
    except PermissionError as error:
        if path.exists() and os.access(path.parent, os.W_OK):
            raise TaskxlError(
                f"“{show(path)}”正被 Excel 或 WPS 占用，没有写入。请关闭后再运行。"
            ) from error
        raise TaskxlError(f"“{show(path)}”没有写入：{explain_os_error(error)}") from error
    except OSError as error:
        raise TaskxlError(f"“{show(path)}”没有写入：{explain_os_error(error)}") from error
    return True


def require_writable(path: Path, content: bytes) -> bool:
    """Tell whether `write_whole` would write, before several files are written one by one.

    Raises TaskxlError, one Chinese line, when the file is seen to be open in an office program.
    """
    path = reach(path)
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
    except OSError:
        pass  # what cannot be read may still be replaced
    for owner in _owner_files(path) if path.exists() else ():
        if owner.exists():
            raise TaskxlError(
                f"“{show(path)}”正被 Excel 或 WPS 占用，没有写入。请关闭后再运行。"
                f"（如已关闭，请删除同一文件夹里残留的“{show(owner.name)}”。）"
            )
    if path.is_dir():
        raise TaskxlError(f"“{show(path)}”是一个文件夹，没有写入。请把它移走或改名后再运行。")
    return True


# ---------------------------------------------------------------- nothing typed is overwritten


class Records(Protocol):
    """Who knows what taskxl has written into the workspace: the ledger, a run at a time."""

    def wrote(self, digest: str) -> bool:
        """Tell whether content of that SHA-256 is taskxl's own."""

    def knows(self, name: str) -> bool:
        """Tell whether anything was ever written at `name`, as far as is recorded."""

    def record(self, name: str, digest: str) -> None:
        """Record that content of that SHA-256 is about to be written at `name`."""

    def keep(self, name: str, content: bytes) -> None:
        """Keep for good what was found at `name`."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a file: whether it was `changed`, and where what a person made of it went.

    What was put aside was changed by a person only where the records knew the file (`known`).
    """

    path: Path
    changed: bool
    aside: Path | None = None
    known: bool = True

    @property
    def note(self) -> str | None:
        """A line for the 办公室 where something was put aside."""
        if self.aside is None:
            return None
        if not self.known:
            return describe_unrecorded(self.path, self.aside)
        return (
            f"“{show(self.path.name)}”有手工改动，已原样另存为“{show(self.aside.name)}”；"
            "新写的里没有这些改动，请对照补上。"
        )


def put_unrecorded_aside(path: Path, content: bytes) -> Path:
    """Keep content of which nobody knows whether a person changed it; its name does not say so."""
    return put_aside(path, content, "更新前", "")


def describe_unrecorded(path: Path, aside: Path) -> str:
    """Return a line on a file that was put aside though nobody knows who changed it, if anybody."""
    return (
        f"台账里没有“{show(path.name)}”的记录，分不清有没有手工改动，原来的已另存为"
        f"“{show(aside.name)}”；改动过的，请对照补上。"
    )


@dataclass(frozen=True, slots=True)
class CarefulWriter:
    """Writes files of a workspace; what a person made of one is kept before it is replaced."""

    root: Path
    records: Records

    def is_ours(self, path: Path) -> bool:
        """Tell whether what lies at `path` is as taskxl wrote it; so is where nothing lies."""
        return not path.is_file() or self.records.wrote(sha256(read_whole(path)).hexdigest())

    def write(self, path: Path, content: bytes) -> Written:
        """Put `content` at `path` as `write_whole` does, after keeping what is not taskxl's own.

        That goes into the ledger and into a copy beside it, 名字（手工改过1）.
        Raises TaskxlError, one Chinese line, where something cannot be read, kept or written.
        """
        changing = require_writable(path, content)
        name = self._name(path)
        aside, known = None, self.records.knows(name)
        found = read_whole(path) if changing and path.is_file() else None
        if found is not None and not self.records.wrote(sha256(found).hexdigest()):
            self.records.keep(name, found)
            aside = put_aside(path, found) if known else put_unrecorded_aside(path, found)
        # Before the file is there: whatever happens then, it is known whose it is.
        self.records.record(name, sha256(content).hexdigest())
        return Written(path, write_whole(path, content, found if changing else None), aside, known)

    def _name(self, path: Path) -> str:
        place, root = reach(path.absolute()), reach(self.root.absolute())
        return (place.relative_to(root) if place.is_relative_to(root) else place).as_posix()


_ASIDE = re.compile(r"（(手工改过|更新前)\d*）$")


def is_aside(path: Path) -> bool:
    """Tell whether a file is a copy that was put aside, by its name.

    >>> is_aside(Path("附件2-办公室-2021年4月（手工改过1）.xlsx"))
    True
    """
    return _ASIDE.search(path.stem) is not None


def put_aside(path: Path, content: bytes, word: str = "手工改过", first: str = "1") -> Path:
    """Keep `content` beside `path` under a numbered name; return where.

    Nothing that lies there is overwritten; a copy of it that is there already will do. `first` is
    the number of the first copy as its name has it.
    """
    numbers = (str(number) if number > 1 else first for number in count(1))
    places = (path.with_stem(f"{path.stem}（{word}{number}）") for number in numbers)
    aside = next(one for one in places if not one.exists() or read_whole(one) == content)
    write_whole(aside, content)
    return aside


# ---------------------------------------------------------------- folders, and the system's words


def make_folder(path: Path, within: Path | None = None) -> None:
    """Make a folder with its parents; raise TaskxlError, one Chinese line, when that fails.

    Those `within` a folder are made only while that is there: what was moved or renamed meanwhile
    is not begun anew, empty, where it was.
    """
    try:
        if within is None:
            reach(path).mkdir(parents=True, exist_ok=True)
            return
        parts = path.relative_to(within).parts
        for number in range(1, len(parts) + 1):
            reach(within.joinpath(*parts[:number])).mkdir(exist_ok=True)
    except OSError as error:
        if within is not None and not reach(within).is_dir():
            raise TaskxlError(explain_moved(within)) from error
        raise TaskxlError(f"文件夹“{show(path)}”建不了：{explain_os_error(error)}") from error


def explain_moved(folder: Path) -> str:
    """Return a line on a folder that was there, and is not any more."""
    return (
        f"文件夹“{show(folder)}”不在了，像是刚被移走或改名，没有写完。"
        "请看看它现在在哪里，在那里再做一次。"
    )


def _owner_files(path: Path) -> tuple[Path, ...]:
    """Return the files that office programs put beside one they have open.

    Excel and WPS write `~$name`; Word writes over the first two letters of a long name;
    LibreOffice writes `.~lock.name#`.
    """
    names = [f"~${path.name}", f".~lock.{path.name}#"]
    if path.suffix.lower() in (".docx", ".doc"):
        names.append(f"~${path.name[2:]}")
    return tuple(path.with_name(name) for name in names)


def _replace_content(
    path: Path, content: bytes, expected: bytes | None, by: Path | None = None
) -> None:
    if by is not None and not _is_same_drive(by, path.parent):
        by = None
    temporary = (by or path.parent) / f".taskxl-{os.getpid()}.tmp"
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()  # of a run that was killed and had the same process id
    # Not `tempfile`: its files are private to the user, the bureau's are as the folder wants them.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        if expected is not None and read_whole(path) != expected:
            raise TaskxlError(f"“{show(path)}”刚刚又被保存过，没有写入。请关闭后再运行一次。")
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def _is_same_drive(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system lets a folder be opened."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_REASONS: dict[int, str] = {
    errno.EACCES: "没有权限（文件夹或文件是只读的）。请换一个能写的位置，或取消只读。",
    errno.EPERM: "没有权限（文件夹或文件是只读的）。请换一个能写的位置，或取消只读。",
    errno.EROFS: "所在的磁盘是只读的。请换一个能写的位置。",
    errno.ENOSPC: "磁盘已满。请腾出空间后再运行。",
    errno.EDQUOT: "磁盘配额已用完。请腾出空间后再运行。",
    errno.EFBIG: "文件太大，磁盘放不下。请换一个位置。",
    errno.ENOENT: "文件或所在的文件夹不存在。请核对路径。",
    errno.ENOTDIR: "路径中有一段不是文件夹。请核对路径。",
    errno.EISDIR: "这是一个文件夹，不是文件。请核对路径。",
    errno.EEXIST: "同名的文件已经存在。请移走或改名后再运行。",
    errno.ENAMETOOLONG: "文件名或路径太长。请缩短后再运行。",
    errno.EIO: "磁盘读写出错。请检查磁盘或网络盘后再运行。",
}


def explain_os_error(error: OSError) -> str:
    """Say in Chinese what the system objects to, and what to do."""
    number = error.errno or 0
    return _REASONS.get(number, f"系统不允许（错误号 {number}）。请检查磁盘和权限后再运行。")
