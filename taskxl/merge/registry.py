"""The registry of gap rules, and the month as a rule sees it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from taskxl.findings import Finding, Rule, Severity, rule
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
    """A declared rule with the function that finds it, and tables that do and do not raise it."""

    rule: Rule
    check: Check
    good: str
    bad: str


_GAP_RULES: dict[str, GapRule] = {}


def gap_rule(
    code: str,
    name: str,
    severity: Severity,
    *,
    what: str,
    why: str,
    cure: str,
    good: str,
    bad: str,
) -> Callable[[Check], Check]:
    """Declare a gap rule: a function from (rule, view) to findings.

    `good` and `bad` are small tables of a month (one row a task of an office; see
    `tests/months.py` for the columns): the rule is silent on the first and speaks on the second.
    Raises ValueError when the code is taken.
    """
    declared = rule(code, name, severity, what=what, why=why, cure=cure)

    def register(check: Check) -> Check:
        _GAP_RULES[code] = GapRule(declared, check, good, bad)
        return check

    return register


def gap_rules() -> list[GapRule]:
    """Return the gap rules of every module imported so far, by code."""
    return [_GAP_RULES[code] for code in sorted(_GAP_RULES)]
