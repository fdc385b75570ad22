"""A library that cannot be loaded is the installation's fault, and no file is blamed for it."""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from taskxl import cli
from taskxl.errors import TaskxlError
from taskxl.intake.gate import Limits, Refusal
from taskxl.intake.reading import read_book
from taskxl.intake.workers import read_isolated
from tests.support import make_workbook

QUICK = Limits(seconds=20.0, memory=256 << 20)


def load(context: None, job: str) -> Any:
    """Load the module that the job names, or say that it failed for want of memory."""
    if job == "narrow":
        raise ImportError("failed to map segment from shared object", name="json")
    if job == "part":
        from json import nothing_of_that_name  # type: ignore[attr-defined]  # noqa: F401
    return importlib.import_module(job).__name__


def read(*jobs: str) -> list[Any]:
    return [result for _, result in read_isolated(load, None, jobs, limits=QUICK, workers=1)]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of libraries that a worker finds, too."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("module", "body"),
    [
        ("nowhere_installed", None),
        ("broken_parts", "raise ImportError('DLL load failed', name='broken_parts.core')"),
        ("broken_library", "raise OSError('libxyz.so: cannot open shared object file')"),
    ],
)
def test_a_library_that_cannot_be_loaded_ends_the_run_and_is_named(
    library: Path, module: str, body: str | None
) -> None:
    if body is not None:
        (library / f"{module}.py").write_text(body, encoding="utf-8")
    with pytest.raises(TaskxlError, match=f"安装不完整：程序库 {module} ") as raised:
        read("json", module)
    assert "\n" not in str(raised.value)
    assert "损坏" not in str(raised.value)


def test_a_library_of_another_version_ends_the_run() -> None:
    with pytest.raises(TaskxlError, match="安装不完整：程序库 json "):
        read("part")


class Lacking:
    """A context that a worker cannot take over: its class is of a library that is not there."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return importlib.import_module, ("nowhere_installed",)


def test_a_worker_that_cannot_load_what_it_is_to_do_says_so() -> None:
    with pytest.raises(TaskxlError, match="安装不完整：程序库 nowhere_installed "):
        list(read_isolated(load, Lacking(), ["json"]))  # type: ignore[arg-type]


def test_a_library_that_a_huge_file_left_no_room_for_costs_that_file_alone() -> None:
    before, narrow, after = read("json", "narrow", "json")
    assert (before, after) == ("json", "json")
    assert isinstance(narrow, Refusal)
    assert narrow.code == "R204"


def test_a_reader_that_cannot_be_loaded_calls_no_file_damaged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "taskxl.intake.spreadsheets", None)
    with pytest.raises(ImportError):
        read_book(make_workbook({"表": "| 甲 |"}), "表.xlsx", "xlsx")


def test_the_command_line_says_it_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "taskxl.desk.lists", None)
    with pytest.raises(SystemExit) as left:
        cli.main(["check"])
    assert left.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("taskxl 的安装不完整：程序库 taskxl ")
    assert said.err.count("\n") == 1
