//! What is new since the administrator asked for a reading: a letter before the person, words in the details, a count on the
//! state line; and the age of what each tab shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use ado2entra::domain::activity::Source;
use ado2entra::domain::news::{Found, Gone, Mark, PersonNews, Piece, TenantMark};
use ado2entra::tasks::{Effect as TaskEffect, Fact, Msg};
use ado2entra::tui::theme::ThemeName;
use ado2entra::tui::{Effect, UiSettings};
use jiff::SignedDuration;

use super::desk::Desk;
use super::people::Office;
use crate::made_up::{context, key, now, object};

fn news(mark: Mark, pieces: &[Piece]) -> PersonNews {
    PersonNews { mark, pieces: pieces.to_vec(), outcome_before: None, at: now() }
}

fn found() -> Msg {
    let people = BTreeMap::from([
        (key(1), news(Mark::New, &[])),
        (key(2), news(Mark::Mapped, &[Piece::Identity])),
        (key(3), news(Mark::Changed, &[Piece::AccessLevel, Piece::Mail])),
    ]);
    let gone = Gone {
        storage_key: key(77),
        display_name: "Somebody Gone".into(),
        principal_name: "gone@fabrikam.com".into(),
        at: now(),
    };
    Msg::Noticed(Arc::new(Found::Organization { people, gone: vec![gone] }))
}

/// Whether a line of the list begins with this sign and holds this name.
fn has(text: &str, sign: char, name: &str) -> bool {
    text.lines().any(|line| line.starts_with(sign) && line.contains(name))
}

#[test]
fn a_letter_stands_before_everybody_about_whom_something_is_new() {
    for (tab, ascii) in [("2", false), ("2", true), ("4", false), ("4", true)] {
        // Without any colour: the letter is what tells.
        let settings = UiSettings { theme: ThemeName::Mono, ascii, ..UiSettings::default() };
        let mut desk = Desk::with(context(), &settings);
        desk.read(&Office::ordinary());
        desk.tell(found());
        desk.keys(tab);
        let text = desk.text(120, 40);
        for (name, sign) in [("Adele Vance", 'N'), ("Alex Wilber", 'M'), ("Raisa Pokrovskaya", 'C')] {
            assert!(has(&text, sign, name), "{sign} {name} in\n{text}");
        }
        assert!(has(&text, ' ', "Jörg Müller"), "{text}");
        assert!(text.contains("1 new, 1 mapped, 1 changed, 1 gone since 19:00:00"), "{text}");
    }
}

#[test]
fn the_details_say_what_changed_and_asking_for_a_reading_begins_anew() {
    let mut desk = Desk::ready();
    desk.tell(found());
    let tenant = BTreeMap::from([(object(3), TenantMark::Changed)]);
    desk.tell(Msg::Noticed(Arc::new(Found::Tenant(tenant, now()))));
    desk.keys("2 g j enter");
    let text = desk.text(160, 45);
    assert!(text.contains("mapped by the service, or by somebody else"), "{text}");
    let model = desk.app.model.clone();
    desk.app.users.list.select(&model, &key(3));
    let text = desk.text(160, 45);
    assert!(text.contains("changed: access level, mail"), "{text}");
    assert!(text.contains("changed in the tenant"), "{text}");
    let effects = desk.keys("r");
    assert!(effects.iter().any(
        |effect| matches!(effect, Effect::Task(TaskEffect::Read(all)) if all.contains(&Source::Directory))
    ));
    let text = desk.text(160, 45);
    assert!(!text.contains("since 19:00:00") && !text.contains("changed: access level"), "{text}");
}

#[test]
fn each_tab_says_how_old_what_it_shows_is() {
    let mut desk = Desk::ready();
    let later = now() + SignedDuration::from_mins(7);
    let backing = desk.app.model.facts.backing.get().copied().unwrap();
    desk.tell(Msg::Clock(later));
    desk.tell(Msg::DirectoryUnchanged(later));
    desk.tell(Msg::FactRead(Fact::Backing(Ok(backing)), later - SignedDuration::from_mins(2)));
    desk.keys("2");
    assert!(
        desk.text(120, 40).contains("read: people 11 min ago, tenant just now"),
        "{}",
        desk.text(120, 40)
    );
    desk.keys("3");
    assert!(
        desk.text(120, 40).contains("read: probe 2 min ago, people 11 min ago"),
        "{}",
        desk.text(120, 40)
    );
    desk.keys("1");
    assert!(desk.text(120, 40).contains("people read 11 min ago, the rest later"), "{}", desk.text(120, 40));
}

#[test]
fn a_poll_that_fails_again_in_the_same_way_makes_one_notice() {
    use ado2entra::domain::{Problem, ProblemKind, Service};
    let mut desk = Desk::ready();
    let failed = || {
        let problem = Problem {
            said: "no connection: refused".into(),
            ..Problem::at(Service::MicrosoftGraph, ProblemKind::Unreachable, "reading what changed")
        };
        Msg::ReadingFailed(Source::Directory, problem, now())
    };
    desk.tell(failed());
    assert!(desk.toast().contains("refused"));
    desk.keys("esc");
    desk.tell(Msg::Clock(now() + SignedDuration::from_mins(5)));
    desk.tell(failed());
    assert!(!desk.toast().contains("refused"), "{}", desk.toast());
    assert!(desk.text(120, 40).contains("refused"), "the state line still says it");
}
