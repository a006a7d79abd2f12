//! Which cause a lock-out has, and whether the way back is said.

use super::*;
use crate::domain::connection::Backing;
use crate::domain::facts::{Administrators, AfterConnectTrial, Aged, Facts, TenantDiscovery, TenantProfile};
use crate::domain::facts::{Cloud, Owner};
use crate::domain::forecast::Situation;
use crate::domain::ids::Descriptor;
use crate::domain::people::OrgUser;
use crate::domain::plan::Plan;
use crate::domain::plan::fixtures::*;
use crate::domain::problem::Service;

struct World {
    facts: Facts,
    org: Vec<OrgUser>,
    tenant: Vec<TenantUser>,
    situation: Situation,
    plan: Plan,
    goal: Goal,
}

fn refused() -> Problem {
    let mut problem = Problem::at(Service::AzureDevOps, ProblemKind::NotSignedIn, "asking who you are");
    problem.status = Some(401);
    problem
}

fn no_token(code: &str) -> Problem {
    let mut problem = Problem::at(Service::EntraLogin, ProblemKind::NotSignedIn, "getting a token");
    problem.code = (!code.is_empty()).then(|| code.to_owned());
    problem.remedy = "Run az login.".to_owned();
    problem
}

/// Signed in by the Azure CLI as Jamal's work account; before the switch Jamal was a Microsoft account.
fn world() -> World {
    let operator = Operator {
        storage_key: key(1),
        descriptor: Some(Descriptor::new("msa.1")),
        display_name: "Jamal".into(),
        account: Some("jamal@outlook.com".into()),
        organization_id: None,
    };
    let trial = AfterConnectTrial { way: "azure-cli".into(), tenant: Some(tenant(1)), same_pat: false };
    let mut facts = Facts {
        operator: Aged::known(operator, now()),
        after_connect: Aged::known(trial, now()),
        me: Aged::known(tenant_user(1, "Jamal Owusu", "jamal@contoso.com"), now()),
        discovery: Aged::known(
            TenantDiscovery {
                id: tenant(1),
                region: None,
                cloud: Cloud::Public { gcc: false },
                sign_in_host: "login.microsoftonline.com".into(),
            },
            now(),
        ),
        tenant: Aged::known(
            TenantProfile {
                id: tenant(1),
                display_name: "Contoso".into(),
                verified_domains: vec!["contoso.com".into()],
            },
            now(),
        ),
        administrators: Aged::known(
            Administrators { members: [key(1), key(2)].into(), ..Administrators::default() },
            now(),
        ),
        ..Facts::default()
    };
    facts.operator.problem = Some(refused().into());
    World {
        facts,
        org: vec![org_user(1, "Jamal", "jamal@outlook.com"), org_user(2, "Adele", "adele@contoso.com")],
        tenant: vec![
            tenant_user(1, "Jamal Owusu", "jamal@contoso.com"),
            tenant_user(2, "Adele Vance", "adele@contoso.com"),
        ],
        situation: connected(),
        plan: plan([]),
        goal: Goal::Connect,
    }
}

impl World {
    fn lockout(&self) -> Option<Lockout> {
        let roster = roster(self.org.clone());
        let directory = directory(self.tenant.clone());
        let findings = Findings {
            organization: "fabrikam",
            facts: &self.facts,
            roster: Some(&roster),
            directory: Some(&directory),
            forecast: None,
            situation: &self.situation,
            plan: &self.plan,
            goal: self.goal,
            now: now(),
        };
        lockout(&findings, &Portal::new("https://dev.azure.com", "fabrikam"))
    }

    fn cause(&self) -> &'static str {
        self.lockout().map_or("none", |found| found.cause.name())
    }
}

