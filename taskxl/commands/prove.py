"""核对: a month's returns and its summary compared by the independent second reader."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taskxl.commands import common
from taskxl.commands.screen import ChineseCommand, month_option
from taskxl.text import quote, show

if TYPE_CHECKING:
    from taskxl.desk.proving import Proof
    from taskxl.model import Period


@click.command(cls=ChineseCommand)
@month_option
@click.pass_obj
def prove(folder: Path | None, month: str | None) -> None:
    """核对：股室写的每个字都在汇总里，总览上的数都数得出来。

    用另一套读法把采用的来稿和汇总工作簿各读一遍，逐格对照；
    有找不到的字、数不出来的数，退出码为 1。
    """
    from taskxl.desk.periods import choose_period
    from taskxl.desk.proving import prove_month

    workspace = common.open_workspace(folder)
    period = choose_period(workspace, month, common.today())
    proof = prove_month(workspace, period, common.progress("核对来稿"))
    _print_proof(proof, period)
    if not proof.holds:
        sys.exit(1)


def _print_proof(proof: "Proof", period: "Period") -> None:
    for lost in proof.lost:
        where = f"{show(lost.file)}〔{show(lost.word.sheet)}〕{lost.word.cell}"
        what = "的批注" if lost.word.note else ""
        click.echo(f"{where}{what}：{quote(lost.word.text, 60)}在汇总里没有找到。")
    for wrong in proof.miscounts:
        shown = f"写的是 {show(wrong.shown, 60)}" if wrong.shown else "没有写"
        click.echo(
            f"总览 {wrong.cell}：“{wrong.label}”{shown}，从其他各表数出来是 {wrong.counted}。"
        )
    for name in proof.unmerged:
        click.echo(f"{show(name)}：汇总里没有登记。请再运行 taskxl merge --month {period.month}。")
    for file, why in proof.unread:
        click.echo(f"{show(file)}：没有核对（{show(why, 60)}）。请打开它，对照汇总看一遍。")
    if proof.touched and not proof.holds:
        click.echo(
            f"{quote(proof.summary)}写好以后有人保存过。如果是您在里面修订的，"
            f"请先运行 taskxl merge --month {period.month}，再核对。"
        )
    click.echo(_sum_up(proof, period))


def _sum_up(proof: "Proof", period: "Period") -> str:
    found = sum(proof.places.values())
    places = "、".join(f"{sheet} {count}" for sheet, count in proof.places.items())
    words = f"{proof.files} 份来稿写的 {found + len(proof.lost)} 处文字，找到 {found} 处"
    words += f"（{places}）" if places else ""
    lost = f"，没有找到 {len(proof.lost)} 处" if proof.lost else ""
    right = proof.numbers - len(proof.miscounts)
    numbers = f"总览上的 {proof.numbers} 个数，数得出 {right} 个"
    unread = f"；另有 {len(proof.unread)} 份没有核对" if proof.unread else ""
    return f"{period.name}：{words}{lost}；{numbers}{unread}。"
