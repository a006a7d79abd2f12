//! Whether the terminal is dark or light: asked by OSC 11 after the first frame, answered or not.
//!
//! Nobody waits for the answer, so it delays nothing. It comes in with what is typed: crossterm 0.29 takes the `ESC ]` that it
//! begins with for Alt-], which nothing in the dashboard is bound to, and the rest for letters. [`Listener`] takes exactly such
//! an answer out of the keys and passes everything else on. Over SSH the answer may be torn apart and typed into the program
//! (hermes-agent#30218, tmux#4846), and tmux and screen answer for themselves or not at all: there it is not asked.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::tui::theme::ThemeName;

/// The question.
pub const QUERY: &[u8] = b"\x1b]11;?\x1b\\";

/// The longest answer: `11;rgba:ffff/ffff/ffff/ffff`.
const LONGEST: usize = 32;

/// Whether it is safe to ask in a terminal with these variables.
pub fn may_ask(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    let between = ["TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"];
    let term = variable("TERM").unwrap_or_default();
    let silent = ["", "dumb", "linux"].contains(&term.as_str())
        || ["screen", "tmux", "vt"].iter().any(|prefix| term.starts_with(prefix));
    !silent && !between.iter().any(is_set)
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It was typed: pass these on.
    Typed(Vec<Event>),
    /// It may be part of an answer.
    Nothing,
    /// The terminal's background calls for this theme.
    Theme(ThemeName),
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Listening,
    /// Behind `ESC ]`: what was collected.
    Answering(String),
    /// An answer came; there is only one.
    Answered,
}

/// Takes the answer out of what is typed.
#[derive(Debug, Default)]
pub struct Listener {
    state: State,
}

impl Listener {
    /// Looks at an event.
    pub fn hear(&mut self, event: Event) -> Heard {
        let key = match &event {
            Event::Key(key) => *key,
            _ => return Heard::Typed(vec![event]),
        };
        match &mut self.state {
            State::Listening if is(&key, ']', KeyModifiers::ALT) => {
                self.state = State::Answering(String::new());
                Heard::Nothing
            }
            State::Listening | State::Answered => Heard::Typed(vec![event]),
            State::Answering(text) => {
                if is(&key, 'g', KeyModifiers::CONTROL) || is(&key, '\\', KeyModifiers::ALT) {
                    let theme = theme(text);
                    self.state = if theme.is_some() { State::Answered } else { State::Listening };
                    return theme.map_or(Heard::Nothing, Heard::Theme);
                }
                match key.code {
                    KeyCode::Char(c)
                        if text.len() < LONGEST
                            && "0123456789abcdefABCDEFrg;:/".contains(c)
                            && (text.len() >= 3
                                || "11;".get(text.len()..).is_some_and(|rest| rest.starts_with(c))) =>
                    {
                        text.push(c);
                        Heard::Nothing
                    }
                    // No answer after all: somebody typed Alt-], and these letters behind it.
                    _ => {
                        let typed = text
                            .chars()
                            .map(|c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
                        let typed = typed.chain([event]).collect();
                        self.state = State::Listening;
                        Heard::Typed(typed)
                    }
                }
            }
        }
    }
}

fn is(key: &KeyEvent, c: char, modifier: KeyModifiers) -> bool {
    key.code == KeyCode::Char(c) && key.modifiers.contains(modifier)
}

/// The theme for `11;rgb:RRRR/GGGG/BBBB`, with one to four digits each.
fn theme(answer: &str) -> Option<ThemeName> {
    let colour = answer.strip_prefix("11;")?;
    let parts = colour.strip_prefix("rgba:").or_else(|| colour.strip_prefix("rgb:"))?;
    let mut levels = parts.split('/').map(|part| {
        let largest = 16u32.checked_pow(u32::try_from(part.len()).ok()?)?.checked_sub(1)?;
        let level = u32::from_str_radix(part, 16).ok()?;
        (largest > 0).then(|| f64::from(level) / f64::from(largest))
    });
    let mut next = || levels.next().flatten();
    let (red, green, blue) = (next()?, next()?, next()?);
    // How bright the eye finds it (ITU-R BT.709).
    let brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    Some(if brightness > 0.5 { ThemeName::Light } else { ThemeName::Dark })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
    }

