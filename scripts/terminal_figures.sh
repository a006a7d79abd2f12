#!/usr/bin/env bash
# What the dashboard costs in a terminal, beside other programs, in one run: for docs/figures.md. Each in turn, several rounds.
# Needs python3 with pyte; the peers that are installed are measured, the others left out:
#   cargo install gitui bottom trippy       apt-get install tig mc
# HELLO names the smallest program on the same libraries; default: examples/hello_terminal.rs, where it is built:
#   cargo build --release --bin ado2entra --example hello_terminal
# ROUNDS changes the number of rounds, PROGRAM the program, REPOSITORY the repository for gitui and tig.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
program=$(realpath "${PROGRAM:-target/release/ado2entra}") rounds=${ROUNDS:-3} repository=${REPOSITORY:-$here}
HELLO=${HELLO:-target/release/examples/hello_terminal}
[ -x "$HELLO" ] && HELLO=$(realpath "$HELLO") || HELLO=
bench() { python3 "$here/scripts/pty_bench.py" --cols 160 --rows 45 "$@"; }
have() { command -v "$1" >/dev/null; }
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
seq -f "$files/a-file-with-the-number-%03g" 600 | xargs touch
demo=("$program" demo --org-users 1000)
# Until everything was read, and what was said about it has left the state line.
settled=esc,esc,esc,esc,esc,esc

echo "== start: median of five, three rounds (ms until the first letter is on the screen)"
for round in $(seq "$rounds"); do
  first() { name=$1; shift; bench --runs 5 --keys '' --idle-bytes 0 --idle-cpu 0 --settle 0.2 --name "$name" "$@" | grep -o 'name=[^;]*\|first_screen_ms=[^;]*' | paste -sd' '; }
  first ado2entra -- "$program" demo
  if [ -n "${HELLO:-}" ]; then first hello -- "$HELLO"; fi
  if have gitui; then (cd "$repository" && first gitui --quit C-c -- gitui); fi
  if have tig; then (cd "$repository" && first tig -- tig); fi
  if have btm; then first bottom -- btm; fi
  if have trip; then first trippy -- trip 127.0.0.1; fi
  if have mc; then first mc --quit C-c -- mc --nosubshell -u "$files"; fi
done

echo "== bytes of a cursor move that does not scroll"
moves() { name=$1; shift; bench --runs 1 --idle-bytes 0 --idle-cpu 0 --settle 0.4 --name "$name" "$@" | sed -n "s/^ *key.*'bytes': \([0-9]*\).*'cells': \([0-9]*\).*/$name: \1 bytes, \2 cells/p"; }
moves users --ready READY --setup-keys "2,$settled" --keys j,j,k -- "$program" demo
moves mapping --ready READY --setup-keys "4,$settled" --keys j,j,j,j,j,j -- "$program" demo
if have gitui; then (cd "$repository" && moves gitui --setup-keys 2,down,down --quit C-c --keys down,down,up -- gitui); fi

echo "== mean bytes a key, 200 x down in a long list"
mean() { name=$1; shift; bench --runs 1 --idle-bytes 0 --idle-cpu 0 --settle 0.15 --name "$name" --keys 'down*200' "$@" | sed -n "s/^ *key.*'mean': \([0-9.]*\).*/$name: \1/p"; }
mean users --ready READY --setup-keys "2,$settled" -- "${demo[@]}"
mean mapping --ready READY --setup-keys "4,$settled" -- "${demo[@]}"
if have gitui; then (cd "$repository" && mean gitui --setup-keys 2,down --quit C-c -- gitui); fi
if have tig; then (cd "$repository" && mean tig -- tig); fi
if have mc; then mean 'mc, 600 files' --quit C-c -- mc --nosubshell -u "$files"; mean 'mc, /usr/bin' --quit C-c -- mc --nosubshell -u /usr/bin; fi

echo "== nothing happens, 10 s"
idle() { name=$1; shift; bench --runs 1 --idle-bytes 10 --idle-cpu 10 --settle 0.5 --name "$name" --keys esc "$@" | grep -o 'name=[^;]*\|idle_bytes=[^;]*\|idle_cpu_pct=[^;]*\|rss_mib=[^;]*' | paste -sd' '; }
idle users --ready READY --setup-keys "2,$settled" -- "$program" demo
idle 'connection (counts down)' --ready READY --setup-keys "3,$settled" -- "$program" demo
idle 'a download' --settle 3 -- "$program" demo --org-users 300 --tenant-users 400000 --latency-ms 900
if have gitui; then (cd "$repository" && idle gitui --quit C-c -- gitui); fi

echo "== sizes, hang-up, hang-up ignored"
bench --runs 1 --keys j --idle-bytes 0 --idle-cpu 0 --settle 0.3 --torture --ready READY --name ado2entra -- "$program" demo | grep -o 'survives=[^;]*\|hangup=[^;]*\|hangup_ign=[^;]*'
