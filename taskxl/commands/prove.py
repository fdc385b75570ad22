"""核对: a month's returns and its summary compared by the independent second reader."""

import sys
from pathlib import Path

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand, month_option


@click.command(cls=ChineseCommand)
@month_option
@click.pass_obj
def prove(folder: Path | None, month: str | None) -> None:
    """核对：股室写的每个字都在汇总里，总览上的数都数得出来。

    用另一套读法把采用的来稿和汇总工作簿各读一遍，逐格对照；
    有找不到的字、数不出来的数，退出码为 1。
    """
    from taskxl.desk.periods import choose_period
    from taskxl.desk.proving import describe_faults, prove_month, sum_up_proof

    workspace = common.open_workspace(folder)
    period = choose_period(workspace, month, common.today())
    proof = prove_month(workspace, period, common.progress("核对来稿"))
    for line in (*describe_faults(proof, period), sum_up_proof(proof, period)):
        click.echo(line)
    if not proof.holds:
        sys.exit(1)
