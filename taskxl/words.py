"""The Chinese that the program knows: a new word is one line here."""

# Progress status of a task (附件2, drop-down 进度状态), and what else clerks write for it.
# Source: notices of several bureaus; see docs/words.md.
STATUSES = ("已完成", "正常推进", "进度滞后", "尚未启动")
DONE, ON_TRACK, BEHIND, NOT_STARTED = STATUSES
STATUS_SYNONYMS: dict[str, str] = {
    "完成": DONE,
    "全部完成": DONE,
    "已办结": DONE,
    "已销号": DONE,
    "超序时进度": ON_TRACK,
    "达到序时进度": ON_TRACK,
    "顺利推进": ON_TRACK,
    "有序推进": ON_TRACK,
    "正在推进": ON_TRACK,
    "推进中": ON_TRACK,
    "进行中": ON_TRACK,
    "长期推进": ON_TRACK,
    "滞后于序时进度": BEHIND,
    "欠进度": BEHIND,
    "推进缓慢": BEHIND,
    "滞后": BEHIND,
    "未启动": NOT_STARTED,
    "前期工作": NOT_STARTED,
    "未开展": NOT_STARTED,
}

# State of a milestone (sheet 节点完成情况, drop-down 完成情况).
MILESTONE_STATES = ("已完成", "未完成", "申请延期")
MILESTONE_SYNONYMS: dict[str, str] = {
    "完成": "已完成",
    "是": "已完成",
    "√": "已完成",
    "已办结": "已完成",
    "未": "未完成",
    "否": "未完成",
    "推进中": "未完成",
    "进行中": "未完成",
    "正在推进": "未完成",
    "延期": "申请延期",
}

ALL_OFFICES = ("各股室", "各处室", "各科室", "全体股室", "全体处室", "全体科室", "全体", "所有股室")

# Headers of tables, by the field they name. Compared after `text.squeeze`.
# A word that stands under two fields is decided by the columns beside it (master/tables).
HEADERS: dict[str, tuple[str, ...]] = {
    "number": ("序号", "编号", "市折子号", "文号", "案号"),
    "title": (
        "任务名称",
        "项目名称",
        "工作任务",
        "工作事项",
        "主要工作",
        "目标任务",
        "目标与任务",
        "民生事项名称",
        "实事内容",
        "工作内容",
        "重点工作内容",
        "工作计划",
        "工作安排",
        "事项",
    ),
    "content": (
        "主要内容和关键时间节点计划",
        "主要内容",
        "节点计划",
        "年度任务及目标",
        "年度任务目标",
        "任务描述",
        "阶段目标",
        "工作措施",
    ),
    "due": ("完成时间", "完成时限", "完成时间节点", "办理时限", "要求完成时间", "时间"),
    "lead": (
        "牵头单位",
        "牵头责任单位",
        "牵头股室",
        "牵头科室",
        "牵头处室",
        "承办部门",
        "承办单位",
        "主办单位",
        "负责单位",
    ),
    "supporting": ("配合单位", "协办单位", "协办股室", "配合单位或部门", "配合股室", "协办处室"),
    "responsible": ("责任股室", "责任单位", "责任科室", "责任处室", "责任部门"),
    "leader": (
        "分管领导",
        "分管县领导",
        "分管市领导",
        "责任领导",
        "牵头领导",
        "分管负责人",
        "分管负责同志",
    ),
    "person": ("责任人", "联系人", "经办人"),
    "status": ("状态", "进度状态", "督办状态", "目标完成情况", "是否完成"),
    "progress": (
        "进展情况",
        "目前进展情况",
        "推进情况",
        "进度情况",
        "工作完成情况",
        "全年完成情况",
        "最新汇报",
    ),
    "obstacles": ("存在问题和下一步工作计划", "存在困难及下一步措施"),
    "remarks": ("备注", "任务来源"),
}
