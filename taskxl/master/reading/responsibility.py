r"""The grammar of responsibility: who leads, who supports, who answers, and by when.

Lists say it in parentheses at the end of an item, in a line of its own, in a last sentence or in
a cell. This is the one place that knows the ways; each is an example of `read_duty`:

- by labels, in any order, parted by `；`, `，`, `。`, a tab or nothing:
  `牵头单位：甲，配合单位：乙`, `责任领导：某某；责任科室：丙　完成时限：9月底前`;
- by verbs behind the names: `甲牵头，乙、丙配合，9月底前完成`, `由甲负责`, `甲、乙分别牵头落实`,
  `甲、乙按职责分工负责`, `甲（牵头）、乙`;
- by the names alone, the first of which leads: `甲、乙`.

Words that only close such a statement (参加, 落实, 按职责分工负责, 等有关部门) are part of no name;
notes like `列第一位的为牵头单位，下同` say what holds anyway and are left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from taskxl import words
from taskxl.dates import find_due
from taskxl.master.reading.header import read_header_word
from taskxl.master.reading.offices import (
    OFFICE_END,
    PERSON_LIKE,
    QUOTED,
    looks_like_office,
    split_names,
)
from taskxl.roster import is_collective
from taskxl.text import squeeze

Role = str  # lead, supporting, responsible, person, leader, due
_ROLES = ("lead", "responsible", "supporting", "person", "leader", "due")
_OFFICE_ROLES = ("lead", "responsible", "supporting")
_LONGEST = 30  # characters of a name that a text without a label may give

# ---------------------------------------------------------------- words of the grammar

_HOW = (
    r"(?:(?:按照?|依据?|根据)(?:各自)?(?:职责|职能|分工)+|分别|各自|共同|联合|具体|统筹|积极|密切"
    r"|认真|按要求)*"
)
_LEADS = r"(?:(?:总|共同)?牵头|主抓|主办|承办|主责|主要负责)"
_SUPPORTS = r"(?:协助|配合|协办|协同|协作|会办|参与|参加|支持)"
_ANSWERS = r"(?:负责|落实|抓落实|实施|执行|承担)"
_MORE = r"(?:负责|落实|抓好|抓落实|组织|协调|推进|推动|实施|汇总|完成|办理|做好|工作|抓总)*"
_OTHERS = r"(?:等(?:有关|相关|各|市|县|区|直)*(?:部门|单位|处室|科室|股室|方面)*)?"
_TAIL = re.compile(
    rf"^(?P<names>.*?){_OTHERS}(?:{_HOW})(?:(?P<lead>{_LEADS}{_MORE})"
    rf"|(?P<supporting>{_SUPPORTS}+{_MORE})|(?P<responsible>{_ANSWERS}{_MORE}))$"
)
_POSTFIX = re.compile(
    rf"^(?P<names>.{{2,}}?)[（(](?:(?P<lead>{_LEADS}|主)|(?P<supporting>{_SUPPORTS}|配|协)"
    r"|(?P<responsible>负责))"
    r"(?:单位|部门)?[)）]$"
)
_INSIDE = re.compile(rf"(?:{_HOW})(?:(?P<lead>{_LEADS})|(?P<supporting>{_SUPPORTS})){_MORE}")
_ORGANISES = re.compile(r"(?P<names>.{2,}?)(?:组织|开展|推进|承接|经办)(?:实施|开展|推进|完成)?")
# What another office adds to the work that one leads: 财政局保障资金, 公安局做好交通疏导.
_ADDS = re.compile(
    r"(?P<names>.{2,20}?)(?:负责)?(?:予以|给予|按要求)?"
    r"(?:保障|落实|做好|抓好|提供|安排|筹措|指导|监督|督促|审核|协调|支持|加强|组织|统筹|跟踪|把关|办理)"
    r".{1,16}"
)
_DOES = re.compile(
    rf"(?P<names>.{{2,20}}?)(?:(?P<lead>{_LEADS})|(?P<responsible>负责))(?P<does>[^、，,；;]{{2,20}})"
)
# 甲局会同乙局研究提出方案; 会同 may also begin a clause of its own.
_TOGETHER = re.compile(
    r"(?P<names>.{2,20}?)(?:会同|联合|会商)(?P<with>.{2,30}?)(?P<does>(?:研究|提出|制定|起草|开展|负责|推进"
    r"|落实|抓好|做好|组织|办理|牵头|完成|实施|编制|修订|审核|摸清|梳理|核定).*)?"
)
_JOINED = re.compile(r"^(?:会同|会商|商请)(?=.{2})")
_BY = re.compile(r"^(?:均?由|请|责成|责令)(?=.{2})")
_BY_INSIDE = re.compile(r"[，,](?=由.{2,40}(?:牵头|负责|主抓|主办|承办|实施|落实))")
_FIRST_LEADS = re.compile(
    r"[（(][^（）()]*(?:第一|首位|排名|排首|列首|排在前)[^（）()]*[)）]"
    r"|[；;。，,](?:列|排)[^，。；]{0,8}(?:第一|首)[^。；]*"
)
_SAYS_FIRST_LEADS = re.compile(
    r"(?:第一(?:[位个名家的]|(?=[为是])|单位|部门|[股科处]室)|首位|首个|前者|[列排]首|[排列]在?最?前)"
    r"[^，。；;,]{0,12}(?:牵头|主办|主责|为主|总负责)"
)
_LEVEL = r"(?:[省市县区镇乡街校院局厅]级?)?"
_LABEL_WORDS = (
    "牵头|责任|主办|承办|主责|配合|协办|协同|协作|协助|负责|分管|包联|包抓|包保|包案|挂钩|挂点|联系|督办|督导|主管|领办"
    "|落实|参与|参加|完成时|整改时"
    "|办结时|办理时|时限|完成期|整改期|期限"
)
_KNOWN_LABEL = (
    "(?:牵头|责任|主办|承办|主责|配合|协办|协同|协作|协助|负责|分管|包联|落实|参与|参加)(?:责任)?"
    "(?:单位|部门|科室|股室|处室|领导|人)|(?:完成|整改|办结|办理)(?:时限|时间|期限)"
)
_BRACKETED = re.compile(r"[【\[〔［](?P<label>[\u4e00-\u9fff]{2,8})[】\]〕］]\s*[：:]?\s*(?=\S)")
_BULLET = re.compile(rf"^[\s—–\-·•●○◆■□▪➢*]+(?=(?:{_KNOWN_LABEL})[：:])")
_LABEL = re.compile(
    rf"(?:(?:^|(?<=[\s；;。，,、（(\[【|｜]))(?P<free>{_LEVEL}(?:{_LABEL_WORDS})[^：:；;，,。、\s（）()]{{0,8}})"
    rf"|(?P<known>{_KNOWN_LABEL}))\s*[：:]\s*"
    rf"|(?:^|(?<=[\s；;。]))(?P<bare>{_KNOWN_LABEL})[ \t\u3000]+(?=\S)"
)
_ENDLESS = "持续|长期|常态化|全年推进|贯穿全年|立行立改|即知即改|立即整改"
_DUE = re.compile(
    r"^(?:力争|确保|务必|要求|须|限于?|于|在)?(?:20\d\d年|今年|本年|当年|明年|次年)?"
    r"(?:\d{1,2}月|年(?:度)?[底内末]|[上下]半年|第?[一二三四1-4]季度|全年|每[月季年半周]|常年)"
    rf".{{0,20}}$|^(?:20\d\d年|[\u4e00-\u9fff]{{1,3}}期间?|日常|平时)?(?:{_ENDLESS}).{{0,8}}$"
)
# By an event, whether the calendar knows it or not: 汛前完成, 入冬前印发.
_BEFORE_EVENT = re.compile(
    r"(?![提目当超跟])(?:20\d\d年|今年|明年)?[\u4e00-\u9fff]{1,8}(?:之|以)?前"
    r"(?:全面|全部|基本)?(?:完成|完工|竣工|建成|投用|投入使用|开工|开园|交付|办结|验收|印发|出台|到位|落实|实施)?"
)
_PERSON_POST = re.compile(
    rf"^(?:{'|'.join(words.SURNAMES)})[\u4e00-\u9fff]{{1,2}}"
    r"(?:同志|(?:常务)?副?(?:[省市县区镇乡局厅]长|书记|主任))$"
)
_SEPARATORS = "、，,;；/／|｜\n。"
_HEAD_MARK = r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、]"
_PARTS = re.compile(
    r"[（(【\[〔]\s*(?P<inside>(?:[^（）()【】\[\]〔〕]|[（(][^（）()]*[)）])*?)\s*[)）\]】〕]"
)
_ENDS = " \t\u3000；;。，,、"


@dataclass(frozen=True, slots=True)
class Duty:
    """What a text says of responsibility: names by role, and dues as they are written.

    `plain` offices answer without a role of their own: the first of them leads where nobody else
    does. `acts`: it says besides what one of them is to do.
    """

    lead: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    dues: tuple[str, ...] = ()
    acts: bool = field(default=False, repr=False)

    @property
    def offices(self) -> tuple[str, ...]:
        """All offices, leading ones first."""
        return self.lead + self.plain + self.supporting

    @property
    def names_somebody(self) -> bool:
        """Whether the statement says who, and not only by when."""
        return bool(self.offices or self.leaders or self.persons)


@dataclass(slots=True)
class _Sheet:
    """A duty on its way: what has been read so far."""

    lead: list[str] = field(default_factory=list)
    supporting: list[str] = field(default_factory=list)
    responsible: list[str] = field(default_factory=list)
    leader: list[str] = field(default_factory=list)
    person: list[str] = field(default_factory=list)
    due: list[str] = field(default_factory=list)
    spoken: bool = False  # a label or a verb said the role
    acts: bool = False

    def put(self, role: Role, names: Sequence[str]) -> None:
        into: list[str] = getattr(self, role)
        into += [name for name in names if name not in into]

    def close(self) -> Duty:
        plain, supporting = self.responsible, self.supporting
        if self.lead and plain:  # one is said to lead: the others support
            supporting, plain = [*supporting, *plain], []
        return Duty(
            tuple(self.lead),
            tuple(supporting),
            tuple(plain),
            tuple(self.leader),
            tuple(self.person),
            tuple(self.due),
            self.acts,
        )


def read_duty(text: str, sure: bool = False) -> Duty | None:
    """Read a whole text as a statement of responsibility; None when it is none.

    `sure`: the text is known to be one, because it stands in a column of offices or behind a
    label; names are then taken as they stand.

    >>> read_duty("牵头单位：市教育局，配合单位：市财政局、各街道")
    ... # doctest: +NORMALIZE_WHITESPACE
    Duty(lead=('市教育局',), supporting=('市财政局', '各街道'), plain=(), leaders=(), persons=(),
    dues=())
    >>> duty = read_duty("由镇水利站牵头，各村配合，6月底前完成")
    >>> duty.lead, duty.supporting, duty.dues
    (('镇水利站',), ('各村',), ('6月底前完成',))
    >>> duty = read_duty("财政部牵头，教育部、扶贫办等按职责分工负责，年内持续推进")
    >>> duty.lead, duty.supporting, duty.dues
    (('财政部',), ('教育部', '扶贫办'), ('年内持续推进',))
    >>> read_duty("人民银行、财政部按职责分工负责").plain
    ('人民银行', '财政部')
    >>> read_duty("市金融办、市中心支行分别牵头落实").lead
    ('市金融办', '市中心支行')
    >>> duty = read_duty("责任领导：林二；责任科室：人事科、办公室 完成时限：9月底前")
    >>> duty.leaders, duty.plain, duty.dues
    (('林二',), ('人事科', '办公室'), ('9月底前',))
    >>> read_duty("救助处、财务处（列第一位的为牵头单位，下同）").plain
    ('救助处', '财务处')
    >>> duty = read_duty("组织部、宣传部；完成时限：6月")
    >>> duty.plain, duty.dues
    (('组织部', '宣传部'), ('6月',))
    >>> read_duty("办公室（牵头）、人事股").supporting
    ('人事股',)
    >>> read_duty("完成两处校舍改造") is None, read_duty("由学生自愿参加") is None
    (True, True)
    """
    text = _FIRST_LEADS.sub("", text).strip(_ENDS)
    if not text:
        return None
    sheet = _Sheet()
    labels = [label for label in _LABEL.finditer(text) if _role_of(label)]
    if labels and text[: labels[0].start()].strip(_ENDS):
        before = text[: labels[0].start()]
        if not sure and read_duty(before) is None:
            return None  # something stands before the first label: not all of it is a statement
        _read_names(before, "responsible", sheet)
    if not labels and not _read_names(text, "responsible", sheet):
        return None
    for at, label in enumerate(labels):
        end = labels[at + 1].start() if at + 1 < len(labels) else len(text)
        _read_value(_role_of(label), text[label.end() : end].strip(_ENDS), sheet)
    duty = sheet.close()
    if sure or labels:
        return duty
    names = duty.offices
    seems = [looks_like_office(name) for name in names]
    if any(len(name) > _LONGEST for name in names) or not (names or duty.leaders):
        return None
    enough = any(seems) or bool(duty.leaders) if sheet.spoken else all(seems)
    return duty if enough and not _reads_on(names) else None


def unfold_labels(line: str) -> str:
    """Return a line with labels in brackets as labels before a colon.

    >>> unfold_labels("【责任单位】县水利局"), unfold_labels("【重点】建成水厂")
    ('责任单位：县水利局', '【重点】建成水厂')
    """
    return _BRACKETED.sub(_unfold_label, line)


def _unfold_label(found: re.Match[str]) -> str:
    known = read_header_word(found["label"])
    return f"{found['label']}：" if known and (known[1] or known[0] != "title") else found[0]


def take_duties(line: str) -> tuple[str, tuple[Duty, ...]]:
    """Divide a line into what it says and the statements of responsibility it bears.

    Taken are parentheses that are one, a line that is or ends with labels, and last sentences.

    >>> rest, duties = take_duties("提高低保标准。6月底前补发到位。（救助处、财务处）")
    >>> rest, duties[0].plain
    ('提高低保标准。6月底前补发到位。', ('救助处', '财务处'))
    >>> rest, duties = take_duties("清理杂物堆。由农业办牵头，各村配合，4月底前完成。")
    >>> rest, duties[0].lead
    ('清理杂物堆。', ('农业办',))
    >>> rest, duties = take_duties("推进建设，由市水利局负责。")
    >>> rest, duties[0].plain
    ('推进建设。', ('市水利局',))
    >>> take_duties("新建学校3所（含幼儿园）。")
    ('新建学校3所（含幼儿园）。', ())
    """
    duties: list[Duty] = []
    line = unfold_labels(_BULLET.sub("", line))
    if is_open_label(line):  # 参加部门： with nobody behind it
        return "", ()
    line = _take_parentheses(line, duties)
    line = _take_labels_at_end(line, duties)
    line = _take_last_sentences(line, duties)
    return line, tuple(duties)


def take_duties_of_line(line: str) -> tuple[str, tuple[Duty, ...]]:
    """Divide a line below an item as `take_duties` does; all of it may say who answers.

    >>> rest, duties = take_duties_of_line("由区教育局牵头，各镇配合。")
    >>> rest, duties[0].lead
    ('', ('区教育局',))
    >>> take_duties_of_line("区教育局、区财政局")[1][0].plain
    ('区教育局', '区财政局')
    >>> take_duties_of_line("区教育局负责人参加会议。")
    ('区教育局负责人参加会议。', ())
    """
    rest, duties = take_duties(line)
    duty = read_duty(line) if not duties else None
    if duty is None or duty.acts or not duty.offices:
        return rest, duties
    several = len(duty.offices) > 1 and all(map(OFFICE_END.search, duty.offices))
    said = several or _has_verb(line)
    return ("", (duty,)) if said and all(map(looks_like_office, duty.offices)) else (rest, duties)


def begins_with_label(line: str) -> bool:
    """Tell whether a line begins with a label of responsibility.

    >>> begins_with_label("责任单位：区教育局"), begins_with_label("系人：党风室")
    (True, False)
    """
    label = _LABEL.match(line.strip())
    return label is not None and bool(_role_of(label))


def is_open_label(line: str) -> bool:
    """Tell whether a line is a label of responsibility and nothing more.

    >>> is_open_label("参加部门："), is_open_label("参加部门：督察室"), is_open_label("内容：")
    (True, False, False)
    """
    label = _LABEL.fullmatch(line.strip())
    return label is not None and bool(_role_of(label))


def answers_label(label: str, line: str) -> bool:
    """Tell whether a line is what an open label above it asks for: names, or a time.

    >>> answers_label("牵头单位：", "县交通局"), answers_label("牵头单位：", "完成两处改造")
    (True, False)
    >>> answers_label("责任领导：", "林二"), answers_label("完成时限：", "6月底前")
    (True, True)
    """
    found = _LABEL.fullmatch(label.strip())
    role, names = _role_of(found) if found else "", split_names(line)
    if role == "due":
        return _is_due(line)
    if role in ("leader", "person"):
        return bool(names) and all(map(PERSON_LIKE.fullmatch, names))
    return bool(role and names) and all(map(looks_like_office, names))


_OF_OFFICE = re.compile(
    rf"(?:由)?(?P<office>.{{2,20}}?)(?:{_LEADS}|{_ANSWERS})的?"
    r"(?:(?:重点|主要|年度|具体)*(?:工作|任务|事项|项目|目标|内容))*(?:[（(][^（）()]{1,8}[)）])?"
)


def read_office_of_heading(heading: str) -> str | None:
    """Return the office whose tasks a heading announces, None where it announces none.

    >>> read_office_of_heading("一、办公室牵头任务"), read_office_of_heading("由人事科负责的工作")
    ('办公室', '人事科')
    >>> read_office_of_heading("二、提升服务"), read_office_of_heading("林一同志负责项目")
    (None, None)
    """
    found = _OF_OFFICE.fullmatch(re.sub(rf"^(?:{_HEAD_MARK})", "", squeeze(heading)))
    return found["office"] if found and looks_like_office(found["office"]) else None


def says_first_leads(text: str) -> bool:
    """Tell whether a note says that of several offices the first one leads.

    >>> says_first_leads("责任科室为两个的，前者为牵头科室"), says_first_leads("以第一个单位为主")
    (True, True)
    >>> says_first_leads("第一季度由办公室牵头"), says_first_leads("第一责任人")
    (False, False)
    """
    speaks = any(word in text for word in ("牵头", "主", "负责"))  # most cells do not: quick
    return speaks and _SAYS_FIRST_LEADS.search(squeeze(text)) is not None


def is_endless(said: str) -> bool:
    """Tell whether a due phrase is of work without an end: 持续推进, 长期坚持.

    >>> is_endless("年内持续推进"), is_endless("6月底前")
    (True, False)
    """
    return bool(re.search(_ENDLESS, said))


def _take_parentheses(line: str, duties: list[Duty]) -> str:
    for found in reversed(list(_PARTS.finditer(line))):
        inside, before, after = found["inside"], line[: found.start()], line[found.end() :]
        last = not after.strip(_ENDS)
        if _FIRST_LEADS.fullmatch(found[0]):
            line = before + after
            continue
        duty = read_duty(inside) if len(inside) > 1 else None
        if duty is None or not (duty.names_somebody or duty.dues):
            continue
        said = bool(_LABEL.search(inside) or any(_TAIL.match(s) for s in _clauses(inside)))
        if not said and not (last and _parts_an_item(before, inside)):
            continue
        line = (before.rstrip() + after.lstrip()) if last else before + after
        duties.insert(0, duty)
    return line


def _parts_an_item(before: str, inside: str) -> bool:
    """Tell whether names alone in parentheses close an item and do not explain its last word.

    `市发改委（代建办）` explains a name, `…补发到位。（救助处、财务处）` closes an item.
    """
    ended = not before.strip() or before.rstrip()[-1:] in "。；;！!”"
    names = split_names(inside)
    if ended or len(names) > 1:
        return True
    plainly = len(names[0]) > 2 and OFFICE_END.search(names[0]) is not None if names else False
    word = re.split(r"[，。；：、,;:\s]", before.rstrip())[-1]
    return plainly and not looks_like_office(word[-12:])


def _take_labels_at_end(line: str, duties: list[Duty]) -> str:
    for label in _LABEL.finditer(line):
        if not _role_of(label):
            continue
        before = line[: label.start()].rstrip()
        apart = not before or before[-1] in "。；;，,！!：:）)" or line[label.start() - 1].isspace()
        duty = read_duty(line[label.start() :]) if apart else None
        if duty and (duty.names_somebody or duty.dues):
            duties.append(duty)
            return before.rstrip("（([【，,；;" if before[-1:] not in "；;。" else "（([【")
    return line


def _take_last_sentences(line: str, duties: list[Duty]) -> str:
    """Take the sentences with which a line ends, and the last clauses before that say who leads."""
    ends = [0, *(found.end() for found in re.finditer(r"[。；;！!\n]\s*(?=.)", line))]
    start, taken = len(line), list[Duty]()
    for at in reversed(ends):
        sentence = line[at:start]
        duty = read_duty(sentence) if at or not _BY_INSIDE.search(sentence) else None
        if duty is None and _is_due(sentence.strip(_ENDS)) and start == len(line):
            duty = Duty(dues=(sentence.strip(_ENDS),))  # counts only behind a statement of who
        elif duty is None or not (
            _has_verb(sentence) and all(map(looks_like_office, duty.offices))
        ):
            break
        taken.insert(0, duty)
        start = at
    kept, before = line[:start].rstrip(), list[Duty]()
    if not any(duty.lead or duty.plain for duty in taken):
        kept = _take_last_clauses(
            kept, max((end for end in ends if end < start), default=0), before
        )
    if not before and not (kept and any(duty.names_somebody for duty in taken)):
        return line
    duties += [*before, *taken]
    return line if any(duty.acts for duty in taken) else kept


def _take_last_clauses(line: str, start: int, duties: list[Duty]) -> str:
    """Take the part of a last sentence behind `，由`, or behind a comma: `修路，交通局负责`."""
    by = _BY_INSIDE.search(line, start)
    if by and (duty := read_duty(line[by.end() :])):
        duties.append(duty)
        return f"{line[: by.start()]}。"
    for comma in re.finditer("[，,]", line[start:]):
        at = start + comma.start()
        duty = read_duty(line[at + 1 :])
        if duty is None or not _has_verb(line[at + 1 :]):
            continue
        named = [name for name in duty.lead + duty.plain if not is_collective(name)]
        if named and all(map(looks_like_office, duty.offices)) and line[start:at].strip():
            duties.append(duty)
            return line if duty.acts else f"{line[:at]}。"
    return line


def _has_verb(sentence: str) -> bool:
    clauses = [_BY.sub("", clause) for clause in _clauses(sentence.strip(_ENDS))]
    tests = (_TAIL.match, _read_together, _read_doing)
    return any(test(clause) for clause in clauses for test in tests)


def _clauses(text: str) -> list[str]:
    return [part.strip() for part in _split(text) if part.strip()]


def _role_of(label: re.Match[str]) -> Role:
    """Return the role that a label gives, "" for a label of something else."""
    word = label["free"] or label["known"] or label["bare"]
    if word in ("牵头", "责任", "负责", "配合", "协办", "主办", "承办"):
        word += "单位"
    named = read_header_word(word)
    return named[0] if named and named[0] in _ROLES else ""


def _read_value(role: Role, value: str, sheet: _Sheet) -> None:
    """Read what stands behind a label."""
    sheet.spoken = True
    if role == "due":
        sheet.put("due", [value] if value else [])
    elif role in _OFFICE_ROLES:
        _read_names(value, role, sheet)
    else:
        dues = [clause for clause in _clauses(value) if _is_due(clause)]
        sheet.put(role, [name for name in split_names(value) if not _is_due(name)])
        sheet.put("due", dues)


def _read_names(text: str, role: Role, sheet: _Sheet) -> bool:
    """Share out the names of a text by the verbs behind them; others go to `role`.

    Returns False where a part of the text is neither a name, a verb nor a time.
    """
    waiting: list[str] = []
    for part in _split(text):
        said = part.strip()
        clause = _BY.sub("", said)
        if not clause:
            continue
        if _is_due(clause):
            sheet.put("due", [clause])
            continue
        if _PERSON_POST.match(named := re.sub(rf"(?:{_LEADS}|{_ANSWERS}){_MORE}$", "", clause)):
            sheet.put("leader", [named])
            sheet.spoken = True
            continue
        if joined := _JOINED.match(clause):
            sheet.put("responsible", waiting)
            waiting, role, clause = [], "supporting", clause[joined.end() :]
        together = _read_together(clause)
        if together:
            sheet.put("responsible", [*waiting, *together[0]])
            sheet.acts |= together[2]
            sheet.spoken, waiting, role = True, list(together[1]), "supporting"
            continue
        organised = _ORGANISES.fullmatch(clause) if clause != said else None
        if organised and all(map(looks_like_office, split_names(organised["names"]))):
            sheet.put("responsible", [*waiting, *split_names(organised["names"])])
            sheet.spoken, waiting = True, []
            continue
        added = _read_addition(clause) if sheet.lead or sheet.responsible else ()
        if added:
            sheet.put("supporting", [*waiting, *added])
            sheet.acts, waiting = True, []
            continue
        does = _read_doing(clause)
        if does:
            sheet.put(does[0], [*waiting, *does[1]])
            sheet.acts = sheet.spoken = True
            waiting = []
            continue
        pieces = list(_pair_verbs(clause))
        for said_role, names in pieces:
            waiting += names
            if said_role.startswith("only "):
                del waiting[len(waiting) - len(names) :]
                sheet.put(said_role.removeprefix("only "), names)
            elif said_role:
                sheet.put(said_role, waiting)
                waiting = []
            sheet.spoken |= bool(said_role)
    sheet.put(role, waiting)
    return bool(sheet.lead or sheet.supporting or sheet.responsible or sheet.leader)


def _read_doing(clause: str) -> tuple[Role, tuple[str, ...]] | None:
    """Return the role and the offices of a clause that goes on to say what: 甲局负责整改."""
    found = None if _TAIL.match(clause) else _DOES.fullmatch(clause)
    if found is None or looks_like_office(clause):
        return None
    names = split_names(found["names"])
    ends = all(looks_like_office(name) and OFFICE_END.search(name) for name in names)
    return ("lead" if found["lead"] else "responsible", names) if ends else None


def _read_together(clause: str) -> tuple[tuple[str, ...], tuple[str, ...], bool] | None:
    """Return who does something with whom, and whether it is said what: 甲局会同乙局研究."""
    found = _TOGETHER.fullmatch(clause)
    if found is None:
        return None
    first, others = split_names(found["names"]), split_names(found["with"])
    if not all(looks_like_office(name) for name in (*first, *others)):
        return None
    return first, others, bool(found["does"])


def _read_addition(clause: str) -> tuple[str, ...]:
    """Return the offices that a clause says to add something: 财政局保障资金; () for none."""
    found = _ADDS.fullmatch(clause) if not looks_like_office(clause) else None
    names = split_names(found["names"]) if found and not _TAIL.match(clause) else ()
    ends = all(looks_like_office(name) and OFFICE_END.search(name) for name in names)
    return names if ends else ()


def _pair_verbs(clause: str) -> Iterator[tuple[Role, list[str]]]:
    """Yield (role, names) for the parts of a clause; role "" where no verb stands behind."""
    postfix = _POSTFIX.match(clause)
    if postfix:
        yield f"only {postfix.lastgroup}", list(split_names(postfix["names"]))
        return
    tail = _TAIL.match(clause)
    names = tail["names"] if tail else clause
    if tail and _INSIDE.search(names):
        at = 0
        for inner in _INSIDE.finditer(names):
            if inner.start() > at + 1 and inner.lastgroup:
                yield inner.lastgroup, list(split_names(names[at : inner.start()]))
                at = inner.end()
        names = names[at:]
    role = tail.lastgroup or "" if tail else ""
    if tail and len(squeeze(names)) == 1:  # 股负责: what is left is no name
        role, names = "", clause
    yield role, list(split_names(names))


def _is_due(clause: str) -> bool:
    plain = squeeze(clause)
    if _BEFORE_EVENT.fullmatch(plain):
        return True
    return (
        len(plain) <= 28
        and bool(_DUE.match(plain))
        and (find_due(plain, 2000) is not None or is_endless(plain))
    )


def _reads_on(names: Sequence[str]) -> bool:
    """Tell whether one of the names is a piece of a sentence."""
    return any(
        re.search(r"[“”《》]|\d{3}|^[的了和及与要将已]|(?:的|了|要)$", QUOTED.sub("", name))
        for name in names
    )


def _split(text: str) -> list[str]:
    """Split at commas, stops and line ends outside of brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += char in "（(〔[【"
        depth -= char in "）)〕]】" and depth > 0
        if char == "\n" or (char in _SEPARATORS and not depth):
            parts.append("")
        else:
            parts[-1] += char
    return parts
