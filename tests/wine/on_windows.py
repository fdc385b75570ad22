"""Jobs for readers under Wine: run by the Python of the zip, with this folder on its path."""

import os
import sys
import time

KEEPER = os.environ.get("TASKXL_TEST_KEEPER")
"""The stand-in that keeps the limits of job objects, which Wine takes and does not keep."""

if KEEPER:
    import ctypes

    from taskxl.intake import memory

    for _name in ("AssignProcessToJobObject", "SetInformationJobObject"):
        _asked = getattr(memory._kernel, _name)
        _kept = getattr(ctypes.WinDLL(KEEPER), f"keep_{_name}")
        _kept.argtypes = _asked.argtypes
        setattr(memory._kernel, _name, _kept)


def misbehave(context: str, job: str) -> str:
    """Do what a job says, in the process of a reader."""
    if job == "die":
        os._exit(3)
    if job == "hang":
        time.sleep(600)
    if job == "limit":
        from taskxl.intake.memory import lift_memory_limit, limit_memory

        taken = limit_memory(1 << 30)
        lift_memory_limit()
        return f"limit {taken}"
    if job == "swell":
        return str(len(bytearray(2 << 30)))
    return f"{context}{job}"


def main() -> None:
    """Read the jobs given, each in a reader; print what became of them."""
    from taskxl.intake.refusals import Limits, Refusal
    from taskxl.intake.workers import read_isolated

    limits = Limits(seconds=8, memory=1 << 29)
    for job, result in read_isolated(misbehave, "read ", sys.argv[1:], workers=2, limits=limits):
        refused = isinstance(result, Refusal)
        print(job, "=", f"{result.code} {result.reason.split('，')[0]}" if refused else result)


def hold(path: str) -> None:
    """Keep a file open as Excel does: nobody else may write or delete it. Ends with the input."""
    import ctypes

    open_file = ctypes.windll.kernel32.CreateFileW
    open_file.restype = ctypes.c_void_p
    handle = open_file(path, 0x80000000, 1, None, 3, 0, None)
    print("held" if handle != ctypes.c_void_p(-1).value else "not held", flush=True)
    sys.stdin.readline()


def press_ctrl_c(*arguments: str) -> None:
    """Run taskxl in a console of its own; press Ctrl-C once it has printed two lines."""
    import ctypes
    import signal
    import subprocess

    ctypes.windll.kernel32.FreeConsole()
    ctypes.windll.kernel32.AllocConsole()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    command = [sys.executable, "-m", "taskxl", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(2):
        process.stdout.readline()
    os.kill(0, signal.CTRL_C_EVENT)
    said, error = process.communicate(timeout=60)
    print(process.returncode, said, error)


def hold_workspace(path: str) -> None:
    """Hold a workspace until the input ends."""
    from pathlib import Path

    from taskxl.workspace import lock
    from taskxl.workspace.folder import Workspace

    with lock.hold_workspace(Workspace(Path(path)), "merge"):
        print("held", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
