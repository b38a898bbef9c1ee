#!/usr/bin/env python3
"""Measures what files of at most 1 MB can cost: the longest time and the most memory of every command that reads one.

    Scripts/hostile-worst-case.py .build/release/vrvq [BYTES]

The files keep the format and make as much as it allows of every byte: full chunks of coding 3 in which nothing ever
changes, silence in 2^24 pieces, empty sections, damage that looks like sections, arrays that unpack to a thousand times
their size. Sound is written up to 256 MiB. Prints a line for each file and command: seconds, MiB at the peak, exit status.
"""
import importlib.util
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("faulty", HERE / "make-faulty-streams.py")
faulty = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(faulty)

SIZE = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
CHECKPOINT = HERE.parent / "Tests/VRVQTests/Model/Fixtures/vrvq.pth"


class RangeEncoder:
    """FORMAT.md, section 6.4.1: decisions only, with a likelihood each."""

    def __init__(self):
        self.low, self.range, self.shifts = 0, 2**32 - 1, 0

    def decide(self, context, yes):
        value, count = context
        q = min(63488, max(2048, value))
        unit = self.range // 65536
        self.low += 0 if yes else unit * q
        self.range = unit * (q if yes else 65536 - q)
        while self.range < 1 << 24:
            self.range <<= 8
            self.low <<= 8
            self.shifts += 1
        m = 2 * count + 3
        context[0] += (65536 - value) * 2 // m if yes else -(value * 2 // m)
        context[1] = min(60, count + 1)

    def finish(self):
        low = -(-self.low // (1 << 24))
        return low.to_bytes(self.shifts + 1, "big")


def silent_frames(frames, channels=1):
    """A chunk of coding 3 in which every frame of every channel is silent: one decision each."""
    coder, first, again = RangeEncoder(), [8 * 256, 2], [224 * 256, 2]
    coder.decide([8 * 256, 2], True)
    for number in range(frames * channels):
        coder.decide(first if number < channels else again, True)
    return b"\x03" + coder.finish()


def trailer(samples, frames, chunks):
    payload = faulty.varint(samples) + faulty.varint(frames) + faulty.varint(chunks) + b"\x00"
    return faulty.section(0x84, payload + bytes([len(payload) + 7]))


def stream(head, chunk, frames, count, hop=8):
    return b"VRVQ\x01" + head + chunk * count + trailer(frames * count * hop, frames * count, count)


def packed_frames(frames):
    """Plain bits of depth 1 of 2 with codes of 2 bits: the most frames with sound."""
    return b"\x00" + bytes((frames * 3 + 7) // 8)


def array(codes, file):
    """Zeros in one channel of two stages, written piece by piece: this process's own memory counts as a child's."""
    header = f"{{'descr': '<i2', 'fortran_order': False, 'shape': (2, {codes // 2}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    for _ in range(codes >> 16):
        file.write(bytes(2 << 16))


def files():
    full = 1 << 16
    chunk = faulty.chunk(silent_frames(full))
    yield "adaptive.vrvq", stream(faulty.header(frames=full), chunk, full, (SIZE - 100) // len(chunk))
    wide = faulty.header(frames=1800, channels=64, stages=64, entries=2, constant=b"\x01", flags=1)
    chunk = faulty.chunk(silent_frames(1800, 64))
    yield "adaptive-wide.vrvq", stream(wide, chunk, 1800, (SIZE - 100) // len(chunk))
    chunk = faulty.chunk(packed_frames(full))
    yield "packed.vrvq", stream(faulty.header(frames=full), chunk, full, (SIZE - 100) // len(chunk))
    chunk = faulty.chunk(packed_frames(1))
    yield "chunks-of-one.vrvq", stream(faulty.header(frames=1), chunk, 1, (SIZE - 100) // len(chunk))
    chunk = faulty.chunk(b"\x01" + faulty.varint(1 << 24))
    yield "silence.vrvq", stream(faulty.header(frames=1), chunk, 1 << 24, 1)
    yield "silence-wide.vrvq", stream(faulty.header(frames=1, channels=64), chunk, 1 << 24, 1)
    tags = faulty.section(0x01, b"\x01k\x00")
    yield "tags.vrvq", b"VRVQ\x01" + faulty.header() + tags * ((SIZE - 100) // len(tags)) + trailer(0, 0, 0)
    head = b"VRVQ\x01" + faulty.header()
    for name, pattern in [("lies", b"\x82\xff\xff\x3f"), ("types", b"\x82"), ("short-lies", b"\x82\x00")]:
        yield f"damage-{name}.vrvq", head + (pattern * SIZE)[:SIZE - len(head)]
    yield "bomb.npz", None
    yield "nested.pth", None


def make(folder):
    for name, data in files():
        if data is not None:
            (folder / name).write_bytes(data)
    with zipfile.ZipFile(folder / "bomb.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("codes.npy", "w") as file:
            array(SIZE * 500 >> 17 << 17, file)
    # A pickle as deep as it is long: lists in lists.
    with zipfile.ZipFile(folder / "nested.pth", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02" + b"]" * (SIZE * 2 // 5) + b"a" * (SIZE * 2 // 5 - 1) + b".")


def commands(path, out):
    if path.suffix == ".npz":
        return [("tokens", [path, "-o", out / "x.vrvq", "--force"])]
    if path.suffix == ".pth":
        return [("model import", [path, "-o", out / "x.safetensors", "--force"])]
    return [
        ("info", [path]), ("verify", [path]), ("tags", [path]), ("tags --set", None),
        ("transcode", [path, out / "x.vrvq", "--codebooks", "1", "--force"]),
        ("cut", [path, out / "x.vrvq", "--start", "0", "--end", "100", "--margin", "2", "--force"]),
        ("repair", [path, out / "x.vrvq", "--force"]), ("tokens", [path, "-o", out / "x.npz", "--force"]),
        ("decode", [path, "-o", out / "x.wav", "--force", "--model", out / "tiny.safetensors"]),
    ]


def measure(program, arguments):
    """Seconds, MiB and status of a run of its own process."""
    start = time.monotonic()
    child = subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return cpu, time.monotonic() - start, usage.ru_maxrss / 1024, child.returncode


def limit():
    # Sound is as long as the file says: it is ended (status -25) after so many bytes.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28))


def main(program):
    limit()
    with tempfile.TemporaryDirectory(prefix="vrvq-worst-") as name:
        folder = pathlib.Path(name)
        make(folder)
        subprocess.run([program, "model", "import", CHECKPOINT, "-o", folder / "tiny.safetensors", "--name", "tiny"],
                       check=True, stdout=subprocess.DEVNULL)
        print(f"{'file':20} {'bytes':>8} {'command':14} {'cpu s':>8} {'s':>8} {'MiB':>6} status")
        for path in sorted(path for path in folder.iterdir() if path.suffix != ".safetensors"):
            for command, arguments in commands(path, folder):
                if arguments is None:
                    copy = folder / "copy"
                    copy.write_bytes(path.read_bytes())
                    command, arguments = "tags", ["--set", "a=b", copy]
                cpu, wall, peak, status = measure(program, [*command.split(), *arguments])
                print(f"{path.name:20} {path.stat().st_size:8} {command:14} {cpu:8.2f} {wall:8.2f} {peak:6.0f} {status}",
                      flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
