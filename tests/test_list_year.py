"""The list as it changes during a year, in real workbooks: ids, updates in place, history."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openxml_audit import OpenXmlValidator

from taskxl import cli
from taskxl.desk import taking_over, yearbook
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import check_workspace, load_master
from taskxl.desk.merging import look_at_month, merge_returns
from taskxl.desk.taking_over import InitReport, compare_with_list, init_workspace, update_workspace
from taskxl.errors import TaskxlError
from taskxl.ledger import open_ledger, verify_ledger
from taskxl.master.book.layout import DROPPED_MARK
from taskxl.master.book.making import read_master, write_master
from taskxl.model import MasterList, Month, Period, Task
from taskxl.reports.send_back import send_back_text
from taskxl.workspace.folder import Workspace
from tests.clerks import convert, fill_form
from tests.month_of_clerks import MASTER_LIST
from tests.support import make_workbook

MARCH, APRIL, MAY = Period(2021, 3), Period(2021, 4), Period(2021, 5)
NOW = datetime(2021, 4, 26, 9, 0)
CAME = datetime(2021, 3, 20, 9, 0).timestamp()
LINES = MASTER_LIST.strip().splitlines()


def revised(*changes: tuple[str, str], drop: str = "", add: str = "") -> bytes:
    """Return 附件1 with texts replaced, the row of a title dropped, a row added at the end."""
    lines = [line for line in LINES if not drop or drop not in line]
    text = "\n".join([*lines, *filter(None, [add])])
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return make_workbook({"附件1": text})


NEW_ROW = (
    "| 9 | 心理健康教育 | 建好心理辅导室。\\n关键时间节点：\\n一是5月底前完成摸底。"
    "\\n二是10月底前建成。 | 督导室 | 许清和 | |"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace fresh from the list, beside the list itself."""
    root = tmp_path_factory.mktemp("list")
    (root / "附件1.xlsx").write_bytes(revised())
    init_workspace(root / "2021年", [root / "附件1.xlsx"], 2021, NOW)
    return root


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    """A copy of its own."""
    shutil.copytree(made, tmp_path / "单位")
    return Workspace(tmp_path / "单位" / "2021年")


def edit(workspace: Workspace, change: Callable[[Any], None]) -> None:
    """Let a person edit 主清单.xlsx."""
    book = openpyxl.load_workbook(workspace.master_path)
    change(book)
    book.save(workspace.master_path)


def update(workspace: Workspace, content: bytes) -> InitReport:
    """Take a revised list over; then again, which must change nothing at all."""
    path = workspace.root.parent / "新附件1.xlsx"
    path.write_bytes(content)
    report = update_workspace(workspace.root, [path], NOW)
    files = {one: one.read_bytes() for one in workspace.root.iterdir() if one.suffix == ".xlsx"}
    recorded = count(workspace, "imports")
    again = update_workspace(workspace.root, [path], NOW)
    assert not again.updated
    assert {
        one: one.read_bytes() for one in workspace.root.iterdir() if one.suffix == ".xlsx"
    } == files
    assert count(workspace, "imports") == recorded
    return report


def count(workspace: Workspace, table: str) -> int:
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()
        return int(ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def read(workspace: Workspace) -> MasterList:
    """Read the list, which must be without a finding but those it always had."""
    master, findings = load_master(workspace)
    assert findings == ()
    return master


def titled(master: MasterList, title: str) -> Task:
    return next(task for task in master.tasks if task.title == title)


def row_of(sheet: Any, title: str) -> int:
    return next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 3).value == title)


def faults(path: Path) -> set[str]:
    """Return what a validator objects to; openpyxl, which stands for a person, earns some of it."""
    return {error.id or error.description for error in OpenXmlValidator().validate(path).errors}


# ---------------------------------------------------------------- ids in new rows


