"""Edges of the pen: how a summary's cells are composed, found, joined and read back."""

import pytest

from taskxl.intake.grids import Area, Book, CellError, Note, Sheet
from taskxl.intake.refusals import Refused
from taskxl.merge.revisions import Shown
from taskxl.model import Period
from taskxl.reports.corrections import read_summary
from taskxl.reports.marks import (
    IDENTITY,
    INSTRUCTIONS,
    NUMBER,
    PROGRESS,
    REMARKS,
    STATUS,
    TITLE,
)
from taskxl.reports.pen import (
    MONTH_PROPERTY,
    NEWER,
    Speakers,
    compose_text,
    cut_note,
    fill_gaps,
    find_header,
    gather_pieces,
    join_pieces,
    parse_cell,
    read_shown,
    sheet_rows,
)

NAMES = {"人事": "人事股", "人事股": "人事股", "计财股": "计财股"}


# ---------------------------------------------------------------- a cell


@pytest.mark.parametrize(
    ("column", "offices", "marks", "text", "newer", "cell"),
    [
        (PROGRESS, [], "", "已报。", None, "已报。"),
        (PROGRESS, [], "【空白】", "已报。", None, "【空白】已报。"),
        (STATUS, [], "【逾期】", "已完成", None, "【逾期】\n已完成"),
        (STATUS, [], "【逾期】", "", None, "【逾期】"),
        (STATUS, [], "", "已完成", None, "已完成"),
        (PROGRESS, ["人事股", "计财股"], "", "已报。", None, "〔人事股、计财股〕已报。"),
        (PROGRESS, [], "", "改。", "新。", f"改。\n{NEWER}新。"),
        (
            PROGRESS,
            [],
            "",
            "〔人事股〕的话\n  〔甲〕",
            None,
            "\u3000〔人事股〕的话\n\u3000  〔甲〕",
        ),
        (PROGRESS, [], "", "据〔人事股〕说", None, "据〔人事股〕说"),
    ],
)
def test_a_cell_is_name_marks_text_and_below_what_the_office_sent_since(
    column: str, offices: list[str], marks: str, text: str, newer: str | None, cell: str
) -> None:
    assert compose_text(column, offices, marks, text, newer) == cell


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("已报。", {"办公室": "已报。"}),
        (
            "已报。\n〔人事〕人事的话。\n第二行",
            {"办公室": "已报。", "人事股": "人事的话。\n第二行"},
        ),
        ("〔人事股、计财股〕一样。", {"人事股": "一样。", "计财股": "一样。"}),
        ("〔人事股、外人〕一样。", {"办公室": "〔人事股、外人〕一样。"}),
        (" 〔 人 事 〕人事的话。", {"人事股": "人事的话。"}),
        ("\u3000〔人事〕是引用", {"办公室": "〔人事〕是引用"}),
        ("据〔人事〕说", {"办公室": "据〔人事〕说"}),
        ("〔人事〕一\n〔计财股〕二\n〔人事〕三", {"人事股": "一\n三", "计财股": "二"}),
    ],
)
def test_a_line_that_begins_with_the_names_of_offices_begins_their_part(
    cell: str, shown: dict[str, str]
) -> None:
    assert {who: one.text for who, one in parse_cell(cell, "办公室", NAMES).items()} == shown


def test_marks_newer_texts_and_notes_of_a_cut_are_told_from_the_text() -> None:
    cut = cut_note(12)
    cell = f"【办公室修订】【空白】改。\n{NEWER}新。\n{NEWER}又。\n〔人事〕【空白】长文\n{cut}"
    assert parse_cell(cell, "办公室", NAMES) == {
        "办公室": Shown("改。", f"新。\n{NEWER}又。", "", True),
        "人事股": Shown("长文", None, f"\n{cut}", False),
    }
    assert parse_cell(f"{NEWER}新。", "办公室", NAMES)["办公室"] == Shown("", "新。")
    assert parse_cell("【别的】话", "办公室", NAMES)["办公室"] == Shown("【别的】话")
    assert parse_cell(f"{cut}还有", "办公室", NAMES)["办公室"].rest == ""


# ---------------------------------------------------------------- the sheet


def sheet(*rows: tuple[object, ...], **more: object) -> Sheet:
    return Sheet("汇总表", rows, **more)  # type: ignore[arg-type]


HEADER = (NUMBER, TITLE, PROGRESS, IDENTITY)


