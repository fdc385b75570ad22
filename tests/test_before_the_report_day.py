"""A month merged before its report day: nobody is missing, and milestones are judged as of today."""

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from taskxl import cli
from taskxl.commands import common
from taskxl.desk import yearbook
from taskxl.desk.issuing import issue_forms
from taskxl.desk.json import month_json
from taskxl.desk.merging import merge_returns
from taskxl.merge.counts import count_month
from taskxl.model import Month, Period
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import Pen, send

EARLY, ON_THE_DAY, AFTER = (datetime(2021, 4, day, 9, 0) for day in (20, 25, 26))
CAME = datetime(2021, 4, 19, 9, 0).timestamp()
MAY = Period(2021, 5)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """April: one of three has reported."""
    workspace = make_workspace(tmp_path)
    send(workspace, "办公室", came=CAME)
    return workspace


def words(month: Month) -> dict[str, str]:
    return {state.office: state.word for state in month.offices}


def codes(month: Month) -> set[str]:
    return {finding.code for finding in month.findings}


def texts(path: Path) -> dict[str, list[str]]:
    """Return the texts of every sheet of a workbook."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]
        for sheet in book
    }


def test_before_the_report_day_nobody_is_missing(workspace: Workspace) -> None:
    report = merge_returns(workspace, APRIL, now=EARLY)
    month = report.month
    assert words(month) == {"办公室": "已报送", "计财股": "未到期限", "基教股": "未到期限"}
    assert not codes(month) & {"G401", "G402", "G414"}
    assert (month.as_of, month.deadline) == (date(2021, 4, 20), date(2021, 4, 25))
    counts = count_month(month)
    assert counts.offices == {
        "submitted": 1, "late": 0, "missing": 0, "rejected": 0, "not due": 2
    }  # fmt: skip
    assert counts.rates["punctuality"].rate is None
    assert counts.rates["completeness"].rate == 1
    shown = texts(report.summary)
    assert not [
        text
        for sheet in shown.values()
        for text in sheet
        if "未报送" in text.replace("不算未报送", "")
    ]
    for sheet in ("总览", "汇总表", "报送情况", "节点台账", "分管领导"):
        assert any("2021年4月20日（报送期限4月25日未到" in text for text in shown[sheet]), sheet
    assert {"未到期限（2 个）：计财股、基教股"} <= {*shown["总览"]}


@pytest.mark.parametrize("now", [ON_THE_DAY, AFTER])
def test_from_the_report_day_on_they_are(workspace: Workspace, now: datetime) -> None:
    merge_returns(workspace, APRIL, now=EARLY)
    month = merge_returns(workspace, APRIL, now=now).month
    assert words(month) == {"办公室": "已报送", "计财股": "未报送", "基教股": "未报送"}
    assert "G401" in codes(month)
    assert (month.as_of, month.deadline) == (date(2021, 4, 25), None)
    assert month == merge_returns(workspace, APRIL).month


def test_milestones_are_judged_by_the_day_of_the_merge(workspace: Workspace) -> None:
    """What is due between today and the report day is near, not overdue."""
    early = {s.milestone.id: s for s in merge_returns(workspace, APRIL, now=EARLY).month.milestones}
    late = {s.milestone.id: s for s in merge_returns(workspace, APRIL, now=AFTER).month.milestones}
    for key, state in early.items():
        if state.days_over is not None:
            assert late[key].days_over == state.days_over + 5
    assert [k for k in early if early[k].light != late[k].light]


def test_the_document_says_that_it_is_not_due(workspace: Workspace) -> None:
    report = merge_returns(workspace, APRIL, now=EARLY)
    document = month_json(report.month, "")
    assert (document["due"], document["as_of"]) == (False, "2021-04-20")
    told = {one["office"]: (one["state"], one["due"]) for one in document["offices"]}
    assert told["计财股"] == ("missing", False)
    assert told["办公室"] == ("submitted", True)
    assert document["counts"]["offices"]["not due"] == 2
    json.dumps(document)


def test_what_was_corrected_early_is_still_there_later(workspace: Workspace) -> None:
    """The mark 【未到期限】 is taskxl's own and no correction of anybody's."""
    merge_returns(workspace, APRIL, now=EARLY)
    Pen(workspace.summary_path(APRIL)).write("1", "批示", "请加快。").save()
    month = merge_returns(workspace, APRIL, now=AFTER).month
    assert [(one.task, one.now) for one in month.revisions] == [("1", "请加快。")]


def test_a_month_that_was_not_due_when_last_merged_counts_as_missing_for_nobody(
    workspace: Workspace,
) -> None:
    merge_returns(workspace, APRIL, now=EARLY)
    issue_forms(workspace, MAY, now=AFTER)
    month = merge_returns(workspace, MAY, now=datetime(2021, 5, 27, 9, 0)).month
    assert {state.months_missing for state in month.offices} == {1}
    assert "G414" not in codes(month)
    yearbook.write_year(workspace)
    shown = texts(workspace.year_path(2021))["股室报送"]
    assert shown.count("未到期限") == 2


def test_the_screen_says_until_when_there_is_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(common, "now", lambda: EARLY)
    monkeypatch.setattr(common, "today", EARLY.date)
    for command in ("status", "merge", "send-back", "ledger"):
        with pytest.raises(SystemExit) as left:
            cli.main(["-C", str(workspace.root), command, "--month", "4"])
        assert left.value.code == 0
        out = capsys.readouterr().out
        assert "未报送" not in out
        if command in ("status", "merge"):
            said = (
                "2021年4月（报送期限4月25日未到）：应报 3，已报送 1，未到期限 2（计财股、基教股）"
            )
            assert said in out
        if command == "ledger":
            assert "已报送 1，未到期限 2" in out
