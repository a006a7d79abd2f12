//! Tables of the prerequisites: for each one every status that it can have.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::*;
use crate::domain::candidate::EvidenceKind;
use crate::domain::check::{CheckStatus as S, Tick, Verdict};
use crate::domain::connection::Backing;
use crate::domain::facts::{
    Administrators, AfterConnectTrial, Aged, Cloud, GraphIdentity, Health, InvitationPolicy, LegacyIdentity,
    Memberships, Operator, Owner, PersonTokens, TenantDiscovery, TenantProfile, TokenInventory,
};
use crate::domain::forecast::Person;
use crate::domain::ids::{Descriptor, StorageKey};
use crate::domain::outcome::Outcome;
use crate::domain::people::{EntitlementStatus, LastAccess, OrgUser, TenantUser, UserType};
use crate::domain::plan::Decision;
use crate::domain::plan::fixtures::{
    at, candidate, connected, directory, in_tenant, invite, key, map, now, object, org_user, person, plan,
    roster, row, situation, tenant, tenant_user,
};
use crate::domain::problem::{Problem, ProblemKind, Service};

/// Everything in order: 1 is the operator, 2 another administrator, both map by themselves; 3 is safe and decided.
struct World {
    facts: Facts,
    users: Option<Vec<OrgUser>>,
    targets: Option<Vec<TenantUser>>,
    people: Option<Vec<Person>>,
    situation: Situation,
    plan: Plan,
    goal: Goal,
    now: Timestamp,
}

fn known<T>(value: T) -> Aged<T> {
    Aged::known(value, now())
}

fn denied<T>() -> Aged<T> {
    let mut problem = Problem::at(Service::MicrosoftGraph, ProblemKind::NotAllowed, "reading it");
    problem.status = Some(403);
    problem.code = Some("Authorization_RequestDenied".into());
    problem.remedy = "Ask for the permission.".into();
    Aged { problem: Some(problem.into()), ..Aged::default() }
}

fn world() -> World {
    let users: Vec<_> =
        (1..=3).map(|n| org_user(n, &format!("Person {n}"), &format!("p{n}@contoso.com"))).collect();
    let targets: Vec<_> =
        (1..=3).map(|n| tenant_user(n, &format!("Person {n}"), &format!("p{n}@contoso.com"))).collect();
    let facts = Facts {
        operator: known(Operator {
            storage_key: key(1),
            descriptor: Some(Descriptor::new("msa.1")),
            display_name: "Person 1".into(),
            account: Some("P1@contoso.com".into()),
            organization_id: None,
        }),
        backing: known(Backing::MicrosoftAccounts),
        discovery: known(TenantDiscovery {
            id: tenant(1),
            region: Some("EU".into()),
            cloud: Cloud::Public { gcc: false },
            sign_in_host: "login.microsoftonline.com".into(),
        }),
        tenant: known(TenantProfile {
            id: tenant(1),
            display_name: "Contoso".into(),
            verified_domains: vec!["contoso.com".into()],
        }),
        me: known(targets[0].clone()),
        granted: Aged::default(),
        my_roles: known(Memberships::default()),
        administrators: known(Administrators {
            members: BTreeSet::from([key(1), key(2)]),
            ..Administrators::default()
        }),
        owner: known(Owner { storage_key: Some(key(2)), name: None, address: None, told: false }),
        hidden_identities: known(vec![]),
        graph_identities: known(vec![]),
        invitation_policy: known(InvitationPolicy {
            allow_invites_from: "everyone".into(),
            guest_role: None,
        }),
        health: known(Health { health: "healthy".into(), message: String::new(), unhealthy: vec![] }),
        after_connect: known(AfterConnectTrial {
            way: "azure-cli".into(),
            tenant: Some(tenant(1)),
            same_pat: false,
        }),
        own_tokens: Aged::default(),
        workloads: Aged::default(),
        backing_tenant: Aged::default(),
        tokens: known(TokenInventory {
            people: (1..=3).map(|n| (key(n), PersonTokens::default())).collect(),
            ..TokenInventory::default()
        }),
    };
    let people = vec![
        person(1, Outcome::Automatic, Some(1), vec![]),
        person(2, Outcome::Automatic, Some(2), vec![]),
        person(3, Outcome::Safe, Some(3), vec![candidate(3, &[EvidenceKind::Mail], &[])]),
    ];
    let plan = plan([row(&users[2], map(3), Outcome::Safe, &directory(targets.clone()))]);
    let mut situation = situation();
    situation.operator_keys.insert(key(1));
    situation.operator_objects.insert(object(1));
    World {
        facts,
        users: Some(users),
        targets: Some(targets),
        people: Some(people),
        situation,
        plan,
        goal: Goal::Connect,
        now: now(),
    }
}

