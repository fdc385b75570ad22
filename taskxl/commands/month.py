"""The month: forms out, returns in, merged, looked at, sent back."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taskxl.commands import common
from taskxl.commands.common import TASK_LIST, json_option, strict_option
from taskxl.commands.screen import ChineseCommand, month_option, table
from taskxl.errors import TaskxlError
from taskxl.paths import unmark
from taskxl.text import show

if TYPE_CHECKING:
    from datetime import datetime

    from taskxl.model import OfficeState

_STATE_COLOURS = {"submitted": "green", "late": "yellow", "missing": "red", "rejected": "red"}


@click.command(cls=ChineseCommand)
@month_option
@click.option("--office", metavar="股室", help="只做这一个股室的")
@click.option("--preview", metavar="股室", help="只看这个股室的表里会有什么，不写文件")
@click.pass_obj
def issue(folder: Path | None, month: str | None, office: str | None, preview: str | None) -> None:
    """给每个责任股室写一份进展情况表（附件2）。"""
    from taskxl.desk.issuing import issue_forms, preview_form
    from taskxl.desk.periods import choose_period

    workspace = common.open_workspace(folder)
    period = choose_period(workspace, month, common.today(), issuing=True)
    if preview is not None:
        click.echo(preview_form(workspace, period, preview))
        return
    result = issue_forms(workspace, period, office, common.now())
    for note in result.notes:
        click.echo(note)
    for path in result.written:
        verb, tail = ("改写", "（请重新发）") if path in result.replaced else ("写好", "")
        click.echo(f"{verb} {show(path.name)}{tail}")
    for path in result.stale:
        click.echo(f"不再需要 {show(path.name)}（清单里已没有它的任务，没有删除）")
    click.echo(
        f"{period.name}：写了 {len(result.written)} 份，{len(result.unchanged)} 份没有变化。"
        f"表在 {show(result.folder)}；收回来的表请放进 {show(result.returns)}"
    )


@click.command(cls=ChineseCommand)
@month_option
@click.option(
    "--clean", "--定稿", is_flag=True, help="再写一份定稿：没有标记、批注和内部各表，可以直接附上"
)
@click.option(
    "--workspaces",
    "root",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="汇总这个文件夹下所有单位的工作区，再合成一本",
)
@click.option("--cluster", metavar="local|地址", help="在集群上汇总（与上一项合用）")
@click.option("--workers", type=click.IntRange(1, 512), metavar="N", help="同时汇总几个单位")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="文件", help="合成的一本写到哪里"
)
@json_option
@strict_option
@click.pass_obj
def merge(
    folder: Path | None,
    month: str | None,
    clean: bool,
    root: Path | None,
    cluster: str | None,
    workers: int | None,
    output: Path | None,
    as_json: bool,
    strict: bool,
) -> None:
    """汇总收回来的表，写出汇总工作簿，标出缺口。"""
    from taskxl.commands.rollup import merge_workspaces

    if root is not None:
        if folder is not None or clean or as_json:
            raise TaskxlError("--workspaces 不和 -C、--clean、--json 一起用。")
        whole = merge_workspaces(root, month, cluster, workers, output)
        sys.exit(1 if strict and not whole else 0)
    if cluster is not None or workers is not None or output is not None:
        raise TaskxlError("--cluster、--workers、-o 要和 --workspaces 一起用。")
    from taskxl.desk.clean_copies import write_clean
    from taskxl.desk.json import month_json
    from taskxl.desk.merging import merge_returns
    from taskxl.desk.periods import choose_period

    workspace = common.open_workspace(folder)
    period = choose_period(workspace, month, common.today())
    result = merge_returns(workspace, period, common.progress("读取回收的表"), common.now())
    for note in result.notes:
        click.echo(note, err=as_json)
    if as_json:
        common.print_json(month_json(result.month, unmark(str(result.summary))))
    else:
        for verdict in result.month.files:
            if verdict.code:
                reason = show(verdict.reason or "")
                click.echo(f"{show(verdict.file)}：{reason}（{verdict.code}）")
        click.echo(common.count_states(result.month))
        click.echo(common.count_findings(result.month.findings))
        verb = "写好" if result.written else "没有变化："
        click.echo(f"{verb} {show(result.summary)}")
    if clean:
        copy = write_clean(workspace, result.month, common.now())
        for note in copy.notes:
            click.echo(note, err=as_json)
        verb = "写好定稿" if copy.written else "定稿没有变化："
        click.echo(f"{verb} {show(copy.path)}", err=as_json)
    common.leave(result.month.findings, strict)


@click.command(cls=ChineseCommand)
@month_option
@click.pass_obj
def status(folder: Path | None, month: str | None) -> None:
    """谁报了，谁没报。"""
    from taskxl.desk.came_back import note_returned
    from taskxl.desk.merging import look_at_month, note_strays
    from taskxl.desk.periods import choose_period

    workspace = common.open_workspace(folder)
    period = choose_period(workspace, month, common.today())
    bar = common.progress("读取回收的表")
    merged = look_at_month(workspace, period, bar, common.today())
    for note in note_strays(workspace, merged):
        click.echo(note)
    titles = (merged.master.settings.office_word, "状态", "收到", "填报人", "审定", "已填/应填")
    asked = "approval" in merged.asked
    head, *lines = table([titles, *(_status_row(state, asked) for state in merged.offices)])
    click.secho(head, bold=True)
    for state, line in zip(merged.offices, lines, strict=True):
        click.secho(line, fg=_STATE_COLOURS[state.state] if state.due else None)
    click.echo(common.count_states(merged))
    for note in note_returned(workspace, period):
        click.echo(note)


@click.command(cls=ChineseCommand)
@click.argument("file", metavar="[文件]", required=False, type=TASK_LIST)
@click.option(
    "--of", "there", metavar="文件", type=click.Path(path_type=Path), help="已在“回收”里的"
)
@click.option("--office", metavar="股室", help="是哪个股室的；不写则由表自己说明")
@click.option("--at", metavar="时间", help="收到的时间，如 2021-04-24 17:00；不写则为现在")
@click.option("--note", metavar="说明", default="", help="怎么收到的，如 微信")
@month_option
@click.pass_obj
def receive(
    folder: Path | None,
    file: Path | None,
    there: Path | None,
    office: str | None,
    at: str | None,
    note: str,
    month: str | None,
) -> None:
    """登记一份不经邮件收到的表：放进“回收”，记下是谁的、何时、怎么收到的。"""
    from taskxl.desk.periods import choose_period
    from taskxl.desk.registering import register_return

    if (file is None) == (there is None):
        raise TaskxlError("请写一个文件：新收到的直接写文件名，已在“回收”里的写 --of 文件名。")
    workspace = common.open_workspace(folder)
    now = common.now()
    period = choose_period(workspace, month, now.date())
    done = register_return(
        workspace,
        period,
        there or file or Path(),
        now,
        is_there=there is not None,
        office=office,
        at=_read_moment(at, now) if at else None,
        note=note,
    )
    receipt = done.receipt
    told = [receipt.office, f"{receipt.received_at:%Y-%m-%d %H:%M}" if receipt.received_at else ""]
    told.append(show(receipt.note))
    verb = "已放进回收并登记" if done.copied else "已登记"
    click.echo(f"{period.name}：{verb} {show(receipt.name)}（{'，'.join(filter(None, told))}）")


def _read_moment(text: str, now: "datetime") -> "datetime":
    """Read a moment as typed: `2021-04-24 17:00`, or a day alone; never one to come."""
    from datetime import datetime

    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            moment = datetime.strptime(text.strip().replace("：", ":"), form)  # noqa: DTZ007 - local
        except ValueError:
            continue
        if moment > now:
            raise TaskxlError(f"收到的时间“{show(text, 20)}”还没有到。请检查 --at。")
        return moment
    raise TaskxlError(f"时间“{show(text, 20)}”看不懂。请写成 2021-04-24 17:00。")


@click.command("send-back", cls=ChineseCommand)
@month_option
@click.option("--office", metavar="股室", help="只看这一个股室的")
@click.pass_obj
def send_back(folder: Path | None, month: str | None, office: str | None) -> None:
    """列出各股室自己要更正的地方，可以直接粘贴发给它；同时写进“下发”里的“退回.txt”。"""
    from taskxl.desk.pasting import paste_letters
    from taskxl.desk.periods import choose_period

    workspace = common.open_workspace(folder)
    today = common.today()
    period = choose_period(workspace, month, today)
    bar = common.progress("读取回收的表")
    pastes, path = paste_letters(workspace, period, "send-back", office, today, bar)
    click.echo("\n\n".join(pastes.offices.values()) or "没有要股室更正的地方。")
    if path is not None:
        click.echo(f"（以上已写进 {show(path)}，供粘贴。）", err=True)


def _status_row(state: "OfficeState", asked: bool) -> tuple[str, ...]:
    received = state.received_at.strftime("%m-%d %H:%M") if state.received_at else ""
    back = state.state in ("submitted", "late")
    return (
        state.office,
        state.word,
        received,
        show(state.reporter, 12),
        ("已审定" if state.approved else "未审定" if asked else "") if back else "",
        f"{state.filled}/{state.tasks}",
    )
