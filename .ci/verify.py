#!/usr/bin/env python3
"""verify.py BINARY SHARED [SCENARIO…]: `trailql verify` over archives that SHARED/tools/sign_archive.py signed and broke.

Each scenario below makes an archive with that tool's options, in a temporary folder. The tool writes down what it
planted: each fault must be found and named, nothing else may be found, and the exit code must be the documented one.
Then the vectors of SHARED/reference/integrity-vector.json. The tool needs `cryptography`, which is installed once into
an environment below the cache folder.
"""
import base64
import collections
import concurrent.futures
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

REQUIREMENT = "cryptography>=43,<51"

# What a fault is called in the report: statuses of the file that the manifest names.
STATUS = {
    "log modified": {"modified"},
    "log valid": {"valid"},
    "log malformed": {"malformed"},
    "log missing": {"missing"},
    "log unlisted": {"unlisted"},
    "valid": {"valid"},
    "valid once, note": {"valid"},
    "valid, signature taken from the next digest": {"valid"},
    "digest malformed": {"malformed"},
    "digest valid": {"valid"},
    "digest valid, no log files": {"valid"},
    "digest signature_invalid": {"signature_invalid"},
    "digest key_not_found": {"key_not_found"},
    "digest key_unusable": {"key_unusable"},
    "digest missing": {"missing"},
    "digest missing; hole from start to end": {"missing"},
    "digest missing at its place; moved": {"moved"},
    "chain_broken: previous digest hash": {"chain_broken"},
    "chain_broken: previous digest signature": {"chain_broken"},
    "chain_broken: link not backwards in time": {"chain_broken"},
    "digest outside the chain": {"valid"},
    "gap of zero length, warning": {"valid"},
}

KINDS = {
    "tamper": "content recompress corrupt truncate empty plain trailing no-trailer",
    "move-digest": "earlier later",
    "break-chain": "hash signature skip restart loop",
    "bad-signature": "flip nonhex short sha1 algorithm",
    "malformed-digest": "not-gzip not-json truncated list missing-field no-logfiles null-logfiles trailing",
    "corrupt-key": "garbage swapped spki",
}

# Name, options of the tool, exit code.
ORGANIZATION = "--demo-org o-abc1234567 --demo-accounts 111122223333,444455556666 --demo-regions us-east-1,eu-west-1"
SCENARIOS = [
    ("clean", "", 0),
    ("organization", ORGANIZATION, 0),
    ("prefix", "--demo-prefix audit/logs", 0),
    ("odd-prefix", "--demo-prefix audit+logs/a=b/é", 0),
    ("bucket", "--bucket some.other-bucket --trail a_trail.of-tests --home-region eu-central-1", 0),
    ("empty-region", "--extra-region ap-southeast-2", 0),
    ("rotation", "--rotate-hours 6", 0),
    ("short-periods", "--period 3540", 0),
    ("long-periods", "--period 7200", 0),
    ("backfill", "--backfill 3", 0),
    ("backfill-unlinked", "--backfill 3 --backfill-unlinked", 0),
    ("double-listed", "--double-listed 2", 0),
    ("gap", "--gap 3", 3),
    ("per-file-metadata", "--per-file-metadata", 0),
    ("delete", "--delete 2", 1),
    ("inject", "--inject 2", 1),
    ("duplicate", "--duplicate 2", 1),
    ("missing-digest", "--missing-digest 1", 1),
    ("missing-digests", "--missing-digest 2 --missing-digest 1", 1),
    ("drop-newest", "--drop-newest 4", 3),
    ("drop-all", "--drop-newest 99", 3),
    ("drop-oldest", "--drop-oldest 2", 1),
    ("unknown-key", "--unknown-key 1", 3),
    ("tamper-digest", "--tamper-digest 1", 1),
    ("no-metadata", "--no-metadata 2", 0),
    ("no-metadata-at-all", "--no-metadata-at-all", 0),
    (
        "everything",
        "--tamper --delete 2 --inject --missing-digest 2 --bad-signature --unknown-key --backfill 2 " + ORGANIZATION,
        1,
    ),
]
HARMLESS = {"recompress", "restart", "spki", "skip"}
INCOMPLETE = {"garbage", "swapped"}
for option, kinds in KINDS.items():
    for kind in kinds.split():
        code = 0 if kind in HARMLESS else 3 if kind in INCOMPLETE else 1
        SCENARIOS.append((f"{option}-{kind}", f"--{option} {kind}", code))


