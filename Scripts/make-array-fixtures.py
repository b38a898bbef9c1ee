#!/usr/bin/env python3
"""Writes the array files that the tests read, with the real NumPy.

    Scripts/make-array-fixtures.py Tests

- Tests/Fixtures/golden/NAME.npz: grids of codes, of which NAME.vrvq beside it are the exact bytes. Those were written once
  by `vrvq tokens NAME.npz -o NAME.vrvq` and never change (Documentation/FORMAT.md, section 12).
- Tests/Fixtures/golden/context.npz: the context model of learned.vrvq.
- Tests/VRVQArraysTests/Fixtures: one array in the forms that NumPy has, and .dac files of the network in
  Tests/VRVQTests/Model/Fixtures (dac.safetensors: with other gains, without the importance map) with the sound that they decode to, computed here in double precision after the
  published code (chunks without any padding).
"""
import hashlib
import io
import json
import pathlib
import pickle
import re
import struct
import sys

import numpy as np

TINY = {"fingerprint": "5e57117bf6df6ed8", "model": "tiny", "model_rate": 8000, "hop": 8, "entries": 4}


class Numbers:
    """A linear congruential generator, so that the fixtures do not depend on NumPy's."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return (self.state >> 33) % n


def grid(seed, channels, stages, frames, entries, depth):
    """Codes with -1 behind each frame's depth; half of them come back from before, as codes of sound do."""
    numbers, codes = Numbers(seed), np.full((channels, stages, frames), -1, np.int16)
    for t in range(frames):
        for c in range(channels):
            for k in range(depth(c, t, numbers)):
                again = t > 0 and codes[c, k, t - 1] >= 0 and numbers.below(2) == 0
                codes[c, k, t] = codes[c, k, t - 1] if again else numbers.below(entries)
    return codes


def archive(path, codes, sample_count, sample_rate=8000, **more):
    codes = codes[0] if codes.shape[0] == 1 else codes
    fields = dict(TINY, **more)
    np.savez_compressed(
        path, codes=codes, depth=(codes >= 0).sum(axis=-2).astype(np.uint8), sample_count=sample_count,
        sample_rate=sample_rate, **{k: v if isinstance(v, np.ndarray) else np.array(v) for k, v in fields.items()})


def context(path):
    """Writes a context model (FORMAT.md, 6.5.5) of small numbers for the network `TINY`; gives its fingerprint."""
    stages, entries, width, hidden, inner = 2, TINY["entries"], 3, 4, 5
    shapes = {
        "frame": ("I8", stages, entries, width), "frame.depth": ("I16", stages + 1, width),
        "first.weight": ("I16", 4 * width, hidden), "first.bias": ("I32", hidden),
        "second.weight": ("I16", hidden, hidden), "second.bias": ("I32", hidden),
        "below": ("I8", stages - 1, entries, inner), "below.depth": ("I16", stages + 1, inner),
        "stage.hidden": ("I16", stages, hidden, inner), "stage.below": ("I16", stages, inner, inner),
        "stage.bias": ("I32", stages, inner), "output.weight": ("I8", stages, inner, entries),
        "output.bias": ("I16", stages, entries), "gate.weight": ("I16", stages, inner), "gate.bias": ("I32", stages),
        "copy.lag": ("I16", stages, 8), "copy.below": ("I16", stages, stages + 1), "copy.last": ("I16", stages, 2),
        "copy.before": ("I16", stages, stages + 1), "shifts": ("I32", 2 + 3 * stages)}
    numbers, arrays, lines = Numbers(1), {}, ["vrvq-context-1"]
    for name, (kind, *shape) in shapes.items():
        values = np.array([numbers.below(255) - 127 for _ in range(int(np.prod(shape)))])
        # So that codes cost about as much as they do in coding 3: near to even, but the last frame's code likely.
        if name == "output.weight":
            values = np.trunc(values / 16)
        if name == "copy.lag":
            values = np.array(stages * ([200] + 7 * [-2000]))
        if name == "shifts":
            values = np.array([8, 8] + stages * [8, 7, 5])
        arrays[name] = values.astype({"I8": "<i1", "I16": "<i2", "I32": "<i4"}[kind]).reshape(shape)
        digest = hashlib.sha256(arrays[name].tobytes()).hexdigest()
        lines.append(f"{name} {kind} {','.join(map(str, shape))} {digest}")
    np.savez_compressed(path, **{name: values.astype(np.int32).ravel() for name, values in arrays.items()})
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()[:16]


