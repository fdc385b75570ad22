"""The list and 主清单.xlsx: read, made into a workspace, checked, compared with a revised one."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from taskxl.commands import common
from taskxl.commands.common import TASK_LIST, json_option, strict_option
from taskxl.commands.screen import ChineseCommand
from taskxl.errors import TaskxlError
from taskxl.paths import reach
from taskxl.text import show

if TYPE_CHECKING:
    from taskxl.master.revising.differences import Difference
    from taskxl.model import Understood


_Command = TypeVar("_Command", bound=Callable[..., object])


def reading_options(command: _Command) -> _Command:
    """Add the options by which a person says how a list is to be read."""
    for option in (
        click.option(
            "--task-level", type=click.IntRange(1, 9), metavar="N", help="文本里任务在第几级编号"
        ),
        click.option(
            "--header-row",
            type=click.IntRange(1, 1000),
            metavar="N",
            help="表头在第几行（有两三行时写第一行）",
        ),
        click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="列=内容",
            help="某一列（表头或列号）是什么，如 时序进度=节点、D=牵头；可以写几次",
        ),
    ):
        command = option(command)
    return command


@click.command(cls=ChineseCommand)
@click.argument("files", metavar="文件...", nargs=-1, required=True, type=TASK_LIST)
@reading_options
@json_option
@strict_option
def read(
    files: tuple[Path, ...],
    columns: tuple[str, ...],
    header_row: int | None,
    task_level: int | None,
    as_json: bool,
    strict: bool,
) -> None:
    """看看任务清单里认出了什么；不写任何文件。"""
    from taskxl.dates import is_recurring
    from taskxl.desk.json import task_list_json
    from taskxl.desk.lists import count_tasks, list_sources, read_lists
    from taskxl.master.reading.hints import make_hints

    hints = make_hints(columns, header_row, task_level)
    task_list, findings = read_lists(files, hints=hints)
    if as_json:
        common.print_json(task_list_json(task_list, findings))
    else:
        click.echo(f"{task_list.title or '（没有标题）'}　{task_list.year or '年份不明'}")
        section: str | None = None
        word = task_list.office_word or "股室"
        for task in task_list.tasks:
            if task.section != section:
                section = task.section
                click.echo(f"〔{show(section or '不分组')}〕")
            dates = [
                m.due.strftime("%m-%d") if m.due else "长期" if is_recurring(m.vague) else "待确认"
                for m in task.milestones
            ]
            click.echo(
                f"  {task.number or '无号'}　{show(task.title or '（无名称）', 40)}　"
                f"{'、'.join(task.lead_offices) or f'（无责任{word}）'}"
                + (f"　节点 {len(dates)}：{'、'.join(dates)}" if dates else "")
            )
        common.print_findings(findings, f"taskxl read --json {' '.join(map(_quote, files))}")
        print_understood(task_list.understood)
        for line in list_sources(task_list.tasks):
            click.echo(line)
        click.echo(count_tasks(task_list.tasks, word))
    common.leave(findings, strict)


def print_understood(lines: Sequence["Understood"]) -> None:
    """Print what columns and levels were taken as, of tables and texts where some were guessed."""
    places = dict.fromkeys((line.file, line.sheet) for line in lines if not line.sure)
    for file, sheet in places:
        of_place = [line for line in lines if (line.file, line.sheet) == (file, sheet)]
        where = f"{show(file)}{f'〔{show(sheet)}〕' if sheet else ''}"
        click.echo(f"{where} 是这样读的（带 * 的是推定，请核对）：")
        for line in of_place:
            examples = "｜".join(show(example, 16) for example in line.examples)
            header = show(line.header, 16) or "（无表头）"
            click.echo(
                f"  {' ' if line.sure else '*'} {line.name}　{header}"
                f"　→ {line.taken or '不读'}（{line.how}）　{examples}"
            )
        example = next((line.option for line in of_place if not line.sure and line.option), "")
        example = example or next((line.option for line in of_place if line.option), "")
        if example:
            click.echo(f"  不对的话加选项说明，如：{show(example)}")


@click.command(cls=ChineseCommand)
@click.argument("folder", metavar="工作区", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "files",
    multiple=True,
    metavar="文件",
    type=TASK_LIST,
    help="任务清单（附件1）；可以接着写几个",
)
@click.argument("more", metavar="[文件...]", nargs=-1, type=TASK_LIST)
@click.option(
    "--from-year",
    "old",
    metavar="上年工作区",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="由上一年的工作区接着建：没有完成的和长期的任务结转过来",
)
@click.option("--update", is_flag=True, help="工作区已有：照新清单更新主清单，手工改过的不动")
@reading_options
@click.pass_context
def init(
    context: click.Context,
    folder: Path,
    files: tuple[Path, ...],
    more: tuple[Path, ...],
    old: Path | None,
    update: bool,
    columns: tuple[str, ...],
    header_row: int | None,
    task_level: int | None,
) -> None:
    """由任务清单（附件1）或上一年的工作区建一个工作区；年中清单变了，用 --update 更新。"""
    from taskxl.desk.lists import count_tasks, list_sources
    from taskxl.desk.taking_over import init_workspace, update_workspace
    from taskxl.master.reading.hints import make_hints

    if old is not None:
        if files or more or update:
            raise TaskxlError(
                "--from-year 请单独写。新一年的清单下来以后，再用 --from 清单 --update 更新。"
            )
        _begin_next_year(folder, old)
        return
    if not files:
        wanted = next(one for one in context.command.params if one.name == "files")
        raise click.MissingParameter(ctx=context, param=wanted)
    hints = make_hints(columns, header_row, task_level)
    if update:
        result = update_workspace(folder, files + more, common.now(), hints)
    else:
        today = common.today()
        result = init_workspace(folder, files + more, today.year, common.now(), hints)
    if result.created:
        click.echo(f"已写好 {show(result.path)}：{count_tasks(result.tasks, result.word)}")
        for line in list_sources(result.tasks):
            click.echo(line)
    elif not update:
        click.echo(f"{show(result.path)} 已经有了，没有改动它。要照新清单更新，请加 --update。")
    print_differences(result.differences)
    for line in result.notes:
        click.echo(show(line))
    # Not `check`: it tells of 主清单.xlsx, where what was misread cannot be seen any more.
    common.print_findings(
        result.findings, f"taskxl read --json {' '.join(map(_quote, files + more))}"
    )
    if result.created:
        click.echo("请在 Excel 里核对主清单（淡黄色的是存疑），然后运行 taskxl issue。")
    elif update:
        verb = "已更新" if result.updated else "没有变化："
        click.echo(f"{verb} {show(result.path)}：{count_tasks(result.tasks, result.word)}")
        if result.aside:
            click.echo(f"更新前的主清单另存为 {show(result.aside.name)}。")


def _begin_next_year(folder: Path, old: Path) -> None:
    from taskxl.desk.lists import count_tasks
    from taskxl.desk.next_year import init_from_year

    result = init_from_year(folder, old, common.now())
    if not result.created:
        click.echo(f"{show(result.path)} 已经有了，没有改动它。")
        return
    click.echo(f"已写好 {show(result.path)}：{count_tasks(result.tasks, result.word)}")
    for line in result.notes:
        click.echo(line)
    click.echo("请在 Excel 里核对主清单；新一年的清单下来以后，用 --from 清单 --update 更新。")


@click.command(cls=ChineseCommand)
@strict_option
@click.pass_obj
def check(folder: Path | None, strict: bool) -> None:
    """检查主清单.xlsx、附件2 的画法和信件的模板有没有问题。"""
    from taskxl.desk.lists import check_workspace, tell_unreported

    workspace = common.open_workspace(folder)
    findings = check_workspace(workspace)
    common.print_findings(findings)
    lacking = tell_unreported(workspace)
    for line in lacking:
        click.echo(line)
    if findings:
        click.echo(common.count_findings(findings))
    elif not lacking:
        click.echo("没有发现问题。")
    common.leave(findings, strict)


@click.command(cls=ChineseCommand)
@click.argument("files", metavar="文件...", nargs=-1, required=True, type=TASK_LIST)
@reading_options
@json_option
@click.pass_obj
def diff(
    folder: Path | None,
    files: tuple[Path, ...],
    columns: tuple[str, ...],
    header_row: int | None,
    task_level: int | None,
    as_json: bool,
) -> None:
    """看看新的任务清单与主清单有哪些不同；不写任何文件。"""
    from taskxl.desk.taking_over import compare_with_list
    from taskxl.master.reading.hints import make_hints

    workspace = common.open_workspace(folder)
    hints = make_hints(columns, header_row, task_level)
    differences = compare_with_list(workspace, files, hints)
    if as_json:
        document = {"differences": [one.to_json() for one in differences]}
        common.print_json(document)
        return
    print_differences(differences)
    if differences:
        command = f"taskxl init {_quote(workspace.root)} --from {' '.join(map(_quote, files))}"
        click.echo(f"要照新清单更新主清单，请运行 {command} --update。")
    else:
        click.echo("与主清单没有不同。")


def _quote(path: Path) -> str:
    """Return a path as it is typed on the command line, the current folder as `.`."""
    name = "." if reach(path).resolve() == reach(Path.cwd()) else show(path)
    return f'"{name}"' if set(name) & set(" &();'") else name


def print_differences(differences: Sequence["Difference"]) -> None:
    """Print the account between two lists, and how much it comes to."""
    for one in differences:
        click.echo(show(one.message))
    if differences:
        click.echo(_count_kinds(differences))


def _count_kinds(differences: Sequence["Difference"]) -> str:
    from taskxl.master.revising.differences import KIND_WORDS

    counts = [
        f"{word} {number}"
        for kind, word in KIND_WORDS.items()
        if (number := sum(one.kind == kind for one in differences))
    ]
    return f"共 {len(differences)} 处不同：{'，'.join(counts)}"
