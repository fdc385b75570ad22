"""Where the files that ship with taskxl are: templates and examples, installed or in a checkout."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal


def shipped(folder: Literal["templates", "examples"]) -> Traversable:
    """Return a shipped folder: inside the package when installed, else the checkout's top level."""
    inside = files("taskxl").joinpath(folder)
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / folder


def template(name: str) -> bytes:
    """Return the bytes of a shipped template, for example `附件2.xlsx`."""
    return shipped("templates").joinpath(name).read_bytes()
