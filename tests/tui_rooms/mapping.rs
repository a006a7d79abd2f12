//! The tab Mapping and the apply dialog: which key causes which effect, what is never accepted, and how it looks.

use std::sync::Arc;

use ado2entra::domain::connection::Backing;
use ado2entra::domain::facts::Administrators;
use ado2entra::domain::plan::{Pair, Plan, PlanRow};
use ado2entra::domain::{Decision, Outcome, Problem, RowState, Tick};
use ado2entra::tasks::effect::ApplyOrder;
use ado2entra::tasks::{self, ApplyEvent, Fact, Msg};
use ado2entra::tui::apply::Dialog;
use ado2entra::tui::mapping::Side;
use ado2entra::tui::overlay::Overlay;
use ado2entra::tui::{Effect, Event};
use jiff::SignedDuration;

use crate::fixture::{Desk, directory_read, org_users, tenant, tenant_users};
use crate::looks::{SIZES, look};
use crate::made_up::{context, key, now, object, org_user, tenant_user};
use crate::plans::{changed, planned, row, running};

fn decisions(rows: &[PlanRow]) -> Vec<(String, Decision)> {
    rows.iter().map(|row| (row.storage_key.to_string(), row.decision.clone())).collect()
}

fn map(n: u32, target: u32) -> (String, Decision) {
    (key(n).to_string(), Decision::Map { target: object(target) })
}

// --- accepting ------------------------------------------------------------------------------------------------------

#[test]
fn enter_accepts_the_highlighted_candidate_and_goes_to_the_next_undecided_person() {
    let mut desk = Desk::new();
    desk.draw();
    assert_eq!(desk.selected(), Some(key(1)));
    desk.keys("Enter");
    assert_eq!(decisions(&desk.saves()), [map(1, 1)]);
    assert_eq!(desk.selected(), Some(key(8)), "Alex Wilber maps by himself and needs no decision");
    assert_eq!(desk.app.model.plan.row(&key(1)), None, "not decided before the store said so");
    assert!(desk.text().contains("saving → adele"));
    desk.store_keeps();
    assert_eq!(desk.app.model.plan.decision(&key(1)), &Decision::Map { target: object(1) });
    assert!(desk.text().contains("1 of 8 decided"));
}

#[test]
fn it_begins_with_the_first_person_who_waits_for_a_decision() {
    let decided = |n: u32| (key(n), row(n, Decision::Map { target: object(n) }, Outcome::Safe));
    let with = |rows: &[u32]| Plan { rows: rows.iter().map(|n| decided(*n)).collect(), ..Plan::default() };
    let mut desk = Desk::with(context(), with(&[1]), Backing::MicrosoftAccounts);
    desk.draw();
    assert_eq!(desk.selected(), Some(key(8)), "Adele Vance is decided, Alex Wilber maps by himself");
    desk.keys("k");
    assert_eq!(desk.selected(), Some(key(5)));
    desk.read_roster(org_users());
    desk.draw();
    assert_eq!(desk.selected(), Some(key(5)), "whoever was chosen by hand stays chosen");

    let mut asked_for = Desk::with(context(), with(&[1]), Backing::MicrosoftAccounts);
    ado2entra::tui::mapping::show(&mut asked_for.app, &key(5));
    asked_for.draw();
    assert_eq!(asked_for.selected(), Some(key(5)));
}

#[test]
fn at_most_one_is_accepted_for_each_drawn_frame() {
    let mut desk = Desk::new();
    desk.draw();
    desk.blind("Enter");
    desk.blind("Enter");
    assert_eq!(decisions(&desk.saves()), [map(1, 1)]);
    assert!(desk.toast().contains("one at a time"), "{}", desk.toast());
}

#[test]
fn nothing_is_accepted_before_a_frame_showed_it() {
    let mut desk = Desk::new();
    desk.blind("Enter");
    assert!(desk.saves().is_empty());
    desk.draw();
    desk.blind("j");
    desk.blind("Enter");
    assert!(desk.saves().is_empty(), "the cursor moved after the frame");
    assert!(desk.toast().contains("selected person changed"), "{}", desk.toast());
}

