"""Dates as bureaus write them: due phrases, clerks' dates, the day on which reports are due."""

from taskxl.dates.due import (
    UNSET,
    Calendar,
    Due,
    find_due,
    find_impossible,
    find_later_notice,
    is_recurring,
)
from taskxl.dates.holidays import read_holidays
from taskxl.dates.reporting import doubt_report_day, report_day
from taskxl.dates.typed import read_date, read_number

__all__ = [
    "UNSET",
    "Calendar",
    "Due",
    "doubt_report_day",
    "find_due",
    "find_impossible",
    "find_later_notice",
    "is_recurring",
    "read_date",
    "read_holidays",
    "read_number",
    "report_day",
]
