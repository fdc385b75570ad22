"""What a few words of a clerk say of a task or a milestone: a small grammar, not a list.

A statement is read only where all of it is made of words that the grammar knows: manner, object,
date, mark, and one word of completion, of being under way, of not having begun or of lagging.
Whatever else stands in it (基本, 大部分, 50%, 预计, 不) makes it something that is not guessed at.
"""

import re
from datetime import date
from functools import lru_cache

from taskxl.dates.typed import read_date
from taskxl.text import squeeze
from taskxl.words import (
    BEHIND,
    DONE,
    MILESTONE_STATES,
    MILESTONE_SYNONYMS,
    NOT_STARTED,
    ON_TRACK,
    STATUS_SYNONYMS,
    STATUSES,
)

_COMPLETED, _NOT_COMPLETED, _POSTPONED = MILESTONE_STATES


def _any(*words: str) -> str:
    longest_first = sorted(
        (word for group in words for word in group.split()), key=lambda w: -len(w)
    )
    return "(?:" + "|".join(longest_first) + ")"


_MARK = r"(?:[√✓✔☑■●✅🗸]\ufe0f?)"
_POINT = r"[,，。.;；、:：!！()（）\[\]【】]"
_DAY = (
    r"(?:(?:\d{4}年|\d{2}年)?\d{1,2}月\d{1,2}[日号]?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[日号]?"
    r"|\d{1,2}[-/.]\d{1,2}[日号]?)"
)
_MONTH = r"(?:\d{4}年)?\d{1,2}月(?:份|底|末|初|上旬|中旬|下旬)?"
_WHEN = rf"(?:[于在]|截至)?(?:{_DAY}|{_MONTH})前?"
_FINISH = _any("完成 办结 办毕 完毕 完结 完工 竣工 结束 销号 做完 办完 到位 达成")
_MANNER = _any(
    "已 已经 业已 早已 现已 均 均已 都 都已 全 全部 全面 整体 按时 按期 如期 准时 及时 提前 超前",
    "按要求 按计划",
    "按序时进度 按时间节点 顺利 圆满 超额 保质保量 100% 百分之百 了 落实 办理 执行 实施",
)
_SUBJECT = _any(
    "目前 当前 现 现在 截至目前 总体 工作 任务 项目 节点 事项 该节点 本节点 该任务 该项目",
    "该项工作 此项工作",
    "本项工作 各项工作 所有工作 情况 状态 进度 进展",
)
_NOT = _any("未 尚未 还未 仍未 暂未 均未 没 没有 还没 还没有 尚没有")
_STEADY = _any(
    "正常 顺利 有序 稳步 扎实 良好 平稳 积极 持续 按计划 按照计划 按序时进度 按照序时进度",
    "序时 按序时 按时序",
    "按时序进度 按进度 按时间节点 按节点 按要求 按期 如期 按时 全面 加快 逐步",
)
_VERB = _any(
    "推进 进行 开展 实施 运行 办理 进展 落实 执行 建设 施工 推动 组织 筹备 准备 进度 推行",
)
_NOW = _any("正 正在 仍在 还在")
_DURING = _any("中 之中 当中 过程中")
_BEGIN = _any("启动 开始 开展 实施 动工 开工 进行 着手 开启 起步")
_LAG = _any("滞后 缓慢 迟缓 偏慢 较慢 落后 延误 迟滞")
_HOW_LATE = _any("略 略有 较 较为 有所 严重 明显 稍 稍有 比较 存在")
_LATER = _any("延期 延后 推迟 顺延 缓办")
_ASK = _any("申请 拟申请 请求 建议 需 需要 已申请")

