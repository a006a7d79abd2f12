//! The table of actions: each is reachable, documented and named; `docs/keys.md` says the same.

use std::fmt::Write as _;

use ado2entra::tui::actions::{Action, action_names};
use ado2entra::tui::availability::disabled;
use ado2entra::tui::keymap::Key;
use ado2entra::tui::overlay::{Overlay, help, palette};
use ado2entra::tui::{Keymap, Tab};

use super::desk::Desk;
use crate::made_up::{context, now};

/// The page as the table makes it.
fn page() -> String {
    let map = Keymap::default();
    let mut out = String::from(
        "# Keys\n\nMade from the table of actions in `src/tui/actions.rs`; a test compares. In the configuration, `[keys]` replaces the\nkeys of an action by its name: `invite = [\"I\", \"F5\"]`. Two actions of one tab cannot share a key. Alt and what tmux,\nscreen or the terminal take for themselves are not offered.\n",
    );
    let mut section = |title: &str, actions: &[Action]| {
        let _ = write!(out, "\n## {title}\n\n| keys | name | does |\n| --- | --- | --- |\n");
        for action in actions {
            let keys: Vec<String> = map.keys(*action).iter().map(|key| format!("`{key}`")).collect();
            let _ = writeln!(out, "| {} | `{}` | {} |", keys.join(" "), action.name(), action.help());
        }
    };
    let everywhere: Vec<Action> =
        Action::ALL.iter().copied().filter(|action| action.tabs().len() == Tab::ALL.len()).collect();
    section("Everywhere", &everywhere);
    for tab in Tab::ALL {
        let own: Vec<Action> = Action::ALL
            .iter()
            .copied()
            .filter(|action| action.lives_in(tab) && action.tabs().len() < Tab::ALL.len())
            .collect();
        section(tab.title(), &own);
    }
    out.push_str(
        "\n## Dialogs\n\nIn a dialog only its own keys are live; the last line shows them. Questions are answered with `y` or left with `Esc`;\ntext fields take `Enter` and `Esc`.\n",
    );
    out
}

#[test]
fn the_page_of_keys_is_what_the_table_says() {
    let expected = page();
    let found =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md")).unwrap_or_default();
    if found != expected {
        let beside = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys.md");
        std::fs::write(&beside, &expected).unwrap();
        panic!("docs/keys.md is not what the table says; the page it expects is {}", beside.display());
    }
}

#[test]
fn every_action_is_named_once_and_documented() {
    let mut names: Vec<&str> = action_names().collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    for action in Action::ALL {
        assert!(action.name().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", action.name());
        assert!(action.help().ends_with('.'), "{}", action.name());
        assert!(!action.label().is_empty());
        assert_eq!(Action::parse(action.name()), Some(*action));
    }
}

#[test]
fn every_action_is_reached_by_its_key_the_palette_and_help() {
    for action in Action::ALL {
        for tab in action.tabs() {
            let mut desk = Desk::ready();
            desk.app.tab = *tab;
            assert_eq!(desk.app.keymap.action(*tab, desk.app.keymap.keys(*action)[0]), Some(*action));
            assert_eq!(
                palette::found(&desk.app, action.name()).first(),
                Some(action),
                "{} in the palette",
                action.name()
            );
            assert!(help::lines(&desk.app, action.name()).contains(action), "{} in help", action.name());
        }
    }
}

#[test]
fn every_action_either_works_or_says_why_not() {
    for action in Action::ALL {
        for tab in action.tabs() {
            for mut desk in [Desk::new(), Desk::ready()] {
                desk.app.tab = *tab;
                desk.draw();
                let why = disabled(&desk.app, *action);
                let key = desk.app.keymap.shown(*action);
                let effects = desk.press(&key);
                if let Some(why) = why {
                    assert!(effects.is_empty(), "{} is disabled and did something", action.name());
                    assert_eq!(desk.toast(), format!("{}: {why}", action.label()));
                }
            }
        }
    }
}

#[test]
fn help_filters_as_one_types_and_says_what_is_disabled() {
    let mut desk = Desk::ready();
    desk.keys("? i n v i t e");
    assert!(matches!(desk.app.overlays.as_slice(), [Overlay::Help(_)]));
    let text = desk.text(100, 30);
    assert!(text.contains("Decide: invite as a guest") && !text.contains("Read everything again"), "{text}");
    desk.keys("Esc u");
    assert!(desk.toast().contains("nothing was decided in this session"), "{}", desk.toast());
}

#[test]
fn the_palette_finds_fuzzily_and_does_it() {
    let mut desk = Desk::ready();
    desk.keys(": r e a g");
    let text = desk.text(100, 30);
    assert!(text.contains("read-again"), "{text}");
    let effects = desk.keys("Enter");
    assert_eq!(effects.len(), 1, "{effects:?}");
    assert!(desk.app.overlays.is_empty());
}

#[test]
fn the_palette_says_where_an_action_of_another_tab_lives() {
    let mut desk = Desk::ready();
    desk.keys(": i n v i t e");
    let text = desk.text(120, 30);
    assert!(text.contains("not now: only in Users and Mapping"), "{text}");
    assert!(desk.keys("Enter").is_empty());
    assert_eq!(desk.toast(), "invite: only in Users and Mapping");
}

#[test]
fn a_long_reading_can_be_stopped_and_nothing_else_can() {
    use ado2entra::domain::activity::Source;
    use ado2entra::tasks::{self, Msg};
    use ado2entra::tui::Effect;
    let mut desk = Desk::ready();
    assert!(desk.keys("Ctrl-x").is_empty());
    assert_eq!(desk.toast(), "stop: no long reading is under way");
    desk.tell(Msg::ReadingStarted(Source::Tokens, now()));
    let text = desk.text(120, 30);
    assert!(text.lines().last().unwrap().contains("Ctrl-x stop"), "{text}");
    let effects = desk.keys("Ctrl-x");
    assert!(matches!(effects.as_slice(), [Effect::Task(tasks::Effect::StopReading)]), "{effects:?}");
    desk.tell(Msg::ReadingEnded(Source::Tokens));
    assert!(desk.keys("Ctrl-x").is_empty());
}

#[test]
fn a_long_notice_is_read_to_its_end_in_the_log() {
    let mut desk = Desk::ready();
    let reason =
        "reading page 3 of the people of fabrikam: 503 the service is busy with something else just now";
    desk.app.complain(format!("{reason}. Read again in a minute with r; the last word is end-of-notice"));
    desk.keys("L Tab Tab");
    let text = desk.text(80, 24);
    assert!(text.contains("end-of-notice") && text.contains("reading page 3"), "{text}");
}

#[test]
fn a_key_of_the_configuration_shows_in_the_hints() {
    let mut settings = ado2entra::tui::UiSettings::default();
    settings.keys.insert("read-again".to_owned(), vec!["F5".to_owned()]);
    let mut desk = Desk::with(context(), &settings);
    let text = desk.text(200, 30);
    assert!(text.lines().last().unwrap().contains("F5 read again"), "{text}");
    assert_eq!(desk.press("F5").len(), 1);
    assert!(desk.press("r").is_empty());
    assert_eq!(desk.app.keymap.keys(Action::ReadAgain), [Key::parse("F5").unwrap()]);
}
