"""Somebody's Dask cluster: a scheduler and workers that were started apart from taskxl."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from taskxl import __version__
from taskxl.desk.rolling_up import look_from_worker
from taskxl.desk.spreading import LOCAL, Spread, _connect
from taskxl.workspace.folder import Workspace
from taskxl.workspace.searching import find_workspaces
from tests.bureaus import make_bureau
from tests.crashes import read_records, read_tree
from tests.support import call_main

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(sys.platform == "win32", reason="processes are started as on Linux"),
]
ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0
UNSEEING = (
    "unshare",
    "--mount",
    "sh",
    "-c",
    'mount -t tmpfs none "$0" && exec "$@"',
)


@contextmanager
def started(*command: object, daemon: bool = False) -> Iterator[None]:
    """Run a program of Dask's while the block lasts."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DASK_DISTRIBUTED__WORKER__DAEMON": str(daemon),
    }
    process = subprocess.Popen(
        [*map(str, command)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def dask(*words: object) -> tuple[object, ...]:
    return (sys.executable, "-m", "dask", *words)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler that runs by itself."""
    told = tmp_path / "scheduler.json"
    command = dask("scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard")
    with started(*command, "--scheduler-file", told):
        waiting = threading.Event()
        for _ in range(int(PATIENCE / 0.2)):
            if told.is_file() and told.stat().st_size:
                break
            waiting.wait(0.2)
        yield str(json.loads(told.read_text())["address"])


def worker(scheduler: str, *more: object) -> tuple[object, ...]:
    return dask(
        "worker", scheduler, "--nthreads", 1, "--no-dashboard", "--death-timeout", 60, *more
    )


@pytest.fixture(scope="module")
def unmerged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two counties whose returns have come."""
    root = tmp_path_factory.mktemp("apart") / "全市"
    for number in (1, 2):
        make_bureau(root, number, 2, (4,), merged=())
    return root


def test_merging_through_a_scheduler_that_runs_elsewhere_gives_the_same_files(
    scheduler: str, unmerged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = tmp_path / "本机" / "全市", tmp_path / "集群" / "全市"
    for copy in (here, there):
        shutil.copytree(unmerged, copy)
    assert call_main(capsys, "merge", "4", "--workspaces", here, "--workers", 1)[0] == 0
    with started(*worker(scheduler, "--nworkers", 2)):
        code, out, err = call_main(
            capsys, "merge", "4", "--workspaces", there, "--cluster", scheduler
        )
    assert (code, err) == (0, "")
    assert "2 个工作区，汇总了 2 个" in out
    for one, other in zip(find_workspaces(here), find_workspaces(there), strict=True):
        assert read_tree(Workspace(one)) == read_tree(Workspace(other))
        assert len(read_records(Workspace(one))) == len(read_records(Workspace(other)))
    assert (there / "2021年1-4月各单位汇总.xlsx").is_file()


def test_a_worker_that_does_not_see_the_shared_folder_is_one_line_and_nothing_is_done(
    scheduler: str, unmerged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "全市"
    shutil.copytree(unmerged, root)
    hide = [*UNSEEING, str(root)]
    if shutil.which("unshare") is None or subprocess.run([*hide, "true"], check=False).returncode:
        pytest.skip("no folder can be hidden from one process here")
    before = sorted(root.rglob("*"))
    with started(*hide, *worker(scheduler, "--no-nanny")):
        code, out, err = call_main(
            capsys, "merge", "4", "--workspaces", root, "--cluster", scheduler
        )
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "看不到文件夹" in err
    assert "从同一个路径挂上共享文件夹" in err
    assert sorted(root.rglob("*")) == before


def test_a_worker_that_may_not_read_files_apart_is_one_line(
    scheduler: str, unmerged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with started(*worker(scheduler), daemon=True):
        code, _, err = call_main(
            capsys, "merge", "4", "--workspaces", unmerged, "--cluster", scheduler
        )
    assert code == 2
    assert err.count("\n") == 1
    assert "DASK_DISTRIBUTED__WORKER__DAEMON=False" in err


def test_a_lost_workers_replacement_may_take_its_time_to_start() -> None:
    """After Dask's own 15 seconds the place stays empty, and a busy machine needs longer."""
    config = pytest.importorskip("dask.config")
    with _connect(Spread(1, LOCAL)):
        assert config.get("distributed.deploy.lost-worker-timeout") == "10 minutes"
        assert config.get("distributed.worker.daemon") is False


def test_a_worker_with_another_taskxl_says_which() -> None:
    assert f"是 {__version__} 版，这里是 9.9 版" in look_from_worker((), "9.9")


def test_a_scheduler_without_workers_is_one_line(
    scheduler: str,
    unmerged: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taskxl.desk.spreading._CONNECT_SECONDS", 5)
    code, _, err = call_main(capsys, "merge", "4", "--workspaces", unmerged, "--cluster", scheduler)
    assert code == 2
    assert err.count("\n") == 1
    assert "没有工作进程" in err
