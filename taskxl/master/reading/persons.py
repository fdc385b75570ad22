"""Persons in a cell: who belongs to which office, who stands beside an office, who leads."""

import re
from collections.abc import Collection

from taskxl import words
from taskxl.master.reading.offices import (
    OFFICE_END,
    PERSON_LIKE,
    looks_like_office,
    part_names,
    split_names,
)
from taskxl.model import Person

_NO_NAME = re.compile(r"^[\d\s()+\-—－.·]*$")
_WITH_PERSON = re.compile(
    rf"(?P<office>[^：:（(]{{2,}})[：:（(](?P<name>(?:{'|'.join(words.SURNAMES)})[\u4e00-\u9fff]{{1,2}})[)）]?"
)
_POST_NAMES = (
    r"(?:(?:党组|党委|党工委|支部)(?:成员|副?书记)|副?书记|(?:常务)?副?(?:局|厅|县|市|区|校|股|科|处)长"
    r"|副?主任|副?组长|总督学|[一二三四]级(?:主任科员|调研员)|调研员|委员)"
)
_POST = re.compile(
    rf"^(?:{_POST_NAMES}、?)+|(?<=..){_POST_NAMES}$|[（(](?:{_POST_NAMES}、?)+[)）]$"
)


def take_persons(text: str, among: bool = False) -> tuple[str, str]:
    r"""Divide a cell of offices into the offices and the persons that stand with them.

    Persons come as `姓名（股室）`. `among`: the header says that persons stand in the column.

    >>> take_persons("办公室（周小川）、计财股（吴桐）")
    ('办公室\n计财股', '周小川（办公室）\n吴桐（计财股）')
    >>> take_persons("人事股：郑一"), take_persons("办公室（牵头）、人事股")
    (('人事股', '郑一（人事股）'), ('办公室（牵头）、人事股', ''))
    >>> take_persons("办公室 周小川", among=True)
    ('办公室', '周小川（办公室）')
    """
    offices: list[str] = []
    persons: list[str] = []
    for name in split_names(text):
        found = _WITH_PERSON.fullmatch(name)
        if found and looks_like_office(found["office"]) and not OFFICE_END.search(found["name"]):
            offices.append(found["office"])
            persons.append(f"{found['name']}（{found['office']}）")
        elif among and PERSON_LIKE.fullmatch(name) and not OFFICE_END.search(name):
            persons.append(f"{name}（{offices[-1]}）" if offices else name)
        else:
            offices.append(name)
    return ("\n".join(offices), "\n".join(persons)) if persons else (text, "")


def pair_persons(
    text: str, offices: Collection[str], known: Collection[str] = ()
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """Return the persons of a cell, and what stands there that is no name (telephone numbers).

    An office is given to a person only where the cell says so or the two counts agree.

    >>> pair_persons("梁一、黄二", ["办公室", "人事股"])[0][1]
    Person(name='黄二', office='人事股')
    >>> pair_persons("梁一、黄二", ["办公室"])[0][1]
    Person(name='黄二', office=None)
    >>> pair_persons("韩梅（办公室）", ["人事股"])[0]
    (Person(name='韩梅', office='办公室'),)
    >>> pair_persons("黄二（人事股）0750-5529207", ["办公室", "人事股"])
    ((Person(name='黄二', office='人事股'),), ('0750-5529207',))
    """
    text = re.sub(r"(?<![\d-])(\d[\d\-—]{5,}\d)(?![\d-])", r" \1 ", text)
    pieces = [p for name in split_names(text) for p in part_names(name, known, PERSON_LIKE)]
    others = tuple(piece for piece in pieces if _NO_NAME.match(piece))
    persons = [_read_person(p, offices) for p in pieces if not _NO_NAME.match(p)]
    plain = [person for person in persons if person.office is None]
    if len(plain) == len(persons) == len(offices) and not set(offices) & set(words.ALL_OFFICES):
        persons = [Person(p.name, office) for p, office in zip(persons, offices, strict=True)]
    return tuple(persons), others


def _read_person(piece: str, offices: Collection[str]) -> Person:
    for pattern in (r"(?P<name>.+?)[（(](?P<office>.+?)[)）]", r"(?P<office>.+?)[:：](?P<name>.+)"):
        said = re.fullmatch(pattern, piece)
        if said and (said["office"] in offices or OFFICE_END.search(said["office"])):
            return Person(said["name"], said["office"])
    for office in offices:
        if piece.startswith(office) and len(piece) > len(office) + 1:
            return Person(piece[len(office) :], office)
    return Person(piece)


def read_leaders(text: str) -> tuple[str, ...]:
    """Return the leaders that a cell names, without their posts.

    >>> read_leaders("局长：马骏"), read_leaders("许慧同志、何川副局长")
    (('马骏',), ('许慧', '何川'))
    """
    names = []
    for name in split_names(text.replace("：", " ").replace(":", " ")):
        bare = _POST.sub("", name.removesuffix("同志"))
        if bare:
            names.append(bare if len(bare) > 1 else name)
    return tuple(dict.fromkeys(names))
