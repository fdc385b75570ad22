"""The page served in earnest: a free port, a second start, the end when nobody is there."""

import os
import stat
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from taskxl.page import remembering
from taskxl.page.finding_page import Served, announce, ask_again, find_served
from taskxl.page.remembering import State, recall_workspaces
from taskxl.page.serving import serve_page
from taskxl.page.spaces import Clock
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL, make_workspace
from tests.page_support import NOW
from tests.support import call_main, make_once

made, workspace = make_once(make_workspace, "地")
CLOCK = Clock(NOW.date, lambda: NOW)


def serve(state: Path, root: Path | None, silence: float = 60.0) -> tuple[threading.Thread, str]:
    told: list[str] = []
    ready = threading.Event()

    def tell(address: str) -> None:
        told.append(address)
        ready.set()

    thread = threading.Thread(target=serve_page, args=(root, CLOCK, State.of(state), tell, silence))
    thread.start()
    assert ready.wait(20)
    return thread, told[0]


def fetch(address: str, cookie: str = "") -> tuple[int, str, str]:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}", headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    given = answer.headers.get("set-cookie", "").split(";")[0]
    return answer.status, answer.headers.get("location") or body, given


def beat(home: str, place: str, cookie: str) -> None:
    """Call as the page's script does."""
    assert fetch(f"{home}/{place.split('/')[1]}/alive", cookie)[0] == 204


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def test_it_is_served_to_this_computer_and_ends_when_nobody_is_there(
    state: Path, workspace: Workspace
) -> None:
    thread, address = serve(state, workspace.root, silence=1.0)
    assert address.startswith("http://127.0.0.1:")
    mode = stat.S_IMODE((state / "page.json").stat().st_mode)
    assert os.name == "nt" or mode == 0o600
    status, place, cookie = fetch(address)
    assert status == 303
    begun = time.monotonic()
    home = address.split("/enter")[0]
    status, _, _ = fetch(home + place, cookie)
    assert status == 303
    assert time.monotonic() - begun < 5
    beat(home, place, cookie)
    thread.join(20)
    assert not thread.is_alive()
    assert not (state / "page.json").exists()


def test_a_second_start_opens_the_first(state: Path, workspace: Workspace, tmp_path: Path) -> None:
    thread, first = serve(state, workspace.root, silence=2.0)
    other = make_workspace(tmp_path / "另一处")
    told: list[str] = []
    serve_page(other.root, CLOCK, State.of(state), told.append)
    assert urlsplit(told[0]).netloc == urlsplit(first).netloc
    status, place, cookie = fetch(told[0])
    assert status == 303
    assert recall_workspaces(State.of(state))[0] == other.root
    status, _, _ = fetch(first.split("/enter")[0] + place, cookie)
    assert status in (200, 303)
    assert fetch(told[0])[0] == 403
    beat(first.split("/enter")[0], place, cookie)
    thread.join(30)


def test_who_sits_at_a_dead_server_s_port_is_not_believed(state: Path) -> None:
    """Another user's program that took the port learns nothing and sends nobody anywhere."""
    import http.server

    asked: list[bytes] = []

    class Liar(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"path": "/enter?ticket=x", "proof": "0"}')

        def log_message(self, *given: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Liar)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    served = Served(server.server_port, "secret-key")
    announce(state, served)
    assert find_served(state) == served
    assert ask_again(served, "") is None
    thread.join(10)
    server.server_close()
    assert asked
    assert b"secret-key" not in asked[0]
    assert ask_again(served, "") is None  # and where nobody sits, the same


@pytest.mark.parametrize("content", ["", "[]", "{", '{"port": "x", "key": 1}'])
def test_a_damaged_file_is_as_none(state: Path, content: str) -> None:
    (state / "page.json").write_text(content, encoding="utf-8")
    (state / "workspaces.json").write_text(content, encoding="utf-8")
    assert find_served(state) is None
    assert recall_workspaces(State.of(state)) == []


