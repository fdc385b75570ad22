"""Many bureaus: `rollup`, and what `merge --workspaces` does."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand
from taskxl.errors import TaskxlError
from taskxl.text import show

if TYPE_CHECKING:
    from taskxl.desk.rolling_up import Gathered
    from taskxl.model import Period

_PLACE = click.Path(path_type=Path)


@click.command(cls=ChineseCommand)
@click.argument("places", metavar="文件夹或汇总工作簿...", nargs=-1, required=True, type=_PLACE)
@click.option("-m", "--month", metavar="月份", help="汇总到哪个月；不写则是最近汇总过的月")
@click.option("--year", type=click.IntRange(2000, 2100), metavar="年", help="汇总哪一年")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="文件", help="写到哪个工作簿"
)
def rollup(
    places: tuple[Path, ...], month: str | None, year: int | None, output: Path | None
) -> None:
    """把几个单位的工作区、发来的汇总工作簿合成一本：按单位、按月、按任务条线。"""
    from taskxl.desk.rolling_up import gather_bureaus

    bar = common.progress("读取各单位的台账")
    gathered = gather_bureaus(places, year, month, progress=bar)
    write_gathered(gathered, output or Path.cwd() / name_rollup(gathered.period))


def merge_workspaces(
    root: Path, month: str | None, cluster: str | None, workers: int | None, output: Path | None
) -> bool:
    """Merge every workspace under `root`, then put them together; tell whether all were merged."""
    from taskxl.desk.rolling_up import gather_bureaus, merge_bureaus
    from taskxl.desk.spreading import Spread
    from taskxl.workspace.searching import find_workspaces

    folders = find_workspaces(root)
    spread = Spread(workers or os.cpu_count() or 1, cluster or "")
    done = merge_bureaus(folders, month, common.now(), spread, common.progress("汇总各单位"))
    failed = [one for one in done if one.fault]
    for one in failed:
        click.secho(f"{show(one.folder)}：{show(one.fault)}", fg="red")
    click.echo(
        f"{len(folders)} 个工作区，汇总了 {len(done) - len(failed)} 个"
        + (f"，没有汇总 {len(failed)} 个" if failed else "")
    )
    gathered = gather_bureaus([root], None, month, Spread(spread.workers))
    write_gathered(gathered, output or root / name_rollup(gathered.period))
    return not failed


def name_rollup(period: "Period") -> str:
    """Return what the workbook is called where nobody says: 2021年1-4月各单位汇总.xlsx."""
    return f"{period.year}年{period.label}各单位汇总.xlsx"


def write_gathered(gathered: "Gathered", path: Path) -> None:
    """Write the workbook of what was gathered, and say what is in it and what is missing."""
    from taskxl.desk.rolling_up import write_rollup_book

    if path.suffix.lower() != ".xlsx":
        raise TaskxlError(f"“{show(path)}”不是 .xlsx。请把 -o 后面的文件名写成 ….xlsx。")
    written = write_rollup_book(gathered, path)
    common.print_findings(gathered.findings, f"“{show(path.name)}”里的“单位缺口”表")
    for note in written.notes:
        click.echo(note)
    there = sum(one.month(gathered.period.key) is not None for one in gathered.bureaus)
    click.echo(f"{gathered.period.name}：{len(gathered.bureaus)} 个单位，已汇总 {there} 个")
    click.echo(f"{'写好' if written.written else '没有变化：'} {show(path)}")