#[test]
fn another_candidate_than_the_drawn_one_is_dropped() {
    let mut desk = Desk::new();
    desk.select(2);
    desk.keys("l");
    desk.blind("j");
    desk.blind("Enter");
    assert!(desk.saves().is_empty() && desk.app.overlays.is_empty());
    assert!(desk.toast().contains("candidate changed"), "{}", desk.toast());
}

#[test]
fn a_candidate_that_a_reading_changed_is_dropped() {
    let mut desk = Desk::new();
    desk.select(1);
    let mut users = tenant_users();
    users[0].edit(|it| it.mail = Some("somebody.else@contoso.com".into()));
    desk.read_directory(users);
    desk.blind("Enter");
    assert!(desk.saves().is_empty());
    assert!(desk.toast().contains("candidate changed"), "{}", desk.toast());
    desk.draw();
    desk.blind("Enter");
    assert_eq!(decisions(&desk.saves()), [map(1, 1)], "after it was seen");
}

#[test]
fn nothing_is_accepted_while_candidates_are_loading() {
    let mut desk = Desk::new();
    desk.select(1);
    // The reading arrives; its comparison is still under way.
    let effects = ado2entra::tui::update(&mut desk.app, Event::Msg(directory_read(tenant_users(), now())));
    assert!(matches!(effects.as_slice(), [Effect::Task(tasks::Effect::Analyse(_))]));
    desk.keys("Enter");
    assert!(desk.saves().is_empty());
    assert!(desk.toast().contains("candidates are loading"), "{}", desk.toast());
    assert_eq!(desk.app.drawn.proposal, None, "nothing is offered meanwhile");
}

#[test]
fn nothing_under_a_dialog_counts_as_drawn() {
    let mut desk = Desk::new();
    desk.select(1);
    desk.keys("?");
    desk.blind("Esc");
    desk.blind("Enter");
    assert!(desk.saves().is_empty());
    desk.draw();
    desk.blind("Enter");
    assert_eq!(desk.saves().len(), 1);
}

#[test]
fn a_candidate_by_name_only_asks_once_more() {
    let mut desk = Desk::new();
    desk.select(2);
    desk.keys("Enter");
    assert!(desk.saves().is_empty());
    let Some(Overlay::Confirm(confirm)) = desk.overlay() else { panic!("a question") };
    assert!(confirm.text.iter().any(|line| line.contains("no address agrees")), "{:?}", confirm.text);
    assert_eq!(desk.selected(), Some(key(2)), "nobody else before the answer");
    desk.keys("y");
    assert_eq!(decisions(&desk.saves()), [map(2, 2)]);
    assert_eq!(desk.selected(), Some(key(4)), "then the next");
}

#[test]
fn no_is_no_and_stays() {
    let mut desk = Desk::new();
    desk.select(2);
    desk.keys("Enter Esc");
    assert!(desk.saves().is_empty());
    assert_eq!(desk.selected(), Some(key(2)));
    desk.keys("j k");
    assert_eq!(desk.selected(), Some(key(2)), "nothing goes on by itself later");
}

#[test]
fn privileged_people_are_asked_about() {
    let mut desk = Desk::new();
    desk.select(9);
    desk.keys("Enter");
    assert!(matches!(desk.overlay(), Some(Overlay::Confirm(_))));
    assert!(desk.saves().is_empty());
}

#[test]
fn a_disabled_target_is_refused_with_the_reason_and_the_way_out() {
    let mut desk = Desk::new();
    desk.select(8);
    desk.keys("Enter");
    assert!(desk.saves().is_empty() && desk.app.overlays.is_empty());
    let text = desk.text();
    assert!(text.contains("not decided:") && text.contains("is disabled in the tenant"), "{text}");
    assert_eq!(desk.selected(), Some(key(8)));
}

