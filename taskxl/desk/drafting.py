"""Letters of the month written as drafts, or packed with their forms for OA and chat."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from taskxl.desk.came_back import LETTER_WORDS
from taskxl.desk.composing import Batch, compose_letters
from taskxl.desk.return_files import Progress
from taskxl.ledger import LetterKind, open_ledger
from taskxl.ledger.own import careful_writer
from taskxl.mail.letters import write_draft
from taskxl.mail.parcels import pack_parcel
from taskxl.model import Period
from taskxl.workspace.files import (
    CarefulWriter,
    is_aside,
    make_folder,
    require_writable,
)
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What was written to `folder`: each letter with its file; `stale` are of offices no longer."""

    batch: Batch
    folder: Path
    files: Mapping[str, Path]
    written: tuple[Path, ...]
    stale: tuple[Path, ...]


def draft_letters(
    workspace: Workspace,
    period: Period,
    kind: LetterKind,
    office: str | None,
    now: datetime,
    progress: Progress = None,
    seen: str | None = None,
) -> DraftReport:
    """Write letters as drafts under 下发/邮件/, to be looked over and sent by hand.

    `now` is the day for which they are worded; `seen` is the mark of the letters that a person saw.
    Raises TaskxlError as `compose_letters` does, and where other letters were seen.
    """
    with hold_workspace(workspace, "mail"), open_ledger(workspace.ledger_path) as ledger:
        batch = compose_letters(workspace, period, kind, office, progress, today=now.date())
        batch.require_seen(seen, now.date())
        word = LETTER_WORDS[kind]
        made = {
            item.office: (
                workspace.letter_path(word, item.office, period),
                write_draft(batch.letter(item, now.date())),
            )
            for item in batch.items
        }
        folder = workspace.letters_folder(period)
        writer = careful_writer(ledger, workspace.root, now)
        return _write_files(writer, batch, folder, f"{word}-*.eml", made, office)


def pack_forms(
    workspace: Workspace, period: Period, office: str | None, now: datetime
) -> DraftReport:
    """Pack each office's form with the letter's text, one zip an office under 下发/打包/."""
    with hold_workspace(workspace, "mail"), open_ledger(workspace.ledger_path) as ledger:
        batch = compose_letters(workspace, period, "issue", office, by_mail=False)
        made = {
            item.office: (
                workspace.parcel_path(item.office, period),
                pack_parcel(batch.text(item, now.date(), packed=True), item.attachments),
            )
            for item in batch.items
        }
        writer = careful_writer(ledger, workspace.root, now)
        folder = workspace.parcels_folder(period)
        return _write_files(writer, batch, folder, "*.zip", made, office)


def _write_files(
    writer: CarefulWriter,
    batch: Batch,
    folder: Path,
    pattern: str,
    made: Mapping[str, tuple[Path, bytes]],
    office: str | None,
) -> DraftReport:
    for path, content in made.values():
        require_writable(path, content)
    if made:
        make_folder(folder, writer.root)
    written = [writer.write(path, content) for path, content in made.values()]
    files = {name: path for name, (path, _) in made.items()}
    there = (path for path in sorted(folder.glob(pattern)) if not is_aside(path))
    stale = [] if office else [path for path in there if path not in files.values()]
    return DraftReport(
        replace(batch, notes=(*batch.notes, *filter(None, (one.note for one in written)))),
        folder,
        files,
        tuple(one.path for one in written if one.changed),
        tuple(stale),
    )
