"""The pen attacked: sheets rearranged and re-saved, summaries mixed up, months out of order."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from taskxl.desk.issuing import compose_forms, issue_forms
from taskxl.desk.lists import load_master
from taskxl.errors import TaskxlError
from taskxl.ledger import open_ledger
from taskxl.master.book.making import write_master
from taskxl.model import MasterList, Month, Period, Revision
from taskxl.workspace.folder import Workspace
from tests.clerks import convert
from tests.month_of_clerks import APRIL, make_workspace, summary_text
from tests.pens import CAME, MAY, NOW, Pen, codes_of, entry_of, make_merged_april, merge, send
from tests.support import make_once

LONG = "\n".join(f"第{n}段：召开会议研究并印发通知，逐校核对名单，形成清单。" for n in range(60))
ENDLESS = "\n".join(
    f"第{n}段：召开会议研究并印发通知，逐校核对名单，形成清单。" for n in range(400)
)


# April with two of three returns, merged.
made, workspace = make_once(make_merged_april, "工作区")


def open_summary(workspace: Workspace) -> Pen:
    return Pen(workspace.summary_path(APRIL))


def corrected(workspace: Workspace) -> list[tuple[str, str, str, str]]:
    """Merge, and return what was corrected: task, office, field and text."""
    return [(r.task, r.office, r.field, r.now) for r in merge(workspace).month.revisions]


def asides(workspace: Workspace) -> list[Path]:
    folder = workspace.merge_folder(APRIL)
    return sorted([*folder.glob("*手工改过*"), *folder.glob("*更新前*")])


def change_master(workspace: Workspace, change: Callable[[MasterList], MasterList]) -> None:
    master, _ = load_master(workspace)
    workspace.master_path.write_bytes(write_master(change(master)))


# ---------------------------------------------------------------- the sheet, rearranged


def copy_row(pen: Pen, task: str) -> int:
    """Copy a task's row below the table, hidden columns too; return the copy's row."""
    row, last = pen.row(task), pen.sheet.max_row + 1
    for column in pen.columns.values():
        pen.sheet.cell(last, column).value = pen.sheet.cell(row, column).value
    return last


def test_a_copied_row_doubles_no_text(workspace: Workspace) -> None:
    pen = open_summary(workspace)
    copy_row(pen, "2")
    pen.save()
    assert corrected(workspace) == []


@pytest.mark.parametrize("which", ["copy", "original"])
def test_of_a_row_and_its_copy_the_one_that_was_written_in_counts(
    workspace: Workspace, which: str
) -> None:
    pen = open_summary(workspace)
    copied = copy_row(pen, "2")
    row = copied if which == "copy" else pen.row("2")
    pen.sheet.cell(row, pen.columns["进展情况"]).value = "改过。"
    pen.save()
    assert corrected(workspace) == [("2", "办公室", "progress", "改过。")]


def test_a_copied_row_with_its_answers_cleared_clears_nothing(workspace: Workspace) -> None:
    pen = open_summary(workspace)
    copied = copy_row(pen, "2")
    for header in ("进度状态", "进展情况", "存在问题和下一步工作计划", "备注"):
        pen.sheet.cell(copied, pen.columns[header]).value = None
    pen.save()
    assert corrected(workspace) == []


def test_cells_merged_over_two_tasks_blank_none_of_them(workspace: Workspace) -> None:
    """Merging keeps the upper text only; what is hidden below was not cleared by anybody."""
    pen = open_summary(workspace)
    column, top, below = pen.columns["进展情况"], pen.row("5"), pen.row("6")
    assert below == top + 1
    pen.sheet.cell(below, column).value = None
    pen.sheet.merge_cells(start_row=top, end_row=below, start_column=column, end_column=column)
    pen.save()
    assert corrected(workspace) == []


def test_a_row_without_identity_that_a_person_wrote_is_kept_in_a_copy(workspace: Workspace) -> None:
    pen = open_summary(workspace)
    pen.sheet.cell(pen.sheet.max_row + 1, pen.columns["进展情况"]).value = "新增事项：迎检。"
    pen.save()
    assert corrected(workspace) == []
    assert len(asides(workspace)) == 1


def test_a_renamed_sheet_is_still_the_table(workspace: Workspace) -> None:
    pen = open_summary(workspace).write("2", "进展情况", "改过。")
    pen.sheet.title = "汇总表（定稿）"
    pen.save()
    assert corrected(workspace) == [("2", "办公室", "progress", "改过。")]
    assert asides(workspace) == []


def test_a_second_table_that_was_written_in_is_kept_in_a_copy(workspace: Workspace) -> None:
    pen = open_summary(workspace)
    copied = pen.book.copy_worksheet(pen.sheet)
    copied.title = "汇总表 (2)"
    copied.cell(pen.row("2"), pen.columns["进展情况"]).value = "在副本里改的。"
    pen.save()
    assert corrected(workspace) == []
    (aside,) = asides(workspace)
    assert "在副本里改的。" in summary_text(aside.read_bytes())


def test_identities_filled_down_give_no_text_to_another_task(workspace: Workspace) -> None:
    pen = open_summary(workspace).write("2", "进展情况", "改过。")
    for task in ("3", "4", "5", "6", "7", "8"):
        pen.sheet.cell(pen.row(task), pen.columns["标识"]).value = "2"
    pen.save()
    assert corrected(workspace) == [("2", "办公室", "progress", "改过。")]


@pytest.mark.parametrize("value", ["#REF!", "=1/0", "=WENBEN"])
def test_an_error_in_a_cell_is_no_correction(workspace: Workspace, value: str) -> None:
    """What was meant cannot be seen: the text stays, the workbook is kept in a copy."""
    pen = open_summary(workspace)
    cell = pen.cell("2", "进展情况")
    cell.value = value
    cell.data_type = "e" if value.startswith("#") else "f"
    pen.save()
    assert corrected(workspace) == []
    assert len(asides(workspace)) == 1


def test_numbers_and_dates_are_texts_as_they_are_seen(workspace: Workspace) -> None:
    from datetime import date

    pen = open_summary(workspace)
    pen.write("2", "进展情况", 30).write("3", "进展情况", date(2021, 4, 12)).save()
    assert corrected(workspace) == [
        ("2", "办公室", "progress", "30"),
        ("3", "办公室", "progress", "2021-04-12"),
    ]


@pytest.mark.parametrize("start", "=+-@")
def test_what_begins_like_a_formula_stays_a_text(workspace: Workspace, start: str) -> None:
    pen = open_summary(workspace)
    cell = pen.cell("2", "进展情况")
    cell.value = f"{start}1+1是标题"
    cell.data_type = "s"
    pen.write("3", "批示", "请办").cell("3", "批示").value = f"{start}cmd|'/c calc'!A1"
    pen.cell("3", "批示").data_type = "s"
    pen.save()
    report = merge(workspace)
    assert [r.now for r in report.month.revisions] == [
        f"{start}1+1是标题",
        f"{start}cmd|'/c calc'!A1",
    ]
    again = openpyxl.load_workbook(report.summary)
    assert not any(
        cell.data_type == "f"
        for sheet in again
        if sheet.title == "汇总表"
        for row in sheet.iter_rows()
        for cell in row
    )
    assert not merge(workspace).written


@pytest.mark.parametrize("end", ["\r\n", "\r", "_x000D_", "\u2028", "\x0b"])
def test_line_ends_of_every_kind_part_the_offices(workspace: Workspace, end: str) -> None:
    if end == "\x0b":
        end = "_x000B_"
    if end == "\r":
        end = "_x000D_"
    text = f"牵头的一段。{end}〔计财股〕协办的一段。"
    open_summary(workspace).write("1", "进展情况", text).save()
    assert corrected(workspace) == [
        ("1", "办公室", "progress", "牵头的一段。"),
        ("1", "计财股", "progress", "协办的一段。"),
    ]
    assert not merge(workspace).written


def test_an_office_is_known_by_its_alias_and_with_blanks_before(workspace: Workspace) -> None:
    change_master(
        workspace,
        lambda m: replace(
            m,
            offices=tuple(
                replace(o, aliases=("计财",)) if o.name == "计财股" else o for o in m.offices
            ),
        ),
    )
    merge(workspace)
    text = "牵头的一段。\n  〔计财〕协办的一段。"
    open_summary(workspace).write("1", "进展情况", text).save()
    assert ("1", "计财股", "progress", "协办的一段。") in corrected(workspace)


def test_control_characters_go_no_further_than_the_summary(workspace: Workspace) -> None:
    open_summary(workspace).write("2", "批示", "请_x0007_办理\u202e。").save()
    issue_forms(workspace, MAY, now=NOW)
    form = openpyxl.load_workbook(workspace.form_path("办公室", MAY))["进展情况表"]
    texts = [str(c.value) for row in form.iter_rows() for c in row if "批示" in str(c.value)]
    assert len(texts) == 1
    assert "\x07" not in texts[0]
    assert "\u202e" not in texts[0]
    send(workspace, "办公室", period=MAY, day="2021年5月20日")
    assert merge(workspace, MAY).month.altered == ()


def test_what_a_person_calls_newer_is_not_lost(workspace: Workspace) -> None:
    """〔股室新报〕 typed by hand where no office has sent anything newer."""
    open_summary(workspace).write("2", "进展情况", "改过。\n〔股室新报〕电话补报的一句。").save()
    ((_, _, _, now),) = corrected(workspace)
    assert "改过。" in now
    assert "电话补报的一句。" in now
    assert not merge(workspace).written


# ---------------------------------------------------------------- long texts


def send_long(workspace: Workspace, text: str) -> Pen:
    send(workspace, "办公室", texts={"进展情况": text}, day="2021年4月21日", came=CAME + 60)
    return Pen(merge(workspace).summary)


@pytest.mark.parametrize("place", [0, 3, -2], ids=["head", "middle", "end"])
def test_a_text_too_long_for_the_table_keeps_its_end(workspace: Workspace, place: int) -> None:
    pen = send_long(workspace, ENDLESS)
    row = list(pen.rows("2"))[place]
    cell = pen.sheet.cell(row, pen.columns["进展情况"])
    changed = cell.value.replace("形成清单", "形成台账")
    count = cell.value.count("形成清单")
    cell.value = changed
    pen.save()
    report = merge(workspace)
    (revision,) = report.month.revisions
    assert revision.was == ENDLESS
    assert revision.now.count("形成台账") == count
    assert revision.now.replace("形成台账", "形成清单") == ENDLESS
    assert not merge(workspace).written
    assert merge(workspace).month.revisions == (revision,)


def test_a_long_text_without_the_hidden_column_is_read_whole(workspace: Workspace) -> None:
    pen = send_long(workspace, LONG)
    assert len(list(pen.rows("2"))) > 1
    pen.sheet.delete_cols(pen.columns["标识"])
    pen.save()
    assert corrected(workspace) == []


def test_a_row_of_a_long_text_that_is_gone_is_no_correction(workspace: Workspace) -> None:
    pen = send_long(workspace, LONG)
    pen.sheet.delete_rows(list(pen.rows("2"))[1])
    pen.save()
    assert corrected(workspace) == []


def test_a_status_is_corrected_in_any_row_of_its_task(workspace: Workspace) -> None:
    pen = send_long(workspace, LONG)
    pen.sheet.cell(list(pen.rows("2"))[1], pen.columns["进度状态"]).value = "进度滞后"
    pen.save()
    assert corrected(workspace) == [("2", "办公室", "status", "进度滞后")]


# ---------------------------------------------------------------- saved in another way


@pytest.mark.parametrize("kind", ["xls:MS Excel 97", "ods"])
def test_another_kind_under_the_same_name_is_read(
    workspace: Workspace, tmp_path: Path, kind: str
) -> None:
    path = workspace.summary_path(APRIL)
    Pen(path).write("2", "进展情况", "改过的一段。").save()
    saved = convert(path, kind, tmp_path / "office", tmp_path / "profile")
    shutil.copy(saved, path)
    assert corrected(workspace) == [("2", "办公室", "progress", "改过的一段。")]
    assert asides(workspace) == []


def test_a_summary_beside_in_another_kind_is_told_of(workspace: Workspace, tmp_path: Path) -> None:
    path = workspace.summary_path(APRIL)
    path.with_suffix(".xls").write_bytes(path.read_bytes())
    (note,) = merge(workspace).notes
    assert path.with_suffix(".xls").name in note


# ---------------------------------------------------------------- summaries mixed up


def begin_may(workspace: Workspace) -> None:
    issue_forms(workspace, MAY, now=NOW)
    send(workspace, "办公室", "基教股", period=MAY, day="2021年5月20日", came=CAME + 30 * 86400)
    merge(workspace, MAY)


def test_another_months_summary_in_this_ones_place_invents_nothing(workspace: Workspace) -> None:
    begin_may(workspace)
    path = workspace.summary_path(APRIL)
    shutil.copy(workspace.summary_path(MAY), path)
    Pen(path).save()
    content = path.read_bytes()
    report = merge(workspace)
    assert report.month.revisions == ()
    assert path.read_bytes() == content
    assert any("不是2021年4月的" in note for note in report.notes)
    assert report.summary != path


def test_a_deleted_summary_takes_no_correction_along(workspace: Workspace) -> None:
    open_summary(workspace).write("2", "进展情况", "改过。").save()
    merge(workspace)
    workspace.summary_path(APRIL).unlink()
    assert corrected(workspace) == [("2", "办公室", "progress", "改过。")]


@pytest.mark.parametrize("saved", [False, True], ids=["as it was", "and written in"])
def test_a_restored_copy_brings_no_old_correction_back(workspace: Workspace, saved: bool) -> None:
    path = workspace.summary_path(APRIL)
    Pen(path).write("2", "进展情况", "第一稿。").save()
    old = path.read_bytes()
    merge(workspace)
    Pen(path).write("2", "进展情况", "第二稿。").save()
    merge(workspace)
    path.write_bytes(old)
    if saved:
        Pen(path).write("3", "进展情况", "恢复以后改的。").save()
    again = [("3", "办公室", "progress", "恢复以后改的。")] if saved else []
    assert corrected(workspace) == [("2", "办公室", "progress", "第二稿。"), *again]


def test_a_summary_that_nobody_wrote_in_is_not_read(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_summary(workspace).write("2", "进展情况", "改过。").save()
    merge(workspace)
    monkeypatch.setattr("taskxl.desk.summary_files.read_isolated", None)
    assert not merge(workspace).written


def test_the_same_correction_can_be_made_taken_back_and_made_again(workspace: Workspace) -> None:
    path = workspace.summary_path(APRIL)
    original = str(Pen(path).cell("2", "进展情况").value)
    for text in ("改过。", original, "改过。"):
        Pen(path).write("2", "进展情况", text).save()
        now = [] if text == original else [("2", "办公室", "progress", text)]
        assert corrected(workspace) == now


def test_corrections_in_the_summary_beside_are_found_when_the_first_is_gone(
    workspace: Workspace,
) -> None:
    """As the note advises: the one that could not be read is moved away."""
    path = workspace.summary_path(APRIL)
    path.write_bytes(b"PK\x03\x04 torn")
    beside = merge(workspace).summary
    Pen(beside).write("2", "进展情况", "写在旁边的。").save()
    path.unlink()
    report = merge(workspace)
    assert report.summary == path
    assert [r.now for r in report.month.revisions] == ["写在旁边的。"]
    # Taken back in the new one it does not come back from the one beside.
    original = report.month.revisions[0].was
    Pen(path).write("2", "进展情况", original).save()
    assert corrected(workspace) == []
    assert corrected(workspace) == []


def test_a_summary_saved_while_merging_is_not_written_over(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taskxl.reports import summary

    write, path = summary.write_summary, workspace.summary_path(APRIL)

    def write_slowly(month: object, mark: str = "") -> bytes:
        content = write(month, mark)  # type: ignore[arg-type]
        Pen(path).write("2", "进展情况", "正在改的。").save()
        return content

    send(workspace, "计财股")
    monkeypatch.setattr(summary, "write_summary", write_slowly)
    with pytest.raises(TaskxlError, match="再运行一次"):
        merge(workspace)
    monkeypatch.undo()
    assert corrected(workspace) == [("2", "办公室", "progress", "正在改的。")]


def test_without_ledger_a_late_return_is_not_blanked_by_the_old_summary(
    workspace: Workspace,
) -> None:
    """The summary was written before the return came, and the ledger that knew is gone."""
    begin_may(workspace)
    open_summary(workspace).write("2", "批示", "请抓紧。").save()
    send(workspace, "计财股")
    workspace.ledger_path.unlink()
    report = merge(workspace, MAY)
    assert report.month.instructions_before == {"2": "请抓紧。"}
    april = merge(workspace)
    assert entry_of(april, "7", "计财股").progress != ""
    assert [r.field for r in april.month.revisions] == ["instructions"]


def test_what_was_typed_before_the_ledger_was_lost_is_kept_in_a_copy(workspace: Workspace) -> None:
    open_summary(workspace).write("2", "进展情况", "还没有汇总过的修订。").save()
    workspace.ledger_path.unlink()
    merge(workspace)
    (aside,) = asides(workspace)
    assert "还没有汇总过的修订。" in summary_text(aside.read_bytes())


def test_without_ledger_an_untouched_summary_is_not_copied(workspace: Workspace) -> None:
    open_summary(workspace).write("2", "进展情况", "改过。").save()
    merge(workspace)
    workspace.ledger_path.unlink()
    assert corrected(workspace) == [("2", "办公室", "progress", "改过。")]
    assert asides(workspace) == []


# ---------------------------------------------------------------- as time goes on


def make_conflict(workspace: Workspace) -> None:
    open_summary(workspace).write("2", "进展情况", "办公室改过。").save()
    merge(workspace)
    send(
        workspace,
        "办公室",
        texts={"进展情况": "股室又写。"},
        day="2021年4月22日",
        came=CAME + 86400,
    )
    assert "G416" in codes_of(merge(workspace))


def test_a_conflict_on_a_task_that_leaves_the_list_stops_nothing(workspace: Workspace) -> None:
    make_conflict(workspace)
    change_master(workspace, lambda m: replace(m, tasks=tuple(t for t in m.tasks if t.id != "2")))
    report = merge(workspace)
    assert "G416" not in codes_of(report)
    assert [r.now for r in report.month.revisions] == ["办公室改过。"]
    assert not merge(workspace).written


def rename_office(master: MasterList) -> MasterList:
    offices = tuple(
        replace(o, name="基础教育股", aliases=("基教股",)) if o.name == "基教股" else o
        for o in master.offices
    )
    return replace(master, offices=offices)


def test_an_instruction_on_a_task_that_leaves_the_list_is_still_shown(workspace: Workspace) -> None:
    open_summary(workspace).write("2", "批示", "请缓办。").save()
    merge(workspace)
    change_master(workspace, lambda m: replace(m, tasks=tuple(t for t in m.tasks if t.id != "2")))
    assert "请缓办。" in summary_text(merge(workspace).summary.read_bytes())


def test_a_correction_follows_its_office_to_a_new_name(workspace: Workspace) -> None:
    open_summary(workspace).write("5", "进展情况", "改过。").save()
    merge(workspace)
    change_master(workspace, rename_office)
    report = merge(workspace)
    assert [r.office for r in report.month.revisions] == ["基础教育股"]
    assert [e.office for e in report.month.entries if e.task == "5"] == ["基础教育股"]
    assert entry_of(report, "5", "基础教育股").progress == "改过。"
    assert Pen(report.summary).cell("5", "进展情况").value == "【办公室修订】改过。"


def test_an_office_begins_under_its_new_name_with_what_was_corrected(workspace: Workspace) -> None:
    open_summary(workspace).write("5", "进展情况", "改过。").save()
    merge(workspace)
    change_master(workspace, rename_office)
    (form,) = compose_forms(workspace, MAY, "基础教育股")
    (record,) = [r for r in form.blocks["任务"] if r["编号"] == "5"]
    assert record["进展"] == "〔上月〕改过。"


def test_an_office_that_comes_to_agree_is_free_to_go_on(workspace: Workspace) -> None:
    open_summary(workspace).write("2", "进展情况", "定稿。").save()
    merge(workspace)
    for number, text in enumerate(("定稿。", "定稿以后又有进展。"), 1):
        send(
            workspace, "办公室", texts={"进展情况": text},
            day=f"2021年4月2{number}日", came=CAME + number * 86400,
        )  # fmt: skip
        report = merge(workspace)
        assert report.month.revisions == ()
        assert entry_of(report, "2", "办公室").progress == text


def test_what_is_found_in_an_early_month_reaches_the_months_between(tmp_path: Path) -> None:
    """An instruction in April's summary, found while merging June: May, between, knows it too."""
    workspace = make_workspace(tmp_path)
    june = replace(MAY, month=6)
    send(workspace, "办公室")
    merge(workspace)
    begin_may(workspace)
    issue_forms(workspace, june, now=NOW)
    open_summary(workspace).write("2", "批示", "请抓紧。").save()
    merge(workspace, june)
    assert recall(workspace, MAY).instructions_before == {"2": "请抓紧。"}
    assert "请抓紧。" in summary_text(workspace.summary_path(MAY).read_bytes())
    assert merge(workspace, june).notes == ()


