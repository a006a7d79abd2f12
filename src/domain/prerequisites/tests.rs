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
fn tenant_public_cloud() {
    fn cloud(world: &mut World, cloud: Cloud) {
        let found = world.facts.discovery.get().unwrap().clone();
        world.facts.discovery = known(TenantDiscovery { cloud, ..found });
    }
    table(
        CheckId::TenantPublicCloud,
        &[
            (NOTHING, S::Pass, "EU, login.microsoftonline.com"),
            (|it| cloud(it, Cloud::Public { gcc: true }), S::Pass, "GCC"),
            (|it| cloud(it, Cloud::National("Azure Government".into())), S::Fail, "Azure Government"),
            (|it| cloud(it, Cloud::Unrecognised("odd\u{1b}".into())), S::Unknown, "odd\u{fffd}"),
            (|it| it.facts.discovery = Aged::default(), S::Unknown, "not read"),
            (
                |it| {
                    let problem = Problem::at(Service::EntraLogin, ProblemKind::NotFound, "discovering x");
                    it.facts.discovery = Aged { problem: Some(problem.into()), ..Aged::default() };
                },
                S::Fail,
                "no such tenant",
            ),
        ],
    );
}

#[test]
fn admin_is_pca() {
    fn others_only(world: &mut World) {
        world.facts.administrators =
            known(Administrators { members: BTreeSet::from([key(2)]), ..Administrators::default() });
    }
    table(
        CheckId::AdminIsPca,
        &[
            (NOTHING, S::Pass, "Person 1 (P1@contoso.com)"),
            (others_only, S::Fail, "not a Project Collection Administrator"),
            (
                |it| {
                    it.facts.administrators = known(Administrators {
                        unresolved: vec!["group X".into()],
                        ..Administrators::default()
                    });
                },
                S::Unknown,
                "group X",
            ),
            (
                |it| {
                    *it.user(1) = in_tenant(it.user(1).clone(), tenant(2), object(7));
                    it.facts.administrators = known(Administrators {
                        through_entra_groups: BTreeSet::from([object(7)]),
                        ..Administrators::default()
                    });
                },
                S::Pass,
                "Entra group",
            ),
        ],
    );
}

#[test]
fn admin_tenant_member() {
    table(
        CheckId::AdminTenantMember,
        &[
            (NOTHING, S::Pass, "is a member"),
            (|it| it.target(1).user_type = Some(UserType::Guest), S::Fail, "only a guest"),
            (|it| it.target(1).user_type = None, S::Unknown, "not recorded"),
            (|it| it.target(1).enabled = Some(false), S::Fail, "disabled"),
            (|it| it.target(1).pending = true, S::Fail, "not accepted"),
            (
                |it| it.targets.as_mut().unwrap().retain(|user| user.id != object(1)),
                S::Fail,
                "not in the tenant",
            ),
            (
                |it| {
                    it.target(1).user_principal_name = "other@contoso.com".into();
                    it.target(1).other_mails = Box::new(["p1@contoso.com".into()]);
                },
                S::Pass,
                "other@contoso.com",
            ),
            (
                |it| it.target(1).user_principal_name = "p1_contoso.com#EXT#@contoso.onmicrosoft.com".into(),
                S::Pass,
                "#EXT#",
            ),
            (
                |it| {
                    it.target(1).user_principal_name = "a@contoso.com".into();
                    it.target(1).mail = Some("p1@contoso.com".into());
                    it.target(2).mail = Some("p1@contoso.com".into());
                },
                S::Unknown,
                "2 users of the tenant",
            ),
            (
                |it| it.facts.me = known(tenant_user(2, "Work", "work@contoso.com")),
                S::Pass,
                "press Connect as Person 1",
            ),
            (|it| it.targets = None, S::Unknown, "User.Read.All"),
            (
                |it| {
                    let mut operator = it.facts.operator.get().unwrap().clone();
                    operator.account = None;
                    it.facts.operator = known(operator);
                    it.users = Some(vec![]);
                },
                S::Unknown,
                "under which address",
            ),
        ],
    );
}

