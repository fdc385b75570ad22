"""Task lists in prose: which chapters are lists, their items as drafts, what was not read."""

import re
from collections.abc import Iterable, Iterator, Sequence

from taskxl.findings import Finding
from taskxl.intake.grids import Book, Sheet
from taskxl.master.list_rules import CUT_OFF, HEADER, PASSED_OVER
from taskxl.master.reading.drafts import Draft, Part, Step
from taskxl.master.reading.labels import put_duty
from taskxl.master.reading.offices import looks_like_office
from taskxl.master.reading.outline import (
    LOOKS_BACK,
    NOTICE,
    PLANS,
    Chapter,
    Entry,
    Item,
    find_entries,
    find_plain_items,
    find_task_family,
    heads_tasks,
    inherited_duties,
    read_chapters,
    read_section_leader,
    split_title,
)
from taskxl.master.reading.responsibility import is_endless
from taskxl.master.reading.understood import describe_levels
from taskxl.model import Place, Understood
from taskxl.text import quote, show, squeeze

_ANSWERS = re.compile("牵头|责任|负责|主办|承办|落实单位")
_SHARE = 0.3  # of a chapter's tasks that say who answers for them make it a list of tasks


def read_outline(book: Book, level: int | None = None) -> tuple[Part | None, list[Finding]]:
    """Return the tasks of a document's prose, and what was passed over; None without tasks.

    A contents list before the body is no second set of tasks, but an item that only the contents
    list has (the body was cut off) stays. What looks back on last year is passed over. Every
    paragraph of a list that is in no task is quoted by a finding. `level` is the one, from 1, on
    which a person said that the tasks are.
    """
    part, findings = _read_outline(book, level, frozenset())
    plain = find_plain_items(book) if level is None else frozenset()
    if plain and (part is None or heads_tasks(read_chapters(book), plain)):
        unmarked, said = _read_outline(book, level, plain)
        if unmarked:
            return unmarked, said
    return part, findings


def _read_outline(
    book: Book, level: int | None, plain: frozenset[int]
) -> tuple[Part | None, list[Finding]]:
    findings: list[Finding] = []
    read = read_chapters(book, plain)
    chapters = [part for chapter in read if chapter.items for part in _divide(chapter)]
    plans: list[Chapter] = []
    for chapter in chapters:
        if chapter.looks_back and not _shows_duties(chapter):
            findings.append(_pass_over(book, chapter, "回顾以往的工作，不是任务"))
        else:
            plans.append(chapter)
    if level is not None:  # a person says that there are tasks: numbered text is enough
        bodies = [chapter for chapter in plans if len(chapter.kinds) >= level]
    else:
        bodies = [chapter for chapter in plans if _is_plan(chapter, book, plans)]
    if any(chapter.has_text for chapter in bodies):  # bare lines beside it are a site's navigation
        bodies = [chapter for chapter in bodies if chapter.has_text]
    drafts: list[Draft] = []
    titles: list[str] = []
    understood: list[Understood] = []
    for chapter in bodies:
        contents = [c for c in plans if c is not chapter and _is_contents(c, chapter)]
        if any(_is_contents(chapter, other) for other in bodies if other is not chapter):
            continue
        entries = find_entries(chapter, find_task_family(chapter, level))
        understood += describe_levels(book, chapter, level)
        made = [_make_draft(entry, book.name) for entry in entries]
        findings += _take_headings(chapter, entries, made, book.name)
        findings += _quote_rest(chapter, entries, book.name)
        for other in contents:
            findings += _add_missing(made, chapter, other, book.name)
            findings.append(_pass_over(book, other, "是目录，正文里已有的各项没有重复读入"))
        drafts += made
        titles.append(chapter.title or _find_title(book, chapter))
    for chapter in plans:
        if chapter not in bodies and drafts and not any(_is_contents(chapter, b) for b in bodies):
            findings.append(_pass_over(book, chapter, "不是任务"))
    if not drafts:
        return None, findings
    findings += _quote_loose(read, titles, book.name)
    sheet = Sheet("", ())
    named = tuple(title for title in titles if title)
    return Part(sheet, titles=named, drafts=drafts, understood=understood), findings


