"""The examples: what examples/README.md says of each return is what taskxl makes of it."""

from pathlib import Path

import openpyxl
import pytest

from taskxl.desk.demo import MONTHS, YEAR, run_demo
from taskxl.desk.lists import read_lists
from taskxl.desk.merging import look_at_month
from taskxl.errors import TaskxlError
from taskxl.model import Month, Period
from taskxl.words import OFFICE_STATES, VERDICTS
from taskxl.workspace.folder import Workspace
from tests.proofs import doubts

README = Path(__file__).resolve().parent.parent / "examples" / "README.md"
PERIODS = tuple(Period(YEAR, month) for month in MONTHS)
Row = tuple[str, str, str, str]
NOTHING = "（没有可用的表）"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo's workspace."""
    folder = tmp_path_factory.mktemp("demo") / "样例"
    run_demo(folder)
    return Workspace(folder)


def told(period: Period) -> set[Row]:
    """Return what the README says of a month: (file, office, verdict, codes)."""
    text = README.read_text(encoding="utf-8").split(f"## {period.name}", 1)[1].split("\n## ")[0]
    rows = set()
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and cells[0] not in ("文件", "---"):
            rows.add((cells[0], cells[1], cells[3], " ".join(sorted(cells[4].split()))))
    assert rows
    return rows


def made(month: Month) -> set[Row]:
    """Return what a merged month says of each file, and of each office without one."""
    rows = set()
    for verdict in month.files:
        codes = {finding.code for finding in month.findings if finding.file == verdict.file}
        codes |= {verdict.code} if verdict.code and verdict.verdict != "partial" else set()
        office = verdict.office or ""
        rows.add((verdict.file, office, VERDICTS[verdict.verdict], " ".join(sorted(codes))))
    for state in month.offices:
        if state.state == "missing":
            rows.add((NOTHING, state.office, OFFICE_STATES["missing"], "G401"))
    return rows


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.key)
def test_the_readme_says_what_taskxl_makes_of_each_return(
    workspace: Workspace, period: Period
) -> None:
    assert made(look_at_month(workspace, period)) == told(period)


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.key)
def test_a_second_reader_finds_every_word_and_every_number(
    workspace: Workspace, period: Period
) -> None:
    assert doubts(workspace, period) == []


def test_the_examples_are_as_large_as_a_bureau() -> None:
    task_list, findings = read_lists([README.parent / "附件1-重点工作任务一览表.xlsx"])
    assert len(task_list.tasks) >= 24
    assert len({task.leader for task in task_list.tasks}) == 5
    assert len({office for task in task_list.tasks for office in task.lead_offices}) >= 10
    assert sum(len(task.milestones) for task in task_list.tasks) >= 80
    assert {finding.severity for finding in findings} <= {"info"}


def test_last_months_text_stands_in_this_months_form(workspace: Workspace) -> None:
    march, april = (
        openpyxl.load_workbook(path)["进展情况表"]
        for path in (
            workspace.returns_folder(PERIODS[0]) / "附件2-办公室-2026年3月.xlsx",
            workspace.form_path("办公室", PERIODS[1]),
        )
    )
    said = [cell.value for row in march.iter_rows(min_row=6, min_col=6, max_col=6) for cell in row]
    asked = [cell.value for row in april.iter_rows(min_row=6, min_col=6, max_col=6) for cell in row]
    texts = [text for text in said if text]
    assert len(texts) == 2
    assert [f"〔上月〕{text}" for text in texts] == [text for text in asked if text]


def test_the_demo_can_be_run_twice(workspace: Workspace) -> None:
    before = {path: path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()}
    run_demo(workspace.root)
    after = {path: path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()}
    assert after == before


def test_the_demo_leaves_somebody_elses_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "年度总结.docx").write_bytes(b"work of a week")
    with pytest.raises(TaskxlError, match="已有别的文件"):
        run_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["年度总结.docx"]
