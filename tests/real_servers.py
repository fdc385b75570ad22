"""Mail servers of the world on loopback, each in a folder of its own: Exim and Cyrus are here.

Postfix and Courier are in real_postfix.py and real_courier.py. They are looked for where Debian
installs them, and below the folder that TASKXL_TEST_SERVERS names, where their packages may have
been unpacked. Tests that need one are skipped where there is none.
"""

import contextlib
import imaplib
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from taskxl.ledger import open_ledger
from tests.dovecot import free_port, make_certificate
from tests.mail_support import SETTINGS, Keyboard, make_bureau

VARIABLE = "TASKXL_TEST_SERVERS"
_ROOTS = tuple(map(Path, (os.environ.get(VARIABLE), "/") if os.environ.get(VARIABLE) else ("/",)))
_OWN_LIBRARIES = ("usr/lib/cyrus", "usr/lib/postfix", "usr/lib/courier-authlib")


@dataclass(frozen=True)
class RealServer:
    """A running server: its ports (STARTTLS, TLS from the first byte), its authority, its mail."""

    port: int
    tls_port: int
    authority: Path
    mail: Path


def find_program(path: str, package: str) -> Path:
    """Return a program of a server; skip the test where there is none."""
    for root in _ROOTS:
        if (root / path).is_file():
            return root / path
    pytest.skip(f"{path} is not here (Debian: {package}, installed or below {VARIABLE})")


def environment() -> dict[str, str]:
    """Return where unpacked programs find their libraries."""
    if len(_ROOTS) == 1:
        return {**os.environ}
    libraries = [
        str(folder)
        for base in ("usr/lib", "lib")
        for folder in (_ROOTS[0] / base, *(_ROOTS[0] / base).glob("*-linux-gnu*"))
    ]
    plugins = [f"{folder}/sasl2" for folder in libraries]
    plugins += [str(folder) for folder in Path("/usr/lib").glob("*-linux-gnu*/sasl2")]
    return {
        **os.environ,
        "LD_LIBRARY_PATH": ":".join(
            [*libraries, *(str(_ROOTS[0] / one) for one in _OWN_LIBRARIES)]
        ),
        "SASL_PATH": ":".join(plugins),
    }


@contextmanager
def make_folder(kind: str) -> Iterator[tuple[Path, str]]:
    """Make a folder with a certificate; yield it and the user to whom it is to belong."""
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix=f"taskxl-{kind}-"))
    folder.chmod(0o755)
    make_certificate(folder)
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder)


