"""The day on which the reports of a period are due."""

from datetime import date

from taskxl.model import Period, Settings


def report_day(period: Period, settings: Settings) -> date:
    """Return the day on which the reports of a period are due.

    That is day `settings.report_day` of the month (its last day where the month is shorter), or
    with `settings.report_workday` = n the n-th last workday. Workdays are those of the State
    Council's holiday notices, made-up ones included, for the years that the library
    chinesecalendar knows (from 2004); later years know weekends only (see `doubt_report_day`).

    >>> report_day(Period(2021, 2), Settings(report_day=30))
    datetime.date(2021, 2, 28)
    >>> report_day(Period(2021, 4), Settings(report_workday=5))
    datetime.date(2021, 4, 26)
    """
    last = period.last_day
    if settings.report_workday is None:
        return last.replace(day=min(max(settings.report_day, 1), last.day))
    days = [last.replace(day=day) for day in range(1, last.day + 1)]
    workdays = [day for day in days if _is_workday(day)]
    return workdays[-min(max(settings.report_workday, 1), len(workdays))]


def doubt_report_day(period: Period, settings: Settings) -> str | None:
    """Return a line on a report day that was counted without the year's holidays, else None.

    >>> doubt_report_day(Period(2021, 4), Settings(report_workday=5)) is None
    True
    """
    if settings.report_workday is None or _is_notified(period.last_day):
        return None
    return (
        f"{period.year}年的放假安排程序还不知道，报送日先只按周末推算为"
        f"{report_day(period, settings):%Y-%m-%d}。请核对；不对的请在主清单“设置”里改用“报送日”，"
        "或升级 chinesecalendar 后再运行。"
    )


def _is_workday(day: date) -> bool:
    from chinese_calendar import is_workday  # type: ignore[import-untyped]

    return bool(is_workday(day)) if _is_notified(day) else day.weekday() < 5


def _is_notified(day: date) -> bool:
    """Tell whether the library knows that year's holiday notice."""
    from chinese_calendar import is_workday

    try:
        is_workday(day)
    except NotImplementedError:
        return False
    return True
