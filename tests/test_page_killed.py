"""The page in a process of its own that is ended, or killed on the spot: nothing lost, no trace.

The process is `taskxl open` as a person starts it, with one hook where a test says at which point
of its work the system takes it away.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from taskxl.ledger import open_ledger, verify_ledger
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, OFFICES, make_workspace
from tests.support import make_once

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no such signals there")
HOOKS = {
    "": "",
    # The merge goes from step to step for ever, or stays in the middle of one.
    "steps": """
from taskxl.desk import one_month
def look(*given, **more):
    progress = next(one for one in (*given, *more.values()) if callable(one))
    print('working', flush=True)
    for step in itertools.count(1):
        progress(step, 10**9)
        time.sleep(0.02)
one_month.look_at_folder = look
""",
    "one step": """
from taskxl.desk import one_month
def look(*given, **more):
    print('working', flush=True)
    while True:
        time.sleep(0.02)
one_month.look_at_folder = look
""",
    "ledger": """
from taskxl.ledger.store import Ledger
Ledger.record_summary = die
""",
    "summary": """
from taskxl.desk import one_month
one_month.require_unchanged = die
""",
    "landing": """
real, count = os.fsync, itertools.count(1)
def sync(handle):
    real(handle)
    if os.fstat(handle).st_size == 5000 and next(count) == 3:
        die()
os.fsync = sync
""",
}
CODE = """
import itertools, os, signal, sys, time
# As a terminal starts it, however these tests were started.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
def die(*given, **more):
    os.kill(os.getpid(), signal.SIGKILL)
{hook}
from taskxl.start import main
sys.argv = ['taskxl', 'open', sys.argv[1], '--no-browser']
main()
"""


def make_april(root: Path) -> Workspace:
    """Make a workspace of April with all its returns, not merged."""
    workspace = make_workspace(root)
    for office in OFFICES:
        form = workspace.form_path(office, APRIL)
        fill_form(form, workspace.returns_folder(APRIL) / form.name)
    return workspace


made, workspace = make_once(make_april, "地")


class Page:
    """A server in a process of its own, and a browser at it."""

    def __init__(self, workspace: Workspace, state: Path, hook: str = "") -> None:
        environment = os.environ | {"XDG_STATE_HOME": str(state), "PYTHONUTF8": "1"}
        code = CODE.format(hook=HOOKS[hook])
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(workspace.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        address = self.process.stdout.readline().removeprefix("页面在 ").strip()
        self.told = state / "taskxl" / "page.json"
        parts = urlsplit(address)
        self.netloc, self.cookie = parts.netloc, ""
        _, headers, _ = self.ask("GET", f"{parts.path}?{parts.query}")
        self.cookie = headers["set-cookie"].split(";")[0]
        self.home = headers["location"]
        self.month = f"{self.home}2021-04/"
        _, _, page = self.ask("GET", f"{self.month}register")
        found = re.search(r'name="csrf" value="([^"]+)"|data-csrf="([^"]+)"', page)
        assert found, page
        self.csrf = found[1] or found[2]

    def ask(self, method: str, path: str, body: bytes = b"", **more: str) -> tuple[int, Any, str]:
        """Ask for an address; return status, headers and text."""
        line = http.client.HTTPConnection(self.netloc, timeout=60)
        headers = {"Cookie": self.cookie, "Origin": f"http://{self.netloc}"}
        line.request(
            method, path, body, headers | {k.replace("_", "-"): v for k, v in more.items()}
        )
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, answer.headers, text

    def post(self, path: str, **fields: str) -> tuple[int, Any, str]:
        """Send a form."""
        body = urlencode({"csrf": self.csrf, **fields}).encode()
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def drop(self, files: dict[str, bytes]) -> tuple[int, Any, str]:
        """Drop files."""
        body, kind = make_upload(self.csrf, files)
        return self.ask("POST", f"{self.month}drop", body, Content_Type=kind)

    def merge(self) -> str:
        """Merge, and return what is said at the end."""
        _, headers, _ = self.post(f"{self.month}do/merge")
        for _ in range(600):
            status, headers, page = self.ask("GET", headers["location"])
            if status == 200 and "done=" not in str(headers.get("location", "")):
                if "<progress" not in page:
                    return page
                headers = {"location": self._job(page)}
                time.sleep(0.1)
        raise AssertionError("the merge is never done")

    def _job(self, page: str) -> str:
        found = re.search(r'action="([^"]*/job/[0-9a-f]+)/stop"', page)
        assert found, page
        return found[1]

    def wait_for(self, word: str) -> None:
        """Wait until the process says a word."""
        assert self.process.stdout is not None
        while word not in (line := self.process.stdout.readline()):
            assert line, "it ended without it"

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; return how the process ended and what it complained of."""
        self.process.send_signal(number)
        return self.gone()

    def gone(self) -> tuple[int, str]:
        """Wait for the end of the process."""
        _, err = self.process.communicate(timeout=40)
        return self.process.returncode, err


def make_upload(csrf: str, files: dict[str, bytes]) -> tuple[bytes, str]:
    """Return the body of a form with files, and its type."""
    parts = [b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + csrf.encode()]
    for name, content in files.items():
        head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + content)
    return b"\r\n".join([*parts, b"--x--\r\n"]), "multipart/form-data; boundary=x"


