"""Returns dropped onto the page: put under 回收/ as they are, or tried and put nowhere."""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Literal

from taskxl.desk.into_returns import index_returns, write_return
from taskxl.desk.lists import load_master
from taskxl.desk.months import Before, look_at_folder, require_month
from taskxl.desk.return_files import Progress
from taskxl.desk.year_walk import recall_months
from taskxl.errors import TaskxlError
from taskxl.intake.gate import skip_by_name
from taskxl.intake.refusals import MB, Limits
from taskxl.ledger.looking import look_into_ledger
from taskxl.mail.names import mark_copy, name_saved
from taskxl.model import Month, Period
from taskxl.workspace.files import make_folder
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace

_FILE_BYTES = Limits().file_bytes
DEEPEST = 8
"""Folders in one another that are kept; what lies deeper comes into the deepest."""


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file as it was dropped: its path as the browser gives it, its bytes yet to be read.

    `modified` is the file's own time on the person's disk, None where the browser does not say it.
    """

    name: str
    content: IO[bytes]
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of a dropped file: `file` is its name under 回收/, "" where it was not put."""

    name: str
    file: str
    fate: Literal["taken", "held", "refused"]
    why: str = ""


def drop_returns(
    workspace: Workspace, period: Period, dropped: Iterable[DroppedFile], now: datetime
) -> list[Landed]:
    """Put files under 回收/ of a period; each is whole there or not at all.

    A name becomes one that every system accepts, and never leads out of the folder; beside another
    file of that name it gets a number. What lies there already, by content, is not put twice.
    A file keeps its own time, as one that is copied there does: it may be all that tells when the
    return came. One that says no time, or a time after `now`, came now.
    Raises TaskxlError where there is no such month, or writing fails.
    """
    require_month(workspace, period)
    folder = workspace.returns_folder(period)
    with hold_workspace(workspace, "receive"):
        held = index_returns(folder, workspace.list_returns(period))
        return [_land(folder, held, one, now) for one in dropped]


def _land(folder: Path, held: dict[str, str], one: DroppedFile, now: datetime) -> Landed:
    place = place_dropped(one.name)
    if skip_by_name(place.name):
        return Landed(one.name, "", "refused", "是临时文件或锁文件，没有收")
    content = one.content.read(_FILE_BYTES + 1)
    if len(content) > _FILE_BYTES:
        return Landed(one.name, "", "refused", f"超过 {_FILE_BYTES // MB} MB，没有收")
    digest = hashlib.sha256(content).hexdigest()
    if digest in held:
        return Landed(one.name, held[digest], "held")
    inner = folder
    for part in place.parent.parts:
        inner = inner / part
        if inner.is_symlink() or (inner.exists() and not inner.is_dir()):
            return Landed(one.name, "", "refused", "回收里有同名的链接或文件，放不进去")
    make_folder(inner, folder)
    free = (mark_copy(place, number) for number in count(1))
    chosen = next(path for path in free if not os.path.lexists(folder / path))
    write_return(folder, folder / chosen, content)
    if one.modified is not None and one.modified <= now:
        moment = one.modified.timestamp()
        with suppress(OSError):
            os.utime(folder / chosen, (moment, moment))
    held[digest] = str(chosen)
    return Landed(one.name, str(chosen), "taken")


def place_dropped(name: str) -> PurePosixPath:
    r"""Return where a dropped file goes below 回收/: safe parts, none of which leads upwards.

    >>> str(place_dropped("../../四月\\..\\基安股:表.xlsx"))
    '四月/基安股_表.xlsx'
    """
    parts = [
        part for part in name.replace("\\", "/").split("/") if part.strip() and part.strip(" .")
    ]
    return name_saved(PurePosixPath(*parts[:-1][:DEEPEST], *parts[-1:] or ("未命名",)))


def try_return(
    workspace: Workspace,
    period: Period,
    dropped: DroppedFile,
    now: datetime,
    progress: Progress = None,
) -> Month:
    """Return the month as it would be had only this file come; recorded nowhere.

    Raises TaskxlError where there is no such month.
    """
    require_month(workspace, period)
    master, _ = load_master(workspace)
    with TemporaryDirectory(prefix="taskxl-") as made, look_into_ledger(workspace) as ledger:
        landed = _land(Path(made), {}, dropped, now)
        if landed.fate == "refused":
            raise TaskxlError(landed.why)
        before = Before(recall_months(workspace, ledger, master, period), None, now.date())
        merged, _ = look_at_folder(
            workspace, ledger, master, period, before, progress, (), Path(made)
        )
        return merged.month


def register_offices(workspace: Workspace, period: Period) -> tuple[str, ...]:
    """Return the offices as whose a return of a period can be registered."""
    from taskxl.orders import with_instructions
    from taskxl.roster import divide_tasks

    master, _ = load_master(workspace)
    return tuple(divide_tasks(with_instructions(master, period, period.first_day), period))


def describe_moment(moment: datetime | None) -> str:
    """Return a moment as tables show it, `4月24日 09:06`; "" for None.

    >>> describe_moment(datetime(2026, 4, 24, 9, 6))
    '4月24日 09:06'
    """
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}" if moment else ""
