"""What a second attack on the page found: each as somebody met it."""

from datetime import date, datetime
from pathlib import Path

from page_support import Browser

from taskxl.desk.demo import run_demo
from taskxl.page.spaces import Clock
from taskxl.workspace.folder import Workspace

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
    assert ">下发 5月</button>" in page

    # A file that is not there yet is made by its own step.
    for kind, step in (("clean", "写定稿"), ("bulletin", "写通报")):
        answer = browser.get(f"{browser.home}2026-04/fetch/{kind}")
        assert answer.status_code == 400
        assert f"请先{step}。" in answer.text


def _later() -> date:
    return LATER.date()
