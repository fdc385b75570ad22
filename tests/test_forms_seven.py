"""What a form did not have is not asked for: the seven official columns, and less."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.forms.template.template import check_template
from taskxl.master.book.making import write_master
from taskxl.merge.counts import count_month
from taskxl.model import MasterList, Milestone, Month, Office, Period, Settings, Task
from taskxl.reports.send_back import send_back_text
from taskxl.resources import template
from taskxl.workspace.folder import Workspace
from tests.draw_template import SEVEN, draw_template
from tests.drawings import draw_table
from tests.test_forms_drawing import looks

APRIL = Period(2021, 4)
NOW = datetime(2021, 4, 20, 9)
OFFICIAL = [
    *("编号", "项目名称", "主要内容和关键时间节点计划", "责任股室"),
    *("进展情况", "存在问题和下一步工作计划", "备注"),
]
LIST = MasterList(
    "云溪县教育系统2021年重点工作任务一览表",
    (
        Task(
            "1",
            "建成实验小学",
            content="建成实验小学。",
            lead_offices=("基教股",),
            milestones=(Milestone("一是2月底前立项。", date(2021, 2, 28), id="1/1"),),
            id="1",
        ),
        Task("2", "做好招生", content="阳光招生。", lead_offices=("基教股",), id="2"),
    ),
    (Office("基教股"),),
    Settings(bureau="云溪县教育局", year=2021, contact="周晓禾 0000-1234567"),
)
ANSWERS = {
    "进度状态": "正常推进",
    "进展情况": "4月12日召开论证会，选址方案已获批复，涉及2所学校。",
    "存在问题": "无",
    "完成情况": "已完成",
    "完成日期": "2021-2-25",
}


def make_workspace(root: Path, drawing: bytes | None = None, columns: str = "eight") -> Workspace:
    """Make a workspace of that list, whose forms are drawn so."""
    workspace = Workspace(root)
    settings = replace(LIST.settings, form_columns=columns)  # type: ignore[arg-type]
    workspace.create()
    workspace.master_path.write_bytes(write_master(replace(LIST, settings=settings)))
    if drawing is not None:
        (root / "模板").mkdir()
        (root / "模板" / "附件2.xlsx").write_bytes(drawing)
    return workspace


def fill(sheet: Worksheet) -> None:
    """Fill each column that a table on the sheet has, in every row with a task."""
    columns: dict[int, str] = {}
    for row in sheet.iter_rows():
        captions = {cell.column: str(cell.value or "") for cell in row}
        if "编号" in captions.values():
            columns = captions
        elif row[0].value and len([cell for cell in row if cell.value]) > 3:
            for column, caption in columns.items():
                known = next((word for word in ANSWERS if caption.startswith(word)), None)
                if known:
                    sheet.cell(row[0].row, column).value = ANSWERS[known]


def sign(sheet: Worksheet) -> None:
    """Write behind each label that stands before a blank cell."""
    texts = {"填报人：": "周晓禾", "填报日期：": "2021-4-19", "分管负责同志审定：": "何远山"}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value in texts:
                sheet.cell(cell.row, cell.column + 1).value = texts[cell.value]


def run_month(workspace: Workspace, filled: bool = True) -> Month:
    """Issue April's form, have it filled, merge."""
    (path,) = issue_forms(workspace, APRIL, now=NOW).written
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets if filled else ():
        fill(sheet)
        sign(sheet)
    book.save(workspace.returns_folder(APRIL) / "交.xlsx")
    return merge_returns(workspace, APRIL, now=NOW).month


def demands(month: Month) -> list[str]:
    """Return what an office is told to mend, and what it is held to."""
    held = [f.code for f in month.findings if f.severity != "info" and f.code[0] in "EGR"]
    return [*held, *filter(None, [send_back_text(month, "基教股")])]


def draw(without: str) -> bytes:
    """Draw a bureau's own form that has all but one thing."""
    columns = {
        "A": ("编号", "{{任务.编号}}"),
        "B": ("项目名称", "{{任务.名称}}"),
        "C": ("主要内容", "{{任务.计划}}"),
        "D": ("进度状态", "{{任务.状态}}"),
        "E": ("进展情况", "{{任务.进展}}"),
        "F": ("存在问题", "{{任务.问题}}"),
        "G": ("标识", "{{任务.标识}}"),
    }
    head = {
        "填报股室": ("A2", "填报股室：{{股室}}"),
        "填报人": ("C2", "填报人："),
        "填报日期": ("E2", "填报日期："),
        "审定": ("G2", "分管负责同志审定："),
    }
    cells = {"A1": "{{标题}}"} | {
        cell: text for name, (cell, text) in head.items() if name != without
    }
    for letter, (caption, word) in columns.items():
        if caption != without:
            cells |= {f"{letter}4": caption, f"{letter}5": word}
    return draw_table(cells)


@pytest.mark.parametrize("without", ["进度状态", "存在问题", "填报人", "填报日期", "审定"])
def test_what_a_bureaus_own_form_does_not_have_is_not_asked_for(
    tmp_path: Path, without: str
) -> None:
    month = run_month(make_workspace(tmp_path / "年", draw(without)))
    assert [state.state for state in month.offices] == ["submitted"]
    assert demands(month) == []
    assert count_month(month).rates["completeness"].done == 2


