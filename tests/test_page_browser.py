"""The whole month in a real browser, as the 办公室 has it: Chromium, the two example months.

Skipped where there is no Chromium. With axe-core at hand (its axe.min.js named by TASKXL_AXE) every
page is looked over for what keeps people out.
"""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from taskxl.desk.demo import RECEIPTS
from taskxl.page.remembering import State
from taskxl.page.serving import serve_page
from taskxl.page.spaces import Clock
from tests.clerks import form_columns, task_rows
from tests.pens import Pen

sync_api = pytest.importorskip("playwright.sync_api")
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
PICTURES = os.environ.get("TASKXL_PICTURES")
"""A folder into which pictures of the pages go, where somebody wants to look at them."""


WIDE = """[...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest(".scroll"))
    .map((one) => one.outerHTML.slice(0, 120))"""
"""What reaches beyond the window."""


MISSED = """[...document.querySelectorAll(
    "main button, main a[href], main select, main summary, main input:not([type=hidden]), nav a[href]")]
    .filter((one) => !window.reached.has(one) && one.checkVisibility())
    .map((one) => one.outerHTML.slice(0, 120))"""
"""What somebody without a mouse has to come to, and has not yet."""
PENNED = "办公室核实：课后服务已全覆盖。"
SENT_ANEW = "又有两所学校开设了课后服务。"


class Wall:
    """The clock on the wall, which a test moves."""

    now = datetime(2026, 3, 20, 9, 0)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    """A browser's page at a server of its own."""
    state, told, ready = tmp_path / "state", [], threading.Event()
    state.mkdir()

    def tell(address: str) -> None:
        told.append(address)
        ready.set()

    clock = Clock(lambda: Wall.now.date(), lambda: Wall.now)
    thread = threading.Thread(target=serve_page, args=(None, clock, State.of(state), tell, 30.0))
    thread.start()
    assert ready.wait(20)
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1366, "height": 768}, accept_downloads=True)
        page.set_default_timeout(60_000)  # a slow machine is no fault
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console",
            lambda said: page.faults.append(said.text) if said.type == "error" else None,
        )
        page.outside = []
        page.on(
            "request",
            lambda one: None if "//127.0.0.1:" in one.url else page.outside.append(one.url),
        )
        page.goto(told[0])
        yield page
        chromium.close()
    thread.join(60)
    assert not thread.is_alive()


def returns_of(month: str) -> list[str]:
    folder = EXAMPLES / month
    names = (
        line.split("\t")[0] for line in (folder / RECEIPTS).read_text("utf-8").splitlines()[1:]
    )
    return [str(folder / name) for name in names]


def settle(page: Any) -> None:
    """Wait until work is done and the page is what it will be."""
    for _ in range(600):
        try:
            page.wait_for_load_state()
            if "/job/" not in page.url and not page.query_selector("[data-again]"):
                return
        except sync_api.Error:
            pass  # it was just being replaced
        page.wait_for_timeout(100)
    raise AssertionError(page.url)