#[test]
fn the_owner_who_was_mapped_onto_nobody_is_told_who_can_help() {
    let mut world = world();
    world.facts.owner =
        Aged::known(Owner { storage_key: Some(key(1)), name: None, address: None, told: false }, now());
    let found = world.lockout().unwrap();
    assert_eq!(found.cause, LockoutCause::NotMapped);
    assert_eq!(found.headline, "The owner's account, jamal@outlook.com, was not mapped");
    let remedy = found.remedy.join("\n");
    assert!(remedy.contains("Adele (adele@contoso.com)"), "{remedy}");
    assert!(remedy.contains("rescue page"), "{remedy}");
    assert_eq!(found.address, "https://aex.dev.azure.com/me");
    // Nobody else would be in: then only the way back is left, and that is said.
    world.org.pop();
    let remedy = world.lockout().unwrap().remedy.join("\n");
    assert!(remedy.contains("No other administrator"), "{remedy}");
}

#[test]
fn each_cause_is_told_apart() {
    assert_eq!(world().cause(), "not-mapped");

    let mut it = world();
    it.facts.after_connect =
        Aged::known(AfterConnectTrial { way: "same".into(), tenant: None, same_pat: true }, now());
    assert_eq!(it.cause(), "token-dead");

    let mut it = world();
    it.facts.me = Aged::known(
        tenant_user(1, "Jamal", "jamal@contoso.com").with(|it| it.user_type = Some(UserType::Guest)),
        now(),
    );
    assert_eq!(it.cause(), "guest");
    assert!(it.lockout().unwrap().remedy[0].contains("user type to Member"));

    let mut it = world();
    it.facts.me =
        Aged::known(tenant_user(1, "Jamal", "jamal@contoso.com").with(|it| it.enabled = Some(false)), now());
    assert_eq!(it.cause(), "disabled");

    for (code, cause) in [
        ("AADSTS50020", "not-in-tenant"),
        ("AADSTS50034", "not-in-tenant"),
        ("AADSTS50057", "disabled"),
        ("AADSTS53003", "no-token"),
        ("", "no-token"),
    ] {
        let mut it = world();
        it.facts.after_connect.problem = Some(no_token(code).into());
        assert_eq!(it.cause(), cause, "{code}");
    }

    let mut it = world();
    it.facts.after_connect = Aged::known(
        AfterConnectTrial { way: "azure-cli".into(), tenant: Some(tenant(3)), same_pat: false },
        now(),
    );
    assert_eq!(it.cause(), "wrong-tenant");

    // The address of before is Adele's user principal name: the service mapped onto her, and somebody else signs in.
    let mut it = world();
    it.tenant.push(tenant_user(5, "Jamal (old)", "jamal@outlook.com"));
    assert_eq!(it.cause(), "other-account");
    // It is the account that signs in, and still it is refused.
    it.facts.me = Aged::known(tenant_user(5, "Jamal (old)", "jamal@outlook.com"), now());
    assert_eq!(it.cause(), "unknown");
}

#[test]
fn what_is_no_lock_out() {
    let mut it = world();
    it.facts.operator.problem = None;
    assert_eq!(it.cause(), "none", "let in");
    let mut it = world();
    it.situation.backing = Some(Backing::MicrosoftAccounts);
    assert_eq!(it.cause(), "none", "not switched yet: that is a sign-in like any other");
    for kind in [ProblemKind::Unreachable, ProblemKind::ServiceFailing, ProblemKind::Throttled] {
        let mut it = world();
        it.facts.operator.problem = Some(Problem { kind, ..refused() }.into());
        assert_eq!(it.cause(), "none", "{kind:?}");
    }
}

#[test]
fn after_disconnecting_only_microsoft_accounts_get_in() {
    let mut it = world();
    it.goal = Goal::Disconnect;
    it.situation.backing = Some(Backing::MicrosoftAccounts);
    let found = it.lockout().unwrap();
    assert_eq!(found.cause, LockoutCause::TokenDead);
    assert!(found.remedy.join(" ").contains("Microsoft account"), "{:?}", found.remedy);
}
