"""Who gets in: this browser and nobody else, whatever it is asked by whom."""

import re
from pathlib import Path

import pytest

from taskxl.page import guard
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import make_workspace
from tests.page_support import HOST, ORIGIN, Browser, posts_of
from tests.support import make_once

made, workspace = make_once(make_workspace, "地")


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


def test_a_ticket_lets_in_once_and_not_for_long(browser: Browser) -> None:
    ticket = browser.door.issue_ticket()
    assert browser.client.get(f"/enter?ticket={ticket}").status_code == 303
    assert browser.client.get(f"/enter?ticket={ticket}").status_code == 403
    late = browser.door.issue_ticket()
    browser.seconds = guard.TICKET_SECONDS + 1
    assert browser.client.get(f"/enter?ticket={late}").status_code == 403


@pytest.mark.parametrize("guess", ["", "x", "k" * 43, "é", "%00", "a" * 5000])
def test_a_guessed_ticket_or_cookie_lets_nobody_in(browser: Browser, guess: str) -> None:
    browser.client.cookies.clear()
    assert browser.client.get("/enter", params={"ticket": guess}).status_code == 403
    answer = browser.client.get(
        browser.month, headers={"Cookie": f"{guard.COOKIE}={guess}".encode()}
    )
    assert answer.status_code == 403
    assert "股室" not in answer.text


def test_the_cookie_is_for_this_page_alone(browser: Browser) -> None:
    answer = browser.client.get(f"/enter?ticket={browser.door.issue_ticket()}")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert f"Path={browser.door.base};" in cookie
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie


def test_no_address_answers_without_the_session(browser: Browser) -> None:
    addresses = [browser.month, f"{browser.month}files", f"{browser.door.base}/static/page.js"]
    addresses += [browser.home, f"{browser.door.base}/", f"{browser.door.base}/alive"]
    assert {browser.client.get(one).status_code for one in addresses} <= {200, 204, 303}
    browser.client.cookies.clear()
    assert {browser.client.get(one).status_code for one in addresses} == {403}
    assert browser.client.get("/static/page.js").status_code == 404
    assert browser.client.get(browser.home.replace(browser.door.base, "")).status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:8765", "127.0.0.1", "127.0.0.1:80", f"{HOST}.evil.example"]
)
def test_another_host_is_not_served(browser: Browser, host: str) -> None:
    """A foreign name that is pointed at 127.0.0.1 (DNS rebinding) finds nothing here."""
    for address in (browser.month, "/enter?ticket=x", "/again"):
        answer = browser.client.get(address, headers={"Host": host})
        assert answer.status_code == 421
    ticket = browser.door.issue_ticket()
    assert browser.client.get(f"/enter?ticket={ticket}", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1:8766"])
def test_a_form_from_elsewhere_is_not_taken(browser: Browser, origin: str) -> None:
    csrf = browser.csrf
    for address in posts_of(browser):
        headers = {"Origin": origin} if origin else {}
        answer = browser.client.post(address, data={"csrf": csrf}, headers=headers)
        assert answer.status_code == 403, address


def test_a_request_that_the_browser_calls_cross_site_is_not_answered(browser: Browser) -> None:
    for site in ("cross-site", "same-site"):
        assert (
            browser.client.get(browser.month, headers={"Sec-Fetch-Site": site}).status_code == 403
        )
    assert browser.client.get(browser.home, headers={"Sec-Fetch-Site": "none"}).status_code == 303


def test_no_form_is_taken_without_its_token(browser: Browser) -> None:
    before = sorted(path for path in (browser.root or Path()).rglob("*") if path.is_file())
    for address in posts_of(browser):
        for token in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "é"}):
            answer = browser.client.post(address, data=token, headers={"Origin": ORIGIN})
            assert answer.status_code == 403, address
    assert sorted(p for p in (browser.root or Path()).rglob("*") if p.is_file()) == before


def test_every_answer_forbids_the_browser_what_the_page_does_not_need(browser: Browser) -> None:
    answers = [browser.client.get(one) for one in (browser.month, "/enter", "/nowhere")]
    answers.append(browser.client.get(f"{browser.door.base}/static/page.css"))
    for answer in answers:
        for name, value in guard.HEADERS.items():
            assert answer.headers[name] == value
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


def test_no_page_has_script_or_style_of_its_own_or_names_another_server(browser: Browser) -> None:
    for address in (f"{browser.door.base}/", browser.month, f"{browser.month}register"):
        page = browser.get(address).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
        assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", page)


def test_static_files_are_those_of_the_page_and_no_path(browser: Browser) -> None:
    for name in (
        "..%2f..%2fapp.py",
        "%2e%2e/app.py",
        "htmx-LICENSE.txt",
        "page.css%00",
    ):
        answer = browser.client.get(f"{browser.door.base}/static/{name}")
        assert answer.status_code == 404, name


def test_what_is_too_large_is_refused_before_it_is_read(browser: Browser) -> None:
    address = f"{browser.month}drop"
    headers = {"Origin": ORIGIN, "Content-Length": str(2 << 30), "Content-Type": "x"}
    answer = browser.client.post(address, content=b"", headers=headers)
    assert answer.status_code == 413
    assert "100 MB" in answer.text


def test_what_does_not_say_how_large_it_is_ends_at_the_limit(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "UPLOAD_BYTES", 100_000)
    sent = 0

    def body():
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
        for _ in range(1000):
            sent += 10_000
            yield b"0" * 10_000

    answer = browser.client.post(
        f"{browser.month}drop",
        content=body(),
        headers={"Origin": ORIGIN, "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 413
    assert not list((browser.root or Path()).rglob("a.bin"))


def test_a_second_start_finds_the_first_by_a_proof_and_not_by_asking(browser: Browser) -> None:
    fields = {"nonce": "1", "proof": "0" * 64, "workspace": str(browser.root)}
    assert browser.client.post("/again", data=fields).status_code == 403
    fields["proof"] = browser.served.prove("server", "1" + str(browser.root))
    assert browser.client.post("/again", data=fields).status_code == 403
    fields["proof"] = browser.served.prove("asker", "1" + str(browser.root))
    answer = browser.client.post("/again", data=fields)
    assert answer.status_code == 200
    told = answer.json()
    assert told["proof"] == browser.served.prove("server", "1" + told["path"])
    assert browser.client.get(told["path"]).headers["location"] == browser.home


def test_what_is_typed_or_named_is_text_and_never_markup(browser: Browser) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    for address in (
        f"{browser.month}register?office={evil}&file={evil}",
        f"{browser.month}files?page={evil}",
        f"{browser.home}{evil}/",
        f"{browser.home}go?month={evil}",
        f"{browser.month}?done={evil}",
    ):
        page = browser.get(address).text
        assert "<script>alert" not in page
        assert "<img" not in page
