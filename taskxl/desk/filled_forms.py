"""Forms that somebody filled elsewhere than in 回收/: seen, and never taken for returns."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from taskxl.forms.identity import identity_sheets
from taskxl.intake.gate import Refusal, check_content
from taskxl.intake.grids import CellError
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Limits
from taskxl.intake.workers import read_isolated
from taskxl.ledger import Ledger
from taskxl.ledger.own import careful_writer
from taskxl.model import Period
from taskxl.text import quote, show, squeeze
from taskxl.workspace.files import read_whole
from taskxl.workspace.folder import Workspace

_LIMITS = Limits()
_KINDS = (".xlsx", ".xls", ".et", ".xlsm", ".xlsb", ".ods")
_NAMED = 5
Texts = Counter[tuple[str, str]]
"""How often each text stands on each sheet of a workbook; texts are squeezed."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a workbook says: its texts, and the keys of the periods whose marks it bears."""

    texts: Texts
    periods: frozenset[str]


def find_filled(
    workspace: Workspace, ledger: Ledger | None, period: Period, returned: Collection[str] = ()
) -> dict[Path, str]:
    """Return the filled forms of a period that lie elsewhere than in 回收/, each with its office.

    They say something which no form issued says. They are looked for where people put them by
    mistake: in 下发/, in the month's folder, in 汇总/ and in other folders beside it, and in the
    workspace's own folder, where one that bears another month's mark is that month's.

    Copies of forms, and what was put aside, are among them. `returned` are the SHA-256 of files
    that lie in 回收/ already: of these nothing needs to be said. A form that was only saved anew
    says nothing new; a file that cannot be read is left out.
    """
    filled: dict[Path, str] = {}
    for path, texts, issued, whose in _recognise(workspace, ledger, period, returned):
        if form := _find_form(texts, issued):
            filled[path] = whose[form]
    return filled


def find_saved_anew(workspace: Workspace, ledger: Ledger, period: Period) -> frozenset[Path]:
    """Return the files of forms, where they were issued, that say what they said and no more.

    Another program saved them: nobody changed what is in them.
    """
    places = {workspace.form_path(office, period) for office in ledger.issued(period)}
    return frozenset(
        path
        for path, texts, issued, _ in _recognise(workspace, ledger, period, ())
        if path in places and texts in issued.values()
    )


def _recognise(
    workspace: Workspace, ledger: Ledger | None, period: Period, returned: Collection[str]
) -> Iterator[tuple[Path, Texts, dict[str, Texts], dict[str, str]]]:
    """Yield the files that may be forms and are not as taskxl wrote them, with what they say.

    With each goes what the forms issued said that it may be, and whose each is, by SHA-256.
    """
    if ledger is None:
        return
    known = {*returned, *ledger.files(period).values()}
    records = careful_writer(ledger, workspace.root, None).records
    suspects = [
        (path, content)
        for path, content in _list_suspects(workspace, period)
        if (digest := sha256(content).hexdigest()) not in known and not records.wrote(digest)
    ]
    if not suspects:
        return
    offices = {workspace.form_path(office, period): office for office in ledger.issued(period)}
    digests = ledger.form_digests(period)
    whose = {digest: office for office, digest in digests}
    bases = [
        [digest for office, digest in digests if offices.get(path, office) == office]
        for path, _ in suspects
    ]
    needed = sorted({digest for base in bases for digest in base})
    issued = dict(zip(needed, _read_texts([ledger.content(one) for one in needed]), strict=True))
    found = _read_texts([content for _, content in suspects])
    for (path, content), base, read in zip(suspects, bases, found, strict=True):
        # A form known from its folder alone tells nothing of what was written in it since.
        if read is None or sha256(content).hexdigest() in base:
            continue
        if path.parent == workspace.root and read.periods and period.key not in read.periods:
            continue
        forms = {digest: told.texts for digest in base if (told := issued[digest])}
        yield path, read.texts, forms, whose


def _find_form(texts: Texts, issued: Mapping[str, Texts]) -> str | None:
    """Return the form issued that a workbook is with something written in it; None if none is."""
    shared = {digest: (texts & one).total() for digest, one in issued.items()}
    alike = [digest for digest, one in issued.items() if 2 * shared[digest] >= one.total()]
    if not alike or not all(texts - issued[digest] for digest in alike):
        return None
    return max(alike, key=lambda digest: shared[digest] / max(issued[digest].total(), 1))


def recall_issued(
    ledger: Ledger | None, period: Period, filled: Mapping[Path, str]
) -> dict[Path, bytes]:
    """Return forms that were filled where they lie, as they were issued."""
    if ledger is None or not filled:
        return {}
    last = dict(ledger.form_digests(period))
    return {path: ledger.content(last[office]) for path, office in filled.items()}


def describe_filled(paths: Iterable[Path]) -> list[str]:
    """Return a line on the filled forms of each folder; none where there are none."""
    lines = []
    for folder, some in groupby(paths, key=lambda path: path.parent.name):
        here = list(some)
        names = "、".join(quote(path.name) for path in here[:_NAMED])
        names += f"等 {len(here)} 份" if len(here) > _NAMED else ""
        lines.append(f"{show(folder)}文件夹里的{names}已经填了，要当作报送请放进回收。")
    return lines


def _list_suspects(workspace: Workspace, period: Period) -> Iterator[tuple[Path, bytes]]:
    """Yield the workbooks that may be filled forms; never what lies in 回收/ or is taskxl's own."""
    month = workspace.month_folder(period)
    summary = workspace.summary_path(period).stem
    parts = (workspace.issue_folder(period), month, workspace.merge_folder(period))
    others = (
        path
        for path in (sorted(month.iterdir()) if month.is_dir() else ())
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )
    left = {*parts, workspace.returns_folder(period)}
    for folder in (*parts, *(path for path in others if path not in left), workspace.root):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            hidden = path.name.startswith(("~$", "."))
            # A summary that the 办公室 corrected is no longer known by its content.
            ours = path == workspace.master_path or (
                folder == workspace.merge_folder(period) and path.name.startswith(summary)
            )
            if path.suffix.lower() in _KINDS and path.is_file() and not hidden and not ours:
                yield path, read_whole(path)


def _read_texts(contents: Sequence[bytes]) -> list[_Told | None]:
    """Return what workbooks say, each read in a worker; None for one that cannot be read."""
    results = read_isolated(_read_told, None, contents, limits=_LIMITS)
    return [None if isinstance(told, Refusal) else told for _, told in results]


def _read_told(context: None, content: bytes) -> _Told:
    book = read_book(content, "表", check_content(content, "表.xlsx", _LIMITS))
    texts = Counter(
        (squeeze(sheet.name), text)
        for sheet in book.sheets
        for row, column, value in sheet.cells()
        if not isinstance(value, CellError) and (text := squeeze(sheet.text(row, column)))
    )
    return _Told(texts, frozenset(mark.period for mark in identity_sheets(book)))
