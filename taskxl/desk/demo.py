"""The shipped examples as a workspace: two months of a fictional bureau, done by the desk."""

import os
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file
from importlib.resources.abc import Traversable
from pathlib import Path

from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master, read_lists
from taskxl.desk.merging import merge_returns
from taskxl.desk.taking_over import init_workspace
from taskxl.errors import TaskxlError
from taskxl.model import Month, Period
from taskxl.resources import shipped
from taskxl.text import show
from taskxl.workspace.files import write_whole
from taskxl.workspace.folder import Workspace

MASTER_LIST = "附件1-重点工作任务一览表.xlsx"
RECEIPTS = "收到时间.tsv"
YEAR = 2026
MONTHS = (3, 4)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The last month of the demo, its summary workbook and one of the forms."""

    month: Month
    summary: Path
    form: Path


def run_demo(folder: Path) -> DemoReport:
    """Make a workspace from the examples and run its months; twice gives the same.

    Raises TaskxlError when `folder` holds something else.
    """
    workspace = Workspace(folder)
    examples = shipped("examples")
    others = workspace.root.is_dir() and any(workspace.root.iterdir())
    with as_file(examples.joinpath(MASTER_LIST)) as path:
        if others and not (workspace.master_path.exists() and _is_demo(workspace, path)):
            raise TaskxlError(
                f"{show(folder)} 里已有别的文件，样例没有写进去。"
                "请换一个空文件夹：taskxl demo 文件夹"
            )
        init_workspace(folder, [path], YEAR)
    for month in MONTHS:
        period = Period(YEAR, month)
        issue_forms(workspace, period)
        copy_returns(examples.joinpath(period.key), workspace.returns_folder(period))
        report = merge_returns(workspace, period)
    form = workspace.form_path(report.month.offices[0].office, period)
    return DemoReport(report.month, report.summary, form)


def _is_demo(workspace: Workspace, master_list: Path) -> bool:
    task_list, _ = read_lists([master_list])
    return load_master(workspace)[0].title == task_list.title


def copy_returns(source: Traversable, target: Path) -> None:
    """Copy a month's returns into `target`, each with the time at which it arrived.

    The times stand in `source`'s manifest 收到时间.tsv: one line a file, name and local time.
    """
    lines = source.joinpath(RECEIPTS).read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        name, received = line.split("\t")[:2]
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = source.joinpath(name).read_bytes()
        if path.exists() and path.read_bytes() != content:
            continue  # somebody tries out what happens when a return is changed
        write_whole(path, content)
        moment = datetime.fromisoformat(received).timestamp()
        os.utime(path, (moment, moment))
