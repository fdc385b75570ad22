"""The command line: prints and asks, nothing else."""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from taskxl import __version__
from taskxl.commands.collect import collect
from taskxl.commands.ledger import ledger
from taskxl.commands.lists import diff, print_differences
from taskxl.commands.mail import mail
from taskxl.errors import TaskxlError
from taskxl.findings import SEVERITY_WORDS, Finding
from taskxl.screen import ChineseGroup, explain_usage, month_option, table
from taskxl.text import show

if TYPE_CHECKING:
    from taskxl.model import Month, OfficeState, Period
    from taskxl.workspace import Workspace

COLOURS = {"error": "red", "warning": "yellow", "info": None}
STATE_COLOURS = {"submitted": "green", "late": "yellow", "missing": "red", "rejected": "red"}
SHOWN = 20


@click.group(cls=ChineseGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
    """重点工作任务的每月报送：清单进，表格出，收回来，汇总，找缺口。"""
    context.obj = folder


json_option = click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON")
strict_option = click.option("--strict", is_flag=True, help="有须处理的问题时，退出码为 1")
TASK_LIST = click.Path(exists=True, dir_okay=False, path_type=Path)


@cli.command()
@click.argument("folder", metavar="[文件夹]", default="taskxl演示", type=click.Path(path_type=Path))
def demo(folder: Path) -> None:
    """用自带的样例走完两个月，看看结果是什么样。"""
    from taskxl.demo import run_demo

    result = run_demo(folder)
    month = result.month
    missing = [state.office for state in month.offices if state.state == "missing"]
    click.echo(f"样例已在 {show(folder)} 走完两个月。请打开：")
    click.echo(f"  {show(result.summary)}")
    click.echo(f"      汇总表：{_count_states(month)}；红色、黄色的格子就是缺口，批注里写着原因。")
    click.echo(f"  {show(result.form)}")
    click.echo(f"      发给股室填的表。未报送的是{'、'.join(missing) or '（没有）'}。")


@cli.command()
@click.argument("files", metavar="文件...", nargs=-1, required=True, type=TASK_LIST)
@json_option
@strict_option
def read(files: tuple[Path, ...], as_json: bool, strict: bool) -> None:
    """看看任务清单里认出了什么；不写任何文件。"""
    from taskxl import desk
    from taskxl.dates import is_recurring
    from taskxl.master.tasks import task_list_json

    task_list, findings = desk.read_lists(files)
    if as_json:
        _print_json(task_list_json(task_list, findings))
    else:
        click.echo(f"{task_list.title or '（没有标题）'}　{task_list.year or '年份不明'}")
        section: str | None = None
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
                f"{'、'.join(task.lead_offices) or '（无责任股室）'}"
                + (f"　节点 {len(dates)}：{'、'.join(dates)}" if dates else "")
            )
        _print_findings(findings)
        for line in desk.list_sources(task_list.tasks):
            click.echo(line)
        click.echo(desk.count_tasks(task_list.tasks))
    _leave(findings, strict)


@cli.command()
@click.argument("folder", metavar="工作区", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "files",
    required=True,
    multiple=True,
    metavar="文件",
    type=TASK_LIST,
    help="任务清单（附件1）；可以接着写几个",
)
@click.argument("more", metavar="[文件...]", nargs=-1, type=TASK_LIST)
@click.option("--update", is_flag=True, help="工作区已有：照新清单更新主清单，手工改过的不动")
def init(folder: Path, files: tuple[Path, ...], more: tuple[Path, ...], update: bool) -> None:
    """由任务清单（附件1）建一个工作区；年中清单变了，用 --update 更新。"""
    from taskxl import desk

    if update:
        result = desk.update_workspace(folder, files + more, _now())
    else:
        result = desk.init_workspace(folder, files + more, _today().year, _now())
    if result.created:
        click.echo(f"已写好 {show(result.path)}：{desk.count_tasks(result.tasks)}")
        for line in desk.list_sources(result.tasks):
            click.echo(line)
    elif not update:
        click.echo(f"{show(result.path)} 已经有了，没有改动它。要照新清单更新，请加 --update。")
    print_differences(result.differences)
    for line in result.notes:
        click.echo(show(line))
    _print_findings(result.findings)
    if result.created:
        click.echo("请在 Excel 里核对主清单（淡黄色的是存疑），然后运行 taskxl issue。")
    elif update:
        verb = "已更新" if result.updated else "没有变化："
        click.echo(f"{verb} {show(result.path)}：{desk.count_tasks(result.tasks)}")
        if result.aside:
            click.echo(f"更新前的主清单另存为 {show(result.aside.name)}。")


