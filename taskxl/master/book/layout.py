"""What 主清单.xlsx looks like: its sheets and columns, the same for writing and for reading."""

from dataclasses import dataclass
from typing import Literal

from taskxl.words import MASTER_SHEETS

TASKS, MILESTONES, OFFICES, SETTINGS = MASTER_SHEETS
DELAYS = "延期"
INSTRUCTIONS = "批示"
TITLE_ITEM = "清单标题"
"""The item of sheet 设置 that holds the list's title; all others are fields of Settings."""

DROPPED_MARK = "〔新清单中没有这一项，请核实是否取消〕"
"""A remark that an update puts beside a task which the revised document no longer has."""

Look = Literal["text", "id", "number", "date", "formula", "open text", "open number", "open date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field it holds, its header, its width in characters, what it means.

    A table without its `needed` columns cannot be read. `also` are other headers a person may
    give it.
    """

    field: str
    header: str
    width: float
    note: str
    look: Look = "text"
    needed: bool = False
    also: tuple[str, ...] = ()
    later: bool = False
    """Added after the first workbooks were written: one without it lacks nothing."""


_ID_NOTE = (
    "由 taskxl 编写，全年不变，历史记录靠它跟随。请不要改；新增的一行请留空。"
    "复制整行来新增时，请清空复制过来的标识。"
)
_MANY = "有多个时一行一个（Alt+Enter 换行），也可以用顿号隔开。"

TASK_COLUMNS = (
    Column("id", "标识", 9, _ID_NOTE, "id"),
    Column("number", "编号", 7, "附件1 上的序号，可以改；不影响历史记录。", "number"),
    Column("title", "任务名称", 26, "任务（项目）的名称。", needed=True),
    Column("section", "分组", 17, "附件1 的分组行，如“×××同志负责项目”；汇总表照此分组。"),
    Column("leader", "分管负责同志", 13, "负责这项任务的局领导姓名。"),
    Column(
        "lead_offices",
        "牵头股室",
        15,
        f"牵头并报送进展的股室，名称与“股室”表一致。{_MANY}“各股室”表示全体股室。",
        needed=True,
    ),
    Column("supporting_offices", "协办股室", 15, f"配合的股室。{_MANY}"),
    Column("persons", "责任人", 22, f"责任人姓名，所属股室写在括号里，如：张三（人事股）。{_MANY}"),
    Column("content", "主要内容", 54, "主要内容和计划，不含关键时间节点；节点在“节点”表。"),
    Column("remarks", "备注", 22, "备注或任务来源，一行一条。"),
    Column(
        "closed_on",
        "销号日期",
        12,
        "办公室确认办结、不再报送的日期；填了以后，从当月起不再列入进展情况表。没有销号的留空。",
        "date",
        also=("销号时间",),
        later=True,
    ),
    Column("closing", "销号依据", 18, "凭什么销号，如验收文号、会议纪要。", later=True),
)

MILESTONE_COLUMNS = (
    Column("id", "标识", 9, _ID_NOTE, "id"),
    Column(
        "task",
        "任务标识",
        9,
        "这个节点属于哪项任务：填“任务”表里的标识，可下拉选择；新任务还没有标识时填编号。",
        "id",
        also=("任务编号",),
    ),
    Column("task_title", "任务（自动显示）", 26, "按任务标识自动显示，不必填写。", "formula"),
    Column(
        "text", "节点内容", 64, "到时限要做成什么。", needed=True, also=("节点", "关键时间节点")
    ),
    Column("due", "完成时限", 13, "日期，当天算在内。没有确定日期的留空。", "date"),
    Column(
        "vague",
        "存疑",
        40,
        "时限为什么没有，或为什么只是推定。核实后请改好完成时限并清空本格，底色随之消失。",
        also=("说明", "存疑说明"),
    ),
)

OFFICE_COLUMNS = (
    Column("name", "股室名称", 18, "股室的正式名称，一行一个。", needed=True),
    Column("aliases", "别名", 22, f"来稿和清单里的其他写法、旧名称。{_MANY}"),
    Column("leader", "分管负责同志", 15, "分管这个股室的局领导；催报抄送时用。"),
    Column("person", "责任人", 15, "股室负责人或联系人。"),
    Column(
        "mails",
        "邮箱",
        40,
        f"收表的邮箱。{_MANY}分管负责同志的邮箱另起一行，写成“抄送：name@example.com”，"
        "“设置”里“抄送分管负责同志”为“是”时抄送。",
    ),
)

_ORDER_TASK = "是哪一项任务的：填“任务”表里的标识，也可以写编号或任务名称。"
DELAY_COLUMNS = (
    Column("id", "标识", 11, "由 taskxl 编写；手工加的一行请留空。", "id"),
    Column("task", "任务标识", 9, _ORDER_TASK, "id", needed=True, also=("任务编号", "编号")),
    Column("task_title", "任务名称", 22, "只供辨认，不读入。", also=("项目名称",)),
    Column(
        "milestone",
        "节点标识",
        9,
        "哪一个节点延期：填“节点”表里的标识，也可以照写节点内容。留空的，算这项任务所有早于新时限的节点。",
        "id",
        also=("节点",),
    ),
    Column("text", "节点内容", 34, "只供辨认，不读入。"),
    Column("office", "申请股室", 12, "哪个股室申请的。", also=("申请科室", "申请处室", "申请部门")),
    Column("asked_on", "申请日期", 12, "哪一天申请的。", "date"),
    Column("reason", "申请理由", 34, "股室的原话。"),
    Column("wanted", "申请延至", 12, "股室想延到哪一天；没有写的留空。", "date"),
    Column(
        "approved_by",
        "批准人",
        13,
        "同意的，填批准人姓名；不同意的，写“不同意”。没有决定的留空。",
        needed=True,
    ),
    Column(
        "approved_on",
        "批准日期",
        12,
        "从这一天起按新时限算，以前的月份不变。留空的，从填上批准人起算。",
        "date",
    ),
    Column("until", "延期至", 12, "批准的新时限。原时限在“节点”表里不要改。", "date", needed=True),
)

INSTRUCTION_COLUMNS = (
    Column("id", "标识", 11, "由 taskxl 编写；手工加的一行请留空。", "id"),
    Column("task", "任务标识", 9, _ORDER_TASK, "id", needed=True, also=("任务编号", "编号")),
    Column("task_title", "任务名称", 22, "只供辨认，不读入。", also=("项目名称",)),
    Column(
        "text", "批示内容", 48, "领导批示的原话；下个月的表上照此列出，请股室答复。", needed=True
    ),
    Column("by", "批示人", 11, "哪位领导批示的。", also=("批示领导",)),
    Column("given_on", "批示日期", 12, "哪一天批示的；不清楚的留空。", "date"),
    Column(
        "offices",
        "交办股室",
        14,
        f"请谁答复；留空的，由牵头股室答复。{_MANY}",
        also=("交办科室", "交办处室", "交办部门", "承办股室"),
    ),
    Column("until", "办理期限", 12, "哪一天以前办结；没有期限的留空。", "date"),
    Column(
        "closed_on",
        "办结日期",
        12,
        "办公室确认办结的日期；填了以后，不再请股室答复，也不再列入未办结的批示。",
        "date",
    ),
    Column("closing", "办结说明", 24, "怎样办结的，如会议纪要、文号。"),
    Column("source", "来源", 16, "在哪个月的汇总表里批示的，由 taskxl 填写。"),
)

SETTING_COLUMNS = (
    Column("item", "项目", 24, "", needed=True),
    Column("value", "值", 38, "", needed=True),
    Column("explanation", "说明", 78, ""),
)
