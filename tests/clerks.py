"""What clerks do with a form: fill it in a spreadsheet program, and save it some other way."""

import io
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

ANSWERS = {
    "进度状态": "status",
    "进展情况": "progress",
    "存在问题和下一步工作计划": "obstacles",
    "备注": "remarks",
}


def form_columns(sheet: Any) -> tuple[int, dict[str, int]]:
    """Return the row of the table's header and the column of each header word."""
    for row in sheet.iter_rows(max_row=15):
        columns = {
            "".join(str(cell.value).split()): cell.column for cell in row if cell.value is not None
        }
        if "编号" in columns and ("进展情况" in columns or "完成情况" in columns):
            return row[0].row, columns
    raise AssertionError(f"no header in {sheet.title}")


def task_rows(sheet: Any) -> list[int]:
    """Return the rows of a form's sheet that stand for a task or a milestone."""
    header, columns = form_columns(sheet)
    mark = columns["标识"]
    return [r for r in range(header + 1, sheet.max_row + 1) if sheet.cell(r, mark).value]


def set_beside(sheet: Any, label: str, text: str) -> None:
    """Write `text` where the form asks for `label`: in the open cell after it."""
    for row in sheet.iter_rows(max_row=10):
        for cell in row:
            if cell.value is not None and str(cell.value).strip().startswith(label):
                after = [c for c in row if c.column > cell.column and not c.protection.locked]
                after[0].value = text
                return
    raise AssertionError(f"no {label} in {sheet.title}")


def begin_form(content: bytes) -> bytes:
    """Return a form in which one status was chosen, and nothing more."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["进展情况表"]
    _, columns = form_columns(sheet)
    sheet.cell(task_rows(sheet)[0], columns["进度状态"]).value = "正常推进"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def fill_form(
    source: Path,
    target: Path,
    texts: Mapping[str, str] | None = None,
    reporter: str = "林一帆",
    day: str = "2021年4月20日",
    approval: str = "同意。沈知远",
) -> dict[str, str]:
    """Fill every answer of a form as a diligent clerk would; return the texts, by sheet and cell.

    Each text names its task and column, so that no two in a month are alike; `texts` replaces
    that of a column (by header).
    """
    book = openpyxl.load_workbook(source)
    sheet = book["进展情况表"]
    _, columns = form_columns(sheet)
    set_beside(sheet, "填报人", reporter)
    set_beside(sheet, "填报日期", day)
    set_beside(sheet, "分管负责同志审定", approval)
    typed = {}
    for row in task_rows(sheet):
        mark = sheet.cell(row, columns["标识"]).value
        for header in ANSWERS:
            default = "正常推进" if header == "进度状态" else f"{source.stem}第{mark}项{header}已办"
            cell = sheet.cell(row, columns[header])
            cell.value = (texts or {}).get(header, default)
            typed[f"{sheet.title}!{cell.coordinate}"] = cell.value
    milestones = book["节点完成情况"]
    _, columns = form_columns(milestones)
    for row in task_rows(milestones):
        milestones.cell(row, columns["完成情况"]).value = "已完成"
        milestones.cell(row, columns["完成日期"]).value = "4.12"
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return typed


def convert(source: Path, kind: str, folder: Path, profile: Path, *options: str) -> Path:
    """Save a file as another kind through LibreOffice; skips where it is not installed."""
    return convert_all([source], kind, folder, profile, *options)[0]


def convert_all(
    sources: Sequence[Path], kind: str, folder: Path, profile: Path, *options: str
) -> list[Path]:
    """Save files as another kind in one go; however busy the machine is, they are waited for."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", *options]
    command += ["--convert-to", kind, "--outdir", str(folder), *map(str, sources)]
    environment = {**os.environ, "SAL_USE_VCLPLUGIN": "svp"}
    subprocess.run(command, check=True, capture_output=True, timeout=900, env=environment)
    return [folder / f"{source.stem}.{kind.split(':')[0]}" for source in sources]
