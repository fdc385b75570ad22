"""主清单.xlsx: what is written, and what is read after people had it."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.intake.gate import check_content
from taskxl.intake.grids import Sheet
from taskxl.intake.reading import read_book
from taskxl.master.book.making import make_master, read_master, write_master
from taskxl.master.book.rereading import read_grids
from taskxl.master.book.settings_sheet import ITEMS
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import (
    MasterList,
    Milestone,
    Office,
    Person,
    Place,
    Settings,
    Task,
    TaskList,
    with_ids,
)
from tests.clerks import convert
from tests.support import make_book

TITLE = "云溪县教育局2026年重点工作任务一览表"
FRESH = TaskList(
    TITLE,
    2026,
    (
        Task(
            number="1",
            title="编制“十五五”规划",
            section="何立文同志负责项目",
            leader="何立文",
            content="编制规划，绘就蓝图。\n关键节点：",
            lead_offices=("办公室",),
            supporting_offices=("各股室",),
            persons=(Person("陆明远", "办公室"),),
            remarks=("县政府工作报告", "县委常委会工作要点"),
            milestones=(
                Milestone("一是3月底前完成初稿。", date(2026, 3, 31)),
                Milestone("二是年底前印发。", date(2026, 12, 31), "“年底前”按12月31日推定"),
                Milestone("三是春季开学前部署。", None, "“设置”里没有春季开学日期"),
            ),
            place=Place("附件1.xlsx", "附件1", 4),
        ),
        Task(
            number="2",
            title="新建城东小学",
            section="何立文同志负责项目",
            leader="何立文",
            lead_offices=("计财股", "基教股"),
            persons=(Person("唐晓梅"), Person("周立（兼）")),
            milestones=(Milestone("一是6月底前开工。", date(2026, 6, 30)),),
        ),
        Task(
            number="2",
            title="=SUM(1,1) 校园安全",
            leader="沈秋白",
            lead_offices=("安全股",),
            supporting_offices=("办公室",),
            persons=(Person("罗文", "安全股"), Person("陆明远", "办公室")),
        ),
        Task(
            content="http://example.com 没有名称的任务", leader="沈秋白", lead_offices=("安全股",)
        ),
    ),
)
MASTER = make_master(FRESH, Settings(report_day=28, autumn_term=date(2026, 9, 1)))


def without_places(master: MasterList) -> MasterList:
    return replace(master, tasks=tuple(replace(task, place=None) for task in master.tasks))


def reread(content: bytes) -> MasterList:
    """Read what must be read without a finding."""
    master, findings = read_master(content, "主清单.xlsx")
    assert findings == ()
    return without_places(master)


def edited(edit: Callable[[Workbook], None], master: MasterList = MASTER) -> bytes:
    """Write the master list, let a person edit it, and save it again."""
    book = openpyxl.load_workbook(io.BytesIO(write_master(master)))
    edit(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sheet_of(book: Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def put(sheet: Worksheet, row: int, column: int, value: object) -> None:
    """Type a value as text stays text, which openpyxl makes a formula where it begins with =."""
    cell = sheet.cell(row, column)
    cell.value = value  # type: ignore[assignment]
    if isinstance(value, str) and value.startswith("=S"):
        cell.data_type = "s"


def read_tables(**sheets: str) -> tuple[MasterList, tuple[Finding, ...]]:
    """Read a master list from Markdown tables; what is not given is a plain small one."""
    tables = {
        "任务": "标识|编号|任务名称|分管负责同志|牵头股室|协办股室|责任人|主要内容|备注|分组\n"
        "1|1|甲|何立文|办公室|||||\n2|2|乙|何立文|基教股|||||",
        "节点": "标识|任务标识|节点内容|完成时限|存疑\n1/1|1|一是办成|2026-03-31|",
        "股室": "股室名称|别名|分管负责同志|责任人|邮箱\n办公室||||\n基教股||||",
        "设置": "项目|值|说明\n清单标题|一览表|\n年份|2026|",
    }
    placed = read_grids(make_book("主清单.xlsx", **(tables | sheets)))
    return placed.master, placed.findings


def shown(findings: tuple[Finding, ...]) -> list[str]:
    return [f"{f.sheet} {f.cell} {f.code} {f.severity}" for f in findings]


# ---------------------------------------------------------------- from a fresh list


def test_offices_are_gathered_and_everybody_is_no_office() -> None:
    assert MASTER.offices == (
        Office("办公室", leader="何立文", person="陆明远"),
        Office("计财股", leader="何立文"),
        Office("基教股", leader="何立文"),
        Office("安全股", leader="沈秋白", person="罗文"),
    )


def test_what_people_disagree_on_is_left_open() -> None:
    tasks = (
        Task(leader="甲", lead_offices=("办公室",), persons=(Person("张", "办公室"),)),
        Task(leader="乙", lead_offices=("办 公室",), persons=(Person("王", "办公室"),)),
    )
    assert make_master(TaskList("", None, tasks), Settings(year=2026)).offices == (
        Office("办公室"),
    )


@pytest.mark.parametrize(
    ("title", "bureau"),
    [
        (TITLE, "云溪县教育局"),
        ("云溪县教育系统2026年重点工作任务一览表", ""),
        ("2026年重点工作任务一览表", ""),
        ("市教育局-2026年市政府重点工作任务", ""),
        ("市北区教育局2026年工作要点", "市北区教育局"),
        ("", ""),
    ],
)
def test_the_bureau_comes_from_the_title_only_where_it_names_one(title: str, bureau: str) -> None:
    assert make_master(TaskList(title, 2026, ()), Settings()).settings.bureau == bureau
    named = make_master(TaskList(title, 2026, ()), Settings(bureau="某局"))
    assert named.settings.bureau == "某局"


def test_the_list_knows_its_year_better_than_the_caller() -> None:
    assert make_master(FRESH, Settings(year=2025)).settings.year == 2026
    assert make_master(replace(FRESH, year=None), Settings(year=2025)).settings.year == 2025


def test_numbers_that_come_again_get_ids_of_their_own() -> None:
    assert [task.id for task in MASTER.tasks] == ["1", "2", "2-2", "无号-1"]


# ---------------------------------------------------------------- as written


def test_what_was_written_is_read_back() -> None:
    assert reread(write_master(MASTER)) == without_places(MASTER)


def test_a_task_says_where_in_the_master_list_it_stands() -> None:
    master, _ = read_master(write_master(MASTER), "主清单.xlsx")
    assert [task.place for task in master.tasks] == [
        Place("主清单.xlsx", "任务", row) for row in (2, 3, 4, 5)
    ]


def test_the_same_list_gives_the_same_bytes() -> None:
    assert write_master(MASTER) == write_master(MASTER)


def test_a_validator_finds_nothing(tmp_path: Path) -> None:
    for name, master in (("full", MASTER), ("empty", MasterList("", (), (), Settings(year=2026)))):
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(write_master(master))
        assert OpenXmlValidator().validate(path).errors == []


def test_no_text_becomes_a_formula_or_a_link() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_master(MASTER)))
    formulas = [
        (sheet.title, cell.column_letter)
        for sheet in book.worksheets
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.data_type == "f"
    ]
    assert set(formulas) == {("节点", "C")}, "only our own look-up of the task's name"
    assert [len(sheet._hyperlinks) for sheet in book.worksheets] == [0] * 6


def test_control_characters_do_not_reach_the_file() -> None:
    task = Task(number="1", title="甲\x00\x0b乙\ufffe", content="_x0041_ 照写")
    written = reread(write_master(MasterList("", with_ids((task,)), (), Settings(year=2026))))
    assert (written.tasks[0].title, written.tasks[0].content) == ("甲乙", "_x0041_ 照写")


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut() -> None:
    task = Task(number="1", content="字" * 32_768)
    with pytest.raises(TaskxlError, match=r"主清单〔任务〕I2：有 32768 个字"):
        write_master(MasterList("", with_ids((task,)), (), Settings(year=2026)))


def test_the_sheets_are_pleasant_to_edit() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_master(MASTER)))
    assert book.sheetnames == ["任务", "节点", "股室", "延期", "批示", "设置"]
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.freeze_panes is not None
        assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
    tasks, steps, offices, *_, items = book.worksheets
    assert [s.auto_filter.ref for s in (tasks, steps, offices)] == ["A1:L5", "A1:F5", "A1:E5"]
    assert items.auto_filter.ref is None
    due = steps["E2"]
    assert (due.value, due.number_format) == (datetime(2026, 3, 31), "yyyy-mm-dd")
    assert (tasks["B2"].value, tasks["A2"].font.color.rgb) == (1, "FF7F7F7F")
    assert {tasks["C2"].font.name, steps["D2"].font.name, items["B3"].font.name} == {"宋体"}
    notes = [cell.comment for sheet in book.worksheets[:5] for cell in sheet[1]]
    assert all(note is not None and len(note.text) > 5 for note in notes)


def test_rows_fit_their_text_and_may_grow() -> None:
    with zipfile.ZipFile(io.BytesIO(write_master(MASTER))) as parts:
        rows = re.findall(rb"<row [^>]*>", parts.read("xl/worksheets/sheet1.xml"))
    heights = [float(re.search(rb'ht="([\d.]+)"', row)[1]) for row in rows]  # type: ignore[index]
    assert heights[1] > heights[4] > 14, "the first task needs two lines, the last one"
    assert not [row for row in rows if b"customHeight" in row], "a fixed row hides what is typed"


def test_lists_are_ranges_that_reach_beyond_the_last_row() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_master(MASTER)))
    lists = {
        (sheet.title, str(choice.sqref)): choice.formula1
        for sheet in book.worksheets
        for choice in sheet.data_validations.dataValidation
        if choice.type == "list"
    }
    assert lists["任务", "F2:F305"] == "'股室'!$A$2:$A$305"
    assert lists["节点", "B2:B305"] == "'任务'!$A$2:$A$305"
    assert all(len(str(source)) <= 255 for source in lists.values())
    assert '"牵头股室,全部责任股室"' in lists.values()


def test_a_doubtful_date_is_tinted_for_as_long_as_its_reason_stands() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_master(MASTER)))
    steps = sheet_of(book, "节点")
    rules = {
        str(area.sqref): [formula for rule in area.rules for formula in rule.formula]
        for area in steps.conditional_formatting
    }
    assert rules["D2:F305"] == ["LEN(TRIM($F2))>0"]
    assert steps["F3"].value == "“年底前”按12月31日推定"


def test_every_setting_is_an_item_of_the_sheet() -> None:
    assert sorted(item.field for item in ITEMS) == sorted(f.name for f in fields(Settings))
    assert len({item.name for item in ITEMS}) == len(ITEMS)
    assert not [item.name for item in ITEMS if "密码" in item.name]


# ---------------------------------------------------------------- after people had it


def test_columns_may_be_moved_and_added() -> None:
    def edit(book: Workbook) -> None:
        sheet = sheet_of(book, "任务")
        sheet.insert_cols(1)
        sheet["A1"] = "我的批注"
        sheet["A2"] = "先办"
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(reversed(values), 1):
                put(sheet, row, column, value)
        book.create_sheet("自用", 0)["A1"] = "标识"

    assert reread(edited(edit)) == without_places(MASTER)


def test_a_title_above_the_header_and_blank_rows_do_not_matter() -> None:
    def edit(book: Workbook) -> None:
        for sheet in book.worksheets:
            sheet.insert_rows(3, 2)
            sheet.insert_rows(1, 2)
            sheet["A1"] = "云溪县教育局"

    assert reread(edited(edit)) == without_places(MASTER)


def test_sorted_rows_keep_their_ids() -> None:
    def edit(book: Workbook) -> None:
        for name in ("任务", "节点"):
            sheet = sheet_of(book, name)
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
            for row, values in enumerate(reversed(rows), 2):
                for column, value in enumerate(values, 1):
                    put(sheet, row, column, value)

    tasks = reread(edited(edit)).tasks
    assert [task.id for task in tasks] == ["无号-1", "2-2", "2", "1"]
    assert [m.id for m in tasks[3].milestones] == ["1/3", "1/2", "1/1"]
    assert tasks[3].milestones[::-1] == MASTER.tasks[0].milestones


def test_new_rows_get_ids_and_old_ones_keep_theirs() -> None:
    master, findings = read_tables(
        任务="标识|编号|任务名称|牵头股室|协办股室|责任人|主要内容|备注|分组|分管负责同志\n"
        "| |1|新|办公室||||||\n1|2|甲|办公室||||||\n2|3|乙|办公室||||||\n| | |丙|办公室||||||",
        节点="标识|任务标识|节点内容|完成时限|存疑\n"
        "1/1|1|一是甲|2026-03-31|\n| |丙|一是丙|2026-04-30|\n| |1|二是甲|2026-05-31|\n"
        "| |1-2|一是新|2026-06-30|",
    )
    assert [(t.id, t.title, [(m.id, m.text) for m in t.milestones]) for t in master.tasks] == [
        ("1-2", "新", [("1-2/1", "一是新")]),
        ("1", "甲", [("1/1", "一是甲"), ("1/2", "二是甲")]),
        ("2", "乙", []),
        ("无号-1", "丙", [("无号-1/1", "一是丙")]),
    ]
    # 任务标识 1 is also the number that a person gave to the new task.
    assert shown(findings) == ["节点 B4 M121 warning"]


def test_a_milestone_given_to_another_task_keeps_its_id_to_itself() -> None:
    master, findings = read_tables(
        节点="标识|任务标识|节点内容|完成时限|存疑\n"
        "1/1|1|一是|2026-03-31\n1/2|2|给了别的任务|2026-04-30\n| |1|新的|2026-05-31"
    )
    ids = [m.id for task in master.tasks for m in task.milestones]
    assert ids == ["1/1", "1/3", "1/2"]
    assert findings == ()


def test_a_copied_row_does_not_share_an_id() -> None:
    master, findings = read_tables(
        任务="标识|编号|任务名称|牵头股室|协办股室|责任人|主要内容|备注|分组|分管负责同志\n"
        "1|1|甲|办公室||||||\n1|2|甲的复制|办公室||||||",
        节点="标识|任务标识|节点内容|完成时限|存疑\n1/1|1|一是|2026-03-31|\n1/1|1|二是|2026-04-30|",
    )
    assert [task.id for task in master.tasks] == ["1", "2"]
    assert [m.id for m in master.tasks[0].milestones] == ["1/1", "1/2"]
    assert shown(findings) == ["任务 A3 M122 warning", "节点 A3 M122 warning"]
    assert "第 2 行已经用过" in findings[0].message


def test_a_milestone_without_its_task_is_never_dropped_in_silence() -> None:
    master, findings = read_tables(
        节点="标识|任务标识|节点内容|完成时限|存疑\n"
        "| | |没有归属|2026-03-31|\n9/1|9|任务已删|2026-03-31|\n2/1||靠自己的标识|2026-03-31|\n"
        "| | |跟着上一行|2026-04-30|\n| |2| |"
    )
    assert [m.text for m in master.tasks[1].milestones] == ["靠自己的标识", "跟着上一行"]
    assert shown(findings) == [
        "节点 B2 M121 error",
        "节点 B3 M121 error",
        "节点 B5 M121 warning",
    ]
    assert "没有归属" in findings[0].message
    assert "任务已删" in findings[1].message


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-04-30", date(2026, 4, 30)),
        ("2026.4.30", date(2026, 4, 30)),
        ("2026年4月30日", date(2026, 4, 30)),
        ("4月30日", date(2026, 4, 30)),
        ("4.30", date(2026, 4, 30)),
        ("4月底前", date(2026, 4, 30)),
    ],
)
def test_dates_may_be_typed_as_text(typed: str, day: date) -> None:
    master, findings = read_tables(节点=f"标识|任务标识|节点内容|完成时限|存疑\n| |1|一是|{typed}|")
    assert [(m.due, m.vague) for m in master.tasks[0].milestones] == [(day, None)]
    assert findings == ()


def test_a_milestone_that_waits_for_the_term_gets_its_date_once_that_is_known() -> None:
    steps = (
        "标识|任务标识|节点内容|完成时限|存疑\n"
        "| |1|一是春季开学前部署。| |取决于开学日期\n"
        "| |1|二是春季开学前检查。| |\n"
        "| |1|三是年底前完成。| |何时以通知为准"
    )
    master, _ = read_tables(节点=steps)
    assert [m.due for m in master.tasks[0].milestones] == [None, None, None]
    items = "项目|值|说明\n年份|2026\n春季开学日期|2026-02-24"
    master, findings = read_tables(节点=steps, 设置=items)
    first, second, third = master.tasks[0].milestones
    assert first.due is not None
    assert date(2026, 2, 20) <= first.due <= date(2026, 2, 24)
    assert (second.due, second.vague) == (None, None), "left open on purpose"
    assert (third.due, third.vague) == (None, "何时以通知为准"), "no matter of 设置"
    assert findings == ()


@pytest.mark.parametrize(
    ("text", "doubt", "typed", "left"),
    [
        (
            "一是秋季开学前",
            "“秋季开学前”取决于开学日期，设置中没有填写，待确认",
            "2026-09-01",
            None,
        ),
        ("一是9月初上课", "“9月初”按9月10日理解", "2026-09-01", None),
        ("一是9月初上课", "“9月初”按9月10日理解", "2026-09-10", "“9月初”按9月10日理解"),
        ("一是立项", "没有写完成时限", "2026-03-31", None),
        ("一是立项", "局长说再议", "2026-03-31", "局长说再议"),
    ],
)
def test_a_date_that_a_person_fills_in_settles_the_doubt(
    text: str, doubt: str, typed: str, left: str | None
) -> None:
    master, _ = read_tables(
        节点=f"标识|任务标识|节点内容|完成时限|存疑\n1/1|1|{text}|{typed}|{doubt}"
    )
    (milestone,) = master.tasks[0].milestones
    assert (milestone.due, milestone.vague) == (date.fromisoformat(typed), left)


def test_what_is_no_date_is_said_and_stays_to_be_read() -> None:
    master, findings = read_tables(节点="标识|任务标识|节点内容|完成时限|存疑\n| |1|一是|尽快|")
    assert master.tasks[0].milestones == (
        Milestone("一是", None, "时限写的是“尽快”，认不出是哪一天", "1/1"),
    )
    assert shown(findings) == ["节点 D2 M123 warning"]
    again, findings = read_master(write_master(master), "主清单.xlsx")
    assert (again.tasks[0].milestones, findings) == (master.tasks[0].milestones, ())


def test_numbers_come_as_excel_keeps_them() -> None:
    def edit(book: Workbook) -> None:
        sheet_of(book, "任务")["A2"] = 1.0
        sheet_of(book, "节点")["B2"] = 1.0
        sheet_of(book, "设置")["B5"] = 2.0
        sheet_of(book, "设置")["B9"] = True

    master = reread(edited(edit))
    assert (master.tasks[0].id, len(master.tasks[0].milestones)) == ("1", 3)
    assert (master.settings.first_month, master.settings.supporting_report) == (2, True)


def test_a_cell_merged_downwards_counts_for_each_row() -> None:
    def edit(book: Workbook) -> None:
        sheet_of(book, "任务").merge_cells("E2:E3")
        sheet_of(book, "节点").merge_cells("B2:B4")

    assert reread(edited(edit)) == without_places(MASTER)


def test_offices_and_persons_may_be_parted_in_several_ways() -> None:
    master, _ = read_tables(
        任务="标识|编号|任务名称|牵头股室|协办股室|责任人|主要内容|备注|分组|分管负责同志\n"
        "1|1|甲|办公室、 基教股\\n人事股|办公室 基教股|张三(基教股)，李四（兼）；王五 （办公室）"
    )
    assert master.tasks[0].lead_offices == ("办公室", "基教股", "人事股")
    assert master.tasks[0].supporting_offices == ("办公室", "基教股")
    assert master.tasks[0].persons == (
        Person("张三", "基教股"),
        Person("李四（兼）"),
        Person("王五", "办公室"),
    )


def test_offices_whose_names_clash_are_reported() -> None:
    master, findings = read_tables(
        股室="股室名称|别名|分管负责同志|责任人|邮箱\n"
        "办公室|综合股、行政股|||a@example.com；b@example.com\n基教股|综合股|||\n"
        "办 公 室||||\n| |无名|||\n人事股|基教股|||"
    )
    assert [office.name for office in master.offices] == ["办公室", "基教股", "人事股"]
    assert master.offices[0].mails == ("a@example.com", "b@example.com")
    assert sorted(shown(findings)) == [
        "股室 A4 M125 warning",
        "股室 A5 M125 warning",
        "股室 B3 M125 warning",
        "股室 B6 M125 warning",
    ]


def test_settings_that_cannot_be_read_keep_their_default_and_are_reported() -> None:
    master, findings = read_tables(
        设置="项目|值|说明\n年 份|２０２６年|\n报送日|32|\n由谁报送|谁都行|\n临近天数|5天|\n"
        "报送日按倒数工作日|3|\n报告期起始月|2|\n报告期起始月|3|\n临近天|9|\n春季开学日期|2月24日|\n"
        "年底截止日期|待定|\n协办任务也填报|是|"
    )
    assert master.settings == Settings(
        year=2026,
        first_month=2,
        near_days=5,
        report_workday=3,
        spring_term=date(2026, 2, 24),
        supporting_report=True,
    )
    assert sorted(shown(findings)) == [
        "设置 A8 M124 warning",
        "设置 A9 M124 info",
        "设置 B11 M124 warning",
        "设置 B3 M124 warning",
        "设置 B4 M124 warning",
    ]
    assert "是不是“临近天数”" in str([f.message for f in findings])


def test_a_missing_column_is_reported() -> None:
    _, findings = read_tables(任务="任务名称|牵头股室\n甲|办公室", 节点="任务标识|节点内容")
    tasks = [finding for finding in findings if finding.sheet == "任务"]
    missing = re.findall("“(.+?)”一列", "".join(finding.message for finding in tasks))
    assert missing == [
        "标识", "编号", "分组", "分管负责同志", "协办股室", "责任人", "主要内容", "备注",
    ]  # fmt: skip
    assert {finding.code for finding in findings} == {"M126"}


def test_headers_of_the_bureaus_own_list_are_understood() -> None:
    master, _ = read_tables(任务="序号|项目名称|牵头单位|配合单位\n1|甲|办公室|基教股")
    assert (master.tasks[0].number, master.tasks[0].title) == ("1", "甲")
    assert master.tasks[0].offices == ("办公室", "基教股")


def test_an_error_cell_is_reported() -> None:
    def edit(book: Workbook) -> None:
        sheet_of(book, "任务")["I2"] = "=1/0"
        sheet_of(book, "任务")["I2"].data_type = "e"
        sheet_of(book, "任务")["I2"] = "#REF!"

    _, findings = read_master(edited(edit), "主清单.xlsx")
    assert shown(findings) == ["任务 I2 M127 warning"]


# ---------------------------------------------------------------- when it cannot be used


@pytest.mark.parametrize("name", ["任务", "节点", "股室", "设置"])
def test_a_missing_sheet_is_one_line(name: str) -> None:
    def edit(book: Workbook) -> None:
        book[name].title = "别的"

    with pytest.raises(TaskxlError, match=f"没有工作表“{name}”") as missing:
        read_master(edited(edit), "主清单.xlsx")
    assert "\n" not in str(missing.value)


def test_a_lost_header_is_one_line() -> None:
    def edit(book: Workbook) -> None:
        sheet_of(book, "任务")["C1"] = "？"

    with pytest.raises(TaskxlError, match=r"主清单.xlsx〔任务〕：找不到表头“任务名称”、“牵头股室”"):
        read_master(edited(edit), "主清单.xlsx")


@pytest.mark.parametrize(("year", "said"), [("", "没有填"), ("今年", "写的是“今年”")])
def test_without_a_year_nothing_goes_on(year: str, said: str) -> None:
    with pytest.raises(TaskxlError, match=rf"主清单.xlsx〔设置〕(B2)?：年份{said}"):
        read_tables(设置=f"项目|值|说明\n年份|{year}|\n清单标题|一览表|")


def test_settings_without_a_row_are_one_line_with_the_file() -> None:
    with pytest.raises(TaskxlError, match=r"^主清单.xlsx〔设置〕：年份没有填"):
        read_tables(设置="项目|值|说明")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"%PDF-1.7", "清单".encode()])
def test_what_is_no_workbook_is_one_line(content: bytes) -> None:
    with pytest.raises(TaskxlError, match=r"主清单\.xlsx：") as refused:
        read_master(content, "主清单.xlsx")
    assert "\n" not in str(refused.value)


# ---------------------------------------------------------------- any list, any program

LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Z")),
    min_size=1,
    max_size=12,
)
NAME = st.text(st.sampled_from("办公基教计财人事安全督导一二三股室科"), min_size=1, max_size=5)
DAY = st.dates(date(2000, 1, 1), date(2099, 12, 31))
TASK = st.builds(
    Task,
    number=st.none() | st.from_regex(r"[1-9][0-9]?", fullmatch=True) | LINE,
    title=st.none() | LINE,
    section=st.none() | LINE,
    leader=st.none() | LINE,
    content=st.lists(LINE, max_size=3).map("\n".join),
    lead_offices=st.lists(NAME, min_size=1, max_size=3).map(tuple),
    supporting_offices=st.lists(NAME, max_size=2).map(tuple),
    persons=st.lists(st.builds(Person, NAME), max_size=2).map(tuple),
    remarks=st.lists(LINE, max_size=2).map(tuple),
    milestones=st.lists(
        st.builds(Milestone, text=LINE, due=st.none() | DAY, vague=st.none() | LINE), max_size=3
    ).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TASK, max_size=4))
def test_any_list_comes_back_as_it_was(tasks: list[Task]) -> None:
    master = make_master(TaskList("一览表", 2026, tuple(tasks)), Settings())
    assert reread(write_master(master)) == without_places(master)


def test_every_real_list_comes_back_as_it_was(shared: Path) -> None:
    for path in sorted((shared / "inputs").glob("*.*")):
        content = path.read_bytes()
        book = read_book(content, path.name, check_content(content, path.name))
        task_list, _ = read_task_list([book])
        master = make_master(task_list, Settings(year=2024))
        assert master.tasks, path.name
        assert reread(write_master(master)) == without_places(master)


GRIDS = read_book(write_master(MASTER), "主清单.xlsx", "xlsx")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_moved_in_a_sheet_the_same_is_read(data: st.DataObject) -> None:
    sheets = []
    for sheet in GRIDS.sheets:
        cells = [[sheet.value(r, c) for c in range(1, 13)] for r in range(1, len(sheet.rows) + 1)]
        header, rows = cells[0], data.draw(st.permutations(cells[1:]))
        extra = data.draw(st.lists(st.sampled_from(["", "说说", 3.0, None]), max_size=3))
        order = data.draw(st.permutations(range(12 + len(extra))))
        table = [[*header, *("自用" for _ in extra)]]
        for row in rows:
            table += [[] for _ in range(data.draw(st.integers(0, 2)))]
            table.append([*row, *extra])
        top = data.draw(st.sampled_from([[], [["云溪县教育局"]], [[], [None, "主清单"]]]))
        moved = [[row[c] if c < len(row) else None for c in order] for row in table]
        sheets.append(replace(sheet, rows=tuple(map(tuple, [*top, *moved]))))
    sheets = data.draw(st.permutations([*sheets, Sheet("自用", (("标识", "任务名称"),))]))
    placed = read_grids(replace(GRIDS, sheets=tuple(sheets)))
    master, findings = placed.master, placed.findings
    assert findings == ()
    assert (master.title, master.settings) == (MASTER.title, MASTER.settings)
    assert sorted(master.offices, key=str) == sorted(MASTER.offices, key=str)
    found = {
        task.id: replace(task, place=None, milestones=tuple(sorted(task.milestones, key=str)))
        for task in master.tasks
    }
    assert found == {
        task.id: replace(task, place=None, milestones=tuple(sorted(task.milestones, key=str)))
        for task in MASTER.tasks
    }


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_an_office_program_may_save_it_in_between(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / "主清单.xlsx"
    source.write_bytes(write_master(MASTER))
    saved = convert(source, suffix, tmp_path / "out", tmp_path / "profile")
    master, findings = read_master(saved.read_bytes(), "主清单.xlsx")
    assert without_places(master) == without_places(MASTER)
    assert findings == ()
