#!/usr/bin/env python3
"""Answers the questions of scenarios/abuse by running each file over what decides its answer.

usage: abuse.py VOICESIM SCENARIOS_DIRECTORY --out DIR [--only STUDY]

Writes DIR/STUDY.csv with every point's figures and 95 % intervals, DIR/table.txt with all tables,
and DIR/answers.md with the question of each file and what its figures answer. Nothing of it
depends on the machine.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile

NONE = "risk.safeguards=[]"
CALM = "risk.safeguards=[reporters, look_alikes]"


class Column:
    """A figure of summary.json: of a metric, or of one of its groups."""

    def __init__(self, title, metric, figure="value", group=None, style="{:.3g}"):
        self.title, self.metric, self.figure = title, metric, figure
        self.group, self.style = group, style

    def read(self, summary):
        entry = summary["metrics"].get(self.metric, {})
        if self.group:
            found = [one for one in summary["groups"].get(self.metric, [])
                     if self.group in one["labels"].values()]
            entry = found[0] if found else {}
        interval = entry.get("ci95") if self.figure == "value" else entry.get(
            f"{self.figure}_ci95")
        return entry.get(self.figure), interval

    def text(self, value):
        return "-" if value is None else self.style.format(value)


def percent(title, metric, group=None):
    return Column(title, metric, group=group, style="{:.2%}")


def point(label, *settings):
    return label, settings


class Study:
    def __init__(self, name, points, columns, answer):
        self.name, self.points, self.columns, self.answer = name, points, columns, answer


def value(rows, label, title):
    return next(row for row in rows if row["label"] == label)[title][0]


def interval(rows, label, title):
    return next(row for row in rows if row["label"] == label)[title][1]


# What the figures answer, one sentence or two; every number is read from the rows.

def exposure(rows):
    off, on = (value(rows, label, "exposure") for label in ("no scorer", "all safeguards"))
    apart = value(rows, "all, tiers separate", "exposure")
    victims = [value(rows, label, "victims") for label in ("no scorer", "all safeguards")]
    return (f"Without a scorer honest people spend {off:.0f} minutes with abusers for each 1,000 with "
            f"each other; with it {on:.0f} ({1 - on / off:.0%} less), and {apart:.0f} where tiers never "
            f"mix. It spares fewer people altogether: {victims[0]:.1%} met an abuser at least once, "
            f"then {victims[1]:.1%}.")


def containment(rows):
    parts = []
    for row in rows[:3]:
        calls, time = row["harasser calls p50"][0], row["harasser talk p50, s"][0]
        what = "more calls than they stay for" if calls is None else \
            f"{calls:.0f} calls ({time / 60:.0f} min of talk)" if time is not None else \
            f"{calls:.0f} calls"
        parts.append(f"{what} when {row['label']} of abuse is reported")
    ways = ", ".join(f"{row['harasser calls p50'][0]:.0f} {row['label'].split(', ')[1]}"
                     for row in rows[3:])
    return ("Half of the harassers are set apart after " + ", ".join(parts) +
            " (Kaplan-Meier; those who leave before are censored). At 30 %, of which three reports "
            f"take 9 calls as the median if none is lost, it is {ways}.")


def false_containment(rows):
    usual, most = rows[0], rows[-1]
    small, large = (value(rows, most["label"], f"talkers, {name}") for name in ("eu", "en"))
    return (f"With a false report in {usual['label']} of calls {usual['talkers'][0]:.2%} of the talkers and "
            f"{usual['skippers'][0]:.2%} of the skippers are contained; with {most['label']}, "
            f"{most['talkers'][0]:.2%} and {most['skippers'][0]:.2%}, of the small language {small:.2%}, "
            f"of the large one {large:.2%}.")


def framing(rows):
    parts = []
    for row in rows:
        if "all safeguards" not in row["label"]:
            continue
        cost = row["calls per device"][0]
        paid = "" if cost is None else f", at {cost:,.0f} calls a device"
        parts.append(f"{row['framed'][0]:.2%} with a brigade of {row['label'].split(',')[0]}{paid}")
    return "Of the people aimed at are framed, with all safeguards: " + "; ".join(parts) + "."


def newcomers(rows):
    low, high = interval(rows, "all safeguards", "penalty, s")
    penalty = value(rows, "all safeguards", "penalty, s")
    verdict = "no difference that can be measured" if low <= 0 <= high else \
        "newcomers wait less" if high < 0 else "newcomers wait longer"
    off, on = (value(rows, label, "newcomers' p95, s") for label in ("no scorer", "all safeguards"))
    return (f"First tickets of honest people wait {penalty * 1000:+.0f} ms against their later ones (95 % "
            f"interval {low * 1000:+.0f} to {high * 1000:+.0f} ms): {verdict}. Their p95 is {off:.2f} s "
            f"without a scorer and {on:.2f} s with it ({on / off - 1:+.0%}).")


def evasion(rows):
    never, always = rows[0], rows[-1]
    half = next((row["label"] for row in rows
                 if row["contained"][0] < never["contained"][0] / 2), "no rate tried")
    return (f"Exposure grows from {never['exposure'][0]:.1f} to {always['exposure'][0]:.1f} per 1,000 between "
            f"never and always switching; at {half} of returns less than half as many abusers are contained as "
            "without switching. Reports are held against a device, so who can make devices is out of "
            "reach; the first minutes of a new device are worth as much as an old one's.")


def leakage(rows):
    parts = [f"{row['label']}: {row['from waits'][0]:.3f} from waits, "
             f"{row['from partners'][0]:.3f} from partners"
             for row in rows if row["from waits"][0] is not None]
    return ("The chance to tell a ticket of a worse tier from one of tier clear, 0.5 being a blind "
            "guess, is " + "; ".join(parts) + ".")


def collisions(rows):
    off = value(rows, "90 % common, no weight", "talkers contained")
    on = value(rows, "90 % common, weight", "talkers contained")
    cost = [value(rows, f"90 % common, {label}", "exposure") for label in ("no weight", "weight")]
    return (f"With nine in ten devices of 64 makes, {off:.2%} of the honest are contained beside their "
            f"look-alikes; weighing such reports less makes that {on:.2%}, and exposure "
            f"{cost[0]:.1f} to {cost[1]:.1f} per 1,000: common looks cannot be told apart, so either the "
            "innocent pay or abusers on such phones stay.")


def retention(rows):
    first, last = rows[0], rows[-1]
    parts = []
    for before, after in zip(rows, rows[1:]):
        days = float(after["label"].split()[0]) - float(before["label"].split()[0])
        parts.append(f"{before['label'].split()[0]} to {after['label']}: "
                     f"{(before['exposure'][0] - after['exposure'][0]) / days:+.2f} a day")
    return (f"Exposure falls from {first['exposure'][0]:.1f} (reports kept {first['label']}) to "
            f"{last['exposure'][0]:.1f} per 1,000 ({last['label']}). Less exposure per day of retention: "
            + "; ".join(parts) + ". Reports weigh half after seven days whatever the retention.")


def studies():
    exposed = Column("exposure", "risk.exposure", style="{:.1f}")
    contained = Column("contained", "risk.separation_calls", "share", style="{:.1%}")
    yield Study("exposure", [
        point("no scorer", "risk.enabled=false"), point("no safeguards", NONE),
        point("without the burst cap", CALM),
        point("all safeguards"), point("all, tiers separate", "matchmaking.tiers=separate"),
    ], [
        exposed, percent("victims", "risk.victims"), contained,
        percent("talkers contained", "risk.false_containment", "talker"),
    ], exposure)
    kinds = []
    for kind in ("harasser", "spammer", "hopper"):
        kinds += [
            Column(f"{kind} contained", "risk.separation_calls", "share", kind, "{:.1%}"),
            Column(f"{kind} calls p25", "risk.separation_calls", "p25", kind, "{:.0f}"),
            Column(f"{kind} calls p50", "risk.separation_calls", "p50", kind, "{:.0f}"),
            Column(f"{kind} calls p75", "risk.separation_calls", "p75", kind, "{:.0f}"),
            Column(f"{kind} talk p50, s", "risk.separation_time", "p50", kind, "{:.0f}"),
        ]
    yield Study("containment", [
        point(f"{share} %", f"population.0.report_propensity={share} %")
        for share in (10, 30, 50)
    ] + [
        point("30 %, without the burst cap", CALM),
        point("30 %, without safeguards", NONE),
        point("30 %, without safeguards and drift of devices", NONE,
              "population.1.fingerprint={drift: 0 %}"),
    ], kinds, containment)
    yield Study("false-containment", [
        point(f"{share} %", f"population.0.false_report={share} %",
              f"population.1.false_report={share} %")
        for share in ("0.2", "1", "5")
    ], [
        percent("talkers", "risk.false_containment", "talker"),
        percent("skippers", "risk.false_containment", "skipper"),
        percent("talkers, en", "risk.false_containment", "en"),
        percent("talkers, es", "risk.false_containment", "es"),
        percent("talkers, eu", "risk.false_containment", "eu"),
    ], false_containment)
    brigades = []
    for share in ("2", "5", "20"):
        sizes = (f"population.0.share={100 - float(share):g} %", f"population.1.share={share} %")
        brigades += [point(f"{share} %, no safeguards", NONE, *sizes),
                     point(f"{share} %, all safeguards", *sizes)]
    yield Study("framing", brigades, [
        percent("framed", "risk.framed"),
        Column("calls per device", "risk.framing_calls", style="{:,.0f}"),
        Column("talk per device, s", "risk.framing_time", style="{:,.0f}"),
        percent("talkers contained", "risk.false_containment", "talker"),
    ], framing)
    yield Study("newcomers", [
        point("no scorer", "risk.enabled=false"), point("no safeguards", NONE),
        point("all safeguards"),
    ], [
        Column("penalty, s", "risk.newcomer_penalty", style="{:+.3f}"),
        Column("newcomers' p95, s", "risk.newcomer_latency", "p95", style="{:.3f}"),
        Column("wait mean, s", "match.latency", "mean", style="{:.3f}"), exposed,
    ], newcomers)
    yield Study("evasion", [
        point(f"{share} %", f"population.1.device_switch={share} %")
        for share in (0, 10, 30, 100)
    ], [exposed, contained, percent("victims", "risk.victims")], evasion)
    yield Study("leakage", [
        point(name, f"matchmaking.tiers={name}")
        for name in ("ignore", "like_with_like", "separate")
    ], [
        Column("from waits", "risk.leak_waits"), Column("from partners", "risk.leak_partners"),
        exposed, Column("wait p95, s", "match.latency", "p95", style="{:.2f}"),
    ], leakage)
    looks = []
    for common, bits in ((50, 10), (90, 6)):
        print_of = "{common: %d %%, common_entropy: %d}" % (common, bits)
        same = [f"population.{n}.fingerprint={print_of}" for n in (0, 1)]
        name = f"{common} % common" + (f", {bits} bits" if common == 50 else "")
        looks += [point(f"{name}, no weight", "risk.safeguards=[bursts, reporters]", *same),
                  point(f"{name}, weight", *same)]
    for drift in (10, 50):
        same = [f"population.{n}.fingerprint={{drift: {drift} %}}" for n in (0, 1)]
        looks.append(point(f"drift {drift} % a return", *same))
    yield Study("collisions", looks, [
        percent("talkers contained", "risk.false_containment", "talker"), contained, exposed,
        Column("reports ignored", "risk.reports_ignored", style="{:.1f}"),
    ], collisions)
    yield Study("retention", [
        point(f"{days} d", f"risk.retention={days} d") for days in (1, 7, 14, 30)
    ], [
        exposed, percent("victims", "risk.victims"), contained,
        percent("talkers contained", "risk.false_containment", "talker"),
    ], retention)


def simulate(voicesim, scenario, settings, directory):
    command = [voicesim, "run", scenario, "--quiet", "--out", directory]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True)
    # 99: a figure beyond the scenario's own target is what a sweep looks for.
    if done.returncode not in (0, 99):
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    with open(os.path.join(directory, "summary.json")) as file:
        summary = json.load(file)
    survival = [summary["metrics"]["risk.separation_calls"]] + \
        summary["groups"].get("risk.separation_calls", [])
    for entry in survival:
        watched = entry["subjects"]
        entry["share"] = entry["events"] / watched if watched else None
    return summary


def question(path):
    with open(path) as file:
        return next(line for line in file if line.startswith("question: "))[10:].strip()


def table(study, rows):
    width = max(len(row["label"]) for row in rows) + 2
    titles = [column.title for column in study.columns]
    widths = [max(len(title), 10) + 2 for title in titles]
    lines = [f"{study.name}", " " * width + "".join(
        f"{title:>{size}}" for title, size in zip(titles, widths))]
    for row in rows:
        lines.append(f"{row['label']:{width}}" + "".join(
            f"{column.text(row[column.title][0]):>{size}}"
            for column, size in zip(study.columns, widths)))
    return "\n".join(lines) + "\n"


def write_points(path, study, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        header = ["point"]
        for column in study.columns:
            header += [column.title, "low", "high"]
        writer.writerow(header)
        for row in rows:
            line = [row["label"]]
            for column in study.columns:
                figure, bounds = row[column.title]
                low, high = bounds or ("", "")
                line += ["" if figure is None else figure, low, high]
            writer.writerow(line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("voicesim")
    parser.add_argument("scenarios")
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", action="append")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    tables, answers = [], ["# What the abuse scenarios answer\n"]
    for study in studies():
        if options.only and study.name not in options.only:
            continue
        scenario = os.path.join(options.scenarios, study.name + ".yaml")
        rows = []
        with tempfile.TemporaryDirectory() as directory:
            for label, settings in study.points:
                summary = simulate(
                    options.voicesim, scenario, settings, os.path.join(directory, "run"))
                rows.append({"label": label} | {
                    column.title: column.read(summary) for column in study.columns})
                print(f"{study.name}: {label}", flush=True)
        write_points(os.path.join(options.out, study.name + ".csv"), study, rows)
        tables.append(table(study, rows))
        answers.append(f"**{question(scenario)}** ([{study.name}.csv]({study.name}.csv))\n"
                       f"{study.answer(rows)}\n")
        print(tables[-1] + study.answer(rows) + "\n", flush=True)
        for name, parts in (("table.txt", tables), ("answers.md", answers)):
            with open(os.path.join(options.out, name), "w") as file:
                file.write("\n".join(parts))


if __name__ == "__main__":
    main()
