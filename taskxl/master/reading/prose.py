"""Task lists in prose: sections 一、二、…, items 1. 2. … or （一）（二）…, each with its text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from taskxl.dates import read_number
from taskxl.findings import Finding
from taskxl.intake.grids import Book, Line, Sheet
from taskxl.master.list_rules import CUT_OFF, PASSED_OVER
from taskxl.master.reading.drafts import Draft, Part, Step, is_note
from taskxl.master.reading.labels import take_labels
from taskxl.model import Place
from taskxl.text import show, squeeze

_CHINESE = "[一二三四五六七八九十]{1,3}"
# The kinds of markers, outermost first; in one document a kind is one level.
_KINDS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"第(?P<n>{_CHINESE})(?:章|部分|篇)[、:：\s]*",
        rf"(?P<n>{_CHINESE})[、.．](?!\d)\s*",
        rf"[（(]\s*(?P<n>{_CHINESE})\s*[)）][、.．]?\s*",
        r"(?P<n>\d{1,3})\s*(?:[.．、](?!\d)|(?=\s[\u4e00-\u9fff]))\s*",
        r"[（(]\s*(?P<n>\d{1,3})\s*[)）][、.．]?\s*",
    )
)
_PLANS = re.compile(r"计划|要点|任务|安排|打算|清单|实事|思路|方案|分解|一览表|重点工作|举措")
_LOOKS_BACK = re.compile(r"总结|回顾|完成情况|开展情况|工作成效|主要成绩|工作报告|存在.{0,4}问题")
_NOTICE = re.compile(r"(?:通知|通报|公告|函|批复|决定|办法|规定|制度|章程)$")
_TITLE = re.compile(rf"{_PLANS.pattern}|{_LOOKS_BACK.pattern}|目录|{_NOTICE.pattern}")
_TAIL = re.compile(r"(?:[.．…·]{2,}|\t)\s*\d+\s*$")
_SIGNATURE = re.compile(
    r"^(?:20\d\d|二[〇○零]..)年\d{1,2}月\d{1,2}日(?:印发)?$|^[^，。]{2,20}(?:局|委员会|政府|办公室|厅)$"
)
_SENTENCE = re.compile(r"(?P<title>.+?)[。！]\s*(?P<body>.*)", re.DOTALL)
_COLON = re.compile(r"(?P<title>[^。；，,：:]{4,30})[：:]\s*(?P<body>.{8,})", re.DOTALL)


@dataclass(slots=True)
class _Item:
    """A numbered line with the plain lines below it; `kind` is its place in `_KINDS`."""

    kind: int
    ordinal: int | None
    marker: str
    text: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """The item's first sentence with its marker, as a section's name."""
        return f"{self.marker}{self.title}".strip()

    @property
    def title(self) -> str:
        return _split_title(self.text)[0]

    @property
    def has_body(self) -> bool:
        return bool(_split_title(self.text)[1] or self.lines)


@dataclass(slots=True)
class _Chapter:
    """What stands under one title line of a document."""

    title: str
    items: list[_Item] = field(default_factory=list)

    @property
    def kinds(self) -> list[int]:
        return sorted({item.kind for item in self.items})

    @property
    def has_text(self) -> bool:
        return any(item.has_body for item in self.items)

    @property
    def looks_back(self) -> bool:
        return bool(_LOOKS_BACK.search(self.title)) and not _PLANS.search(self.title)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A task in an outline: its item, the section above it and the items below it."""

    item: _Item
    section: str | None
    below: tuple[_Item, ...]


def read_outline(book: Book) -> tuple[Part | None, list[Finding]]:
    """Return the tasks of a document's prose, and what was passed over; None without tasks.

    A contents list before the body is no second set of tasks, but an item that only the contents
    list has (the body was cut off) stays. What looks back on last year is passed over.
    """
    findings: list[Finding] = []
    chapters = [part for chapter in _read_chapters(book) for part in _divide(chapter)]
    plans: list[_Chapter] = []
    for chapter in chapters:
        if chapter.looks_back:
            findings.append(_pass_over(book, chapter, "回顾以往的工作，不是任务"))
        else:
            plans.append(chapter)
    bodies = [chapter for chapter in plans if _is_plan(chapter, book, plans)]
    if any(chapter.has_text for chapter in bodies):  # bare lines beside it are a site's navigation
        bodies = [chapter for chapter in bodies if chapter.has_text]
    drafts: list[Draft] = []
    titles: list[str] = []
    for chapter in bodies:
        contents = [c for c in plans if c is not chapter and _is_contents(c, chapter)]
        if any(_is_contents(chapter, other) for other in bodies if other is not chapter):
            continue
        made = [_make_draft(entry, book.name) for entry in _entries(chapter)]
        for other in contents:
            findings += _add_missing(made, chapter, other, book.name)
            findings.append(_pass_over(book, other, "是目录，正文里已有的各项没有重复读入"))
        drafts += made
        titles.append(chapter.title)
    for chapter in plans:
        if chapter not in bodies and drafts and not any(_is_contents(chapter, b) for b in bodies):
            findings.append(_pass_over(book, chapter, "不是任务"))
    if not drafts:
        return None, findings
    sheet = Sheet("", ())
    return Part(sheet, titles=tuple(title for title in titles if title), drafts=drafts), findings


