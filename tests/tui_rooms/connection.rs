//! The tab Connection: steps, ticks, addresses, the way back, the wrong directory, and how it looks.

use ado2entra::domain::activity::{Budget, RequestLine, Source};
use ado2entra::domain::connection::{Backing, Turn};
use ado2entra::domain::facts::{AfterConnectTrial, PersonTokens};
use ado2entra::domain::plan::Plan;
use ado2entra::domain::{Descriptor, Phase, Problem, ProblemKind, Service, Tick};
use ado2entra::tasks::msg::PlanLesson;
use ado2entra::tasks::{self, Fact, Msg};
use ado2entra::tui::{Effect, Tab, connection};
use jiff::SignedDuration;

use crate::fixture::{Desk, tenant, tenant_users};
use crate::looks::{SIZES, look};
use crate::made_up::{context, now, object};

fn desk() -> Desk {
    at_tab(Desk::new())
}

fn at_tab(mut desk: Desk) -> Desk {
    desk.app.tab = Tab::Connection;
    let seconds = SignedDuration::from_secs;
    desk.msg(Msg::ReadingScheduled(Source::Backing, Some(now() + seconds(12))));
    desk.msg(Msg::ReadingScheduled(Source::Roster, Some(now() + seconds(240))));
    desk.msg(Msg::ReadingScheduled(Source::Health, Some(now() + seconds(180))));
    for (at, millis) in [40, 80, 84, 90, 300, 70].into_iter().enumerate() {
        desk.msg(Msg::Requested(Box::new(RequestLine {
            at: now() + seconds(i64::try_from(at).unwrap()),
            service: Service::AzureDevOps,
            method: "GET".into(),
            path: "/fabrikam".into(),
            status: Some(200),
            millis,
            bytes: 100,
            note: String::new(),
        })));
    }
    let budget = Budget { remaining: Some(187), limit: Some(200), closed_until: None };
    desk.msg(Msg::BudgetRead(Service::AzureDevOps, budget));
    desk.happened(-3600, "before reading", "9 people, with their groups");
    desk.happened(3, "service health", "core services healthy");
    desk.happened(11, "tenant probe", "no tenant (302, both headers agree)");
    desk.draw();
    desk
}

fn wrong() -> Desk {
    let plan = Plan { first_backing: Some(Backing::MicrosoftAccounts), ..Plan::default() };
    at_tab(Desk::with(context(), plan, Backing::Tenant(tenant(3))))
}

