"""The year as one workbook: every month in its place, by words and colours."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from taskxl.model import Month, Office, Period, Revision
from taskxl.reports.styles import FILLS
from taskxl.reports.year_book import write_ledger
from taskxl.words import LIGHTS
from tests.months import make_month
from tests.reports_support import open_workbook

SEVERE = LIGHTS["severe"]
MARCH_TABLE = """
| 任务 | 股室   | 收到       | 进度状态 | 进展情况           | 存在问题     | 节点时限   | 完成情况 | 完成日期   |
| 1    | 基教股 | 2021-03-20 | 正常推进 | 三月走访12所学校。 | 无           | 2021-03-20 | 已完成   | 2021-03-18 |
| 2    | 计财股 | 2021-03-26 | 进度滞后 | 三月编好招标文件。 | 资金未到位。 | 2021-03-01 | 未完成   |            |
| 3    | 人事股 |            |          |                    |              | 2021-12-31 |          |            |
"""
APRIL_TABLE = """
| 任务 | 股室   | 收到       | 进度状态 | 进展情况            | 存在问题 | 节点时限   | 完成情况 | 完成日期   |
| 1    | 基教股 | 2021-04-20 | 已完成   | 四月通过专家评审。  | 无       | 2021-03-20 | 已完成   | 2021-03-18 |
| 2    | 计财股 |            |          |                     |          | 2021-03-01 |          |            |
| 4    | 教研室 | 2021-04-20 | 正常推进 | =HYPERLINK("x","y") | 无       | 2021-04-28 | 未完成   |            |
"""


@cache
def make_months() -> tuple[Month, Month]:
    """March and April; April's list has dropped task 3 and got task 4."""
    march = make_month(MARCH_TABLE, as_of=date(2021, 3, 25), period=Period(2021, 3))
    return march, make_month(APRIL_TABLE)


@cache
def ledger() -> bytes:
    return write_ledger(make_months())


@pytest.fixture
def book() -> Workbook:
    return open_workbook(ledger())


def table_of(sheet: Worksheet, columns: int) -> list[tuple[object, ...]]:
    """Return the rows from the header down."""
    return [row[:columns] for row in sheet.iter_rows(min_row=3, values_only=True)]


def test_the_sheets_stand_in_their_order(book: Workbook) -> None:
    assert book.sheetnames == [
        "全年走势", "全年图", "节点图", "任务月份", "任务时间线", "清单变化", "股室报送",
    ]  # fmt: skip
    assert book.active.title == "全年走势"
    assert book["全年走势"]["A1"].value == "云溪县教育局2021年重点工作任务台账"


def test_the_matrix_says_in_words_how_each_task_stood(book: Workbook) -> None:
    assert table_of(book["任务月份"], 5) == [
        ("编号", "项目名称", "牵头股室", "3月", "4月"),
        ("1", "任务之1", "基教股", "正常推进", "已完成"),
        ("2", "任务之2", "计财股", f"进度滞后\n{SEVERE} 1", f"未报送\n{SEVERE} 1"),
        ("4", "任务之4", "教研室", "—", "正常推进\n临近 1"),
        ("3", "任务之3（已不在清单）", "人事股", "未报送", "—"),
    ]


def test_the_matrix_says_it_in_colours_too(book: Workbook) -> None:
    sheet = book["任务月份"]
    colours = {name: f"FF{fill[1:]}" for name, fill in FILLS.items()} | {"": "00000000"}
    shown = {
        cell: next(n for n, c in colours.items() if c == sheet[cell].fill.fgColor.rgb)
        for cell in ("D4", "E4", "D5", "E5", "D6", "E6", "D7")
    }
    assert shown == {
        "D4": "", "E4": "done", "D5": "error", "E5": "error", "D6": "", "E6": "info", "D7": "error",
    }  # fmt: skip


def test_the_timeline_says_what_was_said_when_by_whom_in_which_file(book: Workbook) -> None:
    rows = table_of(book["任务时间线"], 9)
    assert rows[1:] == [
        ("1", "任务之1", "3月", "基教股", "正常推进", "三月走访12所学校。", "无", None, "基教股.xlsx"),
        ("1", "任务之1", "4月", "基教股", "已完成", "四月通过专家评审。", "无", None, "基教股.xlsx"),
        ("2", "任务之2", "3月", "计财股", "进度滞后", "三月编好招标文件。", "资金未到位。", None, "计财股.xlsx"),
        ("2", "任务之2", "4月", "计财股", "未报送", None, None, None, None),
        ("4", "任务之4", "4月", "教研室", "正常推进", '=HYPERLINK("x","y")', "无", None, "教研室.xlsx"),
        ("3", "任务之3（已不在清单）", "3月", "人事股", "未报送", None, None, None, None),
    ]  # fmt: skip


def test_a_text_of_a_return_never_becomes_a_formula(book: Workbook) -> None:
    types = {
        cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
    }
    assert "f" not in types


