#!/usr/bin/env python3
"""Writes the corpus of faulty streams: each breaks one rule of Documentation/FORMAT.md and keeps all others.

    Scripts/make-faulty-streams.py Tests/Fixtures/faulty

Written after the document and not with the project's own writer. Beside the streams goes `expected.tsv`: for each its
name, the exit status of info, decode, verify, transcode, tags and cut, the words that the errors of info, transcode and
tags have to hold, and what is wrong. The streams are of the network in Tests/VRVQTests/Model/Fixtures/vrvq.pth.
"""
import pathlib
import struct
import sys

FINGERPRINT = bytes.fromhex("5e57117bf6df6ed8")
COMMANDS = ["info", "decode", "verify", "transcode", "tags", "cut"]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def section(kind, payload, damage=0):
    body = bytes([kind]) + varint(len(payload)) + payload
    return body + struct.pack("<I", crc32c(body) ^ damage)


def header(flags=0, rate=8000, channels=1, mode=0, model_rate=8000, hop=8, stages=2, entries=4, frames=10,
           fingerprint=FINGERPRINT, constant=b"", scale=b"", name=b"tiny", more=b"", damage=0):
    number = lambda value: value if isinstance(value, bytes) else varint(value)
    payload = bytes([flags]) + number(rate) + number(channels) + bytes([mode])
    payload += b"".join(map(number, [model_rate, hop, stages, entries, frames])) + fingerprint + constant + scale
    return section(0x81, payload + varint(len(name)) + name + more, damage)


def bits(text):
    text = text.replace(" ", "")
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))


def chunk(payload, damage=0):
    return section(0x82, payload, damage)


# Ten frames of depths 1 and 2: a bit of depth less one, two bits a code.
FULL = bits("".join("0 01" if t % 2 else "1 1011" for t in range(10)))
WHOLE = chunk(b"\x00" + FULL)
SHORT = chunk(b"\x80\x03" + bits("0 11" * 3))


def trailer(samples=8 * 13, frames=13, chunks=2, distance=0, size=None, damage=0):
    number = lambda value: value if isinstance(value, bytes) else varint(value)
    payload = b"".join(map(number, [samples, frames, chunks, distance]))
    return section(0x84, payload + bytes([len(payload) + 7 if size is None else size]), damage)


def stream(*sections, version=1):
    return b"VRVQ" + bytes([version]) + b"".join(sections)


def with_header(**fields):
    return stream(header(**fields), WHOLE, SHORT, trailer())


def with_chunk(payload, **totals):
    return stream(header(), chunk(payload), SHORT, trailer(**totals))


def with_section(kind, payload):
    return stream(header(), section(kind, payload), WHOLE, SHORT, trailer())


GOOD = with_header()


def segment(flags=0, previous=0, first=0, sample=0, ahead=0, mode=0):
    return bytes([flags]) + b"".join(map(varint, [previous, first, sample, ahead])) + bytes([mode])


