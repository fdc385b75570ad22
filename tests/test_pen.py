"""The 办公室's pen: what a person writes in the summary is still there after the next merge."""

import io
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.desk.issuing import compose_forms, issue_forms
from taskxl.ledger import open_ledger, verify_ledger
from taskxl.merge.revisions import Shown, combine_revisions, find_revisions, revise_entries
from taskxl.model import Entry, Revision, Task
from taskxl.reports.marks import write_marks
from taskxl.reports.paper import clean_text
from taskxl.reports.pen import compose_text, parse_cell
from taskxl.workspace.folder import Workspace
from tests.clerks import convert, fill_form
from tests.crashes import read_tree
from tests.month_of_clerks import APRIL, OFFICES, summary_text
from tests.pens import CAME, MAY, NOW, Pen, codes_of, entry_of, make_merged_april, merge, send
from tests.support import make_once

# ---------------------------------------------------------------- the rules of the pen

KEY = ("1", "基教股", "progress")
PENNED = Revision(*KEY, "原文", "修订")


@pytest.mark.parametrize(
    ("revisions", "written", "found", "changes"),
    [
        ([], Shown("原文"), Shown("原文 \n"), []),
        ([], Shown("原文"), Shown("修订"), [PENNED]),
        ([], Shown("原文"), Shown(""), [replace(PENNED, now="")]),
        ([PENNED], Shown("修订", penned=True), Shown("修订"), []),
        ([PENNED], Shown("修订"), Shown("再修订"), [replace(PENNED, now="再修订")]),
        ([PENNED], Shown("修订"), Shown("原文"), [replace(PENNED, now="原文")]),
        ([], Shown("长文的前半", rest="\n后半"), Shown("长文的改后", rest="（以下还有 3 字）"), [replace(PENNED, now="长文的改后\n后半")]),
    ],
    ids=["white space", "corrected", "cleared", "as it was", "again", "taken back", "cut"],
)  # fmt: skip
def test_a_correction_is_what_differs_from_what_was_written(
    revisions, written, found, changes
) -> None:
    entry = Entry("1", "基教股", progress=revisions[0].now if revisions else "原文")
    assert find_revisions([entry], revisions, {KEY: written}, {KEY: found}) == tuple(changes)


@pytest.mark.parametrize(
    ("found", "was", "now"),
    [
        (Shown("修订"), "新报", "修订"),
        (Shown("新报"), "新报", "新报"),
        (Shown("", "新报"), "新报", "新报"),
        (Shown("", "新报的改动"), "新报", "新报的改动"),
        (Shown("再修订", "新报"), "原文", "再修订"),
        (Shown("修订", "新报的改动"), "新报", "修订\n新报的改动"),
        (Shown("两者合一"), "新报", "两者合一"),
    ],
    ids=["keeps the pen's", "keeps the office's", "clears the pen's", "mends the office's", "still both", "mends both", "one of both"],
)  # fmt: skip
def test_a_person_decides_between_a_correction_and_a_newer_text(
    found: Shown, was: str, now: str
) -> None:
    conflict = replace(PENNED, newer="新报")
    entry = Entry("1", "基教股", progress="修订")
    (change,) = find_revisions([entry], [conflict], {KEY: Shown("修订", "新报")}, {KEY: found})
    assert (change.was, change.now) == (was, now)


@pytest.mark.parametrize(
    ("said", "shown", "newer", "kept"),
    [
        ("原文", "修订", None, True),
        ("", "修订", None, True),
        ("又一段", "修订", "又一段", True),
        ("修订", "修订", None, False),
    ],
    ids=["unchanged", "gone", "newer", "agrees"],
)
def test_a_correction_stands_until_its_office_says_the_same(said, shown, newer, kept) -> None:
    tasks = {"1": Task("1", id="1")}
    (entry,), revisions = revise_entries([Entry("1", "基教股", progress=said)], [PENNED], tasks)
    assert entry.progress == shown
    assert revisions == ((replace(PENNED, newer=newer),) if kept else ())


def test_a_correction_of_a_task_that_is_gone_waits_without_effect() -> None:
    entries, revisions = revise_entries([], [PENNED], {})
    assert (entries, revisions) == ((), (PENNED,))


