"""Many bureaus at the desk: workspaces and mailed summaries found, merged, put together."""

import multiprocessing
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from taskxl import __version__
from taskxl.desk.bulletin import WrittenDocument
from taskxl.desk.mailed_summaries import (
    Mailed,
    join_bureaus,
    leave_out_other_years,
    read_summaries,
)
from taskxl.desk.merging import merge_returns
from taskxl.desk.periods import choose_period
from taskxl.desk.return_files import READING, Progress
from taskxl.desk.spreading import HERE, Lost, Spread, spread_jobs
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.intake.workers import keep_readers_warm
from taskxl.ledger.looking import look_into_ledger
from taskxl.model import MasterList, Period, Settings
from taskxl.reports.rollup.bureau_gaps import U602, U603, find_gaps
from taskxl.reports.rollup.bureau_years import BureauYear, condense
from taskxl.text import show
from taskxl.workspace.files import CarefulWriter, explain_os_error, make_folder, read_whole
from taskxl.workspace.folder import Workspace
from taskxl.workspace.searching import find_bureaus

_WRITTEN = ".taskxl.written"
"""What taskxl wrote into a folder that is no workspace."""


# ---------------------------------------------------------------- which workspaces


@dataclass(frozen=True, slots=True)
class Found:
    """What lies where somebody named it: workspaces, and workbooks that may be summaries.

    `named` are those of `workbooks` that were named themselves and not found in a folder.
    """

    workspaces: tuple[Path, ...]
    workbooks: tuple[Path, ...]
    named: frozenset[Path]
    findings: tuple[Finding, ...]


def look_for(named: Sequence[Path]) -> Found:
    """Return the workspaces and workbooks of the folders and files `named`, each once."""
    folders: dict[Path, Path] = {}
    files: dict[Path, Path] = {}
    faults = []
    for path in named:
        if path.is_file():
            files.setdefault(path.resolve(), path)
            continue
        try:
            workspaces, workbooks = find_bureaus(path)
        except TaskxlError as error:
            faults.append(U603.found(str(error), file=show(path)))
            continue
        if not workspaces and not workbooks:
            told = f"“{show(path)}”里没有工作区，也没有汇总工作簿。请核对路径。"
            faults.append(U603.found(told, file=show(path)))
        for one in workspaces:
            folders.setdefault(one.resolve(), one)
        for one in workbooks:
            files.setdefault(one.resolve(), one)
    own = frozenset(path for path in named if path.is_file())
    return Found(tuple(folders.values()), tuple(files.values()), own, tuple(faults))


# ---------------------------------------------------------------- each one merged


@dataclass(frozen=True, slots=True)
class MergeJob:
    """A workspace to merge: the month as it was typed ("": the current one), and when that is."""

    folder: str
    month: str
    now: datetime


@dataclass(frozen=True, slots=True)
class MergedBureau:
    """What became of a workspace: the month that was merged, or in a line why none was.

    `notes` are what its own merge said.
    """

    folder: str
    period: str = ""
    written: bool = False
    notes: tuple[str, ...] = ()
    fault: str = ""


def merge_bureau(job: MergeJob) -> MergedBureau:
    """Merge one workspace, in whatever process this is; what goes wrong is told, not raised."""
    workspace = Workspace(Path(job.folder))
    keep_readers_warm(READING)
    try:
        period = choose_period(workspace, job.month or None, job.now.date())
        done = merge_returns(workspace, period, None, job.now)
    except TaskxlError as error:
        return MergedBureau(job.folder, fault=str(error))
    except Exception as error:  # one workspace stops nothing
        return MergedBureau(job.folder, fault=_unexpected(error))
    return MergedBureau(job.folder, period.key, done.written, done.notes)


def merge_bureaus(
    folders: Sequence[Path], month: str | None, now: datetime, spread: Spread, progress: Progress
) -> list[MergedBureau]:
    """Merge workspaces, one job each, wherever `spread` says; in the order of `folders`.

    Results are the same wherever they are made, file by file.
    """
    jobs = [MergeJob(str(folder.absolute()), month or "", now) for folder in folders]
    probe = partial(look_from_worker, tuple(job.folder for job in jobs), __version__)
    results = spread_jobs(merge_bureau, jobs, spread, progress, probe)
    return [
        MergedBureau(job.folder, fault=one.reason) if isinstance(one, Lost) else one
        for job, one in zip(jobs, results, strict=True)
    ]