#[test]
fn one_target_for_one_person_even_while_the_first_is_being_saved() {
    let mut desk = Desk::new();
    desk.select(1);
    desk.keys("Enter");
    desk.select(7);
    desk.keys("f");
    desk.types("adele");
    let Some(Effect::Task(tasks::Effect::Search { generation, .. })) = desk.effects.last() else {
        panic!("a search")
    };
    let generation = *generation;
    desk.msg(Msg::SearchAnswered(generation, Arc::new(vec![object(1)])));
    desk.draw();
    desk.keys("Enter Enter");
    assert_eq!(decisions(&desk.saves()), [map(1, 1)]);
    assert!(desk.text().contains("one target for one person"), "{}", desk.text());
}

#[test]
fn where_there_is_no_room_for_both_sides_enter_shows_the_candidate_first() {
    let mut desk = Desk::new();
    desk.size = (40, 12);
    desk.select(1);
    desk.keys("Enter");
    assert!(desk.saves().is_empty());
    assert_eq!(desk.app.mapping.side, Side::Candidates);
    desk.keys("Enter");
    assert_eq!(decisions(&desk.saves()), [map(1, 1)]);
}

#[test]
fn a_decision_that_could_not_be_kept_is_no_decision() {
    let mut desk = Desk::new();
    desk.select(1);
    desk.keys("Enter");
    desk.msg(Msg::RowsNotSaved(1, Problem::local("keeping decisions", "the disk is full", "Make room.")));
    assert!(desk.text().contains("0 of 8 decided"));
    assert!(desk.toast().contains("the disk is full"), "{}", desk.toast());
    assert_eq!(desk.app.model.plan.row(&key(1)), None);
}

// --- other decisions ------------------------------------------------------------------------------------------------

#[test]
fn safe_proposals_are_accepted_together_without_the_privileged() {
    let mut desk = Desk::new();
    desk.draw();
    desk.keys("a");
    let Some(Overlay::Confirm(confirm)) = desk.overlay() else { panic!("a question") };
    assert_eq!(confirm.title, "Accept 2 safe proposals?");
    assert!(confirm.text[0].contains("left out: 1 privileged"), "{:?}", confirm.text);
    assert!(confirm.text.iter().any(|line| line.contains("Jamal Owusu")), "{:?}", confirm.text);
    assert!(desk.saves().is_empty());
    desk.keys("y");
    assert_eq!(decisions(&desk.saves()), [map(1, 1), map(7, 7)]);
}

#[test]
fn nobody_is_accepted_together_where_the_administrators_are_unknown() {
    let mut desk = Desk::new();
    let unread = Administrators { unresolved: vec!["a group".into()], ..Administrators::default() };
    desk.msg(Msg::FactRead(Fact::Administrators(Ok(unread)), now()));
    desk.draw();
    desk.keys("a");
    assert!(desk.saves().is_empty() && desk.app.overlays.is_empty());
    assert!(desk.toast().contains("administrators"), "{}", desk.toast());
}

#[test]
fn inviting_asks_for_the_address_and_proposes_one() {
    let mut desk = Desk::new();
    desk.select(4);
    desk.keys("i");
    assert!(desk.text().contains("> zq@nowhere.example"));
    desk.keys("Enter");
    let expected = Decision::Invite { address: "zq@nowhere.example".into() };
    assert_eq!(decisions(&desk.saves()), [(key(4).to_string(), expected)]);
}

