"""How alike two reports are, and how much a report says: measures, not verdicts."""

import re

from taskxl.text import is_blank, likeness, squeeze
from taskxl.words import DONE_WORDS, NOT_DONE_WORDS, NOTHING_WORDS, PREVIOUS_MARK, STOCK_PHRASES

# What forms of other programs put where nothing is, and where else one is sent to look.
_NOTHING_AT_ALL = re.compile(r"(?:n/?a|null|none|nil|nan|x+|tbd|待补|待填|略|空)?", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"(?:详细情况|具体情况|内容)?(?:详|请|可|具体|另)?(?:见|参见|参阅|参照|查看)"
    r"(?:附[件表页图]|备注栏?|说明|上[文表报月期述]?|下[文表述]?|另[表附页文]|右[栏侧]?|左[栏侧]?|节点完成情况表?|邮件|原件)"
)
_MARKS = re.compile(r"(?:[^\w%]|_)+")
_CLAUSE = re.compile(r"[，,。；;！!？?\n]+")
_DATE = re.compile(r"\d+年|\d+月(?:\d+日|底|末|份|初|[上中下]旬)?前?")
_BACK = re.compile(
    r"(?:目前|现|截至目前)?(?:该|此|这|本|上述)(?:项|个|一)?(?:节点|工作|任务|项目|事项|内容)"
)
_DONE_AT = re.compile(rf"已.{{0,14}}(?:{'|'.join(DONE_WORDS)})")
_DONE = re.compile(
    "|".join(rf"已[^，。；]{{0,12}}{word}|{word}了|全部{word}" for word in DONE_WORDS)
)


def plain(text: str) -> str:
    """Return `text` for comparison: no white space, punctuation or mark of last month.

    >>> plain("〔上月〕已完成 选址。")
    '已完成选址'
    """
    return _MARKS.sub("", squeeze(text.replace(PREVIOUS_MARK, "")))


def repetition(one: str, other: str) -> float:
    """Return how far one report repeats another, 0 to 1 (see `taskxl.text.likeness`).

    White space and punctuation do not count. Texts whose figures differ are never alike:
    `完成30%` and `完成60%` are two months of work.

    >>> repetition("已完成选址。", "已完成选址")
    1.0
    >>> repetition("累计完成改造3所学校", "累计完成改造5所学校")
    0.0
    """
    first, second = plain(one), plain(other)
    if first == second:
        return 1.0
    if re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return 0.0
    return likeness(first, second)


def substance(text: str) -> str:
    """Return what is left of `text` without stock phrases and punctuation.

    >>> substance("目前该项工作正在有序推进中。")
    '中'
    >>> substance("已招标"), substance("正在推进，完成 5％。")
    ('已招标', '5%')
    """
    left = plain(text)
    if _NOTHING_AT_ALL.fullmatch(left):
        return ""
    left = _ELSEWHERE.sub("", left)
    for phrase in STOCK_PHRASES:
        left = left.replace(phrase, "")
    return left


def says_nothing(text: str) -> bool:
    """Tell whether `text` is blank or one of the words for nothing (`无`, `暂无`, …)."""
    bare = plain(text)
    return is_blank(text) or bare in NOTHING_WORDS or bool(_NOTHING_AT_ALL.fullmatch(bare))


def find_done_clause(milestone: str, progress: str) -> str | None:
    """Return the clause of `progress` that seems to say the milestone is done, or None.

    A hint and no more: the clause tells of something done and shares at least 30 % of the
    character pairs of the shorter of the two.

    >>> find_done_clause("一是2月底前完成可行性研究。", "已完成可行性研究，正在编制规划")
    '已完成可行性研究'
    >>> find_done_clause("一是2月底前完成可行性研究。", "可行性研究尚未完成") is None
    True
    >>> find_done_clause("二是2月底前完成开学准备工作。", "2月26日已完成开学准备工作")
    '2月26日已完成开学准备工作'
    """
    wanted = _pairs(milestone)
    # What the milestone itself is called (开学准备) says nothing of whether it is done.
    open_words = [word for word in NOT_DONE_WORDS if word not in squeeze(milestone)]
    before = ""
    for clause in _CLAUSE.split(progress):
        folded = squeeze(clause)
        # 一是建校，该节点已于3月2日完成: what is done stands in the clause before.
        back = _BACK.match(folded) is not None
        about, before = (f"{before}{clause}" if back else clause), clause
        done = _DONE.search(folded) or (back and _DONE_AT.search(folded))
        if not done or any(word in squeeze(about) for word in open_words):
            continue
        said = _pairs(about)
        shared = len(wanted & said)
        if not said or (shared >= 2 and shared >= 0.3 * min(len(wanted), len(said))):
            return clause.strip()
    return None


def _pairs(text: str) -> set[str]:
    core = _DATE.sub("", squeeze(text))
    for word in ("完成", "已", "全部", "了"):
        core = core.replace(word, "")
    core = plain(core)
    return {core[n : n + 2] for n in range(len(core) - 1)}