impl World {
    fn with<T>(&self, work: impl FnOnce(&Findings<'_>) -> T) -> T {
        let roster = self.users.clone().map(roster);
        let directory = self.targets.clone().map(directory);
        let forecast = self.people.clone().map(Forecast::new);
        work(&Findings {
            organization: "fabrikam",
            facts: &self.facts,
            roster: roster.as_ref(),
            directory: directory.as_ref(),
            forecast: forecast.as_ref(),
            situation: &self.situation,
            plan: &self.plan,
            goal: self.goal,
            now: self.now,
        })
    }

    fn check(&self, id: CheckId) -> Check {
        self.with(|findings| evaluate_one(id, findings))
    }

    fn user(&mut self, n: u32) -> &mut OrgUser {
        self.users.as_mut().unwrap().iter_mut().find(|user| user.storage_key == key(n)).unwrap()
    }

    fn target(&mut self, n: u32) -> &mut TenantUser {
        self.targets.as_mut().unwrap().iter_mut().find(|user| user.id == object(n)).unwrap()
    }

    fn person(&mut self, n: u32) -> &mut Person {
        self.people.as_mut().unwrap().iter_mut().find(|person| person.storage_key == key(n)).unwrap()
    }

    /// A fourth person without a counterpart.
    fn add(&mut self, user: OrgUser, outcome: Outcome) {
        self.people
            .as_mut()
            .unwrap()
            .push(Person { storage_key: user.storage_key.clone(), ..person(0, outcome, None, vec![]) });
        self.users.as_mut().unwrap().push(user);
    }

    fn decide(&mut self, n: u32, decision: Decision) {
        let directory = directory(self.targets.clone().unwrap());
        let user = self.user(n).clone();
        self.plan.rows.insert(key(n), row(&user, decision, Outcome::Review, &directory));
    }
}

fn all_text(check: &Check) -> String {
    format!("{} | {} | {}", check.summary, check.evidence.join(" | "), check.remedy)
}

/// A table: what is changed, the status, and words that must be there.
type Change = fn(&mut World);

#[track_caller]
fn table(id: CheckId, cases: &[(Change, S, &str)]) {
    for (at, (change, status, words)) in cases.iter().enumerate() {
        let mut world = world();
        change(&mut world);
        let check = world.check(id);
        assert_eq!(check.status, *status, "case {at} of {id}: {}", all_text(&check));
        assert!(all_text(&check).contains(words), "case {at} of {id}: no `{words}` in {}", all_text(&check));
        let bad = matches!(check.status, S::Fail | S::Warn | S::Manual | S::Unknown);
        assert!(!bad || !check.remedy.is_empty(), "case {at} of {id} says what to do: {}", all_text(&check));
        assert!(!check.summary.is_empty());
    }
}

const NOTHING: Change = |_| {};

mod accounts;
mod people;
mod services;

#[test]
fn all_are_there_in_their_order_and_an_orderly_world_needs_only_ticks() {
    let mut world = world();
    let checks = world.with(evaluate);
    assert!(checks.iter().map(|check| check.id).eq(CheckId::ALL.iter().copied()));
    let manual: Vec<_> =
        checks.iter().filter(|check| check.status == S::Manual).map(|check| check.id.name()).collect();
    assert_eq!(manual, ["org-creation-policy", "domains-settled", "users-informed"]);
    assert!(checks.iter().all(|check| !matches!(check.status, S::Fail | S::Unknown | S::Warn)), "{checks:?}");
    assert_eq!(Verdict::of(&checks), Verdict::NotReady);
    for id in [CheckId::OrgCreationPolicy, CheckId::DomainsSettled, CheckId::UsersInformed] {
        world.plan.ticks.insert(id, Tick { note: "asked".into(), at: now() });
    }
    assert_eq!(Verdict::of(&world.with(evaluate)), Verdict::Ready);
}

#[test]
fn nothing_read_is_never_pass() {
    let mut world = world();
    world.facts = Facts::default();
    (world.users, world.targets, world.people) = (None, None, None);
    for check in world.with(evaluate) {
        assert!(
            matches!(check.status, S::Unknown | S::Manual | S::NotApplicable),
            "{}: {}",
            check.id,
            all_text(&check)
        );
    }
}

#[test]
fn what_could_not_be_read_says_who_and_what_to_do() {
    let mut world = world();
    world.facts = Facts {
        operator: denied(),
        backing: denied(),
        discovery: denied(),
        administrators: denied(),
        hidden_identities: denied(),
        graph_identities: denied(),
        invitation_policy: denied(),
        health: denied(),
        tokens: denied(),
        ..world.facts
    };
    world.decide(3, invite("p3@outlook.com"));
    for id in [
        CheckId::TenantPublicCloud,
        CheckId::AdminIsPca,
        CheckId::AdminTenantMember,
        CheckId::AdminSourceMembership,
        CheckId::AdminsCovered,
        CheckId::DuplicateSignInAddresses,
        CheckId::GuestsCanBeInvited,
        CheckId::TokensInventory,
        CheckId::ServiceHealth,
    ] {
        let check = world.check(id);
        assert_eq!(check.status, S::Unknown, "{id}");
        assert!(check.summary.contains("no permission (Microsoft Graph)"), "{id}: {}", check.summary);
        assert!(check.evidence.iter().any(|line| line.contains("Authorization_RequestDenied")), "{id}");
        assert_eq!(check.remedy, "Ask for the permission.", "{id}");
    }
}

#[test]
fn ticks_show_only_where_they_count() {
    let mut world = world();
    for id in CheckId::ALL {
        world.plan.ticks.insert(*id, Tick { note: "seen".into(), at: now() });
    }
    for check in world.with(evaluate) {
        assert_eq!(check.ticked.is_some(), check.status.can_be_ticked(), "{}", check.id);
    }
}

#[test]
fn disconnecting_asks_nothing_about_a_destination() {
    let mut world = world();
    world.goal = Goal::Disconnect;
    let asked: Vec<_> = world
        .with(evaluate)
        .into_iter()
        .filter(|check| check.status != S::NotApplicable)
        .map(|check| check.id.name())
        .collect();
    assert!(asked.contains(&"admin-is-pca") && asked.contains(&"users-informed"), "{asked:?}");
    assert!(!asked.contains(&"hazards-resolved") && !asked.contains(&"tenant-public-cloud"), "{asked:?}");
}

#[test]
fn an_old_value_says_that_it_is_old() {
    let mut world = world();
    world.facts.health.problem = denied::<Health>().problem;
    let check = world.check(CheckId::ServiceHealth);
    assert_eq!(check.status, S::Pass);
    assert!(check.evidence.iter().any(|line| line.starts_with("Old: ")), "{check:?}");
}

#[test]
fn hostile_names_reach_no_evidence() {
    let mut world = world();
    let nasty = "Evil\u{1b}]52;c;x\u{7}\u{202e}\u{200b}\n";
    for n in 1..=3 {
        world.user(n).display_name = nasty.into();
        world.user(n).last_accessed = LastAccess::Never;
        world.user(n).mail = Some("info@contoso.com".into());
        world.user(n).access_level = Some("Visual Studio".into());
        world.target(n).edit(|it| it.display_name = nasty.into());
        world.target(n).edit(|it| it.mail = Some(nasty.into()));
        world.person(n).outcome = Outcome::Hazard;
        world.person(n).why = nasty.into();
    }
    for check in world.with(evaluate) {
        assert!(!all_text(&check).chars().any(crate::domain::text::is_suspicious), "{}: {check:?}", check.id);
    }
}

#[test]
fn the_page_about_prerequisites_names_all_of_them() {
    let page = include_str!("../../../docs/prerequisites.md");
    for id in CheckId::ALL {
        assert!(page.contains(&format!("`{id}`")), "{id}");
        assert!(page.contains(id.title()), "{}", id.title());
    }
}

#[test]
fn a_key_that_is_nobody_is_named_by_itself() {
    let mut world = world();
    let mut inventory = world.facts.tokens.get().unwrap().clone();
    inventory
        .people
        .insert(StorageKey::new("gone"), PersonTokens { access_tokens: 1, ..PersonTokens::default() });
    world.facts.tokens = known(inventory);
    assert_eq!(world.check(CheckId::TokensInventory).evidence, ["gone: 1 token"]);
}
