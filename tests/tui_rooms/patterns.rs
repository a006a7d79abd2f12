//! Patterns in the tab Mapping: the line, the list, the question, and what is kept.

use ado2entra::domain::Outcome;
use ado2entra::domain::connection::Backing;
use ado2entra::domain::forecast::patterns::PatternId;
use ado2entra::domain::plan::Plan;
use ado2entra::tasks::{self, Msg};
use ado2entra::tui::Effect;
use ado2entra::tui::overlay::Overlay;

use crate::fixture::{Desk, org_users, picture, tenant_users};
use crate::made_up::{context, key, now, org_user, tenant_user};

const NAMES: [&str; 7] = [
    "Pradeep Gupta",
    "Lidia Holloway",
    "Miriam Graham",
    "Nestor Wilke",
    "Patti Fernandez",
    "Lynne Robbins",
    "Grady Archie",
];

fn pattern() -> PatternId {
    "domain:tailspin.com>contoso.com".parse().unwrap()
}

/// Seven people of a company that changed its domain, and a relative of an eighth.
pub fn moved(plan: Plan) -> Desk {
    let mut desk = Desk::with(context(), plan, Backing::MicrosoftAccounts);
    let (mut people, mut users) = (org_users(), tenant_users());
    for (n, name) in (30..).zip(NAMES) {
        let local = name.to_lowercase().replace(' ', ".");
        people.push(org_user(n, name, &format!("{local}@tailspin.com")));
        users.push(tenant_user(n, name, &format!("{local}@contoso.com")));
    }
    people.push(org_user(40, "Nadia Berg", "n.berg@tailspin.com"));
    users.push(tenant_user(40, "Nicholas Berg", "n.berg@contoso.com"));
    desk.read_roster(people);
    desk.read_directory(users);
    desk.effects.clear();
    desk.draw();
    desk
}

fn safe(desk: &Desk) -> usize {
    let forecast = desk.app.model.analysis.as_ref().unwrap().forecast.clone().unwrap();
    forecast.counts().get(&Outcome::Safe).copied().unwrap_or_default()
}

fn asked(desk: &Desk) -> Vec<(PatternId, bool)> {
    desk.effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Task(tasks::Effect::UsePattern(id, since)) => Some((id.clone(), since.is_some())),
            _ => None,
        })
        .collect()
}

#[test]
fn a_pattern_is_told_in_one_line_with_its_key() {
    let mut desk = moved(Plan::default());
    assert!(
        desk.text().contains("tailspin.com → contoso.com would explain 7 people (1 contradicts): P"),
        "{}",
        desk.text()
    );
    let mut without = Desk::new();
    without.draw();
    assert!(!without.text().contains("would explain"));
    without.keys("P");
    assert!(without.app.overlays.is_empty());
    assert!(without.toast().contains("no pattern was found"), "{}", without.toast());
}

#[test]
fn it_is_used_after_one_question_and_only_once_the_store_has_it() {
    let mut desk = moved(Plan::default());
    let before = safe(&desk);
    desk.keys("P Enter");
    assert!(matches!(desk.app.overlays.last(), Some(Overlay::Confirm(_))));
    assert!(asked(&desk).is_empty(), "nothing before the answer");
    desk.keys("y");
    assert_eq!(asked(&desk), [(pattern(), true)]);
    assert_eq!(safe(&desk), before, "not used before the store said so");
    assert!(desk.app.model.plan.patterns.is_empty());
    desk.msg(Msg::PatternUsed(pattern(), Some(now())));
    desk.draw();
    assert_eq!(safe(&desk), before + 7);
    let forecast = desk.app.model.analysis.as_ref().unwrap().forecast.clone().unwrap();
    assert_eq!(forecast.get(&key(40)).unwrap().outcome, Outcome::Review, "the relative's account");
    assert!(!desk.text().contains("would explain"));
}

#[test]
fn no_leaves_everything_as_it_is() {
    let mut desk = moved(Plan::default());
    desk.keys("P Enter Esc");
    assert!(asked(&desk).is_empty());
    assert!(matches!(desk.app.overlays.as_slice(), [Overlay::Patterns(_)]));
    desk.keys("Esc");
    assert!(desk.app.overlays.is_empty());
}

#[test]
fn keys_typed_ahead_do_not_use_a_pattern() {
    let mut desk = moved(Plan::default());
    desk.blind("P");
    desk.blind("Enter");
    desk.blind("y");
    assert!(asked(&desk).is_empty());
}

#[test]
fn it_is_dropped_without_a_question_and_taken_back() {
    let mut desk = moved(Plan { patterns: [(pattern(), now())].into(), ..Plan::default() });
    let with = safe(&desk);
    desk.keys("P Enter");
    assert_eq!(asked(&desk), [(pattern(), false)]);
    desk.effects.clear();
    desk.msg(Msg::PatternUsed(pattern(), None));
    assert_eq!(safe(&desk), with - 7);
    desk.keys("Esc u");
    assert_eq!(asked(&desk), [(pattern(), true)], "back as it was");
    desk.msg(Msg::PatternUsed(pattern(), Some(now())));
    assert_eq!(safe(&desk), with);
    desk.effects.clear();
    desk.keys("u");
    assert!(asked(&desk).is_empty(), "a step back is not itself taken back");
}

#[test]
fn accepting_all_safe_takes_those_whom_a_pattern_made_safe() {
    let mut desk = moved(Plan { patterns: [(pattern(), now())].into(), ..Plan::default() });
    desk.keys("a y");
    let saved: Vec<_> = desk.saves().iter().map(|row| row.storage_key.clone()).collect();
    assert!((30..37).all(|n| saved.contains(&key(n))), "{saved:?}");
    assert!(!saved.contains(&key(40)));
}

#[test]
fn without_a_store_nothing_is_used() {
    let mut desk = moved(Plan::default());
    let problem = ado2entra::domain::Problem::local("opening the store", "the disk is full", "Make room.");
    desk.msg(Msg::StoreOpened(Err(problem)));
    desk.draw();
    desk.keys("P Enter");
    assert!(matches!(desk.app.overlays.as_slice(), [Overlay::Patterns(_)]));
    assert!(desk.toast().contains("the disk is full"), "{}", desk.toast());
}

#[test]
fn how_it_looks() {
    let mut desk = moved(Plan::default());
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        desk.size = (width, height);
        desk.app.overlays.clear();
        let buffer = desk.draw();
        insta::assert_snapshot!(format!("patterns_line_{width}x{height}"), picture(&buffer));
        desk.keys("P");
        let buffer = desk.draw();
        insta::assert_snapshot!(format!("patterns_list_{width}x{height}"), picture(&buffer));
    }
    desk.size = (80, 24);
    desk.draw();
    desk.keys("Enter");
    let buffer = desk.draw();
    insta::assert_snapshot!("patterns_question_80x24", picture(&buffer));
}
