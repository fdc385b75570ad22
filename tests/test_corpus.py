"""The hostile post room: strangers' files, real and crafted, beside nine honest returns."""

import hashlib
import multiprocessing
import os
import shutil
import signal
import socket
import stat
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from taskxl import cli
from taskxl.dates import UNSET
from taskxl.desk import lists, return_files
from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.desk.return_files import Progress
from taskxl.desk.taking_over import init_workspace
from taskxl.intake.gate import Limits, Refusal
from taskxl.intake.workers import read_isolated
from taskxl.master.reading.hints import NO_HINTS
from taskxl.model import FileVerdict, Month, Period
from taskxl.workspace.folder import Workspace
from tests import clerks
from tests.packages import raw_workbook

# Files that kill their reader: here isolation is the fact.
pytestmark = pytest.mark.usefixtures("in_workers")
LIST = Path(__file__).resolve().parent.parent / "examples" / "附件1-重点工作任务一览表.xlsx"
APRIL = Period(2026, 4)
# What fits the second half of an expectation of HOSTILE.tsv (`reject:dtd`); a zip is opened.
FITTING: dict[str, set[str | None]] = {
    "empty": {"R201"},
    "dtd": {"R204"},
    "bomb": {"R204"},
    "doc": {"R203", "R205"},  # R203 where no LibreOffice is installed
    "pptx": {"R203"},
    "mhtml": {"R203"},
    "docx": {"R203", "R205"},  # a table in Word is read, so it is refused for what it says
    "archive": {"R203", None},
    "permission": {"R201"},
    "lockfile": {"R211"},
    "password": {"R202"},
}
AT_THE_DOOR = {"R201", "R202", "R203", "R204", "R211"}
# Read in full by the libraries, although damaged: refused, but for what it says.
HOLDING = {"ole_embedded.xlsx"}
"""An object is in it, which is opened as what lies in a parcel is."""
READABLE = {"ole_fat_count_huge.xls"}


class Desk(NamedTuple):
    """A workspace of the example's list whose April has nine filled forms under 回收."""

    workspace: Workspace
    returns: Path
    honest: frozenset[str]

    def merge(self, progress: Progress = None) -> Month:
        return merge_returns(self.workspace, APRIL, progress).month

    def check_honest(self, month: Month) -> list[FileVerdict]:
        """Assert that the nine stand as if they were alone; return the verdicts of the others."""
        files = {file.file: file for file in month.files}
        assert len(files) == len(month.files)
        assert {files[name].verdict for name in self.honest} == {"accepted"}
        assert len({files[name].office for name in self.honest}) == 9
        assert {entry.file for entry in month.entries} == self.honest
        assert sum(state.state == "submitted" for state in month.offices) == 9
        return [file for file in month.files if file.file not in self.honest]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace's folder, made once."""
    root = tmp_path_factory.mktemp("工作区") / "2026年重点工作"
    workspace = Workspace(root)
    init_workspace(root, [LIST], 2026)
    report = issue_forms(workspace, APRIL)
    for form in report.written[:9]:
        clerks.fill_form(form, report.returns / form.name, day="2026年4月20日")
        os.utime(report.returns / form.name, (1_776_600_000, 1_776_600_000))
    return root


@pytest.fixture
def office(issued: Path, tmp_path: Path) -> Desk:
    """A copy of that workspace for one test."""
    workspace = Workspace(tmp_path / issued.name)
    shutil.copytree(issued, workspace.root)
    folder = workspace.returns_folder(APRIL)
    return Desk(workspace, folder, frozenset(path.name for path in folder.iterdir()))


# ---------------------------------------------------------------- the whole corpus


def test_all_strangers_files_together_cost_one_line_each(office: Desk, shared: Path) -> None:
    for kind in ("real", "hostile"):
        shutil.copytree(shared / "corpus" / kind, office.returns / kind)
    listed = office.workspace.list_returns(APRIL)
    before = look_at(office.returns)
    month = office.merge()
    assert look_at(office.returns) == before
    others = {file.file: file for file in office.check_honest(month)}
    opened = sorted(name for name, file in others.items() if file.code is None)
    inside = sorted(set(others) - set(listed))
    assert set(listed) <= office.honest | set(others)
    assert sorted({name[: name.index("/", len("hostile/"))] for name in inside}) == opened
    for file in others.values():
        assert file.verdict in ("rejected", "skipped")
        assert (file.verdict == "skipped") == (file.code in (None, "R211"))
        assert is_one_line(file.reason)
        assert "出乎意料" not in (file.reason or ""), file
    for name, expected in expectations(shared):
        assert fits(expected, others[f"hostile/{name}"].code, name), (name, expected)


