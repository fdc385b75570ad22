"""A whole month of a real list: list in, forms out, returns in, summary out."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.desk.taking_over import init_workspace
from taskxl.model import Month, Period
from taskxl.workspace.folder import Workspace
from tests import clerks
from tests.proofs import doubts

LISTS = ("台山2021_重点工作任务通知.docx", "台山2021_附件1_规范.xlsx")
APRIL = Period(2021, 4)
AWAY = ("人事股", "督导室")


@pytest.fixture(scope="module", params=LISTS)
def april(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, dict[str, dict[str, str]]]:
    """The month: eleven forms issued and filled, nine returned; what was typed, by office."""
    source = Path(__file__).resolve().parents[2] / "shared" / "inputs" / request.param
    if not source.exists():
        pytest.skip("the folder ../shared with the real documents is not here")
    root = tmp_path_factory.mktemp("april")
    workspace = Workspace(root / "2021年重点工作")
    init_workspace(workspace.root, [source], 2021)
    report = issue_forms(workspace, APRIL)
    assert len(report.written) == 11
    typed = {}
    for form in report.written:
        office = form.name.split("-")[1]
        filled = root / "填好" / form.name
        typed[office] = clerks.fill_form(form, filled)
        if office not in AWAY:
            shutil.copy2(filled, report.returns / form.name)
    _delete_a_row(report.returns / "附件2-职终股-2021年4月.xlsx")
    _rename_and_resave(report.returns / "附件2-卫健所-2021年4月.xlsx", root)
    return workspace, typed


def _delete_a_row(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["进展情况表"]
    sheet.delete_rows(clerks.task_rows(sheet)[1])
    book.save(path)


def _rename_and_resave(path: Path, root: Path) -> None:
    renamed = path.rename(root / "4月报表.xlsx")
    saved = clerks.convert(renamed, "xlsx", root / "另存", root / "profile")
    shutil.move(saved, path.parent / "新建 Microsoft Excel 工作表.xlsx")


@pytest.fixture(scope="module")
def month(april: tuple[Workspace, dict[str, dict[str, str]]]) -> Month:
    """The month merged."""
    return merge_returns(april[0], APRIL).month


def test_the_two_offices_that_sent_nothing_are_missing(month: Month) -> None:
    states = {state.office: state.state for state in month.offices}
    assert len(states) == 11
    assert {office for office, state in states.items() if state == "missing"} == set(AWAY)
    assert {f.office for f in month.findings if f.code == "G401"} == set(AWAY)


def test_the_deleted_row_is_named(month: Month) -> None:
    gone = [finding for finding in month.findings if finding.code == "E302"]
    assert [(f.office, f.severity) for f in gone] == [("职终股", "error")]
    owed = [task.id for task in month.master.tasks if task.lead_offices[0] == "职终股"]
    assert gone[0].task == owed[1]


def test_every_file_has_a_verdict(month: Month) -> None:
    verdicts = {file.office: file.verdict for file in month.files}
    assert len(month.files) == 9
    assert verdicts.pop("职终股") == "partial"
    assert set(verdicts.values()) == {"accepted"}


def test_the_summary_holds_every_text_that_was_typed(
    april: tuple[Workspace, dict[str, dict[str, str]]], month: Month
) -> None:
    workspace, typed = april
    book = openpyxl.load_workbook(workspace.summary_path(APRIL))
    written = "\n".join(
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    )
    lost = [e.task for e in month.entries if not e.progress]
    assert lost == []
    gone = next(f.task for f in month.findings if f.code == "E302")
    for office, texts in typed.items():
        for text in texts.values():
            if office in AWAY or (office == "职终股" and f"第{gone}项" in text):
                assert text not in written or text == "正常推进"
            else:
                assert text in written, f"{office}: {text}"


def test_a_second_reader_finds_every_word_and_every_number(
    april: tuple[Workspace, dict[str, dict[str, str]]], month: Month
) -> None:
    assert doubts(april[0], month.period) == []


def test_merging_again_changes_nothing(
    april: tuple[Workspace, dict[str, dict[str, str]]], month: Month
) -> None:
    workspace, _ = april
    before = workspace.summary_path(APRIL).read_bytes()
    again = merge_returns(workspace, APRIL)
    assert not again.written
    assert workspace.summary_path(APRIL).read_bytes() == before
    assert again.month == month


def test_what_a_person_edits_in_the_master_list_survives(
    april: tuple[Workspace, dict[str, dict[str, str]]],
) -> None:
    workspace, _ = april
    path = workspace.master_path
    book = openpyxl.load_workbook(path)
    sheet = book["任务"]
    header = [cell.value for cell in sheet[1]]
    column = header.index("任务名称") + 1
    row = next(r for r in range(2, 40) if "随迁子女" in str(sheet.cell(r, column).value))
    sheet.cell(row, column).value = "解决随迁子女入学问题（改）"
    book.save(path)
    edited = path.read_bytes()
    source = Path(__file__).resolve().parents[2] / "shared" / "inputs" / LISTS[1]
    report = init_workspace(workspace.root, [source], 2021)
    assert not report.created
    assert path.read_bytes() == edited
    assert "任务名称" in [one.field for one in report.differences]
    issued = issue_forms(workspace, APRIL)
    assert path.read_bytes() == edited
    assert [p.name for p in issued.written] == ["附件2-基安股-2021年4月.xlsx"]
