"""Mutation fuzzing of the door: gate, readers and forms, with a seed and an end.

`python benchmarks/fuzz_intake.py --seconds 60 --seed 1 [FILE…]` spoils two honest, filled forms
(and files given) and reads each mutant as `taskxl merge` does, in its workers. A find is a mutant
that

- makes code of taskxl raise what it did not foresee,
- takes more than `--slow` seconds, or kills, hangs or swells its worker although it is no .xls or
  .xlsb (python-calamine is known to abort on those; the worker is there for it), or
- is read, and a word typed into it is neither in an entry nor among what is unplaced.

Finds are written into the folder `--finds`; the script ends with status 1 where there are any. The
same seed gives the same mutants.
"""

import argparse
import io
import random
import re
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from taskxl.desk.issuing import issue_forms  # noqa: E402
from taskxl.desk.lists import load_master  # noqa: E402
from taskxl.desk.taking_over import init_workspace  # noqa: E402
from taskxl.forms.returned.reader import Expected, form_texts, read_return  # noqa: E402
from taskxl.intake import reading  # noqa: E402
from taskxl.intake.gate import (  # noqa: E402
    Limits,
    Refusal,
    Refused,
    check_content,
    require_return_kind,
)
from taskxl.intake.grids import Book, value_text  # noqa: E402
from taskxl.intake.workers import read_isolated  # noqa: E402
from taskxl.model import Period, Return  # noqa: E402
from taskxl.resources import template  # noqa: E402
from taskxl.workspace.folder import Workspace  # noqa: E402
from tests import clerks  # noqa: E402

APRIL = Period(2026, 4)
BATCH = 64
WORD = re.compile(r"词[0-9]{4}")
# Kinds whose parser may abort on damage without that being news.
MAY_DIE = (b"\xd0\xcf\x11\xe0",)
NUMBERS = [b"0", b"-1", b"1", b"65536", b"1048577", b"16385", b"999999999", b"4294967296", b"NaN",
           b"1e999", b"", b"0x10", b"99999999999999999999"]  # fmt: skip
BITS = [b"<", b">", b'"', b"&#0;", b"&lt;", b"\0", b"\xff\xfe", b"<!DOCTYPE a>", b"]]>", b"<row>",
        "＝１".encode(), b"_x0000_", b"_xD83D_", b'r="XFD1048576"', b't="e"', b't="s"', b't="d"',
        b'hidden="1"', b"<f>1</f>", b"<mergeCell ref='A1:XFD1048576'/>"]  # fmt: skip
NUMBER = re.compile(rb"[0-9]+")
ELEMENT = re.compile(rb"<[\w:]+[^<>]*/>|<([\w:]+)[^<>]*>[^<>]*</\1>")


@dataclass(frozen=True)
class Mutant:
    """A spoilt file: its name, what it was made of, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class End:
    """What became of a mutant; `fault` is a find, `note` what a reader stumbled over."""

    outcome: str
    seconds: float
    fault: str = ""
    note: str = ""


def probe(expected: Expected, mutant: Mutant) -> End:
    """Read one mutant, with the exceptions that the reader otherwise takes for damage in sight."""
    start = time.perf_counter()
    outcome = fault = note = ""
    try:
        kind = check_content(mutant.content, mutant.name, Limits())
        require_return_kind(kind)
        book = reading._read(mutant.content, mutant.name, kind)
    except Refused as refused:
        outcome = refused.code
    except (MemoryError, OSError):
        raise
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        own = next((frame for frame in reversed(where) if "taskxl" in frame.filename), where[-1])
        outcome = "R201"
        note = f"{type(error).__name__} in {Path(own.filename).name}:{own.lineno}"
    else:
        try:
            read = read_return(expected, book, mutant.name)
        except Exception:
            fault = traceback.format_exc(limit=-4)
        else:
            outcome = read.code or "accepted"
            fault = name_lost_words(book, read)
    return End(outcome, time.perf_counter() - start, fault, note)


def name_lost_words(book: Book, read: Return) -> str:
    """Return the marked words that the reader saw and the result has not."""
    seen = {w for sheet in book.sheets for *_, v in sheet.cells() for w in find_words(v)}
    seen |= {
        word for sheet in book.sheets for note in sheet.notes for word in find_words(note.text)
    }
    if read.code == "R205" and not read.unplaced:
        return ""  # no trace of a form: nothing of it is taken in
    kept = set(WORD.findall(repr((read.submissions, read.unplaced))))
    return f"lost: {sorted(seen - kept)}" if seen - kept else ""


def find_words(value: object) -> list[str]:
    """Return the marked words in a value of a cell."""
    return WORD.findall(value_text(value))  # type: ignore[arg-type]


# ---------------------------------------------------------------- honest files


def make_honest(folder: Path) -> tuple[Expected, dict[str, bytes]]:
    """Issue the forms of the example's list, fill two; every answer is a word of its own."""
    workspace = Workspace(folder / "2026")
    init_workspace(workspace.root, [next(ROOT.glob("examples/附件1*.xlsx"))], 2026)
    forms = issue_forms(workspace, APRIL).written
    files = {}
    for form in (forms[0], forms[-1]):
        target = folder / form.name
        typed = clerks.fill_form(form, target)
        content = target.read_bytes()
        names = sorted(set(typed.values()), key=len, reverse=True)
        words = {name: f"词{n:04}" for n, name in enumerate(names) if "项" in name}
        files[form.name] = replace_texts(content, words)
    master, _ = load_master(workspace)
    drawn = reading.read_book(template("附件2.xlsx"), "附件2.xlsx", "xlsx")
    return Expected(master, APRIL, form_texts(drawn)), files


