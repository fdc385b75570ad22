"""What every command needs: the clock, the workspace, a progress bar, findings on the screen."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from taskxl.findings import SEVERITY_WORDS, Finding, count_by_severity

if TYPE_CHECKING:
    from taskxl.model import Month
    from taskxl.workspace.folder import Workspace

SHOWN = 20
"""So many lines are shown one by one; of more only the number is told."""

_COLOURS = {"error": "red", "warning": "yellow", "info": None}

json_option = click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON")
strict_option = click.option("--strict", is_flag=True, help="有须处理的问题时，退出码为 1")
TASK_LIST = click.Path(exists=True, dir_okay=False, path_type=Path)


def today() -> date:
    """Return the day on the wall of the person at the keyboard."""
    return date.today()  # noqa: DTZ011 - local, as people reckon


def now() -> datetime:
    """Return the local moment, as file times are shown and letters dated."""
    return datetime.now()  # noqa: DTZ005 - local


def open_workspace(folder: Path | None) -> "Workspace":
    """Return the workspace that `-C` names, else that of the current folder or a parent."""
    from taskxl.workspace.folder import find_workspace

    return find_workspace(folder or Path.cwd(), exact=folder is not None)


def progress(label: str) -> Callable[[int, int], None] | None:
    """Return a function (done, all) that draws a bar on a terminal's standard error."""
    if not sys.stderr.isatty():
        return None

    def draw(done: int, total: int) -> None:
        if total >= SHOWN:
            end = "\n" if done == total else ""
            click.echo(f"\r{label} {done}/{total}{end}", nl=False, err=True)

    return draw


def count_states(month: "Month") -> str:
    """Return a line that counts the offices by state."""
    from taskxl.words import NOT_DUE, OFFICE_STATES

    owing = [office for office in month.offices if office.owes]
    parts = []
    for word in (*OFFICE_STATES.values(), NOT_DUE):
        names = [o.office for o in owing if o.word == word]
        if names:
            named = "" if word == OFFICE_STATES["submitted"] else f"（{'、'.join(names)}）"
            parts.append(f"{word} {len(names)}{named}")
    day = month.deadline
    until = f"（报送期限{day.month}月{day.day}日未到）" if day else ""
    return f"{month.period.name}{until}：{'，'.join([f'应报 {len(owing)}', *parts])}"


def count_findings(findings: Sequence[Finding]) -> str:
    """Return a line that counts the findings by severity."""
    counts = count_by_severity(findings)
    return "，".join(f"{SEVERITY_WORDS[s]} {counts[s]}" for s in SEVERITY_WORDS)


def print_findings(findings: Sequence[Finding], see_all: str | None = None) -> None:
    """Print findings, the gravest first; of many only the first and the way to `see_all`.

    `see_all` is that way in words, such as a command with its option; without one all are printed.
    """
    # The gravest first: where not all are shown, those must be.
    ranked = sorted(findings, key=lambda finding: list(SEVERITY_WORDS).index(finding.severity))
    shown = ranked[:SHOWN] if see_all else ranked
    for finding in shown:
        word = SEVERITY_WORDS[finding.severity]
        click.secho(f"{word}　{finding}", fg=_COLOURS[finding.severity])
    if len(shown) < len(ranked):
        click.echo(f"……还有 {len(ranked) - len(shown)} 条。看全部：{see_all}")


def print_note(note: str | None) -> None:
    """Print a line where there is one."""
    if note is not None:
        click.echo(note)


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


def leave(findings: Sequence[Finding], strict: bool) -> None:
    """End with exit status 1 where `--strict` was given and an error was found."""
    if strict and any(finding.severity == "error" for finding in findings):
        sys.exit(1)
