"""Edges of evidence: what an office sent that found no place and may be what seems to lack."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from taskxl.merge.evidence import name_texts
from taskxl.merge.month import merge_month
from taskxl.merge.versions import settle_head, settle_versions
from taskxl.model import Attached, Unplaced
from tests.months import APRIL, REPORT_DAY, make_master, make_returns, read_rows
from tests.test_bite_merge import version

FILE, SHEET = "基教股.xlsx", "进展情况表"


def stray(text: str, cell: str | None = "J20", sheet: str | None = SHEET) -> Unplaced:
    return Unplaced(FILE, sheet, cell, text)


def picture(cell: str | None, last: str | None = None, sheet: str = SHEET) -> Attached:
    return Attached(FILE, sheet, cell, "图片", last)


def found(
    code: str, table: str, unplaced: Sequence[Unplaced] = (), attached: Sequence[Attached] = ()
) -> list[tuple[str, str]]:
    """Return severity and message of each finding of a code."""
    rows = read_rows(table)
    first, *rest = make_returns(rows)
    first = replace(first, unplaced=tuple(unplaced), attached=tuple(attached))
    month = merge_month(make_master(rows), APRIL, REPORT_DAY, [first, *rest])
    return [(f.severity, f.message) for f in month.findings if f.code == code]


BLANK = "| 股室 | 任务 | 进展情况 |\n| 基教股 | 1 | |\n| 基教股 | 2 | 选址完成。 |"


@pytest.mark.parametrize(
    ("text", "cell", "severity"),
    [
        ("已完成选址", "J20", "info"),  # four characters say something
        ("完成选址", "J20", "info"),
        ("已完成", "J20", "error"),
        ("2021-04-20 12345", "J20", "error"),
        ("完", "J5", "info"),  # anything in the row itself
        ("已完成选址", "J6", "error"),  # the row of another task
        ("已完成选址", None, "info"),
    ],
)
def test_a_blank_is_a_question_where_a_text_without_a_place_may_be_the_answer(
    text: str, cell: str | None, severity: str
) -> None:
    assert [s for s, _ in found("G404", BLANK, [stray(text, cell)])] == [severity]


@pytest.mark.parametrize(
    ("cell", "last", "sheet", "severity"),
    [
        ("F5", None, SHEET, "info"),
        ("F3", "H5", SHEET, "info"),
        ("F5", "F9", SHEET, "info"),
        ("F3", "F4", SHEET, "error"),
        ("F6", "F9", SHEET, "error"),
        ("F5", None, "别的表", "error"),
        (None, None, SHEET, "error"),
    ],
)
def test_a_picture_over_the_row_may_be_the_answer(
    cell: str | None, last: str | None, sheet: str, severity: str
) -> None:
    told = found("G404", BLANK, attached=[picture(cell, last, sheet)])
    assert [s for s, _ in told] == [severity]


HEAD = "| 股室 | {} |\n| 基教股 | |"


@pytest.mark.parametrize(
    ("code", "column", "text", "severity"),
    [
        ("G403", "审定", "何远山", "info"),
        ("G403", "审定", "何", "warning"),
        ("G403", "审定", "欧阳·远山", "warning"),
        ("G403", "审定", "已请何局长看过", "info"),
        ("G403", "审定", "另有资金缺口需要说明", "warning"),
        ("G403", "审定", "局长" + "话" * 58, "info"),
        ("G403", "审定", "局长" + "话" * 59, "warning"),
        ("G412", "填报人", "联系 人：周晓禾 0001", "info"),
        ("G412", "填报人", "周晓禾", "info"),
        ("G412", "填报人", "另有资金缺口需要说明", "warning"),
        ("G412", "填报日期", "4月20日", "info"),
        ("G412", "填报日期", "2021.4.20", "info"),
        ("G412", "填报日期", "周晓禾", "warning"),
    ],
)
def test_a_head_line_is_a_question_where_a_text_without_a_place_may_be_it(
    code: str, column: str, text: str, severity: str
) -> None:
    assert [s for s, _ in found(code, HEAD.format(column), [stray(text)])] == [severity]
    # In the row of a task a text is about the task.
    assert [s for s, _ in found(code, HEAD.format(column), [stray(text, "J5")])] == ["warning"]


def test_a_picture_beside_the_rows_may_be_a_signature_and_one_over_them_is_none() -> None:
    table = HEAD.format("审定")
    for cell, last, severity in (
        ("D30", None, "info"),
        ("D5", None, "warning"),
        ("D3", "D6", "warning"),
    ):
        assert [s for s, _ in found("G403", table, attached=[picture(cell, last)])] == [severity]


@pytest.mark.parametrize(
    ("approval", "severity", "words"),
    [
        ("", "warning", "是空的。请分管负责同志审定后填上姓名"),
        ("（签名）", "info", "写的是“（签名）”，看不出是谁。请看原件。"),
        ("不同意", "warning", "写的是“不同意”，还不是审定同意。"),
    ],
)
def test_what_stands_under_approval_is_quoted(approval: str, severity: str, words: str) -> None:
    ((told, message),) = found("G403", f"| 股室 | 审定 |\n| 基教股 | {approval} |")
    assert told == severity
    assert words in message


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (["H7"], "H7的“话”"),
        (["H7", "H7"], "H7的“话”"),
        (["H7", "H8"], "H7的“话”（还有H8）"),
        (["H7", "H8", "H9", "J1"], "H7的“话”（还有H8、H9、J1）"),
        (["H7", "H8", "H9", "J1", "J2"], "H7的“话”（还有H8、H9、J1等）"),
        ([None], "〔进展情况表〕的“话”"),
    ],
)
def test_texts_are_pointed_to_by_cell_and_up_to_three_more(
    cells: list[str | None], named: str
) -> None:
    assert name_texts([stray("话", cell) for cell in cells]) == named


def test_what_is_no_cell_and_no_text_is_pointed_to_in_words() -> None:
    assert name_texts([stray("话", None, None)]) == "正文的“话”"
    assert name_texts([picture("F4")]) == "F4的图片"


# ---------------------------------------------------------------- cell by cell


def test_a_blank_takes_nothing_away_and_each_field_is_that_of_the_newest_that_has_it() -> None:
    old = version("甲.xlsx", "旧。", obstacles="缺钱。")
    new = version("乙.xlsx", "新。", day=REPORT_DAY)
    settled = settle_versions([old, new])
    (entry,) = settled.entries
    assert (entry.progress, entry.obstacles) == ("新。", "缺钱。")
    assert [v.source.file for v in settled.standing] == ["乙.xlsx", "甲.xlsx"]
    assert [(loss.version.source.file, loss.texts) for loss in settled.losses] == [
        ("甲.xlsx", (("旧。", "F5"),))
    ]


def test_last_months_text_that_nobody_touched_gives_way_to_any_other() -> None:
    fresh = version("甲.xlsx", "新。")
    stale = version("乙.xlsx", "旧。", day=REPORT_DAY)
    before = {"1": replace(fresh.submission.entries[0], progress="旧 。")}
    typed_anew = settle_versions([fresh, stale], None, before)
    assert [entry.progress for entry in typed_anew.entries] == ["旧。"]
    left = replace(stale.submission.entries[0], handed_on=("progress",))
    stale = replace(stale, submission=replace(stale.submission, entries=(left,)))
    settled = settle_versions([fresh, stale], None, before)
    assert [entry.progress for entry in settled.entries] == ["新。"]
    assert all(loss.certain for loss in settled.losses)
    # Where the month before says otherwise, the office wrote this under its mark.
    assert [entry.progress for entry in settle_versions([fresh, stale]).entries] == ["旧。"]


def test_each_head_line_is_that_of_the_likeliest_newest_form_that_has_it() -> None:
    old = version("甲.xlsx", reporter="周晓禾", approval="何远山")
    new = version("乙.xlsx", reporter="林一帆", approval="", day=None)
    head = settle_head([old, new])
    assert (head.reporter, head.reported_on, head.approval) == (new, old, old)
    bare = settle_head([version(reporter=" ", approval="", day=None)])
    assert (bare.reporter, bare.reported_on, bare.approval) == (None, None, None)