@pytest.fixture
def start(workspace: Workspace, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Start pages of the workspace, one after the other; what still runs at the end is killed."""
    pages: list[Page] = []

    def begin(hook: str = "") -> Page:
        pages.append(Page(workspace, tmp_path / "state", hook))
        return pages[-1]

    yield begin
    for one in pages:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.wait(20)
        for stream in (one.process.stdout, one.process.stderr):
            if stream is not None:
                stream.close()


def tree(workspace: Workspace) -> dict[str, bytes]:
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for path in workspace.root.rglob("*")
        if path.is_file() and not path.name.startswith("台账.db")
    }


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_who_ends_the_page_leaves_no_trace(start: Callable[..., Page], name: str) -> None:
    page = start()
    assert json.loads(page.told.read_text(encoding="utf-8"))["port"]
    assert page.end(getattr(signal, name)) == (0, "")
    assert not page.told.exists()


@pytest.mark.parametrize(("hook", "name"), [("steps", "SIGTERM"), ("one step", "SIGINT")])
def test_a_merge_that_is_running_is_stopped_with_the_page(
    start: Callable[..., Page], workspace: Workspace, hook: str, name: str
) -> None:
    before = tree(workspace)
    page = start(hook)
    page.post(f"{page.month}do/merge")
    page.wait_for("working")
    begun = time.monotonic()
    assert page.end(getattr(signal, name)) == (0, "")
    assert time.monotonic() - begun < 20
    assert not page.told.exists()
    assert tree(workspace) == before
    assert "汇总写好了" in start().merge()


def test_who_asks_twice_does_not_wait_for_the_step(start: Callable[..., Page]) -> None:
    page = start("one step")
    page.post(f"{page.month}do/merge")
    page.wait_for("working")
    begun = time.monotonic()
    page.process.send_signal(signal.SIGINT)
    time.sleep(1.0)
    assert page.end(signal.SIGINT) == (0, "")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("hook", ["ledger", "summary"])
def test_a_page_killed_in_a_merge_loses_nothing(
    start: Callable[..., Page], workspace: Workspace, hook: str, tmp_path: Path
) -> None:
    before = tree(workspace)
    page = start(hook)
    page.post(f"{page.month}do/merge")
    assert page.gone()[0] == -signal.SIGKILL
    assert page.told.exists()  # nobody was there to take it away
    left = tree(workspace)
    assert {name: left[name] for name in before} == before
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()
    again = start()
    assert "汇总写好了" in again.merge()
    assert again.end(signal.SIGTERM) == (0, "")
    assert {name for name in tree(workspace) if ".taskxl" in name} == set()
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()
        month = ledger.month(APRIL)
    assert month is not None
    assert {one.state for one in month.offices if one.owes} <= {"submitted", "late"}


def test_a_page_killed_in_the_middle_of_an_upload_loses_nothing(
    start: Callable[..., Page], workspace: Workspace
) -> None:
    page, before = start(), workspace.list_returns(APRIL)
    body, kind = make_upload(page.csrf, {"大.xlsx": os.urandom(2_000_000)})
    host, port = page.netloc.split(":")
    head = (
        f"POST {page.month}drop HTTP/1.1\r\nHost: {page.netloc}\r\nOrigin: http://{page.netloc}\r\n"
        f"Cookie: {page.cookie}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + body[: len(body) // 2])
        time.sleep(0.3)
        assert page.end(signal.SIGKILL)[0] == -signal.SIGKILL
    assert workspace.list_returns(APRIL) == before
    again = start()
    assert again.drop({"大.xlsx": body})[0] == 303
    assert "大.xlsx" in workspace.list_returns(APRIL)


def test_lists_that_a_killed_page_was_looking_at_are_gone_with_the_next(
    start: Callable[..., Page], tmp_path: Path
) -> None:
    page, state = start(), tmp_path / "state" / "taskxl"
    body, kind = make_upload(page.csrf, {"清单.xlsx": b"x"})
    base = f"/{page.home.split('/')[1]}"
    assert page.ask("POST", f"{base}/new/drop", body, Content_Type=kind)[0] == 303
    assert len(list(state.rglob("清单.xlsx"))) == 1
    page.end(signal.SIGKILL)
    assert start().end(signal.SIGTERM) == (0, "")
    assert list(state.rglob("清单.xlsx")) == []
    assert {one.name for one in state.iterdir()} == {"workspaces.json"}


def test_a_page_killed_while_files_land_leaves_whole_ones_or_none(
    start: Callable[..., Page], workspace: Workspace
) -> None:
    files = {f"{number}.xlsx": os.urandom(5000) for number in range(5)}
    page, before = start("landing"), set(workspace.list_returns(APRIL))
    with pytest.raises((http.client.HTTPException, OSError)):
        page.drop(files)
    assert page.gone()[0] == -signal.SIGKILL
    folder = workspace.returns_folder(APRIL)
    landed = set(workspace.list_returns(APRIL)) - before
    assert len(landed) == 2
    assert {name: (folder / name).read_bytes() for name in landed} == {
        name: files[name] for name in landed
    }
    again = start()
    assert again.drop(files)[0] == 303
    assert set(workspace.list_returns(APRIL)) == before | set(files)
    assert {name: (folder / name).read_bytes() for name in files} == files
    assert [name for name in tree(workspace) if ".taskxl" in name] == []