def test_what_a_bureaus_own_form_has_is_asked_for(tmp_path: Path) -> None:
    """The same form with everything on it, only the statuses and the head left blank."""
    workspace = make_workspace(tmp_path / "年", draw(""))
    (path,) = issue_forms(workspace, APRIL, now=NOW).written
    book = openpyxl.load_workbook(path)
    for row in (5, 6):
        book.worksheets[0].cell(row, 5).value = f"{row}月{ANSWERS['进展情况']}"
    book.save(workspace.returns_folder(APRIL) / "交.xlsx")
    month = merge_returns(workspace, APRIL, now=NOW).month
    assert {"G403", "G412", "G415"} <= {finding.code for finding in month.findings}


def test_the_seven_columns_are_those_of_the_notice_and_no_more_is_asked(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "年", columns="seven")
    (path,) = issue_forms(workspace, APRIL, now=NOW).written
    book = openpyxl.load_workbook(path)
    sheet = book["进展情况表"]
    shown = [c.value for c in sheet[4] if not sheet.column_dimensions[c.column_letter].hidden]
    assert [text for text in shown if text] == OFFICIAL
    assert [one.title for one in book.worksheets if one.sheet_state == "visible"] == [
        "进展情况表",
        "填报说明",
    ]
    month = run_month(make_workspace(tmp_path / "另一年", columns="seven"))
    assert demands(month) == []
    assert month.asked == ("progress", "obstacles", "remarks", "reporter", "reported_on")


@pytest.mark.parametrize("columns", ["eight", "seven"])
def test_the_count_is_never_printed_and_the_day_and_whom_to_ask_are(
    tmp_path: Path, columns: str
) -> None:
    (path,) = issue_forms(make_workspace(tmp_path / "年", columns=columns), APRIL, now=NOW).written
    for sheet in openpyxl.load_workbook(path).worksheets:
        if sheet.sheet_state != "visible":
            continue
        area = str(sheet.print_area).rpartition("!")[2].replace("$", "")
        printed = {c.coordinate: str(c.value or "") for row in sheet[area] for c in row}
        everything = [str(c.value or "") for row in sheet.iter_rows() for c in row]
        assert sum("还差" in text and text.startswith("=IF") for text in everything) == 1
        assert not any("还差 " in text for text in printed.values())
        if sheet.title == "进展情况表":
            assert "报送期限：2021年4月25日　　联系人：周晓禾 0000-1234567" in printed.values()


def test_a_form_that_comes_back_as_it_went_out_is_to_be_sent_again(tmp_path: Path) -> None:
    month = run_month(make_workspace(tmp_path / "年"), filled=False)
    assert [(state.state, state.files) for state in month.offices] == [("rejected", ("交.xlsx",))]
    assert [(one.verdict, one.code) for one in month.files] == [("rejected", "R212")]
    assert count_month(month).rates["punctuality"].done == 0
    assert "没有填写" in send_back_text(month, "基教股")


def test_last_months_text_sent_back_untouched_is_a_form_nobody_filled(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "年")
    run_month(workspace)
    may = Period(2021, 5)
    (path,) = issue_forms(workspace, may, now=NOW).written
    target = workspace.returns_folder(may) / "交.xlsx"
    target.write_bytes(path.read_bytes())
    month = merge_returns(workspace, may, now=datetime(2021, 5, 20)).month
    assert [state.state for state in month.offices] == ["rejected"]
    assert month.entries == ()

    book = openpyxl.load_workbook(path)
    sheet = book["进展情况表"]
    at = next(
        c.coordinate
        for row in sheet.iter_rows()
        for c in row
        if c.value and "〔上月〕" in str(c.value) and c.row > 5
    )
    sheet[at] = f"{sheet[at].value}5月10日已开工。"
    book.save(target)
    month = merge_returns(workspace, may, now=datetime(2021, 5, 20)).month
    assert [state.state for state in month.offices] == ["submitted"]


def test_a_text_from_before_a_skipped_month_names_its_month(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "年")
    run_month(workspace)
    june = issue_forms(workspace, Period(2021, 6), now=NOW)
    texts = [
        str(c.value)
        for row in openpyxl.load_workbook(june.written[0])["进展情况表"].iter_rows(min_row=6)
        for c in row
        if str(c.value).startswith("〔")
    ]
    assert texts
    assert all(text.startswith("〔4月〕") for text in texts)
    assert any("5月没有下发过" in note for note in june.notes)


def test_the_shipped_drawing_has_no_fault_and_is_what_the_script_draws() -> None:
    content = template("附件2-七栏.xlsx")
    assert check_template(content) == ()
    assert looks(content) == looks(draw_template(layout=SEVEN))


def test_each_form_is_asked_for_what_it_had_though_the_month_has_both(tmp_path: Path) -> None:
    """After 表样 was changed in mid-month the form that went out before still counts as it was."""
    workspace = make_workspace(tmp_path / "年", columns="seven")
    (path,) = issue_forms(workspace, APRIL, now=NOW).written
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        fill(sheet)
        sign(sheet)
    book.save(workspace.returns_folder(APRIL) / "交.xlsx")
    workspace.master_path.write_bytes(write_master(LIST))
    issue_forms(workspace, APRIL, now=NOW)
    month = merge_returns(workspace, APRIL, now=NOW).month
    assert "status" in month.asked
    assert demands(month) == []
