"""批示 and 延期 as the sheets of a summary say them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from taskxl.model import Delay, Entry, Instruction, Month, Period, Task
from taskxl.orders import WITHDRAWN, answering, in_words, is_open
from taskxl.roster import Roster
from taskxl.tasks import approver
from taskxl.text import is_blank, quote, show
from taskxl.words import DONE, INSTRUCTION_WORD

if TYPE_CHECKING:
    from taskxl.reports.view import MonthView

NO_REPLY = "尚无答复"


@dataclass(frozen=True, slots=True)
class Order:
    """An instruction with its task, and of each office that answers what it last said.

    `replies` are by office, None where it has said nothing yet; `overdue` counts the days since it
    was to be done, 0 where it is not over or reported as done.
    """

    instruction: Instruction
    task: Task
    replies: tuple[tuple[str, Entry | None], ...]
    is_open: bool
    overdue: int = 0

    @property
    def is_reported_done(self) -> bool:
        """Whether all that are to answer say that it is done."""
        said = [reply for _, reply in self.replies]
        return bool(said) and all(reply is not None and reply.status == DONE for reply in said)

    @property
    def since(self) -> str:
        """When it was given, as far as that is known."""
        if self.instruction.given_on:
            return in_words(self.instruction.given_on)
        return f"{self.instruction.month}月" if self.instruction.month else ""

    def state(self, period: Period) -> str:
        """Return in a word where it stands."""
        if not self.is_open:
            return "已办结"
        if self.overdue:
            return f"超期 {self.overdue} 天"
        if self.instruction.month == period.month:
            return "下月答复"
        if self.is_reported_done:
            return "已报完成"
        return "未办结" if any(reply for _, reply in self.replies) else NO_REPLY


def list_orders(month: Month, tasks: Mapping[str, Task]) -> list[Order]:
    """Return the instructions that were known in a month, in the order of the list's tasks.

    What was written in the month's own summary and has no row yet is among them.
    """
    roster = Roster(month.master.offices)
    known = [
        one
        for one in month.master.instructions
        if one.task in tasks
        and one.month <= month.period.month
        and (one.given_on is None or one.given_on <= month.as_of or one.month)
    ]
    rows = {(one.task, one.month) for one in known}
    known += [
        Instruction(one.task, one.now, month=month.period.month)
        for one in month.revisions
        if one.field == "instructions"
        and one.task in tasks
        and (one.task, month.period.month) not in rows
        and not is_blank(one.now)
    ]
    # A past month, whose list has no such row, knows what its summary of the month before said.
    told = {one.task for one in known if one.month < month.period.month}
    known += [
        Instruction(task, text)
        for task, text in month.instructions_before.items()
        if task in tasks and task not in told and not is_blank(text)
    ]
    places = {task: n for n, task in enumerate(tasks)}
    known.sort(key=lambda one: places[one.task])
    return [_look(month, one, tasks[one.task], roster) for one in known]


def _look(month: Month, one: Instruction, task: Task, roster: Roster) -> Order:
    now = {entry.office: entry for entry in month.replies if entry.task == one.id and one.id}
    before = {entry.office: entry for entry in month.replies_before if entry.task == one.id}
    offices = dict.fromkeys((*answering(one, task, roster), *now))
    replies = tuple(
        (office, now[office] if office in now and _says(now[office]) else before.get(office))
        for office in offices
    )
    still = is_open(one, month.as_of) and not task.is_closed(month.as_of)
    if one.closing == WITHDRAWN and one.month == month.period.month:
        still = False  # taken back before anybody was asked
    order = Order(one, task, replies, still)
    if still and one.until and not order.is_reported_done:
        return replace(order, overdue=max((month.as_of - one.until).days, 0))
    return order


def _says(entry: Entry) -> bool:
    texts = (entry.status, entry.progress, entry.obstacles, entry.remarks)
    return any(not is_blank(text) for text in texts)


def describe_reply(entry: Entry | None) -> str:
    """Return an office's answer in one text, its 进度状态 before it."""
    if entry is None:
        return NO_REPLY
    status = f"【{entry.status}】" if entry.status else ""
    texts = (entry.progress.strip(), entry.obstacles.strip())
    return f"{status}{'；'.join(text for text in texts if text)}" or NO_REPLY