def test_what_was_taken_back_is_no_revision_any_more() -> None:
    assert combine_revisions([PENNED], [replace(PENNED, now="原文")]) == ()
    assert combine_revisions([PENNED], [replace(PENNED, now="再修订")]) == (
        replace(PENNED, now="再修订"),
    )


LINES = st.text(
    st.sampled_from("甲乙〔〕、【】空白基教股计财\n 0=。") | st.characters(codec="utf-8"),
    max_size=40,
).map(lambda text: "\n".join(line.strip() for line in text.split("\n") if line.strip()))


@given(lead=LINES, other=LINES, newer=LINES)
def test_a_cell_is_read_back_as_it_was_composed(lead: str, other: str, newer: str) -> None:
    """Whoever writes 〔基教股〕 at the beginning of a line does not speak for that office."""
    names = {name: name for name in OFFICES}
    mark = write_marks(["办公室修订"])
    parts = [
        compose_text("进展情况", (), "", lead),
        compose_text("进展情况", ("基教股",), mark, other, newer),
    ]
    read = parse_cell("\n".join(parts), "办公室", names)
    again = parse_cell("\n".join(parts), "办公室", names)
    assert read == again
    assert set(read) <= {"办公室", "基教股"}
    bare = parse_cell(compose_text("进展情况", (), "", "起头" + lead), "办公室", names)
    assert _plain(bare["办公室"].text) == _plain(clean_text("起头" + lead))
    assert read["基教股"].penned


def _plain(text: str) -> str:
    return "".join(text.split())


# ---------------------------------------------------------------- at work


# April with two of three returns, merged.
made, workspace = make_once(make_merged_april, "工作区")


def test_a_correction_survives_is_marked_and_its_original_is_in_the_comment(
    workspace: Workspace,
) -> None:
    original = Pen(workspace.summary_path(APRIL)).cell("2", "进展情况").value
    Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "已印发主动公开目录。").save()
    report = merge(workspace)
    assert report.notes == ("2021年4月的汇总表里有 1 处手工修订，已保留并标明。",)
    assert entry_of(report, "2", "办公室").progress == "已印发主动公开目录。"
    cell = Pen(report.summary).cell("2", "进展情况")
    assert cell.value == "【办公室修订】已印发主动公开目录。"
    assert original in cell.comment.text
    altered = [[c.value for c in row] for row in Pen(report.summary).book["改动对照"].iter_rows()]
    assert [row[5:7] for row in altered if row[1] == "办公室修订"] == [
        [original, "已印发主动公开目录。"]
    ]


def test_merging_again_changes_nothing(workspace: Workspace) -> None:
    Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "改过。").save()
    merge(workspace)
    before = read_tree(workspace)
    assert not merge(workspace).written
    assert read_tree(workspace) == before


def test_every_field_can_be_corrected_and_a_status_is_counted(workspace: Workspace) -> None:
    pen = Pen(workspace.summary_path(APRIL))
    texts = {
        "进度状态": "已办结",
        "存在问题和下一步工作计划": "请县财政局协调。",
        "备注": "县政府工作报告\n已核",
        "批示": "请于5月10日前办结。",
    }
    for header, text in texts.items():
        pen.write("1", header, text)
    pen.save()
    report = merge(workspace)
    entry = entry_of(report, "1", "办公室")
    assert (entry.status, entry.obstacles, entry.remarks) == ("已完成", "请县财政局协调。", "已核")
    pen = Pen(report.summary)
    assert pen.cell("1", "进度状态").value.startswith("【")
    assert pen.cell("1", "进度状态").value.splitlines()[1] == "已完成"
    assert pen.cell("1", "备注").value == "县政府工作报告\n【办公室修订】已核"
    assert pen.cell("1", "批示").value == "请于5月10日前办结。"


