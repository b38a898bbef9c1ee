#!/usr/bin/env python3
"""Prints tables of Documentation/BITSTREAM.md, in Markdown, for the model that a program has built in.

    Scripts/measure-bitstream.py VRVQ [--tables NAMES] CLIP...

VRVQ is the program, CLIPs are recordings, NAMES some of these, separated by commas (all when left out):

    chunks     total kbit/s, bits a code and depths by chunk length
    live       the same by the latency of a live stream, at scale 8
    targets    rates and a size that are asked for, and what came
    depths     conditional entropies of the depths, in kbit/s
    codes      conditional entropies of the codes by stage, in bits; all stages in use

Rates are of all clips together, bytes on disk. Entropies count what stands in the clips: "itself" with the counts of all
of them (which flatters), "others" with those of all clips but the one at hand (which is what a table in a file could do), where a
value after a context has the probability (its count there + W p) / (the context's count + W), p that without context (in
the same way over a uniform one) and W whichever of 4, 16, 64 and 256 makes the fewest bits. Needs NumPy.
"""
import argparse
import collections
import json
import math
import pathlib
import subprocess
import tempfile

import numpy as np

WEIGHTS = [4, 16, 64, 256]
CHUNKS = [0.24, 0.5, 1, 2, 5, 10]
RATES = [("scale 4", ["--scale", "4"]), ("scale 8", ["--scale", "8"]), ("scale 16", ["--scale", "16"]),
         ("8 codebooks", ["--codebooks", "8"])]
LATENCIES = [12, 24, 47, 60, 100, 250, 1000]
TARGETS = [1, 1.5, 2.5, 4, 5, 6]
SIZE = 1500


class Program:
    def __init__(self, path, clips, folder):
        self.path, self.clips, self.folder = path, clips, pathlib.Path(folder)

    def run(self, *words):
        return subprocess.run([self.path, *words, "--force"], check=True, capture_output=True, text=True).stdout

    def encode(self, *options):
        """What the program reports of every clip."""
        (self.folder / "streams").mkdir(exist_ok=True)
        out = self.run("encode", *map(str, self.clips), "-o", f"{self.folder}/streams", *options, "--json")
        return [json.loads(line) for line in out.splitlines()]

    def live(self, latency):
        return [json.loads(self.run("encode", str(clip), "-o", f"{self.folder}/live.vrvq", "--scale", "8", "--live",
                                    "--latency", str(latency), "--json")) for clip in self.clips]

    def tokens(self, *options):
        """Codes of every clip, [stages, frames], -1 where a stage is not used."""
        self.encode(*options)
        found = []
        for clip in self.clips:
            array = f"{self.folder}/x.npy"
            self.run("tokens", f"{self.folder}/streams/{clip.stem}.vrvq", "-o", array)
            found.append(np.load(array).astype(int))
        return found


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |")


def heading(*cells):
    row(*cells)
    print("|" + "---|" * len(cells))


def kbps(reports, bits):
    return sum(r[bits] if bits != "bytes" else 8 * r[bits] for r in reports) / sum(r["seconds"] for r in reports) / 1000


def bits_a_code(reports):
    return sum(r["code_bits"] for r in reports) / sum(r["used_codes"] for r in reports)


def chunks(program):
    heading("chunk", *(f"{seconds} s" for seconds in CHUNKS))
    depths = []
    for name, options in RATES:
        cells = []
        for seconds in CHUNKS:
            reports = program.encode(*options, "--chunk", str(seconds))
            cells.append(f"{kbps(reports, 'bytes'):.3f} ({bits_a_code(reports):.2f})")
            if name == "scale 8":
                depths.append(f"{kbps(reports, 'depth_bits'):.3f}")
        row(name, *cells)
    row("depths, scale 8", *depths)


def live(program):
    reports = [program.live(latency) for latency in LATENCIES]
    heading("", *(f"{latency} ({found[0]['frames_per_chunk']})" for latency, found in zip(LATENCIES, reports)))
    row("total kbit/s", *(f"{kbps(found, 'bytes'):.3f}" for found in reports))
    row("bits a code", *(f"{bits_a_code(found):.2f}" for found in reports))
    row("depths, kbit/s", *(f"{kbps(found, 'depth_bits'):.3f}" for found in reports))


def targets(program):
    heading("asked", "clips within reach", "mean on disk", "farthest", "the others")
    for target in TARGETS:
        reports = program.encode("--bitrate", str(target))
        met = [r for r in reports if r["outcome"] == "met"]
        farthest = max((abs(r["kbps"] / target - 1) for r in met), default=0)
        mean = sum(r["kbps"] for r in met) / max(1, len(met))
        others = collections.Counter(r["outcome"] for r in reports if r["outcome"] != "met")
        words = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in others.items())
        row(f"{target} kbit/s", f"{len(met)} of {len(reports)}", f"{mean:.4f}", f"{100 * farthest:.2f} %", words)
    reports = program.encode("--size", str(SIZE))
    met = [r for r in reports if r["outcome"] == "met"]
    below = max(1 - r["bytes"] / SIZE for r in met)
    above = sum(r["bytes"] > SIZE for r in reports)
    row(f"{SIZE} bytes", f"{len(met)} of {len(reports)}", "", f"{above} above, {100 * below:.2f} % below", "")


