"""What tests share: small tables in, workspaces made once and copied, the command line called."""

import io
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from taskxl.intake.grids import Book, Sheet, Value
from taskxl.workspace.folder import Workspace


def parse_table(table: str) -> list[list[str | None]]:
    r"""Read a Markdown table without a rule line; a blank cell is None, `\n` a line break."""
    rows = []
    for line in table.strip().splitlines():
        cells = line.strip().strip("|").split("|")
        rows.append([cell.strip().replace("\\n", "\n") or None for cell in cells])
    return rows


def make_book(name: str = "表.xlsx", **sheets: str) -> Book:
    """Make a Book as a reader would, from one Markdown table a sheet."""
    return Book(
        name,
        "xlsx",
        tuple(
            Sheet(sheet, tuple(tuple[Value, ...](row) for row in parse_table(table)))
            for sheet, table in sheets.items()
        ),
    )


def make_workbook(sheets: Mapping[str, str]) -> bytes:
    """Write a real .xlsx, one sheet from each Markdown table."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        for name, table in sheets.items():
            sheet = workbook.add_worksheet(name)
            for r, row in enumerate(parse_table(table)):
                for c, cell in enumerate(row):
                    if cell is not None:
                        sheet.write_string(r, c, cell)
    return buffer.getvalue()


def make_once(make: Callable[[Path], Workspace], folder: str) -> tuple[Any, Any]:
    """Return two fixtures: a workspace that a module makes once and never changes, and its copy.

    Assign them in the test module, whose names they then have; every test that asks for the second
    has a copy of its own, in a folder of that name.
    """

    @pytest.fixture(scope="module")
    def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
        return make(tmp_path_factory.mktemp("made"))

    @pytest.fixture
    def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
        name = next(name for name, value in vars(request.module).items() if value is made)
        shutil.copytree(request.getfixturevalue(name).root, tmp_path / folder)
        return Workspace(tmp_path / folder)

    return made, copy


def call_main(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run the command line here; return exit status, standard output and standard error."""
    from taskxl import cli

    with pytest.raises(SystemExit) as left:
        cli.main([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    return int(left.value.code or 0), shown.out, shown.err