def look_at(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Return size, time and digest of every file under a folder, links not followed."""
    return {
        path.relative_to(folder).as_posix(): (
            seen.st_size,
            seen.st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(seen.st_mode) else "",
        )
        for path in sorted(folder.rglob("*"))
        if not stat.S_ISDIR((seen := path.lstat()).st_mode) and os.access(path, os.R_OK)
    }


def is_one_line(text: str | None) -> bool:
    return bool(text) and "\n" not in (text or "") and any("一" <= c <= "鿿" for c in text or "")


def expectations(shared: Path) -> Iterator[tuple[str, str]]:
    lines = (shared / "corpus" / "HOSTILE.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        name, expected, _ = line.split("\t")
        if (shared / "corpus" / "hostile" / name).exists():
            yield name, expected


def fits(expected: str, code: str | None, name: str) -> bool:
    """Tell whether a code suits what HOSTILE.tsv expects of a file that is no form of ours."""
    word, _, what = expected.partition(":")
    if "-or-" in word or word in ("see-file", "warn", "accept-warn"):
        return code in AT_THE_DOOR | {"R205", None}
    if name in HOLDING:
        return code in (None, "R205")
    if word == "accept" or name in READABLE:
        return code == "R205"  # it was read, and says nothing of any task
    if what == "permission" and os.access(os.devnull, os.R_OK) and is_administrator():
        return code in ("R201", "R205")
    return code in FITTING.get(what, AT_THE_DOOR)


def is_administrator() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def test_reading_any_file_as_a_task_list_ends_by_itself_in_a_list_or_a_line(shared: Path) -> None:
    jobs = [(path,) for kind in ("real", "hostile") for path in files_of(shared, kind)]
    ends = list(
        read_isolated(lists._read_list, (None, UNSET, NO_HINTS), jobs, limits=lists._LIST_LIMITS)
    )
    assert len(ends) == len(jobs) > 300
    for (path,), end in ends:
        if isinstance(end, Refusal):
            assert is_one_line(end.reason), path
            assert "出乎意料" not in end.reason, path
        elif isinstance(end, str):  # why it is none, with what was seen
            assert is_one_line(end), path
        else:
            task_list, _ = end
            assert not task_list.tasks, path  # nothing in the corpus is a list of tasks


def files_of(shared: Path, kind: str) -> list[Path]:
    return sorted((shared / "corpus" / kind).iterdir())


@pytest.mark.parametrize(
    "name",
    [
        "sparse_A1_XFD1048576.xlsx",
        "ods_text_s_2g.ods",
        "Thumbs.db",
        "xml_lol_sst.xlsx",
        "empty.xlsx",
    ],
)
def test_the_command_prints_one_line_and_no_traceback(
    shared: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["read", str(shared / "corpus" / "hostile" / name), "--json"])
    out, err = capfd.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert name in err
    assert is_one_line(err.strip())


# ---------------------------------------------------------------- what is no file, or oddly named


@pytest.mark.skipif(os.name != "posix", reason="such files cannot be made on this system")
def test_pipes_links_and_strange_names_cost_one_line_each(office: Desk, tmp_path: Path) -> None:
    folder = office.returns
    secret = tmp_path / "别处.xlsx"
    secret.write_bytes((folder / min(office.honest)).read_bytes())
    os.mkfifo(folder / "管道.xlsx")
    for name, target in {"链接.xlsx": secret, "断链.xlsx": tmp_path / "无", "圈": folder}.items():
        (folder / name).symlink_to(target)
    (folder / "自己.xlsx").symlink_to(folder / "自己.xlsx")
    with socket.socket(socket.AF_UNIX) as door:
        cwd = Path.cwd()
        os.chdir(folder)  # a socket's path may not be long
        door.bind("门.xlsx")
        os.chdir(cwd)
    special = {"管道.xlsx", "链接.xlsx", "断链.xlsx", "圈", "自己.xlsx", "门.xlsx"}
    odd = {
        "=cmd|'%2Fc calc'!A1.csv",
        "a\u202excod.xlsx",
        "a\nb\x1b[31m\x07.xlsx",
        f"{'长' * 83}.xlsx",
        "{0} %s ' \" <b> & .xlsx",
        " .xlsx ",
        "..xlsx",
        "-rf.xlsx",
        os.fsdecode(b"\xb8\xbd\xbc\xfe\xff.xlsx"),  # GBK, not UTF-8
        "文件夹.xlsx/里面.xlsx",
    }
    for name in odd:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x,y\n1,2\n")
    locked = folder / "无权.xlsx"
    locked.write_bytes(b"x")
    locked.chmod(0)
    month = office.merge()
    others = {file.file: file for file in office.check_honest(month)}
    assert set(others) == special | odd | {"无权.xlsx"}
    assert {others[name].code for name in special} == {"R210"}
    assert {others[name].code for name in odd} == {"R205"}
    assert others["无权.xlsx"].code == "R201"
    assert not merge_returns(office.workspace, APRIL).written  # twice is once
    for finding in month.findings:
        assert str(finding).isprintable()


# ---------------------------------------------------------------- what a file does to its reader


def sabotage(context: Any, job: Any) -> Any:
    """Read a file as the real reader does, unless its name tells of a way to die."""
    match job.path.stem:
        case "中止":
            os.abort()
        case "不停":
            threading.Event().wait()
        case "膨胀":
            hoard = []
            while True:
                hoard.append(bytearray(16 << 20))
        case "恐慌":
            raise BaseException  # what a panic of a Rust library is to Python
        case "一次":
            mark = job.path.with_name("一次.死过")
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
    return return_files._read_one(context, job)


def read_sabotaged(function: Any, context: Any, jobs: Sequence[Any], limits: Limits) -> Any:
    limits = replace(limits, seconds=4.0, memory=512 << 20)
    function = sabotage if function is return_files._read_one else function
    return read_isolated(function, context, jobs, limits=limits, workers=2)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no memory limit on this system")
def test_files_that_kill_hang_or_swell_their_reader_cost_one_line_each(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("中止", "不停", "膨胀", "恐慌"):
        (office.returns / f"{name}.csv").write_bytes(b"a,b\n")
    (office.returns / "包.csv").write_bytes(b"a,b\n")
    monkeypatch.setattr(return_files, "read_isolated", read_sabotaged)
    month = office.merge()
    others = {file.file: file for file in office.check_honest(month)}
    codes = {Path(name).stem: file.code for name, file in others.items()}
    expected = {"中止": "R201", "不停": "R204", "膨胀": "R204", "恐慌": "R201", "包": "R205"}
    assert codes == expected
    for name, file in others.items():
        assert file.sha256 == hashlib.sha256((office.returns / name).read_bytes()).hexdigest()
        assert is_one_line(file.reason)
    lines = [f for f in month.findings if f.file in others]
    assert sorted(f.file or "" for f in lines) == sorted(others)


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL on this system")
def test_workers_killed_by_hand_in_mid_merge_cost_nothing(office: Desk) -> None:
    killed = []

    def kill_all(done: int, total: int) -> None:
        if done in (2, 5):
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)
                killed.append(child.pid)

    assert office.check_honest(office.merge(kill_all)) == []
    assert len(killed) >= 2


def test_a_workbook_that_makes_the_parser_abort_costs_one_line(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 20,000 cells of one text of 60,000 characters: 200 kB here, 3.6 GB in the parser's memory.
    row = '<row r="{0}"><c r="A{0}" t="s"><v>0</v></c></row>'.format
    strings = f"<si><t>{''.join(chr(0x4E00 + n * 7919 % 20000) for n in range(60_000))}</t></si>"
    bomb = raw_workbook("".join(map(row, range(1, 20_001))), strings=strings)
    assert len(bomb) < 1 << 20
    (office.returns / "撑.xlsx").write_bytes(bomb)
    limits = Limits(memory=512 << 20)
    monkeypatch.setattr(
        return_files,
        "read_isolated",
        lambda *given, **_: read_isolated(*given, limits=limits, workers=1),
    )
    (file,) = office.check_honest(office.merge())
    assert (file.verdict, file.code in ("R201", "R204")) == ("rejected", True)
    assert file.sha256 == hashlib.sha256(bomb).hexdigest()


def test_an_old_workbook_whose_directory_runs_in_a_circle_costs_one_line(
    office: Desk, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray((shared / "corpus" / "real" / "apache+poi__49524.xls").read_bytes())
    table = 512 * (int.from_bytes(content[0x4C:0x50], "little") + 1)
    directory = int.from_bytes(content[0x30:0x34], "little")
    content[table + 4 * directory : table + 4 * directory + 4] = directory.to_bytes(4, "little")
    (office.returns / "圈.xls").write_bytes(content)
    limits = Limits(memory=512 << 20)
    monkeypatch.setattr(
        return_files,
        "read_isolated",
        lambda *given, **_: read_isolated(*given, limits=limits, workers=1),
    )
    (file,) = office.check_honest(office.merge())
    assert (file.verdict, file.code in ("R201", "R204")) == ("rejected", True)
