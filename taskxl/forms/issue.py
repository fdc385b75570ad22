"""Who gets which form, and what stands in it before a clerk opens it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from taskxl.forms.identity import Identity, RowMark, digest_text
from taskxl.forms.template.filling import GROUP_KEY, Record
from taskxl.forms.template.template import Template
from taskxl.model import ASKED, Entry, MasterList, Milestone, Period, Settings, Task
from taskxl.orders import in_words
from taskxl.roster import Roster, Share, tasks_of
from taskxl.tasks import approver, gather_groups, short_label, shown_plan, shown_title
from taskxl.text import is_blank, squeeze
from taskxl.words import BEHIND, DONE, NOTHING_WORDS, PREVIOUS_MARK

# The fields of a row mark under which the digests of last month's texts stand, without the mark:
# a returned text with that digest was never touched.
PREVIOUS_PROGRESS = "上月进展"
PREVIOUS_OBSTACLES = "上月问题"

NO_MILESTONES = "（本期没有到期未办结的节点，本表不用填）"
FILLED = "已全部填完"
_LIST_WORDS = re.compile(r"(?:一览表|清单|分解表|分解方案|分解|台账|表)$")
_LAST_MONTH = re.compile(re.escape(PREVIOUS_MARK))
_MARK = re.compile(r"〔(?:上月|\d{1,2}月)〕")


@dataclass(frozen=True, slots=True)
class Form:
    """One office's form, before it is drawn.

    `values` are by placeholder of the template, `blocks` the records of its repeating rows
    (任务, 节点, and 协办 where the office supports a task it does not report on).
    """

    office: str
    period: Period
    identity: Identity
    values: Mapping[str, str]
    blocks: Mapping[str, tuple[Record, ...]]


def compose_form(
    master: MasterList,
    office: str,
    period: Period,
    as_of: date,
    previous: Mapping[tuple[str, str], Entry] | None = None,
    done: frozenset[str] = frozenset(),
    share: Share | None = None,
    said_in: Mapping[tuple[str, str], Period] | None = None,
    asked: tuple[str, ...] = ASKED,
) -> Form:
    """Return the form of one office for a period.

    `as_of` is the report day: a milestone due before it is called overdue.
    `previous` are the last entries by (task id, office), whose texts are put in with a mark that
    names their month where `said_in` says that it is not the one before;
    `done` are the ids of milestones already reported as done, which are not asked for again;
    `asked` is what the template asks for (`model.ASKED`), which is what can be missing;
    `share` are the office's tasks where `divide_tasks` has told them for all offices at once.
    A 批示 that is asked for is one of the list's tasks (`orders.with_instructions`), where a delay
    has moved its milestone's date (`orders.with_delays`).
    Asked for are milestones due by the period's last day: this month's first, then those left
    over from earlier months, each by date.
    """
    own, supported = map(gather_groups, share or tasks_of(master, office, period))
    entries = {task.id: (previous or {}).get((task.id, office)) for task in own}
    marks_of = {task.id: mark_of(period, (said_in or {}).get((task.id, office))) for task in own}
    tasks = tuple(_task_record(task, entries[task.id], marks_of[task.id]) for task in own)
    due_steps = sorted(
        (
            (milestone.due, task, milestone)
            for task in own
            for milestone in task.milestones
            if milestone.due and milestone.due <= period.last_day and milestone.id not in done
        ),
        # A stable sort keeps the list's order within a day.
        key=lambda found: (found[0] < period.first_day, found[0]),
    )
    steps = tuple(_milestone_record(task, m, due < as_of) for due, task, m in due_steps)
    marks = [_mark_task(task.id, record) for task, record in zip(own, tasks, strict=True)]
    marks += [_mark_milestone(r, m.id) for r, (_, _, m) in zip(steps, due_steps, strict=True)]
    blocks: dict[str, tuple[Record, ...]] = {
        "任务": tasks,
        "节点": steps or ({"名称": NO_MILESTONES},),
    }
    if supported:
        blocks["协办"] = tuple(_supported_record(task) for task in supported)
    values = _form_values(master, office, period, as_of)
    values |= _count_missing(values, tasks, len(steps), asked)
    # What stands only at the edge (a telephone number, say) makes no other form of it.
    salt = repr((values["标题"], [sorted(r.items()) for b in blocks.values() for r in b]))
    bureau = master.settings.bureau
    identity = Identity.make(bureau, office, period.key, marks, salt)
    return Form(office, period, identity, values, blocks)


def render_form(template: Template, form: Form) -> bytes:
    """Return the workbook of a form, the same bytes for the same form and template."""
    return template.fill(form.values, form.blocks, form.identity)


def preview_form(form: Form) -> str:
    """Return the content of a form as Chinese text, line by line."""
    tasks = form.blocks["任务"]
    word = form.values["称谓"]
    lines = [form.values["标题"], f"填报{word}：{form.office}（{form.values['报送须知']}）"]
    lines.append(f"\n需要填报的任务 {len(tasks)} 项：")
    group = ""
    for record in tasks:
        if record[GROUP_KEY] and record[GROUP_KEY] != group:
            lines.append(f"  {record[GROUP_KEY]}")
        group = record[GROUP_KEY]
        lines.append(f"    {_numbered(record)}")
        for word in ("进展", "问题"):
            if record[word]:
                lines.append(f"        {word}：{_shorten(record[word])}")
    milestones = [record for record in form.blocks["节点"] if record.get("标识")]
    lines.append(f"\n到期未办结的节点 {len(milestones)} 个：")
    for record in milestones:
        due = record["时限"].replace("\n", "")
        lines.append(f"    {due}  {_numbered(record)}：{_shorten(record['内容'])}")
    supported = form.blocks.get("协办", ())
    lines.append(f"\n协办任务（只供了解，不用填）{len(supported)} 项：")
    lines += [f"    {_numbered(r)}（牵头：{_shorten(r['股室'])}）" for r in supported]
    return "\n".join(lines)


def _numbered(record: Record) -> str:
    title = _shorten(record["名称"] or record.get("计划", "")) or "（无名称）"
    return f"{record['编号']}．{title}" if record["编号"] else title


def _shorten(text: str, limit: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


# ---------------------------------------------------------------- records


def _task_record(task: Task, entry: Entry | None, mark: str) -> Record:
    """Return a task's row; a task that was done last month stays done."""
    return {
        "编号": task.number or "",
        "名称": shown_title(task),
        "计划": shown_plan(task),
        "股室": "\n".join(task.offices),
        "状态": DONE if entry and entry.status == DONE else "",
        "进展": _marked(entry.progress if entry else "", mark),
        "问题": _marked(entry.obstacles if entry else "", mark),
        "备注": "",
        "标识": task.id,
        GROUP_KEY: _group_of(task),
    }


