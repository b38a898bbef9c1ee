#!/usr/bin/env python3
"""Writes the model files that the import tests read: one tiny network in every form in which weights are published.

    Scripts/make-model-fixtures.py Tests/VRVQTests/Model/Fixtures

Needs NumPy, and no PyTorch: the checkpoints are written as `torch.save` writes them (a zip file of stored entries, a
pickle that names PyTorch's functions, raw storages), with stand-ins for the names that the pickle refers to.
"""
import collections
import io
import json
import math
import pathlib
import pickle
import struct
import sys
import types
import zlib

import numpy as np

WIDTH, STRIDES, WIDE, LATENT = 2, [2, 4], 8, 4
STAGES, ENTRIES, DIMENSIONS, RATE = 2, 4, 2, 8000
KWARGS = {
    "encoder_dim": WIDTH, "encoder_rates": STRIDES, "latent_dim": None, "decoder_dim": WIDE,
    "decoder_rates": STRIDES[::-1], "n_codebooks": 9, "codebook_size": ENTRIES, "codebook_dim": DIMENSIONS,
    "quantizer_dropout": False, "sample_rate": RATE, "model_type": "VBR", "full_codebook_rate": 0.0, "level_min": None,
}


def layers():
    """(name, shape, kind) of every layer; a kernel's first axis carries its magnitudes."""
    def unit(name, c):
        return [(f"{name}.block.0", (1, c, 1), "alpha"), (f"{name}.block.1", (c, c, 7), "kernel"),
                (f"{name}.block.2", (1, c, 1), "alpha"), (f"{name}.block.3", (c, c, 1), "kernel")]
    out, c = [("encoder.block.0", (WIDTH, 1, 7), "kernel")], WIDTH
    for i, s in enumerate(STRIDES, 1):
        for u in range(3):
            out += unit(f"encoder.block.{i}.block.{u}", c)
        out += [(f"encoder.block.{i}.block.3", (1, c, 1), "alpha"), (f"encoder.block.{i}.block.4", (2 * c, c, 2 * s), "kernel")]
        c *= 2
    n = len(STRIDES)
    out += [(f"encoder.block.{n + 1}", (1, c, 1), "alpha"), (f"encoder.block.{n + 2}", (LATENT, c, 3), "kernel")]
    for i in range(STAGES):
        q = f"quantizer.quantizers.{i}"
        out += [(f"{q}.in_proj", (DIMENSIONS, LATENT, 1), "kernel"), (f"{q}.out_proj", (LATENT, DIMENSIONS, 1), "kernel"),
                (f"{q}.codebook", (ENTRIES, DIMENSIONS), "codebook")]
    s = "quantizer.imp_subnet"
    for block, (o, i) in {"in_block": (c, c), "blocks.0": (3, c), "blocks.1": (2, 3), "blocks.2": (1, 2)}.items():
        out += [(f"{s}.{block}.0", (1, i, 1), "alpha"), (f"{s}.{block}.1", (o, i, 3), "kernel")]
    out.append(("decoder.model.0", (WIDE, LATENT, 7), "kernel"))
    c = WIDE
    for i, s in enumerate(STRIDES[::-1], 1):
        out += [(f"decoder.model.{i}.block.0", (1, c, 1), "alpha"), (f"decoder.model.{i}.block.1", (c, c // 2, 2 * s), "transposed")]
        for u in range(2, 5):
            out += unit(f"decoder.model.{i}.block.{u}", c // 2)
        c //= 2
    return out + [(f"decoder.model.{n + 1}", (1, c, 1), "alpha"), (f"decoder.model.{n + 2}", (1, c, 7), "kernel")]


def weights():
    """Arrays with magnitude and direction apart, float32."""
    draw, out = np.random.default_rng(7), collections.OrderedDict()
    for name, shape, kind in layers():
        value = draw.standard_normal(shape).astype(np.float32)
        if kind in ("alpha", "codebook"):
            out[name + (".alpha" if kind == "alpha" else ".weight")] = value
            continue
        outputs = shape[1] if kind == "transposed" else shape[0]
        out[f"{name}.bias"] = draw.standard_normal(outputs).astype(np.float32)
        out[f"{name}.weight_g"] = draw.standard_normal((shape[0], 1, 1)).astype(np.float32)
        out[f"{name}.weight_v"] = value
    return out


def fold(arrays):
    """w = g v / |v|, summed in order in double precision, rounded once."""
    out = collections.OrderedDict()
    for name, value in arrays.items():
        if name.endswith(".weight_g"):
            continue
        if not name.endswith(".weight_v"):
            out[name] = value
            continue
        g, v = arrays[name[:-1] + "g"].astype(np.float64), value.astype(np.float64)
        rows = []
        for row in range(v.shape[0]):
            total = 0.0
            for x in v[row].ravel().tolist():
                total += x * x
            norm = math.sqrt(total)
            rows.append([float(g[row, 0, 0]) * x / norm for x in v[row].ravel().tolist()])
        out[name[:-2]] = np.array(rows, np.float64).reshape(v.shape).astype(np.float32)
    return out


def parametrized(arrays):
    renames = {".weight_g": ".parametrizations.weight.original0", ".weight_v": ".parametrizations.weight.original1"}
    out = collections.OrderedDict()
    for name, value in arrays.items():
        for old, new in renames.items():
            name = name.removesuffix(old) + new if name.endswith(old) else name
        out[name] = value
    return out


def hugging_face(arrays):
    """Folded arrays of the constant-rate part under Hugging Face's names."""
    unit = {"0": "snake1", "1": "conv1", "2": "snake2", "3": "conv2"}
    last = len(STRIDES)
    outer = {"0": "conv1", str(last + 1): "snake1", str(last + 2): "conv2"}
    out = collections.OrderedDict()
    for name, value in arrays.items():
        part = name.split(".")
        if "imp_subnet" in name:
            continue
        if part[0] == "quantizer":
            out[name] = value
        elif len(part) == 4:
            out[".".join([part[0], outer[part[2]], part[3]])] = value
        else:
            head, place = f"{part[0]}.block.{int(part[2]) - 1}", int(part[4])
            first = 0 if part[0] == "encoder" else 2
            if first <= place < first + 3:
                out[f"{head}.res_unit{place - first + 1}.{unit[part[6]]}.{part[7]}"] = value
            else:
                names = {3: "snake1", 4: "conv1"} if part[0] == "encoder" else {0: "snake1", 1: "conv_t1"}
                out[f"{head}.{names[place]}.{part[5]}"] = value
    return out


# --- safetensors

TYPES = {"float64": "F64", "float32": "F32", "float16": "F16"}


def safetensors(path, arrays, metadata=None):
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name, value in arrays.items():
        header[name] = {"dtype": TYPES[value.dtype.name], "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in arrays.values()))


# --- torch.save

torch, torch_utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
sys.modules.update({"torch": torch, "torch._utils": torch_utils})
for kind in ("DoubleStorage", "FloatStorage", "HalfStorage"):
    setattr(torch, kind, type(kind, (), {"__module__": "torch"}))
for function in ("_rebuild_tensor_v2", "_rebuild_parameter"):
    def stand_in(*arguments):
        raise NotImplementedError
    stand_in.__name__ = stand_in.__qualname__ = function
    stand_in.__module__ = "torch._utils"
    setattr(torch_utils, function, stand_in)


class Storage:
    """A flat block of numbers with the key of its file in the archive."""
    def __init__(self, values):
        self.values = np.ascontiguousarray(values).ravel()
        self.key = None


class Tensor:
    """A view of a storage."""
    def __init__(self, storage, offset, shape, strides, parameter=False):
        self.view, self.parameter = (storage, offset, tuple(shape), tuple(strides)), parameter

    def __reduce_ex__(self, protocol):
        if self.parameter:
            return torch_utils._rebuild_parameter, (Tensor(*self.view), True, collections.OrderedDict())
        return torch_utils._rebuild_tensor_v2, self.view + (False, collections.OrderedDict())


def dense(value, **options):
    strides = [s // value.itemsize for s in np.ascontiguousarray(value).strides]
    return Tensor(Storage(value), 0, value.shape, strides, **options)


class Pickler(pickle._Pickler):
    def __init__(self, file, device):
        super().__init__(file, protocol=2)
        self.device, self.storages = device, []

    def persistent_id(self, item):
        if not isinstance(item, Storage):
            return None
        if item.key is None:
            item.key = str(len(self.storages))
            self.storages.append(item)
        kinds = {"float64": torch.DoubleStorage, "float32": torch.FloatStorage, "float16": torch.HalfStorage}
        return ("storage", kinds[item.values.dtype.name], item.key, self.device, item.values.size)


def torch_save(path, value, folder, device="cpu", zip64=False):
    stream = io.BytesIO()
    pickler = Pickler(stream, device)
    pickler.dump(value)
    entries = [("data.pkl", stream.getvalue()), ("byteorder", b"little")]
    entries += [(f"data/{s.key}", s.values.tobytes()) for s in pickler.storages] + [("version", b"3\n")]
    path.write_bytes(stored_zip([(f"{folder}/{name}", data) for name, data in entries], zip64))


def stored_zip(entries, zip64):
    """Stored entries whose bytes are padded to 64 by an extra field, as PyTorch pads them."""
    file, directory = b"", b""
    for name, data in entries:
        pad = -(len(file) + 30 + len(name) + 4) % 64
        extra = struct.pack("<2sH", b"FB", pad) + b"Z" * pad
        crc, size, offset = zlib.crc32(data), len(data), len(file)
        file += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0x800, 0, 0, 0x21, crc, size, size, len(name), len(extra))
        file += name.encode() + extra + data
        wide = struct.pack("<HHQQQ", 1, 24, size, size, offset) if zip64 else b""
        if zip64:
            size = offset = 0xFFFFFFFF
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 20, 0x800, 0, 0, 0x21, crc, size, size, len(name),
                                 len(wide), 0, 0, 0, 0, offset) + name.encode() + wide
    start, count, size = len(file), len(entries), len(directory)
    file += directory
    if zip64:
        record = len(file)
        file += struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, start)
        file += struct.pack("<IIQI", 0x07064B50, 0, record, 1)
        count, size, start = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    return file + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, start, 0)


def views(arrays):
    """The arrays as tensors, some of them views: transposed storage, a shared storage with offsets."""
    out = collections.OrderedDict((name, dense(value)) for name, value in arrays.items())
    name = "encoder.block.1.block.4.weight_v"
    value = arrays[name]
    turned = Storage(value.transpose(2, 0, 1))
    out[name] = Tensor(turned, 0, value.shape, (value.shape[1], 1, value.shape[0] * value.shape[1]))
    books = [f"quantizer.quantizers.{i}.codebook.weight" for i in range(STAGES)]
    shared = Storage(np.concatenate([np.full(3, 99, np.float32)] + [arrays[b].ravel() for b in books]))
    for i, book in enumerate(books):
        out[book] = Tensor(shared, 3 + i * ENTRIES * DIMENSIONS, (ENTRIES, DIMENSIONS), (DIMENSIONS, 1))
    return out


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    arrays = weights()
    folded = fold(arrays)
    torch_save(folder / "vrvq.pth", {"state_dict": views(arrays), "metadata": {"kwargs": KWARGS}}, "archive")
    bare = collections.OrderedDict((n, dense(v, parameter=True)) for n, v in parametrized(arrays).items())
    bare._metadata = collections.OrderedDict([("", {"version": 1})])
    torch_save(folder / "parametrized.pth", bare, "weights", device="cuda:0", zip64=True)
    safetensors(folder / "published.safetensors", arrays)
    safetensors(folder / "folded.safetensors", folded)
    safetensors(folder / "huggingface.safetensors", hugging_face(folded), {"format": "pt"})
    config = {
        "encoder_hidden_size": WIDTH, "downsampling_ratios": STRIDES, "decoder_hidden_size": WIDE, "n_codebooks": STAGES,
        "codebook_size": ENTRIES, "codebook_dim": DIMENSIONS, "sampling_rate": RATE, "hop_length": 512,
    }
    (folder / "huggingface-config.json").write_text(json.dumps(config, indent=2) + "\n")


main()
