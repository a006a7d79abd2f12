//! Which key does what: the defaults of the table of actions, replaced by the configuration where it says so.
//!
//! Keys are written as on the screen: `j`, `G`, `/`, `Enter`, `Shift-Tab`, `Ctrl-z`, `PageDown`, `F5`. Alt is not offered:
//! terminals send it as two keys, and tmux waits before passing it on.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::actions::{Action, action_names};
use super::app::Tab;

/// A key as a terminal can send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key; a letter carries its own case.
    pub code: KeyCode,
    /// With Ctrl.
    pub ctrl: bool,
}

const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Space", KeyCode::Char(' ')),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
];

/// What tmux, screen or the terminal line take before a program sees it.
const TAKEN: &[(&str, &str)] = &[
    ("Ctrl-b", "tmux's own key"),
    ("Ctrl-a", "screen's own key"),
    ("Ctrl-s", "stops the output of a terminal"),
    ("Ctrl-q", "starts the output of a terminal again"),
    ("Ctrl-h", "the same as Backspace"),
    ("Ctrl-i", "the same as Tab"),
    ("Ctrl-j", "the same as Enter"),
    ("Ctrl-m", "the same as Enter"),
];

impl Key {
    /// From what the terminal sent. Shift counts only where it makes another key.
    pub fn of(event: &KeyEvent) -> Self {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let shift = event.modifiers.contains(KeyModifiers::SHIFT);
        let code = match event.code {
            KeyCode::Tab if shift => KeyCode::BackTab,
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            // Terminals with the kitty protocol may send the small letter together with Shift.
            KeyCode::Char(c) if shift && c.is_ascii_lowercase() => KeyCode::Char(c.to_ascii_uppercase()),
            code => code,
        };
        Self { code, ctrl }
    }

    /// Reads the name of a key.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some((name, why)) = TAKEN.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Err(format!("`{name}` never arrives: it is {why}"));
        }
        let (ctrl, rest) = match text.strip_prefix("Ctrl-").or_else(|| text.strip_prefix("ctrl-")) {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, text),
        };
        if rest.starts_with("Alt-") || rest.starts_with("alt-") || rest.starts_with("M-") {
            return Err(format!("`{text}`: Alt is not offered, because tmux and terminals hold it back"));
        }
        if let Some((_, code)) = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(rest)) {
            return Ok(Self { code: *code, ctrl });
        }
        if let Some(number) = rest.strip_prefix('F').and_then(|n| n.parse::<u8>().ok())
            && (1..=12).contains(&number)
        {
            return Ok(Self { code: KeyCode::F(number), ctrl });
        }
        let mut chars = rest.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && !c.is_whitespace() => {
                Ok(Self { code: KeyCode::Char(if ctrl { c.to_ascii_lowercase() } else { c }), ctrl })
            }
            _ => Err(format!(
                "`{text}` is not a key; write a character, or one of {}, F1 to F12, Ctrl-x",
                NAMED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
            )),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = String::new();
        if self.ctrl {
            name.push_str("Ctrl-");
        }
        match self.code {
            KeyCode::F(number) => {
                name.push('F');
                name.push_str(&number.to_string());
            }
            code => match NAMED.iter().find(|(_, named)| *named == code) {
                Some((text, _)) => name.push_str(text),
                None => match code {
                    KeyCode::Char(c) => name.push(c),
                    _ => name.push('?'),
                },
            },
        }
        f.pad(&name)
    }
}

/// Which key does what, per tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    keys: BTreeMap<Action, Vec<Key>>,
    by_key: HashMap<(Tab, Key), Action>,
}

impl Default for Keymap {
    /// The defaults. A test keeps them free of conflicts.
    fn default() -> Self {
        build(&BTreeMap::new()).unwrap_or(Self { keys: BTreeMap::new(), by_key: HashMap::new() })
    }
}

impl Keymap {
    /// What this key does in this tab.
    pub fn action(&self, tab: Tab, key: Key) -> Option<Action> {
        self.by_key.get(&(tab, key)).copied()
    }

    /// The keys of an action, the first being the one that hints show.
    pub fn keys(&self, action: Action) -> &[Key] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The key that hints show; empty when the configuration took all keys away.
    pub fn shown(&self, action: Action) -> String {
        self.keys(action).first().map(Key::to_string).unwrap_or_default()
    }
}

