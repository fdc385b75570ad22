"""Whose tasks are whose: names spelt out, who owes a report, and on what."""

import re
from collections.abc import Iterable, Sequence

from taskxl.errors import TaskxlError
from taskxl.model import MasterList, Office, Period, Task
from taskxl.text import show, squeeze
from taskxl.words import ALL_OFFICES

Share = tuple[tuple[Task, ...], tuple[Task, ...]]
_LISTED = 30
"""So many offices a message lists; a city has a thousand."""
_ALL_OFFICES = frozenset(squeeze(word) for word in ALL_OFFICES)
_COLLECTIVE = re.compile(
    r"^(?:全[国省市县区镇乡街校局院]|[国省市县区镇乡局厅校院]直?属?|国务院|机关|局属|直属)?"
    r"(?:各|有关|相关|其他|所有|全体|所属)"
    r"|等(?:单位|部门|科室|处室|股室)?$"
)


def is_collective(name: str) -> bool:
    """Tell whether a name stands for several bodies that it does not spell out.

    >>> [is_collective(name) for name in ("各街道", "区直各部门", "有关单位", "国务院各部门")]
    [True, True, True, True]
    >>> [is_collective(name) for name in ("办公室", "市教育局", "各界联络科")]
    [False, False, True]
    """
    return _COLLECTIVE.search(squeeze(name)) is not None


class Roster:
    """The offices of sheet 股室, found by name or alias; white space and width do not count.

    A name comes before an alias; an alias that two offices share names neither of them.
    """

    def __init__(self, offices: Iterable[Office]) -> None:
        self.offices = tuple(offices)
        self._by_name: dict[str, Office | None] = {}
        for office in self.offices:
            for alias in office.aliases:
                other = self._by_name.setdefault(squeeze(alias), office)
                if other is not office:
                    self._by_name[squeeze(alias)] = None
        for office in self.offices:
            self._by_name[squeeze(office.name)] = office

    def resolve(self, name: str) -> Office | None:
        """Return the office of that name or alias, or None.

        >>> Roster([Office("基础教育股", aliases=("基教股",))]).resolve(" 基教 股").name
        '基础教育股'
        """
        return self._by_name.get(squeeze(name))

    def present_name(self, name: str) -> str:
        """Return the present name of an office; one that is not known keeps its own."""
        office = self.resolve(name) if name else None
        return office.name if office else name

    def find_in(self, text: str, more: Iterable[str] = ()) -> set[str]:
        """Return the offices whose names or aliases stand in a text, and names of `more`.

        The longest go first: what is part of a longer name names nobody by itself.

        >>> roster = Roster([Office("教研室"), Office("教研室工会"), Office("基教股")])
        >>> sorted(roster.find_in("教研室工会、基教股补报.jpg"))
        ['基教股', '教研室工会']
        """
        names = {key: office.name for key, office in self._by_name.items() if key and office}
        for name in more:
            names.setdefault(squeeze(name), name)
        rest, found = squeeze(text), set()
        for key in sorted(filter(None, names), key=len, reverse=True):
            if key in rest:
                found.add(names[key])
                rest = rest.replace(key, "\n")
        return found

    def choose(self, name: str, among: Sequence[str], what: str = "要报送的股室") -> str:
        """Return the name of the office that a person asks for, one of `among`.

        Raises TaskxlError, which lists them, where it is none of them; `what` says what they are.
        """
        found = self.present_name(name)
        if found not in among:
            more = f"……共 {len(among)} 个" if len(among) > _LISTED else ""
            known = "、".join(among[:_LISTED])
            raise TaskxlError(f"没有{what}“{show(name, 40)}”。可选：{known}{more}")
        return found

    def spell_out(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return `names` with 各股室 spelt out and aliases made names, each once, in order.

        A name that sheet 股室 does not know stays as it is.

        >>> Roster([Office("办公室"), Office("人事股")]).spell_out(["人事股", "各股室"])
        ('人事股', '办公室')
        """
        spelt: dict[str, None] = {}
        for name in names:
            if squeeze(name) in _ALL_OFFICES and self.offices:
                spelt.update((office.name, None) for office in self.offices)
            elif squeeze(name):
                office = self.resolve(name)
                spelt[office.name if office else name.strip()] = None
        return tuple(spelt)


def divide_tasks(master: MasterList, period: Period | None = None) -> dict[str, Share]:
    """Return for each office that owes a report the tasks it reports on and those it only sees.

    设置 decides: `reporters` = lead: offices that lead a task owe a report, on what they lead
    (`supporting_report`: also on what they support); all: every responsible office owes one, on
    all it leads or supports. For a `period` an office that leads nothing owes one only where
    something it supports is due by then, or has no dates and so is asked for every month; that is
    known from the list alone, so that the forms and the count of the missing never differ.
    Several leading offices of one task each report on it. A task closed by the period's last day
    is no longer anybody's.
    Offices are in the order of sheet 股室, then those it does not know as the list names them;
    tasks are in the order of the list. What stands for several bodies (各街道) and is in no row of
    sheet 股室 owes nothing: nobody is behind it.
    """
    settings = master.settings
    roster = Roster(master.offices)
    reported: dict[str, list[Task]] = {}
    seen: dict[str, list[Task]] = {}
    asked: set[str] = set()
    for task in master.tasks:
        if period is not None and task.is_closed(period.last_day):
            continue
        leads = tuple(
            name
            for name in roster.spell_out(task.lead_offices)
            if roster.resolve(name) or not is_collective(name)
        )
        asked.update(leads)
        supports = [name for name in roster.spell_out(task.supporting_offices) if name not in leads]
        for name in leads:
            reported.setdefault(name, []).append(task)
        for name in supports:
            if settings.reporters == "all":
                reported.setdefault(name, []).append(task)
                if period is None or _is_due(task, period):
                    asked.add(name)
            else:
                seen.setdefault(name, []).append(task)
    owing = [office.name for office in master.offices if office.name in asked]
    owing += [name for name in reported if name in asked and roster.resolve(name) is None]
    place = {id(task): n for n, task in enumerate(master.tasks)}
    shares: dict[str, Share] = {}
    for name in owing:
        own, others = reported[name], seen.get(name, [])
        if settings.supporting_report:
            own, others = sorted(own + others, key=lambda task: place[id(task)]), []
        shares[name] = (tuple(own), tuple(others))
    return shares


def find_unreported(master: MasterList) -> tuple[Task, ...]:
    """Return the open tasks on which no office will report, in the order of the list."""
    reported = {task.id for own, _ in divide_tasks(master).values() for task in own}
    return tuple(
        task for task in master.tasks if task.closed_on is None and task.id not in reported
    )


def _is_due(task: Task, period: Period) -> bool:
    """Tell whether a task asks for something by the period's end: a milestone, or steady work."""
    dues = [milestone.due for milestone in task.milestones]
    return not dues or any(due is None or due <= period.last_day for due in dues)


def tasks_of(master: MasterList, office: str, period: Period | None = None) -> Share:
    """Return the tasks on which an office reports and those it only sees (sheet 协办任务).

    An office that owes no report still gets what it leads or supports, all of it only seen. A task
    that was closed by the end of `period` is neither.
    For all offices at once `divide_tasks` is one pass.
    """
    roster = Roster(master.offices)
    known = roster.resolve(office)
    name = known.name if known else office.strip()
    share = divide_tasks(master, period).get(name)
    if share is not None:
        return share
    return (), tuple(
        task
        for task in master.tasks
        if name in roster.spell_out(task.offices)
        and not (period is not None and task.is_closed(period.last_day))
    )
