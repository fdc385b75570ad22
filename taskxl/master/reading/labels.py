"""Offices, persons and dates that a text names by a label: （牵头：办公室；完成时限：6月底前）."""

import re
from dataclasses import replace

from taskxl import words
from taskxl.master.reading.drafts import Draft, Step
from taskxl.master.reading.header import read_header_word
from taskxl.text import is_blank

_FIELDS = ("lead", "responsible", "supporting", "person", "leader", "due")
_LABELS = "牵头|责任|主办|承办|配合|协办|负责|分管|完成时|时限|联系"
_BRACKET = re.compile(
    rf"[（(【\[]\s*((?:{_LABELS})[^（）()【】\[\]]*?[:：][^（）()【】\[\]]*)[)）】\]]"
)
_BRACKET_END = re.compile(r"[（(]([^（）()。；]{2,60}?)(?:负责|牵头)[)）][。；]?$")
_LABELLED = re.compile(rf"((?:{_LABELS})[^：:；;，,。]{{0,8}})[:：]\s*([^：:]+?)(?=[；;。\n]|$)")
_LABELLED_END = re.compile(rf"(?:(?<=[。；;])|^)\s*(?:{_LABELLED.pattern}[；;。]?\s*){{1,8}}$")


def take_labels(line: str, draft: Draft, due: list[str]) -> str:
    """Move what a line says of offices, persons and time into the draft; return what is left.

    Read are （责任单位：…；配合单位：…）, lines that are or end with 责任单位：…, and （…负责）at
    the end. What a label says of the time is added to `due`.
    """

    def take(found: re.Match[str]) -> str:
        taken = [_take(label, said, draft, due) for label, said in _LABELLED.findall(found[1])]
        return "" if taken and all(taken) else found[0]

    line = _BRACKET.sub(take, line)
    last = _LABELLED_END.search(line)
    if last:
        taken = [_take(label, said, draft, due) for label, said in _LABELLED.findall(last[0])]
        if all(taken):
            return line[: last.start()]
    ending = _BRACKET_END.search(line)
    if ending and all(
        name.endswith(words.OFFICE_ENDINGS) for name in re.split(r"[、，,\s]+", ending[1]) if name
    ):
        draft.add("responsible", ending[1])
        return line[: ending.start()]
    return line


def _take(label: str, said: str, draft: Draft, due: list[str]) -> bool:
    name, _ = read_header_word(label) or ("", False)
    if name not in _FIELDS:
        return False
    if name == "due":
        due.append(said.strip())
    else:
        draft.add(name, said.strip(" ；;。"))
    return True


def take_labels_of(draft: Draft) -> None:
    """Move what a draft's name and plan say of offices, persons and time into its fields."""
    due: list[str] = []
    title = "\n".join(take_labels(line, draft, due) for line in (draft.title or "").split("\n"))
    draft.title = title.strip("\n") or draft.title
    for at, step in enumerate(draft.steps):
        lines = (take_labels(line, draft, due) for line in step.text.split("\n"))
        draft.steps[at] = replace(step, text="\n".join(line for line in lines if line))
    if due and not draft.steps:
        draft.steps.append(Step("", due[0], draft.place.row or 0))
    elif due and is_blank(draft.steps[0].due):
        draft.steps[0] = replace(draft.steps[0], due=due[0])
