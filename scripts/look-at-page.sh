#!/usr/bin/env bash
# Lets a real browser draw one of the program's HTML files, for somebody to look at, and proves that it loads nothing.
#
#   apt-get install chromium poppler-utils
#   scripts/look-at-page.sh hand-over.html target/looks
#
# Writes wide.png, narrow.png (a telephone), print.pdf and print-N.png (each printed page); prints their paths. Fails if the page
# asked for anything but itself, or ran a script.
set -euo pipefail
page=$(realpath "${1:?usage: $0 PAGE.html FOLDER}")
mkdir -p "${2:?usage: $0 PAGE.html FOLDER}"
out=$(realpath "$2")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    { echo "missing: a browser (Debian: apt-get install chromium)" >&2; exit 1; }
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

draw() {
    "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
        --no-first-run --disable-extensions --disable-background-networking --disable-component-update "$@" "file://$page" \
        2>> "$profile/said"
}

draw --window-size=1280,3000 --screenshot="$out/wide.png" >&2
draw --window-size=500,3000 --screenshot="$out/narrow.png" >&2
draw --print-to-pdf="$out/print.pdf" --no-pdf-header-footer >&2

# What the browser asked for, by its own log of the network: only the page.
draw --log-net-log="$profile/net.json" --dump-dom > "$profile/dom.html"
if grep -qi '<script' "$profile/dom.html"; then
    echo "the page holds a script" >&2
    exit 1
fi
if grep -o '"url":"http[^"]*"' "$profile/net.json" | grep -v 'google\|gvt1\|chrome' | sort -u | grep .; then
    echo "the page asked for these" >&2
    exit 1
fi

rm -f "$out"/print-*.png
pdftoppm -r 70 -png "$out/print.pdf" "$out/print"
ls "$out"/*
