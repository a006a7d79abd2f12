//! Copying through the terminal: OSC 52, which works over SSH because it is the terminal at the other end that copies.
//!
//! Nobody answers, so the notice says what was done and not what came of it. tmux passes the bare sequence on when its
//! `set-clipboard` is `on`, and a wrapped one when `allow-passthrough` is; it gets both. screen wants it in pieces.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest text in base64 that terminals are known to take (k9s and others use the same limit).
pub const LONGEST: usize = 74_994;

/// What lies between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Between {
    /// Nothing that we know of.
    #[default]
    Nothing,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

impl Between {
    /// By the variables that tmux and screen set.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        if variable("TMUX").is_some_and(|value| !value.is_empty()) {
            Self::Tmux
        } else if variable("STY").is_some_and(|value| !value.is_empty()) {
            Self::Screen
        } else {
            Self::Nothing
        }
    }
}

/// The bytes to send; `None` when the text is too long for terminals.
pub fn sequence(text: &str, between: Between) -> Option<Vec<u8>> {
    let encoded = STANDARD.encode(text);
    if encoded.len() > LONGEST {
        return None;
    }
    let bare = format!("\u{1b}]52;c;{encoded}\u{7}");
    let bytes = match between {
        Between::Nothing => bare,
        Between::Tmux => {
            let doubled = bare.replace('\u{1b}', "\u{1b}\u{1b}");
            format!("{bare}\u{1b}Ptmux;{doubled}\u{1b}\\")
        }
        Between::Screen => {
            let mut out = String::new();
            // screen's buffer for one such string is 768 bytes long.
            for piece in bare.as_bytes().chunks(700) {
                out.push_str("\u{1b}P");
                out.push_str(&String::from_utf8_lossy(piece));
                out.push_str("\u{1b}\\");
            }
            out
        }
    };
    Some(bytes.into_bytes())
}

/// What can honestly be said after copying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// In words.
    pub said: String,
    /// Nothing was sent.
    pub bad: bool,
}

/// The longest text that a notice repeats, in characters.
const REPEATED: usize = 120;

/// What can be said about copying this text: no terminal answers, and what lies between may hold it back.
pub fn copied(text: &str, between: Between) -> Copied {
    if STANDARD.encode(text).len() > LONGEST {
        let said = "too long for the clipboard of a terminal; e writes a file instead".to_owned();
        return Copied { said, bad: true };
    }
    let shown = if text.lines().count() > 1 || text.chars().count() > REPEATED {
        let lines = text.lines().count();
        if lines > 1 { format!("{lines} lines") } else { format!("{} characters", text.chars().count()) }
    } else {
        text.to_owned()
    };
    let said = match between {
        Between::Nothing => format!("sent to the terminal for its clipboard: {shown}"),
        Between::Tmux => format!(
            "sent to tmux for the clipboard: {shown}. If it does not arrive: tmux set -g set-clipboard on"
        ),
        Between::Screen => format!(
            "sent through screen for the clipboard: {shown}. Whether the terminal takes it cannot be known"
        ),
    };
    Copied { said, bad: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_encoded_and_wrapped() {
        let text = |between| String::from_utf8(sequence("hé", between).unwrap()).unwrap();
        assert_eq!(text(Between::Nothing), "\u{1b}]52;c;aMOp\u{7}");
        assert_eq!(
            text(Between::Tmux),
            "\u{1b}]52;c;aMOp\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;c;aMOp\u{7}\u{1b}\\"
        );
        assert_eq!(text(Between::Screen), "\u{1b}P\u{1b}]52;c;aMOp\u{7}\u{1b}\\");
        assert_eq!(sequence(&"x".repeat(60_000), Between::Nothing), None);
    }

    #[test]
    fn the_notice_says_what_is_known_and_not_more() {
        assert_eq!(copied("x", Between::Nothing).said, "sent to the terminal for its clipboard: x");
        assert!(copied("x", Between::Tmux).said.contains("set-clipboard on"));
        assert!(copied("x", Between::Screen).said.contains("cannot be known"));
        assert!(copied(&"x".repeat(LONGEST), Between::Nothing).bad);
        assert!(copied("a\nb\nc", Between::Nothing).said.ends_with("3 lines"));
        let long = copied(&"x".repeat(5_000), Between::Nothing).said;
        assert!(long.ends_with("5000 characters"), "{long}");
    }

    #[test]
    fn tmux_and_screen_are_known_by_their_variables() {
        let with = |name: &'static str| Between::detect(move |asked| (asked == name).then(|| "1".to_owned()));
        assert_eq!(with("TMUX"), Between::Tmux);
        assert_eq!(with("STY"), Between::Screen);
        assert_eq!(with("HOME"), Between::Nothing);
    }
}
