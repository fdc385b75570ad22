"""任务 for the page: every task with its months side by side, its steps, and what can be mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from taskxl.dates.year import year_periods
from taskxl.desk.correcting import shown_texts
from taskxl.errors import TaskxlError
from taskxl.ledger.looking import look_into_ledger
from taskxl.merge.revisions import ENTRY_FIELDS, Key, Shown, key_of
from taskxl.model import Entry, Light, MasterList, MilestoneState, Month, Period, Task, TaskField
from taskxl.reports.view import MonthView, look_at
from taskxl.reports.year_view import Year, look_at_year, month_word
from taskxl.tasks import shown_title
from taskxl.words import LIGHTS
from taskxl.workspace.folder import Workspace

Tone = Literal["bad", "warn", "done", ""]
_TONES: Mapping[str, Tone] = {"error": "bad", "warning": "warn", "info": "warn", "done": "done"}
LIGHT_TONES: Mapping[Light, Tone] = {
    "severe": "bad",
    "overdue": "bad",
    "near": "warn",
    "done": "done",
    "on time": "",
    "unknown": "",
}
FILTERS: Mapping[str, tuple[str, frozenset[Light]]] = {
    "overdue": ("有节点逾期", frozenset(("severe", "overdue"))),
    "near": ("有节点临近", frozenset(("near",))),
    "due": ("有到期节点", frozenset(("done", "severe", "overdue"))),
}
"""Which tasks a number of the page counts, by the lights of their milestones."""


@dataclass(frozen=True, slots=True)
class MonthCell:
    """How a task stood in a month, in words; "" where that month has not been merged."""

    period: Period
    word: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in the table: how it stands, its months, and its milestones by their lights."""

    task: Task
    title: str
    lead: str
    word: str
    tone: Tone
    months: tuple[MonthCell, ...]
    lights: tuple[tuple[str, int, Tone], ...]
    overtaken: int


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone on the timeline; `place` is its part of the year, 0 to 1, None without a date."""

    state: MilestoneState
    word: str
    tone: Tone
    place: float | None


@dataclass(frozen=True, slots=True)
class Field:
    """A text that can be mended: what stands there, what the office wrote, what it wrote since."""

    name: TaskField
    text: str
    own: str
    newer: str | None
    penned: bool


@dataclass(frozen=True, slots=True)
class OfficeText:
    """What one office says of a task this month, and what it said before."""

    office: str
    leads: bool
    fields: tuple[Field, ...]
    before: tuple[tuple[Period, Entry], ...]


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with all that is known of it: `instructions` are the 批示 of this month's summary."""

    line: TaskLine
    steps: tuple[Step, ...]
    offices: tuple[OfficeText, ...]
    instructions: str
    orders: tuple[tuple[str, str, str], ...]


def recall_year(workspace: Workspace, master: MasterList) -> tuple[Month, ...]:
    """Return the merged months of a workspace's year, oldest first; none without a ledger."""
    with look_into_ledger(workspace) as ledger:
        periods = year_periods(master.settings)
        return tuple(month for p in periods if ledger and (month := ledger.month(p)))


def list_tasks(month: Month, past: Sequence[Month], chosen: str = "") -> list[TaskLine]:
    """Return a month's tasks, each with the year's earlier months; of `chosen` lights only.

    `past` are months of the year; the month itself stands as given. `chosen` is a key of FILTERS.
    """
    view, year = look_at(month), _make_year(month, past)
    lines = [_make_line(view, year, task) for task in month.master.tasks]
    if chosen not in FILTERS:
        return lines
    wanted = FILTERS[chosen][1]
    having = {
        state.task.id
        for state in month.milestones
        if state.light in wanted
        and (
            chosen != "due"
            or (state.milestone.due is not None and state.milestone.due <= month.as_of)
        )
    }
    return [line for line in lines if line.task.id in having]


def look_at_task(month: Month, past: Sequence[Month], task_id: str) -> TaskView:
    """Return all of one task. Raises TaskxlError where the month's list has none of that id."""
    task = month.master.task(task_id)
    if task is None:
        raise TaskxlError("清单里没有这项任务。请从“任务”里再选。")
    view, year = look_at(month), _make_year(month, past)
    shown = shown_texts(month)
    said = {entry.office: entry for entry in view.entries.get(task.id, ())}
    offices = dict.fromkeys((*view.owed.get(task.id, ()), *said, *view.responsible[task.id]))
    orders = tuple(
        (one.instruction.by or "分管负责同志", one.instruction.text, one.state(month.period))
        for one in view.orders.get(task.id, ())
    )
    return TaskView(
        _make_line(view, year, task),
        tuple(_make_step(state) for state in view.milestones.get(task.id, ())),
        tuple(_say_office(view, year, task, office, shown) for office in offices),
        shown.get((task.id, "", "instructions"), Shown()).text,
        orders,
    )


def _make_year(month: Month, past: Sequence[Month]) -> Year:
    return look_at_year([*(one for one in past if one.period != month.period), month])


def _make_line(view: MonthView, year: Year, task: Task) -> TaskLine:
    cells = []
    for one in year.views:
        cells.append(MonthCell(one.month.period, *_say_month(one, task)))
    word, tone = _say_month(view, task)
    lights = [state.light for state in view.milestones.get(task.id, ())]
    counted = tuple(
        (LIGHTS[light], lights.count(light), tone_of)
        for light, tone_of in LIGHT_TONES.items()
        if light in lights
    )
    overtaken = sum(
        one.newer is not None and one.field in ENTRY_FIELDS
        for one in view.month.revisions
        if one.task == task.id
    )
    return TaskLine(
        task,
        shown_title(task),
        view.lead_of(task),
        word.split("\n")[0],
        tone,
        tuple(cells),
        counted,
        overtaken,
    )


def _say_month(view: MonthView, task: Task) -> tuple[str, Tone]:
    """Return how a task stood in a month, status and lights in words, and how grave that is."""
    word, tone = month_word(view, task)
    return word, _TONES.get(tone, "")


def _make_step(state: MilestoneState) -> Step:
    due = state.milestone.due
    place = None
    if due is not None:
        first = date(due.year, 1, 1)
        place = (due - first).days / (date(due.year + 1, 1, 1) - first).days
    return Step(state, LIGHTS[state.light], LIGHT_TONES[state.light], place)


def _say_office(
    view: MonthView, year: Year, task: Task, office: str, shown: Mapping[Key, Shown]
) -> OfficeText:
    revised = {key_of(one): one for one in view.month.revisions}
    fields = []
    for name in ENTRY_FIELDS:
        if name not in view.month.asked and (task.id, office, name) not in shown:
            continue
        there = shown.get((task.id, office, name), Shown())
        one = revised.get((task.id, office, name))
        own = there.text if one is None else one.was
        fields.append(Field(name, there.text, own, there.newer, there.penned))
    before = tuple(
        (other.month.period, entry)
        for other in reversed(year.views)
        if other.month.period < view.month.period
        for entry in other.entries.get(task.id, ())
        if year.office_name(entry.office) == office
    )
    return OfficeText(office, office == view.lead_of(task), tuple(fields), before)
