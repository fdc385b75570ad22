"""Where somebody waits at the page: the server's answer and the browser's paint, page by page.

`python benchmarks/page_waiting.py [--offices 11] [--tasks 3] [--months 12] [--runs 5]` makes a
workspace in which each of so many offices leads so many tasks, all forms of so many months issued,
returned and merged; serves it in a process of its own and asks for every page: the first answer
after the start, the median of the later ones, how large it is. Where there is a Chromium it opens
each page besides and says when the first words stood there (first contentful paint).
Prints a Markdown table; seconds.
"""

import argparse
import contextlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.merge_thousand import fill_form, make_list  # noqa: E402
from benchmarks.waiting import describe_machine  # noqa: E402
from taskxl.dates import report_day  # noqa: E402
from taskxl.desk.issuing import issue_forms  # noqa: E402
from taskxl.desk.merging import merge_returns  # noqa: E402
from taskxl.master.book.making import make_master, write_master  # noqa: E402
from taskxl.model import Period, Settings  # noqa: E402
from taskxl.workspace.folder import Workspace  # noqa: E402

YEAR = 2021
SERVE = """
import sys
from datetime import datetime
from pathlib import Path
from taskxl.page.remembering import State
from taskxl.page.serving import serve_page
from taskxl.page.spaces import Clock
now = datetime.fromisoformat(sys.argv[3])
tell = lambda address: print(address, flush=True)
state = State.of(Path(sys.argv[2]))
serve_page(Path(sys.argv[1]), Clock(now.date, lambda: now), state, tell, 600.0)
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')"
PAGES = {
    "本月": "",
    "收到的文件": "files",
    "缺口": "gaps",
    "缺口，一个股室": f"gaps?office={quote('第0002股')}",
    "任务": "tasks",
    "一项任务": "task?id=1",
    "信件（催报）": "letters/remind",
    "信件（退回更正）": "letters/send-back",
    "清单": "../list",
    "全年": "../year",
    "登记": "register",
    "心跳": "../../alive",
}


def make_year(folder: Path, offices: int, tasks: int, months: int) -> tuple[Workspace, datetime]:
    """Make a workspace with so many months merged; return it and the moment it stands at."""
    workspace = Workspace(folder / f"{YEAR}年重点工作")
    workspace.create()
    settings = Settings("云溪县教育局", YEAR)
    workspace.master_path.write_bytes(
        write_master(make_master(make_list(offices, tasks), settings))
    )
    moment = datetime(YEAR, 1, 1)  # noqa: DTZ001 - a wall's
    for number in range(1, months + 1):
        period = Period(YEAR, number)
        due = report_day(period, settings)
        moment = datetime(due.year, due.month, due.day, 9) + timedelta(days=1)  # noqa: DTZ001
        issued = issue_forms(workspace, period, None, moment)
        for place, form in enumerate(issued.written[: -max(1, offices // 10)], 1):
            (issued.returns / form.name).write_bytes(fill_form(form.read_bytes(), place))
        merge_returns(workspace, period, now=moment)
        print(f"{period.key} merged", file=sys.stderr)
    return workspace, moment


@contextlib.contextmanager
def serve(workspace: Workspace, state: Path, now: datetime) -> Iterator[tuple[str, float]]:
    """Serve a workspace; yield the address that lets one browser in, and seconds until it stood."""
    state.mkdir()
    begun = time.perf_counter()
    words = [sys.executable, "-c", SERVE, str(workspace.root), str(state), now.isoformat()]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip(), time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait()


class Visitor:
    """One who is let in, and asks for pages over one connection."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.connection = HTTPConnection(parts.netloc, timeout=600)
        self.cookie = ""
        self.home = ""
        for target in (f"{parts.path}?{parts.query}", None):
            answer = self.ask(target or self.home)[1]
            self.home = answer.headers["location"]
            if given := answer.headers.get("set-cookie"):
                self.cookie = given.split(";")[0]

    def ask(self, place: str) -> tuple[float, Any, bytes]:
        """Ask for an address; return seconds, the answer and its body."""
        begun = time.perf_counter()
        self.connection.request("GET", place, headers={"Cookie": self.cookie})
        answer = self.connection.getresponse()
        body = answer.read()
        return time.perf_counter() - begun, answer, body


def measure_answers(address: str, runs: int) -> dict[str, tuple[float, float, int]]:
    """Return of each page: seconds of the first answer, of the median later one, and its bytes."""
    visitor = Visitor(address)
    found = {}
    for name, place in PAGES.items():
        base = visitor.home.split("?")[0]
        while place.startswith("../"):
            base, place = base.rstrip("/").rpartition("/")[0] + "/", place[3:]
        first, answer, body = visitor.ask(base + place)
        assert answer.status in (200, 204), (name, answer.status, body[:300])
        later = [visitor.ask(base + place)[0] for _ in range(runs)]
        found[name] = (first, statistics.median(later), len(body))
    return found


def measure_paint(address: str, runs: int) -> dict[str, float]:
    """Return of each page the median seconds until its first words stand there; {} of none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return {}
    if chromium is None:
        return {}
    found = {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(300_000)
        page.goto(address)
        while page.query_selector("[data-again]"):  # as long as it is still being looked at
            page.wait_for_timeout(2000)
        month = re.sub(r"\?.*", "", page.url)
        for name, place in PAGES.items():
            if name == "心跳":
                continue
            seconds = []
            for _ in range(runs):
                page.goto(month + place)
                while not page.evaluate(f"{PAINTED}.length"):
                    page.wait_for_timeout(10)
                seconds.append(page.evaluate(f"{PAINTED}[0].startTime") / 1000)
            found[name] = statistics.median(seconds)
        browser.close()
    return found


def main() -> int:
    """Make, serve, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--offices", type=int, default=11)
    parser.add_argument("--tasks", type=int, default=3)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="a folder to make the workspace in, or find it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        workspace = Workspace(folder / f"{YEAR}年重点工作")
        if workspace.master_path.is_file():
            now = datetime.fromisoformat((folder / "now").read_text())
        else:
            workspace, now = make_year(folder, given.offices, given.tasks, given.months)
            (folder / "now").write_text(now.isoformat())
        with serve(workspace, Path(made) / "state", now) as (address, standing):
            answers = measure_answers(address, given.runs)
        with serve(workspace, Path(made) / "state2", now) as (address, _):
            paints = measure_paint(address, given.runs)
    print(f"{describe_machine()}\n")
    print(f"The address stands after {standing:.2f} s.\n")
    print(
        "| page | first answer | later | bytes | first words in Chromium |\n|---|---|---|---|---|"
    )
    for name, (first, later, size) in answers.items():
        painted = f"{paints[name]:.2f}" if name in paints else "—"
        print(f"| {name} | {first:.3f} | {later:.3f} | {size:,} | {painted} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
