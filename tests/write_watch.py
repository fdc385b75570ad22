"""Notes every file and folder that a Python program makes, writes or renames.

Its text is laid where Python finds it as `sitecustomize`, in the program under test and in the
readers that it starts; it asks nothing of taskxl. TASKXL_TEST_WRITES names the file for the notes.
"""

import os
import sys
from urllib.parse import unquote


def watch(notes: str) -> None:
    """Write each path down, from now on."""
    handle = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def hear(event: str, given: tuple[object, ...]) -> None:
        if event == "open":
            path, mode, flags = given[:3]
            if not (isinstance(flags, int) and flags & writing) and not set(str(mode)) & set(
                "wax+"
            ):
                return
        elif event in ("os.rename", "os.link", "os.symlink"):
            path = given[1]
        elif event == "os.mkdir":
            path = given[0]
        elif event == "sqlite3.connect" and "mode=rw" in str(given[0]):
            path = unquote(str(given[0]).removeprefix("file:").partition("?")[0])
        else:
            return
        if isinstance(path, str | bytes | os.PathLike):
            whole = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 — as it was asked for
            os.write(handle, f"{whole}\n".encode("utf-8", "surrogateescape"))

    sys.addaudithook(hear)


if "TASKXL_TEST_WRITES" in os.environ:
    watch(os.environ["TASKXL_TEST_WRITES"])
