"""What the ledger keeps, brought back: a month as it stood at a merge, and every original."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from taskxl.errors import TaskxlError
from taskxl.ledger import Ledger, Origin, mark_of
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.own import careful_writer
from taskxl.merge.counts import count_month
from taskxl.model import Month, Period
from taskxl.paths import reach
from taskxl.text import safe_file_name, show
from taskxl.workspace.files import Written, make_folder, read_whole
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


@dataclass(frozen=True, slots=True)
class PastMerge:
    """One merge of a month: its place among them from 1, when it was, what it found.

    `offices` counts offices by state, `revisions` the corrections by hand then in force.
    """

    place: int
    recorded_at: datetime | None
    origin: Origin
    offices: dict[str, int]
    revisions: int


def list_merges(workspace: Workspace, period: Period) -> tuple[PastMerge, ...]:
    """Return the merges of a period, oldest first. Raises TaskxlError where there is none."""
    with look_into_ledger(workspace) as ledger:
        found = []
        for place, merge in enumerate(ledger.merges(period) if ledger else (), 1):
            month = ledger.month(period, merge.number) if ledger else None
            if month is not None:
                offices = count_month(month).offices
                found.append(
                    PastMerge(place, merge.recorded_at, merge.origin, offices, len(month.revisions))
                )
    if not found:
        raise TaskxlError(f"台账里没有{period.name}的汇总。请先运行 taskxl merge。")
    return tuple(found)


def write_past_summary(
    workspace: Workspace, period: Period, place: int, now: datetime | None = None
) -> Written:
    """Write the summary of a period as it stood at its merge `place` (from 1), beside today's.

    `now` is when it is recorded.
    Raises TaskxlError where there is no such merge, or writing fails.
    """
    from taskxl.reports.summary import write_summary

    with hold_workspace(workspace, "ledger"), look_into_ledger(workspace) as ledger:
        ledger, month = _find_month(ledger, period, place)
        path = workspace.summary_path(period)
        path = path.with_stem(f"{path.stem}（第{place}次汇总时）")
        make_folder(path.parent, workspace.root)
        writer = careful_writer(ledger, workspace.root, now)
        return writer.write(path, write_summary(month, mark_of(month)))


def _find_month(ledger: Ledger | None, period: Period, place: int) -> tuple[Ledger, Month]:
    merges = ledger.merges(period) if ledger else ()
    if ledger is None or not 1 <= place <= len(merges):
        said = f"只汇总过 {len(merges)} 次" if merges else "还没有汇总过"
        raise TaskxlError(f"{period.name}{said}，没有第 {place} 次。")
    month = ledger.month(period, merges[place - 1].number)
    assert month is not None  # noqa: S101 - it is in the list of merges
    return ledger, month


def export_originals(
    workspace: Workspace, periods: tuple[Period, ...], folder: Path, now: datetime | None = None
) -> tuple[Written, ...]:
    """Write every file ever received for some periods into `folder`, one folder a month.

    Files keep the names they came under; where several came under one name all are there, told
    apart by the beginning of their digests. What lies in a zip comes with the zip. A file that is
    in the folder already, and is another, is left as it is. `now` is when that is recorded.
    Raises TaskxlError where nothing was received, the folder is one of the workspace's own, or
    writing fails.
    """
    _require_own_folder(workspace, folder)
    written: list[Written] = []
    with look_into_ledger(workspace) as ledger:
        for period in periods if ledger else ():
            assert ledger is not None  # noqa: S101 - there are periods
            received = ledger.originals(period)
            names = [_safe_path(name) for name, _ in received]
            for name, (_, digest) in zip(names, received, strict=True):
                content = ledger.content(digest)
                path = folder / period.folder / name
                marked = path.with_stem(f"{path.stem}-{digest[:8]}")
                if names.count(name) > 1 or not _is_free(path, content):
                    path = marked
                make_folder(path.parent)
                written.append(careful_writer(ledger, workspace.root, now).write(path, content))
    if not written:
        raise TaskxlError("台账里没有收到过的文件，没有写出。请先运行 taskxl merge。")
    return tuple(written)


def _require_own_folder(workspace: Workspace, folder: Path) -> None:
    """Raise TaskxlError for a folder in which originals would pass for what came or was written."""
    root, place = workspace.root.resolve(), reach(folder).resolve()
    within = place.parts[len(root.parts) :] if place.is_relative_to(root) else None
    if within is None or (within and not re.fullmatch(r"\d{4}年\d{2}月|模板", within[0])):
        return
    raise TaskxlError(
        f"“{show(folder)}”是工作区自己的文件夹，原件不能写在这里。请换一个文件夹，如：原件。"
    )


def _safe_path(name: str) -> PurePosixPath:
    """Return the path of a file that came, without what no file system takes; its kind is kept."""
    path = PurePosixPath(name)
    kind = f".{safe_file_name(path.suffix[1:], 10)}" if path.suffix[1:] else ""
    parts = [safe_file_name(part) for part in path.parent.parts]
    return PurePosixPath(*parts, safe_file_name(f"{path.stem[:60]}{kind}"))


def _is_free(path: Path, content: bytes) -> bool:
    return not path.exists() or (path.is_file() and read_whole(path) == content)


def describe_merge(merge: PastMerge, words: dict[str, str]) -> tuple[str, ...]:
    """Return a merge as a row of a table: place, moment, offices by state, corrections."""
    moment = f"{merge.recorded_at:%Y-%m-%d %H:%M}" if merge.recorded_at else "时间不明"
    moment += "（由文件夹补记）" if merge.origin == "folder" else ""
    offices = "，".join(f"{words[word]} {count}" for word, count in merge.offices.items() if count)
    return f"第 {merge.place} 次", moment, offices, f"修订 {merge.revisions} 处"
