//! Which key causes which trial, and how the set-up ends.

use ado2entra::config::{Config, give, parse};
use ado2entra::domain::Problem;
use ado2entra::domain::connection::Backing;
use ado2entra::tasks::setup::{Finding, PlaceState, SetupEffect, SetupMsg, Subject};
use ado2entra::tui::setup::{Effect, End, Event, Field};
use std::path::Path;

use super::desk::{Desk, PATH};
use super::screens::{discovered, half_way};

#[test]
fn a_field_is_tried_when_it_is_left_and_not_before() {
    let mut desk = Desk::new();
    desk.types("fabrikam");
    assert_eq!(desk.tried(), []);
    desk.keys("Tab");
    assert_eq!(desk.tried(), [Subject::Organization, Subject::AzureDevOps]);
    desk.types("contoso.com");
    assert_eq!(desk.tried(), []);
    desk.keys("Down");
    assert_eq!(desk.tried(), [Subject::Tenant, Subject::Entra, Subject::AfterConnect]);
    desk.keys("Tab Tab Tab Shift-Tab Up");
    assert_eq!(desk.tried(), [], "nothing is tried twice with the same values");
}

#[test]
fn what_is_wrong_is_not_tried_and_said_once_it_is_left() {
    let mut desk = Desk::new();
    desk.types("fabri kam");
    desk.keys("Tab");
    assert_eq!(desk.tried(), []);
    assert!(desk.text(200, 30).contains("an organization's name has only"));
    desk.keys("Tab");
    assert!(desk.text(120, 30).contains("is missing"));
}

#[test]
fn typing_ends_the_trial_of_the_old_value_and_late_answers_are_dropped() {
    let mut desk = Desk::new();
    desk.types("fabrikam");
    desk.keys("Tab Shift-Tab");
    desk.effects.clear();
    desk.types("2");
    let stopped: Vec<Subject> = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Task(SetupEffect::Stop(subject)) => Some(*subject),
            _ => None,
        })
        .collect();
    assert_eq!(stopped, [Subject::Organization, Subject::AzureDevOps]);
    desk.answer_number(
        Subject::Organization,
        1,
        vec![Finding::Backing(Some(Backing::MicrosoftAccounts), vec![])],
    );
    assert!(desk.state.trial(Subject::Organization).is_none());
    desk.keys("Tab");
    assert_eq!(desk.tried(), [Subject::Organization, Subject::AzureDevOps]);
    // The answer to the first number is not taken for that of the second trial.
    desk.answer_number(
        Subject::Organization,
        1,
        vec![Finding::Backing(Some(Backing::MicrosoftAccounts), vec![])],
    );
    assert!(desk.state.trial(Subject::Organization).unwrap().findings.is_empty());
}

#[test]
fn a_pasted_address_is_tried_at_once_and_cleaned() {
    let mut desk = Desk::new();
    desk.event(Event::Paste(" https://fabrikam.visualstudio.com/\u{1b}[2J\n".replace("\u{1b}[2J", "")));
    assert_eq!(desk.tried(), [Subject::Organization, Subject::AzureDevOps]);
    assert_eq!(desk.state.draft().config.organization.name.as_deref(), Some("fabrikam"));
}

#[test]
fn only_what_depends_on_a_value_is_tried_again() {
    let mut desk = half_way();
    desk.effects.clear();
    // Another way to Azure DevOps: neither organization nor tenant nor Graph are asked again.
    desk.keys("Right");
    assert_eq!(desk.tried(), [Subject::AzureDevOps]);
    desk.keys("Tab Right");
    assert_eq!(desk.state.choice(Field::EntraKind), Some("device-code"));
    assert_eq!(desk.tried(), [], "its client id is missing");
    desk.keys("Left Left");
    assert_eq!(desk.state.choice(Field::EntraKind), Some("env"));
    assert_eq!(
        desk.tried().last(),
        Some(&Subject::AfterConnect),
        "the way after the switch follows by itself"
    );
    assert_eq!(desk.state.choice(Field::AfterKind), Some("azure-cli"));
}

#[test]
fn the_kinds_bring_their_fields() {
    let mut desk = half_way();
    assert_eq!(desk.state.at(), Field::AzureKind);
    assert!(desk.state.fields().contains(&Field::AzureEnv));
    desk.keys("Left");
    assert!(
        desk.state.fields().contains(&Field::AzureCommand) && !desk.state.fields().contains(&Field::AzureEnv)
    );
    desk.keys("Tab Tab Right Right");
    assert_eq!(desk.state.choice(Field::EntraKind), Some("client-secret"));
    assert!(desk.state.fields().contains(&Field::EntraSecret));
}

