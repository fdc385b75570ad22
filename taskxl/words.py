"""The Chinese that the program knows: a new word is one line here."""

# Progress status of a task (附件2, drop-down 进度状态), and what else clerks write for it.
# Gathered from the monthly notices of several bureaus.
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

# What a form puts before last month's text; the clerk deletes it once the text is this month's.
PREVIOUS_MARK = "〔上月〕"
# What a leader wrote on a task is called so, in forms and reports.
INSTRUCTION_WORD = "领导批示"

# State of a milestone (sheet 节点完成情况, drop-down 完成情况).
MILESTONE_STATES = ("已完成", "未完成", "申请延期")
MILESTONE_SYNONYMS: dict[str, str] = {
    "完成": "已完成",
    "是": "已完成",
    "√": "已完成",
    "Y": "已完成",
    "YES": "已完成",
    "已办结": "已完成",
    "未": "未完成",
    "否": "未完成",
    "推进中": "未完成",
    "进行中": "未完成",
    "正在推进": "未完成",
    "延期": "申请延期",
}

# What bureaus call their offices (设置: 内设机构称谓); the program's own texts say the first.
OFFICE_WORDS = ("股室", "科室", "处室", "部门")

ALL_OFFICES = (
    "各处室",
    "各股室",
    "各科室",
    "全体股室",
    "全体处室",
    "全体科室",
    "局机关各股室",
    "局机关各科室",
    "机关各处室",
    "机关各股室",
    "机关各科室",
    "全体",
    "所有股室",
    "所有科室",
)

# How the names of offices end; only used to part names that were run together.
OFFICE_ENDINGS = ("股", "处", "科", "室", "所", "办", "中心", "党委", "工会", "纪检组", "考试院")

# How the names of bodies that can answer for a task end, in offices, governments, firms, schools;
# used to tell a name from a piece of a sentence. NO_UNITS are common words that end alike.
UNIT_ENDINGS = (
    *OFFICE_ENDINGS,
    *(
        "局",
        "委",
        "部",
        "院",
        "厅",
        "署",
        "会",
        "社",
        "联",
        "协",
        "站",
        "队",
        "行",
        "库",
        "馆",
        "校",
        "司",
    ),
    *("县", "市", "区", "镇", "乡", "村", "街道", "办事处", "政府", "人大", "政协", "公司", "集团"),
    *(
        "学院",
        "大学",
        "小学",
        "中学",
        "幼儿园",
        "园",
        "企业",
        "厂",
        "矿",
        "单位",
        "部门",
        "专班",
        "组",
    ),
    *(
        "支部",
        "党总支",
        "党组",
        "支队",
        "大队",
        "科协",
        "妇联",
        "法院",
        "检察院",
        "海关",
        "银行",
        "总站",
    ),
    *("县级市", "窗口", "单元", "网格", "乡镇", "园区", "机关", "机构", "基地", "平台公司", "中队"),
)
NO_UNITS = (
    *(
        "全部",
        "大会",
        "社会",
        "机会",
        "上司",
        "官司",
        "全会",
        "例会",
        "宴会",
        "会议会",
        "进行",
        "执行",
        "推行",
        "运行",
    ),
    *(
        "实行",
        "施行",
        "试行",
        "举行",
        "履行",
        "先行",
        "发行",
        "流行",
        "银企行",
        "到位",
        "全区",
        "小区",
    ),
    *(
        "地区",
        "社会各界",
        "内部",
        "干部",
        "之处",
        "用处",
        "好处",
        "所在",
        "全市",
        "全县",
        "城市",
        "上市",
    ),
    *(
        "门市",
        "建校",
        "办校",
        "联系会",
        "座谈会",
        "推进会",
        "动员会",
        "培训会",
        "发布会",
        "博览会",
        "运动会",
        "小组会",
    ),
    *(
        "示范区",
        "片区",
        "景区",
        "山区",
        "校园",
        "公园",
        "仓库",
        "数据库",
        "项目库",
        "资源库",
        "入库",
    ),
)