def carried_lines(view: "MonthView", task: Task) -> list[str]:
    """Return the open instructions of earlier months on a task, each with its answers."""
    lines: list[str] = []
    for order in view.orders.get(task.id, ()):
        if not order.is_open or order.instruction.month == view.month.period.month:
            continue
        lines += f"〔{_title(order)}〕{order.instruction.text.strip()}".split("\n")
        for office, reply in order.replies:
            lines += f"〔{office}答复〕{describe_reply(reply)}".split("\n")
    return [line for line in lines if not is_blank(line)]


def _title(order: Order) -> str:
    month = order.instruction.month
    return f"{month}月批示" if month else INSTRUCTION_WORD


def tell_open(view: "MonthView", task: Task | None = None) -> list[str]:
    """Return a line for each open instruction (of a task), those over their day first."""
    asked = _all(view) if task is None else view.orders.get(task.id, ())
    orders = [order for order in asked if order.is_open]
    orders.sort(key=lambda order: -order.overdue)
    return [_tell(order, view.month.period) for order in orders]


def _all(view: "MonthView") -> Iterator[Order]:
    for orders in view.orders.values():
        yield from orders


def _tell(order: Order, period: Period) -> str:
    one = order.instruction
    who = f"{one.by}" if one.by else ""
    when = f"{order.since}批示" if order.since else "批示"
    due = ""
    if one.until:
        due = f"，{one.until.month}月{one.until.day}日前办结"
        due += f"（已超 {order.overdue} 天）" if order.overdue else ""
    answers = "；".join(
        f"{office}：{show(describe_reply(reply), 40)}" for office, reply in order.replies
    )
    if order.instruction.month == period.month:  # nobody has been asked yet
        answers = f"{'、'.join(office for office, _ in order.replies)}下月答复"
    return f"{order.task.label}：{who}{when}{quote(one.text, 36)}{due}。{answers}"


# ---------------------------------------------------------------- 延期


def describe_request(delay: Delay, task: Task) -> str:
    """Return in words who applies for more time, for what, until when and why."""
    step = next((one for one in task.milestones if one.id == delay.milestone), None)
    what = f"就节点{quote(step.text, 40)}" if step else ""
    until = f"至{in_words(delay.wanted)}" if delay.wanted else ""
    why = f"，说明：{show(delay.reason, 120)}" if not is_blank(delay.reason) else ""
    return f"{delay.office}{what}申请延期{until}{why}"


def state_delay(view: "MonthView", delay: Delay) -> str:
    """Return in a word how an application for more time stands as of the month's day."""
    if delay.is_refused:
        return "未同意"
    if not delay.is_approved:
        return "待决定"
    day = delay.approved_on
    return "已批准" if day is None or day <= view.month.as_of else "已批准（下期起算）"


def tell_approved(view: "MonthView") -> list[str]:
    """Return a line for each milestone whose date an approved delay has moved, still to come."""
    lines = []
    for state in view.month.milestones:
        step = state.milestone
        if step.delay is not None and state.light not in ("done", "overdue", "severe"):
            was = f"，原为{in_words(step.listed_due)}" if step.listed_due else ""
            lines.append(
                f"{view.lead_of(state.task)}：{state.task.label}，{quote(step.text, 24)}"
                f"经{approver(step.delay)}批准延期至{in_words(step.due)}{was}"
            )
    return lines


def group_by_task(orders: Sequence[Order]) -> dict[str, tuple[Order, ...]]:
    """Return orders by the ids of their tasks."""
    groups: dict[str, list[Order]] = {}
    for order in orders:
        groups.setdefault(order.task.id, []).append(order)
    return {task: tuple(some) for task, some in groups.items()}
