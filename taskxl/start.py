"""Where a run begins: before anything heavy is loaded, and whatever streams it was given."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from taskxl.errors import INTERRUPTED
from taskxl.portable import keep_temporary_inside


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded ends it with one line, too."""
    mend_streams()
    interrupting = signal.getsignal(signal.SIGINT)
    if interrupting is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    keep_temporary_inside()
    from taskxl.cli import main as run

    try:
        signal.signal(signal.SIGINT, interrupting)
        run()
    except KeyboardInterrupt:
        _stop()


def mend_streams() -> None:
    """Give a run that has no standard streams (pythonw, `2>&-`) streams that lead nowhere.

    Otherwise the first file that is opened gets the number of the missing stream, and what is
    meant for the screen is written into it.
    """
    if os.name == "posix":
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            os.set_inheritable(number, True)
        os.close(number)
    nowhere = Path(os.devnull)
    if sys.stdin is None:
        sys.stdin = nowhere.open(encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = nowhere.open("w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = nowhere.open("w", encoding="utf-8")


def _stop(number: int = 0, frame: FrameType | None = None) -> None:
    """End at once: nothing has been begun, and what is half loaded need not be tidied up."""
    try:
        sys.stderr.write(f"{INTERRUPTED}\n")
        sys.stderr.flush()
    finally:
        os._exit(2)


if __name__ == "__main__":
    main()
