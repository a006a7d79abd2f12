//! Who is in the organization, and what becomes of them.

use super::*;

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
                "open a Support case with the list (`ado2entra diff --format csv`) *before* the evening",
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
