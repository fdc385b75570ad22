"""What an attack on the page found: who gets in, and what a folder that cannot be opened means."""

import os
import shutil
import stat
import sys
import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from taskxl.desk.merging import look_at_month
from taskxl.errors import TaskxlError
from taskxl.page.finding_page import Served, announce, hide_address, withdraw
from taskxl.page.guard import Doorkeeper
from taskxl.page.remembering import State
from taskxl.page.serving import serve_page
from taskxl.page.spaces import Clock
from taskxl.workspace.folder import Workspace, list_returns
from tests.month_of_clerks import APRIL, make_workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(sys.platform == "win32", reason="there nobody reads another's command line")
def test_no_program_is_started_with_what_lets_somebody_in(tmp_path: Path) -> None:
    served = Served(4711, "key")
    announce(tmp_path, served)
    told = hide_address(tmp_path, "http://127.0.0.1:4711/enter?ticket=geheim&space=a")
    assert "geheim" not in told
    path = tmp_path / "open.html"
    assert told == path.as_uri()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "ticket=geheim&amp;space=a" in path.read_text(encoding="utf-8")
    withdraw(tmp_path, served)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
def test_a_browser_gets_in_by_the_file_and_nobody_after_it(tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api")
    state, told, ready = tmp_path / "state", [], threading.Event()
    state.mkdir()

    def tell(address: str) -> None:
        told.append(address)
        ready.set()

    clock = Clock(lambda: date(2026, 4, 1), lambda: datetime(2026, 4, 1))
    thread = threading.Thread(target=serve_page, args=(None, clock, State.of(state), tell, 20.0))
    thread.start()
    assert ready.wait(60)
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page()
        page.set_default_timeout(120_000)
        page.goto(hide_address(state, told[0]))
        page.wait_for_selector("main")
        assert "ticket" not in page.url
        other: Any = chromium.new_context().new_page()
        assert other.goto(told[0]).status == 403
        chromium.close()
    thread.join(120)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "cookies",
    [
        "taskxl=fremd; taskxl={0}",
        "taskxl={0}; taskxl=fremd",
        'foo={{"a":1}}; taskxl={0}',
        "taskxl={0}; a b=c",
        "x; =; taskxl={0}",
    ],
)
def test_cookies_of_other_servers_lock_nobody_out(cookies: str) -> None:
    door = Doorkeeper("127.0.0.1:1", lambda: 0.0)
    session = door.take_ticket(door.issue_ticket())
    assert session is not None
    assert door.csrf_of(cookies.format(session)) == door.csrf_of(f"taskxl={session}") is not None
    assert door.csrf_of(cookies.format("geraten")) is None


def test_a_folder_of_returns_that_cannot_be_opened_makes_nobody_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace: Workspace = make_workspace(tmp_path)
    folder = workspace.returns_folder(APRIL)
    scan = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(TaskxlError, match="不能当作谁都没有报送") as told:
        look_at_month(workspace, APRIL)
    assert "\n" not in str(told.value)
    assert list_returns(folder.with_name("没有这个")) == []