def golden(folder):
    wave = lambda c, t, n: 1 + (t // 7 + c) % 2
    archive(folder / "learned", grid(7, 2, 2, 260, 4, wave), 2080, frames_per_chunk=100, entropy="learned",
            entropy_model=context(folder / "context"))
    archive(folder / "indexed", grid(8, 1, 1, 10100, 2, lambda c, t, n: 1), 80800, frames_per_chunk=2500, entries=2,
            entropy="packed", constant_depth=1)
    archive(folder / "mono-packed", grid(1, 1, 2, 40, 4, wave), 317, frames_per_chunk=16, entropy="packed")
    archive(folder / "mono-adaptive", grid(2, 1, 2, 300, 4, wave), 2400, frames_per_chunk=100, entropy="adaptive",
            scale=np.float32(3.5))
    tags = json.dumps([["title", "Probe"], ["artist", "\u00c4\n\u0001\U0001f3b5"], ["ARTIST", ""]]).encode()
    archive(folder / "stereo-tags", grid(3, 2, 2, 250, 4, wave), 12000, 48000, frames_per_chunk=125,
            entropy="adaptive", tags=np.frombuffer(tags, np.uint8))
    archive(folder / "constant", grid(4, 1, 2, 64, 4, lambda c, t, n: 0 if t == 9 else 2), 512, frames_per_chunk=32,
            entropy="packed", constant_depth=2)
    # A silence that fills chunks, one that begins in a chunk, and one at the end.
    quiet = lambda c, t, n: 0 if 20 <= t < 95 or t >= 150 else wave(c, t, n)
    archive(folder / "silence", grid(5, 2, 2, 200, 4, quiet), 1600, frames_per_chunk=20, entropy="adaptive")
    # Two pieces of a recording: frames 10 to 49 and 100 to 129 of it, with pre-roll, look-ahead and short chunks.
    rows = np.array([[0, 0, 10, 120, 5], [40, 240, 100, 840, 3]])
    archive(folder / "segments", grid(6, 1, 2, 70, 4, wave), 240 + 176, frames_per_chunk=16, entropy="adaptive",
            segments=rows, chunk_frames=np.array([6, 16, 16, 2, 12, 16, 2]))
    deep = lambda c, t, n: 1 + n.below(8)
    archive(folder / "eight-stages", grid(7, 2, 8, 130, 1024, deep), 66560, 44100, frames_per_chunk=86, model_rate=44100,
            hop=512, entries=1024, model="elsewhere", fingerprint="0123456789abcdef", entropy="adaptive")
    archive(folder / "mid-side", grid(11, 2, 2, 90, 4, lambda c, t, n: 0 if c and t > 40 else wave(c, t, n)), 4300, 48000,
            frames_per_chunk=25, entropy="adaptive", stereo_mode=1, channels=2)
    archive(folder / "equal", grid(12, 1, 2, 60, 4, wave), 480, frames_per_chunk=16, entropy="adaptive", stereo_mode=2,
            channels=3)
    # A piece of left and right behind one of mid and side: the last column is the mode.
    rows = np.array([[0, 0, 10, 120, 5, 1], [40, 240, 100, 840, 3, 0]])
    archive(folder / "stereo-segments", grid(13, 2, 2, 70, 4, wave), 240 + 176, frames_per_chunk=16, entropy="adaptive",
            stereo_mode=1, channels=2, segments=rows, chunk_frames=np.array([6, 16, 16, 2, 12, 16, 2]))
    archive(folder / "empty", grid(8, 1, 2, 0, 4, wave), 0, frames_per_chunk=1000, entropy="adaptive")


def forms(folder):
    codes = grid(9, 2, 3, 5, 1000, lambda c, t, n: n.below(4))
    np.save(folder / "int16.npy", codes)
    np.save(folder / "fortran-big-endian-int32.npy", np.asfortranarray(codes.astype(">i4")))
    np.save(folder / "int64-mono.npy", codes[0].astype(np.int64))
    np.save(folder / "float64.npy", codes.astype(np.float64))
    np.save(folder / "one-axis.npy", codes[0, 0])
    np.savez(folder / "stored.npz", codes=codes)
    for version in (2, 3):
        with open(folder / f"version-{version}.npy", "wb") as file:
            np.lib.format.write_array(file, codes, version=(version, 0))


# The decoder, [channels, time], without padding in any layer.

def weights():
    """The decoder of the network of the model fixtures, with other gains."""
    data = (pathlib.Path(__file__).parent.parent / "Tests/VRVQTests/Model/Fixtures/folded.safetensors").read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    arrays = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        if name != "__metadata__":
            start, end = (8 + size + offset for offset in entry["data_offsets"])
            arrays[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"]).astype(np.float64)
    arrays = {name: array for name, array in arrays.items() if "imp_subnet" not in name}
    for name, array in arrays.items():
        # Gains that let the ends of chunks differ by 100 times the tolerance of the tests.
        gain = 1
        if re.fullmatch(r"decoder\.model\.(0|[12]\.block\.1)\.weight", name):
            gain = 1 / 2
        if re.fullmatch(r"decoder\.model\.[12]\.block\.[234]\.block\.[13]\.weight", name):
            gain = 3 / 2
        if name.startswith("decoder.model.4."):
            gain = 1 / 32
        arrays[name] = (array * gain).astype(np.float32).astype(np.float64)
    return arrays


def safetensors(path, arrays):
    header, data = {}, b""
    for name, array in sorted(arrays.items()):
        bytes_ = array.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [len(data), len(data) + len(bytes_)]}
        data += bytes_
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def convolve(w, name, x, dilation=1, padding=0):
    kernel, bias = w[f"{name}.weight"], w[f"{name}.bias"]
    x = np.pad(x, ((0, 0), (padding, padding)))
    length = x.shape[1] - (kernel.shape[2] - 1) * dilation
    y = np.repeat(bias[:, None], length, axis=1)
    for tap in range(kernel.shape[2]):
        y = y + kernel[:, :, tap] @ x[:, tap * dilation:tap * dilation + length]
    return y


def transposed(w, name, x, stride, padding=0):
    kernel, bias = w[f"{name}.weight"], w[f"{name}.bias"]
    y = np.zeros((kernel.shape[1], (x.shape[1] - 1) * stride + kernel.shape[2]))
    for t in range(x.shape[1]):
        y[:, t * stride:t * stride + kernel.shape[2]] += np.tensordot(x[:, t], kernel, axes=(0, 0))
    return (y + bias[:, None])[:, padding:y.shape[1] - padding]


def snake(w, name, x):
    alpha = w[f"{name}.alpha"][0]
    return x + np.sin(alpha * x) ** 2 / (alpha + 1e-9)


def unit(w, name, x, dilation, pads):
    y = convolve(w, f"{name}.block.1", snake(w, f"{name}.block.0", x), dilation, 3 * dilation if pads else 0)
    y = convolve(w, f"{name}.block.3", snake(w, f"{name}.block.2", y))
    cut = (x.shape[1] - y.shape[1]) // 2
    return y + (x[:, cut:-cut] if cut else x)


def decode(w, codes, pads):
    """[stages, frames] to samples."""
    z = sum(convolve(w, f"quantizer.quantizers.{k}.out_proj", w[f"quantizer.quantizers.{k}.codebook.weight"][codes[k]].T)
            for k in range(len(codes)))
    x = convolve(w, "decoder.model.0", z, padding=3 if pads else 0)
    for block, stride in enumerate([4, 2], 1):
        name = f"decoder.model.{block}"
        x = transposed(w, f"{name}.block.1", snake(w, f"{name}.block.0", x), stride, (stride + 1) // 2 if pads else 0)
        for index, dilation in enumerate([1, 3, 9], 2):
            x = unit(w, f"{name}.block.{index}", x, dilation, pads)
    return np.tanh(convolve(w, "decoder.model.4", snake(w, "decoder.model.3", x), padding=3 if pads else 0))[0]


def dac(folder):
    w = weights()
    safetensors(folder / "dac.safetensors", w)

    def file(name, codes, chunk, length, pads, protocol=None):
        artifacts = {
            "codes": codes.astype(np.uint16),
            "metadata": {
                "input_db": np.array([-23.5], np.float32), "original_length": length, "sample_rate": 8000,
                "chunk_length": chunk, "channels": len(codes), "padding": pads, "dac_version": "1.0.0",
            },
        }
        with open(folder / f"{name}.dac", "wb") as out:
            if protocol is None:
                np.save(out, artifacts)
            else:
                # As older versions of NumPy wrote it: the module under its old name, bytes as text.
                np.lib.format.write_array_header_1_0(out, {"descr": "|O", "fortran_order": False, "shape": ()})
                text = pickle.dumps(np.array(artifacts, dtype=object), protocol=protocol)
                out.write(text.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))

    codes = grid(10, 2, 2, 120, 4, lambda c, t, n: 2)
    # Without padding the ends of chunks are others than in the middle of a longer signal.
    chunks = [np.stack([decode(w, c[:, s:s + 60], False) for c in codes]) for s in (0, 60)]
    file("chunked", codes, 60, 400, False)
    np.save(folder / "chunked-samples.npy", np.concatenate(chunks, axis=1))
    one = codes[:1, :, :50]
    file("padded", one, 50, 397, True)
    file("padded-protocol-2", one, 50, 397, True, protocol=2)
    np.save(folder / "padded-samples.npy", decode(w, one[0], True)[None])


def main(tests):
    tests = pathlib.Path(tests)
    golden(tests / "Fixtures/golden")
    arrays = tests / "VRVQArraysTests/Fixtures"
    forms(arrays)
    dac(arrays)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
