#!/usr/bin/env python3
"""Prints what stereo costs, channels coded by themselves and as `vrvq encode` chooses, against mono, in Markdown.

    Scripts/measure-stereo.py VRVQ FILE...            recordings of two channels
    Scripts/measure-stereo.py VRVQ --mix A B [...]    made of pairs of recordings: A in the middle, B with opposite signs left
                                                      and right at several levels, and both moved apart by several amounts
    Scripts/measure-stereo.py VRVQ --change A B [...] pairs one behind the other, the first, third, ... with A in the middle
                                                      and B at the sides at a tenth of its level, the others with A left, B right

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
# Of independent channels, for rates at equal SI-SDR.
CURVE = [4, 8, 16, 32]


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
        return self.decoded(sound, stereo, scale)[:3]

    def decoded(self, sound, stereo, scale):
        """(mode, kbit/s, SI-SDR, samples that decoding gives) of a file."""
        stream, decoded = f"{self.folder}/x.vrvq", f"{self.folder}/x.wav"
        report = json.loads(self.run("encode", sound, "-o", stream, "--scale", str(scale), "--stereo", stereo, "--json"))
        self.run("decode", stream, "-o", decoded, "--encoding", "float32")
        wanted, _ = soundfile.read(sound, always_2d=True)
        found, _ = soundfile.read(decoded, always_2d=True)
        # Decoders of lossy files differ in a few samples at the end.
        length = min(len(wanted), len(found))
        ratio = np.mean([si_sdr(wanted[:length, c], found[:length, c]) for c in range(wanted.shape[1])])
        return report["stereo"], report["kbps"], ratio, found

    def changes(self):
        """First samples of the later segments of the last stream."""
        self.run("tokens", f"{self.folder}/x.vrvq", "-o", f"{self.folder}/x.npz")
        return list(np.cumsum(np.load(f"{self.folder}/x.npz")["segments"][1:, 1]))

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


def saved(kbps, ratio, curve):
    """% of the rate that points (kbit/s, SI-SDR) of a curve need for an SI-SDR."""
    return 100 * (1 - kbps / np.interp(ratio, [point[1] for point in curve], [point[0] for point in curve]))


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
            curve = [program.measure(sound, "independent", scale)[1:] for scale in CURVE]
            for scale in SCALES:
                kbps, ratio = curve[CURVE.index(scale)]
                _, other, found = program.measure(sound, "mid-side", scale)
                print(f"| {pathlib.Path(first).stem}, {pathlib.Path(second).stem} | {kind} {amount} | {share(samples):.3f} | "
                      f"{scale} | {kbps:.2f} | {ratio:.2f} | {other:.2f} | {found:.2f} | {saved(other, found, curve):.0f} % |",
                      flush=True)


def changing(program, paths):
    """Besides, how far the sound after a change is from that of a whole in the later mode: dB by which the difference lies
    below the sound over the decoder's reach, 56 frames, after the change where that is least."""
    parts = []
    for index, (first, second) in enumerate(zip(paths[::2], paths[1::2])):
        (a, rate), (b, _) = soundfile.read(first), soundfile.read(second)
        length = min(len(a), len(b))
        a, b = (x[:length] / np.sqrt(np.mean(x[:length] ** 2)) for x in (a, b))
        parts.append(np.stack([a + 0.1 * b, a - 0.1 * b] if index % 2 == 0 else [a, b], axis=1))
    samples = np.concatenate(parts)
    sound = program.write("change", samples * 0.7 / np.abs(samples).max(), rate)
    independent = [program.decoded(sound, "independent", scale)[1:] for scale in CURVE]
    curve = [point[:2] for point in independent]
    print("| scale | independent | SI-SDR | mid-side | SI-SDR | saved | auto | SI-SDR | saved | changes at, s | difference after |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for scale, (kbps, ratio, apart) in zip(CURVE, independent):
        cells = f"| {scale} | {kbps:.2f} | {ratio:.2f} "
        decoded = {"independent": apart}
        for stereo in ["mid-side", "auto"]:
            _, other, found, decoded[stereo] = program.decoded(sound, stereo, scale)
            cells += f"| {other:.2f} | {found:.2f} | {saved(other, found, curve):.0f} % "
        # The last stream is that of auto.
        changes = program.changes()
        auto, whole = decoded["auto"], [decoded["mid-side"], decoded["independent"]]
        levels = []
        for index, start in enumerate(changes, 1):
            after = slice(start, start + 56 * 512)
            error = np.sum((auto[after] - whole[index % 2][after]) ** 2)
            levels.append(10 * np.log10(np.sum(auto[after] ** 2) / max(1e-30, error)))
        print(cells + f"| {', '.join(f'{start / rate:.1f}' for start in changes)} | {min(levels):.0f} dB |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        tool = Program(sys.argv[1], folder)
        if sys.argv[2] == "--mix":
            mixed(tool, sys.argv[3:])
        elif sys.argv[2] == "--change":
            changing(tool, sys.argv[3:])
        else:
            files(tool, sys.argv[2:])
