"""Build taskxl-VERSION-linux-MACHINE.tar.xz: taskxl for a Linux desk without internet.

    python packaging/offline.py [--python 3.11 …] [--machine x86_64 …] [--to FOLDER]

One archive for x86_64 and one for aarch64. Inside are the wheels of taskxl and of all that it
needs at run time, and install.sh, which makes an environment in the person's own folder and puts
taskxl into the menu. It needs a Python of one of the versions packed, and no administrator.
"""

import argparse
import io
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from wheelhouse import EXTRAS, ROOT, build_own_wheel, gather, linux, read_requirements, slim

PYTHONS = ("3.11", "3.12")
MACHINES = ("x86_64", "aarch64")

INSTALL = """#!/bin/sh
# 安装 taskxl，不用联网，不用管理员：sh install.sh
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
place=$data/taskxl
bin=$HOME/.local/bin
machine=$(uname -m)
case " @MACHINES@ " in
*" $machine "*) ;;
*) echo "这台电脑是 $machine，安装包里只有 @MACHINES@ 的组件，没有安装。" >&2; exit 2 ;;
esac
python=
for version in @PYTHONS@; do
    for one in "python$version" python3; do
        has=$("$one" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        if [ -z "$python" ] && [ "$has" = "$version" ]; then python=$one; fi
    done
done
if [ -z "$python" ]; then
    echo "没有找到 Python（需要 @PYTHONS@ 中的一种），没有安装。" >&2
    echo "请先安装，或请维护人员按这台电脑的 Python 另做安装包。" >&2
    exit 2
fi
echo "正在安装，要一两分钟……"
rm -rf "$place/new"
mkdir -p "$place" "$bin" "$data/applications"
"$python" -m venv --without-pip "$place/new"
set -- "$here"/wheels/pip-*.whl
PYTHONPATH=$1 "$place/new/bin/python" -m pip install --quiet --disable-pip-version-check \\
    --no-index --find-links "$here/wheels" "taskxl[@EXTRAS@]"
rm -rf "$place/environment"
# A script names its Python by its full path: the environment is made where it stays.
"$python" -m venv --without-pip "$place/environment"
cp -R "$place/new/lib/." "$place/environment/lib/"
rm -rf "$place/new"
printf '#!/bin/sh\\nexec "%s" -m taskxl "$@"\\n' "$place/environment/bin/python" >"$bin/taskxl"
chmod 755 "$bin/taskxl"
cp -R "$here/examples" "$here/templates" "$here/docs" "$place/"
sed "s|@COMMAND@|$bin/taskxl|" "$here/taskxl.desktop" >"$data/applications/taskxl.desktop"
echo "taskxl 装好了：菜单里的“重点工作 taskxl”，或命令 $bin/taskxl（样例：$bin/taskxl demo）。"
"""
# Between the quotes of Exec a path may hold spaces.
DESKTOP = """[Desktop Entry]
Type=Application
Name=重点工作 taskxl
Name[zh_CN]=重点工作 taskxl
Comment=重点工作任务的每月报送：下发、收表、汇总、通报
Exec="@COMMAND@" open %f
Terminal=false
Categories=Office;
MimeType=inode/directory;
"""
READ_FIRST = """taskxl {version}（Linux：{machines}；Python {pythons}）

安装（在这个文件夹里，不用联网，不用管理员）：

    sh install.sh

装在 ~/.local/share/taskxl，菜单里有“重点工作 taskxl”。再装一次就是升级，工作区不动。
不用了：删掉 ~/.local/share/taskxl、~/.local/bin/taskxl、
~/.local/share/applications/taskxl.desktop，和记着最近打开过哪些工作区的 ~/.local/state/taskxl。
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the archive; print where it is and how large."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", action="append", help="a version of Python, such as 3.11")
    parser.add_argument("--machine", action="append", choices=MACHINES)
    parser.add_argument("--to", type=Path, default=ROOT / "dist", help="folder for it (dist)")
    parser.add_argument("--wheels", type=Path, help="folder that keeps fetched wheels")
    given = parser.parse_args(arguments)
    pythons, machines = given.python or PYTHONS, given.machine or MACHINES
    given.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        own = build_own_wheel(Path(scratch))
        version = own.name.split("-")[1]
        for machine in machines:
            wheels = {own.name: own}
            for python in pythons:
                folder = (given.wheels or Path(scratch)) / f"{machine}-{python}"
                found = gather(folder, linux(python, machine), [*read_requirements(), "pip"])
                wheels |= {wheel.name: wheel for wheel in found}
            place = given.to / f"taskxl-{version}-linux-{machine}.tar.xz"
            write(place, f"taskxl-{version}", lay_out(version, wheels, pythons, [machine]))
            print(f"{place}: {place.stat().st_size / 1e6:.0f} MB, {len(wheels)} wheels")
    return 0


def lay_out(
    version: str, wheels: Mapping[str, Path], pythons: Sequence[str], machines: Sequence[str]
) -> dict[str, bytes]:
    """Return the files of the folder by their paths in it."""
    words = {"@PYTHONS@": " ".join(pythons), "@MACHINES@": " ".join(machines)}
    words["@EXTRAS@"] = ",".join(EXTRAS)
    script = INSTALL
    for mark, word in words.items():
        script = script.replace(mark, word)
    told = READ_FIRST.format(
        version=version, machines="、".join(machines), pythons="、".join(pythons)
    )
    files = {
        "install.sh": script.encode(),
        "taskxl.desktop": DESKTOP.encode(),
        "先看这里.txt": told.encode(),
    }
    files |= {f"wheels/{name}": slim(wheel) for name, wheel in wheels.items()}
    for name in ("templates", "examples", "docs"):
        files |= {
            f"{name}/{path.relative_to(ROOT / name).as_posix()}": path.read_bytes()
            for path in sorted((ROOT / name).rglob("*"))
            if path.is_file() and path.suffix not in (".py", ".pyc")
        }
    return files


def write(place: Path, folder: str, files: Mapping[str, bytes]) -> None:
    """Write an archive with files below one folder, whole or not at all."""
    draft = place.with_suffix(".part")
    with tarfile.open(draft, "w:xz", preset=6) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mtime = len(files[name]), 1609459200
            entry.mode = 0o755 if name.endswith(".sh") else 0o644
            archive.addfile(entry, io.BytesIO(files[name]))
    shutil.move(draft, place)


if __name__ == "__main__":
    sys.exit(main())
