"""The command `ledger`: the year as a workbook, and what the ledger keeps."""

import sys
from pathlib import Path

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand, add_month, table
from taskxl.errors import TaskxlError
from taskxl.text import show


@click.command(cls=ChineseCommand)
@click.option("--verify", is_flag=True, help="检查台账是否完好，不写文件")
@add_month("列出这个月历次汇总（可以直接写在命令后面）；与下面两项合用时只取这个月")
@click.option("--at", "place", type=int, metavar="N", help="写出这个月第 N 次汇总时的汇总工作簿")
@click.option(
    "--originals",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="把收到过的每一份原件写到这个文件夹",
)
@click.pass_obj
def ledger(
    folder: Path | None, verify: bool, month: str | None, place: int | None, originals: Path | None
) -> None:
    """把一年的进展写成一本工作台账；也可以查历次汇总、取回原件。"""
    from taskxl.desk import archive, yearbook
    from taskxl.desk.periods import choose_period, list_periods
    from taskxl.merge.counts import NOT_YET
    from taskxl.words import NOT_DUE, OFFICE_STATES

    workspace = common.open_workspace(folder)
    if verify:
        faults, holds = yearbook.verify_year(workspace)
        for line in faults:
            click.secho(line, fg="red")
        click.echo("台账有问题，请按上面所说处理。" if faults else f"台账完好：{holds}。")
        sys.exit(1 if faults else 0)
    if place is not None and month is None:
        raise TaskxlError("--at 要和 --month 一起用，如 taskxl ledger --month 4 --at 1。")
    if place is not None and originals is not None:
        raise TaskxlError("--at 和 --originals 不能合用，请分两次运行。")
    period = choose_period(workspace, month, common.today()) if month else None
    if originals is not None:
        periods = (period,) if period else list_periods(workspace)
        written = archive.export_originals(workspace, periods, originals, common.now())
        for one in written:
            common.print_note(one.note)
        click.echo(f"写出原件 {len(written)} 份，在 {show(originals)}")
    elif period is not None and place is not None:
        past = archive.write_past_summary(workspace, period, place, common.now())
        common.print_note(past.note)
        click.echo(f"写好 {show(past.path)}")
    elif period is not None:
        merges = archive.list_merges(workspace, period)
        words = {**OFFICE_STATES, NOT_YET: NOT_DUE}
        for line in table([archive.describe_merge(one, words) for one in merges]):
            click.echo(line)
        click.echo(f"看某一次的汇总：taskxl ledger --month {period.month} --at 次数")
    else:
        result = yearbook.write_year(workspace, common.now())
        for line in result.notes:
            click.echo(line)
        click.echo(f"{'写好' if result.written else '没有变化：'} {show(result.path)}")
