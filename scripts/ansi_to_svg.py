#!/usr/bin/env python3
"""Turns what `tmux capture-pane -e -p` printed into an SVG picture of the screen. Standard library only.

  tmux capture-pane -e -p -t NAME | scripts/ansi_to_svg.py COLUMNS ROWS [--light] > screen.svg
"""
import re, sys, unicodedata
from html import escape

DARK = dict(bg="#14171c", fg="#d7dae0", ansi=["#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
                                              "#7f8794", "#ff7b86", "#b5e08f", "#ffd68a", "#7cc4ff", "#dd97f5", "#74d4df", "#ffffff"])
LIGHT = dict(bg="#ffffff", fg="#24292f", ansi=["#24292f", "#cf222e", "#116329", "#7d4e00", "#0969da", "#8250df", "#1b7c83", "#6e7781",
                                               "#57606a", "#a40e26", "#1a7f37", "#633c01", "#218bff", "#a475f9", "#3192aa", "#8c959f"])
W, H = 8.4, 18


def width(c):
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def colour(n, theme):
    if n < 16:
        return theme["ansi"][n]
    if n < 232:
        n -= 16
        return "#%02x%02x%02x" % tuple(0 if v == 0 else 55 + 40 * v for v in (n // 36, n // 6 % 6, n % 6))
    return "#%02x%02x%02x" % ((8 + 10 * (n - 232),) * 3)


def sgr(codes, st, theme):
    codes = [int(c or 0) for c in re.split("[;:]", codes)] if codes else [0]
    i = 0
    while i < len(codes):
        c = codes[i]
        if c == 0:
            st.clear()
        elif c in (1, 2, 3, 4, 7, 9):
            st[c] = True
        elif c == 22:
            st.pop(1, None), st.pop(2, None)
        elif c in (23, 24, 27, 29):
            st.pop(c - 20, None)
        elif 30 <= c <= 37 or 90 <= c <= 97:
            st["fg"] = colour(c - 30 if c < 90 else c - 82, theme)
        elif 40 <= c <= 47 or 100 <= c <= 107:
            st["bg"] = colour(c - 40 if c < 100 else c - 92, theme)
        elif c in (38, 48):
            key = "fg" if c == 38 else "bg"
            if codes[i + 1] == 5:
                st[key] = colour(codes[i + 2], theme)
                i += 2
            else:
                st[key] = "#%02x%02x%02x" % tuple(codes[i + 2:i + 5])
                i += 4
        elif c == 39:
            st.pop("fg", None)
        elif c == 49:
            st.pop("bg", None)
        i += 1


def main():
    theme = LIGHT if "--light" in sys.argv else DARK
    cols, rows = (int(a) for a in [a for a in sys.argv[1:] if not a.startswith("--")][:2])
    out = []
    st = {}
    for y, line in enumerate(sys.stdin.read().split("\n")[:rows]):
        x = 0
        runs = []
        for part in re.split("(\x1b\\[[0-9;:]*m|\x1b\\].*?(?:\x07|\x1b\\\\)|\x1b[()][A-Z0-9]|\x0e|\x0f)", line):
            if not part:
                continue
            if part.startswith("\x1b[") and part.endswith("m"):
                sgr(part[2:-1], st, theme)
                continue
            if part[0] in "\x1b\x0e\x0f":
                continue
            for c in part:
                w = width(c)
                key = tuple(sorted(st.items(), key=str))
                if w and runs and runs[-1][1] == key and w == 1 and runs[-1][3] == 1:
                    runs[-1][2] += c
                elif w == 0 and runs:
                    runs[-1][2] += c
                    continue
                else:
                    runs.append([x, key, c, w])
                x += w
        for at, key, text, w in runs:
            s = dict(key)
            fg, bg = s.get("fg", theme["fg"]), s.get("bg")
            if s.get(7):
                fg, bg = bg or theme["bg"], fg
            cells = sum(width(c) for c in text)
            if bg:
                out.append(f'<rect x="{at * W + 10:.1f}" y="{y * H + 10}" width="{cells * W:.1f}" height="{H}" fill="{bg}"/>')
            if text.strip():
                style = "".join([' font-weight="bold"' if s.get(1) else "", ' opacity=".62"' if s.get(2) else "",
                                 ' font-style="italic"' if s.get(3) else "", ' text-decoration="underline"' if s.get(4) else ""])
                shown = escape(text.rstrip())
                length = sum(width(c) for c in text.rstrip()) * W
                out.append(f'<text x="{at * W + 10:.1f}" y="{y * H + 24}" fill="{fg}"{style} textLength="{length:.1f}" '
                           f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{shown}</text>')
    width_px, height_px = cols * W + 20, rows * H + 20
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_px:.0f}" height="{height_px}" viewBox="0 0 {width_px:.0f} {height_px}" '
          'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{theme["bg"]}"/>')
    print("\n".join(out))
    print("</svg>")


main()
