"""任务 on the page: months side by side, and the same pen as in the summary workbook."""

import html
from pathlib import Path

import pytest

from taskxl.desk.correcting import Correction, correct_texts
from taskxl.desk.merging import look_at_month, merge_returns
from taskxl.desk.task_views import FILTERS, list_tasks
from taskxl.errors import TaskxlError
from taskxl.model import Month
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL
from tests.page_support import NOW, Browser, form_of, said
from tests.pens import Pen, codes_of, entry_of, make_merged_april, merge, send
from tests.support import make_once

made, workspace = make_once(make_merged_april, "地")


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


def look(workspace: Workspace) -> Month:
    return look_at_month(workspace, APRIL, None, NOW.date())


def correct(browser: Browser, **fields: str) -> str:
    return browser.do(f"{browser.month}correct", fields)


def own(workspace: Workspace, task: str = "2", office: str = "办公室") -> str:
    return next(e.progress for e in look(workspace).entries if (e.task, e.office) == (task, office))


def test_every_task_is_shown_with_its_months(browser: Browser, workspace: Workspace) -> None:
    page = browser.get(f"{browser.month}tasks").text
    month = look(workspace)
    assert f"任务 {len(month.master.tasks)} 项" in page
    for task in month.master.tasks:
        assert f'task?id={task.id}">' in page
    for key in FILTERS:
        lines = list_tasks(month, (), key)
        shown = browser.get(f"{browser.month}tasks?light={key}").text
        assert shown.count('href="task?id=') == len(lines)
        wanted = FILTERS[key][1]
        assert all(
            any(s.light in wanted for s in month.milestones if s.task.id == line.task.id)
            for line in lines
        )


def test_a_text_is_mended_by_the_pen_of_the_summary(browser: Browser, workspace: Workspace) -> None:
    was = own(workspace)
    page = browser.get(f"{browser.month}task?id=2").text
    assert html.escape(was) in page
    page = correct(
        browser,
        task="2",
        office="办公室",
        **{"seen-progress": was, "text-progress": "目录已公布。\r\n经局长审定。"},
    )
    assert said(page)[0].startswith("改好了 1 处")
    assert "办公室修订，原文：" in page
    report = merge(workspace)
    assert entry_of(report, "2", "办公室").progress == "目录已公布。\n经局长审定。"
    (revision,) = report.month.revisions
    assert revision.was == was
    cell = Pen(workspace.summary_path(APRIL)).cell("2", "进展情况").value
    assert "【办公室修订】目录已公布。" in cell
    # Taken back by writing the office's own text again.
    correct(
        browser,
        task="2",
        office="办公室",
        **{"seen-progress": "目录已公布。\n经局长审定。", "text-progress": was},
    )
    assert merge(workspace).month.revisions == ()


@pytest.mark.parametrize("choice", ["办公室的", "新报的"])
def test_of_two_texts_one_is_chosen_with_a_click(
    browser: Browser, workspace: Workspace, choice: str
) -> None:
    was = own(workspace)
    fields = {"seen-progress": was, "text-progress": "目录已公布。"}
    correct(browser, task="2", office="办公室", **fields)
    send(workspace, "办公室", texts={"进展情况": "又加了二十条。"})
    assert "G416" in codes_of(merge(workspace))
    page = browser.get(f"{browser.month}task?id=2").text
    assert "两种说法" in page
    values = form_of(page, f"用{choice}")
    correct(browser, **values)
    report = merge(workspace)
    assert "G416" not in codes_of(report)
    chosen = "目录已公布。" if choice == "办公室的" else "又加了二十条。"
    assert entry_of(report, "2", "办公室").progress == chosen
    assert len(report.month.revisions) == (choice == "办公室的")


