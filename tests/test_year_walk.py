"""The year walked once: a merge asks for each past month once, and changes nothing else."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.ledger import Ledger
from taskxl.model import Month, Period
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import Pen, merge, send

NOW = datetime(2021, 4, 26, 9, 0)
JUNE = Period(2021, 6)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """Count how often a month's entry in the ledger and its folder of returns are read."""
    counts: Counter[tuple[str, str]] = Counter()
    read_entry, list_folder = Ledger.month, Workspace.list_returns

    def count_entry(self: Ledger, period: Period, number: int | None = None) -> Month | None:
        counts["entry", period.key] += 1
        return read_entry(self, period, number)

    def count_folder(self: Workspace, period: Period) -> list[str]:
        counts["folder", period.key] += 1
        return list_folder(self, period)

    monkeypatch.setattr(Ledger, "month", count_entry)
    monkeypatch.setattr(Workspace, "list_returns", count_folder)
    return counts


def test_each_month_is_read_once_a_merge(tmp_path: Path, asked: Counter[tuple[str, str]]) -> None:
    """Nothing has changed in April and May: their entries and folders are read once."""
    workspace = make_workspace(tmp_path)
    for period in (APRIL, Period(2021, 5), JUNE):
        issue_forms(workspace, period, now=NOW)
        send(workspace, "办公室", period=period)
        merge(workspace, period)
    asked.clear()
    merge_returns(workspace, JUNE, now=NOW)
    assert set(asked.values()) == {1}
    assert {key for kind, key in asked if kind == "folder"} == {"2021-04", "2021-05", "2021-06"}
    asked.clear()
    issue_forms(workspace, Period(2021, 7), now=NOW)
    assert set(asked.values()) == {1}


def test_a_month_merged_again_on_the_way_is_read_once_too(
    tmp_path: Path, asked: Counter[tuple[str, str]]
) -> None:
    """A leader wrote in April's summary, and May rests on April: both are merged again.

    The entry is asked a second time by the workbook's mark, to see what it said when written.
    """
    workspace = make_workspace(tmp_path)
    for period in (APRIL, Period(2021, 5), JUNE):
        issue_forms(workspace, period, now=NOW)
        send(workspace, "办公室", period=period)
        merge(workspace, period)
    Pen(workspace.summary_path(APRIL)).write("1", "批示", "请加快。").save()
    asked.clear()
    report = merge_returns(workspace, JUNE, now=NOW)
    assert asked["entry", "2021-04"] == 2
    assert asked["entry", "2021-05"] == asked["entry", "2021-06"] == 1
    assert {asked["folder", key] for key in ("2021-04", "2021-05", "2021-06")} == {1}
    assert "2021年5月的前一个月有变动，已随之重新汇总。" in report.notes
