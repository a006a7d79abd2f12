//! Tables and properties of a run.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::domain::connection::Backing;
use crate::domain::facts::{Aged, Cloud, TenantDiscovery, TenantProfile};
use crate::domain::forecast::Person;
use crate::domain::outcome::Outcome;
use crate::domain::people::{LastAccess, OrgUser};
use crate::domain::plan::fixtures::*;
use crate::domain::plan::{PlanRow, RowState};

/// A run after connecting; people 1 to 9 exist on both sides.
struct World {
    users: Vec<OrgUser>,
    people: Vec<Person>,
    directory: Directory,
    facts: Facts,
    situation: Situation,
    plan: Plan,
    only: Option<BTreeSet<StorageKey>>,
    roster_read_at: Timestamp,
}

fn world() -> World {
    let users: Vec<_> =
        (1..=9).map(|n| org_user(n, &format!("Person {n}"), &format!("p{n}@fabrikam.com"))).collect();
    let targets = (1..=9).map(|n| tenant_user(n, &format!("Person {n}"), &format!("p{n}@contoso.com")));
    World {
        users,
        people: (1..=9).map(|n| person(n, Outcome::Safe, Some(n), vec![])).collect(),
        directory: directory(targets),
        facts: Facts { backing: Aged::known(Backing::Tenant(tenant(1)), now()), ..Facts::default() },
        situation: connected(),
        plan: plan([]),
        only: None,
        roster_read_at: now(),
    }
}

impl World {
    fn user(&mut self, n: u32) -> &mut OrgUser {
        self.users.iter_mut().find(|user| user.storage_key == key(n)).unwrap()
    }

    fn person(&mut self, n: u32) -> &mut Person {
        self.people.iter_mut().find(|person| person.storage_key == key(n)).unwrap()
    }

    fn decide(&mut self, n: u32, decision: Decision) -> &mut PlanRow {
        let outcome = self.person(n).outcome;
        let user = self.user(n).clone();
        let made = row(&user, decision, outcome, &self.directory);
        self.plan.rows.insert(key(n), made);
        self.plan.rows.get_mut(&key(n)).unwrap()
    }

    fn with<T>(&self, work: impl FnOnce(&ScheduleInput<'_>) -> T) -> T {
        let roster = roster(self.users.clone());
        let forecast = Forecast::new(self.people.clone());
        work(&ScheduleInput {
            roster: &roster,
            roster_read_at: self.roster_read_at,
            directory: &self.directory,
            directory_read_at: now(),
            facts: &self.facts,
            forecast: &forecast,
            situation: &self.situation,
            plan: &self.plan,
            only: self.only.as_ref(),
            now: now(),
            reread_after: SignedDuration::from_mins(60),
        })
    }

    fn run(&self) -> Schedule {
        self.with(schedule)
    }

    fn row(&self, n: u32) -> Option<Disposition> {
        self.run().rows.into_iter().find(|row| row.storage_key == key(n)).map(|row| row.disposition)
    }
}

#[track_caller]
fn refused(disposition: Option<Disposition>, why: &str) {
    match disposition {
        Some(Disposition::Refuse(reason)) => assert!(reason.contains(why), "{reason}"),
        other => panic!("{other:?} is not refused for {why}"),
    }
}

#[track_caller]
fn skipped(disposition: Option<Disposition>, why: &str) {
    match disposition {
        Some(Disposition::Skip(reason)) => assert!(reason.contains(why), "{reason}"),
        other => panic!("{other:?} is not skipped for {why}"),
    }
}

fn sent(disposition: Option<Disposition>) -> Option<Call> {
    match disposition {
        Some(Disposition::Send(call)) => Some(call),
        _ => None,
    }
}

#[test]
fn a_map_is_sent_with_the_present_descriptor() {
    let mut world = world();
    world.decide(1, map(1));
    world.user(1).descriptor = Descriptor::new("msa.renewed");
    assert_eq!(
        sent(world.row(1)),
        Some(Call::Map { descriptor: Descriptor::new("msa.renewed"), target: object(1) })
    );
}

#[test]
fn before_connecting_only_removals_and_invitations_go() {
    let mut world = world();
    world.situation = situation();
    world.decide(1, map(1));
    world.decide(2, invite("p2@fabrikam.com"));
    world.decide(3, Decision::Remove);
    world.decide(4, Decision::Keep);
    world.decide(5, Decision::Undecided);
    world.decide(6, invite("p6@fabrikam.com")).state = RowState::Applied;
    skipped(world.row(1), "waits for the connection");
    assert_eq!(sent(world.row(2)), Some(Call::Invite { address: "p2@fabrikam.com".into() }));
    assert_eq!(sent(world.row(3)), Some(Call::Remove));
    assert_eq!((world.row(4), world.row(5)), (None, None));
    skipped(world.row(6), "waits for the connection");
}

#[test]
fn nobody_is_mapped_to_people_of_another_tenant_than_the_destination() {
    let read =
        |n| TenantProfile { id: tenant(n), display_name: "Woodgrove".into(), verified_domains: vec![] };
    let mut world = world();
    world.facts.discovery = Aged::known(
        TenantDiscovery {
            id: tenant(1),
            region: None,
            cloud: Cloud::Public { gcc: false },
            sign_in_host: "login.microsoftonline.com".into(),
        },
        now(),
    );
    world.facts.tenant = Aged::known(read(1), now());
    let before = world.run().refusals;
    world.facts.tenant = Aged::known(read(2), now());
    let after = world.run().refusals;
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.iter().any(|why| why.contains("Woodgrove") && why.contains("is not the destination")));
}

