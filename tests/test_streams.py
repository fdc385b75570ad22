"""A run without a screen, without room, without its folder, or cut short while it is loaded."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taskxl import start
from taskxl.intake.workers import read_isolated
from tests.support import make_workbook

posix_only = pytest.mark.skipif(os.name != "posix", reason="streams of a POSIX shell")
LIST = """
| 云溪县教育局2021年重点工作任务一览表 |  |  |  |
| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 |
| 1 | 编制教育发展规划 | 一是2月底前成稿。 | 计财股 |
"""
RUN = (sys.executable, "-m", "taskxl")
ROOT = Path(__file__).resolve().parent.parent


def shell(
    command: str, cwd: Path, *arguments: object, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a shell line in which `$T` is taskxl and `$1` … are the arguments."""
    return subprocess.run(
        ["sh", "-c", command, "sh", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"T": " ".join(RUN), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with issued forms."""
    root = tmp_path_factory.mktemp("streams")
    (root / "附件1.xlsx").write_bytes(make_workbook({"一览表": LIST}))
    folder = root / "2021年重点工作"
    made = shell('$T init "$1" --from "$2" && $T -C "$1" issue -m 4', root, folder, "附件1.xlsx")
    assert made.returncode == 0, made.stderr
    return folder


@posix_only
@pytest.mark.parametrize(
    ("streams", "status"),
    [("2>&-", 0), (">&-", 0), ("<&-", 0), (">&- 2>&- <&-", 0), (">/dev/full", 2)],
)
def test_a_merge_ends_well_whatever_its_streams_are(
    workspace: Path, streams: str, status: int
) -> None:
    if "full" in streams and not Path("/dev/full").exists():
        pytest.skip("no device that is always full here")
    ended = shell(f'$T -C "$1" merge -m 4 {streams}', workspace, workspace)
    assert ended.returncode == status
    assert ended.stderr.count("\n") == (1 if status else 0)
    assert "已满" in ended.stderr or not status
    assert (workspace / "2021年04月/汇总/2021年1-4月汇总.xlsx").is_file()


@posix_only
def test_a_missing_stream_gives_its_number_to_no_file_of_the_workspace(tmp_path: Path) -> None:
    code = (
        "from taskxl import start; start.mend_streams(); import os;"
        "print(open(os.path.join(os.getcwd(), 'x'), 'w').fileno() > 2)"
    )
    said = shell(f'{sys.executable} -c "{code}" 2>&- <&-', tmp_path)
    assert said.stdout == "True\n"


@posix_only
@pytest.mark.parametrize("streams", ["2>/dev/full", ">/dev/full 2>/dev/full", "2>&-"])
def test_what_cannot_even_be_said_still_ends_with_2(workspace: Path, streams: str) -> None:
    ended = shell(f'$T -C "$1" merge -m 99 {streams}', workspace, workspace)
    assert (ended.returncode, ended.stdout + ended.stderr) == (2, "")


@posix_only
def test_a_reader_that_has_gone_away_is_no_error(workspace: Path) -> None:
    ended = shell("{ $T rules; echo $? >&2; } | head -n 1", workspace)
    assert ended.stderr == "0\n"
    assert ended.stdout.count("\n") == 1


@posix_only
@pytest.mark.parametrize(
    "command", ["$T", "$T merge", "$T check", '$T init neu --from "$1/主清单.xlsx"']
)
def test_a_deleted_working_folder_is_called_so(
    workspace: Path, tmp_path: Path, command: str
) -> None:
    ended = shell(f"mkdir gone; cd gone; rmdir ../gone; {command}", tmp_path, workspace)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("当前文件夹已经不在了")
    assert ended.stderr.count("\n") == 1


def test_without_any_stream_a_run_gets_streams_that_lead_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So it is under pythonw."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    start.mend_streams()
    print("nothing", file=sys.stderr)
    print("nothing")
    assert sys.stdin.read() == ""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.close()


@posix_only
def test_ctrl_c_while_it_is_being_loaded_is_one_line(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from taskxl.start import main\n"
        "main()\n"
    )
    (tmp_path / "run.py").write_text(code)
    ended = shell(f"exec {sys.executable} run.py", tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "已中断。已经写好的文件都是完整的，可以再运行一次。\n"


def blocked(context: None, job: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, set())


@posix_only
def test_ctrl_c_is_kept_from_a_reader_from_its_first_moment() -> None:
    """The terminal sends it to all processes of a run; a reader that loads would complain."""
    assert [told for _, told in read_isolated(blocked, None, [1])] == [True]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, set())
