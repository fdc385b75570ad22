"""A bureau that writes letters, and mail servers on loopback: a real one and one that misbehaves."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from taskxl.desk.issuing import issue_forms
from taskxl.desk.sending import Delivery, SendReport, World, send_letters
from taskxl.ledger import LetterKind
from taskxl.master.book.making import write_master
from taskxl.model import MasterList, Office, Period, Settings
from taskxl.workspace.folder import Workspace
from tests.months import make_master, read_rows

APRIL = Period(2021, 4)
NOW = datetime(2021, 4, 26, 9, 30)
PASSWORD = "Sh0uQuanMa-qzxw"
SENDER = "bgs@yunxi.example.com"
TASKS = """
    | 任务 | 股室   | 职责 | 节点时限   |
    | 1    | 办公室 | 牵头 | 2021-04-30 |
    | 1    | 基教股 | 协办 | 2021-04-30 |
    | 2    | 基教股 | 牵头 | 2021-03-31 |
    | 3    | 计财股 | 牵头 | 2021-10-31 |
"""
OFFICES = (
    Office("办公室", leader="何立文", mails=("bgs-a@yunxi.example.com",)),
    Office(
        "基教股",
        leader="陈知秋",
        person="林一帆",
        mails=("jj@yunxi.example.com", "jj2@yunxi.example.com", "抄送：chen@yunxi.example.com"),
    ),
    Office("计财股", mails=("jc@yunxi.example.com",)),
)
SETTINGS = Settings(
    bureau="云溪县教育局",
    year=2021,
    contact="周晓禾 0571-000",
    mail_server="127.0.0.1",
    mail_sender=SENDER,
    mail_pause=2,
)


def make_letters_master(
    settings: Settings = SETTINGS, offices: tuple[Office, ...] = OFFICES
) -> MasterList:
    """Make the list of three offices, with their addresses."""
    return replace(make_master(read_rows(TASKS)), settings=settings, offices=offices)


def make_bureau(
    root: Path, settings: Settings = SETTINGS, offices: tuple[Office, ...] = OFFICES
) -> Workspace:
    """Make a workspace whose April is issued."""
    workspace = Workspace(root)
    workspace.create()
    change_bureau(workspace, settings, offices)
    issue_forms(workspace, APRIL, now=NOW)
    return workspace


def change_bureau(
    workspace: Workspace,
    settings: Settings = SETTINGS,
    offices: tuple[Office, ...] = OFFICES,
) -> None:
    """Write 主清单.xlsx anew."""
    workspace.master_path.write_bytes(write_master(make_letters_master(settings, offices)))


@dataclass
class Keyboard:
    """The world outside of a run: counts what is asked of it; nothing waits."""

    ca_file: str | None = None
    password: str = PASSWORD
    asked: list[tuple[str, str]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    told: list[Delivery] = field(default_factory=list)
    now: datetime = NOW

    def world(self) -> World:
        def ask(user: str, server: str) -> str:
            self.asked.append((user, server))
            return self.password

        return World(ask, lambda: self.now, self.slept.append, self.told.append, self.ca_file)

    def send(
        self,
        workspace: Workspace,
        kind: LetterKind = "issue",
        office: str | None = None,
        again: bool = False,
    ) -> SendReport:
        """Send the letters of April."""
        return send_letters(workspace, APRIL, kind, self.world(), office, again)


# ---------------------------------------------------------------- certificates


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own; `file` is what TASKXL_CA_FILE names."""

    ca: trustme.CA
    file: str

    def context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """Return what a server with a certificate for these names speaks TLS with."""
        end = datetime.now(UTC) - timedelta(days=1) if expired else None
        begin = datetime.now(UTC) - timedelta(days=30) if expired else None
        cert = self.ca.issue_cert(*(names or ("127.0.0.1",)), not_after=end, not_before=begin)
        return serve_with(cert)


