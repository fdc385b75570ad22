"""Merging a folder of a thousand returns: seconds, and whether memory stays flat.

`python benchmarks/merge_thousand.py [--offices 1000] [--tasks 18]` issues a form to each of so many
offices, fills every one, and merges what came back, watching its own memory and its workers'. For
comparison python-calamine reads all cells of the same files in the same run, in one process, and
does nothing with them. Ends with status 1 where a worker at the end holds over 1.25 times the
memory it held after a quarter of the files.
"""

import argparse
import io
import multiprocessing
import re
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from taskxl.desk.issuing import issue_forms  # noqa: E402
from taskxl.desk.merging import merge_returns  # noqa: E402
from taskxl.master.book.making import make_master, write_master  # noqa: E402
from taskxl.model import (  # noqa: E402
    Milestone,
    Period,
    Settings,
    Task,
    TaskList,
)
from taskxl.workspace.folder import Workspace  # noqa: E402

APRIL = Period(2021, 4)
STEPS = (
    "一是{m}月底前完成项目立项、勘察设计和概算批复，落实建设资金。",
    "二是{m}月底前完成招标采购工作，进场施工，倒排工期，挂图作战。",
    "三是{m}月底前完成主体工程并通过阶段验收，同步采购教学设备。",
)
ANSWERS = {
    "E": "正常推进",
    "F": "第{n}项已完成可行性研究和用地预审，4月12日召开专家评审会，选址方案获批复。",
    "G": "征地进度偏慢。下一步组织施工图设计，5月中旬前完成招标文件编制。",
    "H": "涉及{n}所学校。",
}
ROW = re.compile(r"<row [^>]*>.*?</row>", re.DOTALL)
MARKED = re.compile(r'<c r="I[0-9]+"[^>]*>')
EMPTY = re.compile(r'<c r="([EFGH])([0-9]+)"( s="[0-9]+")?/>')


def make_list(offices: int, tasks: int) -> TaskList:
    """Return a list in which each office leads so many tasks."""
    return TaskList(
        "云溪县2021年重点工作任务一览表",
        2021,
        tuple(
            Task(
                number=str(office * tasks + n + 1),
                title=f"推进第{office + 1}片区第{n + 1}所学校改扩建工程建设",
                leader="沈知远",
                content="推进学校改扩建，新增公办学位，缓解城区大班额问题。\n关键节点：",
                lead_offices=(f"第{office + 1:04}股",),
                milestones=tuple(
                    Milestone(text.format(m=3 * k), date(2021, 3 * k, 28))
                    for k, text in enumerate(STEPS, 1)
                ),
            )
            for office in range(offices)
            for n in range(tasks)
        ),
    )


def fill_form(content: bytes, number: int) -> bytes:
    """Return a form with every answer on its first sheet filled in, by way of its XML."""

    def fill_row(row: re.Match[str]) -> str:
        if not MARKED.search(row[0]):
            return row[0]
        return EMPTY.sub(
            lambda cell: (
                f'<c r="{cell[1]}{cell[2]}"{cell[3] or ""} t="inlineStr"><is><t>'
                f"{ANSWERS[cell[1]].format(n=number)}</t></is></c>"
            ),
            row[0],
        )

    return rewrite_rows(content, fill_row)


def rewrite_rows(content: bytes, rewrite: Callable[[re.Match[str]], str]) -> bytes:
    """Return a form whose first sheet has each row (ROW) as `rewrite` makes it."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = ROW.sub(rewrite, part.decode()).encode()
            new.writestr(name, part)
    return buffer.getvalue()


def resident(process: int | str) -> float:
    """Return the resident memory of a process in MB; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / (1 << 20)


class Watch:
    """Samples the memory of this process and of its workers, by the share of files done."""

    def __init__(self) -> None:
        self.parent = self.workers = self.share = 0.0
        self.quarters: dict[int, tuple[float, float]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def tell(self, done: int, total: int) -> None:
        """Take in how far the merge is."""
        self.share = done / total

    def _sample(self) -> None:
        while not self._over.wait(0.05):
            parent = resident("self")
            workers = [resident(child.pid or 0) for child in multiprocessing.active_children()]
            self.parent = max(self.parent, parent)
            self.workers = max(self.workers, *workers, 0.0)
            if workers and self.share:
                self.quarters[round(self.share * 4)] = (parent, max(workers))


def main() -> int:
    """Print the figures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offices", type=int, default=1000)
    parser.add_argument("--tasks", type=int, default=18)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "2021年重点工作")
        workspace.create()
        master = make_master(make_list(given.offices, given.tasks), Settings("云溪县教育局", 2021))
        workspace.master_path.write_bytes(write_master(master))
        del master
        issued = issue_forms(workspace, APRIL)
        for number, form in enumerate(issued.written, 1):
            (issued.returns / form.name).write_bytes(fill_form(form.read_bytes(), number))
        paths = sorted(issued.returns.iterdir())
        start = time.perf_counter()
        for path in paths:
            with CalamineWorkbook.from_path(path) as book:
                for name in book.sheet_names:
                    book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        bare = time.perf_counter() - start
        read = 0.0
        with Watch() as watch:
            start = time.perf_counter()

            def tell(done: int, total: int) -> None:
                nonlocal read
                read = time.perf_counter() - start
                watch.tell(done, total)

            month = merge_returns(workspace, APRIL, tell).month
            whole = time.perf_counter() - start
    filled = sum(bool(entry.progress) for entry in month.entries)
    print(f"{len(paths)} returns of {given.tasks} tasks, {filled} entries with a text")
    print(f"python-calamine, all cells, one process   {bare:7.2f} s")
    print(f"taskxl until the last file is read        {read:7.2f} s {read / bare:6.1f} x")
    print(f"taskxl merge, summary workbook included   {whole:7.2f} s {whole / bare:6.1f} x")
    print(f"peak memory: parent {watch.parent:.0f} MB, one worker {watch.workers:.0f} MB")
    for quarter, (parent, worker) in sorted(watch.quarters.items()):
        print(
            f"  at {quarter * 25:3} % of the files: parent {parent:.0f} MB, worker {worker:.0f} MB"
        )
    early, late = (watch.quarters.get(at, (0.0, 0.0))[1] for at in (1, 4))
    return 1 if late > 1.25 * early else 0


if __name__ == "__main__":
    sys.exit(main())
