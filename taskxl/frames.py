"""Months as pandas frames, for those who compute: one month, a year, or several bureaus.

    from taskxl.frames import read_months
    frames = read_months("2021年重点工作")             # every month that was merged
    frames["milestones"].groupby(["period", "light"]).size()

What is in the columns stands in `COLUMNS` and in docs/export.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskxl.errors import TaskxlError
from taskxl.ledger.looking import look_into_ledger
from taskxl.merge.counts import task_statuses
from taskxl.model import Altered, FileVerdict, Month, OfficeState, Period, Unplaced
from taskxl.text import show
from taskxl.workspace.folder import find_workspace
from taskxl.workspace.searching import find_workspaces

if TYPE_CHECKING:
    import pandas

TASK_COLUMNS = ("task", "number", "title", "section", "leader", "lead_office", "status")
MILESTONE_COLUMNS = (
    "milestone", "task", "text", "due", "vague", "light", "days_over", "office", "state", "done_on",
    "note",
)  # fmt: skip
ENTRY_COLUMNS = (
    "task", "office", "status", "progress", "obstacles", "remarks", "file", "sheet", "row",
)  # fmt: skip
FINDING_COLUMNS = ("code", "severity", "office", "task", "file", "sheet", "cell", "message")


COLUMNS: Mapping[str, str] = {
    "bureau": "单位名称（设置）",
    "period": "报告月份，2021-04",
    "task": "任务的标识（主清单），一年不变",
    "number": "清单上的编号",
    "title": "项目名称",
    "section": "清单里的分段",
    "leader": "分管负责同志",
    "lead_office": "牵头股室",
    "status": "进度状态：已完成、正常推进、进度滞后、尚未启动；tasks 里没有人说的为 未填",
    "milestone": "节点的标识，如 3/2",
    "text": "节点或未归位内容的原文",
    "due": "节点的完成时限；offices 里：报送期限到了没有",
    "vague": "时限为什么没有，或为什么只是推定",
    "light": "节点状态：done 已完成、on time 未到期、near 临近、overdue 逾期、"
    "severe 严重滞后、unknown 时限待定",
    "days_over": "超期天数；负数是还有几天",
    "office": "股室",
    "state": "milestones 里：股室报的完成情况；offices 里：submitted 按时、late 迟报、"
    "missing 未报送、rejected 须重报",
    "done_on": "完成日期",
    "note": "节点的说明",
    "progress": "进展情况（办公室修订过的，以修订为准）",
    "obstacles": "存在问题和下一步工作计划",
    "remarks": "备注",
    "file": "来稿文件，相对于“回收”",
    "sheet": "工作表",
    "row": "行号",
    "cell": "单元格",
    "files": "采用了哪些文件",
    "received_at": "收到的时间",
    "registration": "办公室的登记说明",
    "receipt": "时间的依据：mail 邮件、file 文件、hand 登记、form 填报日期",
    "reporter": "填报人",
    "approved": "是否经分管负责同志审定",
    "tasks": "应填几项任务",
    "filled": "填了几项",
    "reported_on": "填报日期",
    "approval": "审定一栏写的",
    "owes": "是否应报送",
    "months_missing": "连本期在内连续几个月没有可用的表",
    "sha256": "文件内容的摘要",
    "verdict": "文件的结论：accepted 采用、partial 部分采用、superseded 已被新表替代、"
    "duplicate 重复、rejected 未采用、skipped 略过",
    "code": "代码（taskxl explain 代码）",
    "reason": "原因",
    "field": "改动的是哪一栏",
    "was": "下发时的文字",
    "now": "报来时的文字",
    "severity": "程度：error 须处理、warning 请注意、info 请核实",
    "message": "写明是什么、要怎样",
}
"""What stands in each column, in Chinese."""


def read_months(*folders: str | Path, month: str | None = None) -> "dict[str, pandas.DataFrame]":
    """Return the merged months of one or more workspaces as frames, put under one another.

    `month` picks one (`2021-04`). Nothing is merged anew, and nothing is written: months are as
    their last merge left them.
    Raises TaskxlError where a folder is no workspace, or nothing of it was merged.
    """
    months = [one for folder in folders for one in _read_folder(Path(folder), month)]
    return stack_months(months)


def read_rollup(
    *folders: str | Path, month: str | None = None, year: int | None = None
) -> "tuple[dict[str, pandas.DataFrame], list[tuple[str, str]]]":
    """Return the merged months of every workspace in some folders, and which ones are not there.

    Like `read_months`, but each of `folders` may hold many workspaces below it, and
    one that is damaged, or has nothing merged of the `month` (`2021-04`) or the `year`, stops
    nothing: it is in the second list, with the reason in Chinese.
    Raises TaskxlError where nothing at all can be read.
    """
    stacked: list[dict[str, pandas.DataFrame]] = []
    skipped = []
    for folder in folders:
        try:
            found = find_workspaces(Path(folder))
        except TaskxlError as error:
            skipped.append((str(folder), str(error)))
            continue
        for one in found:
            try:
                months = _read_folder(one, month, year)
                # Frames are small beside months: of thousands of bureaus only these are kept.
                stacked.append(stack_months(months))
            except TaskxlError as error:
                skipped.append((str(one), str(error)))
    if not stacked:
        reason = skipped[0][1] if skipped else "没有写文件夹。"
        raise TaskxlError(f"没有能读的工作区。{reason}")
    return _stack(stacked), skipped


def _read_folder(folder: Path, month: str | None, year: int | None = None) -> list[Month]:
    workspace = find_workspace(folder, exact=True)
    with look_into_ledger(workspace) as ledger:
        keys = sorted({merge.period for merge in ledger.merges()}) if ledger else []
        keys = [key for key in keys if month in (None, key) and year in (None, int(key[:4]))]
        periods = [Period(int(key[:4]), int(key[5:])) for key in keys]
        found = [one for period in periods if ledger and (one := ledger.month(period))]
    if not found:
        which = f"{show(month, 20)}的汇总" if month else f"{year or ''}汇总过的月份"
        raise TaskxlError(f"“{show(folder)}”的台账里没有{which}。请先运行 taskxl merge。")
    return found


def stack_months(months: Sequence[Month]) -> "dict[str, pandas.DataFrame]":
    """Return months as frames, each noun's put under one another; see `to_frames`."""
    return _stack([to_frames(month) for month in months])


