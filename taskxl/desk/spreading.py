"""Work spread over processes of this machine or a Dask cluster; what a lost one had is redone.

A job must bear being done twice: a worker may be lost after it has done one and before it says so.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from taskxl.errors import TaskxlError
from taskxl.text import show

if TYPE_CHECKING:
    from distributed import Client

J = TypeVar("J")
R = TypeVar("R")

LOCAL = "local"
_ROUNDS = 2
"""So often jobs are given to a whole pool; what is left after that is done one by one."""
_CONNECT_SECONDS = 20
_OUR_CLUSTER = {
    # A worker starts processes that read strangers' files: it must be allowed to.
    "distributed.worker.daemon": False,
    # One that takes another's place has that long to start, on a busy machine, before it is given
    # up for good: Dask's own 15 seconds leave a cluster with fewer workers, in the end with none.
    "distributed.deploy.lost-worker-timeout": "10 minutes",
}


@dataclass(frozen=True, slots=True)
class Lost:
    """A job that took its worker with it again and again."""

    reason: str = "处理这个工作区的进程中止了几次，没有做完。请单独运行它，看看是什么情况。"


@dataclass(frozen=True, slots=True)
class Spread:
    """Where jobs run: `workers` processes of this machine, or the Dask cluster at `cluster`.

    `cluster` is "" for a pool of processes, `local` for a Dask cluster on this machine, else a
    scheduler's address.
    """

    workers: int = 1
    cluster: str = ""


HERE = Spread()
"""In this very process, one after another."""


def spread_jobs(
    function: Callable[[J], R],
    jobs: Sequence[J],
    spread: Spread,
    progress: Callable[[int, int], None] | None = None,
    probe: Callable[[], str] | None = None,
) -> list[R | Lost]:
    """Return what `function` makes of each job, in their order.

    `function` is a top-level function of one job; both and the results can be pickled. It raises
    nothing: what goes wrong with a job is its result. `progress` is told how many are done of how
    many. `probe` is asked first on every worker of somebody's cluster, and answers why that one
    cannot do such jobs, "" where it can.
    Raises TaskxlError where the cluster cannot be reached or cannot do them, or Dask is not
    installed.
    """
    results: dict[int, R | Lost] = {}

    def take(place: int, result: R | Lost) -> None:
        results[place] = result
        if progress:
            progress(len(results), len(jobs))

    if spread.cluster:
        with _connect(spread) as client:
            if probe and spread.cluster != LOCAL:
                _ask_workers(client, probe)
            for place, result in _run_on(client, function, jobs):
                take(place, result)
    elif spread.workers <= 1 or len(jobs) <= 1:
        for place, job in enumerate(jobs):
            take(place, function(job))
    else:
        for place, result in _run_here(function, jobs, spread.workers):
            take(place, result)
    return [results[place] for place in range(len(jobs))]


# ---------------------------------------------------------------- this machine


def _run_here(
    function: Callable[[J], R], jobs: Sequence[J], workers: int
) -> Iterator[tuple[int, R | Lost]]:
    left = set(range(len(jobs)))
    for _ in range(_ROUNDS):
        for place, result in _run_pool(function, jobs, sorted(left), workers):
            left.discard(place)
            yield place, result
        if not left:
            return
    for place in sorted(left):
        done = False
        for _ in range(_ROUNDS):
            for _, result in _run_pool(function, jobs, [place], 1):
                done = True
                yield place, result
            if done:
                break
        if not done:
            yield place, Lost()


def _run_pool(
    function: Callable[[J], R], jobs: Sequence[J], places: Sequence[int], workers: int
) -> Iterator[tuple[int, R]]:
    """Yield what a pool makes of jobs, as they are done; ends early where a worker is lost."""
    import multiprocessing

    spawn = multiprocessing.get_context("spawn")
    count = min(workers, len(places))
    pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=_ignore_interrupts)
    try:
        waiting: dict[Future[R], int] = {}
        ahead = iter(places)
        for place in ahead:
            waiting[pool.submit(function, jobs[place])] = place
            if len(waiting) >= 4 * count:
                break
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                place = waiting.pop(future)
                yield place, future.result()
                following = next(ahead, None)
                if following is not None:
                    waiting[pool.submit(function, jobs[following])] = following
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupts() -> None:
    """Leave Ctrl+C to the one who started the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


# ---------------------------------------------------------------- Dask


@contextmanager
def _connect(spread: Spread) -> "Iterator[Client]":
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise TaskxlError(
            "要在集群上运行，请先安装：pip install 'taskxl[cluster]'。不加 --cluster 就在本机运行。"
        ) from error
    if spread.cluster != LOCAL:
        try:
            client = Client(spread.cluster, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise TaskxlError(
                f"连不上集群“{show(spread.cluster)}”。请核对调度器的地址（如 tcp://主机:8786）"
                "和它是否在运行。"
            ) from error
        with client:
            yield client
        return
    with (
        dask.config.set(_OUR_CLUSTER),
        LocalCluster(
            n_workers=max(1, spread.workers),
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            silence_logs="ERROR",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _ask_workers(client: "Client", probe: Callable[[], str]) -> None:
    """Raise TaskxlError where there is no worker, or one of them cannot do what it will be given.

    One that cannot would otherwise be given one job after another, and fail all of them.
    """
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError as error:
        raise TaskxlError(
            "集群里没有工作进程。请先启动 dask worker（怎么启动见 docs/rollup.md）。"
        ) from error
    # A worker that cannot even load the question has another taskxl, or none.
    answers: dict[str, Any] = client.run(probe, on_error="return")
    for address, answer in sorted(answers.items()):
        if isinstance(answer, BaseException):
            answer = "没有装 taskxl，或版本太旧。请在那台机器上装同一版"
        if answer:
            raise TaskxlError(f"工作进程 {show(address)} {show(answer)}。没有开始汇总。")


def _run_on(
    client: "Client", function: Callable[[J], R], jobs: Sequence[J]
) -> Iterator[tuple[int, R | Lost]]:
    """Yield what the cluster makes of jobs; the scheduler gives a lost worker's to another."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    futures: dict[Any, int] = {
        client.submit(function, job, pure=False): place for place, job in enumerate(jobs)
    }
    for future in as_completed(list(futures)):
        place = futures.pop(future)
        try:
            yield place, future.result()
        except KilledWorker:
            yield place, Lost()
        future.release()
