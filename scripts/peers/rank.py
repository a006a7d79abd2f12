#!/usr/bin/env python3
"""Ranks damaged names among 500,000, with this project and with rapidfuzz, in turn in one run.

    python3 -m venv venv && venv/bin/pip install rapidfuzz
    cargo build --release --example rank
    venv/bin/python scripts/peers/rank.py target/release/examples/rank [--tenant N] [--queries N] [--slow N] [--rounds N]

Both sides get the same made-up names and the same damaged ones. The peers get them as the project folds them (lower case,
no marks), with the words in order of the alphabet for `ratio`, so that folding and sorting cost them nothing in the measured
time. Right is whoever has the folded name that was damaged. Every round runs ours over all queries and each peer over its
part of `--slow` queries; of ours the median over the
rounds counts for each query (the p99 is over these), of the peers the median of the rounds' means. Accuracy of the peers is over `--slow` queries in all,
and ours is given over these as well. Prints a table in Markdown. One thread each.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rapidfuzz
from rapidfuzz import fuzz, process


def sorted_words(text):
    return " ".join(sorted(text.split(" ")))


def quantile(values, share):
    values = sorted(values)
    return values[int((len(values) - 1) * share)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--tenant", type=int, default=500_000)
    parser.add_argument("--queries", type=int, default=5000)
    parser.add_argument("--slow", type=int, default=304)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.program, "write", folder, str(options.tenant), str(options.queries)], check=True)
        names = Path(folder, "names.txt").read_text(encoding="utf-8").splitlines()
        queries = [line.split("\t") for line in Path(folder, "queries.tsv").read_text(encoding="utf-8").splitlines()]
    by_words = [sorted_words(name) for name in names]
    peers = {
        "rapidfuzz `ratio`, sorted words, extract(limit=10)": (fuzz.ratio, by_words, sorted_words),
        "rapidfuzz `WRatio` (its default), extract(limit=10)": (fuzz.WRatio, names, lambda text: text),
    }
    times = {name: [] for name in peers}
    rounds = {name: [] for name in peers}
    found = {name: {} for name in peers}
    ours = []
    slow = queries[: options.slow]
    for turn in range(options.rounds):
        answer = subprocess.run(
            [options.program, "run", str(options.tenant), str(options.queries), str(options.slow)],
            check=True, capture_output=True, text=True, env=dict(os.environ, RANK_TIMES="1"),
        )
        ours.append(json.loads(answer.stdout))
        for name, (scorer, choices, prepare) in peers.items():
            spent = 0.0
            for kind, _, asked, right in slow[turn :: options.rounds]:
                asked = prepare(asked)
                started = time.perf_counter()
                best = process.extract(asked, choices, scorer=scorer, limit=10)
                took = time.perf_counter() - started
                spent += took
                times[name].append(took)
                answers = [names[at] for _, _, at in best]
                count = found[name].setdefault(kind, [0, 0, 0])
                count[0] += 1
                count[1] += answers[0] == right
                count[2] += right in answers
            rounds[name].append(spent / len(slow[turn :: options.rounds]))
        print(f"round {turn + 1} of {options.rounds} done", file=sys.stderr)

    # a query that was interrupted by another program in one round was not in the others
    medians = [statistics.median(each) for each in zip(*(run["times_ms"] for run in ours))]
    mean = statistics.mean(medians)
    middle = {"p50_ms": quantile(medians, 0.5), "p99_ms": quantile(medians, 0.99)}
    worst = statistics.median(run["mean_ms"] for run in ours)
    last = ours[-1]
    print(f"{options.tenant} names, {options.queries} queries (peers {options.slow}), {options.rounds} rounds; "
          f"rapidfuzz {rapidfuzz.__version__}, Python {sys.version.split()[0]}\n")
    print(f"Of ours the median over the rounds for each query; means of whole rounds: {worst:.3f} ms in the middle.\n")
    print("| program | ms a query | p50 | p99 | throughput of ours | top-1 | top-10 |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    same = last["slow"]
    print(f"| this project, the whole proposal | {mean:.3f} | {middle['p50_ms']:.3f} | {middle['p99_ms']:.3f} | | "
          f"{same[1]} of {same[0]} | {same[2]} of {same[0]} |")
    for name in peers:
        each = statistics.median(rounds[name]) * 1e3
        total = [sum(column) for column in zip(*found[name].values())]
        print(f"| {name} | {each:.1f} | {quantile(times[name], 0.5) * 1e3:.1f} | {quantile(times[name], 0.99) * 1e3:.1f} | "
              f"{each / mean:.0f} x | {total[1]} of {total[0]} | {total[2]} of {total[0]} |")
    print("\n| damage | ours, open half: top-1, top-10 | ours, held back: top-1, top-10 | "
          + " | ".join(f"{name.split(',')[0]}: top-1, top-10" for name in peers) + " |")
    print("| --- | --- | --- |" + " --- |" * len(peers))
    for kind, counts in last["kinds"].items():
        def cell(count):
            return f"{count[1]}, {count[2]} of {count[0]}"
        row = " | ".join(cell(found[name].get(kind, [0, 0, 0])) for name in peers)
        print(f"| {kind} | {cell(counts['open'])} | {cell(counts['held_back'])} | {row} |")


if __name__ == "__main__":
    main()