def _stack(made: "Sequence[dict[str, pandas.DataFrame]]") -> "dict[str, pandas.DataFrame]":
    import pandas

    # Blank frames would make the types of the others uncertain.
    return {
        name: pandas.concat(kept, ignore_index=True)
        if (kept := [frames[name] for frames in made if not frames[name].empty])
        else made[0][name]
        for name in made[0]
    }


def to_frames(month: Month) -> "dict[str, pandas.DataFrame]":
    """Return one frame a noun, by name: `tasks`, `milestones`, `entries`, `offices` and so on.

    Columns are named as in `merge --json`; every frame also has `bureau` and `period` (`2021-04`),
    so that months and bureaus can be put under one another. Dates are pandas dates, missing values
    are missing.
    """
    statuses = task_statuses(month)
    tasks = [
        (t.id, t.number, t.title, t.section, t.leader, next(iter(t.offices), None), statuses[t.id])
        for t in month.master.tasks
    ]
    milestones = [
        (
            state.milestone.id,
            state.task.id,
            state.milestone.text,
            state.milestone.due,
            state.milestone.vague,
            state.light,
            state.days_over,
            state.entry.office if state.entry else None,
            state.entry.state if state.entry else None,
            state.entry.done_on if state.entry else None,
            state.entry.note if state.entry else None,
        )
        for state in month.milestones
    ]
    frames = {
        "tasks": _frame(tasks, TASK_COLUMNS),
        "milestones": _frame(milestones, MILESTONE_COLUMNS, ("due", "done_on")),
        "entries": _frame(_records(month.entries, ENTRY_COLUMNS), ENTRY_COLUMNS),
        "offices": _of_nouns(month.offices, OfficeState, ("received_at", "reported_on")),
        "files": _of_nouns(month.files, FileVerdict),
        "unplaced": _of_nouns(month.unplaced, Unplaced),
        "altered": _of_nouns(month.altered, Altered),
        "findings": _frame(_records(month.findings, FINDING_COLUMNS), FINDING_COLUMNS),
    }
    for frame in frames.values():
        frame.insert(0, "bureau", month.master.settings.bureau)
        frame.insert(1, "period", month.period.key)
    frames["milestones"]["days_over"] = frames["milestones"]["days_over"].astype("Int64")
    return frames


def _of_nouns(nouns: Sequence[Any], kind: type, dates: Sequence[str] = ()) -> "pandas.DataFrame":
    columns = [one.name for one in fields(kind)]
    return _frame(_records(nouns, columns), columns, dates)


def _records(nouns: Sequence[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(noun, column) for column in columns) for noun in nouns]


def _frame(
    records: Sequence[tuple[Any, ...]], columns: Sequence[str], dates: Sequence[str] = ()
) -> "pandas.DataFrame":
    import pandas

    frame = pandas.DataFrame(records, columns=list(columns))
    for column in dates:
        frame[column] = pandas.to_datetime(frame[column])
    return frame
