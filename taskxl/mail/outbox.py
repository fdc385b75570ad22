"""Letters handed to a mail server: over a safe line only, and never twice."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from taskxl.intake.encodings import decode_text
from taskxl.mail.certificates import explain_certificate, is_too_old, make_context
from taskxl.mail.passwords import ANSWER, ONLY_TOKENS, hide_password
from taskxl.text import show

SSL_PORT = 465
CONNECT_SECONDS = 30.0
"""How long a server may take to answer; RFC 5321, 4.5.3.2 allows minutes, no clerk does."""
LETTER_SECONDS = 300.0
"""The same for a letter itself: servers look through it before they say that they have it."""
TRIES = 3
WAITS = (5.0, 20.0)
"""Seconds before the second and the third try of a letter that was put off."""

_NOBODY = "localhost"
_WAYS_IN = {"PLAIN": "auth_plain", "LOGIN": "auth_login", "CRAM-MD5": "auth_cram_md5"}
"""Ways to log in that smtplib knows, and its methods for them."""

_LIMITED = re.compile(
    r"frequen|too (?:many|much|fast)|rate.?limit|limit(?:ed)? exceeded|exceed\w* .{0,20}limit"
    r"|DT:SPM|quota|throttl|频率|频繁|太快|上限|超过.{0,8}限制",
    re.IGNORECASE,
)
"""What providers say, also with a lasting code, where they want no more letters just now."""

Result = Literal["sent", "deferred", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server to send by; `ca_file` holds certificates to trust besides the system's."""

    host: str
    port: int
    user: str
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter: `detail` is one Chinese line, "" where all is well.

    deferred: certainly not taken, may be tried again; refused: certainly not taken, and will not
    be; unknown: the line broke between the letter's end and the server's answer.
    """

    result: Result
    detail: str = ""


class UnreachableError(Exception):
    """No letter can be sent: the server cannot be reached, trusted or logged in to.

    `lasting` where trying again is of no use. The message is one Chinese line.
    """

    def __init__(self, message: str, lasting: bool) -> None:
        super().__init__(message)
        self.lasting = lasting


class _BrokenError(Exception):
    """The line broke, before the end of the letter was sent."""


class Outbox:
    """One connection for a run, made when the first letter goes and made anew where it breaks.

    `password` is asked for once, and only by a server that wants one; `sleep` waits seconds.
    """

    def __init__(
        self, server: Server, password: Callable[[], str], sleep: Callable[[float], None]
    ) -> None:
        self.server = server
        self._ask_password = password
        self._password: str | None = None
        self._sleep = sleep
        self._connection: smtplib.SMTP | None = None
        self.in_doubt = False
        """Whether the end of a letter was sent and no answer has come: it may have been taken."""

    def open(self) -> smtplib.SMTP:
        """Connect and log in, where that is not done yet. Raises UnreachableError."""
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def close(self) -> None:
        """Take leave; whatever the server says to that."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._drop()

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Outcome:
        """Hand over one letter, trying again where the server puts it off.

        It is never handed over a second time once its end was sent.
        Raises UnreachableError where no connection is to be had; the letter was not taken then.
        """
        outcome = Outcome("deferred")
        self.in_doubt = False
        for attempt in range(TRIES):
            if attempt:
                self._sleep(WAITS[attempt - 1])
            try:
                last = attempt == TRIES - 1
                outcome = self._deliver(self.open(), sender, recipients, content, last)
            except _BrokenError:
                self._drop()
                outcome = Outcome("deferred", "发送途中连接断开，没有发出")
            except UnreachableError as error:
                if error.lasting or attempt == TRIES - 1:
                    raise
            except BaseException:
                self._drop()
                raise
            if outcome.result != "deferred":
                break
        return outcome

    # ------------------------------------------------------------ the connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        name = f"发信服务器“{show(server.host)}:{server.port}”"
        context = make_context(server.ca_file)
        connection: smtplib.SMTP | None = None
        try:
            if server.port == SSL_PORT:
                connection = smtplib.SMTP_SSL(
                    server.host, server.port, _NOBODY, timeout=CONNECT_SECONDS, context=context
                )
                _say_hello(connection)
            else:
                connection = smtplib.SMTP(
                    server.host, server.port, _NOBODY, timeout=CONNECT_SECONDS
                )
                _say_hello(connection)
                if not connection.has_extn("starttls"):
                    raise UnreachableError(
                        f"{name}不提供加密（STARTTLS），没有登录，也没有发信。"
                        "请向邮箱管理员问清加密的端口（一般是 465），改好“设置”里的发信端口。",
                        lasting=True,
                    )
                connection.starttls(context=context)
                connection.ehlo()
            if connection.has_extn("auth"):
                self._log_in(connection, name)
        except BaseException as error:
            if connection is not None:
                connection.close()
            if isinstance(error, smtplib.SMTPException | OSError | UnicodeError):
                raise self._explain(error, name) from None
            raise
        return connection

    def _log_in(self, connection: smtplib.SMTP, name: str) -> None:
        offered = connection.esmtp_features["auth"].upper().split()
        way = next((way for way in _WAYS_IN if way in offered), None)
        if way is None:
            only = set(offered) <= ONLY_TOKENS
            said = f"只认 {show('、'.join(offered), 60)}" if only else "的登录方式不认识"
            raise UnreachableError(
                f"{name}{said}，taskxl 只会用密码（授权码）登录，没有登录，也没有发信。"
                "请管理员开通授权码登录，或换用支持 PLAIN、LOGIN 登录的端口或邮箱。",
                lasting=True,
            )
        if self._password is None:
            self._password = self._ask_password()
        if not (self._password + self.server.user).isascii():
            raise UnreachableError(
                "邮箱的登录名或密码里有汉字或全角字符，多半是输入法没有切换，没有登录。"
                "请核对后重新输入。",
                lasting=True,
            )
        connection.user, connection.password = self.server.user, self._password
        try:
            # One way only: a wrong password tried in three ways locks some mailboxes.
            connection.auth(way, getattr(connection, _WAYS_IN[way]))
        except smtplib.SMTPAuthenticationError as error:
            # Not chained: a server may repeat in its answer what it was told.
            said = self._say(error.smtp_code, error.smtp_error)
            if 400 <= error.smtp_code < 500:
                raise UnreachableError(
                    f"{name}现在不让登录（{said}）。请稍后再运行。", False
                ) from None
            raise UnreachableError(
                f"{name}不接受登录名“{show(self.server.user)}”和它的密码（{said}）。"
                "请核对登录名；多数邮箱要用“授权码”代替登录密码，在邮箱网页的设置里生成。",
                lasting=True,
            ) from None

    def _explain(self, error: Exception, name: str) -> UnreachableError:
        if isinstance(error, ssl.SSLCertVerificationError):
            return UnreachableError(
                f"{name}的{explain_certificate(error, '发信服务器')}没有登录，也没有发信。",
                lasting=True,
            )
        if isinstance(error, ssl.SSLError) and is_too_old(error):
            return UnreachableError(
                f"{name}只会旧的加密（TLS 1.0、1.1），不安全，没有登录，也没有发信。"
                "请邮箱管理员升级到 TLS 1.2 以上，或换用别的邮箱。",
                lasting=True,
            )
        if isinstance(error, ssl.SSLError):
            advice = "请核对发信端口：465 是 SSL，其余端口用 STARTTLS。"
            return UnreachableError(f"{name}不能建立加密连接。{advice}", lasting=True)
        if isinstance(error, socket.gaierror | UnicodeError):  # the latter: no name can be so
            advice = "请核对“设置”里的发信服务器，并检查网络。"
            return UnreachableError(f"找不到{name}。{advice}", lasting=True)
        if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
            said = self._say(error.smtp_code, error.smtp_error)
            lasting = error.smtp_code >= 500
            return UnreachableError(f"{name}不接受连接（{said}）。请稍后再运行。", lasting)
        if isinstance(error, smtplib.SMTPResponseException):
            said = self._say(error.smtp_code, error.smtp_error)
            return UnreachableError(f"{name}中断了连接（{said}）。请稍后再运行。", lasting=False)
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return UnreachableError(f"{name}没有回答。请检查网络，或稍后再运行。", lasting=False)
        if isinstance(error, ConnectionRefusedError):
            advice = "请核对“设置”里的发信服务器和发信端口。"
            return UnreachableError(f"{name}连不上。{advice}", lasting=False)
        return UnreachableError(f"{name}的连接断开了。请检查网络，或稍后再运行。", lasting=False)

    # ------------------------------------------------------------ one letter

    def _deliver(
        self,
        connection: smtplib.SMTP,
        sender: str,
        recipients: Sequence[str],
        content: bytes,
        take_part: bool,
    ) -> Outcome:
        """Take one letter through MAIL, RCPT and DATA.

        With `take_part` recipients that are put off no longer hold up the others.
        """
        room = connection.esmtp_features.get("size", "")
        if room.isdigit() and 0 < int(room) < len(content):
            limit = f"服务器最多收 {_megabytes(int(room))}"
            return Outcome("refused", f"信件太大（{_megabytes(len(content))}），{limit}")
        size = [f"size={len(content)}"] if connection.has_extn("size") else []
        code, said = _speak(lambda: connection.mail(sender, size))
        if code // 100 != 2:
            return self._no(code, said)
        refused: list[str] = []
        put_off = False
        for recipient in recipients:
            code, said = _speak(lambda to=recipient: connection.rcpt(to))  # type: ignore[misc]
            if code // 100 != 2:
                refused.append(f"{recipient} 没有收（{self._say(code, said)}）")
                put_off = put_off or code < 500 or is_limit(said)
                if code == 421:
                    self._drop()
                    return Outcome("deferred", "；".join(refused))
        if len(refused) == len(recipients) or (put_off and not take_part):
            self._reset()
            return Outcome("deferred" if put_off else "refused", "；".join(refused))
        code, said = _speak(lambda: connection.docmd("DATA"))
        if code != 354:
            return self._no(code, said)
        try:
            _allow(connection, LETTER_SECONDS)
            connection.send(re.sub(rb"(?m)^\.", b"..", content))
        except (smtplib.SMTPException, OSError) as error:
            # A letter without its end is none (RFC 5321, 4.1.1.4).
            raise _BrokenError from error
        if _has_spoken(connection):
            # Out of turn: it says no, or hangs up. Without its end the letter is not taken.
            raise _BrokenError
        self.in_doubt = True
        try:
            connection.send(b".\r\n")
            code, said = connection.getreply()
            _allow(connection, CONNECT_SECONDS)
        except (smtplib.SMTPException, OSError):
            code = -1
        if code // 100 not in (2, 4, 5):
            self._drop()
            return Outcome("unknown", "信件发完后连接断开，服务器没有回答收到与否")
        self.in_doubt = False
        return Outcome("sent", "；".join(refused)) if code < 300 else self._no(code, said)

    def _no(self, code: int, said: bytes) -> Outcome:
        """Return what a refusal of the whole letter means, the line made ready for the next."""
        if code == 421:
            self._drop()  # the server is about to hang up
        else:
            self._reset()
        if code == 552:
            return Outcome("refused", f"信件太大，或对方邮箱已满（{self._say(code, said)}）")
        later = code < 500 or is_limit(said)
        return Outcome("deferred" if later else "refused", self._say(code, said))

    def _reset(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()

    def _say(self, code: int, said: bytes | str) -> str:
        """Return a server's answer as one safe line: it is a stranger's text."""
        text = decode_text(said)[0] if isinstance(said, bytes) else str(said)
        text = hide_password(text, self.server.user, self._password)
        return f"服务器答复 {code} {show(text, ANSWER)}".strip()


def is_limit(said: bytes | str) -> bool:
    """Tell whether an answer speaks of a limit on letters, not of this letter.

    >>> is_limit(b"Connection frequency limited"), is_limit(b"No such user")
    (True, False)
    """
    text = decode_text(said)[0] if isinstance(said, bytes) else said
    full = re.search(r"mailbox|邮箱已满|storage|size|大小|容量", text, re.IGNORECASE)
    return bool(_LIMITED.search(text)) and not full


def _speak(command: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    try:
        return command()
    except (smtplib.SMTPException, OSError) as error:
        raise _BrokenError from error


def _say_hello(connection: smtplib.SMTP) -> None:
    """Greet by address (RFC 5321, 4.1.4): a computer's name may be Chinese, and is nobody's."""
    if connection.sock is not None:
        address = connection.sock.getsockname()[0]
        connection.local_hostname = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
    connection.ehlo_or_helo_if_needed()


def _has_spoken(connection: smtplib.SMTP) -> bool:
    """Tell whether there is something to be read, a hang-up included.

    What TLS itself has to say (a ticket, say) is taken in on the way and is no word of the server.
    """
    sock = connection.sock
    if sock is None:
        return True
    sock.setblocking(False)
    try:
        sock.recv(1)
    except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
        return False
    except OSError:
        return True
    finally:
        sock.settimeout(LETTER_SECONDS)
    return True


def _allow(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.0f} MB" if size >= 1 << 20 else f"{size / 1024:.0f} KB"
