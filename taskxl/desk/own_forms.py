"""What the program knows of its own forms: their texts, their pictures, and what they ask for.

A year's merges look into the same few files again and again: each content is learnt once a run.
"""

import contextlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from taskxl.errors import TaskxlError
from taskxl.forms.returned.asked import asked_fields
from taskxl.forms.returned.catalog import form_pictures, form_texts
from taskxl.intake.gate import check_content, read_once, skip_by_name
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused
from taskxl.ledger.kept import Kept
from taskxl.model import ASKED, Period, Settings
from taskxl.resources import template
from taskxl.workspace.files import is_aside
from taskxl.workspace.folder import FORM_TEMPLATES, Workspace

# Forms of a month that are looked into for the texts they have in common.
_FORMS_READ = 4
_OF_MONTH = re.compile(r"-(\d{4})年(\d{1,2})月$")


@dataclass(frozen=True, slots=True)
class OwnForms:
    """What a form, or all of a month's, have of their own; see `Expected` for what each is for."""

    texts: frozenset[str]
    pictures: frozenset[str]
    asked: tuple[str, ...]


def know_forms(
    workspace: Workspace, settings: Settings, period: Period, kept: Kept | None = None
) -> OwnForms:
    """Return what the template of 附件2 and some of the period's forms under 下发/ have.

    `kept` has what the same files were found to have before.
    Raises TaskxlError where the template cannot be read.
    """
    name, content = workspace.form_template(settings.form_columns)
    issued = _read_forms(workspace, period)
    scope, question = f"forms {period.key}", _ask([(name, content), *_shipped(), *issued])
    found = kept.find(OwnForms, scope, question) if kept else None
    if found is None:
        found = _gather(_learn_template(name, content), _learn_forms(issued))
        if kept:
            kept.keep(scope, [(question, found)])
            kept.forget_others(scope, [question])
    return found


def _gather(drawing: OwnForms, forms: Sequence[OwnForms]) -> OwnForms:
    asked = [set(one.asked) for one in forms or [drawing]]
    return OwnForms(
        _gather_texts(drawing, forms),
        frozenset().union(*(one.pictures for one in (drawing, *forms))),
        tuple(field for field in ASKED if all(field in one for one in asked)),
    )


def _ask(files: Iterable[tuple[str, bytes]]) -> str:
    """Return the question whose answer is what files, by their names, have of their own."""
    whole = sha256()
    for name, content in files:
        whole.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        whole.update(content)
    return whole.hexdigest()


def asked_of_template(workspace: Workspace, settings: Settings) -> tuple[str, ...]:
    """Return what the template of 附件2 asks for, of `model.ASKED`.

    Raises TaskxlError when it cannot be read.
    """
    return _learn_template(*workspace.form_template(settings.form_columns)).asked


def form_paths(workspace: Workspace, period: Period) -> list[Path]:
    """Return the forms that lie in 下发/ of a period; not what was put aside."""
    return [path for path in _list_forms(workspace, period) if not _bears_other(path, period)]


def stray_forms(workspace: Workspace, period: Period) -> list[Path]:
    """Return what lies in 下发/ of a period and bears the name of another month's form."""
    return [path for path in _list_forms(workspace, period) if _bears_other(path, period)]


def _list_forms(workspace: Workspace, period: Period) -> list[Path]:
    found = sorted(workspace.issue_folder(period).glob("附件2-*.xlsx"))
    return [path for path in found if not is_aside(path)]


def _bears_other(path: Path, period: Period) -> bool:
    named = _OF_MONTH.search(path.stem)
    return named is not None and (int(named[1]), int(named[2])) != (period.year, period.month)


@lru_cache(maxsize=64)
def _learn(content: bytes, name: str, is_ours: bool) -> OwnForms:
    """Return what a form says of itself; one that is not certainly ours goes through the gate."""
    book = read_book(content, name, "xlsx" if is_ours else check_content(content, name))
    return OwnForms(form_texts(book), form_pictures(book), asked_fields([book]))


def _learn_template(name: str, content: bytes) -> OwnForms:
    try:
        return _learn(content, name, is_ours=True)
    except Refused as refused:
        raise TaskxlError(
            f"模板/{name}：不是 .xlsx 工作簿，或已损坏。请用 Excel 或 WPS 打开，另存为 .xlsx；"
            "或把它移走，改用自带的画法。"
        ) from refused


def _read_forms(workspace: Workspace, period: Period) -> list[tuple[str, bytes]]:
    """Return the first forms of a period that can be read, with their names."""
    forms = []
    for path in form_paths(workspace, period)[:_FORMS_READ]:
        # What cannot be read is somebody's copy, or open elsewhere: the others will do.
        with contextlib.suppress(Refused):
            if not skip_by_name(path.name):
                forms.append((path.name, read_once(path)[0]))
    return forms


def _learn_forms(forms: Iterable[tuple[str, bytes]]) -> list[OwnForms]:
    learnt = []
    for name, content in forms:
        with contextlib.suppress(Refused):  # damaged, or another file by that name
            learnt.append(_learn(content, name, is_ours=False))
    return learnt


def _shipped() -> list[tuple[str, bytes]]:
    return [(name, template(name)) for name in FORM_TEMPLATES.values()]


@cache
def _shipped_texts() -> frozenset[str]:
    """Return the fixed texts of the drawings that ship: 表样 may have been another one before."""
    learnt = (_learn(content, name, is_ours=True) for name, content in _shipped())
    return frozenset(text for one in learnt for text in one.texts)


def _gather_texts(drawing: OwnForms, forms: Iterable[OwnForms]) -> frozenset[str]:
    """Return the form's own texts: the drawing's, and those that stand in several issued forms.

    The template may have been redrawn since; what every office was sent is nobody's typing.
    """
    texts = drawing.texts | _shipped_texts()
    seen: frozenset[str] = frozenset()
    for own in (one.texts for one in forms):
        # Sentences only: a number, a date or a name that two forms share says nothing.
        texts |= {text for text in own & seen if len(re.findall(r"[^\W\d年月日]", text)) >= 8}
        seen |= own
    return texts
