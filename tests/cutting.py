"""A go-between for a mail server that cuts the connection where a test wants it cut."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.dovecot import make_certificate


class Proxy:
    """Passes an IMAP conversation on; `commands` are the commands that were passed on.

    `cut_after`: the connection is cut after so many commands, before the answer; the first
    connection only, or with `every` each one. `cut_at`: it is cut at a command with these bytes.
    At one with the bytes of `mute_at` nothing is answered any more.
    `hide` is a capability that is left out of what the server says it can do.
    """

    def __init__(self, target: int, tls: Path | None, hide: bytes) -> None:
        self.target, self.hide = target, hide
        self.cut_after, self.every, self.cut_at = 0, False, b""
        self.mute_at = b""
        self.commands: list[str] = []
        self.connections = 0
        self.authority = make_certificate(tls) if tls else None
        self.context: ssl.SSLContext | None = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(
                target=self._serve, args=(client, self.connections), daemon=True
            ).start()

    def _serve(self, client: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ValueError):
            server: socket.socket = socket.create_connection(("127.0.0.1", self.target))
            if self.context:
                client = self.context.wrap_socket(client, server_side=True)
                trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
                server = trust.wrap_socket(server)
            back = threading.Thread(target=self._answer, args=(server, client), daemon=True)
            back.start()
            self._pass_on(client, server, number)
            for one in (client, server):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            back.join(5)
            client.close()
            server.close()

    def _pass_on(self, client: socket.socket, server: socket.socket, number: int) -> None:
        passed = 0
        with client.makefile("rb") as lines:
            for line in lines:
                words = line.split()
                if len(words) > 1:  # and no answer to a challenge
                    passed += 1
                    self.commands.append(words[1].decode("ascii", "replace"))
                if self.cut_at and self.cut_at in line:
                    return
                if self.mute_at and self.mute_at in line:
                    continue
                if passed == self.cut_after and (self.every or number == 1):
                    return
                server.sendall(line)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := server.recv(65536):
                client.sendall(data.replace(self.hide, b"NOTHING!") if self.hide else data)
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def run_proxy(
    target: int,
    tls: Path | None = None,
    cut_after: int = 0,
    every: bool = False,
    cut_at: bytes = b"",
    hide: bytes = b"",
) -> Iterator[Proxy]:
    """Stand between a client and the server at `target`; with `tls`, a folder, encrypted."""
    proxy = Proxy(target, tls, hide)
    proxy.cut_after, proxy.every, proxy.cut_at = cut_after, every, cut_at
    try:
        yield proxy
    finally:
        with contextlib.suppress(OSError):
            proxy.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for callers
        proxy.listener.close()
        proxy.thread.join(5)
