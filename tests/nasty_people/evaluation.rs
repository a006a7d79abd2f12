//! A small made-up set with known truth, judged as a whole: nobody is safe with the wrong account, who would go to the wrong
//! account is flagged, and the right one is among the first five.

use std::collections::BTreeMap;

use ado2entra::domain::Outcome;
use ado2entra::domain::ids::{ObjectId, StorageKey};
use ado2entra::domain::people::{OrgUser, TenantUser};

use crate::people::{
    alias, before, compare, disabled, guest, last_seen, made, mailbox, object, org, other_mail, user,
};

const GIVEN: [&str; 10] =
    ["Jürgen", "Anna", "Robert", "Siobhán", "Łukasz", "Priya", "Małgorzata", "Søren", "José", "Wouter"];
const SURNAMES: [&str; 10] = [
    "Müller",
    "Lind",
    "Smith",
    "O’Neill",
    "Wójcik",
    "Iyer",
    "Nowak-Kowalska",
    "Ødegård",
    "García Márquez",
    "van der Berg",
];

/// What is true of one person.
struct Truth {
    right: Option<ObjectId>,
    /// The service would map the person to somebody else.
    hazard: bool,
}

/// A hundred people of a hundred names, in ten situations by turns; all accounts are as old as the company.
fn set() -> (Vec<OrgUser>, Vec<TenantUser>, BTreeMap<StorageKey, Truth>) {
    let (mut people, mut tenant, mut truth) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (g, given) in GIVEN.into_iter().enumerate() {
        for (s, surname) in SURNAMES.into_iter().enumerate() {
            let n = g * 10 + s;
            let (upn, private) = (format!("u{n}@contoso.com"), format!("p{n}@outlook.com"));
            let name = format!("{given} {surname}");
            let account = user(given, surname, &upn);
            let right = Some(object(tenant.len() + 1));
            let mut hazard = false;
            let mut target = right;
            let (person, accounts) = match (g + s) % 10 {
                0 => (org(&name, &upn), vec![account]),
                1 => (org(&format!("{surname}, {given}"), &private), vec![other_mail(account, &private)]),
                2 => (
                    org(&name, &format!("a{n}@contoso.com")),
                    vec![alias(account, &format!("a{n}@contoso.com"))],
                ),
                3 => (org(&name, &private), vec![guest(given, surname, &private.replace('@', "_"))]),
                4 => (org(&name, &private), vec![account]),
                5 => {
                    // gone, and the address is a stranger's
                    (hazard, target) = (true, None);
                    let other = SURNAMES[(s + 5) % 10];
                    (org(&name, &upn), vec![user("Zelda", &format!("Q{other}"), &upn)])
                }
                6 => {
                    target = None;
                    (org(&name, &private), vec![disabled(other_mail(account, &private))])
                }
                7 => {
                    // gone; a namesake has the address, whose account is long younger
                    (hazard, target) = (true, None);
                    (
                        last_seen(org(&name, &upn), "2023-01-10"),
                        vec![made(account, &format!("2025-0{}-02", 1 + g % 9))],
                    )
                }
                8 => {
                    (hazard, target) = (true, None);
                    let shared = format!("info{n}@contoso.com");
                    (org(&name, &shared), vec![mailbox("Info", &shared)])
                }
                // the admin account has the address, the person's own has not
                _ => (
                    org(&name, &private),
                    vec![
                        account,
                        other_mail(user(given, surname, &format!("adm-u{n}@contoso.com")), &private),
                    ],
                ),
            };
            truth.insert(person.storage_key.clone(), Truth { right: target, hazard });
            people.push(person);
            tenant.extend(accounts);
        }
    }
    (people, tenant, truth)
}

#[test]
fn a_small_set_is_judged_without_a_wrong_pair() {
    let (people, tenant, truth) = set();
    let found = compare(&people, tenant, &before());
    let (mut with_target, mut accepted, mut among_five) = (0, 0, 0);
    for person in found.people() {
        let about = &truth[&person.storage_key];
        let key = person.storage_key.as_str();
        assert_eq!(
            person.outcome == Outcome::Hazard,
            about.hazard,
            "{key}: {} ({})",
            person.outcome,
            person.why
        );
        let taken = matches!(person.outcome, Outcome::Safe | Outcome::Automatic);
        if taken {
            assert_eq!(person.target, about.right, "{key}: {}", person.why);
        }
        if about.right.is_some() {
            with_target += 1;
            accepted += usize::from(taken);
            let first = person.candidates.iter().take(5).map(|candidate| candidate.object_id);
            among_five += usize::from(first.into_iter().any(|id| Some(id) == about.right));
        }
    }
    assert_eq!(with_target, 60);
    assert_eq!(accepted, 40, "the first four situations, and no other");
    assert_eq!(among_five, 60);
}
