"""Which month a command is about."""

from datetime import date

from taskxl.dates.year import year_periods
from taskxl.desk.lists import load_master
from taskxl.desk.lost_months import was_issued
from taskxl.errors import TaskxlError
from taskxl.model import Period
from taskxl.workspace.folder import Workspace


def choose_period(
    workspace: Workspace, month: str | None, today: date, issuing: bool = False
) -> Period:
    """Return the period of `--month`, else the current one.

    To issue, the current one is the month of `today`; otherwise the latest month of the
    workspace that has been issued, even where its folder is not in its place.
    Raises TaskxlError where there is none.
    """
    master, _ = load_master(workspace)
    settings = master.settings
    if month is not None:
        period = Period.parse(month, settings)
        if period.year != settings.year:
            raise TaskxlError(
                f"这个工作区是 {settings.year} 年的，没有 {period.name}。请检查 --month。"
            )
        return period
    if issuing:
        if today.year != settings.year:
            raise TaskxlError(
                f"这个工作区是 {settings.year} 年的，今天是 {today.year} 年。"
                "请用 --month 写明月份。"
            )
        return Period(settings.year, today.month, settings.first_month)
    issued = [period for period in year_periods(settings) if was_issued(workspace, period)]
    if not issued:
        raise TaskxlError("还没有下发过任何月份的表。请先运行 taskxl issue --month 月份。")
    return issued[-1]


def list_periods(workspace: Workspace) -> tuple[Period, ...]:
    """Return the months of the workspace's year, whether issued or not."""
    return tuple(year_periods(load_master(workspace)[0].settings))
