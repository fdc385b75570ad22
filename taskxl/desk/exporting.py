"""Merged months as flat tables in the workspace, for those who compute."""

from datetime import datetime

from taskxl.dates.year import year_periods
from taskxl.desk.bulletin import WrittenDocument
from taskxl.desk.lists import load_master
from taskxl.errors import TaskxlError
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.own import careful_writer
from taskxl.model import Period
from taskxl.reports.flat_tables import Kind, write_flat
from taskxl.workspace.files import make_folder
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


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
            make_folder(place.parent)
            written.append(writer.write(place, content))
    notes = tuple(one.note for one in written if one.note)
    return WrittenDocument(path, any(one.changed for one in written), None, notes)
