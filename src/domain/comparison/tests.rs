//! What a comparison says of two made-up states.

use std::sync::Arc;

use proptest::prelude::*;

use super::state::{GroupState, Licence, Named, OwnerState, PersonState, TokenCounts};
use super::*;
use crate::domain::connection::Backing;
use crate::domain::people::{EntitlementStatus, LastAccess, Origin};
use crate::domain::plan::fixtures::{at, key, object, org_user, tenant};

const ADMINS: u32 = 0;
const READERS: u32 = 1;
const TEAM: u32 = 2;
const OLD: u32 = 3;

fn group(n: u32, name: &str, within: &[u32]) -> GroupState {
    GroupState {
        id: format!("vssgp.{n}").into(),
        name: name.into(),
        entra: false,
        project: None,
        administrators: false,
        within: within.to_vec(),
    }
}

/// Administrators, readers of a project, a team inside the readers, and an Entra group inside the team.
fn groups() -> Vec<GroupState> {
    vec![
        GroupState {
            administrators: true,
            ..group(ADMINS, "[fabrikam]\\Project Collection Administrators", &[])
        },
        GroupState { project: Some("Fiber".into()), ..group(READERS, "[Fiber]\\Readers", &[]) },
        group(TEAM, "[fabrikam]\\Team", &[READERS]),
        GroupState { entra: true, ..group(OLD, "[TEAM FOUNDATION]\\Adatum Developers", &[TEAM]) },
    ]
}

fn person(n: u32, direct: &[u32]) -> PersonState {
    PersonState {
        direct: Some(direct.into()),
        projects: Some(Box::default()),
        ..PersonState::of(&org_user(n, &format!("Person {n}"), &format!("p{n}@fabrikam.com")))
    }
}

fn mapped(mut person: PersonState, to: u32) -> PersonState {
    person.origin = Origin::Aad;
    person.tenant = Some(tenant(1));
    person.object = Some(object(to));
    person.address = format!("p{to}@contoso.com").into();
    person
}

fn state(backing: Backing, people: Vec<PersonState>) -> State {
    let mut state = State {
        taken_at: at("2026-11-23T19:00:00Z"),
        organization: "fabrikam".into(),
        backing: Some(backing),
        owner: Some(OwnerState { key: Some(key(1)), shown: "Person 1".into() }),
        administrators: None,
        people,
        groups: groups(),
        groups_whole: true,
        services: Some(vec![]),
        ..State::default()
    };
    state.settle();
    state
}

fn before(people: Vec<PersonState>) -> State {
    state(Backing::MicrosoftAccounts, people)
}

fn after(people: Vec<PersonState>) -> State {
    state(Backing::Tenant(tenant(1)), people)
}

fn of(comparison: &Comparison, n: u32) -> Vec<(Kind, Change, Option<Expected>)> {
    let found = comparison.people.iter().find(|person| person.storage_key == key(n));
    found.map_or_else(Vec::new, |person| {
        person.differences.iter().map(|one| (one.kind, one.change, one.expected)).collect()
    })
}

fn plain(before: &State, after: &State) -> Comparison {
    compare(before, after, &Intentions::default())
}

#[test]
fn a_mapped_person_who_kept_everything_lost_nothing() {
    let was = before(vec![person(1, &[TEAM]), person(2, &[READERS])]);
    let is = after(vec![mapped(person(1, &[TEAM]), 7), person(2, &[READERS])]);
    let found = plain(&was, &is);
    assert!(!found.has_losses());
    assert_eq!(
        of(&found, 1),
        [
            (Kind::Identity, Change::Changed, Some(Expected::Mapped)),
            (Kind::Address, Change::Changed, Some(Expected::Mapped))
        ]
    );
    assert_eq!((found.summary.unchanged, found.summary.in_both), (1, 2));
}

