"""Opens the month's page without a console; where that fails, a window says why.

Runs in Windows by the pythonw.exe beside it; what taskxl prints has no screen to go to.
"""

import importlib.util
import io
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout

NO_PAGE = (
    "这一版 taskxl 还没有网页界面。\n\n请在这个文件夹的空白处按住 Shift 点右键，选“在此处打开命令窗口”"
    "（或“在终端中打开”），输入 taskxl demo 看样例，输入 taskxl --help 看全部命令。"
)


def run(arguments: Sequence[str], tell: Callable[[str], None]) -> int:
    """Run `taskxl open` with arguments; `tell` shows a person what went wrong."""
    if importlib.util.find_spec("taskxl.page") is None:
        tell(NO_PAGE)
        return 2
    from taskxl.start import main

    heard = io.StringIO()
    sys.argv = ["taskxl", "open", *arguments]
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            main()
    except SystemExit as end:
        if end.code not in (0, None):
            tell(heard.getvalue().strip()[-2000:] or f"taskxl 没有运行成功（{end.code}）。")
            return 2
    except Exception as error:  # nobody else would see it
        tell(f"taskxl 出错了：{type(error).__name__}：{error}")
        return 2
    return 0


def show(text: str) -> None:
    """Show a text in a window of Windows."""
    import ctypes

    ctypes.windll.user32.MessageBoxW(None, text, "taskxl", 0x40)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], show))