def test_two_tabs_do_not_overwrite_each_other(browser: Browser, workspace: Workspace) -> None:
    was = own(workspace)
    first = {"task": "2", "office": "办公室", "seen-progress": was, "text-progress": "甲说。"}
    assert said(correct(browser, **first))[0].startswith("改好了")
    # A second click asks for what is there already.
    assert said(correct(browser, **first))[0].startswith("改好了")
    answer = correct(browser, **(first | {"text-progress": "乙说。"}))
    assert "刚才已经改成“甲说。”，没有照您的“乙说。”改" in said(answer)[0]
    assert entry_of(merge(workspace), "2", "办公室").progress == "甲说。"


def test_what_stands_otherwise_in_the_workbook_is_not_overwritten(
    browser: Browser, workspace: Workspace
) -> None:
    was = own(workspace)
    pen = Pen(workspace.summary_path(APRIL))
    pen.write("2", "进展情况", "表里改的。").write("3", "进展情况", "三项也改了。").save()
    page = correct(
        browser, task="2", office="办公室", **{"seen-progress": was, "text-progress": "页上改的。"}
    )
    assert "刚改成“表里改的。”，还没有汇总" in said(page)[0]
    report = merge(workspace)
    assert entry_of(report, "2", "办公室").progress == "表里改的。"
    assert entry_of(report, "3", "办公室").progress == "三项也改了。"


def test_a_correction_takes_the_workbook_s_own_along(workspace: Workspace) -> None:
    Pen(workspace.summary_path(APRIL)).write("3", "进展情况", "三项也改了。").save()
    change = Correction("2", "办公室", "progress", own(workspace), "页上改的。")
    report = correct_texts(workspace, look(workspace), [change], NOW)
    assert entry_of(report, "2", "办公室").progress == "页上改的。"
    assert entry_of(report, "3", "办公室").progress == "三项也改了。"


def test_an_instruction_is_taken_up_as_from_the_summary(
    browser: Browser, workspace: Workspace
) -> None:
    page = correct(
        browser,
        task="2",
        office="",
        **{"seen-instructions": "", "text-instructions": "请抓紧公布。"},
    )
    assert any("批示" in line for line in said(page))
    report = merge(workspace)
    assert [one.text for one in report.month.master.instructions] == ["请抓紧公布。"]


def test_nothing_changed_is_said_and_nothing_is_merged(
    browser: Browser, workspace: Workspace
) -> None:
    was = own(workspace)
    answer = browser.post(
        f"{browser.month}correct",
        {"task": "2", "office": "办公室", "seen-progress": was, "text-progress": was + " \r\n"},
    )
    assert answer.status_code == 400
    assert "没有改动。" in said(answer.text)
    assert browser.get(f"{browser.month}task?id=999").status_code == 400


def test_a_status_is_one_that_is_known_by_the_same_reading(workspace: Workspace) -> None:
    month = look(workspace)
    entry = next(e for e in month.entries if (e.task, e.office) == ("2", "办公室"))
    change = Correction("2", "办公室", "status", entry.status, "进度滞后")
    report = correct_texts(workspace, month, [change], NOW)
    assert entry_of(report, "2", "办公室").status == "进度滞后"
    with pytest.raises(TaskxlError, match="放不下"):
        correct_texts(
            workspace,
            report.month,
            [Correction("2", "办公室", "remarks", entry.remarks, "长" * 30_001)],
            NOW,
        )


def test_what_is_written_is_text_on_the_page_and_in_the_workbook(
    browser: Browser, workspace: Workspace
) -> None:
    evil = '=HYPERLINK("http://x")</textarea><script>alert(1)</script>'
    page = correct(
        browser,
        task="2",
        office="办公室",
        **{"seen-progress": own(workspace), "text-progress": evil},
    )
    assert "<script>alert" not in page
    report = merge_returns(workspace, APRIL, now=NOW)
    assert entry_of(report, "2", "办公室").progress == evil
    assert Pen(report.summary).cell("2", "进展情况").data_type == "s"


def make_conflict(browser: Browser, workspace: Workspace) -> None:
    """Let the office send something else after its text was corrected."""
    fields = {"seen-progress": own(workspace), "text-progress": "目录已公布。"}
    correct(browser, task="2", office="办公室", **fields)
    send(workspace, "办公室", texts={"进展情况": "又加了二十条。"})


