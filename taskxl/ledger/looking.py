"""The ledger looked into where there is one."""

from collections.abc import Iterator
from contextlib import contextmanager

from taskxl.ledger import Ledger, open_ledger
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import await_other_computers


@contextmanager
def look_into_ledger(workspace: Workspace) -> Iterator[Ledger | None]:
    """Open the ledger where there is one; without one nothing is written.

    Raises TaskxlError, one Chinese line, where it cannot be read, or another computer is writing it
    on a network drive that does not let the two wait for each other.
    """
    if not workspace.ledger_path.is_file():
        yield None
        return
    await_other_computers(workspace)
    with open_ledger(workspace.ledger_path, create=False) as ledger:
        yield ledger
