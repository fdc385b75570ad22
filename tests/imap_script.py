"""A mailbox that answers as a test has it: what SEARCH lists and FETCH brings may differ."""

import re
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.dovecot import make_certificate


@dataclass
class ImapScript:
    """Letters by UID, and how the server treats some of them.

    missing: listed, never brought; denied: NO where it is asked for whole; garbled: an answer
    that is no IMAP; hollow: brought without content.
    """

    letters: dict[int, bytes]
    missing: set[int] = field(default_factory=set)
    denied: set[int] = field(default_factory=set)
    garbled: set[int] = field(default_factory=set)
    hollow: set[int] = field(default_factory=set)
    no: bytes = b"message could not be converted"
    capabilities: bytes = b"IMAP4rev1"
    greeting: bytes = b""
    folders: tuple[bytes, ...] = (rb'(\HasNoChildren) "." INBOX', rb'(\Sent) "." INBOX.Sent')
    special: tuple[bytes, ...] = ()
    wants_id: bool = False
    refuses: bytes = b""
    bye: bytes = b""
    appended: list[bytes] = field(default_factory=list)
    introduced: bool = False
    old_tls: bool = False
    authority: Path = Path()
    port: int = 0
    connections: int = 0
    commands: list[str] = field(default_factory=list)

    def answer(self, line: bytes) -> bytes:
        tag, _, rest = line.strip().partition(b" ")
        words = rest.upper()
        self.commands.append(rest.decode())
        said = b""
        end = b"OK done"
        if words.startswith(b"CAPABILITY"):
            said = b"* CAPABILITY %b\r\n" % self.capabilities
        elif words.startswith(b"ID "):
            said, self.introduced = b"* ID NIL\r\n", True
        elif words.startswith(b"LOGIN") and self.refuses:
            end = b"NO " + self.refuses
        elif words.startswith((b"SELECT", b"EXAMINE")) and self.wants_id and not self.introduced:
            end = b"NO EXAMINE Unsafe Login. Please contact kefu"
        elif words.startswith((b"SELECT", b"EXAMINE", b"APPEND")) and not self._has(rest):
            end = b"NO [TRYCREATE] no such folder"
        elif words.startswith((b"SELECT", b"EXAMINE")):
            said = b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n" % len(self.letters)
            end = b"OK [READ-ONLY] done"
        elif words.startswith(b"LIST"):
            listed = self.special if b"(SPECIAL-USE)" in words else self.folders
            said = b"".join(b"* LIST %b\r\n" % one for one in listed)
        elif words.startswith(b"UID SEARCH"):
            said = b"* SEARCH %b\r\n" % b" ".join(b"%d" % u for u in self._listed(words))
        elif words.startswith(b"UID FETCH") and self.bye:
            said = b"* BYE %b\r\n" % self.bye
        elif words.startswith(b"UID FETCH"):
            said, end = self._fetch(words)
        elif words.startswith(b"LOGOUT"):
            said = b"* BYE bye\r\n"
        return said + tag + b" " + end + b"\r\n"

    def _has(self, rest: bytes) -> bool:
        """Tell whether a folder that a command names is there."""
        words = rest.split()
        name = words[1].strip(b'"') if len(words) > 1 else b""
        return any(one.rpartition(b'"." ')[2].strip(b'"') == name for one in self.folders)

    def _listed(self, words: bytes) -> list[int]:
        asked = re.search(rb"UID SEARCH UID (\d+)", words)
        return [u for u in self.letters if not asked or u == int(asked[1])]

    def _fetch(self, words: bytes) -> tuple[bytes, bytes]:
        numbers = words.split()[2].decode()
        wanted = set()
        for one in numbers.split(","):
            first, _, last = one.partition(":")
            wanted |= set(range(int(first), int(last or first) + 1))
        whole = b"BODY.PEEK[]" in words
        said = b""
        for uid in sorted(wanted & set(self.letters)):
            content = self.letters[uid]
            if uid in self.missing:
                continue
            if uid in self.garbled:
                said += b"* %d FETCH (((((\r\n" % uid
            elif whole and uid in self.hollow:
                said += b"* %d FETCH (UID %d BODY[] NIL)\r\n" % (uid, uid)
            elif whole and uid not in self.denied:
                head = b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (uid, uid, len(content))
                said += head + content + b")\r\n"
            elif not whole:
                headers = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                said += (
                    b"* %d FETCH (UID %d RFC822.SIZE %d"
                    b' INTERNALDATE "20-Apr-2021 09:30:00 +0800"'
                    b" BODY[HEADER.FIELDS (FROM)] {%d}\r\n%b)\r\n"
                ) % (uid, uid, len(content), len(headers), headers)
        if whole and wanted & self.denied:
            return said, b"NO " + self.no
        return said, b"OK done"

    def serve(self, raw: socket.socket, context: ssl.SSLContext) -> None:
        with suppress(OSError), context.wrap_socket(raw, server_side=True) as client:
            ready = b"* OK [CAPABILITY %b] ready" % self.capabilities
            client.sendall((self.greeting or ready) + b"\r\n")
            if self.greeting:
                return
            lines = client.makefile("rb")
            for line in lines:
                size = re.search(rb"\{(\d+)\}\r\n$", line)
                if size:
                    client.sendall(b"+ go on\r\n")
                    self.appended.append(lines.read(int(size[1])))
                    lines.readline()
                client.sendall(self.answer(line))
                if b"LOGOUT" in line.upper() or (self.bye and b"UID FETCH" in line.upper()):
                    return


def make_old(context: ssl.SSLContext) -> None:
    """Let a server speak nothing newer than TLS 1.1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1


@contextmanager
def run_imap_script(script: ImapScript, folder: Path) -> Iterator[ImapScript]:
    """Run the mailbox over TLS on loopback; its `authority` is to be trusted."""
    script.authority = make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if script.old_tls:
        make_old(context)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    script.port = int(listener.getsockname()[1])

    def accept() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            script.connections += 1
            threading.Thread(target=script.serve, args=(raw, context), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
