"""批示 that are open, delays that are asked for, and delays that were approved."""

from taskxl.reports import leaders_page, order_lines, sheet_leaders
from taskxl.reports.view import MonthView


def list_instructions(view: MonthView) -> list[str]:
    """Return a line for each 批示 in force on a task that is not closed."""
    return [_without_stop(line) for line in leaders_page.open_instructions(view)]


def list_delays(view: MonthView) -> list[str]:
    """Return a line for each milestone for which an office asks more time."""
    tasks = view.month.master.tasks
    lines = (line for task in tasks for line in sheet_leaders.delays_asked(view, task))
    return [_without_stop(line) for line in lines]


def list_approved(view: MonthView) -> list[str]:
    """Return a line for each milestone, still to come, whose date an approved delay has moved."""
    return [_without_stop(line) for line in order_lines.tell_approved(view)]


def _without_stop(line: str) -> str:
    """Return a line without a full stop: the document puts its own."""
    return line.rstrip("。；;.， ")
