"""缺口清单: every finding, with a link to where it shows and the place in the returned file."""

from collections.abc import Iterator

from taskxl.findings import SEVERITY_WORDS, Finding
from taskxl.reports import sheet_altered, sheet_files, sheet_offices, sheet_tasks, sheet_unplaced
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.tables import Cell, Column, Key, Link, Row, Table
from taskxl.reports.view import MonthView
from taskxl.text import show

SHEET = "缺口清单"
SETTLED = "已核实"
"""What stands under 程度 of a finding that the 办公室 looked into and does not count."""
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("程度", 8, repeated=True),
    Column("代码", 7, repeated=True),
    Column("名称", 11, repeated=True),
    Column("股室", 10, repeated=True),
    Column("任务", 16, "left"),
    Column("情况", 36, "left"),
    Column("怎么办", 24, "left"),
    Column("查看", 11),
    Column("来源文件", 14, "left"),
    Column("表和格", 11, "left"),
)


@month_sheet
def make_table(view: MonthView) -> Table:
    """Return 缺口清单, in the order of the month's findings."""
    rows = [
        Row(
            (
                number,
                Cell(SEVERITY_WORDS[finding.severity], finding.severity),
                finding.code,
                view.rules[finding.code].name,
                finding.office or "",
                view.task_label(finding.task),
                finding.message,
                view.rules[finding.code].cure,
                Link(tuple(targets_of(view, finding))),
                show(finding.file or ""),
                " ".join(show(part) for part in (finding.sheet, finding.cell) if part),
            ),
            (SHEET, str(number)),
        )
        for number, finding in enumerate(view.month.findings, 1)
    ]
    found = len(rows)
    settled = view.month.settled
    rows += [
        Row(
            (
                number,
                SETTLED,
                one.finding.code,
                view.rules[one.finding.code].name,
                one.finding.office or "",
                view.task_label(one.finding.task),
                one.finding.message,
                f"理由：{one.reason}",
                "",
                show(one.finding.file or ""),
                " ".join(show(part) for part in (one.finding.sheet, one.finding.cell) if part),
            ),
            (SHEET, str(number)),
        )
        for number, one in enumerate(settled, found + 1)
    ]
    apart = f"另有 {len(settled)} 条办公室已核实、不算，列在最后，写着理由。" if settled else ""
    return Table(
        SHEET,
        view.heading("缺口清单"),
        f"共 {found} 条。“须处理”请股室补报或更正，“请注意”请办公室过目，"
        f"“请核实”只是提示、不作结论；点“查看”到所指的格子。{apart}",
        COLUMNS,
        rows,
        empty="没有发现缺口",
        place=20,
        amount=f"{found} 条",
    )


def targets_of(view: MonthView, finding: Finding) -> Iterator[Key]:
    """Yield where a finding shows, best place first: its text, its task, its office, its file."""
    place = (finding.file or "", finding.sheet or "", finding.cell or "")
    listed_in = view.rules[finding.code].listed_in
    if listed_in == "altered":
        yield (sheet_altered.SHEET, *place)
    if listed_in == "unplaced":
        yield (sheet_unplaced.SHEET, *place)
    if finding.task is not None:
        yield (sheet_tasks.SHEET, finding.task, sheet_tasks.mark_of(view, finding)[0])
    if listed_in == "files" and finding.file is not None:
        yield (sheet_files.SHEET, finding.file)
    if finding.office is not None:
        yield (sheet_offices.SHEET, finding.office, sheet_offices.column_of(view, finding))
        yield (sheet_offices.SHEET, finding.office)
    if finding.file is not None:
        yield (sheet_files.SHEET, finding.file)