#[test]
fn a_run_in_which_nothing_is_due_says_why() {
    let mut world = world();
    world.situation = situation();
    world.decide(4, Decision::Keep);
    assert!(world.run().why_nothing_is_due().contains("no decision sends anything yet"));
    world.decide(1, map(1));
    assert!(world.run().why_nothing_is_due().contains("once the organization is connected"));
}

#[test]
fn what_was_sent_is_read_back_and_never_sent_again() {
    for decision in [map(1), Decision::Remove, invite("p1@fabrikam.com")] {
        for state in RowState::ALL {
            let mut world = world();
            world.decide(1, decision.clone()).state = state;
            let found = world.row(1);
            match state {
                RowState::Verified => assert_eq!(found, None),
                RowState::Applied if decision.name() == "invite" => skipped(found, "not visible"),
                RowState::Sending | RowState::Unknown | RowState::Applied => {
                    assert_eq!(found, Some(Disposition::Verify));
                }
                _ => assert!(sent(found).is_some(), "{state:?} is due again"),
            }
        }
    }
}

#[test]
fn what_the_service_did_by_itself_is_verified_without_a_call() {
    let mut world = world();
    world.decide(1, map(1));
    *world.user(1) = in_tenant(world.user(1).clone(), tenant(1), object(1));
    world.person(1).outcome = Outcome::Connected;
    assert_eq!(world.row(1), Some(Disposition::Verify));
    *world.user(1) = in_tenant(world.user(1).clone(), tenant(1), object(2));
    assert!(matches!(world.row(1), Some(Disposition::Refuse(_))), "mapped to somebody else");
    world.decide(3, Decision::Remove);
    world.users.retain(|user| user.storage_key != key(3));
    assert_eq!(world.row(3), Some(Disposition::Verify), "is gone already");
}

