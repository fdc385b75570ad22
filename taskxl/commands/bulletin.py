"""What the month is published by: the bulletin, and the 督办单 of who is late."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand, month_option, table
from taskxl.errors import TaskxlError
from taskxl.text import show

if TYPE_CHECKING:
    from taskxl.desk.bulletin import WrittenDocument


@click.command(cls=ChineseCommand)
@month_option
@click.option("--pdf", is_flag=True, help="再写一份 PDF（要装有 LibreOffice）")
@click.pass_obj
def bulletin(folder: Path | None, month: str | None, pdf: bool) -> None:
    """按本月的汇总写一份通报文档，放在汇总旁边，可以再改。"""
    from taskxl.desk.bulletin import write_bulletin
    from taskxl.desk.periods import choose_period

    workspace = common.open_workspace(folder)
    now = common.now()
    period = choose_period(workspace, month, now.date())
    bar = common.progress("读取回收的表")
    _tell(write_bulletin(workspace, period, now, pdf=pdf, progress=bar), "通报")


@click.command(cls=ChineseCommand)
@month_option
@click.option("--office", metavar="股室", help="只写这个股室的")
@click.option("--task", metavar="编号", help="只写这一项任务的")
@click.option("--all", "every", is_flag=True, help="全部股室的，打成一个压缩包")
@click.pass_obj
def card(
    folder: Path | None, month: str | None, office: str | None, task: str | None, every: bool
) -> None:
    """写督办单：一页纸，什么逾期了、是谁的、何时以前反馈；不写选项则只列出谁有。"""
    from taskxl.desk.bulletin import list_cards, write_cards
    from taskxl.desk.periods import choose_period

    if (office is not None) + (task is not None) + every > 1:
        raise TaskxlError("--office、--task、--all 请只写一个。")
    workspace = common.open_workspace(folder)
    now = common.now()
    period = choose_period(workspace, month, now.date())
    if office is None and task is None and not every:
        late = list_cards(workspace, period, now)
        for line in table([(name, f"{count} 项") for name, count in late.items()]):
            click.echo(line)
        click.echo(
            f"写督办单：taskxl card {period.month} --all，或 --office 股室"
            if late
            else f"{period.name}没有确已逾期、未报送或滞后的事项。"
        )
        return
    bar = common.progress("读取回收的表")
    done = write_cards(workspace, period, now, office=office, task=task, progress=bar)
    _tell(done, "督办单")


def _tell(done: "WrittenDocument", what: str) -> None:
    for note in done.notes:
        click.echo(note)
    click.echo(f"{f'写好{what}' if done.written else f'{what}没有变化：'} {show(done.path)}")
    if done.pdf is not None:
        click.echo(f"写好 PDF {show(done.pdf)}")
