#!/usr/bin/env python3
"""Scores what is heard in calls of full fidelity by PESQ, over loss, bit rate and FEC.

usage: heard_quality.py VOICESIM --out SCORES.csv [--repeats N] [--jobs N]
       heard_quality.py VOICESIM --check

`voicesim hear` makes the calls; PESQ (ITU-T P.862.2 with Corrigendum 2, PyPI: pesqc2) compares what
was said with what was heard. The same speech goes through AMR-WB in all its modes and under loss
(Debian: libvo-amrwbenc0, libopencore-amrwb0), whose impairment factors ITU-T G.113 gives: they
anchor the scale. `voicesim hear-judge` makes the tables of the scores.

--check makes four calls of each sample and says whether PESQ falls with loss and rises with FEC.
"""

import argparse
import csv
import ctypes
import os
import random
import subprocess
import sys
import tempfile
import wave
from itertools import chain
from multiprocessing import Pool

import numpy
import pesqc2

LOSSES = [0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.10]
FEW_LOSSES = [0, 0.03, 0.10]
FULL_RATES = [12, 16, 24, 32, 48]
BURST_LOSSES = [0.02, 0.05, 0.10]
BURST = 2.5
COLUMNS = [
    "codec", "bitrate", "bandwidth", "frame", "fec", "dtx", "expected_loss", "loss", "mean_burst",
    "voice", "sample", "seed", "frames", "sent", "lost", "late", "recovered", "concealed",
    "concealed_runs", "stretched", "trimmed", "payload_bitrate", "mouth_to_ear",
]
AMR_RATES = [6600, 8850, 12650, 14250, 15850, 18250, 19850, 23050, 23850]
AMR_UNDER_LOSS = [12650, 23050]


def cells():
    """The grid: what `voicesim hear` is told, and whether the narrowband score is wanted, too."""
    for rate in (6, 8, 12, 16, 20, 24, 32, 48, 64):
        for loss in LOSSES if rate in FULL_RATES else FEW_LOSSES:
            yield cell(rate, loss, "--no-fec", "--no-dtx"), loss == 0 or rate in (12, 24)
    for rate in (12, 16, 20, 24, 32, 48):
        for loss in (LOSSES if rate in FULL_RATES else FEW_LOSSES)[1:]:
            yield cell(rate, loss, "--fec", "--no-dtx"), False
    for rate in (24, 32):
        for loss in BURST_LOSSES:
            for fec in ("--no-fec", "--fec"):
                yield cell(rate, loss, fec, "--no-dtx", "--burst", str(BURST)), False
    # DTX, with the encoder told the loss, and as scenarios have it by default.
    for loss in (0, 0.01, 0.03, 0.05, 0.10):
        yield cell(24, loss, "--no-fec", "--dtx"), False
        yield cell(24, loss, "--fec", "--dtx", "--expected-loss", "0.05"), False


def cell(rate, loss, *others):
    return ["--bitrate", f"{rate} kbit/s", "--loss", str(loss), *others]


def read(path):
    with wave.open(path) as file:
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def write(path, samples):
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())


def score(reference, heard, mode):
    return f"{pesqc2.pesq(16_000, reference, heard, mode):.6f}"


def hear(job):
    """Makes the calls of one cell and scores them; the rows of its calls.csv with the scores."""
    program, options, narrowband, repeats = job
    if options[options.index("--loss") + 1] == "0":
        # Without loss nothing depends on the seed.
        repeats = 1
    with tempfile.TemporaryDirectory(prefix="heard-") as folder:
        subprocess.run(
            [program, "hear", "--out", folder, "--repeats", str(repeats), *options], check=True)
        with open(os.path.join(folder, "calls.csv"), newline="") as sheet:
            rows = list(csv.DictReader(sheet))
        for row in rows:
            reference = read(os.path.join(folder, row["reference"]))
            heard = read(os.path.join(folder, row["heard"]))
            row["mos_wb"] = score(reference, heard, "wb")
            row["mos_nb"] = score(reference, heard, "nb") if narrowband else ""
    return rows


