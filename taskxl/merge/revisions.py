"""What the 办公室 corrected by hand in a summary: found, kept, and set against newer texts.

A correction is found by comparing what a summary says now with what it said when it was written,
text by text of one office. It stands until the office itself sends the same, and is shown beside
the office's text where that has changed since.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from taskxl.findings import Finding, Rule
from taskxl.merge.registry import View, gap_rule
from taskxl.model import Entry, OfficeState, Revision, RevisionField, Task, TaskField
from taskxl.roster import Roster
from taskxl.text import is_blank, quote, tidy
from taskxl.words import STATUSES

Key = tuple[str, str, RevisionField]
"""Whose text it is: task id, office ("" for 批示), field."""
ENTRY_FIELDS: tuple[TaskField, ...] = ("status", "progress", "obstacles", "remarks")
FIELD_WORDS: Mapping[RevisionField, str] = {
    "status": "进度状态",
    "progress": "进展情况",
    "obstacles": "存在问题和下一步工作计划",
    "remarks": "备注",
    "instructions": "批示",
    "registration": "登记说明",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a summary shows of one text: the text itself and, below it, what the office sent since.

    `rest` is the end of a text that is too long for its cell, as it joins on to `text` (where a
    summary was read: the line that stands for it); `penned` tells that the text bears the mark of
    a correction.
    """

    text: str = ""
    newer: str | None = None
    rest: str = ""
    penned: bool = False


def is_same(one: str, other: str) -> bool:
    r"""Tell whether two texts say the same, blank lines and white space at line ends apart.

    >>> is_same("一是\r\n二是 ", "一是\n二是")
    True
    """
    return one == other or tidy(one) == tidy(other)


def key_of(revision: Revision) -> Key:
    """Return whose text a revision is of."""
    return revision.task, revision.office, revision.field


def own_texts(entries: Iterable[Entry], revisions: Iterable[Revision] = ()) -> dict[Key, str]:
    """Return what offices themselves said, by task, office and field.

    `entries` may be corrected already; `revisions` then say what stood there before.
    """
    texts: dict[Key, str] = {
        (entry.task, entry.office, field): getattr(entry, field)
        for entry in entries
        for field in ENTRY_FIELDS
    }
    for one in revisions:
        texts[key_of(one)] = one.was if one.newer is None else one.newer
    return texts


def find_revisions(
    entries: Iterable[Entry],
    revisions: Iterable[Revision],
    written: Mapping[Key, Shown],
    found: Mapping[Key, Shown],
) -> tuple[Revision, ...]:
    """Return what a person changed in a summary since it was written.

    `entries` and `revisions` are those of the month that it was written for, `written` what it
    showed, `found` what it shows now; a text whose row or column is gone is not in `found`, and
    nothing is said of it. A revision whose `now` is its `was` takes an earlier one back.
    """
    revised = {key_of(one): one for one in revisions}
    own = own_texts(entries, revised.values())
    changes = []
    for key, now in found.items():
        before = written.get(key, Shown())
        if is_same(before.text, now.text) and is_same(before.newer or "", now.newer or ""):
            continue
        was, text = _read_decision(before, now, own.get(key, ""), revised.get(key))
        changes.append(Revision(*key, was, was if is_same(text, was) else tidy(text)))
    return tuple(changes)


def _read_decision(
    before: Shown, now: Shown, said: str, standing: Revision | None
) -> tuple[str, str]:
    """Return which text a person corrected, and to what.

    `said` is the office's own text, `standing` the correction that stood beside it.
    """
    text = f"{now.text}{before.rest}" if now.rest else now.text
    if now.newer is None:
        return said, text
    if before.newer is None:  # a person wrote that mark
        return said, text if is_same(now.newer, said) else f"{text}\n{now.newer}"
    if is_blank(text):  # of the two texts the office's was kept
        return said, now.newer
    if standing is not None and is_same(before.newer, now.newer):
        return standing.was, text  # the two still stand side by side
    return said, f"{text}\n{now.newer}"


def combine_revisions(
    carried: Iterable[Revision], changes: Iterable[Revision]
) -> tuple[Revision, ...]:
    """Return the revisions in force: those carried from earlier merges, then what changed.

    One that was taken back is gone; one that was written again keeps the text it first corrected
    as long as the office's newer text is still beside it.
    """
    kept = {key_of(one): one for one in carried}
    for one in changes:
        if is_same(one.was, one.now):
            kept.pop(key_of(one), None)
        else:
            kept[key_of(one)] = replace(one, newer=None)
    return tuple(kept[key] for key in sorted(kept))


