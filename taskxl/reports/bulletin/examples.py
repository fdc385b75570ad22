"""Examples of what documents are filled with: a template is checked with them."""

from taskxl.reports.bulletin import cards, contents
from taskxl.reports.bulletin.document import BULLETIN, CARD

_TASK, _STEP = "第3项“样例”", "一是4月底前完成样例"
_ROW = {
    "任务": _TASK,
    "节点": _STEP,
    "股室": "样例股",
    "时限": "4月30日",
    "说明": "",
    "一句话": "样例",
}
_COUNTS = {"占比": "25.0%（1/4）", "增减": "比3月增加1项"}
_LEADER = {"已完成": 1, "正常推进": 1, "进度滞后": 1, "尚未启动": 0, "未填": 1, "逾期节点": 1}

EXAMPLES = {
    BULLETIN: dict.fromkeys(contents.NAMES, "样例")
    | {
        "任务数": 4,
        "节点数": 9,
        "任务状态": [{"状态": "已完成", "项数": 1, **_COUNTS}],
        "节点状态": [{"状态": "已完成", "个数": 1, **_COUNTS}],
        "进展": [
            {
                "股室": "样例股",
                "任务": _TASK,
                "节点": _STEP,
                "时限": "4月30日",
                "完成日期": "4月20日",
                "提前天数": 10,
                "一句话": "样例",
            }
        ],
        "问题": [
            {
                "序": "一",
                "股室": "样例股",
                "事项": [{"任务": _TASK, "情况": "样例", "一句话": "样例"}],
            }
        ],
        "下阶段节点": [_ROW],
        "批示": ["样例"],
        "延期": ["样例"],
        "获准延期": ["样例"],
        "附件": [{"号": "1.", "名称": "样例表"}],
        "附件号": {"逾期": "1", "临近": "2", "分管": "3"},
        "逾期": [_ROW | {"序": 1, "超期天数": 5, "填报情况": "样例"}],
        "逾期待核": 1,
        "临近": [_ROW | {"序": 1, "剩余天数": 5}],
        "分管": [{"负责同志": "样例同志", "任务": 4, **_LEADER}],
    },
    CARD: dict.fromkeys(cards.NAMES, "样例")
    | {
        "事项": [
            {
                "序": 1,
                "内容": _STEP,
                "时限": "4月30日",
                "超期": "5天",
                "说明": "样例",
            }
        ],
        "其余": 1,
    },
}
"""By the template's name, a value for everything that it may name."""