# The commonest surnames, by which a column of persons is known when its header is not.
SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
    "向汤容颜邝区伍甄"
)

# Days by which bureaus count and whose date is the same every year (教师节前), and events whose
# date each year's notices fix.
FESTIVALS: dict[str, tuple[int, int]] = {
    "五一": (5, 1),
    "劳动节": (5, 1),
    "六一": (6, 1),
    "儿童节": (6, 1),
    "七一": (7, 1),
    "教师节": (9, 10),
    "国庆节": (10, 1),
    "国庆": (10, 1),
}
EVENTS_WITHOUT_DATE = (
    "高考",
    "中考",
    "学业水平考试",
    "期中",
    "期末",
    "学期",
    "寒假",
    "暑假",
    "放假",
    "春节",
    "中秋节",
    "汛期",
    "汛",
)

# Headers of tables, by the field they name. Compared after `text.squeeze`.
# A word that stands under two fields is decided by the columns beside it (master/reading).
HEADERS: dict[str, tuple[str, ...]] = {
    "number": (
        "序号",
        "编号",
        "市折子号",
        "文号",
        "案号",
        "任务序号",
        "项目编号",
        "任务编号",
        "NO",
        "No.",
        "NO.",
        "no",
    ),
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
        "重点工作",
        "重点任务",
        "重点工作任务",
        "任务",
        "项目",
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
        "具体内容",
        "具体措施",
        "整改措施",
        "整改目标",
        "主要措施",
        "具体要求",
        "年度目标",
        "工作举措",
        "工作目标",
        "目标要求",
        "关键节点",
        "时间节点安排",
        "进度安排",
        "内容",
        "工作目标及措施",
    ),
    "due": (
        "完成时间",
        "完成时限",
        "完成时间节点",
        "办理时限",
        "要求完成时间",
        "时间",
        "截止时间",
        "办结时限",
        "时限要求",
        "时间要求",
        "完成期限",
        "时限",
        "整改时限",
        "整改期限",
        "完成日期",
        "截止日期",
        "计划完成时间",
        "办结时间",
    ),
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
        "牵头部门",
        "主责单位",
        "主办科室",
        "主办股室",
        "主办处室",
        "牵头责任股室",
        "牵头责任科室",
        "牵头",
        "主办",
    ),
    "supporting": (
        "配合单位",
        "协办单位",
        "协办股室",
        "配合单位或部门",
        "配合股室",
        "协办处室",
        "配合部门",
        "配合",
        "协办",
        "配合科室",
        "协办科室",
        "协办部门",
        "配合责任单位",
    ),
    "responsible": ("责任股室", "责任单位", "责任科室", "责任处室", "责任部门", "责任主体"),
    "leader": (
        "分管领导",
        "分管县领导",
        "分管市领导",
        "责任领导",
        "牵头领导",
        "分管负责人",
        "分管负责同志",
    ),
    "person": ("责任人", "联系人", "经办人", "人员", "责任人员"),
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
    "section": ("类别", "分类", "工作类别", "项目类别", "领域", "重点领域", "板块", "民生实事"),
}

# Headers of a section's column that name the task where no other column does.
SECTION_OR_TITLE: tuple[str, ...] = ("民生实事",)

# What the fields are called in messages.
FIELD_NAMES: dict[str, str] = {
    "number": "序号",
    "title": "任务名称",
    "content": "主要内容",
    "due": "完成时限",
    "lead": "牵头股室",
    "supporting": "协办股室",
    "responsible": "责任股室",
    "leader": "分管负责同志",
    "person": "责任人",
    "status": "进度状态",
    "progress": "进展情况",
    "obstacles": "存在问题",
    "remarks": "备注",
    "section": "类别",
    "stage": "到栏名所写时限的节点",
}