def add_task(book: Any) -> None:
    """Type a new task and its milestones below the others, as a person does."""
    sheet = book["任务"]
    row = sheet.max_row + 1
    for column, value in {2: 31, 3: "智慧校园", 6: "基教股"}.items():
        sheet.cell(row, column).value = value
    steps = book["节点"]
    row = steps.max_row + 1
    for n, (task, text) in enumerate(((31, "一是6月底前招标。"), (None, "二是9月底前建成。"))):
        steps.cell(row + n, 2).value = task
        steps.cell(row + n, 4).value = text
        steps.cell(row + n, 5).value = date(2021, 6 + 3 * n, 30)


def test_ids_of_new_rows_are_written_by_the_next_run_and_stay(workspace: Workspace) -> None:
    edit(workspace, add_task)
    typed = faults(workspace.master_path)
    assert not [cell for cell in ids_of(workspace, "任务") if cell == "31"]
    issue_forms(workspace, APRIL, now=NOW)
    assert ids_of(workspace, "任务")[-1] == "31"
    assert ids_of(workspace, "节点")[-2:] == ["31/1", "31/2"]
    assert ids_of(workspace, "节点", 2)[-2:] == [31, "31"]
    assert faults(workspace.master_path) == typed
    edit(workspace, lambda book: put(book["任务"], "智慧校园", 2, 9))
    assert titled(read(workspace), "智慧校园").id == "31"
    content = workspace.master_path.read_bytes()
    issue_forms(workspace, APRIL, now=NOW)
    assert workspace.master_path.read_bytes() == content, "nothing is left to write"


def ids_of(workspace: Workspace, sheet: str, column: int = 1) -> list[Any]:
    rows = openpyxl.load_workbook(workspace.master_path)[sheet].iter_rows(min_row=2)
    return [row[column - 1].value for row in rows if any(cell.value for cell in row)]


def put(sheet: Any, title: str, column: int, value: object) -> None:
    sheet.cell(row_of(sheet, title), column).value = value


def test_the_id_of_a_task_that_is_gone_is_not_given_to_a_new_one(workspace: Workspace) -> None:
    issue_forms(workspace, MARCH, now=NOW)

    def replace_task(book: Any) -> None:
        sheet = book["任务"]
        row = row_of(sheet, "困难学生资助")
        sheet.cell(row, 1).value = None
        sheet.cell(row, 3).value = "家庭教育指导"
        sheet.cell(row, 9).value = "办好家长学校。"
        steps = book["节点"]
        for row in range(2, steps.max_row + 1):
            if steps.cell(row, 2).value == "8":
                steps.cell(row, 1).value = None
                steps.cell(row, 4).value = "一是9月底前开班。"

    edit(workspace, replace_task)
    master = load_master(workspace)[0]
    assert titled(master, "家庭教育指导").number == "8"
    assert titled(master, "家庭教育指导").id == "8-2"
    issue_forms(workspace, APRIL, now=NOW)
    assert ids_of(workspace, "任务")[-1] == "8-2"


def copy_above(book: Any) -> None:
    """Copy the row of a task, and those of its milestones, above; then make them another task's."""
    for sheet, column, text in (
        (book["任务"], 3, "推进校务公开"),
        (book["节点"], 4, "一是5月底前公布清单。"),
    ):
        row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value in ("2", "2/1"))
        values = [cell.value for cell in sheet[row]]
        sheet.insert_rows(row)
        for place, value in enumerate(values, 1):
            sheet.cell(row, place).value = value
        sheet.cell(row, column).value = text
        if sheet.title == "节点":
            sheet.cell(row, 2).value = "推进校务公开"


def test_a_row_copied_above_its_original_does_not_take_its_id(workspace: Workspace) -> None:
    edit(workspace, copy_above)
    master, findings = load_master(workspace)
    assert {f.code for f in findings} == {"M122", "M121"}
    assert [t.id for t in master.tasks if "公开" in (t.title or "")] == ["2-2", "2"]
    assert titled(master, "推进政务公开").milestones[0].id == "2/1"
    issue_forms(workspace, APRIL, now=NOW)
    assert load_master(workspace)[0] == master


