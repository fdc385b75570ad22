"""The summary workbook: everything in it, in its place, linked, printable, and nothing active."""

import io
import re
import zipfile
from bisect import bisect
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator
from reports_support import (
    AS_OF,
    LEADERS,
    LONG,
    TASKS,
    dump_workbook,
    links_of,
    make_empty_month,
    make_month,
    open_workbook,
)

from taskxl.findings import Finding
from taskxl.model import Entry, FileVerdict, Month, Task, Unplaced
from taskxl.reports import month_sheets, sheet_overview, sheet_tasks, view, writing
from taskxl.reports.paper import clean_text, join_text
from taskxl.reports.styles import FILLS
from taskxl.reports.summary import write_summary
from taskxl.reports.tables import Column, Row, Table
from taskxl.reports.view import MonthView, look_at
from taskxl.rules import rule_of
from taskxl.text import squeeze
from tests.clerks import convert

SHEETS = [
    "总览", "汇总表", "缺口清单", "报送情况", "节点台账", "分管领导", "未归位内容", "改动对照", "来稿登记",
]  # fmt: skip
EXPECTED = Path(__file__).parent / "expected" / "summary.txt"
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+SUM(1,2)",
    "-1+1",
    "@SUM(A1)",
    "http://example.invalid/a",
    "mailto:a@example.invalid",
    "\\\\server\\share",
    "internal:'汇总表'!A1",
    "{=1+1}",
    "_x0041_",
    "<b>&amp;\"'",
)


@cache
def summary() -> bytes:
    return write_summary(make_month())


@pytest.fixture
def book() -> Workbook:
    return open_workbook(summary())


def find_row(sheet: Worksheet, column: str, text: str) -> int:
    """Return the first row whose cell in a column says `text`."""
    return next(cell.row for cell in sheet[column] if str(cell.value) == text)


def pages_of(sheet: Worksheet) -> tuple[str, str]:
    """Return on how many pages, wide and high, a sheet is fitted; 0 is as many as it takes."""
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    pages = (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight)
    return tuple("1" if number is None else str(number) for number in pages)


def texts_of(content: bytes) -> str:
    """Return all cell texts, squeezed, with those of parted rows put together."""
    found = []
    for sheet in open_workbook(content).worksheets:
        for column in sheet.iter_cols(values_only=True):
            found.append(join_text([str(value) for value in column if value is not None]))
    return squeeze("\n".join(found))


# ---------------------------------------------------------------- the whole


