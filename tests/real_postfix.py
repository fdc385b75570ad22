"""A Postfix on loopback, with every limit that the tests ask for at a port of its own."""

import os
import pwd
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.dovecot import free_port
from tests.real_servers import RealServer, find_program, make_folder, make_passwords, running

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = {programs}
daemon_directory = {daemons}
shlib_directory = {daemons}/..
mail_owner = {owner}
setgid_group = mail
default_privs = nobody
maillog_file = {folder}/output
maillog_file_prefixes = {folder}
import_environment = LD_LIBRARY_PATH SASL_PATH MAIL_CONFIG TZ
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
mynetworks =
local_recipient_maps =
alias_maps =
alias_database =
# The months of the tests are small; they are not to wait for anything.
smtpd_error_sleep_time = 0
smtpd_client_event_limit_exceptions =
anvil_rate_time_unit = 1h
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
cyrus_sasl_config_path = {folder}/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unlisted_recipient
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = texthash:{folder}/elsewhere
# What is late is told after a second.
delay_warning_time = 1s
minimal_backoff_time = 1s
queue_run_delay = 1s
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{few} inet n - n - - smtpd -o smtpd_client_message_rate_limit=2
127.0.0.1:{one} inet n - n - - smtpd -o smtpd_client_connection_rate_limit=1
127.0.0.1:{small} inet n - n - - smtpd -o message_size_limit=2000
127.0.0.1:{silent} inet n - n - - smtpd -o message_size_limit=2000
    -o smtpd_discard_ehlo_keywords=size
127.0.0.1:{other} inet n - n - - smtpd -o smtpd_sasl_auth_enable=no
    -o myhostname=other.example -o virtual_mailbox_maps=texthash:{folder}/nobody
    -o smtpd_relay_restrictions=reject_unauth_destination
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
smtp unix - - n - - smtp
scache unix - - n - 1 scache
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""
_SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/sasldb
mech_list: PLAIN LOGIN
"""
_QUEUES = "active bounce corrupt defer deferred flush hold incoming private public saved trace"


@dataclass(frozen=True)
class Postfix(RealServer):
    """Beside the usual ports those that take two letters an hour, one connection an hour, letters
    of 2,000 bytes, and the same without saying so beforehand.
    """

    few: int
    one: int
    small: int
    silent: int


@contextmanager
def run_postfix(domain: str, boxes: Sequence[str], name: str, password: str) -> Iterator[Postfix]:
    """Run a Postfix that delivers into Maildirs `mail/BOX/new`.

    It takes letters for `gone` and for `late`, too: the next server refuses the one, and cannot be
    reached for the other.
    """
    master = find_program("usr/lib/postfix/sbin/master", "postfix")
    if os.getuid() != 0:
        pytest.skip("Postfix's master runs as root only")
    # Two users that are anywhere: one for the queue, one for the boxes; they may not be the same.
    owner, keeper = pwd.getpwnam("daemon"), pwd.getpwnam("nobody")
    with make_folder("postfix") as (folder, _):
        ports = {one: free_port() for one in ("few", "one", "small", "silent")}
        server = Postfix(
            free_port(), free_port(), folder / "authority.pem", folder / "mail", **ports
        )
        other, nowhere = free_port(), free_port()
        for inner in ("spool", "spool/pid", "data", "mail", "sasl"):
            (folder / inner).mkdir()
        for inner in _QUEUES.split():
            (folder / "spool" / inner).mkdir()
            os.chown(folder / "spool" / inner, owner.pw_uid, owner.pw_gid)
        os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
        os.chown(folder / "mail", keeper.pw_uid, keeper.pw_gid)
        programs = master.parents[3] / "sbin"
        values = {"folder": folder, "daemons": master.parent, "programs": programs}
        values |= {"domain": domain, "owner": owner.pw_name, "other": other}
        values |= {"uid": keeper.pw_uid, "gid": keeper.pw_gid, **ports}
        values |= {"port": server.port, "tls_port": server.tls_port}
        (folder / "main.cf").write_text(_MAIN.format(**values), encoding="utf-8")
        (folder / "master.cf").write_text(_MASTER.format(**values), encoding="utf-8")
        (folder / "sasl" / "smtpd.conf").write_text(_SASL.format(**values), encoding="utf-8")
        taken = "".join(f"{one}@{domain} {one}/\n" for one in (*boxes, "gone", "late"))
        (folder / "boxes").write_text(taken, encoding="utf-8")
        (folder / "nobody").write_text(f"postmaster@{domain} postmaster/\n", encoding="utf-8")
        (folder / "elsewhere").write_text(
            f"gone@{domain} smtp:[127.0.0.1]:{other}\nlate@{domain} smtp:[127.0.0.1]:{nowhere}\n",
            encoding="utf-8",
        )
        make_passwords(folder, name, password)
        os.chown(folder / "sasldb", owner.pw_uid, owner.pw_gid)
        with running((master, "-d", "-c", folder), folder, "root", server.port):
            yield server
