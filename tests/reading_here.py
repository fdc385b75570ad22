"""Files read in the test's own process, where the shield around a reader is not the fact.

A worker process is started anew for each reading (0.3 s of work on an idle machine): a month of a
test costs several. Panics, aborts and swelling files are for `test_intake_workers`, `test_corpus`,
`test_intake_bombs` and the letters of `test_collect`, which keep their workers.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from unittest.mock import patch

from taskxl.desk import collecting, lists, proving, return_files, summary_files
from taskxl.intake.workers import read_isolated

ROOMS = (collecting, lists, proving, return_files, summary_files)
"""Every module that reads strangers' files."""


@contextmanager
def read_in_process() -> Iterator[None]:
    """Let every room read in this process until the end of the `with`."""
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        for room in ROOMS:
            here = partial(read_isolated, executor=pool)
            stack.enter_context(patch.object(room, "read_isolated", here))
        yield
