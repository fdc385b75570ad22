"""Ids that stay with their tasks: none is ever given to another task or milestone of the year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from taskxl.master.pairing import milestone_core
from taskxl.model import MasterList, Milestone, Task, with_ids
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
