#!/usr/bin/env bash
# Makes the pictures of the README and of docs/screens.md from the running program: the demo in tmux, a few keys, and what is then
# on the screen as SVG. Needs tmux, python3 and curl. With PNG=1 (needs rsvg-convert) a PNG beside each, to look at.
# COLUMNS_WANTED and ROWS_WANTED change the size, PROGRAM the program.
set -euo pipefail
cd "$(dirname "$0")/.."
columns=${COLUMNS_WANTED:-120} rows=${ROWS_WANTED:-32}
program=${PROGRAM:-target/release/ado2entra}
[ -n "${PROGRAM:-}" ] || cargo build --release --quiet
socket=picture-$$
mux() { tmux -L "$socket" "$@"; }
trap 'mux kill-server 2>/dev/null || true' EXIT

# The terminal is dark or light; the program is told by the variable that terminals set for that.
start() {
  local background=$1
  shift
  mux -f /dev/null new-session -d -s demo -x "$columns" -y "$rows" \
    "env -u NO_COLOR COLORFGBG='$background' COLORTERM=truecolor TERM=tmux-256color '$program' demo $*"
  until_seen 'READY.*pass'
  sleep 1
}
stop() { mux kill-session -t demo; }
shown() { mux capture-pane -p -t demo; }
until_seen() {
  for _ in $(seq 150); do
    shown | grep -q "$1" && return
    sleep 0.1
  done
  echo "waited for \`$1\` in vain" >&2
  shown >&2
  exit 1
}
press() { for key in "$@"; do mux send-keys -t demo "$key"; sleep 0.4; done; }
type_text() { mux send-keys -t demo -l "$1"; sleep 0.4; }
picture() {
  local out=$1
  shift
  # What was answered to a key leaves the state line first.
  press Escape
  mux capture-pane -e -p -t demo | scripts/ansi_to_svg.py "$columns" "$rows" "$@" >"$out"
  if [ -n "${PNG:-}" ]; then rsvg-convert "$out" -o "${out%.svg}.png"; fi
  echo "$out"
}
# Like `picture`, of something that Esc would take away.
picture_of_dialog() {
  local out=$1
  mux capture-pane -e -p -t demo | scripts/ansi_to_svg.py "$columns" "$rows" >"$out"
  if [ -n "${PNG:-}" ]; then rsvg-convert "$out" -o "${out%.svg}.png"; fi
  echo "$out"
}

mkdir -p docs/pictures
start '15;0'
picture docs/pictures/prerequisites.svg
press 2 g
picture docs/pictures/users.svg
press 3 j
picture_of_dialog docs/pictures/connection.svg
# What is safe is accepted; then somebody who needs a person's eye.
press 4 a y /
type_text 'outcome:review'
press Enter g j j j
picture_of_dialog docs/screen.svg
press Escape '?'
picture_of_dialog docs/pictures/help.svg
press Escape
# The button of the simulated portal is pressed; then the apply dialog has something to say.
press 3 g j
page=$(shown | grep -o 'http://127.0.0.1:[0-9]*/devops/[a-z]*/_settings/organizationAad' | head -1)
tenant=$(curl -s "$page" | grep -o 'value="[^"]*">Contoso' | head -1 | cut -d'"' -f2)
curl -s -o /dev/null "$page/connect" -d "tenant=$tenant"
press r
until_seen ' CONNECTED '
sleep 2
press 4 A
sleep 1
picture_of_dialog docs/pictures/apply.svg
stop
start '0;15'
press 2
picture docs/pictures/users-light.svg --light