#[test]
fn marked_people_are_decided_together_and_the_marks_go() {
    let mut desk = Desk::new();
    desk.select(3);
    desk.keys("Space Space");
    assert_eq!(desk.app.mapping.list.marks().len(), 2);
    desk.keys("o");
    assert!(matches!(desk.overlay(), None | Some(Overlay::Confirm(_))));
    if desk.overlay().is_some() {
        desk.keys("y");
    }
    assert_eq!(
        decisions(&desk.saves()),
        [(key(3).to_string(), Decision::Keep), (key(2).to_string(), Decision::Keep)]
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    assert!(desk.app.mapping.list.marks().is_empty());
}

#[test]
fn a_decision_is_taken_back() {
    let mut desk = Desk::new();
    desk.select(1);
    desk.keys("Enter");
    desk.store_keeps();
    desk.keys("u");
    assert_eq!(decisions(&desk.saves()), [(key(1).to_string(), Decision::Undecided)]);
}

#[test]
fn a_hazard_is_confirmed_with_a_note() {
    let mut desk = Desk::new();
    desk.select(6);
    desk.keys("Enter");
    assert!(desk.saves().is_empty(), "the service maps a hazard by itself");
    desk.keys("=");
    assert!(desk.text().contains("Robert Tolbert"));
    desk.types("asked her");
    desk.keys("Enter");
    assert_eq!(desk.confirms(), [(hazard(), Some("asked her".to_owned()))]);
}

fn hazard() -> Pair {
    Pair { storage_key: key(6), target: object(6) }
}

#[test]
fn a_confirmed_hazard_is_taken_back_like_a_decision() {
    let mut desk = Desk::new();
    desk.select(1);
    desk.keys("Enter");
    desk.store_keeps();
    desk.select(6);
    desk.keys("=");
    desk.types("asked her");
    desk.keys("Enter");
    desk.confirms();
    let tick = Tick { note: "asked her".into(), at: now() };
    desk.msg(Msg::PairConfirmed(hazard(), Some(tick)));
    let outcome = |desk: &Desk| {
        let forecast = desk.app.model.analysis.as_ref().unwrap().forecast.clone().unwrap();
        forecast.get(&key(6)).unwrap().outcome
    };
    assert_eq!(outcome(&desk), Outcome::Automatic);

    desk.select(7);
    desk.keys("u");
    assert_eq!(desk.confirms(), [(hazard(), None)], "the latest step first");
    assert_eq!(desk.selected(), Some(key(6)), "where it happens is seen");
    desk.msg(Msg::PairConfirmed(hazard(), None));
    assert_eq!(outcome(&desk), Outcome::Hazard);
    assert!(desk.toast().contains("not called the same person any more"), "{}", desk.toast());
    assert_eq!(desk.app.saving.steps(), 1, "taking back is no step of its own");

    desk.keys("u");
    assert_eq!(decisions(&desk.saves()), [(key(1).to_string(), Decision::Undecided)], "then the one before");
}

#[test]
fn another_note_for_a_confirmed_hazard_is_taken_back_to_the_first() {
    let mut desk = Desk::new();
    desk.select(6);
    let tick = |note: &str| Some(Tick { note: note.into(), at: now() });
    desk.msg(Msg::PairConfirmed(hazard(), tick("asked her")));
    desk.msg(Msg::PairConfirmed(hazard(), tick("asked her manager")));
    desk.keys("u");
    assert_eq!(desk.confirms(), [(hazard(), Some("asked her".to_owned()))]);
}

#[test]
fn a_confirmation_that_could_not_be_taken_back_leaves_the_next_step_alone() {
    let mut desk = Desk::new();
    desk.select(6);
    desk.msg(Msg::PairConfirmed(hazard(), Some(Tick { note: "asked her".into(), at: now() })));
    desk.keys("u");
    desk.msg(Msg::Failed(Problem::local("confirming a pair", "the disk is full", "Make room.")));
    desk.msg(Msg::PairConfirmed(hazard(), Some(Tick { note: "once more".into(), at: now() })));
    assert!(desk.app.saving.can_take_back(), "what is confirmed afterwards is a step again");
}

#[test]
fn a_decision_that_needs_a_look_is_confirmed_with_a_note() {
    let mut looked = row(1, Decision::Map { target: object(1) }, Outcome::Review);
    looked.needs_a_look = true;
    let plan = Plan { rows: [(key(1), looked)].into(), ..Plan::default() };
    let mut desk = Desk::with(context(), plan, Backing::MicrosoftAccounts);
    desk.select(1);
    assert!(desk.text().contains("needs a look"));
    desk.keys("=");
    desk.types("still her");
    desk.keys("Enter");
    let saves = desk.saves();
    assert_eq!(saves.len(), 1);
    assert_eq!((saves[0].needs_a_look, saves[0].note.as_deref()), (false, Some("still her")));
    assert_eq!(saves[0].decided_on, Some(Outcome::Safe), "bound to what is there now");
    desk.store_keeps();
    desk.keys("u");
    assert!(desk.saves()[0].needs_a_look, "taken back, it needs a look again");
}

#[test]
fn nothing_else_is_confirmed() {
    let mut desk = Desk::new();
    desk.select(1);
    desk.keys("=");
    assert!(desk.app.overlays.is_empty());
    assert!(desk.toast().contains("only a hazard"), "{}", desk.toast());
}

// --- the search -----------------------------------------------------------------------------------------------------

#[test]
fn the_search_follows_each_key_and_choosing_does_not_accept() {
    let mut desk = Desk::new();
    desk.select(4);
    desk.keys("f");
    desk.types("zoe");
    assert_eq!(desk.effect_names(), ["Task Search", "Task Search", "Task Search"]);
    let generation = |effect: &Effect| match effect {
        Effect::Task(tasks::Effect::Search { generation, query, .. }) => (*generation, query.clone()),
        other => panic!("{other:?}"),
    };
    let asked: Vec<_> = desk.effects.iter().map(generation).collect();
    assert_eq!(asked.last().unwrap().1, "zoe");
    desk.msg(Msg::SearchAnswered(asked[0].0, Arc::new(vec![object(5)])));
    assert!(!desk.text().contains("alex@contoso.com  "), "an answer to an older text");
    desk.keys("Enter");
    assert!(matches!(desk.overlay(), Some(Overlay::Search(_))), "nobody is found yet");
    desk.msg(Msg::SearchAnswered(asked[2].0, Arc::new(vec![object(20)])));
    let text = desk.text();
    assert!(text.contains("Zoe Berg") && text.contains("≠"), "evidence before choosing: {text}");
    desk.keys("Enter");
    assert!(desk.app.overlays.is_empty() && desk.saves().is_empty());
    assert!(desk.text().contains("chosen from the search"));
    desk.keys("Enter");
    assert!(matches!(desk.overlay(), Some(Overlay::Confirm(_))), "nothing speaks for it: asked once more");
    desk.keys("y");
    assert_eq!(decisions(&desk.saves()), [map(4, 20)]);
}

#[test]
fn only_the_search_s_own_keys_are_live_in_it() {
    let mut desk = Desk::new();
    desk.select(4);
    desk.keys("f");
    desk.types("axq");
    assert!(desk.saves().is_empty());
    let Some(Overlay::Search(search)) = desk.overlay() else { panic!("the search") };
    assert_eq!(search.input.value(), "axq");
    desk.keys("Esc");
    assert!(desk.app.overlays.is_empty());
}

// --- applying -------------------------------------------------------------------------------------------------------

fn orders(desk: &Desk) -> Vec<&ApplyOrder> {
    desk.effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Task(tasks::Effect::Apply(order)) => Some(order.as_ref()),
            _ => None,
        })
        .collect()
}

