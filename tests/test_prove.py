"""核对: the second reader finds every word of a month, and names each that is taken away."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl import cli
from taskxl.desk.merging import merge_returns
from taskxl.desk.proving import Proof, prove_month
from taskxl.errors import TaskxlError
from taskxl.prove.spelling import fold, spell, stands_in
from tests.clerks import convert
from tests.month_of_clerks import APRIL, MAIN, Edit, Post, fresh_post, make_post
from tests.proofs import doubts


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Post:
    """The month before anybody spoilt anything: every form filled."""
    return make_post(tmp_path_factory.mktemp("made"))


@pytest.fixture
def post(made: Post, tmp_path: Path) -> Post:
    """A copy of the month, not merged yet."""
    return fresh_post(made, tmp_path)


@pytest.fixture(scope="module")
def merged(made: Post, tmp_path_factory: pytest.TempPathFactory) -> Post:
    """The month merged once, for tests that spoil copies of its summary."""
    post = fresh_post(made, tmp_path_factory.mktemp("merged"))
    with post.edit() as form:
        form.sheet["L2"].value = "表外写的一句话"
        form.cell("3", "项目名称").value = "信访事项当日办结"
    merge_returns(post.workspace, APRIL)
    return post


@pytest.fixture
def summary(merged: Post) -> Iterator[Path]:
    """The summary of the merged month, put back afterwards."""
    path = merged.workspace.summary_path(APRIL)
    content = path.read_bytes()
    yield path
    path.write_bytes(content)


def spoil(path: Path, sheet: str, deed: Callable[[Any], None]) -> None:
    """Change one sheet of a summary by hand."""
    book = openpyxl.load_workbook(path)
    deed(book[sheet])
    book.save(path)


def cell_with(sheet: Any, text: str) -> Any:
    """Return the one cell that holds a text."""
    (found,) = (c for row in sheet.iter_rows() for c in row if text in str(c.value or ""))
    return found


def returned(post: Post, task: str, header: str) -> Any:
    """Return the cell of a task in 办公室's return, which stays as it is."""
    form = Edit(post.path(), openpyxl.load_workbook(post.path()))
    form.sheet = form.book[MAIN]
    return form.cell(task, header)


def lost(proof: Proof) -> list[tuple[str, str, str]]:
    """Return what is missing: file, sheet and cell."""
    return [(one.file, one.word.sheet, one.word.cell) for one in proof.lost]


# ---------------------------------------------------------------- whole months


def test_a_month_is_proved_and_its_words_are_counted_by_place(merged: Post) -> None:
    proof = prove_month(merged.workspace, APRIL)
    assert doubts(merged.workspace, APRIL) == []
    assert proof.files == 3
    assert set(proof.places) == {"汇总表", "报送情况", "节点台账", "未归位内容", "改动对照"}
    # Four answers a task: every word that was made for the month has been looked for.
    assert sum(proof.places.values()) >= len(merged.words.typed)
    assert not proof.touched


@pytest.mark.usefixtures("in_workers")
def test_the_command_says_it_in_one_line_and_ends_with_0(
    merged: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.read_bytes() for p in merged.workspace.root.rglob("*") if p.is_file()}
    with pytest.raises(SystemExit) as end:
        cli.main(["-C", str(merged.workspace.root), "prove", "--month", "4"])
    out = capsys.readouterr().out
    assert end.value.code == 0
    assert out.count("\n") == 1
    assert out.startswith("2021年4月：3 份来稿写的 ")
    assert {p: p.read_bytes() for p in merged.workspace.root.rglob("*") if p.is_file()} == before


# ---------------------------------------------------------------- what is taken away


def test_a_word_taken_out_of_the_summary_is_named_wherever_it_stood(
    merged: Post, summary: Path
) -> None:
    """Every fifth answer of one office, taken away in turn; nothing else is named."""
    file = merged.path().name
    form = openpyxl.load_workbook(merged.path())
    places = {
        (sheet.title, cell.coordinate): str(cell.value)
        for sheet in form
        for row in sheet.iter_rows()
        for cell in row
        if "辞" in str(cell.value or "")
    }
    assert len(places) > 12
    content = summary.read_bytes()
    for (sheet, cell), text in list(places.items())[::5]:
        word = text[text.index("辞") : text.index("终") + 1]
        summary.write_bytes(content)
        book = openpyxl.load_workbook(summary)
        for page in book:
            for row in page.iter_rows():
                for one in row:
                    if word in str(one.value or ""):
                        one.value = str(one.value).replace(word, "")
        book.save(summary)
        assert lost(prove_month(merged.workspace, APRIL)) == [(file, sheet, cell)]


