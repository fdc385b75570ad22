"""Fixtures that all tests share."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.reading_here import read_in_process, read_in_workers

# Runs under LibreOffice's own Python, see tests/test_forms_office.py.
collect_ignore = ["clerk.py"]
# No verdict depends on how fast the machine is just now.
settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anywhere")
# openpyxl makes hundreds of thousands of cells that live; to look for cycles among them so often
# took a sixth of the suite's time.
gc.set_threshold(100_000, 50, 50)
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


@pytest.fixture(scope="session", autouse=True)
def _read_here() -> Iterator[None]:
    """Read files in this process: what shields one file from another has tests of its own."""
    with read_in_process():
        yield


@pytest.fixture
def in_workers() -> Iterator[None]:
    """Read files in workers, as in earnest: for tests of files that kill, hang or swell."""
    with read_in_workers():
        yield
