//! Cases in which matching people goes wrong, each with the outcome that a careful person would choose. All people are made
//! up.
#![expect(clippy::unwrap_used, reason = "tests stop at what they cannot read")]

use ado2entra::domain::candidate::WarningKind;
use ado2entra::domain::people::{OrgUser, TenantUser};
use ado2entra::domain::{Outcome, Situation};

mod cases;
mod evaluation;
mod people;

use cases::cases;
use people::{
    alias, before, compare, disabled, entra, guest, judged, last_seen, made, mailbox, object, org,
    other_mail, tenant_id, user,
};

#[test]
fn each_case_comes_out_as_a_careful_person_would_have_it() {
    let mut wrong = Vec::new();
    for (what, people, tenant, outcome, target) in cases() {
        let person = judged(&people, tenant);
        let first = person.target.or_else(|| person.candidates.first().map(|best| best.object_id));
        if person.outcome != outcome || target.is_some_and(|number| first != Some(object(number))) {
            wrong.push(format!(
                "{what}: {} ({}), first {first:?}, wanted {outcome} {target:?}",
                person.outcome, person.why
            ));
        }
        assert!(!person.why.is_empty(), "{what}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn warnings_say_what_to_look_out_for() {
    let warned = |people: &[OrgUser], tenant: Vec<TenantUser>, kind: WarningKind| {
        let person = judged(people, tenant);
        person.candidates.first().is_some_and(|best| best.warns(kind))
    };
    let jane = || org("Jane Doe", "jane.doe@outlook.com");
    let known = || other_mail(user("Jane", "Doe", "jane.doe@contoso.com"), "jane.doe@outlook.com");
    assert!(warned(&[jane()], vec![disabled(known())], WarningKind::Disabled));
    assert!(warned(&[jane()], vec![known().with(|it| it.deleted = true)], WarningKind::Deleted));
    assert!(warned(&[jane()], vec![guest("Jane", "Doe", "jane.doe_outlook.com")], WarningKind::Guest));
    assert!(warned(
        &[jane()],
        vec![guest("Jane", "Doe", "jane.doe_outlook.com").with(|it| it.pending = true)],
        WarningKind::PendingInvitation
    ));
    assert!(warned(
        &[org("Jane Doe", "jd@contoso.com")],
        vec![user("Joachim", "Dahl", "jd@contoso.com")],
        WarningKind::NameContradicts
    ));
    assert!(warned(
        &[org("Jane Doe", "info@contoso.com")],
        vec![mailbox("Info", "info@contoso.com")],
        WarningKind::SharedMailbox
    ));
    assert!(warned(
        &[last_seen(jane(), "2026-05-01")],
        vec![made(known(), "2026-07-01")],
        WarningKind::NewerThanLastAccess
    ));
    assert!(warned(
        &[org("Jane\u{202e} Doe", "jane.doe@outlook.com")],
        vec![known()],
        WarningKind::SuspiciousCharacters
    ));
    let twice = [jane(), org("Jane Doe", "jane.doe@contoso.com")];
    assert!(warned(&twice, vec![known()], WarningKind::ClaimedTwice));
    let active = [jane(), entra(org("Jane D.", "x@contoso.com"), object(1), tenant_id(1))];
    assert!(warned(&active, vec![known()], WarningKind::AlreadyInOrganization));
    assert!(!warned(&[jane()], vec![known()], WarningKind::NewerThanLastAccess));
}

#[test]
fn an_account_made_with_many_others_is_no_sign() {
    let people: Vec<OrgUser> = (0..30)
        .map(|n| {
            last_seen(
                org(
                    &format!("Jane Doe{}", "abcdefghijklmnopqrstuvwxyzABCD".chars().nth(n).unwrap()),
                    &format!("jane{n}@contoso.com"),
                ),
                "2024-01-01",
            )
        })
        .collect();
    let tenant: Vec<TenantUser> = people
        .iter()
        .map(|person| {
            let surname = person.display_name.split(' ').nth(1).unwrap();
            made(user("Jane", surname, &person.principal_name), "2025-06-01")
        })
        .collect();
    let found = compare(&people, tenant, &before());
    assert_eq!(found.counts().get(&Outcome::Automatic), Some(&30));
}

#[test]
fn privileged_people_keep_their_outcome_and_are_marked() {
    let people = [org("Jane Doe", "jane.doe@outlook.com"), org("Peter Berg", "peter.berg@outlook.com")];
    let tenant = || {
        vec![
            other_mail(user("Jane", "Doe", "jane.doe@contoso.com"), "jane.doe@outlook.com"),
            other_mail(user("Peter", "Berg", "pb@contoso.com"), "peter.berg@outlook.com"),
        ]
    };
    let situation = Situation {
        administrators: Some([people[0].storage_key.clone()].into()),
        operator_objects: [object(2)].into(),
        ..before()
    };
    let found = compare(&people, tenant(), &situation);
    for person in found.people() {
        assert_eq!(person.outcome, Outcome::Safe, "{}", person.why);
        assert_eq!(
            person.privileged,
            Some(true),
            "an administrator, and the one forecast onto the operator's own object"
        );
        assert!(person.candidates[0].warns(WarningKind::Privileged));
    }
    let unread = compare(&people, tenant(), &Situation { administrators: None, ..before() });
    assert!(unread.people().iter().all(|person| person.privileged.is_none()), "not read is not no");
}

#[test]
fn owner_and_operator_are_privileged_as_administrators_are() {
    let people = [org("Jane Doe", "jane.doe@outlook.com"), org("Peter Berg", "peter.berg@outlook.com")];
    let tenant = vec![other_mail(user("Jane", "Doe", "jane.doe@contoso.com"), "jane.doe@outlook.com")];
    let situation = Situation {
        owner: Some(people[0].storage_key.clone()),
        operator_keys: [people[1].storage_key.clone()].into(),
        ..before()
    };
    let found = compare(&people, tenant, &situation);
    assert!(found.people().iter().all(|person| person.privileged == Some(true)));
}

#[test]
fn who_loses_a_contest_is_told_to_whom_and_why() {
    let why = |people: &[OrgUser], tenant: Vec<TenantUser>| judged(people, tenant).why;
    let known = || other_mail(user("Ada", "Lovelace", "ada@contoso.com"), "ada@outlook.com");
    let winner = || org("Ada Lovelace", "ada@contoso.com");

    let lost = why(&[org("A. Lovelace", "ada@outlook.com"), winner()], vec![known()]);
    assert!(
        lost.contains("Ada Lovelace signs in with this account's name") && lost.contains("only one"),
        "{lost}"
    );

    let both =
        known().with(|it| it.other_mails = Box::new(["ada@outlook.com".into(), "al@outlook.com".into()]));
    let drawn = why(&[org("A. Lovelace", "ada@outlook.com"), org("Ada L.", "al@outlook.com")], vec![both]);
    assert!(drawn.contains("Ada L. has an address of ada@contoso.com as well"), "{drawn}");

    let twice = why(&[winner(), org("Augusta", "ada@contoso.com")], vec![known()]);
    assert!(twice.contains("in the organization twice: Augusta has it"), "{twice}");

    let shared = why(
        &[
            org("Ada Lovelace", "info@contoso.com"),
            org("Peter Berg", "Info@contoso.com"),
            org("Jo", "info@contoso.com"),
        ],
        vec![mailbox("Info", "info@contoso.com")],
    );
    assert!(
        shared.contains("shared mailbox") && shared.contains("Jo and Peter Berg sign in with it too"),
        "{shared}"
    );

    let active = why(
        &[
            org("A. Lovelace", "ada@outlook.com"),
            entra(org("Ada Lovelace", "x@contoso.com"), object(1), tenant_id(1)),
        ],
        vec![known()],
    );
    assert!(active.contains("in the organization already, as Ada Lovelace"), "{active}");

    let off = why(&[org("A. Lovelace", "ada@outlook.com")], vec![disabled(known())]);
    assert!(off.contains("ada@contoso.com, is disabled"), "{off}");
}

#[test]
fn a_contest_comes_out_the_same_whoever_is_read_first() {
    let people = [
        org("A. Lovelace", "ada@outlook.com"),
        org("Ada Lovelace", "ada@contoso.com"),
        org("Ada L.", "al@outlook.com"),
    ];
    let tenant = || {
        vec![
            alias(user("Ada", "Lovelace", "ada@contoso.com"), "ada.l@contoso.com")
                .with(|it| it.other_mails = Box::new(["ada@outlook.com".into(), "al@outlook.com".into()])),
        ]
    };
    let mut turned = people.clone();
    turned.reverse();
    let (one, other) = (compare(&people, tenant(), &before()), compare(&turned, tenant(), &before()));
    assert_eq!(one.people(), other.people());
    assert_eq!(one.counts().get(&Outcome::Automatic), Some(&1));
    assert_eq!(one.counts().get(&Outcome::Conflict), Some(&2));
}
