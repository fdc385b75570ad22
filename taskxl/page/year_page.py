"""全年: the year at a glance, the history of every merge, and what can be fetched."""

from starlette.datastructures import FormData
from starlette.responses import FileResponse, Response

from taskxl.dates.year import year_periods
from taskxl.desk.archive import describe_merge, write_past_summary
from taskxl.desk.year_overview import list_history, sum_up_year
from taskxl.desk.yearbook import write_year
from taskxl.errors import TaskxlError
from taskxl.page.asking_page import Ask, text_of
from taskxl.page.jobs import Progress, Said
from taskxl.page.month_page import paged
from taskxl.page.odd_requests import number_of
from taskxl.text import show
from taskxl.words import OFFICE_STATES

_TONES = {"已报送": "done", "迟报": "warn", "未报送": "bad", "须重报": "bad"}


def show_year(ask: Ask) -> Response:
    """Show the year: tasks by months, offices' punctuality, months in numbers, history."""
    master = ask.house.master(ask.here)
    workspace, months = ask.here.workspace, ask.house.months
    year, history = months.keep(
        workspace,
        "year summed up",
        months.mark_workspace(workspace),
        lambda: (
            sum_up_year(months.year(workspace)),
            list_history(workspace, list(year_periods(master.settings))),
        ),
    )
    return ask.show(
        "year.html",
        year=year,
        table=paged(ask, list(year.tasks) if year else []),
        offices=list(year.offices[:100]) if year else [],
        tones=_TONES,
        history=[
            (period, [describe_merge(one, OFFICE_STATES) for one in reversed(merges)][:50])
            for period, merges in history
        ],
        book=ask.here.workspace.year_path(master.settings.year).is_file(),
        number=master.settings.year,
        word=master.settings.office_word,
    )


def write_book(ask: Ask, form: FormData) -> Response:
    """Write the year as a workbook, then offer it."""

    def work(progress: Progress) -> list[Said]:
        report = write_year(ask.here.workspace, ask.house.clock.now())
        said = [Said(f"台账写好了“{show(report.path.name)}”，可以在下面下载。", tone="done")]
        return said + [Said(note, tone="warn") for note in report.notes]

    return ask.work("写台账", work, ask.path("year"))


def write_past(ask: Ask, form: FormData) -> Response:
    """Write a month's summary as it stood at an earlier merge, beside today's."""
    period = ask.house.period(ask.here, text_of(form, "month"))
    place = number_of(text_of(form, "place"), 1, 999_999)
    if place is None:
        raise TaskxlError("没有这一次汇总。")

    def work(progress: Progress) -> list[Said]:
        now = ask.house.clock.now()
        written = write_past_summary(ask.here.workspace, period, place, now)
        return [
            Said(
                f"写好了“{show(written.path.name)}”，在“{show(written.path.parent)}”。", tone="done"
            )
        ]

    return ask.work("取出以前的汇总", work, ask.path("year"))


def fetch_book(ask: Ask) -> Response:
    """Return the year's workbook."""
    path = ask.here.workspace.year_path(ask.house.master(ask.here).settings.year)
    if not path.is_file():
        raise TaskxlError("还没有写过台账。请先点“写台账”。")
    return FileResponse(path, filename=path.name)
