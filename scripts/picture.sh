#!/usr/bin/env bash
# Makes docs/screen.svg, the README's picture, from the running program: the demo in tmux, 120x32, a few keys.
# Needs tmux and python3. Usage: scripts/picture.sh [KEYS…] (default: the Mapping tab)
set -euo pipefail
cd "$(dirname "$0")/.."
columns=${COLUMNS_WANTED:-120} rows=${ROWS_WANTED:-32} out=${OUT:-docs/screen.svg}
cargo build --release --quiet
session=picture-$$
trap 'tmux kill-session -t "$session" 2>/dev/null || true' EXIT
env -u NO_COLOR COLORTERM=truecolor tmux -f /dev/null new-session -d -s "$session" -x "$columns" -y "$rows" \
  "TERM=tmux-256color target/release/ado2entra demo"
for _ in $(seq 100); do
  tmux capture-pane -p -t "$session" | grep -q 'Prerequisites' && break
  sleep 0.1
done
sleep 3
for key in "${@:-4}"; do
  tmux send-keys -t "$session" "$key"
  sleep 0.3
done
sleep 1
tmux capture-pane -e -p -t "$session" | scripts/ansi_to_svg.py "$columns" "$rows" >"$out"
echo "$out"
