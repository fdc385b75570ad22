"""The command `collect`: asks for a password where it must, prints the account."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from taskxl.commands import common
from taskxl.commands.asking import prepare_password
from taskxl.commands.screen import ChineseCommand, month_option, table
from taskxl.errors import TaskxlError
from taskxl.text import show

if TYPE_CHECKING:
    from taskxl.desk.received import CollectReport, Line

COLOURS = {
    "taken": "green",
    "held": None,
    "gone": None,
    "ignored": None,
    "none": None,
    "refused": "yellow",
}
TITLES = ("时间", "发件人", "主题", "附件", "结果")
# Letters without an attachment that are named one by one; a mailbox may have thousands.
_NAMED = 20


@click.command(cls=ChineseCommand)
@month_option
@click.option(
    "--from",
    "source",
    metavar="文件夹",
    type=click.Path(file_okay=False, path_type=Path),
    help="不连邮箱，收这个文件夹里另存的邮件和文件",
)
@click.pass_obj
def collect(folder: Path | None, month: str | None, source: Path | None) -> None:
    """从邮箱里把各股室发回的表收进“回收”；邮箱里什么都不动。"""
    from taskxl.desk import collecting
    from taskxl.desk.periods import choose_period

    workspace = common.open_workspace(folder)
    period = choose_period(workspace, month, common.today())
    if source is not None:
        report = collecting.collect_folder(
            workspace, period, source, common.now(), common.progress("收取")
        )
    else:
        account = collecting.find_account(workspace, period)
        report = collecting.collect_mail(
            workspace,
            period,
            prepare_password(account.user, account.server),
            common.now(),
            common.progress("收取"),
        )
    for note in report.notes:
        click.echo(note)
    _print_account(report.lines)
    if report.lines or not report.broken:
        click.echo(f"{period.name}：{_count(report)}")
    if report.broken:
        raise TaskxlError(report.broken)


def _print_account(lines: Sequence["Line"]) -> None:
    """Print a line for each file and letter; of many that brought nothing only their number."""
    shown = [line for line in lines if line.fate != "none" or line.looks_like]
    bare = [line for line in lines if line.fate == "none" and not line.looks_like]
    if len(bare) <= _NAMED:
        shown, bare = list(lines), []
    rows = list(_rows(shown))
    if rows:
        head, *rest = table([TITLES, *(cells for cells, _ in rows)])
        click.secho(head, bold=True)
        for text, (_, fate) in zip(rest, rows, strict=True):
            click.secho(text, fg=COLOURS[fate])
    if bare:
        click.echo(f"另有 {len(bare)} 封没有附件，都已登记，没有一一列出。")


def _rows(lines: Sequence["Line"]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the cells of each row and its fate; a letter is named in its first row only."""
    for _, letter in groupby(lines, key=lambda line: line.letter):
        first = True
        for line in letter:
            yield _cells(line, first), line.fate
            first = False


def _cells(line: "Line", first: bool) -> tuple[str, ...]:
    sender = show(line.sender, 16)
    if line.looks_like:
        sender += f"（像是{'、'.join(line.looks_like)}）"
    at = line.at.strftime("%m-%d %H:%M") if line.at else ""
    named: tuple[str, ...] = (at, sender, show(line.subject, 24)) if first else ("", "", "")
    return (*named, show(line.attachment, 30), f"→ {show(line.outcome)}")


def _count(report: "CollectReport") -> str:
    lines: Any = report.lines
    if not lines:
        return "没有新的邮件或文件。"
    counts = [
        (word, sum(line.fate == fate for line in lines))
        for fate, word in (
            ("taken", "收下 {} 个附件"),
            ("held", "已有 {} 个"),
            ("gone", "收过又移走的 {} 个"),
            ("ignored", "不是报送件 {} 个"),
            ("none", "没有附件的信 {} 封"),
            ("refused", "没有收、请看一看的 {} 个"),
        )
    ]
    counted = "，".join(word.format(number) for word, number in counts if number)
    return f"{counted}。附件在 {show(report.folder)}"
