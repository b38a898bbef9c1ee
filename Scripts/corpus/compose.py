"""Small pieces of music as MIDI files, one per seed, always the same for the same seed.

They are not meant to be good: they give the codec clean, full-band, varied material (instruments, tempi, textures,
drums) of known origin. Nothing in them is taken from any existing work.
"""
import random
import struct

SCALES = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 3, 5, 7, 9, 10], [0, 2, 4, 5, 7, 9, 10],
          [0, 2, 3, 5, 7, 8, 11]]
PROGRESSIONS = [[0, 3, 4, 0], [0, 5, 3, 4], [0, 4, 5, 3], [5, 3, 0, 4], [0, 2, 3, 4], [1, 4, 0, 0], [0, 6, 5, 4],
                [0, 3, 0, 4, 5, 3, 4, 0]]
CHORDAL = [0, 1, 2, 4, 5, 6, 7, 11, 12, 16, 18, 19, 21, 24, 25, 26, 27, 46, 48, 49, 50, 52, 61, 88, 89, 91, 95, 104, 106,
           107]
LEADS = [0, 9, 11, 12, 13, 15, 21, 22, 24, 25, 27, 29, 30, 40, 41, 42, 45, 46, 56, 57, 58, 59, 60, 64, 65, 66, 68, 69, 70,
         71, 72, 73, 74, 75, 77, 79, 80, 81, 104, 105, 106, 108, 110, 111, 114]
BASSES = [32, 33, 34, 35, 36, 38, 39, 43, 58]
KICK, SNARE, RIM, HAT, OPEN_HAT, RIDE, CRASH, TOM, SHAKER, CONGA = 36, 38, 37, 42, 46, 51, 49, 45, 70, 63
GROOVES = [           # on a grid of sixteen steps per bar: drum -> steps
    {KICK: [0, 8, 10], SNARE: [4, 12], HAT: range(0, 16, 2)},
    {KICK: [0, 4, 8, 12], OPEN_HAT: [2, 6, 10, 14], SNARE: [4, 12]},
    {KICK: [0, 7, 10], SNARE: [4, 12], HAT: range(16), OPEN_HAT: [14]},
    {RIDE: [0, 4, 7, 8, 12, 15], RIM: [4, 12], KICK: [0]},
    {KICK: [0, 6, 8, 14], RIM: [3, 6, 10, 12], SHAKER: range(0, 16, 2), CONGA: [2, 5, 11, 13]},
    {TOM: [0, 3, 6, 8, 11, 14], KICK: [0, 8], SHAKER: range(0, 16, 4)},
]
CHORDS, LEAD, BASS, SECOND, DRUMS = 0, 1, 2, 3, 9      # channels
TICKS = 96            # per quarter note


def variable_length(number):
    out = [number & 127]
    while number := number >> 7:
        out.append(number & 127 | 128)
    return bytes(reversed(out))


class Score:
    """Notes on channels, times in quarter notes; a little unevenness makes them less mechanical."""

    def __init__(self, rng):
        self.rng, self.events = rng, []

    def program(self, channel, number, volume, pan, reverb):
        controls = [(7, volume), (10, pan), (91, reverb)]
        messages = [[0xC0 | channel, number]] + [[0xB0 | channel, *control] for control in controls]
        self.events += [(0, 0, bytes(message)) for message in messages]

    def note(self, channel, pitch, start, length, loudness):
        start = max(0, int(start * TICKS + self.rng.gauss(0, 1.2)))
        loudness = max(1, min(127, int(self.rng.gauss(loudness, 7))))
        if 0 <= pitch < 128:
            self.events.append((start, 2, bytes([0x90 | channel, pitch, loudness])))
            self.events.append((start + max(6, int(length * TICKS)), 1, bytes([0x80 | channel, pitch, 0])))

    def file(self, tempo):
        track, now = b"\0\xff\x51\x03" + int(60e6 / tempo).to_bytes(3, "big"), 0
        for time, _, message in sorted(self.events):
            track += variable_length(time - now) + message
            now = time
        track += variable_length(2 * TICKS) + b"\xff\x2f\0"
        return b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) + b"MTrk" + struct.pack(">I", len(track)) + track