def test_the_sheets_stand_in_their_order(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    assert book.active.title == "总览"


def test_the_workbook_says_what_it_should(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Every value, colour, comment, merge, link and page break; `--update` writes it anew.

    The rules' own words are other rooms' and are replaced.
    """
    monkeypatch.setattr(
        view,
        "rule_of",
        lambda code: replace(rule_of(code), name=f"〈{code}的名称〉", cure=f"〈{code}的办法〉"),
    )
    dumped = dump_workbook(write_summary(make_month()))
    if request.config.getoption("--update"):
        EXPECTED.parent.mkdir(exist_ok=True)
        EXPECTED.write_text(dumped, encoding="utf-8")
    assert dumped == EXPECTED.read_text(encoding="utf-8")


def test_the_same_month_gives_the_same_bytes() -> None:
    assert write_summary(make_month()) == summary()


@pytest.mark.parametrize("month", [make_month(), make_empty_month()], ids=["full", "empty"])
def test_a_validator_finds_nothing(month: Month, tmp_path: Path) -> None:
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(write_summary(month))
    assert OpenXmlValidator().validate(path).errors == []


def test_a_month_without_anything_says_so_on_every_sheet() -> None:
    book = open_workbook(write_summary(make_empty_month()))
    assert book.sheetnames == SHEETS
    assert book["缺口清单"]["A4"].value == "没有发现缺口"
    assert book["来稿登记"]["A4"].value == "还没有来稿"


# ---------------------------------------------------------------- 总览


def numbers_of(book: Workbook) -> dict[str, list[object]]:
    """Return the small tables of 总览: label → numbers, from left to right."""
    found: dict[str, list[object]] = {}
    for row in book["总览"].iter_rows(min_row=4, max_row=11, values_only=True):
        for label, number in ((row[0], row[3]), (row[4], row[7]), (row[8], row[11])):
            found.setdefault(label, []).append(number)
    return found


def test_the_overview_counts_offices_tasks_and_milestones(book: Workbook) -> None:
    numbers = numbers_of(book)
    assert numbers["应报股室"] == [7]
    assert numbers["按时报送"] == [4]
    assert numbers["迟报"] == [1]
    assert numbers["未报送"] == [1]
    assert numbers["须重报"] == [1]
    assert numbers["任务"] == [12]
    assert numbers["已完成"] == [2, 4], "tasks, then milestones"
    assert numbers["严重滞后"] == [4]
    assert numbers["时限待定"] == [2]
    assert numbers["按时报送率\n（4/7）"] == [pytest.approx(4 / 7, abs=1e-4)]
    assert numbers["节点完成率\n（4/8 到期）"] == [pytest.approx(4 / 8, abs=1e-4)]


def test_the_overview_names_who_is_missing_and_late_in_words(book: Workbook) -> None:
    texts = [cell.value for cell in book["总览"]["A"]]
    assert "未报送（1 个）：职教股" in texts
    assert "迟报（1 个）：安全股" in texts
    assert "须重报（1 个）：督导室" in texts


def test_an_office_whose_file_was_refused_unnamed_is_not_simply_called_silent() -> None:
    month = make_month()
    scan = FileVerdict("职教股（盖章）.pdf", "9d" * 32, "rejected", None, "R203", "这是 PDF。")
    book = open_workbook(write_summary(replace(month, files=(*month.files, scan))))
    texts = [cell.value for cell in book["总览"]["A"]]
    assert "未报送（1 个）：职教股（有来稿待认定）" in texts


def urgent_rows(month: Month) -> list[tuple[str, str, str]]:
    """Return severity, office and text of the things to deal with first."""
    sheet = open_workbook(write_summary(month))["总览"]
    top = find_row(sheet, "A", "序") + 1
    end = find_row(sheet, "A", "二、各表")
    return [tuple(sheet.cell(row, c).value for c in (2, 3, 5)) for row in range(top, end)]


def test_the_ten_things_come_gravest_first_and_like_ones_together() -> None:
    rows = urgent_rows(make_month())
    assert [row[0] for row in rows] == ["须处理"] * 6 + ["请注意"] * 4
    assert rows[0][1] == "职教股"
    overdue = rule_of("G406").name
    assert rows[1][1] == "安全股", "the longest overdue first"
    assert rows[2][1:] == ("计财股", f"{overdue}：2 处（第3、4项），最长已超期 25 天")


def test_missing_offices_are_one_thing_and_those_missing_for_months_come_first() -> None:
    month = make_month()
    missing = [Finding("G401", "error", "没有收到。", f"第{n}股") for n in range(14)]
    running = Finding("G414", "error", "已连续 2 个月没有报送。", "第0股")
    rows = urgent_rows(replace(month, findings=(*missing, running, month.findings[2])))
    listed = "、".join(f"第{n}股" for n in range(1, 13))
    assert rows == [
        ("须处理", "第0股", "已连续 2 个月没有报送。"),
        ("须处理", "13 个股室", f"{rule_of('G401').name}：13 个股室（{listed}等）"),
        ("须处理", "基教股", f"{TASKS[4].label}：进展情况只有一个空格。请补填。"),
    ]


@pytest.mark.parametrize("code", ["R201", "R203", "R205", "R210"])
def test_a_stray_file_is_nothing_for_a_leader_one_of_an_office_is(code: str) -> None:
    finding = Finding(code, "error", "这是 PDF。请发回 Excel 表。", file="盖章.pdf")
    stray = replace(make_month(), findings=(finding,))
    assert sheet_overview.find_urgent(look_at(stray)) == []
    of_office = replace(finding, office="办公室")
    rows = urgent_rows(replace(make_month(), findings=(of_office,)))
    assert rows == [("须处理", "办公室", "这是 PDF。请发回 Excel 表。")]


def test_a_long_finding_is_shortened_by_what_is_to_be_done() -> None:
    case = f"第3项的节点“{'改造周转宿舍' * 8}”时限是2026-03-31，计财股报未完成。"
    message = f"{case}请说明原因和新的完成时间。请报分管负责同志。"
    month = replace(make_month(), findings=(Finding("G406", "error", message, "计财股", "3"),))
    ((_, _, text),) = urgent_rows(month)
    assert text.endswith("计财股报未完成。")
    assert len(text) <= sheet_overview.MOST_CHARACTERS


def test_what_is_only_to_be_checked_is_one_line_a_code() -> None:
    month = make_month()
    asked = [
        Finding("G406", "info", "请核实。", task.lead_offices[0], task.id) for task in TASKS[1:10]
    ]
    rows = urgent_rows(replace(month, findings=tuple(asked)))
    name = rule_of("G406").name
    numbers = "、".join(str(n) for n in range(2, 11))
    assert rows == [("请核实", "5 个股室", f"{name}：9 处（第{numbers}项），最长已超期 56 天")]


def test_the_overview_is_two_portrait_pages_with_two_charts_in_patterns(book: Workbook) -> None:
    sheet = book["总览"]
    assert sheet.page_setup.orientation == "portrait"
    assert pages_of(sheet) == ("1", "0")
    assert len(sheet.row_breaks.brk) == 1
    with zipfile.ZipFile(io.BytesIO(summary())) as package:
        charts = [package.read(n).decode() for n in package.namelist() if "charts/chart" in n]
    assert len(charts) == 2
    for chart in charts:
        patterns = re.findall(r'pattFill prst="(\w+)"', chart)
        assert len(patterns) == len(set(patterns)) >= 4


def test_very_many_missing_offices_are_named_up_to_a_point() -> None:
    month = make_month()
    many = tuple(replace(month.offices[5], office=f"第{n}股") for n in range(300))
    sheet = open_workbook(write_summary(replace(month, offices=many)))["总览"]
    line = next(c.value for c in sheet["A"] if str(c.value).startswith("未报送（300 个）"))
    assert "第59股等，全部见“报送情况”" in line


# ---------------------------------------------------------------- 汇总表


def test_tasks_stand_in_the_order_of_the_list_under_their_leaders(book: Workbook) -> None:
    sheet = book["汇总表"]
    plans = [str(cell.value) for cell in sheet["C"][3:]]
    column = [cell.value for cell in sheet["A"][3:]]
    column = [n for n, plan in zip(column, plans, strict=True) if not plan.startswith("续")]
    wanted: list[str] = []
    for leader in LEADERS:
        wanted.append(f"{leader}同志负责项目")
        wanted += [str(task.number) for task in TASKS if task.leader == leader]
    assert column == wanted


def test_the_columns_are_the_official_ones_and_the_id_is_hidden(book: Workbook) -> None:
    sheet = book["汇总表"]
    assert [cell.value for cell in sheet[3]] == [
        "编号", "项目名称", "主要内容和关键时间节点计划", "责任股室", "进度状态", "进展情况",
        "存在问题和下一步工作计划", "备注", "批示", "标识",
    ]  # fmt: skip
    assert sheet.column_dimensions["J"].hidden
    assert not sheet.column_dimensions["I"].hidden
    assert {cell.value for cell in sheet["J"][3:]} - {None} == {task.id for task in TASKS}


def test_the_leading_office_speaks_first_and_the_others_by_name(book: Workbook) -> None:
    sheet = book["汇总表"]
    row = find_row(sheet, "J", "1")
    lines = sheet.cell(row, 6).value.split("\n")
    assert lines[0].startswith("规划初稿已形成")
    assert lines[1:] == [
        "〔计财股〕已提供近五年教育经费数据和今后五年测算表。",
        "〔基教股〕学位需求预测尚未完成。",
    ]
    assert sheet.cell(row, 8).value == "县政府工作报告\n〔基教股〕请统一口径"


@pytest.mark.parametrize(
    ("task", "column", "text"),
    [
        ("5", "F", "【空白】"),
        ("5", "E", "【状态不明】\n快了"),
        ("3", "E", "【逾期】\n进度滞后"),
        ("6", "F", "【内容空泛】按上级要求积极推进相关工作。"),
        ("6", "B", "【有改动】\n义务教育学区化办学"),
        ("8", "G", "【未说明】"),
        ("10", "F", "【未报送】"),
        ("12", "F", "【须重报】"),
    ],
)
def test_a_gap_has_a_word_a_colour_and_a_reason(
    book: Workbook, task: str, column: str, text: str
) -> None:
    sheet = book["汇总表"]
    cell = sheet[f"{column}{find_row(sheet, 'J', task)}"]
    assert cell.value == text
    assert cell.fill.fill_type == "solid"
    assert cell.comment is not None
    assert re.search(r"（[A-Z]\d{3}）", cell.comment.text)


def test_a_supporting_office_whose_row_is_gone_is_named(book: Workbook) -> None:
    sheet = book["汇总表"]
    cell = sheet[f"F{find_row(sheet, 'J', '7')}"]
    assert cell.value.endswith("\n〔督导室〕【缺行】")


def test_an_owed_text_that_no_finding_speaks_of_is_marked_all_the_same() -> None:
    sheet = open_workbook(write_summary(replace(make_month(), findings=())))["汇总表"]
    cell = sheet[f"F{find_row(sheet, 'J', '5')}"]
    assert (cell.value, cell.comment.text) == ("【空白】", "基教股：空白")


def test_a_long_text_goes_on_in_rows_of_the_same_id_and_no_row_is_too_high(book: Workbook) -> None:
    sheet = book["汇总表"]
    rows = [cell.row for cell in sheet["J"] if cell.value == "4"]
    assert len(rows) > 1
    assert rows == list(range(rows[0], rows[-1] + 1))
    text = join_text([sheet.cell(row, 6).value for row in rows])
    assert text == f"{LONG}\n〔安全股〕已对两所学校施工方案提出安全意见。"
    assert [sheet.cell(row, 4).value for row in rows] == ["计财股\n基教股\n安全股"] * len(rows)
    for worksheet in book.worksheets:
        for dimension in worksheet.row_dimensions.values():
            assert (dimension.height or 0) <= 290


def test_a_text_beyond_measure_goes_on_among_the_unplaced_and_says_so() -> None:
    text = "".join(f"第{n}件事办好了。" for n in range(12_000))
    month = make_month()
    entries = (replace(month.entries[0], progress=text), *month.entries[1:])
    content = write_summary(replace(month, entries=entries))
    book = open_workbook(content)
    sheet = book["汇总表"]
    rows = [cell.row for cell in sheet["J"] if cell.value == "1"]
    assert len(rows) <= sheet_tasks.MAX_PARTS + 2
    here = join_text([sheet.cell(row, 6).value for row in rows if sheet.cell(row, 6).value])
    kept, rest = here.split("\n（以下还有 ", 1)
    assert text.startswith(kept)
    assert "接在“未归位内容”中" in rest
    others = book["未归位内容"]
    there = join_text([c.value for c in others["E"][3:] if c.value])
    assert kept + there[there.index(text[len(kept) :][:40]) :] == text
    assert "汇总表里放不下的长文" in others["A2"].value


def test_it_prints_on_landscape_a4_with_the_header_on_each_page_and_a_page_a_leader(
    book: Workbook,
) -> None:
    for name in SHEETS[1:]:
        sheet = book[name]
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert pages_of(sheet) == ("1", "0")
        assert sheet.print_title_rows == "$3:$3"
        assert sheet.freeze_panes is not None
        assert "&P" in sheet.oddFooter.center.text
    for name in ("汇总表", "分管领导"):
        sheet = book[name]
        sections = [c.row for c in sheet["A"] if "同志负责项目" in str(c.value)]
        assert len(sections) == len(LEADERS)
        breaks = {one.id for one in sheet.row_breaks.brk}
        before = {row - 1 for row in sections[1:]}
        # In 汇总表 a page ends before a section only where its heading would stand alone.
        assert breaks == before if name == "分管领导" else breaks <= before


def test_flat_sheets_are_named_tables_that_can_be_filtered(book: Workbook) -> None:
    for name in ("缺口清单", "报送情况", "节点台账", "未归位内容", "改动对照", "来稿登记"):
        (table,) = book[name].tables.values()
        assert table.name == name
        assert table.autoFilter is not None
    assert book["汇总表"].auto_filter.ref == f"A3:I{book['汇总表'].max_row}"


# ---------------------------------------------------------------- links


def test_every_link_lands_on_a_cell_that_says_something(book: Workbook) -> None:
    links = list(links_of(book))
    assert {source for source, *_ in links} == {"总览", "缺口清单", "报送情况", "分管领导"}
    for _, _, name, target in links:
        assert book[name][target].value not in (None, "") or book[name][target].comment, target


def test_every_finding_leads_to_the_cell_that_it_is_about(book: Workbook) -> None:
    links = {row: (name, cell) for sheet, row, name, cell in links_of(book) if sheet == "缺口清单"}
    findings = make_month().findings
    assert len(links) == len(findings)
    for row, finding in enumerate(findings, 4):
        name, target = links[row]
        cell = book[name][target]
        if name == "汇总表":
            assert book[name].cell(cell.row, 10).value == finding.task
            assert f"【{rule_of(finding.code).marks[1]}】" in cell.value
            assert finding.message in cell.comment.text
            assert cell.fill.fgColor.rgb[2:] in {fill[1:] for fill in FILLS.values()}
        elif name == "报送情况":
            assert book[name].cell(cell.row, 2).value == finding.office
            assert finding.message in cell.comment.text
        else:
            wanted = {"R202": "来稿登记", "E301": "改动对照", "E303": "未归位内容"}
            assert name == wanted[finding.code]


def test_the_overview_leads_to_all_sheets(book: Workbook) -> None:
    targets = {name for sheet, _, name, cell in links_of(book) if (sheet, cell) == ("总览", "A1")}
    assert targets == set(SHEETS[1:])


def test_a_new_sheet_needs_one_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    month_sheets.month_sheets()
    monkeypatch.setattr(month_sheets, "_MAKERS", dict(month_sheets._MAKERS))

    @month_sheets.month_sheet
    def make_table(view: MonthView) -> Table:
        rows = [Row((state.office,)) for state in view.month.offices]
        return Table("样例", "样例", "", (Column("股室", 13),), rows, place=1, amount="一张")

    book = open_workbook(write_summary(make_month()))
    assert book.sheetnames == [SHEETS[0], "样例", *SHEETS[1:]]
    assert "样例（一张）" in [cell.value for row in book["总览"] for cell in row]


def test_beyond_excels_limit_of_links_the_list_goes_on_without_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "MAX_LINKS", 5)
    book = open_workbook(write_summary(make_month()))
    assert sum(sheet == "缺口清单" for sheet, *_ in links_of(book)) == 5
    assert book["缺口清单"]["A20"].value == 17


# ---------------------------------------------------------------- the other sheets


def test_the_gap_list_says_what_it_is_and_what_to_do(book: Workbook) -> None:
    rows = list(book["缺口清单"].iter_rows(min_row=4, values_only=True))
    for row, finding in zip(rows, make_month().findings, strict=True):
        assert row[2] == finding.code
        assert row[6] == finding.message
        assert row[3] != finding.code, f"{finding.code} has no name"
        assert row[7], f"{finding.code} has no cure"


def test_an_office_has_its_state_and_a_colour_for_what_is_wrong(book: Workbook) -> None:
    sheet = book["报送情况"]
    header = [cell.value for cell in sheet[3]]
    late = sheet[find_row(sheet, "B", "安全股")]
    by_name = dict(zip(header, late, strict=True))
    assert by_name["报送状态"].value == "迟报"
    assert by_name["收到时间"].value.isoformat() == "2026-04-27T09:05:00"
    assert by_name["时间依据"].value == "文件时间"
    assert by_name["审定"].value == "【未审定】"
    assert by_name["填报人"].value == "【空白】"
    assert "没有写分管负责同志审定" in by_name["审定"].comment.text
    missing = dict(zip(header, sheet[find_row(sheet, "B", "职教股")], strict=True))
    assert (missing["报送状态"].value, missing["连续未报月数"].value) == ("未报送", 2)


def test_milestones_have_dates_that_sort_and_a_word_for_their_light(book: Workbook) -> None:
    sheet = book["节点台账"]
    rows = {row[3]: row for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert len(rows) == 21
    severe = rows["一是2月底前完成排查。"]
    assert severe[4].date() == date(2026, 2, 28)
    assert severe[5:8] == ("严重滞后", "未完成", (AS_OF - date(2026, 2, 28)).days)
    assert rows["二是4月28日前完成整改“回头看”。"][5:9] == ("临近", None, None, 3)
    assert rows["三是9月开学前投入使用。"][4:6] == (None, "时限待定")
    done = rows["一是2月底前完成调研，形成规划初稿。"]
    assert done[5:9] == ("已完成", "已完成", None, None)


def test_an_open_milestone_of_an_office_that_has_not_returned_says_so(book: Workbook) -> None:
    rows = {row[3]: row for row in book["节点台账"].iter_rows(min_row=4, values_only=True)}
    assert rows["一是2月底前签订合作协议。"][5:7] == ("严重滞后", "未报送")
    assert rows["一是5月底前完成监测。"][5:7] == ("未到期", "须重报")
    leaders = [str(cell.value) for cell in book["分管领导"]["F"]]
    assert "【严重滞后】一是2月底前签订合作协议。（超期 56 天，本期未报送）" in leaders


def test_a_leader_sees_the_worst_first_what_changed_and_what_is_asked(book: Workbook) -> None:
    rows = list(book["分管领导"].iter_rows(min_row=4, values_only=True))
    first = [row[0] for row in rows[: next(n for n, r in enumerate(rows) if "周若兰" in r[0])]]
    assert first[0].startswith("陈立明同志负责项目　共 3 项：进度滞后 1 项")
    assert first[0].endswith("逾期节点 1 个；新完成节点 1 个；新逾期节点 1 个")
    assert "申请延期" in first[1]
    assert "恳请局领导协调财政局加快评审" in first[2]
    assert first[3:] == ["3", "1", "2"]
    assert rows[3][4] == "正常推进→进度滞后\n新逾期节点 1 个"
    assert rows[3][5] == "【严重滞后】一是3月底前完成立项和预算评审。（超期 25 天）"
    assert rows[5][4] == "首次填报\n新完成节点 1 个"


def test_a_leader_is_told_who_has_been_silent_for_months_or_that_nothing_is_asked(
    book: Workbook,
) -> None:
    column = [str(cell.value) for cell in book["分管领导"]["A"]]
    section = next(n for n, text in enumerate(column) if text.startswith("何志远同志负责项目"))
    assert column[section + 1] == "提请研究 1　职教股已连续 2 个月没有报送，请过问"
    section = next(n for n, text in enumerate(column) if text.startswith("周若兰同志负责项目"))
    assert column[section + 1] == "报送内容中没有摘出提请研究的事项"


def test_without_a_month_before_nothing_is_called_new() -> None:
    book = open_workbook(write_summary(replace(make_month(), lights_before={})))
    assert not any("新" in str(cell.value)[:40] for cell in book["分管领导"]["E"])


@pytest.mark.parametrize(
    ("obstacles", "asked"),
    [
        ("用地指标不足。恳请局领导协调自然资源局。", "恳请局领导协调自然资源局"),
        ("建议提交局长办公会研究；下一步抓紧施工。", "建议提交局长办公会研究"),
        ("需县政府明确资金来源", "需县政府明确资金来源"),
        ("评审排队时间较长，已请计财股协调加快。", None),
        ("下一步抓紧施工，6月底前完成。", None),
        ("第三家企业的设备投入比例尚需明确，3月底前签约。", None),
    ],
)
def test_what_is_asked_of_a_leader_is_quoted(obstacles: str, asked: str | None) -> None:
    month = make_month()
    entries = tuple(replace(entry, obstacles="") for entry in month.entries[1:])
    month = replace(
        month,
        entries=(replace(month.entries[0], obstacles=obstacles), *entries),
        milestones=(),
        offices=tuple(replace(office, months_missing=0) for office in month.offices),
    )
    column = [str(c.value) for c in open_workbook(write_summary(month))["分管领导"]["A"]]
    lines = [text for text in column if text.startswith("提请研究")]
    assert lines == ([f"提请研究 1　{TASKS[0].label}：办公室写道“{asked}”"] if asked else [])


def test_what_was_altered_stands_beside_what_it_was(book: Workbook) -> None:
    row = next(book["改动对照"].iter_rows(min_row=4, values_only=True))
    assert row[4:7] == ("项目名称", "义务教育学区化办学", "学区化管理")


def test_every_file_is_registered_with_its_verdict_and_digest(book: Workbook) -> None:
    rows = list(book["来稿登记"].iter_rows(min_row=4, values_only=True))
    assert [(row[1], row[6]) for row in rows] == [(f.file, f.sha256) for f in make_month().files]
    assert [row[2] for row in rows][3:5] == ["已被新表替代", "采用"]


# ---------------------------------------------------------------- the promises

TYPED = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Co")), max_size=80),
    st.text("一二三四，。\n", min_size=400, max_size=1500),
)


def is_there(text: str, found: str) -> bool:
    """Tell whether a text is in the workbook: whole, or its end among the unplaced."""
    kept = bisect(range(len(text) + 1), 0, key=lambda end: text[:end] not in found) - 1
    return text[kept:] in found


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TYPED, min_size=6, max_size=6))
def test_no_text_that_an_office_typed_is_missing(typed: list[str]) -> None:
    status, progress, obstacles, remarks, left, note = typed
    month = make_month()
    entry = replace(
        month.entries[1], status=status, progress=progress, obstacles=obstacles, remarks=remarks
    )
    said = replace(month.milestones[0].entry, note=note)
    month = replace(
        month,
        entries=(month.entries[0], entry, *month.entries[2:]),
        milestones=(replace(month.milestones[0], entry=said), *month.milestones[1:]),
        unplaced=(Unplaced("表.xlsx", None, None, left),),
    )
    found = texts_of(write_summary(month))
    for text in typed:
        assert is_there(squeeze(clean_text(text)), found)


def test_nothing_that_an_office_typed_becomes_active() -> None:
    text = "\n".join(HOSTILE)
    month = make_month()
    entries = tuple(
        replace(e, status=one, progress=one, obstacles=text, remarks=one)
        for e, one in zip(month.entries, HOSTILE, strict=False)
    )
    tasks = tuple(replace(t, title=one) for t, one in zip(TASKS, HOSTILE, strict=False))
    findings = tuple(Finding("E304", "warning", one, one, "1", one, one, "A1") for one in HOSTILE)
    content = write_summary(
        replace(
            month,
            master=replace(month.master, tasks=tasks + TASKS[len(tasks) :]),
            entries=entries,
            findings=findings,
            unplaced=tuple(Unplaced(one, one, None, one) for one in HOSTILE),
            offices=tuple(
                replace(s, office=one, reporter=one, files=(one,))
                for s, one in zip(month.offices, HOSTILE, strict=False)
            ),
        )
    )
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    for name, part in parts.items():
        assert "External" not in part, name
        assert not re.search(r"<f[ >]", part), name
    sheet = openpyxl.load_workbook(io.BytesIO(content))["未归位内容"]
    assert [cell.value for cell in sheet["E"][3:]] == list(HOSTILE)
    assert sheet["E4"].quotePrefix, "a text like a formula stays a text when it is edited"


def test_numbers_of_tasks_are_words_and_not_numbers(book: Workbook) -> None:
    sheet = book["汇总表"]
    assert sheet.cell(find_row(sheet, "J", "10"), 1).data_type == "s"


def test_tasks_without_number_title_leader_or_office_are_in_the_table_too() -> None:
    month = make_month()
    bare = Task(content="一项没有名称的工作", id="无号-1")
    entry = Entry("无号-1", "督导室", "正常推进", "已开会研究。", file="督导室.xlsx")
    month = replace(
        month,
        master=replace(month.master, tasks=(*TASKS, bare)),
        entries=(*month.entries, entry),
    )
    book = open_workbook(write_summary(month))
    sheet = book["汇总表"]
    row = find_row(sheet, "J", "无号-1")
    assert sheet.cell(row, 6).value == "〔督导室〕已开会研究。"
    assert any("未写明分管负责同志" in str(cell.value) for cell in book["分管领导"]["A"])


def test_a_finding_of_an_undeclared_code_is_listed_all_the_same() -> None:
    month = replace(
        make_month(), findings=(Finding("X999", "warning", "有一处说不清。", "办公室", "1"),)
    )
    book = open_workbook(write_summary(month))
    assert [cell.value for cell in book["缺口清单"][4]][2:4] == ["X999", "X999"]
    assert "【请核实】" in book["汇总表"][f"F{find_row(book['汇总表'], 'J', '1')}"].value


def test_the_view_says_why_a_task_has_no_status() -> None:
    seen = look_at(make_month())
    words = {task.id: seen.status_of(task) for task in seen.month.master.tasks}
    assert (words["10"], words["12"], words["5"]) == ("未报送", "须重报", "状态不明")


def test_libreoffice_saves_it_again_without_losing_a_word(tmp_path: Path) -> None:
    source = tmp_path / "汇总.xlsx"
    source.write_bytes(summary())
    saved = convert(source, "xlsx", tmp_path / "saved", tmp_path / "profile")
    before, after = open_workbook(summary()), openpyxl.load_workbook(saved)
    assert after.sheetnames == SHEETS
    for sheet in before.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                again = after[sheet.title][cell.coordinate]
                assert (again.value or "") == (cell.value or ""), f"{sheet.title} {cell.coordinate}"
                assert bool(again.comment) == bool(cell.comment)
    assert len(list(links_of(before))) == sum(
        bool(cell.hyperlink)
        for sheet in after.worksheets
        for row in sheet.iter_rows()
        for cell in row
    )


def test_a_closed_task_says_so_with_its_day_and_evidence() -> None:
    month = make_month()
    first = month.master.tasks[0]
    closed = replace(first, closed_on=date(2026, 4, 20), closing="局长办公会纪要第5号")
    later = replace(month.master.tasks[1], closed_on=date(2026, 5, 1), closing="验收单")
    master = replace(month.master, tasks=(closed, later, *month.master.tasks[2:]))
    sheet = open_workbook(write_summary(replace(month, master=master)))["汇总表"]
    rows = {row[9].value: row for row in sheet.iter_rows(min_row=4) if row[9].value}
    assert str(rows[first.id][4].value).splitlines()[0] == "【已销号】"
    remarks = str(rows[first.id][7].value).splitlines()
    assert "2026-04-20 销号，依据：局长办公会纪要第5号" in remarks
    assert "销号" not in f"{rows[later.id][4].value}{rows[later.id][7].value}"


def test_tasks_of_one_leader_stand_under_one_heading_wherever_the_list_has_them() -> None:
    month = make_month()
    first, *rest = month.master.tasks
    moved = replace(rest[-1], section=first.section)
    assert rest[-1].section != first.section
    tasks = (first, *rest[:-1], moved)
    master = replace(month.master, tasks=tasks)
    rows = open_workbook(write_summary(replace(month, master=master)))["汇总表"]
    column = [(row[0].value, row[9].value) for row in rows.iter_rows(min_row=4)]
    headings = [head for head, task in column if head and not task]
    assert len(headings) == len(set(headings))
    ids = [task for _, task in column if task]
    members = [ids.index(task.id) for task in tasks if task.section == first.section]
    assert members == list(range(members[0], members[0] + len(members)))
    assert moved.id == ids[members[-1]]
