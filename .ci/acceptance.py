#!/usr/bin/env python3
"""Asks the binary every question whose answer is known, and compares.

    acceptance.py BINARY SHARED [QUESTION…]

SHARED holds data/answers (questions with rows worked out elsewhere), data/trails and data/loose. A question that
needs a function of a later milestone stands in pending.txt; one that passes although it stands there is an error,
so that the list stays true.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def ask(binary, archive, text, language):
    command = [binary, "query", str(archive), "--lang", language, "-o", "json", "-c", text]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def plain(value, column):
    """A value as the answers write it: times cut to the second, numbers in texts as numbers."""
    if isinstance(value, str):
        time = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?Z?", value)
        if time:
            return f"{time[1]}T{time[2]}Z"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def same(got, want):
    if got == want:
        return True
    # Text columns hold booleans and numbers as text; Logs Insights writes booleans as 1 and 0.
    if isinstance(want, bool):
        return str(got).lower() in (str(want).lower(), str(int(want)))
    if isinstance(want, (int, float)) and isinstance(got, str):
        try:
            return float(got) == float(want)
        except ValueError:
            return False
    return False


def portable(sql):
    """The questions are written for DuckDB: one function has another name, and a list that is missing is empty there."""
    return sql.replace("regexp_matches(", "regexp_like(").replace(
        "cardinality(resources)", "coalesce(cardinality(resources), 0)")


def compare(question, rows, ordered):
    want = question["rows"]
    got = [[plain(value, None) for value in row.values()] for row in rows]
    want = [[plain(value, None) for value in row] for row in want]
    if len(got) != len(want):
        return f"{len(got)} rows, not {len(want)}"
    left = list(want)
    for at, mine in enumerate(got):
        candidates = left[:1] if ordered else left
        found = next((row for row in candidates if len(row) == len(mine) and all(map(same, mine, row))), None)
        if found is None:
            return f"row {at + 1} is {mine}, not {left[0]}"
        left.remove(found)
    return None


def reorder(question, rows):
    """Logs Insights puts group keys first and has other tie breaks: bring its columns into the answer's order."""
    columns = question["columns"]
    def find(row, column):
        for name, value in row.items():
            if name.lower() == column.lower() or name.lower().split(".")[-1] == column.lower():
                return value
        raise KeyError(column)
    try:
        return [{column: find(row, column) for column in columns} for row in rows]
    except KeyError:
        return rows


def questions(binary, shared, wanted):
    pending = {}
    for line in (HERE / "pending.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, language, reason = line.split(None, 2)
            pending[name, language] = reason
    passed, failed, waiting = 0, [], 0
    for path in sorted((shared / "data/answers").glob("[0-9]*.json")):
        question = json.loads(path.read_text())
        if wanted and not any(path.stem.startswith(name) for name in wanted):
            continue
        for language, field in (("sql", "sql"), ("insights", "logsInsights")):
            text = question.get(field)
            if not text:
                continue
            ran = ask(binary, shared / "data/trails", portable(text), language)
            if ran.returncode != 0:
                problem = f"exit {ran.returncode}: {ran.stderr.strip().splitlines()[0] if ran.stderr.strip() else ''}"
            else:
                rows = json.loads(ran.stdout)
                if language == "insights":
                    rows = reorder(question, rows)
                problem = compare(question, rows, language == "sql")
            if (path.stem, language) in pending:
                if problem is None:
                    failed.append(f"{path.stem} {language}: passes, and still stands in pending.txt")
                waiting += 1
            elif problem is None:
                passed += 1
            else:
                failed.append(f"{path.stem} {language}: {problem}")
    return passed, failed, waiting


def loose(binary, shared):
    passed, failed = 0, []
    folder = shared / "data/loose"
    expected = json.loads((folder / "expected.json").read_text())
    for name, want in expected.items():
        ran = ask(binary, folder / name, "SELECT count(*) AS n FROM cloudtrail", "sql")
        rows = json.loads(ran.stdout) if ran.stdout.strip() else []
        count = rows[0]["n"] if rows else None
        broken = "error" in want["what"] and "or nothing" not in want["what"]
        problem = None
        if count != want["records"]:
            problem = f"{count} records, not {want['records']}"
        elif broken and (ran.returncode != 3 or name not in ran.stderr):
            problem = f"exit {ran.returncode} without naming the file"
        elif ran.returncode not in (0, 3):
            problem = f"exit {ran.returncode}"
        if problem:
            failed.append(f"loose/{name}: {problem}")
        else:
            passed += 1
    # All of them at once: the broken ones are named, the others are read.
    with tempfile.TemporaryDirectory() as together:
        for name in expected:
            shutil.copy(folder / name, together)
        ran = ask(binary, together, "SELECT count(*) AS n FROM cloudtrail", "sql")
    total = sum(want["records"] for want in expected.values())
    got = json.loads(ran.stdout)[0]["n"] if ran.stdout.strip() else None
    if (got, ran.returncode) == (total, 3):
        passed += 1
    else:
        failed.append(f"loose: {got} records with exit {ran.returncode}, not {total} with exit 3\n{ran.stderr}")
    return passed, failed


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    binary, shared, wanted = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    passed, failed, waiting = questions(binary, shared, wanted)
    if not wanted:
        more, wrong = loose(binary, shared)
        passed, failed = passed + more, failed + wrong
    for line in failed:
        print("FAILED", line)
    print(f"acceptance: {passed} passed, {len(failed)} failed, {waiting} pending")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