# How a header that is no word above is understood: the first pattern that is found in it.
HEADER_PATTERNS: tuple[tuple[str, str], ...] = (
    ("number", r"^(?:序|编|项目|任务)?号$|^.{0,4}[序编]号$|^no\.?$|^#$"),
    ("title", r"(?:任务|内容|事项|项目|举措).{0,3}(?:及|和|、|与).{0,3}(?:责任|分工|牵头)"),
    (
        "supporting",
        r"配合|协办|协助|协同|会办|会签|协作|(?:参加|参与|支持|会同)(?:责任)?(?:单位|部门|[科股处]室)",
    ),
    ("leader", r"(?:分管|包联|挂钩|责任|牵头|主管|联系).{0,3}(?:领导|负责人|负责同志|局长)"),
    (
        "leader",
        r"^(?:分管|主管|包联|包抓|挂钩|联系|责任|牵头).{0,2}"
        r"(?:[省市县区镇乡厅局院校]长|书记|主任|经理|副?总|副职)$",
    ),
    ("leader", r"领导(?:同志|姓名)?$|^(?:包|挂|督|联)[^,、和及]{1,4}(?:负责同志|负责人)$"),
    ("responsible", r"[股科处室位门].{0,2}(?:及|和|、|/|与|[(])(?:责任人|负责人|联系人|经办人)"),
    ("person", r"(?:责任人|联系人|经办人|负责人|联络员|承办人)(?:员|姓名)?.{0,2}(?:电话|方式)?$"),
    ("lead", r"(?:牵头|主办|承办|主责).*(?:股|科|处|室|部门|单位|机构|主体)?"),
    ("lead", r"起草.*(?:股|科|处|室|司|局|部门|单位|机构|主体)$"),
    ("responsible", r"(?:责任|负责|落实|实施|执行).*(?:股|科|处|室|司局|部门|单位|机构|主体)"),
    ("responsible", r"^(?:股室|科室|处室|部门|单位)$|(?:整改|销号|办理|推进)(?:主体|单位|部门)$"),
    ("progress", r"进展|推进情况|完成情况|落实情况|开展情况|工作成效"),
    ("obstacles", r"问题|困难|下一?步"),
    # 推进举措及时间节点: one column of what is done by when.
    (
        "content",
        r"(?:内容|计划|措施|举措|做法|安排).{0,2}(?:及|和|与|、).{0,4}(?:时限|期限|时间|节点)",
    ),
    ("due", r"(?:时限|期限|时间|日期)(?:节点|要求|安排)?$"),
    ("status", r"状态|是否"),
    ("remarks", r"备注|来源|依据"),
    ("section", r"类别|分类|类型|领域|板块"),
    ("content", r"阶段|节点|^时[间序]进度$"),
    ("content", r"内容|计划|措施|举措|目标|要求|安排|节点|做法"),
    ("title", r"任务|项目|事项|工作|实事"),
)

# How a line under or above a list begins that is no task.
NOTE_BEGINNINGS = (
    "说明",
    "注",
    "备注",
    "附注",
    "填表说明",
    "填报说明",
    "填表人",
    "填报人",
    "填报单位",
    "填报股室",
    "填报日期",
    "制表",
    "审核",
    "审定",
    "单位负责人",
    "分管领导签",
    "统计",
    "联系人",
    "联系电话",
    "抄送",
    "公开方式",
    "附件",
)

# How the state of an office and the verdict on a file are called.
OFFICE_STATES: dict[str, str] = {
    "submitted": "已报送",
    "late": "迟报",
    "missing": "未报送",
    "rejected": "须重报",
}
NOT_DUE = "未到期限"
"""What an office is called that has not reported while there is still time to."""
EMPTY_MARK, ROW_GONE_MARK = "空白", "缺行"
"""What stands in 【】 where an owed text is not there: it is blank, or its row is gone."""
VERDICTS: dict[str, str] = {
    "accepted": "采用",
    "partial": "部分采用",
    "superseded": "已被新表替代",
    "duplicate": "重复",
    "rejected": "未采用",
    "skipped": "略过",
}
# How the light of a milestone is called; always printed beside its colour.
LIGHTS: dict[str, str] = {
    "done": "已完成",
    "on time": "未到期",
    "near": "临近",
    "overdue": "逾期",
    "severe": "严重滞后",
    "unknown": "时限待定",
}

