"""The zip on Windows: a month with Chinese names, and what only Windows does to files."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import openpyxl
import pytest

from taskxl.desk.issuing import issue_forms
from taskxl.desk.json import month_json
from taskxl.desk.merging import merge_returns
from taskxl.desk.taking_over import init_workspace
from taskxl.desk.yearbook import write_year
from taskxl.model import Period
from taskxl.portable import KEPT
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, MASTER_LIST
from tests.support import make_workbook
from tests.wine_computer import Watched, Windows, path_of

in_full = pytest.mark.skipif(
    os.environ.get("TASKXL_TEST_WINE") == "ci",
    reason="CI runs those that tell most: TASKXL_TEST_WINE=1 runs all",
)
JOBS = Path(__file__).with_name("on_windows.py")


def make_list(path: Path, table: str = MASTER_LIST) -> Path:
    path.write_bytes(make_workbook({"Sheet1": table}))
    return path


@pytest.fixture(scope="module")
def month(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace made and issued on Windows, two of three forms filled and sent back."""
    place = tmp_path_factory.mktemp("月") / "云溪县 教育局"
    place.mkdir()
    workspace = Workspace(place / "2021年重点工作")
    source = make_list(place / "附件1 一览表.xlsx")
    status, said, error = windows.taskxl("init", workspace.root, "--from", source)
    assert (status, error) == (0, ""), said
    status, said, error = windows.taskxl("-C", workspace.root, "issue", "--month", "4")
    assert (status, error) == (0, ""), said
    for office in ("办公室", "基教股"):
        form = workspace.form_path(office, APRIL)
        fill_form(form, workspace.returns_folder(APRIL) / form.name)
    (workspace.returns_folder(APRIL) / "坏文件.xlsx").write_bytes(b"PK\x03\x04 not a zip")
    return workspace


