"""Long work: done in a thread of its own, with progress, and stopped between two steps."""

import ctypes
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from taskxl.errors import TaskxlError
from taskxl.page.odd_requests import FAULT, explain_refusal
from taskxl.page.typed_in import Typed

Tone = Literal["done", "warn", "bad", ""]
KEPT = 50
"""So many jobs are remembered, the last ones."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line of what a job says: of what (`head`, may be ""), what, and how grave it is."""

    text: str
    head: str = ""
    tone: Tone = ""


class StoppedError(Exception):
    """Somebody stopped the work: nothing has been written since its last whole step."""


def interrupt_thread(thread: threading.Thread, error: type[BaseException]) -> None:
    """Raise an error in a thread, wherever it is; one that waits for something, when it goes on."""
    if thread.ident is not None:
        number, raised = ctypes.c_ulong(thread.ident), ctypes.py_object(error)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(number, raised)


Progress = Callable[[int, int], None]
Work = Callable[[Progress], list[Said]]


@dataclass(slots=True)
class Job:
    """One piece of work: `back` is the page on which its lines are shown when it is over.

    Where it was not done that is `again`, the page of the form that asked for it, and `typed` what
    stood in that form.
    """

    label: str
    space: str
    back: str
    again: str = ""
    typed: Typed = field(default_factory=Typed)
    number: str = field(default_factory=lambda: secrets.token_hex(8))
    done: int = 0
    total: int = 0
    state: Literal["running", "done", "failed", "stopped"] = "running"
    said: tuple[Said, ...] = ()
    thread: threading.Thread | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Where its lines are shown when it is over."""
        page = self.back if self.state in ("running", "done") else self.again or self.back
        return f"{page}{'&' if '?' in page else '?'}done={self.number}"

    def interrupt(self) -> None:
        """Stop the work wherever it is, as Ctrl-C stops a command; it ends as if it were killed."""
        if self.thread is not None and not self.over.is_set():
            interrupt_thread(self.thread, KeyboardInterrupt)

    def report(self, done: int, total: int) -> None:
        """Note how far the work has come; raises StoppedError where it is to stop."""
        self.done, self.total = done, total
        if self.stopping.is_set():
            raise StoppedError


class Jobs:
    """The jobs of this server; of a workspace one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def start(self, label: str, space: str, back: str, work: Work) -> Job:
        """Start a piece of work. Raises TaskxlError while another one of its workspace runs."""
        return self.run(Job(label, space, back), work)

    def run(self, job: Job, work: Work, waits: bool = False) -> Job:
        """Start what was prepared as a job, which the work itself may yet change.

        What only tells of something that is done already `waits` for its turn.
        Raises TaskxlError where another job of its workspace runs, and it does not wait.
        """
        with self._lock:
            before = self._running(job.space) if job.space else []
            if before and not waits:
                raise TaskxlError(f"正在{before[0].label}，请等它做完，或者先停下它。")
            self._jobs[job.number] = job
            for old in [one for one in self._jobs.values() if one.over.is_set()][:-KEPT]:
                del self._jobs[old.number]
        # Whoever ends the page waits for it; what does not end even then ends with the process.
        job.thread = threading.Thread(target=_run, args=(job, work, before), daemon=True)
        job.thread.start()
        return job

    def find(self, number: str) -> Job | None:
        """Return the job of a number, None where it is none of this server's."""
        return self._jobs.get(number)

    def running(self, space: str = "") -> Job | None:
        """Return what is being done for a workspace, or for any."""
        with self._lock:
            return next(iter(self._running(space)), None)

    def all_running(self) -> list[Job]:
        """Return everything that is being done."""
        with self._lock:
            return self._running("")

    def _running(self, space: str) -> list[Job]:
        some = (job for job in self._jobs.values() if space in ("", job.space))
        return [job for job in some if not job.over.is_set()]


def _run(job: Job, work: Work, before: list[Job]) -> None:
    try:
        for other in before:
            while not other.over.wait(0.1):
                job.report(0, 0)
        job.said = tuple(work(job.report))
        job.state, job.typed = "done", Typed()
    except (StoppedError, KeyboardInterrupt):
        job.said = (Said("已停下。已经写好的都是完整的，可以再做一次。", tone="warn"),)
        job.state = "stopped"
    except (TaskxlError, OSError) as error:
        job.said = (Said(explain_refusal(error)[1], tone="bad"),)
        job.state = "failed"
    except BaseException:  # a fault of ours ends the work, and never the page
        job.said = (Said(FAULT, tone="bad"),)
        job.state = "failed"
        raise
    finally:
        job.over.set()
