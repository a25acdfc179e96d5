#!/usr/bin/env python3
"""Plants one bug at a time in a copy of the matchmaker and sees that `voicesim check` finds it.

Each bug is a line or two that read otherwise. The gate must call it a regression, exit with 2 and name a
cell that it hurts; the unchanged copy must pass. Needs git, a Swift toolchain and several minutes.

usage: planted_bugs.py [--scratch DIR] [--configuration release|debug] [--only NAME ...]
"""
import argparse
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIO = "scenarios/fairness.yaml"
BASELINE = "scenarios/baselines/fairness.json"
# A matchmaker that does not come to an end is found, too, but not by the gate.
PATIENCE = 900
QUEUE = "Sources/Matchmaking/QueueState.swift"
ROOM = "Sources/Matchmaking/WaitingRoom.swift"

MATCHMAKER = "Sources/Matchmaking/Matchmaker.swift"

FUNCTION = "Sources/Matchmaking/MatchFunction.swift"

# Whom an arrival is given; each SKIP leaves some of them standing.
FOUND = (
    "            guard let found = partner(for: slot, in: state, besides: [], where: predicate) else {\n")
SKIP = FOUND.replace(" else {", ", {condition} else {{")
SLOT = "state.room.slots[Int(found.slot)]"
# Whoever was left standing is paired later, which the matchmaker holds to be impossible and says
# so: with this it does not notice.
UNNOTICED = (
    MATCHMAKER, "                hasMoved(first) || hasMoved(second),\n", "                true,\n")

# name: lines as they are and as the bug has them, and which of these cells must be named
BUGS = {
    "newest first": (
        [(
            QUEUE,
            "        var order = room.ladder.searchOrder\n",
            "        var order = (0..<room.ladder.openCount).reduce(UInt64(0)) "
            "{ $0 << 4 | room.ladder.searchOrder >> (4 * UInt64($1)) & 15 }\n",
        )],
        ["passed_over of "],
    ),
    "expansion clock reset by others": (
        [UNNOTICED, (
            ROOM,
            "            due = slots[Int(head)].created + age\n",
            "            due = slots[Int(queues[level].slot(atOffset: queues[level].span - 1))].created + age\n",
        ), (
            ROOM,
            "        if queues[level].count == 1 { updateHead(level) }\n",
            "        updateHead(level)\n",
        )],
        ["wait of ", "wait_p95 of ", "passed_over of "],
    ),
    "every 20th ticket of a language skipped": (
        [UNNOTICED, (
            FUNCTION, FOUND,
            SKIP.format(condition=f"{SLOT}.attributes.language != 1 || {SLOT}.order % 20 != 0"),
        )],
        ["passed_over of language=es", "wait of language=es"],
    ),
    "tier leak": (
        [UNNOTICED, (
            FUNCTION, FOUND,
            SKIP.format(condition=f"{SLOT}.attributes.packed >> 32 == 0 || {SLOT}.order % 2 != 0"),
        )],
        ["wait of tier=", "wait of persona=harasser", "leak_by_waits of all", "passed_over of tier="],
    ),
    "a language waits a tenth longer": (
        [UNNOTICED, (
            FUNCTION, FOUND,
            SKIP.format(condition=f"{SLOT}.attributes.language != 1 || {SLOT}.order % 8 != 0"),
        )],
        ["wait of language=es"],
    ),
}


def run(*command, **options):
    return subprocess.run(command, text=True, capture_output=True, **options)


def build(source, scratch, configuration):
    built = run(
        "swift", "build", "-c", configuration, "--product", "voicesim", "--scratch-path", scratch,
        cwd=source)
    if built.returncode:
        sys.exit(f"the copy does not build:\n{built.stdout[-3000:]}{built.stderr[-3000:]}")
    return scratch / configuration / "voicesim"


def check(program, source, *options):
    command = [program, "check", SCENARIO, "--baseline", BASELINE, "--quiet", *options]
    try:
        checked = run(*command, cwd=source, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return None, f"no verdict within {PATIENCE} s"
    return checked.returncode, checked.stdout + checked.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scratch", default=ROOT / ".build-planted", type=pathlib.Path)
    parser.add_argument("--configuration", default="release", choices=["release", "debug"])
    parser.add_argument("--only", nargs="*", default=list(BUGS), choices=list(BUGS))
    options = parser.parse_args()
    source, scratch = ((options.scratch / part).resolve() for part in ("source", "build"))
    if not source.exists():
        subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
    subprocess.run(["git", "fetch", "--quiet", "origin"], cwd=source, check=True)
    subprocess.run(["git", "checkout", "--quiet", "--force", "FETCH_HEAD"], cwd=source, check=True)

    failures = []

    def judge(name, holds, told):
        print(f"{'ok  ' if holds else 'FAIL'}  {name}: {told.splitlines()[0] if told else ''}", flush=True)
        if not holds:
            failures.append(name)
            print(told[:4000])

    program = build(source, scratch, options.configuration)
    status, told = check(program, source)
    judge("unchanged", status == 0, told)
    for name in options.only:
        changes, cells = BUGS[name]
        for file, right, wrong in changes:
            path = source / file
            text = path.read_text()
            if text.count(right) != 1:
                sys.exit(f"{file} has not exactly one line {right!r}: mend the bug “{name}”")
            path.write_text(text.replace(right, wrong))
        program = build(source, scratch, options.configuration)
        status, told = check(program, source)
        judge(name, status == 2 and any(cell in told.splitlines()[0] for cell in cells), told)
        if name == "a language waits a tenth longer":
            status, told = check(program, source, "--budget", "2")
            judge("the same with two replications", status == 3, told)
        subprocess.run(["git", "checkout", "--quiet", "--force", "."], cwd=source, check=True)
    sys.exit(f"not found: {', '.join(failures)}" if failures else 0)


if __name__ == "__main__":
    main()
