"""The zip for Windows, unpacked and run under Wine.

Stand-ins for what Wine 8 lacks, put into the unpacked copy and nowhere else: bcryptprimitives.dll
with ProcessPrng, which libraries written in Rust ask for random numbers; and `_wmi.pyd` is taken
away, for Wine has no service behind it. Python does without it. job_keeper.c keeps the limit of a
job object (fixture `keeping`).
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.wine_computer import Windows, path_of

ROOT = Path(__file__).resolve().parent.parent.parent
RANDOM = """
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return RtlGenRandom(data, (ULONG)size);
}
"""
COMPILER = "x86_64-w64-mingw32-gcc"


@pytest.fixture(scope="session")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip: TASKXL_WINDOWS_ZIP, or built anew."""
    given = os.environ.get("TASKXL_WINDOWS_ZIP")
    if given:
        return Path(given)
    if not os.environ.get("TASKXL_TEST_WINE"):
        pytest.skip("takes minutes: TASKXL_TEST_WINE=1 builds the zip and runs it under Wine")
    for tool in ("wine", COMPILER):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    target = tmp_path_factory.mktemp("zip")
    command = [sys.executable, ROOT / "packaging" / "windows.py", "--to", target]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "No matching distribution" in done.stderr + done.stdout:
        pytest.skip("the Windows wheels cannot be fetched here")
    assert done.returncode == 0, done.stderr
    return next(target.glob("*.zip"))


@pytest.fixture(scope="session")
def windows(zipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """A Windows that speaks Chinese where this computer can make the locale for it."""
    for tool in ("wine", COMPILER):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    place = tmp_path_factory.mktemp("wine")
    home = place / "U 盘" / "电脑 一"
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(home)
    (folder,) = home.iterdir()
    source = place / "random.c"
    source.write_text(RANDOM, encoding="ascii")
    library = folder / "python" / "bcryptprimitives.dll"
    subprocess.run([COMPILER, "-shared", "-o", library, source, "-ladvapi32"], check=True)
    (folder / "python" / "_wmi.pyd").unlink()
    (place / "locale").mkdir()
    language, speaks = "C.UTF-8", "utf-8"
    locale = place / "locale" / "zh_CN.UTF-8"
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "zh_CN", "-f", "UTF-8", locale], capture_output=True, check=False
    )
    if made and locale.is_dir():
        language, speaks = "zh_CN.UTF-8", "gbk"
    # A home of its own: nothing of this computer's, and what is written there is seen.
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place / "home"),
        "WINEPREFIX": str(place / "prefix"),
        "WINEDEBUG": "-all",
        "LC_ALL": language,
        "LOCPATH": str(place / "locale") if speaks == "gbk" else "",
    }
    for name in ("home", "prefix"):
        (place / name).mkdir()
    # The programs behind Wine start with the first and keep what it was given to print to; they
    # stay (-p), for otherwise they end with each program and start anew for the next.
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    for command in (["wineserver", "-p"], ["wineboot", "-i"]):
        subprocess.run(
            command, env=environment, check=True, stderr=subprocess.DEVNULL, timeout=600, **quiet
        )
    try:
        yield Windows(folder, environment, speaks)
    finally:
        subprocess.run(["wineserver", "-k"], env=environment, capture_output=True, check=False)


@pytest.fixture
def keeping(windows: Windows, tmp_path: Path) -> Windows:
    """The same computer, where the memory limit of a job object is kept for JOBS."""
    source = Path(__file__).with_name("job_keeper.c")
    library = tmp_path / "job_keeper.dll"
    subprocess.run([COMPILER, "-shared", "-o", library, source, "-lpsapi"], check=True)
    told = {**windows.environment, "TASKXL_TEST_KEEPER": path_of(library)}
    return replace(windows, environment=told)