def test_the_text_of_a_supporting_office_is_corrected_alone(workspace: Workspace) -> None:
    """计财股 leads task 8 and is missing; what the 办公室 heard by telephone is put in for it."""
    pen = Pen(workspace.summary_path(APRIL))
    assert pen.cell("8", "进展情况").value == "【未报送】"
    pen.write("8", "进展情况", "【未报送】来电：已完成认定。\n〔基教股〕已配合核对名单。").save()
    report = merge(workspace)
    assert entry_of(report, "8", "计财股").progress == "来电：已完成认定。"
    assert entry_of(report, "8", "基教股").progress == "已配合核对名单。"
    assert {s.office: s.state for s in report.month.offices}["计财股"] == "missing"
    assert Pen(report.summary).cell("8", "进展情况").value == (
        "【办公室修订】来电：已完成认定。\n〔基教股〕【办公室修订】已配合核对名单。"
    )


def test_a_newer_text_stands_beside_the_correction_and_is_found(workspace: Workspace) -> None:
    Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "办公室改过。").save()
    merge(workspace)
    send(
        workspace,
        "办公室",
        texts={"进展情况": "股室后来又写的一段。"},
        day="2021年4月22日",
        came=CAME + 86400,
    )
    report = merge(workspace)
    assert entry_of(report, "2", "办公室").progress == "办公室改过。"
    text = Pen(report.summary).cell("2", "进展情况").value
    assert text == "【办公室修订】【股室又报】办公室改过。\n〔股室新报〕股室后来又写的一段。"
    (found,) = [f for f in report.month.findings if f.code == "G416"]
    assert (found.office, found.task, found.severity) == ("办公室", "2", "warning")
    assert "办公室改过" in found.message
    assert "股室后来又写" in found.message
    # The 办公室 decides for the newer one.
    Pen(report.summary).write("2", "进展情况", "股室后来又写的一段。").save()
    report = merge(workspace)
    assert "G416" not in codes_of(report)
    assert report.month.revisions == ()
    assert Pen(report.summary).cell("2", "进展情况").value == "股室后来又写的一段。"


def resort(pen: Pen) -> None:
    """Turn the rows of 汇总表 upside down, as a person who sorts by some column may."""
    rows = [
        [cell.value for cell in row]
        for row in pen.sheet.iter_rows(min_row=pen.header + 1, max_col=len(pen.columns))
        if row[pen.columns["标识"] - 1].value
    ]
    for merged in list(pen.sheet.merged_cells.ranges):
        if merged.min_row > pen.header:
            pen.sheet.unmerge_cells(str(merged))
    pen.sheet.delete_rows(pen.header + 1, pen.sheet.max_row)
    for row in reversed(rows):
        pen.sheet.append(row)


def drop_identity(pen: Pen) -> None:
    pen.sheet.delete_cols(pen.columns["标识"])


def insert_column(pen: Pen) -> None:
    pen.sheet.insert_cols(2)
    pen.sheet.cell(pen.header, 2).value = "核对人"


@pytest.mark.parametrize("deed", [resort, drop_identity, insert_column])
def test_corrections_are_found_however_the_sheet_was_rearranged(
    workspace: Workspace, deed: Callable[[Pen], None]
) -> None:
    pen = Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "改过的一段。")
    deed(pen)
    pen.save()
    report = merge(workspace)
    assert [(r.task, r.office, r.now) for r in report.month.revisions] == [
        ("2", "办公室", "改过的一段。")
    ]


def test_a_long_text_in_several_rows_is_corrected_as_one(workspace: Workspace) -> None:
    long = "\n".join(
        f"第{n}段：召开会议研究并印发通知，逐校核对名单，形成清单。" for n in range(60)
    )
    send(workspace, "办公室", texts={"进展情况": long}, day="2021年4月21日", came=CAME + 60)
    report = merge(workspace)
    pen = Pen(report.summary)
    rows = [
        r
        for r in range(pen.header + 1, pen.sheet.max_row + 1)
        if pen.sheet.cell(r, pen.columns["标识"]).value == "2"
    ]
    assert len(rows) > 2
    cell = pen.sheet.cell(rows[1], pen.columns["进展情况"])
    cell.value = cell.value.replace("形成清单", "形成台账")
    pen.save()
    report = merge(workspace)
    (revision,) = report.month.revisions
    assert revision.was == long
    assert revision.now.splitlines()[0] == long.splitlines()[0]
    assert revision.now.splitlines()[-1] == long.splitlines()[-1]
    assert revision.now.count("形成台账") == cell.value.count("形成台账")
    assert not merge(workspace).written


