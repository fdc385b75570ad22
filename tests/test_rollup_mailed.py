"""Summary workbooks that bureaus mailed: counted as their workspaces are, corrections and all."""

import io
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from taskxl.desk.rolling_up import Gathered, gather_bureaus, write_rollup_book
from taskxl.errors import TaskxlError
from taskxl.intake.reading import read_book
from taskxl.model import Month, Period, Settings
from taskxl.reports.clean_copy import write_clean_copy
from taskxl.reports.rollup.bureau_years import condense
from taskxl.reports.rollup.mailed_month import MailedMonth, read_mailed
from taskxl.reports.summary import write_summary
from taskxl.rules import list_rules
from taskxl.workspace.folder import Workspace
from tests.bureaus import make_bureau
from tests.clerks import convert
from tests.months import make_month
from tests.support import call_main, make_workbook

APRIL = Period(2021, 4)
TABLES = [
    pytest.param(table, id=f"{rule.code} {which}")
    for rule in list_rules()
    for which, table in (("good", rule.good), ("bad", rule.bad))
    if "股室" in table.split("\n")[0] or "| 股室" in table
]


def read(content: bytes, name: str = "汇总.xlsx") -> MailedMonth:
    return read_mailed(read_book(content, name, "xlsx"))


def month_of(bureau: str, *statuses: str, number: int = 4, year: int = 2021) -> Month:
    """Return a month of a bureau of so many offices with a task each, in these states."""
    rows = [
        f"| 第{n}股 | {status} | {year}-03-31 | {'已完成' if status == '已完成' else '未完成'} |"
        for n, status in enumerate(statuses, 1)
    ]
    table = "\n".join(["| 股室 | 进度状态 | 节点时限 | 完成情况 |", *rows])
    period = Period(year, number)
    return make_month(table, Settings(bureau, year), date(year, number, 25), period)


def edited(content: bytes, edit: Callable[[Any], None]) -> bytes:
    """Return a workbook as another program saves it after somebody changed something in it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cell_of(book: Any, sheet: str, header: str, row: int = 1) -> Any:
    """Return the cell under a header, in the so many-th row below it."""
    table = book[sheet]
    for cells in table.iter_rows(max_row=5):
        for cell in cells:
            if cell.value == header:
                return table.cell(cell.row + row, cell.column)
    raise AssertionError(header)


# ---------------------------------------------------------------- the same numbers


def assert_same(month: Month, told: MailedMonth) -> None:
    own = condense([month], "")
    assert told.bureau == own.bureau
    assert told.month == own.months[0]
    assert told.tasks == own.tasks
    assert told.overdue == own.overdue
    assert told.unsure == ()


@pytest.mark.parametrize("table", TABLES)
def test_a_summary_is_counted_as_the_month_it_was_written_from(table: str) -> None:
    month = make_month(table)
    assert_same(month, read(write_summary(month)))


@pytest.mark.parametrize(
    ("lead", "second", "helper", "before"),
    [
        *product(
            ("已完成", "进度滞后", ""),
            ("已完成", "正常推进", "尽快"),
            ("已完成", ""),
            ("已完成", ""),
        )
    ],
)
def test_of_several_leading_offices_all_count_and_supporting_ones_do_not(
    lead: str, second: str, helper: str, before: str
) -> None:
    table = f"""
        | 股室 | 任务 | 职责 | 进度状态 | 上月状态 |
        | 甲股 | 1 | 牵头 | {lead} | {before} |
        | 乙股 | 1 | 牵头 | {second} | {before} |
        | 丙股 | 1 | 协办 | {helper} | {before} |
    """
    settings = Settings("云溪县教育局", 2021, supporting_report=True, office_word="科室")
    month = make_month(table, settings)
    assert_same(month, read(write_summary(month)))


def test_tasks_that_share_number_and_name_keep_their_own_milestones() -> None:
    month = month_of("甲局", "已完成", "正常推进", "进度滞后")
    tasks = tuple(replace(one, number="1", title="同名任务") for one in month.master.tasks)
    by_id = {task.id: task for task in tasks}
    month = replace(
        month,
        master=replace(month.master, tasks=tasks),
        milestones=tuple(replace(s, task=by_id[s.task.id]) for s in month.milestones),
    )
    told = read(write_summary(month))
    assert [task.steps for task in told.tasks] == [1, 1, 1]
    assert [task.over for task in told.tasks] == [0, 1, 1]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two counties with workspaces of March and April, and a folder of what they mail up."""
    root = tmp_path_factory.mktemp("mailed")
    for number in (5, 6):
        workspace = make_bureau(root / "全市", number, 3, (3, 4))
        for month in (3, 4):
            path = workspace.summary_path(Period(2021, month))
            target = root / "来件" / f"{number:04}县" / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return root / "全市", root / "来件"