def test_the_header_is_found_in_the_first_twenty_rows_by_number_and_title_or_identity() -> None:
    assert find_header(sheet(HEADER)) == (
        1,
        {NUMBER: 1, TITLE: 2, PROGRESS: 3, IDENTITY: 4},
    )
    blank = ((),) * 19
    assert find_header(sheet(*blank, HEADER)) is not None
    assert find_header(sheet(*blank, (), HEADER)) is None
    assert find_header(sheet((NUMBER, TITLE, "进展 情况"))) == (
        1,
        {NUMBER: 1, TITLE: 2, PROGRESS: 3},
    )
    assert find_header(sheet((None, IDENTITY, STATUS))) == (1, {IDENTITY: 2, STATUS: 3})
    assert find_header(sheet((NUMBER, PROGRESS))) is None  # another table of the bureau
    assert find_header(sheet((TITLE, PROGRESS))) is None
    assert find_header(sheet((NUMBER, TITLE, IDENTITY))) is None  # nothing to write in
    twice = find_header(sheet((NUMBER, TITLE, PROGRESS, PROGRESS)))
    assert twice == (1, {NUMBER: 1, TITLE: 2, PROGRESS: 3})


def test_what_cannot_be_seen_is_no_text_of_the_row() -> None:
    columns = {NUMBER: 1, PROGRESS: 2, REMARKS: 3}
    one = sheet(
        (NUMBER, PROGRESS, REMARKS),
        ("1", CellError("#REF!"), "备"),
        ("2", "合", None),
        ("3", None, None),
        (None, None, None),
        merges=(Area(3, 2, 4, 2),),
    )
    assert sheet_rows(one, 1, columns) == [
        {NUMBER: "1", REMARKS: "备"},
        {NUMBER: "2", PROGRESS: "合", REMARKS: ""},
        {NUMBER: "3", REMARKS: ""},
    ]


TITLES = {("1", "招生"): "t1", ("2", "基建"): "t2", ("", "无号"): "t3"}


def row(
    number: str, title: str, text: str, identity: str | None = None, **more: str
) -> dict[str, str]:
    told = {NUMBER: number, TITLE: title, PROGRESS: text} | more
    return told if identity is None else told | {IDENTITY: identity}


def pieces_of(*rows: dict[str, str]) -> dict[str, dict[int, list[str]]]:
    found = gather_pieces(rows, TITLES)
    return {
        task: {place: list(texts) for place, texts in columns[PROGRESS].items()}
        for task, columns in found.items()
    }


def test_a_row_is_its_tasks_by_number_and_title_else_by_its_identity() -> None:
    assert pieces_of(row("1", "招 生", "甲", "t2")) == {"t1": {0: ["甲"]}}
    assert pieces_of(row("9", "改了名", "甲", " t2 ")) == {"t2": {0: ["甲"]}}
    assert pieces_of(row("", "无号", "甲")) == {"t3": {0: ["甲"]}}
    assert pieces_of(row("1", "", "甲", "t2")) == {"t2": {0: ["甲"]}}
    assert pieces_of(row("1", "别的", "甲")) == {}
    assert pieces_of(row("1", "招生", "甲"), row("1", "招生", "乙")) == {"t1": {0: ["甲", "乙"]}}


def test_a_row_that_goes_on_is_that_of_its_number_in_its_place() -> None:
    rows = (
        row("1", "招生", "一", STATUS="x", **{STATUS: "已完成"}),
        row("1续2", "", "三", **{STATUS: "已完成"}),
        row("1 续1", "", "二", **{STATUS: "已完成"}),
    )
    assert pieces_of(*rows) == {"t1": {0: ["一"], 2: ["三"], 1: ["二"]}}
    assert gather_pieces(rows, TITLES)["t1"][STATUS] == {0: ["已完成"] * 3}
    assert pieces_of(row("7续1", "", "二", "t2")) == {"t2": {1: ["二"]}}
    assert pieces_of(row("7续1", "", "二")) == {}


def test_pieces_join_in_order_and_a_copy_counts_where_it_says_something_else() -> None:
    def joined(found: dict[int, list[str]], written: dict[int, list[str]]) -> str:
        return join_pieces({"t": {PROGRESS: found}}, {"t": {PROGRESS: written}})["t"][PROGRESS]

    assert joined({0: ["一（接下行）"], 1: ["二"]}, {}) == "一二"
    assert joined({1: ["二"], 0: ["一"]}, {}) == "一\n二"
    assert joined({0: ["一"]}, {0: ["一"], 1: ["二"]}) == "一\n二"  # the row is gone
    assert joined({0: ["改"]}, {0: ["一"]}) == "改"
    assert joined({0: [""]}, {0: ["一"]}) == ""  # taken out by hand
    assert joined({0: ["一", "改"]}, {0: ["一"]}) == "改"
    assert joined({0: ["改", "一", "改", "又改"]}, {0: ["一"]}) == "改\n又改"
    assert joined({0: ["一", "一 "]}, {0: ["一"]}) == "一"
    assert joined({0: ["一", ""]}, {0: ["一"]}) == "一"
    assert joined({0: ["一", "二"]}, {}) == "一\n二"
    assert joined({0: ["", ""]}, {}) == ""


