"""台账.db-缓存: it may be deleted, damaged or another's; nothing but time ever depends on it."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from taskxl import resources
from taskxl.desk import kept_list, lists, own_forms, return_files
from taskxl.desk.issuing import issue_forms
from taskxl.desk.kept_returns import KeptReturns
from taskxl.desk.lists import load_master
from taskxl.desk.merging import look_at_month, merge_returns
from taskxl.desk.own_forms import form_paths, know_forms
from taskxl.forms.returned.reader import Expected
from taskxl.intake.extents import SheetCells, measure_plain
from taskxl.ledger import kept as kept_module
from taskxl.ledger import open_ledger
from taskxl.ledger.kept import SUFFIX, Kept
from taskxl.ledger.values import read_noun, write_month, write_noun
from taskxl.master.book.making import write_master
from taskxl.model import Finding, MasterList, Return
from taskxl.text import squeeze
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, OFFICES, make_workspace
from tests.support import make_once

NOW = datetime(2021, 4, 26, 9, 0)
CAME = datetime(2021, 4, 20, 9, 0).timestamp()


def make_april(root: Path) -> Workspace:
    """Make April issued, with two of three returns in, an odd file beside them, and not merged."""
    workspace = make_workspace(root)
    issue_forms(workspace, APRIL, now=NOW)
    for office in OFFICES[:2]:
        send(workspace, office)
    (workspace.returns_folder(APRIL) / "说明.txt").write_text("没有表格", encoding="utf-8")
    os.utime(workspace.returns_folder(APRIL) / "说明.txt", (CAME, CAME))
    return workspace


def send(workspace: Workspace, office: str, **said: str) -> None:
    form = workspace.form_path(office, APRIL)
    target = workspace.returns_folder(APRIL) / form.name
    fill_form(form, target, **said)
    os.utime(target, (CAME, CAME))


made, workspace = make_once(make_april, "工作区")


def cache_of(workspace: Workspace) -> Path:
    return workspace.ledger_path.with_name(workspace.ledger_path.name + SUFFIX)


def merge(workspace: Workspace) -> tuple[bytes, bytes]:
    """Merge April; return the summary's bytes and the month's."""
    report = merge_returns(workspace, APRIL, now=NOW)
    return report.summary.read_bytes(), write_month(report.month)


def note_calls(monkeypatch: pytest.MonkeyPatch, module: Any, function: str) -> list[str]:
    """Return the names of the files with which a function is called from now on, as they are."""
    names: list[str] = []
    real = getattr(module, function)

    def note(first: Any, second: Any, *rest: Any) -> Any:
        names.append(second if isinstance(second, str) else second.file)
        return real(first, second, *rest)

    monkeypatch.setattr(module, function, note)
    return names


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    return note_calls(monkeypatch, return_files, "_read_one")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name for each time that 主清单.xlsx is parsed."""
    return note_calls(monkeypatch, lists, "read_placed")


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the forms under 下发/ and of the drawings that are looked into."""
    return note_calls(monkeypatch, own_forms, "read_book")


def test_what_has_not_changed_is_not_read_again(workspace: Workspace, read: list[str]) -> None:
    first = merge(workspace)
    assert len(read) == 3
    read.clear()
    assert merge(workspace) == first
    assert read == []


def test_only_what_is_new_is_read(workspace: Workspace, read: list[str]) -> None:
    merge(workspace)
    read.clear()
    send(workspace, OFFICES[2])
    merge(workspace)
    assert read == [workspace.form_path(OFFICES[2], APRIL).name]
    read.clear()
    send(workspace, OFFICES[0], reporter="何远山")
    after = merge(workspace)
    assert read == [workspace.form_path(OFFICES[0], APRIL).name]
    cache_of(workspace).unlink()
    assert merge(workspace) == after


def test_a_list_that_has_not_changed_is_not_parsed_again(
    workspace: Workspace, parsed: list[str]
) -> None:
    merge(workspace)
    for marks in (parsed, kept_list._seen):
        marks.clear()  # type: ignore[attr-defined]
    merge(workspace)
    assert parsed == []
    found = load_master(workspace)
    assert parsed == []
    cache_of(workspace).unlink()
    assert load_master(workspace) == found
    assert parsed == []  # this run has read it
    kept_list._seen.clear()
    assert load_master(workspace) == found
    assert parsed == ["主清单.xlsx"]


def test_a_row_without_an_id_is_not_kept(workspace: Workspace, parsed: list[str]) -> None:
    """Its id is told by the ledger, not by the workbook's bytes alone."""
    book = openpyxl.load_workbook(workspace.master_path)
    sheet = book["任务"]
    column = next(cell.column for cell in sheet[1] if cell.value == "标识")
    sheet.delete_cols(column)
    book.save(workspace.master_path)
    for _ in range(2):
        parsed.clear()
        load_master(workspace)
        assert parsed == ["主清单.xlsx"]


