"""Where the mailbox's password comes from, in which order."""

import sys
from base64 import b64encode
from types import SimpleNamespace

import click
import pytest

from taskxl.commands.asking import ask_password
from taskxl.mail.imap import Account, quote_server
from taskxl.mail.passwords import find_password


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring with what the test puts into it, and no password in the environment."""
    kept: dict[tuple[str, str], str] = {}
    keyring = SimpleNamespace(get_password=lambda service, user: kept.get((service, user)))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.delenv("TASKXL_MAIL_PASSWORD", raising=False)
    return kept


def test_an_entry_for_the_server_goes_before_the_general_one(
    ring: dict[tuple[str, str], str],
) -> None:
    ring["taskxl", "bgs"] = "general"
    ring["taskxl@imap.example", "bgs"] = "of this server"
    assert find_password("bgs", "imap.example") == "of this server"
    assert find_password("bgs", "smtp.example") == "general"
    assert find_password("somebody", "imap.example") is None


def test_a_keyring_that_is_absent_or_broken_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TASKXL_MAIL_PASSWORD", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert find_password("bgs", "imap.example") is None

    def locked(*_: str) -> str:
        raise RuntimeError("locked")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=locked))
    assert find_password("bgs", "imap.example") is None


def test_at_a_terminal_a_person_is_asked_and_not_shown_the_answer(
    ring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bool]] = []

    def prompt(text: str, *, hide_input: bool, err: bool) -> str:
        asked.append((text, hide_input))
        return "typed"

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(click, "prompt", prompt)
    assert ask_password("bgs", "imap.example") == "typed"
    assert asked == [("邮箱 bgs 的密码（授权码，输入时不显示）", True)]


def test_a_server_that_repeats_the_password_however_coded_is_not_quoted() -> None:
    account = Account("imap.example", 993, "bgs")
    plain = b64encode(b"\0bgs\0secret").decode()
    for said in ("secret", b64encode(b"secret").decode(), plain):
        quoted = quote_server(RuntimeError(f"no such user: {said}"), account, "secret")
        assert quoted == "（服务器答复：“no such user: ***”）"


def test_what_a_server_says_in_chinese_is_read() -> None:
    account = Account("imap.example", 993, "bgs")
    for coding in ("utf-8", "gb18030"):
        error = RuntimeError(str("请使用授权码登录".encode(coding)))
        assert quote_server(error, account, "secret") == "（服务器答复：“请使用授权码登录”）"