#[test]
fn admin_source_membership() {
    fn backed(world: &mut World) {
        world.facts.backing = known(Backing::Tenant(tenant(2)));
        world.situation.backing = Some(Backing::Tenant(tenant(2)));
    }
    table(
        CheckId::AdminSourceMembership,
        &[
            (NOTHING, S::NotApplicable, "no directory backs"),
            (
                |it| {
                    backed(it);
                    *it.user(1) = in_tenant(it.user(1).clone(), tenant(2), object(7));
                    it.user(1).meta_type = Some("guest".into());
                },
                S::Pass,
                "a guest of the directory",
            ),
            (backed, S::Fail, "Microsoft account outside"),
            (
                |it| {
                    backed(it);
                    *it.user(1) = in_tenant(it.user(1).clone(), tenant(3), object(7));
                },
                S::Fail,
                "another directory",
            ),
            (
                |it| {
                    backed(it);
                    it.users = None;
                },
                S::Unknown,
                "not among",
            ),
            (|it| it.situation = connected(), S::NotApplicable, "already"),
        ],
    );
}

#[test]
fn admins_covered() {
    fn administrators(world: &mut World, keys: &[u32], unresolved: &[&str]) {
        world.facts.administrators = known(Administrators {
            members: keys.iter().map(|n| key(*n)).collect(),
            unresolved: unresolved.iter().map(|it| (*it).to_owned()).collect(),
            ..Administrators::default()
        });
    }
    table(
        CheckId::AdminsCovered,
        &[
            (NOTHING, S::Pass, "2 administrators keep their access"),
            (|it| administrators(it, &[1], &[]), S::Fail, "only one"),
            (|it| it.person(2).outcome = Outcome::Safe, S::Fail, "Nobody but you"),
            (|it| it.target(2).enabled = Some(false), S::Fail, "Nobody but you"),
            (|it| it.target(2).user_type = Some(UserType::Guest), S::Fail, "not an enabled member"),
            (
                |it| it.targets.as_mut().unwrap().retain(|user| user.id != object(1)),
                S::Fail,
                "not in the tenant",
            ),
            (|it| it.person(1).outcome = Outcome::Review, S::Warn, "will not be mapped by itself"),
            (
                |it| administrators(it, &[1, 2, 3], &[]),
                S::Warn,
                "Person 3 (p3@contoso.com) will be disconnected",
            ),
            (|it| administrators(it, &[1, 2], &["an Entra group"]), S::Unknown, "an Entra group"),
            (|it| administrators(it, &[1], &["an Entra group"]), S::Unknown, "an Entra group"),
            (
                |it| {
                    it.facts.owner =
                        known(Owner { storage_key: Some(key(3)), name: None, address: None, told: false });
                },
                S::Warn,
                "The owner, Person 3 (p3@contoso.com), will be disconnected",
            ),
            (|it| it.facts.owner = Aged::default(), S::Unknown, "Who owns the organization"),
            (
                |it| {
                    it.facts.owner = denied();
                    it.plan.owner_told = Some("P2@contoso.com".into());
                },
                S::Pass,
                "Owner: Person 2",
            ),
            (
                |it| {
                    it.facts.owner = denied();
                    it.plan.owner_told = Some("boss@contoso.com".into());
                },
                S::Warn,
                "boss@contoso.com, is not among",
            ),
            // The second administrator is the operator's own work account.
            (
                |it| {
                    it.situation.operator_objects = BTreeSet::from([object(2)]);
                },
                S::Fail,
                "only one",
            ),
            (|it| it.people = None, S::Unknown, "not read"),
        ],
    );
}

#[test]
fn hazards_resolved() {
    table(
        CheckId::HazardsResolved,
        &[
            (NOTHING, S::Pass, "No hazard"),
            (
                |it| {
                    it.person(2).outcome = Outcome::Hazard;
                },
                S::Fail,
                "1 person would go to the wrong person",
            ),
            (
                |it| {
                    it.person(2).outcome = Outcome::Hazard;
                    it.decide(2, Decision::Remove);
                },
                S::Fail,
                "apply it before you connect",
            ),
            (
                |it| {
                    it.person(2).outcome = Outcome::Hazard;
                    it.situation = connected();
                },
                S::Fail,
                "went to the wrong person",
            ),
            (
                |it| it.add(org_user(4, "D", "d@x.com"), Outcome::Conflict),
                S::Fail,
                "in conflict without a decision",
            ),
            (
                |it| {
                    it.add(org_user(4, "D", "d@x.com"), Outcome::Conflict);
                    it.decide(4, Decision::Keep);
                },
                S::Pass,
                "Conflicts with a decision: 1",
            ),
        ],
    );
}

