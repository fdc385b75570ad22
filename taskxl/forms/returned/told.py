"""Milestones of which an office tells outside of their table: in a progress text, in a line."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from taskxl.forms.returned.catalog import Catalog
from taskxl.model import Entry, Milestone, MilestoneEntry, Task
from taskxl.statements import day_of_note, find_done_day, says_finished
from taskxl.text import squeeze
from taskxl.words import MILESTONE_STATES

_SHORTEST = 8  # a shorter text may stand in a sentence by chance
_CLAUSE_END = re.compile(r"[,，。;；\n]")
_CLOSING = "”\"'’」』》）)】]：:，, "


@dataclass(frozen=True, slots=True)
class Told:
    """What a text says of a milestone that it names in its very words: done, and on which day.

    `before` is what stands before its words, `rest` what follows what is said.
    """

    milestone: Milestone
    day: date | None
    before: str
    rest: str


def find_told(text: str, milestones: Iterable[Milestone], year: int) -> Iterator[Told]:
    """Yield the milestones that a text calls done right behind their own words."""
    plain = squeeze(text)
    for milestone in milestones:
        words = squeeze(milestone.text).rstrip("。.;；,，")
        at = plain.find(words) if len(words) >= _SHORTEST else -1
        if at < 0:
            continue
        behind = plain[at + len(words) :].lstrip(_CLOSING + "。.;；")
        clause = _CLAUSE_END.split(behind, maxsplit=1)[0]
        if says_finished(clause):
            rest = behind[len(clause) :].lstrip("，,。;；")
            day = find_done_day(clause, year) or day_of_note(rest, year)
            yield Told(milestone, day, plain[:at], _as_typed(text, rest))


def _as_typed(text: str, rest: str) -> str:
    """Return the end of a text as typed, of which `rest` is the squeezed form."""
    starts = range(max(0, len(text) - 4 * len(rest) - 40), len(text))
    return next((text[at:].strip() for at in starts if squeeze(text[at:]) == rest), rest)


def told_in_progress(
    catalog: Catalog, entries: Iterable[Entry], said: Iterable[MilestoneEntry]
) -> tuple[MilestoneEntry, ...]:
    """Return what progress texts say of their tasks' milestones that no row of theirs speaks of."""
    known = {one.milestone for one in said if one.state or one.done_text}
    found = []
    for entry in entries:
        task = catalog.tasks[entry.task]
        open_ones = [one for one in task.milestones if one.id not in known]
        for told in find_told(entry.progress, open_ones, catalog.period.year):
            found.append(
                MilestoneEntry(
                    told.milestone.id,
                    entry.office,
                    MILESTONE_STATES[0],
                    told.day,
                    file=entry.file,
                    sheet=entry.sheet,
                    row=entry.row,
                )
            )
    return tuple(found)


def is_of_task(catalog: Catalog, task: Task, before: str) -> bool:
    """Tell whether what stands before a milestone's words is nothing, or names its task."""
    bare = before.strip(_CLOSING + "-—、.。0123456789()（）第项“‘「《")
    return not bare or catalog.telling_texts.get(bare) == task.id
