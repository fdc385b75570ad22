"""The next year begun from the last: its list carried over, its tasks' history linked."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from taskxl.desk.lists import load_master
from taskxl.desk.taking_over import InitReport
from taskxl.errors import TaskxlError
from taskxl.ledger import Ledger, open_ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.master.book.making import write_master
from taskxl.master.revising.carrying import carry_over, find_origin, without_origins
from taskxl.merge.counts import task_statuses
from taskxl.model import Month, Period
from taskxl.reports.year_view import Past
from taskxl.text import show
from taskxl.words import DONE
from taskxl.workspace.files import write_whole
from taskxl.workspace.folder import Workspace, find_workspace
from taskxl.workspace.lock import hold_workspace

CARRIED = "结转自 "
"""How the ledger's record of a list begins that was carried over; the old workspace follows."""


def init_from_year(root: Path, old: Path, now: datetime | None = None) -> InitReport:
    """Make a workspace for the year after that of the workspace `old`.

    Unfinished tasks and those that go on come over; see `carry_over`. What is done is what the
    last merged month says. `now` is when it is recorded in the ledger. One that is there already
    stays as it is. Raises TaskxlError where `old` is no workspace, or the folder cannot be written.
    """
    workspace = Workspace(root)
    before = find_workspace(old, exact=True)
    if workspace.root.resolve() == before.root.resolve():
        raise TaskxlError("新的一年要用新的文件夹，不能写进上一年的工作区。")
    if workspace.master_path.exists():
        master, _ = load_master(workspace)
        return InitReport(workspace.master_path, False, master.tasks, ())
    listed, _ = load_master(before)
    if not listed.settings.year:
        raise TaskxlError(
            f"“{show(before.master_path)}”的“设置”里没有填年份，不知道下一年是哪一年。请先填上。"
        )
    with look_into_ledger(before) as ledger:
        last = _last_month(ledger, listed.settings.year)
    statuses = task_statuses(last) if last else {}
    carried = carry_over(
        listed,
        {task for task, status in statuses.items() if status == DONE},
        {s.milestone.id for s in last.milestones if s.light == "done"} if last else set(),
    )
    if not carried.master.tasks:
        raise TaskxlError(
            f"“{show(before.root)}”里的任务都已完成或销号，没有要结转的。"
            "请由新的清单建工作区：taskxl init 工作区 --from 清单"
        )
    workspace.create()
    with hold_workspace(workspace, "init"), open_ledger(workspace.ledger_path) as own:
        source = os.path.relpath(before.root.resolve(), workspace.root.resolve())
        where = f"{CARRIED}{Path(source).as_posix()}"
        own.record_import(carried.master, where, now)
        # Then as a document would state it: where a task came from is the list's own remark, which
        # a document of the new year that does not have it must not take away.
        own.record_import(without_origins(carried.master), where, now)
        write_whole(workspace.master_path, write_master(carried.master))
    year = listed.settings.year
    notes = [_tell_basis(year, last)]
    count, left = len(carried.master.tasks), len(carried.left)
    notes.append(
        f"{year}年的 {len(listed.tasks)} 项任务，结转 {count} 项：没有完成的"
        f" {carried.unfinished} 项，长期的 {carried.recurring} 项；"
        f"没有结转的 {left} 项（已完成或已销号）。"
    )
    undated = sum(m.due is None for task in carried.master.tasks for m in task.milestones)
    if undated:
        notes.append(f"有 {undated} 个节点还没有新的时限，请在“节点”表里填上。")
    if listed.settings.spring_term or listed.settings.autumn_term or listed.settings.year_end:
        notes.append("“设置”里的开学日期、年底截止日期是上一年的，没有带过来，请填上新的。")
    word = carried.master.settings.office_word
    tasks = carried.master.tasks
    return InitReport(workspace.master_path, True, tasks, (), tuple(notes), word=word)


def _tell_basis(year: int, last: Month | None) -> str:
    if last is None:
        return f"{year}年还没有汇总过，哪些完成了看不出来：没有销号的任务都结转了。请核对。"
    tail = "" if last.period.month == 12 else "，以后完成的还不知道。请核对"
    return f"是否完成，按{last.period.name}的汇总认定{tail}。"


def _last_month(ledger: Ledger | None, year: int) -> Month | None:
    if ledger is None:
        return None
    months = (ledger.month(Period(year, month)) for month in range(12, 0, -1))
    return next((month for month in months if month is not None), None)


def recall_past(
    workspace: Workspace, ledger: Ledger | None
) -> tuple[Mapping[str, Past], str | None]:
    """Return what was last said in the year before of each carried task, by its present id.

    Beside it a line for the 办公室 where the old workspace cannot be read; a year that was not
    carried over has no past and no line.
    """
    found = ledger.find_import(CARRIED) if ledger else None
    if found is None:
        return {}, None
    source, stated = found
    place = Path(workspace.root, source.removeprefix(CARRIED))
    try:
        before = find_workspace(place, exact=True)
        year = stated.settings.year - 1
        with look_into_ledger(before) as old:
            last = _last_month(old, year)
    except TaskxlError:
        return {}, f"上一年的工作区“{show(place.name)}”不在原处或打不开，时间线里没有接上它的情况。"
    if last is None:
        return {}, None
    pasts = {}
    for task in stated.tasks:
        origin = find_origin(task)
        if origin is not None and origin.year == year:
            said = tuple(entry for entry in last.entries if entry.task == origin.id)
            pasts[task.id] = Past(last.period, origin.number, said)
    return pasts, None
