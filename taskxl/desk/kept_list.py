"""主清单.xlsx as it was read last, kept by its bytes: a year's commands read the same list."""

from dataclasses import dataclass
from hashlib import sha256

from taskxl.findings import Finding
from taskxl.ledger.kept import Kept
from taskxl.model import MasterList

_SCOPE = "list"


@dataclass(frozen=True, slots=True)
class KeptList:
    """What a 主清单.xlsx says that lacks nothing: no row without an id, no office without its row.

    Reading it asks nobody but itself, and settling it changes nothing.
    """

    master: MasterList
    findings: tuple[Finding, ...]


def find_list(kept: Kept, content: bytes) -> KeptList | None:
    """Return what a workbook of these bytes says, None where that is not known."""
    return kept.find(KeptList, _SCOPE, _question(content))


def keep_list(
    kept: Kept, content: bytes, master: MasterList, findings: tuple[Finding, ...]
) -> None:
    """Keep what a settled workbook says, in place of what was kept before."""
    kept.keep(_SCOPE, [(_question(content), KeptList(master, findings))])
    kept.forget_others(_SCOPE, [_question(content)])


def _question(content: bytes) -> str:
    return sha256(content).hexdigest()
