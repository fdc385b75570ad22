"""Changes of a revised list that the 办公室 refuses, task by task."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from taskxl.master.revising.pairing import pair_tasks
from taskxl.model import Task, TaskList


def refuse_changes(mine: Sequence[Task], document: TaskList, refused: Collection[str]) -> TaskList:
    """Return a revised list in which tasks that are refused stand as they do in the list in use.

    `refused` are ids of tasks in use, and labels of tasks that the document adds.
    """
    if not refused:
        return document
    pairing = pair_tasks(mine, document.tasks)
    kept = {id(new): old for old, new in pairing.pairs if old.id in refused}
    added = {id(new) for new in pairing.added if new.label in refused}
    tasks = [
        _as_document(kept[id(task)]) if id(task) in kept else task
        for task in document.tasks
        if id(task) not in added
    ]
    back = [old for old in pairing.dropped if old.id in refused]
    return replace(document, tasks=(*tasks, *map(_as_document, back)))


def _as_document(task: Task) -> Task:
    """Return a task in use as a document would state it: without ids and closing."""
    steps = tuple(replace(step, id="") for step in task.milestones)
    return replace(task, id="", place=None, milestones=steps, closed_on=None, closing="")