#[test]
fn a_change_since_the_decision_refuses_the_row() {
    for decision in [map(1), Decision::Remove, invite("p1@fabrikam.com")] {
        let mut looked = world();
        looked.decide(1, decision.clone()).needs_a_look = true;
        refused(looked.row(1), "confirm");
        let mut outcome = world();
        outcome.decide(1, decision.clone());
        outcome.person(1).outcome = Outcome::Review;
        refused(outcome.row(1), "was mappable, safe, is needs review");
        let mut person = world();
        person.decide(1, decision.clone());
        person.user(1).display_name = "Somebody Else".into();
        refused(person.row(1), "the person's name was Person 1, is Somebody Else");
        let mut unseen = world();
        unseen.decide(1, decision.clone()).seen = None;
        refused(unseen.row(1), "Nothing was recorded");
    }
    let mut blind = world();
    std::sync::Arc::make_mut(blind.decide(1, map(1)).seen.as_mut().unwrap()).target = None;
    refused(blind.row(1), "Nothing was recorded");
    let mut target = world();
    target.decide(1, map(1));
    let mut renamed = target.directory.get(object(1)).unwrap().clone();
    renamed.edit(|it| it.user_principal_name = "new@contoso.com".into());
    target.directory.insert(renamed);
    refused(target.row(1), "the target's sign-in name");
    let mut gone = world();
    gone.decide(1, map(1));
    gone.users.retain(|user| user.storage_key != key(1));
    refused(gone.row(1), "Nobody with this key");
}

#[test]
fn two_rows_for_one_target_are_both_refused() {
    let mut world = world();
    world.decide(1, map(1));
    world.decide(2, map(1));
    refused(world.row(1), "one target for one person");
    refused(world.row(2), "one target for one person");
}

#[test]
fn an_active_target_waits_for_the_removal_of_its_second_identity() {
    let mut world = world();
    world.person(1).outcome = Outcome::Conflict;
    world.decide(1, map(1));
    *world.user(2) = in_tenant(world.user(2).clone(), tenant(1), object(1));
    world.person(2).outcome = Outcome::Connected;
    refused(world.row(1), "Decide `remove`");
    world.decide(2, Decision::Remove);
    assert_eq!(sent(world.row(2)), Some(Call::Remove));
    assert!(sent(world.row(1)).is_some(), "in the same run, behind the removal");
    let schedule = world.run();
    let order: Vec<_> =
        schedule.calls().map(|(row, _)| (row.storage_key.clone(), row.after.clone())).collect();
    assert_eq!(order, [(key(2), None), (key(1), Some(key(2)))]);
    world.only = Some([key(1)].into());
    skipped(world.row(1), "until Person 2 (p2@fabrikam.com) is removed");
    world.only = None;
    world.users.retain(|user| user.storage_key != key(2));
    assert!(sent(world.row(1)).is_some(), "a reading shows that it is free");
}

#[test]
fn an_accepted_invitation_becomes_a_map_onto_the_guest() {
    let mut world = world();
    world.person(1).outcome = Outcome::Missing;
    world.decide(1, invite("p1@fabrikam.com")).state = RowState::Applied;
    skipped(world.row(1), "not visible");
    let mut guest = tenant_user(20, "Person 1", "p1_fabrikam.com#EXT#@contoso.onmicrosoft.com");
    guest.pending = true;
    world.directory.insert(guest);
    assert_eq!(
        sent(world.row(1)),
        Some(Call::Map { descriptor: Descriptor::new("msa.1"), target: object(20) }),
        "pending, but its own"
    );
    world.person(1).outcome = Outcome::Safe;
    assert!(sent(world.row(1)).is_some(), "that the guest changes the outcome was to be expected");
    let mut twin = tenant_user(21, "Person 1", "other@contoso.com");
    twin.edit(|it| it.mail = Some("p1@fabrikam.com".into()));
    world.directory.insert(twin);
    refused(world.row(1), "Several users");
}

#[test]
fn hazards_that_happened_are_never_mapped_over() {
    let mut world = world();
    world.person(1).outcome = Outcome::Hazard;
    world.decide(1, map(1));
    refused(world.row(1), "Support");
}

