//! How things look: a palette of roles, and the glyphs with their ASCII twins.
//!
//! The words carry the meaning, colour only repeats it. Text keeps the terminal's own foreground and background, so that it
//! is readable on black, on white and on anything between. The selection is a mark in the gutter, reversed in that one cell,
//! in every theme: a reversed row costs ten times as many bytes a move, and under `NO_COLOR` crossterm 0.29 still writes the
//! frame of a colour command (`ESC[;m`), which wipes a reverse that stands before it. So `mono` sets no colour at all.

use ratatui::style::{Color, Modifier, Style};

/// What is configured as `[ui] theme`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// By the terminal: mono with `NO_COLOR`; dark or light where `COLORFGBG` says so, or the terminal when it is asked
    /// (OSC 11); else the 16 colours of the terminal.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// The terminal's own 16 colours.
    Ansi,
    /// No colour at all.
    Mono,
}

impl ThemeName {
    /// Reads the name in the configuration.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "auto" => Self::Auto,
            "dark" => Self::Dark,
            "light" => Self::Light,
            "ansi" => Self::Ansi,
            "mono" => Self::Mono,
            _ => return None,
        })
    }

    /// What to use in a terminal with these variables. `NO_COLOR` (when not empty, <https://no-color.org>) wins over
    /// everything, because crossterm reads it too.
    #[must_use]
    pub fn resolve(self, no_color: Option<&str>, colorfgbg: Option<&str>) -> Self {
        if no_color.is_some_and(|value| !value.is_empty()) {
            return Self::Mono;
        }
        if self != Self::Auto {
            return self;
        }
        match colorfgbg.and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok()) {
            Some(7 | 9..=15) => Self::Light,
            Some(0..=6 | 8) => Self::Dark,
            _ => Self::Ansi,
        }
    }
}

/// The styles by role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text: the terminal's own colours.
    pub text: Style,
    /// Less important: hints, units, what is old.
    pub dim: Style,
    /// The one accent: the active tab, keys, links.
    pub accent: Style,
    /// Titles and column heads.
    pub title: Style,
    /// Fine: pass, verified, automatic, safe.
    pub good: Style,
    /// Worth a look: warn, review, manual, old data.
    pub caution: Style,
    /// What hurts: fail, hazard, conflict, wrong directory.
    pub bad: Style,
    /// The gutter cell of the selected line.
    pub gutter: Style,
    /// The name of the selected line.
    pub selected: Style,
    /// Lines between panes and around dialogs.
    pub border: Style,
    /// `SIMULATION`.
    pub simulation: Style,
    /// The alert over the whole screen.
    pub alert: Style,
}

impl Theme {
    /// The palette of this name; [`ThemeName::Auto`] counts as [`ThemeName::Ansi`] (resolve it first).
    pub fn new(name: ThemeName) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let palette =
            |accent: Style, good: Color, caution: Color, bad: Color, dim: Style, border: Style| Self {
                text: plain,
                dim,
                accent: accent.add_modifier(Modifier::BOLD),
                title: bold,
                good: plain.fg(good),
                caution: plain.fg(caution),
                bad: bold.fg(bad),
                gutter: accent.add_modifier(Modifier::REVERSED),
                selected: plain,
                border,
                simulation: bold.fg(caution),
                alert: bold.fg(bad),
            };
        match name {
            ThemeName::Dark => palette(
                plain.fg(Color::Indexed(75)),
                Color::Indexed(114),
                Color::Indexed(179),
                Color::Indexed(203),
                plain.fg(Color::Indexed(246)),
                plain.fg(Color::Indexed(240)),
            ),
            ThemeName::Light => palette(
                plain.fg(Color::Indexed(25)),
                Color::Indexed(22),
                Color::Indexed(94),
                Color::Indexed(124),
                plain.fg(Color::Indexed(240)),
                plain.fg(Color::Indexed(248)),
            ),
            // No yellow and no bright colours: they vanish on white. No blue: it vanishes on black. DarkGray (bright
            // black) vanishes in solarized. The accent is the terminal's own foreground, bold.
            ThemeName::Ansi | ThemeName::Auto => palette(
                plain,
                Color::Green,
                Color::Magenta,
                Color::Red,
                plain.add_modifier(Modifier::DIM),
                plain.add_modifier(Modifier::DIM),
            ),
            ThemeName::Mono => Self {
                text: plain,
                dim: plain.add_modifier(Modifier::DIM),
                accent: bold.add_modifier(Modifier::UNDERLINED),
                title: bold,
                good: plain,
                caution: plain,
                bad: bold,
                gutter: plain.add_modifier(Modifier::REVERSED),
                selected: plain,
                border: plain.add_modifier(Modifier::DIM),
                simulation: bold,
                alert: bold,
            },
        }
    }
}

