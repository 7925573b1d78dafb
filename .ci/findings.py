#!/usr/bin/env python3
"""findings.py BINARY SHARED: what the packs find in the real records, against findings.csv.

Each line of findings.csv says how often a rule fires there, and how that was checked: `script` is counted anew here, by a
reading of the query's plain conditions that knows nothing of trailql; `read` was looked at record by record.
`findings.py BINARY SHARED --write` writes the counts of today, for a person to read in the diff.
"""

import collections
import csv
import gzip
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
QUERIES = HERE.parent / "queries"


def records(shared):
    """Every record once: copies of one delivery have the same text."""
    seen = set()
    for path in sorted((shared / "data/trails").rglob("*.json.gz")):
        if "/CloudTrail-Digest/" in str(path):
            continue
        for record in json.loads(gzip.open(path).read()).get("Records", []):
            text = json.dumps(record, sort_keys=True)
            if record.get("eventID") is None or text not in seen:
                seen.add(text)
                yield record


STRING = r"['\"]([^'\"%\\]+)['\"]"
PLAIN = re.compile(
    r"(?:eventsource|eventname|awsregion)\s*(?:=\s*" + STRING + r"|in\s*[\[(]\s*((?:" + STRING + r"\s*,?\s*)+)[\])])", re.I
)


def plain(path):
    """The header, and the conditions of a query that has no others than `=` and `IN` on plain columns."""
    text = path.read_text()
    mark = "--" if path.suffix == ".sql" else "#"
    lines = text.splitlines()
    head = [line for line in lines if line.startswith(mark)]
    body = " ".join(line for line in lines if not line.startswith(mark))
    header = dict(re.findall(r"\b(outcome|services|broad|count|distinct|sum|first_seen|sequence):\s*(\S+)", "  ".join(head)))
    if path.suffix == ".sql":
        parts = re.split(r"\bwhere\b", body, flags=re.I)
        if len(parts) != 2:
            return None
        conditions = re.split(r"\band\b", parts[1], flags=re.I)
    else:
        stages = [stage.strip() for stage in body.split("|")]
        filters = [stage[6:] for stage in stages if stage.startswith("filter")]
        if any(not stage.startswith(("filter", "fields")) for stage in stages):
            return None
        conditions = re.split(r"\band\b", " and ".join(filters), flags=re.I)
    wanted = {}
    for condition in conditions:
        found = PLAIN.fullmatch(condition.strip().rstrip(";"))
        if not found:
            return None
        name = re.match(r"\w+", condition.strip())[0].lower()
        values = {found[1]} if found[1] else set(re.findall(STRING, found[2]))
        wanted[name] = wanted.get(name, values) & values
    if any(kind in header for kind in ("count", "distinct", "sum", "first_seen", "sequence")):
        return None
    return header, wanted


def counted(shared):
    """Rule → how often its plain conditions hold."""
    rules = {}
    for path in QUERIES.glob("*/*"):
        if path.suffix in (".sql", ".insights") and path.parent.name not in ("starter", "triage"):
            rule = plain(path)
            if rule and rule[0].get("broad") != "yes":
                rules[path.stem] = rule
    counts = collections.Counter({rule: 0 for rule in rules})
    for record in records(shared):
        identity = record.get("userIdentity") or {}
        for rule, (header, wanted) in rules.items():
            names = {"eventsource": "eventSource", "eventname": "eventName", "awsregion": "awsRegion"}
            if any(record.get(names[name]) not in values for name, values in wanted.items()):
                continue
            if header.get("outcome", "success") == "success" and record.get("errorCode") is not None:
                continue
            if header.get("services", "exclude") == "exclude" and (
                identity.get("invokedBy") is not None or identity.get("type") == "AWSService"
            ):
                continue
            counts[rule] += 1
    return counts


def found(binary, shared):
    ran = subprocess.run(
        [binary, "hunt", str(shared / "data/trails"), "-q", "-o", "ndjson"], capture_output=True, text=True, check=True
    )
    return collections.Counter(json.loads(line)["rule"] for line in ran.stdout.splitlines() if line)


def main():
    binary, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    got, independent = found(binary, shared), counted(shared)
    table = HERE / "findings.csv"
    if "--write" in sys.argv:
        with table.open("w", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(["rule", "findings", "checked"])
            for rule in sorted(set(got) | set(independent)):
                writer.writerow([rule, got[rule], "script" if rule in independent else "read"])
    failed = []
    with table.open() as rows:
        expected = {row["rule"]: (int(row["findings"]), row["checked"]) for row in csv.DictReader(rows)}
    for rule in sorted(set(expected) | set(got)):
        want = expected.get(rule, (0, ""))[0]
        if got[rule] != want:
            failed.append(f"{rule}: {got[rule]} findings, not {want}")
    for rule, count in sorted(independent.items()):
        if got[rule] != count:
            failed.append(f"{rule}: {got[rule]} findings, {count} by its plain conditions")
    for line in failed:
        print("FAILED", line)
    print(f"findings: {len(expected)} rules, {len(independent)} of them counted anew, {len(failed)} failed")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
