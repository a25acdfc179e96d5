#!/usr/bin/env python3
"""Holds the JSON Schema of scenario files against a stock validator.

usage: check_schema.py SCHEMA.json SCENARIOS_DIRECTORY

SCHEMA.json is what `voicesim schema` prints. The schema has to be valid draft 2020-12, to accept
every scenario in the directory (its `profiles/` are none), and to reject each file in its `invalid/`
except those whose error no schema can state. Needs `jsonschema` and `PyYAML` from PyPI; exits 77 without them.
"""

import json
import pathlib
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

# Sums, ranges of quantities, values that do not go together, files, and what a YAML parser has
# already read as something else: `validate` tells these, a schema cannot.
BEYOND_A_SCHEMA = {
    "aim-of-harasser", "backup-retention-too-long", "batch-without-interval", "boolean-yes",
    "clock-drift-bounds", "clock-drift-range", "device-switch-of-regular", "diurnal-amplitude",
    "diurnal-time-of-day", "duplicate-flow-key", "duplicate-key", "empirical-unit", "empirical-weight",
    "expansion-order", "expiry-too-early", "fault-after-the-end", "faults-overlap", "flash-crowd-peak",
    "frame-length", "hawkes-branching", "impossible-loss", "instant-decay", "interval-with-greedy",
    "jitter-buffer-initial", "key-epoch-too-short", "limit-unit", "message-retention-too-long",
    "missing-delay", "missing-input-file", "nat-twice", "notice-after-the-end",
    "notice-with-modelled-setup", "patience-risk", "persona-twice", "profile-of-nobody", "profile-order",
    "relay-log-retention-too-long", "restart-with-duration", "restore-without-backups",
    "retention-too-long", "safeguard-twice", "series-step-too-long", "shares-of-fidelity",
    "shares-of-languages", "shares-of-mixture", "shares-of-nat", "shares-of-personas", "skew-without-end",
    "skews-overlap", "store-fault-without-stores", "sweep-interval-too-short", "too-many-arrivals",
    "too-many-cells", "trace-after-the-end", "trace-descending", "trace-with-persona", "uniform-bounds",
    "unknown-access", "unknown-relay", "unknown-relay-region", "unquoted-greater", "unquoted-no",
    "warm-up-too-long", "yaml-alias", "yaml-complex-key", "yaml-directive", "yaml-merge-key", "yaml-tab",
    "yaml-tag", "yaml-two-documents", "yaml-unclosed",
}


def main() -> int:
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    directory = pathlib.Path(sys.argv[2])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = []
    for path in sorted(
            file for file in directory.rglob("*.yaml")
            if file.parent.name not in ("invalid", "profiles")
    ):
        for error in validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8"))):
            wrong.append(f"{path.name} is rejected: {error.json_path}: {error.message}")
    rejected = 0
    for path in sorted((directory / "invalid").glob("*.yaml")):
        if path.stem in BEYOND_A_SCHEMA:
            continue
        if validator.is_valid(yaml.safe_load(path.read_text(encoding="utf-8"))):
            wrong.append(f"{path.name} is accepted")
        rejected += 1
    print("\n".join(wrong) or f"the schema accepts the valid and rejects {rejected} invalid files")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
