#!/usr/bin/env python3
"""Turns a check of the shipped model (.npz) into the golden file of GoldenSmallTests.

    Scripts/small-check.py CHECK.npz Tests/Golden/small-check/small-check.safetensors

The check holds a double-precision run of the model: `samples`, the value after every `encoder.block.i` and
`decoder.model.i` (the decoder's of the decode at `scale`), `latent`, `importance`, `codes`, `depth` at `scale`,
`decoded_all` (all stages) and `decoded_scale`. Values become float32, codes and depths int32. Needs numpy.
"""

import json
import struct
import sys

import numpy


def converted(array):
    """An array in the type in which the golden file holds it."""
    kind = numpy.int32 if array.dtype.kind in "iu" else numpy.float32
    return numpy.ascontiguousarray(array, dtype=kind)


def safetensors(arrays):
    """The bytes of a safetensors file."""
    header, body = {}, b""
    for name in sorted(arrays):
        data = arrays[name].tobytes()
        header[name] = {
            "dtype": "I32" if arrays[name].dtype == numpy.int32 else "F32",
            "shape": list(arrays[name].shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with numpy.load(sys.argv[1]) as check:
        arrays = {name: converted(check[name]) for name in check.files}
        if not numpy.array_equal(check["samples"], arrays["samples"]):
            sys.exit("small-check: the input samples are not float32 values; a test could not repeat the run")
    with open(sys.argv[2], "wb") as out:
        out.write(safetensors(arrays))


if __name__ == "__main__":
    main()
