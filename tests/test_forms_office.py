"""A form filled in a real office program, by its keyboard, and read back."""

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.intake.grids import Book, Kind
from taskxl.intake.reading import read_book
from taskxl.master.book.making import write_master
from taskxl.model import MasterList, Milestone, Office, Period, Settings, Task
from taskxl.workspace.folder import Workspace

CLERK = Path(__file__).parent / "clerk.py"
APRIL = Period(2021, 4)
MASTER = MasterList(
    "云溪县教育系统2021年重点工作任务一览表",
    (
        Task(
            number="3",
            title="落实经费",
            lead_offices=("计财股",),
            milestones=(Milestone("一是4月20日前拨付到位。", date(2021, 4, 20), id="3/1"),),
            id="3",
        ),
    ),
    (Office("计财股"), Office("基教股")),
    Settings(bureau="云溪县教育局", year=2021),
)


def find_python_with_uno() -> str | None:
    """Return a Python that can speak to LibreOffice: mostly the system's, not the tests' own."""
    for name in (sys.executable, "/usr/bin/python3"):
        if Path(name).exists():
            tried = subprocess.run([name, "-c", "import uno"], capture_output=True)
            if tried.returncode == 0:
                return name
    return None


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of a form filled and saved three ways, and the counts the program showed."""
    python = find_python_with_uno()
    if python is None or shutil.which("soffice") is None:
        pytest.skip("LibreOffice with its Python module uno is not here")
    folder = tmp_path_factory.mktemp("clerk")
    workspace = Workspace(folder / "工作区")
    workspace.create()
    workspace.master_path.write_bytes(write_master(MASTER))
    (form,) = issue_forms(workspace, APRIL).written
    (folder / "profile").mkdir()
    command = [python, str(CLERK), str(form), str(folder), str(folder / "profile")]
    done = subprocess.run(command, capture_output=True, timeout=900, check=True, text=True)
    return folder, json.loads(done.stdout)


def read(folder: Path, kind: Kind) -> Book:
    return read_book((folder / f"填好.{kind}").read_bytes(), f"填好.{kind}", kind)


def test_the_count_falls_as_the_clerk_types(filled: tuple[Path, list[str]]) -> None:
    assert filled[1] == ["0", "0", "0", "0"]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_what_was_typed_stays_as_it_was_typed(filled: tuple[Path, list[str]], kind: Kind) -> None:
    """Cells are open as text: no formula comes of = or -, no number of 4.20."""
    sheet = read(filled[0], kind).sheets[0]
    texts = {sheet.text(row, column) for row, column, _ in sheet.cells()}
    assert {"王五", "4.20", "张三", "正常推进", "备注一"} <= texts
    assert {"=一期已开工，完成 30%", "-缺资金 20 万元"} <= texts


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_row_can_be_inserted_and_filled_though_the_sheet_is_protected(
    filled: tuple[Path, list[str]], kind: Kind
) -> None:
    sheet = read(filled[0], kind).sheets[0]
    rows = {sheet.text(row, 2): sheet.text(row, 6) for row in range(1, len(sheet.rows) + 1)}
    assert rows["临时增加的工作"] == "已办结"
    assert "另一项工作" in rows


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_the_form_still_tells_whose_it_is(filled: tuple[Path, list[str]], kind: Kind) -> None:
    book = read(filled[0], kind)
    marks = next(sheet for sheet in book.sheets if sheet.name == "_taskxl")
    assert marks.text(4, 2) == "计财股"
    assert marks.state != "visible"
    if kind != "xls":  # LibreOffice does not carry custom properties into .xls
        assert "计财股" in book.properties["taskxl"]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_every_word_is_in_its_place_after_the_merge(
    filled: tuple[Path, list[str]], kind: Kind, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path / "工作区")
    shutil.copytree(filled[0] / "工作区", workspace.root)
    returned = workspace.returns_folder(APRIL) / f"4月上报.{kind}"
    shutil.copyfile(filled[0] / f"填好.{kind}", returned)
    month = merge_returns(workspace, APRIL).month
    (verdict,) = month.files
    # In part, since work outside the list has no task to stand under.
    assert (verdict.office, verdict.verdict, verdict.code) == ("计财股", "partial", "E303")
    (entry,) = month.entries
    assert (entry.task, entry.status, entry.remarks) == ("3", "正常推进", "备注一")
    assert (entry.progress, entry.obstacles) == ("=一期已开工，完成 30%", "-缺资金 20 万元")
    (milestone,) = month.milestones
    assert milestone.light == "done"
    said = milestone.entry
    assert said is not None
    assert (said.state, said.done_on, said.note) == ("已完成", date(2021, 4, 18), "已通过验收")
    (state,) = month.offices
    assert (state.reporter, state.approval, state.reported_on) == (
        "王五",
        "张三",
        date(2021, 4, 20),
    )
    assert [kept.text for kept in month.unplaced] == ["临时增加的工作", "已办结", "另一项工作"]
    serious = [finding for finding in month.findings if finding.severity != "info"]
    assert [finding.code for finding in serious if finding.code not in ("G402", "E303")] == []
