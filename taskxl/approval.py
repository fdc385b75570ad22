"""Whether a few words under 审定 are an approval: a small grammar of saying no, and of not yet.

Whoever signs writes a name, 同意, 已审定 or a date. What is no approval says so: it refuses, it
sends back, it waits, it asks for one, or it says that there is none.
"""

import re

from taskxl.text import squeeze

_ACT = (
    r"(?:审定|审核|审批|审阅|审签|审|批准|批复|批示|批阅|批|签字|签名|签批|签发|签|核准|核定|阅"
    r"|盖章|同意|通过)"
)
# Between a negation and its act stands at most a leader or a manner: 未经分管领导审定.
_BETWEEN = (
    r"(?:[经予被]|能|再|及时|正式|完全|[^\s,，。;；]{0,8}?(?:领导|同志|局长|负责人|主任|股长))?"
)
_NEGATED = re.compile(rf"(?:不|未|没有?|无法|无人|尚未|暂未|还没|否|难以){_BETWEEN}{_ACT}")
_WAITING = re.compile(
    rf"(?:待|等待?|候|拟|将|准备|需要?|须|应|申请|提请|报请|呈请|恳请|烦请|请示?|呈|送|报|转){_BETWEEN}{_ACT}"
    rf"|请(?!示)[^\s,，。;；]{{1,4}}?{_ACT}"
    rf"|(?:正在|在){_ACT}|{_ACT}(?:中|之中|流程)(?!$|[^,，。]*完)?$|是否{_ACT}|{_ACT}\s*[?？]"
)
_RETURNED = re.compile(
    r"退回|退还|退件|驳回|打回|重报|重填|重写|重做|返工|修改后|需修改|请修改|作废"
)
_YES = re.compile(
    rf"(?<![不未没否请待呈])同意|(?:已|均已?|经)[^\s,，。;；]{{0,8}}?{_ACT}|准予|照办|属实|无异议|无意见"
)
_NOTHING = re.compile(
    r"(?:n/?a|none|null|nil|无|没有|暂无|请示|呈报|呈批|送审|报审|上报|已报|已送|已呈|暂缺|空缺?|缺|略|否|未定|待定|不适用|[-—–_/\\*.…?？xX×]+)",
    re.IGNORECASE,
)
# A place for a signature, or what stands for one in a copy: only the paper tells.
_SIGN = re.compile(
    r"[(（\[【]?(?:签字|签名|签章|盖章|公章|印章|手签|已签|手写签名|电子签名|见签字|见原件|见纸质件?|见扫描件|见附件|图片)[)）\]】]?"
)


def is_refusal(text: str) -> bool:
    """Tell whether a text says that a leader has not agreed; what only waits is no refusal.

    >>> is_refusal("不同意。何远山"), is_refusal("何远山"), is_refusal("待审"), is_refusal("")
    (True, False, False, False)
    """
    said = squeeze(text)
    refused = re.sub(r"(?:尚未|暂未|还没有?)[^,，。;；]*|未[经审批]\S*", "", said)
    found = _NEGATED.search(refused) or _RETURNED.search(refused)
    return bool(found) and is_approval(text) is False


def is_approval(text: str) -> bool | None:
    """Tell whether a text says that a leader has approved; None where only the original tells.

    >>> is_approval("同意报送。何远山"), is_approval("何远山 4月22日")
    (True, True)
    >>> is_approval("不同意，退回修改"), is_approval("请领导审定"), is_approval("N/A")
    (False, False, False)
    >>> is_approval("（签名）") is None
    True
    """
    said = squeeze(text).strip("。.;；,，:：")
    if not said or _NOTHING.fullmatch(said):
        return False
    if _SIGN.fullmatch(said):
        return None
    refused = _NEGATED.search(said) or _RETURNED.search(said) or _WAITING.search(said)
    if not refused:
        return True
    # 原则同意，修改后报送: yes, with a remark. 未经审定: the yes is part of the no.
    rest = _WAITING.sub("", _NEGATED.sub("", said))
    return _YES.search(rest) is not None
