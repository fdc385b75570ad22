"""What waits for a leader: 批示 that are open, and delays that are asked for; one function each."""

from taskxl.reports import leaders_page, sheet_leaders
from taskxl.reports.view import MonthView


def list_instructions(view: MonthView) -> list[str]:
    """Return a line for each 批示 in force on a task that is not closed."""
    return leaders_page.open_instructions(view)


def list_delays(view: MonthView) -> list[str]:
    """Return a line for each milestone for which an office asks more time."""
    tasks = view.month.master.tasks
    return [line for task in tasks for line in sheet_leaders.delays_asked(view, task)]
