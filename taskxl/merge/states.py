"""Where each office stands: submitted, late, missing or rejected, and on what evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from taskxl.merge.leftovers import newest_day
from taskxl.merge.verdicts import Counted
from taskxl.merge.versions import Head, Version
from taskxl.model import Entry, Month, OfficeState
from taskxl.roster import Share
from taskxl.text import is_blank

# A return that came so many days late came in another year: its file's time is no evidence.
_NO_CLOCK = 366
Receipt = Literal["mail", "file", "hand", "form", ""]


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a form came, and what says so."""

    day: date
    receipt: Receipt
    moment: datetime | None


def find_arrival(version: Version) -> Arrival | None:
    """Return when a form came: the mail's date, else the file's time, else 填报日期."""
    if version.received:
        return Arrival(version.received.date(), version.source.receipt, version.received)
    day = version.submission.reported_on
    return Arrival(day, "form", None) if day else None


def is_late(version: Version, as_of: date) -> bool | None:
    """Tell whether a form came after the end of `as_of`; None where only a doubtful time says so.

    A file's time changes when it is saved or copied (when the 办公室 saves an attachment, too), so
    it makes nobody late unless 填报日期 bears it out.
    """
    arrival = find_arrival(version)
    dated = version.submission.reported_on
    if arrival is None or arrival.day <= as_of:
        return False
    if arrival.receipt == "file" and (arrival.day - as_of).days > _NO_CLOCK:
        return dated is not None and dated > as_of  # a clock that is set wrong says nothing
    return True if arrival.receipt != "file" or (dated is not None and dated > as_of) else None


def first_arrivals(versions: Mapping[str, Sequence[Version]]) -> dict[str, Version]:
    """Return for each office the version that decides whether it was on time: the first to come.

    An office that reported in time and sent a correction later was not late. A form without a
    word in it counts as a return only where nothing else came.
    """
    arrivals = {}
    for office, all_versions in versions.items():
        written = [version for version in all_versions if not version.blank] or all_versions
        arrivals[office] = min(written, key=_moment_key)
    return arrivals


def _moment_key(version: Version) -> tuple[bool, date, str, str]:
    arrival = find_arrival(version)
    day = arrival.day if arrival else date.max
    moment = arrival.moment.isoformat() if arrival and arrival.moment else ""
    return arrival is None, day, moment, version.source.file


def judge_offices(
    shares: Mapping[str, Share],
    counted: Counted,
    arrivals: Mapping[str, Version],
    as_of: date,
    past: Sequence[Month] = (),
    *,
    is_due: bool = True,
) -> tuple[OfficeState, ...]:
    """Return the state of each office that owes, then of those that reported without owing.

    Late is what certainly came after the end of the report day `as_of` (see `is_late`). Before
    that day (`is_due` False) what has not come is not missing.
    `past` are the year's earlier months, for the months in a row that an office has been missing.
    """
    filled: dict[str, set[str]] = {}
    for entry in counted.entries:
        if not is_blank(entry.progress):
            filled.setdefault(entry.office, set()).add(entry.task)
    others = [name for name in counted.versions if name not in shares]
    states = []
    for office in (*shares, *others):
        own = {task.id for task in shares[office][0]} if office in shares else None
        done = filled.get(office, set())
        if own is None:
            own = {task for v in counted.standing[office] for task in v.submission.tasks} | done
        owes, tasks, count = office in shares, len(own), len(own & done)
        versions = counted.standing.get(office, ())
        if not versions:
            refused = counted.refused.get(office, ())
            word: Literal["rejected", "missing"] = "rejected" if refused else "missing"
            due = is_due or word != "missing"
            run = 0
            if word == "missing" and due:
                run = 1 + _missing_before(office, as_of.month, past)
            states.append(
                OfficeState(
                    office,
                    word,
                    refused,
                    tasks=tasks,
                    owes=owes,
                    months_missing=run,
                    registration=_join("；", [counted.notes.get(file, "") for file in refused]),
                    due=due,
                )
            )
            continue
        arrival = find_arrival(arrivals[office])
        head = counted.heads.get(office, Head())
        day = head.reported_on.submission.reported_on if head.reported_on else None
        states.append(
            OfficeState(
                office,
                "late" if is_late(arrivals[office], as_of) else "submitted",
                tuple(sorted({version.source.file for version in versions})),
                arrival.moment if arrival else None,
                arrival.receipt if arrival else "",
                _join("、", [v.submission.reporter for v in (*versions, *_one(head.reporter))]),
                head.approval is not None and head.approval.submission.approved,
                tasks,
                count,
                newest_day(versions) or day,
                _join("；", [v.submission.approval for v in (*versions, *_one(head.approval))]),
                owes,
                registration=_join("；", [version.source.note for version in versions]),
            )
        )
    return tuple(states)


def _one(version: Version | None) -> tuple[Version, ...]:
    return (version,) if version else ()


def _missing_before(office: str, month: int, past: Sequence[Month]) -> int:
    """Return for how many months right before `month`, all of them merged, an office is missing."""
    months = {one.period.month: one for one in past}
    count = 0
    while (earlier := months.get(month - 1 - count)) is not None:
        own = [s for s in earlier.offices if s.office == office and s.owes]
        if not own or any(s.state != "missing" or not s.due for s in own):
            break
        count += 1
    return count


def _join(mark: str, texts: Sequence[str]) -> str:
    return mark.join(dict.fromkeys(text.strip() for text in texts if not is_blank(text)))


def order_entries(
    entries: Sequence[Entry], places: Mapping[str, int], offices: Mapping[str, Sequence[str]]
) -> tuple[Entry, ...]:
    """Return entries in the order of the list, and of each task's offices, leading ones first."""

    def place(entry: Entry) -> tuple[int, int, str]:
        names = offices[entry.task]
        at = names.index(entry.office) if entry.office in names else len(names)
        return places[entry.task], at, entry.office

    return tuple(sorted(entries, key=place))
