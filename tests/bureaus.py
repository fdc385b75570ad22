"""Many bureaus: workspaces of one task list, each with its own offices' returns filled in."""

import os
import shutil
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from benchmarks.merge_thousand import fill_form
from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.master.book.making import make_master, write_master
from taskxl.model import Milestone, Period, Settings, Task, TaskList
from taskxl.workspace.folder import Workspace

NOW = datetime(2021, 4, 27, 9)
STEPS = ((3, "一是3月底前印发方案。"), (6, "二是6月底前组织自查。"), (11, "三是11月底前报送总结。"))


def make_list(offices: int, year: int = 2021) -> TaskList:
    """Return the city's list, the same for all counties: one task an office."""
    return TaskList(
        f"县区{year}年重点工作任务一览表",
        year,
        tuple(
            Task(
                number=str(n),
                title=f"推进第{n}项重点工作",
                leader="沈知远",
                content="按市局部署推进。\n关键节点：",
                lead_offices=(f"第{n:02}股",),
                milestones=tuple(Milestone(text, date(year, month, 28)) for month, text in STEPS),
            )
            for n in range(1, offices + 1)
        ),
    )


def make_bureau(
    root: Path,
    number: int,
    offices: int,
    months: Sequence[int] = (4,),
    year: int = 2021,
    merged: Sequence[int] | None = None,
) -> Workspace:
    """Make a county's workspace: forms issued, filled and lying in 回收/.

    Office n of bureau b sends nothing where (b + n) is divisible by seven. `merged` are the months
    merged (all of them where None).
    """
    workspace = Workspace(root / f"{number:04}县教育局" / f"{year}年重点工作")
    workspace.root.mkdir(parents=True)
    settings = Settings(f"{number:04}县教育局", year)
    master = make_master(make_list(offices, year), settings)
    workspace.master_path.write_bytes(write_master(master))
    for month in months:
        period = Period(year, month)
        issued = issue_forms(workspace, period, now=NOW)
        for place, form in enumerate(sorted(issued.written), 1):
            if (number + place) % 7:
                path = issued.returns / form.name
                path.write_bytes(fill_form(form.read_bytes(), place))
                moment = datetime(year, month, 20, 9).timestamp()
                os.utime(path, (moment, moment))
        if merged is None or month in merged:
            merge_returns(workspace, period, now=NOW)
    return workspace


def copy_bureaus(source: Path, target: Path) -> Path:
    """Copy workspaces with the times of their files."""
    shutil.copytree(source, target)
    return target
