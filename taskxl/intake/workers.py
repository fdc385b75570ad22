"""Isolated reading: a stranger's file is parsed in a process that may die, hang or swell."""

import contextlib
import importlib
import logging
import math
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any, Literal, NamedTuple, TypeVar, cast

from taskxl.errors import TaskxlError, explain_unloaded
from taskxl.intake.memory import lift_memory_limit, limit_memory
from taskxl.intake.refusals import DAMAGED, OVER_LIMIT, Limits, Refusal, Refused

C = TypeVar("C")
J = TypeVar("J")
R = TypeVar("R")

_LOG = logging.getLogger(__name__)
# A second worker pays for its start (about 0.2 s with imports) from here on.
_JOBS_A_WORKER = 24
# Jobs sent in one message: enough that messages cost nothing beside reading a workbook.
_CHUNK = 8
# Results that may wait for an earlier, slower job before nothing new is started.
_WINDOW = 128
# A worker that has not even started by then never will; the machine may be very busy.
_START_SECONDS = 120.0
_STARTING = threading.Lock()
"""Held while a worker is started: one that is cut off in between could only complain."""
_RESEND = "请用 Excel 或 WPS 打开，把填报内容另存为新的 .xlsx 后重新发来。"
_DIED = Refusal(
    DAMAGED.code, f"读取这个文件时读取程序中止了，多半是文件已损坏，或要占用的内存太大。{_RESEND}"
)
_SWELLED = Refusal(OVER_LIMIT.code, f"读取这个文件要用的内存超出安全限度，已停止读取。{_RESEND}")


class _Answer(NamedTuple):
    """What a worker says of one job; after `broken` it ends, for its state is not to be trusted."""

    state: Literal["done", "stop", "broken"]
    value: Any = None
    trace: str = ""


def read_isolated(
    function: Callable[[C, J], R],
    context: C,
    jobs: Sequence[J],
    *,
    workers: int | None = None,
    limits: Limits = Limits(),  # noqa: B008 — frozen, a value
    executor: Executor | None = None,
) -> Iterator[tuple[J, R | Refusal]]:
    """Yield `(job, function(context, job))` in the order of `jobs`, each shielded from the others.

    `function` is a top-level function of a module that workers can import, not of the program that
    runs (`__main__`); it, `context`, jobs and results can be pickled. A `Refused`
    it raises becomes a Refusal, a `TaskxlError` ends the run, any other exception costs its job
    a Refusal (R201). A library that cannot be loaded is no file's fault: it ends the run.
    A job whose worker dies, or takes longer than `limits.seconds`, or needs more
    than `limits.memory`, is tried once more alone in a new worker, then refused (R201, R204).
    `workers` is their number (default: as many as processors, fewer for few jobs).
    With `executor` jobs run there instead; then nothing shields one job from another.
    Raises TaskxlError where no worker can be started, or the installation is incomplete.
    """
    if executor is not None:
        yield from _read_with(executor, function, context, jobs)
        return
    count = workers or min(_processors(), math.ceil(len(jobs) / _JOBS_A_WORKER))
    pool = _Pool(pickle.dumps((function, context, limits)), jobs, max(1, count), limits)
    try:
        yield from pool.results()
    finally:
        pool.close()


def end_readers(interrupt: Callable[[], None]) -> None:
    """End every worker of this process, none of them half-started.

    `interrupt` tells the threads that wait for them to end: none must take its own for one that a
    file has killed.
    """
    with _STARTING:
        interrupt()
        for process in multiprocessing.active_children():
            process.kill()


def keep_readers_warm(modules: Sequence[str]) -> None:
    """Start this process's workers from now on out of one that has loaded `modules` already.

    For a process that reads for one bureau after another: each still gets fresh workers, which need
    not load again what the one before had. Where the system has no such thing nothing changes.
    """
    if sys.platform == "linux" and list(modules) != _WARM:
        _WARM[:] = modules
        multiprocessing.get_context("forkserver").set_forkserver_preload(list(modules))


_WARM: list[str] = []
"""What the process has loaded from which workers are started, where there is one."""


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


# ---------------------------------------------------------------- the side that asks


