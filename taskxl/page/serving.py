"""The page served: this computer alone, until its last window is closed."""

import contextlib
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn

from taskxl.errors import TaskxlError
from taskxl.page.app import make_app, open_path
from taskxl.page.finding_page import Served, announce, ask_again, find_served, withdraw
from taskxl.page.guard import Doorkeeper
from taskxl.page.month_page import prepare_month
from taskxl.page.spaces import Clock, House
from taskxl.paths import reach

SILENCE = 180.0
"""Seconds after which nobody is at the page any more: it calls every 15, in the background every
60, and a browser that is busy may miss one."""
ENTRY = 1800.0
"""Seconds that are given to the first browser to come."""
_LOOK = 2.0


def serve_page(
    root: Path | None,
    clock: Clock,
    state: Path,
    tell: Callable[[str], None],
    silence: float = SILENCE,
) -> None:
    """Serve the page until nobody is at it or Ctrl-C; where one is served already, only open it.

    `root` is the workspace that it opens on, None for the start page. `tell` is called once with
    the address that lets one browser in, as soon as it answers. Nothing but this computer reaches
    it. Raises TaskxlError where no port can be had.
    """
    served = find_served(state)
    if served is not None:
        address = ask_again(served, str(reach(root).resolve()) if root else "")
        if address is not None:
            tell(address)
            return
    try:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.bind(("127.0.0.1", 0))
    except OSError as error:
        raise TaskxlError("这台电脑不让打开页面（端口打不开）。请关闭别的程序后再试。") from error
    with contextlib.closing(listening):
        port = listening.getsockname()[1]
        _serve(listening, port, root, clock, state, tell, silence)


def _serve(
    listening: socket.socket,
    port: int,
    root: Path | None,
    clock: Clock,
    state: Path,
    tell: Callable[[str], None],
    silence: float,
) -> None:
    served = Served(port, secrets.token_urlsafe(32))
    door = Doorkeeper(f"127.0.0.1:{port}", time.monotonic)
    house = House(clock, door, state)
    seen = [time.monotonic() + ENTRY - silence]

    def touch() -> None:
        seen[0] = time.monotonic()

    config = uvicorn.Config(
        make_app(house, served, touch),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=64 << 10,
    )
    server = uvicorn.Server(config)

    def watch() -> None:
        while not server.started and not server.should_exit:
            time.sleep(0.02)
        if root is not None:
            prepare_month(house, house.open_space(root))
        tell(f"{door.origin}{open_path(house, root)}")
        while not server.should_exit:
            time.sleep(min(_LOOK, silence / 4))
            if time.monotonic() - seen[0] > silence and house.jobs.running() is None:
                server.should_exit = True

    announce(state, served)
    watching = threading.Thread(target=watch, daemon=True)
    before = signal.getsignal(signal.SIGINT)
    try:
        watching.start()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    finally:
        server.should_exit = True
        withdraw(state, served)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)
        _let_work_end(house)


def _let_work_end(house: House) -> None:
    """Stop work that is still going on between two steps, so that nothing is cut off."""
    job = house.jobs.running()
    if job is not None:
        job.stopping.set()
        job.over.wait()