cli.add_command(diff)


@cli.command()
@strict_option
@click.pass_obj
def check(folder: Path | None, strict: bool) -> None:
    """检查主清单.xlsx、附件2 的画法和信件的模板有没有问题。"""
    from taskxl import desk

    findings = desk.check_workspace(_workspace(folder))
    _print_findings(findings, everything=True)
    click.echo("没有发现问题。" if not findings else _count_findings(findings))
    _leave(findings, strict)


@cli.command()
@month_option
@click.option("--office", metavar="股室", help="只做这一个股室的")
@click.option("--preview", metavar="股室", help="只看这个股室的表里会有什么，不写文件")
@click.pass_obj
def issue(folder: Path | None, month: str | None, office: str | None, preview: str | None) -> None:
    """给每个责任股室写一份进展情况表（附件2）。"""
    from taskxl import desk

    workspace = _workspace(folder)
    period = desk.choose_period(workspace, month, _today(), issuing=True)
    if preview is not None:
        click.echo(desk.preview_form(workspace, period, preview))
        return
    result = desk.issue_forms(workspace, period, office, _now())
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


cli.add_command(collect)


@cli.command()
@month_option
@json_option
@strict_option
@click.pass_obj
def merge(folder: Path | None, month: str | None, as_json: bool, strict: bool) -> None:
    """汇总收回来的表，写出汇总工作簿，标出缺口。"""
    from taskxl import desk
    from taskxl.merge.month import month_json

    workspace = _workspace(folder)
    period = desk.choose_period(workspace, month, _today())
    result = desk.merge_returns(workspace, period, _progress("读取回收的表"), _now())
    for note in result.notes:
        click.echo(note, err=as_json)
    if as_json:
        _print_json(month_json(result.month, str(result.summary)))
    else:
        for verdict in result.month.files:
            if verdict.code:
                reason = show(verdict.reason or "")
                click.echo(f"{show(verdict.file)}：{reason}（{verdict.code}）")
        click.echo(_count_states(result.month))
        click.echo(_count_findings(result.month.findings))
        verb = "写好" if result.written else "没有变化："
        click.echo(f"{verb} {show(result.summary)}")
    _leave(result.month.findings, strict)


@cli.command()
@month_option
@click.pass_obj
def status(folder: Path | None, month: str | None) -> None:
    """谁报了，谁没报。"""
    from taskxl import desk

    workspace = _workspace(folder)
    period = desk.choose_period(workspace, month, _today())
    merged = desk.look_at_month(workspace, period, _progress("读取回收的表"))
    titles = ("股室", "状态", "收到", "填报人", "审定", "已填/应填")
    head, *lines = table([titles, *map(_status_row, merged.offices)])
    click.secho(head, bold=True)
    for state, line in zip(merged.offices, lines, strict=True):
        click.secho(line, fg=STATE_COLOURS[state.state])
    click.echo(_count_states(merged))


@cli.command("send-back")
@month_option
@click.option("--office", metavar="股室", help="只看这一个股室的")
@click.pass_obj
def send_back(folder: Path | None, month: str | None, office: str | None) -> None:
    """列出各股室自己要更正的地方，可以直接粘贴发给它。"""
    from taskxl import desk
    from taskxl.master.roster import Roster
    from taskxl.reports.send_back import send_back_text

    workspace = _workspace(folder)
    period = desk.choose_period(workspace, month, _today())
    merged = desk.look_at_month(workspace, period, _progress("读取回收的表"))
    offices = [state.office for state in merged.offices]
    if office is not None:
        name = Roster(merged.master.offices).present_name(office)
        if name not in offices:
            raise TaskxlError(f"没有报送的股室“{show(office)}”。可选：{'、'.join(offices)}")
        offices = [name]
    texts = [text for name in offices if (text := send_back_text(merged, name))]
    click.echo("\n\n".join(texts) or "没有要股室更正的地方。")


cli.add_command(mail)


cli.add_command(ledger)


@cli.command()
def rules() -> None:
    """列出所有规则。"""
    from taskxl import desk

    rows = [(r.code, SEVERITY_WORDS[r.severity], r.name) for r in desk.list_rules()]
    for line in table(rows):
        click.echo(line)
    click.echo("某一条的说明：taskxl explain 代码")


