"""Where the month stands and what comes next, in a few lines."""

from dataclasses import dataclass
from datetime import date

from taskxl.dates import report_day
from taskxl.dates.year import year_periods
from taskxl.desk.lists import load_master
from taskxl.desk.lost_months import explain_absence, was_issued
from taskxl.desk.merging import look_at_month, note_strays
from taskxl.desk.return_files import Progress
from taskxl.findings import SEVERITY_WORDS, count_by_severity
from taskxl.ledger import mark_of
from taskxl.ledger.looking import look_into_ledger
from taskxl.model import MasterList, Month, Period, Settings
from taskxl.reports.send_back import list_menders
from taskxl.roster import divide_tasks
from taskxl.text import call_offices, show
from taskxl.words import NOT_DUE, OFFICE_STATES
from taskxl.workspace.folder import Workspace

START = (
    "这里还不是工作区。这样开始：",
    "  taskxl init 2026年重点工作 --from 附件1.xlsx　　读任务清单，建一个工作区文件夹",
    "  进入那个文件夹，再运行 taskxl　　　　　　　　　 看下一步做什么",
    "先看样例：taskxl demo。全部命令：taskxl --help",
)
"""What to say where there is no workspace."""
_SHOWN_NAMES = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a workspace stands: `lines` say it, `steps` are commands with why, the next first."""

    lines: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """Where one month stands: as its folder has it, and how that compares with its last merge.

    `merges` counts its merges; `fresh` tells that the last one has all that is in the folder.
    `steps` are as in `Standing`; `days_left` is negative when the report day is over.
    """

    month: Month
    merges: int
    fresh: bool
    days_left: int
    steps: tuple[tuple[str, str], ...]


def stand_month(
    workspace: Workspace, period: Period, today: date, progress: Progress = None
) -> MonthStanding:
    """Return where a month stands on a day; writes nothing. Raises TaskxlError as a look does."""
    return judge_standing(workspace, look_at_month(workspace, period, progress, today), today)


def judge_standing(workspace: Workspace, month: Month, today: date) -> MonthStanding:
    """Return where a month that was looked at stands beside its last merge."""
    with look_into_ledger(workspace) as ledger:
        last = ledger.month(month.period) if ledger else None
        merges = len(ledger.merges(month.period)) if ledger else 0
    fresh = last is not None and mark_of(last) == mark_of(month)
    left = (report_day(month.period, month.master.settings) - today).days
    steps = _next_steps(month, fresh, today)
    settings = month.master.settings
    issued = [period for period in year_periods(settings) if workspace.has_month(period)]
    if issued and month.period == issued[-1]:
        steps = _add_next_month(steps, month.period, settings, today)
    return MonthStanding(month, merges, fresh, left, tuple(steps))


def recall_standing(workspace: Workspace, period: Period, today: date) -> MonthStanding | None:
    """Return a month as it stood at its last merge, without reading a file; None before any."""
    with look_into_ledger(workspace) as ledger:
        last = ledger.month(period) if ledger else None
    return judge_standing(workspace, last, today) if last else None


def find_standing(workspace: Workspace, today: date, progress: Progress = None) -> Standing:
    """Return where the latest issued month stands on a day, and what is to be done next.

    A month whose folder is not in its place is the latest all the same: the lines say where it is.
    Nothing is written. Raises TaskxlError where 主清单.xlsx cannot be read.
    """
    master, _ = load_master(workspace)
    settings = master.settings
    issued = [period for period in year_periods(settings) if was_issued(workspace, period)]
    head = f"{show(master.title)}：任务 {len(master.tasks)} 项，工作区 {show(workspace.root)}"
    if not issued and not divide_tasks(master):
        why = "还没有下发过任何月份的表：没有一项任务写明了责任股室。"
        cure = "请在主清单“任务”表的“牵头股室”一栏填上，存盘后再运行 taskxl。"
        return Standing((head, call_offices(why, settings.office_word) + cure), ())
    if not issued:
        month = today.month if today.year == settings.year else settings.first_month
        return Standing(
            (head, "还没有下发过任何月份的表。"), ((f"issue {month}", "下发各股室的表"),)
        )
    period = issued[-1]
    if not workspace.has_month(period):
        return Standing((head, explain_absence(workspace, period)), ())
    merged = look_at_month(workspace, period, progress, today)
    with look_into_ledger(workspace) as ledger:
        last = ledger.month(period) if ledger else None
    fresh = last is not None and mark_of(last) == mark_of(merged)
    steps = _next_steps(merged, fresh, today)
    steps = _add_next_month(steps, period, settings, today)
    done = last is not None and not fresh
    state = "汇总后又有变动" if done else "已汇总" if fresh else "还没有汇总"
    lines = (
        head,
        f"{period.name}：{_describe_deadline(period, master, today)}，{state}",
        _describe_offices(merged),
        f"缺口：{_describe_findings(merged)}",
        *(call_offices(note, settings.office_word) for note in note_strays(workspace, merged)),
    )
    return Standing(lines, tuple(steps))


def _describe_deadline(period: Period, master: MasterList, today: date) -> str:
    day = report_day(period, master.settings)
    left = (day - today).days
    when = f"还有 {left} 天" if left > 0 else "就是今天" if left == 0 else f"已过 {-left} 天"
    return f"报送期限 {day.month}月{day.day}日（{when}）"


def _describe_offices(month: Month) -> str:
    owing = [state for state in month.offices if state.owes]
    parts = [f"应报 {len(owing)}"]
    for word in (*OFFICE_STATES.values(), NOT_DUE):
        names = [one.office for one in owing if one.word == word]
        if names:
            more = "等" if len(names) > _SHOWN_NAMES else ""
            is_told = word != OFFICE_STATES["submitted"]
            listed = f"（{'、'.join(names[:_SHOWN_NAMES])}{more}）" if is_told else ""
            parts.append(f"{word} {len(names)}{listed}")
    return "，".join(parts)


def _describe_findings(month: Month) -> str:
    counts = count_by_severity(month.findings)
    return "，".join(f"{word} {counts[severity]}" for severity, word in SEVERITY_WORDS.items())


def _add_next_month(
    steps: list[tuple[str, str]], latest: Period, settings: Settings, today: date
) -> list[tuple[str, str]]:
    """Return the steps, and after them to issue this month where only earlier ones were."""
    if today.year != settings.year or today.month <= latest.month:
        return steps
    return [*steps, (f"issue {today.month}", f"{today.month}月的表还没有下发")]


def _next_steps(month: Month, fresh: bool, today: date) -> list[tuple[str, str]]:
    """Return commands of the month that make sense now, the most pressing first."""
    number = month.period.month
    left = (report_day(month.period, month.master.settings) - today).days
    owing = [state for state in month.offices if state.owes]
    silent = [s.office for s in owing if s.state in ("missing", "rejected")]
    steps = []
    if not fresh:
        steps.append((f"merge {number}", "汇总收到的表，写出汇总工作簿"))
    if silent and left < 0:
        steps.append((f"mail remind {number}", f"给还没有可用报表的 {len(silent)} 个股室写催报"))
    elif silent:
        steps.append(
            (f"mail remind {number} --before {max(left, 1)}", f"期限前提醒 {len(silent)} 个股室")
        )
    mending = list_menders(month)
    if mending:
        steps.append((f"send-back {number}", f"请 {len(mending)} 个股室更正、核实"))
    if fresh and not silent:
        steps.append((f"prove {number}", "核对：股室写的字都在汇总里"))
        steps.append((f"merge {number} --clean", "定稿：写一份可以直接附上的汇总"))
    if fresh and left < 0:
        steps.append((f"bulletin {number}", "通报：按汇总写一份 Word 文档"))
    return steps
