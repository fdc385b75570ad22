"""Fixtures that all tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reading_here import read_in_process

# Runs under LibreOffice's own Python, see tests/test_forms_office.py.
collect_ignore = ["clerk.py"]
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update`, which rewrites generated documents and stored dumps."""
    parser.addoption("--update", action="store_true", help="rewrite what is generated")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents beside the project; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with the real documents is not here")
    return SHARED


@pytest.fixture
def read_here() -> Iterator[None]:
    """Read files in this process: what shields one file from another has tests of its own."""
    with read_in_process():
        yield