    /// What crossterm makes of `ESC ] text` with this end.
    fn answer(text: &str, end: Event) -> Vec<Event> {
        let letters = text.chars().map(|c| key(c, KeyModifiers::NONE));
        std::iter::once(key(']', KeyModifiers::ALT)).chain(letters).chain([end]).collect()
    }

    fn heard(events: Vec<Event>) -> (Vec<Event>, Option<ThemeName>) {
        let mut listener = Listener::default();
        let (mut typed, mut theme) = (Vec::new(), None);
        for event in events {
            match listener.hear(event) {
                Heard::Typed(events) => typed.extend(events),
                Heard::Theme(found) => theme = Some(found),
                Heard::Nothing => {}
            }
        }
        (typed, theme)
    }

    #[test]
    fn an_answer_is_taken_out_and_the_keys_around_it_stay() {
        let bell = key('g', KeyModifiers::CONTROL);
        let backslash = key('\\', KeyModifiers::ALT);
        let (j, k) = (key('j', KeyModifiers::NONE), key('k', KeyModifiers::NONE));
        for (text, end, expected) in [
            ("11;rgb:0000/0000/0000", bell.clone(), ThemeName::Dark),
            ("11;rgb:ffff/ffff/ffff", backslash.clone(), ThemeName::Light),
            ("11;rgb:fdfd/f6f6/e3e3", backslash.clone(), ThemeName::Light),
            ("11;rgb:00/2b/36", bell.clone(), ThemeName::Dark),
            ("11;rgba:ffff/ffff/ffff/ffff", backslash, ThemeName::Light),
        ] {
            let mut events = vec![j.clone()];
            events.extend(answer(text, end));
            events.push(k.clone());
            assert_eq!(heard(events), (vec![j.clone(), k.clone()], Some(expected)), "{text}");
        }
        // A second one is no answer to anything.
        let mut listener = Listener::default();
        for event in answer("11;rgb:0/0/0", bell.clone()) {
            listener.hear(event);
        }
        let alt = key(']', KeyModifiers::ALT);
        assert_eq!(listener.hear(alt.clone()), Heard::Typed(vec![alt]));
    }

    #[test]
    fn what_is_no_answer_is_given_back() {
        let typed: Vec<Event> = "11x".chars().map(|c| key(c, KeyModifiers::NONE)).collect();
        let mut events = vec![key(']', KeyModifiers::ALT)];
        events.extend(typed.clone());
        assert_eq!(heard(events), (typed, None), "only Alt-], which does nothing, is gone");
        let events = vec![key(']', KeyModifiers::ALT), key('q', KeyModifiers::NONE)];
        assert_eq!(heard(events).0, [key('q', KeyModifiers::NONE)]);
        for text in ["11;rgb:", "11;rgb:zz", "11;rgb:1/2", "11;g:1/2/3", "11;rgb:fffff/1/1/"] {
            assert_eq!(theme(text).filter(|_| !text.contains("fffff")), None, "{text}");
        }
    }

    #[test]
    fn it_is_asked_only_where_the_answer_comes_whole() {
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            may_ask(|asked| {
                pairs.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(with(&[("TERM", "xterm-256color")]));
        assert!(!with(&[("TERM", "xterm-256color"), ("TMUX", "/tmp/tmux")]));
        assert!(!with(&[("TERM", "xterm-256color"), ("SSH_TTY", "/dev/pts/1")]));
        for silent in [&[][..], &[("TERM", "dumb")], &[("TERM", "linux")], &[("TERM", "screen-256color")]] {
            assert!(!with(silent), "{silent:?}");
        }
    }
}
