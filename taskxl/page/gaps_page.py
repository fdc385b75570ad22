"""缺口: what was found, by office and severity; each can be looked at in its return and settled."""

from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from taskxl.desk.gap_views import find_gap, list_gaps, list_offices, paste_send_back
from taskxl.desk.return_rows import show_row
from taskxl.desk.settling import settle_finding
from taskxl.errors import TaskxlError
from taskxl.findings import SEVERITY_WORDS
from taskxl.page.asking_page import Ask, text_of
from taskxl.page.month_page import paged, standing_of
from taskxl.text import is_blank

_ROWS = 50
_TONES = {"error": "bad", "warning": "warn", "info": ""}


def show_gaps(ask: Ask) -> Response:
    """Show the findings of a month, of one office or severity where the address says so."""
    standing, waiting = standing_of(ask)
    office, severity = ask.query("office"), ask.query("severity")
    month = standing.month
    lines = list_gaps(month, office, severity)
    rows = paged(ask, [one for one in lines if not one.reason], _ROWS)
    settled = [one for one in lines if one.reason]
    return ask.show(
        "gaps.html",
        table=rows,
        settled=settled,
        shown=[one.token for one in (*rows["rows"], *settled)],
        total=sum(not one.reason for one in lines),
        everything=len(month.findings),
        counts=[
            (key, word, sum(one.severity == key for one in month.findings))
            for key, word in SEVERITY_WORDS.items()
        ],
        offices=list_offices(month),
        office=office,
        severity=severity,
        asked=f"office={quote(office)}&severity={quote(severity)}&",
        words=SEVERITY_WORDS,
        tones=_TONES,
        waiting=waiting,
        send_back=paste_send_back(month, office) if office else "",
        word=month.master.settings.office_word,
    )


def show_gap_row(ask: Ask) -> Response:
    """Show the row of a finding as it stands in the return."""
    standing, _ = standing_of(ask)
    gap = find_gap(standing.month, ask.request.path_params["gap"])
    if gap is None or not gap.file or not gap.cell:
        raise TaskxlError("没有这一条了。请刷新后再看。")
    row = show_row(ask.here.workspace, standing.month, gap.file, gap.sheet or "", gap.cell)
    inner = ask.request.headers.get("hx-request") == "true"
    return ask.show("gap_row.html" if inner else "gap_row_page.html", row=row, gap=gap)


def settle(ask: Ask, form: FormData) -> Response:
    """Record why a finding does not count, or take that back."""
    standing, _ = standing_of(ask)
    gap = find_gap(standing.month, text_of(form, "gap"))
    if gap is None:
        raise TaskxlError("没有这一条了：表又来过，或者已经变了。请看看下面现在的。")
    reason, back = text_of(form, "reason"), text_of(form, "back") == "1"
    if not back and is_blank(reason):
        raise TaskxlError("请写明为什么不算，汇总里会写上这个理由。")
    workspace, now = ask.here.workspace, ask.house.clock.now()
    reason = "" if back else reason
    settle_finding(workspace, standing.month, gap, reason, now, text_of(form, "seen"))
    # Not the month from before: another tab may have corrected something meanwhile.
    ask.house.months.look(workspace, ask.month, 20.0)
    asked = [f"{name}={quote(ask.query(name))}" for name in ("office", "severity", "page")]
    return ask.go(f"{ask.path('gaps')}?{'&'.join(asked)}")