_FINISHED = re.compile(
    rf"(?:{_MANNER}|{_SUBJECT}|{_MARK}|{_POINT}|{_WHEN})*"
    rf"(?:{_FINISH}(?:{_MANNER}|{_SUBJECT}|{_MARK}|{_POINT}|{_WHEN})*)+"
)
_TICK = re.compile(rf"(?:{_MARK}|{_POINT})*(?:{_MARK}|100%)(?:{_MARK}|{_POINT}|{_WHEN})*")
_DATE_ALONE = re.compile(rf"{_POINT}*[于在]?{_DAY}{_POINT}*")
_UNFINISHED = re.compile(
    rf"(?:{_SUBJECT}|{_MANNER})*(?:{_NOT}|未能)(?:全部|全面|全|都|最终|{_SUBJECT})*{_FINISH}(?:{_SUBJECT})?"
)
_STEADILY = re.compile(rf"(?:{_SUBJECT}|{_NOW}|{_STEADY}|{_VERB}|整体|{_DURING}|{_POINT}|{_MARK})+")
_IS_STEADY = re.compile(rf"{_STEADY}|{_NOW}{_VERB}|{_VERB}{_DURING}")
_UNBEGUN = re.compile(
    rf"(?:{_SUBJECT}|{_MANNER})*{_NOT}(?:正式|全面|实质性)*{_BEGIN}(?:{_SUBJECT})?"
)
_YET_TO = re.compile(rf"(?:{_SUBJECT})*(?:待|等待){_BEGIN}")
_LAGGING = re.compile(
    rf"(?:{_SUBJECT}|{_VERB}|{_HOW_LATE}|整体)*{_LAG}(?:于?(?:序时进度|时序进度|计划|进度))?"
)
_OFF_PLAN = re.compile(
    rf"(?:{_SUBJECT})*{_NOT}(?:能|完全)?(?:按照?|达到?|跟上)(?:{_STEADY}|原|既定|规定|的)*"
    rf"(?:计划|序时进度|时序进度|进度|要求|时间节点|节点)?(?:的|要求|{_VERB})*"
)
_IS_MEASURE = re.compile(r"计划|进度|序时|时序|节点|要求")
_LATER_ON = re.compile(rf"{_ASK}?{_LATER}(?:[到至]?{_WHEN}前?)?(?:{_FINISH})?(?:申请)?")
_AHEAD = re.compile(r"\d[月日号底末初旬]*前")
_FIND_DAY = re.compile(_DAY)
_OPTION = re.compile(r"([□☐○◯☑☒✓✔√■●]|[(（][√✓✔xX×]?[)）])([\u4e00-\u9fff]{2,8})")
_TICKED = re.compile(r"[☑☒✓✔√■●xX×]")
_NUMBERED = re.compile(r"^\d[.、)](?=[\u4e00-\u9fff])")
_PERCENT = re.compile(r"\((\d{1,3}(?:\.\d+)?)%\)$")
_QUOTED = re.compile(rf"^[“”\"'‘’「」]+([^“”\"'‘’「」]*)[“”\"'‘’「」]+{_POINT}*$")
# An application for more time: who asks, for what, in which words; nothing else may stand beside.
_APPLY = _any(
    "申请 拟申请 特申请 现申请 已申请 再次申请 提出申请 请求 恳请 提请 报请 呈请 建议 请 申报 提出",
)
_POSTPONE = _any("延期 延后 推迟 顺延 缓办 延长 延至 延到 延迟 展期")
_WHO = _any(
    "我股 我科 我处 我室 我办 我们 我部门 本股 本科 本处 本股室 本科室 本处室 本部门 本办",
    "我股室 我科室 我处室 股室 科室 处室 牵头股室",
)
_LINK = _any(
    "因此 为此 故 故此 现 特 拟 将 已 已经 已向局党组 向局党组 向局领导 经研究 经报告 并 同时",
    "目前 暂 再次 对此 由此 正 正在 已于 须 需 只能 据此 鉴于此 综上 提交 递交 上报 呈报",
)
_OBJECT = _any(
    "该 此 本 上述 这 该项 此项 本项 这项 个 项 的 节点 任务 项目 工作 事项 完成 办结",
    "时限 时间 期限 工期",
    "完成时限 完成时间 节点时限 把 将 对 就 局党组 局领导 领导 县局 市局 局里 党组",
    "同意 批准 准予 予以",
    "给予 允许 适当 进行 申请 继续 一步 上级 分管领导 审批 研究 统一",
)
_LENGTH = (
    r"(?:(?:\d{1,3}|[一二两三四五六七八九十半]{1,3})个?(?:月|天|日|周|星期|季度|工作日)(?:左右)?)"
)
_MORE = _any("办理 实施 开展 启动 开工 请示 报告 审批 手续 函 报批 的 为 在")
_AFTER = (
    rf"(?:[到至为]?(?:{_WHEN}|年底|年末|下月|下个月|下季度|明年|下学期|第[一二三四]季度)(?:底|末|初)?前?|{_LENGTH}"
    rf"|{_FINISH}|{_OBJECT}|{_MORE})*"
)
# A reason ends in what hinders: what somebody else applies for is none.
_HINDRANCE = _any("影响 原因 限制 所限 因素 滞后 延误 调整 变更 更换 紧张 问题 困难 不足 需要")
_LACK = r"(?:未能?|没有?|尚未|不)[^未没不申延]{1,8}"
_BECAUSE = rf"(?:(?:因|由于|鉴于|受|考虑到|为).{{1,40}}?(?:{_HINDRANCE}|{_LACK}))?"
_APPLYING = re.compile(
    rf"(?!.*{_FINISH}{_POSTPONE}){_BECAUSE}(?:{_WHO}|{_LINK}|{_WHEN}|{_OBJECT})*"
    rf"(?:{_APPLY}(?:{_OBJECT}|{_WHO}|{_LINK})*{_POSTPONE}|{_POSTPONE}{_AFTER}(?:申请|请示)){_AFTER}"
)
_CLAUSES = re.compile(r"[,，。；;！!?？\n]|(?<=[\u4e00-\u9fff])[:：]")
_ITEM = re.compile(
    r"^(?:[一二三四五六七八九十]+[、是]|\(?\d{1,2}[)、.]|[①-⑩]|第[一二三四五]|备注|说明)+"
)
_UNTIL = re.compile(rf"{_POSTPONE}.{{0,8}}?([至到为在]?)({_WHEN}|年底|年末)")
_INTENDED = re.compile(
    rf"(?:拟|预计|计划|争取|力争|将|可)(?:于|在|到|延至|延期至)?({_WHEN}|年底|年末){_FINISH}"
)
_LONGEST = 30  # what is longer tells more than its state
_LONGEST_WITH_REASON = 80
_CLAUSE = re.compile(r"[,，。;；]")
_SPAN_OF_DAYS = re.compile(r"[日号][-—–~至到]")
_OF_DAYS = re.compile(r"[\d〇○零一二三四五六七八九十年月日号./\\\-,，。;；、:：T]")
# What behind 已完成 takes it back, and what behind another status says another one.
_TAKES_BACK = re.compile(
    r"但|除|尚|未|不|没|无法|难以|滞后|暂|基本|部分|过半|一半|预计|剩|余|仍|还|待|拟|将|争取|计划|%|延期|推迟"
)
_SAYS_OTHERWISE = re.compile(rf"但|{_LAG}|{_NOT}{_BEGIN}|(?:全部|均已|已全部){_FINISH}")
_NOT_YET = re.compile(
    rf"未|不|没|拟|将|预计|计划|争取|力争|原定|要求|应于|须于|{_LATER}|待|开始|启动|起$"
)
_RANGE = re.compile(
    rf"({_DAY})[-—–~～至到]+({_DAY}|\d{{1,2}}[日号])(?:{_FINISH}|{_MANNER}|{_POINT})*"
)
_ROUND = re.compile(rf"^(?:{_POINT}|\s)+|(?:{_POINT}|\s)+$")