def test_a_decision_is_about_the_two_texts_that_were_seen(
    browser: Browser, workspace: Workspace
) -> None:
    make_conflict(browser, workspace)
    page = browser.get(f"{browser.month}task?id=2").text
    send(workspace, "办公室", texts={"进展情况": "再加了三十条。"})
    for button in ("用办公室的", "用新报的"):
        stale = correct(browser, **form_of(page, button))
        assert "办公室刚才又报了“再加了三十条。”" in said(stale)[0]
        assert "再加了三十条。" in form_of(stale, "用新报的")["text-progress"]
    assert merge(workspace).month.revisions[0].newer == "再加了三十条。"
    correct(browser, **form_of(stale, "用新报的"))
    page = correct(browser, **form_of(stale, "用办公室的"))
    assert "刚才" in said(page)[0]
    report = merge(workspace)
    assert entry_of(report, "2", "办公室").progress == "再加了三十条。"


def test_a_text_is_not_mended_where_another_has_come_since(
    browser: Browser, workspace: Workspace
) -> None:
    make_conflict(browser, workspace)
    fields = {"seen-progress": "目录已公布。", "text-progress": "我写了半天的。"}
    page = correct(browser, task="2", office="办公室", **fields)
    assert "办公室刚才又报了“又加了二十条。”" in said(page)[0]
    # What was typed is offered beside the two.
    assert "<details open><summary>两种都不用，另写" in page
    values = form_of(page, "用我写的")
    assert values["text-progress"] == "我写了半天的。"
    assert said(correct(browser, **values))[0].startswith("改好了")
    assert entry_of(merge(workspace), "2", "办公室").progress == "我写了半天的。"


@pytest.mark.parametrize("why", ["too long", "stale", "in the workbook", "month is gone"])
def test_what_was_typed_into_a_correction_that_is_refused_stands_there_again(
    browser: Browser, workspace: Workspace, why: str
) -> None:
    typed = "长" * 30_001 if why == "too long" else "我写了半天的</textarea><b>。"
    values = form_of(browser.get(f"{browser.month}task?id=2").text, "改成这样")
    values |= {"text-progress": typed, "text-status": "说不清"}
    if why == "stale":
        other = {"seen-progress": values["seen-progress"], "text-progress": "甲说。"}
        correct(browser, task="2", office="办公室", **other)
    elif why == "in the workbook":
        Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "表里改的。").save()
    elif why == "month is gone":
        workspace.returns_folder(APRIL).rename(workspace.root / "回收")
    page = correct(browser, **values)
    assert said(page)
    assert not said(page)[0].startswith("改好了")
    if why == "month is gone":  # there is no form to put it into
        assert html.escape(typed) in page
        return
    again = form_of(page, "改成这样")
    assert again["text-progress"] == typed
    assert again["text-status"] == "说不清"
    assert page.count("<details open>") == 1
    if why == "stale":  # and now it can be put in the place of what stands there, knowingly
        assert again["seen-progress"] == "甲说。"
        assert said(correct(browser, **again))[0].startswith("改好了")


def test_two_corrections_at_one_moment_do_not_overwrite_each_other(
    browser: Browser, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were asked for before either was done: the second is told when its turn comes."""
    from taskxl.page import tasks_page

    was = own(workspace)
    first = [Correction("2", "办公室", "progress", was, "甲说。")]
    real = tasks_page.look_now

    def be_late(ask, progress):
        correct_texts(workspace, look(workspace), first, NOW)
        return real(ask, progress)

    monkeypatch.setattr(tasks_page, "look_now", be_late)
    fields = {"seen-progress": was, "text-progress": "乙说。"}
    page = correct(browser, task="2", office="办公室", **fields)
    assert "刚才已经改成“甲说。”" in said(page)[0]
    assert entry_of(merge(workspace), "2", "办公室").progress == "甲说。"