#[test]
fn user_count() {
    fn many(world: &mut World, count: u32) {
        for n in 4..=count {
            world.add(org_user(n, &format!("P{n}"), &format!("x{n}@fabrikam.com")), Outcome::Missing);
        }
    }
    table(
        CheckId::UserCount,
        &[
            (NOTHING, S::Pass, "3 people"),
            (|it| many(it, 100), S::Pass, "100 people"),
            (
                |it| many(it, 101),
                S::Warn,
                "open a Support case with the support package *before* the evening",
            ),
            (|it| it.users = None, S::Unknown, "not read"),
        ],
    );
}

#[test]
fn tenant_users_already_in_org() {
    fn inside(world: &mut World) {
        *world.user(3) = in_tenant(world.user(3).clone(), tenant(1), object(3));
    }
    fn hidden(world: &mut World, active: Option<bool>) {
        world.facts.graph_identities = known(vec![GraphIdentity {
            descriptor: Descriptor::new("aad.x"),
            display_name: "Hidden".into(),
            principal_name: "p3@contoso.com".into(),
            mail: None,
            origin_object: Some(object(3)),
            active,
        }]);
    }
    table(
        CheckId::TenantUsersAlreadyInOrg,
        &[
            (NOTHING, S::Pass, "Nobody"),
            (inside, S::Fail, "1 person of the tenant is in the organization already"),
            (
                |it| {
                    inside(it);
                    it.decide(3, Decision::Remove);
                },
                S::Fail,
                "apply it before you connect",
            ),
            (|it| hidden(it, Some(true)), S::Fail, "Hidden"),
            (|it| hidden(it, None), S::Fail, "Hidden"),
            (|it| hidden(it, Some(false)), S::Pass, "Nobody"),
            (|it| it.facts.graph_identities = denied(), S::Unknown, "graph users"),
            (|it| it.users = None, S::Unknown, "not read"),
            (
                |it| {
                    inside(it);
                    it.situation = connected();
                },
                S::NotApplicable,
                "already",
            ),
        ],
    );
}

#[test]
fn unwanted_users() {
    fn idle(world: &mut World, days: i64) {
        world.user(2).last_accessed = LastAccess::At(now() - SignedDuration::from_hours(24 * days + 1));
    }
    table(
        CheckId::UnwantedUsers,
        &[
            (NOTHING, S::Pass, "90 days"),
            (|it| idle(it, 89), S::Pass, "90 days"),
            (|it| idle(it, 90), S::Warn, "last access 90 days ago"),
            (|it| it.user(2).last_accessed = LastAccess::Never, S::Warn, "never signed in"),
            (|it| it.user(2).status = EntitlementStatus::Disabled, S::Warn, "disabled"),
            (
                |it| {
                    it.user(2).last_accessed = LastAccess::Never;
                    it.decide(2, Decision::Keep);
                },
                S::Pass,
                "90 days",
            ),
            (|it| it.user(1).last_accessed = LastAccess::Never, S::Pass, "90 days"),
            (|it| it.user(2).last_accessed = LastAccess::Unknown, S::Pass, "could be read: 1"),
        ],
    );
}

#[test]
fn address_coverage() {
    table(
        CheckId::AddressCoverage,
        &[
            (NOTHING, S::Pass, "Everybody"),
            (|it| it.add(org_user(4, "D", "d@x.com"), Outcome::Missing), S::Warn, "D (d@x.com)"),
            (
                |it| {
                    it.add(org_user(4, "D", "d@x.com"), Outcome::Missing);
                    it.decide(4, Decision::Keep);
                },
                S::Pass,
                "Everybody",
            ),
        ],
    );
}

#[test]
fn duplicate_sign_in_addresses() {
    fn hidden(world: &mut World, id: &str, active: bool) {
        world.facts.hidden_identities = known(vec![LegacyIdentity {
            id: id.into(),
            display_name: "Old twin".into(),
            account: Some("p2@CONTOSO.com".into()),
            mail: None,
            active,
        }]);
    }
    table(
        CheckId::DuplicateSignInAddresses,
        &[
            (NOTHING, S::Pass, "No address"),
            (|it| it.user(2).mail = Some("P3@contoso.com".into()), S::Fail, "p3@contoso.com: "),
            (|it| hidden(it, "twin", true), S::Fail, "Old twin"),
            (|it| hidden(it, "twin", false), S::Warn, "in no group"),
            // The same identity once more, not a second one.
            (|it| hidden(it, key(2).as_str(), true), S::Pass, "No address"),
            (|it| it.facts.hidden_identities = denied(), S::Unknown, "no permission"),
            (
                |it| {
                    it.facts.hidden_identities = denied();
                    it.user(2).mail = Some("p3@contoso.com".into());
                },
                S::Fail,
                "p3@contoso.com",
            ),
            (
                |it| {
                    it.user(2).mail = Some("p3@contoso.com".into());
                    it.user(2).status = EntitlementStatus::Deleted;
                },
                S::Pass,
                "No address",
            ),
        ],
    );
}

