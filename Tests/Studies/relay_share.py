#!/usr/bin/env python3
"""Sweeps the relay share of a scenario over what decides it, beside the closed form.

usage: relay_share.py VOICESIM SCENARIO --out DIR [--check]

Writes DIR/points.csv, DIR/table.txt and DIR/figure.svg: the share of relayed calls with its 95 %
interval against the share of callers on mobile networks, the share of mobile networks' NATs that
map by destination (EDM), the share of callers with IPv6, and the share of browsers that hide
addresses behind mDNS names; and what sum(w_i w_j r_ij) over NAT classes and address families says.

--check runs three points only and leaves with 1 unless the closed form lies in their intervals,
widened to two of them, and the default population in the published band of 14 to 30 %.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile

# What each network's NATs are, per cent: EIM by filter APDF, ADF, EIF; APDM/APDF; UDP-blocked.
EIM_SPLIT = {"fixed": (67, 15, 15), "mobile": (37.5, 12.5, 12.5), "enterprise": (45, 0, 0)}
EDM = {"fixed": 2, "mobile": 37, "enterprise": 30}
BLOCKED = {"fixed": 1, "mobile": 0.5, "enterprise": 25}
DEFAULT = {"fixed": 55.0, "mobile": 40.0, "enterprise": 5.0}
BAND = (0.14, 0.30)
PUBLISHED = [
    (0.14, "webrtcstats.com 2013"), (0.15, "Twilio 2014-17"), (0.22, "callstats 2015, conferences"),
    (0.30, "callstats 2017"),
]


def classes(network, edm):
    """(mapping is by destination, filter is open, is blocked) -> weight within the network."""
    blocked = BLOCKED[network] / 100
    edm = edm.get(network, EDM[network]) / 100
    apdf, adf, eif = EIM_SPLIT[network]
    rest = 1 - blocked - edm
    total = apdf + adf + eif
    return [
        ((False, False, False), rest * apdf / total),
        ((False, True, False), rest * (adf + eif) / total),
        ((True, False, False), edm),
        ((False, False, True), blocked),
    ]


def needs_relay(a, b):
    if a[2] or b[2]:
        return True
    if a[0] and b[0]:
        return True
    if a[0] or b[0]:
        other = b if a[0] else a
        return not other[1]
    return False


def closed_form(shares, edm, ipv6):
    total = 0.0
    for x, wx in shares.items():
        for y, wy in shares.items():
            both = ipv6.get(x, 0) / 100 * ipv6.get(y, 0) / 100
            for a, pa in classes(x, edm):
                for b, pb in classes(y, edm):
                    if not needs_relay(a, b):
                        continue
                    # Whose UDP is blocked is blocked over IPv6, too.
                    direct = 0 if a[2] or b[2] else both
                    total += wx / 100 * wy / 100 * pa * pb * (1 - direct)
    return total


def nat_setting(network, edm):
    value = edm.get(network, EDM[network])
    apdf, adf, eif = EIM_SPLIT[network]
    rest = 100 - BLOCKED[network] - value
    scale = rest / (apdf + adf + eif)
    parts = [("eim_apdf", apdf * scale), ("eim_adf", adf * scale), ("eim_eif", eif * scale),
             ("apdm_apdf", value), ("udp_blocked", BLOCKED[network])]
    # The last one takes what rounding leaves, so that the shares sum to 1.
    texts, left = [], 1.0
    for name, share in parts[1:]:
        if share > 0:
            texts.append(f"{name}: {share / 100:.10f}")
            left -= float(f"{share / 100:.10f}")
    return "{" + ", ".join([f"eim_apdf: {left:.10f}"] + texts) + "}"


class Point:
    def __init__(self, sweep, value, shares=None, edm=None, ipv6=None, mdns=None):
        self.sweep, self.value = sweep, value
        self.shares, self.edm = shares or DEFAULT, edm or {}
        self.ipv6, self.mdns = ipv6 or {}, mdns

    def settings(self):
        shares = ", ".join(f"{name}: {share:g} %" for name, share in self.shares.items())
        yield f"population.0.access={{{shares}}}"
        for network in self.edm:
            yield f"access.{network}.nat={nat_setting(network, self.edm)}"
        for network, share in self.ipv6.items():
            yield f"access.{network}.ipv6={share:g} %"
        if self.mdns is not None:
            for network in DEFAULT:
                yield f"access.{network}.mdns={self.mdns:g} %"

    def expected(self):
        return closed_form(self.shares, self.edm, self.ipv6)


def points(is_check):
    def mobile(share):
        rest = 100 - 5 - share
        return {"fixed": rest, "mobile": share, "enterprise": 5.0}

    yield Point("default", 0)
    if is_check:
        yield Point("mobile", 80, mobile(80))
        yield Point("edm", 60, edm={"mobile": 60})
        return
    for share in (0, 10, 20, 30, 40, 50, 60, 70, 80, 90):
        yield Point("mobile", share, mobile(share))
    for share in (0, 10, 20, 30, 40, 50, 60, 70, 80):
        yield Point("edm", share, edm={"mobile": share})
    for share in (0, 20, 40, 60, 80, 100):
        yield Point("ipv6", share, ipv6={"fixed": share, "mobile": share, "enterprise": share})
    for share in (0, 50, 100):
        yield Point("mdns", share, mdns=share)


def simulate(voicesim, scenario, point, directory):
    command = [voicesim, "run", scenario, "--quiet", "--out", directory]
    for setting in point.settings():
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True)
    # 99: a share above the scenario's own limit is what a sweep looks for.
    if done.returncode not in (0, 99):
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    with open(os.path.join(directory, "summary.json")) as file:
        metrics = json.load(file)["metrics"]
    share, calls = metrics["relay.share"], metrics["calls"]["value"]
    return share["value"], share["ci95"], calls, metrics["connect.latency"]["p95"]


TITLES = {
    "mobile": "callers on mobile networks", "edm": "mobile NATs that map by destination",
    "ipv6": "callers with IPv6", "mdns": "browsers that hide addresses",
}


def figure(rows):
    panels = [name for name in TITLES if any(row["sweep"] == name for row in rows)]
    width, height, left, top, gap = 300, 210, 46, 34, 24
    total = left + len(panels) * (width + gap)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height + 90}" '
        f'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{left}" y="16" font-size="13">Calls over a relay: simulated with 95 % interval '
        '(points), closed form (lines), published band 14 to 30 % (shaded)</text>',
    ]

    def y(share):
        return top + height * (1 - share / 0.8)

    for number, name in enumerate(panels):
        x0 = left + number * (width + gap)

        def x(value):
            return x0 + width * value / 100

        out.append(f'<rect x="{x0}" y="{y(BAND[1]):.1f}" width="{width}" '
                   f'height="{y(BAND[0]) - y(BAND[1]):.1f}" fill="#e8eef7"/>')
        for share in (0, 0.2, 0.4, 0.6, 0.8):
            out.append(f'<line x1="{x0}" x2="{x0 + width}" y1="{y(share):.1f}" y2="{y(share):.1f}" '
                       'stroke="#ccc"/>')
            if number == 0:
                out.append(f'<text x="{x0 - 6}" y="{y(share) + 4:.1f}" text-anchor="end">'
                           f'{share:.0%}</text>')
        for value in (0, 25, 50, 75, 100):
            out.append(f'<text x="{x(value):.1f}" y="{top + height + 16}" text-anchor="middle">'
                       f'{value} %</text>')
        out.append(f'<text x="{x0 + width / 2}" y="{top + height + 34}" text-anchor="middle">'
                   f'{TITLES[name]}</text>')
        own = [row for row in rows if row["sweep"] == name]
        line = " ".join(f'{x(row["value"]):.1f},{y(row["closed_form"]):.1f}' for row in own)
        out.append(f'<polyline points="{line}" fill="none" stroke="#36c"/>')
        for row in own:
            centre = x(row["value"])
            out.append(f'<line x1="{centre:.1f}" x2="{centre:.1f}" y1="{y(row["low"]):.1f}" '
                       f'y2="{y(row["high"]):.1f}" stroke="#c33"/>')
            out.append(f'<circle cx="{centre:.1f}" cy="{y(row["share"]):.1f}" r="2.5" '
                       'fill="#c33"/>')
    sources = "; ".join(f"{share:.0%} {source}" for share, source in PUBLISHED)
    out.append(f'<text x="{left}" y="{height + 84}">Published: {sources}</text>')
    return "\n".join(out + ["</svg>", ""])


def table(rows):
    lines = [f"{'':36}{'relayed':>10}{'95 % interval':>20}{'closed form':>14}{'calls':>10}"]
    for row in rows:
        label = "the default population" if row["sweep"] == "default" \
            else f"{row['value']:g} % {TITLES[row['sweep']]}"
        interval = f"{row['low']:.2%} to {row['high']:.2%}"
        lines.append(f"{label:42}{row['share']:>9.2%} {interval:>19}{row['closed_form']:>12.2%}"
                     f"{row['calls']:>12,.0f}")
    inside = sum(row["low"] <= row["closed_form"] <= row["high"] for row in rows)
    lines += ["", f"the closed form lies in {inside} of {len(rows)} intervals (95 % should)"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("voicesim")
    parser.add_argument("scenario")
    parser.add_argument("--out", required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for point in points(options.check):
            share, (low, high), calls, _ = simulate(
                options.voicesim, options.scenario, point, os.path.join(directory, "run"))
            rows.append({
                "sweep": point.sweep, "value": point.value, "share": share, "low": low,
                "high": high, "closed_form": point.expected(), "calls": calls,
            })
            print(f"{point.sweep} {point.value:g}: {share:.2%}, closed form "
                  f"{point.expected():.2%}", flush=True)
    if options.check:
        for row in rows:
            half = row["high"] - row["low"]
            if abs(row["share"] - row["closed_form"]) > half:
                sys.exit(f"{row['sweep']} {row['value']}: not what the closed form says")
        if not BAND[0] <= rows[0]["share"] <= BAND[1]:
            sys.exit("the default population is outside the published band")
        return
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, "points.csv"), "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with open(os.path.join(options.out, "table.txt"), "w") as file:
        file.write(table(rows))
    with open(os.path.join(options.out, "figure.svg"), "w") as file:
        file.write(figure(rows))
    print(table(rows), end="")


if __name__ == "__main__":
    main()
