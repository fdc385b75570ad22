"""The day on which the reports of a period are due."""

from collections.abc import Mapping
from datetime import date

from taskxl.dates.holidays import read_holidays
from taskxl.model import Period, Settings


def report_day(period: Period, settings: Settings) -> date:
    """Return the day on which the reports of a period are due.

    That is day `settings.report_day` of the month (its last day where the month is shorter), or
    with `settings.report_workday` = n the n-th last workday. Workdays are those of the State
    Council's holiday notices, made-up ones included: of the notice that stands in
    `settings.holidays`, else, for the years that it knows (from 2004), of the library
    chinesecalendar. A year that neither knows has weekends only (see `doubt_report_day`).

    >>> report_day(Period(2021, 2), Settings(report_day=30))
    datetime.date(2021, 2, 28)
    >>> report_day(Period(2021, 4), Settings(report_workday=5))
    datetime.date(2021, 4, 26)
    """
    last = period.last_day
    if settings.report_workday is None:
        return last.replace(day=min(max(settings.report_day, 1), last.day))
    days = [last.replace(day=day) for day in range(1, last.day + 1)]
    workdays = [day for day in days if _is_workday(day, settings)]
    return workdays[-min(max(settings.report_workday, 1), len(workdays))]


def doubt_report_day(period: Period, settings: Settings) -> str | None:
    """Return a line on a report day that was counted without the year's holidays, else None.

    >>> doubt_report_day(Period(2021, 4), Settings(report_workday=5)) is None
    True
    """
    if settings.report_workday is None or _is_notified(period.last_day, settings):
        return None
    return (
        f"{period.year}年的放假安排程序还不知道，报送日先只按周末推算为"
        f"{report_day(period, settings):%Y-%m-%d}。请把国务院办公厅关于"
        f"{period.year}年节假日安排的通知全文粘贴到主清单“设置”的“节假日”一格；没有这一行的，在最下面加一行，项目写“节假日”。"
    )


def _is_workday(day: date, settings: Settings) -> bool:
    from chinese_calendar import is_workday  # type: ignore[import-untyped]

    pasted = _pasted(settings).get(day)
    if pasted is not None:
        return pasted
    return bool(is_workday(day)) if _is_in_library(day) else day.weekday() < 5


def _is_notified(day: date, settings: Settings) -> bool:
    """Tell whether that year's holidays are known."""
    return _is_in_library(day) or any(
        off.year == day.year and not works for off, works in _pasted(settings).items()
    )


def _pasted(settings: Settings) -> Mapping[date, bool]:
    try:
        return read_holidays(settings.holidays, settings.year)
    except ValueError:
        return {}  # said of the cell when the sheet is read


def _is_in_library(day: date) -> bool:
    from chinese_calendar import is_workday

    try:
        is_workday(day)
    except NotImplementedError:
        return False
    return True