def dump(gathered: Gathered, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the rollup's workbook by sheet."""
    book = openpyxl.load_workbook(write_rollup_book(gathered, folder / "汇总.xlsx").path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_mailed_summaries_give_every_number_that_their_workspaces_give(
    city: tuple[Path, Path], tmp_path: Path
) -> None:
    workspaces, mailed = (gather_bureaus([path]) for path in city)
    assert [(one.code, one.message) for one in mailed.findings] == []
    one, other = dump(workspaces, tmp_path / "一"), dump(mailed, tmp_path / "二")
    assert list(one) == list(other)
    for sheet, rows in one.items():
        assert other[sheet] == rows, sheet


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_saved_anew_by_another_program_it_says_the_same(
    city: tuple[Path, Path], kind: str, tmp_path: Path
) -> None:
    source = city[1] / "0005县" / "2021年1-4月汇总.xlsx"
    saved = convert(source, kind, tmp_path / "来件", tmp_path / "office")
    gathered = gather_bureaus([saved])
    (own,) = gather_bureaus([source]).bureaus
    (told,) = gathered.bureaus
    assert gathered.findings == ()
    assert (told.bureau, told.months, told.overdue) == (own.bureau, own.months, own.overdue)
    assert [replace(t, id="") for t in told.tasks] == [replace(t, id="") for t in own.tasks]


# ---------------------------------------------------------------- what a person corrected


def test_a_correction_in_the_mailed_summary_is_what_it_says() -> None:
    content = write_summary(month_of("甲局", "正常推进", "进度滞后", "已完成"))

    def correct(book: Any) -> None:
        cell_of(book, "汇总表", "进度状态", 1).value = "完成"
        cell_of(book, "节点台账", "节点状态", 1).value = "已完成"
        cell_of(book, "报送情况", "报送状态", 2).value = "迟报"

    before, after = read(content), read(edited(content, correct))
    assert [task.status for task in before.tasks] == ["正常推进", "进度滞后", "已完成"]
    assert [task.status for task in after.tasks] == ["已完成", "进度滞后", "已完成"]
    assert after.month.tasks["已完成"] == 2
    assert after.month.rates["completion"] == (2, 3)
    assert after.month.milestones["severe"] == before.month.milestones["severe"] - 1
    assert len(after.overdue) == len(before.overdue) - 1
    assert after.tasks[0].over == 0
    assert (after.month.offices["late"], after.month.offices["submitted"]) == (1, 2)
    (doubt,) = after.unsure
    assert "“总览”写的与各表的行数不合" in doubt
    assert "股室按时报送 3，数出来是 2" in doubt


def test_what_a_summary_cannot_tell_is_said(tmp_path: Path) -> None:
    content = write_summary(month_of("", "正常推进", "进度滞后"))

    def cut(book: Any) -> None:
        del book["分管领导"], book["缺口清单"]
        cell_of(book, "节点台账", "节点状态", 1).value = "差不多"

    (tmp_path / "云溪县教育局2021年1-4月汇总.xlsx").write_bytes(edited(content, cut))
    gathered = gather_bureaus([tmp_path])
    (told,) = gathered.bureaus
    assert told.bureau == "云溪县教育局"
    assert [task.status for task in told.tasks] == ["正常推进", "进度滞后"]
    (finding,) = gathered.findings
    assert finding.code == "U608"
    for part in ("没有写单位名称", "没有“分管领导”", "没有“缺口清单”", "“差不多”"):
        assert part in finding.message


# ---------------------------------------------------------------- a folder of many


def write(folder: Path, name: str, content: bytes, day: int = 26) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    stamp = datetime(2021, 4, day, 9).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def test_a_missing_month_is_a_gap_and_a_month_more_is_none(tmp_path: Path) -> None:
    write(
        tmp_path, "甲/2021年1-3月汇总.xlsx", write_summary(month_of("甲局", "正常推进", number=3))
    )
    write(
        tmp_path, "乙/2021年1-3月汇总.xlsx", write_summary(month_of("乙局", "正常推进", number=3))
    )
    write(tmp_path, "乙/2021年1-4月汇总.xlsx", write_summary(month_of("乙局", "已完成")))
    gathered = gather_bureaus([tmp_path])
    assert gathered.period == APRIL
    (gap,) = gathered.findings
    assert (gap.code, gap.office) == ("U601", "甲局")
    assert "最近汇总的是2021年3月" in gap.message
    march = gather_bureaus([tmp_path], month="3")
    assert [len(one.months) for one in march.bureaus] == [1, 1]
    assert march.findings == ()
    with pytest.raises(TaskxlError, match="没有汇总过 2021 年"):
        gather_bureaus([tmp_path / "乙" / "2021年1-4月汇总.xlsx"], month="3")


def test_what_is_no_summary_of_the_year_is_one_line_each(tmp_path: Path) -> None:
    good = write_summary(month_of("甲局", "正常推进", "已完成"))
    write(tmp_path, "甲.xlsx", good)
    write(tmp_path, "乙.xlsx", write_summary(month_of("乙局", "正常推进")))
    write(tmp_path, "坏.xlsx", good[: len(good) // 2])
    write(tmp_path, "名册.xlsx", make_workbook({"表": "| 姓名 | 电话 |\n| 甲 | 1 |"}))
    write(tmp_path, "定稿.xlsx", write_clean_copy(month_of("丙局", "正常推进")))
    write(tmp_path, "去年.xlsx", write_summary(month_of("丁局", "正常推进", year=2020)))
    write(tmp_path, "几本.zip", b"PK\x03\x04 not really")
    write(tmp_path, "~$甲.xlsx", b"lock")
    write(tmp_path, "通知.docx", b"not ours to read")
    rolled = gather_bureaus([tmp_path])
    write_rollup_book(rolled, tmp_path / "各单位汇总.xlsx")
    again = gather_bureaus([tmp_path])
    assert again == rolled  # what was written here is not read as somebody's
    assert [one.bureau for one in rolled.bureaus] == ["乙局", "甲局"]
    told = {Path(str(one.file)).name: one.code for one in rolled.findings}
    assert told == {
        "坏.xlsx": "U605",
        "名册.xlsx": "U606",
        "定稿.xlsx": "U606",
        "去年.xlsx": "U602",
        "几本.zip": "U605",
    }
    assert len(rolled.findings) == len(told)
    named = gather_bureaus([tmp_path / "甲.xlsx", tmp_path / "各单位汇总.xlsx"])
    assert ["已经是几个单位的汇总" in one.message for one in named.findings] == [True]


def test_of_two_versions_the_later_counts_and_is_named(tmp_path: Path) -> None:
    first = write_summary(month_of("甲局", "正常推进", "正常推进"))
    second = write_summary(month_of("甲局", "正常推进", "已完成"))
    write(tmp_path, "一稿.xlsx", first, 26)
    write(tmp_path, "二稿.xlsx", second, 27)
    write(tmp_path, "二稿（再发）.xlsx", second, 25)
    write(tmp_path, "乙/一.xlsx", write_summary(month_of("乙局", "正常推进")), 26)
    write(tmp_path, "乙/二.xlsx", write_summary(month_of("乙局", "正常推进")), 27)
    gathered = gather_bureaus([tmp_path])
    by_name = {one.bureau: one for one in gathered.bureaus}
    assert by_name["甲局"].months[0].tasks["已完成"] == 1
    told = {one.office: one for one in gathered.findings}
    assert {one.code for one in told.values()} == {"U607"}
    assert "取的是“二稿.xlsx”（文件时间 2021-04-27 09:00" in told["甲局"].message
    assert "一稿.xlsx" in told["甲局"].message
    assert "再发" in told["甲局"].message
    assert told["乙局"].severity == "info"
    assert "数都一样" in told["乙局"].message


def test_a_workspace_counts_before_its_summary_and_lacks_what_only_that_has(
    city: tuple[Path, Path], tmp_path: Path
) -> None:
    workspaces, mailed = city
    both = gather_bureaus([workspaces, mailed])
    alone = gather_bureaus([workspaces])
    assert both.bureaus == alone.bureaus
    assert [(one.code, one.severity) for one in both.findings] == [("U607", "info")] * 4
    source = mailed / "0005县" / "2021年1-4月汇总.xlsx"

    def correct(book: Any) -> None:
        cell_of(book, "汇总表", "进度状态", 2).value = "已完成"

    path = write(tmp_path, "改过.xlsx", edited(source.read_bytes(), correct))
    (finding,) = [one for one in gather_bureaus([workspaces, path]).findings if one.code == "U607"]
    assert finding.severity == "warning"
    assert "数不一样" in finding.message
    shutil.copytree(workspaces / "0005县教育局", tmp_path / "旧的" / "0005县教育局")
    old = Workspace(next((tmp_path / "旧的").rglob("主清单.xlsx")).parent)
    may = month_of("0005县教育局", "已完成", number=5)
    write(tmp_path, "五月.xlsx", write_summary(may))
    gathered = gather_bureaus([old.root, tmp_path / "五月.xlsx"])
    (one,) = gathered.bureaus
    assert [month.key for month in one.months] == ["2021-03", "2021-04", "2021-05"]
    assert [task.status for task in one.tasks] == ["已完成"]
    assert gathered.findings == ()


def test_a_strangers_summary_is_read_in_a_process_of_its_own(
    tmp_path: Path, in_workers: None
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (800 << 20))
    write(tmp_path, "甲.xlsx", write_summary(month_of("甲局", "正常推进")))
    write(tmp_path, "炸弹.xlsx", bomb.getvalue())
    gathered = gather_bureaus([tmp_path])
    assert [one.bureau for one in gathered.bureaus] == ["甲局"]
    assert [one.code for one in gathered.findings] == ["U605"]


def test_nothing_of_a_summary_runs_in_the_rollup(tmp_path: Path) -> None:
    def attack(book: Any) -> None:
        for sheet, header in (
            ("汇总表", "项目名称"),
            ("节点台账", "项目名称"),
            ("节点台账", "节点"),
        ):
            cell = cell_of(book, sheet, header)
            cell.value = '=HYPERLINK("http://x")'
            cell.data_type = "s"
        book["汇总表"]["A1"].value = "=cmd|' /C calc'!A0局2021年重点工作任务进展情况汇总表（1-4月）"
        book["汇总表"]["A1"].data_type = "s"

    content = edited(write_summary(month_of("甲局", "进度滞后")), attack)
    path = write(tmp_path, "甲.xlsx", content)
    written = write_rollup_book(gather_bureaus([path]), tmp_path / "各单位.xlsx")
    book = openpyxl.load_workbook(written.path)
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in texts)
    assert not any(cell.hyperlink and cell.hyperlink.target for cell in texts)
    assert any("HYPERLINK" in str(cell.value) for cell in texts)


def test_the_command_takes_files_beside_folders(
    city: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspaces, mailed = city
    file = mailed / "0006县" / "2021年1-4月汇总.xlsx"
    output = tmp_path / "全市.xlsx"
    code, out, err = call_main(capsys, "rollup", workspaces / "0005县教育局", file, "-o", output)
    assert (code, err) == (0, "")
    assert "2021年4月：2 个单位，已汇总 2 个" in out
    empty = tmp_path / "空"
    empty.mkdir()
    code, out, err = call_main(capsys, "rollup", empty)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    with pytest.raises(TaskxlError, match="也没有汇总工作簿"):
        gather_bureaus([empty])