/// Signs of one column each, never the only carrier of meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// Pass, verified, done.
    pub tick: &'static str,
    /// Fail.
    pub cross: &'static str,
    /// To be ticked; to come.
    pub circle: &'static str,
    /// Here, now.
    pub dot: &'static str,
    /// Not known.
    pub question: &'static str,
    /// Warning, needs a look.
    pub bang: &'static str,
    /// Does not apply.
    pub dash: &'static str,
    /// The selected line.
    pub gutter: &'static str,
    /// A marked line.
    pub mark: &'static str,
    /// From, to.
    pub arrow: &'static str,
    /// Something was cut off.
    pub ellipsis: &'static str,
    /// One cell of the bar of outcomes.
    pub block: &'static str,
    /// Full part of a gauge.
    pub full: &'static str,
    /// Part of a gauge that could be full at once.
    pub half: &'static str,
    /// Empty part of a gauge.
    pub empty: &'static str,
    /// Between panes.
    pub vertical: &'static str,
    /// Between sections.
    pub horizontal: &'static str,
    /// Corners of a dialog: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Between words of a status.
    pub middot: &'static str,
    /// Sorted upwards.
    pub up: &'static str,
    /// Sorted downwards.
    pub down: &'static str,
    /// Being saved, being sent.
    pub pending: &'static str,
    /// Agrees, nearly agrees, contradicts.
    pub signs: [&'static str; 3],
    /// A sparkline's levels, lowest first.
    pub levels: [&'static str; 8],
}

impl Glyphs {
    /// The usual ones.
    pub const UNICODE: Self = Self {
        tick: "✓",
        cross: "✗",
        circle: "○",
        dot: "●",
        question: "?",
        bang: "!",
        dash: "-",
        gutter: "▌",
        mark: "•",
        arrow: "→",
        ellipsis: "…",
        block: "■",
        full: "█",
        half: "▒",
        empty: "░",
        vertical: "│",
        horizontal: "─",
        corners: ["┌", "┐", "└", "┘"],
        middot: "·",
        up: "↑",
        down: "↓",
        pending: "~",
        signs: ["=", "~", "≠"],
        levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    };

    /// For fonts, locales and screen readers without them.
    pub const ASCII: Self = Self {
        tick: "+",
        cross: "x",
        circle: "o",
        dot: "@",
        question: "?",
        bang: "!",
        dash: "-",
        gutter: ">",
        mark: "*",
        arrow: ">",
        ellipsis: "~",
        block: "#",
        full: "#",
        half: "+",
        empty: ".",
        vertical: "|",
        horizontal: "-",
        corners: ["+", "+", "+", "+"],
        middot: "-",
        up: "^",
        down: "v",
        pending: "~",
        signs: ["=", "~", "#"],
        levels: ["_", ".", "-", "~", "=", "+", "*", "#"],
    };
}

/// Theme and glyphs together: what every drawing function needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Styles by role.
    pub theme: Theme,
    /// Signs.
    pub glyphs: Glyphs,
}