#[test]
fn a_lost_group_takes_what_was_held_through_it_along() {
    let was = before(vec![person(1, &[TEAM])]);
    let is = after(vec![person(1, &[])]);
    let found = plain(&was, &is);
    assert_eq!(
        of(&found, 1),
        [
            (Kind::Group, Change::Lost, None),
            (Kind::Group, Change::Lost, None),
            (Kind::Project, Change::Lost, None)
        ]
    );
    let notes: Vec<Option<&str>> =
        found.people[0].differences.iter().map(|one| one.note.as_deref()).collect();
    assert_eq!(notes, [Some("through [fabrikam]\\Team"), None, None]);
    assert!(found.has_losses() && found.people[0].has_unexpected_loss());
}

#[test]
fn a_group_that_is_no_longer_inside_another_is_noticed_although_nobody_left_it() {
    let was = before(vec![person(1, &[TEAM])]);
    let mut is = after(vec![person(1, &[TEAM])]);
    is.groups[TEAM as usize].within.clear();
    let found = plain(&was, &is);
    assert_eq!(of(&found, 1), [(Kind::Group, Change::Lost, None), (Kind::Project, Change::Lost, None)]);
}

#[test]
fn after_a_switch_groups_of_the_old_directory_are_expected_to_be_gone() {
    let was = state(Backing::Tenant(tenant(2)), vec![person(1, &[OLD]), person(2, &[OLD, TEAM])]);
    let mut is = after(vec![person(1, &[]), person(2, &[])]);
    is.groups.remove(OLD as usize);
    let found = plain(&was, &is);
    assert_eq!(
        of(&found, 1),
        [
            (Kind::Group, Change::Lost, Some(Expected::ThroughOldGroup)),
            (Kind::Group, Change::Lost, Some(Expected::ThroughOldGroup)),
            (Kind::Group, Change::Lost, Some(Expected::OldDirectoryGroup)),
            (Kind::Project, Change::Lost, Some(Expected::ThroughOldGroup))
        ]
    );
    assert!(
        found.people.iter().any(|one| one.storage_key == key(2) && one.has_unexpected_loss()),
        "held by herself"
    );
    let lost = found.organization.iter().find(|one| one.kind == Kind::EntraGroup).unwrap();
    assert_eq!((lost.change, lost.expected), (Change::Lost, Some(Expected::OldDirectoryGroup)));
    // Without a switch nothing of this is to be expected.
    let same = state(Backing::Tenant(tenant(2)), vec![person(1, &[]), person(2, &[])]);
    assert!(of(&plain(&was, &same), 1).iter().all(|(_, _, expected)| expected.is_none()));
}

#[test]
fn licences_that_fall_to_stakeholder_are_told_from_others() {
    let with = |access: &str, licence: Licence| PersonState {
        access: Some(access.into()),
        licence,
        ..person(1, &[])
    };
    let case = |was: PersonState, is: PersonState| {
        let found = plain(&before(vec![was]), &after(vec![is]));
        of(&found, 1).into_iter().find(|(kind, _, _)| *kind == Kind::AccessLevel)
    };
    let stakeholder = || mapped(with("Stakeholder", Licence::Account), 7);
    assert_eq!(
        case(with("Visual Studio Enterprise subscription", Licence::Subscription), stakeholder()),
        Some((Kind::AccessLevel, Change::Lost, Some(Expected::Subscription)))
    );
    assert_eq!(
        case(with("Basic", Licence::Account), stakeholder()),
        Some((Kind::AccessLevel, Change::Lost, Some(Expected::FellToStakeholder)))
    );
    assert_eq!(
        case(with("Basic + Test Plans", Licence::Account), mapped(with("Basic", Licence::Account), 7)),
        Some((Kind::AccessLevel, Change::Lost, None))
    );
    assert_eq!(
        case(with("Stakeholder", Licence::Account), mapped(with("Basic", Licence::Account), 7)),
        Some((Kind::AccessLevel, Change::Gained, None))
    );
    assert_eq!(
        case(with("Basic", Licence::Account), mapped(with("Copilot", Licence::Account), 7)),
        Some((Kind::AccessLevel, Change::Changed, None))
    );
    assert_eq!(case(with(" basic", Licence::Account), mapped(with("Basic", Licence::Account), 7)), None);
    // Where nothing was switched, a fall to Stakeholder is nobody's expectation.
    let was = before(vec![with("Basic", Licence::Account)]);
    let is = before(vec![with("Stakeholder", Licence::Account)]);
    assert_eq!(of(&plain(&was, &is), 1), [(Kind::AccessLevel, Change::Lost, None)]);
}

