#!/usr/bin/env bash
# What the dashboard costs in a terminal beside five other programs, in one run: the table in docs/figures.md.
#
# Beforehand:
#   cargo build --release --bin ado2entra --example hello_terminal
#   apt-get install python3 tig mc && pip install pyte
#   cargo install --locked gitui bottom trippy                   (bottom is `btm`, trippy is `trip`)
# What is not in the PATH is left out, and said so. gitui and tig show the log of a repository; mc a folder of 600 files with
# short names, and /usr/bin; bottom its processes; trippy the way to 127.0.0.1 (as root, or without privileges where the
# system lets it).
#
# ROUNDS changes the number of rounds of the start, PROGRAM the dashboard, HELLO the smallest program on the same libraries,
# REPOSITORY the repository (a log of 200 commits at least). About ten minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
program=$(realpath "${PROGRAM:-target/release/ado2entra}")
hello=${HELLO:-target/release/examples/hello_terminal}
rounds=${ROUNDS:-3} repository=${REPOSITORY:-$here}
[ -x "$program" ] || { echo "$program is not there: build it first, see the head of this script" >&2; exit 1; }
python3 -c 'import pyte' || { echo "python3 has no pyte: pip install pyte" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=$work/files records=$work/records
mkdir "$files"
seq -f "$files/a-file-with-the-number-%03g" 600 | xargs touch

have() { command -v "$1" >/dev/null || { case " ${missing-} " in *" $1 "*) ;; *) missing="${missing-} $1" ;; esac; false; }; }
# measure KIND PROGRAM-NAME OPTIONS… -- COMMAND…: what was seen goes into the records; the table is made of them at the end.
measure() {
  local kind=$1 name=$2
  shift 2
  echo "$kind: $name" >&2
  printf '%s\t%s\t' "$kind" "$name" >>"$records"
  (cd "$repository" && python3 "$here/scripts/pty_bench.py" --cols 160 --rows 45 --json "$@") >>"$records"
}
start() { measure start "$1" --runs 5 --keys '' --idle-bytes 0 --idle-cpu 0 --settle 0.2 "${@:2}"; }
move() { measure move "$1" --runs 1 --idle-bytes 0 --idle-cpu 0 --settle 0.4 "${@:2}"; }
down() { measure down "$1" --runs 1 --idle-bytes 0 --idle-cpu 0 --settle 0.15 --keys 'down*200' "${@:2}"; }
idle() { measure idle "$1" --runs 1 --idle-bytes 10 --idle-cpu 10 --settle 0.5 --keys esc "${@:2}"; }

small=("$program" demo) large=("$program" demo --org-users 1000)
commander=(mc --nosubshell -u) way=(trip 127.0.0.1)
[ "$(id -u)" = 0 ] || way=(trip --unprivileged 127.0.0.1)
# Until everything was read, and what was said about it has left the state line.
settled=esc,esc,esc,esc,esc,esc
ready=(--ready READY --setup-keys)

echo "load at the start: $(cut -d' ' -f1-3 /proc/loadavg)" >&2
load=$(cut -d' ' -f1 /proc/loadavg)
for _ in $(seq "$rounds"); do
  start ado2entra -- "${small[@]}"
  if [ -x "$hello" ]; then start hello -- "$(realpath "$hello")"; fi
  if have gitui; then start gitui --quit C-c -- gitui; fi
  if have tig; then start tig -- tig; fi
  if have mc; then start mc --quit C-c -- "${commander[@]}" "$files"; fi
  if have btm; then start bottom -- btm; fi
  if have trip; then start trippy -- "${way[@]}"; fi
done

move ado2entra "${ready[@]}" "2,$settled" --keys j,j,k -- "${small[@]}"
move 'ado2entra, Mapping' "${ready[@]}" "4,$settled" --keys 'j*30' -- "${small[@]}"
if have gitui; then move gitui --setup-keys 2,down,down --quit C-c --keys down,down,up -- gitui; fi
if have tig; then move tig --setup-keys down --keys down,down,up -- tig; fi
if have mc; then move mc --setup-keys down --quit C-c --keys down,down,up -- "${commander[@]}" "$files"; fi

