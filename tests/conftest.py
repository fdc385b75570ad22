"""Fixtures that all tests share."""

from datetime import date
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of real documents beside the project; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with the real documents is not here")
    return SHARED


@pytest.fixture
def today() -> date:
    """A fixed today: tests never ask the clock."""
    return date(2021, 4, 26)
