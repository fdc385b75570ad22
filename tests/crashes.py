"""Runs of issue and merge killed at random moments, each checked for what it left behind.

    python -m tests.crashes 200 7        200 rounds, seed 7

A run is a process that the system's timer kills on the spot: no handler runs, as with `kill -9`.
After each: the ledger is whole, every workbook is the old one or the new one, and running again
gives, file by file and record by record, what a run left alone gives.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from sqlite3 import connect

import openpyxl

from taskxl import desk
from taskxl.ledger import open_ledger, verify_ledger
from taskxl.master.book import write_master
from taskxl.workspace import Workspace
from tests.month_of_clerks import APRIL, OFFICES, Words, fill_words, make_workspace

NOW = datetime(2021, 4, 26, 9, 0)
CORRECTION = "办公室改过的一段。"
Deed = Callable[[Workspace], object]


def issue(workspace: Workspace) -> object:
    return desk.issue_forms(workspace, APRIL, now=NOW)


def merge(workspace: Workspace) -> object:
    return desk.merge_returns(workspace, APRIL, now=NOW)


def make_start(root: Path) -> Workspace:
    """Make a workspace in which both deeds replace something: forms issued, one return merged.

    Then two more returns came, the list was changed and the summary corrected by hand.
    """
    workspace = make_workspace(root)
    words = Words()
    came = datetime(2021, 4, 21, 9, 0).timestamp()
    for number, office in enumerate(OFFICES):
        form = workspace.form_path(office, APRIL)
        target = workspace.returns_folder(APRIL) / form.name
        fill_words(form, target, office, words)
        os.utime(target, (came, came))
        if number == 0:
            merge(workspace)
    master, _ = desk.load_master(workspace)
    tasks = tuple(replace(task, title=f"{task.title}（调整）") for task in master.tasks)
    workspace.master_path.write_bytes(write_master(replace(master, tasks=tasks)))
    summary = workspace.summary_path(APRIL)
    book = openpyxl.load_workbook(summary)
    cells = (cell for row in book["汇总表"].iter_rows() for cell in row)
    word = next(w for w, place in words.typed.items() if place == ("办公室", "2", "progress"))
    (cell,) = (one for one in cells if word in str(one.value))
    cell.value = CORRECTION
    book.save(summary)
    return workspace


def run_killed(deed: Deed, workspace: Workspace, seconds: float) -> bool:
    """Run a deed in a process of its own that dies after so long; tell whether it was killed."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            deed(workspace)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the run itself failed"
    return os.WIFSIGNALED(status)


def read_tree(workspace: Workspace) -> dict[str, bytes]:
    """Return every file but the ledger's and SQLite's own beside it."""
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for path in sorted(workspace.root.rglob("*"))
        if path.is_file() and not path.name.startswith(workspace.ledger_path.name)
    }


def read_records(workspace: Workspace) -> list[object]:
    """Return what the ledger holds, whatever the bytes of its file."""
    with closing(connect(workspace.ledger_path)) as database:
        return [
            database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("master_lists", "forms", "files", "merges", "revisions", "summaries")
        ] + [database.execute("SELECT digest, size FROM blobs ORDER BY 1").fetchall()]


def check(workspace: Workspace, before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """Check what a killed run left: a ledger that is whole, and files old or new."""
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()
    for name, content in read_tree(workspace).items():
        if not name.split("/")[-1].startswith(".taskxl"):
            assert content in (before.get(name), after.get(name)), f"{name} is neither old nor new"


def run_rounds(rounds: int, seed: int, root: Path) -> int:
    """Kill `rounds` runs, issue and merge in turn; return how many were killed in time."""
    chance = random.Random(seed)
    start = make_start(root / "起点")
    before = read_tree(start)
    undisturbed = {}
    for deed in (issue, merge):
        workspace = Workspace(root / deed.__name__)
        shutil.copytree(start.root, workspace.root)
        deed(workspace)  # loads what it needs, so that the time taken is that of its work
        shutil.rmtree(workspace.root)
        shutil.copytree(start.root, workspace.root)
        began = time.monotonic()
        assert not run_killed(deed, workspace, 600)
        took = time.monotonic() - began
        undisturbed[deed] = (read_tree(workspace), read_records(workspace), took)
    killed = 0
    for number in range(rounds):
        deed = (issue, merge)[number % 2]
        after, records, took = undisturbed[deed]
        workspace = Workspace(root / f"第{number}次")
        shutil.copytree(start.root, workspace.root)
        # The last third, where things are written, as often as all before.
        moment = chance.choice((chance.uniform(0.001, took), chance.uniform(took * 2 / 3, took)))
        killed += run_killed(deed, workspace, moment)
        check(workspace, before, after)
        deed(workspace)
        if deed is merge:
            with open_ledger(workspace.ledger_path) as ledger:
                month = ledger.month(APRIL)
            assert month is not None
            assert [one.now for one in month.revisions] == [CORRECTION]
        assert read_tree(workspace) == after, "running again gives something else"
        assert read_records(workspace) == records, "the ledger holds something else"
        shutil.rmtree(workspace.root)
    return killed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        count, first = (int(argument) for argument in sys.argv[1:3])
        print(f"{run_rounds(count, first, Path(folder))} of {count} killed in time")
