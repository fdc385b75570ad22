"""A bureau's year: twelve months with all that happens in them, against what was written by hand.

The year is told in `year_of_a_bureau.py`; the files expected/year-*.txt were reckoned from it
by hand. In them `，` stands for a line's end within a cell.
"""

import shutil
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from taskxl.desk import yearbook
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.merging import merge_returns
from taskxl.desk.next_year import init_from_year
from taskxl.desk.year_report import write_year_report
from taskxl.ledger import open_ledger
from taskxl.model import Month, Period
from taskxl.reports.year_pictures import MARKS, third_of
from taskxl.workspace.folder import Workspace
from tests.crashes import read_tree
from tests.month_of_clerks import MAIN
from tests.proofs import doubts
from tests.support import parse_table
from tests.word_reader import read_all
from tests.year_of_a_bureau import (
    CLOSING,
    INSTRUCTION,
    PEN_MAY,
    PEN_PROGRESS,
    YEAR,
    Bureau,
    done_days,
    period_of,
    run_year,
)

EXPECTED = Path(__file__).parent / "expected"
PROVED = (4, 6, 9, 12)
"""Months with a revised list, a correction, a revised list again, and the last."""
Rows = list[tuple[str, ...]]


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    """The year, over."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    return run_year(tmp_path_factory.mktemp("bureau"))


@pytest.fixture(scope="module")
def book(bureau: Bureau) -> Workbook:
    """The year's workbook."""
    return openpyxl.load_workbook(bureau.workspace.year_path(YEAR))


def expected(name: str) -> Rows:
    """Return the rows that were written by hand."""
    text = (EXPECTED / f"year-{name}.txt").read_text(encoding="utf-8")
    return [tuple(cell or "" for cell in row) for row in parse_table(text)]


def told(rows: Rows) -> str:
    """Return rows as text, so that a difference is shown line by line."""
    return "\n".join(" | ".join(row) for row in rows)


def shown(sheet: Worksheet) -> Rows:
    """Return the rows of a sheet from the header down as a person reads them."""
    rows = []
    for row in sheet.iter_rows(min_row=3):
        texts = []
        for cell in row:
            text = "" if cell.value is None else str(cell.value)
            if "%" in cell.number_format and isinstance(cell.value, int | float):
                text = f"{cell.value:.1%}"
            texts.append(text.replace("\n", "，"))
        rows.append(tuple(texts))
    return [row for row in rows if any(row)]


# ---------------------------------------------------------------- against the hand


def test_a_second_reader_finds_every_word_and_every_number(bureau: Bureau) -> None:
    found = {month: doubts(bureau.workspace, period_of(month)) for month in PROVED}
    assert found == {month: [] for month in PROVED}


def test_every_task_stands_in_every_month_as_it_must(book: Workbook) -> None:
    rows = [row[:15] for row in shown(book["任务月份"])]
    assert told(rows) == told(expected("任务月份"))


def test_every_office_reported_when_it_did(book: Workbook) -> None:
    assert told(shown(book["股室报送"])) == told(expected("股室报送"))


def test_the_numbers_of_the_year_are_those_counted_by_hand(book: Workbook) -> None:
    wanted = expected("全年走势")
    assert told(shown(book["全年走势"])[: len(wanted)]) == told(wanted)


def test_what_changed_in_the_list_is_told_once_in_its_month(book: Workbook) -> None:
    rows = [row[:7] for row in shown(book["清单变化"])]
    assert told(rows) == told(expected("清单变化"))


def test_telling_tasks_have_their_timeline(book: Workbook) -> None:
    """Texts, corrections marked as such, silences, instructions and closings, each in its place."""
    wanted = expected("任务时间线")
    tasks = {row[0] for row in wanted[1:]}
    header, *rows = shown(book["任务时间线"])
    assert header[:7] == (
        "编号", "项目名称", "月份", "股室", "进度状态", "进展情况", "存在问题和下一步工作计划",
    )  # fmt: skip
    found = [(name, *row[2:7], row[8]) for row in rows if (name := f"{row[0]} {row[1]}") in tasks]
    assert told(found) == told(wanted[1:])


# ---------------------------------------------------------------- its report, its pictures, the next


@pytest.fixture(scope="module")
def report(bureau: Bureau) -> str:
    """The year's report, read with eyes of its own; written in a copy of the workspace."""
    copy = Workspace(bureau.root / "总结")
    shutil.copytree(bureau.workspace.root, copy.root)
    written = write_year_report(copy, datetime(2022, 1, 5, 9))
    assert written.notes == ()
    return read_all(written.path.read_bytes())


