"""Offices in a cell: which names, which of them lead, where names were run together or broken."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from taskxl import words
from taskxl.text import drop_marks, squeeze, tidy

_SEPARATORS = "、，,;；/／|｜\n。"
_OPEN, _CLOSE = "（(〔[【", "）)〕]】"
_NUMBERED = re.compile(r"^(?:[(（]?\d{1,2}[)）.．、]|[①-⑳])(?=\D)")
_INNER = re.compile(r"(?P<left>[^\s、，,;；]*)\u00a0+(?=(?P<right>[^\s、，,;；]*))")
OFFICE_END = re.compile(rf"(?:{'|'.join(words.OFFICE_ENDINGS)}|局|委|部|厅|司|政府|街道|镇|乡)$")
OFFICE_LIKE = re.compile(rf"(?=.{{3,8}}$).*(?:{'|'.join(words.OFFICE_ENDINGS)})")
PERSON_LIKE = re.compile(rf"(?:{'|'.join(words.SURNAMES)})[\u4e00-\u9fff]{{1,2}}")
QUOTED = re.compile(r"“[^“”，。；]{1,12}”(?=.*[^”]$)")
_JOINS = re.compile(r"(.{2,}?)[和及与](.{2,})")
_LONGEST = 16  # characters of a name that is looked for inside of others
_LONGEST_OFFICE = 26
_ANY = re.compile(r"\w")
_UNIT = re.compile(rf"(?:{'|'.join(words.UNIT_ENDINGS)})$")
_NO_OFFICE = re.compile(
    rf"\d[处所个室科家行]$|[，。；：,;:“”《》]|(?:{'|'.join(words.NO_UNITS)})$|^(?:[的了要将已含如即除共约]|不含|包括|详见|其中)"
)
# What 各 stands before holds for the next word as well: 各区、县级市 is one name.
_EACH = re.compile(r"^各(?:有关|相关)?[\u4e00-\u9fff]{1,4}$")
_KINDS = frozenset(
    (
        *("县", "市", "区", "乡", "镇", "村", "街道", "县级市", "乡镇", "县（市）", "区县", "社区"),
        *("部门", "单位", "企业", "园区"),
    )
)


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
    for part in _split_outside_brackets(tidy(_INNER.sub(_join_inner, drop_marks(text)))):
        for name in _join_spaced(re.split(r"[\s\u3000\u00a0]+", part.strip())):
            name = _NUMBERED.sub("", name.strip("：:.·-—★☆▲△●○◆■*"))
            name = re.sub(r"(?<=.{2})等$", "", name)
            if name and names and name in _KINDS and _EACH.match(names[-1]):
                names[-1] += f"、{name}"
            elif name and (_ANY.search(name)):
                names.append(name)
    return tuple(dict.fromkeys(names))


def _join_inner(found: re.Match[str]) -> str:
    """Drop a blank that does not break, unless names of offices stand on both sides of it."""
    left, right = found["left"], found["right"]
    both = len(left) > 2 and OFFICE_END.search(left) and OFFICE_END.search(right)
    return f"{left} " if both else left


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


def looks_like_office(name: str) -> bool:
    """Tell whether a name can be that of an office, a department or another body.

    >>> [looks_like_office(name) for name in ("市教育局", "各街道", "办公室（代建办）", "有关单位")]
    [True, True, True, True]
    >>> [looks_like_office(name) for name in ("改造2处", "完成全部", "召开大会", "学生自愿")]
    [False, False, False, False]
    """
    bare = re.sub(r"[（(〔\[][^（）()〔〕\[\]]*[)）〕\]]", "", squeeze(name))
    bare = QUOTED.sub("", bare)  # 市“双随机”联席会议成员单位
    if name in words.ALL_OFFICES or bare in words.ALL_OFFICES:
        return True
    if not 2 <= len(bare) <= _LONGEST_OFFICE or _NO_OFFICE.search(bare):
        return False
    return bool(_UNIT.search(bare))


# ---------------------------------------------------------------- names run together


def find_known(cells: Iterable[str], like: re.Pattern[str] = OFFICE_LIKE) -> frozenset[str]:
    """Return the names that a list shows, out of all its cells of one kind.

    A name that is made up of others is none: `职成教处高教处` beside `职成教处` and `高教处`; nor
    is one that joins two (`甲处与乙处`), unless the cells show it to be one (`_find_joined`).
    What is left between known names in two different cells, and looks `like` a name, is one too.
    """
    listed = [tuple(map(squeeze, split_names(cell))) for cell in cells]
    names = {name for cell in listed for name in cell}
    single = _find_joined(listed)
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
    known = {name for name in known if name in single or not _sides_of(name)}
    return frozenset(name for name in known if len(part_names(name, known, like)) == 1)


def _sides_of(name: str) -> tuple[str, ...]:
    """Return the two offices that a name joins (甲处和乙处), () where it joins none."""
    both = _JOINS.fullmatch(name)
    return both.groups() if both and all(map(OFFICE_END.search, both.groups())) else ()


def _find_joined(listed: Iterable[Sequence[str]]) -> frozenset[str]:
    """Return the names with 与 that are each one office: 实验室与设备管理处.

    They stand in several cells, in one of them before a further name, and neither side of them
    stands alone anywhere. Two that begin with the same place (县财政局与县审计局) are never one.
    """
    cells = set(map(tuple, listed))
    alone = {name for cell in cells for name in cell}
    inner = {name for cell in cells for name in cell[:-1]}
    return frozenset(
        name
        for name in inner
        if "与" in name
        and (sides := _sides_of(name))
        and not alone.intersection(sides)
        and sides[0][0] != sides[1][0]
        and sum(name in cell for cell in cells) > 1
    )


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
        whole = squeeze(name) in known and "与" in name
        if len(found) == 1 and not whole and (both := _JOINS.fullmatch(name)):
            sides = both.groups()
            if all(squeeze(side) in known or OFFICE_END.search(side) for side in sides):
                found = sides
        parts += found
    return tuple(dict.fromkeys(parts))
