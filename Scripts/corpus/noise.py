"""Noise of several colours and levels, hum, sweeps and near-silence: what a codec also meets."""
import random
import subprocess

LENGTH = 10           # seconds per piece


def kinds(rng, seconds):
    """Effects of sox, each making `seconds` of one kind of sound."""
    def noise(colour):
        return ["synth", seconds, f"{colour}noise"]
    hum = ["synth", seconds, "sine", rng.choice([50, 60])]
    sweep = ["synth", seconds, "sine", rng.randint(100, 12000)]
    return [
        noise("white"), noise("pink"), noise("brown"),
        [*hum, *noise("pink"), "mix", 30],
        [*sweep, "synth", seconds, "sine", "fmod", round(rng.uniform(0.1, 9), 1)],
        [*noise("white"), "gain", -6, "lowpass", rng.randint(300, 6000), "tremolo", round(rng.uniform(0.1, 2), 2), 60],
    ]


def make(folder, seconds):
    """WAV files, mono 44.1 kHz 16-bit, of about `seconds` in all."""
    rng, paths = random.Random(1), []
    for number in range(int(seconds / LENGTH)):
        level = rng.choice([-20, -30, -40, -50, -60, -70])
        # sox's noise is the same every time: each piece takes another stretch of it.
        start = number * LENGTH
        effects = kinds(rng, start + LENGTH)
        paths.append(folder / f"{number:04}.wav")
        command = ["sox", "-R", "-D", "-n", "-r", 44100, "-b", 16, "-c", 1, paths[-1], *effects[number % len(effects)],
                   "trim", start, LENGTH, "norm", level, "fade", 0.05, LENGTH, 0.05]
        subprocess.run([str(word) for word in command], check=True)
    return paths