def check_access(page: Any, name: str) -> None:
    """Look a page over with axe-core, and that it fits the window; keep a picture."""
    settle(page)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, (name, wide, page.evaluate(WIDE))
    axe = os.environ.get("TASKXL_AXE")
    if not axe:
        return
    page.evaluate(Path(axe).read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    grave = [
        (one["id"], [node["html"][:200] for node in one["nodes"]][:3])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert grave == [], name


def lines(page: Any) -> list[str]:
    return [one.inner_text() for one in page.query_selector_all(".said li")]


def test_the_month_from_the_list_to_the_ledger(page: Any, tmp_path: Path) -> None:
    # The list dropped, looked at, made a workspace.
    check_access(page, "start")
    page.set_input_files("input[type=file]", str(EXAMPLES / "附件1-重点工作任务一览表.xlsx"))
    page.wait_for_selector("h1:has-text('读到任务 27 项')")
    check_access(page, "reading")
    page.fill("input[name=folder]", str(tmp_path / "2026年重点工作"))
    page.click("text=就按这样，建工作区")
    settle(page)
    assert "建好了" in lines(page)[0]
    check_access(page, "first")
    # March: issued, dropped, merged.
    page.select_option("form[action$='/issue'] select[name=month]", "3")
    page.click("form[action$='/issue'] button")
    settle(page)
    page.goto(page.url.split("?")[0])
    settle(page)
    for month in ("2026-03", "2026-04"):
        if month == "2026-04":
            Wall.now = datetime(2026, 4, 28, 17, 0)
            page.reload()
            settle(page)
            page.click("text=下发 4月")
            settle(page)
            page.goto(page.url.split("?")[0].replace("2026-03", "2026-04"))
            settle(page)
        page.set_input_files("form[action=drop] input[type=file]", returns_of(month))
        page.click("form[action=drop] button")
        page.wait_for_selector(".said li", timeout=120_000)
        settle(page)
        assert len(lines(page)) >= len(returns_of(month))
        page.click("form[action$='/do/merge'] button")
        settle(page)
        assert "汇总" in lines(page)[0]
    check_access(page, "month")
    for line in page.query_selector_all(".offices tbody tr"):
        assert line.inner_text().strip()
    # A gap looked at in its return, then settled.
    page.click("nav >> text=缺口")
    check_access(page, "gaps")
    page.click(".gaps li:first-child a:has-text('看原表这一行')")
    page.wait_for_selector(".gaps li:first-child td.it")
    before = page.inner_text("h1")
    page.click(".gaps li:first-child summary:has-text('已核实')")
    page.fill(".gaps li:first-child input[name=reason]", "已当面说明")
    page.click(".gaps li:first-child button:has-text('不算')")
    page.wait_for_selector("text=已核实，不算的 1 处")
    assert page.inner_text("h1") != before
    # A text mended in the page.
    page.click("nav >> text=任务")
    check_access(page, "tasks")
    page.click("a:has-text('新增公办幼儿园学位600个')")
    check_access(page, "task")
    page.click("summary:has-text('修改基教股的这一项')")
    page.fill("form:has-text('改成这样') textarea[name=text-progress]", "办公室核实：选址已定。")
    page.click("button:has-text('改成这样')")
    settle(page)
    assert "改好了 1 处" in lines(page)[0]
    check_access(page, "corrected")
    decide_what_was_said_twice(page, tmp_path / "2026年重点工作")
    # Letters, bulletin, clean copy, the year.
    page.click("nav >> text=信件")
    settle(page)
    check_access(page, "letters")
    page.click("button:has-text('写成草稿')")
    settle(page)
    assert "草稿" in lines(page)[0]
    page.click("nav >> text=本月")
    settle(page)
    page.click("button:has-text('写通报')")
    settle(page)
    assert "通报写好了" in lines(page)[0]
    with page.expect_download() as fetched:
        page.click("a:has-text('汇总.xlsx')")
    assert fetched.value.suggested_filename == "2026年1-4月汇总.xlsx"
    page.click("nav >> text=清单")
    check_access(page, "list")
    page.click("nav >> text=全年")
    check_access(page, "year")
    page.click("button:has-text('写台账')")
    settle(page)
    assert "台账写好了" in lines(page)[0]
    assert (tmp_path / "2026年重点工作" / "2026年工作台账.xlsx").is_file()
    check_by_keyboard_and_enlarged(page)
    assert page.faults == []
    assert page.outside == []


def decide_what_was_said_twice(page: Any, root: Path) -> None:
    """G416: mended in the summary workbook, then sent anew otherwise, and decided with a click."""
    month = page.url.split("/task")[0]
    Pen(root / "2026年04月" / "汇总" / "2026年1-4月汇总.xlsx").write("9", "进展情况", PENNED).save()
    page.goto(f"{month}/")
    settle(page)
    page.click("form[action$='/do/merge'] button")
    settle(page)
    book = openpyxl.load_workbook(EXAMPLES / "2026-04" / "附件2-基教股-2026年4月.xlsx")
    sheet = book["进展情况表"]
    _, columns = form_columns(sheet)
    row = next(r for r in task_rows(sheet) if str(sheet.cell(r, columns["标识"]).value) == "9")
    sheet.cell(row, columns["进展情况"]).value = SENT_ANEW
    book.save(root.parent / "基教股又报.xlsx")
    page.set_input_files("form[action=drop] input[type=file]", root.parent / "基教股又报.xlsx")
    page.click("form[action=drop] button")
    page.wait_for_selector(".said li:has-text('基教股又报')")
    settle(page)
    page.click("form[action$='/do/merge'] button")
    settle(page)
    page.goto(f"{month}/gaps")
    assert "（G416）" in page.content()
    page.goto(f"{month}/tasks")
    page.click("tr:has-text('两种说法待定') a")
    pair = page.query_selector(".decide .pair")
    assert PENNED in pair.inner_text()
    assert SENT_ANEW in pair.inner_text()
    left, right = (one.bounding_box() for one in pair.query_selector_all("form"))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    check_access(page, "two-texts")
    page.focus("button:has-text('用新报的')")
    page.keyboard.press("Enter")  # unlike a click it does not wait for the page that follows
    page.wait_for_selector(".said li:has-text('改好了 1 处')", timeout=120_000)
    settle(page)
    assert not page.is_visible(".decide")
    assert SENT_ANEW in page.inner_text("section:has(h2:has-text('基教股')) dl")
    written = Pen(root / "2026年04月" / "汇总" / "2026年1-4月汇总.xlsx").cell("9", "进展情况").value
    assert SENT_ANEW in written
    assert PENNED not in written


def check_by_keyboard_and_enlarged(page: Any) -> None:
    """Every page of the month at 200 %: nothing is cut off, and Tab comes to every control."""
    page.click("nav >> text=本月")
    settle(page)
    base = page.url.split("?")[0]
    page.set_viewport_size({"width": 683, "height": 384})  # 1366 x 768 at 200 %
    for place in ("", "files", "gaps", "tasks", "task?id=6", "letters/remind", "register"):
        check_enlarged(page, f"{base}{place}", place)
    for place in ("../list", "../year"):
        check_enlarged(page, f"{base}{place}", place)


def check_enlarged(page: Any, address: str, name: str) -> None:
    page.goto(address)
    settle(page)
    check_access(page, f"{re.sub(r'[^a-z]', '', name) or 'month'}-200")
    page.evaluate(
        """document.activeElement.blur(); window.reached = new Set();
        addEventListener("focusin", (event) => window.reached.add(event.target))"""
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文", name
    missed, rounds = [""], 0
    while missed and rounds < 40:
        for _ in range(20):
            page.keyboard.press("Tab")
        missed, rounds = page.evaluate(MISSED), rounds + 1
    assert missed == [], name


def test_files_dropped_by_hand_arrive_and_say_whose_they_are(page: Any, tmp_path: Path) -> None:
    Wall.now = datetime(2026, 3, 20, 9, 0)
    page.set_input_files("input[type=file]", str(EXAMPLES / "附件1-重点工作任务一览表.xlsx"))
    page.fill("input[name=folder]", str(tmp_path / "2026年重点工作"))
    page.click("text=就按这样，建工作区")
    settle(page)
    page.click(".do button")
    settle(page)
    page.goto(page.url.split("?")[0])
    settle(page)
    content = Path(returns_of("2026-03")[0]).read_bytes()
    page.evaluate(
        """([name, bytes]) => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(bytes)], name));
            document.querySelector("[data-drop]").dispatchEvent(
                new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}));
        }""",
        ["拖进来的.xlsx", list(content)],
    )
    page.wait_for_selector(".said li")
    assert re.match(r"拖进来的\.xlsx → \S+，采用", lines(page)[0])
    folder = tmp_path / "2026年重点工作" / "2026年03月" / "回收"
    assert (folder / "拖进来的.xlsx").read_bytes() == content
    assert page.faults == []