/// Builds the keymap: a list in `user` replaces the default keys of its action.
///
/// # Errors
/// All of them at once, each in one sentence: unknown actions (with the nearest known one), unreadable keys, and keys that
/// two actions of one tab share.
pub fn build(user: &BTreeMap<String, Vec<String>>) -> Result<Keymap, Vec<String>> {
    let mut errors = Vec::new();
    for name in user.keys() {
        if Action::parse(name).is_none() {
            let nearest = action_names().min_by_key(|known| strsim::damerau_levenshtein(known, name));
            errors.push(format!(
                "[keys] `{name}` is not an action; the nearest is `{}`",
                nearest.unwrap_or_default()
            ));
        }
    }
    let mut map = Keymap { keys: BTreeMap::new(), by_key: HashMap::new() };
    let mut conflicts = BTreeMap::new();
    for action in Action::ALL.iter().copied() {
        let names: Vec<&str> = user
            .get(action.name())
            .map_or_else(|| action.default_keys().to_vec(), |keys| keys.iter().map(String::as_str).collect());
        let mut keys = Vec::new();
        for name in names {
            match Key::parse(name) {
                Ok(key) => keys.push(key),
                Err(why) => errors.push(format!("[keys] {}: {why}", action.name())),
            }
        }
        for key in &keys {
            for tab in action.tabs() {
                if let Some(other) = map.by_key.insert((*tab, *key), action)
                    && other != action
                {
                    conflicts
                        .entry((other, action, key.to_string()))
                        .or_insert_with(Vec::new)
                        .push(tab.title());
                }
            }
        }
        map.keys.insert(action, keys);
    }
    for ((one, other, key), tabs) in conflicts {
        errors.push(format!(
            "[keys] `{key}` would be both `{}` and `{}` in {}; give one of them another key",
            one.name(),
            other.name(),
            tabs.join(", ")
        ));
    }
    if errors.is_empty() { Ok(map) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        pairs
            .iter()
            .map(|(name, keys)| ((*name).to_owned(), keys.iter().map(|key| (*key).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn the_defaults_have_no_conflict_and_every_action_has_a_key() {
        let map = build(&BTreeMap::new()).unwrap();
        for action in Action::ALL {
            assert!(!map.keys(*action).is_empty(), "{}", action.name());
            for tab in action.tabs() {
                for key in map.keys(*action) {
                    assert_eq!(map.action(*tab, *key), Some(*action));
                }
            }
        }
    }

    #[test]
    fn a_list_of_the_user_replaces_the_default() {
        let map = build(&user(&[("invite", &["I", "F5"])])).unwrap();
        assert_eq!(map.action(Tab::Users, Key::parse("i").unwrap()), None);
        assert_eq!(map.action(Tab::Users, Key::parse("I").unwrap()), Some(Action::Invite));
        assert_eq!(map.action(Tab::Mapping, Key::parse("F5").unwrap()), Some(Action::Invite));
        assert_eq!(map.action(Tab::Connection, Key::parse("F5").unwrap()), None);
    }

    #[test]
    fn mistakes_are_all_named_at_once() {
        let errors = build(&user(&[
            ("invte", &["i"]),
            ("remove", &["i"]),
            ("keep", &["Alt-o"]),
            ("sort", &["Ctrl-b"]),
            ("filter", &["Nonsense"]),
        ]))
        .unwrap_err();
        let text = errors.join("\n");
        assert!(text.contains("`invte` is not an action; the nearest is `invite`"), "{text}");
        assert!(text.contains("`i` would be both `invite` and `remove` in Users, Mapping"), "{text}");
        assert!(text.contains("Alt is not offered"), "{text}");
        assert!(text.contains("tmux's own key"), "{text}");
        assert!(text.contains("`Nonsense` is not a key"), "{text}");
        assert_eq!(errors.len(), 5);
    }

    #[test]
    fn one_key_may_do_different_things_in_different_tabs() {
        let map = Keymap::default();
        let c = Key::parse("c").unwrap();
        assert_eq!(map.action(Tab::Connection, c), Some(Action::Compare));
        assert_eq!(map.action(Tab::Mapping, c), Some(Action::CancelApply));
    }

    #[test]
    fn names_are_read_back() {
        for action in Action::ALL {
            for name in action.default_keys() {
                assert_eq!(Key::parse(name).unwrap().to_string(), *name);
            }
        }
    }
}
