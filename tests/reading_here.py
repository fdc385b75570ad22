"""Where strangers' files are read in tests: in the test's own process, or in workers as in earnest.

A worker is started anew for each reading (0.3 s of work on an idle machine), and a month of a test
costs several; so all tests read in their own process, unless isolation is the fact: those take the
fixture `in_workers`, or call `read_isolated` themselves. Nothing in a worker's verdict is left out
by that but death, time and memory.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from taskxl.desk import (
    collecting,
    list_views,
    lists,
    proving,
    return_files,
    return_rows,
    summary_files,
)
from taskxl.intake.workers import read_isolated

ROOMS = (collecting, list_views, lists, proving, return_files, return_rows, summary_files)
"""Every module that reads strangers' files."""


class Here(Executor):
    """Runs a job when it is handed in; without threads, so that a process may fork."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **options: Any) -> "Future[Any]":
        """Return the future of a call that is over."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **options))
        except Exception as error:
            future.set_exception(error)
        return future


def read_in_process() -> AbstractContextManager[None]:
    """Let every room read in this process until the end of the `with`."""
    return _read_by(partial(read_isolated, executor=Here()))


def read_in_workers() -> AbstractContextManager[None]:
    """Let every room read in workers, as it does in earnest, until the end of the `with`."""
    return _read_by(read_isolated)


@contextmanager
def _read_by(read: Callable[..., Any]) -> Iterator[None]:
    with ExitStack() as stack:
        for room in ROOMS:
            stack.enter_context(patch.object(room, "read_isolated", read))
        yield
