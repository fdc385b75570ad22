"""Forms in 下发/ in which somebody has written, or beside it: seen, and never taken for returns."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256
from itertools import groupby
from pathlib import Path

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


def find_filled(
    workspace: Workspace, ledger: Ledger | None, period: Period, returned: Collection[str] = ()
) -> list[Path]:
    """Return the files in 下发/ of a period, and in the folder of its month, that were filled.

    They say something which no form issued says.

    Copies of forms, and what was put aside, are among them. `returned` are the SHA-256 of files
    that lie in 回收/ already: of these nothing needs to be said. A form that was only saved anew
    says nothing new; a file that cannot be read is left out.
    """
    if ledger is None:
        return []
    known = {*returned, *ledger.files(period).values()}
    suspects = [
        (path, content)
        for folder in (workspace.issue_folder(period), workspace.issue_folder(period).parent)
        for path, content in _list_files(folder)
        if (digest := sha256(content).hexdigest()) not in known
        and not careful_writer(ledger, workspace.root, None).records.wrote(digest)
    ]
    if not suspects:
        return []
    offices = {workspace.form_path(office, period): office for office in ledger.issued(period)}
    digests = ledger.form_digests(period)
    bases = [
        [digest for office, digest in digests if offices.get(path, office) == office]
        for path, _ in suspects
    ]
    needed = sorted({digest for base in bases for digest in base})
    issued = dict(zip(needed, _read_texts([ledger.content(one) for one in needed]), strict=True))
    found = _read_texts([content for _, content in suspects])
    return [
        path
        for (path, content), base, texts in zip(suspects, bases, found, strict=True)
        if texts is not None
        # A form known from its folder alone tells nothing of what was written in it since.
        and sha256(content).hexdigest() not in base
        and _says_more(texts, [forms for digest in base if (forms := issued[digest])])
    ]


def _says_more(texts: Texts, issued: Sequence[Texts]) -> bool:
    """Tell whether a workbook is one of the forms issued with something written in it."""
    alike = [one for one in issued if 2 * (texts & one).total() >= one.total()]
    return bool(alike) and all(texts - one for one in alike)


def describe_filled(paths: Sequence[Path]) -> list[str]:
    """Return a line on the filled forms of each folder; none where there are none."""
    lines = []
    for folder, some in groupby(paths, key=lambda path: path.parent.name):
        here = list(some)
        names = "、".join(quote(path.name) for path in here[:_NAMED])
        names += f"等 {len(here)} 份" if len(here) > _NAMED else ""
        lines.append(f"{show(folder)}文件夹里的{names}已经填了，要当作报送请放进回收。")
    return lines


def _list_files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        hidden = path.name.startswith(("~$", "."))
        if path.suffix.lower() in _KINDS and path.is_file() and not hidden:
            yield path, read_whole(path)


def _read_texts(contents: Sequence[bytes]) -> list[Texts | None]:
    """Return the texts of workbooks, each read in a worker; None for one that cannot be read."""
    results = read_isolated(_count_texts, None, contents, limits=_LIMITS)
    return [None if isinstance(texts, Refusal) else texts for _, texts in results]


def _count_texts(context: None, content: bytes) -> Texts:
    book = read_book(content, "表", check_content(content, "表.xlsx", _LIMITS))
    return Counter(
        (squeeze(sheet.name), text)
        for sheet in book.sheets
        for row, column, value in sheet.cells()
        if not isinstance(value, CellError) and (text := squeeze(sheet.text(row, column)))
    )
