#!/usr/bin/env python3
"""Holds the figures of `voicesim calc` against independent computations.

usage: check_calc.py VOICESIM

VOICESIM is the built tool. Erlang B, C and A are computed from incomplete gamma and confluent
hypergeometric functions in 60 digits, losses of staged arrivals from Takács's sum and their chain,
the matching queues from the linear equations of their generator and from those functions, the
E-model from a rendering of ITU-T G.107 in the standard library's mathematics, packet sizes header
by header. Every figure has to agree to 1e-9 relative.
Needs `scipy` and `mpmath` from PyPI; exits 77 without them.
"""

import itertools
import json
import math
import random
import subprocess
import sys

try:
    import mpmath
    import numpy
    import scipy.linalg
    import scipy.stats
    from mpmath import mp, mpf
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

mp.dps = 60
TOLERANCE = 1e-9
# Shares below this may be given as 0: the smallest number is 2e-308, of the mode's probability.
UNDERFLOW = 1e-280


class Check:
    """Runs the tool and keeps what disagrees."""

    def __init__(self, tool):
        self.tool = tool
        self.figures = 0
        self.worst = {}
        self.wrong = []

    def ask(self, *arguments):
        command = [self.tool, "calc", *map(str, arguments), "--format", "json"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            self.wrong.append(f"{' '.join(command[1:])}: {result.stderr.strip()}")
            return None
        return json.loads(result.stdout)

    def holds(self, expected, *arguments):
        found = self.ask(*arguments)
        if found is None:
            return
        command = " ".join(map(str, arguments))
        if list(found) != list(expected):
            self.wrong.append(f"{command}: fields {list(found)}, not {list(expected)}")
            return
        for name, value in expected.items():
            self.figures += 1
            value = mpf(value)
            if abs(value) < UNDERFLOW and abs(found[name]) < UNDERFLOW:
                continue
            error = float(abs(mpf(found[name]) - value) / abs(value)) if value else (
                abs(found[name]))
            family = arguments[0]
            self.worst[family] = max(self.worst.get(family, 0.0), error)
            if not error <= TOLERANCE:
                self.wrong.append(
                    f"{command}: {name} is {found[name]!r}, not {mp.nstr(value, 17)} "
                    f"({error:.1e})")

    def refuses(self, word, *arguments):
        command = [self.tool, "calc", *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True)
        self.figures += 1
        if result.returncode != 64 or word not in result.stderr or result.stdout:
            self.wrong.append(
                f"{' '.join(command[1:])}: exit {result.returncode}, {result.stderr.strip()!r}")


def erlang_b(servers, load):
    """a^c·e^-a/c! ÷ Q(c + 1, a), with the regularised upper incomplete gamma function."""
    if load == 0:
        return mpf(1 if servers == 0 else 0)
    load = mpf(load)
    log_weight = servers * mpmath.log(load) - load - mpmath.loggamma(servers + 1)
    upper = mpmath.gammainc(servers + 1, load, regularized=True)
    return mpmath.exp(log_weight) / upper


def renewal_loss(servers, load, stages):
    """Takács's sum with the gap's Laplace transform (1 + s/(m·a))^-m, from its definition."""
    if load == 0:
        return mpf(1 if servers == 0 else 0)
    total = term = mpf(1)
    for k in range(1, servers + 1):
        transform = (1 + k / (stages * mpf(load))) ** -stages
        term *= mpf(servers - k + 1) / k * (1 - transform) / transform
        total += term
    return 1 / total


def check_renewal_loss(check):
    grid = [*itertools.product((1, 2, 10, 100), (2, 3, 20)), (10_000, 2)]
    for servers, stages in grid:
        for load in (0.5, 0.5 * servers, 0.9 * servers, servers, 1.1 * servers, 5.0 * servers):
            check.holds({"blocking": renewal_loss(servers, load, stages)}, "erlang-b",
                        "--servers", servers, "--load", repr(load), "--stages", stages)
    # The chain of customers and stages, by its linear equations.
    for servers, load, stages in [(4, 3.0, 2), (6, 2.5, 3)]:
        states = [(n, s) for n in range(servers + 1) for s in range(stages)]
        number = {state: index for index, state in enumerate(states)}
        rates = numpy.zeros((len(states), len(states)))
        for (n, s), index in number.items():
            after = (n, s + 1) if s + 1 < stages else (min(servers, n + 1), 0)
            rates[index, number[after]] += stages * load
            if n > 0:
                rates[index, number[(n - 1, s)]] += n
        rates -= numpy.diag(rates.sum(axis=1))
        law = scipy.linalg.null_space(rates.T)[:, 0]
        arriving = [law[number[(n, stages - 1)]] for n in range(servers + 1)]
        check.holds({"blocking": arriving[servers] / sum(arriving)}, "erlang-b",
                    "--servers", servers, "--load", load, "--stages", stages)
    check.refuses("--servers", "erlang-b", "--load", 5, "--target-blocking", "1%", "--stages", 2)


def check_erlang_b(check):
    grid = [(c, a) for c in (1, 2, 10, 100, 1000, 10_000) for a in (
        1e-3, 0.5, 0.5 * c, 0.9 * c, c - 0.5, c, 1.1 * c, 2 * c, 50 * c)]
    for servers, load in grid + [(0, 5), (7, 0), (9_999, 9_800.25)]:
        check.holds({"blocking": erlang_b(servers, load)},
                    "erlang-b", "--servers", servers, "--load", repr(load))
    # scipy's own distributions, less exact for many servers.
    for servers, load in [(10, 5.0), (100, 95.0), (300, 310.0)]:
        poisson = scipy.stats.poisson(load)
        check.holds({"blocking": poisson.pmf(servers) / poisson.cdf(servers)},
                    "erlang-b", "--servers", servers, "--load", load)
    for load, target in itertools.product(
            (0.1, 5, 100, 950.5, 9_700), ("50%", "5%", "1%", "0.1%", "1e-6")):
        number = float(target[:-1]) / 100 if target.endswith("%") else float(target)
        low, high = 0, 12_000
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if erlang_b(middle, load) <= number else (middle + 1, high)
        check.holds({"servers": low, "blocking": erlang_b(low, load)},
                    "erlang-b", "--load", load, "--target-blocking", target)
    check.refuses("load", "erlang-b", "--servers", 10, "--load", "-5")
    check.refuses("load", "erlang-b", "--servers", 10, "--load=-5")
    check.refuses("5%", "erlang-b", "--load", 10, "--target-blocking", "5")


def erlang_c(servers, load):
    blocking = erlang_b(servers, load)
    load = mpf(load)
    return servers * blocking / (servers - load * (1 - blocking))


def check_erlang_c(check):
    for servers in (1, 2, 10, 100, 1000, 10_000):
        for load in (0.0, 1e-3, 0.5 * servers, 0.9 * servers, 0.99 * servers, servers - 1e-3,
                     servers - 1e-7):
            wait = erlang_c(servers, load)
            check.holds({"p_wait": wait, "mean_wait": wait / (servers - mpf(load))},
                        "erlang-c", "--servers", servers, "--load", repr(load))
    check.refuses("unstable", "erlang-c", "--servers", 10, "--load", 10)
    check.refuses("number of servers", "erlang-c", "--servers", 0, "--load", 0)


def power_sums(rate, base, step):
    """Σ x(k) and Σ k·x(k) for k ≥ 1, with x(k) = Π rate/(base + j·step), j = 1…k.

    1 + Σ x(k) = M(1, s + 1, z) with s = base/step and z = rate/step, by Kummer's function; and
    from x(k)·(base + k·step) = rate·x(k−1), step·Σ k·x(k) = rate + (rate − base)·Σ x(k).
    """
    rate, base, step = mpf(rate), mpf(base), mpf(step)
    with mpmath.workdps(120):
        mass = mpmath.hyp1f1(1, base / step + 1, rate / step, maxterms=10**8) - 1
        moment = (rate + (rate - base) * mass) / step
    return mass, moment


def erlang_a(arrival, servers, service, patience):
    load = mpf(arrival) / mpf(service)
    inverse = 1 / erlang_b(servers, load)
    mass, moment = power_sums(arrival, servers * mpf(service), patience)
    total = inverse + mass
    queue = moment / total
    abandoned = mpf(patience) * queue / mpf(arrival)
    return {"p_wait": (1 + mass) / total, "p_abandon": abandoned,
            "mean_wait": queue / mpf(arrival), "mean_queue": queue,
            "utilisation": load * (1 - abandoned) / servers}


def check_erlang_a(check):
    for servers in (1, 2, 10, 100, 1000, 10_000):
        for part, service, patience in itertools.product(
                (0.05, 0.5, 0.9, 1.0, 1.05, 2.0), (1.0, 0.01), (1.0, 0.1, 10.0)):
            arrival = part * servers * service
            check.holds(erlang_a(arrival, servers, service, patience * service),
                        "erlang-a", "--arrival-rate", repr(arrival), "--servers", servers,
                        "--service-rate", service, "--patience-rate", repr(patience * service))
    # Patience a thousand services long, and a crowd of a hundred arrivals a server.
    for arrival, servers, patience in [(9.9, 10, 1e-3), (10.0, 10, 1e-4), (10.5, 10, 1e-3),
                                       (1e4, 100, 1.0), (1e-3, 5, 2.0), (1e4, 10_000, 1e-3)]:
        check.holds(erlang_a(arrival, servers, 1, patience),
                    "erlang-a", "--arrival-rate", arrival, "--servers", servers,
                    "--service-rate", 1, "--patience-rate", patience)
    wait = erlang_c(5, 4)
    check.holds({"p_wait": wait, "p_abandon": 0, "mean_wait": wait / 2, "mean_queue": wait * 4,
                 "utilisation": mpf(4) / 5},
                "erlang-a", "--arrival-rate", 8, "--servers", 5, "--service-rate", 2,
                "--patience-rate", 0)
    check.refuses("unstable", "erlang-a", "--arrival-rate", 5, "--servers", 5,
                  "--service-rate", 1, "--patience-rate", 0)
    check.refuses("rate", "erlang-a", "--arrival-rate", 5, "--servers", 5,
                  "--service-rate", 1, "--patience-rate", -1)


def stationary(up, down):
    """The law of a birth–death chain from the linear equations π·Q = 0, Σπ = 1."""
    size = len(up) + 1
    generator = numpy.diag(up, 1) + numpy.diag(down, -1)
    generator -= numpy.diag(generator.sum(axis=1))
    equations = numpy.vstack([generator.T[:-1], numpy.ones(size)])
    return scipy.linalg.solve(equations, numpy.append(numpy.zeros(size - 1), 1.0))


def two_sided_by_equations(l1, t1, l2, t2, reach):
    states = numpy.arange(-reach, reach + 1)
    up = [l1 + max(-n, 0) * t2 for n in states[:-1]]
    down = [l2 + max(n, 0) * t1 for n in states[1:]]
    law = stationary(up, down)
    one = float(sum(n * p for n, p in zip(states, law) if n > 0))
    other = float(sum(-n * p for n, p in zip(states, law) if n < 0))
    return two_sided_figures(float(law[reach]), one, other, l1, t1, l2, t2)


def two_sided_by_functions(l1, t1, l2, t2):
    mass1, moment1 = power_sums(l1, l2, t1)
    mass2, moment2 = power_sums(l2, l1, t2)
    total = 1 + mass1 + mass2
    return two_sided_figures(1 / total, moment1 / total, moment2 / total, l1, t1, l2, t2)


def two_sided_figures(empty, one, other, l1, t1, l2, t2):
    return {"p_empty": empty, "mean_queue": one, "other_mean_queue": other,
            "p_abandon": one * t1 / l1, "other_p_abandon": other * t2 / l2,
            "mean_wait": one / l1, "other_mean_wait": other / l2}


def check_matching_queue(check):
    for rate, patience in [(1, 0), (2, 0.05), (0.01, 3), (1e4, 1e-3)]:
        # One waits or nobody does: two linear equations.
        waiting = mpf(rate) / (2 * mpf(rate) + mpf(patience))
        alone = (1 - waiting)
        leaving = mpf(patience) / (mpf(rate) + mpf(patience))
        # Of those paired half waited, each for a time of rate λ + θ, whatever ended it.
        check.holds({"p_wait": alone, "p_abandon": alone * leaving,
                     "mean_wait": waiting / mpf(rate),
                     "mean_wait_matched":
                         (alone * (1 - leaving) / (mpf(rate) + mpf(patience)))
                         / (1 - alone * leaving)},
                    "matching-queue", "--arrival-rate", rate, "--patience-rate", patience)
    for l1, t1, l2, t2 in [(1, 0.5, 1, 0.5), (2, 0.5, 1, 0.25), (1, 1, 3, 0.5), (5, 0.1, 5, 0.1),
                           (0.2, 1, 0.1, 2)]:
        check.holds(two_sided_by_equations(l1, t1, l2, t2, reach=400), *two_sided(l1, t1, l2, t2))
    for l1, l2, t1, t2 in itertools.product((0.3, 1, 10), (0.7, 1, 9.5), (0.01, 0.2, 3),
                                            (0.02, 0.2)):
        check.holds(two_sided_by_functions(l1, t1, l2, t2), *two_sided(l1, t1, l2, t2))
    # Ten thousand waiting and more.
    for l1, t1, l2, t2 in [(200, 0.01, 100, 0.02), (100, 0.02, 200, 0.01), (100, 0.001, 100, 0.001),
                           (1000, 0.05, 400, 0.05)]:
        check.holds(two_sided_by_functions(l1, t1, l2, t2), *two_sided(l1, t1, l2, t2))
    # Nobody leaves the slower side: a geometric law above an empty queue of the other.
    l1, l2, t2 = mpf(1), mpf(2), mpf("0.5")
    mass2, moment2 = power_sums(l2, l1, t2)
    ratio = l1 / l2
    mass1, moment1 = ratio / (1 - ratio), ratio / (1 - ratio) ** 2
    total = 1 + mass1 + mass2
    check.holds(two_sided_figures(1 / total, moment1 / total, moment2 / total, l1, 0, l2, t2),
                *two_sided(1, 0, 2, 0.5))
    check.refuses("unstable", *two_sided(2, 0, 1, 0.5))
    check.refuses("unstable", *two_sided(1, 0, 1, 0))
    check.refuses("together", "matching-queue", "--arrival-rate", 1, "--patience-rate", 1,
                  "--other-arrival-rate", 1)
    check_random_compatibility(check)


def two_sided(l1, t1, l2, t2):
    return ["matching-queue", "--arrival-rate", l1, "--patience-rate", t1,
            "--other-arrival-rate", l2, "--other-patience-rate", t2]


def check_random_compatibility(check):
    for rate, p in [(1, 1.0), (2, 0.9), (1, 0.5), (3, 0.2), (1, 0.05)]:
        size = int(8 / p) + 60
        up = [rate * (1 - p) ** n for n in range(size)]
        down = [rate * (1 - (1 - p) ** (n + 1)) for n in range(size)]
        reach = next((n for n, u in enumerate(up) if u < 1e-250), size)
        law = stationary(up[:reach], down[:reach])
        queue = float(sum(n * q for n, q in enumerate(law)))
        check.holds({"mean_queue": queue, "mean_wait": queue / rate},
                    "matching-queue", "--arrival-rate", rate, "--compatibility", p)
    for rate, p in [(1, 0.3), (2, 0.05), (1, 0.01), (0.5, 1e-3), (10, 1e-4), (1, 1e-5)]:
        suited = 1 - mpf(p)
        power, weight, mass, moment, n = mpf(1), mpf(1), mpf(0), mpf(0), 0
        peak = mpf(0)
        while True:
            mass += weight
            moment += n * weight
            peak = max(peak, weight)
            if weight < peak * mpf(10) ** -40:
                break
            following = power * suited
            weight *= power / (1 - following)
            power = following
            n += 1
        check.holds({"mean_queue": moment / mass, "mean_wait": moment / mass / mpf(rate)},
                    "matching-queue", "--arrival-rate", rate, "--compatibility", repr(p))
    check.refuses("compatibility", "matching-queue", "--arrival-rate", 1, "--compatibility", 0)


def check_relay(check):
    for s, b, g in itertools.product((0, 0.02, 0.2, 1), (0, 0.05, 1), (0, 0.4, 1)):
        # Each of three kinds of hosts against each.
        kinds = {"blocked": b, "edm": (1 - b) * s, "open": (1 - b) * (1 - s) * g,
                 "closed": (1 - b) * (1 - s) * (1 - g)}
        relayed = {("edm", "edm"), ("edm", "closed"), ("closed", "edm")}
        share = sum(mpf(u) * mpf(v) for (x, u), (y, v) in itertools.product(
            kinds.items(), repeat=2) if "blocked" in (x, y) or (x, y) in relayed)
        found = check.ask("relay-share", "--edm", s, "--blocked", b, "--open-filter", g)
        check.figures += 1
        # Where nearly all are direct, 1 − share cancels: absolute.
        if found is None or abs(found["relay_share"] - share) > 1e-12:
            check.wrong.append(f"relay-share {s} {b} {g}: {found}, not {share}")
    for hours, rate, price in [(1000, 52_000, 0.05), (0.5, 50_400, 0.4), (0, 1_000, 1)]:
        sent = hours * 3600 * rate / 8
        check.holds({"egress_bytes": sent, "cost": sent / 1e9 * price},
                    "relay-cost", "--call-hours", hours, "--bitrate", f"{rate} bit/s",
                    "--tariff", f"{price} /GB")
    check.refuses("unit", "relay-cost", "--call-hours", 1, "--bitrate", 24, "--tariff", 1)


def check_packet_size(check):
    for rate, frame, (srtp, tag), extensions, path, ip in itertools.product(
            (24, 32, 64), (20, 40, 60), (("aes128_cm_sha1_80", 10), ("aead_aes_128_gcm", 16)),
            (0, 8, 16), ("direct", "channel", "indication", "tcp"), (4, 6)):
        data = rate * frame // 8 + 12 + extensions + tag
        padded = data + -data % 4
        network = 20 if ip == 4 else 40
        size = network + {"direct": 8 + data, "channel": 8 + 4 + data,
                          "indication": 8 + 20 + (12 if ip == 4 else 24) + 4 + padded,
                          "tcp": 20 + 12 + 4 + padded}[path]
        check.holds({"bytes": size, "bitrate": mpf(size) * 8000 / frame},
                    "packet-size", "--bitrate", f"{rate} kbit/s", "--frame", f"{frame} ms",
                    "--srtp", srtp, "--extensions", extensions, "--path", path, "--ip", ip)
    check.refuses("unit", "packet-size", "--bitrate", "24")
    check.refuses("multiple of 4", "packet-size", "--extensions", 5)


def narrowband(p):
    """R and its parts by ITU-T G.107 §7, from a dictionary of the Recommendation's symbols."""
    lg = math.log10
    olr = p["slr"] + p["rlr"]
    lstr = p["lstr"] if p["lstr"] is not None else p["stmr"] + p["dr"]
    pre = p["pr"] + 10 * lg(1 + 10 ** ((10 - lstr) / 10))
    nor = p["rlr"] - 121 + pre + 0.008 * (pre - 35) ** 2
    nos = p["ps"] - p["slr"] - p["ds"] - 100 + 0.004 * (p["ps"] - olr - p["ds"] - 14) ** 2
    no = 10 * lg(sum(10 ** (x / 10) for x in (p["nc"], nos, nor, p["nfor"] + p["rlr"])))
    ro = 15 - 1.5 * (p["slr"] + no)
    xolr = olr + 0.2 * (64 + no - p["rlr"])
    iolr = 20 * ((1 + (xolr / 8) ** 8) ** (1 / 8) - xolr / 8)
    t, tr, ta = p["echo-delay"], p["round-trip"], p["absolute-delay"]
    stmro = -10 * lg(10 ** (-p["stmr"] / 10) + math.exp(-t / 4) * 10 ** (-p["telr"] / 10))
    ist = (12 * (1 + ((stmro - 13) / 6) ** 8) ** (1 / 8)
           - 28 * (1 + ((stmro + 1) / 19.4) ** 35) ** (1 / 35)
           - 13 * (1 + ((stmro - 3) / 33) ** 13) ** (1 / 13) + 29)
    q = 37 - 15 * lg(p["qdu"])
    g = 1.07 + 0.258 * q + 0.0602 * q * q
    y, z = (ro - 100) / 15 + 46 / 8.4 - g / 9, 46 / 30 - g / 40
    iq = 15 * lg(1 + 10 ** y + 10 ** z)
    terv = p["telr"] - 40 * lg((1 + t / 10) / (1 + t / 150)) + 6 * math.exp(-0.3 * t * t)
    if p["stmr"] < 9:
        terv += ist / 2
    re, roe = 80 + 2.5 * (terv - 14), -1.5 * (no - p["rlr"])
    idte = ((roe - re) / 2 + math.sqrt((roe - re) ** 2 / 4 + 100) - 1) * (1 - math.exp(-t))
    if t < 1:
        idte = 0.0
    elif p["stmr"] > 20:
        idte = math.sqrt(idte * idte + ist * ist)
    rle = 10.5 * (p["wepl"] + 7) * (tr + 1) ** -0.25
    idle = (ro - rle) / 2 + math.sqrt((ro - rle) ** 2 / 4 + 169)
    idd = absolute_delay(ta, p["st"], p["mt"])
    effective = equipment(p, 95)
    simultaneous = iolr + ist + iq
    r = ro - simultaneous - idte - idle - idd - effective + p["advantage"]
    return figures(r, 100, ro, simultaneous, idte, idle, idd, effective)


def absolute_delay(ta, st, mt):
    if ta <= mt:
        return 0.0
    x, power = math.log2(ta / mt), 6 * st
    return 25 * ((1 + x ** power) ** (1 / power) - 3 * (1 + (x / 3) ** power) ** (1 / power) + 2)


def equipment(p, worst):
    loss = 100 * p["loss"]
    return p["ie"] + (worst - p["ie"]) * loss / (loss / p["burst-ratio"] + p["bpl"])


def figures(r, best, ro, simultaneous, idte, idle, idd, effective):
    x = r * 100 / best
    mos = 1.0 if x <= 0 else 4.5 if x >= 100 else max(
        1.0, 1 + 0.035 * x + x * (x - 60) * (100 - x) * 7e-6)
    phi = scipy.stats.norm.cdf
    return {"r": r, "mos": mos, "gob": phi((x - 60) / 16), "pow": phi((45 - x) / 16), "ro": ro,
            "is": simultaneous, "idte": idte, "idle": idle, "idd": idd, "id": idte + idle + idd,
            "ie_eff": effective}


DEFAULTS = {
    "slr": 8, "rlr": 2, "stmr": 15, "lstr": None, "ds": 3, "dr": 3, "telr": 65, "wepl": 110,
    "qdu": 1, "nc": -70, "nfor": -64, "ps": 35, "pr": 35, "absolute-delay": 0, "echo-delay": 0,
    "round-trip": 0, "st": 1, "mt": 100, "ie": 0, "bpl": 4.3, "loss": 0, "burst-ratio": 1,
    "advantage": 0,
}
RANGES = {
    "slr": (0, 18), "rlr": (-5, 14), "stmr": (5, 25), "lstr": (13, 23), "ds": (-3, 3),
    "dr": (-3, 3), "telr": (5, 65), "wepl": (5, 110), "qdu": (1, 14), "nc": (-80, -40),
    "nfor": (-70, -50), "ps": (35, 85), "pr": (35, 85), "absolute-delay": (110, 500),
    "echo-delay": (1, 500), "round-trip": (0, 1000), "st": (0.4, 1), "mt": (100, 150),
    "ie": (0, 40), "bpl": (4.3, 40), "loss": (0, 0.2), "burst-ratio": (1, 8),
    "advantage": (0, 20),
}


def options(values):
    return [word for name, value in values.items() for word in (f"--{name}", repr(value))]


def check_emodel(check):
    found = check.ask("emodel")
    if round(found["r"], 3) != 93.206:
        check.wrong.append(f"the defaults rate {found['r']}, not 93.206")
    check.holds(narrowband(DEFAULTS), "emodel")
    for name, (low, high) in RANGES.items():
        for value in (low, (low + high) / 2, high):
            if name == "mt":
                continue
            check.holds(narrowband(DEFAULTS | {name: value}), "emodel", f"--{name}={value!r}")
    draw = random.Random(20)
    for _ in range(100):
        chosen = {name: round(draw.uniform(*RANGES[name]), 3) for name in draw.sample(
            sorted(RANGES), draw.randint(2, len(RANGES)))}
        check.holds(narrowband(DEFAULTS | chosen), "emodel", *options(chosen))
    for delay in (50, 150, 400):
        shifted = {"absolute-delay": delay, "echo-delay": delay, "round-trip": 2 * delay}
        check.holds(narrowband(DEFAULTS | shifted), "emodel", "--delay", delay)
        check.holds(narrowband(DEFAULTS | shifted | {"echo-delay": 5}),
                    "emodel", "--delay", delay, "--echo-delay", 5)
    for codec, ie, bpl in [("g711", 0, 4.3), ("g711-plc", 0, 25.1), ("g729a-vad", 11, 19),
                           ("g723-vad", 15, 16.1), ("gsm-efr", 5, 10)]:
        for loss in (0, 0.01, 0.05):
            check.holds(narrowband(DEFAULTS | {"ie": ie, "bpl": bpl, "loss": loss}),
                        "emodel", "--codec", codec, "--loss", loss)
    for scale, best, worst, factor in [("wideband", 129, 95, 1), ("fullband", 148, 132, 1.48)]:
        for ie, bpl, loss, delay in itertools.product((0, 8, 20), (4.3, 10), (0, 0.02, 0.2),
                                                      (0, 150, 400)):
            p = DEFAULTS | {"ie": ie, "bpl": bpl, "loss": loss}
            idd = factor * absolute_delay(delay, 1, 100)
            effective = equipment(p, worst)
            check.holds(figures(best - idd - effective, best, best, 0, 0, 0, idd, effective),
                        "emodel", "--scale", scale, "--ie", ie, "--bpl", bpl, "--loss", loss,
                        "--delay", delay)
    check.refuses("advantage", "emodel", "--advantage", 21)
    check.refuses("narrowband", "emodel", "--scale", "wideband", "--codec", "g711")


def main():
    check = Check(sys.argv[1])
    for part in (check_emodel, check_relay, check_packet_size, check_matching_queue,
                 check_erlang_b, check_renewal_loss, check_erlang_c,
                 check_erlang_a):
        part(check)
    for line in check.wrong[:40]:
        print(line)
    for family, error in check.worst.items():
        print(f"{family}: largest relative difference {error:.1e}")
    print(f"{check.figures} figures compared, {len(check.wrong)} wrong")
    return 1 if check.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
