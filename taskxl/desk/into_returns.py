"""Files put under 回收/, whole or not at all: what is half-written lies beside it, never in it."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from taskxl.intake.gate import read_once, skip_by_name
from taskxl.intake.refusals import Refused
from taskxl.workspace.files import write_whole
from taskxl.workspace.folder import RETURNS


def index_returns(folder: Path, files: Iterable[str]) -> dict[str, str]:
    """Return what lies under 回收/ by its SHA-256; nothing is opened beyond its bytes.

    What is no return by its name, such as a half-written file, holds nothing.
    """
    held: dict[str, str] = {}
    for file in files:
        if skip_by_name(Path(file).name):
            continue
        with suppress(Refused):
            held.setdefault(hashlib.sha256(read_once(folder / file)[0]).hexdigest(), file)
    return held


def write_return(folder: Path, path: Path, content: bytes) -> bool:
    """Put a file at a path below 回收/ (`folder`) whole or not at all; see `write_whole`.

    What a run that is killed leaves lies in the month's folder, where the next one clears it away.
    """
    return write_whole(path, content, by=folder.parent if folder.name == RETURNS else None)
