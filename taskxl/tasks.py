"""Ids that stay with their tasks: none is ever given to another task or milestone of the year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from taskxl.model import MasterList, Milestone, Task, with_ids
from taskxl.plan_text import is_heading, milestone_core
from taskxl.text import squeeze

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class KnownIds:
    """Every id that a list of the year had, with what bore it: `tasks` by id its titles, squeezed.

    `milestones` are by id: the tasks it belonged to, with its words.
    """

    tasks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    milestones: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)

    def had_task(self, key: str, title: str, content: str) -> bool:
        """Tell whether a task so called bore an id."""
        return _title_of(Task(title=title, content=content)) in self.tasks.get(key, ())

    def had_milestone(self, key: str, task: str, text: str) -> bool:
        """Tell whether a milestone of that task in these words bore an id."""
        return (task, _words_of(Milestone(text))) in self.milestones.get(key, ())


def gather_ids(lists: Iterable[MasterList]) -> KnownIds:
    """Return the ids of all these lists."""
    tasks: dict[str, set[str]] = {}
    milestones: dict[str, set[tuple[str, str]]] = {}
    for master in lists:
        for task in master.tasks:
            tasks.setdefault(task.id, set()).add(_title_of(task))
            for step in task.milestones:
                milestones.setdefault(step.id, set()).add((task.id, _words_of(step)))
    return KnownIds(
        {key: frozenset(titles) for key, titles in tasks.items()},
        {key: frozenset(words) for key, words in milestones.items()},
    )


def give_ids(tasks: tuple[Task, ...], known: KnownIds) -> tuple[Task, ...]:
    """Give an id to each task and milestone without one.

    One that plainly is what bore an id before gets that id again: the same title, or under the
    same task the same words, where only one bore it and nothing in the list has the id now. Any
    other gets an id that nothing ever had.
    """
    own = {task.id for task in tasks if task.id}
    by_title = _only_bearers(
        (title, key) for key, titles in known.tasks.items() for title in titles
    )
    wanted = [by_title.get(_title_of(task), "") if not task.id else "" for task in tasks]
    tasks = tuple(
        replace(task, id=again) if again and again not in own and wanted.count(again) == 1 else task
        for task, again in zip(tasks, wanted, strict=True)
    )
    # Milestones are named after their task, so tasks come first.
    bare = with_ids(tuple(replace(task, milestones=()) for task in tasks), known.tasks)
    tasks = tuple(replace(task, id=named.id) for task, named in zip(tasks, bare, strict=True))
    present = {step.id for task in tasks for step in task.milestones if step.id}
    by_words = _only_bearers((w, key) for key, words in known.milestones.items() for w in words)
    return with_ids(
        tuple(_recall_milestones(task, by_words, present) for task in tasks), known.milestones
    )


def _recall_milestones(
    task: Task, bearers: Mapping[tuple[str, str], str], present: set[str]
) -> Task:
    steps = []
    for step in task.milestones:
        again = bearers.get((task.id, _words_of(step)), "")
        if not step.id and again and again not in present:
            present.add(again)
            step = replace(step, id=again)
        steps.append(step)
    return replace(task, milestones=tuple(steps))


def _only_bearers(pairs: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Return who bore each key, without those that several bore."""
    bearers: dict[Key, set[str]] = {}
    for key, bearer in pairs:
        bearers.setdefault(key, set()).add(bearer)
    return {key: min(found) for key, found in bearers.items() if key and len(found) == 1}


def _title_of(task: Task) -> str:
    return squeeze(task.title) or squeeze(task.content)[:200]


def _words_of(step: Milestone) -> str:
    return milestone_core(step.text) or squeeze(step.text)


def gather_groups(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Return tasks so that those of one group (分组) stand together, where its first one stands.

    Within a group the order stays; a task without a group stays with the one before it. A list
    revised during the year may give a task to a group further up or down.

    >>> tasks = [Task(number=n, section=s) for n, s in (("1", "甲"), ("2", "乙"), ("3", "甲"))]
    >>> [task.number for task in gather_groups(tasks)]
    ['1', '3', '2']
    """
    groups: dict[str, list[Task]] = {}
    group = ""
    for task in tasks:
        group = task.section or group
        groups.setdefault(group, []).append(task)
    return tuple(task for members in groups.values() for task in members)


def plan_text(task: Task) -> str:
    r"""Return 主要内容和关键时间节点计划 of a task: its content with the milestones in their place.

    They stand after the content's heading line (关键节点和解决难点：) or at its end.

    >>> from taskxl.model import Milestone
    >>> task = Task(content="建校。\n关键节点：\n（已落实）", milestones=(Milestone("一是立项"),))
    >>> plan_text(task)
    '建校。\n关键节点：\n一是立项\n（已落实）'
    """
    lines = task.content.split("\n") if task.content else []
    at = next((n for n, line in enumerate(lines, 1) if is_heading(line)), len(lines))
    texts = [milestone.text for milestone in task.milestones]
    return "\n".join([*lines[:at], *texts, *lines[at:]])
