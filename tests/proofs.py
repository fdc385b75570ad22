"""What the second reader says of a month, in the lines that a person would read."""

from contextlib import nullcontext

from taskxl.desk import proving
from taskxl.desk.proving import Proof, prove_month
from taskxl.intake.workers import read_isolated
from taskxl.model import Period
from taskxl.workspace.folder import Workspace
from tests.reading_here import read_in_process


def look_twice(workspace: Workspace, period: Period) -> Proof:
    """Prove a month, read in this process."""
    here = proving.read_isolated is not read_isolated
    with nullcontext() if here else read_in_process():
        return prove_month(workspace, period)


def doubts(workspace: Workspace, period: Period) -> list[str]:
    """Return what the second reader misses in a month's summary; nothing where it is whole."""
    proof = look_twice(workspace, period)
    assert proof.numbers > 30, "总览 was not counted"
    return [
        *(f"{one.file}〔{one.word.sheet}〕{one.word.cell}: {one.word.text}" for one in proof.lost),
        *(f"{one.cell} {one.label}: {one.shown} ≠ {one.counted}" for one in proof.miscounts),
        *(f"unmerged: {name}" for name in proof.unmerged),
    ]
