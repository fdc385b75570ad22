"""`taskxl` alone: where the month stands and what comes next, on one screen."""

from pathlib import Path

import click

from taskxl.commands import common
from taskxl.commands.screen import table
from taskxl.paths import reach


def print_standing(folder: Path | None) -> None:
    """Say where the workspace's month stands and the next commands; without one, how to start."""
    from taskxl.desk.standing import START, find_standing
    from taskxl.workspace.folder import MASTER

    start = reach((folder or Path.cwd()).absolute())
    if not any((one / MASTER).is_file() for one in (start, *(() if folder else start.parents))):
        for line in START:
            click.echo(line)
        return
    workspace = common.open_workspace(folder)
    standing = find_standing(workspace, common.today(), common.progress("读取回收的表"))
    for line in standing.lines:
        click.echo(line)
    if standing.steps:
        click.secho("下一步：", bold=True)
        for line in table([(f"taskxl {command}", why) for command, why in standing.steps]):
            click.echo(f"  {line}")
