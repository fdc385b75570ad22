"""Months as they stand, looked at once for every state of their folder."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from taskxl.dates.year import year_periods
from taskxl.desk.lists import load_master
from taskxl.desk.merging import note_strays
from taskxl.desk.overview import Overview, sum_up
from taskxl.desk.standing import MonthStanding, judge_standing, recall_standing, stand_month
from taskxl.desk.task_views import FILTERS, TaskLine, list_tasks, recall_year
from taskxl.errors import TaskxlError
from taskxl.model import MasterList, Month, Period
from taskxl.page.jobs import interrupt_thread
from taskxl.page.odd_requests import FAULT, explain_refusal
from taskxl.workspace.folder import TEMPLATES, Workspace

Mark = tuple[object, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """A month as it stands; `waiting` where it is still being looked at and an earlier state shown.

    `standing` is None where nothing is known yet; `error` says why it cannot be looked at.
    """

    standing: MonthStanding | None
    waiting: bool = False
    error: str = ""


class MonthCache:
    """Looks at months of workspaces, each in a thread of its own; `today` is asked each time."""

    def __init__(self, today: Callable[[], date]) -> None:
        self.today = today
        self._lock = threading.Lock()
        self._looks: dict[tuple[Path, Period], tuple[Mark, MonthStanding]] = {}
        self._errors: dict[tuple[Path, Period], tuple[Mark, str]] = {}
        self._running: dict[tuple[Path, Period], threading.Event] = {}
        self._threads: list[threading.Thread] = []
        self._kept: dict[tuple[Path, str], tuple[object, Any]] = {}

    def master(self, workspace: Workspace) -> MasterList:
        """Return the workspace's list, read anew where the file has changed."""
        mark = _stat(workspace.master_path)
        return self.keep(workspace, "master", mark, lambda: load_master(workspace)[0])

    def keep(self, workspace: Workspace, what: str, mark: object, make: Callable[[], T]) -> T:
        """Return what `make` finds of a workspace, found once as long as `mark` is the same."""
        known = self._kept.get((workspace.root, what))
        if known is None or known[0] != mark:
            known = (mark, make())
            self._kept[workspace.root, what] = known
        return cast("T", known[1])

    def year(self, workspace: Workspace) -> tuple[Month, ...]:
        """Return the merged months of a workspace's year, oldest first."""
        mark = self.mark_workspace(workspace)
        return self.keep(
            workspace, "year", mark, lambda: recall_year(workspace, self.master(workspace))
        )

    def sum_up(self, workspace: Workspace, standing: MonthStanding) -> Overview:
        """Return what is said first of a month as it stands."""
        what = f"overview {standing.month.period.key}"
        return self.keep(workspace, what, Same(standing), lambda: sum_up(standing))

    def tasks(
        self, workspace: Workspace, standing: MonthStanding, chosen: str
    ) -> tuple[TaskLine, ...]:
        """Return the tasks of a month with the year's months up to it, of `chosen` lights only."""
        year = self.year(workspace)
        past = tuple(one for one in year if one.period <= standing.month.period)
        what = f"tasks {standing.month.period.key} {chosen if chosen in FILTERS else ''}"
        return self.keep(
            workspace,
            what,
            (Same(standing), Same(year)),
            lambda: tuple(list_tasks(standing.month, past, chosen)),
        )

    def strays(self, workspace: Workspace, month: Month) -> list[str]:
        """Return lines on what of a month lies elsewhere than in its 回收/."""
        mark = (
            Same(month),
            self._mark(workspace, month.period),
            _mark_below(workspace.month_folder(month.period)),
            tuple((one, _stat(one)) for one in _list_files(workspace.root)),
            tuple(tuple(workspace.list_returns(p)) for p in year_periods(month.master.settings)),
        )
        what = f"strays {month.period.key}"
        return self.keep(workspace, what, mark, lambda: note_strays(workspace, month))

    def mark_workspace(self, workspace: Workspace) -> Mark:
        """Return what changes whenever list, ledger or templates may say something else."""
        templates = workspace.root / TEMPLATES
        wal = workspace.ledger_path.with_name(f"{workspace.ledger_path.name}-wal")
        return (
            self.today(),
            _stat(workspace.master_path),
            _stat(workspace.ledger_path),
            found if (found := _stat(wal))[:1] > (0,) else None,
            tuple((one.name, _stat(one)) for one in _list_files(templates)),
        )

    def look(self, workspace: Workspace, period: Period, seconds: float = 0.2) -> Look:
        """Return a month as it stands now, or as it stood last where that takes longer."""
        key, mark = (workspace.root, period), self._mark(workspace, period)
        with self._lock:
            known = self._looks.get(key)
            if known is not None and known[0] == mark:
                return Look(known[1])
            failed = self._errors.get(key)
            if failed is not None and failed[0] == mark:
                return Look(None, error=failed[1])
            over = self._running.get(key)
            if over is None:
                over = self._running[key] = threading.Event()
                thread = threading.Thread(
                    target=self._work, args=(workspace, period, mark, over), daemon=True
                )
                self._threads = [one for one in self._threads if one.is_alive()] + [thread]
                thread.start()
        if over.wait(seconds):
            return self.look(workspace, period, seconds)
        if known is not None:
            return Look(known[1], waiting=True)
        return Look(recall_standing(workspace, period, self.today()), waiting=True)

    def interrupt(self) -> None:
        """Let nobody look any more, wherever they are; what they look at is only read."""
        for thread in self.looking():
            interrupt_thread(thread, SystemExit)

    def looking(self) -> list[threading.Thread]:
        """Return those who are looking."""
        with self._lock:
            return [one for one in self._threads if one.is_alive()]

    def put(self, workspace: Workspace, month: Month) -> MonthStanding:
        """Take over a month that somebody has just merged or looked at.

        Where a file has come since, which the month does not know, it is looked at anew instead.
        """
        standing = judge_standing(workspace, month, self.today())
        mark = self._mark(workspace, month.period)
        seen = {file.file for file in month.files}
        with self._lock:
            if set(workspace.list_returns(month.period)) <= seen:
                self._looks[workspace.root, month.period] = (mark, standing)
        return standing

    def _work(
        self, workspace: Workspace, period: Period, mark: Mark, over: threading.Event
    ) -> None:
        key = (workspace.root, period)
        try:
            standing = stand_month(workspace, period, self.today())
            with self._lock:
                self._looks[key] = (mark, standing)
        except (TaskxlError, OSError) as error:
            with self._lock:
                self._errors[key] = (mark, explain_refusal(error)[1])
        except Exception:
            with self._lock:  # once said, not tried again and again
                self._errors[key] = (mark, FAULT)
            raise
        finally:
            with self._lock:
                del self._running[key]
            over.set()

    def _mark(self, workspace: Workspace, period: Period) -> Mark:
        """Return what changes whenever a month may stand otherwise than before."""
        folder = workspace.returns_folder(period)
        files = tuple((name, _stat(folder / name)) for name in workspace.list_returns(period))
        return folder.is_dir(), files, self.mark_workspace(workspace)


class Same:
    """A mark that is the same only for the very same thing."""

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


def _list_files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # not there, or closed: who needs what lies there says so
        return []


def _mark_below(folder: Path) -> Mark:
    """Return the files of a folder and of those in it, with their states."""
    inner = [folder, *(one for one in _list_files(folder) if one.is_dir())]
    return tuple((one, _stat(one)) for part in inner for one in _list_files(part))


def _stat(path: Path) -> Mark:
    try:
        found = path.lstat()
    except OSError:
        return ()
    # A copy keeps the time of what it was made of; what else changes then differs by system.
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
