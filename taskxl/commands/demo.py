"""The command `demo`: two months of the shipped examples."""

from pathlib import Path

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand
from taskxl.text import show


@click.command(cls=ChineseCommand)
@click.argument("folder", metavar="[文件夹]", default="taskxl演示", type=click.Path(path_type=Path))
def demo(folder: Path) -> None:
    """用自带的样例走完两个月，看看结果是什么样。"""
    from taskxl.desk.demo import run_demo

    result = run_demo(folder)
    month = result.month
    missing = [state.office for state in month.offices if state.state == "missing"]
    click.echo(f"样例已在 {show(folder)} 走完两个月。请打开：")
    click.echo(f"  {show(result.summary)}")
    click.echo(
        f"      汇总表：{common.count_states(month)}；红色、黄色的格子就是缺口，批注里写着原因。"
    )
    click.echo(f"  {show(result.form)}")
    click.echo(f"      发给股室填的表。未报送的是{'、'.join(missing) or '（没有）'}。")
