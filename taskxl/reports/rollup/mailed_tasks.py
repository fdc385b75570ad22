"""The tasks of a mailed summary: what 汇总表 says of each, with its leader and its milestones."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from taskxl.merge.counts import UNSAID
from taskxl.merge.lights import least_status
from taskxl.reports.marks import CLOSED as CLOSED_MARK
from taskxl.reports.marks import (
    IDENTITY,
    NUMBER,
    OFFICES,
    PLAN,
    PROGRESS,
    STATUS,
    TITLE,
    split_marks,
)
from taskxl.reports.pen import parse_cell
from taskxl.reports.rollup.bureau_years import LineTask
from taskxl.reports.rollup.mailed_tables import Record, only_in, text_of
from taskxl.reports.view import UNCLEAR
from taskxl.reports.year_view import CLOSED
from taskxl.statements import read_status
from taskxl.text import show, squeeze
from taskxl.words import DONE, LIGHTS, STATUSES

LIGHT_OF: Mapping[str, str] = {word: light for light, word in LIGHTS.items()}
_LEADER = re.compile(r"(.+)同志负责项目$")
_SUMMED_UP = re.compile(r"(.+?)\s+共 \d+ 项：", re.DOTALL)
_SPEAKER = re.compile(r"(?m)^[ \t]*〔([^〔〕\n]{1,200})〕")
_COMPARED, _TITLE_LENGTH = 30, 40

T = TypeVar("T")
_Key = tuple[str, str]
"""A task by its number and the beginning of its name, both squeezed."""


@dataclass(frozen=True, slots=True)
class _Led:
    """What 分管领导 says of a task: under whom it stands, who leads it, where it stands."""

    leader: str
    office: str
    word: str


def read_tasks(
    rows: Sequence[Record], leaders: Sequence[Record] | None, steps: Sequence[Record]
) -> list[LineTask]:
    """Return the tasks of 汇总表 in its order.

    `leaders` are the rows of 分管领导, None where that sheet is gone, `steps` those of 节点台账.
    Rows of these two belong to a task by number and name, as a person would find them.
    """
    own = _own_rows(rows)
    keys = [_key_of(row, _title_of(row)) for row in own]
    plans = [squeeze(text_of(row, PLAN)) for row in own]
    led = _assign(keys, _read_leaders(leaders or ()), lambda _, place: True)
    lights = _assign(
        keys,
        ((_key_of(row, text_of(row, TITLE)), row) for row in steps),
        lambda step, place: squeeze(text_of(step, "节点")) in plans[place],
    )
    return [_make_task(row, led[place], lights[place]) for place, row in enumerate(own)]


def _own_rows(rows: Iterable[Record]) -> list[Record]:
    """Return the rows of tasks: no headings, and a row that somebody copied once."""
    own: dict[str, Record] = {}
    for place, row in enumerate(rows):
        if not only_in(row, NUMBER):
            own.setdefault(text_of(row, IDENTITY) or f"\n{place}", row)
    return list(own.values())


def _title_of(row: Record) -> str:
    return split_marks(text_of(row, TITLE))[1].strip()


def _key_of(row: Record, title: str) -> _Key:
    # Names are cut in other sheets than 汇总表.
    return squeeze(text_of(row, NUMBER)), squeeze(title)[:_COMPARED]


def _read_leaders(rows: Iterable[Record]) -> Iterator[tuple[_Key, _Led]]:
    """Yield what 分管领导 says of each task; a row over all columns tells whose tasks follow."""
    leader = ""
    for row in rows:
        over = only_in(row, NUMBER)
        if summed := _SUMMED_UP.match(over):
            named = _LEADER.match(summed[1])
            leader = named[1] if named else ""
        elif not over:
            told = _Led(leader, text_of(row, "牵头股室"), text_of(row, STATUS))
            yield _key_of(row, text_of(row, TITLE)), told


def _assign(
    keys: Sequence[_Key], told: Iterable[tuple[_Key, T]], fits: Callable[[T, int], bool]
) -> list[list[T]]:
    """Return what is told of each of the tasks `keys`, in their order.

    Where several tasks share number and name, each has one, else what `fits` it. What has a number
    alone in common is taken where no name is the same.
    """
    given: dict[_Key, list[T]] = defaultdict(list)
    for key, one in told:
        given[key].append(one)
    places: dict[_Key, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    found: list[list[T]] = [[] for _ in keys]
    for key, mine in places.items():
        some = given.pop(key, [])
        for number, one in enumerate(some):
            fitting = (place for place in mine if fits(one, place))
            own = mine[number] if len(some) == len(mine) else next(fitting, mine[0])
            found[own].append(one)
    for place, (named, _) in enumerate(keys):
        near = next((key for key in given if named and key[0] == named), None)
        if near is not None and not found[place]:
            found[place] = given.pop(near)
    return found


def _make_task(row: Record, led: Sequence[_Led], steps: Sequence[Record]) -> LineTask:
    told = led[0] if led else None
    lights = [LIGHT_OF.get(text_of(step, "节点状态"), "") for step in steps]
    status, word = _read_status(row, told.word if told else "")
    title = _title_of(row) or next(
        (text for step in steps if (text := text_of(step, TITLE))),
        show(text_of(row, PLAN), _TITLE_LENGTH),
    )
    offices = text_of(row, OFFICES).split("\n")
    return LineTask(
        text_of(row, IDENTITY),
        text_of(row, NUMBER),
        title,
        told.leader if told else "",
        (told.office if told else "") or offices[0].strip(),
        status,
        word,
        len(steps),
        lights.count("done"),
        lights.count("near"),
        lights.count("overdue") + lights.count("severe"),
    )


def _read_status(row: Record, written: str) -> tuple[str, str]:
    """Return where a task stands, as it is counted and as it is shown.

    `written` is the word of 分管领导: what all leading offices, now and in earlier months, came to.
    It stands unless 汇总表, in which a person may have corrected, cannot mean it. Which of several
    offices lead is not written there: the first ones.
    """
    cell = text_of(row, STATUS)
    if squeeze(cell).startswith(f"【{CLOSED_MARK}】"):
        return DONE, CLOSED
    said = {office: read_status(text)[0] for office, text in _parts_of(cell).items()}
    lead = said.get("", "")
    # Who owes a report has a part under 进展情况, be it a mark alone.
    others = [name for name in (_parts_of(text_of(row, PROGRESS)) | said) if name]
    words = [lead, *(said.get(name, "") for name in others)]
    possible = {least_status(words[:some]) or UNSAID for some in range(1, len(words) + 1)}
    possible |= {DONE} if not lead else set()
    counted = written if written in STATUSES else UNSAID
    if written and counted in possible:
        return counted, written
    status = least_status([lead]) or UNSAID
    return status, status if status != UNSAID or not lead else UNCLEAR


def _parts_of(cell: str) -> dict[str, str]:
    """Return what each office says in a cell of 汇总表, that of the leading one under ""."""
    names = {squeeze(name): name for found in _SPEAKER.findall(cell) for name in _split(found)}
    return {office: part.text.strip() for office, part in parse_cell(cell, "", names).items()}


def _split(names: str) -> list[str]:
    return [names, *names.split("、")]