class Counts:
    """Values in contexts, and without."""

    def __init__(self, size):
        self.size, self.pairs = size, collections.Counter()
        self.contexts, self.values, self.total = collections.Counter(), collections.Counter(), 0

    def add(self, samples, sign=1):
        for context, value in samples:
            self.pairs[context, value] += sign
            self.contexts[context] += sign
            self.values[value] += sign
            self.total += sign

    def bits(self, samples):
        """Of one of the parts with the counts of what is left, for each weight."""
        found = np.zeros(len(WEIGHTS))
        weights = np.array(WEIGHTS)
        for context, value in samples:
            root = (self.values[value] + weights / self.size) / (self.total + weights)
            found -= np.log2((self.pairs[context, value] + weights * root) / (self.contexts[context] + weights))
        return found


def own_bits(samples):
    pairs, contexts = collections.Counter(samples), collections.Counter(context for context, _ in samples)
    return -sum(count * math.log2(count / contexts[context]) for (context, _), count in pairs.items())


def other_bits(parts, size):
    """Bits of all clips, each with the counts of all others."""
    counts = Counts(size)
    for part in parts:
        counts.add(part)
    total = np.zeros(len(WEIGHTS))
    for part in parts:
        counts.add(part, -1)
        total += counts.bits(part)
        counts.add(part)
    return total.min()


def depths(program):
    found = [(scale, program.tokens("--scale", str(scale))) for scale in (8, 16)]
    heading("kbit/s", *(f"scale {scale}, {whose}" for scale, _ in found for whose in ("itself", "others")))
    seconds = sum(codes.shape[1] for codes in found[0][1]) * 512 / 44100
    stages = found[0][1][0].shape[0]
    # A depth before the first is 0.
    padded = [(scale, [np.concatenate([np.zeros(3, int), (codes >= 0).sum(0)]) for codes in clips]) for scale, clips in found]
    for name, length in [("no context", 0), ("the depth before", 1), ("the two before", 2), ("the three before", 3)]:
        cells = []
        for _, clips in padded:
            parts = [[(tuple(d[t - length:t]), d[t]) for t in range(3, len(d))] for d in clips]
            cells += [own_bits(sum(parts, [])), other_bits(parts, stages)]
        row(name, *(f"{bits / seconds / 1000:.3f}" for bits in cells))


def codes(program):
    clips = program.tokens("--codebooks", "8")
    stages, frames = clips[0].shape[0], sum(clip.shape[1] for clip in clips)
    heading("stage", *range(stages), "mean")

    def line(name, bits):
        row(name, *(f"{b / frames:.2f}" for b in bits), f"{sum(bits) / frames / stages:.2f}")

    def contexts(of):
        return [[[(of(clip, stage, t), clip[stage, t]) for t in range(clip.shape[1])] for clip in clips] for stage in range(stages)]

    plain = contexts(lambda clip, stage, t: None)
    line("order 0, the corpus itself", [own_bits(sum(parts, [])) for parts in plain])
    line("order 0, other clips", [other_bits(parts, 1024) for parts in plain])
    before = contexts(lambda clip, stage, t: clip[stage, t - 1] if t else None)
    line("given the code before in time", [other_bits(parts, 1024) for parts in before])
    below = contexts(lambda clip, stage, t: clip[stage - 1, t] if stage else None)
    line("given the code of the stage below", [other_bits(parts, 1024) for parts in below])
    same = [sum((clip[s, 1:] == clip[s, :-1]).sum() for clip in clips) / frames for s in range(stages)]
    window = round(44100 / 512)
    recent = [sum(clip[s, t] in clip[s, max(0, t - window):t] for clip in clips for t in range(clip.shape[1])) / frames
              for s in range(stages)]
    row("equal to the code before, %", *(f"{100 * share:.0f}" for share in same), f"{100 * sum(same) / stages:.0f}")
    row("to one of the second before, %", *(f"{100 * share:.0f}" for share in recent), f"{100 * sum(recent) / stages:.0f}")


TABLES = {"chunks": chunks, "live": live, "targets": targets, "depths": depths, "codes": codes}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("clips", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    names = options.tables.split(",")
    if unknown := [name for name in names if name not in TABLES]:
        parser.error(f"no table {unknown[0]}: there are {', '.join(TABLES)}")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            print(f"\n{name}\n")
            TABLES[name](Program(options.program, options.clips, folder))


if __name__ == "__main__":
    main()