#[test]
fn who_is_gone_is_lost_unless_the_plan_removes_them() {
    let was = before(vec![person(1, &[TEAM]), person(2, &[])]);
    let is = after(vec![person(3, &[])]);
    let removed = Intentions { removed: [key(2)].into(), ..Intentions::default() };
    let found = compare(&was, &is, &removed);
    assert_eq!(of(&found, 1), [(Kind::Person, Change::Lost, None)]);
    assert_eq!(found.people[0].differences[0].note.as_deref(), Some("in [fabrikam]\\Team"));
    assert_eq!(of(&found, 2), [(Kind::Person, Change::Lost, Some(Expected::Removed))]);
    assert_eq!(of(&found, 3), [(Kind::Person, Change::Gained, None)]);
    assert_eq!((found.summary.with_unexpected_loss, found.summary.with_expected_loss), (1, 1));
}

#[test]
fn a_new_key_is_the_same_person_by_the_planned_target_and_by_the_address() {
    let rekeyed = |n: u32, from: PersonState| PersonState { key: key(n), ..from };
    let was = before(vec![person(1, &[TEAM]), person(2, &[READERS])]);
    let is = after(vec![rekeyed(11, mapped(person(1, &[TEAM]), 7)), rekeyed(12, person(2, &[READERS]))]);
    let planned = Intentions { targets: [(key(1), object(7))].into(), ..Intentions::default() };
    let found = compare(&was, &is, &planned);
    assert!(!found.has_losses(), "{found:#?}");
    assert_eq!(found.summary.new_keys, 2);
    let adele = found.people.iter().find(|one| one.storage_key == key(1)).unwrap();
    assert_eq!(adele.new_storage_key, Some(key(11)));
    // Without the plan nobody may be joined by a changed address; with other groups neither.
    let without = plain(&was, &is);
    assert_eq!(of(&without, 1), [(Kind::Person, Change::Lost, None)]);
    let poorer = after(vec![rekeyed(11, mapped(person(1, &[]), 7)), rekeyed(12, person(2, &[READERS]))]);
    assert_eq!(of(&compare(&was, &poorer, &planned), 1), [(Kind::Person, Change::Lost, None)]);
}

#[test]
fn two_who_could_be_the_same_are_nobody() {
    let twin = |n: u32| PersonState { key: key(n), ..person(1, &[TEAM]) };
    let found = plain(&before(vec![twin(1)]), &after(vec![twin(11), twin(12)]));
    assert_eq!(of(&found, 1), [(Kind::Person, Change::Lost, None)]);
    let found = plain(&before(vec![twin(1), twin(2)]), &after(vec![twin(11)]));
    assert_eq!(of(&found, 1), [(Kind::Person, Change::Lost, None)]);
}

#[test]
fn whoever_was_mapped_to_another_account_than_planned_is_not_expected() {
    let planned = Intentions { targets: [(key(1), object(7))].into(), ..Intentions::default() };
    let found = compare(&before(vec![person(1, &[])]), &after(vec![mapped(person(1, &[]), 8)]), &planned);
    assert_eq!(of(&found, 1)[0], (Kind::Identity, Change::Changed, None));
    assert_eq!(found.people[0].differences[0].note.as_deref(), Some("not the account that the plan names"));
}

#[test]
fn what_was_not_read_is_not_lost() {
    let was = before(vec![person(1, &[TEAM])]);
    let unread = PersonState { direct: None, projects: None, access: None, ..person(1, &[]) };
    let mut is = after(vec![unread]);
    is.groups.clear();
    is.groups_whole = false;
    is.left_out = vec!["groups: 403".into()];
    let found = plain(&was, &is);
    assert!(!found.has_losses(), "{found:#?}");
    assert!(found.not_compared.iter().any(|what| what == "group memberships: not in the second"));
    assert!(found.not_compared.iter().any(|what| what == "after: groups: 403"));
    // One group whose members could not be read takes only itself, and what is around it, out of the comparison.
    let was = before(vec![person(1, &[TEAM, ADMINS])]);
    let mut is = after(vec![person(1, &[])]);
    is.unread_groups = vec![TEAM];
    let found = plain(&was, &is);
    assert_eq!(of(&found, 1), [(Kind::Administrator, Change::Lost, None)]);
}

