"""The command `year`: what the year came to, and its calendar."""

from pathlib import Path

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand
from taskxl.errors import TaskxlError
from taskxl.text import show


@click.command(cls=ChineseCommand)
@click.option(
    "--calendar", "--日历", is_flag=True, help="改写全年节点的日历，电脑和手机上的日历都能导入"
)
@click.option("--office", metavar="股室", help="日历里只要这个股室的")
@click.pass_obj
def year(folder: Path | None, calendar: bool, office: str | None) -> None:
    """按全年各月的汇总写一份工作总结初稿；或写全年节点的日历。"""
    from taskxl.desk.year_report import write_calendar, write_year_report

    if office is not None and not calendar:
        raise TaskxlError("--office 要和 --calendar 一起用：taskxl year --calendar --office 股室。")
    workspace = common.open_workspace(folder)
    now = common.now()
    what = "日历" if calendar else "总结"
    done = write_calendar(workspace, now, office) if calendar else write_year_report(workspace, now)
    for note in done.notes:
        click.echo(note)
    click.echo(f"{f'写好{what}' if done.written else f'{what}没有变化：'} {show(done.path)}")
