"""taskxl unpacked from its zip: what it remembers and lays aside lies in its own folder."""

import contextlib
import os
from hashlib import sha256
from pathlib import Path

MARK = "taskxl-portable"
"""A file that the builder of the zip lays beside the package: there the folder above is its own."""
KEPT = "记录"


def unpacked_folder() -> Path | None:
    """Return the folder that the zip was unpacked into, None where taskxl is installed."""
    # Not resolved: that makes of a mapped drive a share, which other programs know otherwise.
    library = Path(os.path.abspath(__file__)).parent.parent  # noqa: PTH100
    return library.parent if (library / MARK).is_file() else None


def own_place(unpacked: Path) -> Path:
    """Return where in that folder lies what a run needs, for this user on this computer alone.

    A stick goes from computer to computer, and a share is used from several at once.
    """
    computer = os.environ.get("COMPUTERNAME") or getattr(os, "uname", lambda: ("", ""))()[1]
    user = os.environ.get("USERNAME") or os.environ.get("USER", "")
    return unpacked / KEPT / sha256(f"{computer} {user}".encode()).hexdigest()[:12]


def keep_temporary_inside() -> None:
    """Have temporary files made in the unpacked folder; `tempfile` looks elsewhere if it cannot.

    TMPDIR is heard by Python and handed down to readers; a browser on Windows does not look at it.
    """
    unpacked = unpacked_folder()
    if unpacked is not None:
        with contextlib.suppress(OSError):
            place = own_place(unpacked)
            place.mkdir(parents=True, exist_ok=True)
            os.environ["TMPDIR"] = str(place)


def folder_for_workspaces() -> Path:
    """Return where a new workspace is proposed: beside the unpacked folder, else at home.

    Not within a folder named after taskxl, as unpacking makes one: those are deleted when a new
    version comes.
    """
    unpacked = unpacked_folder()
    if unpacked is None:
        return Path.home()
    return next(
        (one for one in unpacked.parents if not one.name.casefold().startswith("taskxl")),
        Path.home(),
    )
