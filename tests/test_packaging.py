"""What taskxl is packed into for computers without Python or internet."""

import csv
import importlib.util
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from taskxl import portable

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> "type[Loader]":
    monkeypatch.syspath_prepend(str(PACKAGING))
    return Loader


class Loader:
    """Loads a script of packaging/, which is no package."""

    def __new__(cls, name: str) -> ModuleType:  # type: ignore[misc]
        path = PACKAGING / name
        loader = importlib.machinery.SourceFileLoader(path.stem, str(path))
        spec = importlib.util.spec_from_loader(path.stem, loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        loader.exec_module(module)
        return module


def make_wheel(folder: Path, name: str, *lines: str, **files: bytes) -> Path:
    path = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        metadata = "".join(f"Requires-Dist: {line}\n" for line in lines)
        archive.writestr(f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\n{metadata}")
        for file, content in files.items():
            archive.writestr(file.replace("__", "/"), content)
    return path


def test_what_setup_cfg_requires_is_what_is_packed(load: type[Loader]) -> None:
    wheelhouse = load("wheelhouse.py")
    required = wheelhouse.read_requirements()
    assert [line for line in required if line.startswith("python-calamine>=")]
    assert [line for line in required if line.startswith("pdfplumber>=")]
    assert not [line for line in required if line.startswith(("pytest", "cosmic"))]


def test_requirements_are_those_of_the_other_computer(load: type[Loader], tmp_path: Path) -> None:
    """Not of the one that builds: its pip would read the markers as they are here."""
    wheelhouse = load("wheelhouse.py")
    make_wheel(
        tmp_path,
        "a-1.0",
        'winonly; sys_platform == "win32"',
        'linuxonly; sys_platform == "linux"',
        'old; python_version < "3.12"',
        'armonly; platform_machine == "aarch64"',
        'extra1; extra == "more"',
        "b<3",
    )
    make_wheel(tmp_path, "b-2.0", "a")
    make_wheel(tmp_path, "b-3.0")
    for name in ("winonly", "linuxonly", "armonly", "extra1", "old"):
        make_wheel(tmp_path, f"{name}-1.0")
    for target, more in (
        (wheelhouse.windows("3.12"), ["winonly-1.0"]),
        (wheelhouse.linux("3.12", "x86_64"), ["linuxonly-1.0"]),
        (wheelhouse.linux("3.11", "aarch64"), ["armonly-1.0", "linuxonly-1.0", "old-1.0"]),
    ):
        wheels = wheelhouse.gather(tmp_path, target, ["a>=1", "b"])
        names = [wheel.name.removesuffix("-py3-none-any.whl") for wheel in wheels]
        assert names == sorted(["a-1.0", "b-2.0", *more])
    wheels = wheelhouse.gather(tmp_path, wheelhouse.windows("3.12"), ["a[more]>=1"])
    assert "extra1-1.0" in {wheel.name.removesuffix("-py3-none-any.whl") for wheel in wheels}


def test_a_wheel_for_another_machine_is_not_taken(
    load: type[Loader], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheelhouse = load("wheelhouse.py")
    asked: list[tuple[str, ...]] = []

    def fetch(*arguments: str) -> None:
        asked.append(arguments)
        make_wheel(tmp_path, "a-1.0").rename(tmp_path / "a-1.0-cp312-cp312-win_amd64.whl")

    make_wheel(tmp_path, "a-1.0").rename(tmp_path / "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl")
    monkeypatch.setattr(wheelhouse, "run_pip", fetch)
    (wheel,) = wheelhouse.gather(tmp_path, wheelhouse.windows("3.12"), ["a"])
    assert wheel.name == "a-1.0-cp312-cp312-win_amd64.whl"
    assert {"win_amd64", "3.12", "a"} <= {*asked[0]}
    assert len(asked) == 1


def test_a_python_that_is_not_the_pinned_one_is_refused(load: type[Loader], tmp_path: Path) -> None:
    windows = load("windows.py")
    archive = tmp_path / "python.zip"
    with zipfile.ZipFile(archive, "w") as parts:
        parts.writestr("python.exe", b"MZ")
    with pytest.raises(SystemExit, match=r"python\.zip does not hold the files of Python 3\.12\.9"):
        windows.read_python(archive)


def test_the_same_files_are_the_same_python_whatever_archive_they_come_in(
    load: type[Loader], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = load("windows.py")
    files = {"python.exe": b"MZ", "python312.dll": b"MZ2"}
    monkeypatch.setattr(windows, "FILES_DIGEST", windows.digest_files(files))
    for folder in ("", "cp312/"):
        archive = tmp_path / "python.zip"
        with zipfile.ZipFile(archive, "w") as parts:
            for name, content in reversed(files.items()):
                parts.writestr(folder + name, content)
        assert windows.read_python(archive) == files
    assert windows.digest_files(files | {"python.exe": b"MY"}) != windows.FILES_DIGEST


def test_what_is_packed_is_what_runs(load: type[Loader], tmp_path: Path) -> None:
    windows = load("windows.py")
    wheel = make_wheel(
        tmp_path,
        "taskxl-9.9",
        **{
            "taskxl__start.py": b"",
            "pandas__tests__test_a.py": b"",
            "numpy__a.pyi": b"",
            "lxml__includes__a.pxd": b"",
            "docx__templates__default.docx": b"x",
            "taskxl__examples__content__tests__a.txt": b"",
        },
    )
    files = windows.lay_out({"python.exe": b"", "winsound.pyd": b""}, [wheel], None)
    in_library = {name for name in files if name.startswith("lib/")}
    assert in_library == {
        "lib/taskxl/start.py",
        "lib/docx/templates/default.docx",
        "lib/taskxl/examples/content/tests/a.txt",
        "lib/taskxl-9.9.dist-info/METADATA",
        "lib/open_page.pyw",
        f"lib/{portable.MARK}",
        "lib/组件清单.txt",
    }
    assert "python/winsound.pyd" not in files
    assert files["python/python312._pth"].split() == [
        b"python312.zip",
        b".",
        b"..\\lib",
        b"import",
        b"site",
    ]
    assert {"模板/附件2.xlsx", "样例/附件1-重点工作任务一览表.xlsx"} <= {*files}
    for name in ("taskxl.cmd", "打开taskxl.bat"):
        # cmd.exe reads them in whatever code page the computer has.
        assert files[name].isascii()
        assert files[name].endswith(b"\r\n")
        assert b'"%~dp0' in files[name], "a path with spaces"
    said = files["先看这里.txt"].decode("utf-8-sig")
    assert said.startswith("taskxl 9.9（Windows 64 位")
    first, again = windows.pack(files, "taskxl-9.9"), windows.pack(files, "taskxl-9.9")
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert all(name.startswith("taskxl-9.9/") for name in archive.namelist())


def test_the_launcher_says_that_there_is_no_page(
    load: type[Loader], monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = load("open_page.pyw")
    monkeypatch.setattr(launcher.importlib.util, "find_spec", lambda name: None)
    told: list[str] = []
    assert launcher.run([], told.append) == 2
    assert told == [launcher.NO_PAGE]
    assert "还没有网页界面" in told[0]


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (SystemExit(0), []),
        (SystemExit(2), ["不是工作区。"]),
        (RuntimeError("x"), ["taskxl 出错了：RuntimeError：x"]),
    ],
)
def test_the_launcher_shows_what_would_stand_on_the_screen(
    load: type[Loader], monkeypatch: pytest.MonkeyPatch, ends: BaseException, told: list[str]
) -> None:
    launcher = load("open_page.pyw")
    seen: list[list[str]] = []

    def run() -> None:
        seen.append(sys.argv[1:])
        if isinstance(ends, SystemExit) and ends.code:
            sys.stderr.write("不是工作区。\n")
        raise ends

    monkeypatch.setattr(launcher.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(sys, "argv", ["open_page.pyw"])
    monkeypatch.setattr("taskxl.start.main", run)
    heard: list[str] = []
    launcher.run(["D:\\2026年 工作"], heard.append)
    assert heard == told
    assert seen == [["open", "D:\\2026年 工作"]]


# ---------------------------------------------------------------- for Linux desks


def install(
    load: type[Loader], tmp_path: Path, pythons: tuple[str, ...], machines: tuple[str, ...]
) -> "subprocess.CompletedProcess[str]":
    """Run install.sh of an archive that holds no wheels at all."""
    offline = load("offline.py")
    archive = tmp_path / "taskxl.tar.xz"
    offline.write(archive, "taskxl-9.9", offline.lay_out("9.9", {}, pythons, machines))
    with tarfile.open(archive) as parts:
        parts.extractall(tmp_path / "U 盘", filter="data")
    return subprocess.run(
        ["sh", tmp_path / "U 盘" / "taskxl-9.9" / "install.sh"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "用户 一")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_desk_without_the_python_that_is_packed_is_told(
    load: type[Loader], tmp_path: Path
) -> None:
    done = install(load, tmp_path, ("2.6",), (os.uname().machine,))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("没有找到 Python（需要 2.6 中的一种），没有安装。")
    assert not (tmp_path / "用户 一").exists()


def test_a_desk_of_another_kind_of_processor_is_told(load: type[Loader], tmp_path: Path) -> None:
    done = install(load, tmp_path, ("3.11",), ("loongarch64",))
    assert done.returncode == 2
    assert "安装包里只有 loongarch64 的组件，没有安装。" in done.stderr


def test_a_slim_wheel_is_whole_and_holds_what_runs(load: type[Loader], tmp_path: Path) -> None:
    wheelhouse = load("wheelhouse.py")
    needed = {
        "a/__init__.py": b"",
        "a/b.so": b"\x7fELF" * 1000,
        "a/data, 一.csv": b"x",
        "numpy/testing/__init__.py": b"",
        "a-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: a\nVersion: 1.0\n",
        "a-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    others = dict.fromkeys(("a/tests/test_a.py", "a/b.pyi", "numpy/f2py/a.py", "a/c.h"), b"")
    wheel = tmp_path / "a-1.0-py3-none-any.whl"
    record = "a-1.0.dist-info/RECORD"
    rows = [*(f'"{name}",sha256=x,{len(one)}' for name, one in (needed | others).items())]
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (needed | others).items():
            archive.writestr(name, content)
        archive.writestr(record, "\n".join([*rows, f"{record},,"]))
    with zipfile.ZipFile(io.BytesIO(wheelhouse.slim(wheel))) as slim:
        assert {*slim.namelist()} == {*needed, record}
        assert all(slim.read(name) == content for name, content in needed.items())
        listed = [row[0] for row in csv.reader(io.StringIO(slim.read(record).decode()))]
    assert {*listed} == {*needed, record}
    installed = tmp_path / "installed"
    wheel.write_bytes(wheelhouse.slim(wheel))
    wheelhouse.run_pip("install", "--quiet", "--no-index", "--target", str(installed), str(wheel))
    assert (installed / "a" / "b.so").is_file()


def test_what_a_linux_desk_gets(load: type[Loader], tmp_path: Path) -> None:
    offline = load("offline.py")
    wheel = make_wheel(tmp_path, "taskxl-9.9")
    files = offline.lay_out("9.9", {wheel.name: wheel}, ("3.11",), ("x86_64", "aarch64"))
    assert f"wheels/{wheel.name}" in files
    assert {"install.sh", "taskxl.desktop", "templates/附件2.xlsx", "docs/upgrading.md"} <= {*files}
    script = files["install.sh"].decode()
    assert "@" not in script.replace('"$@"', "").replace("@COMMAND@", "")
    assert "taskxl[keyring]" in script
    assert "--no-index" in script, "nothing is fetched"
    assert 'Exec="@COMMAND@" open %f' in files["taskxl.desktop"].decode()
