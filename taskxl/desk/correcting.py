"""Texts corrected elsewhere than in the summary: by the same pen, as if they stood there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from taskxl.desk.merging import merge_returns
from taskxl.desk.one_month import MergeReport
from taskxl.desk.return_files import Progress
from taskxl.errors import TaskxlError
from taskxl.merge.revisions import (
    ENTRY_FIELDS,
    FIELD_WORDS,
    Key,
    Shown,
    find_revisions,
    instructions_of,
    is_same,
    key_of,
)
from taskxl.model import Month, Revision, RevisionField
from taskxl.statements import read_status
from taskxl.text import quote
from taskxl.workspace.folder import Workspace

LONGEST = 30_000
"""Characters of a text: what a cell of a workbook can hold, marks and names beside it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person makes of a text: `seen` is what stood before them, `text` what it shall be.

    `newer` is what the office had sent since, where that stood beside it; `office` is "" for 批示.
    """

    task: str
    office: str
    field: RevisionField
    seen: str
    text: str
    newer: str | None = None


def shown_texts(month: Month) -> dict[Key, Shown]:
    """Return what the month shows of each text that can be corrected, with what came since."""
    revised = {key_of(one): one for one in month.revisions}
    shown: dict[Key, Shown] = {}
    for entry in month.entries:
        for field in ENTRY_FIELDS:
            key: Key = (entry.task, entry.office, field)
            newer = revised[key].newer if key in revised else None
            shown[key] = Shown(getattr(entry, field), newer, penned=key in revised)
    for task, text in instructions_of(month.revisions).items():
        shown[task, "", "instructions"] = Shown(text, penned=True)
    return shown


def correct_texts(
    workspace: Workspace,
    month: Month,
    corrections: Sequence[Correction],
    now: datetime,
    progress: Progress = None,
) -> MergeReport:
    """Correct texts of a month as it stands (`month`) and merge it with them.

    A text that is corrected beside a newer one of its office decides between the two (G416).
    Raises TaskxlError where a text is not any more what was seen, or the merge cannot be made.
    """
    return merge_returns(
        workspace, month.period, progress, now, tuple(_make_revisions(month, corrections))
    )


def _make_revisions(month: Month, corrections: Iterable[Correction]) -> tuple[Revision, ...]:
    shown = shown_texts(month)
    written: dict[Key, Shown] = {}
    found: dict[Key, Shown] = {}
    for one in corrections:
        task = month.master.task(one.task)
        if task is None:
            raise TaskxlError("清单里没有这项任务了，没有改。请刷新后再看。")
        if len(one.text) > LONGEST:
            raise TaskxlError(f"{FIELD_WORDS[one.field]}有 {len(one.text)} 字，格子里放不下。")
        key: Key = (one.task, one.office, one.field)
        there = shown.get(key, Shown())
        if is_same(there.text, one.text) and there.newer is None:
            continue  # it is so already, by another window or a second click
        if told := _tell_change(there, one):
            raise TaskxlError(f"{task.label}的{FIELD_WORDS[one.field]}{told}")
        text = read_status(one.text)[0] if one.field == "status" else one.text
        written[key], found[key] = there, Shown(text)
    return find_revisions(month.entries, month.revisions, written, found)


def _tell_change(there: Shown, one: Correction) -> str:
    """Return what has become of a text since it was seen, "" where it stands as it did."""
    if not is_same(there.text, one.seen):
        return (
            f"刚才已经改成{quote(there.text, 60)}，没有照您的{quote(one.text, 60)}改。请看过再改。"
        )
    if there.newer is None and one.newer is not None:
        return "刚才已经定了用哪一种，没有照您的再定。请看过再改。"
    if there.newer is not None and (one.newer is None or not is_same(there.newer, one.newer)):
        return (
            f"，{one.office}刚才又报了{quote(there.newer, 60)}，没有照您的{quote(one.text, 60)}改。"
            "请看过两种说法再定。"
        )
    return ""