SPEAKERS = {"t1": Speakers("办公室", NAMES, "清单的备注")}


def test_the_cells_of_a_task_are_read_by_field_and_office() -> None:
    shown = read_shown(
        {
            "t1": {
                PROGRESS: "已报。\n〔人事〕也报。",
                STATUS: "完成\n〔人事〕基本完成",
                REMARKS: "清单的备注\n另有。",
                INSTRUCTIONS: " 抓紧。\n\n",
            },
            "别的": {PROGRESS: "话"},
        },
        SPEAKERS,
    )
    assert {key: one.text for key, one in shown.items()} == {
        ("t1", "办公室", "progress"): "已报。",
        ("t1", "人事股", "progress"): "也报。",
        ("t1", "办公室", "status"): "已完成",
        ("t1", "人事股", "status"): "基本完成",
        ("t1", "办公室", "remarks"): "另有。",
        ("t1", "", "instructions"): "抓紧。",
    }
    alone = read_shown({"t1": {REMARKS: "别的备注"}}, SPEAKERS)
    assert alone["t1", "办公室", "remarks"].text == "别的备注"
    own = read_shown({"t1": {REMARKS: "清单的备注"}}, SPEAKERS)
    assert own["t1", "办公室", "remarks"].text == ""


def test_a_text_that_is_gone_from_a_cell_still_there_was_taken_out() -> None:
    said, gone, other = ("t1", "甲", "progress"), ("t1", "乙", "progress"), ("t2", "丙", "progress")
    written = {said: Shown("一"), gone: Shown("二"), other: Shown("三")}
    found = {said: Shown("改")}
    fill_gaps(found, written, {"t1": {PROGRESS: "改"}, "t2": {STATUS: ""}})  # type: ignore[arg-type]
    assert found == {said: Shown("改"), gone: Shown()}


# ---------------------------------------------------------------- a summary


APRIL = Period(2026, 4)


def book(*sheets: Sheet, mark: str | None = "m") -> Book:
    return Book("汇总.xlsx", "xlsx", sheets, properties={MONTH_PROPERTY: mark} if mark else {})


def heading(text: str) -> tuple[object, ...]:
    return (text,)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("云溪县教育局2026年重点工作任务进展情况汇总表（1-4月）", False),
        ("2026年重点工作任务进展情况汇总表（1-3月）", True),
        ("2025年重点工作任务进展情况汇总表（1-4月）", True),
        ("我们自己的标题", False),
    ],
)
def test_a_summary_of_another_period_is_refused(text: str, other: bool) -> None:
    one = book(sheet(heading(text), HEADER, ("1", "招生", "已报。", "t1")))
    if other:
        with pytest.raises(Refused, match="R206"):
            read_summary(one, APRIL)
    else:
        assert read_summary(one, APRIL).rows == (
            {NUMBER: "1", TITLE: "招生", PROGRESS: "已报。", IDENTITY: "t1"},
        )


def test_a_title_below_the_header_tells_no_period() -> None:
    below = "2025年重点工作任务进展情况汇总表（1-4月）"
    one = book(sheet(HEADER, ("1", below, "已报。", "t1")))
    assert len(read_summary(one, APRIL).rows) == 1


def test_every_text_that_is_seen_is_known_with_its_sheet() -> None:
    main = sheet(
        HEADER,
        ("1", "招 生", "已报。", CellError("#N/A")),
        notes=(Note("comment", "C2", "批注"), Note("text box", None, "图")),
    )
    other = Sheet("总览", ((None, "完成率", CellError("")),))
    found = read_summary(book(other, main), APRIL)
    assert found.mark == "m"
    assert {
        ("", "招生"),
        ("", "已报。"),
        ("", "批注"),
        ("总览", "完成率"),
        ("总览", "="),
    } <= found.texts
    assert ("", "图") not in found.texts
    assert all(text for _, text in found.texts)
    assert read_summary(book(main, mark=None), APRIL).mark == ""


def test_the_table_is_known_by_its_name_or_by_progress_and_instructions() -> None:
    renamed = Sheet("四月", ((*HEADER, INSTRUCTIONS), ("1", "招生", "已报。", "t1", "")))
    plain = Sheet("四月", (HEADER, ("1", "招生", "别的。", "t1")))
    named = sheet(HEADER, ("1", "招生", "汇总的。", "t1"))
    assert read_summary(book(renamed), APRIL).rows[0][PROGRESS] == "已报。"
    assert read_summary(book(renamed, named), APRIL).rows[0][PROGRESS] == "汇总的。"
    for other in (plain, Sheet("汇总表", (("别的",),))):
        with pytest.raises(Refused, match="R205"):
            read_summary(book(other), APRIL)