def damage_bytes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for at in range(100, len(content), 97):
        content[at] ^= 0xFF
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def write_text(path: Path) -> None:
    path.write_text("这不是缓存", encoding="utf-8")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def put_another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE kept (scope, key, digest, content)")
        database.commit()


def change_contents(path: Path) -> None:
    """Put the answer to one question under another: its digest does not fit there."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT scope, key, digest, content FROM kept").fetchall()
        for n, (scope, key, _, _) in enumerate(rows):
            _, _, digest, content = rows[n - 1]
            database.execute(
                "UPDATE kept SET digest = ?, content = ? WHERE scope = ? AND key = ?",
                (digest, content, scope, key),
            )
        database.commit()


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "deed",
    [
        Path.unlink,
        damage_bytes,
        cut,
        write_text,
        empty,
        put_another_database,
        change_contents,
        put_a_folder,
    ],
)
def test_a_cache_that_is_not_ours_is_not_believed(
    workspace: Workspace, read: list[str], deed: Callable[[Path], None]
) -> None:
    first = merge(workspace)
    deed(cache_of(workspace))
    assert load_master(workspace)[0].tasks
    read.clear()
    assert merge(workspace) == first
    assert len(read) == 3
    if deed is not put_a_folder:  # it is nobody's business to take a folder away
        read.clear()
        assert merge(workspace) == first
        assert read == []


def test_a_cache_of_another_program_is_not_believed(
    workspace: Workspace, read: list[str], parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = merge(workspace)
    for marks in (read, parsed, kept_list._seen):
        marks.clear()  # type: ignore[attr-defined]
    monkeypatch.setattr(kept_module, "_program", lambda: "another version")
    assert merge(workspace) == first
    assert len(read) == 3
    assert parsed


def forget_this_run() -> None:
    """Let the next command be as in a process of its own."""
    own_forms._learn.cache_clear()
    own_forms._shipped_texts.cache_clear()


def test_what_the_forms_ask_is_learnt_once(workspace: Workspace, learnt: list[str]) -> None:
    forget_this_run()
    first = merge(workspace)
    assert learnt
    learnt.clear()
    forget_this_run()
    assert merge(workspace) == first
    assert learnt == []
    cache_of(workspace).unlink()
    assert merge(workspace) == first


@pytest.mark.parametrize("where", ["form", "drawing"])
def test_another_form_or_drawing_is_learnt_anew(
    workspace: Workspace, learnt: list[str], where: str
) -> None:
    """What the forms say of themselves comes from their bytes, never from their names alone."""
    merge(workspace)
    sentence = "本表由办公室统一制发请勿改动格式"
    if where == "form":
        paths = form_paths(workspace, APRIL)
    else:
        (workspace.root / "模板").mkdir(exist_ok=True)
        paths = [workspace.root / "模板" / "附件2.xlsx"]
        paths[0].write_bytes(resources.template("附件2.xlsx"))
    for path in paths:
        book = openpyxl.load_workbook(path)
        book.worksheets[0]["A40"] = sentence
        book.save(path)
    master, _ = load_master(workspace)
    with open_ledger(workspace.ledger_path) as ledger:
        forget_this_run()
        learnt.clear()
        known = know_forms(workspace, master.settings, APRIL, ledger.kept)
    assert learnt
    assert squeeze(sentence) in {squeeze(text) for text in known.texts}
    forget_this_run()
    assert know_forms(workspace, master.settings, APRIL) == known


def test_the_program_is_known_by_all_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule whose code has changed is another program, whatever its version says.

    Where it lies is not: two computers that share a workspace share what it keeps.
    """
    real = kept_module._program.__wrapped__
    before = real()
    root = Path(kept_module.__file__).parent.parent
    copied = tmp_path / "taskxl"
    shutil.copytree(root, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(kept_module, "__file__", str(copied / "ledger" / "kept.py"))
    assert real() == before
    rule = copied / "merge" / "gaps_texts.py"
    rule.write_text(rule.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert real() != before


def test_a_changed_list_reads_every_return_anew(
    workspace: Workspace, read: list[str], parsed: list[str]
) -> None:
    merge(workspace)
    master, _ = load_master(workspace)
    tasks = (replace(master.tasks[0], title="推进另一件事"), *master.tasks[1:])
    workspace.master_path.write_bytes(write_master(replace(master, tasks=tasks)))
    read.clear()
    parsed.clear()
    after = merge(workspace)
    assert len(read) == 3
    assert parsed
    cache_of(workspace).unlink()
    assert merge(workspace) == after


def test_a_look_writes_nothing_and_sees_the_same(workspace: Workspace) -> None:
    cache_of(workspace).unlink()  # `issue` has settled the list
    before = look_at_month(workspace, APRIL)
    assert not cache_of(workspace).exists()
    merge(workspace)
    content = cache_of(workspace).read_bytes()
    send(workspace, OFFICES[2])
    look_at_month(workspace, APRIL)
    assert cache_of(workspace).read_bytes() == content
    (workspace.returns_folder(APRIL) / workspace.form_path(OFFICES[2], APRIL).name).unlink()
    assert look_at_month(workspace, APRIL).entries == before.entries


def test_what_nobody_asks_for_any_more_is_dropped(workspace: Workspace) -> None:
    merge(workspace)
    send(workspace, OFFICES[0], reporter="何远山")
    merge(workspace)
    with closing(sqlite3.connect(cache_of(workspace))) as database:
        counted = dict(database.execute("SELECT scope, count(*) FROM kept GROUP BY scope"))
    assert counted == {"list": 1, f"forms {APRIL.key}": 1, f"returns {APRIL.key}": 3}


def test_the_same_content_under_another_name_or_office_is_another_question(
    workspace: Workspace,
) -> None:
    with open_ledger(workspace.ledger_path) as ledger:
        master, _ = load_master(workspace)
        kept = KeptReturns(ledger.kept, Expected(master, APRIL))
        asked = {
            kept.question(file, digest, office)
            for file in ("a.xlsx", "b.xlsx")
            for digest in ("1", "2")
            for office in ("", "办公室")
        }
        texts = KeptReturns(ledger.kept, Expected(master, APRIL, frozenset({"说明"})))
        asked |= {texts.question("a.xlsx", "1", "")}
        later = KeptReturns(ledger.kept, Expected(master, replace(APRIL, first_month=2)))
        asked |= {later.question("a.xlsx", "1", "")}
    assert len(asked) == 10


def test_a_question_is_the_same_in_whatever_order_a_set_holds_its_texts(
    workspace: Workspace,
) -> None:
    master, _ = load_master(workspace)
    kept = Kept(workspace.ledger_path, write=False)
    texts = [f"说明{n}" for n in range(50)]
    one = KeptReturns(kept, Expected(master, APRIL, frozenset(texts)))
    other = KeptReturns(kept, Expected(master, APRIL, frozenset(reversed(texts))))
    assert one.question("a", "1", "") == other.question("a", "1", "")


def test_nouns_come_back_as_they_were(workspace: Workspace) -> None:
    master, _ = load_master(workspace)
    assert read_noun(MasterList, write_noun(master)) == master
    odd = Return(
        "a\ud800.xlsx",
        "0" * 64,
        NOW,
        findings=(Finding("E303", "info", "“”\u2028", cell="A1"),),
        about=("办公室", ""),
    )
    assert read_noun(Return, write_noun(odd)) == odd
    with pytest.raises(ValueError, match="not a"):
        read_noun(Return, b"[]")


@dataclass(frozen=True)
class Odd:
    """A noun that JSON does not hold: as a key a number becomes a text."""

    said: Mapping[int, str]


def test_what_does_not_come_back_as_it_was_is_not_kept(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "台账.db", write=True)
    kept.keep("scope", [("odd", Odd({1: "一"})), ("worse", object()), ("good", Odd({}))])
    assert kept.find(Odd, "scope", "odd") is None
    assert kept.find(Odd, "scope", "good") == Odd({})
    kept.close()


def test_every_field_of_a_return_comes_back(workspace: Workspace) -> None:
    """Of every return of a month, with all that offices said in words of their own."""
    merge(workspace)
    expected = Expected(load_master(workspace)[0], APRIL)
    folder = workspace.returns_folder(APRIL)
    fresh = list(return_files.read_returns(folder, workspace.list_returns(APRIL), expected))
    assert [one.code for one in fresh].count(None) == 2
    for one in fresh:
        back = read_noun(Return, write_noun(one))
        assert back == one
        orders = [
            [list(e.cells) for form in ret.submissions for e in form.entries] for ret in (one, back)
        ]
        assert orders[0] == orders[1]


# ---------------------------------------------------------------- the scan of a sheet


def follow(sheet: bytes) -> tuple[int, int, int]:
    """Return how far a sheet's cells reach, followed element by element."""
    from xml.parsers import expat

    cells = SheetCells()
    parser = expat.ParserCreate()
    parser.StartElementHandler = cells.start_element
    parser.Parse(sheet, True)
    extent = cells.extent()
    return extent.rows, extent.columns, extent.cells


def sheets() -> Iterator[tuple[str, bool]]:
    """Yield rows of a sheet, and whether a scan alone can tell how far they reach."""
    yield '<row r="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="XFD1" s="2"/></row>', True
    yield (
        '<row r="9"><c r="B9"><f>SUM(A1)</f><v>1</v></c><c r="C9" t="s"><f/><v>2</v></c></row>',
        True,
    )
    yield '<row r="2"><c r="AA2" t="inlineStr"><is><t>字 c f v</t></is></c></row>', True
    yield '<row r="3"><c r="C3"><v>1</v></c></row><row r="2"><c r="F2"><v>1</v></c></row>', True
    yield '<row r="1"/><row r="1048576"><c r="A1048576"/></row>', True
    yield "", True
    yield "<row><c><v>1</v></c></row>", False
    yield "<row r='1'><c r='B1'><v>1</v></c></row>", False
    yield '<row r="1"><c r="b1"><v>1</v></c></row>', False
    yield '<row r="1"><c r="B01"><v>1</v></c></row>', False
    yield '<row r="1"><c s="1" r="B1"><v>1</v></c></row>', False
    yield '<row r="1"><c r="B1" x="&gt;"><v>1</v></c></row>', False
    yield '<row r="1"><c r="B1"> <v>1</v></c></row>', False
    yield '<row r="1"><c r="B1"><x/><v>1</v></c></row>', False
    yield '<row r="1"><c r="B1"><v>1</v><v>2</v></c></row>', False
    yield '<row r="1"><!-- <c r="ZZ9"><v>1</v></c> --><c r="B1"><v>1</v></c></row>', False
    yield '<row r="1"><c r="B1"><v><![CDATA[<c r="ZZ9"><v>]]></v></c></row>', False
    yield '<row r="1"><a:c r="B1" xmlns:a="b"><a:v>1</a:v></a:c></row>', False
    yield '<row r="1"><c r="B1"><v>1</v></c><?c r="A1"?></row>', False
    yield '<row r="1"><c r="B1"><v>1</v></c></row><x><f>1</f></x>', False
    yield '<row r="1"><c\nr="B1"><v>1</v></c></row>', False


@pytest.mark.parametrize(("rows", "is_plain"), list(sheets()))
def test_a_scan_tells_what_following_tells_or_nothing(rows: str, is_plain: bool) -> None:
    sheet = f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet><sheetData>{rows}</sheetData></worksheet>'
    found = measure_plain(sheet.encode())
    assert (found is not None) == is_plain
    if found is not None:
        assert (found.rows, found.columns, found.cells) == follow(sheet.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "gb18030", "cp1252"])
def test_a_sheet_in_another_encoding_is_not_scanned(encoding: str) -> None:
    sheet = '<worksheet><sheetData><row r="1"><c r="B1"><v>1</v></c></row></sheetData></worksheet>'
    if not encoding.startswith("utf-16"):
        sheet = f'<?xml version="1.0" encoding="{encoding}"?>{sheet}'
    assert measure_plain(sheet.encode(encoding)) is None
    assert measure_plain(b"\xef\xbb\xbf" + sheet.encode()) is None or "encoding" not in sheet


@pytest.mark.parametrize("cell", ["XFE1", "A1048577", "A0", "$A1", "AAAA1"])
def test_a_cell_out_of_bounds_is_left_to_the_one_that_refuses_it(cell: str) -> None:
    sheet = f'<worksheet><sheetData><row r="1"><c r="{cell}"/></row></sheetData></worksheet>'
    assert measure_plain(sheet.encode()) is None