# Phrases of a progress text that tell nothing of the month (G411); longer ones come first.
STOCK_PHRASES: tuple[str, ...] = tuple(
    sorted(
        (
            "按照上级要求",
            "按照工作要求",
            "根据工作安排",
            "按上级要求",
            "按要求",
            "按计划",
            "按照计划",
            "按时间节点",
            "按序时进度",
            "按进度",
            "严格落实",
            "认真贯彻落实",
            "贯彻落实",
            "认真落实",
            "认真组织",
            "高度重视",
            "加强领导",
            "统筹安排",
            "精心组织",
            "扎实推进",
            "积极推进",
            "正常推进",
            "正常开展",
            "正在推进",
            "正在开展",
            "正在进行",
            "正在办理",
            "有序推进",
            "有序开展",
            "稳步推进",
            "顺利推进",
            "持续推进",
            "加快推进",
            "逐步推进",
            "推进中",
            "进行中",
            "办理中",
            "开展中",
            "落实中",
            "筹备中",
            "推进",
            "进行",
            "开展",
            "落实",
            "已完成",
            "完成",
            "未完成",
            "未启动",
            "尚未启动",
            "进度滞后",
            "同上月",
            "同上期",
            "同上",
            "同前",
            "与上月相同",
            "与上月一致",
            "无变化",
            "无进展",
            "暂无进展",
            "暂无",
            "没有",
            "见附件",
            "详见附件",
            "如题",
            "各项工作",
            "相关工作",
            "有关工作",
            "该项工作",
            "此项工作",
            "本项工作",
            "该工作",
            "该项目",
            "工作",
            "任务",
            "项目",
            "目前",
            "本月",
            "已经",
            "正在",
            "继续",
            "我股",
            "我室",
            "我处",
            "我科",
            "良好",
            "正常",
            "顺利",
            "有序",
        ),
        key=len,
        reverse=True,
    )
)

# What a clerk writes where there is nothing to say.
NOTHING_WORDS = (
    "无",
    "暂无",
    "没有",
    "无问题",
    "不存在问题",
    "暂无问题",
    "无存在问题",
    "略",
    "同上",
)

# A clause that tells of something done, and what turns it into a plan or its opposite.
DONE_WORDS = (
    "完成",
    "办结",
    "印发",
    "报送",
    "召开",
    "通过",
    "签订",
    "发布",
    "到位",
    "竣工",
    "验收",
)
NOT_DONE_WORDS = (
    "未",
    "没有",
    "无法",
    "预计",
    "计划",
    "拟",
    "将",
    "争取",
    "力争",
    "待",
    "准备",
    "正在",
)