def look_from_worker(folders: Sequence[str], version: str) -> str:
    """Return why the process in which this runs cannot merge workspaces, "" where it can."""
    if version != __version__:
        return f"上的 taskxl 是 {__version__} 版，这里是 {version} 版。请在各台机器上装同一版"
    if multiprocessing.current_process().daemon:
        return "不能再开读取进程。请这样启动：DASK_DISTRIBUTED__WORKER__DAEMON=False dask worker …"
    hidden = next((folder for folder in folders if not Path(folder).is_dir()), None)
    if hidden is not None:
        return f"看不到文件夹“{hidden}”。请在每台机器上从同一个路径挂上共享文件夹"
    return ""


def _unexpected(error: Exception) -> str:
    return f"程序遇到没有料到的情况（{type(error).__name__}）。请单独运行这个工作区看看。"


# ---------------------------------------------------------------- put together


@dataclass(frozen=True, slots=True)
class Gathered:
    """The bureaus of a year as of a month, in the order of their names, and all that is missing."""

    bureaus: tuple[BureauYear, ...]
    period: Period
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A workspace whose ledger was looked into: the keys of its merged months, or what is wrong."""

    folder: Path
    keys: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which workspaces are put together, as of which month, and which ones are not."""

    folders: tuple[Path, ...]
    period: Period
    findings: tuple[Finding, ...]


def plan_rollup(
    found: Found,
    mailed: Sequence[Mailed] = (),
    year: int | None = None,
    month: str | None = None,
) -> Plan:
    """Return what is put together of the workspaces `found` and the summaries `mailed`.

    Raises TaskxlError where none of them has a merged month of the year.
    """
    faults = [*found.findings]
    seen = [_look(folder) for folder in found.workspaces]
    faults += [U603.found(one.fault, file=show(one.folder)) for one in seen if one.fault]
    there = [one for one in seen if not one.fault]
    known = [*there, *(_Seen(one.path, (one.told.period.key,)) for one in mailed)]
    chosen = year or _choose_year(known)
    period = _choose_period(known, chosen, month)
    own = []
    for one in there:
        if one.keys and not _of_year(one, chosen):
            years = "、".join(sorted({f"{key[:4]}年" for key in one.keys}))
            told = f"是{years}的，这里汇总的是 {chosen} 年。没有算进去。"
            faults.append(U602.found(told, file=show(one.folder)))
        else:
            own.append(one.folder)
    return Plan(tuple(own), period, tuple(faults))


def gather_bureaus(
    named: Sequence[Path],
    year: int | None = None,
    month: str | None = None,
    spread: Spread = HERE,
    progress: Progress = None,
) -> Gathered:
    """Return the bureaus whose workspaces or summary workbooks lie in the folders `named`.

    `year` is by default the one that most of them have, `month` (as it is typed) the latest that
    any of them has merged. Nothing is merged anew and nothing is written.
    Raises TaskxlError where none of them has a merged month of the year.
    """
    found = look_for(named)
    mailed, doubts = read_summaries(found.workbooks, found.named)
    plan = plan_rollup(found, mailed, year, month)
    period, faults = plan.period, [*plan.findings, *doubts]
    mailed, others = leave_out_other_years(mailed, period.year)
    faults += others
    jobs = [_ReadJob(str(one), period.key) for one in plan.folders]
    bureaus = []
    for job, read in zip(jobs, spread_jobs(read_bureau, jobs, spread, progress), strict=True):
        if isinstance(read, BureauYear):
            bureaus.append(read)
        else:
            reason = read.reason if isinstance(read, Lost) else read
            faults.append(U603.found(reason, file=show(job.folder)))
    bureaus = _tell_apart(sorted(bureaus, key=lambda one: (one.bureau, one.folder)))
    bureaus, taken = join_bureaus(bureaus, mailed, period)
    bureaus.sort(key=lambda one: (one.bureau, one.folder))
    faults += taken
    if not any(one.months for one in bureaus):
        raise TaskxlError(
            f"这些工作区都没有汇总过 {period.year} 年的月份。请先运行 taskxl merge，或核对 --year。"
        )
    findings = (*faults, *find_gaps(bureaus, period))
    return Gathered(tuple(bureaus), period, findings)


def _look(folder: Path) -> _Seen:
    try:
        with look_into_ledger(Workspace(folder)) as ledger:
            keys = {merge.period for merge in ledger.merges()} if ledger else set()
    except TaskxlError as error:
        return _Seen(folder, fault=str(error))
    except Exception as error:  # one workspace stops nothing
        return _Seen(folder, fault=_unexpected(error))
    return _Seen(folder, tuple(sorted(keys)))


