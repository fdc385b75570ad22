"""The registry of gap rules, and the month as a rule sees it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import ParamSpec

from taskxl.findings import Finding, Rule, rule
from taskxl.merge.versions import Head, Version
from taskxl.model import (
    Entry,
    MilestoneEntry,
    MilestoneState,
    Month,
    OfficeState,
    Period,
    Task,
    TaskField,
)
from taskxl.roster import Roster, Share


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an office said of a task in an earlier month.

    `entry` is what stands, corrected by the 办公室 or not; `own` what the office itself wrote.
    """

    period: Period
    entry: Entry
    own: Entry


@dataclass(frozen=True, slots=True)
class View:
    """A month merged but for its gaps, with all that rules ask looked up once.

    `tasks` are by id; `shares` the tasks of each office that owes; `standing` the forms that count;
    `arrivals` the form that decides on each office's punctuality; `entries` are by task and
    office; `statements` by milestone, leading office first; `earlier` what each office last said
    of each task; `past` the year's earlier months, oldest first, offices under their present names;
    `closed` the ids of tasks that the 办公室 has closed, of which nobody is asked anything;
    `corrected` the texts, by task, office and field, that the 办公室 has put in other words;
    `heads` the head lines of each office, whichever of its files they stand in; `about` files
    with rows of an office's tasks that were not taken for its own.
    """

    month: Month
    tasks: Mapping[str, Task]
    roster: Roster
    _: KW_ONLY
    shares: Mapping[str, Share]
    standing: Mapping[str, tuple[Version, ...]]
    arrivals: Mapping[str, Version]
    entries: Mapping[tuple[str, str], Entry]
    statements: Mapping[str, tuple[MilestoneEntry, ...]]
    earlier: Mapping[tuple[str, str], Earlier]
    past: tuple[Month, ...]
    closed: frozenset[str] = frozenset()
    corrected: frozenset[tuple[str, str, str]] = frozenset()
    heads: Mapping[str, Head] = field(default_factory=dict)
    about: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def leads(self, task: Task) -> tuple[str, ...]:
        """Return the task's leading offices by their names in 股室."""
        return self.roster.spell_out(task.lead_offices)

    def asks(self, office: str, field: str) -> bool:
        """Tell whether an office was asked for a field (of `model.ASKED`) by the form it had."""
        versions = self.standing.get(office, ())
        if not versions:
            return field in self.month.asked
        return all(field in version.submission.asked for version in versions)

    def owed(self) -> Iterator[tuple[OfficeState, Task]]:
        """Yield each task on which an office whose return counts owes a report."""
        for state in self.month.offices:
            if state.state in ("submitted", "late"):
                for task in self.shares.get(state.office, ((), ()))[0]:
                    yield state, task

    def is_own(self, entry: Entry, field: TaskField) -> bool:
        """Tell whether a text is the office's own; no office answers for words of the 办公室."""
        return (entry.task, entry.office, field) not in self.corrected

    def said(self) -> Iterator[tuple[Entry, Task]]:
        """Yield every entry that counts with its task, closed ones left out."""
        for entry in self.month.entries:
            if entry.task not in self.closed:
                yield entry, self.tasks[entry.task]

    def milestones(self) -> Iterator[MilestoneState]:
        """Yield the state of every milestone, but for those of closed tasks."""
        return (state for state in self.month.milestones if state.task.id not in self.closed)


Check = Callable[[Rule, View], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class GapRule:
    """A declared rule with the function that finds it."""

    rule: Rule
    check: Check


_GAP_RULES: dict[str, GapRule] = {}
_Parameters = ParamSpec("_Parameters")


def _declaring(
    declare: Callable[_Parameters, Rule],
) -> Callable[_Parameters, Callable[[Check], Check]]:
    def decorate(*args: _Parameters.args, **more: _Parameters.kwargs) -> Callable[[Check], Check]:
        declared = declare(*args, **more)

        def register(check: Check) -> Check:
            _GAP_RULES[declared.code] = GapRule(declared, check)
            return check

        return register

    return decorate


gap_rule = _declaring(rule)
"""Declare a gap rule: a function from (rule, view) to findings; takes what `Rule` takes.

Raises ValueError when the code is taken.
"""


def gap_rules() -> list[GapRule]:
    """Return the gap rules of every module imported so far, by code."""
    return [_GAP_RULES[code] for code in sorted(_GAP_RULES)]