# What a redrawn form may call its columns beyond HEADERS; 标识 is the hidden column with ids.
FORM_HEADERS: dict[str, tuple[str, ...]] = {
    "remarks": (
        "其他",
        "其它",
        "其他说明",
        "其它说明",
        "补充说明",
        "其他情况",
        "其他需要说明的情况",
    ),
    "id": ("标识",),
    "progress": ("完成情况", "工作进展", "落实情况", "进展情况、存在问题及下一步打算"),
    "obstacles": (
        "存在问题",
        "存在的问题",
        "存在困难",
        "困难和问题",
        "下一步工作计划",
        "下一步工作打算",
        "下一步工作",
        "下一步打算",
        "下一步措施",
    ),
}
# How a column for answers is known whose caption is none of these words; the first that is found.
ANSWER_PATTERNS: tuple[tuple[str, str], ...] = (
    ("obstacles", r"问题|困难|原因|下一?步"),
    ("progress", r"(?:进展|进度|推进|落实|成效)(?!.*(?:单位|部门|[股科处]室|[人员]|时[间限])$)"),
    # Something that is done, and how it stands: 办理情况, 工作开展情况.
    ("progress", r"(?:开展|执行|办理|实施|完成|推动|进行|组织|建设|工作|任务)情况$|成果$"),
)
# What a caption of the column for obstacles is made of, however a clerk puts it together.
ANSWER_PARTS: tuple[str, ...] = (
    *("存在", "问题", "困难", "原因", "下一步", "下步", "打算", "计划", "措施", "安排", "思路"),
    *("建议", "情况", "工作", "推进", "主要", "目前", "和", "及", "与", "以及", "或", "的", "/"),
)
# The columns of sheet 节点完成情况 beside 编号 and 项目名称.
MILESTONE_HEADERS: dict[str, tuple[str, ...]] = {
    "id": ("标识",),
    "milestone": ("节点", "关键节点", "关键时间节点", "节点内容", "节点任务", "时间节点"),
    "due": ("完成时限", "节点时限", "时限", "完成时间", "要求完成时间"),
    "state": ("完成情况", "节点完成情况", "完成状态", "是否完成", "状态"),
    "done_on": ("完成日期", "实际完成日期", "实际完成时间"),
    "note": ("说明", "情况说明", "备注"),
}
# The lines above and below a form's table: what stands before the colon.
FORM_LABELS: dict[str, tuple[str, ...]] = {
    "office": ("填报股室", "填报科室", "填报处室", "填报单位", "填报部门", "报送股室", "报送单位"),
    "reporter": ("填报人", "填表人", "报送人", "经办人"),
    "reported_on": ("填报日期", "填报时间", "填表日期", "填表时间", "报送日期", "报送时间"),
    "approval": (
        "分管负责同志审定",
        "分管负责同志审核",
        "分管负责同志签字",
        "分管负责人审定",
        "分管负责人签字",
        "分管领导审定",
        "分管领导审核",
        "分管领导审签",
        "分管领导签字",
        "领导审定",
        "审定人",
        "审定",
    ),
}
# The same labels put together otherwise: who or what, and what is done.
LABEL_PATTERNS: tuple[tuple[str, str], ...] = (
    ("office", r"(?:填报|报送|填表|上报|申报|编报)(?:股室|科室|处室|单位|部门|机构)(?:名称)?"),
    ("reporter", r"(?:填报|填表|填写|制表|报送|上报|经办|编报|编制|报表)(?:人员?|者|人姓名|同志)"),
    ("reported_on", r"(?:填报|填表|填写|制表|报送|上报|报表|编制)(?:日期|时间|日)"),
    (
        "approval",
        r"(?:分管|主管|主要|单位|机关|局|本局)?(?:负责同志|负责人|领导同志|领导|局长|主任|书记)?"
        r"(?:审定|审核|审批|审签|审阅|签批|签发|核准|批准|审查|核签)(?:人员?|者|情况|栏|签名|签字)?"
        r"(?:[/、及和与]?(?:日期|时间))?",
    ),
    (
        "approval",
        r"(?:分管|主管|主要|单位|机关|局|本局)?(?:负责同志|负责人|领导同志|领导|局长|主任|书记)"
        r"(?:签字|签名|签章|签署|批示|意见|盖章|阅示)(?:[/、及和与]?(?:日期|时间))?",
    ),
)
# Begins the line of a form below which an office may add work that is not in the list.
BEYOND_LIST = "清单以外"

# What the 办公室's own workbooks are called, over their sheets: the summary's, the year's.
REPORTS_ON = "重点工作任务"
SUMMARY_TITLES = ("进展情况汇总表", "进展情况总览")
SUMMARY_TABLE, SUMMARY_OVERVIEW = SUMMARY_TITLES
LEDGER_TITLES = ("台账", "逐月情况")
YEAR_OVERVIEW, YEAR_MATRIX = LEDGER_TITLES
# The sheets that 主清单 has always had.
MASTER_SHEETS = ("任务", "节点", "股室", "设置")
