"""Sound files: decoding, rendering and measuring, with sox, ffmpeg and fluidsynth."""
import re
import subprocess
import wave

RATE = 44100
LONG = 5              # seconds: a recording from this length on is judged by itself, a shorter one with its siblings
LABELS = {"Pk lev dB": "peak", "RMS lev dB": "rms", "Flat factor": "flat", "Pk count": "count", "Length s": "seconds"}


def run(command, **options):
    """Runs a command to its end and returns it; the caller looks at the exit status."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def said(finished):
    """The end of what a command wrote to standard error."""
    return finished.stderr.decode(errors="replace").strip()[-300:]


def number(text):
    """A figure of sox's statistics: -inf for silence, large counts as 12.3k."""
    if "inf" in text:
        return -200.0
    return float(text.rstrip("kM")) * {"k": 1e3, "M": 1e6}.get(text[-1], 1)


def statistics(text):
    """First columns of what sox's effect `stats` printed, a dictionary for each time it was used."""
    tables = []
    for line in text.splitlines():
        name = next((name for label, name in LABELS.items() if line.startswith(label)), None)
        if name == "peak":
            tables.append({})
        if name and tables:
            label = next(label for label in LABELS if line.startswith(label))
            tables[-1][name] = number(line[len(label):].split()[0])
    return tables


def measured(arguments):
    """Runs sox; returns the rate of its input and the statistics, or None if it failed."""
    made = run(["sox", "-V3", "-D", *arguments])
    text = made.stderr.decode(errors="replace")
    rate, tables = re.search(r"Sample Rate +: (\d+)", text), statistics(text)
    return (int(rate[1]), tables) if not made.returncode and rate and tables else None


def is_dull(path, level, is_speech):
    """Is there next to nothing above 7 kHz (5.5 kHz for speech)?"""
    found = measured([path, "-n", "sinc", "5500" if is_speech else "7000", "stats"])
    return not found or found[1][0]["rms"] < max(-90, level - (56 if is_speech else 64))


def stretch(path, track):
    """The part of a long recording that is used: `track` seconds, beginning before its middle."""
    length = float(run(["soxi", "-D", path]).stdout or 0)
    return ["trim", f"{(length - track) * 0.3:.2f}", str(track)] if track and length > track else []


def convert(given, target, track, level):
    """Makes mono 44.1 kHz 16-bit of a file that sox reads; returns what `measured` returns."""
    mono = ["remix", "-", *level, "rate", "-v", RATE, "stats"]
    return measured([given, "-b", "16", target, *stretch(given, track), "stats", *mono])


def convert_anything(source, target, track, level):
    """The same for any format: what sox does not know, or misjudges, is unpacked by ffmpeg first."""
    if source.suffix not in (".g722", ".opus"):
        found = convert(source, target, track, level)
        if found:
            return found
    unpacked = target.with_suffix(".src.wav")
    kind = ["-f", "g722"] if source.suffix == ".g722" else []
    run(["ffmpeg", "-v", "error", "-y", *kind, "-i", source, "-map", "0:a:0", "-af", "volume=0.7",
         "-c:a", "pcm_f32le", unpacked])
    found = convert(unpacked, target, track, level)
    unpacked.unlink(missing_ok=True)
    return found


def is_clipped(raw, mono, rate):
    """Flat tops of more than 0.03 % of the samples and more than 40 of them, or no dynamics at all."""
    flat_tops = raw.get("count", 0) * 10 ** (raw.get("flat", 0) / 20)
    return raw["peak"] > -0.3 and flat_tops > max(40, 3e-4 * raw["seconds"] * rate) or mono["rms"] > -5


def decode(source, target, track, is_speech, level=("gain", "-1")):
    """Decodes one file to mono 44.1 kHz 16-bit WAV; returns the reason to drop it, or None."""
    found = convert_anything(source, target, track, level)
    if not found or len(found[1]) < 2:
        return "unreadable"
    rate, (raw, mono) = found
    if rate < (16000 if is_speech else 22050):
        return "band-limited"
    if mono.get("seconds", 0) < 0.12:
        return "too short"
    if mono["rms"] < -50 or mono["peak"] < -36:
        return "silent"
    if is_clipped(raw, mono, rate):
        return "clipped"
    # Shorter ones are looked at once they are joined.
    is_long = mono["seconds"] >= LONG
    return "band-limited" if is_long and is_dull(target, mono["rms"], is_speech) else None


def render(source, target, track, font):
    """Plays a MIDI file through a soundfont; returns the reason to drop it, or None."""
    played = target.with_suffix(".play.wav")
    done = run(["fluidsynth", "-ni", "-q", "-g", "0.3", "-o", "synth.dynamic-sample-loading=1", "-r", RATE, "-O", "s16",
                "-F", played, font, source])
    if done.returncode or not played.exists():
        return "unreadable"
    reason = decode(played, target, track, False, ("norm", "-2"))
    played.unlink()
    return reason


def samples(path):
    """The raw 16-bit samples of a WAV file."""
    with wave.open(str(path)) as file:
        return file.readframes(file.getnframes())


def write_flac(data, target):
    """Writes raw samples as FLAC and returns their level in decibels."""
    target.parent.mkdir(parents=True, exist_ok=True)
    raw = ["-t", "raw", "-r", RATE, "-b", 16, "-c", 1, "-e", "signed", "-L", "-"]
    made = run(["sox", "-D", *raw, "-C", 8, "--comment", "", target, "stats"], input=data)
    if made.returncode:
        raise OSError(f"cannot write {target}: {said(made)}")
    return statistics(made.stderr.decode())[0]["rms"]
