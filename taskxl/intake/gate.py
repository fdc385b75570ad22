"""The gate: a regular file, read once, of a known kind, within the limits before any parsing."""

import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from taskxl.intake.archives import Entry, inflate, list_entries
from taskxl.intake.extents import Extent
from taskxl.intake.grids import Book, Kind
from taskxl.intake.kinds import find_kind, is_archive
from taskxl.intake.packages import InspectedPackage, inspect_package
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import (
    DAMAGED,
    LINK,
    MB,
    NOT_A_TABLE,
    OVER_LIMIT,
    TEMPORARY,
    Limits,
    Refusal,
    Refused,
)
from taskxl.text import show

__all__ = [
    "Admitted",
    "Archived",
    "Extent",
    "InspectedPackage",
    "Limits",
    "Refusal",
    "Refused",
    "admit",
    "check_content",
    "inspect_package",
    "is_archive",
    "list_archive",
    "open_archive",
    "read_archived",
    "read_once",
    "read_return_book",
    "skip_by_name",
]

_LOCKS = re.compile(r"~\$.*|\.~lock\..*#|\.~.*", re.DOTALL)
_DOWNLOADS = re.compile(
    r".*\.(?:crdownload|part|partial|download|opdownload|downloading|td|xltd|icloud)",
    re.IGNORECASE | re.DOTALL,
)
_LEFTOVERS = re.compile(
    r"(?:eh)?thumbs(?:_vista)?\.db|desktop\.ini|\.ds_store|\._.*|.*\.(?:tmp|temp)|~.*\.tmp",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file that passed the gate.

    `content` is what was read, once; `sha256` its digest in hexadecimal; `modified` the file's
    time as the same look saw it, in local time without a zone.
    """

    name: str
    content: bytes
    kind: Kind
    sha256: str
    modified: datetime


def admit(path: Path, limits: Limits = Limits()) -> Admitted:  # noqa: B008 — frozen, a value
    """Let one file in: skipped by no name, a regular file, read once, of a kind within limits.

    Raises Refused with R201 to R204, R210 or R211.
    """
    skipped = skip_by_name(path.name)
    if skipped:
        raise Refused(skipped.code, skipped.reason)
    content, modified = read_once(path, limits)
    kind = check_content(content, path.name, limits)
    return Admitted(path.name, content, kind, hashlib.sha256(content).hexdigest(), modified)


def read_once(path: Path, limits: Limits = Limits()) -> tuple[bytes, datetime]:  # noqa: B008
    """Read a regular file and its time, following no link and waiting for no pipe.

    Raises Refused: R210 not a regular file, R201 it cannot be opened, R204 too large.
    """
    special = Refused(
        LINK.code,
        "这是链接、快捷方式、管道或文件夹，不是普通文件，没有读取。请把真正的文件复制到这里。",
    )
    # O_NONBLOCK: a pipe put in the file's place after the look must not make us wait for ever.
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOCTTY"):
        flags |= getattr(os, flag, 0)
    try:
        seen = path.lstat()
        if stat.S_ISDIR(seen.st_mode):
            raise Refused(
                LINK.code,
                "这是文件夹，打不开（没有读取权限或已损坏），里面的文件没有读到。"
                "请检查权限，或把里面的文件复制到这里。",
            )
        if not stat.S_ISREG(seen.st_mode):
            raise special
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 — a descriptor, no path
            opened = os.fstat(file.fileno())
            # Windows does not number files alike by path and by handle; nor has it such pipes.
            swapped = os.name == "posix" and not os.path.samestat(seen, opened)
            if swapped or not stat.S_ISREG(opened.st_mode):
                raise special
            content = file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as error:
        raise Refused(
            DAMAGED.code,
            "打不开：没有读取权限、正被别的程序占用，或刚被移走。请处理后重新运行。",
        ) from error
    if len(content) > limits.file_bytes:
        raise Refused(
            OVER_LIMIT.code,
            f"文件超过 {limits.file_bytes // MB} MB，没有打开。"
            "请删去图片等无关内容，只留填报表格，另存为 .xlsx 后重新发来。",
        )
    return content, _local_time(opened.st_mtime)


def _local_time(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone().replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return datetime(1970, 1, 1)  # noqa: DTZ001 — a file system may state any time at all


def check_content(
    content: bytes,
    name: str,
    limits: Limits = Limits(),  # noqa: B008
) -> Kind:
    """Return the kind of a content that came from anywhere (a file, an archive, a mail).

    Raises Refused R201 to R204; whether the kind suits is the caller's: `read_return_book`.
    """
    return find_kind(content, name, limits)


def read_return_book(content: bytes, name: str, kind: Kind) -> Book:
    """Read a return; a plain text or a PDF only where it has tables.

    Raises Refused R203 where it has none, or where a PDF cannot be read here, and what
    `read_book` raises.
    """
    wanted = "请发回填好的 Excel 表（.xlsx）。"
    try:
        book = read_book(content, name, kind)
    except Refused as refused:
        if kind == "pdf" and refused.code == DAMAGED.code:
            raise Refused(NOT_A_TABLE.code, f"这是 PDF。{refused.reason}{wanted}") from refused
        raise
    if kind in ("pdf", "text") and not book.sheets:
        what = "这是 PDF，里面没有文字表格" if kind == "pdf" else "这是纯文字，没有表格"
        raise Refused(NOT_A_TABLE.code, f"{what}，不能汇总。{wanted}")
    return book


def skip_by_name(name: str) -> Refusal | None:
    """Return why a file is no return, going by its name alone (R211); None where it may be one.

    >>> skip_by_name("~$进展情况表.xlsx").code, skip_by_name("进展情况表.xlsx")
    ('R211', None)
    """
    if _LOCKS.fullmatch(name):
        return Refusal(TEMPORARY.code, "这是 Excel、WPS 打开文件时留下的锁文件，已略过。")
    if _DOWNLOADS.fullmatch(name):
        return Refusal(TEMPORARY.code, "这个文件还没有下载完，已略过。请下载完整后重新运行。")
    if _LEFTOVERS.fullmatch(name):
        return Refusal(TEMPORARY.code, "这是系统或软件自动产生的文件，不是报送件，已略过。")
    return None


@dataclass(frozen=True, slots=True)
class Archived:
    """A file in a zip of returns: its name inside, without `..` or a leading slash, and its entry.

    No two of a zip share a name; nothing is written anywhere, the name is only a label.
    """

    name: str
    entry: Entry


def open_archive(
    content: bytes,
    name: str,
    limits: Limits = Limits(),  # noqa: B008
) -> Iterator[tuple[str, bytes | Refusal, datetime | None]]:
    """Yield each file of a zip of returns: its name inside, its content or a refusal, its time.

    One level deep: an archive inside is yielded as any content and refused by `check_content`.
    Raises Refused R201 or R204 where the archive as a whole cannot be taken.
    """
    for archived in list_archive(content, name, limits):
        yield archived.name, read_archived(content, archived, limits), archived.entry.modified


def list_archive(
    content: bytes,
    name: str,
    limits: Limits = Limits(),  # noqa: B008
) -> tuple[Archived, ...]:
    """Return the files of a zip of returns, inflating none.

    Raises Refused R201 or R204 where the archive as a whole cannot be taken.
    """
    entries = list_entries(content, limits)
    if not entries:
        raise Refused(DAMAGED.code, f"压缩包“{show(name, 60)}”是空的。请重新压缩后发来。")
    found: dict[str, Archived] = {}
    times: Counter[str] = Counter()
    for entry in entries:
        wanted = label = _inner_label(entry.name)
        while label in found:  # a zip may name two files alike; each needs a verdict of its own
            times[wanted] += 1
            label = _mark_copy(wanted, times[wanted] + 1)
        found[label] = Archived(label, entry)
    return tuple(found.values())


def read_archived(
    content: bytes,
    archived: Archived,
    limits: Limits = Limits(),  # noqa: B008
) -> bytes | Refusal:
    """Return one file out of the zip that `content` is, or why it is not taken."""
    path = PurePosixPath(archived.name)
    if "__MACOSX" in path.parts[:-1]:
        return Refusal(TEMPORARY.code, "这是 macOS 压缩时附带的文件，已略过。")
    skipped = skip_by_name(path.name)
    if skipped:
        return skipped
    if archived.entry.size > limits.file_bytes:
        return Refusal(OVER_LIMIT.code, f"解开后超过 {limits.file_bytes // MB} MB，没有打开。")
    try:
        return b"".join(inflate(content, archived.entry))
    except Refused as refused:
        return Refusal(refused.code, refused.reason)


def _inner_label(name: str) -> str:
    parts = [part for part in PurePosixPath(name).parts if part not in ("..", "/", ".")]
    return "/".join(parts) or "未命名"


def _mark_copy(name: str, number: int) -> str:
    """Return a name with a mark before its ending, which tells kinds of text apart."""
    suffix = PurePosixPath(name).suffix
    return f"{name.removesuffix(suffix)}（同名第{number}个）{suffix}"
