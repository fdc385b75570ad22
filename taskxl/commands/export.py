"""The command `export`: flat tables for those who compute."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand, month_option
from taskxl.errors import TaskxlError
from taskxl.text import show

if TYPE_CHECKING:
    from taskxl.reports.flat_tables import Kind


@click.command(cls=ChineseCommand)
@month_option
@click.option("--year", is_flag=True, help="全年汇总过的各月放在一起")
@click.option(
    "--rollup",
    "folders",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="这个文件夹下各单位的工作区放在一起；可以写几次",
)
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="文件", help="写到哪里（与上一项合用）"
)
@click.option(
    "--to",
    "kind",
    type=click.Choice(["csv", "json", "xlsx"]),
    metavar="格式",
    default="xlsx",
    help="csv、json 或 xlsx，不写是 xlsx",
)
@click.pass_obj
def export(
    folder: Path | None,
    month: str | None,
    year: bool,
    folders: tuple[Path, ...],
    output: Path | None,
    kind: str,
) -> None:
    """把汇总过的月份导出成一行一条的平表，供统计分析。"""
    from taskxl.desk.exporting import export_months, export_rollup
    from taskxl.desk.periods import choose_period

    if year and month is not None:
        raise TaskxlError("--year 是全年的，不要再写月份。")
    if folders:
        rolled = export_rollup(folders, month, None, cast("Kind", kind), output)
        for note in rolled.notes:
            click.echo(note)
        click.echo(f"{'写好' if rolled.written else '没有变化：'} {show(rolled.path)}")
        return
    if output is not None:
        raise TaskxlError("-o 要和 --rollup 一起用；一个单位的写在自己的工作区里。")
    workspace = common.open_workspace(folder)
    now = common.now()
    period = None if year else choose_period(workspace, month, now.date())
    done = export_months(workspace, period, cast("Kind", kind), now)
    for note in done.notes:
        click.echo(note)
    click.echo(f"{'写好' if done.written else '没有变化：'} {show(done.path)}")