def python():
    """An interpreter that has `cryptography`: this one, or one of an environment of its own."""
    probe = [sys.executable, "-c", "import cryptography"]
    if subprocess.run(probe, capture_output=True).returncode == 0:
        return sys.executable
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "trailql" / "sign-archive"
    interpreter = folder / "bin" / "python"
    if interpreter.exists() and subprocess.run([interpreter, *probe[1:]], capture_output=True).returncode == 0:
        return str(interpreter)
    # Debian's Python makes environments with pip inside only after another package is installed.
    whole = subprocess.run([sys.executable, "-m", "venv", "--clear", folder], capture_output=True).returncode == 0
    if not whole:
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder], check=True)
    pip = [interpreter, "-m", "pip"] if whole else [sys.executable, "-m", "pip", "--python", interpreter]
    subprocess.run([*pip, "--disable-pip-version-check", "install", "-q", REQUIREMENT], check=True)
    return str(interpreter)


def verify(binary, root, keys, metadata, start, end):
    """The report, and what the program said and returned."""
    command = [binary, "verify", root, "--public-keys", keys, "--start", start, "--end", end]
    command += ["--digest-metadata", metadata] if metadata else []
    run = subprocess.run(
        [*map(str, command), "--format", "json", "--verbose"], capture_output=True, text=True, timeout=120
    )
    if not run.stdout:
        raise AssertionError(f"no report, exit code {run.returncode}: {run.stderr}")
    return json.loads(run.stdout), run


def digests_of(report):
    return [digest for chain in report["chains"] for digest in chain["digests"]]


def logs_of(report):
    return [log for digest in digests_of(report) for log in digest["logs"]] + report["unlisted"]


class Expected:
    """What the report on an archive must say, from the manifest of what was planted."""

    def __init__(self, manifest):
        self.bucket = manifest["bucket"]
        # Key to the statuses that it may have; keys that are not here must be valid.
        self.digests, self.logs = {}, {}
        self.notes, self.holes = collections.Counter(), []
        self.is_lossy = any(fault["fault"] == "missing-digest" for fault in manifest["faults"])
        for fault in manifest["faults"]:
            getattr(self, fault["fault"].replace("-", "_"), self.other)(fault)
            detail = fault["expect_trailql"]
            if fault["fault"] not in self.special and detail not in STATUS:
                raise AssertionError(f"nobody knows what `{detail}` is")

    special = {"gap", "backfill", "drop-newest", "drop-oldest", "no-metadata-at-all"}

    def other(self, fault):
        statuses = STATUS[fault["expect_trailql"]]
        where = self.logs if "/CloudTrail/" in fault["key"] else self.digests
        where[fault["key"]] = statuses
        # Files that a digest nobody can believe lists, or one that nobody can read.
        if statuses & {"malformed", "missing", "key_not_found", "key_unusable", "moved"} and where is self.digests:
            self.open(fault.get("logs", []), {"unverified", "uncovered"})
        if fault["fault"] == "corrupt-key" and fault["kind"] != "spki":
            self.any_log = True

    any_log = False

    def open(self, keys, statuses):
        for key in keys:
            self.logs.setdefault(key, statuses)

    def gap(self, fault):
        self.open(fault["uncovered_logs"], {"uncovered"})
        self.holes.append(("gap", fault["gap_start"], fault["gap_end"]))

    def double_listed(self, fault):
        self.notes["listed_twice"] += 1

    def duplicate(self, fault):
        self.other(fault)
        self.notes["duplicate_content"] += 1

    def backfill(self, fault):
        pass

    def malformed_digest(self, fault):
        self.other(fault)
        if fault["kind"] == "null-logfiles":
            # It says that nothing was delivered, and the files are there.
            self.open(fault["logs"], {"unlisted"})

    def inject(self, fault):
        # What nobody listed may have been listed where a digest is lost.
        lost = {"unlisted", "uncovered"} if self.is_lossy else {"unlisted"}
        self.logs[fault["key"]] = lost

    def missing_digest(self, fault):
        self.other(fault)
        self.holes.append(("missing", fault["hole_start"], fault["hole_end"]))

    def move_digest(self, fault):
        self.digests[fault["key"]] = {"moved"}
        self.digests[fault["original"]] = {"missing"}
        self.open(fault["logs"], {"valid", "unverified", "uncovered"})

    def tamper_digest(self, fault):
        self.other(fault)
        self.open(fault["logs"], {"unverified"})

    def bad_signature(self, fault):
        # The next digest vouches for the content, unless what it repeats is no signature at all.
        self.other(fault)
        if fault["kind"] == "sha1":
            self.open(fault["logs"], {"unverified"})

    def break_chain(self, fault):
        self.other(fault)
        if fault["kind"] == "skip":
            self.digests[fault["skipped"]] = {"orphan"}
        if fault["kind"] == "loop":
            self.loop = True

    loop = False

    def drop_newest(self, fault):
        self.open(fault["logs"], {"uncovered", "pending"})

    def drop_oldest(self, fault):
        self.digests[fault["key"]] = {"missing"}
        self.open(fault["logs"], {"uncovered"})

    def no_metadata_at_all(self, fault):
        self.newest = True

    newest = False


