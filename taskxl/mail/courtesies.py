"""What a letter's own text says: courtesies and the letters it answers left out."""

import re
from html import unescape

from taskxl.text import squeeze

_LONGEST = 20_000
_MOST_LINES = 100
# Where somebody else's words begin: what programs put above an answered letter, and signatures.
_OTHERS = re.compile(
    r"^\s*(?:-{2,}\s*(?:原始邮件|原邮件|转发的?邮件|回复的?邮件|original|forwarded).*"
    r"|-{2,}\s*$|_{5,}\s*$"
    r"|(?:发件人|from)\s*[:：].*|(?:在|于|on)?\s*\d{4}.{0,80}(?:写道|wrote)\s*[:：].*)$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^\s*[>|]")
_CLAUSES = re.compile(r"[,，。.;；!！?？:：~～\s]+")
# What a form is called and what month it is of: said with every form, whatever its figures.
_ROUTINE = re.compile(
    r"(?:20)?\d{2}年(?:度)?|(?:\d{1,2}[-至—~])?\d{1,2}月份?|第[一二三四]季度|附件\d?|附表|[本我]月|[本我]?[股科处]室?"
    r"|重点工作(?:任务)?|(?:进展)?情况表?|进展|报表|填报|现将|关于|的?回复"
)
# Who signs a letter, where, and by what it was sent: no word to the 办公室.
_SIGNED = re.compile(
    r"\s*(?:(?:联系|办公)?(?:电话|手机|传真)|(?:联系|通[讯信]|单位)?地址|邮编|邮政编码|(?:电子)?邮[箱件]|e-?mail|tel|qq|微信|网址"
    r"|联系人)(?:号码?)?\s*[:：].*|\s*(?:发自|来自|sent from).*|[\d\s()（）+/、-]+",
    re.IGNORECASE,
)
_BODY_NAME = re.compile(r"\w*(?:局|股|科|处|室|办|部|院|中心|委员会|学校|中学|小学|幼儿园)")
# A short clause with one of these and no figure in it is said with every form.
_POLITE = re.compile(
    r"好|收|谢|附件|附上|报上|报送|上报|报来|呈|发来|发去|发您|发给|祝|此致|敬礼|审阅|查阅|领导|老师|同志|主任|科长|股长"
    r"|如下|表格?$|邮件|辛苦|麻烦|请"
)
_SAYS = re.compile(
    r"\d|审定|审签|审核|审批|同意|已审|已阅|签字|签名|批准|延期|未|没|无|不|缺|更正|修改|作废|以.{1,8}为准"
)
_LONGEST_COURTESY = 14
_BREAK = re.compile(
    r"(?i)<br[^>]{0,50}>|</?(?:p|div|tr|table|h[1-6]|li|blockquote|body|html)\b[^>]{0,500}>"
)
_HIDING = re.compile(r"(?i)<(/?)(?:style|script|head|table)\b[^<>]{0,500}>?")
_TAG = re.compile(r"<[^<>]{0,2000}>")


def told_words(plain: str, page: str = "") -> tuple[str, ...]:
    r"""Return the lines of a letter's text that say more than that a form is enclosed.

    `page` is the same text as HTML, asked where there is no plain one.

    >>> told_words("您好：\n附件是我股的表，请查收。谢谢！")
    ()
    >>> told_words("表见附件，已经何局长审定。\n-----原始邮件-----\n发件人：办公室")
    ('表见附件，已经何局长审定。',)
    """
    text = plain if plain.strip() else _without_tags(page)
    told: list[str] = []
    for line in text[:_LONGEST].splitlines():
        if _OTHERS.match(line):
            break
        own = squeeze(line) and not _QUOTED.match(line) and not _SIGNED.fullmatch(line)
        if own and not _is_courtesy(line):
            told.append(line.strip())
    return tuple(dict.fromkeys(told))[:_MOST_LINES]


def _is_courtesy(line: str) -> bool:
    clauses = [_ROUTINE.sub("", squeeze(clause)) for clause in _CLAUSES.split(line)]
    return all(
        not re.search(r"\w", clause)
        or (
            len(clause) <= _LONGEST_COURTESY
            and not _SAYS.search(clause)
            and (len(clause) <= 4 or _POLITE.search(clause) or _BODY_NAME.fullmatch(clause))
        )
        for clause in clauses
    )


def _without_tags(page: str) -> str:
    """Return what a page says beside its tables, which are read as tables; in one pass."""
    seen: list[str] = []
    depth, since = 0, 0
    page = page[: 4 * _LONGEST]
    for tag in _HIDING.finditer(page):
        if tag[1]:
            depth = max(0, depth - 1)
            since = tag.end() if depth == 0 else since
        else:
            seen += [page[since : tag.start()]] if depth == 0 else []
            depth += 1
    seen += [page[since:]] if depth == 0 else []
    return unescape(_TAG.sub("", _BREAK.sub("\n", "\n".join(seen))))
