"""What an office itself has said, and when: what a rule may hold against it.

A form is filled days before the report day. Of a milestone that was not yet due when the form was
filled, 未完成 tells nothing of the report day.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from taskxl.merge.registry import View
from taskxl.merge.revisions import own_texts
from taskxl.merge.states import find_arrival
from taskxl.model import Entry, MilestoneState, Month
from taskxl.roster import Roster
from taskxl.text import squeeze


def filled_on(view: View, office: str, file: str = "") -> date | None:
    """Return the latest day on which an office can have filled its form; None where unknown.

    That is 填报日期, or where it is blank or of an earlier month the day of receipt. `file` is the
    one of its forms that is meant, where known.
    """
    versions = view.standing.get(office, ())
    meant = [version for version in versions if version.source.file == file] or versions
    days = []
    for version in meant:
        dated, arrival = version.submission.reported_on, find_arrival(version)
        if dated is not None and dated >= view.month.period.first_day:
            days.append(dated)
        elif arrival is not None:
            days.append(arrival.day)
    return max(days, default=None)


def is_over(view: View, state: MilestoneState, office: str, file: str = "") -> bool:
    """Tell whether a milestone was certainly over when an office filled its form."""
    due = state.milestone.due
    if due is None or state.milestone.vague or state.light not in ("overdue", "severe"):
        return False
    day = filled_on(view, office, file)
    return day is None or due < day


def files_named_after(month: Month, roster: Roster, name: str) -> list[str]:
    """Return refused files of no known office whose names bear this office's name.

    A file name proves nothing; but whoever sent such a file did not send nothing.
    """
    office = roster.resolve(name)
    names = [squeeze(one) for one in (name, *(office.aliases if office else ()))]
    nameless = (one.file for one in month.files if one.verdict == "rejected" and not one.office)
    return [file for file in nameless if any(one in squeeze(file) for one in names)]


def own_words(month: Month) -> dict[tuple[str, str], Entry]:
    """Return a month's entries as the offices themselves wrote them, by task and office.

    What the 办公室 corrected is undone: no office is held to words that it never wrote.
    """
    entries = {(entry.task, entry.office): entry for entry in month.entries}
    for (task, office, name), text in own_texts((), month.revisions).items():
        if (entry := entries.get((task, office))) is not None:
            written: dict[str, Any] = {name: text}
            entries[(task, office)] = replace(entry, **written)
    return entries
