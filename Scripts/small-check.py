#!/usr/bin/env python3
"""Runs the shipped model in double precision, for GoldenSmallTests to hold the engine to.

    Scripts/small-check.py Sources/CVRVQModel/small.safetensors Tests/Golden/small-check/small-check.safetensors

To be run once for every new model. The second file gives the samples and the scale, and is written anew: the value after
every `encoder.block.i` and `decoder.model.i` (the decoder's of the decode at that scale), `latent`, `importance`, `codes`,
`depth`, `decoded_all` (all stages) and `decoded_scale`. A second implementation of the network, after the published
modules and without a line of the engine's; values become float32, codes and depths int32. Needs numpy.
"""
import json
import struct
import sys

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I32": "<i4"}


def read(path):
    """Arrays and metadata of a safetensors file. Arrays of other types, such as a context model's, are left out."""
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        if entry["dtype"] in TYPES:
            begin, end = entry["data_offsets"]
            arrays[name] = np.frombuffer(data[start + begin:start + end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return arrays, metadata


def write(path, arrays):
    header, body = {}, b""
    for name in sorted(arrays):
        array = arrays[name]
        data = np.ascontiguousarray(array, np.int32 if array.dtype.kind in "iu" else np.float32).tobytes()
        header[name] = {"dtype": "I32" if array.dtype.kind in "iu" else "F32", "shape": list(array.shape),
                        "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + body)


class Network:
    """The preset `small`: everything at frame rate but the first and the last layer."""

    def __init__(self, arrays, metadata):
        self.w = {name: array.astype(np.float64) for name, array in arrays.items()}
        shape = json.loads(metadata["architecture"])
        self.encoder, self.decoder, self.subnet = shape["encoder"], shape["decoder"], shape["importance"]
        self.stages = len(shape["quantizer"]["dimensions"])

    def conv(self, x, name, dilation=1, left=0, right=0):
        """[channels, frames] to [outputs, frames]."""
        weight, bias = self.w[f"{name}.weight"], self.w[f"{name}.bias"]
        x = np.pad(x, [(0, 0), (left, right)])
        frames = x.shape[1] - dilation * (weight.shape[2] - 1)
        taps = (weight[:, :, k] @ x[:, dilation * k:dilation * k + frames] for k in range(weight.shape[2]))
        return sum(taps) + bias[:, None]

    def snake(self, x, name):
        alpha = self.w[f"{name}.alpha"].reshape(-1, 1)
        return x + np.sin(alpha * x) ** 2 / (alpha + 1e-9)

    def unit(self, x, name, dilation, ahead):
        y = self.conv(self.snake(x, f"{name}.0"), f"{name}.1", dilation, 6 * dilation - ahead, ahead)
        return x + self.conv(self.snake(y, f"{name}.2"), f"{name}.3")

    def features(self, samples):
        """Values after every block of the encoder but the last."""
        stride, weight = self.encoder["stride"], self.w["encoder.block.0.weight"][:, 0]
        padded = np.pad(samples, stride // 2)
        frames = (len(padded) - weight.shape[1]) // stride + 1
        windows = np.stack([padded[t * stride:t * stride + weight.shape[1]] for t in range(frames)], axis=1)
        values = [weight @ windows + self.w["encoder.block.0.bias"][:, None]]
        for i, dilation in enumerate(self.encoder["dilations"]):
            values.append(self.unit(values[-1], f"encoder.block.{i + 1}.block", dilation, self.encoder["ahead"]))
        return values

    def importance(self, x):
        for i, kernel in enumerate(self.subnet["kernels"]):
            name = f"quantizer.imp_subnet.blocks.{i}"
            x = self.conv(self.snake(x, f"{name}.0"), f"{name}.1", 1, kernel // 2, kernel // 2)
        return 1 / (1 + np.exp(-x[0]))

    def quantize(self, latent):
        """Codes [stages, frames] and every stage's share of the latent."""
        codes, parts, rest = [], [], latent
        for stage in range(self.stages):
            name = f"quantizer.quantizers.{stage}"
            entries = self.w[f"{name}.codebook.weight"]
            point = self.conv(rest, f"{name}.in_proj")
            distances = ((point.T[:, None] - entries[None]) ** 2).sum(-1)
            codes.append(distances.argmin(1))
            parts.append(self.conv(entries[codes[-1]].T, f"{name}.out_proj"))
            rest = rest - parts[-1]
        return np.array(codes), np.array(parts)

    def decode(self, latent):
        """Values after every block of the decoder; the last are samples."""
        values = [self.conv(latent, "decoder.model.0")]
        for i, dilation in enumerate(self.decoder["dilations"]):
            values.append(self.unit(values[-1], f"decoder.model.{i + 1}.block", dilation, self.decoder["ahead"]))
        last, stride = f"decoder.model.{len(values)}", self.decoder["stride"]
        kernel = self.w[f"{last}.weight"][:, 0]
        windows = kernel.T @ values[-1]
        out = np.zeros((windows.shape[1] - 1) * stride + kernel.shape[1])
        for t in range(windows.shape[1]):
            out[t * stride:t * stride + kernel.shape[1]] += windows[:, t]
        return values + [out[stride // 2:stride // 2 + windows.shape[1] * stride] + self.w[f"{last}.bias"][0]]


def run(network, samples, scale):
    features = network.features(samples)
    latent = network.conv(features[-1], f"encoder.block.{len(features)}")
    importance = network.importance(features[-1])
    codes, parts = network.quantize(latent)
    # In the float32 in which the engine has the importance.
    depth = np.minimum(network.stages, np.floor(np.float32(scale) * importance.astype(np.float32)).astype(int) + 1)
    used = np.arange(network.stages)[:, None] < depth
    at_scale = network.decode((parts * used[:, None]).sum(0))
    arrays = {f"encoder.block.{i}": value for i, value in enumerate(features)}
    arrays |= {f"decoder.model.{i}": value for i, value in enumerate(at_scale[:-1]) if i > 0}
    return arrays | {
        "samples": samples, "scale": np.array([scale]), "latent": latent, "importance": importance, "codes": codes,
        "depth": depth, "decoded_scale": at_scale[-1], "decoded_all": network.decode(parts.sum(0))[-1]}


def main(model, check):
    network, before = Network(*read(model)), read(check)[0]
    write(check, run(network, before["samples"].astype(np.float64), float(before["scale"][0])))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