def _group_of(task: Task) -> str:
    if task.section:
        return task.section
    return f"{task.leader}同志负责项目" if task.leader else ""


def _milestone_record(task: Task, milestone: Milestone, overdue: bool) -> Record:
    words = in_words(milestone.due)
    if milestone.delay:
        was = f"原{in_words(milestone.listed_due)}，" if milestone.listed_due else ""
        words += f"\n（{was}{approver(milestone.delay)}批准延期）"
    return {
        "编号": task.number or "",
        "名称": short_label(task),
        "内容": milestone.text,
        "时限": words + ("\n（已逾期）" if overdue else ""),
        "状态": "",
        "完成日期": "",
        "说明": "",
        "标识": milestone.id,
    }


def _supported_record(task: Task) -> Record:
    return {
        "编号": task.number or "",
        "名称": shown_title(task),
        "计划": shown_plan(task),
        "股室": "\n".join(task.lead_offices),
        "标识": task.id,
    }


def strip_mark(text: str, named: bool = False) -> str:
    """Return a text without the mark of an earlier month before it.

    With `named` also without one that names its month, where such a mark was put there: a clerk may
    begin a text so.

    >>> strip_mark("〔上月〕已完成选址。")
    '已完成选址。'
    >>> strip_mark("〔6月〕已完成选址。"), strip_mark("〔6月〕已完成选址。", named=True)
    ('〔6月〕已完成选址。', '已完成选址。')
    """
    text = text.strip()
    while found := (_MARK if named else _LAST_MONTH).match(text):
        text = text[found.end() :].strip()
    return text


def mark_of(period: Period, said: Period | None) -> str:
    """Return the mark before a text that was said in an earlier month (None: last month).

    >>> mark_of(Period(2021, 8), Period(2021, 7)), mark_of(Period(2021, 8), Period(2021, 6))
    ('〔上月〕', '〔6月〕')
    """
    if said is None or said == period.previous:
        return PREVIOUS_MARK
    return f"〔{said.month}月〕"


