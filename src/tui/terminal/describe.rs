//! What the terminal can do, as far as its variables tell: for `doctor`. Nothing is asked of it and nothing is written to it.

use std::io::IsTerminal as _;

use super::clipboard::Between;
use super::{background, links};
use crate::domain::doctor::{Area, Finding, Health};
use crate::domain::text::clean_to;
use crate::tui::theme::ThemeName;

/// What is found, by these variables. `ascii`: glyphs are configured as ASCII.
pub fn findings(theme: ThemeName, ascii: bool, variable: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let value = |name: &str| {
        variable(name).filter(|value| !value.is_empty()).map(|value| clean_to(&value, 80).into_owned())
    };
    vec![kind(&value), colours(theme, &value), letters(ascii, &value), copying(&value), reports(&value)]
}

fn finding(name: &str, verdict: Health, said: impl Into<String>) -> Finding {
    Finding::new(Area::Terminal, name, verdict, said)
}

fn kind(value: &impl Fn(&str) -> Option<String>) -> Finding {
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let size = is_terminal.then(crossterm::terminal::size).and_then(Result::ok);
    let term = value("TERM").unwrap_or_else(|| "not set".to_owned());
    let between = match Between::detect(value) {
        Between::Nothing => String::new(),
        Between::Tmux => format!(", in tmux {}", value("TERM_PROGRAM_VERSION").unwrap_or_default()),
        Between::Screen => ", in screen".to_owned(),
    };
    let ssh = if value("SSH_CONNECTION").or_else(|| value("SSH_TTY")).is_some() { ", over SSH" } else { "" };
    let between = between.trim_end();
    let detail = |finding: Finding| finding.detail("TERM", term.clone());
    if !is_terminal {
        let said =
            format!("this is no terminal (TERM {term}{between}{ssh}); commands work, the dashboard does not");
        return detail(finding("kind", Health::Told, said));
    }
    let (width, height) = size.unwrap_or((0, 0));
    let said = format!("TERM {term}{between}{ssh}, {width}x{height}");
    if matches!(term.as_str(), "not set" | "dumb") {
        return detail(finding("kind", Health::Careful, said).remedy(
            "Set TERM to what the terminal is (such as xterm-256color); over SSH it is passed on by itself.",
        ));
    }
    if width < 80 || height < 24 {
        return detail(
            finding("kind", Health::Careful, said)
                .remedy("80x24 and more shows everything; make the window larger."),
        );
    }
    detail(finding("kind", Health::Good, said))
}

fn colours(theme: ThemeName, value: &impl Fn(&str) -> Option<String>) -> Finding {
    let resolved = theme.resolve(value("NO_COLOR").as_deref(), value("COLORFGBG").as_deref());
    let why = if value("NO_COLOR").is_some() {
        " (NO_COLOR is set)"
    } else if theme != ThemeName::Auto {
        " (as configured)"
    } else if value("COLORFGBG").is_some() {
        " (by COLORFGBG)"
    } else if background::may_ask(value) {
        " (until the terminal says what its background is)"
    } else {
        " (the background cannot be asked for here)"
    };
    let name = match resolved {
        ThemeName::Auto | ThemeName::Ansi => "the terminal's own 16 colours",
        ThemeName::Dark => "dark",
        ThemeName::Light => "light",
        ThemeName::Mono => "no colours",
    };
    finding("colours", Health::Good, format!("{name}{why}"))
}

fn letters(ascii: bool, value: &impl Fn(&str) -> Option<String>) -> Finding {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| value(name));
    let shown = locale.as_deref().unwrap_or("not set");
    if ascii {
        return finding("glyphs", Health::Good, format!("ASCII, as configured (locale {shown})"));
    }
    let lower = shown.to_ascii_lowercase();
    if lower.contains("utf-8") || lower.contains("utf8") {
        return finding("glyphs", Health::Good, format!("Unicode (locale {shown})"));
    }
    finding("glyphs", Health::Careful, format!("Unicode, and the locale does not say UTF-8 ({shown})"))
        .remedy("If lines and signs look broken: export LC_ALL=C.UTF-8, or glyphs = \"ascii\" under [ui].")
}

fn copying(value: &impl Fn(&str) -> Option<String>) -> Finding {
    let links = if links::are_taken(value) { "addresses are links" } else { "addresses are no links" };
    match Between::detect(value) {
        Between::Nothing => finding("clipboard", Health::Good, format!("by the terminal (OSC 52); {links}")),
        Between::Tmux => {
            finding("clipboard", Health::Told, format!("by the terminal (OSC 52), through tmux; {links}"))
                .remedy("tmux passes it on with `set -g set-clipboard on` (or `allow-passthrough on`).")
        }
        Between::Screen => {
            finding("clipboard", Health::Told, format!("by the terminal (OSC 52), through screen; {links}"))
                .remedy(
                    "screen passes it on where the terminal behind it takes it; else export to a file (`e`).",
                )
        }
    }
}

fn reports(value: &impl Fn(&str) -> Option<String>) -> Finding {
    match Between::detect(value) {
        Between::Tmux => finding("focus", Health::Told, "told by tmux where it is asked to")
            .remedy("`set -g focus-events on` in tmux lets the program poll less while nobody looks."),
        Between::Screen => {
            finding("focus", Health::Told, "screen does not tell: the pace stays as configured")
        }
        Between::Nothing => finding(
            "focus",
            Health::Good,
            "polled less while nobody looks, where the terminal tells its focus",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(variables: &'static [(&'static str, &'static str)]) -> Vec<Finding> {
        findings(ThemeName::Auto, false, |asked| {
            variables.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned())
        })
    }

    fn said(findings: &[Finding], name: &str) -> String {
        findings.iter().find(|finding| finding.name == name).unwrap().said.clone()
    }

    #[test]
    fn what_the_variables_say() {
        let tmux = look(&[
            ("TERM", "tmux-256color"),
            ("TMUX", "/tmp/x"),
            ("LANG", "en_US.UTF-8"),
            ("NO_COLOR", "1"),
        ]);
        assert_eq!(said(&tmux, "colours"), "no colours (NO_COLOR is set)");
        assert_eq!(said(&tmux, "glyphs"), "Unicode (locale en_US.UTF-8)");
        assert!(said(&tmux, "clipboard").contains("through tmux"));
        assert!(said(&tmux, "focus").contains("tmux"));
        let bare = look(&[("LANG", "C")]);
        let glyphs = bare.iter().find(|finding| finding.name == "glyphs").unwrap();
        assert!(glyphs.verdict == Health::Careful && glyphs.remedy.contains("ascii"), "{glyphs:?}");
    }

    #[test]
    fn hostile_variables_cannot_act_on_the_terminal() {
        let hostile = look(&[("TERM", "x\u{1b}[2J"), ("LANG", "\u{202e}UTF-8")]);
        assert!(
            !format!("{hostile:?}").contains("\\u{1b}") && !said(&hostile, "glyphs").contains('\u{202e}')
        );
    }
}