def test_a_list_that_was_deleted_and_read_in_anew_knows_its_tasks_again(
    workspace: Workspace,
) -> None:
    path = workspace.root.parent / "新附件1.xlsx"
    workspace.master_path.unlink()
    path.write_bytes(
        revised(
            ("| 1 | 编制", "| 12 | 编制"),
            drop="困难学生资助",
            add=NEW_ROW.replace("| 9 |", "| 8 |"),
        )
    )
    report = init_workspace(workspace.root, [path], 2021, NOW)
    assert {task.title: task.id for task in report.tasks}["编制教育事业发展规划"] == "1"
    assert {task.title: task.id for task in report.tasks}["心理健康教育"] == "8-2"


def test_an_open_workbook_does_not_stop_the_run(workspace: Workspace) -> None:
    edit(workspace, add_task)
    before = workspace.master_path.read_bytes()
    lock = workspace.root / "~$主清单.xlsx"
    lock.write_bytes(b"")
    report = issue_forms(workspace, APRIL, now=NOW)
    assert len(report.written) == 3
    assert "新增任务的标识没有写进主清单" in report.notes[0]
    assert workspace.master_path.read_bytes() == before
    lock.unlink()
    assert issue_forms(workspace, APRIL, now=NOW).notes == ()
    assert ids_of(workspace, "任务")[-1] == "31"


# ---------------------------------------------------------------- an update in place

RED = PatternFill("solid", fgColor="FFFF0000")


def decorate(book: Any) -> None:
    """Do to the workbook what people do: a column of their own, colours, comments, rules, a sheet."""
    sheet = book["任务"]
    row = row_of(sheet, "校园阅读工程")
    sheet.cell(1, 14).value = "办公室备忘"
    sheet.cell(row, 14).value = "局长关注"
    sheet.cell(row, 3).fill = RED
    sheet.cell(row, 3).comment = Comment("上次会上定的", "何立文")
    sheet.cell(row, 15).value = f'=C{row}&"！"'
    sheet.column_dimensions["D"].width = 33
    sheet.conditional_formatting.add(f"N2:N{row + 20}", FormulaRule(formula=['$N2="急"'], fill=RED))
    choice = DataValidation("list", formula1='"急,缓"')
    choice.add(f"N2:N{row + 20}")
    sheet.add_data_validation(choice)
    book.create_sheet("我的草稿")["B2"] = "=任务!C5"


def test_only_what_changed_changes_in_the_workbook(workspace: Workspace) -> None:
    edit(workspace, decorate)
    before = openpyxl.load_workbook(workspace.master_path)
    report = update(
        workspace,
        revised(
            ("推进政务公开", "推进政务公开标准化"),
            ("二是10月底前报批", "二是11月底前报批"),
            add=NEW_ROW,
        ),
    )
    assert report.updated
    assert faults(workspace.master_path) == faults(workspace.root / report.aside.name)
    book = openpyxl.load_workbook(workspace.master_path)
    changed = {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if (cell.value != before[sheet.title][cell.coordinate].value and cell.column_letter != "C")
        or (sheet.title == "任务" and cell.value == "推进政务公开标准化")
    }
    last = max(row.row for (row, *_) in before["节点"].iter_rows() if row.value) + 1
    assert {key: value for key, value in changed.items() if key.startswith("节点")} == {
        "节点!D3": "二是11月底前报批。",
        "节点!E3": datetime(2021, 11, 30),
        f"节点!A{last}": "9/1",
        f"节点!B{last}": "9",
        f"节点!D{last}": "一是5月底前完成摸底。",
        f"节点!E{last}": datetime(2021, 5, 31),
        f"节点!A{last + 1}": "9/2",
        f"节点!B{last + 1}": "9",
        f"节点!D{last + 1}": "二是10月底前建成。",
        f"节点!E{last + 1}": datetime(2021, 10, 31),
    }
    assert changed["任务!C3"] == "推进政务公开标准化"
    assert [key for key in changed if key.startswith("股室")] == ["股室!A5", "股室!D5"]
    assert changed["股室!A5"] == "督导室"
    assert not [key for key in changed if key.startswith(("设置", "我的草稿"))]
    sheet = book["任务"]
    row = row_of(sheet, "校园阅读工程")
    assert (sheet.cell(row, 14).value, sheet.cell(row, 15).value) == ("局长关注", f'=C{row}&"！"')
    assert sheet.cell(row, 3).fill.fgColor.rgb == "FFFF0000"
    assert sheet.cell(row, 3).comment.text == "上次会上定的"
    assert sheet.column_dimensions["D"].width == 33
    rules = [r.formula[0] for area in sheet.conditional_formatting for r in area.rules if r.formula]
    assert '$N2="急"' in rules
    assert '"急,缓"' in [one.formula1 for one in sheet.data_validations.dataValidation]
    assert book["我的草稿"]["B2"].value == "=任务!C5"