def test_the_command_says_where_it_is(
    capsys: pytest.CaptureFixture[str], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taskxl.page import serving

    def serve_nobody(root, clock, state, tell, silence=0.0):
        tell(f"http://127.0.0.1:1/enter?space={root.name}")

    monkeypatch.setattr(serving, "serve_page", serve_nobody)
    monkeypatch.setattr(remembering, "find_state", lambda: State.of(workspace.root))
    code, out, _ = call_main(capsys, "打开", workspace.root, "--no-browser")
    assert code == 0
    assert out.startswith("页面在 http://127.0.0.1:1/enter?space=地")
    code, out, _ = call_main(capsys, "-C", workspace.root, "open", "--no-browser")
    assert "space=地" in out
    code, _, err = call_main(capsys, "open", workspace.root / "下发", "--no-browser")
    assert code == 2
    assert "不存在" in err


def test_an_upload_that_is_cut_off_leaves_nothing_behind(state: Path, workspace: Workspace) -> None:
    import socket

    thread, address = serve(state, workspace.root, silence=4.0)
    netloc, home = urlsplit(address).netloc, address.split("/enter")[0]
    _, place, cookie = fetch(address)
    host, port = netloc.split(":")
    head = (
        f"POST {place}2021-04/drop HTTP/1.1\r\nHost: {netloc}\r\nOrigin: {home}\r\n"
        f"Cookie: {cookie}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        "Content-Length: 1000000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="files"; filename="half.xlsx"\r\n\r\n'
    )
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + b"0" * 300_000)
    status, _, _ = fetch(f"{home}{place}", cookie)
    assert status == 303
    assert workspace.list_returns(APRIL) == []
    beat(home, place, cookie)
    thread.join(30)
    assert not thread.is_alive()


def test_who_has_no_script_is_there_as_long_as_they_ask_now_and_then() -> None:
    from taskxl.page.presence import ENTRY, SILENCE, UNSCRIPTED, Presence

    seconds = [0.0]
    presence = Presence(lambda: seconds[0])

    def over_after(passed: float, busy: bool = False) -> bool:
        seconds[0] += passed
        return presence.is_over(busy)

    def ask(path: str) -> None:
        presence.begin(path)
        presence.end()

    assert not over_after(ENTRY - 1)
    ask("/x/space/2021-04/")
    assert not over_after(SILENCE * 5)  # somebody reads, and no script says so
    ask("/x/space/2021-04/gaps")
    assert not over_after(UNSCRIPTED - 1)
    assert over_after(2)
    # A script calls as soon as a page is there: once it is silent, nobody is.
    for path in ("/x/space/2021-04/", "/x/alive", "/x/static/mark.svg", "/x/job/1/state"):
        ask(path)
    assert not over_after(SILENCE - 1)
    assert over_after(2)
    # An upload that takes long is somebody, and so is a merge; both give time afterwards.
    ask("/x/alive")
    presence.begin("/x/space/2021-04/drop")
    assert not over_after(UNSCRIPTED * 3)
    presence.end()
    assert not over_after(SILENCE - 1)
    ask("/x/alive")
    assert not over_after(SILENCE * 9, busy=True)
    assert not over_after(SILENCE - 1)
    assert over_after(2)


def test_a_request_counts_as_presence_while_it_is_answered_and_only_from_who_may(
    tmp_path: Path, workspace: Workspace
) -> None:
    from tests.page_support import Browser

    browser = Browser(tmp_path / "state", workspace)
    told: list[tuple[str, str]] = []
    browser.presence.begin = lambda path: told.append(("begin", path))  # type: ignore[method-assign]
    browser.presence.end = lambda: told.append(("end", ""))  # type: ignore[method-assign]
    browser.client.get(f"{browser.door.base}/alive")
    assert told == [("begin", f"{browser.door.base}/alive"), ("end", "")]
    told.clear()
    browser.client.cookies.clear()
    for path in (browser.month, "/enter?ticket=x", "/nowhere", f"{browser.door.base}/alive"):
        browser.client.get(path)
    browser.client.post("/again", data={"nonce": "1", "proof": "x", "workspace": ""})
    assert told == []