def read_status(text: str) -> tuple[str, bool]:
    """Return the status of a task that a text means and True, or the text itself and False.

    >>> read_status("按计划推进。"), read_status("（已完成）"), read_status("尚未开始")
    (('正常推进', True), ('已完成', True), ('尚未启动', True))
    >>> read_status("基本完成"), read_status("不滞后")
    (('基本完成', False), ('不滞后', False))
    """
    word = _status_word(squeeze(text))
    return (text, False) if word is None else (word, True)


@lru_cache(maxsize=4096)
def _status_word(said: str) -> str | None:
    said = _chosen(said)
    bare = _ROUND.sub("", said)
    if (far := _PERCENT.search(said)) and len(said) <= _LONGEST:
        # 正常推进（60%）: how far it is takes nothing from how it goes; 已完成（60%） is not done.
        word = _status_word(said[: far.start()])
        whole = far[1] == "100"
        return word if word in ((DONE,) if whole else (ON_TRACK, BEHIND)) else None
    if not bare or bare in STATUSES:
        return bare
    known = {squeeze(synonym): word for synonym, word in STATUS_SYNONYMS.items()}
    if bare in known:
        return known[bare]
    if (head := _without_reason(said)) is not None:
        return _status_word(head)
    if len(said) > _LONGEST:
        return None
    if says_finished(said) or _TICK.fullmatch(said):
        return DONE
    if _UNBEGUN.fullmatch(bare) or _YET_TO.fullmatch(bare):
        return NOT_STARTED
    if _LAGGING.fullmatch(bare) or (_OFF_PLAN.fullmatch(bare) and _IS_MEASURE.search(bare)):
        return BEHIND
    return ON_TRACK if _is_steady(bare) else None


