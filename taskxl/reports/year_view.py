"""The year's merged months, indexed once for the sheets of the ledger workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taskxl.model import Entry, Light, Month, Period, Task
from taskxl.reports.styles import Tone
from taskxl.reports.view import MonthView, look_at
from taskxl.roster import Roster
from taskxl.words import BEHIND, DONE, LIGHTS, NOT_DUE, OFFICE_STATES, REPORTS_ON, STATUSES

if TYPE_CHECKING:
    import pandas

CLOSED = "已销号"
OPEN_LIGHTS: tuple[Light, ...] = ("severe", "overdue", "near")
"""Lights that a month's cell names, the gravest first."""
_LIGHT_TONES: Mapping[str, Tone] = {"severe": "error", "overdue": "warning", "near": "info"}
STATE_TONES: Mapping[str, Tone] = {
    "submitted": "done",
    "late": "warning",
    "missing": "error",
    "rejected": "error",
}


@dataclass(frozen=True, slots=True)
class Past:
    """What was last said, in the year before, of a task that was carried over.

    `period` is that year's last merged month, `number` what the task was numbered there.
    """

    period: Period
    number: str
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """Months oldest first, each with its view; `tasks` are those of all their lists.

    A task stands as the last list that has it states it, in that list's order; those that a
    later list dropped come last. `roster` are the offices by their present names.
    """

    views: tuple[MonthView, ...]
    tasks: tuple[Task, ...]
    roster: Roster
    pasts: Mapping[str, Past] = field(default_factory=dict)
    """Of tasks carried over from the year before, by their ids."""

    def office_name(self, office: str) -> str:
        """Return what an office is called now: one that was renamed is one office all the year."""
        return self.roster.present_name(office)

    @property
    def last(self) -> MonthView:
        """The latest month."""
        return self.views[-1]

    @property
    def periods(self) -> tuple[Period, ...]:
        """The months, oldest first."""
        return tuple(view.month.period for view in self.views)

    def heading(self, what: str) -> str:
        """Return a title as official papers write it: bureau, year, what."""
        settings = self.last.month.master.settings
        return f"{settings.bureau}{settings.year}年{REPORTS_ON}{what}"

    @property
    def months_told(self) -> str:
        """Which months there are, in words: 1至3月、5月."""
        runs: list[list[int]] = []
        for period in self.periods:
            if runs and runs[-1][-1] == period.month - 1:
                runs[-1].append(period.month)
            else:
                runs.append([period.month])
        return "、".join(f"{run[0]}至{run[-1]}月" if run[1:] else f"{run[0]}月" for run in runs)

    @property
    def note(self) -> str:
        """Which months there are, and by which day they were judged."""
        return (
            f"已汇总：{self.months_told}；各月按当月报送日和当时的清单，"
            f"最近一期截至{self.last.day}。"
        )

    def is_current(self, task: Task) -> bool:
        """Tell whether the latest list still has a task."""
        return task.id in self.last.tasks


def look_at_year(months: Sequence[Month], pasts: Mapping[str, Past] | None = None) -> Year:
    """Index the merged months of a year, at least one, in any order; `pasts` as `Year` has them."""
    views = tuple(look_at(month) for month in sorted(months, key=lambda month: month.period))
    tasks: dict[str, Task] = {}
    for view in reversed(views):
        for task in view.month.master.tasks:
            tasks.setdefault(task.id, task)
    roster = Roster(views[-1].month.master.offices)
    return Year(views, tuple(tasks.values()), roster, pasts or {})


def month_word(view: MonthView, task: Task) -> tuple[str, Tone]:
    """Return how a task stood in a month, status and lights in words, and the cell's colour.

    Words of no tone are those of a task that the month's list does not have. From its closing on a
    task is closed and nothing else.
    """
    own = view.tasks.get(task.id)
    if own is None:
        return "—", ""
    if own.is_closed(view.month.period.last_day):
        return CLOSED, "done"
    word = view.status_of(own)
    lights = [state.light for state in view.milestones.get(task.id, ())]
    lines = [f"{LIGHTS[light]} {lights.count(light)}" for light in OPEN_LIGHTS if light in lights]
    worst = next((light for light in OPEN_LIGHTS if light in lights), "")
    tone = _LIGHT_TONES.get(worst, "")
    if word == DONE:
        tone = tone or "done"
    elif word == NOT_DUE:
        pass
    elif word not in STATUSES:
        tone = "error" if word in OFFICE_STATES.values() else tone or "warning"
    elif word == BEHIND and tone != "error":
        tone = "warning"
    return "\n".join([word, *lines]), tone


def pivot_months(
    year: Year, records: Sequence[tuple[str, str, object]], rows: Sequence[str]
) -> "pandas.DataFrame":
    """Return records (row, period key, value) as a frame: `rows` down, the year's months across.

    Where there is no record the value is None.
    """
    import pandas

    frame = pandas.DataFrame(records, columns=["row", "period", "value"])
    pivoted = frame.pivot(index="row", columns="period", values="value")
    keys = [period.key for period in year.periods]
    pivoted = pivoted.reindex(index=list(rows), columns=keys).astype(object)
    return pivoted.where(pivoted.notna(), None)