def test_offices_have_their_months_rates_and_milestones(book: Workbook) -> None:
    header, *rows = table_of(book["股室报送"], 12)
    assert header[:3] == ("股室", "3月", "4月")
    assert header[3:5] == ("应报月数", "按时")
    assert [row[:3] for row in rows] == [
        ("基教股", "已报送", "已报送"),
        ("计财股", "迟报", "未报送"),
        ("教研室", "—", "已报送"),
        ("人事股", "未报送", "—"),
    ]
    # owed, on time, late, missing, to be sent again, rate, due, done, kept
    assert [row[3:] for row in rows] == [
        (2, 2, 0, 0, 0, 1, 1, 1, 1),
        (2, 0, 1, 1, 0, 0, 1, 0, 0),
        (1, 1, 0, 0, 0, 1, 0, 0, 0),
        (1, 0, 0, 1, 0, 0, 0, 0, 0),
    ]


def test_the_numbers_of_the_months_stand_over_their_charts(book: Workbook) -> None:
    sheet = book["全年走势"]
    rows = {row[0]: row[1:3] for row in table_of(sheet, 3) if row[0]}
    assert rows["项目"] == ("3月", "4月")
    assert rows["应报股室"] == (3, 3)
    assert rows["未报送"] == (1, 1)
    assert rows["任务已完成"] == (0, 1)
    assert rows["节点完成率"] == (0.5, 0.5)
    assert rows["按时报送率"] == (0.3333, 0.6667)
    for chart in sheet._charts:
        for series in chart.series:
            assert series.val.numRef.f.startswith("全年走势!$B$")
    assert len(sheet._charts) == 2


def test_the_matrix_leads_to_the_timeline(book: Workbook) -> None:
    assert book["任务月份"]["F5"].hyperlink.location == "'任务时间线'!A6"
    assert book["任务时间线"]["A6"].value == "2"


def test_a_task_given_to_another_office_stands_under_its_last_one() -> None:
    march, april = make_months()
    task = replace(april.master.tasks[0], lead_offices=("教研室",))
    master = replace(april.master, tasks=(task, *april.master.tasks[1:]))
    sheet = open_workbook(write_ledger((march, replace(april, master=master))))["任务月份"]
    assert sheet["C4"].value == "教研室"
    assert sheet["D4"].value == "正常推进"


def changed_months() -> tuple[Month, Month]:
    """April's list has task 1 postponed and given away, and task 2 closed in April."""
    march, april = make_months()
    one, two, *others = april.master.tasks
    later = replace(one.milestones[0], due=date(2021, 4, 19))
    one = replace(one, lead_offices=("教研室",), milestones=(later,))
    two = replace(two, closed_on=date(2021, 4, 15), closing="竣工验收单")
    master = replace(april.master, tasks=(one, two, *others))
    return march, replace(april, master=master)


def test_what_changed_in_the_list_stands_between_the_months() -> None:
    sheet = open_workbook(write_ledger(changed_months()))["清单变化"]
    rows = [row[:7] for row in table_of(sheet, 7)]
    assert rows[1:] == [
        ("3月→4月", "1", "任务之1", "改内容", "牵头股室由“基教股”改为“教研室”", "基教股", "教研室"),
        (
            "3月→4月", "1", "任务之1", "延期",
            "节点“一是完成可行性研究和风险评估。”延期 30 天：2021-03-20 → 2021-04-19",
            "2021-03-20", "2021-04-19",
        ),
        ("3月→4月", "2", "任务之2", "销号", "于2021-04-15销号，依据“竣工验收单”", None, "2021-04-15"),
        ("3月→4月", "4", "任务之4", "新增任务", "新增：第4项“任务之4”", None, "任务之4"),
        ("3月→4月", "3", "任务之3", "取消任务", "取消：第3项“任务之3”", "任务之3", None),
        (
            "3月→4月", "4", "任务之4", "像是并入",
            "取消的第3项“任务之3”像是并入第4项“任务之4”（原有 1 个节点中有 1 个在那里）。请核实",
            "任务之3", "任务之4",
        ),
    ]  # fmt: skip
    assert sheet["H4"].hyperlink.location == "'任务时间线'!A4"
    march, _ = make_months()
    april = replace(march, period=Period(2021, 4))
    assert (
        open_workbook(write_ledger((march, april)))["清单变化"]["A4"].value
        == "各月的主清单没有变化"
    )


def test_from_its_closing_on_a_task_is_closed_with_date_and_evidence() -> None:
    march, april = changed_months()
    may = replace(april, period=Period(2021, 5), entries=())
    book = open_workbook(write_ledger((march, april, may)))
    row = next(row for row in table_of(book["任务月份"], 6) if row[0] == "2")
    assert row[3:] == (f"进度滞后\n{SEVERE} 1", "已销号", "已销号")
    told = [row[2:6] for row in table_of(book["任务时间线"], 9) if row[0] == "2"]
    assert told == [
        ("3月", "计财股", "进度滞后", "三月编好招标文件。"),
        ("4月", "计财股", "已销号", "2021-04-15销号。依据：竣工验收单"),
    ]


