"""A bureau's year, small enough that thousands of them fit into memory at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from taskxl.model import Month, Task
from taskxl.reports.bulletin.problems import describe_statement, list_overdue
from taskxl.reports.view import MonthView, look_at
from taskxl.reports.year_view import CLOSED
from taskxl.text import show


@dataclass(frozen=True, slots=True)
class LineTask:
    """A task of a bureau as of a month, with its milestones counted."""

    id: str
    number: str
    title: str
    leader: str
    lead_office: str
    status: str
    """进度状态 as it is counted: one of the four, or 未填."""
    word: str
    """The same as it is shown: 未报送, 已销号 and so on where they say more."""
    steps: int
    done: int
    near: int
    over: int


@dataclass(frozen=True, slots=True)
class OverdueStep:
    """A milestone that is certainly over: whose, since when, and what its office says."""

    number: str
    title: str
    text: str
    office: str
    due: date | None
    days: int
    said: str


@dataclass(frozen=True, slots=True)
class BureauMonth:
    """A month of a bureau in numbers; `rates` are (done, of) by the names of `Counts.rates`."""

    key: str
    as_of: date
    is_due: bool
    offices: Mapping[str, int]
    tasks: Mapping[str, int]
    milestones: Mapping[str, int]
    findings: Mapping[str, int]
    rates: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class BureauYear:
    """A bureau's merged months, oldest first, and what stood in its last one.

    `folder` is where its workspace lies, as it was named; `office_word` what it calls its offices.
    `tasks` and `overdue` are of the last of `months`.
    """

    bureau: str
    folder: str
    office_word: str
    months: tuple[BureauMonth, ...]
    tasks: tuple[LineTask, ...]
    overdue: tuple[OverdueStep, ...]

    def month(self, key: str) -> BureauMonth | None:
        """Return the month of that key, None where the bureau did not merge it."""
        return next((month for month in self.months if month.key == key), None)


def condense(months: Sequence[Month], folder: str) -> BureauYear:
    """Return a bureau's year as its merged months have it; at least one, oldest first."""
    views = [look_at(month) for month in months]
    last = views[-1]
    settings = last.month.master.settings
    return BureauYear(
        settings.bureau,
        folder,
        settings.office_word,
        tuple(map(_count, views)),
        tuple(_look(last, task) for task in last.month.master.tasks),
        tuple(_list_overdue(last)),
    )


def _count(view: MonthView) -> BureauMonth:
    counts, month = view.counts, view.month
    return BureauMonth(
        month.period.key,
        month.as_of,
        month.is_due,
        dict(counts.offices),
        dict(counts.tasks),
        dict(counts.milestones),
        dict(counts.findings),
        {name: (rate.done, rate.of) for name, rate in counts.rates.items()},
    )


def _look(view: MonthView, task: Task) -> LineTask:
    lights = [state.light for state in view.milestones.get(task.id, ())]
    is_closed = task.is_closed(view.month.period.last_day)
    return LineTask(
        task.id,
        task.number or "",
        task.title or show(task.content, 40),
        task.leader or "",
        view.lead_of(task),
        view.statuses[task.id],
        CLOSED if is_closed else view.status_of(task),
        len(lights),
        lights.count("done"),
        lights.count("near"),
        lights.count("overdue") + lights.count("severe"),
    )


def _list_overdue(view: MonthView) -> list[OverdueStep]:
    certain, _ = list_overdue(view)
    return [
        OverdueStep(
            state.task.number or "",
            state.task.title or show(state.task.content, 40),
            state.milestone.text,
            office,
            state.milestone.due,
            state.days_over or 0,
            describe_statement(state),
        )
        for state, office in certain
    ]