#[test]
fn only_the_exact_name_begins_a_run() {
    let mut desk = planned();
    desk.keys("A");
    let text = desk.text();
    for part in [
        "2 map",
        "undecided (left alone)",
        "first Adele Vance",
        "locked out now",
        "A mapping cannot be undone by the service.",
        "nobody else is mapping",
        "Type the organization's name to begin:",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    desk.keys("Enter");
    assert!(orders(&desk).is_empty());
    desk.types("fabrika");
    desk.keys("Enter");
    assert!(orders(&desk).is_empty());
    assert!(desk.toast().contains("nothing was sent"), "{}", desk.toast());
    desk.types("m");
    desk.keys("Enter");
    let orders = orders(&desk);
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].confirmed_name, "fabrikam");
    assert_eq!(orders[0].schedule.calls().count(), 2);
    assert_eq!(orders[0].only, None);
}

#[test]
fn what_changed_while_the_dialog_was_open_is_shown_before_anything_is_sent() {
    let mut desk = planned();
    desk.keys("A");
    let mut users = tenant_users();
    users[0].enabled = Some(false);
    desk.read_directory(users);
    desk.types("fabrikam");
    desk.keys("Enter");
    assert!(orders(&desk).is_empty());
    assert!(desk.toast().contains("something changed"), "{}", desk.toast());
    assert!(desk.text().contains("1 map"));
}

