"""One source of the corpus: from its recordings to the pieces that are trained on."""
import hashlib
import re
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import compose
import noise
from packages import members, soundfonts, unpack
from pieces import PIECE, length, order, pieces
from sounds import RATE, decode, is_dull, render, samples, write_flac

MADE_HERE = {"composed": compose.make, "noise": noise.make}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def group_of(row):
    """Where the pieces of a source belong: rendered scores are music, synthesised noise is general."""
    return {"render": "music", "noise": "general"}.get(row["group"], row["group"])


class Source:
    """One line of sources.csv at work. `share` is the part of its minutes to take, 0 to 1."""

    def __init__(self, row, out, held_out, jobs, share):
        self.row, self.out, self.held_out, self.jobs = row, out, held_out, jobs
        self.name, self.group = row["name"], group_of(row)
        self.budget, self.track = float(row["minutes"]) * 60 * share, float(row["track"])
        self.work = out / "work" / self.name
        self.fonts, self.dropped, self.files, self.sounds = [], Counter(), set(), set()

    def build(self):
        """Makes the pieces; returns their lines for train.csv, or None if the package is not to be had."""
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.rmtree(self.out / "train" / self.group / self.name, ignore_errors=True)
        self.work.mkdir(parents=True)
        found = self.recordings()
        if found is None:
            return None
        kept = found if self.row["group"] == "noise" else self.decoded(found)
        lines, seconds = self.write(kept)
        shutil.rmtree(self.work)
        self.report(len(lines), seconds, len(kept), len(found))
        return sorted(lines)

    def recordings(self):
        """(key, file) of everything the source could use, in its order; None without its package."""
        if not self.row["package"]:
            return [(self.name, path) for path in MADE_HERE[self.name](self.work, self.budget)]
        folder = unpack(self.row["package"], self.out)
        return members(self.row, folder) if folder else None

    def decoded(self, found):
        """Decodes in order; returns (key, WAV file) of what is kept. Independent of the number of jobs."""
        self.fonts = soundfonts(self.out) if self.row["group"] == "render" else []
        kept, seconds = [], 0.0
        with ThreadPoolExecutor(self.jobs) as pool:
            for start in range(0, len(found), 64):
                batch = self.fresh(found[start:start + 64], start)
                for (key, _, target), reason in zip(batch, pool.map(self.convert, batch)):
                    reason = reason or self.heard_before(target)
                    if reason:
                        self.dropped[reason] += 1
                        target.unlink(missing_ok=True)
                    else:
                        kept.append((key, target))
                        seconds += target.stat().st_size / 2 / RATE
                # Sources of short files are decoded whole and thinned afterwards.
                if self.track and seconds > self.budget * 1.1:
                    break
        return kept

    def fresh(self, found, first):
        """(key, file, WAV to write) of those that are neither duplicates nor held out."""
        batch = []
        for number, (key, path) in enumerate(found, first):
            digest = sha256(path)
            if digest in self.files:
                self.dropped["duplicate"] += 1
            elif self.held_out.has(self.row["package"], path, digest):
                self.dropped["held out"] += 1
            else:
                batch.append((key, path, self.work / f"{number:05}.wav"))
            self.files.add(digest)
        return batch

    def convert(self, item):
        """Decodes or renders one file; returns the reason to drop it, or None."""
        _, path, target = item
        if not self.fonts:
            return decode(path, target, self.track, self.row["group"] == "speech")
        # A score is played through one of the soundfonts, chosen by its name.
        font = self.fonts[int(order(path.name)[:8], 16) % len(self.fonts)]
        return render(path, target, self.track, font)

    def heard_before(self, target):
        digest = hashlib.sha256(samples(target)).digest()
        reason = "duplicate" if digest in self.sounds else None
        self.sounds.add(digest)
        return reason

    def write(self, kept):
        """Writes pieces in a fixed random order until the budget is used up; returns their lines, and seconds."""
        lines, total = [], 0.0
        chosen = sorted(enumerate(pieces(kept)), key=lambda item: order(f"{self.name} {item[0]}"))
        for number, (key, data) in chosen:
            seconds = length(data)
            if total + seconds > self.budget + PIECE:
                break
            label = re.sub(r"[^A-Za-z0-9]+", "_", key).strip("_") or "x"
            path = Path("train") / self.group / self.name / f"{label}-{number:04}.flac"
            level = write_flac(data, self.out / path)
            if self.is_poor(self.out / path, level):
                (self.out / path).unlink()
                self.dropped["dull pieces"] += 1
                continue
            origin = self.row["package"] or "made here"
            digest = sha256(self.out / path)
            lines.append([path.as_posix(), self.group, origin, self.row["licence"], f"{seconds:.2f}", digest])
            total += seconds
        return lines, total

    def is_poor(self, path, level):
        """Noise may be as quiet and dull as it likes."""
        return self.row["group"] != "noise" and (level < -50 or is_dull(path, level, self.group == "speech"))

    def report(self, pieces_made, seconds, kept, found):
        notes = ", ".join(f"{count} {reason}" for reason, count in sorted(self.dropped.items()))
        print(f"  {self.name}: {seconds / 60:.1f} min in {pieces_made} pieces from {kept} of {found} files"
              + (f" (dropped: {notes})" if notes else ""), flush=True)
