"""The periods of a bureau's year."""

from taskxl.model import Period, Settings


def year_periods(settings: Settings, until: Period | None = None) -> list[Period]:
    """Return the year's periods in order, up to but without `until`."""
    last = until.month - 1 if until else 12
    return [Period(settings.year, month, settings.first_month) for month in range(1, last + 1)]
