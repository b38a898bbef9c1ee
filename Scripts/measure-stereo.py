#!/usr/bin/env python3
"""Prints what stereo costs, channels coded by themselves and as `vrvq encode` chooses, against mono, in Markdown.

    Scripts/measure-stereo.py VRVQ FILE...            recordings of two channels
    Scripts/measure-stereo.py VRVQ --mix A B [...]    made of pairs of recordings: A in the middle, B with opposite signs left
                                                      and right at several levels, and both moved apart by several amounts

VRVQ is the program. kbit/s are bytes on disk; SI-SDR in dB is the mean over left and right. The needs are NumPy and soundfile.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import soundfile

SCALES = [8, 16]


def si_sdr(reference, estimate):
    reference, estimate = reference - reference.mean(), estimate - estimate.mean()
    target = reference * (reference @ estimate) / (reference @ reference)
    return 10 * np.log10((target @ target) / ((estimate - target) @ (estimate - target)))


class Program:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def run(self, *words):
        return subprocess.run([self.path, *words, "--force"], check=True, capture_output=True, text=True).stdout

    def measure(self, sound, stereo, scale):
        """(mode, kbit/s, SI-SDR) of a file."""
        stream, decoded = f"{self.folder}/x.vrvq", f"{self.folder}/x.wav"
        report = json.loads(self.run("encode", sound, "-o", stream, "--scale", str(scale), "--stereo", stereo, "--json"))
        self.run("decode", stream, "-o", decoded, "--encoding", "float32")
        wanted, _ = soundfile.read(sound, always_2d=True)
        found, _ = soundfile.read(decoded, always_2d=True)
        # Decoders of lossy files differ in a few samples at the end.
        length = min(len(wanted), len(found))
        ratio = np.mean([si_sdr(wanted[:length, c], found[:length, c]) for c in range(wanted.shape[1])])
        return report["stereo"], report["kbps"], ratio

    def write(self, name, samples, rate):
        path = f"{self.folder}/{name}.wav"
        soundfile.write(path, samples, rate, subtype="FLOAT")
        return path


def share(samples):
    """What decides (StereoStatistics)."""
    left, right = samples[:, 0], samples[:, 1]
    mid, side = (left + right) / 2, (left - right) / 2
    return min(mid @ mid, side @ side) / max(1e-30, min(left @ left, right @ right))


def files(program, paths):
    print("| recording | share | scale | mono | independent | SI-SDR | auto | | SI-SDR | auto / mono |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for path in map(pathlib.Path, paths):
        samples, rate = soundfile.read(path, always_2d=True)
        mono = program.write("mono", samples.mean(axis=1), rate)
        for scale in SCALES:
            single = program.measure(mono, "auto", scale)[1]
            _, apart, ratio = program.measure(str(path), "independent", scale)
            mode, auto, found = program.measure(str(path), "auto", scale)
            print(f"| {path.name} | {share(samples):.3f} | {scale} | {single:.2f} | {apart:.2f} | {ratio:.2f} | {auto:.2f} | "
                  f"{mode} | {found:.2f} | {auto / single:.2f} |", flush=True)


def mixes(a, b):
    yield from (("width", w, a + w * b, a - w * b) for w in [0.05, 0.2, 0.35, 0.5, 0.7, 1])
    yield from (("apart", w, a + (1 - w) * b, (1 - w) * a + b) for w in [0.05, 0.2, 0.35, 0.5, 0.7, 1])


def mixed(program, paths):
    print("| sounds | mix | share | scale | independent | SI-SDR | mid-side | SI-SDR | saved at equal SI-SDR |")
    print("|---|---|---|---|---|---|---|---|---|")
    for first, second in zip(paths[::2], paths[1::2]):
        (a, rate), (b, _) = soundfile.read(first), soundfile.read(second)
        length = min(len(a), len(b), 5 * rate)
        a, b = a[:length], b[:length] * np.sqrt(np.mean(a[:length] ** 2) / np.mean(b[:length] ** 2))
        for kind, amount, left, right in mixes(a, b):
            samples = np.stack([left, right], axis=1) * 0.7 / max(np.abs(left).max(), np.abs(right).max())
            sound = program.write("mix", samples, rate)
            curve = [program.measure(sound, "independent", scale)[1:] for scale in [4, 8, 16, 32]]
            for scale in SCALES:
                kbps, ratio = curve[[4, 8, 16, 32].index(scale)]
                _, other, found = program.measure(sound, "mid-side", scale)
                equal = np.interp(found, [point[1] for point in curve], [point[0] for point in curve])
                print(f"| {pathlib.Path(first).stem}, {pathlib.Path(second).stem} | {kind} {amount} | {share(samples):.3f} | "
                      f"{scale} | {kbps:.2f} | {ratio:.2f} | {other:.2f} | {found:.2f} | {100 * (1 - other / equal):.0f} % |",
                      flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        tool = Program(sys.argv[1], folder)
        if sys.argv[2] == "--mix":
            mixed(tool, sys.argv[3:])
        else:
            files(tool, sys.argv[2:])
