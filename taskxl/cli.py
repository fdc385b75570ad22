"""The command line: every command in the order of the month, and how a run ends."""

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from taskxl import __version__
from taskxl.commands.bulletin import bulletin, card
from taskxl.commands.collect import collect
from taskxl.commands.demo import demo
from taskxl.commands.export import export
from taskxl.commands.ledger import ledger
from taskxl.commands.mail import mail
from taskxl.commands.master_list import check, diff, init, read
from taskxl.commands.month import issue, merge, receive, send_back, status
from taskxl.commands.open import open_page
from taskxl.commands.prove import prove
from taskxl.commands.rollup import rollup
from taskxl.commands.rules import explain, rules
from taskxl.commands.screen import ChineseGroup, explain_usage
from taskxl.commands.standing import print_standing
from taskxl.commands.year import year
from taskxl.errors import INTERRUPTED, TaskxlError, explain_unloaded


@click.group(
    cls=ChineseGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "--version", message="taskxl %(version)s", help="显示版本")
@click.option(
    "-C",
    "folder",
    type=click.Path(path_type=Path),
    metavar="工作区",
    help="工作区文件夹；不写则用当前文件夹或它的上级",
)
@click.option("--debug", is_flag=True, help="出错时显示详细过程（给维护人员看）")
@click.pass_context
def cli(context: click.Context, folder: Path | None, debug: bool) -> None:
    """重点工作任务的每月报送：清单进，表格出，收回来，汇总，找缺口。

    只写 taskxl：这个月到哪一步了，下一步做什么。
    """
    context.obj = folder
    if context.invoked_subcommand is None:
        print_standing(folder)


for command in (
    demo,
    read,
    init,
    diff,
    check,
    issue,
    collect,
    receive,
    merge,
    prove,
    status,
    open_page,
    send_back,
    mail,
    bulletin,
    card,
    ledger,
    year,
    rollup,
    export,
    rules,
    explain,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: exit status 0, 1 (`--strict` found errors) or 2 (could not run)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        # Not cli.main(): that ends a run whose reader has gone away with 1: errors found.
        with cli.make_context("taskxl", list(arguments)) as context:
            code = cli.invoke(context)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except BrokenPipeError:
        _abandon(sys.stdout)
        sys.exit(0)
    except (Exception, KeyboardInterrupt) as error:
        _abandon(sys.stdout)
        try:
            if "--debug" in arguments:
                import traceback

                traceback.print_exc()
            click.echo(_explain(error), err=True)
        except OSError:
            _abandon(sys.stderr)
        sys.exit(2)


def _abandon(stream: TextIO | None) -> None:
    """Lead a stream nowhere if it takes nothing any more, lest Python complain of it at the end."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _explain(error: BaseException) -> str:
    """Return in one Chinese line why a run ended, and what to do."""
    broken = error if isinstance(error, OSError) else error.__cause__
    if isinstance(broken, OSError) and not _has_folder():
        return "当前文件夹已经不在了（被删除、移走或改名）。请换到别的文件夹，再运行一次。"
    if isinstance(error, TaskxlError):
        return str(error)
    if isinstance(error, click.UsageError):
        return explain_usage(error)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, ImportError):
        return explain_unloaded(error.name or "")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "写不下了：磁盘（或输出到的地方）已满。请腾出空间后，再运行一次。"
    kind = type(error).__name__
    return f"程序遇到没有料到的情况（{kind}）。请加 --debug 再运行，把显示的内容发给维护人员。"


def _has_folder() -> bool:
    """Tell whether the folder in which the run was begun is still there."""
    try:
        Path.cwd()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