#[test]
fn a_run_that_may_not_begin_says_why_instead_of_asking() {
    let mut desk = planned();
    desk.msg(Msg::Clock(now() + SignedDuration::from_hours(2)));
    desk.keys("A");
    let text = desk.text();
    assert!(text.contains("Nothing can be sent now:") && text.contains("read again"), "{text}");
    assert!(!text.contains("Type the organization's name"));
    desk.types("fabrikam");
    assert!(orders(&desk).is_empty());
    assert_eq!(desk.effect_names(), ["Task Read"], "`r` is the remedy, the other letters do nothing");
    assert!(matches!(desk.overlay(), Some(Overlay::Apply(_))));
}

#[test]
fn the_wrong_directory_maps_nobody() {
    let plan =
        Plan { first_backing: Some(Backing::MicrosoftAccounts), ..planned().app.model.plan.as_ref().clone() };
    let mut desk = Desk::with(context(), plan, Backing::Tenant(tenant(3)));
    desk.draw();
    assert!(desk.text().contains("MAP NOBODY"));
    desk.keys("A");
    assert!(desk.text().contains("wrong directory"));
    desk.types("fabrikam");
    desk.keys("Enter");
    assert!(orders(&desk).is_empty());
}

#[test]
fn read_only_takes_the_dialog_away() {
    let mut context = context();
    context.read_only = true;
    let mut desk = Desk::with(context, Plan::default(), Backing::Tenant(tenant(1)));
    desk.draw();
    desk.keys("A");
    assert!(desk.app.overlays.is_empty());
    assert!(desk.toast().contains("read-only"), "{}", desk.toast());
}

#[test]
fn decisions_are_on_disk_before_they_are_applied() {
    let mut desk = planned();
    desk.select(9);
    desk.keys("o");
    if desk.overlay().is_some() {
        desk.keys("y");
    }
    assert_eq!(desk.saves().len(), 1);
    desk.keys("A");
    assert!(desk.app.overlays.is_empty());
    assert!(desk.toast().contains("being saved"), "{}", desk.toast());
}

#[test]
fn marks_choose_who_is_sent() {
    let mut desk = planned();
    desk.select(7);
    desk.keys("Space A");
    assert!(desk.text().contains("only the 1 person chosen"));
    desk.types("fabrikam");
    desk.keys("Enter");
    assert_eq!(orders(&desk)[0].only, Some([key(7)].into()));
}

#[test]
fn a_run_is_paused_and_resumed() {
    let mut desk = running();
    desk.keys("p");
    desk.msg(Msg::Apply(ApplyEvent::Paused(None)));
    assert!(desk.text().contains("paused"));
    desk.keys("p");
    assert_eq!(desk.effect_names(), ["Task PauseApply", "Task ResumeApply"]);
}

#[test]
fn esc_and_q_never_cancel_without_asking_and_c_asks() {
    let mut desk = running();
    desk.keys("Esc Esc Esc");
    assert!(desk.effects.is_empty() && desk.app.overlays.is_empty());
    desk.keys("q");
    assert!(desk.effects.is_empty());
    desk.keys("Esc c");
    assert!(desk.effects.is_empty());
    desk.keys("y");
    assert_eq!(desk.effect_names(), ["Task CancelApply"]);
}

