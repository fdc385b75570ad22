"""The year's milestones and report days as a calendar file (RFC 5545) for Outlook and phones."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from taskxl.dates import report_day
from taskxl.dates.year import year_periods
from taskxl.model import MasterList, Milestone, Task
from taskxl.orders import with_delays
from taskxl.roster import Roster
from taskxl.text import show

if TYPE_CHECKING:
    from datetime import date

    from icalendar import Event

_NAME_LIMIT = 60


def make_calendar(master: MasterList, done: Collection[str] = (), office: str = "") -> bytes:
    """Return the calendar of a list: a day's event for each milestone with a date, and report days.

    `done` are the ids of milestones that are done; `office` restricts it to the tasks of that
    office (its present name). Approved delays count. An event keeps its identity from run to run,
    so that a calendar takes a moved date for what it is; the same list gives the same bytes.
    """
    from icalendar import Calendar

    settings = master.settings
    calendar = Calendar()
    calendar.add("prodid", "-//taskxl//重点工作//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    title = f"{settings.bureau}{settings.year}年重点工作{f'（{office}）' if office else ''}"
    calendar.add("x-wr-calname", show(title))
    roster = Roster(master.offices)
    # Each delay as from the day on which it counts; the last day of all knows all of them.
    moved = with_delays(master, datetime(9999, 12, 31, tzinfo=UTC).date())
    for task in moved.tasks:
        if office and office not in roster.spell_out(task.offices):
            continue
        for step in task.milestones:
            if step.due is not None:
                is_done = step.id in done or task.closed_on is not None
                calendar.add_component(_make_step(moved, task, step, roster, is_done))
    for day, label in _report_days(master):
        event = _make_event(master, f"report/{label}", day, f"{label}进展情况表报送截止")
        _remind(event, settings.near_days, f"{label}进展情况表")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _make_step(
    master: MasterList, task: Task, step: Milestone, roster: Roster, is_done: bool
) -> "Event":
    assert step.due is not None  # noqa: S101 - the caller has looked
    word = master.settings.office_word
    name = show(step.text.strip().rstrip("。；;，"), _NAME_LIMIT)
    number = f"第{task.number}项 " if task.number else ""
    event = _make_event(
        master, step.id, step.due, f"{'（已完成）' if is_done else ''}{number}{name}"
    )
    offices = roster.spell_out(task.offices)
    lines = [
        task.label,
        show(step.text),
        f"责任{word}：{'、'.join(offices)}" if offices else "",
        f"分管负责同志：{task.leader}" if task.leader else "",
        f"原时限：{step.listed_due:%Y-%m-%d}，经批准延期" if step.delay and step.listed_due else "",
        f"时限存疑：{step.vague}" if step.vague else "",
    ]
    event.add("description", "\n".join(show(line) for line in lines if line))
    if not is_done:
        _remind(event, master.settings.near_days, name)
    return event


def _make_event(master: MasterList, key: str, day: "date", summary: str) -> "Event":
    from icalendar import Event

    settings = master.settings
    event = Event()
    mark = sha256(f"{settings.bureau}\n{settings.year}\n{key}".encode()).hexdigest()[:32]
    event.add("uid", f"{mark}@taskxl")
    # No clock: the same list gives the same file.
    event.add("dtstamp", datetime(settings.year or 2000, 1, 1, tzinfo=UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["重点工作"])
    return event


def _remind(event: "Event", days: int, what: str) -> None:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", what)
    # At nine in the morning: a day's event begins at midnight.
    alarm.add("trigger", timedelta(hours=9) - timedelta(days=days))
    event.add_component(alarm)


def _report_days(master: MasterList) -> "Iterator[tuple[date, str]]":
    for period in year_periods(master.settings):
        if period.month >= master.settings.first_month:
            yield report_day(period, master.settings), period.label