def test_every_number_of_the_report_is_one_counted_by_hand(report: str) -> None:
    rows = {row[0]: row[1:] for row in expected("全年走势")}
    owed, on_time, late, missing = (
        sum(map(int, rows[word])) for word in ("应报股室", "已报送", "迟报", "未报送")
    )
    assert f"应报送{owed}份次，按时报送{on_time}份次，迟报{late}份次，未报送{missing}份次" in report
    assert f"按时报送率{100 * on_time / owed:.1f}%（{on_time}/{owed}）" in report
    tasks, done, behind = (rows[word][-1] for word in ("任务", "任务已完成", "任务进度滞后"))
    steps, over = rows["节点已完成"][-1], rows["节点逾期"][-1]
    assert f"已完成{done}项，占{rows['任务完成率'][-1]}（{done}/{tasks}）" in report
    assert f"进度滞后{behind}项" in report
    assert f"已完成{steps}个，占{rows['节点完成率'][-1]}（{steps}/29）；逾期{over}个" in report
    kinds = [row[3] for row in expected("清单变化")]
    for told_as, kind in (("新增任务", "新增任务"), ("取消任务", "取消任务"), ("销号任务", "销号")):
        assert f"{told_as}{kinds.count(kind)}项" in report


def test_the_report_says_of_every_milestone_when_it_was_done(bureau: Bureau, report: str) -> None:
    month = bureau.merges[max(key for key in bureau.merges if key[0] == "2021-12")]
    days = done_days()
    for state in month.milestones:
        day, text = days.get(state.milestone.id), state.milestone.text.rstrip("。")
        if day is not None:
            assert f"“{text}”，时限" in report
            assert f"，{day.month}月{day.day}日完成" in report[report.index(f"“{text}”") :][:80]
    assert "“三是12月15日前通过验收”时限12月15日，逾期10天" in report
    assert "原因：12月职成教股填报：人手不足，下月补上" in report


def test_the_report_has_the_offices_own_words_as_they_stand_after_correction(report: str) -> None:
    assert f"4月，基础教育股：{PEN_PROGRESS}" in report
    assert f"5月，人事股：{PEN_MAY}" in report
    assert "3月，计财股：3月计财股办经费3件（更正）。" in report
    assert "3月计财股办经费3件。" not in report
    assert report.count("职成教股办校企") == 9, "five to seven were never sent"


def test_the_grid_marks_what_the_matrix_says(book: Workbook) -> None:
    def mark(word: str) -> str:
        status, *lights = word.split("，")
        over = [light.split()[-1] for light in lights if light.startswith(("逾期", "严重"))]
        near = [light.split()[-1] for light in lights if light.startswith("临近")]
        tail = f"逾{over[0]}" if over else f"临{near[0]}" if near else ""
        return MARKS[status] + tail

    rows = [
        [row[1].removesuffix("（已不在清单）"), *map(mark, row[3:])]
        for row in expected("任务月份")[1:]
    ]
    shown_rows = [
        [row[1].removesuffix("（已不在清单）"), *row[3:15]] for row in shown(book["全年图"])[1:]
    ]
    assert shown_rows == rows


def test_the_gantt_chart_shows_when_each_milestone_was_due_and_done(
    bureau: Bureau, book: Workbook
) -> None:
    month = bureau.merges[max(key for key in bureau.merges if key[0] == "2021-12")]
    days = done_days()
    rows = [row[3:39] for row in shown(book["节点图"])[1:]]
    assert len(rows) == len(month.milestones)
    for state, row in zip(month.milestones, rows, strict=True):
        due, day = state.milestone.due, days.get(state.milestone.id)
        assert due is not None
        assert row[third_of(due)] in (("◆", "◇") if day != due else ("◆",))
        if day is None:
            assert row.index("▲") == third_of(month.as_of)
        elif third_of(day) == third_of(due) and day <= due:
            assert row[third_of(due)] == "◆"
        else:
            assert row.index("●") == third_of(day)


def test_the_next_year_begins_with_what_is_not_done_and_knows_its_history(
    bureau: Bureau, tmp_path: Path
) -> None:
    old = Workspace(tmp_path / "2021年重点工作")
    shutil.copytree(bureau.workspace.root, old.root)
    before = read_tree(old)
    made = init_from_year(tmp_path / "2022年重点工作", old.root, datetime(2022, 1, 5))
    assert read_tree(old) == before
    unfinished = [
        row[1] for row in expected("任务月份")[1:] if row[14].startswith(("进", "正", "尚"))
    ]
    assert (
        [task.title for task in made.tasks]
        == unfinished
        == ["职业教育校企合作", "深化教育评价改革"]
    )
    assert [(task.number, task.id) for task in made.tasks] == [("1", "1"), ("2", "2")]
    new = Workspace(tmp_path / "2022年重点工作")
    assert [office.name for office in load_master(new)[0].offices] == [
        office.name for office in load_master(old)[0].offices
    ]
    january = Period(2022, 1)
    issue_forms(new, january)
    merge_returns(new, january)
    path = yearbook.write_year(new).path
    rows = shown(openpyxl.load_workbook(path)["任务时间线"])
    told_rows = [(row[0], row[2], row[3], row[4], row[5]) for row in rows[1:]]
    assert ("1", "2021年12月", "职成教股", "进度滞后", "12月职成教股办校企12件") in told_rows
    assert ("2", "2021年12月", "督导室", "进度滞后", "12月督导室办评价12件") in told_rows
    shutil.rmtree(old.root)
    again = yearbook.write_year(new)
    assert any("上一年的工作区“2021年重点工作”不在原处" in note for note in again.notes)


