"""A month as pandas frames, for analysts who pivot and count."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from taskxl.merge.counts import task_statuses
from taskxl.model import Altered, FileVerdict, Month, OfficeState, Unplaced

if TYPE_CHECKING:
    import pandas

TASK_COLUMNS = ("task", "number", "title", "section", "leader", "lead_office", "status")
MILESTONE_COLUMNS = (
    "milestone", "task", "text", "due", "vague", "light", "days_over", "office", "state", "done_on",
    "note",
)  # fmt: skip
ENTRY_COLUMNS = (
    "task", "office", "status", "progress", "obstacles", "remarks", "file", "sheet", "row",
)  # fmt: skip
FINDING_COLUMNS = ("code", "severity", "office", "task", "file", "sheet", "cell", "message")


def to_frames(month: Month) -> "dict[str, pandas.DataFrame]":
    """Return one frame a noun, by name: `tasks`, `milestones`, `entries`, `offices` and so on.

    Columns are named as in `merge --json`; every frame also has `period` (`2021-04`), so that
    months can be put under one another. Dates are pandas dates, missing values are missing.
    """
    statuses = task_statuses(month)
    tasks = [
        (t.id, t.number, t.title, t.section, t.leader, next(iter(t.offices), None), statuses[t.id])
        for t in month.master.tasks
    ]
    milestones = [
        (
            state.milestone.id,
            state.task.id,
            state.milestone.text,
            state.milestone.due,
            state.milestone.vague,
            state.light,
            state.days_over,
            state.entry.office if state.entry else None,
            state.entry.state if state.entry else None,
            state.entry.done_on if state.entry else None,
            state.entry.note if state.entry else None,
        )
        for state in month.milestones
    ]
    frames = {
        "tasks": _frame(tasks, TASK_COLUMNS),
        "milestones": _frame(milestones, MILESTONE_COLUMNS, ("due", "done_on")),
        "entries": _frame(_records(month.entries, ENTRY_COLUMNS), ENTRY_COLUMNS),
        "offices": _of_nouns(month.offices, OfficeState, ("received_at", "reported_on")),
        "files": _of_nouns(month.files, FileVerdict),
        "unplaced": _of_nouns(month.unplaced, Unplaced),
        "altered": _of_nouns(month.altered, Altered),
        "findings": _frame(_records(month.findings, FINDING_COLUMNS), FINDING_COLUMNS),
    }
    for frame in frames.values():
        frame.insert(0, "period", month.period.key)
    frames["milestones"]["days_over"] = frames["milestones"]["days_over"].astype("Int64")
    return frames


def _of_nouns(nouns: Sequence[Any], kind: type, dates: Sequence[str] = ()) -> "pandas.DataFrame":
    columns = [one.name for one in fields(kind)]
    return _frame(_records(nouns, columns), columns, dates)


def _records(nouns: Sequence[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(noun, column) for column in columns) for noun in nouns]


def _frame(
    records: Sequence[tuple[Any, ...]], columns: Sequence[str], dates: Sequence[str] = ()
) -> "pandas.DataFrame":
    import pandas

    frame = pandas.DataFrame(records, columns=list(columns))
    for column in dates:
        frame[column] = pandas.to_datetime(frame[column])
    return frame
