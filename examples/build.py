"""Builds the examples: the master list 附件1 and two months of returns, from content/*.toml.

Forms are issued by taskxl itself, filled as a clerk would, and then spoilt as clerks do.
Rebuilding gives the same bytes, but for what LibreOffice writes (.xls, .pdf): those files stay as
they are unless `--all` is given.

    python examples/build.py [--all]
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from copy import copy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from taskxl.desk.demo import MASTER_LIST, MONTHS, RECEIPTS, YEAR
from taskxl.desk.issuing import issue_forms
from taskxl.desk.taking_over import init_workspace
from taskxl.model import Period
from taskxl.workspace.folder import Workspace

HERE = Path(__file__).resolve().parent
CONTENT = HERE / "content"
PROGRESS, MILESTONES = "进展情况表", "节点完成情况"
ORDINALS = "一二三四五六七八九十"

Return = dict[str, Any]


# ---------------------------------------------------------------- 附件1


def build_master_list() -> bytes:
    """Draw the task list as the bureau would: title, header, leaders' rows, several in a cell."""
    content = tomllib.loads((CONTENT / "一览表.toml").read_text(encoding="utf-8"))
    persons = content["persons"]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties(
            {"created": datetime(2026, 1, 5, tzinfo=UTC), "author": "云溪县教育局办公室"}
        )
        sheet = book.add_worksheet("附件1")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        sheet.set_footer("&C— &P —")
        line = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_size": 10.5}
        body = book.add_format(line | {"font_name": "仿宋"})
        middle = book.add_format(line | {"font_name": "仿宋", "align": "center"})
        head = book.add_format(
            line | {"font_name": "黑体", "font_size": 12, "align": "center", "bg_color": "#F2F2F2"}
        )
        group = book.add_format(line | {"font_name": "楷体", "font_size": 12, "bold": True})
        title = book.add_format(
            {"font_name": "宋体", "bold": True, "font_size": 22, "align": "center"}
        )
        mark = book.add_format({"font_name": "黑体", "font_size": 16})
        for column, width in enumerate((6, 22, 70, 14, 10, 26)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, "附件1", mark)
        sheet.merge_range(1, 0, 1, 5, content["title"], title)
        sheet.set_row(1, 36)
        headers = ("序号", "任务名称", "主要内容和关键时间节点计划", "责任股室", "责任人", "备注")
        for column, word in enumerate(headers):
            sheet.write_string(2, column, word, head)
        sheet.set_row(2, 24)
        row, leader = 3, None
        for number, task in enumerate(content["task"], 1):
            if task["leader"] != leader:
                leader = task["leader"]
                sheet.merge_range(row, 0, row, 5, f"{leader}同志负责项目", group)
                sheet.set_row(row, 22)
                row += 1
            plan = "\n".join((task["content"], content["heading"], *task["milestones"]))
            sheet.write_number(row, 0, number, middle)
            sheet.write_string(row, 1, task["title"], body)
            sheet.write_string(row, 2, plan, body)
            sheet.write_string(row, 3, "\n".join(task["offices"]), middle)
            names = [persons[office] for office in task["offices"] if office in persons]
            sheet.write_string(row, 4, "\n".join(names), middle)
            sheet.write_string(row, 5, "\n".join(task.get("remarks", ())), body)
            lines = sum(1 + len(part) // 34 for part in plan.split("\n"))
            sheet.set_row(row, 15 * max(lines, len(task["offices"])) + 4)
            row += 1
    return buffer.getvalue()


# ---------------------------------------------------------------- a form, filled


def fill_form(form: bytes, answers: Return) -> Workbook:
    """Fill a form as its clerk would; what `answers` does not name stays as issued."""
    book = openpyxl.load_workbook(io.BytesIO(form))
    sheet = book[PROGRESS]
    fill_head(sheet, answers)
    columns, rows = find_cells(sheet)
    words = {
        "status": "进度状态",
        "progress": "进展情况",
        "obstacles": "存在问题和下一步工作计划",
        "remarks": "备注",
    }
    for task, texts in answers.get("tasks", {}).items():
        for field, text in texts.items():
            sheet.cell(rows[task], columns[words[field]]).value = text
    steps = book[MILESTONES]
    columns, rows = find_cells(steps)
    for milestone, (state, day, note) in answers.get("milestones", {}).items():
        row = rows[milestone]
        steps.cell(row, columns["完成情况"]).value = state
        put_day(steps, row, columns["完成日期"], day)
        steps.cell(row, columns["说明"]).value = note or None
    return book


def fill_head(sheet: Worksheet, answers: Return) -> None:
    """Fill reporter, date and approval, each in the cell to the right of its label."""
    for row in sheet.iter_rows(max_row=6):
        for cell in row:
            label = str(cell.value or "").rstrip("：")
            if label == "填报人":
                sheet.cell(cell.row, cell.column + 1).value = answers["reporter"]
            elif label == "填报日期":
                put_day(sheet, cell.row, cell.column + 1, answers["date"])
            elif label == "分管负责同志审定":
                sheet.cell(cell.row, cell.column + 1).value = answers["approval"] or None


def put_day(sheet: Worksheet, row: int, column: int, day: str) -> None:
    """Put a date: a real one where it is written in full, else text, as clerks type it."""
    full = re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    cell = sheet.cell(row, column)
    cell.value = date.fromisoformat(day) if full else day or None
    if full:
        cell.number_format = "yyyy-mm-dd"


def find_cells(sheet: Worksheet) -> tuple[dict[str, int], dict[str, int]]:
    """Return the columns of a form's sheet by header and its rows by the id in column 标识."""
    for row in sheet.iter_rows():
        headers = {str(cell.value): cell.column for cell in row if cell.value}
        if "标识" in headers:
            ids = range(row[0].row + 1, sheet.max_row + 1)
            marks = {str(sheet.cell(r, headers["标识"]).value or ""): r for r in ids}
            return headers, {mark: r for mark, r in marks.items() if mark}
    raise SystemExit(f"sheet {sheet.title} of the form has no column 标识")


# ---------------------------------------------------------------- and spoilt


def copy_into_new_workbook(book: Workbook, answers: Return) -> Workbook:
    """Copy what is seen of both sheets into a workbook that knows nothing of taskxl."""
    fresh = Workbook()
    fresh.remove(fresh.worksheets[0])
    for name in (PROGRESS, MILESTONES):
        source, target = book[name], fresh.create_sheet(name)
        hidden = find_cells(source)[0]["标识"]
        for row in source.iter_rows(max_col=hidden - 1):
            for cell in row:
                if cell.value is not None and cell.data_type != "f":
                    twin = target.cell(cell.row, cell.column)
                    twin.value = cell.value
                    twin.number_format = cell.number_format
                    twin.alignment = copy(cell.alignment)
        for column in range(1, hidden):
            letter = get_column_letter(column)
            target.column_dimensions[letter].width = source.column_dimensions[letter].width
        for area in source.merged_cells.ranges:
            if area.max_col < hidden:
                target.merge_cells(area.coord)
    return fresh


def insert_row(book: Workbook, answers: Return) -> Workbook:
    """Insert a row of the office's own below its first task."""
    sheet = book[PROGRESS]
    first = min(find_cells(sheet)[1].values())
    shift_rows(sheet, first + 1, 1)
    sheet.insert_rows(first + 1)
    sheet.row_dimensions[first + 1].height = 60
    for column, text in enumerate(answers["extra"], 1):
        cell = sheet.cell(first + 1, column)
        cell.value = text or None
        cell._style = copy(sheet.cell(first, column)._style)
    return book


def delete_row(book: Workbook, answers: Return) -> Workbook:
    """Delete the row of a task."""
    sheet = book[PROGRESS]
    row = find_cells(sheet)[1][answers["deleted"]]
    sheet.delete_rows(row)
    shift_rows(sheet, row + 1, -1)
    return book


def shift_rows(sheet: Worksheet, row: int, by: int) -> None:
    """Move merges and heights from `row` on, which openpyxl leaves behind."""
    for area in sheet.merged_cells.ranges:
        if area.min_row >= row:
            area.shift(row_shift=by)
    heights = {r: d.height for r, d in sheet.row_dimensions.items() if r >= row}
    for r in heights:
        sheet.row_dimensions[r].height = None
    for r, height in heights.items():
        sheet.row_dimensions[r + by].height = height


def merge_answers(book: Workbook, answers: Return) -> Workbook:
    """Merge the progress cells of the last two tasks: one text for both."""
    sheet = book[PROGRESS]
    columns, rows = find_cells(sheet)
    top, bottom = sorted(rows.values())[-2:]
    column = columns["进展情况"]
    sheet.merge_cells(start_row=top, end_row=bottom, start_column=column, end_column=column)
    return book


def edit_fixed_text(book: Workbook, answers: Return) -> Workbook:
    """Make the office's own task smaller than the list has it."""
    sheet = book[PROGRESS]
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.data_type == "s" and "20所" in cell.value:
                cell.value = cell.value.replace("20所", "12所")
    return book


SPOILS: dict[str, Callable[[Workbook, Return], Workbook]] = {
    "copied into a new workbook": copy_into_new_workbook,
    "row inserted": insert_row,
    "row deleted": delete_row,
    "answers merged": merge_answers,
    "fixed text edited": edit_fixed_text,
}
BY_LIBREOFFICE = {"saved as xls": "xls", "saved as pdf": "pdf"}


def save_settled(book: Workbook) -> bytes:
    """Save a workbook so that saving it again gives the same bytes: no time of day in it."""
    buffer = io.BytesIO()
    book.save(buffer)
    settled = io.BytesIO()
    with (
        zipfile.ZipFile(buffer) as source,
        zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"2026-01-05T08:00:00Z", part)
            target.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return settled.getvalue()


def convert(content: bytes, suffix: str) -> bytes:
    """Save a workbook in another format through LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "form.xlsx"
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", suffix, source.name]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=180)
        return (Path(folder) / f"form.{suffix}").read_bytes()


# ---------------------------------------------------------------- two months


def build_returns(workspace: Workspace, period: Period, everything: bool) -> None:
    """Write a month's returns and the manifest of when each arrived."""
    issue_forms(workspace, period)
    folder = HERE / period.key
    folder.mkdir(exist_ok=True)
    content = tomllib.loads((CONTENT / f"{period.key}.toml").read_text(encoding="utf-8"))
    receipts: list[tuple[str, str]] = []
    for answers in content["return"]:
        path = folder / answers["file"]
        make_return(workspace, period, answers, path, everything)
        receipts.append((answers["file"], answers["received"]))
        if "again" in answers:
            shutil.copyfile(path, folder / answers["again"])
            receipts.append((answers["again"], answers["again_received"]))
    lines = ["文件\t收到时间", *("\t".join(receipt) for receipt in receipts)]
    (folder / RECEIPTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    for file in folder.iterdir():
        if file.name not in {RECEIPTS, *(name for name, _ in receipts)}:
            file.unlink()


def make_return(
    workspace: Workspace, period: Period, answers: Return, path: Path, everything: bool
) -> None:
    """Write one return: the office's form, filled and spoilt."""
    spoils = answers["spoil"]
    if "last month's form" in spoils:
        before = period.previous
        assert before is not None
        earlier = tomllib.loads((CONTENT / f"{before.key}.toml").read_text(encoding="utf-8"))
        file = next(r["file"] for r in earlier["return"] if r["office"] == answers["office"])
        shutil.copyfile(HERE / before.key / file, path)
        return
    suffix = next((BY_LIBREOFFICE[spoil] for spoil in spoils if spoil in BY_LIBREOFFICE), None)
    if suffix and path.exists() and not everything:
        return
    book = fill_form(workspace.form_path(answers["office"], period).read_bytes(), answers)
    for spoil in spoils:
        if spoil in SPOILS:
            book = SPOILS[spoil](book, answers)
    content = save_settled(book)
    path.write_bytes(convert(content, suffix) if suffix else content)


def build(everything: bool) -> None:
    """Build all examples below this folder."""
    master_list = HERE / MASTER_LIST
    master_list.write_bytes(build_master_list())
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "工作区")
        init_workspace(workspace.root, [master_list], YEAR)
        for month in MONTHS:
            period = Period(YEAR, month)
            build_returns(workspace, period, everything)
            # The next month's forms show what came back in this one.
            for line in (HERE / period.key / RECEIPTS).read_text(encoding="utf-8").split("\n")[1:]:
                if line:
                    name, received = line.split("\t")
                    target = workspace.returns_folder(period) / name
                    shutil.copyfile(HERE / period.key / name, target)
                    moment = datetime.fromisoformat(received).timestamp()
                    os.utime(target, (moment, moment))


if __name__ == "__main__":
    build(everything="--all" in sys.argv[1:])