class AMRWB:
    """AMR-WB by the two libraries' interface functions; a lost frame is frame type 14."""

    def __init__(self):
        self.encoder = ctypes.CDLL("libvo-amrwbenc.so.0")
        self.decoder = ctypes.CDLL("libopencore-amrwb.so.0")
        self.encoder.E_IF_init.restype = ctypes.c_void_p
        self.decoder.D_IF_init.restype = ctypes.c_void_p

    def transmit(self, samples, mode, loss, draws):
        encoder = ctypes.c_void_p(self.encoder.E_IF_init())
        decoder = ctypes.c_void_p(self.decoder.D_IF_init())
        packet = (ctypes.c_ubyte * 100)()
        lost_packet = (ctypes.c_ubyte * 100)(14 << 3)
        output = numpy.zeros(len(samples), dtype=numpy.int16)
        frame = numpy.zeros(320, dtype=numpy.int16)
        lost = runs = 0
        was_lost = False
        for start in range(0, len(samples) - 319, 320):
            speech = numpy.ascontiguousarray(samples[start:start + 320])
            self.encoder.E_IF_encode(
                encoder, mode, speech.ctypes.data_as(ctypes.c_void_p), packet, 0)
            is_lost = draws.random() < loss
            self.decoder.D_IF_decode(
                decoder, lost_packet if is_lost else packet,
                frame.ctypes.data_as(ctypes.c_void_p), 0)
            output[start:start + 320] = frame
            lost += is_lost
            runs += is_lost and not was_lost
            was_lost = is_lost
        self.encoder.E_IF_exit(encoder)
        self.decoder.D_IF_exit(decoder)
        return output, lost, runs


def anchor(job):
    """Sends every sample through AMR-WB; rows like those of calls.csv."""
    references, rate, loss, repeats = job
    codec = AMRWB()
    rows = []
    for seed in range(1, repeats + 1):
        for index, reference in enumerate(references):
            heard, lost, runs = codec.transmit(
                reference, AMR_RATES.index(rate), loss, random.Random(1000 * seed + index))
            rows.append({
                "codec": "amr-wb", "bitrate": rate, "bandwidth": "wideband", "frame": 20,
                "fec": "off", "dtx": "off", "loss": float(loss), "mean_burst": 1 / (1 - loss),
                "sample": index, "seed": seed, "frames": len(reference) // 320,
                "sent": len(reference) // 320, "lost": lost, "recovered": 0, "concealed": lost,
                "concealed_runs": runs, "payload_bitrate": rate, "expected_loss": 0.0,
                "mos_wb": score(reference, heard, "wb"), "mos_nb": "",
            })
    return rows


def references_of(program, folder):
    subprocess.run([program, "hear", "--out", folder], check=True)
    with open(os.path.join(folder, "calls.csv"), newline="") as sheet:
        names = [row["reference"] for row in csv.DictReader(sheet)]
    return [read(os.path.join(folder, name)) for name in names]


def study(program, out, repeats, jobs):
    with tempfile.TemporaryDirectory(prefix="heard-") as folder:
        references = references_of(program, folder)
    anchors = [(references, rate, 0, 1) for rate in AMR_RATES] + [
        (references, rate, loss, repeats) for rate in AMR_UNDER_LOSS for loss in LOSSES[1:]]
    grid = [(program, options, narrowband, repeats) for options, narrowband in cells()]
    columns = COLUMNS + ["mos_wb", "mos_nb"]
    with open(out + ".partial", "w", newline="") as file, Pool(jobs) as pool:
        writer = csv.DictWriter(
            file, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for done, rows in enumerate(chain(pool.imap(anchor, anchors), pool.imap(hear, grid))):
            writer.writerows(rows)
            file.flush()
            progress(done + 1, len(anchors) + len(grid))
    os.replace(out + ".partial", out)


def progress(done, total):
    if sys.stderr.isatty():
        print(f"\r{done} of {total} cells", end="\n" if done == total else "", file=sys.stderr)


def check(program):
    def mean(*options):
        rows = hear((program, options, False, 1))
        return sum(float(row["mos_wb"]) for row in rows) / len(rows)

    clean = mean(*cell(32, 0, "--no-fec", "--no-dtx"))
    little = mean(*cell(32, 0.02, "--no-fec", "--no-dtx"))
    much = mean(*cell(32, 0.10, "--no-fec", "--no-dtx"))
    repaired = mean(*cell(32, 0.10, "--fec", "--no-dtx"))
    print(f"no loss {clean:.3f}, 2 % {little:.3f}, 10 % {much:.3f}, with FEC {repaired:.3f}")
    return 0 if clean > little > much and repaired > much else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", metavar="VOICESIM")
    parser.add_argument("--out", metavar="SCORES.csv")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        return check(arguments.program)
    if not arguments.out:
        parser.error("--out or --check is needed")
    study(arguments.program, arguments.out, arguments.repeats, arguments.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