@contextmanager
def running(command: Sequence[object], folder: Path, user: str, port: int) -> Iterator[None]:
    """Run a server as that user until the end of the block; it begins when it greets.

    What runs as root lays out its folder itself.
    """
    owner = pwd.getpwnam(user)
    rights: dict[str, Any] = {}
    if os.getuid() == 0 and user != "root":
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        rights = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment() | {"CYRUS_USER": user},
            start_new_session=True,
            **rights,
        )
    try:
        _await(port, process, folder)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _await(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(1500):
        if process.poll() is not None:
            break
        with (
            contextlib.suppress(ConnectionRefusedError),
            socket.create_connection(("127.0.0.1", port), 10) as probe,
        ):
            if probe.recv(100):
                return
        time.sleep(0.02)
    raise AssertionError((folder / "output").read_text(encoding="utf-8", errors="replace")[-2000:])


def wait_for(folder: Path, count: int) -> list[bytes]:
    """Return the letters of a Maildir when there are as many."""
    for _ in range(1000):
        found = sorted(folder.glob("new/*"))
        if len(found) >= count:
            return [path.read_bytes() for path in found]
        time.sleep(0.02)
    raise AssertionError(f"{len(found)} of {count} letters in {folder}")


def _log_in(server: RealServer, name: str, password: str) -> imaplib.IMAP4_SSL:
    trust = ssl.create_default_context(cafile=str(server.authority))
    client = imaplib.IMAP4_SSL("localhost", server.tls_port, ssl_context=trust)
    client.login(name, password)
    return client


def put_letters(
    server: RealServer, name: str, password: str, *letters: bytes, folder: str = "INBOX"
) -> None:
    """Put letters into a mailbox, taken in a minute after each other."""
    with _log_in(server, name, password) as client:
        for number, letter in enumerate(letters):
            at = datetime(2021, 4, 20, 9, number, tzinfo=timezone(timedelta(hours=8)))
            assert client.append(f'"{folder}"', "", at, letter)[0] == "OK"


def make_mail_folder(server: RealServer, name: str, password: str, folder: str) -> None:
    """Make a folder by the name that the server has for it (modified UTF-7)."""
    with _log_in(server, name, password) as client:
        assert client.create(f'"{folder}"')[0] == "OK"


def read_marks(server: RealServer, name: str, password: str, folder: str = "INBOX") -> list[bytes]:
    """Return what a server says of the marks on each letter."""
    with _log_in(server, name, password) as client:
        client.select(f'"{folder}"', readonly=True)
        _, found = client.fetch("1:*", "(FLAGS)")
    return [one for one in found if isinstance(one, bytes)]


def check_each_letter_goes_once(server: RealServer, folder: Path) -> None:
    """Send a month's letters by a server, twice over: each lies in its box once, as it was."""
    workspace = make_bureau(folder / "w", replace(SETTINGS, mail_port=server.port))
    keyboard = Keyboard(str(server.authority))
    report = keyboard.send(workspace)
    assert [one.outcome.result for one in report.deliveries] == ["sent"] * 3
    assert keyboard.send(workspace).deliveries == []
    with open_ledger(workspace.ledger_path) as ledger:
        rows = ledger.connection.execute("SELECT recipients, digest FROM letters").fetchall()
        kept = {to: ledger.content(digest) for both, digest in rows for to in both.split("\n")}
    assert len(kept) == 4
    for address, content in kept.items():
        (letter,) = wait_for(server.mail / address.partition("@")[0], 1)
        # It puts its own lines before the headers, and ends lines as Unix does.
        assert letter.endswith((content or b"").replace(b"\r\n", b"\n"))


def make_passwords(folder: Path, name: str, password: str) -> None:
    """Write `sasldb` with one user, by whom Cyrus SASL lets in."""
    program = find_program("usr/sbin/saslpasswd2", "sasl2-bin")
    local, _, domain = name.partition("@")
    subprocess.run(
        [str(program), "-p", "-c", "-f", str(folder / "sasldb"), "-u", domain, local],
        input=password.encode(),
        env=environment(),
        check=True,
    )


# ---------------------------------------------------------------- Exim

_EXIM = """
primary_hostname = mail.{domain}
exim_path = {folder}/exim
spool_directory = {folder}/spool
log_file_path = {folder}/log-%s
pid_file_path = {folder}/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port} : {tls_port}
tls_on_connect_ports = {tls_port}
tls_advertise_hosts = *
tls_certificate = {folder}/cert.pem
tls_privatekey = {folder}/key.pem
deliver_drop_privilege
exim_user = {user}
exim_group = {group}
never_users =
qualify_domain = {domain}
host_lookup =
rfc1413_query_timeout = 0s
keep_environment = LD_LIBRARY_PATH
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny local_parts = nobody-here
       message = 5.1.1 no such user
  accept authenticated = *
  deny message = authentication required
begin routers
boxes:
  driver = accept
  domains = {domain}
  local_parts = lsearch;{folder}/boxes
  transport = maildir
nothing_leaves:
  driver = redirect
  allow_fail
  data = :fail: no such address here
begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail/$local_part_data
  maildir_format
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
  server_advertise_condition = ${{if def:tls_in_cipher}}
"""


@contextmanager
def run_exim(domain: str, boxes: Sequence[str], name: str, password: str) -> Iterator[RealServer]:
    """Run an Exim that delivers into Maildirs `mail/BOX/new` and sends back what is for others."""
    program = find_program("usr/sbin/exim4", "exim4-daemon-light")
    with contextlib.suppress(KeyError):
        pwd.getpwnam("Debian-exim")
        with make_folder("exim") as (folder, user):
            # Without the rights of the installed one, which may belong to root.
            shutil.copyfile(program, folder / "exim")
            (folder / "exim").chmod(0o755)
            for inner in ("spool", "mail"):
                (folder / inner).mkdir()
            server = RealServer(free_port(), free_port(), folder / "authority.pem", folder / "mail")
            group = subprocess.run(
                ["id", "-gn", user], check=True, capture_output=True, text=True
            ).stdout.strip()
            text = _EXIM.format(
                domain=domain,
                folder=folder,
                port=server.port,
                tls_port=server.tls_port,
                user=user,
                group=group,
                name=name,
                password=password,
            )
            (folder / "conf").write_text(text, encoding="utf-8")
            # By a look-up: what a stranger writes is no part of a path (its taint).
            (folder / "boxes").write_text("".join(f"{one}: {one}\n" for one in boxes))
            command = (folder / "exim", "-C", folder / "conf", "-bdf")
            with running(command, folder, user, server.port):
                yield server
            return
    pytest.skip("Exim wants a user Debian-exim, and there is none")


# ---------------------------------------------------------------- Cyrus

_IMAPD = """
configdirectory: {folder}/conf
partition-default: {folder}/mail
defaultpartition: default
servername: localhost
cyrus_user: {user}
admins: admin
virtdomains: userid
defaultdomain: internal.invalid
unixhierarchysep: yes
altnamespace: no
autocreate_quota: 0
autocreate_inbox_folders: Sent
xlist-sent: Sent
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb
sasl_mech_list: PLAIN LOGIN
allowplaintext: no
tls_server_cert: {folder}/cert.pem
tls_server_key: {folder}/key.pem
tls_client_ca_file: {folder}/authority.pem
"""
_MASTER = """
SERVICES {{
  imap cmd="{imapd} -C {folder}/imapd.conf" listen="127.0.0.1:{port}" prefork=0
  imaps cmd="{imapd} -C {folder}/imapd.conf -s" listen="127.0.0.1:{tls_port}" prefork=0
}}
"""


@contextmanager
def run_cyrus(name: str, password: str) -> Iterator[RealServer]:
    """Run a Cyrus with one mailbox, whose folders lie below INBOX."""
    imapd = find_program("usr/lib/cyrus/bin/imapd", "cyrus-imapd")
    with make_folder("cyrus") as (folder, user):
        for inner in ("proc", "db", "socket", "log", "msg"):
            (folder / "conf" / inner).mkdir(parents=True)
        (folder / "mail").mkdir()
        server = RealServer(free_port(), free_port(), folder / "authority.pem", folder / "mail")
        values = {"folder": folder, "user": user, "imapd": imapd}
        values |= {"port": server.port, "tls_port": server.tls_port}
        (folder / "imapd.conf").write_text(_IMAPD.format(**values), encoding="utf-8")
        (folder / "cyrus.conf").write_text(_MASTER.format(**values), encoding="utf-8")
        make_passwords(folder, name, password)
        master = imapd.with_name("master")
        command = (
            *(master, "-D", "-C", folder / "imapd.conf"),
            *("-M", folder / "cyrus.conf", "-p", folder / "pid"),
        )
        with running(command, folder, user, server.port):
            yield server