#[test]
fn a_second_run_does_not_begin_beside_the_first() {
    let mut desk = running();
    desk.keys("A");
    assert!(desk.app.overlays.is_empty());
    assert!(desk.toast().contains("under way"), "{}", desk.toast());
}

#[test]
fn the_strip_tells_applied_from_verified_and_counts_down() {
    let mut desk = running();
    changed(&mut desk, 1, RowState::Applied, None);
    let text = desk.text();
    assert!(text.contains("~ 1 applied") && !text.contains("✓ 1 verified"), "{text}");
    changed(&mut desk, 1, RowState::Verified, None);
    desk.msg(Msg::Apply(ApplyEvent::Throttled { until: now() + SignedDuration::from_secs(11) }));
    let text = desk.text();
    assert!(text.contains("✓ 1 verified") && text.contains("throttled, 11 s"), "{text}");
}

#[test]
fn the_summary_tells_all_states_apart_and_waits_below_what_is_being_typed() {
    let mut desk = running();
    changed(&mut desk, 1, RowState::Verified, None);
    changed(&mut desk, 7, RowState::Failed, Some("VS860016: the target is active. Remove it first."));
    desk.keys("/");
    desk.msg(Msg::Apply(ApplyEvent::Finished { stopped: None, at: now() + SignedDuration::from_secs(9) }));
    assert_eq!(desk.effect_names(), ["Task Read"], "what the run changed is read again");
    desk.types("isa");
    assert!(matches!(desk.overlay(), Some(Overlay::Filter(_))), "the filter keeps the keys");
    desk.keys("Enter");
    assert!(matches!(desk.overlay(), Some(Overlay::Apply(Dialog::Report(_)))));
    let text = desk.text();
    assert!(text.contains("✓ 1 verified: read back and right"), "{text}");
    assert!(text.contains("✗ 1 failed: ") && text.contains("Isaiah Langer: VS860016"), "{text}");
    assert!(text.contains("still locked out is being read"), "{text}");
    desk.msg(Msg::Clock(now() + SignedDuration::from_secs(20)));
    desk.read_roster(org_users());
    assert!(desk.text().contains("Still locked out: 9 people."));
    desk.keys("Esc g");
    let text = desk.text();
    assert!(text.contains("✗ 1 failed") && text.contains("R try failed again"), "{text}");
    assert!(text.contains("Remove it first."), "the remedy stands beside the person: {text}");
    desk.keys("R");
    assert!(desk.text().contains("only the 1 person chosen"));
}

#[test]
fn what_was_sent_is_read_back_again() {
    let mut desk = running();
    desk.keys("v");
    assert!(desk.effects.is_empty(), "nothing is open");
    changed(&mut desk, 1, RowState::Unknown, None);
    desk.keys("v");
    assert_eq!(desk.effect_names(), ["Task VerifyRows"]);
}

// --- how it looks ---------------------------------------------------------------------------------------------------

#[test]
fn looks() {
    let mut desk = Desk::new();
    desk.select(2);
    look("mapping_names_only", &mut desk, &SIZES);
    desk.size = (80, 24);
    desk.keys("l");
    look("mapping_candidates", &mut desk, &[(40, 12)]);
    desk.size = (80, 24);
    desk.select(8);
    look("mapping_hostile", &mut desk, &[(80, 24)]);
    desk.select(6);
    look("mapping_hazard", &mut desk, &[(120, 40)]);
}

#[test]
fn looks_of_the_search() {
    let mut desk = Desk::new();
    desk.select(4);
    desk.keys("f");
    desk.types("ra");
    let generation = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Task(tasks::Effect::Search { generation, .. }) => Some(*generation),
            _ => None,
        })
        .max()
        .unwrap();
    desk.msg(Msg::SearchAnswered(generation, Arc::new(vec![object(2), object(12)])));
    look("mapping_search", &mut desk, &SIZES);
}