impl Look {
    /// This theme, with the usual glyphs or their ASCII twins.
    pub fn new(theme: ThemeName, ascii: bool) -> Self {
        Self { theme: Theme::new(theme), glyphs: if ascii { Glyphs::ASCII } else { Glyphs::UNICODE } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles(theme: &Theme) -> [Style; 12] {
        [
            theme.text,
            theme.dim,
            theme.accent,
            theme.title,
            theme.good,
            theme.caution,
            theme.bad,
            theme.gutter,
            theme.selected,
            theme.border,
            theme.simulation,
            theme.alert,
        ]
    }

    #[test]
    fn mono_sets_no_colour_at_all() {
        for style in styles(&Theme::new(ThemeName::Mono)) {
            assert_eq!((style.fg, style.bg, style.underline_color), (None, None, None));
        }
    }

    #[test]
    fn the_selection_is_reversed_in_every_theme_and_no_theme_paints_a_background() {
        for name in [ThemeName::Auto, ThemeName::Dark, ThemeName::Light, ThemeName::Ansi, ThemeName::Mono] {
            let theme = Theme::new(name);
            assert!(theme.gutter.add_modifier.contains(Modifier::REVERSED), "{name:?}");
            assert!(styles(&theme).iter().all(|style| style.bg.is_none()), "{name:?}");
        }
    }

    #[test]
    fn no_color_wins_and_only_when_it_says_something() {
        assert_eq!(ThemeName::Dark.resolve(Some("1"), None), ThemeName::Mono);
        assert_eq!(ThemeName::Dark.resolve(Some(""), None), ThemeName::Dark);
        assert_eq!(ThemeName::Auto.resolve(None, Some("0;15")), ThemeName::Light);
        assert_eq!(ThemeName::Auto.resolve(None, Some("15;0")), ThemeName::Dark);
        assert_eq!(ThemeName::Auto.resolve(None, Some("0;default;15")), ThemeName::Light);
        assert_eq!(ThemeName::Auto.resolve(None, Some("default;default")), ThemeName::Ansi);
        assert_eq!(
            ThemeName::Ansi.resolve(None, Some("0;15")),
            ThemeName::Ansi,
            "what is asked for is taken"
        );
    }

    /// The colour as xterm paints it.
    fn painted(color: Color) -> Option<[f64; 3]> {
        let level = |step: u8| if step == 0 { 0.0 } else { f64::from(55 + 40 * u32::from(step)) / 255.0 };
        Some(match color {
            Color::Red => [0.804, 0.0, 0.0],
            Color::Green => [0.0, 0.804, 0.0],
            Color::Magenta => [0.804, 0.0, 0.804],
            Color::Indexed(n @ 16..=231) => {
                let n = n - 16;
                [level(n / 36), level(n / 6 % 6), level(n % 6)]
            }
            Color::Indexed(n @ 232..) => [f64::from(8 + 10 * u32::from(n - 232)) / 255.0; 3],
            _ => return None,
        })
    }

    /// WCAG 2.1: from 1 to 21.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let luminance = |color: [f64; 3]| {
            let [r, g, b] =
                color.map(|c| if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    const BLACK: [f64; 3] = [0.0; 3];
    const WHITE: [f64; 3] = [1.0; 3];

    #[test]
    fn every_role_can_be_read_on_the_background_that_it_is_for() {
        for (name, background) in [(ThemeName::Dark, BLACK), (ThemeName::Light, WHITE)] {
            let theme = Theme::new(name);
            for style in styles(&theme) {
                let Some(color) = style.fg.and_then(painted) else { continue };
                let found = contrast(color, background);
                // Lines between panes carry no words.
                let least = if style == theme.border { 2.0 } else { 4.5 };
                assert!(found >= least, "{name:?}: {style:?} has {found:.1}");
            }
        }
    }

    #[test]
    fn the_terminals_own_colours_can_be_told_from_black_and_from_white() {
        let theme = Theme::new(ThemeName::Ansi);
        for style in styles(&theme) {
            let Some(color) = style.fg else { continue };
            let color =
                painted(color).unwrap_or_else(|| panic!("{color:?} is none of the colours that are safe"));
            for background in [BLACK, WHITE] {
                // Green stands beside words that say the same, and is darker than xterm's nearly everywhere.
                let least = if style == theme.good { 2.0 } else { 3.0 };
                assert!(contrast(color, background) >= least, "{style:?} on {background:?}");
            }
        }
        assert_eq!(theme.accent.fg, None, "the accent is the terminal's own foreground");
    }
}
