"""工作总结 and the calendar of a year, in the workspace."""

from datetime import datetime

from taskxl.dates.year import year_periods
from taskxl.desk.bulletin import WrittenDocument
from taskxl.desk.lists import load_master
from taskxl.desk.months import describe_unmerged
from taskxl.errors import TaskxlError
from taskxl.ledger import Ledger, open_ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.own import careful_writer
from taskxl.model import Month, Settings
from taskxl.roster import Roster
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


def write_year_report(workspace: Workspace, now: datetime) -> WrittenDocument:
    """Write `2021年重点工作总结.docx` of the months as they were last merged.

    `now` is when it is written, which the report bears as its date. What a person made of the one
    that lies there is kept aside. Raises TaskxlError where no month was merged yet, the template is
    wrong or writing fails.
    """
    from taskxl.reports.bulletin.document import YEAR_REPORT, fill_document
    from taskxl.reports.year_report.year_contents import make_year_contents

    settings = load_master(workspace)[0].settings
    path = workspace.year_report_path(settings.year)
    template = workspace.template(YEAR_REPORT)
    with hold_workspace(workspace, "year"), look_into_ledger(workspace) as ledger:
        ledger, months = merged_months(ledger, settings)
        notes = [*_find_missing(workspace, settings, months)]
        content = fill_document(YEAR_REPORT, template, make_year_contents(months, now.date()))
        written = careful_writer(ledger, workspace.root, now).write(path, content)
    return WrittenDocument(path, written.changed, None, (*notes, *filter(None, [written.note])))


def merged_months(ledger: Ledger | None, settings: Settings) -> tuple[Ledger, list[Month]]:
    """Return a year's merged months, oldest first. Raises TaskxlError where there is none."""
    months = [month for p in year_periods(settings) if ledger and (month := ledger.month(p))]
    if ledger is None or not months:
        raise TaskxlError("台账里还没有汇总过的月份。请先运行 taskxl merge。")
    return ledger, months


def _find_missing(workspace: Workspace, settings: Settings, months: list[Month]) -> list[str]:
    """Return lines on what the report does not know: months without a merge, files unseen."""
    merged = {month.period for month in months}
    notes = [
        f"{period.name}已下发，还没有汇总，总结里没有这个月。"
        for period in year_periods(settings)
        if workspace.has_month(period) and period not in merged
    ]
    notes += filter(None, [describe_unmerged(workspace, month) for month in months])
    last = months[-1].period
    if last.month < 12:
        notes.append(f"最近汇总的是{last.name}，总结写的是截至这个月的情况。")
    return notes


def write_calendar(
    workspace: Workspace, now: datetime, office: str | None = None
) -> WrittenDocument:
    """Write the milestones and report days of a year as a calendar file, of all or of one office.

    No month need have been merged; where one was, what is done by then is marked so. `now` is when
    that is recorded. Raises TaskxlError where there is no such office, or writing fails.
    """
    from taskxl.reports.year_calendar import make_calendar

    master, _ = load_master(workspace)
    with hold_workspace(workspace, "year"), open_ledger(workspace.ledger_path) as ledger:
        months = [one for p in year_periods(master.settings) if (one := ledger.month(p))]
        done = {
            state.milestone.id
            for month in months[-1:]
            for state in month.milestones
            if state.light == "done"
        }
        name = ""
        if office is not None:
            roster = Roster(master.offices)
            names = roster.spell_out(o for task in master.tasks for o in task.offices)
            name = roster.choose(office, names, f"有任务的{master.settings.office_word}")
        path = workspace.calendar_path(master.settings.year, name)
        content = make_calendar(master, done, name)
        written = careful_writer(ledger, workspace.root, now).write(path, content)
    return WrittenDocument(path, written.changed, None, tuple(filter(None, [written.note])))