class Piece:
    """Choices made once for a piece, and its parts bar by bar."""

    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.score, self.tempo = Score(rng), rng.uniform(60, 165)
        self.scale, self.key, self.beats = rng.choice(SCALES), rng.randrange(12), rng.choice([4, 4, 4, 3])
        self.progression = rng.choice(PROGRESSIONS)
        solo = rng.random() < 0.25             # one instrument alone, or an ensemble
        self.bass, self.lead = (not solo and rng.random() < 0.8 for _ in range(2))
        self.drums = not solo and self.beats == 4 and rng.random() < 0.6
        self.groove = rng.choice(GROOVES)
        self.second = not solo and rng.random() < 0.4      # a second voice follows the lead in thirds
        self.style = rng.choice(["block", "arpeggio", "broken", "stabs"])
        self.position = rng.randint(0, 6)
        self.motif = [rng.choice([0.5, 0.5, 1, 1, 1.5, 2, 0.25]) for _ in range(rng.randint(4, 9))]
        self.orchestrate()

    def orchestrate(self):
        rng, reverb = self.rng, self.rng.choice([0, 20, 40, 80])
        for channel, family in [(CHORDS, CHORDAL), (LEAD, LEADS), (BASS, BASSES), (SECOND, LEADS)]:
            self.score.program(channel, rng.choice(family), rng.randint(70, 110), rng.randint(30, 98), reverb)
        self.score.program(DRUMS, rng.choice([0, 0, 8, 16, 25, 32, 40]), 100, 64, reverb // 2)

    def pitch(self, degree, octave):
        return 12 * (octave + degree // 7) + self.key + self.scale[degree % 7]

    def play(self, seconds):
        """The MIDI file of about `seconds`."""
        bars = max(8, int(seconds * self.tempo / 60 / self.beats))
        for bar in range(bars):
            start, root = bar * self.beats, self.progression[bar % len(self.progression)]
            strength = 62 + 22 * (bar % 8) / 8 + (10 if bar > bars / 2 else 0)
            chord = [root, root + 2, root + 4] + ([root + 6] if self.rng.random() < 0.3 else [])
            self.play_chord(chord, start, strength)
            if self.bass:
                self.play_bass(root, start, strength)
            if self.lead and bar % 8 != 7:
                self.play_lead(chord, start, strength)
            if self.drums and bar >= self.rng.choice([0, 0, 2]):
                self.play_drums(bar, start)
        return self.score.file(self.tempo)

    def play_chord(self, chord, start, strength):
        rng, note = self.rng, self.score.note
        if self.style == "block":
            for degree in chord:
                note(CHORDS, self.pitch(degree, 4), start, self.beats * 0.97, strength)
        elif self.style == "stabs":
            for beat in range(self.beats):
                for degree in chord:
                    note(CHORDS, self.pitch(degree, 5), start + beat + 0.5 * (beat % 2), 0.3, strength)
        else:
            rises = self.style == "arpeggio"
            step = 0.25 if self.style == "broken" and self.tempo < 100 else 0.5
            for i in range(int(self.beats / step)):
                degree = chord[i % len(chord)] if rises else rng.choice(chord) + rng.choice([0, 7])
                pitch, length = self.pitch(degree, 4 + (i // len(chord)) % 2), step * rng.uniform(0.8, 2.5)
                note(CHORDS, pitch, start + i * step, length, strength)

    def play_bass(self, root, start, strength):
        rng = self.rng
        for beat in range(self.beats):
            if beat == 0 or rng.random() < 0.6:
                pitch = self.pitch(root + rng.choice([0, 0, 0, 4]), 2 + (self.key < 4))
                self.score.note(BASS, pitch, start + beat, rng.choice([0.45, 0.9]), strength + 8)

    def play_lead(self, chord, start, strength):
        rng, at, index = self.rng, 0.0, 0
        while at < self.beats:
            length = min(self.motif[index % len(self.motif)], self.beats - at)
            if rng.random() < 0.85:
                leap = rng.choice([-2, -1, -1, 0, 1, 1, 2, rng.choice([-4, 4])])
                self.position = max(-3, min(11, self.position + leap))
                degree = min(chord, key=lambda c: abs(c - self.position)) if at == 0 else self.position
                self.score.note(LEAD, self.pitch(degree, 5), start + at, length * 0.95, strength + 14)
                if self.second:
                    self.score.note(SECOND, self.pitch(degree - 2, 5), start + at, length * 0.95, strength)
            at, index = at + length, index + 1

    def play_drums(self, bar, start):
        for drum, steps in self.groove.items():
            for step in steps:
                if self.rng.random() < 0.93:
                    self.score.note(DRUMS, drum, start + step / 4, 0.1, 84 if step % 4 == 0 else 66)
        if bar % 8 == 0:
            self.score.note(DRUMS, CRASH, start, 0.5, 80)


def make(folder, seconds):
    """MIDI files of a minute each, of about `seconds` in all."""
    paths = []
    for seed in range(1, 1 + int(seconds / 60)):
        paths.append(folder / f"composed-{seed:04}.mid")
        paths[-1].write_bytes(Piece(seed).play(60))
    return paths
