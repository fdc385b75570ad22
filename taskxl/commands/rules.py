"""The rules: listed, and each explained."""

import click

from taskxl.commands.screen import ChineseCommand, table
from taskxl.findings import SEVERITY_WORDS, Rule
from taskxl.text import show


@click.command(cls=ChineseCommand)
def rules() -> None:
    """列出所有规则。"""
    from taskxl.rules import list_rules

    rows = [(r.code, SEVERITY_WORDS[r.severity], r.name) for r in list_rules()]
    for line in table(rows):
        click.echo(line)
    click.echo("某一条的说明：taskxl explain 代码")


@click.command(cls=ChineseCommand)
@click.argument("asked", metavar="代码或名称")
def explain(asked: str) -> None:
    """说明一条规则：是什么，为什么，怎么办；可以写代码，也可以写名称或标记，如“迟报”。"""
    from taskxl.rules import find_rules

    found = find_rules(asked)
    if len(found) > 1:
        click.echo(f"名称里有“{show(asked)}”的规则有 {len(found)} 条：")
        for line in table([(r.code, SEVERITY_WORDS[r.severity], r.name) for r in found]):
            click.echo(f"  {line}")
        click.echo("某一条的说明：taskxl explain 代码")
        return
    _print_rule(found[0])


def _print_rule(rule: Rule) -> None:
    click.echo(f"{rule.code}　{rule.name}（{SEVERITY_WORDS[rule.severity]}）")
    for head, text in (("是什么", rule.what), ("为什么", rule.why), ("怎么办", rule.cure)):
        click.echo(f"{head}：{text}")
    for head, text in (("没有问题的例子", rule.good), ("有问题的例子", rule.bad)):
        if not text:
            continue
        click.echo(f"{head}：")
        rows = [line.strip().strip("|").split("|") for line in text.strip().splitlines()]
        for line in table([[cell.strip() for cell in row] for row in rows]):
            click.echo(f"  {line}")