def replace_texts(content: bytes, words: dict[str, str]) -> bytes:
    """Return a workbook with texts replaced in all its parts."""
    parts = unpack(content)
    for name, part in parts.items():
        for old, new in words.items():
            part = part.replace(old.encode(), new.encode())
        parts[name] = part
    return pack(parts)


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the parts of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(parts: dict[str, bytes]) -> bytes:
    """Zip parts, without the time of day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


# ---------------------------------------------------------------- mutation


def mutants(files: dict[str, bytes], seed: int) -> Iterator[Mutant]:
    """Yield mutants without end, the same for the same seed."""
    dice = random.Random(seed)
    unpacked = {}
    for name, content in files.items():
        try:
            unpacked[name] = unpack(content)
        except Exception:
            continue  # not a zip, or a broken one: its bytes are mutated all the same
    names = sorted(files)
    while True:
        name = dice.choice(names)
        if name in unpacked and dice.random() < 0.8:
            parts = dict(unpacked[name])
            for _ in range(dice.choice((1, 1, 2, 5))):
                spoil_part(parts, dice)
            yield Mutant(name, pack(parts))
        else:
            yield Mutant(name, spoil(files[name], dice))


def spoil_part(parts: dict[str, bytes], dice: random.Random) -> None:
    """Change one part of a package: its bytes, its numbers, its elements, or its being there."""
    name = dice.choice(sorted(parts))
    if "sheet" not in name and dice.random() < 0.5:  # where most of the reading is done
        name = dice.choice([part for part in sorted(parts) if "sheet" in part] or [name])
    part = parts[name]
    match dice.randrange(6):
        case 0:
            del parts[name]
            if not parts:
                parts[name] = b""
        case 1:
            parts[name] = spoil(part, dice)
        case 2:
            parts[dice.choice(sorted(parts))] = part
        case 3:
            parts[name] = swap(part, NUMBER, lambda _: dice.choice(NUMBERS), dice)
        case 4:
            parts[name] = swap(part, ELEMENT, lambda found: found * dice.choice((0, 2, 50)), dice)
        case 5:
            found = [m.group() for m in ELEMENT.finditer(part)]
            parts[name] = swap(part, ELEMENT, lambda old: dice.choice(found or [old]), dice)


def swap(part: bytes, pattern: re.Pattern[bytes], change: object, dice: random.Random) -> bytes:
    """Replace one to eight of a pattern's finds."""
    found = list(pattern.finditer(part))
    for match in sorted(
        dice.sample(found, min(len(found), dice.choice((1, 1, 3, 8)))), key=lambda m: -m.start()
    ):
        part = part[: match.start()] + change(match.group()) + part[match.end() :]  # type: ignore[operator]
    return part


def spoil(content: bytes, dice: random.Random) -> bytes:
    """Change bytes: flip, cut, double, put in, cut off."""
    data = bytearray(content)
    for _ in range(dice.choice((1, 2, 8, 40))):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.choice((1, 4, 100, 5000)))
        match dice.randrange(5):
            case 0:
                data[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end]
            case 3:
                data[at:at] = dice.choice(BITS)
            case 4 if dice.random() < 0.2:
                del data[at:]
    return bytes(data)


# ---------------------------------------------------------------- the run


def run(seconds: float, seed: int, slow: float, finds: Path | None, extra: Sequence[Path]) -> int:
    """Fuzz for so long; return the number of finds."""
    with tempfile.TemporaryDirectory() as folder:
        expected, files = make_honest(Path(folder))
    files |= {path.name: path.read_bytes() for path in extra}
    limits = Limits(seconds=max(5.0, 2 * slow), memory=1 << 30)
    source, tally, notes = mutants(files, seed), Counter[str](), Counter[str]()
    found = tried = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        batch = [next(source) for _ in range(BATCH)]
        for mutant, end in read_isolated(probe, expected, batch, limits=limits, workers=2):
            tried += 1
            if isinstance(end, Refusal):
                may_die = mutant.content.startswith(MAY_DIE) or mutant.name.endswith(".xlsb")
                end = End("died", 0, "" if may_die else end.reason)
            fault = end.fault or (f"{end.seconds:.1f} s" if end.seconds > slow else "")
            tally["find" if fault else end.outcome] += 1
            notes[end.note] += bool(end.note)
            if fault:
                found += 1
                digest = sha256(mutant.content).hexdigest()[:12]
                print(f"{mutant.name} {digest}: {fault}")
                if finds:
                    finds.mkdir(parents=True, exist_ok=True)
                    (finds / f"{digest}-{mutant.name}").write_bytes(mutant.content)
    print(f"seed {seed}: {tried} mutants in {seconds:g} s:", dict(tally.most_common()))
    for note, times in notes.most_common(12):
        print(f"  taken for damage: {note} ({times})" if note else "", end="\n" if note else "")
    return found


def main() -> None:
    """Read the arguments, fuzz, end with status 1 where there were finds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="more files to spoil")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=float, default=3.0, help="seconds that are a find")
    parser.add_argument("--finds", type=Path, help="where to keep what was found")
    given = parser.parse_args()
    sys.exit(bool(run(given.seconds, given.seed, given.slow, given.finds, given.files)))


if __name__ == "__main__":
    main()
