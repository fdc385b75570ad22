"""The page served: this computer alone, until its last window is closed."""

import contextlib
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from taskxl.errors import TaskxlError
from taskxl.intake.workers import end_readers
from taskxl.page.app import make_app, open_path
from taskxl.page.finding_page import Served, announce, ask_again, find_served, withdraw
from taskxl.page.guard import Doorkeeper
from taskxl.page.month_page import prepare_month
from taskxl.page.presence import SILENCE, UNSCRIPTED, Presence
from taskxl.page.remembering import State
from taskxl.page.spaces import Clock, House
from taskxl.paths import reach

_LOOK = 2.0
PATIENCE = (5.0, 10.0)
"""Seconds that work has to end between two steps, and then to end wherever it is."""
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class ChineseProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, but for what it says of a request that is none."""

    def send_400_response(self, msg: str) -> None:
        """Say in Chinese that the request cannot be read, and hang up."""
        said = "这个请求看不懂，或者地址太长，没有照办。请从页面上的链接走。".encode()
        head = f"HTTP/1.1 400 \r\nContent-Length: {len(said)}\r\nConnection: close\r\n"
        kind = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        self.transport.write((head + kind).encode() + said)
        self.transport.close()


def serve_page(
    root: Path | None,
    clock: Clock,
    state: State,
    tell: Callable[[str], None],
    silence: float = SILENCE,
    unscripted: float = UNSCRIPTED,
) -> None:
    """Serve the page until nobody is at it or Ctrl-C; where one is served already, only open it.

    Nobody is at it after `silence` seconds, or `unscripted` ones where its script does not run.

    `root` is the workspace that it opens on, None for the start page. `tell` is called once with
    the address that lets one browser in, as soon as it answers. Nothing but this computer reaches
    it. Raises TaskxlError where no port can be had.
    """
    served = find_served(state.folder)
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
        presence = Presence(time.monotonic, silence, unscripted)
        _serve(listening, port, root, clock, state, tell, presence, min(_LOOK, silence / 4))


class _Server(uvicorn.Server):
    """A server that leaves the signals to whoever runs it: its own would kill the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _serve(
    listening: socket.socket,
    port: int,
    root: Path | None,
    clock: Clock,
    state: State,
    tell: Callable[[str], None],
    presence: Presence,
    pause: float,
) -> None:
    served = Served(port, secrets.token_urlsafe(32))
    door = Doorkeeper(f"127.0.0.1:{port}", time.monotonic)
    house = House(clock, door, state)
    config = uvicorn.Config(
        make_app(house, served, presence),
        http=ChineseProtocol,
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
    server = _Server(config)

    def watch() -> None:
        while not server.started and not server.should_exit:
            time.sleep(0.02)
        if root is not None:
            prepare_month(house, house.open_space(root))
        if not server.should_exit:
            tell(f"{door.origin}{open_path(house, root)}")
        while not server.should_exit:
            time.sleep(pause)
            if presence.is_over(busy=house.jobs.running() is not None):
                server.should_exit = True

    watching = threading.Thread(target=watch, daemon=True)
    with _ending(server) as asked:
        announce(state.folder, served)
        try:
            watching.start()
            server.run(sockets=[listening])
        finally:
            server.should_exit = True
            withdraw(state.folder, served)
            _let_work_end(house, asked)


@contextlib.contextmanager
def _ending(server: uvicorn.Server) -> Iterator[list[int]]:
    """Let Ctrl-C, or whatever asks the process to end, end the server; yields what has asked."""
    asked: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        server.should_exit = True
        server.force_exit = len(asked) > 1

    before = {}
    if threading.current_thread() is threading.main_thread():
        known = (getattr(signal, name, None) for name in _SIGNALS)
        for number in (one for one in known if one is not None):
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, end)
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _let_work_end(house: House, asked: list[int]) -> None:
    """Stop work that is still going on: between two steps, else as Ctrl-C stops a command.

    Who asks once more does not wait for the next step.
    """
    for job in house.jobs.all_running():
        job.stopping.set()
    times = len(asked)
    _await(house.jobs.all_running, PATIENCE[0], lambda: len(asked) > times)

    def interrupt() -> None:
        for job in house.jobs.all_running():
            job.interrupt()
        house.months.interrupt()

    if house.jobs.all_running() or house.months.looking():
        end_readers(interrupt)
        left = lambda: (*house.jobs.all_running(), *house.months.looking())  # noqa: E731
        _await(left, PATIENCE[1], lambda: len(asked) > times + 1)


def _await(
    left: Callable[[], Sequence[object]], seconds: float, hurried: Callable[[], bool]
) -> None:
    until = time.monotonic() + seconds
    while left() and time.monotonic() < until and not hurried():
        time.sleep(0.05)
