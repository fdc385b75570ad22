"""Offices in a cell: which names, which of them lead, where names were run together or broken."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from taskxl import words
from taskxl.text import squeeze, tidy

_SEPARATORS = "、，,;；/／|｜\n。"
_OPEN, _CLOSE = "（(〔[【", "）)〕]】"
_NUMBERED = re.compile(r"^(?:[(（]?\d{1,2}[)）.．、]|[①-⑳])(?=\D)")
_LEADS, _SUPPORTS = "牵头|主办|承办|主责", "配合|协办|协助|协同|会办|参与"
_LABEL = re.compile(
    rf"(?P<role>(?:{_LEADS})|(?:{_SUPPORTS})|责任|负责)(?:责任)?(?:单位|股室|科室|处室|部门)?[:：]"
)
_POSTFIX = re.compile(rf"[（(]?(?P<role>{_LEADS}|{_SUPPORTS}|负责)[)）]?$")
OFFICE_END = re.compile(rf"(?:{'|'.join(words.OFFICE_ENDINGS)})$")
OFFICE_LIKE = re.compile(rf"(?=.{{3,8}}$).*(?:{'|'.join(words.OFFICE_ENDINGS)})")
PERSON_LIKE = re.compile(rf"(?:{'|'.join(words.SURNAMES)})[\u4e00-\u9fff]{{1,2}}")
_LONGEST = 16  # characters of a name that is looked for inside of others


@dataclass(frozen=True, slots=True)
class Roles:
    """Offices of one cell by the role that the cell itself states; `plain` where it states none."""

    lead: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def split_names(text: str) -> tuple[str, ...]:
    r"""Split a cell into names, at line ends, commas, 、, slashes and blanks outside of brackets.

    A name spaced out for looks is one name.

    >>> split_names("基教处 考试院、技信中心")
    ('基教处', '考试院', '技信中心')
    >>> split_names("办 公 室\n各县（市、区）教育局")
    ('办公室', '各县（市、区）教育局')
    >>> split_names("王　芳　李小明")
    ('王芳', '李小明')
    """
    names: list[str] = []
    for part in _split_outside_brackets(tidy(text)):
        for name in _join_spaced(re.split(r"[\s\u3000\u00a0]+", part.strip())):
            name = _NUMBERED.sub("", name.strip("：:.·-—"))
            name = re.sub(r"(?<=.{2})等$", "", name)
            if name:
                names.append(name)
    return tuple(dict.fromkeys(names))


def _split_outside_brackets(text: str) -> list[str]:
    parts, depth = [""], 0
    for char in text:
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(depth - 1, 0)
        if char == "\n" or (char in _SEPARATORS and not depth):
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _join_spaced(pieces: list[str]) -> list[str]:
    """Put single characters together again: `办 公 室` is one name, `王 芳 李 明` are two."""
    joined: list[str] = []
    run = ""
    for piece in [*pieces, "  "]:
        if len(piece) == 1 and "\u4e00" <= piece <= "\u9fff":
            run += piece
            continue
        if run:
            pairs = len(run) > 3 and len(run) % 2 == 0
            joined += [run[i : i + 2] for i in range(0, len(run), 2)] if pairs else [run]
            run = ""
        if piece.strip():
            joined.append(piece)
    return joined


def split_roles(text: str) -> Roles:
    """Split a cell of offices by the roles that it writes itself.

    >>> split_roles("牵头单位：办公室；配合单位：人事股、基教股")
    Roles(lead=('办公室',), supporting=('人事股', '基教股'), plain=())
    >>> split_roles("办公室（牵头）、人事股")
    Roles(lead=('办公室',), supporting=('人事股',), plain=())
    >>> split_roles("责任单位：办公室、人事股")
    Roles(lead=(), supporting=(), plain=('办公室', '人事股'))
    """
    lead: list[str] = []
    supporting: list[str] = []
    plain: list[str] = []
    start, into = 0, plain
    for label in [*_LABEL.finditer(text), None]:
        _sort_by_postfix(text[start : label.start() if label else None], into, lead, supporting)
        if label:
            start = label.end()
            role = label["role"]
            into = supporting if re.fullmatch(_SUPPORTS, role) else lead
            into = plain if role in ("责任", "负责") else into
    if lead and plain:  # one name is said to lead: the others support
        supporting, plain = [*supporting, *plain], []
    return Roles(tuple(lead), tuple(supporting), tuple(plain))


def _sort_by_postfix(text: str, into: list[str], lead: list[str], supporting: list[str]) -> None:
    """Share out the names: 办公室（牵头） leads, 人事股配合 supports, others go `into`."""
    waiting: list[str] = []
    for name in split_names(text):
        said = _POSTFIX.search(name)
        bare = name[: said.start()] if said else name
        if not said or len(bare) < 2:
            waiting.append(name)
        elif re.fullmatch(_SUPPORTS, said["role"]):
            supporting += [*waiting, bare]
            waiting = []
        elif "(" in said[0] or "（" in said[0]:
            lead.append(bare)
        else:
            lead += [*waiting, bare]
            waiting = []
    into += waiting


# ---------------------------------------------------------------- names run together


def find_known(cells: Iterable[str], like: re.Pattern[str] = OFFICE_LIKE) -> frozenset[str]:
    """Return the names that a list shows, out of all its cells of one kind.

    A name that is made up of others is none: `职成教处高教处` beside `职成教处` and `高教处`.
    What is left between known names in two different cells, and looks `like` a name, is one too.
    """
    names = {squeeze(name) for cell in cells for name in split_names(cell)}
    known: set[str] = set()
    for name in sorted(names, key=lambda name: (len(name), name)):
        if len(name) >= 2 and len(part_names(name, known, like)) == 1:
            known.add(name)
    while True:
        seen: dict[str, int] = {}
        for name in names:
            parts = _find_parts(name, known, like)
            if any(part in known for part in parts):
                for part in set(parts) - known:
                    seen[part] = seen.get(part, 0) + 1
        learnt = {part for part, count in seen.items() if count > 1}
        if not learnt:
            break
        known |= learnt
    return frozenset(name for name in known if len(part_names(name, known, like)) == 1)


def part_names(
    name: str, known: Collection[str], like: re.Pattern[str] = OFFICE_LIKE
) -> tuple[str, ...]:
    """Part a name that is several known ones run together; any other name stays whole.

    Between known names one unknown may stand, if it looks `like` a name.

    >>> part_names("职成教处高教处", {"职成教处", "高教处"})
    ('职成教处', '高教处')
    >>> part_names("基教处职成教处直管处", {"基教处", "直管处"})
    ('基教处', '职成教处', '直管处')
    >>> part_names("职成教处", {"高教处"})
    ('职成教处',)
    """
    parts = _find_parts(squeeze(name), known, like)
    strangers = sum(part not in known for part in parts)
    certain = strangers == 0 or (strangers == 1 and len(parts) >= 3)
    return parts if len(parts) > 1 and certain else (name,)


def _find_parts(text: str, known: Collection[str], like: re.Pattern[str]) -> tuple[str, ...]:
    """Return the way to part a text that leaves the fewest characters unknown, () for none."""
    if len(text) < 4 or not known:
        return ()
    # best[i]: (unknown characters, number of parts, the parts) of the best way to read text[:i]
    best: list[tuple[int, int, tuple[str, ...]] | None] = [(0, 0, ())]
    for end in range(1, len(text) + 1):
        ways = []
        for start in range(max(0, end - _LONGEST), end):
            before, part = best[start], text[start:end]
            if before is None or part == text:
                continue
            if part in known:
                ways.append((before[0], before[1] + 1, (*before[2], part)))
            elif like.fullmatch(part):
                ways.append((before[0] + len(part), before[1] + 1, (*before[2], part)))
        best.append(min(ways) if ways else None)
    return best[-1][2] if best[-1] else ()


def mend_broken(names: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Join names that a narrow column broke over two lines, where the list shows them whole.

    >>> mend_broken(["基教股", "教育装备", "中心"], {"基教股"})
    ('基教股', '教育装备中心')
    >>> mend_broken(["职成教处高", "教处"], {"职成教处", "高教处"})
    ('职成教处高教处',)
    >>> mend_broken(["第一中学", "办公室"], {"办公室"})
    ('第一中学', '办公室')
    """
    mended: list[str] = []
    for name in names:
        left = mended[-1] if mended else ""
        if left and not OFFICE_END.search(left) and left not in words.ALL_OFFICES:
            whole, others = left + name, set(known) - {left, name}
            if name in words.OFFICE_ENDINGS or whole in others or part_names(whole, others)[1:]:
                mended[-1] = whole
                continue
        mended.append(name)
    return tuple(mended)


def join_names(left: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """Return names with those run together parted, each once, in their order."""
    parts: list[str] = []
    for name in left:
        found = part_names(name, known)
        if len(found) == 1 and (both := re.fullmatch(r"(.{2,}?)[和及与](.{2,})", name)):
            sides = both.groups()
            if all(squeeze(side) in known or OFFICE_END.search(side) for side in sides):
                found = sides
        parts += found
    return tuple(dict.fromkeys(parts))
