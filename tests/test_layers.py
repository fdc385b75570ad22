"""The house: a room imports only rooms above it in this list."""

import ast
from pathlib import Path

import pytest

HOUSE = (
    "errors",
    "paths",
    "portable",
    "text",
    "words",
    "findings",
    "a1",
    "xml",
    "row_heights",
    "resources",
    "templating",
    "approval",
    "model",
    "dates",
    "statements",
    "plan_text",
    "roster",
    "tasks",
    "orders",
    "rules",
    "intake",
    "ooxml",
    "workspace",
    "ledger",
    "mail",
    "merge",
    "frames",
    "master",
    "forms",
    "reports",
    "prove",
    "desk",
    "page",
    "commands",
    "cli",
    "start",
    "__main__",
)
PACKAGE = Path(__file__).resolve().parent.parent / "taskxl"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "templates")

# Libraries that only these rooms may use, so that the middle of the house stays pure.
ONLY_IN = {
    "click": {"cli", "commands"},
    "jinja2": {"templating", "page"},
    "starlette": {"page"},
    "uvicorn": {"page"},
    "docxtpl": {"reports"},
    "keyring": {"mail"},
    "smtplib": {"mail"},
    "imaplib": {"mail"},
    "openpyxl": {"master", "prove"},
    "xlsxwriter": {"master", "reports"},
    "pandas": {"frames", "reports"},
    "python_calamine": {"intake", "master"},
    "imapclient": {"mail"},
    "email": {"mail", "ledger", "prove"},
    "docx": {"intake", "reports"},
    "sqlite3": {"ledger"},
    "multiprocessing": {"intake", "desk"},
    "dask": {"desk"},
    "distributed": {"desk"},
    "icalendar": {"reports"},
    "subprocess": {"intake"},
}
CLOCK = {"now", "today", "utcnow", "time_ns", "localtime", "gmtime"}


def room_of(path: Path) -> str:
    """Return the room a module belongs to: its package below taskxl, or its own name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> list[str]:
    """Return the dotted names of everything a module imports, at its top or inside functions."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_rooms_above_its_own(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    assert room in HOUSE, f"{room} has no place in the house: add it to HOUSE"
    for name in imports_of(path):
        if not name.startswith("taskxl."):
            continue
        other = name.split(".")[1]
        if other in HOUSE and other != room:
            assert HOUSE.index(other) < HOUSE.index(room), f"{room} imports {other}, which is below"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_library_is_used_only_in_its_rooms(path: Path) -> None:
    for name in imports_of(path):
        rooms = ONLY_IN.get(name.split(".")[0])
        assert rooms is None or room_of(path) in rooms, f"{room_of(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_the_command_line_asks_the_clock(path: Path) -> None:
    if room_of(path) in ("cli", "commands"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            named = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            asks = named in {"date", "datetime", "time"} and node.func.attr in CLOCK
            assert not asks, f"{path.name}:{node.lineno} asks the clock"


def test_merging_is_pure() -> None:
    for path in (PACKAGE / "merge").glob("*.py"):
        assert not {"pathlib", "os", "io", "shutil", "open"} & set(imports_of(path)), path.name
        called = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert "open" not in called


def test_the_second_reader_shares_no_code_with_the_first() -> None:
    """What `prove` is to find would be overlooked by the same eyes."""
    ground = {"a1", "words", "prove"}
    for path in (PACKAGE / "prove").glob("*.py"):
        ours = {name.split(".")[1] for name in imports_of(path) if name.startswith("taskxl.")}
        assert ours <= ground, f"{path.name} imports {ours - ground}"


def test_no_module_name_stands_in_two_rooms() -> None:
    """A module is called what it is; only a command may bear the name of what it is about."""
    seen: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.stem.startswith("__") or path.parent.name == "commands":
            continue
        assert path.stem not in seen, f"{path} and {seen[path.stem]}"
        seen[path.stem] = path
