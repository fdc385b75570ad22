"""What setup.cfg declares is what the code imports, no more and no less."""

import ast
import configparser
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IMPORTED_AS = {
    "chinesecalendar": "chinese_calendar",
    "python-calamine": "python_calamine",
    "python-docx": "docx",
    "python-oxmsg": "oxmsg",
    "fast-mail-parser": "fast_mail_parser",
    "mail-parser": "mailparser",
    "mkdocs-material": "material",
    "msoffcrypto-tool": "msoffcrypto",
    "openxml-audit": "openxml_audit",
    "pytest-xdist": "xdist",
}
"""Where a package is imported by another name than it is installed by."""
LIBREOFFICE = {"uno", "com"}
"""What LibreOffice's own Python brings; scripts that run inside it are written by tests."""
LENT = {"python_multipart"}
"""What a library that we import needs for what we ask of it (Starlette reads forms by it)."""
TOOLS = {
    "httpx2",
    "mypy",
    "ruff",
    "xdist",
    "pandas_stubs",
    "types_lxml",
    "types_olefile",
    "types_openpyxl",
}
"""What checks or runs the tests and is imported by none."""


def declared(section: str, name: str) -> set[str]:
    """Return the import names of the packages that a list of setup.cfg has."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    names = [
        re.split(r"[<>=!~\[; ]", line)[0] for line in config[section][name].split("\n") if line
    ]
    return {IMPORTED_AS.get(one, one.replace("-", "_")) for one in names}


def imported(folder: Path) -> set[str]:
    """Return the top-level names that the modules below a folder import, anywhere in them."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.split(".")[0])
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "importorskip":
                names |= {
                    str(a.value).split(".")[0] for a in node.args if isinstance(a, ast.Constant)
                }
    own = {path.stem for name in ("tests", "benchmarks") for path in (ROOT / name).glob("*.py")}
    return names - sys.stdlib_module_names - own - LIBREOFFICE - {"taskxl", "tests", "benchmarks"}


def test_the_program_needs_what_it_declares_and_declares_what_it_needs() -> None:
    needed = declared("options", "install_requires")
    extras = {"cluster", "keyring"}
    optional = set().union(*(declared("options.extras_require", extra) for extra in extras))
    used = imported(ROOT / "taskxl")
    assert used - needed - optional == set(), "imported and not declared"
    assert (needed | optional) - used - LENT == set(), "declared and imported nowhere"
    assert not needed & optional


def test_the_tests_need_what_the_test_extra_declares() -> None:
    base = declared("options", "install_requires")
    extra = declared("options.extras_require", "test")
    extra |= declared("options.extras_require", "mutants")
    used = imported(ROOT / "tests") | imported(ROOT / "taskxl") | imported(ROOT / "benchmarks")
    assert used - base - extra == set(), "imported and not declared"
    assert extra - used - TOOLS == set(), "declared and imported nowhere"


@pytest.mark.parametrize("section", ["install_requires", "test", "mutants"])
def test_every_package_the_program_itself_needs_has_a_least_version(section: str) -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    where = "options" if section == "install_requires" else "options.extras_require"
    for line in filter(None, config[where][section].split("\n")):
        stub = re.match(r"types-|pandas-stubs", line)
        assert stub or ">=" in line, line


def test_the_maintainers_page_says_what_each_library_is_for() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    required = re.findall(r"^([\w-]+)", config["options"]["install_requires"], re.MULTILINE)
    page = (ROOT / "docs" / "maintaining.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| 库 .*?\n\n", page, re.MULTILINE | re.DOTALL)
    assert sorted(re.findall(r"`([\w-]+)`", table)) == sorted([*required, "prove"])