def read_state(text: str, year: int) -> tuple[str, date | None, bool]:
    """Return the state of a milestone that a text means, the day it names, and True.

    A text that is not understood comes back itself, with False; `year` is that of days without.

    >>> read_state("已于3月28日完成", 2021)
    ('已完成', datetime.date(2021, 3, 28), True)
    >>> read_state("√ 全部办结", 2021), read_state("尚未完成", 2021), read_state("已完成50%", 2021)
    (('已完成', None, True), ('未完成', None, True), ('已完成50%', None, False))
    """
    said = _chosen(squeeze(text))
    bare = _ROUND.sub("", said)
    if not bare or bare in MILESTONE_STATES:
        return bare, None, True
    known = {squeeze(synonym): word for synonym, word in MILESTONE_SYNONYMS.items()}
    if bare in known:
        return known[bare], None, True
    if (head := _without_reason(said)) is not None:
        state, day, understood = read_state(head, year)
        return (state, day, True) if understood else (text, None, False)
    if len(said) > _LONGEST:
        return text, None, False
    if says_finished(said) or _TICK.fullmatch(said) or _DATE_ALONE.fullmatch(said):
        day = find_day(said, year)
        if day is None and _DATE_ALONE.fullmatch(said):
            return text, None, False
        return _COMPLETED, day, True
    if _LATER_ON.fullmatch(bare):
        return _POSTPONED, None, True
    if _UNFINISHED.fullmatch(bare) or _UNBEGUN.fullmatch(bare) or _is_steady(bare):
        return _NOT_COMPLETED, None, True
    return text, None, False


def _without_reason(said: str) -> str | None:
    """Return the choice that begins a longer statement, None where it begins with none.

    The choice is one of the words to choose from; nothing behind it may take it back.

    >>> _without_reason("正常推进,图纸已送审"), _without_reason("已完成,材料见附件")
    ('正常推进', '已完成')
    >>> _without_reason("已完成,尚有2处未整改"), _without_reason("正常推进,但略有滞后")
    (None, None)
    """
    head, *rest = _CLAUSE.split(said, maxsplit=1)
    head = _ROUND.sub("", head)
    reason = _ROUND.sub("", rest[0]) if rest else ""
    if not reason or len(said) > _LONGEST_WITH_REASON:
        return None
    if head not in (*STATUSES, *MILESTONE_STATES):
        return None
    contrary = _TAKES_BACK if head in (DONE, _COMPLETED) else _SAYS_OTHERWISE
    return None if contrary.search(reason) else head


def gives_reason(text: str) -> bool:
    """Tell whether a statement says more than its choice: 正常推进，图纸已送审."""
    return _without_reason(_chosen(squeeze(text))) is not None


def find_done_day(text: str, year: int) -> date | None:
    """Return the day on which something was done, as a few words say; None where they do not.

    >>> find_done_day("已于5月15日完成并报备", 2021), find_done_day("5.9完成", 2021)
    (datetime.date(2021, 5, 15), datetime.date(2021, 5, 9))
    >>> find_done_day("3月2日至5日", 2021), find_done_day("预计5月15日完成", 2021)
    (datetime.date(2021, 3, 5), None)
    """
    said = squeeze(text)
    if len(said) > _LONGEST or _NOT_YET.search(said) or _AHEAD.search(said):
        return None
    span = _RANGE.fullmatch(said)
    if span is None:
        return find_day(said, year)
    first, last = read_date(span[1], year), read_date(span[2], year)
    if last is None and first is not None and "月" in span[1]:
        last = read_date(f"{span[1].partition('月')[0]}月{span[2]}", year)
    return last if first is not None and last is not None and first <= last else None


