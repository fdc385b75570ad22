"""Merged months as flat tables in the workspace, for those who compute."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from taskxl.dates.year import year_periods
from taskxl.desk.bulletin import WrittenDocument
from taskxl.desk.lists import load_master
from taskxl.desk.rolling_up import folder_writer, look_for, plan_rollup
from taskxl.errors import TaskxlError
from taskxl.frames import read_rollup
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.own import careful_writer
from taskxl.model import Period
from taskxl.reports.flat_tables import Kind, write_flat, write_frames
from taskxl.workspace.files import make_folder
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


def export_rollup(
    folders: Sequence[Path],
    month: str | None,
    year: int | None,
    kind: Kind,
    output: Path | None,
) -> WrittenDocument:
    """Write the merged months of many bureaus' workspaces, one month or the whole year.

    `output` is where, by default `2021年各单位数据.xlsx` in the current folder. Lines say which
    workspaces are not in it. Raises TaskxlError where nothing can be read, or writing fails.
    """
    found = look_for(folders)
    plan = plan_rollup(found, (), year, month)
    key = plan.period.key if month is not None else None
    frames, skipped = read_rollup(*plan.folders, month=key, year=plan.period.year)
    which = plan.period.label if month is not None else ""
    ending = "" if kind == "csv" else f".{kind}"
    path = output or Path.cwd() / f"{plan.period.year}年{which}各单位数据{ending}"
    written = []
    for name, content in write_frames(frames, kind).items():
        place = path / name if name else path
        make_folder(place.absolute().parent)
        written.append(folder_writer(place.absolute().parent).write(place, content))
    notes = [str(one) for one in plan.findings]
    if found.workbooks:
        notes.append(f"另有 {len(found.workbooks)} 个表格没有读：平表只取自工作区。")
    notes += [reason for _, reason in skipped]
    notes += [one.note for one in written if one.note]
    return WrittenDocument(path, any(one.changed for one in written), None, tuple(notes))


def export_months(
    workspace: Workspace, period: Period | None, kind: Kind, now: datetime
) -> WrittenDocument:
    """Write a month as it was last merged, or without `period` every merged month of the year.

    `now` is when it is recorded. What a person made of a file that lies there is kept aside.
    Raises TaskxlError where there is no such merge, or writing fails.
    """
    settings = load_master(workspace)[0].settings
    with hold_workspace(workspace, "export"), look_into_ledger(workspace) as ledger:
        wanted = [period] if period else year_periods(settings)
        months = [month for one in wanted if ledger and (month := ledger.month(one))]
        if ledger is None or not months:
            which = f"{period.name}还没有汇总过" if period else "还没有汇总过的月份"
            raise TaskxlError(f"{which}。请先运行 taskxl merge。")
        path = workspace.data_path(period, settings.year, kind)
        writer = careful_writer(ledger, workspace.root, now)
        written = []
        for name, content in write_flat(months, kind).items():
            place = path / name if name else path
            make_folder(place.parent, workspace.root)
            written.append(writer.write(place, content))
    notes = tuple(one.note for one in written if one.note)
    return WrittenDocument(path, any(one.changed for one in written), None, notes)
