//! Addresses that can be clicked (OSC 8), where the terminal is known to take them. Only addresses that the program made
//! itself become links: a text of a service never does.

use ratatui::layout::{Position, Rect};

/// A link: the cells, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The cells.
    pub area: Rect,
    /// The address.
    pub address: String,
}

/// Ends a link.
pub const CLOSE: &[u8] = b"\x1b]8;;\x1b\\";

/// Begins a link.
pub fn open(address: &str) -> Vec<u8> {
    // The id joins the lines of an address that is broken at the edge.
    let id = address.bytes().fold(5381u32, |hash, byte| hash.wrapping_mul(33) ^ u32::from(byte));
    format!("\x1b]8;id={id:08x};{address}\x1b\\").into_bytes()
}

/// Whether this address may be one: of the web, printable, and not endless.
pub fn is_plain(address: &str) -> bool {
    (address.starts_with("https://") || address.starts_with("http://127.0.0.1:"))
        && address.len() <= 2_000
        && address.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The link that this cell belongs to.
pub fn at(links: &[Link], x: u16, y: u16) -> Option<usize> {
    links.iter().position(|link| link.area.contains(Position { x, y }))
}

/// Whether the terminal is known to take links, by its variables; `FORCE_HYPERLINK` (1 or 0), which other programs know too,
/// has the last word. tmux and screen are never taken to pass them on.
pub fn are_taken(variable: impl Fn(&str) -> Option<String>) -> bool {
    let value = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(forced) = value("FORCE_HYPERLINK") {
        return forced != "0";
    }
    let term = value("TERM").unwrap_or_default();
    if value("TMUX").is_some()
        || value("STY").is_some()
        || term.starts_with("screen")
        || term.starts_with("tmux")
    {
        return false;
    }
    let program = value("TERM_PROGRAM").unwrap_or_default();
    let vte = value("VTE_VERSION").and_then(|version| version.parse::<u32>().ok()).unwrap_or(0);
    ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"].contains(&program.as_str())
        || ["kitty", "foot", "ghostty", "wezterm", "alacritty", "contour"].iter().any(|name| term.contains(name))
        || ["WT_SESSION", "KONSOLE_VERSION", "KITTY_WINDOW_ID", "DOMTERM"].iter().any(|name| value(name).is_some())
        // VTE 0.50.0 crashed on them.
        || vte > 5000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_written_only_where_they_are_known() {
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            are_taken(|asked| {
                pairs.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(!with(&[("TERM", "xterm-256color")]));
        assert!(with(&[("TERM", "xterm-kitty")]));
        assert!(with(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")]));
        assert!(!with(&[("TERM", "xterm-256color"), ("VTE_VERSION", "5000")]));
        assert!(!with(&[("TERM", "tmux-256color"), ("WT_SESSION", "x"), ("TMUX", "/tmp")]));
        assert!(with(&[("TERM", "xterm"), ("FORCE_HYPERLINK", "1")]));
        assert!(!with(&[("TERM", "xterm-kitty"), ("FORCE_HYPERLINK", "0")]));
    }

    #[test]
    fn only_plain_addresses_of_the_web_are_links() {
        assert!(is_plain("https://learn.microsoft.com/x?y=1#z"));
        for address in
            ["javascript:alert(1)", "https://x/\u{1b}\\", "https://x y", "http://elsewhere.example/", ""]
        {
            assert!(!is_plain(address), "{address:?}");
        }
    }
}
