//! The tenant, the account that presses *Connect*, the other administrators.

use super::*;

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
            (
                |it| {
                    let found = it.facts.discovery.get().unwrap().clone();
                    it.facts.discovery = known(TenantDiscovery { id: tenant(77), ..found });
                },
                S::Fail,
                "reads another tenant",
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
            // An application reads the tenant: the connecting account is found all the same, and the second line says why it is
            // all that can be said.
            (
                |it| {
                    let mut problem =
                        Problem::at(Service::MicrosoftGraph, ProblemKind::Refused, "who we are");
                    problem.remedy = "Signed in as an application: it has no account.".into();
                    it.facts.me = Aged { problem: Some(problem.into()), ..Aged::default() };
                },
                S::Pass,
                "Signed in as an application",
            ),
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
                    it.target(1).edit(|it| it.user_principal_name = "other@contoso.com".into());
                    it.target(1).edit(|it| it.other_mails = Box::new(["p1@contoso.com".into()]));
                },
                S::Pass,
                "other@contoso.com",
            ),
            (
                |it| {
                    it.target(1).edit(|it| {
                        it.user_principal_name = "p1_contoso.com#EXT#@contoso.onmicrosoft.com".into();
                    });
                },
                S::Pass,
                "#EXT#",
            ),
            (
                |it| {
                    it.target(1).edit(|it| it.user_principal_name = "a@contoso.com".into());
                    it.target(1).edit(|it| it.mail = Some("p1@contoso.com".into()));
                    it.target(2).edit(|it| it.mail = Some("p1@contoso.com".into()));
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