down ado2entra "${ready[@]}" "2,$settled" -- "${large[@]}"
down 'ado2entra, Mapping' "${ready[@]}" "4,$settled" -- "${large[@]}"
if have gitui; then down gitui --setup-keys 2,down --quit C-c -- gitui; fi
if have tig; then down tig -- tig; fi
if have mc; then
  down mc --quit C-c -- "${commander[@]}" "$files"
  down 'mc, /usr/bin' --quit C-c -- "${commander[@]}" /usr/bin
fi

idle ado2entra "${ready[@]}" "2,$settled" -- "${small[@]}"
idle 'ado2entra, a countdown' "${ready[@]}" "3,$settled" -- "${small[@]}"
idle 'ado2entra, a download' --settle 3 -- "$program" demo --org-users 300 --tenant-users 400000 --latency-ms 900
if have gitui; then idle gitui --quit C-c -- gitui; fi
if have tig; then idle tig -- tig; fi
if have mc; then idle mc --quit C-c -- "${commander[@]}" "$files"; fi
if have btm; then idle bottom -- btm; fi
if have trip; then idle trippy -- "${way[@]}"; fi

measure torture ado2entra --runs 1 --keys j --idle-bytes 0 --idle-cpu 0 --settle 0.3 --torture --ready READY -- "${small[@]}"

[ -z "${missing-}" ] || echo "left out, not in the PATH:$missing" >&2
echo "On $(nproc) cores; others kept $load of them busy at the start, and $(cut -d' ' -f1 /proc/loadavg) were at the end."
echo
python3 - "$records" <<'TABLE'
import json, statistics, sys
seen = {}
for line in open(sys.argv[1], encoding="utf-8"):
    kind, name, text = line.split("\t", 2)
    seen.setdefault(kind, {}).setdefault(name, []).append(json.loads(text))
names = list(dict.fromkeys(name for kind in ("start", "idle", "down", "move") for name in seen.get(kind, {})))
def start(runs): return ", ".join(f"{run['first_screen_ms']:.0f}" for run in runs)
def move(runs):
    keys = runs[0]["keys"]
    if "median" in keys[0]: return f"{keys[0]['median']} (most {keys[0]['max']})"
    return ", ".join(str(key["bytes"]) for key in keys)
def down(runs): return f"{runs[0]['keys'][0]['mean']:.0f}"
def idle(runs): return f"{runs[0]['idle_bytes'] / 10:.0f}"
def busy(runs): return f"{runs[0]['idle_cpu_pct']:.1f}"
def memory(runs): return f"{runs[0]['rss_mib']:.0f}"
rows = [("start", "first screen, ms", start), ("move", "bytes of a cursor move", move), ("down", "bytes a key, 200 x down", down),
        ("idle", "bytes a second, nobody types", idle), ("idle", "% of a core, nobody types", busy), ("idle", "memory, MiB", memory)]
print("| program | " + " | ".join(title for _, title, _ in rows) + " |")
print("| --- |" + " --- |" * len(rows))
for name in names:
    print(f"| {name} | " + " | ".join(cell(seen[kind][name]) if name in seen.get(kind, {}) else "" for kind, _, cell in rows) + " |")
def ratio(kind, value, one, other):
    if one in seen.get(kind, {}) and other in seen.get(kind, {}):
        first, second = value(seen[kind][one]), value(seen[kind][other])
        print(f"- {kind}: {one} / {other} = {first:.1f} / {second:.1f} = {first / second:.2f}")
print()
def middle(runs): return statistics.median(run["first_screen_ms"] for run in runs)
def mean(runs): return statistics.mean(key.get("mean", key["bytes"]) for key in runs[0]["keys"])
for other in ("hello", "gitui"): ratio("start", middle, "ado2entra", other)
ratio("move", mean, "ado2entra", "gitui")
for other in ("gitui", "mc", "mc, /usr/bin"): ratio("down", mean, "ado2entra", other)
for run in seen["torture"]["ado2entra"]:
    print(f"- sizes: survives {run['survives']}; line cut: {run['hangup']}; line cut, hang-ups ignored: {run['hangup_ign']}")
TABLE
