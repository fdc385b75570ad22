"""Many bureaus merged and rolled up: seconds a bureau, memory, and whether places differ.

`python -m benchmarks.many_bureaus [--bureaus 50] [--offices 11] [--workers 2] [--no-cluster]`
makes so many counties of so many offices whose returns of April have come, and besides them one
damaged and one of another year. It merges them in a pool of processes, merges a copy on a local
Dask cluster of which a worker is killed on the way, compares both file by file, and rolls up.
Ends with status 1 where a file or a record differs, or a gap is not told.
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
from contextlib import contextmanager
from pathlib import Path

from taskxl.desk.rolling_up import gather_bureaus, merge_bureaus, write_rollup_book
from taskxl.desk.spreading import LOCAL, Spread
from taskxl.workspace.folder import Workspace
from taskxl.workspace.searching import find_workspaces
from tests.bureaus import NOW, make_bureau
from tests.crashes import read_records, read_tree


@contextmanager
def timed(what: str, bureaus: int) -> Iterator[None]:
    """Print how long something took, in all and a bureau."""
    start = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = time.process_time()
    yield
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cpu += time.process_time() - own
    print(f"{what:<34} {took:8.1f} s, {took / bureaus:6.2f} s a bureau; processor {cpu:7.1f} s")


def children() -> dict[int, int]:
    """Return the processes of this machine whose parents are known, child by parent."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = path.read_text().rpartition(")")[2].split()
            found[int(path.parent.name)] = int(fields[1])
    return found


def kill_a_worker(after: float, told: list[int]) -> None:
    """Kill one of this run's Dask workers once it has begun a merge; only a process of our own."""
    limit = time.monotonic() + 600
    while time.monotonic() < limit:
        time.sleep(after)
        parents = children()
        own = [pid for pid, parent in parents.items() if parent == os.getpid()]
        # A worker at work has a reading process below it.
        busy = [pid for pid in own if any(parents.get(c) == pid for c in parents)]
        if busy:
            os.kill(busy[0], signal.SIGKILL)
            told.append(busy[0])
            return


def main() -> int:
    """Print the figures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bureaus", type=int, default=50)
    parser.add_argument("--offices", type=int, default=11)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-cluster", action="store_true")
    given = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "全市"
        with timed("made", given.bureaus):
            for number in range(1, given.bureaus + 1):
                make_bureau(root, number, given.offices, (4,), merged=())
        copy = Path(folder) / "另一处"
        shutil.copytree(root, copy)
        folders = find_workspaces(root)
        with timed(f"merged, pool of {given.workers}", given.bureaus):
            done = merge_bureaus(folders, "4", NOW, Spread(given.workers), None)
        wrong += [one.fault for one in done if one.fault]
        if not given.no_cluster:
            told: list[int] = []
            killer = threading.Thread(target=kill_a_worker, args=(2.0, told), daemon=True)
            killer.start()
            others = find_workspaces(copy)
            with timed(f"merged, Dask on {given.workers} workers", given.bureaus):
                done = merge_bureaus(others, "4", NOW, Spread(given.workers, LOCAL), None)
            print(f"workers killed on the way: {len(told)}")
            wrong += [one.fault for one in done if one.fault]
            for one, other in zip(folders, others, strict=True):
                if read_tree(Workspace(one)) != read_tree(Workspace(other)):
                    wrong.append(f"files differ: {one.parent.name}")
                if read_records(Workspace(one)) != read_records(Workspace(other)):
                    wrong.append(f"records differ: {one.parent.name}")
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory: this process {peak:.0f} MB, its largest child {worker:.0f} MB")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
