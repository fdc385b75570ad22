"""定稿 in its folder: the summary as it may be attached, beside the one that is worked on."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from taskxl.ledger import open_ledger
from taskxl.model import Month
from taskxl.text import show
from taskxl.workspace.files import put_aside, read_whole, write_whole
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


@dataclass(frozen=True, slots=True)
class CleanCopy:
    """Where it lies, whether it was written anew, and lines for the 办公室."""

    path: Path
    written: bool
    notes: tuple[str, ...] = ()


def clean_path(summary: Path) -> Path:
    """Return where the 定稿 of a summary goes."""
    return summary.with_stem(f"{summary.stem}（定稿）")


def write_clean(workspace: Workspace, month: Month, now: datetime | None) -> CleanCopy:
    """Write `2021年1-4月汇总（定稿）.xlsx` of a merged month.

    One in which a person has written is kept aside first: the ledger knows our own.
    Raises TaskxlError where it cannot be written.
    """
    from taskxl.reports.clean_copy import write_clean_copy

    path = clean_path(workspace.summary_path(month.period))
    content = write_clean_copy(month)
    notes = []
    with hold_workspace(workspace, "merge"), open_ledger(workspace.ledger_path) as ledger:
        there = read_whole(path) if path.is_file() else None
        if there not in (None, content) and not ledger.knows_summary(month.period, there or b""):
            aside = put_aside(path, there or b"")
            notes.append(f"“{show(path.name)}”手工改过，已另存为“{show(aside.name)}”。")
        ledger.record_summary(month.period, content, now)
        written = write_whole(path, content)
    return CleanCopy(path, written, tuple(notes))
