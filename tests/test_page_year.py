"""全年 on the page: the heat map, the offices, every merge, and what can be fetched."""

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.merging import merge_returns
from taskxl.desk.task_views import recall_year
from taskxl.desk.year_overview import sum_up_year
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL
from tests.page_support import NOW, Browser, said
from tests.pens import make_merged_april, send
from tests.support import make_once

MAY = replace(APRIL, month=5)


def make_two_months(root: Path) -> Workspace:
    """Make April with two of three returns, and May with none."""
    workspace = make_merged_april(root)
    issue_forms(workspace, MAY, now=NOW)
    merge_returns(workspace, MAY, now=NOW.replace(month=5, day=30))
    return workspace


made, workspace = make_once(make_two_months, "地")


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


def test_the_year_says_of_each_office_how_often_it_was_on_time(workspace: Workspace) -> None:
    year = sum_up_year(recall_year(workspace, load_master(workspace)[0]))
    assert year is not None
    told = {one.office: (one.on_time, one.owing, one.states) for one in year.offices}
    assert told == {
        "办公室": (1, 2, ("已报送", "未报送")),
        "基教股": (1, 2, ("已报送", "未报送")),
        "计财股": (0, 2, ("未报送", "未报送")),
    }
    assert [one.on_time for one in year.months] == [(2, 3), (0, 3)]
    assert sum_up_year(()) is None


def test_the_heat_map_is_legible_without_colour(browser: Browser, workspace: Workspace) -> None:
    page = browser.get(f"{browser.home}year").text
    tasks = load_master(workspace)[0].tasks
    cells = re.findall(r'<td class="(\w*)"><svg.*?</svg>\s*([^<]+)</td>', page, re.S)
    assert len(cells) == 2 * len(tasks)
    assert all(word.strip() for _, word in cells)
    shapes = {"bad": "<rect", "warn": "<path", "done": "<circle"}
    for tone, shape in shapes.items():
        for found in re.findall(rf'<td class="{tone}">(<svg.*?</svg>)', page, re.S):
            assert shape in found


def test_every_merge_is_there_and_can_be_taken_out_again(
    browser: Browser, workspace: Workspace
) -> None:
    first = workspace.summary_path(APRIL).read_bytes()
    send(workspace, "计财股")
    merge_returns(workspace, APRIL, now=NOW)
    page = browser.get(f"{browser.home}year").text
    assert "2021年4月汇总过 2 次" in page
    page = browser.do(f"{browser.home}year/past", {"month": "2021-04", "place": "1"})
    assert "（第1次汇总时）" in said(page)[0]
    path = workspace.summary_path(APRIL)
    taken = path.with_stem(f"{path.stem}（第1次汇总时）")
    assert taken.read_bytes() == first
    for place in ("0", "9", "x", ""):
        fields = {"month": "2021-04", "place": place}
        page = browser.post(f"{browser.home}year/past", fields)
        target = page.headers.get("location")
        assert page.status_code == 400 or "第" in browser.get(str(target)).text


def test_the_ledger_is_written_and_fetched(browser: Browser, workspace: Workspace) -> None:
    assert browser.client.get(f"{browser.home}year/fetch").status_code == 400
    assert "台账写好了" in said(browser.do(f"{browser.home}year/write"))[0]
    fetched = browser.client.get(f"{browser.home}year/fetch").content
    assert fetched == workspace.year_path(2021).read_bytes()
    assert openpyxl.load_workbook(workspace.year_path(2021)).sheetnames