#[test]
fn guests_can_be_invited() {
    fn policy(world: &mut World, from: &str) {
        world.decide(3, invite("p3@outlook.com"));
        world.facts.invitation_policy =
            known(InvitationPolicy { allow_invites_from: from.into(), guest_role: None });
    }
    fn role(world: &mut World, id: &str) {
        world.facts.my_roles = known(Memberships { role_templates: BTreeSet::from([id.to_owned()]) });
    }
    table(
        CheckId::GuestsCanBeInvited,
        &[
            (NOTHING, S::NotApplicable, "no invitations"),
            (|it| policy(it, "everyone"), S::Pass, "The plan has 1 invitation."),
            (|it| policy(it, "none"), S::Fail, "15 to 60 minutes"),
            (|it| policy(it, "adminsGuestInvitersAndAllMembers"), S::Pass, "you are one"),
            (
                |it| {
                    policy(it, "adminsGuestInvitersAndAllMembers");
                    it.facts.me =
                        known(TenantUser { user_type: Some(UserType::Guest), ..it.target(1).clone() });
                },
                S::Fail,
                "you are a guest",
            ),
            (|it| policy(it, "adminsAndGuestInviters"), S::Fail, "no such role"),
            (
                |it| {
                    policy(it, "adminsAndGuestInviters");
                    role(it, "95E79109-95c0-4d8e-aee3-d01accf2d47b");
                },
                S::Pass,
                "Guest Inviter",
            ),
            (
                |it| {
                    policy(it, "adminsAndGuestInviters");
                    it.facts.my_roles = denied();
                },
                S::Unknown,
                "your roles",
            ),
            (|it| policy(it, "unknownFutureValue"), S::Unknown, "unfamiliar"),
            (
                |it| {
                    policy(it, "everyone");
                    it.facts.invitation_policy = denied();
                },
                S::Unknown,
                "Policy.Read.All",
            ),
            (
                |it| {
                    policy(it, "everyone");
                    it.decide(3, invite("p3+x@outlook.com"));
                },
                S::Fail,
                "p3+x@outlook.com",
            ),
        ],
    );
}

#[test]
fn guest_access_policy() {
    table(
        CheckId::GuestAccessPolicy,
        &[
            (NOTHING, S::NotApplicable, "no guests"),
            (|it| it.decide(3, invite("p3@outlook.com")), S::Manual, "invited as a guest"),
            (|it| it.target(3).user_type = Some(UserType::Guest), S::Manual, "mapped to a guest"),
        ],
    );
}

#[test]
fn subscriptions_follow() {
    fn subscriber(world: &mut World, n: u32) {
        world.user(n).access_level = Some("Visual Studio Enterprise subscription".into());
    }
    table(
        CheckId::SubscriptionsFollow,
        &[
            (NOTHING, S::Pass, "Nobody"),
            (|it| subscriber(it, 2), S::Pass, "keep the address"),
            (
                |it| {
                    subscriber(it, 2);
                    it.target(2).mail = Some("person.two@contoso.com".into());
                },
                S::Warn,
                "Person 2 (p2@contoso.com): the target's mail is person.two@contoso.com",
            ),
            (
                |it| {
                    it.add(org_user(4, "D", "d@x.com"), Outcome::Missing);
                    subscriber(it, 4);
                },
                S::Pass,
                "not known yet: 1",
            ),
            (|it| it.people = None, S::Unknown, "not read"),
        ],
    );
}

fn tokens(world: &mut World, n: u32, found: PersonTokens) {
    let mut inventory = world.facts.tokens.get().unwrap().clone();
    inventory.people.insert(key(n), found);
    world.facts.tokens = known(inventory);
}

