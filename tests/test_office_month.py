"""What the 办公室 does to its own workspace between issuing and merging, and what it gets wrong."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from taskxl import cli
from taskxl.desk.merging import merge_returns
from taskxl.ledger.kept import SUFFIX
from taskxl.resources import template
from tests.month_of_clerks import APRIL, Outcome, Post, fresh_post, make_post

Check = Callable[[Outcome], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Post:
    """The month with every form filled."""
    return make_post(tmp_path_factory.mktemp("made"))


@pytest.fixture
def post(made: Post, tmp_path: Path) -> Post:
    """The month with an honest return of every office."""
    return fresh_post(made, tmp_path)


# ---------------------------------------------------------------- 主清单 changes after issuing


class MasterBook:
    """主清单.xlsx, open: cells by header and by a text in their row."""

    def __init__(self, post: Post) -> None:
        self.path = post.workspace.master_path
        self.book = openpyxl.load_workbook(self.path)

    def column(self, sheet: str, header: str) -> int:
        """Return the column of a header."""
        return next(cell.column for cell in self.book[sheet][1] if cell.value == header)

    def row(self, sheet: str, text: str) -> int:
        """Return the first row that holds a text."""
        return next(
            row[0].row
            for row in self.book[sheet].iter_rows(min_row=2)
            if any(text in str(cell.value) for cell in row)
        )

    def cell(self, sheet: str, text: str, header: str) -> Any:
        """Return the cell of a row and a header."""
        return self.book[sheet].cell(self.row(sheet, text), self.column(sheet, header))

    def __enter__(self) -> "MasterBook":
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.book.save(self.path)


def rename_office(master: MasterBook) -> None:
    master.cell("股室", "办公室", "别名").value = "办公室"
    master.cell("股室", "办公室", "股室名称").value = "综合办公室"


def drop_task(master: MasterBook) -> None:
    master.book["任务"].delete_rows(master.row("任务", "推进政务公开"))
    master.book["节点"].delete_rows(master.row("节点", "公布目录"))


def add_task(master: MasterBook) -> None:
    sheet = master.book["任务"]
    row = next(r for r in range(2, 400) if not sheet.cell(r, 3).value)
    for header, value in (("编号", 9), ("任务名称", "新增的任务"), ("牵头股室", "办公室")):
        sheet.cell(row, master.column("任务", header)).value = value


def give_task_away(master: MasterBook) -> None:
    master.cell("任务", "推进政务公开", "牵头股室").value = "计财股"


def retitle_task(master: MasterBook) -> None:
    master.cell("任务", "推进政务公开", "任务名称").value = "深化政务公开和信息化建设"


def renumber(master: MasterBook) -> None:
    # A bug: the numbers in the table of supported tasks came out as words the office had typed.
    column = master.column("任务", "编号")
    for row in master.book["任务"].iter_rows(min_row=2, min_col=column, max_col=column):
        if row[0].value is not None:
            row[0].value += 10


def sort_with_blank_rows(master: MasterBook) -> None:
    for name in ("任务", "节点"):
        sheet = master.book[name]
        rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
        filled = [row for row in rows if row[1]]
        sheet.delete_rows(2, sheet.max_row)
        for place, row in enumerate(reversed(filled)):
            for column, value in enumerate(row, 1):
                sheet.cell(2 + 2 * place, column).value = value


def add_column(master: MasterBook) -> None:
    sheet = master.book["任务"]
    sheet.insert_cols(2)
    sheet.cell(1, 2).value, sheet.cell(2, 2).value = "我的备注", "记得催"


def add_stray_milestone(master: MasterBook) -> None:
    sheet = master.book["节点"]
    row = next(r for r in range(2, 400) if not sheet.cell(r, 4).value)
    sheet.cell(row, 2).value, sheet.cell(row, 4).value = "99", "没有任务的节点"


EDITS = (
    ("an office has a new name and its old one as alias", rename_office, "accepted", set()),
    ("a task is dropped", drop_task, "partial", {"E303"}),
    ("a task is added", add_task, "accepted", {"G404"}),
    ("a task goes to another office", give_task_away, "accepted", {"G404"}),
    ("a task has a new title", retitle_task, "accepted", set()),
    ("all numbers are new", renumber, "accepted", set()),
    ("rows are sorted, blank ones between", sort_with_blank_rows, "accepted", set()),
    ("somebody added a column", add_column, "accepted", set()),
    ("a milestone belongs to no task", add_stray_milestone, "accepted", set()),
)


@pytest.mark.parametrize(
    ("edit", "verdict", "codes"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS]
)
def test_a_list_changed_after_issuing_loses_and_misplaces_no_word(
    edit: Callable[[MasterBook], None], verdict: str, codes: set[str], post: Post
) -> None:
    with MasterBook(post) as master:
        edit(master)
    outcome = post.merge()
    assert outcome.lost() == []
    if edit is not rename_office:
        assert outcome.misplaced() == []
    assert outcome.file("附件2-办公室-2021年4月.xlsx")["verdict"] == verdict
    assert outcome.codes() == codes
    assert all(f["severity"] == "info" for f in outcome.document["findings"] if f["code"] == "G404")
    assert post.merge().summary == outcome.summary


def test_an_office_with_a_new_name_is_the_same_office(post: Post) -> None:
    with MasterBook(post) as master:
        rename_office(master)
    document = post.merge().document
    assert [o["office"] for o in document["offices"]] == ["综合办公室", "计财股", "基教股"]
    assert {o["state"] for o in document["offices"]} == {"submitted"}


def test_a_dropped_task_leaves_only_what_the_office_typed(post: Post) -> None:
    # A bug: number, title and plan of the row, which nobody typed, came out as well.
    with MasterBook(post) as master:
        drop_task(master)
    outcome = post.merge()
    assert "推进政务公开" not in outcome.unplaced()
    messages = [f["message"] for f in outcome.document["findings"] if f["code"] == "E303"]
    assert all("主清单里现在没有的任务" in message for message in messages)


def test_a_form_redrawn_after_issuing_makes_no_noise(post: Post) -> None:
    # A bug: every sentence of the old drawing came out as words the office had typed.
    own = post.workspace.root / "模板" / "附件2.xlsx"
    own.parent.mkdir()
    own.write_bytes(template("附件2.xlsx"))
    book = openpyxl.load_workbook(own)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "{{" not in cell.value and len(cell.value) > 15:
                    cell.value = "（见办公室通知）"
    book.save(own)
    outcome = post.merge()
    assert outcome.unplaced() == ""
    assert outcome.codes() == set()


# ---------------------------------------------------------------- what cannot be done


def spoil_master(content: bytes) -> Callable[[Post], None]:
    """Return a deed that puts other bytes in the place of 主清单.xlsx."""
    return lambda post: post.workspace.master_path.write_bytes(content) and None


def lock_summary(post: Post) -> None:
    merge_returns(post.workspace, APRIL)
    with post.edit() as form:
        form.cell("1", "进展情况").value = "又改了"
    path = post.workspace.summary_path(APRIL)
    path.with_name(f"~${path.name}").touch()


def rename_sheet(post: Post) -> None:
    with MasterBook(post) as master:
        master.book["任务"].title = "任务表"


def remove_returns(post: Post) -> None:
    shutil.rmtree(post.folder)


def block_summary(post: Post) -> None:
    shutil.rmtree(post.workspace.merge_folder(APRIL), ignore_errors=True)
    post.workspace.merge_folder(APRIL).write_text("占位", encoding="utf-8")


def draw(change: Callable[[Any], None]) -> Callable[[Post], None]:
    """Return a deed that gives the bureau a drawing of its own, changed."""

    def deed(post: Post) -> None:
        own = post.workspace.root / "模板" / "附件2.xlsx"
        own.parent.mkdir()
        own.write_bytes(template("附件2.xlsx"))
        book = openpyxl.load_workbook(own)
        change(book)
        book.save(own)

    return deed


def misspell(book: Any) -> None:
    for row in book["进展情况表"].iter_rows():
        for cell in row:
            if cell.value == "{{任务.名称}}":
                cell.value = "{{任务.名秤}}"


def erase_prototype(book: Any) -> None:
    for row in book["进展情况表"].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and "{{任务." in cell.value:
                cell.value = None


def draw_junk(post: Post) -> None:
    own = post.workspace.root / "模板" / "附件2.xlsx"
    own.parent.mkdir()
    own.write_bytes(b"junk")


def nothing(post: Post) -> None:
    """Leave all as it is."""


APRIL_MERGE = ("merge", "--month", "4")
APRIL_ISSUE = ("issue", "--month", "4")
FAILURES: tuple[tuple[Callable[[Post], None], tuple[str, ...], str], ...] = (
    *((nothing, ("issue", "--month", m), "请写成 4 或 2021-04") for m in ("13", "0", "下月", "")),
    (nothing, ("merge", "--month", "2020-04"), "这个工作区是 2021 年的"),
    (nothing, ("merge", "--month", "5"), "2021年5月还没有下发"),
    (nothing, ("status", "--month", "12", "--jsn"), "没有选项 --jsn"),
    (nothing, ("issue", "--month", "4", "--office", "没有的股"), "可选：办公室、计财股、基教股"),
    (nothing, ("read", "没有.xlsx"), "没有这个文件“没有.xlsx”"),
    (nothing, ("read", "."), "“.”是文件夹，这里要写一个文件"),
    (nothing, ("总汇表",), "没有命令“总汇表”"),
    (lock_summary, APRIL_MERGE, "正被 Excel 或 WPS 占用"),
    (block_summary, APRIL_MERGE, "汇总”建不了"),
    (remove_returns, APRIL_MERGE, "不能当作谁都没有报送"),
    (remove_returns, ("status", "--month", "4"), "不能当作谁都没有报送"),
    (spoil_master(b""), APRIL_MERGE, "从备份中找回"),
    (spoil_master(b"PK\x03\x04" + bytes(900)), ("check",), "从备份中找回"),
    (spoil_master("任务".encode()), APRIL_ISSUE, "从备份中找回"),
    (rename_sheet, APRIL_MERGE, "没有工作表“任务”"),
    (draw(misspell), APRIL_ISSUE, "是不是 {{任务.名称}}"),
    (draw(erase_prototype), APRIL_ISSUE, "样板行"),
    (draw_junk, APRIL_ISSUE, "另存为 .xlsx"),
    (draw_junk, APRIL_MERGE, "另存为 .xlsx"),
)


@pytest.mark.parametrize(("spoil", "arguments", "said"), FAILURES)
def test_what_cannot_be_done_is_one_chinese_line_and_nothing_is_written(
    spoil: Callable[[Post], None],
    arguments: tuple[str, ...],
    said: str,
    post: Post,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil(post)
    before = contents(post)
    status = run(post, *arguments)
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err
    assert not re.search(r"Error|Traceback|errno|重新发来", err)
    assert contents(post) == before


def test_debug_shows_how_it_came_about(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    # A bug: it printed “NoneType: None”.
    assert run(post, "merge", "--month", "13", before=("--debug",)) == 2
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "taskxl.errors.TaskxlError: 月份“13”看不懂" in err


def test_an_open_master_list_is_read_as_it_was_saved(post: Post) -> None:
    post.workspace.master_path.with_name("~$主清单.xlsx").touch()
    assert post.merge().codes() == set()


def run(post: Post, *arguments: str, before: tuple[str, ...] = ()) -> object:
    """Run the command line in the workspace; return its exit status."""
    with pytest.raises(SystemExit) as end:
        cli.main([*before, "-C", str(post.workspace.root), *arguments])
    return end.value.code


def contents(post: Post) -> dict[str, bytes]:
    """Return every file of the workspace with its bytes, folders as b''; the cache is no work."""
    root = post.workspace.root
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in root.rglob("*")
        if path.name != post.workspace.ledger_path.name + SUFFIX
    }
