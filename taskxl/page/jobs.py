"""Long work: done in a thread of its own, with progress, and stopped between two steps."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from taskxl.errors import TaskxlError
from taskxl.page.odd_requests import FAULT, explain_refusal

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


Progress = Callable[[int, int], None]
Work = Callable[[Progress], list[Said]]


@dataclass(slots=True)
class Job:
    """One piece of work: `back` is the page on which its lines are shown when it is over."""

    label: str
    space: str
    back: str
    number: str = field(default_factory=lambda: secrets.token_hex(8))
    done: int = 0
    total: int = 0
    state: Literal["running", "done", "failed", "stopped"] = "running"
    said: tuple[Said, ...] = ()
    stopping: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Where its lines are shown when it is over."""
        return f"{self.back}{'&' if '?' in self.back else '?'}done={self.number}"

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

    def run(self, job: Job, work: Work) -> Job:
        """Start what was prepared as a job, which the work itself may yet change."""
        with self._lock:
            running = self._running(job.space) if job.space else None
            if running is not None:
                raise TaskxlError(f"正在{running.label}，请等它做完，或者先停下它。")
            self._jobs[job.number] = job
            for old in [one for one in self._jobs.values() if one.state != "running"][:-KEPT]:
                del self._jobs[old.number]
        threading.Thread(target=_run, args=(job, work), daemon=False).start()
        return job

    def find(self, number: str) -> Job | None:
        """Return the job of a number, None where it is none of this server's."""
        return self._jobs.get(number)

    def running(self, space: str = "") -> Job | None:
        """Return what is being done for a workspace, or for any."""
        with self._lock:
            return self._running(space)

    def _running(self, space: str) -> Job | None:
        return next(
            (
                job
                for job in self._jobs.values()
                if job.state == "running" and space in ("", job.space)
            ),
            None,
        )


def _run(job: Job, work: Work) -> None:
    try:
        job.said = tuple(work(job.report))
        job.state = "done"
    except StoppedError:
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