#[test]
fn privileged_people_go_only_when_named() {
    let named = |n| Some(BTreeSet::from([key(n)]));
    let mut world = world();
    world.person(1).privileged = Some(true);
    world.situation.administrators = Some(BTreeSet::from([key(2)]));
    world.situation.owner = Some(key(3));
    world.situation.operator_keys.insert(key(4));
    for n in 1..=4 {
        world.decide(n, map(n));
    }
    for n in 1..=4 {
        world.only = None;
        skipped(world.row(n), "privileged");
        world.only = named(n);
        assert!(sent(world.row(n)).is_some(), "{n}");
        world.only = named(9);
        skipped(world.row(n), "not among those named");
    }
    world.situation.operator_objects.insert(object(6));
    world.person(7).target = None;
    world.decide(7, map(6));
    world.only = None;
    skipped(world.row(7), "privileged");
    world.only = named(5);
    world.decide(5, map(5));
    world.person(5).privileged = None;
    refused(world.row(5), "could not be read");
    world.only = named(2);
    world.decide(2, Decision::Remove);
    refused(world.row(2), "privileged");
}

#[test]
fn the_order_is_canary_then_removals_then_last_access_then_the_privileged() {
    let mut world = world();
    let access = |n: u32| LastAccess::At(now() - SignedDuration::from_hours(i64::from(n)));
    for n in 1..=9 {
        world.user(n).last_accessed = access(n);
    }
    world.user(5).last_accessed = LastAccess::Never;
    world.person(2).outcome = Outcome::Review;
    world.situation.administrators = Some(BTreeSet::from([key(6), key(7), key(8)]));
    world.situation.owner = Some(key(7));
    world.situation.operator_keys.insert(key(8));
    for n in [2, 3, 4, 5, 6, 7, 8] {
        world.decide(n, map(n));
    }
    world.decide(1, Decision::Remove);
    world.decide(9, map(9)).state = RowState::Unknown;
    world.only = Some((1..=9).map(key).collect());
    let schedule = world.run();
    let order: Vec<_> = schedule.rows.iter().map(|row| row.storage_key.clone()).collect();
    assert_eq!(
        order,
        [9, 3, 1, 2, 4, 5, 6, 7, 8].map(key),
        "verify; the canary (safe, most recent); removals; by last access; administrators; owner; operator"
    );
    assert_eq!(schedule.canary().unwrap().storage_key, key(3));
}

#[test]
fn a_run_is_refused_as_a_whole_when_something_was_not_read() {
    type Change = fn(&mut World);
    let changes: [(Change, &str); 6] = [
        (|it| it.situation.administrators = None, "administrators"),
        (|it| it.situation.backing = None, "not known"),
        (|it| it.situation.destination = None, "not known"),
        (|it| it.situation.backing = Some(Backing::Tenant(tenant(3))), "wrong directory"),
        (|it| it.roster_read_at = now() - SignedDuration::from_mins(61), "61 minutes ago"),
        (|it| it.facts.backing.read_at = Some(now() - SignedDuration::from_hours(3)), "read again"),
    ];
    for (change, why) in changes {
        let mut world = world();
        world.decide(1, map(1));
        world.decide(2, Decision::Remove);
        change(&mut world);
        let schedule = world.run();
        assert!(schedule.refusals.iter().any(|line| line.contains(why)), "{why}: {:?}", schedule.refusals);
        assert_eq!(schedule.calls().count(), 0, "{why}");
    }
    let mut fine = world();
    fine.decide(1, map(1));
    assert!(fine.run().refusals.is_empty());
}

