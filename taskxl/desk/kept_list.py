"""主清单.xlsx as it was read last, kept by its bytes: a year's commands read the same list."""

from dataclasses import dataclass
from hashlib import sha256

from taskxl.findings import Finding
from taskxl.ledger.kept import Kept
from taskxl.model import MasterList

_SCOPE = "list"
_seen: dict[str, "KeptList"] = {}
"""The list that this run read last, by its bytes; one command asks for it several times."""


@dataclass(frozen=True, slots=True)
class KeptList:
    """What a 主清单.xlsx says in which every row bears its id: reading it asks nobody else."""

    master: MasterList
    findings: tuple[Finding, ...]


def recall_list(content: bytes) -> KeptList | None:
    """Return what a workbook of these bytes was read as in this run, None where it was not."""
    return _seen.get(_question(content))


def remember_list(content: bytes, found: KeptList) -> None:
    """Take in for the rest of this run how a workbook of these bytes reads."""
    _seen.clear()
    _seen[_question(content)] = found


def find_list(kept: Kept, content: bytes) -> KeptList | None:
    """Return what a workbook of these bytes says that is settled; None where that is not known."""
    return kept.find(KeptList, _SCOPE, _question(content))


def keep_list(kept: Kept, content: bytes, found: KeptList) -> None:
    """Keep what a settled workbook says, in place of what was kept before.

    It is settled where every office has its row, so that settling it anew changes nothing.
    """
    kept.keep(_SCOPE, [(_question(content), found)])
    kept.forget_others(_SCOPE, [_question(content)])


def _question(content: bytes) -> str:
    return sha256(content).hexdigest()