def compare(manifest, report):
    """What differs from the manifest, a sentence each."""
    expected, wrong = Expected(manifest), []
    newest = set()
    if expected.newest:
        for chain in report["chains"]:
            digest = max(chain["digests"], key=lambda digest: digest["end"])
            newest.add(digest["uri"])
    for what, entries, known in (("digest", digests_of(report), expected.digests), ("log", logs_of(report), expected.logs)):
        seen = collections.defaultdict(set)
        for entry in entries:
            # Where no digest names the bucket, a file is told by its path.
            key = entry["uri"].removeprefix(f"s3://{expected.bucket}/").rpartition("/bucket/")[2]
            seen[key].add(entry["status"])
        for key, statuses in known.items():
            if not seen[key] & statuses and not (not seen[key] and statuses & {"unverified", "pending"}):
                wrong.append(f"{what} {key}: expected {'/'.join(sorted(statuses))}, found {sorted(seen[key])}")
        for key, statuses in seen.items():
            rest = statuses - {"valid"} - known.get(key, set())
            uri = f"s3://{expected.bucket}/{key}"
            if expected.newest and rest == {"unverified"}:
                digest = next((d for d in digests_of(report) if any(l["uri"] == uri for l in d["logs"])), {"uri": uri})
                rest = set() if digest["uri"] in newest else rest
            if what == "log" and expected.any_log:
                rest -= {"unverified"}
            if what == "digest" and expected.loop:
                # Whom the loop should have named is named by nobody.
                rest -= {"orphan"}
            if rest:
                wrong.append(f"{what} {key}: not planted, found {sorted(rest)}")
    holes = [(h["reason"], h["start"], h["end"]) for chain in report["chains"] for h in chain["holes"]]
    for hole in expected.holes:
        if hole not in holes:
            wrong.append(f"hole {hole} is not told: {holes}")
    kinds = collections.Counter(note["kind"] for note in report["notes"])
    for kind, count in expected.notes.items():
        if kinds[kind] < 1:
            wrong.append(f"{count} notes `{kind}` expected, found {dict(kinds)}")
    return wrong


