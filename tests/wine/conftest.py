"""The zip for Windows, unpacked and run under Wine; stand_ins.py says what Wine is helped with."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests import write_watch
from tests.wine.stand_ins import TOOLS, compile_library, put_into
from tests.wine_computer import Watched, Windows, path_of

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip: TASKXL_WINDOWS_ZIP, or built anew."""
    given = os.environ.get("TASKXL_WINDOWS_ZIP")
    if given:
        return Path(given)
    if not os.environ.get("TASKXL_TEST_WINE"):
        pytest.skip("takes minutes: TASKXL_TEST_WINE=1 builds the zip and runs it under Wine")
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    target = tmp_path_factory.mktemp("zip")
    command = [sys.executable, ROOT / "packaging" / "windows.py", "--to", target]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "'download'" in done.stderr:
        pytest.skip("the Windows wheels cannot be fetched here")
    assert done.returncode == 0, done.stderr
    return next(target.glob("*.zip"))


@pytest.fixture(scope="session")
def windows(zipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """A Windows that speaks Chinese where this computer can make the locale for it."""
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    place = tmp_path_factory.mktemp("wine")
    home = place / "U 盘" / "电脑 一"
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(home)
    (folder,) = home.iterdir()
    put_into(folder, place)
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
    library = compile_library(tmp_path / "job_keeper.dll", source, "-lpsapi")
    told = {**windows.environment, "TASKXL_TEST_KEEPER": path_of(library)}
    return replace(windows, environment=told)


@pytest.fixture
def watching(windows: Windows, tmp_path: Path) -> Iterator[Watched]:
    """The same computer, where what Python writes is noted."""
    place = windows.folder / "lib" / "sitecustomize.py"
    shutil.copyfile(write_watch.__file__, place)
    notes = tmp_path / "writes"
    told = {**windows.environment, "TASKXL_TEST_WRITES": path_of(notes)}
    try:
        yield Watched(replace(windows, environment=told), notes)
    finally:
        place.unlink()


@pytest.fixture
def refusing(windows: Windows) -> Iterator[Windows]:
    """The same computer, where long paths are refused as Windows refuses them."""
    place = windows.folder / "lib" / "sitecustomize.py"
    shutil.copyfile(Path(__file__).with_name("short_paths.py"), place)
    try:
        yield windows
    finally:
        place.unlink()
