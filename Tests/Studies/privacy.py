#!/usr/bin/env python3
"""What privacy costs, and what a thief finds: audits over settings.

usage: privacy.py VOICESIM SCENARIOS --out DIR [--only STUDY ...]

Writes DIR/STUDY.csv and DIR/STUDY.svg, DIR/table.txt and DIR/answers.md. Nothing of it depends on the machine. SCENARIOS
is the directory of scenarios. A study is one of:

addresses  over ice.policy and the share of browsers that hide addresses: who sees whose address, and what relays
           carry and cost (means of one replication)
theft      over the hour at which the stores are copied and how long signalling messages and the relay log are
           kept: how many pairs of people the copy shows, and for how many person-hours it holds something
reports    over how long reports are kept: abuse that people meet, and whose reports a copy holds and links
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile

POLICIES = (
    ("direct where possible", ["ice.policy=all"]),
    ("relayed for 10 s", ["ice.policy=relay_for_strangers", "ice.stranger_time=10 s"]),
    ("relayed for 60 s", ["ice.policy=relay_for_strangers", "ice.stranger_time=60 s"]),
    ("always relayed", ["ice.policy=relay"]),
)
PLACE = "studies/privacy.yaml"
NETWORKS = ("fixed", "mobile", "enterprise")
HIDING = (0, 50, 100)
DAYS = (1, 7, 14, 30)
HOURS = tuple(range(2, 49, 2))
# Lifetimes of messages and relay log.
RETENTION = (
    ("24 h and 7 d, as promised", []),
    ("24 h and 24 h", ["relay.log_retention=24 h"]),
    ("1 h and 1 h", ["signaling.retention=1 h", "relay.log_retention=1 h"]),
)


def call(command, accepted):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in accepted:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def arguments(settings):
    return [part for setting in settings for part in ("--set", setting)]


def audit(options, scenario, settings, *more):
    # 99: that a promise is broken is one of the things to be found out.
    return json.loads(call(
        [options.voicesim, "audit", os.path.join(options.scenarios, scenario), "--quiet", "--format",
         "json", *arguments(settings), *more], (0, 99)))


def run(options, scenario, settings, directory):
    call([options.voicesim, "run", os.path.join(options.scenarios, scenario), "--quiet", "--out",
          directory, *arguments(settings)], (0, 99))
    with open(os.path.join(directory, "summary.json"), encoding="utf-8") as file:
        return json.load(file)["metrics"]


def share(report, observer, item):
    """Of the calls in which the observer learns the item of somebody."""
    for one in report["observers"]:
        if one["observer"] == observer:
            for cell in one["items"]:
                if cell["item"] == item:
                    return cell["call_share"] or 0
    return 0


def addresses(options):
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for label, settings in POLICIES:
            for hiding in HIDING:
                every = [*settings, *(f"access.{name}.mdns={hiding} %" for name in NETWORKS)]
                report = audit(options, PLACE, every)
                metrics = run(options, PLACE, every, os.path.join(directory, "run"))
                rows.append({
                    "policy": label, "browsers that hide addresses": hiding / 100,
                    "calls that show the public address": share(report, "partner", "public_address"),
                    "calls that show the private address": share(report, "partner", "private_address"),
                    "share of talk over relays": metrics["relay.time_share"]["value"],
                    "mean relay bit rate, bit/s": metrics["relay.bitrate"]["time_mean"],
                    "cost of the run": metrics["relay.cost"]["value"],
                })
                print(f"addresses: {label}, {hiding} % hide", flush=True)
    return rows


def theft(options):
    rows = []
    for label, settings in RETENTION:
        for hour in HOURS:
            report = audit(options, PLACE, settings, "--breach-at", f"{hour} h")
            copy = report["breach"]
            measures = {name: one["value"] for name, one in copy["measures"].items()}
            # Over people: by what the copy gives without each of twenty groups of them.
            recall = copy["measures"]["pair_edge_recall"]["ci95_people"] or (None, None)
            seconds = copy["measures"]["person_seconds_at_risk"]["ci95_people"] or (None, None)
            rows.append({
                "kept": label, "hour": hour, "records": copy["records"],
                "pairs so far": copy["pairs_made"],
                "pairs shown": copy["pairs_found"],
                "share shown": measures["pair_edge_recall"],
                "share, low": recall[0], "share, high": recall[1],
                "advantage by address": copy["linked_by_address"]["advantage"],
                "advantage by session": copy["linked_by_session"]["advantage"],
                "people": copy["people"], "person-hours": measures["person_seconds_at_risk"] / 3600,
                "person-hours, low": seconds[0] / 3600 if seconds[0] is not None else None,
                "person-hours, high": seconds[1] / 3600 if seconds[1] is not None else None,
                "frames": measures["decryptable_frames"],
            })
            print(f"theft: {label}, {hour} h", flush=True)
    return rows


def paired(options, scenario, settings, days):
    """What the settings make of the exposure where reports were kept for so many days."""
    path = os.path.join(options.scenarios, scenario)
    compared = json.loads(call(
        [options.voicesim, "compare", path, path, "--quiet", "--format", "json", "--set",
         f"risk.retention={days} d", "--with", *settings], (0, 99)))
    return compared["metrics"]["risk.exposure"]


def reports(options):
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for days in DAYS:
            settings = [f"risk.retention={days} d"]
            scenario = "abuse/retention.yaml"
            exposure = run(options, scenario, settings, os.path.join(directory, "run"))["risk.exposure"]
            report = audit(options, scenario, settings)
            thief = next(one for one in report["observers"] if one["observer"] == "thief")
            found = next((one for one in thief["items"] if one["item"] == "device_identifier"), None)
            linked = next((one for one in report["inferred"]
                           if one["observer"] == "thief" and one["rule"] == "same_device"), None)
            # Against the same people with reports kept as the row before says, replication by replication.
            change = paired(options, scenario, settings, rows[-1]["days"]) if rows else None
            rows.append({
                "days": days, "exposure, per 1,000": exposure["value"],
                "low": exposure["ci95"][0], "high": exposure["ci95"][1],
                "change": change["difference"] if change else None,
                "change, low": change["ci95"][0] if change else None,
                "change, high": change["ci95"][1] if change else None,
                "people": report["subjects"],
                "people whose identifier is found": found["subjects"] if found else 0,
                "oldest, d": found["longest_residence"] / 86400 if found else 0,
                "people with several records": linked["subjects"] if linked else 0,
            })
            print(f"reports: {days} d", flush=True)
    return rows


def per_cent(part):
    """With one decimal; what is not all is never told as all."""
    return f"{min(part, 0.999) if part < 1 else part:.1%}"


def answer_addresses(rows):
    def row(policy, hiding):
        return next(one for one in rows if one["policy"] == policy
                    and one["browsers that hide addresses"] == hiding)

    usual, always = row("direct where possible", 1), row("always relayed", 1)
    lines = [
        f"Where calls are direct if they can be, partners learn a public address in "
        f"{per_cent(usual['calls that show the public address'])} of calls, whether browsers hide local ones or not"
        f" ({per_cent(row('direct where possible', 0)['calls that show the public address'])} if none does); what hiding "
        f"takes away are private addresses, in "
        f"{per_cent(row('direct where possible', 0)['calls that show the private address'])} of calls if no browser "
        f"hides them, {per_cent(usual['calls that show the private address'])} if all do."]
    for label in ("relayed for 10 s", "relayed for 60 s"):
        one = row(label, 1)
        lines.append(
            f"{label[0].upper()}{label[1:]} before a direct path may be taken, it is "
            f"{per_cent(one['calls that show the public address'])} of calls, and relays carry "
            f"{one['mean relay bit rate, bit/s'] / usual['mean relay bit rate, bit/s']:.2f} times as much.")
    lines.append(
        f"Relays for all calls show no address in any call and carry "
        f"{always['mean relay bit rate, bit/s'] / usual['mean relay bit rate, bit/s']:.2f} times as much, for "
        f"{always['cost of the run'] / usual['cost of the run']:.2f} times the price.")
    return " ".join(lines)


def answer_theft(rows):
    lines = []
    for label, _ in RETENTION:
        own = [row for row in rows if row["kept"] == label]
        worst = max(own, key=lambda row: row["pairs shown"])
        last = own[-1]
        lines.append(
            f"With {label}, a copy shows at worst {worst['pairs shown']:,} pairs of people, after "
            f"{worst['hour']} h; at {last['hour']} h {per_cent(last['pairs shown'] / last['pairs so far'])} of all so far, "
            f"and something about {last['people']:,} people.")
    frames = [row["frames"] for row in rows if row["frames"] is not None]
    lines.append(f"Frames that it could decrypt: {sum(frames)}." if frames else
                 "No packets of media were simulated, so there were no keys that a copy could hold.")
    return " ".join(lines)


def answer_reports(rows):
    first, last = rows[0], rows[-1]
    parts = []
    for before, after in zip(rows, rows[1:]):
        more = after["people whose identifier is found"] - before["people whose identifier is found"]
        parts.append(f"from {before['days']} to {after['days']} d exposure changes by {after['change']:+.2f} per 1,000 "
                     f"({after['change, low']:+.2f} … {after['change, high']:+.2f}), and a copy names {more:,} people more")
    return (f"Reports kept for {first['days']} d leave {first['exposure, per 1,000']:.1f} minutes with abusers per 1,000 "
            f"honest ones, {last['days']} d {last['exposure, per 1,000']:.1f}; a copy then holds identifiers of "
            f"{first['people whose identifier is found']:,} and {last['people whose identifier is found']:,} of "
            f"{last['people']:,} people, and several records of {first['people with several records']:,} and "
            f"{last['people with several records']:,}, which it links: " + "; ".join(parts) + ".")


def curves(title, groups, ticks, x_title, y_title):
    """A figure of one line each group: (name, [(x, y)]), the y as shares or counts from 0 on."""
    width, height, left, top = 560, 260, 64, 34
    greatest = max((y for _, points in groups for _, y in points), default=1) or 1
    colours = ("#36c", "#c33", "#393", "#a5a")

    def place(x, y):
        return left + width * x / ticks[-1], top + height * (1 - y / greatest)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 190} {top + height + 56}" '
        'font-family="sans-serif" font-size="11">', '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{left}" y="16" font-size="13">{title}</text>']
    for step in range(5):
        y = greatest * step / 4
        text = f"{y:.0%}" if greatest <= 1 else f"{y:,.0f}"
        out.append(f'<line x1="{left}" x2="{left + width}" y1="{place(0, y)[1]:.1f}" '
                   f'y2="{place(0, y)[1]:.1f}" stroke="#ccc"/>'
                   f'<text x="{left - 6}" y="{place(0, y)[1] + 4:.1f}" text-anchor="end">{text}</text>')
    for tick in ticks:
        out.append(f'<text x="{place(tick, 0)[0]:.1f}" y="{top + height + 16}" '
                   f'text-anchor="middle">{tick}</text>')
    out.append(f'<text x="{left + width / 2}" y="{top + height + 36}" text-anchor="middle">{x_title}</text>')
    out.append(f'<text x="{left}" y="{top - 6}">{y_title}</text>')
    for number, (name, points) in enumerate(groups):
        colour = colours[number % len(colours)]
        line = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in points)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        out += ['<circle cx="{:.1f}" cy="{:.1f}" r="2.5" fill="{}"/>'.format(*place(x, y), colour)
                for x, y in points]
        out.append(f'<text x="{left + width + 10}" y="{top + 14 + 16 * number}" fill="{colour}">{name}</text>')
    return "\n".join(out + ["</svg>", ""])


def figure_addresses(rows):
    usual = next(row for row in rows if row["browsers that hide addresses"] == 1)
    base = usual["mean relay bit rate, bit/s"]
    points = sorted((row["mean relay bit rate, bit/s"] / base, row["calls that show the public address"])
                    for row in rows if row["browsers that hide addresses"] == 1)
    ticks = list(range(int(points[-1][0]) + 2))
    return curves("What not showing addresses costs: each point one policy of ice.policy",
                  [("calls showing an address", points)], ticks,
                  "relay bit rate, as times of that with direct calls", "share of calls")


def figure_theft(rows):
    groups = [(label, [(row["hour"], row["pairs shown"]) for row in rows if row["kept"] == label])
              for label, _ in RETENTION]
    return curves("What a copy of the stores shows, by its hour and by how long messages and relay log are kept",
                  groups, (0, 12, 24, 36, 48), "hours since the start, midnight", "pairs of people")


def figure_reports(rows):
    names = ("exposure, per 1,000", "people whose identifier is found", "people with several records")
    greatest = {name: max(row[name] for row in rows) or 1 for name in names}
    groups = [(f"{name} (1 = {greatest[name]:,.0f})",
               [(row["days"], row[name] / greatest[name]) for row in rows]) for name in names]
    return curves("What keeping reports buys, and what it shows to a thief", groups, (0, 7, 14, 21, 30),
                  "days that reports are kept", "as a share of the greatest")


def text(value):
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def table(name, rows):
    columns = list(rows[0])
    widths = [max(len(column), *(len(text(row[column])) for row in rows)) for column in columns]
    lines = [name, "  ".join(f"{column:>{width}}" for column, width in zip(columns, widths))]
    lines += ["  ".join(f"{text(row[column]):>{width}}" for column, width in zip(columns, widths))
              for row in rows]
    return "\n".join(lines) + "\n"


STUDIES = {
    "addresses": (addresses, answer_addresses, figure_addresses, "What does it cost to hide people's addresses from "
                  "partners, and what do browsers' mDNS names do for it?"),
    "theft": (theft, answer_theft, figure_theft,
              "What does a stolen copy of the stores show, and when?"),
    "reports": (reports, answer_reports, figure_reports,
                "What does each day that reports are kept buy in safety, and cost in what can be linked?"),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("voicesim")
    parser.add_argument("scenarios")
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", action="append", choices=STUDIES)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    tables, answers = [], ["# What the privacy scenarios answer\n"]
    for name, (simulate, answer, figure, question) in STUDIES.items():
        if options.only and name not in options.only:
            continue
        rows = simulate(options)
        with open(os.path.join(options.out, name + ".csv"), "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        with open(os.path.join(options.out, name + ".svg"), "w", encoding="utf-8") as file:
            file.write(figure(rows))
        tables.append(table(name, rows))
        answers.append(f"**{question}** ([{name}.csv]({name}.csv), [figure]({name}.svg))\n{answer(rows)}\n")
        print(tables[-1] + answer(rows) + "\n", flush=True)
        for path, parts in (("table.txt", tables), ("answers.md", answers)):
            with open(os.path.join(options.out, path), "w", encoding="utf-8") as file:
                file.write("\n".join(parts))


if __name__ == "__main__":
    main()
