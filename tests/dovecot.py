"""A private Dovecot on loopback: its own configuration, certificate and mailbox in one folder.

Letters are put into the mailbox as files of a Maildir, as many as one likes.
"""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import trustme

USER, PASSWORD = "bgs@yunxi.example", "mima-Zk7&q+授权"
DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"


@dataclass
class Server:
    """A running server: where it listens, whom it trusts, and its mailbox as a folder."""

    port: int
    tls_port: int
    authority: Path
    mail: Path
    log: Path
    count: int = field(default=0)

    def deliver(self, content: bytes, at: datetime, folder: str = "") -> Path:
        """Put a letter into the mailbox as if it had come at `at`, in China's time."""
        self.count += 1
        where = self.mail / folder / "cur"
        path = where / f"{1_600_000_000 + self.count}.M{self.count}.test:2,"
        path.write_bytes(content)
        path.chmod(0o644)
        moment = at.replace(tzinfo=timezone(timedelta(hours=8))).timestamp()
        os.utime(path, (moment, moment))
        return path

    def empty(self) -> None:
        """Begin with a new mailbox."""
        owner = self.mail.parent.stat()
        shutil.rmtree(self.mail, ignore_errors=True)
        for path in (self.mail, *(self.mail / part for part in ("cur", "new", "tmp"))):
            path.mkdir()
            os.chown(path, owner.st_uid, owner.st_gid)

    def make_folder(self, name: str) -> None:
        """Make a folder; `name` is as the Maildir has it (modified UTF-7)."""
        for part in ("cur", "new", "tmp"):
            path = self.mail / f".{name}" / part
            path.mkdir(parents=True)
            for one in (path.parent, path):
                os.chown(one, self.mail.stat().st_uid, self.mail.stat().st_gid)

    def flags(self) -> set[str]:
        """Return the marks on letters; read ones bear an S."""
        found = (*self.mail.glob("cur/*"), *self.mail.glob("new/*"))
        return {path.name.rpartition(",")[2] for path in found}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificate(
    folder: Path, names: Sequence[str] = ("localhost", "127.0.0.1"), expires: datetime | None = None
) -> Path:
    """Write `key.pem`, `cert.pem` and the authority's `authority.pem`; return the last."""
    authority = trustme.CA()
    certificate = authority.issue_cert(*names, not_after=expires)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "cert.pem").write_bytes(b"".join(p.bytes() for p in certificate.cert_chain_pems))
    authority.cert_pem.write_to_path(folder / "authority.pem")
    return folder / "authority.pem"


CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
info_log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail
mail_access_groups =
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {user}
mail_gid = {group}
imap_id_log = *
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # Nobody has to wait after a wrong password.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


@contextmanager
def run_dovecot(expires: datetime | None = None) -> Iterator[Server]:
    """Run a Dovecot of one's own until the end of the block; skips where there is none.

    Not below pytest's own folder: its processes run as another user, who may not enter there, and
    their sockets' paths have to be short.
    """
    if not Path(DOVECOT).exists():
        pytest.skip("Dovecot is not installed (apt-get install dovecot-imapd)")
    me = pwd.getpwuid(os.getuid())
    # As root the login processes must not be root; the system's own user for them serves.
    user = "dovenull" if me.pw_uid == 0 else me.pw_name
    owner = pwd.getpwnam(user)
    group = grp.getgrgid(owner.pw_gid).gr_name
    folder = Path(tempfile.mkdtemp(prefix="taskxl-dovecot-"))
    folder.chmod(0o755)
    authority = make_certificate(folder, expires=expires)
    for name in ("home", "run", "state"):
        (folder / name).mkdir()
    server = Server(free_port(), free_port(), authority, folder / "mail", folder / "log")
    (folder / "users").write_text(f"{USER}:{{plain}}{PASSWORD}\n", encoding="utf-8")
    (folder / "dovecot.conf").write_text(
        CONFIGURATION.format(
            folder=folder, user=user, group=group, port=server.port, tls_port=server.tls_port
        ),
        encoding="utf-8",
    )
    if me.pw_uid == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    server.empty()
    process = subprocess.Popen(
        [DOVECOT, "-F", "-c", str(folder / "dovecot.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _await(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        if process.stderr:
            process.stderr.close()
        shutil.rmtree(folder)


def _await(server: Server, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the server greets."""
    for _ in range(3000):
        if process.poll() is not None:
            raise AssertionError((process.stderr.read() if process.stderr else b"").decode())
        with (
            contextlib.suppress(ConnectionRefusedError),
            socket.create_connection(("127.0.0.1", server.port), 10) as probe,
        ):
            if probe.recv(100).startswith(b"* OK"):
                return
        time.sleep(0.01)
    raise AssertionError(server.log.read_text(encoding="utf-8"))