#[test]
fn the_file_is_written_once_and_says_what_was_chosen() {
    let mut desk = half_way();
    desk.effects.clear();
    desk.keys("w");
    assert_eq!(desk.state.at(), Field::Write, "first the path and what is missing");
    assert!(desk.effects.is_empty());
    desk.keys("Enter Enter w");
    let [Effect::Task(SetupEffect::Write { path, text })] = &desk.effects[..] else {
        panic!("{:?}", desk.effects)
    };
    assert_eq!(path, Path::new(PATH));
    let config = parse(text, path, &|_| None).unwrap();
    assert_eq!(config, desk.state.draft().config);
    assert_eq!(config.organization.name.as_deref(), Some("fabrikam"));
    assert_eq!(config.tenant.id.as_deref(), Some("contoso.onmicrosoft.com"));
    desk.tell(SetupMsg::Written(PATH.into()));
    assert_eq!(desk.end(), Some(&End::Written(PATH.into(), Box::new(config))));
}

#[test]
fn a_file_that_could_not_be_written_is_said_and_nothing_is_lost() {
    let mut desk = half_way();
    desk.keys("w Enter");
    desk.tell(SetupMsg::NotWritten(Problem::local("writing it", "no space left on device", "Make room")));
    assert!(desk.end().is_none());
    assert!(desk.text(120, 30).contains("no space left on device"));
    desk.effects.clear();
    desk.keys("Enter");
    assert!(matches!(&desk.effects[..], [Effect::Task(SetupEffect::Write { .. })]));
}

#[test]
fn nothing_is_written_while_something_is_missing() {
    let mut desk = Desk::new();
    desk.keys("Tab Tab w");
    assert_eq!(desk.state.at(), Field::Write);
    desk.keys("Enter");
    assert_eq!(desk.state.at(), Field::Organization);
    assert!(desk.end().is_none());
    assert!(desk.text(120, 30).contains("organization: "), "{}", desk.text(120, 30));
}

#[test]
fn an_existing_file_stays_and_the_values_hold_for_this_run() {
    let mut desk = Desk::with(Config::default(), PlaceState::Taken);
    desk.types("fabrikam");
    desk.keys("Tab");
    desk.types("contoso.com");
    desk.keys("Tab w");
    desk.keys("y");
    let copied = desk.effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.unwrap().contains("name = \"fabrikam\""));
    desk.keys("Enter");
    let Some(End::ForNow(config)) = desk.end() else { panic!("{:?}", desk.effects) };
    assert_eq!(config.tenant.id.as_deref(), Some("contoso.com"));
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Task(SetupEffect::Write { .. }))));
}

#[test]
fn leaving_writes_nothing() {
    for keys in ["Esc", "Ctrl-c", "Tab Tab q"] {
        let mut desk = Desk::new();
        desk.keys(keys);
        assert_eq!(desk.end(), Some(&End::Left), "{keys}");
    }
    let mut desk = Desk::new();
    desk.types("qwerty");
    assert_eq!(
        (desk.end(), desk.state.text(Field::Organization)),
        (None, "qwerty"),
        "q is a letter in a text"
    );
    desk.keys("Ctrl-z");
    assert!(matches!(desk.effects.last(), Some(Effect::Suspend)));
}

#[test]
fn what_is_given_already_is_tried_at_the_start() {
    let mut base = Config::default();
    give(&mut base, "organization.name", "fabrikam").unwrap();
    let mut desk = Desk::with(base.clone(), PlaceState::Free);
    assert_eq!(desk.state.text(Field::Organization), "fabrikam");
    assert_eq!(desk.tried(), [Subject::Organization, Subject::AzureDevOps]);
    give(&mut base, "credentials.azure_devops.kind", "command").unwrap();
    give(&mut base, "credentials.azure_devops.command", "pass show 'ado read'").unwrap();
    let desk = Desk::with(base, PlaceState::Free);
    assert_eq!(desk.state.text(Field::AzureCommand), "pass show \"ado read\"");
}

#[test]
fn r_tries_everything_again() {
    let mut desk = half_way();
    desk.effects.clear();
    desk.keys("r");
    let tried = desk.tried();
    assert_eq!(tried, Subject::ALL);
    let mut desk = half_way();
    desk.keys("r");
    desk.answer(Subject::Tenant, vec![discovered()]);
    assert!(desk.state.trial(Subject::Tenant).unwrap().ended);
}
