"""An IMAP server: reached over a safe line, logged in to, and what is said where that fails."""

import logging
import socket
import ssl
from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4
from typing import TYPE_CHECKING, Any

from taskxl.errors import TaskxlError
from taskxl.intake.encodings import decode_text
from taskxl.mail.certificates import explain_certificate, is_too_old, make_context
from taskxl.mail.passwords import ANSWER, ONLY_TOKENS, Secret, hide_password, reveal
from taskxl.text import quote, show

if TYPE_CHECKING:
    from imapclient import IMAPClient

TLS_PORT = 993
"""Encrypted from the first byte; on any other port STARTTLS is required."""
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox and its folder; `folder` "" is INBOX. The password is not part of it.

    `ca_file` holds certificates to trust besides the system's.
    """

    server: str
    port: int
    user: str
    folder: str = ""
    ca_file: str | None = None

    @property
    def source(self) -> str:
        """By what the ledger tells this folder from others."""
        return f"{self.user}@{self.server}/{self.folder or 'INBOX'}"


def log_in(account: Account, password: Secret, seconds: float = SECONDS) -> "IMAPClient":
    """Return a connection that is logged in, no folder opened yet.

    The password is asked for when the server has shown that it takes one.
    Raises TaskxlError, one Chinese line without the password, for all that stands in the way.
    """
    with explained(account):
        client = _connect(account, seconds)
    try:
        with explained(account):
            _require_password_way(client, account)
        word = reveal(password)
        with explained(account):
            _say_who(client, account, word)
    except BaseException:
        with suppress(Exception):
            client.shutdown()
        raise
    return client


def _require_password_way(client: "IMAPClient", account: Account) -> None:
    """Raise TaskxlError where a server takes no name and password at all."""
    said = {bytes(one).decode("ascii", "replace").upper() for one in client.capabilities()}
    ways = {one.removeprefix("AUTH=") for one in said if one.startswith("AUTH=")}
    plain = "PLAIN" in ways
    if ("LOGINDISABLED" not in said or plain) and not (ways and ways <= ONLY_TOKENS):
        return
    which = f"只认 {show('、'.join(sorted(ways)), 60)}" if ways else "不让用密码登录"
    raise TaskxlError(
        f"收信服务器 {show(account.server)} {which}，taskxl 只会用密码（授权码）登录，没有登录。"
        "请管理员开通授权码登录，或换用别的邮箱；也可以把信另存后用 taskxl collect --from 收。"
    )


def _connect(account: Account, seconds: float) -> "IMAPClient":
    from imapclient import IMAPClient
    from imapclient.exceptions import IMAPClientError

    class Client(IMAPClient):  # type: ignore[misc]
        """Passes on what a server says as it is: the library drops all that is not ASCII."""

        def _check_resp(self, expected: str, command: str, typ: Any, data: list[Any]) -> None:
            if (typ.decode() if isinstance(typ, bytes) else typ) != expected:
                said = data[0] if data else b""
                raise IMAPClientError(decode_text(said)[0] if isinstance(said, bytes) else said)

        def _create_IMAP4(self) -> Any:  # noqa: N802
            line = super()._create_IMAP4()

            def check_bye() -> None:
                bye = line.untagged_responses.get("BYE")
                if bye:
                    raise line.abort(decode_text(bytes(bye[-1]))[0])

            line._check_bye = check_bye
            return line

    # It would write every command into the log, and what it takes out of them is not all.
    for name in ("imapclient.imapclient", "imapclient.imaplib", "imapclient.util"):
        logging.getLogger(name).disabled = True
    trust = make_context(account.ca_file)
    if account.port == TLS_PORT:
        return Client(account.server, account.port, ssl_context=trust, timeout=seconds)
    client = Client(account.server, account.port, ssl=False, timeout=seconds)
    try:
        if not client.has_capability("STARTTLS"):
            raise TaskxlError(
                f"收信服务器 {show(account.server)} 的端口 {account.port} 不提供加密（STARTTLS），"
                f"没有登录，密码没有发出。请把设置里的收信端口改为 {TLS_PORT}。"
            )
        client.starttls(trust)
    except BaseException:
        with suppress(Exception):
            client.shutdown()
        raise
    return client


def _say_who(client: "IMAPClient", account: Account, password: str) -> None:
    from imapclient.exceptions import LoginError

    client.normalise_times = False
    try:
        if (account.user + password).isascii() and not client.has_capability("LOGINDISABLED"):
            client.login(account.user, password)
        else:
            client.plain_login(account.user, password)
    except IMAP4.abort:
        raise
    except LoginError as error:
        if _is_cut(error):
            raise IMAP4.abort from error
        raise TaskxlError(
            f"收信服务器 {show(account.server)} 不接受 {quote(account.user)} 的登录"
            f"{quote_server(error, account, password)}。"
            "请核对登录名和密码；多数邮箱要用网页上另设的“授权码”，并先开通 IMAP。"
        ) from None  # a server may repeat what it was sent
    # Some providers open no folder to a program that has not said what it is.
    if client.has_capability("ID"):
        introduce(client)


def introduce(client: "IMAPClient") -> None:
    """Say what program this is (RFC 2971), whether the server asks for it or not."""
    from imapclient.exceptions import IMAPClientError

    with suppress(IMAPClientError, IMAP4.error):
        client._imap._simple_command("ID", '("name" "taskxl")')


def _is_cut(error: BaseException) -> bool:
    return any(isinstance(e, IMAP4.abort | OSError) for e in (error, error.__context__))


def quote_server(error: BaseException, account: Account, password: str) -> str:
    """Return what the server answered, cut short; a server may repeat what it was sent."""
    text = str(error)
    if text.startswith(("b'", 'b"')):  # the library shows bytes as Python writes them
        with suppress(ValueError, SyntaxError):
            text = decode_text(literal_eval(text))[0]
    text = hide_password(text, account.user, password)
    return f"（服务器答复：{quote(text, ANSWER)}）" if text.strip() else ""


@contextmanager
def explained(account: Account) -> Iterator[None]:
    """Turn what stands between us and the mailbox into one Chinese line with the next step."""
    server = f"收信服务器 {show(account.server)}"
    try:
        yield
    except TaskxlError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise TaskxlError(
            f"{server} 的{explain_certificate(error, '收信服务器')}没有登录。"
        ) from None
    except ssl.SSLError as error:
        if is_too_old(error):
            raise TaskxlError(
                f"{server} 只会旧的加密（TLS 1.0、1.1），不安全，没有登录。"
                "请邮箱管理员升级到 TLS 1.2 以上，或换用别的邮箱。"
            ) from error
        raise TaskxlError(
            f"{server} 的端口 {account.port} 说的不是加密的 IMAP，没有登录。"
            f"请核对设置里的收信端口（一般是 {TLS_PORT}）。"
        ) from error
    except (socket.gaierror, UnicodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise _not_understood(server) from error
        # The other errors of that kind: a name that no server could have.
        raise TaskxlError(f"找不到{server}。请核对设置里的“收信服务器”，并检查网络。") from error
    except TimeoutError as error:
        raise TaskxlError(f"{server} 没有回应。请检查网络，稍后再运行。") from error
    except (OSError, IMAP4.error) as error:
        refused = isinstance(error, ConnectionRefusedError)
        what = f"的端口 {account.port} 没有开" if refused else "把连接断开了"
        if not isinstance(error, OSError) and "socket error" not in str(error):
            what += quote_server(error, account, "")
        raise TaskxlError(
            f"{server} {what}。请核对设置里的收信端口，检查网络，再运行一次。"
        ) from error
    except Exception as error:  # the library raises whatever a strange answer makes it stumble over
        raise _not_understood(server) from error


def _not_understood(server: str) -> TaskxlError:
    return TaskxlError(f"{server} 的答复看不懂。请核对设置里的收信服务器和收信端口。")
