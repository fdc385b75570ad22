"""全年 for the page: tasks by months, the offices' punctuality, and every merge there was."""

from collections.abc import Sequence
from dataclasses import dataclass

from taskxl.desk.archive import PastMerge, list_merges
from taskxl.desk.task_views import TaskLine, list_tasks
from taskxl.ledger.looking import look_into_ledger
from taskxl.model import Month, Period
from taskxl.reports.year_view import Year, look_at_year
from taskxl.workspace.folder import Workspace


@dataclass(frozen=True, slots=True)
class OfficeYear:
    """How an office reported: a state a month, "" where it owed none; of how many on time."""

    office: str
    states: tuple[str, ...]
    on_time: int
    owing: int


@dataclass(frozen=True, slots=True)
class MonthSum:
    """A month in numbers: how many offices reported on time, tasks and milestones were done."""

    period: Period
    on_time: tuple[int, int]
    steps: tuple[int, int]
    overdue: int


@dataclass(frozen=True, slots=True)
class YearOverview:
    """The year's merged months, oldest first, by tasks, offices and in numbers."""

    periods: tuple[Period, ...]
    tasks: tuple[TaskLine, ...]
    offices: tuple[OfficeYear, ...]
    months: tuple[MonthSum, ...]


def sum_up_year(months: Sequence[Month]) -> YearOverview | None:
    """Return the year of its merged months, oldest first; None where there is none."""
    if not months:
        return None
    year = look_at_year(months)
    return YearOverview(
        year.periods,
        tuple(list_tasks(year.last.month, months)),
        tuple(_list_offices(year)),
        tuple(_sum_month(year, number) for number in range(len(year.views))),
    )


def _list_offices(year: Year) -> list[OfficeYear]:
    names = dict.fromkeys(
        year.office_name(state.office)
        for view in reversed(year.views)
        for state in view.month.offices
    )
    found = []
    for name in names:
        states = []
        for view in year.views:
            own = [one for one in view.month.offices if year.office_name(one.office) == name]
            owed = [one for one in own if one.owes]
            states.append(owed[0].word if owed else "")
        judged = [word for word in states if word and word != "未到期限"]
        on_time = sum(word == "已报送" for word in judged)
        found.append(OfficeYear(name, tuple(states), on_time, len(judged)))
    return sorted(found, key=lambda one: one.on_time / one.owing if one.owing else 2)


def _sum_month(year: Year, number: int) -> MonthSum:
    view = year.views[number]
    rates = view.counts.rates
    late = view.counts.milestones
    return MonthSum(
        view.month.period,
        (rates["punctuality"].done, rates["punctuality"].of),
        (rates["milestone_completion"].done, rates["milestone_completion"].of),
        late["overdue"] + late["severe"],
    )


def list_history(
    workspace: Workspace, periods: Sequence[Period]
) -> list[tuple[Period, tuple[PastMerge, ...]]]:
    """Return every merge of some months, the latest month first."""
    with look_into_ledger(workspace) as ledger:
        merged = [one for one in periods if ledger and ledger.merges(one)]
    return [(one, list_merges(workspace, one)) for one in reversed(merged)]
