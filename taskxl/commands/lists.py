"""Commands about the list as it changes during the year: what a revised 附件1 says otherwise."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taskxl.screen import ChineseCommand
from taskxl.text import show

if TYPE_CHECKING:
    from taskxl.master.differences import Difference

_FILES = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=ChineseCommand)
@click.argument("files", metavar="文件...", nargs=-1, required=True, type=_FILES)
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON")
@click.pass_obj
def diff(folder: Path | None, files: tuple[Path, ...], as_json: bool) -> None:
    """看看新的任务清单与主清单有哪些不同；不写任何文件。"""
    from taskxl import lists
    from taskxl.workspace import find_workspace

    workspace = find_workspace(folder or Path.cwd(), exact=folder is not None)
    differences = lists.compare_with_list(workspace, files)
    if as_json:
        document = {"differences": [one.to_json() for one in differences]}
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    print_differences(differences)
    if differences:
        command = f"taskxl init {_quote(workspace.root)} --from {' '.join(map(_quote, files))}"
        click.echo(f"要照新清单更新主清单，请运行 {command} --update。")
    else:
        click.echo("与主清单没有不同。")


def _quote(path: Path) -> str:
    """Return a path as it is typed on the command line, the current folder as `.`."""
    name = "." if path.resolve() == Path.cwd() else show(path)
    return f'"{name}"' if set(name) & set(" &();'") else name


def print_differences(differences: Sequence["Difference"]) -> None:
    """Print the account between two lists, and how much it comes to."""
    for one in differences:
        click.echo(show(one.message))
    if differences:
        click.echo(_count_kinds(differences))


def _count_kinds(differences: Sequence["Difference"]) -> str:
    from taskxl.master.differences import KIND_WORDS

    counts = [
        f"{word} {number}"
        for kind, word in KIND_WORDS.items()
        if (number := sum(one.kind == kind for one in differences))
    ]
    return f"共 {len(differences)} 处不同：{'，'.join(counts)}"
