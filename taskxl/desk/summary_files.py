"""The summary in its folder: where it goes, and what a person wrote in it since it was written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from taskxl.desk.clean_copies import clean_path
from taskxl.desk.unreadable import name_reason
from taskxl.errors import TaskxlError
from taskxl.intake.gate import Refusal, check_content
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Limits
from taskxl.intake.workers import read_isolated
from taskxl.ledger import Ledger
from taskxl.ledger.own import careful_writer
from taskxl.merge.revisions import combine_revisions, is_same, key_of
from taskxl.model import Month, Period, Revision
from taskxl.reports.corrections import Summary, find_corrections, read_summary
from taskxl.text import quote, show
from taskxl.workspace.files import (
    describe_unrecorded,
    is_aside,
    put_aside,
    put_unrecorded_aside,
    read_whole,
    require_writable,
)
from taskxl.workspace.folder import Workspace

# The 办公室's own file: a summary of a thousand offices is far larger than any return.
SUMMARY_LIMITS = Limits(cell_area=20_000_000, memory=4 << 30, seconds=300.0)
_OTHER_KINDS = (".xls", ".et", ".ett", ".ods", ".xlsm", ".xlsb", ".csv")


@dataclass(frozen=True, slots=True)
class Penned:
    """What a person made of a period's summary.

    `path` is where the next one goes, beside one that cannot be read, and `content` what lies
    there. `recorded` tells whether the ledger knows of any summary of the period; without one,
    nobody can tell what a person changed. `revisions` are the corrections in force, `changes` those
    of them that no merge has seen yet, found in the workbooks `taken`; `asides` are those of them
    in which something else was written, with their paths. `notes` are lines for the 办公室.
    """

    path: Path
    content: bytes | None
    revisions: tuple[Revision, ...]
    changes: tuple[Revision, ...] = ()
    taken: tuple[bytes, ...] = ()
    asides: tuple[tuple[Path, bytes], ...] = ()
    notes: tuple[str, ...] = ()
    recorded: bool = True


def look_at_summary(
    workspace: Workspace,
    ledger: Ledger,
    period: Period,
    last: Month | None,
    merge_fresh: Callable[[], Month],
) -> Penned:
    """Find what was corrected by hand in the summary of a period since it was written.

    `last` is the month as it was last merged; `merge_fresh` gives it as its folder has it, without
    corrections, and is asked only where there is no such merge. Nothing is written.
    Raises TaskxlError where somebody has changed the summary and has it still open.
    """
    carried = last.revisions if last else ()
    changes: tuple[Revision, ...] = ()
    taken: list[bytes] = []
    asides: list[tuple[Path, bytes]] = []
    places: list[tuple[Path, bytes | None]] = []
    notes = _find_other_kinds(workspace.summary_path(period))
    notes += _find_renamed(workspace, ledger, period, last)
    for path in _find_summaries(workspace, period):
        content = read_whole(path) if path.is_file() else None
        if content is None or ledger.knows_summary(period, content):
            places.append((path, content))
            continue
        require_writable(path, b"")
        summary = _read(content, path.name, period)
        if isinstance(summary, Refusal):
            notes.append(_describe_refusal(path, summary, period))
            continue
        base = ledger.marked_month(period, summary.mark) if summary.mark else last
        found = find_corrections(summary, base or last or merge_fresh(), base is not None)
        # A workbook of an earlier merge may bring back what has been decided otherwise since.
        changes += tuple(
            one
            for one in found.revisions
            if one not in carried and (base == last or not ledger.knows_revision(period, one))
        )
        taken.append(content)
        asides += [(path, content)] if found.others else []
        places.append((path, content))
    revisions = combine_revisions(carried, changes)
    recorded = ledger.has_summary(period)
    return Penned(
        *places[0], revisions, changes, tuple(taken), tuple(asides), tuple(notes), recorded
    )


def with_corrections(penned: Penned, corrections: Sequence[Revision]) -> Penned:
    """Add corrections that were made elsewhere than in the summary, as if they stood there.

    Raises TaskxlError where the summary itself says something else of one of these texts.
    """
    said = {key_of(one): one for one in penned.changes}
    for one in corrections:
        other = said.get(key_of(one))
        if other is not None and not is_same(other.now, one.now):
            raise TaskxlError(
                f"“{show(penned.path.name)}”里这一处刚改成{quote(other.now, 40)}，还没有汇总，"
                f"这里要改成{quote(one.now, 40)}。请先汇总，再定用哪一种。"
            )
    fresh = tuple(one for one in corrections if key_of(one) not in said)
    return replace(
        penned,
        revisions=combine_revisions(penned.revisions, fresh),
        changes=(*penned.changes, *fresh),
    )


def _find_summaries(workspace: Workspace, period: Period) -> Iterator[Path]:
    """Yield the summary's path, those of summaries that lie beside it, and the next free one."""
    for number, path in enumerate(workspace.summary_paths(period)):
        yield path
        if number and not path.is_file():
            return