@pytest.mark.parametrize("kind", ["xlsx"])
def test_a_summary_saved_by_another_program_says_the_same(
    workspace: Workspace, tmp_path: Path, kind: str
) -> None:
    """Re-saved by LibreOffice without a change: no correction, and nothing to put aside."""
    path = workspace.summary_path(APRIL)
    saved = convert(
        path, f"{kind}:Calc MS Excel 2007 XML", tmp_path / "office", tmp_path / "profile"
    )
    shutil.copy(saved, path)
    report = merge(workspace)
    assert report.notes == ()
    assert report.month.revisions == ()
    assert not list(path.parent.glob("*手工改过*"))


def test_a_correction_made_in_another_program_is_found(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = workspace.summary_path(APRIL)
    Pen(path).write("2", "进展情况", "改过的一段。").save()
    saved = convert(path, "xlsx:Calc MS Excel 2007 XML", tmp_path / "office", tmp_path / "profile")
    shutil.copy(saved, path)
    report = merge(workspace)
    assert [(r.task, r.now) for r in report.month.revisions] == [("2", "改过的一段。")]


def test_what_is_written_elsewhere_is_kept_in_a_copy(workspace: Workspace) -> None:
    pen = Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "改过的一段。")
    pen.book["缺口清单"]["N3"] = "已电话催过"
    pen.save()
    content = pen.path.read_bytes()
    report = merge(workspace)
    aside = pen.path.with_stem(f"{pen.path.stem}（手工改过1）")
    assert aside.read_bytes() == content
    assert any(aside.name in note for note in report.notes)
    assert len(report.month.revisions) == 1


def test_without_its_ledger_a_summary_still_tells_its_corrections(workspace: Workspace) -> None:
    pen = Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "改过的一段。")
    pen.write("5", "批示", "请抓紧。").save()
    was = merge(workspace).month
    workspace.ledger_path.unlink()
    report = merge(workspace)
    assert report.month.revisions == was.revisions
    assert report.month == was


@pytest.mark.parametrize("spoil", ["garbage", "no table", "password"])
def test_a_summary_made_unreadable_stops_nothing_and_is_not_overwritten(
    workspace: Workspace, shared: Path, spoil: str
) -> None:
    path = workspace.summary_path(APRIL)
    Pen(path).write("2", "进展情况", "改过的一段。").save()
    merge(workspace)
    if spoil == "garbage":
        path.write_bytes(b"PK\x03\x04 torn")
    elif spoil == "no table":
        book = openpyxl.load_workbook(path)
        del book["汇总表"]
        book.save(path)
    else:
        (locked, *_) = sorted((shared / "corpus" / "hostile").rglob("*password*")) or [None]
        if locked is None:
            pytest.skip("no file with a password in the corpus")
        shutil.copy(locked, path)
    content = path.read_bytes()
    report = merge(workspace)
    assert path.read_bytes() == content
    assert report.summary == path.with_stem(f"{path.stem}（新1）")
    assert any("读不出来" in note and "\n" not in note for note in report.notes)
    assert entry_of(report, "2", "办公室").progress == "改过的一段。"
    # What is then written in the new one is kept as well.
    Pen(report.summary).write("5", "进展情况", "新的修订。").save()
    report = merge(workspace)
    assert {(r.task, r.now) for r in report.month.revisions} == {
        ("2", "改过的一段。"),
        ("5", "新的修订。"),
    }


