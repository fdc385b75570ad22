"""What a second attack on the page found: each as somebody met it."""

import shutil
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from starlette.datastructures import FormData, UploadFile

from taskxl.desk.demo import run_demo
from taskxl.errors import TaskxlError
from taskxl.model import Period
from taskxl.page.dropped_lists import Drafts
from taskxl.page.spaces import Clock
from taskxl.workspace.folder import Workspace
from tests.page_support import Browser

LATER = datetime(2026, 5, 6, 9, 0)


def test_next_month_can_be_issued_while_earlier_steps_are_left(tmp_path: Path) -> None:
    run_demo(tmp_path / "ws")
    browser = Browser(tmp_path / "state", Workspace(tmp_path / "ws"))
    browser.house.clock = Clock(LATER.date, lambda: LATER)
    browser.house.months.today = _later

    page = browser.get(f"{browser.home}2026-04/").text
    # Reminders, corrections and the bulletin come first, and hide nothing.
    assert all(f">{word}<" in page for word in ("催报", "退回更正", "写通报", "重新汇总"))
    assert f'action="{browser.home}2026-05/do/issue"' in page
    assert page.count(">下发 5月</button>") == 1
    # Any other month, too: its form is sent out early, or one was left out.
    browser.do(f"{browser.home}issue", {"month": "6"})
    assert [*Workspace(tmp_path / "ws").issue_folder(Period(2026, 6)).glob("*.xlsx")]

    # A file that is not there yet is made by its own step.
    for kind, step in (("clean", "写定稿"), ("bulletin", "写通报")):
        answer = browser.get(f"{browser.home}2026-04/fetch/{kind}")
        assert answer.status_code == 400
        assert f"请先{step}。" in answer.text


def _later() -> date:
    return LATER.date()


def test_a_server_that_sleeps_keeps_the_lists_that_were_dropped_on_it(tmp_path: Path) -> None:
    form = FormData([("files", UploadFile(BytesIO(b"x"), filename="清单.txt"))])
    asleep = Drafts(tmp_path)
    name = asleep.add(form)
    second = Drafts(tmp_path)
    assert asleep.find(name).paths[0].is_file()
    with pytest.raises(TaskxlError, match="已经不在了"):
        second.find(name)
    folder = asleep.find(name).folder
    # One that was killed holds nothing any more.
    left = tmp_path / "lists-left"
    left.mkdir()
    (left / "清单.txt").write_bytes(b"x")
    Drafts(tmp_path)
    assert not left.exists()
    assert folder.is_dir()
    shutil.rmtree(folder)
    with pytest.raises(TaskxlError, match="请再拖入一次"):
        asleep.find(name)