#[test]
fn administrators_owner_tokens_and_standing() {
    let mut was = before(vec![person(1, &[ADMINS]), person(2, &[])]);
    was.people[0].tokens = Some(TokenCounts { access_tokens: 3, ssh_keys: 1 });
    was.connections = Some(vec![Named {
        id: "1".into(),
        name: "Azure".into(),
        standing: Some("ready".into()),
        good: Some(true),
    }]);
    let mut is = after(vec![person(1, &[]), person(2, &[ADMINS])]);
    is.people[0].tokens = Some(TokenCounts { access_tokens: 0, ssh_keys: 1 });
    is.owner = Some(OwnerState { key: Some(key(2)), shown: "Person 2".into() });
    is.connections = Some(vec![Named {
        id: "1".into(),
        name: "Azure".into(),
        standing: Some("not ready".into()),
        good: Some(false),
    }]);
    let found = plain(&was, &is);
    assert_eq!(
        of(&found, 1),
        [
            (Kind::Administrator, Change::Lost, None),
            (Kind::AccessTokens, Change::Lost, Some(Expected::MadeAnew))
        ]
    );
    assert_eq!(of(&found, 2), [(Kind::Administrator, Change::Gained, None)]);
    let kinds: Vec<_> = found.organization.iter().map(|one| (one.kind, one.change)).collect();
    assert_eq!(kinds, [(Kind::Owner, Change::Changed), (Kind::ServiceConnection, Change::Lost)]);
}

#[test]
fn a_renamed_group_and_one_with_another_descriptor_stay_themselves() {
    let was = before(vec![person(1, &[TEAM, READERS])]);
    let mut is = after(vec![person(1, &[TEAM, READERS])]);
    is.groups[TEAM as usize].name = "[fabrikam]\\Crew".into();
    is.groups[READERS as usize].id = "vssgp.other".into();
    assert_eq!(of(&plain(&was, &is), 1), []);
}

#[test]
fn who_used_it_since_is_counted() {
    let was = before(vec![person(1, &[]), person(2, &[])]);
    let mut is = after(vec![person(1, &[]), person(2, &[])]);
    is.people[0].last_accessed = LastAccess::At(at("2026-11-24T08:00:00Z"));
    is.people[1].last_accessed = LastAccess::Never;
    let found = plain(&was, &is);
    assert_eq!(found.summary.came_back, 1);
    assert_eq!(of(&found, 2), [(Kind::LastAccess, Change::Changed, None)]);
}

fn any_person() -> impl Strategy<Value = PersonState> {
    let access = prop::sample::select(vec![
        None,
        Some("Basic"),
        Some("Stakeholder"),
        Some("Visual Studio Enterprise"),
        Some("odd"),
    ]);
    let status = prop::sample::select(vec![
        EntitlementStatus::Active,
        EntitlementStatus::Disabled,
        EntitlementStatus::Pending,
        EntitlementStatus::Other("x".into()),
    ]);
    let direct = prop::option::of(prop::collection::vec(0_u32..5, 0..4));
    let projects =
        prop::option::of(prop::collection::vec(prop::sample::select(vec!["Fiber", "Ledger"]), 0..3));
    let tokens = prop::option::of((0_u32..3, 0_u32..3));
    (1_u32..12, 1_u32..12, access, status, direct, projects, tokens, prop::option::of(1_u32..4)).prop_map(
        |(n, name, access, status, direct, projects, tokens, to)| {
            let mut person = person(n, &[]);
            person.address = format!("p{name}@fabrikam.com").into();
            person.access = access.map(Arc::from);
            person.status = status;
            person.direct = direct.map(Vec::into_boxed_slice);
            person.projects = projects.map(|list| list.into_iter().map(Arc::from).collect());
            person.tokens = tokens.map(|(access_tokens, ssh_keys)| TokenCounts { access_tokens, ssh_keys });
            if let Some(to) = to {
                person.origin = Origin::Aad;
                person.tenant = Some(tenant(1));
                person.object = Some(object(to));
            }
            person
        },
    )
}

