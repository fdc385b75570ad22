"""How long the summary of a big month takes, against bare xlsxwriter writing the same cells.

    python benchmarks/summary.py [OFFICES] [TASKS an office]

Prints seconds (CPU) and their ratio. The bare run writes the same texts, numbers and heights into
the same cells with one format, no comment, link, merge or colour: what any writer must do.
"""

import io
import sys
import time
from datetime import date, datetime

import xlsxwriter

from taskxl.findings import Finding
from taskxl.model import (
    Entry,
    FileVerdict,
    MasterList,
    Milestone,
    MilestoneState,
    Month,
    Office,
    OfficeState,
    Period,
    Settings,
    Task,
)
from taskxl.reports.styles import workbook_options
from taskxl.reports.summary import lay_out_sheets, write_summary
from taskxl.reports.tables import Cell, Link
from taskxl.reports.view import look_at

# Texts of phrases: random characters compress six times slower than what people write.
PHRASES = (
    "已召开专题会议研究部署，",
    "完成实施方案起草并征求各单位意见，",
    "项目施工许可证已经取得，",
    "完成投资1,260万元，占年度计划的42%，",
    "正在办理竣工验收和资产移交手续，",
    "组织开展业务培训三期，参训教师560人次，",
    "下一步将加快预算评审和招标工作，",
    "存在用地指标不足、资金到位较慢的问题，",
)
STATUSES = ("已完成", "正常推进", "正常推进", "进度滞后", "尚未启动")
AS_OF = date(2026, 4, 25)


def make_text(seed: int, phrases: int) -> str:
    """Return a text of some phrases, the same for the same seed."""
    return "".join(PHRASES[(seed + 3 * n) % len(PHRASES)] for n in range(phrases))[:-1] + "。"


def make_month(offices: int, tasks_each: int) -> Month:
    """Return a month of that size: three milestones a task, a gap in every third task."""
    tasks: list[Task] = []
    entries: list[Entry] = []
    milestones: list[MilestoneState] = []
    findings: list[Finding] = []
    names = [f"第{number}股" for number in range(1, offices + 1)]
    for number in range(offices * tasks_each):
        office = names[number // tasks_each]
        leader = f"领导{number // tasks_each % 8 + 1}"
        steps = tuple(
            Milestone(
                f"{n}月底前{make_text(number + n, 2)}",
                date(2026, n, 28),
                id=f"{number + 1}/{n // 3}",
            )
            for n in (3, 6, 9)
        )
        task = Task(
            str(number + 1),
            make_text(number, 1),
            f"{leader}同志负责项目",
            leader,
            make_text(number, 4),
            (office,),
            milestones=steps,
            id=str(number + 1),
        )
        tasks.append(task)
        file, row = f"{office}.xlsx", 6 + number % tasks_each
        entries.append(
            Entry(
                task.id,
                office,
                STATUSES[number % len(STATUSES)],
                make_text(number, 5) if number % 3 else "",
                make_text(number + 5, 3),
                file=file,
                sheet="进展情况表",
                row=row,
                cells={"status": f"E{row}", "progress": f"F{row}", "obstacles": f"G{row}"},
            )
        )
        for step in steps:
            over = (AS_OF - step.due).days if step.due else 0
            light = "severe" if over > 15 else "on time"
            milestones.append(MilestoneState(step, task, light, over))
        if number % 3 == 0:
            message = f"{task.label}的进展情况空白。请补填。"
            place = (file, "进展情况表", f"F{row}")
            findings.append(Finding("G404", "error", message, office, task.id, *place))
    received = datetime.fromisoformat("2026-04-24T10:00")
    return Month(
        Period(2026, 4),
        AS_OF,
        MasterList(
            "", tuple(tasks), tuple(map(Office, names)), Settings(bureau="云溪县教育局", year=2026)
        ),
        tuple(
            OfficeState(name, "submitted", (f"{name}.xlsx",), received, "file", "李素梅", True,
                        tasks_each, tasks_each)
            for name in names
        ),
        tuple(FileVerdict(f"{name}.xlsx", "0f" * 32, "accepted", name) for name in names),
        tuple(entries),
        tuple(milestones),
        (),
        (),
        tuple(findings),
    )  # fmt: skip


def time_bare(month: Month) -> float:
    """Return the seconds of writing the summary's cells with xlsxwriter alone, laying out apart."""
    sheets = []
    for layout in lay_out_sheets(look_at(month)):
        rows = []
        for laid in layout.rows:
            values = [c.value if isinstance(c, Cell) else c for c in laid.contents]
            rows.append((laid.height, ["查看" if isinstance(v, Link) else v for v in values]))
        sheets.append((layout.table.sheet, rows))
    start = time.process_time()
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, workbook_options()) as workbook:
        style = workbook.add_format({"text_wrap": True, "border": 1})
        dated = workbook.add_format({"num_format": "yyyy-mm-dd", "border": 1})
        for name, rows in sheets:
            sheet = workbook.add_worksheet(name)
            for number, (height, values) in enumerate(rows):
                sheet.set_row(number, height)
                for column, value in enumerate(values):
                    if isinstance(value, str):
                        sheet.write_string(number, column, value, style)
                    elif isinstance(value, date):
                        sheet.write_datetime(number, column, value, dated)
                    elif value is not None:
                        sheet.write_number(number, column, value, style)
    return time.process_time() - start


def main(offices: int = 1_000, tasks_each: int = 30) -> None:
    """Measure once and print."""
    month = make_month(offices, tasks_each)
    start = time.process_time()
    size = len(write_summary(month))
    ours = time.process_time() - start
    bare = time_bare(month)
    print(f"{offices} offices x {tasks_each} tasks: summary {ours:.1f} s ({size / 1e6:.1f} MB), "
          f"bare xlsxwriter {bare:.1f} s, ratio {ours / bare:.2f}")  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
