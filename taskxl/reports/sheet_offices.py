"""报送情况: one row an office: whether it has reported, when, who, how much, what is missing."""

from collections import Counter
from collections.abc import Mapping

from taskxl.findings import SEVERITIES, SEVERITY_WORDS, Finding, OfficeColumn
from taskxl.model import OfficeState
from taskxl.reports.marks import REVISED, describe, worst
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.paper import clean_text
from taskxl.reports.styles import Tone
from taskxl.reports.tables import Cell, Column, Content, Link, Row, Table
from taskxl.reports.view import MonthView
from taskxl.text import show

SHEET = "报送情况"
GAPS_SHEET = "缺口清单"
STATE, MOMENT, REPORTER, APPROVED, FILLED = "报送状态", "收到时间", "填报人", "审定", "已填"
DATED, MONTHS, COMPLETE = "填报日期", "连续未报月数", "填全"
REGISTRATION, REGISTERED_SINCE = "登记说明", "〔新登记〕"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("股室", 13),
    Column("分管负责同志", 10),
    Column(STATE, 10),
    Column(MOMENT, 16),
    Column("时间依据", 10),
    Column("来稿文件", 22, "left"),
    Column(REGISTRATION, 14, "left"),
    Column(REPORTER, 9),
    Column(DATED, 11),
    Column(APPROVED, 9),
    Column("应填", 6, number="0"),
    Column(FILLED, 6, number="0"),
    Column(COMPLETE, 6, number="0"),
    *(Column(SEVERITY_WORDS[severity], 8, number="0") for severity in SEVERITIES),
    Column("查看", 11),
    Column(MONTHS, 9, number="0"),
)
RECEIPTS = {"hand": "手工登记", "mail": "邮件时间", "file": "文件时间", "form": "填报日期", "": ""}
_COLUMN_OF: Mapping[OfficeColumn, str] = {
    "state": STATE,
    "moment": MOMENT,
    "approved": APPROVED,
    "filled": FILLED,
    "reporter": REPORTER,
    "months": MONTHS,
}
_TONES: dict[str, Tone] = {"missing": "error", "rejected": "error", "late": "warning"}


def column_of(view: MonthView, finding: Finding) -> str:
    """Return the column in which a finding about an office shows."""
    return _COLUMN_OF[view.rules[finding.code].office_column]


@month_sheet
def make_table(view: MonthView) -> Table:
    """Return 报送情况, in the order of the offices."""
    first = {
        finding.office: number
        for number, finding in reversed(list(enumerate(view.month.findings, 1)))
    }
    rows = [
        Row(_make_contents(view, number, state, first.get(state.office)), (SHEET, state.office))
        for number, state in enumerate(view.month.offices, 1)
    ]
    return Table(
        SHEET,
        view.heading("报送情况"),
        (f"截至{view.day}。" if not view.month.is_due else "")
        + "“应填”“已填”“填全”为任务项数，“已填”是写了进展情况的，“填全”是表上要求填的都填了的；"
        "“时间依据”为邮件时间的最可靠，文件时间可能因复制而变化；"
        "“登记说明”可直接修改，下次汇总时保留。",
        COLUMNS,
        rows,
        anchored=tuple(_COLUMN_OF.values()),
        empty=view.say("没有应报送的股室"),
        place=30,
        amount=f"{len(rows)} 个{view.word}",
    )


def _make_contents(
    view: MonthView, number: int, state: OfficeState, first_gap: int | None
) -> tuple[Content, ...]:
    findings = view.office_findings.get(state.office, ())
    about: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.task is None:
            about.setdefault(column_of(view, finding), []).append(finding)
    counts = Counter(finding.severity for finding in findings)
    word = state.word + ("" if state.owes else "（不须报送）")
    returned = state.state in ("submitted", "late")
    contents: dict[str, Content] = {
        "序号": number,
        "股室": state.office,
        "分管负责同志": view.office_leaders.get(state.office, ""),
        STATE: Cell(word, _TONES.get(state.state, "") if state.due else ""),
        MOMENT: state.received_at,
        "时间依据": RECEIPTS[state.receipt],
        "来稿文件": "\n".join(show(file) for file in state.files),
        REGISTRATION: _registration(view, state),
        REPORTER: state.reporter or (_blank(view, "reporter", "空白") if returned else ""),
        DATED: state.reported_on,
        APPROVED: _approval(view, state) if returned else "",
        "应填": state.tasks,
        FILLED: state.filled,
        COMPLETE: view.counts.complete.get(state.office, 0),
        **{SEVERITY_WORDS[severity]: counts[severity] for severity in SEVERITIES},
        "查看": Link(((GAPS_SHEET, str(first_gap)),)) if first_gap else "",
        MONTHS: state.months_missing or None,
    }
    for column, some in about.items():
        content = contents[column]
        value = content.value if isinstance(content, Cell) else content
        tone: Tone = content.tone if isinstance(content, Cell) else ""
        contents[column] = Cell(
            value, tone or worst(f.severity for f in some) or "", "\n".join(describe(some))
        )
    return tuple(contents.values())


def registration_text(view: MonthView, state: OfficeState) -> str:
    """Return how an office's returns came: as corrected, and below it what was registered since."""
    revision = view.revisions.get(("", state.office, "registration"))
    if revision is None:
        return clean_text(state.registration).strip()
    newer = f"\n{REGISTERED_SINCE}{revision.newer}" if revision.newer else ""
    return clean_text(f"{revision.now}{newer}").strip()


def _registration(view: MonthView, state: OfficeState) -> Content:
    text = registration_text(view, state)
    revision = view.revisions.get(("", state.office, "registration"))
    if revision is None:
        return text
    was = clean_text(revision.was).strip() or "（空白）"
    return Cell(text, "info", f"〔{REVISED}〕原登记：{was}")


def _approval(view: MonthView, state: OfficeState) -> str:
    said = state.approval.strip() or ("已审定" if state.approved else "")
    return said or _blank(view, "approval", "未审定")


def _blank(view: MonthView, field: str, word: str) -> str:
    """Return the mark of a blank; a dash where the form had no such line."""
    return f"【{word}】" if field in view.month.asked else "—"