def test_a_month_between_that_was_open_is_made_right_the_next_time(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    june = replace(MAY, month=6)
    send(workspace, "办公室")
    merge(workspace)
    begin_may(workspace)
    issue_forms(workspace, june, now=NOW)
    open_summary(workspace).write("2", "进展情况", "改过。").save()
    path = workspace.summary_path(MAY)
    owner = path.with_name(f"~${path.name}")
    owner.write_bytes(b"")
    assert any("没有用上" in note for note in merge(workspace, june).notes)
    assert said_before(workspace) != "改过。"
    owner.unlink()
    merge(workspace, june)
    assert said_before(workspace) == "改过。"


def test_a_month_issued_and_never_merged_makes_no_later_one_stale(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    june, july = replace(MAY, month=6), replace(MAY, month=7)
    send(workspace, "办公室")
    pen = Pen(merge(workspace).summary)
    pen.write("2", "批示", "请抓紧。").save()
    merge(workspace)
    for period in (MAY, june, july):
        issue_forms(workspace, period, now=NOW)
        if period == june:
            merge(workspace, june)
    assert not [note for note in merge(workspace, july).notes if "重新汇总" in note]


def said_before(workspace: Workspace) -> str:
    """Return what May's merge holds for the progress on task 2 in the month before."""
    previous = recall(workspace, MAY).previous
    return next(entry.progress for entry in previous if entry.task == "2")


def recall(workspace: Workspace, period: Period) -> Month:
    with open_ledger(workspace.ledger_path) as ledger:
        month = ledger.month(period)
    assert month is not None
    return month


@pytest.mark.parametrize("trouble", ["open", "unreadable"])
def test_an_early_summary_in_trouble_stops_no_later_month(
    workspace: Workspace, trouble: str
) -> None:
    begin_may(workspace)
    path = workspace.summary_path(APRIL)
    if trouble == "open":
        Pen(path).write("2", "进展情况", "改过。").save()
        path.with_name(f"~${path.name}").write_bytes(b"")
    else:
        path.write_bytes(b"PK\x03\x04 torn")
    content = path.read_bytes()
    notes = merge(workspace, MAY).notes
    assert any("修订" in note and "没有用上" in note for note in notes)
    assert path.read_bytes() == content


def test_a_late_return_for_a_corrected_month_leaves_the_correction(workspace: Workspace) -> None:
    begin_may(workspace)
    open_summary(workspace).write("7", "进展情况", "来电：预算已下达。").save()
    merge(workspace, MAY)
    send(workspace, "计财股", came=CAME + 40 * 86400)
    report = merge(workspace)
    entry = entry_of(report, "7", "计财股")
    assert entry.progress == "来电：预算已下达。"
    (revision,) = report.month.revisions
    assert revision.newer is not None
    assert "已办" in revision.newer
    assert "G416" in codes_of(report)


def test_an_instruction_changed_after_the_forms_went_out_accuses_nobody(
    workspace: Workspace,
) -> None:
    open_summary(workspace).write("2", "批示", "请于5月底前公布。").save()
    issue_forms(workspace, MAY, now=NOW)
    send(workspace, "办公室", period=MAY, day="2021年5月20日", came=CAME + 30 * 86400)
    open_summary(workspace).write("2", "批示", "请于6月底前公布。").save()
    report = merge(workspace, MAY)
    assert report.month.altered == ()
    assert report.month.instructions_before == {"2": "请于6月底前公布。"}


def test_a_correction_that_was_found_is_not_found_again_after_a_crash(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the ledger and the file: the file is the person's still."""
    path = workspace.summary_path(APRIL)
    Pen(path).write("2", "进展情况", "改过。").save()
    edited, came = path.read_bytes(), path.stat()
    was = merge(workspace).month
    path.write_bytes(edited)
    os.utime(path, ns=(came.st_atime_ns, came.st_mtime_ns))
    report = merge(workspace)
    assert report.notes == ()
    assert report.month == was
    assert isinstance(report.month.revisions[0], Revision)