def _choose_year(seen: Sequence[_Seen]) -> int:
    """Return the year of most workspaces, the later of two."""
    years = Counter(int(max(one.keys)[:4]) for one in seen if one.keys)
    if not years:
        raise TaskxlError(
            "这里没有汇总过的工作区，也没有汇总工作簿。请核对文件夹，或先运行 taskxl merge。"
        )
    return max(years, key=lambda year: (years[year], year))


def _choose_period(seen: Sequence[_Seen], year: int, month: str | None) -> Period:
    if month is not None:
        period = Period.parse(month, Settings(year=year))
        if period.year != year:
            raise TaskxlError(f"{period.name}不在 {year} 年。请核对 --year 和月份。")
        return period
    keys = [key for one in seen for key in _of_year(one, year)]
    if not keys:
        raise TaskxlError(
            f"这些工作区都没有汇总过 {year} 年的月份。请先运行 taskxl merge，或核对 --year。"
        )
    return Period(year, int(max(keys)[5:]))


def _of_year(one: _Seen, year: int) -> list[str]:
    return [key for key in one.keys if int(key[:4]) == year]


@dataclass(frozen=True, slots=True)
class _ReadJob:
    folder: str
    until: str


def read_bureau(job: _ReadJob) -> BureauYear | str:
    """Return a bureau's year up to a month, or in a line why it cannot be read."""
    folder = Path(job.folder)
    year = int(job.until[:4])
    try:
        with look_into_ledger(Workspace(folder)) as ledger:
            periods = [Period(year, month) for month in range(1, int(job.until[5:]) + 1)]
            months = [one for p in periods if ledger and (one := ledger.month(p))]
            named = Settings()
            if ledger and not months:
                named = _last_settings([*ledger.master_lists()])
        if months:
            return condense(months, show(folder))
    except TaskxlError as error:
        return str(error)
    except Exception as error:  # one workspace stops nothing
        return _unexpected(error)
    return BureauYear(named.bureau, show(folder), named.office_word, (), (), ())


def _last_settings(lists: Sequence[MasterList]) -> Settings:
    """Return the settings of the list that tells the bureau's name, of several the last."""
    settings = [one.settings for one in lists]
    return next((one for one in reversed(settings) if one.bureau), Settings())


def _tell_apart(bureaus: Sequence[BureauYear]) -> list[BureauYear]:
    """Return bureaus so that each has a name: one without is called by its folder."""
    return [one if one.bureau else replace(one, bureau=_name_of(one.folder)) for one in bureaus]


def _name_of(folder: str) -> str:
    path = Path(folder)
    # Workspaces are often called alike, 2021年重点工作, each in the folder of its bureau.
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def write_rollup_book(gathered: Gathered, path: Path) -> WrittenDocument:
    """Write what was gathered as a workbook; what a person made of one that lies there stays aside.

    Raises TaskxlError where writing fails.
    """
    from taskxl.reports.rollup.rollup_book import write_rollup

    content = write_rollup(gathered.bureaus, gathered.findings, gathered.period)
    make_folder(path.absolute().parent)
    written = folder_writer(path.absolute().parent).write(path, content)
    return WrittenDocument(path, written.changed, None, tuple(filter(None, [written.note])))


def folder_writer(folder: Path) -> CarefulWriter:
    """Return the writer of files in a folder that is no workspace: what is a person's stays."""
    return CarefulWriter(folder, _FolderRecords(folder))


@dataclass(frozen=True, slots=True)
class _FolderRecords:
    """Knows what taskxl wrote into a folder without a ledger: see `Records`.

    It is kept in a file of the folder, a line each: the SHA-256, a blank, the name.
    """

    folder: Path

    def _lines(self) -> list[tuple[str, str]]:
        path = self.folder / _WRITTEN
        if not path.is_file():
            return []
        text = read_whole(path).decode("utf-8", "replace")
        return [(line[:64], line[65:]) for line in text.splitlines()]

    def wrote(self, digest: str) -> bool:
        return any(digest == known for known, _ in self._lines())

    def knows(self, name: str) -> bool:
        return any(name == known for _, known in self._lines())

    def record(self, name: str, digest: str) -> None:
        if (digest, name) in self._lines():
            return
        path = self.folder / _WRITTEN
        try:
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{digest} {name}\n")
        except OSError as error:
            raise TaskxlError(f"“{show(path)}”没有写入：{explain_os_error(error)}") from error

    def keep(self, name: str, content: bytes) -> None:
        """Keep nothing more: the copy that is put aside is all there is."""