def _find_other_kinds(path: Path) -> list[str]:
    """Return a line for each copy of the summary that was saved beside it as another kind."""
    others = (path.with_suffix(kind) for kind in _OTHER_KINDS)
    return [
        f"“{show(other.name)}”不会去读；修订请写在“{show(path.name)}”里。不要了的，请把它移走。"
        for other in others
        if other.is_file()
    ]


def _find_renamed(
    workspace: Workspace, ledger: Ledger, period: Period, last: Month | None
) -> list[str]:
    """Return a line for each summary of a period that was corrected under a name of its own."""
    folders = (workspace.merge_folder(period), workspace.month_folder(period), workspace.root)
    summary, records = workspace.summary_path(period), careful_writer(ledger, workspace.root, None)
    own = {*_find_summaries(workspace, period), clean_path(summary), workspace.master_path}
    notes = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.xlsx"))):
        if path in own or is_aside(path) or path.name.startswith(("~$", ".")) or path.is_dir():
            continue
        content = read_whole(path)
        if records.records.wrote(sha256(content).hexdigest()):
            continue
        read = _read(content, path.name, period)
        if isinstance(read, Refusal):
            continue
        base = ledger.marked_month(period, read.mark) if read.mark else last
        found = find_corrections(read, base, is_base=True) if base else None
        known = (*base.revisions, *(last.revisions if last else ())) if base else ()
        fresh = [one for one in found.revisions if one not in known] if found else []
        if found and (fresh or found.others):
            notes.append(
                f"{show(path.parent.name)}文件夹里的{quote(path.name)}是手工改过的{period.name}的汇总，"
                f"不叫{quote(summary.name)}，里面的修订没有用上。要算数的，请写到"
                f"{quote(summary.name)}里；不要了的，请移走。"
            )
    return notes


def _describe_refusal(path: Path, refusal: Refusal, period: Period) -> str:
    if refusal.code == "R206":
        return (
            f"“{show(path.name)}”里不是{period.name}的汇总，没有动它，里面的修订没有用上。"
            "请把它移走或改名。"
        )
    why = name_reason(refusal.code)
    return (
        f"“{show(path.name)}”读不出来（{why}），没有动它，里面新写的修订没有用上。"
        "不要了的，请把它移走。"
    )


def _read(content: bytes, name: str, period: Period) -> Summary | Refusal:
    """Read a summary in a process of its own: a person's file may be damaged as any."""
    ((_, result),) = read_isolated(_read_content, period, [(content, name)], limits=SUMMARY_LIMITS)
    return result


def _read_content(period: Period, job: tuple[bytes, str]) -> Summary:
    content, name = job
    return read_summary(
        read_book(content, name, check_content(content, name, SUMMARY_LIMITS)), period
    )


def require_unchanged(penned: Penned) -> None:
    """Raise TaskxlError where somebody saved the summary after it was looked at."""
    path = penned.path
    if (read_whole(path) if path.is_file() else None) != penned.content:
        raise TaskxlError(
            f"“{show(path)}”在汇总的时候又被保存过，没有写入。请关闭后再运行一次 taskxl merge。"
        )


def keep_summary(path: Path, content: bytes, recorded: bool) -> str:
    """Keep a copy of a summary that holds what the next one will not; return a line on it.

    Where none is `recorded`, it is not said that a person changed it.
    """
    if not recorded:
        return describe_unrecorded(path, put_unrecorded_aside(path, content))
    aside = put_aside(path, content)
    return (
        f"“{show(path.name)}”里有修订栏以外的手工改动，已原样另存为“{show(aside.name)}”；"
        "重新写的汇总里没有这些改动，请对照补上。"
    )