def _marked(text: str, mark: str = PREVIOUS_MARK) -> str:
    """Return an earlier month's text with its mark; what says nothing need not be gone over again.

    Who wrote above an older text and left it standing is not handed that one a second time.
    """
    text = strip_mark(text).split(PREVIOUS_MARK)[0].rstrip()
    return "" if is_blank(text) or squeeze(text).strip("。.;；") in NOTHING_WORDS else mark + text


def _mark_task(task_id: str, record: Record) -> RowMark:
    digests = {word: digest_text(record[word]) for word in ("编号", "名称", "计划", "股室")}
    for word, field in ((PREVIOUS_PROGRESS, "进展"), (PREVIOUS_OBSTACLES, "问题")):
        if record[field]:
            digests[word] = digest_text(strip_mark(record[field], named=True))
    return RowMark("task", task_id, digests, record["编号"], record["名称"])


def _mark_milestone(record: Record, milestone_id: str) -> RowMark:
    digests = {word: digest_text(record[word]) for word in ("编号", "名称", "内容", "时限")}
    return RowMark("milestone", milestone_id, digests, record["编号"], record["名称"])


# ---------------------------------------------------------------- what stands once in a form


def form_title(master: MasterList, period: Period) -> str:
    """Return the form's title after the list's: 一览表 becomes 进展情况表（1-4月）."""
    found = re.search(r"《(.+?)》", master.title)
    title = squeeze(found.group(1) if found else master.title)
    title = _LIST_WORDS.sub("", title.removeprefix("关于印发").removesuffix("的通知"))
    settings = master.settings
    title = title or f"{settings.bureau}{settings.year or period.year}年重点工作任务"
    return f"{title}进展情况表（{period.label}）"


def _form_values(master: MasterList, office: str, period: Period, as_of: date) -> dict[str, str]:
    known = Roster(master.offices).resolve(office)
    return {
        "标题": form_title(master, period),
        "单位": master.settings.bureau,
        "年度": f"{period.year}年",
        "股室": office,
        "报告期": period.label,
        "报告年月": period.name,
        "填报人": "",
        "填报日期": "",
        "分管负责同志": (known.leader if known else "") or "",
        "报送期限": f"{as_of.year}年{as_of.month}月{as_of.day}日",
        "联系人": master.settings.contact,
        "报送须知": report_notice(master.settings, as_of),
        "称谓": master.settings.office_word,
    }


def report_notice(settings: Settings, as_of: date) -> str:
    """Return the line that says until when the form is wanted, and whom to ask.

    >>> report_notice(Settings(contact="周晓禾 5529207"), date(2021, 4, 25))
    '报送期限：2021年4月25日　　联系人：周晓禾 5529207'
    """
    deadline = f"报送期限：{as_of.year}年{as_of.month}月{as_of.day}日"
    contact = re.sub(r"^\s*联系人\s*[:：]?\s*", "", settings.contact).strip()
    return f"{deadline}　　联系人：{contact}" if contact else deadline


def _count_missing(
    values: Mapping[str, str],
    tasks: tuple[Record, ...],
    milestones: int,
    asked: tuple[str, ...],
) -> dict[str, str]:
    """Return what the drawing's counting formulas give for a form as issued, by defined name.

    Programs that compute nothing on opening (viewers, telephones) show these.
    """
    head = sum(
        field in asked and not values.get(word)
        for field, word in (("reporter", "填报人"), ("reported_on", "填报日期"), ("approval", ""))
    )
    with_status = "status" in asked
    milestones = milestones if "state" in asked else 0
    rows = 0
    for record in tasks:
        done = with_status and record["状态"] == DONE
        rows += with_status and record["状态"] == ""
        rows += record["进展"] == "" or (not done and _is_old(record["进展"]))
        rows += _is_old(record["问题"]) and not done
        rows += with_status and record["状态"] == BEHIND and record["问题"] == ""
    total = head + rows + milestones
    counts = {"表头": head, "任务": rows, "节点": milestones, "合计": total}
    here = f"（本表 {head + rows} 项）" if "state" in asked else ""
    own = {"任务提示": here, "节点提示": f"（本表 {milestones} 项）"}
    own |= {"协办提示": "（本表不用填）", "说明提示": ""}
    words = {name: f"还差 {total} 项{part}" if total else FILLED for name, part in own.items()}
    return {f"还差.{name}": str(value) for name, value in (counts | words).items()}


def _is_old(text: str) -> bool:
    return _MARK.match(text) is not None