def _pass_over(book: Book, chapter: Chapter, why: str) -> Finding:
    first = chapter.items[0]
    name = chapter.title or first.heading
    return PASSED_OVER.found(
        f"“{show(name, 40)}”以下{len(chapter.items)}条{why}。"
        "如果其中有任务，请单独成文后重新读入。",
        file=book.name,
    )


def _find_title(book: Book, chapter: Chapter) -> str:
    """Return the title of a list that no known word calls one: the last short line above it."""
    above = [line.text for line in book.lines if line.number < chapter.items[0].line]
    for text in reversed(above):
        plain = squeeze(text)
        if 4 <= len(plain) <= 60 and not re.search(r"[。；;:]|^[(]", plain):
            return plain
    return ""


# ---------------------------------------------------------------- which chapters are lists


def _divide(chapter: Chapter) -> Iterator[Chapter]:
    """Divide a chapter whose sections are a report and a plan (一、…总结 二、…计划)."""
    top = chapter.kinds[0]
    heads = [item for item in chapter.items if item.kind == top]
    if len(chapter.kinds) < 2 or not any(LOOKS_BACK.search(head.title) for head in heads):
        yield chapter
        return
    rest = Chapter(chapter.title)
    current = rest
    for item in chapter.items:
        if item.kind == top:
            back = LOOKS_BACK.search(item.title)
            ahead = PLANS.search(item.title) and re.search(r"20\d\d|下一步|明年|今年", item.title)
            current = Chapter(item.title) if back or ahead else rest
            if current is not rest:
                yield current
                continue
        current.items.append(item)
    if rest.items:
        yield rest


def _is_plan(chapter: Chapter, book: Book, all_chapters: Sequence[Chapter]) -> bool:
    """Tell whether a chapter is a list of tasks and not just any numbered text."""
    if not chapter.items:
        return False
    if _shows_duties(chapter):
        return True
    entries = find_entries(chapter)
    if len(entries) < 2:
        return False
    if NOTICE.search(chapter.title):
        others = any(c is not chapter and PLANS.search(c.title) for c in all_chapters)
        return bool(PLANS.search(chapter.title)) and len(chapter.kinds) > 1 and not others
    if chapter.title:
        return bool(PLANS.search(chapter.title))
    # A file's name says something only where no title does: else this is a site's navigation.
    named = bool(PLANS.search(book.name)) and not any(
        PLANS.search(other.title) and not other.looks_back for other in all_chapters
    )
    return named and (len(chapter.kinds) > 1 or any(e.item.has_body for e in entries))


def _shows_duties(chapter: Chapter) -> bool:
    """Tell whether offices answer for a good part of a chapter's items: a list, however called."""
    if not chapter.answered:
        return False
    entries = find_entries(chapter)
    answered = sum(entry.item.answered for entry in entries)
    if answered == 1:  # a single one must say what its office is there for
        texts = [text for item in chapter.items for text in (item.text, *item.lines)]
        return len(entries) == 1 and any(map(_ANSWERS.search, texts))
    return answered > 1 and answered >= _SHARE * len(entries)


# ---------------------------------------------------------------- items to drafts


def _make_draft(entry: Entry, file: str) -> Draft:
    item = entry.item
    draft = Draft(
        Place(file, None, item.line),
        number=item.number,
        section=entry.section,
        leader=read_section_leader(entry.heads),
    )
    due: list[str] = []
    title, body = split_title(item.said or item.text)
    lines = [body, *item.body]
    duties = list(item.duties)
    for sub in entry.below:
        lines += [f"{sub.marker}{sub.said}", *sub.body, *sub.loose]
        duties += sub.duties
    for duty in duties if any(duty.offices for duty in duties) else inherited_duties(entry):
        put_duty(duty, draft, due)
    if not item.answered:
        for duty in item.duties:
            if duty not in duties:
                put_duty(duty, draft, due)
    draft.title = title
    content = "\n".join(line for line in lines if line)
    dated = [said for said in due if not is_endless(said)] or due[:1]
    if content or dated:
        draft.steps.append(Step(content, dated[0] if dated else None, item.line, measures=True))
    draft.steps += [Step(said, said, item.line, milestone=True) for said in dated[1:]]
    return draft


