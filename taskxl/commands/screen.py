"""How the command line speaks: click's own words in Chinese, widths as a terminal shows them."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from taskxl.errors import TaskxlError
from taskxl.text import closest, show

ALIASES = {
    "演示": "demo",
    "读清单": "read",
    "建立": "init",
    "比对": "diff",
    "检查": "check",
    "下发": "issue",
    "收表": "collect",
    "汇总": "merge",
    "核对": "prove",
    "状态": "status",
    "催报": "remind",
    "退回": "send-back",
    "通报": "bulletin",
    "督办": "card",
    "打开": "open",
    "邮件": "mail",
    "台账": "ledger",
    "总结": "year",
    "导出": "export",
    "规则": "rules",
    "说明": "explain",
}
"""What people say for a command. It is looked up by name when somebody says it, in the group and
then in its groups: 催报 is `taskxl mail remind`, and a name that no command has yet is unknown."""

_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)$")


def width(text: str) -> int:
    """Return how many columns a terminal needs for `text`; Chinese characters take two."""
    from wcwidth import wcswidth, wcwidth

    columns = wcswidth(text)
    # -1 says that there are control characters, which `show` writes out wherever it can.
    return columns if columns >= 0 else sum(max(wcwidth(char), 0) for char in text)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as aligned lines, two blanks between columns."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


class ChineseCommand(click.Command):
    """A click command whose help is in Chinese."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write 用法 instead of Usage."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Name in Chinese what may follow the command."""
        return ["[选项]" if p == "[OPTIONS]" else p for p in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write 选项 instead of Options, and 命令 for what a group holds."""
        options = (p for p in self.get_params(ctx) if isinstance(p, click.Option))
        records = [record for option in options if (record := option.get_help_record(ctx))]
        said = [(name, text.replace("  [required]", "（必写）")) for name, text in records]
        _write_list(formatter, "选项", said)
        if isinstance(self, click.Group):
            words = {name: word for word, name in ALIASES.items()}
            rows = [
                (f"{name} {words.get(name, '')}".strip(), one.get_short_help_str(80))
                for name, one in self.commands.items()
            ]
            _write_list(formatter, "命令", rows)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Describe --help in Chinese."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这段说明"
        return option


class ChineseGroup(ChineseCommand, click.Group):
    """A group of Chinese commands, listed in the order of the month instead of the alphabet."""

    command_class = ChineseCommand

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they were declared."""
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name or of its Chinese word."""
        return self._find_command(cmd_name)

    def _find_command(self, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        inner = (one.commands for one in self.commands.values() if isinstance(one, click.Group))
        places = (self.commands, *(inner if cmd_name in ALIASES else ()))
        return next((place[name] for place in places if name in place), None)

    def closest_command(self, typed: str) -> str:
        """Return the command that somebody may have meant, with its Chinese word; "" for none."""
        known = [*self.commands, *(word for word in ALIASES if self._find_command(word))]
        name = closest(typed.lower(), known)
        if name is None:
            return ""
        word = next((word for word, one in ALIASES.items() if one == name), "")
        return f"{name}（{word}）" if word else name

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Name what follows in Chinese."""
        return ["[选项]", "命令", "…"]


def add_month(text: str) -> Callable[[Any], Any]:
    """Return what adds a month to a command: bare, or behind -m or --month; `text` is its help."""

    def add(function: Any) -> Any:
        @wraps(function)
        def run(*arguments: Any, month: str | None, bare_month: str | None, **options: Any) -> Any:
            if month is not None and bare_month is not None:
                raise TaskxlError(
                    f"月份写了两次：{show(bare_month, 20)} 和 {show(month, 20)}。请只留一个。"
                )
            return function(*arguments, month=bare_month if month is None else month, **options)

        option = click.option("-m", "--month", "month", metavar="月份", help=text)
        return click.argument("bare_month", metavar="[月份]", required=False)(option(run))

    return add


month_option = add_month(
    "报告月份，写 4、四月或 2021-04，也可以直接写在命令后面；不写则取当前报告月"
)
"""The month that every command of the month has."""


def _write_list(
    formatter: click.HelpFormatter, title: str, rows: Sequence[tuple[str, str]]
) -> None:
    """Write terms and explanations in two columns; click itself miscounts wide characters."""
    formatter.write(f"\n{title}：\n")
    for line in table(rows):
        formatter.write(f"  {line}\n")


def explain_usage(error: click.UsageError) -> str:
    """Return click's complaint about the command line as one Chinese line with the next step."""
    where = error.ctx.command_path if error.ctx else "taskxl"
    hint = f"用法见：{where} --help"
    if isinstance(error, click.NoSuchOption):
        guess = f"是不是 {'、'.join(error.possibilities)}？" if error.possibilities else ""
        return f"没有选项 {error.option_name}。{guess}{hint}"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {_name(error)}。{hint}"
    if isinstance(error, click.BadParameter):
        return f"{_name(error)} 不能用：{_reason(error)}。{hint}"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return hint
    message = error.message
    if message.startswith("No such command"):
        name = message.split(maxsplit=3)[3].split(".")[0].strip("'\"")
        group = error.ctx.command if error.ctx else None
        meant = group.closest_command(name) if isinstance(group, ChineseGroup) else ""
        return f"没有命令“{show(name)}”。{f'是不是 {meant}？' if meant else ''}{hint}"
    if extra := _EXTRA.match(message):
        said = f"“{show(extra[1], 60)}”多出来了，这条命令用不上；名称里有空格的，请加引号。"
        return f"{said}{hint}"
    return f"命令看不懂。{hint}"


def _name(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return "参数"
    return (
        max(parameter.opts, key=len)
        if isinstance(parameter, click.Option)
        else (parameter.human_readable_name)
    )


def _reason(error: click.BadParameter) -> str:
    kind = getattr(error.param, "type", None)
    if isinstance(kind, click.Path):
        # click's words: Directory 'C:\表' is a directory.
        found = re.search(r"'(.+)'", error.message)
        name = f"“{show(found.group(1))}”" if found else ""
        if error.message.endswith("is a directory."):
            return f"{name}是文件夹，这里要写一个文件"
        return f"没有这个文件{name}，或者不能读取"
    if isinstance(kind, click.Choice):
        return f"只能是 {'、'.join(map(str, kind.choices))}"
    return "值不对"