def test_an_instruction_is_in_next_months_form_without_another_merge(workspace: Workspace) -> None:
    """A leader writes under 批示 of April; May's form has a row for it, and reads back clean."""
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请于5月底前公布。").save()
    report = issue_forms(workspace, MAY, now=NOW)
    assert any("4月的汇总表里有 1 处手工修订" in note for note in report.notes)
    form = workspace.form_path("办公室", MAY)
    plans = [c.value for c in openpyxl.load_workbook(form)["进展情况表"]["C"] if c.value]
    (asked,) = [plan for plan in plans if "请于" in str(plan)]
    assert asked == "请于5月底前公布。（2021年5月31日前办结）"
    target = workspace.returns_folder(MAY) / form.name
    fill_form(form, target, day="2021年5月20日")
    os.utime(target, (CAME, CAME))
    merged = merge(workspace, MAY)
    assert merged.month.altered == ()
    assert merged.month.unplaced == ()
    assert merged.month.instructions_before == {"2": "请于5月底前公布。"}
    assert "〔4月批示〕请于5月底前公布。" in summary_text(merged.summary.read_bytes())
    assert not issue_forms(workspace, MAY, now=NOW).written


def test_a_form_with_an_instruction_that_was_copied_into_a_new_book_reads_back_clean(
    workspace: Workspace,
) -> None:
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请于5月底前公布。").save()
    issue_forms(workspace, MAY, now=NOW)
    form = workspace.form_path("办公室", MAY)
    target = workspace.returns_folder(MAY) / "重打的.xlsx"
    fill_form(form, target, day="2021年5月20日")
    copied = openpyxl.Workbook()
    copied.active.title = "Sheet1"
    for row in openpyxl.load_workbook(target)["进展情况表"].iter_rows():
        for cell in row:
            if cell.value is not None and cell.column_letter not in "J":
                copied.active[cell.coordinate] = cell.value
    buffer = io.BytesIO()
    copied.save(buffer)
    target.write_bytes(buffer.getvalue())
    os.utime(target, (CAME, CAME))
    report = merge(workspace, MAY)
    assert [a for a in report.month.altered if "批示" in f"{a.was}{a.now}"] == []
    assert [u.text for u in report.month.unplaced if "批示" in u.text] == []


def test_corrections_are_in_the_ledger_for_good(workspace: Workspace) -> None:
    for text in ("第一次", "第二次"):
        Pen(workspace.summary_path(APRIL)).write("2", "进展情况", text).save()
        merge(workspace)
    with open_ledger(workspace.ledger_path) as ledger:
        rows = ledger.connection.execute(
            "SELECT task, office, field, now FROM revisions ORDER BY id"
        ).fetchall()
        assert verify_ledger(ledger) == ()
    assert rows == [("2", "办公室", "progress", text) for text in ("第一次", "第二次")]


def test_a_correction_is_what_next_month_begins_with(workspace: Workspace) -> None:
    Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "办公室改过的进展。").save()
    issue_forms(workspace, MAY, now=NOW)
    (form,) = compose_forms(workspace, MAY, "办公室")
    (record,) = [r for r in form.blocks["任务"] if r["编号"] == "2"]
    assert record["进展"] == "〔上月〕办公室改过的进展。"


def test_what_the_pen_mended_is_not_sent_back(workspace: Workspace) -> None:
    from taskxl.reports.send_back import send_back_text

    send(
        workspace,
        "基教股",
        texts={"进展情况": "按计划有序推进。"},
        day="2021年4月21日",
        came=CAME + 60,
    )
    report = merge(workspace)
    assert "“按计划有序推进。”" in send_back_text(report.month, "基教股")
    pen = Pen(report.summary)
    for task in ("4", "5", "6"):
        pen.write(task, "进展情况", "已走访12所学校，4月12日印发方案。")
    pen.save()
    assert "按计划有序推进" not in send_back_text(merge(workspace).month, "基教股")


def test_the_other_offices_of_the_summary_are_not_touched(workspace: Workspace) -> None:
    before = merge(workspace).month.entries
    Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "改过。").save()
    after = merge(workspace).month.entries
    changed = [a for a, b in zip(after, before, strict=True) if a != b]
    assert [(e.task, e.office) for e in changed] == [("2", "办公室")]


def test_a_summary_that_was_only_saved_anew_is_read_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    Pen(workspace.summary_path(APRIL)).save()
    issue_forms(workspace, MAY, now=NOW)

    def read(*_: object) -> None:
        raise AssertionError("it was read again")

    monkeypatch.setattr("taskxl.desk.summary_files._read", read)
    assert issue_forms(workspace, MAY, now=NOW).notes == ()
