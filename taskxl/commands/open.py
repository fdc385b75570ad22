"""The command `open`: the month on a page in the browser."""

import webbrowser
from pathlib import Path

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand
from taskxl.paths import reach


@click.command("open", cls=ChineseCommand)
@click.argument("workspace", metavar="[工作区]", required=False, type=click.Path(path_type=Path))
@click.option("--no-browser", is_flag=True, help="不打开浏览器，只写出地址")
@click.pass_obj
def open_page(folder: Path | None, workspace: Path | None, no_browser: bool) -> None:
    """在浏览器里做这个月的事；只有这台电脑上的您能看到。

    不写工作区，就用当前文件夹的；都没有，就从最近用过的里面选，或者拖入一份清单新建。
    """
    from taskxl.page.finding_page import hide_address
    from taskxl.page.remembering import find_state
    from taskxl.page.serving import serve_page
    from taskxl.page.spaces import Clock

    named = workspace or folder
    start = (named or Path.cwd()).absolute()
    root = common.open_workspace(start).root if named else _find_root(reach(start))

    state = find_state()
    if state.note:
        click.echo(state.note)

    def tell(address: str) -> None:
        click.echo(f"页面在 {address}")
        click.echo("这个地址只能用一次。关掉浏览器里的页面，或在这里按 Ctrl-C，就结束。")
        if not no_browser:
            webbrowser.open(hide_address(state.folder, address))

    serve_page(root, Clock(common.today, common.now), state, tell)


def _find_root(start: Path) -> Path | None:
    """Return the workspace of a folder or its parents, None where there is none."""
    from taskxl.workspace.folder import MASTER

    return next((one for one in (start, *start.parents) if (one / MASTER).is_file()), None)