def test_a_row_put_in_between_pushes_everything_of_a_persons_along(workspace: Workspace) -> None:
    edit(workspace, decorate)
    rows = [*LINES[:4], NEW_ROW.replace("| 9 |", "| 2 |"), *LINES[4:]]
    update(workspace, make_workbook({"附件1": "\n".join(rows)}))
    book = openpyxl.load_workbook(workspace.master_path)
    sheet = book["任务"]
    assert row_of(sheet, "心理健康教育") == 3
    row = row_of(sheet, "校园阅读工程")
    assert row == 6
    assert (sheet.cell(row, 14).value, sheet.cell(row, 15).value) == ("局长关注", f'=C{row}&"！"')
    assert [c.coordinate for r in sheet.iter_rows(min_row=2) for c in r if c.comment] == ["C6"]
    assert book["我的草稿"]["B2"].value == "=任务!C6"
    steps = book["节点"]
    shown = steps.cell(4, 3).value
    assert shown.startswith("=IFERROR(INDEX('任务'!$C$2:$C$310,MATCH(B4&")
    assert [task.number for task in read(workspace).tasks][:3] == ["1", "2", "2"]
    assert check_workspace(workspace) is not None


def test_libreoffice_reads_and_saves_what_was_changed_in_place(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [*LINES[:4], NEW_ROW.replace("| 9 |", "| 2 |"), *LINES[4:]]
    update(workspace, make_workbook({"附件1": "\n".join(rows)}))
    saved = convert(workspace.master_path, "xlsx", tmp_path / "另存", tmp_path / "profile")
    book = openpyxl.load_workbook(saved, data_only=True)
    assert [book["节点"].cell(row, 3).value for row in (2, 3, 4, 5)] == [
        "编制教育事业发展规划", "编制教育事业发展规划", "心理健康教育", "心理健康教育",
    ]  # fmt: skip
    before = read(workspace)
    workspace.master_path.write_bytes(saved.read_bytes())
    after = load_master(workspace)[0]
    assert [(t.id, t.title, len(t.milestones)) for t in after.tasks] == [
        (t.id, t.title, len(t.milestones)) for t in before.tasks
    ]
    other = revised(("信访事项限时办结", "信访事项按时办结"))
    assert update(workspace, other).updated


def test_the_workbook_as_it_was_goes_aside_numbered(workspace: Workspace) -> None:
    first = workspace.master_path.read_bytes()
    report = update(workspace, revised(("推进政务公开", "推进政务公开标准化")))
    assert report.aside == workspace.root / "主清单（更新前）.xlsx"
    second = workspace.master_path.read_bytes()
    report = update(workspace, revised(("推进政务公开", "政务公开标准化")))
    assert report.aside == workspace.root / "主清单（更新前2）.xlsx"
    assert (workspace.root / "主清单（更新前）.xlsx").read_bytes() == first
    assert report.aside.read_bytes() == second


def test_an_update_killed_before_it_was_recorded_is_finished_by_the_next(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(workspace, lambda book: put(book["任务"], "提升课后服务质量", 9, "局里另有安排。"))
    other = Workspace(tmp_path / "另一份")
    shutil.copytree(workspace.root, other.root)
    path = tmp_path / "新附件1.xlsx"
    path.write_bytes(
        revised(
            ("推进政务公开", "推进政务公开标准化"),
            ("二是10月底前报批", "二是11月底前报批"),
            drop="校园阅读工程",
            add=NEW_ROW,
        )
    )
    update_workspace(other.root, [path], NOW)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(taking_over, "_record_import", die)
        with pytest.raises(KeyboardInterrupt):
            update_workspace(workspace.root, [path], NOW)
    again = update_workspace(workspace.root, [path], NOW)
    assert not again.updated
    assert workspace.master_path.read_bytes() == other.master_path.read_bytes()
    assert sorted(p.name for p in workspace.root.iterdir()) == sorted(
        p.name for p in other.root.iterdir()
    )
    imports = []
    for one in (workspace, other):
        with open_ledger(one.ledger_path) as ledger:
            imports.append(ledger.last_import())
    assert imports[0] == imports[1]


def test_an_open_workbook_stops_the_update_before_anything_is_written(
    workspace: Workspace,
) -> None:
    (workspace.root / ".~lock.主清单.xlsx#").write_bytes(b"")
    path = workspace.root.parent / "新附件1.xlsx"
    path.write_bytes(revised(("推进政务公开", "推进政务公开标准化")))
    before = sorted(one.name for one in workspace.root.iterdir())
    with pytest.raises(TaskxlError, match="占用"):
        update_workspace(workspace.root, [path], NOW)
    assert sorted(one.name for one in workspace.root.iterdir()) == before
    assert count(workspace, "imports") == 1


def test_a_list_of_another_year_and_no_workspace_are_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "明年.xlsx"
    path.write_bytes(revised(("教育局2021年", "教育局2022年")))
    with pytest.raises(TaskxlError, match="是 2022 年的清单，这个工作区是 2021 年的"):
        update_workspace(workspace.root, [path], NOW)
    with pytest.raises(TaskxlError, match=r"没有 主清单\.xlsx，没有可更新的"):
        update_workspace(tmp_path / "没有", [path], NOW)


def test_a_dropped_task_goes_unless_something_of_a_persons_hangs_on_its_row(
    workspace: Workspace, tmp_path: Path
) -> None:
    other = tmp_path / "另一份"
    shutil.copytree(workspace.root.parent, other)
    document = revised(drop="校园阅读工程")
    update(workspace, document)
    assert "校园阅读工程" not in [task.title for task in read(workspace).tasks]
    assert faults(workspace.master_path) == set()
    held = Workspace(other / "2021年")
    edit(held, decorate)
    report = update(held, document)
    assert titled(read(held), "校园阅读工程").remarks == (DROPPED_MARK,)
    assert any("备注里作了标记" in note for note in report.notes)


def test_a_workspace_without_a_recorded_list_loses_nothing(workspace: Workspace) -> None:
    workspace.ledger_path.unlink()
    edit(workspace, lambda book: put(book["任务"], "推进政务公开", 9, "局里另有安排。"))
    report = update(
        workspace, revised(("完善主动公开目录", "完善依申请公开"), ("| 7 | 落实", "| 7 | 切实落实"))
    )
    task = titled(read(workspace), "推进政务公开")
    assert task.content.startswith("局里另有安排")
    assert any("保留主清单的" in note for note in report.notes)
    assert titled(read(workspace), "落实教育经费保障").number == "7"


def test_what_cannot_be_changed_for_certain_is_not_changed_at_all(workspace: Workspace) -> None:
    """The column that says whose milestone a row is was deleted: new rows would go astray."""
    edit(workspace, lambda book: book["节点"].delete_cols(1, 2))
    before = workspace.master_path.read_bytes()
    path = workspace.root.parent / "新附件1.xlsx"
    path.write_bytes(revised(add=NEW_ROW))
    with pytest.raises(TaskxlError, match="改不准的地方"):
        update_workspace(workspace.root, [path], NOW)
    assert workspace.master_path.read_bytes() == before
    assert count(workspace, "imports") == 1


def test_the_wrong_file_changes_nothing_and_a_part_goes_with_the_list_it_adds_to(
    workspace: Workspace,
) -> None:
    before = {one: one.read_bytes() for one in workspace.root.iterdir() if one.suffix == ".xlsx"}
    part = workspace.root.parent / "增补.xlsx"
    part.write_bytes(make_workbook({"附件1": "\n".join([*LINES[:3], NEW_ROW])}))
    with pytest.raises(TaskxlError, match=r"增补\.xlsx：主清单的 8 项任务，这份清单里缺 8 项"):
        update_workspace(workspace.root, [part], NOW)
    after = {one: one.read_bytes() for one in workspace.root.iterdir() if one.suffix == ".xlsx"}
    assert after == before
    assert count(workspace, "imports") == 1
    whole = [workspace.root.parent / "附件1.xlsx", part]
    update_workspace(workspace.root, whole, NOW)
    assert titled(read(workspace), "心理健康教育").id == "9"
    assert len(read(workspace).tasks) == 9


# ---------------------------------------------------------------- the command line


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        cli.main([str(argument) for argument in arguments])
    return int(left.value.code or 0)


def test_diff_prints_the_account_and_writes_nothing(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.root.parent / "新附件1.xlsx"
    path.write_bytes(
        revised(("二是10月底前报批", "二是11月底前报批"), drop="校园阅读工程", add=NEW_ROW)
    )
    before = {one.name: one.read_bytes() for one in workspace.root.iterdir()}
    assert run("-C", workspace.root, "diff", path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "第1项“编制教育事业发展规划”：节点“二是11月底前报批。”延期 30 天：2021-10-31 → 2021-11-30",
        "新增：第9项“心理健康教育”",
        "取消：第4项“校园阅读工程”",
        "共 3 处不同：新增任务 1，取消任务 1，延期 1",
        f"要照新清单更新主清单，请运行 taskxl init {workspace.root} --from {path} --update。",
    ]
    assert run("-C", workspace.root, "diff", path, "--json") == 0
    found = json.loads(capsys.readouterr().out)["differences"]
    assert [one["kind"] for one in found] == ["postponed", "added", "dropped"]
    assert found[0]["task"] == "1"
    assert (found[0]["was"], found[0]["now"]) == ("2021-10-31", "2021-11-30")
    assert {one.name: one.read_bytes() for one in workspace.root.iterdir()} == before
    path.write_bytes(revised())
    assert run("-C", workspace.root, "diff", path) == 0
    assert capsys.readouterr().out == "与主清单没有不同。\n"


def test_diff_names_the_command_as_it_has_to_be_typed_here(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace.root / "新 附件1.xlsx").write_bytes(revised(add=NEW_ROW))
    monkeypatch.chdir(workspace.root)
    assert run("diff", "新 附件1.xlsx") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith('请运行 taskxl init . --from "新 附件1.xlsx" --update。')
    assert run("init", ".", "--from", "新 附件1.xlsx", "--update") == 0


def test_a_document_takes_back_no_closing(workspace: Workspace) -> None:
    def close(book: Any) -> None:
        put(book["任务"], "推进政务公开", 11, date(2021, 4, 15))
        put(book["任务"], "推进政务公开", 12, "县政府办验收通报")

    edit(workspace, close)
    assert compare_with_list(workspace, [workspace.root.parent / "附件1.xlsx"]) == ()
    report = update(workspace, revised(add=NEW_ROW))
    assert [one.kind for one in report.differences] == ["added"]
    task = titled(read(workspace), "推进政务公开")
    assert (task.closed_on, task.closing) == (date(2021, 4, 15), "县政府办验收通报")


def test_init_says_what_it_did_and_check_passes_after_it(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("-C", workspace.root, "check") == 0
    before = capsys.readouterr().out
    path = workspace.root.parent / "新附件1.xlsx"
    path.write_bytes(revised(add=NEW_ROW))
    assert run("init", workspace.root, "--from", path) == 0
    out = capsys.readouterr().out
    assert "已经有了，没有改动它。要照新清单更新，请加 --update。" in out
    assert "新增：第9项“心理健康教育”" in out
    assert run("init", workspace.root, "--from", path, "--update") == 0
    out = capsys.readouterr().out
    assert "已更新" in out
    assert "更新前的主清单另存为 主清单（更新前）.xlsx" in out
    assert run("-C", workspace.root, "check", "--strict") == 0
    assert capsys.readouterr().out == before
    assert run("init", workspace.root, "--from", path, "--update") == 0
    assert "没有变化：" in capsys.readouterr().out


# ---------------------------------------------------------------- twice in a year


def send(workspace: Workspace, period: Period, **texts: str) -> None:
    for form in sorted(workspace.issue_folder(period).glob("*.xlsx")):
        target = workspace.returns_folder(period) / form.name
        fill_form(form, target, texts or None)
        os.utime(target, (CAME, CAME))


def month_of(workspace: Workspace, period: Period) -> Month:
    with open_ledger(workspace.ledger_path) as ledger:
        month = ledger.month(period)
    assert month is not None
    return month


def test_a_list_changed_twice_keeps_every_tasks_history(workspace: Workspace) -> None:
    """March by the old list; April renumbered and renamed; May with a task dropped and one new."""
    for period in (MARCH,):
        issue_forms(workspace, period, now=NOW)
        send(workspace, period)
        merge_returns(workspace, period, now=NOW)
    march = month_of(workspace, MARCH)
    rows = [line.replace("| 8 | 困难", "| 1 | 困难") for line in LINES]
    rows = [*rows[:3], rows[-1], *rows[3:-1]]
    second = "\n".join(rows).replace("规范阳光招生", "规范阳光招生行为")
    update(workspace, make_workbook({"附件1": second}))
    issue_forms(workspace, APRIL, now=NOW)
    send(workspace, APRIL)
    merge_returns(workspace, APRIL, now=NOW)
    april = month_of(workspace, APRIL)
    enrolment = titled(april.master, "规范阳光招生行为")
    assert enrolment.id == titled(march.master, "规范阳光招生").id == "5"
    assert [e.office for e in april.previous if e.task == "5"] == ["基教股"]
    third = second.replace("| 2 | 推进政务公开", "| 2 | 家校社协同育人").replace(
        "完善主动公开目录。\\n关键时间节点：\\n一是2月底前公布目录。", "办好家长学校。"
    )
    update(workspace, make_workbook({"附件1": third}))
    issue_forms(workspace, MAY, now=NOW)
    send(workspace, MAY)
    merge_returns(workspace, MAY, now=NOW)
    may = month_of(workspace, MAY)
    fresh = titled(may.master, "家校社协同育人")
    assert fresh.id not in {task.id for task in (*march.master.tasks, *april.master.tasks)}
    assert not [e for e in may.previous if e.task == fresh.id]
    assert "推进政务公开" not in [task.title for task in may.master.tasks]
    assert titled(month_of(workspace, MARCH).master, "推进政务公开").id == "2"
    merge_returns(workspace, MARCH, now=NOW)
    assert month_of(workspace, MARCH) == march, "a past month is judged by the list as it was"


def test_a_task_closed_in_april_is_in_march_as_it_was(workspace: Workspace) -> None:
    issue_forms(workspace, MARCH, now=NOW)
    send(workspace, MARCH)
    merge_returns(workspace, MARCH, now=NOW)
    march = month_of(workspace, MARCH)

    def close(book: Any) -> None:
        sheet = book["任务"]
        put(sheet, "推进政务公开", 11, date(2021, 4, 15))
        put(sheet, "推进政务公开", 12, "县政府办验收通报")

    edit(workspace, close)
    issue_forms(workspace, APRIL, now=NOW)
    form = openpyxl.load_workbook(workspace.form_path("办公室", APRIL))["进展情况表"]
    assert "推进政务公开" not in [cell.value for row in form.iter_rows() for cell in row]
    merge_returns(workspace, APRIL, now=NOW)
    assert "2" not in [finding.task for finding in month_of(workspace, APRIL).findings]
    merge_returns(workspace, MARCH, now=NOW)
    assert month_of(workspace, MARCH) == march
    assert [f.code for f in check_workspace(workspace) if f.code == "M129"] == []


def test_of_a_task_closed_while_its_form_was_out_nothing_is_asked(workspace: Workspace) -> None:
    """The office fills its form as it got it, and badly; its words are kept all the same."""
    issue_forms(workspace, APRIL, now=NOW)
    send(workspace, APRIL)
    for path in workspace.returns_folder(APRIL).glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        for row in book["进展情况表"].iter_rows():
            for cell in row:
                if cell.value == "正常推进":
                    cell.value = "基本完成"
                elif str(cell.value).startswith("同意。"):
                    cell.value = None
        book.save(path)
        os.utime(path, (CAME, CAME))

    def close(book: Any) -> None:
        for title in ("推进政务公开", "落实教育经费保障", "困难学生资助"):
            put(book["任务"], title, 11, date(2021, 4, 15))
            put(book["任务"], title, 12, "县政府办验收通报")

    before = look_at_month(workspace, APRIL)
    assert "请更正 3 处" in send_back_text(before, "计财股")
    edit(workspace, close)
    month = look_at_month(workspace, APRIL)
    assert send_back_text(month, "计财股") == ""
    assert "推进政务公开" not in send_back_text(month, "办公室")
    assert "信访事项限时办结" in send_back_text(month, "办公室")
    assert {f.severity for f in month.findings if f.task in ("2", "7", "8")} == {"info"}
    assert not [f for f in month.findings if f.office == "计财股" and f.severity != "info"]
    assert {entry.task for entry in month.entries} == {entry.task for entry in before.entries}
    assert [one.progress for one in month.entries] == [one.progress for one in before.entries]


def test_editing_a_list_in_place_reads_back_as_the_list_written_anew(workspace: Workspace) -> None:
    update(
        workspace,
        revised(("二是10月底前报批", "二是11月底前报批"), drop="提升课后服务", add=NEW_ROW),
    )
    master = read(workspace)
    assert read_master(write_master(master), "主清单.xlsx") == (master, ())


def test_the_timeline_says_what_counts_at_last_and_which_file_it_is_from(
    workspace: Workspace,
) -> None:
    """A return that came late, and one that a newer one superseded, both after a first merge."""
    issue_forms(workspace, MARCH, now=NOW)
    first = workspace.returns_folder(MARCH) / "办公室初稿.xlsx"
    fill_form(
        workspace.form_path("办公室", MARCH),
        first,
        {"进展情况": "初稿所写的进展。"},
        day="2021年3月19日",
    )
    os.utime(first, (CAME, CAME))
    merge_returns(workspace, MARCH, now=NOW)
    second = workspace.returns_folder(MARCH) / "办公室更正.xlsx"
    fill_form(
        workspace.form_path("办公室", MARCH),
        second,
        {"进展情况": "更正后的进展。"},
        day="2021年3月21日",
    )
    os.utime(second, (CAME + 90_000, CAME + 90_000))
    late = workspace.returns_folder(MARCH) / "迟到的.xlsx"
    fill_form(workspace.form_path("计财股", MARCH), late, day="2021年3月29日")
    os.utime(late, (CAME + 900_000, CAME + 900_000))
    merge_returns(workspace, MARCH, now=NOW)
    report = yearbook.write_year(workspace)
    book = openpyxl.load_workbook(report.path)
    rows = list(book["任务时间线"].iter_rows(min_row=4, values_only=True))
    told = {(row[0], row[3]): (row[4], row[5], row[8]) for row in rows}
    assert told["2", "办公室"] == ("正常推进", "更正后的进展。", "办公室更正.xlsx")
    assert told["7", "计财股"][2] == "迟到的.xlsx"
    assert told["6", "基教股"][0] == "未报送"
    offices = {row[0]: row[1] for row in book["股室报送"].iter_rows(min_row=4, values_only=True)}
    assert offices == {"办公室": "已报送", "基教股": "未报送", "计财股": "迟报"}
