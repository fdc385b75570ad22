"""Where somebody waits: every command of a month against its floor, before and after.

`python benchmarks/waiting.py [--offices 11 100] [--runs 3] [--against CHECKOUT]` makes a
workspace for so many offices (18 tasks each, from a rule, always the same), fills every form, and
measures each command in a process of its own: processor seconds of it and its workers, its own
memory and that of its largest worker. `--against` measures another checkout in turns with this one,
in the same run. Beside them stand the floors: python-calamine over the same returns with xlsxwriter
writing the summary's cells, the import of click, and openpyxl's bare loop over a list; and below
the table what the summary alone costs (`benchmarks/summary.py`).
Prints a Markdown table: of several runs the median, and lowest to highest.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.merge_thousand import APRIL, fill_form, make_list  # noqa: E402
from taskxl.desk.issuing import issue_forms  # noqa: E402
from taskxl.master.book.making import make_master, write_master  # noqa: E402
from taskxl.model import Settings  # noqa: E402
from taskxl.workspace.folder import Workspace  # noqa: E402

FLOOR = """
import sys
from pathlib import Path
from python_calamine import CalamineWorkbook
for path in sorted(Path(sys.argv[1]).iterdir()):
    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)
if len(sys.argv) > 2:
    import xlsxwriter
    with CalamineWorkbook.from_path(sys.argv[2]) as book:
        sheets = [book.get_sheet_by_name(n).to_python() for n in book.sheet_names]
    with xlsxwriter.Workbook(sys.argv[3], {"strings_to_urls": False}) as made:
        for rows in sheets:
            sheet = made.add_worksheet()
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, [str(value) for value in row])
"""
WATCHED = """
import atexit, os, resource, runpy, sys
def tell():
    peaks = [resource.getrusage(who).ru_maxrss / 1024
             for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    with open(told, "w") as file:
        file.write(" ".join(map(str, peaks)))
told = sys.argv.pop(1)
atexit.register(tell)
runpy.run_module("taskxl", run_name="__main__", alter_sys=True)
"""
LOOP = """
import sys, openpyxl
for sheet in openpyxl.load_workbook(sys.argv[1], read_only=True):
    for row in sheet.iter_rows(values_only=True):
        for value in row: value
"""


@dataclass
class Measured:
    """The runs of one command: processor seconds, megabytes of it and of its largest worker."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    workers: list[float] = field(default_factory=list)

    def run(self, command: Sequence[str], checkout: Path) -> None:
        """Run a command once more, with a checkout's taskxl; raises where it fails."""
        child = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            cwd=checkout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command[-4:])}: exit {child.returncode}")
        self.seconds.append(used.ru_utime + used.ru_stime)
        self.memory.append(used.ru_maxrss / 1024)

    def run_taskxl(self, words: Sequence[str], checkout: Path) -> None:
        """Run taskxl once more, and tell its own memory from that of its workers."""
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "told"
            self.run((sys.executable, "-c", WATCHED, str(told), *words), checkout)
            own, workers = map(float, told.read_text().split())
        self.memory[-1] = own
        self.workers.append(workers)

    @property
    def median(self) -> float:
        """The median of the runs, in processor seconds."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        spread = f" ({min(self.seconds):.2f}–{max(self.seconds):.2f})" if self.seconds[1:] else ""
        workers = f" + {max(self.workers):.0f} MB a worker" if any(self.workers) else " MB"
        return f"{self.median:.2f}{spread}, {max(self.memory):.0f}{workers}"


def make_workspace(folder: Path, offices: int, tasks: int) -> Workspace:
    """Make a workspace whose April forms are issued and all sent back, filled."""
    workspace = Workspace(folder / "2021年重点工作")
    workspace.create()
    master = make_master(make_list(offices, tasks), Settings("云溪县教育局", 2021))
    workspace.master_path.write_bytes(write_master(master))
    issued = issue_forms(workspace, APRIL)
    for number, form in enumerate(issued.written, 1):
        (issued.returns / form.name).write_bytes(fill_form(form.read_bytes(), number))
    return workspace


def measure_month(
    made: Workspace, folder: Path, checkouts: dict[str, Path], runs: int
) -> tuple[dict[str, dict[str, Measured]], Measured]:
    """Measure a month's commands by checkout, and the floor, in turns."""
    found: dict[str, dict[str, Measured]] = {name: {} for name in checkouts}
    floor = Measured()
    for _ in range(runs):
        for name, checkout in checkouts.items():
            shutil.rmtree(folder / "run", ignore_errors=True)
            root = folder / "run" / made.root.name
            shutil.copytree(made.root, root)
            workspace = Workspace(root)
            returns = workspace.returns_folder(APRIL)

            def run(
                what: str,
                *words: str,
                name: str = name,
                checkout: Path = checkout,
                root: Path = root,
            ) -> None:
                measured = found[name].setdefault(what, Measured())
                measured.run_taskxl(("-C", str(root), *words), checkout)

            run("merge", "merge", "--month", "4")
            run("merge again", "merge", "--month", "4")
            one = min(returns.iterdir())
            blank = workspace.issue_folder(APRIL) / one.name
            one.write_bytes(fill_form(blank.read_bytes(), 9_999))
            run("merge after one new return", "merge", "--month", "4")
            run("status", "status")
            run("check", "check")
            run("rules", "rules")
            run("issue again, unchanged", "issue", "--month", "4")
            shutil.rmtree(workspace.month_folder(APRIL) / "汇总")
            summary = _write_summary(checkout, root, workspace)
            shutil.rmtree(workspace.month_folder(APRIL))
            workspace.ledger_path.unlink()
            run("issue", "issue", "--month", "4")
        returns = made.returns_folder(APRIL)
        copy = str(folder / "bare.xlsx")
        floor.run((sys.executable, "-c", FLOOR, str(returns), str(summary), copy), ROOT)
    return found, floor


