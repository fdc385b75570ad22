"""The summary in its folder: where it goes, and what a person wrote in it since it was written."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from taskxl.intake.gate import Refusal, check_content
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Limits
from taskxl.intake.workers import read_isolated
from taskxl.ledger import Ledger
from taskxl.merge.revisions import combine_revisions
from taskxl.model import Month, Period, Revision
from taskxl.reports.corrections import Corrections, adopt_marked, read_corrections, read_mark
from taskxl.text import show
from taskxl.workspace import Workspace, read_whole, require_writable, write_whole

# The 办公室's own file: a summary of a thousand offices is far larger than any return.
_LIMITS = Limits(cell_area=20_000_000, memory=4 << 30, seconds=300.0)
_WHY_UNREADABLE = {
    "R202": "有打开密码",
    "R204": "太大或结构异常",
    "R205": "没有汇总表，或表头已被删改",
}


@dataclass(frozen=True, slots=True)
class Penned:
    """What a person made of a period's summary.

    `path` is where the next one goes: beside one that cannot be read. `revisions` are the
    corrections in force, `changes` those of them that no merge has seen yet. `aside` is the
    workbook's content where something in it would be lost; `notes` are lines for the 办公室.
    """

    path: Path
    revisions: tuple[Revision, ...]
    changes: tuple[Revision, ...] = ()
    aside: bytes | None = None
    notes: tuple[str, ...] = ()


def look_at_summary(
    workspace: Workspace, ledger: Ledger, period: Period, fresh: Callable[[], Month]
) -> Penned:
    """Find what was corrected by hand in the summary of a period since it was written.

    `fresh` gives the month as its folder has it, without corrections; it is asked only where the
    ledger knows of no merge. Nothing is written.
    Raises TaskxlError where somebody has changed the summary and has it still open.
    """
    last = ledger.month(period)
    carried = last.revisions if last else ()
    notes: list[str] = []
    for path in workspace.summary_paths(period):
        if not path.is_file():
            break
        content = read_whole(path)
        if ledger.wrote_summary(period, content):
            break
        require_writable(path, b"")
        mark = _ask(_read_mark, None, (content, path.name))
        if isinstance(mark, Refusal):
            why = _WHY_UNREADABLE.get(mark.code, "可能已损坏")
            notes.append(
                f"“{show(path.name)}”读不出来（{why}），没有动它，里面新写的修订没有用上；"
                "新的汇总另写在旁边。原来的不要了，请把它移走。"
            )
            continue
        base = ledger.marked_month(period, str(mark)) or last
        if base is None:
            changes = _ask(_adopt_marked, fresh(), (content, path.name))
            told = changes if isinstance(changes, tuple) else ()
            return Penned(path, combine_revisions((), told), told, content, tuple(notes))
        found = _ask(_read_corrections, base, (content, path.name))
        if not isinstance(found, Corrections):
            return Penned(path, carried, (), content, tuple(notes))
        new = tuple(one for one in found.revisions if one not in carried)
        return Penned(
            path,
            combine_revisions(carried, new),
            new,
            content if found.others else None,
            tuple(notes),
        )
    return Penned(path, carried, notes=tuple(notes))


def _ask(function: Callable[..., object], context: object, job: tuple[bytes, str]) -> object:
    """Have a summary read in a process of its own: a person's file may be damaged as any."""
    ((_, result),) = read_isolated(function, context, [job], limits=_LIMITS)
    return result


def _read_mark(context: None, job: tuple[bytes, str]) -> str:
    content, name = job
    return read_mark(read_book(content, name, check_content(content, name, _LIMITS)))


def _read_corrections(base: Month, job: tuple[bytes, str]) -> Corrections:
    content, name = job
    return read_corrections(read_book(content, name, check_content(content, name, _LIMITS)), base)


def _adopt_marked(fresh: Month, job: tuple[bytes, str]) -> tuple[Revision, ...]:
    content, name = job
    return adopt_marked(read_book(content, name, check_content(content, name, _LIMITS)), fresh)


def put_aside(path: Path, content: bytes) -> str:
    """Keep a copy of a summary that holds what the next one will not; return a line on it."""
    asides = (path.with_stem(f"{path.stem}（手工改过{number}）") for number in count(1))
    aside = next(one for one in asides if not one.exists() or read_whole(one) == content)
    write_whole(aside, content)
    return (
        f"“{show(path.name)}”里有修订栏以外的手工改动，已原样另存为“{show(aside.name)}”；"
        "重新写的汇总里没有这些改动，请对照补上。"
    )
