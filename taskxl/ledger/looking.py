"""The ledger looked into where there is one."""

from collections.abc import Iterator
from contextlib import contextmanager

from taskxl.ledger import Ledger, open_ledger
from taskxl.workspace.folder import Workspace


@contextmanager
def look_into_ledger(workspace: Workspace) -> Iterator[Ledger | None]:
    """Open the ledger where there is one; without one nothing is written."""
    if not workspace.ledger_path.is_file():
        yield None
        return
    with open_ledger(workspace.ledger_path, create=False) as ledger:
        yield ledger
