"""Fills a form in LibreOffice itself, as a clerk does: `python3 tests/clerk.py FORM FOLDER PROFILE`.

Run by a Python that has LibreOffice's `uno` module (Debian: python3-uno), so it imports nothing of
taskxl. Types into open cells, inserts a row, and saves as .xlsx, .xls and .ods into FOLDER.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}
TYPED = {
    "E3": "王五",
    "G3": "4.20",
    "G4": "张三",
    "E6": "正常推进",
    "F6": "=一期已开工，完成 30%",
    "G6": "-缺资金 20 万元",
    "H6": "备注一",
}
# On sheet 节点完成情况, for one milestone.
STATED = {"E5": "已完成", "F5": "4月18日", "G5": "已通过验收"}
# The first blank row for work outside the list, in a form with one task and no leader.
INSERT_AT = 8
INSERTED = {"B8": "临时增加的工作", "F8": "已办结", "B9": "另一项工作"}


def set_property(name: str, value: object) -> Any:
    """Return a named argument as UNO wants it."""
    from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]

    one = PropertyValue()
    one.Name, one.Value = name, value
    return one


def connect(pipe: str) -> tuple[Any, Any]:
    """Return the context and the desktop of the LibreOffice that listens on a pipe."""
    import uno  # type: ignore[import-not-found]

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(120):
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote, remote.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", remote
            )
        except Exception:
            time.sleep(0.25)
    raise SystemExit("LibreOffice did not start")


class Keyboard:
    """Types into a sheet as the keyboard does: protection and formats of cells hold."""

    def __init__(self, context: Any, book: Any) -> None:
        self._frame = book.CurrentController.Frame
        self._dispatcher = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.DispatchHelper", context
        )

    def press(self, command: str, **arguments: object) -> None:
        """Run a command of the menu."""
        given = tuple(set_property(name, value) for name, value in arguments.items())
        self._dispatcher.executeDispatch(self._frame, f".uno:{command}", "", 0, given)

    def type(self, cell: str, text: str) -> None:
        """Go to a cell and type."""
        self.press("GoToCell", ToPoint=cell)
        self.press("EnterString", StringName=text)


def fill_form(context: Any, desktop: Any, form: Path, folder: Path) -> None:
    """Open the form, fill it, save it three times."""
    hidden = (set_property("Hidden", True),)
    book = desktop.loadComponentFromURL(form.as_uri(), "_blank", 0, hidden)
    sheet = book.Sheets.getByName("进展情况表")
    book.CurrentController.setActiveSheet(sheet)
    keyboard = Keyboard(context, book)
    for cell, text in TYPED.items():
        keyboard.type(cell, text)
    keyboard.press("GoToCell", ToPoint=f"A{INSERT_AT}")
    keyboard.press("InsertRowsBefore")
    for cell, text in INSERTED.items():
        keyboard.type(cell, text)
    book.CurrentController.setActiveSheet(book.Sheets.getByName("节点完成情况"))
    for cell, text in STATED.items():
        keyboard.type(cell, text)
    help_sheet = book.Sheets.getByName("填报说明")
    counts = [help_sheet.getCellRangeByName(f"B{row}").String for row in (3, 4, 5, 6)]
    print(json.dumps(counts))
    for ending, name in FILTERS.items():
        target = (folder / f"填好.{ending}").as_uri()
        book.storeToURL(target, (set_property("FilterName", name),))
    book.close(True)


def main() -> None:
    """Start LibreOffice with a profile of its own, fill, end it."""
    form, folder, profile = (Path(word).resolve() for word in sys.argv[1:4])
    pipe = f"taskxl{profile.stat().st_ino}"
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    office = subprocess.Popen([*command, f"--accept=pipe,name={pipe};urp;"])
    try:
        context, desktop = connect(pipe)
        fill_form(context, desktop, form, folder)
        desktop.terminate()
    finally:
        office.wait(30)


if __name__ == "__main__":
    main()
