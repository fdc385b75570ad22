"""Flat tables: the same in every form, every column explained, and nothing in them runs."""

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest

from taskxl.desk.demo import run_demo
from taskxl.errors import TaskxlError
from taskxl.frames import COLUMNS, read_months, stack_months, to_frames
from taskxl.reports.flat_tables import write_flat
from taskxl.workspace.folder import Workspace
from tests.reports_support import make_empty_month, make_month
from tests.support import call_main

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example's two months."""
    workspace = Workspace(tmp_path_factory.mktemp("made") / "样例")
    run_demo(workspace.root)
    return workspace


def test_every_column_is_explained_and_the_page_says_the_same() -> None:
    frames = to_frames(make_month())
    used = {column for frame in frames.values() for column in frame.columns}
    assert used == set(COLUMNS)
    page = (ROOT / "docs" / "export.md").read_text("utf-8")
    tables, columns = page.split("## 各列")
    assert dict(re.findall(r"^\| `(.+?)` \| (.+) \|$", columns, re.MULTILINE)) == COLUMNS
    assert re.findall(r"^\| `(\w+)` \|", tables, re.MULTILINE) == list(frames)


def read_csv(content: bytes) -> list[dict[str, str]]:
    """Return the records of a csv."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def shown(value: Any) -> str:
    """Return a value as a csv shows it, without the apostrophe."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_three_forms_hold_the_same() -> None:
    months = [make_month()]
    documents = json.loads(write_flat(months, "json")[""])
    tables = write_flat(months, "csv")
    book = openpyxl.load_workbook(io.BytesIO(write_flat(months, "xlsx")[""]))
    assert [f"{name}.csv" for name in documents] == list(tables)
    assert book.sheetnames == [*documents, "columns"]
    for name, records in documents.items():
        assert len(records) > 0
        said = [[shown(value) for value in record.values()] for record in records]
        rows = read_csv(tables[f"{name}.csv"])
        bare = [[re.sub(r"^'(?=[=+@\t\r-])", "", text) for text in row.values()] for row in rows]
        assert bare == said
        cells = [
            [as_text(cell) for cell in row]
            for row in book[name].iter_rows(min_row=2, max_col=len(records[0]), values_only=True)
        ]
        assert cells == said, name


def as_text(value: Any) -> str:
    """Return a cell as a csv shows it."""
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else shown(value)


def test_no_text_is_a_formula_in_a_csv_or_a_workbook() -> None:
    month = make_month()
    entry = replace(month.entries[0], progress='=HYPERLINK("http://例","点我")', remarks="@x")
    month = replace(month, entries=(entry,))
    for row in read_csv(write_flat([month], "csv")["entries.csv"]):
        assert row["progress"].startswith("'=")
        assert row["remarks"] == "'@x"
    book = openpyxl.load_workbook(io.BytesIO(write_flat([month], "xlsx")[""]))
    cells = [cell for row in book["entries"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)
    (record,) = json.loads(write_flat([month], "json")[""])["entries"]
    assert record["progress"] == entry.progress


def test_a_text_that_no_cell_holds_says_where_all_of_it_is() -> None:
    month = make_month()
    entry = replace(month.entries[0], progress="长" * 40_000)
    book = openpyxl.load_workbook(
        io.BytesIO(write_flat([replace(month, entries=(entry,))], "xlsx")[""])
    )
    said = [cell.value for cell in book["entries"][2] if str(cell.value).startswith("长")]
    assert [text.endswith("（全文见 json）") for text in said] == [True]


def test_the_same_months_give_the_same_bytes_and_an_empty_one_its_columns() -> None:
    for kind in ("csv", "json", "xlsx"):
        assert write_flat([make_month()], kind) == write_flat([make_month()], kind)
    empty = write_flat([make_empty_month()], "csv")
    assert all(content.decode("utf-8-sig").count("\r\n") == 1 for content in empty.values())
    both = stack_months([make_empty_month(), make_month()])
    assert len(both["entries"]) == 12


def test_a_year_and_several_bureaus_stand_under_one_another(
    made: Workspace, tmp_path: Path
) -> None:
    year = read_months(made.root)
    assert set(year["tasks"]["period"]) == {"2026-03", "2026-04"}
    april = read_months(made.root, month="2026-04")
    pandas.testing.assert_frame_equal(
        year["entries"][year["entries"]["period"] == "2026-04"].reset_index(drop=True),
        april["entries"],
    )
    shutil.copytree(made.root, tmp_path / "乙局")
    both = read_months(made.root, tmp_path / "乙局")
    assert {name: len(frame) for name, frame in both.items()} == {
        name: 2 * len(frame) for name, frame in year.items()
    }
    with pytest.raises(TaskxlError, match="2026-05的汇总"):
        read_months(made.root, month="2026-05")
    with pytest.raises(TaskxlError, match="不是工作区"):
        read_months(tmp_path)


def test_the_command_writes_beside_the_summary_and_twice_is_once(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    root = made.root
    status, out, _ = call_main(capsys, "-C", root, "export", "4", "--to", "csv")
    assert status == 0
    assert "写好" in out
    folder = root / "2026年04月" / "汇总" / "2026年1-4月数据"
    tasks = read_csv((folder / "tasks.csv").read_bytes())
    assert len(tasks) == 27
    status, out, _ = call_main(capsys, "-C", root, "导出", "四月", "--to", "csv")
    assert "没有变化" in out
    status, out, _ = call_main(capsys, "-C", root, "export", "--year")
    assert status == 0
    assert (root / "2026年数据.xlsx").is_file()
    status, _, error = call_main(capsys, "-C", root, "export", "4", "--year")
    assert status == 2
    assert error.count("\n") == 1
    status, _, error = call_main(capsys, "-C", root, "export", "9")
    assert status == 2
    assert "还没有汇总过" in error
