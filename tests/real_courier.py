"""A Courier on loopback, whose paths are fixed when it is built: it runs in a view of its own.

In that view (namespaces of mounts and processes, entered without rights) `/etc` and `/run` are
folders of the test. Nothing of it is seen from without, and all of it ends with its first process.
"""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dovecot import free_port
from tests.real_servers import RealServer, environment, find_program, make_folder, running

_VIEW = ("unshare", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child")
_RC = """
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=1
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
"""
_ENTER = """
mount --bind {folder}/etc /etc && mount --bind {folder}/run /run &&
exec unshare --user --map-user={uid} --map-group={gid} sh {folder}/serve
"""
# As Debian's own /usr/lib/courier/imapd starts it, save for ports, certificate and log.
_SERVE = """
trap 'exit 0' TERM
set -a
. /etc/courier/authdaemonrc
{authdaemon} &
. {settings}/imapd
. {settings}/imapd-ssl
IMAP_STARTTLS=YES
GAMIN_DEBUG_SERVER={gamin}
COURIERTLS={couriertls}
TLS_CERTFILE={folder}/both.pem
TLS_TRUSTCERTS=
TLS_CACHEFILE=
TLS_DHPARAMS=
while ! [ -S /run/courier/authdaemon/socket ]; do sleep 0.05; done
{tcpd} -address=127.0.0.1 -nodnslookup -noidentlookup {port} {login} {imapd} Maildir &
IMAP_TLS=1
{tcpd} -address=127.0.0.1 -nodnslookup -noidentlookup {tls_port} \
    {couriertls} -server -tcpd {login} {imapd} Maildir &
wait
"""


@contextmanager
def run_courier(name: str, password: str) -> Iterator[RealServer]:
    """Run a Courier with one mailbox, a Maildir, whose folders lie below INBOX."""
    imapd = find_program("usr/bin/imapd", "courier-imap")
    daemon = find_program("usr/lib/courier/courier-authlib/authdaemond", "courier-authdaemon")
    find_program("usr/lib/courier-authlib/libauthuserdb.so", "courier-authlib-userdb")
    root = imapd.parents[2]
    with make_folder("courier") as (folder, user):
        owner = pwd.getpwnam(user)
        _require_view(owner)
        for inner in ("etc/courier", "run/courier/authdaemon", "home"):
            (folder / inner).mkdir(parents=True)
        maildir = folder / "home" / "Maildir"
        server = RealServer(free_port(), free_port(), folder / "authority.pem", maildir)
        values = {"folder": folder, "uid": owner.pw_uid, "gid": owner.pw_gid, "imapd": imapd}
        values |= {"port": server.port, "tls_port": server.tls_port, "authdaemon": daemon}
        values |= {"login": root / "usr/lib/courier/courier/imaplogin"}
        values |= {"tcpd": root / "usr/sbin/couriertcpd", "settings": root / "etc/courier"}
        values |= {"gamin": root / "usr/libexec/gam_server"}
        values |= {"couriertls": root / "usr/bin/couriertls"}
        (folder / "enter").write_text(_ENTER.format(**values), encoding="utf-8")
        (folder / "serve").write_text(_SERVE.format(**values), encoding="utf-8")
        both = (folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes()
        (folder / "both.pem").write_bytes(both)
        _write_etc(folder / "etc", owner, maildir, name, password)
        make = root / "usr/bin/maildirmake.courier"
        subprocess.run([make, maildir], env=environment(), check=True)
        with running((*_VIEW, "sh", folder / "enter"), folder, user, server.port):
            yield server


def _require_view(owner: pwd.struct_passwd) -> None:
    tried = subprocess.run(
        [*_VIEW, "true"],
        capture_output=True,
        text=True,
        check=False,
        **({"user": owner.pw_uid, "group": owner.pw_gid} if os.getuid() == 0 else {}),
    )
    if tried.returncode:
        pytest.skip(f"Courier's paths are fixed, and here is no view of its own: {tried.stderr}")


def _write_etc(
    etc: Path, owner: pwd.struct_passwd, maildir: Path, name: str, password: str
) -> None:
    ids = f"{owner.pw_uid}:{owner.pw_gid}"
    (etc / "passwd").write_text(f"courier:x:{ids}::/:/bin/sh\n", encoding="ascii")
    (etc / "group").write_text(f"courier:x:{owner.pw_gid}:\n", encoding="ascii")
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\n", encoding="ascii")
    (etc / "ld.so.cache").write_bytes(Path("/etc/ld.so.cache").read_bytes())
    (etc / "courier" / "authdaemonrc").write_text(_RC, encoding="ascii")
    encode = find_program("usr/sbin/userdbpw", "courier-authlib-userdb")
    word = subprocess.run(
        [encode, "-md5"],
        input=f"{password}\n",
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    uid, gid = owner.pw_uid, owner.pw_gid
    fields = {
        "userdb": f"home={maildir.parent}|mail={maildir}|uid={uid}|gid={gid}",
        "userdbshadow": f"imappw={word}",
    }
    pack = find_program("usr/lib/courier/courier-authlib/makedatprog", "courier-authlib")
    for file, value in fields.items():
        target = etc / "courier" / f"{file}.dat"
        subprocess.run(
            [pack, "-", target.with_suffix(".tmp"), target],
            input=f"{name}\t{value}\n.\n",
            env=environment(),
            check=True,
            text=True,
        )