def revise_entries(
    entries: Sequence[Entry], revisions: Iterable[Revision], tasks: Mapping[str, Task]
) -> tuple[tuple[Entry, ...], tuple[Revision, ...]]:
    """Return the entries as corrected, and the revisions with what offices have sent since.

    A revision that its office has come to agree with is dropped; one of a task that the list no
    longer has stays without effect. Those of 登记说明 are of no task: see `revise_states`.
    """
    by_pair = {(entry.task, entry.office): entry for entry in entries}
    own = own_texts(entries)
    kept = []
    for one in revisions:
        said = own.get(key_of(one), "")
        if one.field == "instructions" or one.task not in tasks:
            kept.append(replace(one, newer=None))
            continue
        if is_same(said, one.now):
            continue
        stands = is_blank(said) or is_same(said, one.was)
        kept.append(replace(one, newer=None if stands else said))
        pair = (one.task, one.office)
        entry = by_pair.get(pair) or Entry(one.task, one.office)
        corrected: dict[str, Any] = {one.field: one.now}
        by_pair[pair] = replace(entry, **corrected)
    return tuple(by_pair.values()), tuple(kept)


def revise_states(
    states: Sequence[OfficeState], revisions: Iterable[Revision]
) -> tuple[Revision, ...]:
    """Return the revisions with what was registered since of the offices' returns.

    One that the registration has come to agree with is dropped, as others are.
    """
    own = {state.office: state.registration for state in states}
    kept = []
    for one in revisions:
        said = own.get(one.office, "")
        if one.field != "registration":
            kept.append(one)
        elif not is_same(said, one.now) or one.office not in own:
            stands = is_blank(said) or is_same(said, one.was)
            kept.append(replace(one, newer=None if stands else said))
    return tuple(kept)


def rename_offices(revisions: Iterable[Revision], roster: Roster) -> tuple[Revision, ...]:
    """Return revisions with offices under their present names.

    Where that makes two of one text, the one under the old name was found last.
    """
    renamed: dict[Key, Revision] = {}
    later: dict[Key, Revision] = {}
    for one in revisions:
        moved = replace(one, office=roster.present_name(one.office))
        (renamed if moved == one else later)[key_of(moved)] = moved
    renamed |= later
    return tuple(renamed[key] for key in sorted(renamed))


def instructions_of(revisions: Iterable[Revision]) -> dict[str, str]:
    """Return what leaders wrote under 批示, by task id."""
    return {one.task: one.now for one in revisions if one.field == "instructions"}


@gap_rule(
    "G416",
    "修订后股室又报",
    "warning",
    what="办公室在汇总表里修订过的文字，股室后来又报了不同的内容。",
    why="两种说法并列在格里，只有人能定用哪一种；定下来以前以办公室的修订为准。",
    cure="请在汇总表这一格里留下要用的一种，删去另一种，再汇总。",
    mark=("progress", "股室又报"),
    follows_cell=True,
    good="""
        | 股室   | 进展情况           | 原报               | 修订 |
        | 基教股 | 已完成选址论证。   | 已完成选址论证。   | 已完成选址论证，并报局长办公会。 |
    """,
    bad="""
        | 股室   | 进展情况           | 原报               | 修订 |
        | 基教股 | 选址方案已获批复。 | 已完成选址论证。   | 已完成选址论证，并报局长办公会。 |
    """,
)
def find_overtaken(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield each correction beside which a newer text of the office stands."""
    for one in view.month.revisions:
        if one.newer is None or one.field == "instructions" or one.field == "registration":
            continue
        entry = view.entries.get((one.task, one.office))
        yield rule.found(
            f"{view.tasks[one.task].label}的{FIELD_WORDS[one.field]}，办公室修订为"
            f"{quote(one.now, 40)}，股室又报{quote(one.newer, 40)}。请在汇总表里留下一种。",
            office=one.office,
            task=one.task,
            file=entry.file or None if entry else None,
            sheet=entry.sheet if entry else None,
            cell=entry.cells.get(one.field) if entry else None,
        )


@gap_rule(
    "G417",
    "修订的状态不在选项内",
    "warning",
    what="办公室在汇总表里修订的进度状态，不是四个选项之一。",
    why="按状态统计时，这一项只能计入“未填”。",
    cure="请在汇总表里改成：已完成、正常推进、进度滞后、尚未启动，再汇总。",
    mark=("status", "状态不明"),
    good="""
        | 股室   | 进度状态 | 状态修订 |
        | 基教股 | 正常推进 | 进度滞后 |
    """,
    bad="""
        | 股室   | 进度状态 | 状态修订 |
        | 基教股 | 正常推进 | 基本完成 |
    """,
)
def find_odd_status(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield corrected statuses that no count knows; the office is not to blame for them."""
    for one in view.month.revisions:
        known = one.now in STATUSES or is_blank(one.now)
        if one.field == "status" and not known and one.task in view.tasks:
            yield rule.found(
                f"{view.tasks[one.task].label}的进度状态修订成{quote(one.now, 20)}，"
                f"不在可选项内。请改为：{'、'.join(STATUSES)}。",
                task=one.task,
            )
