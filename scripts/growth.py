#!/usr/bin/env python3
"""Measures how the time grows with the lists and draws it, log-log, beside a line of slope 1.

    cargo build --release --example growth
    python3 scripts/growth.py measure target/release/examples/growth growth.jsonl   # minutes; the largest tenants last
    python3 scripts/growth.py draw growth.jsonl docs/growth.svg                      # and a table on the standard output

Each size is measured three times on one thread (`taskset -c 0`, seconds that the thread really ran); medians are drawn.
"""

import json
import math
import statistics
import subprocess
import sys

SIZES = [(1_000, 5_000), (3_000, 15_000), (10_000, 50_000), (30_000, 150_000), (100_000, 500_000)]
LINES = [
    ("forecast_s", "comparison of everybody", "#b5483a"),
    ("index_s", "index", "#2f6db3"),
    ("user_all_s", "one tenant user changed: index and comparison", "#3d8b4f"),
    ("decision_s", "one decision after connecting", "#8a5fb0"),
]


def measure(program, out):
    rounds = 3
    with open(out, "w", encoding="utf-8") as file:
        for turn in range(rounds):
            for org, tenant in SIZES:
                answer = subprocess.run(["taskset", "-c", str(turn % 2), program, str(org), str(tenant)],
                                        check=True, capture_output=True, text=True)
                file.write(answer.stdout)
                file.flush()
                print(answer.stdout.strip(), file=sys.stderr)


def read(path):
    rows = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            row["user_all_s"] = row["changes_s"] + row["index_updated_s"] + row["user_s"]
            rows.setdefault((row["org"], row["tenant"]), []).append(row)
    return {size: {key: statistics.median(row[key] for row in found) for key in found[0]} for size, found in sorted(rows.items())}


def draw(source, out):
    rows = read(source)
    width, height, left, top, right, bottom = 760, 460, 70, 20, 250, 60
    xs = [tenant for _, tenant in rows]
    values = [max(row[key], 1e-4) for row in rows.values() for key, _, _ in LINES]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    x_low, x_high = math.log10(min(xs)), math.log10(max(xs))

    def x(value):
        return left + (math.log10(value) - x_low) / (x_high - x_low) * (width - left - right)

    def y(value):
        return top + (high - math.log10(max(value, 1e-4))) / (high - low) * (height - top - bottom)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="#ffffff"/>']
    for power in range(low, high + 1):
        at = y(10.0 ** power)
        label = f"{10.0 ** power:g} s"
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{at:.1f}" y2="{at:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end" fill="#333333">{label}</text>')
    for org, tenant in rows:
        at = x(tenant)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top}" y2="{height - bottom}" stroke="#eeeeee"/>')
        parts.append(f'<text x="{at:.1f}" y="{height - bottom + 18}" text-anchor="middle" fill="#333333">{org // 1000}k x {tenant // 1000}k</text>')
    first, last = min(rows), max(rows)
    begin = rows[first]["forecast_s"]
    slope = begin * last[1] / first[1]
    parts.append(f'<line x1="{x(first[1]):.1f}" y1="{y(begin):.1f}" x2="{x(last[1]):.1f}" y2="{y(slope):.1f}" stroke="#888888" stroke-dasharray="5 4"/>')
    parts.append(f'<text x="{width - right + 12}" y="{y(slope) - 10:.1f}" fill="#888888">slope 1</text>')
    for key, name, colour in LINES:
        points = [(x(tenant), y(row[key])) for (_, tenant), row in rows.items()]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.extend(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points)
        words = name.split(": ")
        for at, text in enumerate(words):
            parts.append(f'<text x="{width - right + 12}" y="{points[-1][1] + 4 + 14 * at:.1f}" fill="{colour}">{text}</text>')
    parts.append(f'<text x="{(left + width - right) / 2}" y="{height - 14}" text-anchor="middle" fill="#333333">people in the organization x in the tenant</text>')
    parts.append("</svg>")
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n")

    print("| people | index | comparison of everybody | a person | one tenant user changed: compare lists, update index, judge again | judged again | one decision | judged again |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for (org, tenant), row in rows.items():
        print(f"| {org:,} x {tenant:,} | {row['index_s']:.3f} s | {row['forecast_s']:.2f} s | {row['forecast_s'] / org * 1e3:.2f} ms | "
              f"{row['changes_s'] * 1e3:.0f} + {row['index_updated_s'] * 1e3:.0f} + {row['user_s'] * 1e3:.0f} ms | {row['user_judged']:.0f} | "
              f"{row['decision_s'] * 1e3:.0f} ms | {row['decision_judged']:.0f} |")
    exponent = math.log(rows[last]["forecast_s"] / rows[first]["forecast_s"]) / math.log(last[1] / first[1])
    print(f"\nExponent of the comparison from the smallest to the largest: {exponent:.2f} (1 is linear).")


if __name__ == "__main__":
    {"measure": measure, "draw": draw}[sys.argv[1]](*sys.argv[2:])
