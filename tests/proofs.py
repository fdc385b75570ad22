"""What the second reader says of a month, in the lines that a person would read."""

from taskxl.desk.proving import prove_month
from taskxl.model import Period
from taskxl.workspace.folder import Workspace


def doubts(workspace: Workspace, period: Period) -> list[str]:
    """Return what the second reader misses in a month's summary; nothing where it is whole."""
    proof = prove_month(workspace, period)
    assert proof.numbers > 30, "总览 was not counted"
    return [
        *(f"{one.file}〔{one.word.sheet}〕{one.word.cell}: {one.word.text}" for one in proof.lost),
        *(f"{one.cell} {one.label}: {one.shown} ≠ {one.counted}" for one in proof.miscounts),
        *(f"unmerged: {name}" for name in proof.unmerged),
    ]