@cli.command()
@click.argument("code", metavar="代码")
def explain(code: str) -> None:
    """说明一条规则：是什么，为什么，怎么办。"""
    from taskxl import desk

    rule = desk.find_rule(code)
    click.echo(f"{rule.code}　{rule.name}（{SEVERITY_WORDS[rule.severity]}）")
    for head, text in (("是什么", rule.what), ("为什么", rule.why), ("怎么办", rule.cure)):
        click.echo(f"{head}：{text}")
    for head, text in zip(
        ("没有问题的例子", "有问题的例子"), desk.find_examples(rule.code) or (), strict=False
    ):
        click.echo(f"{head}：")
        rows = [line.strip().strip("|").split("|") for line in text.strip().splitlines()]
        for line in table([[cell.strip() for cell in row] for row in rows]):
            click.echo(f"  {line}")


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day on the wall of the person at the keyboard


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 - local, as file times are shown


def _workspace(folder: Path | None) -> "Workspace":
    from taskxl.workspace import find_workspace

    return find_workspace(folder or Path.cwd(), exact=folder is not None)


def _status_row(state: "OfficeState") -> tuple[str, ...]:
    from taskxl.words import OFFICE_STATES

    received = state.received_at.strftime("%m-%d %H:%M") if state.received_at else ""
    back = state.state in ("submitted", "late")
    return (
        state.office,
        OFFICE_STATES[state.state],
        received,
        show(state.reporter, 12),
        ("已审定" if state.approved else "未审定") if back else "",
        f"{state.filled}/{state.tasks}",
    )


def _count_states(month: "Month") -> str:
    from taskxl.words import OFFICE_STATES

    period: Period = month.period
    owing = [office for office in month.offices if office.owes]
    parts = []
    for state, word in OFFICE_STATES.items():
        names = [o.office for o in owing if o.state == state]
        if names:
            parts.append(
                f"{word} {len(names)}" + ("" if state == "submitted" else f"（{'、'.join(names)}）")
            )
    return f"{period.name}：{'，'.join([f'应报 {len(owing)}', *parts])}"


def _count_findings(findings: Sequence[Finding]) -> str:
    from taskxl.findings import count_by_severity

    counts = count_by_severity(findings)
    return "，".join(f"{SEVERITY_WORDS[s]} {counts[s]}" for s in SEVERITY_WORDS)


def _print_findings(findings: Sequence[Finding], everything: bool = False) -> None:
    # The gravest first: where not all are shown, those must be.
    ranked = sorted(findings, key=lambda finding: list(SEVERITY_WORDS).index(finding.severity))
    shown = ranked if everything else ranked[:SHOWN]
    for finding in shown:
        word = SEVERITY_WORDS[finding.severity]
        click.secho(f"{word}　{finding}", fg=COLOURS[finding.severity])
    _print_rest(len(findings) if not everything else 0)


def _print_rest(count: int) -> None:
    if count > SHOWN:
        click.echo(f"……还有 {count - SHOWN} 条，用 --json 或 taskxl check 看全部。")


def _print_json(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


def _progress(label: str) -> Any:
    """Return a function (done, all) that draws a bar on a terminal's standard error."""
    if not sys.stderr.isatty():
        return None

    def draw(done: int, total: int) -> None:
        if total >= SHOWN:
            end = "\n" if done == total else ""
            click.echo(f"\r{label} {done}/{total}{end}", nl=False, err=True)

    return draw


def _leave(findings: Sequence[Finding], strict: bool) -> None:
    if strict and any(finding.severity == "error" for finding in findings):
        sys.exit(1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: exit status 0, 1 (`--strict` found errors) or 2 (could not run)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(arguments, prog_name="taskxl", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except (Exception, KeyboardInterrupt) as error:
        if "--debug" in arguments:
            import traceback

            traceback.print_exc()
        click.echo(_explain(error), err=True)
        sys.exit(2)


def _explain(error: BaseException) -> str:
    """Return in one Chinese line why a run ended, and what to do."""
    if isinstance(error, TaskxlError):
        return str(error)
    if isinstance(error, click.UsageError):
        return explain_usage(error)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "已中断。已经写好的文件都是完整的，可以再运行一次。"
    kind = type(error).__name__
    return f"程序遇到没有料到的情况（{kind}）。请加 --debug 再运行，把显示的内容发给维护人员。"


if __name__ == "__main__":
    main()
