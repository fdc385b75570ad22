"""Odd requests: each ends in a short Chinese page or line with its status, and nothing is lost."""

import contextlib
import errno
import os
import random
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import Mount, Route

from taskxl.errors import TaskxlError
from taskxl.page import form_reading, odd_requests
from taskxl.page.odd_requests import explain_refusal, number_of
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL, make_workspace
from tests.page_support import NOW, ORIGIN, Browser, said
from tests.support import make_once

made, workspace = make_once(make_workspace, "地")
LONG = "长" * 300
ZEROS = "00001" + "0" * 5000


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


def words_of(answer: Any) -> str:
    """Return what a person reads of an answer."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return " ".join(text.split())


def check_plain(answer: Any, where: object = "") -> None:
    """An answer is Chinese, short where it refuses, and no library speaks in it."""
    assert answer.status_code != 500, (where, answer.text[:500])
    if answer.status_code < 400 or answer.request.method == "HEAD":
        return
    words = words_of(answer)
    assert re.search("[一-鿿]", words), (where, answer.status_code, words[:200])
    english = re.search(
        r"Traceback|Error|Not Found|Not Allowed|Exception|exceeded|Invalid|Maximum", words
    )
    assert english is None, (where, words[:300])
    refusal = said(answer.text) or [words]
    assert max(map(len, refusal)) < 300, (where, refusal)
    assert answer.headers["content-security-policy"]


def returns_in(workspace: Workspace) -> list[str]:
    return workspace.list_returns(APRIL)


# ---------------------------------------------------------------- one by one


@pytest.mark.parametrize("address", ["tasks", "gaps", "letters/remind", "register", "files", ""])
@pytest.mark.parametrize("query", [f"page={ZEROS}", f"office={LONG}", "office=%00", "page=%ff²"])
def test_a_value_of_an_address_that_is_none_is_as_no_value(
    browser: Browser, address: str, query: str
) -> None:
    answer = browser.get(f"{browser.month}{address}?{query}")
    check_plain(answer, (address, query))
    assert answer.status_code in (200, 400)


def test_a_month_or_an_address_of_300_characters_is_said_to_be_none(browser: Browser) -> None:
    for address in (
        f"{browser.home}{LONG}/",
        f"{browser.home}go?month={LONG}",
        f"{browser.door.base}/{LONG}/",
        f"{browser.door.base}/job/{LONG}",
        f"{browser.door.base}/new/{LONG}",
        f"{browser.month}row/{LONG}",
        f"{browser.month}fetch/{LONG}",
        f"{browser.month}task?id={LONG}",
        f"{browser.door.base}/static/{LONG}.css",
        f"{browser.door.base}/static/%00.css",
    ):
        answer = browser.get(address)
        check_plain(answer, address)
        assert answer.status_code in (400, 404), address


def test_a_number_is_read_only_where_it_can_be_one() -> None:
    assert number_of("0012", 1, 99) == 12
    assert number_of("0", 0, 99) == 0
    for text in (ZEROS, "", "0", "100", "-1", "1.0", "²", "٣", "１", "1 ", "一"):
        assert number_of(text, 1, 99) is None, text


def test_a_list_with_absurd_numbers_is_read_as_without_them(browser: Browser) -> None:
    content = (Path(__file__).parent.parent / "examples/附件1-重点工作任务一览表.xlsx").read_bytes()
    answer = browser.post(f"{browser.door.base}/new/drop", files=[(f"{LONG}.xlsx", content)])
    draft = answer.headers["location"]
    for query in (f"header={ZEROS}", f"level={ZEROS}", "header=²", f"c-{LONG}=任务"):
        answer = browser.get(f"{draft}?{query}")
        check_plain(answer, query)
    assert "读到任务 27 项" in browser.get(f"{draft}?header={ZEROS}&level=0").text
    for folder in ("~nosuch/x", "", "x", LONG, f"/{LONG}", "~nosuch", "/proc/nosuch/x"):
        answer = browser.post(f"{draft}/make", {"folder": folder})
        if answer.status_code == 303:
            answer = browser.get(answer.headers["location"])
            assert answer.status_code in (200, 303)
            continue
        check_plain(answer, folder)
        assert answer.status_code in (400, 403), folder


def test_a_file_of_any_name_is_kept(browser: Browser) -> None:
    names = [
        f"{LONG}.xlsx",
        "基\0安股.xlsx",
        "a" * 300,
        f"{LONG}/{LONG}/表.xlsx",
        " ",
        "\u202e表.xlsx",
    ]
    for number, name in enumerate(names):
        content = f"第 {number} 份".encode()
        page = browser.do(f"{browser.month}drop", files=[(name, content)])
        folder = (browser.root or Path()) / "2021年04月" / "回收"
        kept = [path for path in folder.rglob("*") if path.is_file()]
        assert [path for path in kept if path.read_bytes() == content], name
        assert said(page), name


def test_a_name_on_the_disk_that_is_no_text_stops_no_page(
    browser: Browser, workspace: Workspace
) -> None:
    folder = workspace.returns_folder(APRIL)
    folder.mkdir(exist_ok=True)
    try:
        Path(os.fsdecode(bytes(folder) + b"/\xff\xfe.xlsx")).write_bytes(b"x")
    except OSError:
        pytest.skip("this disk has no such names")
    for address in ("", "files", "register", "gaps", "tasks"):
        answer = browser.get(f"{browser.month}{address}")
        assert answer.status_code == 200, address


def test_more_files_than_one_drop_may_bring_are_refused_whole(
    browser: Browser, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_reading, "FILES", 50)
    before = returns_in(workspace)
    some = [(f"{n}.txt", b"%d" % n) for n in range(51)]
    for headers in ({}, {"X-Wants": "address"}):
        answer = browser.post(f"{browser.month}drop", files=some, **headers)
        assert answer.status_code == 413
        assert "一次最多收" in answer.text
        check_plain(answer)
    assert returns_in(workspace) == before
    times = {"times": ["1"] * 50}
    answer = browser.post(f"{browser.month}drop", times, some[:50])
    assert answer.status_code == 303


def test_a_field_of_more_than_a_megabyte_is_refused(browser: Browser) -> None:
    fields = {"task": "x", "office": "x", "text-progress": "长" * 400_000}
    for files in ([], [("a.txt", b"")]):
        answer = browser.post(f"{browser.month}correct", fields, files)
        assert answer.status_code == 413
        check_plain(answer)


def body_of(csrf: str, content: bytes, name: bytes = b"a.xlsx", end: bytes = b"--x--\r\n") -> bytes:
    head = b"--x\r\nContent-Disposition: form-data; name="
    return (
        head + b'"csrf"\r\n\r\n' + csrf.encode() + b"\r\n"
        + head + b'"files"; filename="' + name + b'"\r\n\r\n' + content + b"\r\n" + end
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("multipart/form-data; boundary=x", 303),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=y", 400),
        ("multipart/form-data; boundary=x; charset=punycode", 415),
        ("multipart/form-data; boundary=x; charset=unicode_escape", 415),
        ("multipart/form-data; boundary=x; charset=nosuch", 415),
        ("application/json", 415),
        ("text/plain", 415),
        ("é", 415),
        ("application/x-www-form-urlencoded", 403),
        ("", 403),
    ],
)
def test_a_form_of_another_kind_or_encoding_is_not_taken(
    browser: Browser, workspace: Workspace, kind: str, status: int
) -> None:
    before = returns_in(workspace)
    headers = {"Origin": ORIGIN, "Content-Type": kind.encode("latin-1")}
    headers = {name: value for name, value in headers.items() if value}
    answer = browser.client.post(
        f"{browser.month}drop", content=body_of(browser.csrf, b"1"), headers=headers
    )
    assert answer.status_code == status, answer.text
    check_plain(answer)
    assert (returns_in(workspace) == before) == (status != 303)


def test_a_form_that_breaks_off_is_not_taken_in_part(
    browser: Browser, workspace: Workspace
) -> None:
    headers = {"Origin": ORIGIN, "Content-Type": "multipart/form-data; boundary=x"}
    whole = body_of(browser.csrf, b"0123456789")
    before = returns_in(workspace)
    for length in range(0, len(whole) - 4, 7):
        answer = browser.client.post(
            f"{browser.month}drop", content=whole[:length], headers=headers
        )
        check_plain(answer, length)
        assert answer.status_code == 400, length
    assert returns_in(workspace) == before


@pytest.mark.parametrize("value", ["a\0b", "\0"])
def test_what_no_file_can_hold_is_not_taken(browser: Browser, value: str) -> None:
    for fields in ({"reason": value, "gap": "x"}, {f"text-{value}": "x"}):
        answer = browser.post(f"{browser.month}settle", fields)
        assert answer.status_code == 400
        assert "不能用的字符" in answer.text


def test_a_field_that_comes_twice_or_as_a_file_lets_nobody_in(browser: Browser) -> None:
    good = browser.csrf
    answer = browser.client.post(
        f"{browser.month}do/merge",
        data={"csrf": [good, "falsch"]},
        headers={"Origin": ORIGIN},
    )
    assert answer.status_code == 403
    answer = browser.client.post(
        f"{browser.month}do/merge",
        files=[("csrf", ("csrf", good.encode()))],
        headers={"Origin": ORIGIN},
    )
    assert answer.status_code == 403
    check_plain(answer)


# ---------------------------------------------------------------- what the system does not allow


def refuse_below(monkeypatch: pytest.MonkeyPatch, place: Path, number: int) -> None:
    """Have the system refuse whatever is asked of a place or of what lies below it."""

    def refusing_of(original: Any) -> Any:
        def ask(path: Any, *given: Any, **named: Any) -> Any:
            if isinstance(path, str | bytes | os.PathLike):
                asked = Path(os.fsdecode(path))
                if asked == place or place in asked.parents:
                    raise OSError(number, os.strerror(number), os.fsdecode(path))
            return original(path, *given, **named)

        return ask

    for name in ("stat", "lstat", "scandir", "listdir", "open", "mkdir"):
        monkeypatch.setattr(os, name, refusing_of(getattr(os, name)))
    monkeypatch.setattr("builtins.open", refusing_of(open))
    monkeypatch.setattr("io.open", refusing_of(open))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ENAMETOOLONG])
@pytest.mark.parametrize(
    "inner", ["", "2021年04月", "2021年04月/回收", "模板", "台账.db", "主清单.xlsx"]
)
def test_what_cannot_be_opened_is_said_on_every_page(
    browser: Browser, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, inner: str, number: int
) -> None:
    csrf = browser.csrf
    (workspace.root / "模板").mkdir(exist_ok=True)
    refuse_below(monkeypatch, workspace.root / inner if inner else workspace.root, number)
    start = browser.client.get(f"{browser.door.base}/")
    assert start.status_code == 200
    assert browser.home in start.text
    for address in addresses_of(browser, "GET"):
        check_plain(browser.get(address), address)
    for step in ("issue", "merge", "bulletin", "merge-clean", "prove"):
        answer = browser.client.post(
            f"{browser.month}do/{step}", data={"csrf": csrf}, headers={"Origin": ORIGIN}
        )
        check_plain(answer, step)
    for job in browser.house.jobs._jobs.values():
        assert job.over.wait(60)
        assert odd_requests.FAULT not in [one.text for one in job.said], job.label


def test_a_folder_of_returns_that_is_read_only_loses_nothing(
    browser: Browser, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taskxl.workspace import files

    def refuse(path: Path, content: bytes, *more: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(files, "_replace_content", refuse)
    answer = browser.post(f"{browser.month}drop", files=[("a.xlsx", b"1")])
    check_plain(answer)
    assert answer.status_code == 403 or answer.status_code == 400
    assert "没有写入" in answer.text


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04" + b"\0" * 100])
def test_a_template_that_is_broken_is_said(
    browser: Browser, workspace: Workspace, content: bytes
) -> None:
    folder = workspace.root / "模板"
    folder.mkdir(exist_ok=True)
    for name in ("附件2.xlsx", "通报.docx", "邮件-催报.txt", "邮件-下发.txt"):
        (folder / name).write_bytes(content)
    for address in addresses_of(browser, "GET"):
        check_plain(browser.get(address), address)
    for step in ("issue", "merge", "bulletin"):
        page = browser.do(f"{browser.month}do/{step}")
        assert odd_requests.FAULT not in page, step


def test_every_error_of_the_system_has_its_status_and_its_words() -> None:
    for number, status in ((errno.EACCES, 403), (errno.ENOSPC, 507), (errno.EIO, 503)):
        error = OSError(number, "English", "/a/b")
        assert explain_refusal(error)[0] == status
        assert "English" not in explain_refusal(error)[1]
        outer = TaskxlError("“b”没有写入。")
        outer.__cause__ = error
        assert explain_refusal(outer) == (status, "“b”没有写入。")
    assert explain_refusal(RuntimeError("English")) == (500, odd_requests.FAULT)


def test_a_fault_of_ours_is_a_chinese_page_too(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taskxl.page import month_cache

    def fail(*given: object) -> None:
        raise RuntimeError("secret English")

    monkeypatch.setattr(month_cache, "sum_up", fail)
    browser.client = type(browser.client)(
        browser.app, base_url=ORIGIN, cookies=browser.client.cookies, raise_server_exceptions=False
    )
    answer = browser.get(browser.month)
    assert answer.status_code == 500
    assert odd_requests.FAULT in answer.text
    assert "English" not in answer.text
    assert answer.headers["content-security-policy"]


# ---------------------------------------------------------------- anything, to every address


def addresses_of(browser: Browser, method: str) -> list[str]:
    """Return every address that answers to a method, with something in place of its variables."""
    found = []
    home = browser.home.removeprefix(browser.door.base).strip("/")
    for outer in browser.app.routes:
        for route in outer.routes if isinstance(outer, Mount) else ():
            if isinstance(route, Route) and method in (route.methods or ("GET",)):
                path = route.path.replace("{space}", home).replace("{month}", "2021-04")
                found += [
                    browser.door.base + re.sub(r"\{[^}]+\}", value, path)
                    for value in ("remind", "summary", "x")
                ]
    assert found
    return list(dict.fromkeys(found))


FIELDS = re.findall(
    r"\S+",
    "csrf office month page header level id light severity kind task gap reason back at file note"
    " place folder take known decide seen-status text-status text-progress seen-progress times"
    " text-instructions password sure done c-甲 workspace nonce proof ticket space",
)
VALUES = (
    "", "x", "1", "-1", "0", ZEROS, LONG, "2021-04", "2021-99", "9999-12-31T23:59", "~nosuch/x",
    "\u202e", "\ufffd", "'\"><b>", "../../x", "4月", "基安股", "²", "1e9", "NaN", "\r\nX: y",
    "𠮷" * 50, "true", "settled", "overdue", "{{7*7}}", "%s%n", "=1+1",
)  # fmt: skip
KINDS = (
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data",
    "multipart/form-data; boundary=x; charset=utf-16", "application/json", "text/xml", "", "x",
)  # fmt: skip
METHODS = ("GET", "POST") * 5 + ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND")


def random_bytes(dice: random.Random) -> bytes:
    return dice.randbytes(dice.choice((0, 1, 10, 100, 3000)))


def random_fields(dice: random.Random, csrf: str) -> list[tuple[str, str]]:
    some = [(dice.choice(FIELDS), dice.choice(VALUES)) for _ in range(dice.randrange(8))]
    return some + [("csrf", csrf)] * (dice.random() < 0.9)


def random_request(dice: random.Random, browser: Browser, csrf: str) -> dict[str, Any]:
    """Return a request that is odd in one way or in several."""
    method = dice.choice(METHODS)
    known = addresses_of(browser, "POST" if method == "POST" else "GET")
    address = dice.choice(known)
    if dice.random() < 0.2:
        parts = address.split("/")
        parts[dice.randrange(2, len(parts))] = quote(dice.choice(VALUES)[:900], safe="%")
        address = "/".join(parts)
    asked = "&".join(
        f"{quote(name)}={quote(value[:6000])}" if dice.random() < 0.9 else "%ff%00=%"
        for name, value in random_fields(dice, "x")
    )
    headers: dict[str, Any] = {"Origin": ORIGIN}
    content: bytes = b""
    if method not in ("GET", "HEAD"):
        headers["Content-Type"] = dice.choice(KINDS).encode()
        fields = random_fields(dice, csrf)
        if b"urlencoded" in headers["Content-Type"]:
            content = "&".join(f"{quote(k)}={quote(v)}" for k, v in fields).encode()
        elif b"multipart" in headers["Content-Type"]:
            head = b"--x\r\nContent-Disposition: form-data; name="
            content = b"".join(
                head + f'"{k}"\r\n\r\n{v}\r\n'.encode(errors="replace") for k, v in fields
            )
            name = dice.choice(VALUES).encode() + dice.choice((b".xlsx", b".zip", b"\xff", b""))
            content += head + b'"files"; filename="' + name + b'"\r\n\r\n' + random_bytes(dice)
            content += dice.choice((b"\r\n--x--\r\n", b"\r\n--x--\r\n", b""))
        if dice.random() < 0.15:
            cut = dice.randrange(len(content) + 1)
            content = content[:cut] + random_bytes(dice) + content[cut + dice.randrange(9) :]
    if dice.random() < 0.2:
        headers[dice.choice(("HX-Request", "X-Wants", "Accept", "Range", "If-None-Match"))] = (
            dice.choice((b"true", b"address", b"bytes=0-", b"\xff", b"*"))
        )
    return {"method": method, "url": f"{address}?{asked}", "headers": headers, "content": content}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_sent_is_answered_in_chinese(
    browser: Browser,
    workspace: Workspace,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    dice, csrf = random.Random(seed), browser.csrf
    list_before = (workspace.root / "主清单.xlsx").read_bytes()
    for number in range(150):
        asked = random_request(dice, browser, csrf)
        asked["headers"] = {k: v for k, v in asked["headers"].items() if v}
        answer = browser.client.request(**asked)
        check_plain(answer, (seed, number, asked))
    for job in list(browser.house.jobs._jobs.values()):
        assert job.over.wait(120)
        assert odd_requests.FAULT not in [one.text for one in job.said], (seed, job.label)
    assert (workspace.root / "主清单.xlsx").read_bytes() == list_before
    assert browser.get(browser.month).status_code == 200


def test_what_is_no_request_at_all_is_answered_in_chinese(
    tmp_path: Path, workspace: Workspace
) -> None:
    """By the server itself, over a socket; and it goes on serving."""
    import socket
    import threading
    from urllib.parse import urlsplit

    from taskxl.page.remembering import State
    from taskxl.page.serving import serve_page
    from taskxl.page.spaces import Clock

    told: list[str] = []
    ready, state, dice = threading.Event(), tmp_path / "state", random.Random(1)
    state.mkdir()

    def tell(address: str) -> None:
        told.append(address)
        ready.set()

    clock = Clock(NOW.date, lambda: NOW)
    thread = threading.Thread(
        target=serve_page, args=(None, clock, State.of(state), tell, 2.0, 2.0)
    )
    thread.start()
    assert ready.wait(30)
    place = urlsplit(told[0])
    host = f"Host: {place.netloc}\r\nConnection: close\r\n\r\n".encode()

    def ask(sent: bytes) -> bytes:
        with socket.create_connection((place.hostname, place.port), 10) as connection:
            connection.sendall(sent)
            if not sent.endswith(host):
                connection.shutdown(socket.SHUT_WR)
            got = b""
            with contextlib.suppress(ConnectionResetError):
                while more := connection.recv(65536):
                    got += more
        return got

    odd = [dice.randbytes(200) + b"\r\n\r\n" for _ in range(30)]
    odd += [b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + host]
    odd += [b"GET \xff HTTP/1.1\r\n" + host, b"POST / HTTP/1.1\r\nContent-Length: x\r\n" + host]
    odd += [b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n" + host]
    answered = 0
    for sent in odd:
        head, _, text = ask(sent).partition(b"\r\n\r\n")
        assert not head or head.startswith(b"HTTP/1.1 4"), head
        assert not head or re.search("[一-鿿]", text.decode()), text
        answered += bool(head)
    assert answered > 20
    entered = ask(f"GET {place.path}?{place.query} HTTP/1.1\r\n".encode() + host).decode()
    found = re.search(r"(?s)location: (\S+).*set-cookie: ([^;]+)", entered)
    assert found, entered
    inside = f"GET {found[1]} HTTP/1.1\r\nCookie: {found[2]}\r\n".encode()
    assert ask(inside + host).startswith(b"HTTP/1.1 200")
    thread.join(30)
    assert not thread.is_alive()