# ---------------------------------------------------------------- promises of the ledger


def test_no_command_run_again_changes_anything_and_the_ledger_is_whole(bureau: Bureau) -> None:
    assert bureau.faults == []
    assert yearbook.verify_year(bureau.workspace)[0] == ()


def test_every_month_can_be_had_as_it_stood_at_every_merge(bureau: Bureau) -> None:
    assert bureau.numbers() == set(bureau.merges)
    for key, month in bureau.merges.items():
        assert bureau.recall(key) == month, key
    counts = [sum(key[0] == period_of(m).key for key in bureau.merges) for m in range(1, 13)]
    #                 1  2  3  4  5  6  7  8  9 10 11 12
    assert counts == [1, 1, 3, 4, 2, 1, 1, 1, 1, 2, 1, 1]


def test_every_file_that_ever_came_is_in_the_ledger(bureau: Bureau) -> None:
    with open_ledger(bureau.workspace.ledger_path) as ledger:
        for month in range(1, 13):
            folder = bureau.workspace.returns_folder(period_of(month))
            for path in folder.iterdir():
                content = path.read_bytes()
                assert ledger.content(sha256(content).hexdigest()) == content


def test_a_past_month_merged_again_at_the_end_of_the_year_stays_as_it_is(bureau: Bureau) -> None:
    before = bureau.numbers()
    for month in (2, 5, 8):
        merge_returns(bureau.workspace, period_of(month), now=bureau.now(12, 31))
    assert bureau.numbers() == before


def test_the_workbook_is_valid(bureau: Bureau) -> None:
    path = bureau.workspace.year_path(YEAR)
    assert OpenXmlValidator().validate(path).errors == []


# ---------------------------------------------------------------- turns of the year


def test_the_bureau_is_told_what_it_must_know_and_nothing_else(bureau: Bureau) -> None:
    assert bureau.notes == [
        "2021年3月的汇总表里有 1 处手工修订，已保留并标明。",
        "第12项“规范校服选用”：新清单里没有，已从主清单删去；历史留在台账里。",
        "2021年4月汇总表里的 1 条批示，已列入主清单“批示”表，下个月的表上请股室答复。"
        "请补上批示人、交办股室和办理期限；办结了的，填办结日期。",
        "2021年4月的汇总表里有 2 处手工修订，已保留并标明。",
        "2021年5月的汇总表里有 1 处手工修订，已保留并标明。",
        "2021年8月已下发，还没有汇总，不在台账里。",
        "第5项“规范幼儿园办园行为”：新清单里没有，已从主清单删去；历史留在台账里。",
        "2021年8月已下发，还没有汇总，不在台账里。",
        "2021年9月已经下发，2021年8月仍按当时的主清单汇总；之后对主清单的改动不影响它。",
        "有 1 处申请延期（职成教股：第8项“职业教育校企合作”的节点“二是7月底前实训基地开工。”），"
        "已列入主清单“延期”表。请报分管负责同志决定："
        "同意的，填批准人和“延期至”；不同意的，在批准人一栏写“不同意”。",
    ]


def last(bureau: Bureau, month: int) -> Month:
    """Return a month as it was merged last."""
    key = period_of(month).key
    return bureau.merges[max(one for one in bureau.merges if one[0] == key)]


def form(bureau: Bureau, office: str, month: int) -> Worksheet:
    """Return the main sheet of a form as it went out."""
    path = bureau.workspace.form_path(office, period_of(month))
    return openpyxl.load_workbook(path)[MAIN]


def test_an_instruction_goes_out_with_the_next_form(bureau: Bureau) -> None:
    texts = [str(cell.value) for row in form(bureau, "办公室", 5).iter_rows() for cell in row]
    assert any(text.startswith(INSTRUCTION) for text in texts)


def test_corrections_stand_where_they_were_made_and_nowhere_else(bureau: Bureau) -> None:
    found = {
        (month, one.task, one.office, one.field, one.now)
        for month in range(1, 13)
        for one in last(bureau, month).revisions
    }
    assert found == {
        (3, "4", "基教股", "status", "进度滞后"),
        (4, "4", "基教股", "progress", PEN_PROGRESS),
        (4, "1", "", "instructions", INSTRUCTION),
        (5, "3", "人事股", "progress", PEN_MAY),
    }


def test_no_text_of_an_office_is_lost_or_under_another_task(bureau: Bureau) -> None:
    """In 未归位内容 is what a newer return replaced, and where a supporting office says otherwise."""
    for month in range(1, 13):
        for one in last(bureau, month).unplaced:
            assert "（更正）" not in one.file, one
            assert (month, one.file.split("-")[1]) in {
                (3, "计财股"), (4, "基教股"), (4, "教研室"), (10, "体卫艺股"),
            }, one  # fmt: skip


def test_the_closed_task_is_closed_with_its_evidence(bureau: Bureau) -> None:
    task = last(bureau, 12).master.task("7")
    assert task is not None
    assert task.closing == CLOSING
    assert not bureau.workspace.form_path("招生办", period_of(9)).exists()
