"""Debian packages: download, unpacking, and the files in them that a source takes."""
import re
import shutil
import subprocess
import sys
import zipfile

from pieces import order
from sounds import run, said

AUDIO = (".wav", ".ogg", ".oga", ".flac", ".mp3", ".opus", ".g722", ".aif", ".aiff", ".mid", ".midi")
SOUNDFONTS = ["fluid-soundfont-gm", "musescore-general-soundfont-lossless"]    # both hold uncompressed samples
PATTERNS = [f"*{ending}" for ending in (*AUDIO, ".sf2", ".pk3", "/copyright")]


def download(package, folder):
    """The package's .deb in `folder`, or None if it cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(folder.glob(f"{package}_*.deb"))
    if found:
        return found[-1]
    print(f"  downloading {package}", flush=True)
    got = run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], cwd=folder)
    found = sorted(folder.glob(f"{package}_*.deb"))
    if got.returncode or not found:
        print(f"  cannot download {package}, left out this time: {said(got)}", file=sys.stderr, flush=True)
        return None
    return found[-1]


def extract(archive, folder):
    """Unpacks sounds, soundfonts and the statement of licences."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    deb = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE)
    # tar complains about patterns that match nothing: here that is no error.
    tar = run(["tar", "-x", "--no-same-owner", "-C", folder, "--wildcards", "--no-anchored", "--ignore-case", *PATTERNS],
              stdin=deb.stdout)
    deb.stdout.close()
    if deb.wait() or tar.returncode > 2 or b"No space" in tar.stderr:
        raise OSError(f"unpacking {archive.name} failed (delete it and try again): {said(tar)}")


def unpack(package, out):
    """The folder holding the audio of a package, downloaded if need be; None if it cannot be had."""
    folder, partial = out / "cache" / package, out / "cache" / f"{package}.part"
    if (folder / ".done").exists():
        return folder
    archive = download(package, out / "cache" / "deb")
    if not archive:
        return None
    extract(archive, partial)
    (partial / ".done").touch()
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    archive.unlink()                           # the audio is kept, the rest of the package is not
    return folder


def soundfonts(out):
    """The soundfonts that scores are played through."""
    fonts = []
    for package in SOUNDFONTS:
        folder = unpack(package, out)
        found = sorted(folder.rglob("*.sf2"), key=lambda path: path.stat().st_size) if folder else []
        if not found:
            raise OSError(f"no soundfont in package {package}")
        fonts.append(found[-1])
    return fonts


def open_archives(pattern, folder):
    """Unpacks the audio of zip files inside a package; returns where it lies."""
    root = folder / "inner"
    for archive in sorted(folder.glob(pattern)):
        with zipfile.ZipFile(archive) as zipped:
            for name in zipped.namelist():
                if name.lower().endswith(AUDIO) and not (root / name).exists():
                    zipped.extract(name, root)
    return root


def members(row, folder):
    """The files of one source, each with the key that tells its siblings (same voice, same folder)."""
    root = open_archives(row["archive"], folder) if row["archive"] else folder
    chosen = []
    for path in sorted(root.rglob("*")):
        name = "/" + path.relative_to(root).as_posix()
        found = re.search(row["match"], name)
        skipped = row["skip"] and re.search(row["skip"], name)
        if found and not skipped and path.is_file() and not path.is_symlink():
            chosen.append((found.group(1) if found.groups() else path.parent.name, path))
    if row["track"] != "0":                    # long recordings: in any order; short ones stay with their siblings
        chosen.sort(key=lambda item: order(item[1].name))
    return chosen


class HeldOut:
    """What must never be trained on: names and hashes of held-out.txt."""

    def __init__(self, path):
        lines = {line for line in path.read_text().splitlines() if line and not line.startswith("#")}
        self.names = {line for line in lines if ":" in line}
        self.hashes = lines - self.names

    def has(self, package, path, digest):
        inside = path.as_posix().split(f"/cache/{package}/", 1)[-1].removeprefix("inner/")
        return digest[:12] in self.hashes or f"{package}:{inside}" in self.names
