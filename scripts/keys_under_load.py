#!/usr/bin/env python3
"""What a key takes while everything is loaded and a download runs, in a pseudo-terminal of 160x45: for docs/figures.md.

    cargo build --release --bin ado2entra && pip install pyte
    scripts/keys_under_load.py [--program target/release/ado2entra] [--org-users 100000] [--tenant-users 500000] [--keys 500]

Starts the demo, whose services run in the same process on the same cores. First it moves through Users and Mapping while
both lists arrive, are indexed and compared. When they are, everything is read once more (`r`), and meanwhile `j` goes from
person to person in Mapping, each with their candidates. Times are from a key to the first byte of what it changed; a key
is sent every 0.12 s. What comes by itself in this time (how far the download is) counts as an answer where it comes first,
at most once every second.
"""
import argparse, statistics, sys, time
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
import pty_bench

def seen(run, text):
    return any(text in line for line in run.lines())

def wait(run, text, seconds):
    end = time.perf_counter() + seconds
    while not seen(run, text):
        run.read(0.2)
        if not run.alive or time.perf_counter() > end:
            sys.exit(f"waited for `{text}` in vain:\n" + "\n".join(run.lines()))

def keys(run, names, count):
    """Milliseconds from each key to its first byte; how many had no answer."""
    times, silent = [], 0
    for n in range(count):
        while run.read(0): pass
        begin = time.perf_counter()
        run.send(names[n % len(names)])
        if run.read(0.5): times.append((time.perf_counter() - begin) * 1e3)
        else: silent += 1
        while (left := begin + 0.12 - time.perf_counter()) > 0: run.read(left)
    return times, silent

def told(what, times, silent):
    times.sort()
    at = lambda part: times[min(len(times) - 1, len(times) * part // 100)]
    print(f"| {what} | {len(times)} | {statistics.median(times):.1f} | {at(95):.1f} | {at(99):.1f} | {times[-1]:.1f} | {silent} |")

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/ado2entra")
    parser.add_argument("--org-users", default="100000"); parser.add_argument("--tenant-users", default="500000")
    parser.add_argument("--keys", type=int, default=500)
    given = parser.parse_args()
    command = [given.program, "demo", "--scenario", "large", "--org-users", given.org_users, "--tenant-users", given.tenant_users]
    run = pty_bench.Run(argparse.Namespace(cols=160, rows=45, term="xterm-256color", cmd=command, answer=True, quit="q"))
    wait(run, "Mapping", 60)
    print("| a key every 0.12 s | answered | median, ms | p95 | p99 | worst | without an answer |\n| --- | --- | --- | --- | --- | --- | --- |")
    told("while both lists are read, indexed and compared", *keys(run, ["2", "down", "down", "4", "down", "down"], given.keys))
    run.send("4"); wait(run, "decided", 600); run.quiet(3, 60)
    told("the next person's candidates, everything loaded", *keys(run, ["j"], given.keys))
    run.send("r"); run.quiet(1, 3)
    times = keys(run, ["j"], given.keys)
    told("the next person's candidates, everything loaded, both lists being read again", *times)
    print(f"\nThe download {'was still under way' if seen(run, 'people of the tenant:') else 'was over'} at the end; "
          f"{pty_bench.status(run.pid, 'VmRSS:'):.0f} MiB with the simulator.")
    run.kill()

if __name__ == "__main__":
    main()
