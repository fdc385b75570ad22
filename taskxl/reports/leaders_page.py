"""What stands on the leaders' page: a light per task, what is to be decided, 批示, who is late.

Nothing here is for the 办公室 to do; that stands on the page after it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from taskxl.model import Light, MilestoneState, Task
from taskxl.orders import describe_delay
from taskxl.reports import sheet_leaders
from taskxl.reports.order_lines import tell_approved, tell_open
from taskxl.reports.view import MonthView
from taskxl.text import quote, show
from taskxl.words import BEHIND, DONE, NOT_STARTED, ON_TRACK

GREEN, YELLOW, RED, CLOSED, SILENT = "○", "◐", "●", "√", "？"
LEGEND = (
    f"{RED} 逾期　{YELLOW} 滞后、未启动或临近　{GREEN} 正常　{CLOSED} 完成　{SILENT} 不明　"
    "↑ 比上次好　↓ 比上次差"
)
_RANK = {CLOSED: 0, GREEN: 1, YELLOW: 2, RED: 3}
_OF_STATUS = {DONE: CLOSED, ON_TRACK: GREEN, BEHIND: YELLOW, NOT_STARTED: YELLOW}
# Who decides together, where one office or one leader cannot.
_TOGETHER = re.compile("党组|党委|办公会|局务会|班子|集体研究|县委|县政府|市委|市政府")


@dataclass(frozen=True, slots=True)
class LeaderLine:
    """One 分管领导: who, how many tasks, and a light for each."""

    who: str
    count: str
    lights: str


def leader_lines(view: MonthView) -> list[LeaderLine]:
    """Return a line each leader, in the order of the list."""
    return [
        LeaderLine(
            who.removesuffix("负责项目"),
            f"{len(tasks)} 项",
            "　".join(_light_of(view, task) for task in tasks),
        )
        for who, tasks in sheet_leaders.by_leader(view).items()
    ]


def _light_of(view: MonthView, task: Task) -> str:
    """Return a task's light with what it is called: `3●↓`."""
    states = view.milestones.get(task.id, ())
    now = _light(view.statuses[task.id], [state.light for state in states])
    entry = view.previous.get((task.id, view.lead_of(task)))
    known = view.month.lights_before
    lights = [known[s.milestone.id] for s in states if s.milestone.id in known]
    before = _light(entry.status if entry else "", lights) if entry or lights else SILENT
    return f"{task.number or show(task.name, 6)}{now}{_arrow(before, now)}"


def _light(status: str, lights: Sequence[Light]) -> str:
    said = _OF_STATUS.get(status, SILENT)
    if said == CLOSED:
        return CLOSED
    if set(lights) & set(sheet_leaders.OVER):
        return RED
    return YELLOW if "near" in lights and said == GREEN else said


def _arrow(before: str, now: str) -> str:
    if before not in _RANK or now not in _RANK or before == now:
        return ""
    return "↑" if _RANK[now] < _RANK[before] else "↓"


def decisions(view: MonthView) -> list[str]:
    """Return what leaders are asked to decide, in the offices' words: all that 分管领导 lists.

    First what only the leaders together can decide as the office itself says, then delays that are
    asked for, then what one leader can settle, last the offices that are silent for months.
    """
    tasks = view.month.master.tasks
    asked = [line for task in tasks for line in sheet_leaders.asked_by_offices(view, task)]
    together = [line for line in asked if _TOGETHER.search(line)]
    delays = [line for task in tasks for line in sheet_leaders.delays_asked(view, task)]
    silent = sheet_leaders.silent_offices(view, tasks)
    return list(dict.fromkeys([*together, *delays, *asked, *silent]))


def open_instructions(view: MonthView) -> list[str]:
    """Return 批示 that are not closed: since when, until when, and what was answered."""
    return tell_open(view)


def overdue(view: MonthView) -> list[str]:
    """Return milestones that are over, the longest first, with office and person by name.

    Behind them those whose date an approved delay has moved.
    """
    late = [state for state in view.month.milestones if state.light in sheet_leaders.OVER]
    late.sort(key=lambda state: -(state.days_over or 0))
    return [
        f"{_names(view, state)}：{state.task.label}，{quote(state.milestone.text, 32)}"
        f"超期 {state.days_over or 0} 天"
        + (f"（{moved}）" if (moved := describe_delay(state.milestone)) else "")
        for state in late
    ] + tell_approved(view)


def _names(view: MonthView, state: MilestoneState) -> str:
    office = view.lead_of(state.task)
    people = [one for one in state.task.persons if one.office in (office, None)]
    return f"{office}（{people[0].name}）" if people and len(people) == 1 else office
