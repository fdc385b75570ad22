"""The page that is open already: where it is served, told to this person's own programs alone.

A file in the user's own state folder, which nobody else can read, names port and key. Who asks for
another ticket proves that they know the key; so does the server, before anybody is sent to it.
"""

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import secrets
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlencode

ASK = "/again"
_SECONDS = 3.0
_WAY = "open.html"


@dataclass(frozen=True, slots=True)
class Served:
    """Where a page is served, and the key by which its owner's programs know each other."""

    port: int
    key: str

    def prove(self, who: str, nonce: str) -> str:
        """Return the proof that `who` (asker or server) knows the key."""
        return hmac.new(self.key.encode(), f"{who} {nonce}".encode(), hashlib.sha256).hexdigest()


def announce(folder: Path, served: Served) -> None:
    """Write where the page is served, for this user only."""
    path = folder / "page.json"
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # so that it is made with the rights below, whoever made the old one
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"port": served.port, "key": served.key}, file)


def find_served(folder: Path) -> Served | None:
    """Return what the file of the user says, None where there is none or it is not ours."""
    try:
        told = json.loads((folder / "page.json").read_text(encoding="utf-8"))
        return Served(int(told["port"]), str(told["key"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def withdraw(folder: Path, served: Served) -> None:
    """Take the files away at the end, unless another server has written its own."""
    if find_served(folder) == served:
        for name in ("page.json", _WAY):
            with contextlib.suppress(OSError):
                (folder / name).unlink()


def hide_address(folder: Path, address: str) -> str:
    """Return what to give a browser instead of an address that lets somebody in.

    Any user of a Unix computer can read what programs are started with; so the address goes into a
    file that only its owner can read, which leads there. On Windows nobody else reads that.
    """
    if sys.platform == "win32":
        return address
    path = folder / _WAY
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f'<!doctype html><meta http-equiv="refresh" content="0;url={escape(address)}">')
    return path.as_uri()


def ask_again(served: Served, workspace: str) -> str | None:
    """Return the address that a server which is running opens for a workspace; None for none.

    The key never leaves this process: two proofs go over, each of a number made up for it.
    """
    nonce = secrets.token_hex(16)
    body = urlencode(
        {"nonce": nonce, "proof": served.prove("asker", nonce + workspace), "workspace": workspace}
    )
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=_SECONDS)
    try:
        connection.request("POST", ASK, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        told = json.loads(answer.read(10_000))
        path, proof = str(told["path"]), str(told["proof"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
    good = hmac.compare_digest(proof, served.prove("server", nonce + path))
    return f"http://127.0.0.1:{served.port}{path}" if good else None
