"""Forms per second: taskxl's filling against the same form from xlsxwriter and from openpyxl.

`python benchmarks/forms.py` prints milliseconds of processor time a form, medians of one
interleaved run, and ends with status 1 where taskxl misses its aim: 3 ms a form, at least 4 times
as fast as xlsxwriter writing the same form from scratch, 10 times as openpyxl loading, filling and
saving the drawing. (The two others write no identity and move nothing that stands below the rows.)
"""

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable
from copy import copy
from datetime import date
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from taskxl.forms.issue import Form, compose_form, render_form  # noqa: E402
from taskxl.forms.template.template import compile_template  # noqa: E402
from taskxl.model import (  # noqa: E402
    MasterList,
    Milestone,
    Office,
    Period,
    Settings,
    Task,
)
from taskxl.resources import template  # noqa: E402
from tests.draw_template import Drawer, draw_template  # noqa: E402

BLOCKS = (("进展情况表", 7, "任务"), ("节点完成情况", 5, "节点"))
FIELDS = {
    "任务": ("编号", "名称", "计划", "股室", "状态", "进展", "问题", "备注", "标识"),
    "节点": ("编号", "名称", "内容", "时限", "状态", "完成日期", "说明", "标识"),
}

STEPS = (
    "一是{m}月底前完成项目立项、勘察设计和概算批复，落实建设资金。",
    "二是{m}月底前完成招标采购工作，进场施工，倒排工期，挂图作战。",
    "三是{m}月底前完成主体工程并通过阶段验收，同步采购教学设备。",
)


def make_form(rows: int) -> Form:
    """Return a form with so many tasks of usual length (phrases, since random text packs badly)."""
    tasks = tuple(
        Task(
            number=str(n),
            title=f"推进第{n}所学校改扩建工程建设",
            leader="张三" if n % 2 else "李四",
            content=f"推进第{n}所学校改扩建，新增公办学位，缓解城区大班额问题。\n关键节点：",
            lead_offices=("基教股",),
            supporting_offices=("计财股", "办公室"),
            milestones=tuple(
                Milestone(text.format(m=3 * k), date(2021, 3 * k, 28), id=f"{n}/{k}")
                for k, text in enumerate(STEPS, 1)
            ),
            id=str(n),
        )
        for n in range(1, rows + 1)
    )
    master = MasterList(
        "云溪县2021年重点工作任务一览表",
        tasks,
        (Office("基教股"),),
        Settings("云溪县教育局", 2021),
    )
    return compose_form(master, "基教股", Period(2021, 4), date(2021, 4, 25))


def write_with_xlsxwriter(form: Form) -> bytes:
    """Write the same form from scratch: the shipped drawing and the rows of the office."""

    def write_rows(drawer: Drawer) -> None:
        look = drawer.formats
        looks = ("middle", "fixed", "fixed", "middle", "choice", "open", "open", "open", "fixed")
        for name, first, block in BLOCKS:
            sheet = drawer.book.get_worksheet_by_name(name)
            for row, record in enumerate(form.blocks[block], first - 1):
                for column, (word, style) in enumerate(zip(FIELDS[block], looks, strict=False)):
                    sheet.write_string(row, column, record.get(word, ""), look[style])

    return draw_template(write_rows)


def write_with_openpyxl(content: bytes, form: Form) -> bytes:
    """Load the drawing, write the rows with the prototype's styles, save."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name, first, block in BLOCKS:
        sheet = book[name]
        for area in [area for area in sheet.merged_cells.ranges if area.min_row > first]:
            sheet.unmerge_cells(str(area))
        styles = [copy(cell._style) for cell in sheet[first]]
        for row, record in enumerate(form.blocks[block], first):
            for column, word in enumerate(FIELDS[block], 1):
                cell = sheet.cell(row, column, record.get(word, ""))
                cell._style = styles[column - 1]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def measure(ways: dict[str, Callable[[], bytes]], rounds: int) -> dict[str, float]:
    """Return the median processor time of each way in milliseconds, taken in turns."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.process_time()
            way()
            taken[name].append((time.process_time() - start) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> int:
    """Print the table; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--rows", type=int, default=18)
    options = parser.parse_args()
    content = template("附件2.xlsx")
    drawing = compile_template(content)
    form = make_form(options.rows)
    found = measure(
        {
            "taskxl": lambda: render_form(drawing, form),
            "xlsxwriter": lambda: write_with_xlsxwriter(form),
            "openpyxl": lambda: write_with_openpyxl(content, form),
        },
        options.rounds,
    )
    ours = found["taskxl"]
    print(f"{options.rows} rows, median of {options.rounds} rounds")
    for name, taken in found.items():
        print(
            f"{name:12} {taken:8.2f} ms a form {1000 / taken:8.0f} a second {taken / ours:6.1f} x"
        )
    aims = ours <= 3 and found["xlsxwriter"] >= 4 * ours and found["openpyxl"] >= 10 * ours
    print("aims met" if aims else "aims missed: 3 ms, 4 x, 10 x")
    return 0 if aims else 1


if __name__ == "__main__":
    sys.exit(main())
