"""The month on paper: shared widths, the leaders' page, 定稿, texts to paste."""

import email
from datetime import date
from email.policy import default
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from taskxl.commands import common
from taskxl.reports import leaders_page, sheet_tasks
from taskxl.reports.clean_copy import write_clean_copy
from taskxl.reports.paper import usable_units
from taskxl.reports.tables import Cell, Column, Row, Table, lay_out
from taskxl.reports.view import look_at
from tests.support import call_main
from tests.test_cli import LIST, make_workbook
from tests.test_reports_summary import make_month

COLUMNS = (
    Column("编号", 6),
    Column("长文", 10, "left", grows=True),
    Column("备注", 6, "left", grows=True),
)


def test_a_narrow_column_does_not_set_the_rows_height_where_width_is_left() -> None:
    rows = [Row(("1", "短", "备注里写了很长的一段话，" * 6))]
    narrow = lay_out(Table("表", "题", "注", COLUMNS, rows))
    shared = lay_out(Table("表", "题", "注", COLUMNS, rows, spare=30))
    widths = [column.width for column in shared.table.columns]
    assert sum(widths) == 22 + 30
    assert widths[1] == 10
    assert shared.rows[0].height < narrow.rows[0].height / 2


def test_a_row_that_goes_on_keeps_its_colour_number_and_title() -> None:
    columns = (Column("编号", 6), Column("名称", 14, repeated=True), Column("长文", 10, "left"))
    long = "写" * usable_units(10) * 12
    laid = lay_out(Table("表", "题", "注", columns, [Row(("3", "名", Cell(long, "error")))])).rows
    assert len(laid) > 1
    for row in laid[1:]:
        assert str(row.contents[0]).startswith("3\n续")
        assert row.contents[1] == "名"
        last = row.contents[2]
        assert isinstance(last, Cell)
        assert last.tone == "error"


def test_the_leaders_page_has_a_light_for_every_task_and_names_who_is_late() -> None:
    view = look_at(make_month())
    lines = leaders_page.leader_lines(view)
    lights = "".join(line.lights for line in lines)
    tasks = view.month.master.tasks
    assert sum(lights.count(one) for one in "○◐●√？") == len(tasks)
    late = [s for s in view.month.milestones if s.light in ("overdue", "severe")]
    assert len(leaders_page.overdue(view)) == len(late) > 0
    assert all("超期" in line for line in leaders_page.overdue(view))


def test_the_clean_copy_has_every_text_and_nothing_of_the_desks_own(tmp_path: Path) -> None:
    month = make_month()
    path = tmp_path / "定稿.xlsx"
    path.write_bytes(write_clean_copy(month))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [sheet_tasks.SHEET]
    sheet = book.active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    text = "\n".join(str(cell.value) for cell in cells if cell.value is not None)
    assert not any(cell.comment for cell in cells)
    assert not any(dimension.hidden for dimension in sheet.column_dimensions.values())
    assert "【" not in text
    joined = "".join(text.split())
    for entry in month.entries:
        assert "".join(entry.progress.split())[:20] in joined


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run the command line on a day that `run.day` names; return status, output, errors."""
    monkeypatch.setattr(common, "today", lambda: date(2021, 4, 23))
    monkeypatch.setattr(common, "now", lambda: common.datetime(2021, 4, 23, 9))
    return partial(call_main, capsys)


def test_texts_to_paste_name_all_to_the_group_and_each_to_itself(run, tmp_path: Path) -> None:
    source, folder = tmp_path / "附件1.xlsx", tmp_path / "工作区"
    source.write_bytes(make_workbook({"一览表": LIST}))
    run("init", folder, "--from", source)
    run("-C", folder, "issue", "4")
    pasted = folder / "2021年04月/下发/催报.txt"
    out = run("-C", folder, "mail", "remind", "4", "--before", "1")[1]
    assert "还有 2 天，没有写提醒" in out
    assert not pasted.exists()
    out = run("-C", folder, "mail", "remind", "4", "--before", "3")[1]
    assert str(pasted) in out
    group, *offices = pasted.read_text(encoding="utf-8-sig").split("\n\n")
    assert "还有 2 天" in group
    names = ("办公室", "基教股", "计财股")
    assert all(name in group for name in names)
    assert len(offices) == len(names)
    assert all(any(f"【{name}】" in one for one in offices) for name in names)
    drafts = sorted((folder / "2021年04月/下发/邮件").glob("*.eml"))
    subjects = [email.message_from_bytes(p.read_bytes(), policy=default)["subject"] for p in drafts]
    assert len(subjects) == len(names)
    assert all(str(one).startswith("提醒：") for one in subjects), subjects