@pytest.fixture
def workspace(month: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the month."""
    shutil.copytree(month.root, tmp_path / "2021年重点工作")
    return Workspace(tmp_path / "2021年重点工作")


def merge(windows: Windows, workspace: Workspace) -> dict[str, object]:
    status, said, error = windows.taskxl("-C", workspace.root, "merge", "--month", "4", "--json")
    assert status == 0, error
    return json.loads(said)  # type: ignore[no-any-return]


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def wait_for(seen: Callable[[], object], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.2)


def look_at(address: str, wanted: str) -> str:
    """Enter the page as a browser does, and return it as soon as it has `wanted`."""
    browser = build_opener(HTTPCookieProcessor())
    seen = [browser.open(address)]
    home = seen[0].geturl()
    texts = [seen[0].read().decode()]

    def shows() -> bool:
        texts.append(browser.open(home).read().decode())
        return wanted in texts[-1]

    wait_for(shows)
    return texts[-1]


def deed(call: str) -> tuple[str, str]:
    """Return how Windows' Python does something of `on_windows`, which its readers can import."""
    return (
        "-c",
        f"import sys; sys.path.insert(0, {path_of(JOBS.parent)!r}); import on_windows; {call}",
    )


@contextmanager
def holding(windows: Windows, what: str, path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Have another process of Windows keep something inside the block."""
    process = windows.start(windows.python, *deed(f"on_windows.{what}({path_of(path)!r})"))
    assert process.stdout is not None
    heard = process.stdout.readline().strip()
    if heard != b"held":
        raise AssertionError((heard, process.communicate(b"\n")[1]))
    try:
        yield process
    finally:
        process.communicate(b"\n", timeout=60)


def test_the_month_on_windows_is_the_month_on_linux(
    windows: Windows, workspace: Workspace, tmp_path: Path
) -> None:
    twin = Workspace(tmp_path / "twin")
    shutil.copytree(workspace.root, twin.root)
    theirs = merge(windows, workspace)
    ours = month_json(merge_returns(twin, APRIL).month, "")
    for part in ("entries", "unplaced", "files"):
        assert theirs[part] == json.loads(json.dumps(ours[part], default=str)), part
    assert {one["verdict"] for one in theirs["files"]} == {"accepted", "rejected"}  # type: ignore[attr-defined]
    assert workspace.summary_path(APRIL).is_file()
    status, said, _ = windows.taskxl("-C", workspace.root, "status")
    assert status == 0
    assert "计财股" in said


@in_full
def test_twice_is_once(windows: Windows, workspace: Workspace) -> None:
    merge(windows, workspace)
    before = workspace.summary_path(APRIL).read_bytes()
    merge(windows, workspace)
    assert workspace.summary_path(APRIL).read_bytes() == before


@in_full
def test_nothing_is_written_outside_the_folder(watching: Watched, workspace: Workspace) -> None:
    windows = watching.computer
    home = Path(windows.environment["HOME"])
    users = Path(windows.environment["WINEPREFIX"]) / "drive_c" / "users"

    before = files_of(home) | files_of(users)
    merge(windows, workspace)
    assert files_of(home) | files_of(users) == before
    assert not watching.written_outside(windows.folder, workspace.root)
    assert watching.written_outside(windows.folder), "the watch sees"


@in_full
def test_a_stick_finds_its_workspaces_under_another_letter(
    windows: Windows, workspace: Workspace
) -> None:
    """As drives E: and then F:, with a workspace beside the folder."""
    drives = Path(windows.environment["WINEPREFIX"]) / "dosdevices"
    stick = windows.folder.parent
    root = stick / "2021年重点工作"
    shutil.copytree(workspace.root, root)
    code = "from taskxl.page.remembering import *; state = find_state(); "
    tell = "print(*recall_workspaces(state), sep=chr(10))"

    def run(letter: str, what: str) -> str:
        drive = drives / f"{letter.lower()}:"
        drive.symlink_to(stick)
        try:
            python = f"{letter}:\\{windows.folder.name}\\python\\python.exe"
            status, said, error = windows.run(python, "-c", code + what)
            assert (status, error) == (0, "")
            return said.strip()
        finally:
            drive.unlink()

    try:
        run("E", f"remember_workspace(state, Path(r'E:\\{root.name}'))")
        assert run("F", tell).split("\n")[0] == f"F:\\{root.name}"
    finally:
        shutil.rmtree(root)


@in_full
def test_the_prompt_finds_taskxl_by_its_name(windows: Windows) -> None:
    status, said, _ = windows.run("cmd", "/c", "taskxl.cmd --version")
    assert (status, said.split()[0]) == (0, "taskxl")


@in_full
def test_without_a_console_it_ends_quietly(windows: Windows, workspace: Workspace) -> None:
    program = windows.folder / "python" / "pythonw.exe"
    status, said, error = windows.run(program, "-m", "taskxl", "-C", workspace.root, "status")
    assert (status, error) == (0, "")
    assert "Traceback" not in said


@in_full
def test_a_chinese_console_is_written_in_its_code_page(
    windows: Windows, workspace: Workspace
) -> None:
    if windows.speaks != "gbk":
        pytest.skip("the locale zh_CN cannot be made here")
    status, said, _ = windows.run(windows.python, "-c", "import sys; print(sys.stdout.encoding)")
    assert (status, said.strip()) == (0, "gbk")
    # What GBK has no letter for is escaped, and stops nothing.
    odd = workspace.returns_folder(APRIL) / "表😀.xlsx"
    odd.write_bytes(b"no workbook")
    status, said, error = windows.taskxl("-C", workspace.root, "merge", "--month", "4")
    assert (status, error) == (0, "")
    assert "写好 " in said
    assert "表\\U0001f600.xlsx：" in said


@in_full
def test_a_second_run_is_told_who_holds_the_workspace(
    windows: Windows, workspace: Workspace
) -> None:
    with holding(windows, "hold_workspace", workspace.root):
        status, said, error = windows.taskxl("-C", workspace.root, "merge", "--month", "4")
    assert (status, said) == (2, "")
    assert "这个工作区正由另一个 taskxl 使用（merge，进程 " in error
    merge(windows, workspace)


@in_full
def test_a_lock_dies_with_its_process(windows: Windows, workspace: Workspace) -> None:
    with holding(windows, "hold_workspace", workspace.root) as process:
        process.kill()
        subprocess.run(
            ["wine", "taskkill", "/f", "/im", "python.exe"],
            env=windows.environment,
            capture_output=True,
            check=False,
        )
    merge(windows, workspace)


def test_a_workbook_that_is_open_elsewhere_is_not_written(
    windows: Windows, workspace: Workspace
) -> None:
    merge(windows, workspace)
    path = workspace.summary_path(APRIL)
    before = path.read_bytes()
    form = workspace.form_path("计财股", APRIL)
    fill_form(form, workspace.returns_folder(APRIL) / form.name)
    with holding(windows, "hold", path):
        status, _, error = windows.taskxl("-C", workspace.root, "merge", "--month", "4")
    assert status == 2
    assert "正被 Excel 或 WPS 占用，没有写入。请关闭后再运行。" in error
    assert path.read_bytes() == before
    merge(windows, workspace)
    assert path.read_bytes() != before


def test_a_reader_that_dies_hangs_or_swells_costs_one_file(windows: Windows) -> None:
    jobs = ("1", "die", "2", "hang", "3", "limit", "4")
    status, said, error = windows.run(windows.python, *deed("on_windows.main()"), *jobs)
    assert (status, error) == (0, "")
    assert said.splitlines() == [
        "1 = read 1",
        "die = R201 读取这个文件时读取程序中止了",
        "2 = read 2",
        "hang = R204 读了 8 秒还没有读完",
        "3 = read 3",
        "limit = limit True",
        "4 = read 4",
    ]


def test_a_reader_that_swells_meets_the_limit_of_its_job_object(keeping: Windows) -> None:
    status, said, error = keeping.run(keeping.python, *deed("on_windows.main()"), "1", "swell", "2")
    assert (status, error) == (0, "")
    assert said.splitlines() == [
        "1 = read 1",
        "swell = R204 读取这个文件要用的内存超出安全限度",
        "2 = read 2",
    ]


@in_full
def test_names_that_windows_forbids(windows: Windows, tmp_path: Path) -> None:
    odd = ("CON", "信息/网络股", "a:b*c?", "信息IT组", "信息it组", "末尾点.")
    rows = "\n".join(
        f"| {n} | 任务{n} | 内容。 | {office} | 张三 | |" for n, office in enumerate(odd, 1)
    )
    head = "\n".join(MASTER_LIST.splitlines()[:3])
    source = make_list(tmp_path / "附件1.xlsx", f"{head}\n{rows}")
    workspace = Workspace(tmp_path / "年")
    status, _, error = windows.taskxl("init", workspace.root, "--from", source)
    assert status == 0, error
    status, _, error = windows.taskxl("-C", workspace.root, "issue", "--month", "4")
    assert status == 0, error
    twin = Workspace(tmp_path / "twin")
    init_workspace(twin.root, [source], 2021)
    issue_forms(twin, Period(2021, 4))

    def forms(one: Workspace) -> list[str]:
        return sorted(path.name for path in one.issue_folder(APRIL).glob("*.xlsx"))

    assert forms(workspace) == forms(twin)
    assert len({name.casefold() for name in forms(workspace)}) >= len(odd) - 1


def test_paths_longer_than_260_characters(
    refusing: Windows, workspace: Workspace, tmp_path: Path
) -> None:
    """As deep as folders may be nested, and deeper than SQLite counts by itself (1,040 bytes)."""
    long = tmp_path / ("很长的文件夹名称" * 10) / ("再长一些" * 20) / ("还有一层" * 20)
    deep = Workspace(long / ("工作" * 40) / "2021年重点工作")
    shutil.copytree(workspace.root, deep.root)
    returns = deep.returns_folder(APRIL)
    inner = returns / ("股室发来的" * 16)
    inner.mkdir()
    form = deep.form_path("计财股", APRIL)
    fill_form(form, inner / form.name)
    assert len(path_of(deep.root)) > 260
    assert len(str(deep.ledger_path).encode()) > 1040
    status, told, error = refusing.taskxl("-C", deep.root, "issue", "4")
    assert (status, error) == (0, "")
    said = merge(refusing, deep)
    assert [one["verdict"] for one in said["files"]].count("accepted") == 3  # type: ignore[attr-defined]
    status, more, error = refusing.taskxl("-C", deep.root, "prove", "4")
    assert (status, error) == (0, "")
    assert "\\\\?\\" not in told + more + said["summary"], "the mark is for Windows, not for people"
    assert said["summary"] == path_of(deep.summary_path(APRIL))
    assert deep.summary_path(APRIL).is_file()


@in_full
def test_the_year_book_is_that_of_linux(
    windows: Windows, workspace: Workspace, tmp_path: Path
) -> None:
    merge(windows, workspace)
    twin = Workspace(tmp_path / "twin")
    shutil.copytree(workspace.root, twin.root)
    status, _, error = windows.taskxl("-C", workspace.root, "ledger")
    assert (status, error) == (0, "")
    write_year(twin)

    def cells(one: Workspace) -> dict[str, list[tuple[object, ...]]]:
        book = openpyxl.load_workbook(one.year_path(2021))
        return {sheet.title: [*sheet.values] for sheet in book}

    assert cells(workspace) == cells(twin)
    status, _, error = windows.taskxl("-C", workspace.root, "year")
    assert (status, error) == (0, "")
    assert workspace.year_report_path(2021).is_file()


def test_two_clicks_open_the_page_in_the_browser(
    watching: Watched, workspace: Workspace, tmp_path: Path
) -> None:
    """Without a console; Wine asks the Linux beneath it to open an address."""
    windows = watching.computer
    asked = tmp_path / "asked"
    browser = tmp_path / "bin" / "xdg-open"
    browser.parent.mkdir()
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" >"{asked}.new" && mv "{asked}.new" "{asked}"\n')
    browser.chmod(0o755)
    path = f"{browser.parent}:{windows.environment['PATH']}"
    computer = replace(windows, environment={**windows.environment, "PATH": path})
    users = Path(windows.environment["WINEPREFIX"]) / "drive_c" / "users"
    before = files_of(users)
    computer.click("cmd", "/c", "打开taskxl.bat", workspace.root)
    try:
        wait_for(asked.exists)
        address = asked.read_text()
        assert address.startswith("http://127.0.0.1:")
        month = look_at(address, "计财股")
        assert "2021年4月" in month
        with pytest.raises(HTTPError):
            urlopen(address)  # which lets one browser in
    finally:
        computer.click("taskkill", "/f", "/im", "pythonw.exe")
    assert files_of(users) == before
    assert not watching.written_outside(windows.folder, workspace.root)
    kept = {path.name for path in files_of(windows.folder / KEPT)}
    # All but the list of workspaces go when the page is closed.
    assert kept == {"page.json", "workspaces.json", "in-use"}


@in_full
def test_ctrl_c_ends_the_page_and_leaves_nothing_behind(
    windows: Windows, workspace: Workspace
) -> None:
    call = f"on_windows.press_ctrl_c('open', {path_of(workspace.root)!r}, '--no-browser')"
    status, said, _ = windows.run(windows.python, *deed(call))
    assert status == 0
    assert said.strip() == "0 b'' b''"
    users = Path(windows.environment["WINEPREFIX"]) / "drive_c" / "users"
    assert not [path for path in files_of(users) if path.name == "page.json"]


@in_full
def test_the_launcher_runs_the_page_or_says_that_there_is_none(windows: Windows) -> None:
    launcher = windows.folder / "lib" / "open_page.pyw"
    code = (
        "import runpy, sys; one = runpy.run_path(sys.argv[1]); "
        "print(one['run'](['--help'], lambda text: print(text)))"
    )
    status, said, error = windows.run(windows.python, "-c", code, launcher)
    assert (status, error) == (0, "")
    has_page = (windows.folder / "lib" / "taskxl" / "page").is_dir()
    assert said.splitlines()[-1] == ("0" if has_page else "2")
    assert ("还没有网页界面" in said) != has_page