def _write_summary(checkout: Path, root: Path, workspace: Workspace) -> Path:
    """Write the summary once more and return a copy of it, which is not measured."""
    Measured().run(
        (sys.executable, "-m", "taskxl", "-C", str(root), "merge", "--month", "4"), checkout
    )
    kept = root.parent / "summary.xlsx"
    shutil.copy(workspace.summary_path(APRIL), kept)
    return kept


def describe_machine() -> str:
    """Return one line on the machine, its programs and what else it does."""
    from importlib.metadata import version

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("python-calamine", "xlsxwriter"))
    python = f"Python {platform.python_version()}"
    return f"{platform.machine()}, {cores} cores{load}; {python}, {libraries}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offices", type=int, nargs="+", default=[11, 100])
    parser.add_argument("--tasks", type=int, default=18)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns")
    given = parser.parse_args()
    checkouts = {"before": given.against.resolve()} if given.against else {}
    checkouts["now"] = ROOT
    print(f"{describe_machine()}\n")
    click = Measured()
    for _ in range(max(3, given.runs)):
        click.run((sys.executable, "-c", "import click"), ROOT)
    print(f"`import click`: {click}\n")
    for offices in given.offices:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            made = make_workspace(folder / "made", offices, given.tasks)
            found, floor = measure_month(made, folder, checkouts, given.runs)
            loop = Measured()
            loop.run((sys.executable, "-c", LOOP, str(made.master_path)), ROOT)
        heads = [f"{side}, CPU s | × floor" for side in checkouts]
        print(f"**{offices} returns of {given.tasks} tasks**; floor {floor}; ", end="")
        print(f"openpyxl's loop over 主清单.xlsx {loop}\n")
        print(f"| command | {' | '.join(heads)} |")
        print(f"|---|{'---|---|' * len(heads)}")
        for what in found["now"]:
            start = what in ("status", "check", "rules")
            base = click.median if start else floor.median
            cells = []
            for side in checkouts:
                one = found[side][what]
                ratio = f"{one.median / base:.1f}{' × click' if start else ''}"
                if what.startswith("issue"):
                    ratio = f"{one.median / offices * 1000:.0f} ms a form"
                elif " a" in what:
                    ratio = f"{one.median / found[side]['merge'].median:.2f} × fresh"
                cells += [str(one), ratio]
            print(f"| {what} | {' | '.join(cells)} |")
        summary = ("benchmarks/summary.py", str(offices), str(given.tasks))
        for side, checkout in checkouts.items():
            told = subprocess.run(
                (sys.executable, *summary),
                env={**os.environ, "PYTHONPATH": str(checkout)},
                cwd=checkout,
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"\n{side}: {told.stdout.strip()}")
        print(flush=True)


if __name__ == "__main__":
    main()
