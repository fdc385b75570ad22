"""Stand-ins for what Wine 8 lacks, put into an unpacked copy of the zip and nowhere else.

- `bcryptprimitives.dll` with ProcessPrng, which libraries written in Rust ask for random numbers.
- `_wmi.pyd` is taken away: Wine has no service behind it. Python does without it.
- The functions of complex numbers of Windows' C library, which numpy calls (complex_numbers.c).
- The memory limit of a job object, kept (job_keeper.c), for the tests that ask for it.
- The length of paths that Windows refuses, refused (short_paths.py), likewise.
"""

import re
import subprocess
from pathlib import Path

COMPILER = "x86_64-w64-mingw32-gcc"
_READER = "x86_64-w64-mingw32-objdump"
TOOLS = ("wine", COMPILER, _READER)

_HERE = Path(__file__).parent
_RANDOM = """
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return RtlGenRandom(data, (ULONG)size);
}
"""
_MATH, _OWN_MATH = b"api-ms-win-crt-math-l1-1-0.dll", b"taskxl-math.dll"


def put_into(folder: Path, scratch: Path) -> None:
    """Put into an unpacked zip what no program runs without."""
    (folder / "python" / "_wmi.pyd").unlink()
    source = scratch / "random.c"
    source.write_text(_RANDOM, encoding="ascii")
    compile_library(folder / "python" / "bcryptprimitives.dll", source, "-ladvapi32")
    _give_complex_numbers(folder, scratch)


def compile_library(target: Path, *sources: object) -> Path:
    """Make a library of Windows."""
    command = [COMPILER, "-shared", "-static", "-s", "-o", target, *sources]
    subprocess.run([str(one) for one in command], check=True)
    return target


def _give_complex_numbers(folder: Path, scratch: Path) -> None:
    """Lead numpy to a library that has what Wine's has not, and of the rest Wine's."""
    asking = [path for path in (folder / "lib" / "numpy").rglob("*.pyd") if _asks_complex(path)]
    assert asking, "numpy is packed, and asks for complex numbers"
    lacked = set(re.findall(r"lacked_(\w+)", _run(_READER, "-t", _compile_object(scratch))))
    lines = ["EXPORTS"]
    for name in sorted({name for path in asking for name in _asked(path)}):
        lines.append(f"{name} = {f'lacked_{name}' if name in lacked else f'ucrtbase.{name}'}")
    exports = scratch / "math.def"
    exports.write_text("\n".join(lines), encoding="ascii")
    library = folder / "python" / _OWN_MATH.decode()
    compile_library(library, scratch / "complex.o", exports)
    for path in asking:
        content = path.read_bytes()
        path.write_bytes(content.replace(_MATH, _OWN_MATH.ljust(len(_MATH), b"\0")))


def _compile_object(scratch: Path) -> Path:
    made = scratch / "complex.o"
    _run(COMPILER, "-O1", "-fno-builtin", "-c", "-o", made, _HERE / "complex_numbers.c")
    return made


def _asks_complex(path: Path) -> bool:
    return "carg" in _asked(path) or "cabsf" in _asked(path)


def _asked(path: Path) -> set[str]:
    """Return what a program asks of Windows' mathematics."""
    for part in _run(_READER, "-p", path).split("DLL Name: ")[1:]:
        if part.startswith(_MATH.decode()):
            return set(re.findall(r"^\s+[0-9a-f]+\s+\d+\s+(\w+)$", part, re.MULTILINE))
    return set()


def _run(*command: object) -> str:
    words = [str(one) for one in command]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
