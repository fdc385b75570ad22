"""What taskxl needs at run time, as wheels for another computer than this one.

`pip download --platform` reads the markers of requirements (`; sys_platform == "win32"`) as they
are on the computer it runs on. So every wheel is fetched alone, and what it requires is read with
the markers of the computer it is for.
"""

import configparser
import csv
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import Path

try:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name, parse_wheel_filename
except ImportError:  # a bare Python has pip's own copy
    from pip._vendor.packaging.requirements import Requirement
    from pip._vendor.packaging.specifiers import SpecifierSet
    from pip._vendor.packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("keyring",)
"""The extras of setup.cfg that a desk needs: kept passwords."""

_UNNEEDED = re.compile(
    r"(^|/)(tests?|testing/tests|__pycache__)/"
    r"|\.(pyi|h|hpp|hxx|pxd|pyx|lib|a|c|cpp|f90|rst|sh)$"
    r"|^numpy/(f2py|distutils|_core/include|doc)/|^lxml/includes/|^PIL/_(avif|webp|imagingtk)"
)
_KEPT = re.compile(
    r"^(taskxl/|docxtpl/|pip/|numpy/(testing|_core/tests/_natype|typing)|pandas/testing)"
    r"|\.dist-info/"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A computer that wheels are for: pip's names of its platform, and its markers."""

    python: str
    platforms: tuple[str, ...]
    markers: Mapping[str, str]


def windows(python: str) -> Target:
    """Return 64-bit Windows with a Python such as `3.12`."""
    return Target(
        python,
        ("win_amd64",),
        _markers(python)
        | {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
        | {"platform_machine": "AMD64"},
    )


def linux(python: str, machine: str) -> Target:
    """Return a Linux with glibc 2.28 or later; `machine` is x86_64 or aarch64."""
    glibc = (28, 27, 26, 24, 17)
    return Target(
        python,
        (*(f"manylinux_2_{minor}_{machine}" for minor in glibc), f"manylinux2014_{machine}"),
        _markers(python)
        | {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
        | {"platform_machine": machine},
    )


def _markers(python: str) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }


def read_requirements(extras: Iterable[str] = EXTRAS) -> list[str]:
    """Return what setup.cfg says that taskxl requires, with some of its extras."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].split("\n")
    for extra in extras:
        lines += config["options.extras_require"][extra].split("\n")
    return [line.strip() for line in lines if line.strip()]


@dataclass(slots=True)
class Needs:
    """What is required of each package, by its canonical name."""

    versions: dict[str, SpecifierSet] = field(default_factory=dict)
    extras: dict[str, set[str]] = field(default_factory=dict)

    def add(self, lines: Iterable[str], target: Target, extras: Iterable[str] = ()) -> None:
        """Add the requirements that count for a target, with the extras asked of their owner."""
        for line in lines:
            one = Requirement(line)
            told = [dict(target.markers) | {"extra": extra} for extra in ("", *extras)]
            if one.marker is None or any(one.marker.evaluate(markers) for markers in told):
                name = canonicalize_name(one.name)
                self.versions[name] = self.versions.get(name, SpecifierSet()) & one.specifier
                self.extras.setdefault(name, set()).update(one.extras)


def gather(folder: Path, target: Target, lines: Iterable[str]) -> list[Path]:
    """Fetch into `folder` the newest wheels that satisfy requirements and all that follows.

    Raises subprocess.CalledProcessError where pip finds none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = list(lines)
    while True:
        needs = Needs()
        needs.add(lines, target)
        chosen: dict[str, Path] = {}
        waiting = list(needs.versions)
        while waiting:
            name = waiting.pop()
            wheel = next(_fitting(folder, name, needs.versions[name], target), None)
            if wheel is None or chosen.get(name) == wheel:
                continue
            chosen[name] = wheel
            before = dict(needs.versions)
            needs.add(required_by(wheel), target, needs.extras[name])
            waiting += [n for n in needs.versions if before.get(n) != needs.versions[n]]
        lacking = [n for n in needs.versions if n not in chosen]
        lacking += [n for n, wheel in chosen.items() if not _fits(wheel, needs.versions[n])]
        if not lacking:
            return sorted(chosen.values())
        _download(folder, target, [f"{name}{needs.versions[name]}" for name in lacking])


def runs(name: str) -> bool:
    """Tell whether anything needs a file of a wheel at run time: no tests, no headers."""
    return bool(_KEPT.search(name)) or not _UNNEEDED.search(name)


def slim(wheel: Path) -> bytes:
    """Return a wheel with what is needed at run time, and a RECORD that says so; not compressed.

    Wheels of one library for several Pythons have much in common: the archive they lie in presses
    them together better than each could be by itself.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(buffer, "w") as parts:
        for one in whole.infolist():
            if one.is_dir() or not runs(one.filename):
                continue
            content = whole.read(one)
            if one.filename.endswith(".dist-info/RECORD"):
                rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
                kept = io.StringIO(newline="")
                csv.writer(kept, lineterminator="\n").writerows(row for row in rows if runs(row[0]))
                content = kept.getvalue().encode("utf-8")
            entry = zipfile.ZipInfo(one.filename, one.date_time)
            entry.external_attr = one.external_attr
            parts.writestr(entry, content)
    return buffer.getvalue()


def required_by(wheel: Path) -> list[str]:
    """Return the requirements that a wheel states."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode("utf-8")
    return HeaderParser().parsestr(text).get_all("Requires-Dist", [])


def _fitting(folder: Path, name: str, versions: SpecifierSet, target: Target) -> Iterator[Path]:
    ours = {*target.platforms, "any"}
    found = [
        path
        for path in folder.glob("*.whl")
        if parse_wheel_filename(path.name)[0] == name
        and {tag.platform for tag in parse_wheel_filename(path.name)[3]} & ours
        and _fits(path, versions)
    ]
    yield from sorted(found, key=lambda path: parse_wheel_filename(path.name)[1], reverse=True)


def _fits(wheel: Path, versions: SpecifierSet) -> bool:
    return bool(versions.contains(parse_wheel_filename(wheel.name)[1], prereleases=True))


def _download(folder: Path, target: Target, wanted: list[str]) -> None:
    platforms = [part for one in target.platforms for part in ("--platform", one)]
    run_pip(
        *("download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder)),
        *(*platforms, "--python-version", target.python, "--implementation", "cp", *wanted),
    )


def build_own_wheel(folder: Path) -> Path:
    """Build taskxl's own wheel into `folder`; return it. Nothing is left in the checkout."""
    source = folder / "source"
    junk = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("taskxl", "templates", "examples"):
        shutil.copytree(ROOT / name, source / name, ignore=junk)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, source / name)
    run_pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source))
    shutil.rmtree(source)
    return max(folder.glob("taskxl-*.whl"), key=lambda path: path.stat().st_mtime)


def run_pip(*arguments: str) -> None:
    """Run this Python's pip; what it prints goes to the screen."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)  # noqa: S603 — our own Python
