"""The workspaces that this page knows, by a name that fits into an address, and their months."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from taskxl.dates.year import year_periods
from taskxl.errors import TaskxlError
from taskxl.model import MasterList, Period
from taskxl.page.dropped_lists import Drafts
from taskxl.page.guard import Doorkeeper
from taskxl.page.jobs import Jobs
from taskxl.page.month_cache import MonthCache
from taskxl.page.remembering import State, recall_workspaces, remember_workspace
from taskxl.paths import reach
from taskxl.workspace.folder import MASTER, Workspace


def _is_there(root: Path) -> bool:
    try:
        return (root / MASTER).is_file()
    except OSError:
        return True  # closed to us: who opens it is told why


@dataclass(frozen=True, slots=True)
class Space:
    """A workspace with its name in addresses."""

    name: str
    workspace: Workspace


@dataclass(frozen=True, slots=True)
class Clock:
    """The day and the moment, asked of whoever started the page."""

    today: Callable[[], date]
    now: Callable[[], datetime]


class House:
    """All that the page's handlers share."""

    def __init__(self, clock: Clock, door: Doorkeeper, state: State) -> None:
        self.clock, self.door, self.state = clock, door, state
        self.jobs = Jobs()
        self.drafts = Drafts(state.folder)
        self.months = MonthCache(clock.today)
        self._spaces: dict[str, Space] = {}
        for root in reversed(recall_workspaces(state)):
            self._know(root)

    def open_space(self, root: Path) -> Space:
        """Take a workspace up, the last one used from now on."""
        root = reach(root).resolve()
        remember_workspace(self.state, root)
        return self._know(root)

    def _know(self, root: Path) -> Space:
        root = reach(root)
        name = sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:12]
        self._spaces.pop(name, None)
        self._spaces[name] = Space(name, Workspace(root))
        return self._spaces[name]

    def find_space(self, name: str) -> Space | None:
        """Return a workspace by its name in addresses, None for none that is still there."""
        space = self._spaces.get(name)
        return space if space and _is_there(space.workspace.root) else None

    def list_spaces(self) -> list[Space]:
        """Return the workspaces that are still there, the last used first."""
        known = reversed(self._spaces.values())
        return [one for one in known if _is_there(one.workspace.root)]

    def master(self, space: Space) -> MasterList:
        """Return a workspace's list. Raises TaskxlError where it cannot be read."""
        return self.months.master(space.workspace)

    def periods(self, space: Space) -> list[Period]:
        """Return the months of a workspace that have been issued, the latest first."""
        settings = self.master(space).settings
        return [p for p in year_periods(settings) if space.workspace.has_month(p)][::-1]

    def period(self, space: Space, key: str) -> Period:
        """Return the period of a key of an address. Raises TaskxlError where it is none."""
        settings = self.master(space).settings
        period = Period.parse(key, settings)
        if period.year != settings.year:
            raise TaskxlError(f"这个工作区是 {settings.year} 年的，没有 {period.name}。")
        return period

    def next_period(self, space: Space) -> Period:
        """Return the month that is issued next: this month, in another year the first."""
        settings, today = self.master(space).settings, self.clock.today()
        month = today.month if today.year == settings.year else settings.first_month
        issued = self.periods(space)
        if issued and issued[0].month >= month:
            month = min(issued[0].month + 1, 12)
        return Period(settings.year, month, settings.first_month)