def cases():
    """(name, bytes, words, what is wrong, statuses that are not 65)"""
    yield "whole", GOOD, "", "nothing: the stream that the others are made from", dict.fromkeys(COMMANDS, 0)
    # First bytes.
    yield "empty", b"", "the stream is empty", "no byte at all", {}
    yield "foreign", b"RIFF\x24\0\0\0WAVEfmt ", "not a VRVQ stream", "a file of another kind", {}
    yield "version-0", stream(header(), WHOLE, SHORT, trailer(), version=0), "version 0 does not exist", "version 0", {}
    yield "version-2", stream(header(), WHOLE, SHORT, trailer(), version=2), "version 2 is newer", "a future version", {}
    # Sections.
    yield "no-header", stream(WHOLE, SHORT, trailer()), "where its header has to be", "a chunk first", {}
    yield "second-header", stream(header(), header(), WHOLE, SHORT, trailer()), "a second header", "two headers", {}
    yield "crc-header", stream(header(damage=1), WHOLE, SHORT, trailer()), "checksum is wrong", "a wrong checksum", {}
    yield "crc-chunk", stream(header(), chunk(b"\x00" + FULL, damage=0x80000000), SHORT, trailer()), \
        "chunk 0 (0.000 s to about 0.010 s) is damaged", "a wrong checksum", {}
    yield "crc-trailer", stream(header(), WHOLE, SHORT, trailer(damage=0x100)), "checksum is wrong", "a wrong checksum", {}
    yield "cut-header", GOOD[:20], "ends inside its header", "the stream ends in its header", {}
    yield "cut-chunk", GOOD[:len(header()) + 5 + 9], "cut off: it ends after 0 chunks", "the stream ends in a chunk", {}
    yield "cut-trailer", stream(header(), WHOLE, SHORT), "after 2 chunks (0.013 s) without its trailer", "no trailer", {}
    yield "behind-the-end", GOOD + b"\0", "trailing bytes", "a byte behind the trailer", {}
    yield "twice", GOOD + GOOD, "trailing bytes", "two streams in one file", {}
    yield "length-overlong", stream(header(), b"\x82\x80\x00" + bytes(8)), "shortest form", "a length of 0 in two bytes", {}
    yield "length-endless", stream(header(), b"\x82" + b"\x80" * 20), "shortest form", "a length without an end", {}
    yield "length-over-limit", stream(header(), b"\x82" + varint(2 ** 20 + 1)), "1048577", "a section over 1 MiB", {}
    yield "length-huge", stream(header(), b"\x82" + varint(2 ** 42 - 1)), "4398046511103", "a section of 4 TiB", {}
    yield "unknown-critical", with_section(0x91, b"xyz"), "unknown section 0x91", "a section that must be known", {}
    yield "unknown-optional", with_section(0x11, b"xyz"), "", "nothing: a section to skip", dict.fromkeys(COMMANDS, 0)
    # Header.
    yield "channels-0", with_header(channels=0), "channel count of the stream is 0", "no channels", {}
    yield "channels-65", with_header(channels=65), "channel count of the stream is 65", "too many channels", {}
    yield "rate-0", with_header(rate=0), "source rate of the stream is 0", "no samples per second", {}
    yield "rate-over-limit", with_header(rate=8000001), "source rate of the stream is 8000001", "rate over the limit", {}
    yield "model-rate-0", with_header(model_rate=0), "model rate of the stream is 0", "no samples per second", {}
    yield "hop-0", with_header(hop=0), "hop of the stream is 0", "no samples per frame", {}
    yield "hop-over-limit", with_header(hop=2 ** 20 + 1), "hop of the stream is 1048577", "hop over the limit", {}
    yield "stages-0", with_header(stages=0), "stage count of the stream is 0", "no stages", {}
    yield "stages-65", with_header(stages=65), "stage count of the stream is 65", "too many stages", {}
    yield "entries-1", with_header(entries=1), "codebook size of the stream is 1", "a codebook of one entry", {}
    yield "entries-over-limit", with_header(entries=65537), "codebook size of the stream is 65537", "too many entries", {}
    yield "frames-0", with_header(frames=0), "frames per chunk of the stream is 0", "chunks without frames", {}
    yield "frames-over-limit", with_header(frames=65537), "frames per chunk of the stream is 65537", "too long chunks", {}
    yield "chunk-too-large", with_header(channels=64, stages=64, entries=65536, frames=65536), \
        "largest size in bytes of a chunk", "each field within its limit, a chunk of 512 MiB", {}
    yield "flag-unknown", with_header(flags=4), "flags that this build does not know", "a flag of a later format", {}
    yield "stereo-unknown", with_header(mode=9), "stereo mode 9 is not known", "a stereo mode of a later format", {}
    yield "stereo-mid-side-mono", with_header(mode=1), "stereo mode 1 (mid-side) of the stream needs two", "mid and side of one channel", {}
    yield "stereo-equal-mono", with_header(mode=2), "stereo mode 2 (equal) of the stream needs two", "one channel equal to none", {}
    yield "constant-depth-0", with_header(flags=1, constant=varint(0)), "constant depth of the stream is 0", "depth 0", {}
    yield "constant-depth-3", with_header(flags=1, constant=varint(3)), "constant depth of the stream is 3", "over N", {}
    yield "scale-nan", with_header(flags=2, scale=struct.pack("<f", float("nan"))), "scale of the stream", "no number", {}
    yield "scale-negative", with_header(flags=2, scale=struct.pack("<f", -1)), "scale of the stream", "below 0", {}
    yield "name-control", with_header(name=b"\x1b[2J"), "control characters", "a name that moves the cursor", {}
    yield "name-not-utf8", with_header(name=b"\xff\xfe"), "is not UTF-8", "a name that is no text", {}
    yield "name-too-long", with_header(name=b"x" * 33), "model name is 33", "a name of 33 bytes", {}
    yield "header-too-long", with_header(more=b"\0"), "more than its fields need", "a byte behind the name", {}
    yield "header-too-short", stream(section(0x81, b"\0\x01"), trailer()), "ends before", "a header of two bytes", {}
    yield "field-overlong", with_header(hop=b"\x88\x00"), "shortest form", "a hop of 8 in two bytes", {}
    # Chunks.
    yield "coding-unknown", with_chunk(b"\x63" + FULL), "payload coding 99 is not known", "a coding of a later format", {}
    yield "chunk-empty", with_chunk(b""), "ends before coding", "a chunk without a byte", {}
    yield "frames-written-full", with_chunk(b"\x80\x0a" + FULL), "10 frames written out", "a full chunk with its count", {}
    yield "frames-written-0", with_chunk(b"\x80\x00"), "0 frames written out", "a chunk of no frames", {}
    yield "payload-short", with_chunk(b"\x00" + FULL[:2]), "cannot hold 10 frames", "bytes for five frames of ten", {}
    yield "payload-long", with_chunk(b"\x00" + FULL + b"\0"), "more than its frames need", "a byte too many", {}
    yield "filling", with_chunk(b"\x80\x03" + bits("0 11" * 3 + "0000001")), "not zero", "filling bits that are not zero", {}
    yield "depth-over-n", with_chunk(b"\x82\x01" + bits("11 0000"), samples=32, frames=4), "depth field 3", "depth 3 of 2", {}
    yield "code-over-codebook", stream(header(entries=3), chunk(b"\x00" + bits("0 10" * 9 + "0 11")), SHORT, trailer()), \
        "code 3", "code 3 of a codebook of 3", {}
    yield "silence-0", with_chunk(b"\x01\x00"), "frame count is 0", "a silence of no frames", {}
    yield "silence-flag", with_chunk(b"\x81\x02"), "flag", "a silence run with the frame count flag", {}
    yield "silence-over-limit", with_chunk(b"\x01" + varint(2 ** 24 + 1)), "16777217", "a silence of years", {}
    yield "silence-sum-over-limit", stream(header(), chunk(b"\x01\x01"), chunk(b"\x01" + varint(2 ** 24)), trailer()), \
        "number of frames in silence runs is 16777217", "two silences of years in all", {}
    yield "adaptive-empty", with_chunk(b"\x03"), "chunk 0", "range-coded frames in no bytes", {}
    yield "adaptive-long", with_chunk(b"\x03" + b"\x55" * 40), "chunk 0", "range-coded bytes that do not end", {}
    yield "adaptive-many", stream(header(frames=60000), chunk(b"\x03\x00\x00"), trailer()), "chunk 0", "60000 frames in 2 bytes", {}
    # Trailer. Cut writes another one and does not mind these.
    yield "samples-2-63", stream(header(), WHOLE, SHORT, trailer(samples=b"\x80" * 9 + b"\x01")), "shortest form", "2^63 samples", {}
    yield "samples-over-limit", stream(header(), WHOLE, SHORT, trailer(samples=2 ** 40 + 1)), \
        "sample count is 1099511627777", "2^40 + 1 samples", {}
    yield "samples-lie", stream(header(), WHOLE, SHORT, trailer(samples=105)), "(from its sample count)", "a sample more than frames", {}
    yield "frames-lie", stream(header(), WHOLE, SHORT, trailer(frames=12)), "tells of 12 frames", "a frame less", {}
    yield "chunks-lie", stream(header(), WHOLE, SHORT, trailer(chunks=3)), "tells of 3 chunks", "a chunk more", {"cut": 0}
    yield "index-missing", stream(header(), WHOLE, SHORT, trailer(distance=20)), "no chunk index lies 20 bytes before", \
        "the trailer points to an index that is not there", {"cut": 0}
    yield "trailer-size-lies", stream(header(), WHOLE, SHORT, trailer(size=12)), "the size it gives of itself", "its own size", {"cut": 0}
    # Segments and tags.
    yield "segment-flags", with_section(0x83, segment(flags=1)), "flags that this build does not know", "unknown flags", {}
    yield "segment-lies", with_section(0x83, segment(first=5, sample=8)), "a segment of", "a first frame behind its first sample", {}
    yield "segment-look-ahead", with_section(0x83, segment(ahead=1025)), "look-ahead is 1025", "too far ahead", {}
    yield "segment-previous", with_section(0x83, segment(previous=8)), "a segment of", "samples before the first frame", {}
    yield "segment-stereo-unknown", with_section(0x83, segment(mode=3)), "stereo mode 3 is not known", "a mode of a later format", {}
    yield "segment-stereo", with_section(0x83, segment(mode=1)), "does not go with the stream's 1 coded of 1 channels", \
        "mid and side of one channel", {}
    yield "segment-stereo-count", stream(header(channels=2, mode=2), section(0x83, segment(mode=1)), WHOLE, SHORT, trailer()), \
        "does not go with the stream's 1 coded of 2 channels", "another number of coded channels on the way", {}
    yield "tag-key-empty", with_section(0x01, b"\0\0"), "key", "a key of no bytes", {}
    yield "tag-key-equals", with_section(0x01, b"\x03a=b\x01c"), "key", "a key with an equals sign", {}
    yield "tag-not-utf8", with_section(0x01, b"\x01a\x01\xff"), "is not UTF-8", "a value that is no text", {}
    yield "tag-cut", with_section(0x01, b"\x01a\x09x"), "ends before", "a value longer than its section", {}
    # Entropy models.
    named = section(0x85, bytes(range(8)) + b"\0")
    learned = chunk(b"\x04" + b"\x55" * 9)
    missing = dict.fromkeys(COMMANDS, 69)
    yield "learned-unnamed", stream(header(), learned, SHORT, trailer()), "entropy model", "no model named", {}
    yield "learned-unknown", stream(header(), named, learned, SHORT, trailer()), "0001020304050607", "a model not at hand", missing
    yield "learned-not-used", stream(header(), named, WHOLE, SHORT, trailer()), "", "nothing: a model that no chunk needs", \
        dict.fromkeys(COMMANDS, 0)
    yield "entropy-model-short", with_section(0x85, bytes(7)), "ends before", "a fingerprint of 7 bytes", {}
    yield "entropy-model-long", with_section(0x85, bytes(8) + b"\0\0"), "more than", "a byte behind the name", {}
    front = stream(header(), WHOLE, named)
    yield "index-before-model", front + SHORT + section(0x02, varint(len(front)) + varint(10)) + trailer(distance=8), \
        "index", "an index of a stream that names a model behind a chunk", {"info": 0, "decode": 0, "transcode": 0, "tags": 0, "cut": 0}
    # Models: what needs none does not mind.
    other = {"info": 0, "decode": 69, "verify": 0, "transcode": 0, "tags": 0, "cut": 0}
    yield "model-mismatch", with_header(fingerprint=bytes(range(8))), "0001020304050607", "the codes of another model", other
    yield "model-shape", stream(header(hop=4), WHOLE, SHORT, trailer(52)), "", \
        "the fingerprint of a model, and another shape", {"info": 0, "decode": 65, "verify": 0, "transcode": 0, "tags": 0, "cut": 0}


def main(folder):
    folder = pathlib.Path(folder)
    rows = []
    for name, data, words, wrong, statuses in cases():
        (folder / f"{name}.vrvq").write_bytes(data)
        rows.append("\t".join([name] + [str(statuses.get(c, 65)) for c in COMMANDS] + [words, wrong]))
    (folder / "expected.tsv").write_text("\t".join(["name"] + COMMANDS + ["words", "wrong"]) + "\n" + "\n".join(rows) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
