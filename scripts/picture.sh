#!/usr/bin/env bash
# Makes docs/screen.svg, the README's picture, from the running program: the demo in tmux, a few keys, what is then on the screen.
# Needs tmux and python3. COLUMNS_WANTED, ROWS_WANTED and OUT change size and file.
set -euo pipefail
cd "$(dirname "$0")/.."
columns=${COLUMNS_WANTED:-120} rows=${ROWS_WANTED:-30} out=${OUT:-docs/screen.svg}
cargo build --release --quiet
socket=picture-$$
mux() { tmux -L "$socket" "$@"; }
trap 'mux kill-server 2>/dev/null || true' EXIT
mux -f /dev/null new-session -d -s demo -x "$columns" -y "$rows" \
  "env -u NO_COLOR COLORTERM=truecolor TERM=tmux-256color target/release/ado2entra demo"
# until everything was read
for _ in $(seq 100); do
  mux capture-pane -p -t demo | grep -q 'NOT READY.*pass' && break
  sleep 0.1
done
sleep 2
press() { for key in "$@"; do mux send-keys -t demo "$key"; sleep 0.7; done; }
# Mapping, accept what is safe, go to somebody who needs review
press 4 a y /
mux send-keys -t demo -l 'outcome:review'
press Enter / C-u Enter
mux capture-pane -e -p -t demo | scripts/ansi_to_svg.py "$columns" "$rows" >"$out"
echo "$out"