#[test]
fn looks_of_applying() {
    let mut desk = planned();
    desk.keys("A");
    desk.types("fabri");
    look("apply_dialog", &mut desk, &SIZES);
    desk.keys("Esc");
    desk.msg(Msg::Apply(ApplyEvent::Started { run: "1".into(), due: 2, at: now() }));
    changed(&mut desk, 1, RowState::Verified, None);
    changed(&mut desk, 7, RowState::Failed, Some("VS860016: the target is active. Remove it first."));
    desk.msg(Msg::Apply(ApplyEvent::Throttled { until: now() + SignedDuration::from_secs(11) }));
    desk.select(7);
    look("apply_running", &mut desk, &SIZES);
    desk.msg(Msg::Apply(ApplyEvent::Finished { stopped: None, at: now() + SignedDuration::from_secs(9) }));
    look("apply_summary", &mut desk, &SIZES);
}

/// Cells that differ between two frames.
fn difference(before: &ratatui::buffer::Buffer, after: &ratatui::buffer::Buffer) -> Vec<(u16, u16)> {
    let area = before.area;
    (0..area.height)
        .flat_map(|y| (0..area.width).map(move |x| (x, y)))
        .filter(|at| before[*at] != after[*at])
        .collect()
}

#[test]
fn moving_the_cursor_changes_two_gutters_and_the_right_side_only() {
    let mut desk = Desk::new();
    desk.size = (160, 45);
    desk.select(1);
    let before = desk.draw();
    desk.keys("j");
    let after = desk.draw();
    let changed = difference(&before, &after);
    let left = changed.iter().filter(|(x, y)| *x < 60 && *y > 2 && *y < 43).count();
    assert_eq!(left, 2, "the old and the new gutter");
}

/// Counts what a terminal would get.
#[derive(Clone, Default)]
struct Wire(std::rc::Rc<std::cell::Cell<usize>>);

impl std::io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_move_costs_few_bytes_although_the_candidates_change() {
    let mut desk = Desk::new();
    let names = [
        "Ada Moss",
        "Ben Hart",
        "Cleo Finn",
        "Dan Wolfe",
        "Eva Lindqvist",
        "Finn Okafor",
        "Gia Romano",
        "Hal Yates",
    ];
    let address = |name: &str| name.to_lowercase().replace(' ', ".");
    let mut users = org_users();
    let mut targets = tenant_users();
    for (n, name) in (100..).zip(names) {
        users.push(org_user(n, name, &format!("{}@outlook.com", address(name))));
        let mut target = tenant_user(n, name, &format!("{}@contoso.com", address(name)));
        if n % 2 == 0 {
            target.edit(|it| it.other_mails = Box::new([format!("{}@outlook.com", address(name)).into()]));
        }
        targets.push(target);
    }
    desk.read_roster(users);
    desk.read_directory(targets);
    desk.size = (160, 45);
    desk.app.mapping.list.set_filter("outlook !raisa");
    desk.draw();
    desk.keys("g");
    let wire = Wire::default();
    let backend = ratatui::backend::CrosstermBackend::new(wire.clone());
    let viewport = ratatui::Viewport::Fixed(ratatui::layout::Rect::new(0, 0, 160, 45));
    let mut terminal =
        ratatui::Terminal::with_options(backend, ratatui::TerminalOptions { viewport }).unwrap();
    let mut draw = |desk: &mut Desk| {
        ado2entra::tui::update::prepare(&mut desk.app);
        wire.0.set(0);
        terminal.draw(|frame| ado2entra::tui::view(&desk.app, &mut desk.view, frame)).unwrap();
        let drawn = desk.view.drawn.clone();
        desk.event(Event::Drawn(drawn));
        wire.0.get()
    };
    draw(&mut desk);
    let mut moves = Vec::new();
    for _ in 1..names.len() {
        desk.blind("j");
        moves.push(draw(&mut desk));
    }
    let mean = moves.iter().sum::<usize>() / moves.len();
    assert!(mean <= 600, "{mean} bytes a move: {moves:?}");
}
