"""A year's list carried into the next: what is unfinished or goes on, numbered anew."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from taskxl.dates import find_due, is_recurring
from taskxl.model import Instruction, MasterList, Milestone, Settings, Task, with_ids

_ORIGIN = re.compile(r"〔结转自(?P<year>\d{4})年(?:第(?P<number>[^〕]*)项)?，标识(?P<id>[^〕]+)〕")


@dataclass(frozen=True, slots=True)
class Origin:
    """Which task of which year a carried one was, by its number and its id there."""

    year: int
    number: str
    id: str


@dataclass(frozen=True, slots=True)
class CarriedYear:
    """The next year's list, with how many tasks came for which reason, and which stayed behind."""

    master: MasterList
    unfinished: int
    recurring: int
    left: tuple[Task, ...]


def carry_over(
    master: MasterList, done_tasks: Collection[str], done_steps: Collection[str]
) -> CarriedYear:
    """Return the list of the year after `master`'s.

    `done_tasks` and `done_steps` are the ids of what is done. An unfinished task comes with the
    milestones that are not done; of a done one that goes on only what recurs comes. A closed one
    stays behind. What was due in the old year has no date: that it had one, and which, is told as
    its doubt. Each task says in a remark which one it was. Instructions still open come with their
    tasks; applications for more time stay behind.
    """
    year = master.settings.year
    carried: list[Task] = []
    old_ids: list[str] = []
    left: list[Task] = []
    recurring = 0
    for task in master.tasks:
        is_done = task.closed_on is not None or task.id in done_tasks
        steady = [step for step in task.milestones if is_recurring(step.vague)]
        goes_on = task.closed_on is None and (bool(steady) or _recurs(task, year))
        if is_done and not goes_on:
            left.append(task)
            continue
        recurring += is_done
        open_steps = [
            step
            for step in task.milestones
            if step in steady or (not is_done and step.id not in done_steps)
        ]
        carried.append(_carry(task, open_steps, str(len(carried) + 1), year))
        old_ids.append(task.id)
    tasks = with_ids(tuple(carried))
    ids = {old: task.id for old, task in zip(old_ids, tasks, strict=True)}
    return CarriedYear(
        MasterList(
            _next_title(master.title, year),
            tasks,
            master.offices,
            _next_settings(master.settings),
            instructions=tuple(_carry_instructions(master, ids)),
        ),
        len(tasks) - recurring,
        recurring,
        tuple(left),
    )


def find_origin(task: Task) -> Origin | None:
    """Return which task of an earlier year a task was carried from last, None for a fresh one.

    >>> find_origin(Task(remarks=("〔结转自2021年第8项，标识8-2〕",)))
    Origin(year=2021, number='8', id='8-2')
    """
    found = [match for remark in task.remarks for match in _ORIGIN.finditer(remark)]
    if not found:
        return None
    last = max(found, key=lambda match: int(match["year"]))
    return Origin(int(last["year"]), last["number"] or "", last["id"])


def without_origins(master: MasterList) -> MasterList:
    """Return a list without the remarks that say where its tasks came from."""
    return replace(
        master,
        tasks=tuple(
            replace(task, remarks=tuple(r for r in task.remarks if not _ORIGIN.fullmatch(r)))
            for task in master.tasks
        ),
    )


def _carry(task: Task, steps: list[Milestone], number: str, year: int) -> Task:
    which = f"第{task.number}项" if task.number else ""
    return replace(
        task,
        number=number,
        remarks=(*task.remarks, f"〔结转自{year}年{which}，标识{task.id}〕"),
        milestones=tuple(_carry_step(step, year) for step in steps),
        place=None,
        id="",
    )


def _carry_step(step: Milestone, year: int) -> Milestone:
    if step.due is None or step.due.year > year:
        return Milestone(step.text, step.due, step.vague)
    due = f"{step.due.year}年{step.due.month}月{step.due.day}日"
    return Milestone(step.text, None, f"结转自{year}年，原时限{due}，新的一年没有具体日期，待确认")


def _recurs(task: Task, year: int) -> bool:
    """Tell whether a task without milestones says of itself that its work has no end."""
    if task.milestones:
        return False
    found = find_due(task.content or task.title or "", year)
    return found is not None and found.recurring


def _carry_instructions(master: MasterList, ids: dict[str, str]) -> Iterator[Instruction]:
    for one in master.instructions:
        if one.closed_on is None and one.task in ids:
            yield replace(one, task=ids[one.task], month=0, id="")


def _next_title(title: str, year: int) -> str:
    return title.replace(str(year), str(year + 1))


def _next_settings(settings: Settings) -> Settings:
    """Return the settings of the next year: the days of the old one are not its days."""
    return replace(
        settings, year=settings.year + 1, spring_term=None, autumn_term=None, year_end=None
    )