#[test]
fn the_summary_counts_what_the_dialog_says() {
    let mut world = world();
    world.decide(1, map(1));
    world.decide(2, map(2)).state = RowState::Verified;
    world.decide(3, invite("p3@fabrikam.com"));
    world.decide(4, Decision::Remove);
    world.decide(5, Decision::Keep);
    world.decide(6, map(6)).needs_a_look = true;
    world.decide(7, map(7));
    world.person(7).privileged = Some(true);
    world.decide(8, map(8)).state = RowState::Applied;
    let summary = world.with(|input| Summary::of(&schedule(input), input));
    assert_eq!(
        summary,
        Summary {
            map: 1,
            invite: 1,
            remove: 1,
            keep: 1,
            undecided: 1,
            verify: 1,
            skipped: 1,
            refused: 1,
            verified_before: 1,
            privileged: 0,
            locked_out: Some(9),
        }
    );
    assert_eq!(summary.sent(), 3);
}

fn any_decision() -> impl Strategy<Value = Decision> {
    prop_oneof![
        (1u32..=6).prop_map(map),
        Just(Decision::Remove),
        Just(Decision::Keep),
        Just(Decision::Undecided),
        (1u32..=9).prop_map(|n| invite(&format!("p{n}@fabrikam.com"))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_run_sends_twice_or_what_it_must_not(
        rows in proptest::collection::vec(
            (any_decision(), 0usize..8, any::<bool>(), 0usize..9, proptest::option::of(any::<bool>())),
            9,
        ),
        backing in prop_oneof![Just(None), Just(Some(0u32)), Just(Some(1)), Just(Some(3))],
        administrators in any::<bool>(),
        only in proptest::option::of(proptest::collection::btree_set(1u32..=9, 0..5)),
    ) {
        let mut world = world();
        for (n, (decision, state, look, outcome, privileged)) in (1u32..).zip(rows) {
            let row = world.decide(n, decision);
            row.state = RowState::ALL[state];
            row.needs_a_look = look && n % 3 == 0;
            // Two out of three keep the outcome that was seen.
            if n % 3 == 1 {
                world.person(n).outcome = Outcome::ALL[outcome];
            }
            world.person(n).privileged = privileged;
        }
        world.situation.backing = backing.map(|n| if n == 0 { Backing::MicrosoftAccounts } else { Backing::Tenant(tenant(n)) });
        if !administrators {
            world.situation.administrators = None;
        }
        world.only = only.map(|keys| keys.into_iter().map(key).collect());
        let schedule = world.run();

        let keys: Vec<_> = schedule.rows.iter().map(|row| row.storage_key.clone()).collect();
        prop_assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "one row a person");
        if !schedule.refusals.is_empty() {
            prop_assert_eq!(schedule.calls().count(), 0);
        }
        let mut targets = BTreeSet::new();
        for (row, call) in schedule.calls() {
            let planned = world.plan.row(&row.storage_key).unwrap();
            prop_assert!(!planned.needs_a_look);
            prop_assert!(!matches!(planned.state, RowState::Sending | RowState::Unknown | RowState::Verified));
            let invited = planned.decision.name() == "invite";
            prop_assert!(planned.state != RowState::Applied || invited);
            if let Call::Map { target, .. } = call {
                prop_assert!(targets.insert(*target), "one target for one person");
                prop_assert!(world.situation.is_connected());
            }
            if row.privileged {
                prop_assert!(world.only.as_ref().is_some_and(|only| only.contains(&row.storage_key)));
                prop_assert!(*call != Call::Remove);
            }
            if let Some(only) = &world.only {
                prop_assert!(only.contains(&row.storage_key));
            }
        }
        // Sent rows stand together, before everything that is not sent, privileged people last among them.
        let ranks: Vec<u8> = schedule.rows.iter().map(|row| match (&row.disposition, row.privileged) {
            (Disposition::Verify, _) => 0,
            (Disposition::Send(_), false) => 1,
            (Disposition::Send(_), true) => 2,
            (Disposition::Skip(_), _) => 3,
            (Disposition::Refuse(_), _) => 4,
        }).collect();
        prop_assert!(ranks.is_sorted(), "{:?}", ranks);
        prop_assert_eq!(world.run(), schedule, "the same input, the same run");
    }
}
