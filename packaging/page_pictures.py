"""Draw the pictures of docs/page.md from the examples: docs/pictures/page-*.png, at two sizes.

    python packaging/page_pictures.py [FOLDER]

Needs Chromium, a Chinese font, and what the tests need (playwright, Pillow).
"""

import io
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from PIL import Image
from playwright.sync_api import sync_playwright

from taskxl.desk.demo import run_demo
from taskxl.page.remembering import State
from taskxl.page.serving import serve_page
from taskxl.page.spaces import Clock

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
EXAMPLES = ROOT / "examples"
NOW = datetime(2026, 4, 28, 17, 0)  # noqa: DTZ001 - as clocks there show it
"""Three days after the report day of the last example month."""
USUAL = {"width": 1366, "height": 768}
LARGE = {"width": 683, "height": 384}
"""The same screen at 200 %."""
COLOURS = 240
ANEW = "4月又有两所学校开设课后服务，全县覆盖率98%。"
MENDED = "3月9日公布第三方机构遴选名单；全县覆盖率以学期末核定数为准。"


def main() -> int:
    """Run the demo in a scratch folder, serve it, and draw every page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "2026年重点工作"
        run_demo(root)
        with browse(root, Path(scratch) / "state") as page:
            for name, address in walk(page, root):
                go(page, address)
                for size, suffix in ((USUAL, ""), (LARGE, "-200")):
                    page.set_viewport_size(size)
                    keep(page.screenshot(), folder / f"page-{name}{suffix}.png")
                page.set_viewport_size(USUAL)
    return 0


def walk(page: Any, root: Path) -> Iterator[tuple[str, str]]:
    """Yield the pages worth a picture, doing before each what is to be seen on it."""
    month = page.url.rstrip("/")
    start = month.rsplit("/", 2)[0]
    go(page, f"{start}/")
    chosen = str(EXAMPLES / "附件1-重点工作任务一览表.xlsx")
    page.set_input_files("form[action$='/new/drop'] input[type=file]", chosen)  # read at once
    page.wait_for_selector("h1:has-text('读到')")
    yield "list", page.url
    yield "month", f"{month}/"
    yield "gaps", f"{month}/gaps"
    go(page, f"{month}/tasks")
    page.click("a:has-text('推进课后服务提质扩面')")
    page.wait_for_selector("h1:has-text('推进课后服务提质扩面')")
    page.click("summary:has-text('修改基教股的这一项')")
    page.fill("form:has-text('改成这样') textarea[name=text-progress]", MENDED)
    page.click("button:has-text('改成这样')")
    page.wait_for_selector(".said:has-text('改好了')")
    task = page.url.split("&done=")[0]
    drop(page, f"{month}/", send_anew(root.parent), "form[action=drop]")
    yield "task", task
    yield "letters", f"{month}/letters/remind"
    yield "year", f"{month.rsplit('/', 1)[0]}/year"


def send_anew(folder: Path) -> Path:
    """Return a later return of the office that says something else of the task mended."""
    source = EXAMPLES / "2026-04" / "附件2-基教股-2026年4月.xlsx"
    book = openpyxl.load_workbook(source)
    sheet = book["进展情况表"]
    cells = {str(cell.value): cell for row in sheet.iter_rows() for cell in row}
    row = next(row[0].row for row in sheet.iter_rows() if row[0].value in (9, "9"))
    sheet.cell(row, cells["进展情况"].column).value = ANEW
    path = folder / "基教股（补报）.xlsx"
    book.save(path)
    moment = NOW.timestamp() - 6000
    os.utime(path, (moment, moment))
    return path


def go(page: Any, address: str) -> None:
    """Open a page and wait until nothing on it is still being looked at."""
    page.goto(address)
    for _ in range(300):
        if not page.query_selector("[data-again]"):
            return
        page.wait_for_timeout(200)
        page.goto(address)
    raise SystemExit(f"{address} is never done")


def drop(page: Any, address: str, path: Path, form: str) -> None:
    """Send a file by a form of a page, and wait for what is said of it."""
    go(page, address)
    page.set_input_files(f"{form} input[type=file]", str(path))
    page.click(f"{form} button")
    page.wait_for_selector(".said li")


@contextmanager
def browse(root: Path, state: Path) -> Iterator[Any]:
    """Serve a workspace and yield a browser's page at its latest month."""
    state.mkdir()
    told: list[str] = []
    ready = threading.Event()

    def tell(address: str) -> None:
        told.append(address)
        ready.set()

    clock = Clock(NOW.date, lambda: NOW)
    home = os.environ["HOME"]
    os.environ["HOME"] = "/home/clerk"  # what the page offers as the place of a new workspace
    serving = threading.Thread(target=serve_page, args=(root, clock, State.of(state), tell, 20.0))
    serving.start()
    ready.wait()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    environment = {**os.environ, "HOME": home, "LANG": "C.UTF-8"}
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--lang=zh-CN"], env=environment
        )
        page = browser.new_page(viewport=USUAL, locale="zh-CN")
        page.set_default_timeout(120_000)  # a slow machine is no fault
        page.goto(told[0])
        page.wait_for_selector("main")
        yield page
        browser.close()
    serving.join()


def keep(picture: bytes, path: Path) -> None:
    """Write a picture in few colours, a third as large and no worse to look at."""
    drawn = Image.open(io.BytesIO(picture)).convert("RGB")
    drawn = drawn.quantize(COLOURS, dither=Image.Dither.NONE)
    drawn.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
