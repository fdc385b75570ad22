"""What a person says of a list once: obeyed, kept in 设置, used again; and what is shown."""

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.errors import TaskxlError
from taskxl.intake.grids import Book, Line, Sheet
from taskxl.master.reading.hints import FIELD_WORDS, make_hints, read_hints, unread_hints
from taskxl.master.reading.task_list import read_task_list
from tests.support import call_main

ROWS = (
    ("2024年推进情况表", None, None, None),
    ("项次", "要点", "归口", "节奏"),
    (1, "数字校园", "甲方", "3月底前完成招标"),
    (2, "食堂改造", "乙方", "6月底前完成设计"),
)
WORDS = ["--column", "要点=任务", "--column", "C=牵头", "--column", "节奏=节点"]


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    status, output, error = call_main(capsys, *words)
    assert status == 0, error
    return output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    workbook = openpyxl.Workbook()
    for row in ROWS:
        workbook.worksheets[0].append(row)
    path = tmp_path / "表.xlsx"
    workbook.save(path)
    return path


def test_a_column_is_what_a_person_says_by_its_header_or_its_letter() -> None:
    hints = make_hints(["要点=任务", "C=牵头", "节奏=节点"])
    rows = tuple(tuple(row) for row in ROWS)
    task_list, _ = read_task_list([Book("表.xlsx", "xlsx", (Sheet("表", rows),))], hints=hints)
    assert [(t.title, t.lead_offices) for t in task_list.tasks] == [
        ("数字校园", ("甲方",)),
        ("食堂改造", ("乙方",)),
    ]
    assert [len(task.milestones) for task in task_list.tasks] == [1, 1]


def test_the_level_of_tasks_is_what_a_person_says() -> None:
    said = "2024年任务分解\n一、建校\n1.选址。（教育局）\n2.施工。（住建局）\n二、修路\n1.招标。（交通局）\n"
    lines = tuple(Line(n, line) for n, line in enumerate(said.splitlines(), 1))
    book = Book("要点.txt", "text", lines=lines)
    assert [t.title for t in read_task_list([book])[0].tasks] == ["选址", "施工", "招标"]
    task_list, _ = read_task_list([book], hints=make_hints(task_level=1))
    assert [t.title for t in task_list.tasks] == ["建校", "修路"]
    assert [line.how for line in task_list.understood] == ["按选项", "按选项"]


def test_the_header_is_where_a_person_says() -> None:
    rows = (("2024年",), ("甲", "乙", "丙"), ("1", "建校", "教育局"), ("2", "修路", "交通局"))
    book = Book("表.xlsx", "xlsx", (Sheet("表", rows),))
    assert read_task_list([book])[0].tasks == ()
    hints = make_hints(["甲=序号", "乙=任务", "丙=责任"], header_row=2)
    task_list, _ = read_task_list([book], hints=hints)
    assert [(t.number, t.title, t.lead_offices) for t in task_list.tasks] == [
        ("1", "建校", ("教育局",)),
        ("2", "修路", ("交通局",)),
    ]


def test_hints_are_kept_as_a_text_and_read_back() -> None:
    hints = make_hints(["时序进度=节点", "D=牵头", "备注=不读"], 3, 2)
    assert read_hints(hints.to_text()) == hints
    assert read_hints("") == make_hints()
    newer = make_hints(["D=协办"]).over(hints)
    assert newer.columns[0] == ("D", "supporting")
    assert ("D", "lead") not in newer.columns
    assert newer.header_row == 3


@pytest.mark.parametrize("said", ["时序进度", "=任务", "时序进度=什么"])
def test_what_is_not_understood_says_how_to_write_it(said: str) -> None:
    with pytest.raises(TaskxlError) as error:
        make_hints([said])
    assert all(words[0] in str(error.value) for words in FIELD_WORDS.values())


def test_a_refusal_names_the_captions_and_the_option(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, error = call_main(capsys, "read", file)
    assert status == 2
    assert "第2行像是表头：项次、要点、归口、节奏" in error
    assert "--header-row 2 --column" in error


def test_what_was_guessed_is_shown_with_the_option_that_changes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "清单.xlsx"
    workbook = openpyxl.Workbook()
    for row in (
        ("2024年重点任务",),
        ("序号", "任务名称", "由谁来做"),
        (1, "建校", "教育局"),
        (2, "修路", "交通局"),
    ):
        workbook.worksheets[0].append(row)
    workbook.save(path)
    output = run(capsys, "read", path)
    assert "* C　由谁来做　→ 责任股室（按内容推定）　教育局｜交通局" in output
    assert "--column 由谁来做=任务" in output
    said = run(capsys, "read", path, "--column", "由谁来做=责任")
    assert "推定" not in said


def test_what_was_said_is_kept_in_the_workspace_and_used_again(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = tmp_path / "工作区"
    run(capsys, "init", workspace, "--from", file, *WORDS)
    sheet = openpyxl.load_workbook(workspace / "主清单.xlsx")["设置"]
    kept = {row[0].value: row[1].value for row in sheet.iter_rows()}
    assert kept["清单读法"] == "要点=任务；C=牵头；节奏=节点"
    assert "没有不同" in run(capsys, "-C", workspace, "diff", file)
    assert "没有变化" in run(capsys, "init", workspace, "--from", file, "--update")
    run(capsys, "init", workspace, "--from", file, "--update", "--column", "D=不读")
    sheet = openpyxl.load_workbook(workspace / "主清单.xlsx")["设置"]
    kept = {row[0].value: row[1].value for row in sheet.iter_rows()}
    assert kept["清单读法"] == "D=不读；要点=任务；C=牵头；节奏=节点"


def test_what_was_said_is_told_where_the_workbook_cannot_keep_it(
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = tmp_path / "工作区"
    run(capsys, "init", workspace, "--from", file, *WORDS)

    def refuse(*_: object) -> bytes:
        raise ValueError

    monkeypatch.setattr("taskxl.desk.taking_over.write_setting", refuse)
    said = run(capsys, "init", workspace, "--from", file, "--update", "--column", "D=不读")
    assert "“清单读法”一行填上“D=不读；要点=任务；C=牵头；节奏=节点”" in said
    assert "清单读法" not in run(capsys, "init", workspace, "--from", file, "--update")


@given(st.lists(st.text("列项要点A3=＝节点任务表头行层级x ", min_size=1, max_size=12), max_size=6))
def test_every_part_of_what_was_said_is_used_or_named(parts: list[str]) -> None:
    text = "；".join(parts)
    unread = unread_hints(text)
    left = [part for part in text.split("；") if part.strip() and part.strip() not in unread]
    assert read_hints("；".join(left)) == read_hints(text)
    assert not any(read_hints(part) for part in unread)


def test_what_is_said_and_not_understood_is_told_by_check(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "2024年重点工作"
    run(capsys, "init", root, "--from", file, *WORDS)
    assert "M124" not in run(capsys, "-C", root, "check")
    change_setting(root / "主清单.xlsx", "清单读法", "要点=任务；胡写")
    change_setting(root / "主清单.xlsx", "年份", 2025)
    (root / "2024年03月").mkdir()
    told = run(capsys, "-C", root, "check")
    assert "“清单读法”里的“胡写”看不懂" in told
    assert "年份是 2025，这里的月份文件夹却是2024年的" in told


def change_setting(path: Path, name: str, value: str | int) -> None:
    workbook = openpyxl.load_workbook(path)
    (row,) = [row for row in workbook["设置"].iter_rows() if row[0].value == name]
    row[1].value = value
    workbook.save(path)
