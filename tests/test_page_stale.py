"""What is decided in a window that shows how things were: every form of the page is accounted for."""

from pathlib import Path

import pytest

from taskxl.page.app import MONTH_POSTS, POSTS
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL
from tests.page_support import NOW, Browser, said
from tests.pens import make_merged_april
from tests.support import make_once, make_workbook

made, workspace = make_once(make_merged_april, "地")
DECIDES = {
    "/list/{draft}/take": "the differences",
    "/register": "the file and what was registered of it",
    "/settle": "the reason that stands there",
    "/correct": "the texts",
    "/letters/{kind}/draft": "the letters",
    "/letters/{kind}/send": "the letters",
}
"""Forms by which somebody decides on what the page shows, and what goes along of that."""
DOES = {
    "/issue": "issues by the list as it is",
    "/list/drop": "puts a list aside to be looked at",
    "/year/write": "writes what the ledger holds",
    "/year/past": "names a merge for good: history is only added to",
    "/do/{step}": "does what is to be done with what is there",
    "/drop": "brings files along",
    "/try/drop": "records nothing",
    "/mailbox/check": "records nothing",
    "/mailbox/collect": "takes what is new",
}
"""Forms that do something with what is there then, whatever was shown."""


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


def test_every_form_decides_on_what_was_seen_or_on_nothing_shown() -> None:
    assert {*POSTS, *MONTH_POSTS} == {*DECIDES, *DOES}
    pages = {address for address, (_, page) in {**POSTS, **MONTH_POSTS}.items() if page}
    assert pages == {*DECIDES}


def test_nothing_is_decided_by_a_form_that_does_not_say_what_was_seen(
    browser: Browser, workspace: Workspace
) -> None:
    from taskxl.desk.gap_views import token_of
    from taskxl.desk.merging import look_at_month

    revised = make_workbook({"表": "| 序号 | 任务名称 | 责任股室 |\n| 1 | 一项新的工作 | 办公室 |"})
    listed = browser.post(f"{browser.home}list/drop", files=[("新.xlsx", revised)])
    gap = token_of(look_at_month(workspace, APRIL, None, NOW.date()).findings[0])
    file = workspace.list_returns(APRIL)[0]
    letters = f"{browser.month}letters/remind"
    said_of = {
        f"{listed.headers['location']}/take": {"known": "1", "take": "1"},
        f"{browser.month}register": {"file": f":{file}", "office": "计财股"},
        f"{browser.month}settle": {"gap": gap, "reason": "核实过"},
        f"{browser.month}correct": {"task": "2", "office": "办公室", "text-progress": "改了。"},
        f"{letters}/draft": {},
        f"{letters}/send": {"sure": "1", "password": "x"},
    }
    assert len(said_of) == len(DECIDES)
    before = {p: p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()}
    for address, fields in said_of.items():
        answer = browser.post(address, fields)
        if answer.status_code == 303:
            job = browser.house.jobs.find(answer.headers["location"].rpartition("/")[2])
            job = job or browser.house.jobs.find(answer.headers["location"].rpartition("=")[2])
            assert job is not None
            assert job.over.wait(60)
            assert job.state == "failed", address
            assert "刚" in job.said[0].text, address
        else:
            assert answer.status_code == 400, address
            assert "刚" in said(answer.text)[0], address
        assert {p: p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()} == before