class _Worker:
    """One process, the jobs it has been sent and not answered, and the time it has for the first.

    A worker may be started for one job that took another worker with it (`suspect`); once that
    is answered it is a worker like any other.
    """

    def __init__(self, setup: bytes, suspect: int | None = None) -> None:
        context: Any = multiprocessing.get_context("forkserver" if _WARM else "spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, setup), daemon=True)
        self.ready = False
        self.jobs = deque(() if suspect is None else (suspect,))
        self.deadline = time.monotonic() + _START_SECONDS
        try:
            with _STARTING, _without_interrupts(), _without_main():
                self.process.start()
        except OSError as error:
            raise TaskxlError("启动不了读取进程。请关闭一些程序，腾出内存后重新运行。") from error
        theirs.close()  # so that the pipe ends when the worker does

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join(5)
        with contextlib.suppress(ValueError):  # the system has not let go of it yet
            self.process.close()


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Keep Ctrl-C from a process started inside: while it still loads it could only complain.

    The one who starts it gets its Ctrl-C afterwards. Windows has no such mask.
    """
    if sys.platform == "win32":
        yield
    else:
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # it would take the mask away again
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep a process started inside from loading the program that is running here once more.

    It needs nothing of it, be it a script that does not expect that or one that is slow to load.
    Only one thread may be in here.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _Pool:
    """The workers of one run, and the jobs by their place in the row (a number from 0)."""

    def __init__(self, setup: bytes, jobs: Sequence[Any], count: int, limits: Limits) -> None:
        self.setup, self.jobs, self.count, self.limits = setup, jobs, count, limits
        self.workers: list[_Worker] = []
        self.again: deque[int] = deque()  # jobs that shared a worker with one that broke it
        self.suspects: deque[int] = deque()  # jobs that broke a worker once
        self.tried: set[int] = set()
        self.next_job = self.next_result = 0
        self.waiting: dict[int, Any] = {}
        self.failed_starts = 0

    def results(self) -> Iterator[tuple[Any, Any]]:
        while self.next_result < len(self.jobs):
            while self.next_result in self.waiting:
                at = self.next_result
                self.next_result += 1
                yield self.jobs[at], self.waiting.pop(at)
            if self.next_result < len(self.jobs):
                self.hand_out()
                self.listen()

    def close(self) -> None:
        for worker in self.workers:
            worker.end()
        self.workers.clear()

    def hand_out(self) -> None:
        """Give work to every worker that has none, and start workers while there is work."""
        for worker in list(self.workers):
            if worker.ready and not worker.jobs:
                self.send(worker, self.take())
        while len(self.workers) < self.count:
            if self.suspects:
                self.workers.append(_Worker(self.setup, self.suspects.popleft()))
            elif self.has_work():
                self.workers.append(_Worker(self.setup))
            else:
                return

    def has_work(self) -> bool:
        """Tell whether there is more to do than the workers now starting will take."""
        starting = sum(not worker.ready for worker in self.workers)
        last = min(len(self.jobs), self.next_result + _WINDOW)
        return len(self.again) + max(0, last - self.next_job) > starting * _CHUNK

    def take(self) -> list[int]:
        if self.again:
            return [self.again.popleft() for _ in range(min(_CHUNK, len(self.again)))]
        last = min(len(self.jobs), self.next_result + _WINDOW)
        left = max(0, last - self.next_job)
        size = min(left, _CHUNK, max(1, math.ceil(left / (2 * self.count))))
        self.next_job += size
        return list(range(self.next_job - size, self.next_job))

    def send(self, worker: _Worker, jobs: list[int]) -> None:
        if not jobs:
            return
        worker.jobs.extend(jobs)
        worker.deadline = time.monotonic() + self.limits.seconds
        try:
            worker.connection.send([self.jobs[at] for at in jobs])
        except OSError:
            self.lose(worker, _DIED)

    def listen(self) -> None:
        """Wait until a worker answers, ends, or has had its time."""
        busy = [worker for worker in self.workers if worker.jobs or not worker.ready]
        patience = min(worker.deadline for worker in busy) - time.monotonic()
        heard = wait([worker.connection for worker in busy], max(0.0, patience))
        for worker in busy:
            if worker.connection in heard:
                self.hear(worker)
            elif worker.deadline <= time.monotonic():
                self.lose(worker, self.too_slow())

    def hear(self, worker: _Worker) -> None:
        try:
            answer = worker.connection.recv()
        except (EOFError, OSError):
            self.lose(worker, _DIED)
            return
        if isinstance(answer, _Answer) and answer.state == "stop":
            raise answer.value
        if not worker.ready:
            worker.ready = True
            self.failed_starts = 0
            if worker.jobs:  # the one that it was started for
                self.send(worker, [worker.jobs.popleft()])
            return
        if answer.trace:
            _LOG.debug("%s", answer.trace)
        if answer.state == "broken":
            self.lose(worker, answer.value)
            return
        self.waiting[worker.jobs.popleft()] = answer.value
        worker.deadline = time.monotonic() + self.limits.seconds

    def lose(self, worker: _Worker, refusal: Refusal) -> None:
        """Replace a worker that ended; what it was at is tried again alone, then refused."""
        jobs = list(worker.jobs)
        self.workers.remove(worker)
        worker.end()
        if not worker.ready:
            self.failed_starts += 1
            if self.failed_starts > 2:
                raise TaskxlError("读取进程一启动就中止。请重新启动计算机或重新安装后再运行。")
            self.suspects.extend(jobs)
            return
        if not jobs:
            return
        culprit = jobs.pop(0)
        self.again.extend(jobs)
        if culprit in self.tried:
            self.waiting[culprit] = refusal
        else:
            self.tried.add(culprit)
            self.suspects.append(culprit)

    def too_slow(self) -> Refusal:
        return Refusal(
            OVER_LIMIT.code,
            f"读了 {self.limits.seconds:g} 秒还没有读完，已停止读取。{_RESEND}",
        )


# ---------------------------------------------------------------- the side that answers


def _serve(connection: Connection, setup: bytes) -> None:
    """Answer jobs until the pipe ends. Runs in the worker."""
    _keep_quiet()
    try:
        try:
            function, context, limits = pickle.loads(setup)  # noqa: S301 — from our own parent
        except ImportError as error:
            module = _find_unloaded(error) or ""
            connection.send(_Answer("stop", TaskxlError(explain_unloaded(module))))
            return
        limit_memory(limits.memory)
        connection.send("ready")
        while True:
            for job in connection.recv():
                answer = _answer(function, context, job)
                connection.send_bytes(_pack(answer))
                if answer.state == "broken":
                    return
    except (EOFError, OSError):
        return  # the parent has what it wanted, or is gone


def _answer(function: Callable[[Any, Any], Any], context: Any, job: Any) -> _Answer:
    try:
        return _Answer("done", function(context, job))
    except Refused as refused:
        return _Answer("done", Refusal(refused.code, refused.reason))
    except TaskxlError as error:
        return _Answer("stop", error)
    except MemoryError:
        return _Answer("broken", _SWELLED)
    except Exception as error:
        module = _find_unloaded(error)
        if module is not None:
            return _judge_unloaded(error, module)
        return _Answer("done", _unexpected(error), traceback.format_exc())
    except BaseException:
        # A panic of a Rust library is no Exception; after one, nothing in here is certain.
        return _Answer("broken", _DIED, traceback.format_exc())


def _find_unloaded(error: Exception) -> str | None:
    """Return the module that could not be loaded, None where something else went wrong."""
    if isinstance(error, ImportError) and error.name:
        return error.name
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    loading = [f.f_globals.get("__name__", "") for f in frames if f.f_code.co_name == "<module>"]
    return str(loading[-1]) if loading else "" if isinstance(error, ImportError) else None


def _judge_unloaded(error: Exception, module: str) -> _Answer:
    """Return whether the installation lacks a module, or a huge file left no room to load it."""
    trace = "".join(traceback.format_exception(error))
    certain = isinstance(error, ModuleNotFoundError) or str(error).startswith("cannot import name")
    if not certain and module:
        lift_memory_limit()
        with contextlib.suppress(Exception):
            importlib.import_module(module)
            return _Answer("broken", _SWELLED, trace)
    return _Answer("stop", TaskxlError(explain_unloaded(module)), trace)


def _pack(answer: _Answer) -> bytes:
    try:
        return pickle.dumps(answer)
    except MemoryError:
        return pickle.dumps(_Answer("broken", _SWELLED))
    except Exception as error:
        return pickle.dumps(_Answer("done", _unexpected(error), traceback.format_exc()))


def _unexpected(error: Exception) -> Refusal:
    """Return the refusal for a fault of ours: promise 2 of design.md holds even then."""
    return Refusal(
        DAMAGED.code, f"这个文件的结构出乎意料，没能读出（{type(error).__name__}）。{_RESEND}"
    )


def _keep_quiet() -> None:
    """Send what dying libraries print nowhere, and leave Ctrl+C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)  # no window for a process that dies
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    for name in ("stdout", "stderr"):
        # Where there is no console (pythonw) these are None, and a print would raise.
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


# ---------------------------------------------------------------- somebody else's pool


def _call(function: Callable[[C, J], R], context: C, job: J) -> R | Refusal:
    """Return the function's result, or the refusal that its exception amounts to."""
    answer = _answer(function, context, job)
    if answer.state == "stop":
        raise answer.value
    return cast("R | Refusal", answer.value)


def _read_with(
    executor: Executor, function: Callable[[C, J], R], context: C, jobs: Sequence[J]
) -> Iterator[tuple[J, R | Refusal]]:
    pending: deque[tuple[J, Future[R | Refusal]]] = deque()
    try:
        for job in jobs:
            pending.append((job, executor.submit(_call, function, context, job)))
            if len(pending) >= _WINDOW:
                yield _wait_for(*pending.popleft())
        while pending:
            yield _wait_for(*pending.popleft())
    finally:
        for _, future in pending:
            future.cancel()


def _wait_for(job: J, future: "Future[R | Refusal]") -> tuple[J, R | Refusal]:
    try:
        return job, future.result()
    except BrokenExecutor as error:
        raise TaskxlError("读取进程池中止了。请改用内置的读取方式，再运行一次。") from error