def test_a_word_removed_by_hand_is_named_with_its_cell_and_the_status_is_1(
    merged: Post, summary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = returned(merged, "2", "进展情况")
    cell, word = place.coordinate, str(place.value)[:6]

    def remove(sheet: Any) -> None:
        found = cell_with(sheet, word)
        found.value = found.value.replace(word, "")

    spoil(summary, "汇总表", remove)
    with pytest.raises(SystemExit) as end:
        cli.main(["-C", str(merged.workspace.root), "prove", "--month", "4"])
    named, hint, told = capsys.readouterr().out.splitlines()
    assert end.value.code == 1
    assert named.startswith(f"附件2-办公室-2021年4月.xlsx〔{MAIN}〕{cell}：“{word}")
    assert named.endswith("”在汇总里没有找到。")
    assert "taskxl merge --month 4" in hint
    assert "没有找到 1 处" in told


def test_a_common_word_is_missed_in_its_own_row(merged: Post, summary: Path) -> None:
    """正常推进 stands in every row: that of others does not speak for this one."""

    def blank(sheet: Any) -> None:
        row = cell_with(sheet, "推进政务公开").row
        sheet.cell(row, 5).value = "【逾期】"

    spoil(summary, "汇总表", blank)
    cell = returned(merged, "2", "进度状态").coordinate
    assert lost(prove_month(merged.workspace, APRIL)) == [(merged.path().name, MAIN, cell)]


def test_what_another_office_says_in_the_same_cell_does_not_count(
    merged: Post, summary: Path
) -> None:
    def give_away(sheet: Any) -> None:
        cell = sheet.cell(cell_with(sheet, "编制教育事业发展规划").row, 6)
        cell.value = f"〔计财股〕{cell.value}"

    spoil(summary, "汇总表", give_away)
    cell = returned(merged, "1", "进展情况").coordinate
    assert (merged.path().name, MAIN, cell) in lost(prove_month(merged.workspace, APRIL))


@pytest.mark.parametrize(
    ("sheet", "text", "cell"),
    [
        ("未归位内容", "表外写的一句话", "L2"),
        ("改动对照", "信访事项当日办结", "B9"),
        ("报送情况", "2021-04-20", "G3"),
    ],
)
def test_a_row_deleted_elsewhere_is_missed(
    merged: Post, summary: Path, sheet: str, text: str, cell: str
) -> None:
    def clear(page: Any) -> None:
        for row in page.iter_rows(min_row=4):
            for one in row:
                if text in str(one.value or "") or (text[:4] == "2021" and one.column == 9):
                    one.value = None

    spoil(summary, sheet, clear)
    assert (merged.path().name, MAIN, cell) in lost(prove_month(merged.workspace, APRIL))


# ---------------------------------------------------------------- what is counted


def test_every_number_of_the_overview_that_is_changed_is_named(merged: Post, summary: Path) -> None:
    book = openpyxl.load_workbook(summary)
    numbers = [
        cell.coordinate
        for row in book["总览"].iter_rows(min_row=4, max_row=11)
        for cell in row
        if isinstance(cell.value, int | float)
    ]
    assert len(numbers) == 24
    for cell in numbers:
        book["总览"][cell].value += 1
    book.save(summary)
    assert {one.cell for one in prove_month(merged.workspace, APRIL).miscounts} == set(numbers)


def test_a_row_taken_out_of_a_list_makes_the_overview_wrong(merged: Post, summary: Path) -> None:
    spoil(summary, "节点台账", lambda sheet: sheet.delete_rows(4))
    wrong = prove_month(merged.workspace, APRIL).miscounts
    assert {one.label for one in wrong} >= {"节点", "节点台账"}


# ---------------------------------------------------------------- files


def test_a_file_that_no_merge_has_seen_is_named(merged: Post) -> None:
    late = merged.folder / "迟来的表.xlsx"
    shutil.copy2(merged.blank("基教股"), late)
    try:
        proof = prove_month(merged.workspace, APRIL)
    finally:
        late.unlink()
    assert proof.unmerged == ("迟来的表.xlsx",)
    assert not proof.holds


def test_a_return_that_has_left_the_folder_is_read_from_the_ledger(merged: Post) -> None:
    content = merged.path().read_bytes()
    merged.path().unlink()
    try:
        proof = prove_month(merged.workspace, APRIL)
    finally:
        merged.path().write_bytes(content)
    assert (proof.files, proof.lost, proof.unread) == (3, (), ())


def test_workbooks_in_a_zip_are_proved(post: Post) -> None:
    with zipfile.ZipFile(post.folder / "打包.zip", "w") as archive:
        archive.write(post.path(), "办公室.xlsx")
    post.path().unlink()
    merge_returns(post.workspace, APRIL)
    proof = prove_month(post.workspace, APRIL)
    assert (proof.files, proof.lost, proof.unread) == (3, (), ())


def test_what_openpyxl_cannot_read_is_named_as_not_proved(
    post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = openpyxl.load_workbook(post.path())[MAIN].iter_rows(values_only=True)
    lines = [
        ",".join("" if v is None or v[:1] == "=" else v.replace("\n", " ") for v in row)
        for row in rows
    ]
    (post.folder / "办公室.csv").write_text("\n".join(lines), encoding="utf-8")
    post.path().unlink()
    merge_returns(post.workspace, APRIL)
    with pytest.raises(SystemExit) as end:
        cli.main(["-C", str(post.workspace.root), "prove", "--month", "4"])
    out = capsys.readouterr().out
    assert end.value.code == 0
    assert "办公室.csv：没有核对（不是 .xlsx 工作簿）" in out
    assert "另有 1 份没有核对" in out


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_return_that_another_program_saved_is_said_not_to_be_an_xlsx(
    post: Post, tmp_path: Path, kind: str
) -> None:
    """An .ods is a zip, and yet no archive of returns."""
    saved = convert(post.path(), kind, tmp_path / "另存", tmp_path / "profile")
    post.path().unlink()
    shutil.copy(saved, post.folder / f"办公室.{kind}")
    merge_returns(post.workspace, APRIL)
    assert prove_month(post.workspace, APRIL).unread == ((f"办公室.{kind}", "不是 .xlsx 工作簿"),)


def test_without_a_summary_it_says_what_to_do_first(post: Post) -> None:
    with pytest.raises(TaskxlError, match=r"还没有汇总。请先运行 taskxl merge --month 4"):
        prove_month(post.workspace, APRIL)


def test_a_correction_by_the_bureau_counts_with_what_was_there_before(
    merged: Post, made: Post, tmp_path: Path
) -> None:
    post = fresh_post(made, tmp_path)
    merge_returns(post.workspace, APRIL)
    path = post.workspace.summary_path(APRIL)

    def correct(sheet: Any) -> None:
        sheet.cell(cell_with(sheet, "推进政务公开").row, 6).value = "办公室改写的一段话。"

    spoil(path, "汇总表", correct)
    assert [one.word.text[:1] for one in prove_month(post.workspace, APRIL).lost] == ["辞"]
    merge_returns(post.workspace, APRIL)
    assert doubts(post.workspace, APRIL) == []


# ---------------------------------------------------------------- spelling


@given(st.text())
def test_a_text_is_found_in_itself_whatever_it_holds(text: str) -> None:
    for one in spell(text):
        assert stands_in(fold(one), fold(f"甲{one}乙" if not one[:1].isdigit() else one))


@pytest.mark.parametrize(
    ("typed", "shown", "same"),
    [("２０", "20", True), ("20", "120", False), ("3.2", "3.25", False), ("1 月", "1月", True)],
)
def test_width_and_space_do_not_matter_and_numbers_are_whole(
    typed: str, shown: str, same: bool
) -> None:
    assert stands_in(fold(typed), fold(shown)) is same
