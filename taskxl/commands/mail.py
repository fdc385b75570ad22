"""The commands `taskxl mail …`: letters of the month on the screen."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from taskxl.commands import common
from taskxl.commands.asking import ask_password
from taskxl.commands.screen import ChineseGroup, month_option, table
from taskxl.errors import TaskxlError
from taskxl.text import show

if TYPE_CHECKING:
    from taskxl.desk.drafting import DraftReport
    from taskxl.desk.sending import Delivery, SendReport
    from taskxl.ledger import LetterKind

OUTCOME_WORDS = {
    "sent": "已发",
    "deferred": "暂缓",
    "refused": "被拒",
    "unknown": "不明",
}
OUTCOME_COLOURS = {"sent": "green", "deferred": "yellow", "refused": "red", "unknown": "red"}


@click.group(cls=ChineseGroup)
def mail() -> None:
    """给股室写信：下发、催报、退回。不加 --send 只写草稿。"""


def letter_options(function: Any) -> Any:
    """Add what every kind of letter has."""
    for option in (
        click.option("--again", is_flag=True, help="已经发过的也再发一次（与 --send 同用）"),
        click.option("--send", is_flag=True, help="直接发出；不写则只写草稿，不发"),
        click.option("--office", metavar="股室", help="只给这一个股室"),
        month_option,
    ):
        function = option(function)
    return click.pass_obj(function)


@mail.command()
@letter_options
@click.option("--zip", "packed", is_flag=True, help="不用邮件：每个股室打一个压缩包，供 OA 发送")
def issue(
    folder: Path | None,
    month: str | None,
    office: str | None,
    send: bool,
    again: bool,
    packed: bool,
) -> None:
    """下发：把进展情况表发给每个要报送的股室。"""
    if not packed:
        _run("issue", folder, month, office, send, again)
        return
    for option, given in (("--send", send), ("--again", again)):
        if given:
            raise TaskxlError(f"--zip 是不用邮件时打包用的，不能和 {option} 一起写。请去掉一个。")
    from taskxl.desk import drafting
    from taskxl.desk.periods import choose_period

    workspace = common.open_workspace(folder)
    now = common.now()
    period = choose_period(workspace, month, now.date())
    report = drafting.pack_forms(workspace, period, office, now)
    for note in report.batch.notes:
        click.echo(note)
    rows = [
        (office, path.name, "写好" if path in report.written else "没有变化")
        for office, path in report.files.items()
    ]
    _print_table([(report.batch.master.settings.office_word, "压缩包", ""), *rows])
    _print_stale(report)
    click.echo(f"{period.name}：打包 {len(rows)} 个，在 {show(report.folder)}")


@mail.command()
@letter_options
@click.option(
    "--before",
    metavar="天数",
    type=click.IntRange(0, 31),
    help="期限前的提醒：离报送期限不超过这么多天才写，期限过了也不写",
)
def remind(
    folder: Path | None,
    month: str | None,
    office: str | None,
    send: bool,
    again: bool,
    before: int | None,
) -> None:
    """催报：写给还没有报来、或报来的表用不了的股室。"""
    if before is not None and not _is_time(folder, month, before):
        return
    _run("remind", folder, month, office, send, again)


def _is_time(folder: Path | None, month: str | None, before: int) -> bool:
    """Tell whether the deadline is near enough for a reminder; say why where it is not."""
    from taskxl.desk.lists import load_master
    from taskxl.desk.pasting import days_left
    from taskxl.desk.periods import choose_period

    workspace = common.open_workspace(folder)
    today = common.now().date()
    period = choose_period(workspace, month, today)
    left = days_left(period, load_master(workspace)[0], today)
    if left < 0:
        click.echo(f"{period.name}的报送期限已过 {-left} 天，没有写提醒。要催报，请去掉 --before。")
    elif left > before:
        click.echo(f"离{period.name}的报送期限还有 {left} 天，没有写提醒。")
    return 0 <= left <= before


@mail.command("send-back")
@letter_options
def send_back(
    folder: Path | None, month: str | None, office: str | None, send: bool, again: bool
) -> None:
    """退回：请股室更正、核实报来的表，逐处指明格子。"""
    _run("send-back", folder, month, office, send, again)


@mail.command("check")
@click.pass_obj
def check(folder: Path | None) -> None:
    """试一试邮箱：连上、登录、列出文件夹；一封信也不发。第一次用先运行它。"""
    from taskxl.desk.mail_checking import check_mail
    from taskxl.mail.certificates import find_authority

    workspace = common.open_workspace(folder)
    failed = []
    for trial in check_mail(workspace, ask_password, find_authority()):
        mark, colour = ("可以", "green") if trial.works else ("不行", "red")
        click.secho(f"{mark} {trial.what}：{trial.detail}", fg=colour)
        failed += [] if trial.works else [trial.what]
    if failed:
        click.echo(f"要改的：{'、'.join(failed)}。改好“设置”后再运行一次。")
    else:
        click.echo("收信、发信都可以用了。")


def _run(
    kind: "LetterKind",
    folder: Path | None,
    month: str | None,
    office: str | None,
    send: bool,
    again: bool,
) -> None:
    from taskxl.desk import drafting, pasting, sending
    from taskxl.desk.periods import choose_period
    from taskxl.mail.certificates import find_authority

    if again and not send:
        raise TaskxlError("--again 是再发一次，要和 --send 一起写。")
    workspace = common.open_workspace(folder)
    now = common.now()
    period = choose_period(workspace, month, now.date())
    bar = common.progress("读取回收的表")
    if not send:
        report = drafting.draft_letters(workspace, period, kind, office, now, bar)
        _print_drafts(report)
        if kind != "issue":
            pastes = pasting.compose_pastes(report.batch, now.date())
            path = pasting.write_pastes(workspace, pastes, kind, period, office)
            if path is not None:
                click.echo(f"可以粘贴到微信群、钉钉的文字在 {show(path)}")
        return
    world = sending.World(ask_password, common.now, _sleep, _print_delivery, find_authority())
    command = f"taskxl mail {kind} --month {period.month} --send"
    sent = sending.send_letters(workspace, period, kind, world, office, again, bar)
    _print_report(sent, command, again)


def _sleep(seconds: float) -> None:
    time.sleep(seconds)


def _print_drafts(report: "DraftReport") -> None:
    batch = report.batch
    for note in batch.notes:
        click.echo(note)
    rows = []
    for item in batch.items:
        path = report.files[item.office]
        copies = item.recipients.copies if batch.master.settings.mail_copy_leader else ()
        rows.append(
            (
                item.office,
                "、".join(item.recipients.to) or "（没有邮箱）",
                "、".join(copies) or "—",
                "、".join(show(one.name) for one in item.attachments) or "—",
                "写好" if path in report.written else "没有变化",
            )
        )
    if not rows:
        click.echo(f"{batch.period.name}：没有要写的信件。")
    else:
        word = batch.master.settings.office_word
        _print_table([(word, "收件", "抄送", "附件", ""), *rows])
    _print_stale(report)
    if rows:
        click.echo(
            f"{batch.period.name}：草稿 {len(rows)} 封，在 {show(report.folder)}。"
            "可以逐封打开，看过再发；要直接发出，请加 --send。"
        )


def _print_table(rows: "list[tuple[str, ...]]") -> None:
    head, *lines = table(rows)
    click.secho(head, bold=True)
    for line in lines:
        click.echo(line)


def _print_stale(report: "DraftReport") -> None:
    for path in report.stale:
        click.echo(f"不再需要 {show(path.name)}（请不要再发，没有删除）")


def _print_delivery(delivery: "Delivery") -> None:
    outcome, letter = delivery.outcome, delivery.letter
    copies = f"，抄送 {'、'.join(letter.copies)}" if letter.copies else ""
    detail = f"：{outcome.detail}" if outcome.detail else ""
    line = (
        f"{OUTCOME_WORDS[outcome.result]} {letter.office} → {'、'.join(letter.to)}{copies}{detail}"
    )
    click.secho(line, fg=OUTCOME_COLOURS[outcome.result])


def _print_report(report: "SendReport", command: str, again: bool) -> None:
    for note in report.notes:
        click.echo(note)
    if report.stopped:
        click.secho(report.stopped, fg="yellow")
    for office in (*report.doubtful, *report.offices("unknown")):
        click.secho(
            f"{office}：不知道上次那封发出去没有，为免重复没有再发。请问一下对方；"
            f"没有收到的，运行 {command} --again --office {office}",
            fg="yellow",
        )
    period = report.batch.period.name
    already = report.already
    parts = [f"发出 {len(report.offices('sent'))} 封"]
    if already:
        parts.append(f"以前已发 {len(already)} 封（{'、'.join(already)}；要再发请加 --again）")
    waiting = [*report.offices("deferred"), *report.left]
    if waiting:
        # With --again those that have just got theirs would get another.
        how = f"运行 {command} 接着发" if again else "再运行一次接着发"
        parts.append(f"还没有发 {len(waiting)} 封（{'、'.join(waiting)}；{how}）")
    refused = report.offices("refused")
    if refused:
        parts.append(f"被拒 {len(refused)} 封（{'、'.join(refused)}；改正后再运行一次）")
    summary = f"{period}：{'，'.join(parts)}。"
    tried = bool(report.deliveries or report.stopped)
    if tried and not report.offices("sent") and not report.offices("unknown"):
        raise TaskxlError(f"{summary}一封也没有发出。")
    click.echo(summary)
