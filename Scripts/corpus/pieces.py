"""Pieces of a few seconds out of recordings: short siblings joined, long ones cut."""
import hashlib

from sounds import LONG, RATE, samples

PIECE = 20            # seconds: longer recordings are cut into pieces of about this length
JOIN_UNTIL = 9        # seconds: recordings shorter than LONG are joined with their siblings up to this length
SHORTEST = 2          # seconds: what is joined and still shorter is dropped
PAUSE = bytes(2 * int(0.12 * RATE))            # silence between joined recordings


def order(text):
    """A fixed shuffle: sorting by this key mixes things the same way everywhere."""
    return hashlib.sha256(str(text).encode()).hexdigest()


def length(data):
    """Seconds of raw 16-bit samples."""
    return len(data) / 2 / RATE


def cut(data):
    """Equal pieces of a long recording, near PIECE seconds each."""
    count = max(1, round(length(data) / PIECE))
    size = len(data) // 2 // count * 2
    return [data[i * size:(i + 1) * size] for i in range(count)]


def pieces(recordings):
    """From (key, WAV file) yields (key, raw 16-bit samples); short recordings of one key are joined."""
    waiting = {}
    for key, path in recordings:
        data = samples(path)
        if length(data) < LONG:
            waiting[key] = waiting[key] + PAUSE + data if key in waiting else data
            if length(waiting[key]) >= JOIN_UNTIL:
                yield key, waiting.pop(key)
        elif length(data) <= PIECE * 1.25:
            yield key, data
        else:
            for part in cut(data):
                yield key, part
    for key, data in sorted(waiting.items()):
        if length(data) >= SHORTEST:
            yield key, data
