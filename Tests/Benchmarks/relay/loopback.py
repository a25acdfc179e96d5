"""CPU time per relayed datagram over loopback: `voicesim relay` beside coturn.

    loopback.py VOICESIM [--rounds N] [--seconds S] [--out FILE]

Both serve with one relay thread; the same driver sends both the same datagrams, in turn, round by
round, so that a machine that slows down slows both. A figure is the median of the rounds with the
least and the greatest; the ratio is taken round by round. CPU time is user and system time of the
server's process (/proc/PID/stat). Exit code 1 when the median ratio is above 1 for any load.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Conformance"))
import conformance  # noqa: E402  (it stands beside this file's grandparent)

# Name, allocations, datagrams a second, datagrams in a train. The first is what calls do.
LOADS = (
    ("calls: 400 of 50/s", 200, 20000, 1),
    ("single datagrams, 4 allocations", 4, 20000, 1),
    ("trains of 9, 4 allocations", 4, 40000, 9),
)


def drive(voicesim, port, process, load, seconds, test):
    _, allocations, rate, train = load
    command = [voicesim, "load", "turn", "--server", f"127.0.0.1:{port}"]
    command += ["--secret", conformance.SECRET, "--allocations", str(allocations)]
    command += ["--rate", str(rate), "--train", str(train), "--seconds", str(seconds)]
    command += ["--relay-pid", str(process.pid), "--format", "json"]
    code, log = test.run(command, limit=60 + seconds * 10)
    conformance.require(code == 0, f"the driver ended with {code}", log)
    return json.loads(log)


def spread(values, form="{:.2f}"):
    return " ".join(
        (form.format(statistics.median(values)), "(" + form.format(min(values)))
    ) + " … " + form.format(max(values)) + ")"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voicesim")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--out")
    options = parser.parse_args()
    options.python = options.only = None
    results = []
    with tempfile.TemporaryDirectory(prefix="voicesim-bench-relay-") as directory:
        test = conformance.Conformance(options, directory)
        secret = ("use-auth-secret", f"static-auth-secret={conformance.SECRET}")
        port = conformance.free_port()
        with test.our_relay(port) as ours, test.coturn(*secret, "relay-threads=1") as theirs:
            for load in LOADS:
                rounds = []
                for _ in range(options.rounds):
                    figures = {}
                    for name, at, server in (
                        ("voicesim", port, ours), ("coturn", theirs.port, theirs)
                    ):  # fmt: skip
                        report = drive(
                            test.voicesim, at, server.process, load, options.seconds, test
                        )
                        figures[name] = {
                            "microseconds": report["relayCPUPerPacket"] * 1e6,
                            "loss": report["lossRatio"],
                            "relayed": report["relayedRate"],
                            "latency_p50": report["latency"]["p50"],
                            "driver_late": report["generatorWasLate"],
                        }
                    rounds.append(figures)
                ratios = [
                    r["voicesim"]["microseconds"] / r["coturn"]["microseconds"] for r in rounds
                ]
                print(load[0], flush=True)
                for name in ("voicesim", "coturn"):
                    costs = [r[name]["microseconds"] for r in rounds]
                    losses = [r[name]["loss"] * 100 for r in rounds]
                    late = sum(r[name]["driver_late"] for r in rounds)
                    print(
                        f"  {name:9}{spread(costs)} µs per datagram, "
                        f"{spread(losses)} % lost, driver late in {late} rounds",
                        flush=True,
                    )
                print(f"  ratio    {spread(ratios)}", flush=True)
                results.append({"load": load[0], "ratios": ratios, "rounds": rounds})
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
            file.write("\n")
    return 1 if any(statistics.median(r["ratios"]) > 1 for r in results) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except conformance.Failure as failure:
        print(f"FAILED: {failure}\n{failure.log}")
        sys.exit(1)
