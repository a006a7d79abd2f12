//! Addresses that can be clicked (OSC 8), where the terminal is known to take them. Only addresses that the program made
//! itself become links: a text of a service never does.
//!
//! They are found on the finished frame ([`find`]): what a dialog covers is no link, and a cell is one only because of the
//! letters that stand there, so that the difference of two frames is right for links too.

use ratatui::buffer::Buffer;
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

/// Where one of these addresses stands whole: on one line, or broken at the edge and going on below its first letter.
pub fn find(buf: &Buffer, area: Rect, addresses: &[String]) -> Vec<Link> {
    let mut own: Vec<&String> = addresses.iter().filter(|address| is_plain(address)).collect();
    // One may begin like another: the longest that fits is meant.
    own.sort_by_key(|address| std::cmp::Reverse(address.len()));
    own.dedup();
    let mut links = Vec::new();
    if own.is_empty() {
        return links;
    }
    let is = |x: u16, y: u16, letter: &str| buf.cell((x, y)).is_some_and(|cell| cell.symbol() == letter);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if is(x, y, "h") && is(x + 1, y, "t") {
                links.extend(
                    own.iter().find_map(|address| standing(buf, area, x, y, address)).into_iter().flatten(),
                );
            }
        }
    }
    links
}

/// The cells of this address from here on, line by line; `None`: it does not stand here.
fn standing(buf: &Buffer, area: Rect, x: u16, mut y: u16, address: &str) -> Option<Vec<Link>> {
    /// A line that breaks sooner was not broken at its edge.
    const LEAST: u16 = 8;
    let link = |y: u16, end: u16| Link {
        area: Rect { x, y, width: end - x, height: 1 },
        address: address.to_owned(),
    };
    let symbol = |x: u16, y: u16| {
        let cell = if area.contains(Position { x, y }) { buf.cell((x, y)) } else { None };
        cell.map_or(" ", ratatui::buffer::Cell::symbol)
    };
    let mut lines = Vec::new();
    let mut at = x;
    let mut letter = [0; 4];
    for c in address.chars() {
        if symbol(at, y) == " " && at >= x.saturating_add(LEAST) {
            lines.push(link(y, at));
            (at, y) = (x, y + 1);
        }
        if symbol(at, y) != c.encode_utf8(&mut letter) {
            return None;
        }
        at += 1;
    }
    // Longer than the address: another one.
    if !matches!(symbol(at, y), " " | ")" | "," | "." | ";") {
        return None;
    }
    lines.push(link(y, at));
    Some(lines)
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

    #[test]
    fn an_address_is_found_whole_broken_and_never_in_part() {
        let area = Rect::new(0, 0, 24, 6);
        let own = ["https://a.example/x".to_owned(), "https://a.example/x/longer/than/it".to_owned()];
        let draw = |lines: &[&str]| {
            let mut buf = Buffer::empty(area);
            for (y, line) in (0..).zip(lines) {
                buf.set_string(0, y, line, ratatui::style::Style::new());
            }
            find(&buf, area, &own)
        };
        let one = draw(&["", "  https://a.example/x (y)"]);
        assert_eq!(one, [Link { area: Rect::new(2, 1, 19, 1), address: own[0].clone() }]);
        let broken = draw(&["  https://a.example/x/lo", "  nger/than/it"]);
        assert_eq!(broken.len(), 2, "{broken:?}");
        assert_eq!(broken[1], Link { area: Rect::new(2, 1, 12, 1), address: own[1].clone() });
        for other in
            ["https://a.example/xy", "https://a.example", "http://a.example/x", "https://b.example/x"]
        {
            assert_eq!(draw(&[other]), [], "{other}");
        }
        // Something else lies over its second line.
        assert_eq!(draw(&["  https://a.example/x/lo", "  a dialog"]), []);
    }
}