def serve_with(cert: trustme.LeafCert) -> ssl.SSLContext:
    """Return a server's context with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context


def make_authority(folder: Path) -> Authority:
    """Make an authority whose root certificate lies in `folder`."""
    ca = trustme.CA()
    path = folder / "root.pem"
    ca.cert_pem.write_to_path(str(path))
    return Authority(ca, str(path))


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---------------------------------------------------------------- a real server


@dataclass
class Mailroom:
    """Keeps what aiosmtpd takes; `refuse` gives an answer for a recipient instead of 250."""

    received: list[tuple[str, tuple[str, ...], bytes]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content
        self.received.append((envelope.mail_from, tuple(envelope.rcpt_tos), content))
        return "250 OK"


@contextlib.contextmanager
def run_server(
    context: ssl.SSLContext | None,
    room: Mailroom | None = None,
    size: int = 100_000_000,
    password: str = PASSWORD,
    user: str = SENDER,
) -> Iterator[tuple[int, Mailroom]]:
    """Run aiosmtpd with STARTTLS and log-in on loopback; yield its port and what it gets."""
    room = room or Mailroom()

    def authenticate(server: object, session: object, envelope: object, kind: str, data: object):
        good = isinstance(data, LoginPassword) and data == LoginPassword(
            user.encode(), password.encode()
        )
        return AuthResult(success=good, handled=False)

    port = free_port()
    controller = Controller(
        room,
        hostname="127.0.0.1",
        port=port,
        data_size_limit=size,
        tls_context=context,
        require_starttls=context is not None,
        auth_required=context is not None,
        authenticator=authenticate,
    )
    controller.start()
    try:
        yield port, room
    finally:
        controller.stop()


# ---------------------------------------------------------------- a server that misbehaves

Behaviour = Callable[[int, str], str | None]
"""Called with how many commands came before and the command's name (`greeting` first, `body` at
the first byte of a letter, `end` at its dot); returns a reply to give instead of the usual one,
`cut` to hang up without one, `cut after` to hang up after the usual one, None for the usual."""


class Lines:
    """The lines that come over a socket; what came after one waits for the next question."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.waiting = b""

    def read(self) -> bytes:
        """Return the next line, "" where the other side has hung up."""
        while b"\n" not in self.waiting:
            more = self.sock.recv(1 << 16)
            if not more:
                return b""
            self.waiting += more
        line, end, self.waiting = self.waiting.partition(b"\n")
        return line + end


class ScriptedServer:
    """Speaks SMTP over STARTTLS by the book but where `behave` says otherwise."""

    def __init__(self, context: ssl.SSLContext, behave: Behaviour, auth: bool = True) -> None:
        self.context = context
        self.behave = behave
        self.auth = auth
        self.received: list[tuple[tuple[str, ...], bytes]] = []
        self.commands: list[str] = []
        self.greeted_by: set[str] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> "ScriptedServer":
        self.thread.start()
        return self

    def __exit__(self, *rest: object) -> None:
        with contextlib.suppress(OSError):  # a test may have done it
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            raw.settimeout(10)
            with raw:
                self._serve(raw)

    def _serve(self, sock: socket.socket) -> None:
        opened = [sock]
        try:
            self._talk(opened)
        except (_HungUpError, OSError):
            pass
        finally:
            for one in opened:
                one.close()

    def _talk(self, opened: list[socket.socket]) -> None:
        sock = opened[0]
        caller = Lines(sock)
        self._answer(sock, "greeting", "220 ready")
        recipients: list[str] = []
        while line := caller.read():
            name = line.split()[0].decode().upper() if line.split() else ""
            if name == "EHLO":
                self.greeted_by.add(line.split()[1].decode())
                secure = isinstance(sock, ssl.SSLSocket)
                offers = ["AUTH PLAIN"] if secure and self.auth else []
                offers += [] if secure else ["STARTTLS"]
                lines = ["hello", *offers]
                usual = "\r\n".join(
                    f"250{'-' if n < len(lines) else ' '}{text}" for n, text in enumerate(lines, 1)
                )
                self._answer(sock, name, usual)
            elif name == "STARTTLS":
                self._answer(sock, name, "220 go")
                sock = self.context.wrap_socket(sock, server_side=True)
                opened.append(sock)
                caller = Lines(sock)
            elif name == "AUTH":
                self._answer(sock, name, "235 welcome")
            elif name == "DATA":
                if self._answer(sock, name, "354 go on").startswith("354"):
                    content = self._take_letter(caller)
                    reply = self.behave(self._count("end"), "end")
                    if reply in (None, "cut unanswered", "cut after"):
                        self.received.append((tuple(recipients), content))
                    if reply in ("cut", "cut unanswered"):
                        raise _HungUpError
                    _say(sock, reply if reply and "cut" not in reply else "250 taken")
                    if reply == "cut after":
                        raise _HungUpError
                recipients = []
            else:
                usual = "221 bye" if name == "QUIT" else "250 OK"
                given = self._answer(sock, name, usual)
                if name == "MAIL":
                    recipients = []
                if name == "RCPT" and given.startswith("250"):
                    recipients.append(line.decode().split("<")[1].split(">")[0])
                if name == "QUIT":
                    return

    def _take_letter(self, lines: Lines) -> bytes:
        content = bytearray()
        while line := lines.read():
            if not content and self.behave(self._count("body"), "body") == "cut":
                raise _HungUpError
            if line == b".\r\n":
                return bytes(content)
            content += line[1:] if line.startswith(b".") else line
        raise _HungUpError

    def _count(self, name: str) -> int:
        self.commands.append(name)
        return len(self.commands) - 1

    def _answer(self, sock: socket.socket, name: str, usual: str) -> str:
        reply = self.behave(self._count(name), name)
        if reply == "cut":
            raise _HungUpError
        given = usual if reply in (None, "cut after") else str(reply)
        _say(sock, given)
        if reply == "cut after":
            raise _HungUpError
        return given


class _HungUpError(Exception):
    """One side has hung up."""


def _say(sock: socket.socket, text: str) -> None:
    sock.sendall(f"{text}\r\n".encode())
