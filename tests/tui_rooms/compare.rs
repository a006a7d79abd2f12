//! Before and after on the screen, the list for the time after, and tokens to make anew.

use std::sync::Arc;

use ado2entra::domain::Problem;
use ado2entra::domain::check::{CheckStatus, Tick};
use ado2entra::domain::comparison::checklist::{Point, PointId};
use ado2entra::domain::comparison::state::{GroupState, PersonState, State};
use ado2entra::domain::comparison::{Intentions, LookBack, compare};
use ado2entra::domain::connection::Backing;
use ado2entra::domain::facts::{PersonTokens, TokenInventory, TokenNote};
use ado2entra::domain::people::Origin;
use ado2entra::tasks::{self, Fact, Msg};
use ado2entra::tui::{Effect, Tab};

use crate::fixture::{Desk, org_users, tenant};
use crate::looks::look;
use crate::made_up::{key, now, object};

fn group(n: u32, name: &str) -> GroupState {
    GroupState {
        id: format!("vssgp.{n}").into(),
        name: name.into(),
        entra: false,
        project: None,
        administrators: false,
        within: vec![],
    }
}

/// Adele lost a group, Raisa fell to Stakeholder, Alex was mapped and lost nothing, Zora is gone.
pub fn look_back() -> LookBack {
    let state = |after: bool| {
        let mut state = State {
            taken_at: now(),
            organization: "fabrikam".into(),
            backing: Some(if after { Backing::Tenant(tenant(1)) } else { Backing::MicrosoftAccounts }),
            groups: vec![group(0, "[Fiber]\\Contributors"), group(1, "[Fiber]\\Readers")],
            groups_whole: true,
            people: org_users()
                .iter()
                .map(|user| PersonState { direct: Some([0, 1].into()), ..PersonState::of(user) })
                .collect(),
            ..State::default()
        };
        if after {
            for (n, person) in (1_u32..).zip(&mut state.people) {
                if matches!(n, 1 | 2 | 5) {
                    person.origin = Origin::Aad;
                    person.tenant = Some(tenant(1));
                    person.object = Some(object(n));
                }
                match n {
                    1 => person.direct = Some([1].into()),
                    2 => person.access = Some("Stakeholder".into()),
                    _ => {}
                }
            }
            state.people.remove(3);
        }
        state.settle();
        state
    };
    let point = |id: PointId, status: CheckStatus, summary: &str| Point {
        id,
        status,
        summary: summary.into(),
        evidence: vec![],
        remedy: "Look at it.".into(),
        ticked: None,
    };
    LookBack {
        at: now(),
        offline: false,
        before_from: "the reading from before the switch".into(),
        comparison: Ok(compare(&state(false), &state(true), &Intentions::default())),
        points: vec![
            point(PointId::PermissionsIntact, CheckStatus::Fail, "2 people lost something unexpected"),
            point(PointId::SingleSignOn, CheckStatus::Manual, "tick when tried out"),
            point(PointId::LinkEvent, CheckStatus::Pass, "2026-11-23 18:59:00 UTC, by Jamal Owusu"),
        ],
    }
}

fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.app.tab = Tab::Connection;
    desk.draw();
    desk
}

/// Presses a key, and gives what it asks for.
fn press(desk: &mut Desk, keys: &str) -> Vec<Effect> {
    desk.effects.clear();
    desk.keys(keys);
    std::mem::take(&mut desk.effects)
}

/// One line of input instead of what stands there.
fn answer(desk: &mut Desk, text: &str) -> Vec<Effect> {
    desk.types(text);
    press(desk, "Enter")
}

fn is_look(effect: &Effect, path: Option<&str>) -> bool {
    matches!(effect, Effect::Task(tasks::Effect::LookBack(before)) if before.as_deref().and_then(|it| it.to_str()) == path)
}

#[test]
fn it_compares_when_opened_and_shows_losses_first() {
    let mut desk = desk();
    let effects = press(&mut desk, "c");
    assert!(matches!(&effects[..], [effect] if is_look(effect, None)), "{effects:?}");
    desk.msg(Msg::LookedBack(Arc::new(look_back())));
    desk.draw();
    let text = desk.text();
    assert!(text.contains("2 people lost something that was not to be expected"), "{text}");
    for line in ["Adele Vance", "Zora Quist", "Raisa Pokrovskaya", "[Fiber]\\Contributors"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("Alex Wilber"), "mapped as expected, and nothing lost: {text}");
    // Once compared, opening it again asks nothing.
    press(&mut desk, "Esc");
    assert!(press(&mut desk, "c").is_empty());
    let effects = press(&mut desk, "r");
    assert!(matches!(&effects[..], [effect] if is_look(effect, None)));
    look("compare_losses", &mut desk, &[(80, 24), (160, 45), (40, 12)]);
}

#[test]
fn less_and_more_is_shown_and_the_selection_stays_with_the_person() {
    let mut desk = desk();
    press(&mut desk, "c");
    desk.msg(Msg::LookedBack(Arc::new(look_back())));
    press(&mut desk, "f");
    desk.draw();
    assert!(!desk.text().contains("Raisa Pokrovskaya"), "only unexpected losses: {}", desk.text());
    press(&mut desk, "f");
    press(&mut desk, "G");
    desk.draw();
    assert!(desk.text().contains("Alex Wilber"), "{}", desk.text());
    press(&mut desk, "Enter");
    desk.draw();
    assert!(desk.text().contains("expected: the person was mapped"), "{}", desk.text());
    desk.msg(Msg::LookedBack(Arc::new(look_back())));
    desk.draw();
    assert!(desk.text().contains("expected: the person was mapped"), "a new reading moves nothing");
}

