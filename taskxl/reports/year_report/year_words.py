"""What was said and done of a task in a year: in the offices' own words, month by month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from taskxl.merge.lights import says_done
from taskxl.merge.likeness import says_nothing
from taskxl.model import MilestoneState, Task
from taskxl.reports.year_view import Year
from taskxl.text import squeeze


@dataclass(frozen=True, slots=True)
class Said:
    """What an office (by its present name) said in a month's return."""

    month: int
    office: str
    text: str


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A milestone that is done: on which day, as its office says, and in which month's report.

    `done_on` is None where nobody gave a day; `how` says then on what it rests.
    """

    state: MilestoneState
    month: int
    done_on: date | None
    how: str

    @property
    def days_early(self) -> int | None:
        """Days before it was due, below 0 after; None where either day is unknown."""
        due = self.state.milestone.due
        return None if self.done_on is None or due is None else (due - self.done_on).days


def list_progress(year: Year, task: Task) -> list[Said]:
    """Return what offices said of a task in the year, oldest first, each thing once.

    A text that came again word for word stands where it first came. One that a later text of the
    same office holds in full is left to that: reports of 1-4月 say again what those of 1-3月 said.
    """
    told: list[Said] = []
    for view in year.views:
        for entry in view.entries.get(task.id, ()):
            if says_nothing(entry.progress) or "progress" in entry.handed_on:
                continue
            said = Said(view.month.period.month, year.office_name(entry.office), entry.progress)
            if not any(_same(said, one) for one in told):
                told.append(said)
    return [
        one
        for place, one in enumerate(told)
        if not any(_holds(later, one) for later in told[place + 1 :])
    ]


def _same(one: Said, other: Said) -> bool:
    return one.office == other.office and squeeze(one.text) == squeeze(other.text)


def _holds(later: Said, earlier: Said) -> bool:
    return later.office == earlier.office and squeeze(earlier.text) in squeeze(later.text)


def list_reasons(year: Year, task: Task) -> list[Said]:
    """Return why a task is not done: what each of its offices last gave as 存在问题."""
    found: dict[str, Said] = {}
    for view in reversed(year.views):
        for entry in view.entries.get(task.id, ()):
            office = year.office_name(entry.office)
            if office not in found and not says_nothing(entry.obstacles):
                found[office] = Said(view.month.period.month, office, entry.obstacles)
    return list(found.values())


def list_done(year: Year, task: Task) -> Iterator[DoneStep]:
    """Yield the milestones of a task that are done as of the last month, in the list's order."""
    for state in year.last.milestones.get(task.id, ()):
        if state.light != "done":
            continue
        month = _first_done(year, state.milestone.id)
        said = state.entry if says_done(state.entry) else None
        closed = state.task.closed_on
        if said is not None:
            yield DoneStep(state, month, said.done_on, "没有填完成日期")
        elif state.task.is_closed(year.last.month.period.last_day) and closed is not None:
            yield DoneStep(state, month, None, f"{closed.month}月{closed.day}日随任务销号")
        else:
            yield DoneStep(state, month, None, "任务报为已完成")


def _first_done(year: Year, step: str) -> int:
    """Return the month since which a milestone has been done without a break."""
    first = year.last.month.period.month
    for view in reversed(year.views):
        found = (s for s in view.month.milestones if s.milestone.id == step and s.light == "done")
        if next(found, None) is None:
            break
        first = view.month.period.month
    return first