def _pass_over(book: Book, chapter: _Chapter, why: str) -> Finding:
    first = chapter.items[0]
    name = chapter.title or first.heading
    return PASSED_OVER.found(
        f"“{show(name, 40)}”以下{len(chapter.items)}条{why}。"
        "如果其中有任务，请单独成文后重新读入。",
        file=book.name,
    )


# ---------------------------------------------------------------- lines to items


def _read_chapters(book: Book) -> list[_Chapter]:
    """Divide a document's lines into chapters at its title lines."""
    chapters = [_Chapter("")]
    waiting: list[str] = []
    closed = False
    for line in book.lines:
        text = _TAIL.sub("", f"{line.label}{line.text}").strip()
        if not squeeze(text):
            continue
        item = _read_item(line, text)
        if item is None and _is_title(text):
            waiting.append(text)
        elif item is None:
            if is_note(text) or _SIGNATURE.search(squeeze(text)):
                closed = True
            elif chapters[-1].items and not waiting and not closed:
                chapters[-1].items[-1].lines.append(text)
        else:
            # A short line inside of an item is no title: after a title counting begins anew.
            if waiting and item.ordinal == 1:
                chapters.append(_Chapter(squeeze(waiting[-1])))
            elif waiting and chapters[-1].items:
                chapters[-1].items[-1].lines += waiting
            waiting, closed = [], False
            chapters[-1].items.append(item)
    return [chapter for chapter in chapters if chapter.items]


def _read_item(line: Line, text: str) -> _Item | None:
    for kind, pattern in enumerate(_KINDS):
        found = pattern.match(text)
        if found and text[found.end() :].strip():
            ordinal = read_number(found["n"])
            marker = found[0].strip()
            return _Item(kind, ordinal, marker, text[found.end() :].strip(), line.number)
    if line.style.startswith("heading") and not _is_title(text):
        return _Item(0, None, "", text, line.number)
    return None


def _is_title(text: str) -> bool:
    plain = squeeze(text)
    return (
        2 <= len(plain) <= 40
        and bool(_TITLE.search(plain))
        and not re.search(r"[。；;:，,]", plain)
        and not is_note(text)
    )


def _divide(chapter: _Chapter) -> Iterator[_Chapter]:
    """Divide a chapter whose sections are a report and a plan (一、…总结 二、…计划)."""
    top = chapter.kinds[0]
    heads = [item for item in chapter.items if item.kind == top]
    if len(chapter.kinds) < 2 or not any(_LOOKS_BACK.search(head.title) for head in heads):
        yield chapter
        return
    rest = _Chapter(chapter.title)
    current = rest
    for item in chapter.items:
        if item.kind == top:
            back = _LOOKS_BACK.search(item.title)
            ahead = _PLANS.search(item.title) and re.search(r"20\d\d|下一步|明年|今年", item.title)
            current = _Chapter(item.title) if back or ahead else rest
            if current is not rest:
                yield current
                continue
        current.items.append(item)
    if rest.items:
        yield rest


def _is_plan(chapter: _Chapter, book: Book, all_chapters: Sequence[_Chapter]) -> bool:
    """Tell whether a chapter is a list of tasks and not just any numbered text."""
    entries = _entries(chapter)
    if len(entries) < 2:
        return False
    if _NOTICE.search(chapter.title):
        others = any(c is not chapter and _PLANS.search(c.title) for c in all_chapters)
        return bool(_PLANS.search(chapter.title)) and len(chapter.kinds) > 1 and not others
    if chapter.title:
        return bool(_PLANS.search(chapter.title))
    # A file's name says something only where no title does: else this is a site's navigation.
    named = bool(_PLANS.search(book.name)) and not any(
        _PLANS.search(other.title) and not other.looks_back for other in all_chapters
    )
    return named and (len(chapter.kinds) > 1 or any(e.item.has_body for e in entries))


