#!/usr/bin/env python3
"""Writes the seeds of the fuzzer that are no fixtures of a test: parts that its targets take by themselves.

    Scripts/make-fuzz-seeds.py Fuzz/Seeds

Payloads and range-coded symbols come from the golden streams, archives from the golden ones, unpacked so that changed
bytes mean something; pickles are written by hand, as small as they can be.
"""
import io
import pathlib
import struct
import sys
import zipfile

TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests"
GOLDEN = TESTS / "Fixtures/golden"
# By payload coding.
TARGETS = {3: "payload", 4: "learned"}


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def sections(data):
    at = 5
    while at < len(data):
        length, start = varint(data, at + 1)
        yield data[at], data[start:start + length]
        at = start + length + 4


def header(payload):
    numbers, at = [], 1
    for _ in range(2):
        value, at = varint(payload, at)
        numbers.append(value)
    at += 1
    for _ in range(5):
        value, at = varint(payload, at)
        numbers.append(value)
    at += 8
    constant = varint(payload, at)[0] if payload[0] & 1 else 0
    return numbers[1], numbers[4], numbers[5], numbers[6], constant


def payloads():
    """A shape in seven bytes, then what follows the coding byte of a full chunk in coding 3 or 4."""
    for path in sorted(GOLDEN.glob("*.vrvq")):
        for number, (kind, payload) in enumerate(sections(path.read_bytes())):
            if kind == 0x81:
                channels, stages, entries, frames, constant = header(payload)
            if kind != 0x82 or payload[0] & 0x7F not in TARGETS:
                continue
            target = TARGETS[payload[0] & 0x7F]
            data = payload[1:]
            if payload[0] & 0x80:
                frames, at = varint(payload, 1)
                data = payload[at:]
            rest = entries - 2
            shape = [channels - 1, stages - 1, rest >> 4, (rest & 15) << 4, frames - 1, int(constant > 0),
                     max(0, constant - 1)]
            yield f"{target}/{path.stem}-{number}", bytes(shape) + data


def ranges():
    for name, totals in [("few", [2, 3, 4]), ("many", [256, 65536, 1, 1000] * 8)]:
        front = bytes([len(totals)]) + b"".join(struct.pack(">H", total - 1) for total in totals)
        yield f"range/{name}", front + bytes(range(7, 7 + 2 * len(totals)))


def archives():
    for name in ["stereo-tags", "segments", "constant"]:
        buffer = io.BytesIO()
        with zipfile.ZipFile(GOLDEN / f"{name}.npz") as source, zipfile.ZipFile(buffer, "w") as target:
            for entry in source.namelist():
                info = zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0))
                target.writestr(info, source.read(entry))
        yield f"arrays/{name}-stored.npz", buffer.getvalue()


def text(word):
    return b"U" + bytes([len(word)]) + word.encode()


def tuple_(*numbers):
    return b"(" + b"".join(b"K" + bytes([number]) for number in numbers) + b"t"


def tensor(shape, strides, offset=0, count=16, storage="FloatStorage"):
    of = b"(" + text("storage") + b"ctorch\n" + storage.encode() + b"\n" + text("0") + text("cpu") + b"K"
    call = b"ctorch._utils\n_rebuild_tensor_v2\n(" + of + bytes([count]) + b"tQK" + bytes([offset])
    return call + tuple_(*shape) + tuple_(*strides) + b"\x89ccollections\nOrderedDict\n)RtR"


def pickles():
    weights = {"encoder.block.0.weight_g": ([2, 1, 1], [1, 1, 1]), "encoder.block.0.weight_v": ([2, 1, 7], [7, 7, 1]),
               "encoder.block.0.bias": ([2], [1]), "quantizer.quantizers.0.codebook.weight": ([4, 2], [2, 1])}
    items = b"".join(text(name) + tensor(*form) for name, form in weights.items())
    yield "checkpoint/tensors", b"\x80\x02}(" + items + b"u."
    kwargs = b"}(" + text("sample_rate") + b"M\x40\x1f" + text("encoder_rates") + b"](K\x02K\x04e" + b"u"
    metadata = b"}" + text("kwargs") + kwargs + b"s"
    yield "checkpoint/metadata", (
        b"\x80\x02}(" + text("state_dict") + b"}(" + items + b"u" + text("metadata") + metadata + b"u.")
    yield "checkpoint/memo", b"\x80\x02}q\x00(" + text("a") + b"q\x01h\x00" + text("b") + b"G" + bytes(8) + b"u."
    yield "checkpoint/half", b"\x80\x02}" + text("x") + tensor([2, 3], [1, 2], 1, storage="HalfStorage") + b"s."


def main(folder):
    for make in [payloads, ranges, archives, pickles]:
        for name, data in make():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