#[test]
fn it_says_where_we_are_and_what_comes_next() {
    let mut desk = desk();
    let text = desk.text();
    for part in [
        "NOT CONNECTED   backed by Microsoft accounts",
        "next reading in 12 s",
        "84 ms",
        "people in 4 min",
        "healthy",
        "187/200 units",
        "18:00:00 (1 h ago), 9 people, with their groups",
        "way back",
        "no tenant (302, both headers agree)",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(connection::selected(&desk.app), connection::Item::Step(Phase::Prepare));
}

#[test]
fn the_step_to_connect_names_the_page_the_account_and_what_happens() {
    let mut desk = desk();
    desk.keys("j Enter");
    let text = desk.text();
    for part in [
        "https://dev.azure.com/fabrikam/_settings/organizationAad",
        "Jamal Owusu (jamal@fabrikam.com)",
        "1 keeps working",
        "are locked out until mapped",
        "service identities are not touched",
        "Contoso (contoso.onmicrosoft.com",
        "Not in the list?",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    desk.keys("y");
    assert!(
        matches!(desk.effects.as_slice(), [Effect::Copy(text)] if text == "https://dev.azure.com/fabrikam/_settings/organizationAad")
    );
}

#[test]
fn the_selection_follows_the_step_that_is_due_until_another_is_chosen() {
    let mut desk = desk();
    let tick = Tick { note: "all mended".into(), at: now() };
    desk.msg(Msg::PhaseTicked(Phase::Prepare, Some(tick.clone())));
    assert_eq!(connection::selected(&desk.app), connection::Item::Step(Phase::Connect));
    desk.keys("k");
    desk.msg(Msg::PhaseTicked(Phase::Prepare, None));
    desk.msg(Msg::PhaseTicked(Phase::Prepare, Some(tick)));
    assert_eq!(connection::selected(&desk.app), connection::Item::Step(Phase::Prepare));
    desk.keys("Esc");
    assert_eq!(connection::selected(&desk.app), connection::Item::Step(Phase::Connect));
}

#[test]
fn a_step_is_ticked_with_a_note_and_unticked() {
    let mut desk = desk();
    desk.keys("Space");
    desk.types("ready, says Jamal");
    desk.keys("Enter");
    let Some(Effect::Task(tasks::Effect::TickPhase(Phase::Prepare, Some(tick)))) = desk.effects.pop() else {
        panic!("a tick")
    };
    assert_eq!(tick.note, "ready, says Jamal");
    desk.msg(Msg::PhaseTicked(Phase::Prepare, Some(tick)));
    desk.draw();
    desk.keys("k");
    assert!(desk.text().contains("ready, says Jamal"));
    desk.keys("Space");
    assert!(matches!(desk.effects.pop(), Some(Effect::Task(tasks::Effect::TickPhase(Phase::Prepare, None)))));
}

#[test]
fn what_a_reading_finds_is_not_ticked() {
    let mut desk = desk();
    desk.keys("j Space");
    assert!(desk.app.overlays.is_empty() && desk.effects.is_empty());
    assert!(desk.toast().contains("found by reading"), "{}", desk.toast());
}

#[test]
fn the_way_back_is_reachable_from_everywhere() {
    for mut desk in [desk(), at_tab(Desk::connected())] {
        desk.keys("G Enter");
        let text = desk.text();
        for part in ["Disconnect the directory", "https://aex.dev.azure.com/me", "Microsoft Support"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        desk.keys("y");
        let copied = desk.effects.pop();
        assert!(matches!(&copied, Some(Effect::Copy(text)) if text.ends_with("/_settings/organizationAad")));
        desk.keys("Esc Esc");
    }
}

#[test]
fn a_snapshot_asks_for_the_file() {
    let mut desk = desk();
    desk.keys("w Enter");
    let path = match desk.effects.pop() {
        Some(Effect::Task(tasks::Effect::TakeSnapshot(path))) => path,
        other => panic!("{other:?}"),
    };
    assert_eq!(path.to_str(), Some("fabrikam-2026-11-23T19-00.json.zst"));
}

#[test]
fn the_wrong_directory_turns_the_whole_screen() {
    let mut desk = wrong();
    desk.keys("j Enter");
    let text = desk.text();
    for part in [
        "WRONG DIRECTORY",
        "MAP NOBODY",
        &tenant(3).to_string(),
        "Disconnect the directory",
        "https://aex.dev.azure.com/me",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("next reading"), "nothing else beside it");
    desk.keys("y");
    assert!(
        matches!(desk.effects.pop(), Some(Effect::Copy(text)) if text.ends_with("/_settings/organizationAad"))
    );
}

#[test]
fn it_counts_down_only_while_it_is_on_the_screen_and_something_counts() {
    let mut desk = desk();
    assert!(connection::moves(&desk.app));
    desk.app.tab = Tab::Users;
    assert!(!connection::moves(&desk.app));
    desk.app.tab = Tab::Connection;
    desk.msg(Msg::ReadingScheduled(Source::Backing, None));
    assert!(!connection::moves(&desk.app));
    assert!(desk.text().contains("polling is off"));
}

#[test]
fn a_probe_that_fails_says_why() {
    let mut desk = Desk::empty(context());
    desk.app.tab = Tab::Connection;
    let mut problem =
        Problem::at(Service::AzureDevOps, ProblemKind::Unreachable, "asking which directory backs fabrikam");
    problem.said = "no answer in time".into();
    problem.remedy = "Look at the network.".into();
    desk.msg(Msg::FactRead(Fact::Backing(Err(problem)), now()));
    assert!(desk.text().contains("no answer in time"), "{}", desk.text());
}

#[test]
fn looks() {
    let mut desk = desk();
    desk.msg(Msg::PhaseTicked(Phase::Prepare, Some(Tick { note: "all mended".into(), at: now() })));
    look("connection_to_connect", &mut desk, &SIZES);
    desk.keys("Enter");
    look("connection_step", &mut desk, &[(80, 24)]);
    desk.keys("Esc G Enter");
    look("connection_way_back", &mut desk, &[(80, 24), (40, 12)]);
}

#[test]
fn looks_connected() {
    let mut desk = at_tab(Desk::connected());
    look("connection_connected", &mut desk, &[(120, 40)]);
}

#[test]
fn looks_wrong() {
    look("connection_wrong", &mut wrong(), &SIZES);
}

/// The switch, seen while the dashboard was open; by then the access token is dead.
fn turned(answer: AfterConnectTrial) -> Desk {
    let mut desk = desk();
    let me = tenant_users().into_iter().find(|user| user.id == object(9)).unwrap();
    desk.msg(Msg::FactRead(Fact::Me(Ok(Box::new(me))), now()));
    desk.msg(Msg::FactRead(Fact::AfterConnect(Ok(answer)), now()));
    let at = now() + SignedDuration::from_secs(20);
    desk.msg(Msg::Clock(at));
    desk.msg(Msg::FactRead(Fact::Backing(Ok(Backing::Tenant(tenant(1)))), at));
    desk.msg(Msg::PlanLearned(Box::new(PlanLesson::FirstBacking(Backing::MicrosoftAccounts))));
    let turn = Turn { at, from: Backing::MicrosoftAccounts, to: Backing::Tenant(tenant(1)) };
    desk.msg(Msg::Turned(turn));
    desk.draw();
    desk
}

fn by_command() -> AfterConnectTrial {
    AfterConnectTrial { way: "command".into(), tenant: Some(tenant(1)), same_pat: false }
}

fn refused() -> Problem {
    let mut problem = Problem::at(Service::AzureDevOps, ProblemKind::NotSignedIn, "asking who you are");
    problem.status = Some(401);
    problem.said = "the credential was not accepted".into();
    problem
}

#[test]
fn the_switch_is_told_with_what_was_kept_and_what_comes_next() {
    let mut desk = turned(by_command());
    let text = desk.text();
    for part in [
        "fabrikam is connected",
        "from Microsoft accounts to Contoso",
        "9 people, with their groups",
        "trying the way of after the switch",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let mut operator = (*desk.app.model.facts.operator.value.clone().unwrap()).clone();
    operator.descriptor = Some(Descriptor::new("aad.9"));
    operator.account = Some("jamal.owusu@contoso.com".into());
    let at = now() + SignedDuration::from_secs(21);
    desk.msg(Msg::FactRead(Fact::Operator(Ok(operator)), at));
    let text = desk.text();
    for part in ["jamal.owusu@contoso.com by command", "locked out until mapped", "Enter to Mapping"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    look("connection_turned", &mut desk, &SIZES);
    desk.keys("Enter");
    assert_eq!(desk.app.tab, Tab::Mapping);
    assert!(desk.app.overlays.is_empty());
}

#[test]
fn whoever_is_locked_out_is_told_why_what_rests_and_the_way_back() {
    let mut desk = turned(by_command());
    let at = now() + SignedDuration::from_secs(21);
    desk.msg(Msg::FactRead(Fact::Operator(Err(refused())), at));
    let text = desk.text();
    for part in [
        "The owner's account, jamal@fabrikam.com, was not mapped",
        "Nothing is listed or applied until the sign-in works",
        "https://aex.dev.azure.com/me",
        "LOCKED OUT of Azure DevOps",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    look("connection_locked_out", &mut desk, &SIZES);
    desk.keys("r");
    let read = desk.effects.pop();
    assert!(
        matches!(&read, Some(Effect::Task(tasks::Effect::Read(sources))) if sources.contains(&Source::Operator))
    );
    desk.keys("b");
    assert_eq!(connection::selected(&desk.app), connection::Item::WayBack);
    assert!(desk.text().contains("Disconnect the directory"), "{}", desk.text());
    // The same cause is not told twice; the tab says it all the time.
    desk.msg(Msg::FactRead(Fact::Operator(Err(refused())), at));
    assert!(desk.app.overlays.is_empty());
    desk.keys("Esc Esc Enter");
    assert!(desk.text().contains("Locked out: The owner's account"), "{}", desk.text());
}

#[test]
fn a_sign_in_by_the_dead_token_is_named_as_that() {
    let mut desk = turned(AfterConnectTrial { way: "same".into(), tenant: None, same_pat: true });
    desk.msg(Msg::FactRead(Fact::Operator(Err(refused())), now() + SignedDuration::from_secs(21)));
    let text = desk.text();
    assert!(text.contains("The access token of before the switch is dead"), "{text}");
    assert!(text.contains("after_connect = \"entra\""), "{text}");
}

#[test]
fn no_key_answers_the_switch_before_it_was_drawn() {
    let mut desk = turned(by_command());
    desk.keys("Esc");
    let turn = desk.app.model.turn.unwrap();
    desk.msg(Msg::Turned(turn));
    desk.blind("Enter");
    assert_eq!((desk.app.tab, desk.app.overlays.len()), (Tab::Connection, 1));
}

#[test]
fn the_tab_says_who_is_signed_in_where_and_who_must_be_in_the_browser() {
    let mut desk = desk();
    let me = tenant_users().into_iter().find(|user| user.id == object(9)).unwrap();
    desk.msg(Msg::FactRead(Fact::Me(Ok(Box::new(me))), now()));
    let own = PersonTokens { access_tokens: 2, global_tokens: 1, ssh_keys: 0 };
    desk.msg(Msg::FactRead(Fact::OwnTokens(Ok(own)), now()));
    let text = desk.text();
    for part in [
        "Azure DevOps: jamal@fabrikam.com by pat",
        "tenant: jamal.owusu@contoso.com by azure-cli",
        "press Connect as jamal@fabrikam.com, not as jamal.owusu@contoso.com",
        "may be for all organizations; global tokens end on 2026-12-01, in 8 d",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn every_size_is_drawn() {
    let mut rng = fastrand::Rng::with_seed(11);
    let mut empty = Desk::empty(context());
    empty.app.tab = Tab::Connection;
    let mut locked = turned(by_command());
    locked.msg(Msg::FactRead(Fact::Operator(Err(refused())), now() + SignedDuration::from_secs(21)));
    let desks = vec![empty, desk(), wrong(), at_tab(Desk::connected()), turned(by_command()), locked];
    for mut desk in desks {
        for _ in 0..150 {
            desk.size = (rng.u16(1..=200), rng.u16(1..=60));
            desk.blind(["j", "k", "G", "g", "Enter", "Esc", "J"][rng.usize(..7)]);
            desk.draw();
        }
    }
}
