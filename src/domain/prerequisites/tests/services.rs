//! Guests, subscriptions, tokens, health, and what survives the switch.

use super::*;
use crate::domain::problem::Service;
use crate::domain::signin::{AccountKind, Granted};

fn granted(permissions: &[&str]) -> Aged<Granted> {
    known(Granted {
        service: Service::MicrosoftGraph,
        kind: AccountKind::Person,
        account: None,
        object: None,
        tenant: None,
        permissions: Some(permissions.iter().map(|name| (*name).to_owned()).collect()),
        ends_at: None,
    })
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
            (
                |it| {
                    policy(it, "everyone");
                    it.facts.granted = granted(&["User.Read", "User.Read.All"]);
                },
                S::Fail,
                "User.Invite.All is missing",
            ),
            (
                |it| {
                    policy(it, "everyone");
                    it.facts.granted = granted(&["User.Read.All", "User.Invite.All"]);
                },
                S::Pass,
                "Everybody in the tenant",
            ),
            (|it| policy(it, "adminsGuestInvitersAndAllMembers"), S::Pass, "you are one"),
            (
                |it| {
                    policy(it, "adminsGuestInvitersAndAllMembers");
                    let me = it.target(1).clone();
                    it.facts.me = known(me.with(|me| me.user_type = Some(UserType::Guest)));
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
                    it.target(2).edit(|it| it.mail = Some("person.two@contoso.com".into()));
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
            (|it| it.facts.tokens = Aged::default(), S::Manual, "was not read (T in the dashboard"),
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
    fn own(world: &mut World, access_tokens: u32, global_tokens: u32) {
        tokens(world, 1, PersonTokens { access_tokens, global_tokens, ssh_keys: 0 });
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
            (|it| own(it, 1, 1), S::Warn, "Every token of your own account is global"),
            (|it| own(it, 2, 1), S::Warn, "Your own account has a global token too"),
            (
                |it| {
                    own(it, 1, 1);
                    it.now = at("2026-12-02T00:00:00Z");
                },
                S::Warn,
                "it has stopped working",
            ),
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
    fn health(world: &mut World, said: &str) {
        world.facts.health = known(Health {
            health: said.into(),
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
