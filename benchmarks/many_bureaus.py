"""Many bureaus merged and rolled up: seconds a bureau, memory, and whether places differ.

`python -m benchmarks.many_bureaus [--bureaus 50] [--offices 11] [--workers 2] [--seed 1]
[--folder DIR] [--no-cluster] [--mailed]` makes so many counties that differ by seed, of so many
offices most of whose returns of April have come, and besides them one damaged and one of another
year. It merges them in a pool of processes, merges a copy on a local Dask cluster of which a worker
is killed on the way, compares both file by file and record by record, and rolls up; with
`--mailed` also from the counties' summaries alone, as if they had been mailed.
Ends with status 1 where a file, a record or a number differs, or a gap is not told.
"""

import argparse
import contextlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.varied_bureaus import make_varied_bureau
from taskxl.desk.rolling_up import gather_bureaus, merge_bureaus, write_rollup_book
from taskxl.desk.spreading import LOCAL, Spread
from taskxl.model import Period
from taskxl.workspace.folder import Workspace
from taskxl.workspace.searching import find_workspaces
from tests.bureaus import NOW, make_bureau
from tests.crashes import read_records, read_tree

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """Samples this process's family: memory of all at once, time of those that nobody waits for."""

    def __init__(self) -> None:
        self.peak = 0
        self.cost = 0.0
        self.unwaited: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(1.0):
            used = 0
            for process in family(os.getpid()):
                with contextlib.suppress(OSError, ValueError, IndexError):
                    folder = Path(f"/proc/{process}")
                    used += int((folder / "statm").read_text().split()[1]) * PAGE
                    if b"forkserver" in (folder / "cmdline").read_bytes():
                        fields = (folder / "stat").read_text().rpartition(")")[2].split()
                        self.unwaited[process] = sum(map(int, fields[11:15])) / TICKS
            self.peak = max(self.peak, used)
            self.cost = time.thread_time()


@contextlib.contextmanager
def timed(what: str, bureaus: int) -> Iterator[None]:
    """Print how long something took in all, and its processor time a bureau."""

    def spent() -> float:
        own, waited = (
            resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        return own.ru_utime + own.ru_stime + waited.ru_utime + waited.ru_stime

    start, before = time.perf_counter(), spent()
    with Watch() as watch:
        yield
    took = time.perf_counter() - start
    processor = spent() - before - watch.cost + sum(watch.unwaited.values())
    print(
        f"{what:<26} {took:8.1f} s; processor {processor:8.1f} s, "
        f"{processor / bureaus:6.3f} s a bureau; all together {watch.peak / 1e6:6.0f} MB",
        flush=True,
    )


def parents() -> dict[int, int]:
    """Return the processes of this machine whose parents are known, child by parent."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = path.read_text().rpartition(")")[2].split()
            found[int(path.parent.name)] = int(fields[1])
    return found


def family(root: int) -> list[int]:
    """Return a process and all below it."""
    below: dict[int, list[int]] = {}
    for child, parent in parents().items():
        below.setdefault(parent, []).append(child)
    found = [root]
    for process in found:
        found += below.get(process, ())
    return found


class Killer:
    """Kills one of this run's own Dask workers when a third of the bureaus is done."""

    def __init__(self) -> None:
        self.killed: list[int] = []

    def tell(self, done: int, total: int) -> None:
        """Take in how far the merge is."""
        if self.killed or done * 3 < total:
            return
        own = [process for process, parent in parents().items() if parent == os.getpid()]
        busy = [process for process in own if len(family(process)) > 2]
        if busy:
            os.kill(busy[0], signal.SIGKILL)
            self.killed.append(busy[0])


def make_all(root: Path, bureaus: int, offices: int, seed: int, workers: int) -> None:
    """Make the counties, in as many processes."""
    make = partial(_make_one, root, offices, seed)
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(make, range(1, bureaus + 1), chunksize=8))


def _make_one(root: Path, offices: int, seed: int, number: int) -> None:
    make_varied_bureau(root, number, offices, seed)


def compare(folders: list[Path], others: list[Path]) -> Iterator[str]:
    """Yield a line for each county that is not the same in both places."""
    for one, other in zip(folders, others, strict=True):
        if read_tree(Workspace(one)) != read_tree(Workspace(other)):
            yield f"files differ: {one.parent.name}"
        if read_records(Workspace(one)) != read_records(Workspace(other)):
            yield f"records differ: {one.parent.name}"


def mail(folders: list[Path], target: Path) -> None:
    """Put each county's summary of April into a folder of its own."""
    for folder in folders:
        path = Workspace(folder).summary_path(Period(2021, 4))
        (target / folder.parent.name).mkdir(parents=True)
        shutil.copy(path, target / folder.parent.name / path.name)


def main() -> int:
    """Print the figures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bureaus", type=int, default=50)
    parser.add_argument("--offices", type=int, default=11)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where to work, instead of a temporary folder")
    parser.add_argument("--no-cluster", action="store_true")
    parser.add_argument("--mailed", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        wrong = run(Path(folder), given)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


def run(folder: Path, given: argparse.Namespace) -> list[str]:
    """Do it all in a folder; return what is wrong."""
    root, copy, wrong = folder / "全市", folder / "另一处", []
    with timed("made", given.bureaus):
        make_all(root, given.bureaus, given.offices, given.seed, given.workers)
    if not given.no_cluster:
        shutil.copytree(root, copy)
    folders = find_workspaces(root)
    with timed(f"merged, pool of {given.workers}", given.bureaus):
        done = merge_bureaus(folders, "4", NOW, Spread(given.workers), None)
    wrong += [one.fault for one in done if one.fault]
    if not given.no_cluster:
        killer, others = Killer(), find_workspaces(copy)
        with timed(f"merged, Dask on {given.workers}", given.bureaus):
            spread = Spread(given.workers, LOCAL)
            done = merge_bureaus(others, "4", NOW, spread, killer.tell)
        wrong += [one.fault for one in done if one.fault]
        wrong += [] if killer.killed else ["no worker was killed"]
        wrong += compare(folders, others)
        print(f"killed on the way: {len(killer.killed)}; compared {len(folders)} counties")
    if given.mailed:
        mail(folders, folder / "来件")
    damaged = make_bureau(root, 9001, 1, (4,), merged=())
    damaged.ledger_path.write_bytes(b"no ledger " * 1000)
    make_bureau(root, 9002, 1, (4,), 2020)
    with timed("rolled up, one process", given.bureaus):
        gathered = gather_bureaus([root])
    with timed("workbook written", given.bureaus):
        written = write_rollup_book(gathered, root / "汇总.xlsx")
    print(f"workbook {written.path.stat().st_size / 1e6:.2f} MB")
    codes = sorted(one.code for one in gathered.findings)
    wrong += [] if codes == ["U602", "U603"] else [f"gaps told: {codes}"]
    if given.mailed:
        with timed("rolled up from summaries", given.bureaus):
            mailed = gather_bureaus([folder / "来件"])
        same = [
            [replace(one, folder="", office_word="") for one in some.bureaus]
            for some in (gathered, mailed)
        ]
        wrong += [] if same[0] == same[1] else ["the summaries give other numbers"]
        wrong += [str(one) for one in mailed.findings]
    return wrong


if __name__ == "__main__":
    sys.exit(main())