def day_of_note(text: str, year: int) -> date | None:
    """Return the day on which a note begins by saying that something was done, or None.

    >>> day_of_note("7月3日完成，验收单已归档", 2021), day_of_note("7月3日开工，8月完成", 2021)
    (datetime.date(2021, 7, 3), None)
    """
    head = _CLAUSE.split(squeeze(text), maxsplit=1)[0]
    return find_done_day(head, year) if says_finished(head) else None


def find_application(text: str) -> str | None:
    """Return the words in which a text applies for a delay, None where it does not.

    One clause must say it, and all of it be made of words that the grammar knows: a negation, a
    decision that was already taken, or somebody else's application is none.

    >>> find_application("资金未到位，申请延期至6月30日。")
    '申请延期至6月30日'
    >>> find_application("本月不申请延期。"), find_application("延期申请已获批准。")
    (None, None)
    """
    for clause in _CLAUSES.split(text):
        said = _ITEM.sub("", squeeze(clause)).strip("()[]【】〔〕“”\"'《》")
        if len(said) <= 2 * _LONGEST and _APPLYING.fullmatch(said):
            return clause.strip()
    return None


def applied_until(words: str) -> str:
    """Return the date that an application names, as it writes it; "" where it names none.

    >>> applied_until("申请延期至6月底前完成"), applied_until("申请延期两个月")
    ('6月底', '')
    """
    found = _UNTIL.search(squeeze(words))
    return found[2].lstrip("于在截至").removesuffix("前") if found else ""


def intended_until(text: str) -> str:
    """Return the date by which a text says that it will be done, as it writes it; "" for none.

    >>> intended_until("号卡库存不足，拟4月20日前完成"), intended_until("4月20日已完成")
    ('4月20日', '')
    """
    found = _INTENDED.search(squeeze(text))
    return found[1].lstrip("于在截至").removesuffix("前") if found else ""


def _chosen(said: str) -> str:
    """Return the one ticked word of a list of choices, and what is numbered or quoted without it.

    >>> _chosen("□已完成☑正常推进□进度滞后"), _chosen("()已完成(√)正常推进"), _chosen("2.正常推进")
    ('正常推进', '正常推进', '正常推进')
    """
    options = _OPTION.findall(said)
    if len(options) > 1 and "".join(box + word for box, word in options) == said:
        ticked = [word for box, word in options if _TICKED.search(box)]
        return ticked[0] if len(ticked) == 1 else said
    return _QUOTED.sub(r"\1", _NUMBERED.sub("", said))


def find_day(text: str, year: int) -> date | None:
    """Return the one day that a statement names, None where it names none or several."""
    days = {read_date(found[0], year) for found in _FIND_DAY.finditer(squeeze(text))}
    return days.pop() if len(days) == 1 else None


def day_text(text: str) -> str:
    """Return the day as a statement writes it, "" where it names none."""
    found = _FIND_DAY.search(squeeze(text))
    return found[0] if found else ""


def says_more_than_day(text: str) -> bool:
    """Tell whether a text says more than a day, as digits or Chinese numerals write it.

    >>> says_more_than_day("6月16日下午"), says_more_than_day("二〇二一年四月二十日")
    (True, False)
    """
    said = squeeze(text)
    # 11月8日-11月9日 names two days; of a span only the last one counts.
    return bool(_OF_DAYS.sub("", said)) or bool(_SPAN_OF_DAYS.search(said))


def says_finished(said: str) -> bool:
    """Tell whether all that a squeezed statement says is that something is done."""
    # 3月28日前完成 is a plan until 已 says that it was kept.
    return bool(_FINISHED.fullmatch(said)) and ("已" in said or not _AHEAD.search(said))


def _is_steady(bare: str) -> bool:
    return bool(_STEADILY.fullmatch(bare)) and bool(_IS_STEADY.search(bare))