def scenario(binary, interpreter, shared, keys, name, options, code):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "bucket"
        shutil.copytree(keys, f"{folder}/keys")
        # Thirty hours, and nothing planted in the last hours, whose files may still be waited for.
        tool = [interpreter, shared / "tools/sign_archive.py", root, "--demo", "30", "--keys-dir", f"{folder}/keys"]
        signed = subprocess.run(
            [*map(str, tool), "--end", "2024-03-11T10:00:00Z", *options.split()], capture_output=True, text=True
        )
        if signed.returncode != 0:
            return [f"sign_archive.py: {signed.stderr}"]
        manifest = json.loads(signed.stdout)
        # Chains begin and end at minutes of their own, which is no hole in any of them.
        start = max(chain["start"] for chain in manifest["chains"])
        end = max(chain["end"] for chain in manifest["chains"])
        side = None if name == "per-file-metadata" else f"{root}.digest-metadata.json"
        report, run = verify(binary, root, f"{root}.public-keys.json", side, start, end)
        wrong = compare(manifest, report)
        if run.returncode != code or report["summary"]["exit_code"] != code:
            wrong.append(f"exit code {run.returncode}, expected {code}: {report['summary']} {run.stderr}")
        return wrong


def vectors(binary, shared):
    vector = json.loads((shared / "reference/integrity-vector.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "bucket"
        metadata = {"bucket": vector["bucket"], "objects": {}}
        for item in vector["objects"]:
            path = root / item["key"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(item["gzip_base64"]))
            if "user_metadata" in item:
                metadata["objects"][item["key"]] = item["user_metadata"]
        keys, side = pathlib.Path(folder) / "keys.json", pathlib.Path(folder) / "side.json"
        keys.write_text(json.dumps(vector["public_keys"]))
        side.write_text(json.dumps(metadata))
        digests = [key for key in metadata["objects"] if "_backfill" not in key]
        name = max(digests, key=lambda key: key.rsplit("_", 1)[1]).rsplit("_", 1)[1].removesuffix(".json.gz")
        end = datetime.datetime.strptime(name, "%Y%m%dT%H%M%SZ").strftime("%Y-%m-%dT%H:%M:%SZ")
        report, run = verify(binary, root, keys, side, "2024-03-10T00:00:00Z", end)
        bad = [entry for entry in digests_of(report) + logs_of(report) if entry["status"] != "valid"]
        hashes = {entry["key"]: entry["sha256_uncompressed"] for entry in vector["objects"] if "sha256_uncompressed" in entry}
        wrong = [f"{entry['uri']}: {entry['status']}" for entry in bad]
        for log in logs_of(report):
            key = log["uri"].removeprefix(f"s3://{vector['bucket']}/")
            if log.get("actual") != hashes.get(key):
                wrong.append(f"{key}: hash {log.get('actual')}, expected {hashes.get(key)}")
        if len(digests_of(report)) != len(metadata["objects"]):
            wrong.append(f"{len(digests_of(report))} digests, expected {len(metadata['objects'])}")
        if run.returncode != 0:
            wrong.append(f"exit code {run.returncode}: {report['summary']}")
        return wrong


def main():
    binary, shared = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    wanted, begun, failed = sys.argv[3:], time.monotonic(), 0
    interpreter = python()
    with tempfile.TemporaryDirectory() as keys, concurrent.futures.ThreadPoolExecutor(2) as pool:
        # Keys take a while to make: the usual ones are made once and copied.
        for regions in ("us-east-1", "us-east-1,eu-west-1"):
            with tempfile.TemporaryDirectory() as folder:
                tool = [interpreter, shared / "tools/sign_archive.py", f"{folder}/x", "--demo", "2", "--keys-dir", keys]
                subprocess.run([*map(str, tool), "--demo-regions", regions], check=True, capture_output=True)
        todo = [(name, options, code) for name, options, code in SCENARIOS if not wanted or name in wanted]
        runs = [(name, pool.submit(scenario, binary, interpreter, shared, keys, name, *rest)) for name, *rest in todo]
        if not wanted or "vectors" in wanted:
            runs.append(("vectors", pool.submit(vectors, binary, shared)))
        for name, run in runs:
            try:
                wrong = run.result()
            except (AssertionError, KeyError, ValueError, subprocess.SubprocessError) as error:
                wrong = [f"{type(error).__name__}: {error}"]
            failed += bool(wrong)
            for line in wrong:
                print(f"{name}: {line}")
    print(f"verify: {len(runs) - failed} of {len(runs)} scenarios as planted, {time.monotonic() - begun:.0f}s")
    return failed > 0


sys.exit(main())
