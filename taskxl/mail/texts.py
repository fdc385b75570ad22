"""The bureau's texts of letters: templates read, checked and filled."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from taskxl.errors import TaskxlError
from taskxl.findings import Finding, rule
from taskxl.intake.encodings import decode_text
from taskxl.templating import (
    CANNOT_FILL,
    CANNOT_READ,
    find_line,
    find_unknown,
    find_useless,
    make_environment,
)
from taskxl.text import show

TEMPLATES = ("邮件-下发.txt", "邮件-催报.txt", "邮件-退回.txt")
SUBJECT_MARK = "主题："
BODY_LIMIT = 200_000
"""Characters of a body; no letter that somebody reads comes near it."""
SUBJECT_LIMIT = 120
"""Characters of a subject; what is longer is cut, since some programs show nothing of it then."""

NAMES: dict[str, str] = {
    "单位": "本单位的全称",
    "落款": "单位名称加“办公室”",
    "股室": "收信的股室",
    "责任人": "股室的责任人，“股室”表里没有写的为空",
    "标题": "进展情况表的标题",
    "年度": "2021年",
    "称谓": "“设置”里的内设机构称谓：股室、科室、处室或部门",
    "报告期": "1-4月",
    "月份": "2021年4月",
    "期限": "2021年4月25日（星期日）",
    "已过期限": "发信这一天报送期限是否已过",
    "附件": "附件的文件名，没有附件的为空",
    "任务数": "本期要填的任务有几项",
    "节点": "本期到期未办结的节点，逐个有 任务、内容、时限",
    "退回原因": "收到的表用不了的原因；没有收到的为空",
    "来件": "收到了像是这个股室报来的文件、但用不了时，是哪个文件、为什么；没有的为空",
    "欠报月数": "连续几个月没有可用的表，本期算在内",
    "更正": "要更正和核实的地方，与 taskxl send-back 所写相同",
    "打包": "是否打成压缩包经 OA 等发出，而不是邮件",
    "联系人": "“设置”里的联系人及电话，没有填的为空",
}
"""What a template may name."""

F520 = rule(
    "F520",
    "信件模板写错",
    "error",
    what="模板里的“邮件-下发.txt”“邮件-催报.txt”或“邮件-退回.txt”有一处程序看不懂。",
    why="写错的模板生成不了信件。",
    cure="按消息里的行号改正；或把“模板”文件夹里的这个文件移走，改用自带的。",
)
_EXAMPLE: dict[str, Any] = dict.fromkeys(NAMES, "样例") | {
    "已过期限": True,
    "打包": True,
    "任务数": 3,
    "欠报月数": 2,
    "节点": [{"任务": "第3项“样例”", "内容": "样例", "时限": "2021年4月30日"}],
}
# What it makes is plain text, never HTML.
_ENVIRONMENT = make_environment(escaping=False)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter in words: one line of subject, and the body."""

    subject: str
    body: str


def clean_line(text: object) -> str:
    r"""Return `text` as one line that shows all there is in it: fit for a header.

    >>> clean_line("报送\r\nBcc: a@b\u202e ")
    '报送 Bcc: a@b'
    """
    line = re.sub(r"[\s\u2028\u2029\x85]+", " ", str(text))
    return "".join(c for c in line if unicodedata.category(c) not in _HIDDEN).strip()


def clean_text(text: object) -> str:
    r"""Return `text` with its lines, without characters that show nothing or turn a line round."""
    lines = re.split(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", str(text))
    kept = (
        "".join(c for c in line if c == "\t" or unicodedata.category(c) not in _HIDDEN).rstrip()
        for line in lines
    )
    return "\n".join(kept)


def render_text(name: str, content: bytes, values: Mapping[str, Any]) -> LetterText:
    """Fill a template: `主题：…` on its first line, a blank line, the body.

    `values` are by the names of `NAMES`; every text of them is cleaned, lists of records too.
    Raises TaskxlError, one line with file and line, where the template is wrong.
    """
    subject, body = _compile(name, content)
    cleaned = {key: _clean_value(value) for key, value in values.items()}
    filled = clean_line(_fill(name, subject, cleaned))
    if not filled:
        raise _fault(name, 1, "主题是空的。请写上主题")
    text = clean_text(_fill(name, body, cleaned)).strip("\n")
    if len(text) > BODY_LIMIT:
        raise _fault(name, 0, f"正文超过 {BODY_LIMIT} 字。请改短")
    return LetterText(filled[:SUBJECT_LIMIT], re.sub(r"\n{3,}", "\n\n", text) + "\n")


def check_text(name: str, content: bytes) -> tuple[Finding, ...]:
    """Return what is wrong with a template: it is filled with an example of everything."""
    try:
        render_text(name, content, _EXAMPLE)
        # Both ways of each condition: what no letter has had so far may come.
        render_text(name, content, dict.fromkeys(NAMES, "") | {"任务数": 0, "欠报月数": 0})
    except TaskxlError as error:
        place, _, message = str(error).partition("：")
        return (F520.found(message, file=place),)
    return ()


def _clean_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {key: _clean_value(one) for key, one in value.items()}
    return [_clean_value(one) for one in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=16)  # a month's letters are of one template
def _compile(name: str, content: bytes) -> tuple[Any, Any]:
    text, broken = decode_text(content)
    if broken:
        raise _fault(name, 0, "有读不出来的字。请用记事本打开，另存为 UTF-8 编码")
    text = re.sub(r"\r\n?", "\n", text)
    head, _, rest = text.partition("\n")
    found = re.match(r"\s*主题\s*[:：]", head)
    if not found:
        raise _fault(name, 1, f"第一行要以“{SUBJECT_MARK}”开头，写信件的主题，空一行再写正文")
    subject = _parse(name, head[found.end() :].strip())
    if not rest.strip():
        raise _fault(name, 0, "没有正文。请空一行，写上正文")
    # The line in place of the subject keeps the numbers of lines as a person counts them.
    return subject, _parse(name, f"\n{rest}")


def _parse(name: str, source: str) -> Any:
    try:
        parsed = _ENVIRONMENT.parse(source)
        # First: to look for names is to work out what can be worked out.
        for useless in find_useless(parsed):
            what = "花括号里的这种写法信件里用不上。请对照自带的模板改正"
            raise _fault(name, useless.lineno, what)
        for one in find_unknown(parsed, NAMES):
            what = f"没有“{show(one.name, 20)}”这个名称。可用：{'、'.join(NAMES)}"
            raise _fault(name, one.lineno, what)
        return _ENVIRONMENT.from_string(source)
    except CANNOT_READ as error:
        what = "花括号里的写法看不懂，或没有写完整。请对照自带的模板改正"
        raise _fault(name, getattr(error, "lineno", 0), what) from error


def _fill(name: str, template: Any, values: Mapping[str, Any]) -> str:
    try:
        return str(template.render(values))
    except CANNOT_FILL as error:
        what = f"填不了。请对照自带的模板改正；可用的名称：{'、'.join(NAMES)}"
        raise _fault(name, find_line(error), what) from error


def _fault(name: str, line: int, what: str) -> TaskxlError:
    return TaskxlError(f"{name}{f' 第{line}行' if line else ''}：{what}。")
