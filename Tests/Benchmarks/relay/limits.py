"""The greatest rate without loss over loopback: coturn and `voicesim relay`, one relay thread each.

    limits.py VOICESIM [--rounds N] [--seconds S] [--no-realtime] [--out FILE]

The server has one core, what drives it another; where it may be done, both go before all else that the machine
does (SCHED_FIFO, which the kernel holds to 95 % of a core): else what passes by makes the driver late. `voicesim load turn --find-limit` finds the greatest
rate that loses nothing, and says whether the server or the driver was at its limit. Beside it
`turnutils_uclient` drives the same coturn with ever more sessions until it loses a message. Its
messages pass the server twice, to a relayed port and from there to another client (-y): two datagrams
are relayed for each, which three sockets receive. How many that were in its best second is read from
the kernel's count of datagrams (/proc/net/snmp), as it tells its own times in whole seconds. Exit code
1 when the driver, not coturn, was at its limit, or reached less than turnutils_uclient.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Conformance"))
import conformance  # noqa: E402  (it stands beside this file's grandparent)

# Sessions of turnutils_uclient with a message a millisecond each.
SESSIONS = (10, 20, 30, 40, 50, 60, 80)
BYTES = 160
SERVER_CORE, DRIVER_CORE = ["taskset", "-c", "0"], ["taskset", "-c", "1"]
REALTIME = ["chrt", "--fifo", "1"]
SAMPLE = 0.25


def find_limit(test, port, process, seconds):
    command = [*DRIVER_CORE, test.voicesim, "load", "turn", "--server", f"127.0.0.1:{port}"]
    command += ["--secret", conformance.SECRET, "--rate", "60000", "--seconds", str(seconds)]
    command += ["--bytes", str(BYTES), "--allocations", "4", "--find-limit"]
    command += ["--relay-pid", str(process.pid)]
    code, log = test.run([*command, "--format", "json"], limit=600)
    conformance.require(code == 0, f"the driver ended with {code}", log)
    return json.loads(log)


def datagrams_received():
    """By all sockets of the host so far."""
    with open("/proc/net/snmp", encoding="ascii") as file:
        names, values = (line.split() for line in file if line.startswith("Udp:"))
    return int(values[names.index("InDatagrams")])


def uclient(port, sessions, seconds):
    """Datagrams relayed in the best second, and how many messages were lost."""
    command = [*DRIVER_CORE, "turnutils_uclient", "-W", conformance.SECRET, "-u", "x", "-y", "-c"]
    command += ["-m", str(sessions), "-n", str(int(seconds * 1000)), "-l", str(BYTES), "-z", "1"]
    samples = []
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*command, "-p", str(port), "127.0.0.1"],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            while process.poll() is None and len(samples) * SAMPLE < 60:
                samples.append((time.monotonic(), datagrams_received()))
                time.sleep(SAMPLE)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        log = output.read().decode(errors="replace")
    counts = re.findall(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)", log)
    conformance.require(counts, "turnutils_uclient counts nothing", log)
    sent, received = map(int, counts[-1])
    whole = round(1 / SAMPLE)
    rates = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(samples, samples[whole:])]
    return max(rates, default=0) * 2 / 3, sent - received, sent


def uclient_limit(port, seconds):
    """The greatest rate of datagrams relayed without a message lost, and all that was tried."""
    tried = []
    for sessions in SESSIONS:
        rate, lost, sent = uclient(port, sessions, seconds)
        tried.append({"sessions": sessions, "relayed": rate, "lost": lost, "sent": sent})
        if lost:
            break
    return max((t["relayed"] for t in tried if not t["lost"]), default=0), tried


def may_be_realtime():
    try:
        return subprocess.run([*REALTIME, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def spread(values):
    return f"{statistics.median(values):.0f} ({min(values):.0f} … {max(values):.0f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voicesim")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--no-realtime", action="store_true")
    parser.add_argument("--out")
    options = parser.parse_args()
    options.python = options.only = None
    if not options.no_realtime and may_be_realtime():
        SERVER_CORE.extend(REALTIME)
        DRIVER_CORE.extend(REALTIME)
    else:
        print("the machine's other work may come between", flush=True)
    figures = {"driver at coturn": [], "driver at voicesim relay": [], "turnutils_uclient": []}
    verdicts, rounds = [], []
    with tempfile.TemporaryDirectory(prefix="voicesim-limits-") as directory:
        test = conformance.Conformance(options, directory)
        test.prefix = SERVER_CORE
        secret = ("use-auth-secret", f"static-auth-secret={conformance.SECRET}", "relay-threads=1")
        port = conformance.free_port()
        with test.our_relay(port) as ours, test.coturn(*secret) as theirs:
            for _ in range(options.rounds):
                best, tried = uclient_limit(theirs.port, options.seconds)
                figures["turnutils_uclient"].append(best)
                at_coturn = find_limit(test, theirs.port, theirs.process, options.seconds)
                at_ours = find_limit(test, port, ours.process, options.seconds)
                for name, limit in (
                    ("driver at coturn", at_coturn), ("driver at voicesim relay", at_ours)
                ):  # fmt: skip
                    figures[name].append(limit.get("lossFreeRate") or 0)
                    verdicts.append((name, limit["verdict"]))
                rounds.append({"uclient": tried, "coturn": at_coturn, "voicesim": at_ours})
    for name, values in figures.items():
        told = sorted({verdict for at, verdict in verdicts if at == name})
        limit = f"; at its limit was the {', the '.join(told)}" if told else ""
        print(f"{name:25}{spread(values)} datagrams/s without loss{limit}", flush=True)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(rounds, file, indent=1)
            file.write("\n")
    driver, rival = figures["driver at coturn"], figures["turnutils_uclient"]
    is_target = all(verdict == "target" for at, verdict in verdicts if at == "driver at coturn")
    return 0 if is_target and statistics.median(driver) >= statistics.median(rival) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except conformance.Failure as failure:
        print(f"FAILED: {failure}\n{failure.log}")
        sys.exit(1)
