"""What each office is asked to mend: its own part, in words to paste, with cells."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from taskxl import cli
from taskxl.commands import common
from taskxl.desk.issuing import issue_forms
from taskxl.desk.taking_over import init_workspace
from taskxl.findings import Finding
from taskxl.reports.send_back import send_back_text
from taskxl.workspace.folder import Workspace
from tests.clerks import begin_form
from tests.months import APRIL, SETTINGS, make_month
from tests.support import make_workbook


def test_the_text_names_cells_and_says_what_to_do() -> None:
    month = make_month("""
        | 股室   | 审定 | 进度状态 | 进展情况 | 存在问题 |
        | 基教股 |      | 进度滞后 |          | 无       |
        | 计财股 | 同意 | 正常推进 | 完成12所学校的预算评审。 | 无 |
    """)
    assert send_back_text(month, "基教股") == (
        "【基教股】1-4月进展情况表（基教股.xlsx）\n"
        "请更正 3 处：\n"
        "1. 〔进展情况表〕F5：第1项“任务之1”的进展情况是空白。"
        "请补填本月的进展；没有进展的，请写明原因。\n"
        "2. 〔进展情况表〕G5：第1项“任务之1”进度状态是“进度滞后”，"
        "但存在问题和下一步工作计划写的是“无”。请补写问题、原因和下一步的时间安排。\n"
        "3. 〔进展情况表〕D30：“分管负责同志审定”是空的。请分管负责同志审定后填上姓名。\n"
        "改好并经分管负责同志审定后，请把整份表重新报送办公室。"
    )
    assert send_back_text(month, "计财股") == ""


def test_what_is_only_to_be_checked_need_not_be_sent_again() -> None:
    settings = replace(SETTINGS, contact="周晓禾 0571-000")
    month = make_month("| 股室 | 进度状态 |\n| 基教股 | |", settings)
    _, title, *_, end = send_back_text(month, "基教股").split("\n")
    assert title == "请核实 1 处："
    assert end.startswith("核实无误的不必重报。")
    assert end.endswith("（联系人：周晓禾 0571-000）。")


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("E301", True), ("E302", True), ("E303", True), ("E306", True),
        ("G403", True), ("G404", True), ("G405", True), ("G408", True), ("G412", True),
        ("R202", True), ("R206", True), ("R209", True),
        ("R207", False), ("R208", False), ("R211", False),
        ("G401", False), ("G402", False), ("G407", False), ("G413", False), ("G414", False),
        ("M102", False), ("M107", False),
    ],
)  # fmt: skip
def test_an_office_is_asked_only_for_what_it_can_mend(code: str, asked: bool) -> None:
    said = Finding(code, "warning", "有一处说不清。请改。", "基教股", None, "基教股.xlsx")
    month = replace(make_month("| 股室 |\n| 基教股 |"), findings=(said,))
    assert bool(send_back_text(month, "基教股")) is asked
    assert send_back_text(month, "计财股") == "", "nobody is told of another office"


@pytest.mark.parametrize(
    ("said", "asked"), [("", True), ("差不多了", True), ("申请延期", False), ("未完成", False)]
)
def test_an_overdue_milestone_is_sent_back_where_nothing_certain_is_said_of_it(
    said: str, asked: bool
) -> None:
    table = f"""
        | 股室   | 节点时限   | 完成情况 | 进度状态 |
        | 基教股 | 2021-04-01 | {said}   | 进度滞后 |
    """
    assert ("节点" in send_back_text(make_month(table), "基教股")) is asked


def test_what_speaks_to_the_bureaus_office_is_said_anew_to_the_one_that_filled_the_form() -> None:
    findings = tuple(
        Finding(code, "warning", "请在主清单中修改，并请股室重报。", "基教股", "1", "基教股.xlsx")
        for code in ("E301", "E303", "E307")
    )
    text = send_back_text(replace(make_month("| 股室 |\n| 基教股 |"), findings=findings), "基教股")
    assert "主清单" not in text
    assert "请股室" not in text


def test_two_files_are_told_apart_and_a_strangers_file_name_is_harmless() -> None:
    findings = tuple(
        Finding("G404", "error", "空白。请补填。", "基教股", "1", file, "进展情况表", "F5")
        for file in ("一.xlsx", "二\u202e.xlsx")
    )
    text = send_back_text(replace(make_month("| 股室 |\n| 基教股 |"), findings=findings), "基教股")
    assert "1. 一.xlsx〔进展情况表〕F5：" in text
    assert "2. 二\\u202e.xlsx〔进展情况表〕F5：" in text


def test_the_command_prints_all_offices_or_one_and_names_the_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listing = """
        | 云溪县教育局2021年重点工作任务一览表 |  |  |  |
        | 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 |
        | 1 | 编制教育发展规划 | 一是6月底前报批。 | 基教股 |
        | 2 | 新建城北幼儿园 | 一是9月底前开工。 | 计财股 |
    """
    source = tmp_path / "附件1.xlsx"
    source.write_bytes(make_workbook({"附件1": listing}))
    workspace = Workspace(tmp_path / "2021年")
    init_workspace(workspace.root, [source], 2021)
    for form in issue_forms(workspace, APRIL).written:
        content = begin_form(form.read_bytes())
        (workspace.returns_folder(APRIL) / form.name).write_bytes(content)
    monkeypatch.setattr(common, "today", lambda: date(2021, 4, 26))

    def run(*arguments: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(["-C", str(workspace.root), "send-back", *arguments])
        return left.value.code, *capsys.readouterr()

    code, out, _ = run()
    assert code == 0
    assert [line for line in out.split("\n") if line.startswith("【")] == [
        "【基教股】1-4月进展情况表（附件2-基教股-2021年4月.xlsx）",
        "【计财股】1-4月进展情况表（附件2-计财股-2021年4月.xlsx）",
    ]
    assert "进展情况是空白" in out
    _, out, _ = run("--office", "计财股")
    assert "基教股" not in out
    code, out, err = run("--office", "人事股")
    assert (code, out) == (2, "")
    assert err == "没有要报送的股室“人事股”。可选：基教股、计财股\n"