# ---------------------------------------------------------------- items to tasks


def _task_kind(chapter: _Chapter) -> int:
    """Return the kind of marker that tasks have: the outermost one whose items have a text."""
    kinds = chapter.kinds
    for kind in kinds:
        items = [item for item in chapter.items if item.kind == kind]
        if kind == kinds[0] and len(kinds) > 1:  # an introduction below a heading makes no task
            bodies = [item for item in items if _split_title(item.text)[1]]
        else:
            bodies = [item for item in items if item.has_body]
        if len(bodies) * 2 >= len(items):
            return kind
    return kinds[min(1, len(kinds) - 1)]


def _entries(chapter: _Chapter, kind: int | None = None) -> list[_Entry]:
    """Return the tasks of a chapter with their sections and what stands below them."""
    if not chapter.items:
        return []
    kind = _task_kind(chapter) if kind is None else kind
    heads: dict[int, str] = {}
    entries: list[_Entry] = []
    for item in chapter.items:
        if item.kind < kind:
            heads = {level: head for level, head in heads.items() if level < item.kind}
            heads[item.kind] = item.heading
        elif item.kind == kind:
            section = "／".join(heads[level] for level in sorted(heads)) or None
            entries.append(_Entry(item, section, ()))
        elif entries:
            last = entries[-1]
            entries[-1] = _Entry(last.item, last.section, (*last.below, item))
    return entries


def _split_title(text: str) -> tuple[str, str]:
    """Divide an item's text into its title sentence and the rest.

    >>> _split_title("加强思想武装。巩固拓展成果。")
    ('加强思想武装', '巩固拓展成果。')
    """
    for pattern in (_COLON, _SENTENCE):
        found = pattern.fullmatch(text)
        if found:
            return found["title"].strip(), found["body"].strip()
    return text.strip(), ""


def _make_draft(entry: _Entry, file: str) -> Draft:
    item = entry.item
    draft = Draft(
        Place(file, None, item.line),
        number=str(item.ordinal) if item.ordinal is not None else None,
        section=entry.section,
    )
    title, body = _split_title(item.text)
    lines = [title, body, *item.lines]
    for sub in entry.below:
        lines += [f"{sub.marker}{sub.text}", *sub.lines]
    due: list[str] = []
    kept = [take_labels(line, draft, due) for line in lines]
    draft.title = kept[0] or title
    content = "\n".join(line for line in kept[1:] if line)
    if content or due:
        draft.steps.append(Step(content, due[0] if due else None, item.line))
    return draft


# ---------------------------------------------------------------- contents lists


def _is_contents(chapter: _Chapter, body: _Chapter) -> bool:
    """Tell whether a chapter only lists what another one says in full."""
    if chapter is body or chapter.has_text:
        return False
    if chapter.items[0].line > body.items[0].line:
        return False
    there = {(item.kind, _stem(item)) for item in body.items}
    same = sum((item.kind, _stem(item)) in there for item in chapter.items)
    return same >= 2 and same * 3 >= min(len(chapter.items), len(body.items))


def _stem(item: _Item) -> str:
    """What a contents list and the body have in common of an item."""
    return re.split(r"[,，。]", squeeze(item.title))[0]


def _add_missing(
    made: list[Draft], body: _Chapter, contents: _Chapter, file: str
) -> Iterable[Finding]:
    """Add the tasks that only the contents list has, each in its place; report them."""
    kind = _task_kind(body)
    have = {_stem(entry.item): n for n, entry in enumerate(_entries(body, kind))}
    drafts = list(made)
    at = 0
    missing: list[Draft] = []
    for entry in _entries(contents, kind):
        known = have.get(_stem(entry.item))
        if known is not None:
            at = drafts.index(made[known]) + 1
            continue
        missing.append(_make_draft(entry, file))
        drafts.insert(at, missing[-1])
        at += 1
    made[:] = drafts
    if not missing:
        return []
    names = [f"{draft.number}.{draft.title}" for draft in (missing[0], missing[-1])]
    return [
        CUT_OFF.found(
            f"有{len(missing)}项只在目录里有，正文里没有找到（正文可能不全）："
            f"“{show('”至“'.join(dict.fromkeys(names)), 80)}”。已按目录列入，请对照原件补上内容。",
            file=file,
        )
    ]
