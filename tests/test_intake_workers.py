"""Isolated reading: whatever one file does to its worker, the rest of the batch never notices."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pytest

from taskxl.errors import TaskxlError
from taskxl.intake.gate import Limits, Refusal, Refused, admit, read_return_book
from taskxl.intake.workers import read_isolated

ROOT = Path(__file__).resolve().parent.parent
# Whatever else the machine does, no honest job here comes near these: none needs a millisecond,
# and how fast memory is filled does not decide what stops it.
PATIENT = Limits(seconds=300.0, memory=256 << 20)
QUICK = Limits(seconds=3.0, memory=256 << 20)
"""For a job that hangs; it costs this much time twice."""


class RustPanic(BaseException):
    """What python-calamine's PanicException is to Python."""


def refuse() -> NoReturn:
    raise Refused("R202", "文件设了密码。请取消密码后重新发来。")


def panic() -> NoReturn:
    raise RustPanic


def hang() -> None:
    threading.Event().wait()


def swell() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def abort() -> None:
    print("读取进程留在屏幕上的话")
    os.write(2, "thread panicked at …".encode())
    os.abort()


def stumble() -> NoReturn:
    raise KeyError("not an error of the file")


def stop_the_run() -> NoReturn:
    raise TaskxlError("磁盘已满。")


DEEDS: dict[str, Callable[[], Any]] = {
    "refuse": refuse,
    "panic": panic,
    "hang": hang,
    "swell": swell,
    "abort": abort,
    "stumble": stumble,
    "exit": sys.exit,
    "stop": stop_the_run,
    "lambda": lambda: lambda: None,
}


def act(context: str, job: str) -> Any:
    """Do the deed that the job names; return anything else marked."""
    return DEEDS[job]() if job in DEEDS else f"{context}{job}"


def die_once(folder: Path, job: str) -> str:
    """Be killed on the first try of job `x`, as by the system when memory runs out."""
    (folder / f"{job}-{os.getpid()}").touch()
    if job == "x" and len(list(folder.glob("x-*"))) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return job


def note_process(folder: Path, job: int) -> int:
    (folder / str(job)).touch()
    return os.getpid()


def read_file(context: None, path: Path) -> tuple[str, int]:
    admitted = admit(path)
    book = read_return_book(admitted.content, admitted.name, admitted.kind)
    return book.kind, sum(1 for sheet in book.sheets for _ in sheet.cells())


def ends(jobs: list[str], **options: Any) -> list[Any]:
    """Return what became of each job: its result, or the code it was refused with."""
    found = list(read_isolated(act, "读：", jobs, **{"limits": PATIENT, "workers": 2} | options))
    assert [job for job, _ in found] == jobs
    return [end.code if isinstance(end, Refusal) else end for _, end in found]


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("refuse", "R202"),
        ("panic", "R201"),
        ("hang", "R204"),
        ("abort", "R201"),
        ("stumble", "R201"),
        ("exit", "R201"),
        ("lambda", "R201"),
    ],
)
def test_a_bad_job_costs_itself_and_nothing_else(deed: str, code: str) -> None:
    jobs = ["一", "二", deed, "三", *"甲乙丙丁戊己庚辛"]
    limits = QUICK if deed == "hang" else PATIENT
    found = ends(jobs, limits=limits)
    assert found == [code if job == deed else f"读：{job}" for job in jobs]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no memory limit on this system")
def test_a_job_that_swells_is_stopped_at_the_memory_limit() -> None:
    found = dict(read_isolated(act, "读：", ["一", "swell", "二"], limits=PATIENT))
    assert (found["一"], found["二"]) == ("读：一", "读：二")
    assert "内存超出安全限度" in found["swell"].reason


def test_many_bad_jobs_in_a_row_are_all_named() -> None:
    jobs = ["abort", "panic", "abort", "一", "abort", "panic"]
    assert ends(jobs) == ["R201", "R201", "R201", "读：一", "R201", "R201"]


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL on this system")
def test_a_job_whose_worker_was_killed_from_outside_is_read_on_the_second_try(
    tmp_path: Path,
) -> None:
    jobs = list("abxcdefg")
    found = list(read_isolated(die_once, tmp_path, jobs, workers=1))
    assert found == [(job, job) for job in jobs]
    assert len(list(tmp_path.glob("x-*"))) == 2
    assert len(list(tmp_path.glob("a-*"))) == 1


