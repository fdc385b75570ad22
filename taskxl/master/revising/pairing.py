"""Which task of one list is which of another, and which milestone: one to one, never a guess."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from taskxl.model import Milestone, Task
from taskxl.plan_text import is_heading, milestone_core
from taskxl.text import likeness, squeeze

Item = TypeVar("Item", Task, Milestone)
Score = tuple[float, bool]
"""How alike two items are, and whether that is enough to call them the same."""

_SAME = 0.8  # a title changed by a word or two
_ALIKE = 0.6  # enough where the number says the same
_DOUBTFUL = 0.5  # less than this is another task, and nothing is said
_SAME_PLAN = 0.85  # the same plan under another title
_OTHER_PLAN = 0.4  # the plans of two tasks and not of one
_AHEAD = 0.06  # the best must lead the next by this much
_LONG_PLAN = 20  # shorter plans say too little to tell a task by
_SAME_STEP = 0.75
_TELLING = 6  # characters of a milestone that could hardly be another task's
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Pairing(Generic[Item]):
    """Pairs of an old and a new item; `doubtful` ones are alike, and not known to be the same.

    `dropped` and `added` are all that is in no certain pair, doubtful ones too.
    """

    pairs: tuple[tuple[Item, Item], ...]
    doubtful: tuple[tuple[Item, Item], ...]
    dropped: tuple[Item, ...]
    added: tuple[Item, ...]


def pair_tasks(old: Sequence[Task], new: Sequence[Task]) -> Pairing[Task]:
    """Pair the tasks of two lists: by id, by title, by number and title nearly, by plan.

    Where both have an id, that alone decides; a task that was read from a document has none.
    """
    work = _Work(old, new)
    work.take_equal(lambda task: task.id)
    # The plan before the number, which is the first thing that a revised list changes.
    work.take_equal(lambda task: _all_of(task.title, _plan(task), task.number))
    work.take_equal(lambda task: _all_of(task.title, _plan(task)))
    work.take_equal(lambda task: _all_of(task.title, task.number))
    work.take_equal(lambda task: squeeze(task.title))
    work.take_equal(lambda task: "" if task.title else _all_of(_plan(task), task.number))
    # What is left of a damaged row has neither title nor number, only its text.
    work.take_equal(
        lambda task: "" if task.title else f"{squeeze(task.content)} {_plan(task)}".strip()
    )
    doubtful = work.take_best(_score_tasks())
    return work.result(doubtful)


def pair_milestones(old: Sequence[Milestone], new: Sequence[Milestone]) -> Pairing[Milestone]:
    """Pair the milestones of a task: by id, by their words, by their words without the date."""
    work = _Work(old, new)
    work.take_equal(lambda step: step.id)
    work.take_equal(lambda step: f"{squeeze(step.text)} {step.due}")
    work.take_equal(lambda step: squeeze(step.text))
    work.take_equal(lambda step: milestone_core(step.text))
    doubtful = work.take_best(_score_milestones)
    return work.result(doubtful)


def is_found_in(milestone: Milestone, others: Iterable[Milestone]) -> bool:
    """Tell whether a milestone stands among others, in these words or nearly.

    Words that any task may have (`建成`, `完成验收`) only count with the same date.
    """
    told = len(milestone_core(milestone.text)) >= _TELLING
    return any(
        _score_milestones(milestone, other)[0] >= _SAME_STEP
        and (told or (milestone.due is not None and milestone.due == other.due))
        for other in others
    )


class _Work(Generic[Item]):
    """A pairing being made; what is paired is taken out of the rest of both sides."""

    def __init__(self, old: Sequence[Item], new: Sequence[Item]) -> None:
        self.old: tuple[Item, ...] = tuple(old)
        self.new: tuple[Item, ...] = tuple(new)
        self.partner: dict[int, int] = {}

    def _rest(self) -> tuple[list[int], list[int]]:
        taken = set(self.partner.values())
        return (
            [n for n in range(len(self.old)) if n not in self.partner],
            [n for n in range(len(self.new)) if n not in taken],
        )

    def take_equal(self, key: Callable[[Item], str]) -> None:
        """Pair what has the same key, "" being none, where it stands once on each side."""
        sides = []
        for items, rest in zip((self.old, self.new), self._rest(), strict=True):
            found: dict[str, list[int]] = {}
            for n in rest:
                if name := key(items[n]):
                    found.setdefault(name, []).append(n)
            sides.append(found)
        old, new = sides
        for name, places in old.items():
            if len(places) == len(new.get(name, ())) == 1 and self._may_be_one(
                places[0], new[name][0]
            ):
                self.partner[places[0]] = new[name][0]

    def _may_be_one(self, old: int, new: int) -> bool:
        """Tell whether no id says that two items are not the same."""
        ids = {self.old[old].id, self.new[new].id}
        return len(ids) == 1 or "" in ids

    def take_best(self, score: Callable[[Item, Item], Score]) -> list[tuple[int, int]]:
        """Pair what is certainly the same, the most alike first; return the doubtful pairs."""
        rest_old, rest_new = self._rest()
        scores = {
            (o, n): found
            for o in rest_old
            for n in rest_new
            if self._may_be_one(o, n) and (found := score(self.old[o], self.new[n]))[0] >= _DOUBTFUL
        }
        doubtful: list[tuple[int, int]] = []
        told: tuple[set[int], set[int]] = (set(), set())
        sure_old, sure_new = set(self.partner), set(self.partner.values())
        for (o, n), (alike, sure) in sorted(scores.items(), key=lambda one: -one[1][0]):
            if o in told[0] or n in told[1]:
                continue
            rivals = [
                other
                for (p, q), (other, _) in scores.items()
                if (p == o) != (q == n) and p not in sure_old and q not in sure_new
            ]
            told[0].add(o)
            told[1].add(n)
            if sure and max(rivals, default=0.0) <= alike - _AHEAD:
                self.partner[o] = n
                sure_old.add(o)
                sure_new.add(n)
            else:
                doubtful.append((o, n))
        return doubtful

    def result(self, doubtful: Sequence[tuple[int, int]]) -> Pairing[Item]:
        """Return the pairs in the order of the new side, the rest in the order of its own."""
        rest_old, rest_new = self._rest()
        pairs = sorted(self.partner.items(), key=lambda pair: pair[1])
        return Pairing(
            tuple((self.old[o], self.new[n]) for o, n in pairs),
            tuple((self.old[o], self.new[n]) for o, n in doubtful),
            tuple(self.old[o] for o in rest_old),
            tuple(self.new[n] for n in rest_new),
        )


def _score_tasks() -> Callable[[Task, Task], Score]:
    plans: dict[int, str] = {}

    def plan_of(task: Task) -> str:
        return plans.setdefault(id(task), _plan(task))

    def score(one: Task, two: Task) -> Score:
        title = likeness(squeeze(one.title), squeeze(two.title))
        plans_of = (plan_of(one), plan_of(two))
        long = min(map(len, plans_of)) >= _LONG_PLAN
        plan = likeness(*plans_of) if long else 0.0
        apart = long and plan < _OTHER_PLAN  # nearly the same title, over other work
        number = bool(one.number) and squeeze(one.number) == squeeze(two.number)
        sure = (
            (title >= _SAME and not apart)
            or (title >= _ALIKE and number and not apart)
            or (title >= _DOUBTFUL and plan >= _ALIKE)
            or plan >= _SAME_PLAN
        )
        # The number only breaks a tie: it is the first thing that a revised list changes.
        return max(title, plan - 0.1, (title + plan) / 2) + number / 50, sure

    return score


def _score_milestones(one: Milestone, two: Milestone) -> Score:
    alike = likeness(milestone_core(one.text), milestone_core(two.text))
    same_day = one.due is not None and one.due == two.due
    return alike + same_day / 20, alike >= _SAME_STEP or (same_day and alike >= _DOUBTFUL)


def _plan(task: Task) -> str:
    """Return what a task is about, without what the plans of all tasks have in common."""
    lines = (line for line in task.content.split("\n") if not is_heading(line))
    steps = (milestone_core(step.text) for step in task.milestones)
    return _MARKS.sub("", squeeze("".join([*lines, *steps])))


def _all_of(*texts: str | None) -> str:
    """Return texts as one key, "" where one of them is blank."""
    squeezed = [squeeze(text) for text in texts]
    return " ".join(squeezed) if all(squeezed) else ""