#[test]
fn ssh_keys_cleared() {
    table(
        CheckId::SshKeysCleared,
        &[
            (NOTHING, S::Pass, "Nobody"),
            (|it| it.facts.tokens = Aged::default(), S::Manual, "was not read (T)"),
            (|it| it.facts.tokens = denied(), S::Manual, "Authorization_RequestDenied"),
            (
                |it| tokens(it, 2, PersonTokens { ssh_keys: 2, ..PersonTokens::default() }),
                S::Manual,
                "Person 2 (p2@contoso.com): 2 SSH keys",
            ),
            (
                |it| it.add(org_user(4, "D", "d@x.com"), Outcome::Missing),
                S::Manual,
                "as far as they were read",
            ),
        ],
    );
}

#[test]
fn tokens_inventory() {
    fn global(world: &mut World) {
        tokens(world, 2, PersonTokens { access_tokens: 3, global_tokens: 1, ssh_keys: 0 });
    }
    fn on(world: &mut World, day: &str) {
        global(world);
        world.now = at(day);
    }
    table(
        CheckId::TokensInventory,
        &[
            (NOTHING, S::Pass, "Nobody"),
            (|it| it.facts.tokens = Aged::default(), S::Unknown, "not read"),
            (global, S::Warn, "Person 2 (p2@contoso.com): 3 tokens, 1 of them global"),
            (|it| on(it, "2026-11-23T19:00:00Z"), S::Warn, "stop working on 2026-12-01, in 8 days"),
            (|it| on(it, "2026-11-30T23:59:59Z"), S::Warn, "stop working on 2026-12-01, in 1 day,"),
            (|it| on(it, "2026-12-01T00:00:00Z"), S::Warn, "stopped working on 2026-12-01"),
            (
                |it| {
                    let mut inventory = it.facts.tokens.get().unwrap().clone();
                    inventory.people.remove(&key(3));
                    inventory.unread.insert(key(3), "403".into());
                    it.facts.tokens = known(inventory);
                },
                S::Unknown,
                "Person 3 (p3@contoso.com): not read: 403",
            ),
        ],
    );
}

#[test]
fn service_health() {
    fn health(world: &mut World, word: &str) {
        world.facts.health = known(Health {
            health: word.into(),
            message: "said".into(),
            unhealthy: vec!["EU: degraded".into()],
        });
    }
    table(
        CheckId::ServiceHealth,
        &[
            (NOTHING, S::Pass, "healthy"),
            (|it| health(it, "degraded"), S::Warn, "EU: degraded"),
            (|it| health(it, "unhealthy"), S::Warn, "said"),
            (|it| health(it, "advisory"), S::Warn, "advisory"),
            (|it| health(it, "healthy"), S::Warn, "EU: degraded"),
            (|it| health(it, "unknown"), S::Unknown, "unknown"),
        ],
    );
}

#[test]
fn credentials_outlive_switch() {
    fn trial(world: &mut World, tenant_of: Option<u32>, same_pat: bool) {
        world.facts.after_connect =
            known(AfterConnectTrial { way: "command".into(), tenant: tenant_of.map(tenant), same_pat });
    }
    fn failed(world: &mut World, kind: ProblemKind) {
        let problem = Problem { kind, ..Problem::local("running az", "not signed in", "Run `az login`.") };
        world.facts.after_connect = Aged { problem: Some(problem.into()), ..Aged::default() };
    }
    table(
        CheckId::CredentialsOutliveSwitch,
        &[
            (NOTHING, S::Pass, "azure-cli"),
            (|it| trial(it, Some(1), true), S::Fail, "may die"),
            (|it| trial(it, None, true), S::Fail, "may die"),
            (|it| trial(it, None, false), S::Unknown, "does not say for which tenant"),
            (|it| trial(it, Some(2), false), S::Fail, "another tenant"),
            (|it| it.facts.after_connect = Aged::default(), S::Unknown, "not read"),
            (|it| failed(it, ProblemKind::NotSignedIn), S::Fail, "az login"),
            (|it| failed(it, ProblemKind::Local), S::Fail, "az login"),
            (|it| failed(it, ProblemKind::Unreachable), S::Unknown, "no answer"),
            (
                |it| it.facts.after_connect.read_at = Some(now() - SignedDuration::from_hours(25)),
                S::Unknown,
                "not today",
            ),
            (|it| it.situation = connected(), S::NotApplicable, "already"),
        ],
    );
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
        world.target(n).display_name = nasty.into();
        world.target(n).mail = Some(nasty.into());
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