def test_a_fault_that_ends_the_run_ends_it() -> None:
    with pytest.raises(TaskxlError, match="磁盘已满"):
        ends(["一", "stop", "二"])


def test_a_function_that_no_worker_can_load_is_said_and_not_tried_for_ever() -> None:
    with pytest.raises(TaskxlError, match="一启动就中止"):
        list(read_isolated(act, Unloadable(), ["一"]))


class Unloadable:
    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return abort, ()


def test_nothing_that_dying_workers_print_reaches_the_screen(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert ends(["abort", "panic", "stumble"]) == ["R201", "R201", "R201"]
    assert capfd.readouterr() == ("", "")


def test_workers_live_on_from_job_to_job_and_are_gone_afterwards(tmp_path: Path) -> None:
    found = list(read_isolated(note_process, tmp_path, range(300), workers=2))
    assert [job for job, _ in found] == list(range(300))
    assert len({process for _, process in found}) <= 2
    assert not multiprocessing.active_children()


def test_no_more_is_read_than_the_caller_keeps_up_with(tmp_path: Path) -> None:
    ends = read_isolated(note_process, tmp_path, range(1000), workers=2)
    assert next(ends)[0] == 0
    ends.close()
    assert len(list(tmp_path.iterdir())) < 200
    assert not multiprocessing.active_children()


def test_no_jobs_start_no_process() -> None:
    assert ends([]) == []


def test_a_few_jobs_share_one_process(tmp_path: Path) -> None:
    assert len({end for _, end in read_isolated(note_process, tmp_path, range(9))}) == 1


def test_any_executor_takes_the_place_of_the_pool() -> None:
    jobs = ["一", "refuse", "stumble", *(str(n) for n in range(300))]
    with ThreadPoolExecutor(2) as executor:
        found = ends(jobs, executor=executor)
    assert found == ["读：一", "R202", "R201", *(f"读：{n}" for n in range(300))]
    with ThreadPoolExecutor(1) as executor, pytest.raises(TaskxlError, match="磁盘已满"):
        ends(["stop"], executor=executor)


def test_the_whole_corpus_goes_through_and_every_file_has_its_end(shared: Path) -> None:
    paths = [
        path
        for folder in ("hostile", "real")
        for path in sorted((shared / "corpus" / folder).iterdir())
    ]
    found = list(read_isolated(read_file, None, paths, limits=Limits(seconds=60)))
    assert [path for path, _ in found] == paths
    for path, end in found:
        if isinstance(end, Refusal):
            assert end.code in {"R201", "R202", "R203", "R204", "R211"}, path.name
            assert end.reason.endswith("。")
    cells = {path.name: end[1] for path, end in found if isinstance(end, tuple)}
    assert cells["tidyverse+readxl__iris-excel-xlsx.xlsx"] == 755
    assert cells["dim_too_small.xlsx"] == 3


SCRIPT = """
import operator
from killer import kill_self
from taskxl.intake.workers import keep_readers_warm, read_isolated
print("loaded", flush=True)
{warm}
for function, jobs in ((operator.add, "乙丙"), (kill_self, "x"), (operator.add, "丁")):
    results = [result for _, result in read_isolated(function, "甲", [*jobs])]
    print([getattr(result, "code", result) for result in results], flush=True)
"""
KILLER = """
import os
def kill_self(context, job):
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("warm", ["", "keep_readers_warm(['json', 'no.such.module'])"])
def test_a_script_is_not_loaded_again_by_its_workers_and_each_run_has_fresh_ones(
    warm: str, tmp_path: Path
) -> None:
    """A script without the guard that multiprocessing asks for, and a job that kills its worker."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.format(warm=warm), encoding="utf-8")
    (tmp_path / "killer.py").write_text(KILLER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, check=True, timeout=300, env=environment
    )
    said = done.stdout.decode("utf-8").splitlines()
    assert said == ["loaded", "['甲乙', '甲丙']", "['R201']", "['甲丁']"]