#[test]
fn without_a_reading_from_before_a_snapshot_can_be_named() {
    let mut desk = desk();
    press(&mut desk, "c");
    let none = Problem::local(
        "comparing before with after",
        "there is no reading from before the switch",
        "Name one.",
    );
    desk.msg(Msg::LookedBack(Arc::new(LookBack { comparison: Err(none), ..look_back() })));
    desk.draw();
    assert!(desk.text().contains("there is no reading from before the switch"), "{}", desk.text());
    press(&mut desk, "b");
    let effects = answer(&mut desk, "before.json.zst");
    assert!(matches!(&effects[..], [effect] if is_look(effect, Some("before.json.zst"))), "{effects:?}");
}

#[test]
fn without_a_network_what_is_there_is_compared_and_its_age_is_said() {
    let mut desk = desk();
    // Nothing could be read, and nothing is being read: the store may still know.
    desk.app.model.roster.value = None;
    let effects = press(&mut desk, "c");
    assert!(effects.is_empty(), "not read yet: {effects:?}");
    desk.app.model.roster.problem = Some(Arc::new(Problem::local("reading the people", "no network", "")));
    let effects = press(&mut desk, "c");
    assert!(matches!(&effects[..], [effect] if is_look(effect, None)), "{effects:?}");
    let at = now() - jiff::SignedDuration::from_hours(73);
    desk.msg(Msg::LookedBack(Arc::new(LookBack { offline: true, at, ..look_back() })));
    desk.draw();
    assert!(desk.text().contains("no service was asked: after is what was read"), "{}", desk.text());
    assert!(desk.text().contains("3 days ago"), "{}", desk.text());
}

#[test]
fn points_are_ticked_with_a_note_and_what_was_read_is_not() {
    let mut desk = desk();
    press(&mut desk, "c");
    desk.msg(Msg::LookedBack(Arc::new(look_back())));
    press(&mut desk, "Tab");
    desk.draw();
    assert!(desk.text().contains("1 not as it should be"), "{}", desk.text());
    assert!(press(&mut desk, "Space").is_empty(), "what fails cannot be ticked");
    press(&mut desk, "j");
    press(&mut desk, "Space");
    let effects = answer(&mut desk, "tried it");
    let [Effect::Task(tasks::Effect::TickPoint(PointId::SingleSignOn, Some(tick)))] = &effects[..] else {
        panic!("{effects:?}");
    };
    let tick: Tick = tick.clone();
    assert_eq!(tick.note, "tried it");
    desk.msg(Msg::PointTicked(PointId::SingleSignOn, Some(tick)));
    look("compare_checklist", &mut desk, &[(80, 24), (120, 40)]);
}

#[test]
fn the_comparison_is_exported_with_formulas_guarded() {
    let mut desk = desk();
    press(&mut desk, "c");
    desk.msg(Msg::LookedBack(Arc::new(look_back())));
    press(&mut desk, "e");
    let effects = press(&mut desk, "Enter");
    let [Effect::Task(tasks::Effect::WriteFile { path, bytes, force, .. })] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(path.to_str(), Some("fabrikam-compared.csv"));
    assert!(!force);
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.starts_with("storage_key,new_storage_key,"), "{text}");
    assert!(text.contains(",group,lost,[Fiber]\\Contributors,"), "{text}");
}

#[test]
fn tokens_are_read_when_asked_for_and_each_person_has_a_letter() {
    let mut desk = Desk::new();
    desk.app.tab = Tab::Prerequisites;
    desk.draw();
    let effects = press(&mut desk, "T");
    assert!(matches!(&effects[..], [Effect::Task(tasks::Effect::ReadTokens)]), "{effects:?}");
    let mut inventory = TokenInventory::default();
    for user in org_users() {
        inventory.people.insert(user.storage_key, PersonTokens::default());
    }
    let note = |ssh: bool, name: &str| TokenNote {
        ssh,
        name: Some(name.into()),
        scope: Some("app_token".into()),
        global: !ssh,
        valid_from: None,
        valid_to: Some("2026-12-03T00:00:00Z".parse().unwrap()),
    };
    inventory.notes.insert(key(1), vec![note(false, "build agent"), note(true, "laptop\u{1b}[31m")]);
    desk.msg(Msg::FactRead(Fact::Tokens(Ok(inventory)), now()));
    desk.draw();
    let text = desk.text();
    assert!(text.contains("1 person: 1 access tokens"), "{text}");
    assert!(text.contains("Adele Vance"), "{text}");
    look("follow_up", &mut desk, &[(80, 24), (120, 40)]);
    let effects = press(&mut desk, "y");
    assert!(
        matches!(&effects[..], [Effect::Copy(text)] if text.contains("build agent") && !text.contains('\u{1b}')),
        "{effects:?}"
    );
    press(&mut desk, "e");
    let effects = press(&mut desk, "Enter");
    assert!(matches!(&effects[..], [Effect::Task(tasks::Effect::WriteFile { .. })]), "{effects:?}");
}