def rename(month: Month, *offices: Office) -> Month:
    """Return a month whose sheet 股室 has these offices instead of 基教股 and 计财股."""
    others = tuple(o for o in month.master.offices if o.name not in ("基教股", "计财股"))
    return replace(month, master=replace(month.master, offices=(*offices, *others)))


def test_an_office_that_was_renamed_is_one_office_all_the_year() -> None:
    march, april = make_months()
    april = rename(april, Office("基础教育股", ("基教股",)), Office("计财股"))
    states = (replace(april.offices[0], office="基础教育股"), *april.offices[1:])
    book = open_workbook(write_ledger((march, replace(april, offices=states))))
    assert [row[:3] for row in table_of(book["股室报送"], 3)[1:3]] == [
        ("基础教育股", "已报送", "已报送"),
        ("计财股", "迟报", "未报送"),
    ]
    assert book["任务月份"]["C4"].value == "基础教育股"
    assert [row[3] for row in table_of(book["任务时间线"], 4)[1:3]] == ["基础教育股"] * 2


def test_of_two_offices_that_became_one_no_report_is_hidden() -> None:
    march, april = make_months()
    april = rename(april, Office("综合股", ("基教股", "计财股")))
    states = (replace(april.offices[0], office="综合股"), *april.offices[2:])
    sheet = open_workbook(write_ledger((march, replace(april, offices=states))))["股室报送"]
    assert [row[:3] for row in table_of(sheet, 3)[1:]] == [
        ("综合股", "—", "已报送"),
        ("教研室", "—", "已报送"),
        ("基教股", "已报送", "—"),
        ("计财股", "迟报", "—"),
        ("人事股", "未报送", "—"),
    ]


def test_offices_stand_in_the_order_of_their_sheet_even_where_they_owe_nothing_now() -> None:
    march, april = make_months()
    april = replace(april, offices=april.offices[1:])
    sheet = open_workbook(write_ledger((march, april)))["股室报送"]
    assert [row[:3] for row in table_of(sheet, 3)[1:3]] == [
        ("基教股", "已报送", "—"),
        ("计财股", "迟报", "未报送"),
    ]


PENNED_TABLE = """
| 任务 | 股室   | 收到       | 进度状态 | 进展情况     | 原报         | 修订             | 状态修订 |
| 1    | 基教股 | 2021-04-20 | 正常推进 | 走访12所。   | 走访12所。   | 走访12所，已报。 | 进度滞后 |
| 2    | 计财股 | 2021-04-20 | 正常推进 | 预算已下达。 | 预算已编好。 | 预算已报批。     | 正常推进 |
| 3    | 人事股 |            |          |              |              | 电话报已完成。   |          |
"""


def test_what_the_bureau_corrected_is_marked_in_the_timeline_and_what_came_since_below() -> None:
    april = make_month(PENNED_TABLE)
    asked = Revision("2", "", "instructions", "", "请分管同志过问。")
    book = open_workbook(write_ledger([replace(april, revisions=(*april.revisions, asked))]))
    sheet = book["任务时间线"]
    assert [row[3:6] for row in table_of(sheet, 6)[1:]] == [
        ("基教股", "【办公室修订】\n进度滞后", "【办公室修订】走访12所，已报。"),
        ("计财股", "正常推进", "【办公室修订】预算已报批。\n〔股室新报〕预算已下达。"),
        (None, "批示", "请分管同志过问。"),
        ("人事股", "未报送", "【办公室修订】电话报已完成。"),
    ]
    assert sheet["F4"].comment.text == "原文：走访12所。"
    assert sheet["F7"].comment.text == "原文：（空白）"


def test_merged_months_are_told_as_runs() -> None:
    march, april = make_months()
    months = [replace(april, period=Period(2021, n)) for n in (1, 4, 5, 6, 9)]
    note = open_workbook(write_ledger((*months, march)))["全年走势"]["A2"].value
    assert note.startswith("已汇总：1月、3至6月、9月；")


def test_the_same_months_in_any_order_give_the_same_bytes() -> None:
    march, april = make_months()
    assert write_ledger((april, march)) == ledger()


def test_one_month_is_a_year_too() -> None:
    assert open_workbook(write_ledger(make_months()[:1])).sheetnames[3] == "任务月份"


def test_the_workbook_passes_the_validator(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(ledger())
    assert [str(error) for error in OpenXmlValidator().validate(str(path)).errors] == []


def test_the_pages_print_on_a4_with_their_header(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == "landscape"
    for name in book.sheetnames[1:]:
        assert book[name].print_title_rows == "$3:$3"
