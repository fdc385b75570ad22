"""Gaps in what leaders asked for: a 批示 that nobody answered, or that is over its day."""

from collections.abc import Iterator

from taskxl.findings import Finding, Rule
from taskxl.merge.evidence import may_answer, name_texts
from taskxl.merge.registry import View, gap_rule
from taskxl.model import Entry, Instruction
from taskxl.orders import answering, open_instructions
from taskxl.text import is_blank, quote
from taskxl.words import DONE


def _replies(view: View, instruction: Instruction) -> list[Entry]:
    return [one for one in view.month.replies if one.task == instruction.id]


@gap_rule(
    "G418",
    "批示没有答复",
    "warning",
    what="表上单列了一行领导批示，股室报来的表里这一行没有写办理情况。",
    why="批示要有回音；没有答复，领导看不到办得怎样。",
    cure="请在“领导批示”那一行的进展情况栏写明办理情况；办完的，进度状态选“已完成”。",
    mark=("progress", "批示未答复"),
    mender="office",
    urgency=4,
    good="""
        | 股室   | 批示           | 批示答复               |
        | 基教股 | 请加快选址。   | 已定选址，4月20日报批。 |
    """,
    bad="""
        | 股室   | 批示           | 批示答复 |
        | 基教股 | 请加快选址。   |          |
    """,
)
def find_unanswered(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield instructions that an office's form asked for and that it says nothing of."""
    for one in open_instructions(view.month.master, view.month.as_of):
        for office in view.month.asked_replies.get(one.id, ()):
            said = next((e for e in _replies(view, one) if e.office == office), None)
            if said is None or any(not is_blank(t) for t in (said.progress, said.obstacles)):
                continue
            told = f"{view.tasks[one.task].label}的领导批示{quote(one.text, 30)}没有答复"
            place = {
                "office": office,
                "task": one.task,
                "file": said.file or None,
                "sheet": said.sheet,
                "cell": said.cells.get("progress"),
            }
            if said.status == DONE:
                message = f"{told}，只报了“{said.status}”。请核实办理情况。"
                yield rule.found(message, severity="info").at(**place)
            elif where := _told_beside(view, one.task, office):
                message = f"{told}，但这项任务的{where}提到批示，可能就是。请核实。"
                yield rule.found(message, severity="info").at(**place)
            elif found := may_answer(view, said):
                message = f"{told}，但{name_texts(found)}可能就是。请核实。"
                yield rule.found(message, severity="info").at(**place)
            else:
                message = f"{told}。请在这一行的进展情况栏写明办理情况。"
                yield rule.found(message).at(**place)


def _told_beside(view: View, task: str, office: str) -> str:
    """Return where an office speaks of an instruction in the row of the task itself, or ""."""
    entry = view.entries.get((task, office))
    if entry is None:
        return ""
    texts = {"进展情况": entry.progress, "存在问题": entry.obstacles, "备注": entry.remarks}
    return next((f"{name}{quote(text, 30)}" for name, text in texts.items() if "批示" in text), "")


@gap_rule(
    "G419",
    "批示到期没有办结",
    "warning",
    what="批示写了办理期限，期限已过（当天不算），“批示”表里还没有填办结日期。",
    why="领导定了日子的事，过了日子要么办结，要么说明。",
    cure="办完了的，请在主清单“批示”表填办结日期；没有办完的，请催办，或报领导另定期限。",
    mark=("progress", "批示到期"),
    urgency=4,
    good="""
        | 股室   | 批示           | 批示期限   |
        | 基教股 | 请加快选址。   | 2021-04-25 |
    """,
    bad="""
        | 股室   | 批示           | 批示期限   |
        | 基教股 | 请加快选址。   | 2021-04-24 |
    """,
)
def find_overdue_instructions(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield open instructions whose day is over; of what was answered the 办公室 has to judge."""
    for one in open_instructions(view.month.master, view.month.as_of):
        if one.until is None or one.until >= view.month.as_of:
            continue
        task = view.tasks[one.task]
        who = answering(one, task, view.roster)
        days = (view.month.as_of - one.until).days
        told = (
            f"{task.label}的领导批示{quote(one.text, 30)}办理期限是{one.until:%Y-%m-%d}，"
            f"已过 {days} 天，还没有办结"
        )
        replies = _replies(view, one)
        done = bool(replies) and all(reply.status == DONE for reply in replies)
        answers = [r for r in replies if not (is_blank(r.progress) and is_blank(r.obstacles))]
        office = who[0] if who else None
        if done or answers:
            by = (replies if done else answers)[0].office
            how = "报完成" if done else "答复"
            message = f"{told}，{by}已{how}。请核实后在“批示”表填办结日期。"
            yield rule.found(message, severity="info", office=office, task=one.task)
        else:
            message = f"{told}。请催办；办完了的，请在“批示”表填办结日期。"
            yield rule.found(message, office=office, task=one.task)
