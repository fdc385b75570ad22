"""A Windows computer as tests have it: Wine, with the zip unpacked."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from taskxl.paths import unmark

SECONDS = 200


@dataclass(frozen=True)
class Windows:
    """A Windows computer with the zip unpacked in `folder`; `speaks` is its code page."""

    folder: Path
    environment: Mapping[str, str]
    speaks: str

    def start(self, *command: object, where: Path | None = None) -> "subprocess.Popen[bytes]":
        """Start a program of the folder; paths among its arguments are written as Windows does."""
        words = [path_of(one) if isinstance(one, Path) else str(one) for one in command]
        return subprocess.Popen(
            ["wine", *words],
            env=self.environment,
            cwd=where or self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *command: object, where: Path | None = None) -> tuple[int, str, str]:
        """Run a program to its end; return its exit status and what it printed."""
        process = self.start(*command, where=where)
        out, said = process.communicate(timeout=SECONDS)
        texts = (text.decode(self.speaks).replace("\r\n", "\n") for text in (out, said))
        return (process.returncode, *texts)  # type: ignore[return-value]

    def taskxl(self, *arguments: object, where: Path | None = None) -> tuple[int, str, str]:
        """Run taskxl by the Python of the zip."""
        return self.run(self.python, "-m", "taskxl", *arguments, where=where)

    def click(self, *command: object) -> None:
        """Start a program that nobody listens to, and wait until what started it has ended."""
        words = [path_of(one) if isinstance(one, Path) else str(one) for one in command]
        nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        subprocess.run(
            ["wine", *words],
            env=self.environment,
            cwd=self.folder,
            timeout=SECONDS,
            check=True,
            **nowhere,
        )

    @property
    def python(self) -> Path:
        return self.folder / "python" / "python.exe"


@dataclass(frozen=True)
class Watched:
    """A computer, and the notes of what was written on it."""

    computer: Windows
    notes: Path

    def written_outside(self, *inside: Path) -> set[str]:
        """Return what was written, but for the folders named and what is no file (nul)."""
        known = ("\\\\.\\", path_of(self.notes), *(f"{path_of(one)}\\" for one in inside))
        paths = self.notes.read_text(encoding="utf-8").splitlines()
        return {one for one in map(unmark, paths) if not one.startswith(known)}


def path_of(path: Path) -> str:
    """Return a path of this computer as Wine's Windows has it."""
    return "Z:" + str(path).replace("/", "\\")
