"""Offices that somebody typed into sheet 任务 and that sheet 股室 does not have yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from taskxl.master.reading.offices import find_known, join_names, split_names
from taskxl.model import MasterList, Office, Task
from taskxl.roster import Roster, is_collective
from taskxl.text import squeeze
from taskxl.words import ALL_OFFICES


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What sheets 任务 and 股室 become: the tasks, names run together parted; the new offices."""

    tasks: tuple[Task, ...]
    offices: tuple[Office, ...]


def take_up_offices(master: MasterList) -> TakenUp:
    """Return what the offices named in 任务 add to 股室, each once, in their order.

    A name that is nearly one of 股室 may be that one miswritten or cut short: it stays out, and
    M107 asks about it. Names run together, or with a slash between, are parted as in a list.

    >>> from taskxl.model import Settings
    >>> tasks = [("基教科",), ("计财科基教科", "各科室"), ("计财科",)]
    >>> tasks = tuple(Task(lead_offices=names) for names in tasks)
    >>> taken = take_up_offices(MasterList("", tasks, (), Settings()))
    >>> [office.name for office in taken.offices], taken.tasks[1].lead_offices
    (['基教科', '计财科'], ('计财科', '基教科', '各科室'))
    """
    roster = Roster(master.offices)
    everybody = {squeeze(word) for word in ALL_OFFICES}
    names = [name for task in master.tasks for name in task.offices if squeeze(name)]
    present = {squeeze(n) for office in master.offices for n in (office.name, *office.aliases)}
    unknown = {n for n in names if roster.resolve(n) is None and squeeze(n) not in everybody}
    if not unknown:
        return TakenUp(master.tasks, ())
    known = find_known([*names, *present]) | present
    # Only what stands in no other task's way: a name that 股室 has is never parted.
    parted = {name: _part(name, known) for name in unknown}
    tasks = tuple(
        replace(
            task,
            lead_offices=_spell(task.lead_offices, parted),
            supporting_offices=_spell(task.supporting_offices, parted),
        )
        for task in master.tasks
    )
    fresh = dict.fromkeys(
        name
        for task in tasks
        for name in task.offices
        if squeeze(name)
        and squeeze(name) not in everybody | present
        and not is_collective(name)
        and not any(_is_nearly(squeeze(name), one) for one in present)
    )
    return TakenUp(tasks, tuple(Office(name) for name in fresh))


def _part(name: str, known: Iterable[str]) -> tuple[str, ...]:
    parts = join_names(split_names(name), frozenset(known))
    return parts if len(parts) > 1 else (name,)


def _spell(names: Sequence[str], parted: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for name in names for part in parted.get(name, (name,))))


def _is_nearly(name: str, other: str) -> bool:
    """Tell whether a name may be another one cut short, or with one character miswritten.

    >>> [_is_nearly("基教股", name) for name in ("基础教育股", "基教殳", "人事股")]
    [True, True, False]
    """
    short, long = sorted((name, other), key=len)
    if len(short) == len(long):
        return len(short) > 2 and sum(a != b for a, b in zip(short, long, strict=True)) == 1
    rest = iter(long)
    return len(short) > 1 and all(character in rest for character in short)