def _take_headings(
    chapter: Chapter, entries: Sequence[Entry], made: Sequence[Draft], file: str
) -> Iterator[Finding]:
    """Where every heading is the name of an office and nothing else says who, it is who."""
    heads = [entry.heads[-1] if entry.heads else None for entry in entries]
    if chapter.answered or not all(head and looks_like_office(head.title) for head in heads):
        return
    for head, draft in zip(heads, made, strict=True):
        if head is not None:
            draft.add("responsible", head.title)
    first = next((head.heading for head in heads if head), "")
    yield HEADER.found(
        f"各项任务没有写明责任股室，已按所在标题（如{quote(first, 30)}）作为责任股室。请核对。",
        severity="info",
        file=file,
    )


def _quote_rest(chapter: Chapter, entries: Sequence[Entry], file: str) -> Iterator[Finding]:
    """Yield findings that quote what stands under headings and behind tasks and is no task's."""
    taken = {id(entry.item) for entry in entries}
    taken |= {id(item) for entry in entries for item in entry.below}
    left: list[tuple[int, str]] = []
    for item in chapter.items:
        if id(item) in taken:
            left += [(item.line, text) for text in item.loose]
            continue
        is_head = any(item in entry.heads for entry in entries)
        own = [split_title(item.said)[1]] if is_head else [f"{item.marker}{item.text}"]
        left += [(item.line, text) for text in (*own, *item.body, *item.loose) if text]
    yield from _quote(left, file)


def _quote_loose(
    chapters: Sequence[Chapter], titles: Sequence[str], file: str
) -> Iterator[Finding]:
    """Yield a finding that quotes the paragraphs before the first item and behind the list."""
    left = [
        (line, text)
        for chapter in chapters
        for line, text in chapter.loose
        if squeeze(text) not in titles
        and re.search(r"[，。；：]", text)
        and len(squeeze(text)) > 12
    ]
    yield from _quote(left, file)


def _quote(left: Sequence[tuple[int, str]], file: str) -> Iterator[Finding]:
    if not left:
        return
    first, last = left[0][0], left[-1][0]
    where = f"第{first}行" if first == last else f"第{first}至{last}行"
    said = "".join(quote(text, 60) for _, text in left)
    yield PASSED_OVER.found(
        f"{where}有{len(left)}段是前言、标题下的说明或结尾，不属于哪项任务，没有读入：{said}。"
        "如果其中有任务，请加上编号后重新读入。",
        file=file,
    )


# ---------------------------------------------------------------- contents lists


def _is_contents(chapter: Chapter, body: Chapter) -> bool:
    """Tell whether a chapter only lists what another one says in full."""
    if chapter is body or chapter.has_text:
        return False
    if chapter.items[0].line > body.items[0].line:
        return False
    there = {(item.kind, _stem(item)) for item in body.items}
    same = sum((item.kind, _stem(item)) in there for item in chapter.items)
    return same >= 2 and same * 3 >= min(len(chapter.items), len(body.items))


def _stem(item: Item) -> str:
    """What a contents list and the body have in common of an item."""
    return re.split(r"[,，。]", squeeze(item.title))[0]


def _add_missing(
    made: list[Draft], body: Chapter, contents: Chapter, file: str
) -> Iterable[Finding]:
    """Add the tasks that only the contents list has, each in its place; report them."""
    kind = find_task_family(body)
    if kind not in contents.kinds:
        return []
    have = {_stem(entry.item): n for n, entry in enumerate(find_entries(body, kind))}
    drafts = list(made)
    at = 0
    missing: list[Draft] = []
    for entry in find_entries(contents, kind):
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