fn any_state() -> impl Strategy<Value = State> {
    let list = || {
        prop::option::of(prop::collection::vec(
            (0_u32..4, prop::option::of(any::<bool>())).prop_map(|(n, good)| Named {
                id: n.to_string(),
                name: format!("thing {n}"),
                standing: good.map(|good| good.to_string()),
                good,
            }),
            0..4,
        ))
    };
    (
        prop::collection::vec(any_person(), 0..12),
        prop::sample::select(vec![
            None,
            Some(Backing::MicrosoftAccounts),
            Some(Backing::Tenant(tenant(1))),
            Some(Backing::Tenant(tenant(2))),
        ]),
        prop::collection::vec(prop::collection::vec(0_u32..5, 0..3), 5),
        prop::collection::vec(0_u32..5, 0..2),
        prop::option::of(prop::collection::vec(1_u32..12, 0..4)),
        list(),
        list(),
    )
        .prop_map(|(people, backing, within, unread, administrators, projects, connections)| {
            let mut state = state(Backing::MicrosoftAccounts, people);
            state.backing = backing;
            state.groups.push(group(4, "[Ledger]\\Readers", &[]));
            for (group, within) in state.groups.iter_mut().zip(within) {
                group.within = within;
            }
            state.unread_groups = unread;
            state.administrators = administrators.map(|list| list.into_iter().map(key).collect());
            (state.projects, state.connections) = (projects, connections);
            state.settle();
            state
        })
}

/// Everything that went one way, by kind, person and words.
fn went(comparison: &Comparison, change: Change) -> Vec<String> {
    let people = comparison.people.iter().flat_map(|person| {
        // A joined person is known by the key of the first state; the mirror image knows the other one.
        let mut keys =
            [Some(person.storage_key.to_string()), person.new_storage_key.as_ref().map(ToString::to_string)];
        keys.sort();
        person.differences.iter().map(move |one| (format!("{keys:?}"), one))
    });
    let organization = comparison.organization.iter().map(|one| (String::new(), one));
    let mut all: Vec<String> = people
        .chain(organization)
        .filter(|(_, one)| one.change == change)
        .map(|(who, one)| {
            // How something stood before is told with its name, how it stands now without.
            let standing = |text: &str| text.rsplit(": ").next().unwrap_or_default().to_owned();
            let mut texts = [one.before.as_deref().map(standing), one.after.as_deref().map(standing)];
            texts.sort();
            format!("{who} {:?} {texts:?}", one.kind)
        })
        .collect();
    all.sort();
    all
}

proptest! {
    /// A state compared with itself has no difference.
    #[test]
    fn nothing_is_different_from_itself(state in any_state()) {
        let found = plain(&state, &state);
        prop_assert!(found.people.is_empty(), "{:#?}", found.people);
        prop_assert!(found.organization.is_empty());
        prop_assert_eq!(found.summary.unchanged, state.people.len());
    }

    /// What is lost one way is gained the other way, and nothing else is.
    #[test]
    fn lost_one_way_is_gained_the_other_way(one in any_state(), other in any_state()) {
        let (there, back) = (plain(&one, &other), plain(&other, &one));
        prop_assert_eq!(went(&there, Change::Lost), went(&back, Change::Gained));
        prop_assert_eq!(went(&there, Change::Gained), went(&back, Change::Lost));
        prop_assert_eq!(there.summary.in_both, back.summary.in_both);
    }

    /// Everybody is counted exactly once, whatever the keys are.
    #[test]
    fn everybody_is_counted_once(one in any_state(), other in any_state()) {
        let found = plain(&one, &other);
        let gone = found.people.iter().filter(|person| person.differences.iter().any(|d| d.kind == Kind::Person && d.change == Change::Lost)).count();
        let new = found.people.iter().filter(|person| person.differences.iter().any(|d| d.kind == Kind::Person && d.change == Change::Gained)).count();
        prop_assert_eq!(found.summary.in_both + gone, one.people.len());
        prop_assert_eq!(found.summary.in_both + new, other.people.len());
    }
}
