//! Cases in which matching people goes wrong, each with the outcome that a careful person would choose. All people are made
//! up.
#![expect(clippy::unwrap_used, reason = "tests stop at what they cannot read")]

use std::collections::BTreeSet;

use ado2entra::domain::candidate::WarningKind;
use ado2entra::domain::connection::Backing;
use ado2entra::domain::ids::{Descriptor, ObjectId, StorageKey, TenantId};
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::people::{
    Directory, EntitlementStatus, LastAccess, OrgUser, Origin, Roster, TenantUser, TenantUserParts, UserType,
};
use ado2entra::domain::{Forecast, Outcome, Person, Situation, forecast};
use jiff::Timestamp;

const NOW: &str = "2026-09-01T12:00:00Z";

fn tenant_id(number: u8) -> TenantId {
    format!("00000000-0000-4000-a000-0000000000{number:02}").parse().unwrap()
}

fn object(number: usize) -> ObjectId {
    format!("00000000-0000-4000-8000-{number:012}").parse().unwrap()
}

fn at(date: &str) -> Timestamp {
    format!("{date}T08:00:00Z").parse().unwrap()
}

/// An org user with a Microsoft account.
fn org(name: &str, address: &str) -> OrgUser {
    OrgUser {
        storage_key: StorageKey::new(&format!("{address}/{name}")),
        descriptor: Descriptor::new("msa.AAAA"),
        display_name: name.into(),
        principal_name: address.into(),
        mail: Some(address.into()),
        origin: Origin::Msa,
        origin_id: Some("0006BFFD00000001".into()),
        domain: Some("Windows Live ID".into()),
        meta_type: None,
        deleted_in_origin: false,
        access_level: Some("Basic".into()),
        status: EntitlementStatus::Active,
        last_accessed: LastAccess::At(at("2026-08-20")),
        created: Some(at("2022-01-10")),
    }
}

fn last_seen(user: OrgUser, date: &str) -> OrgUser {
    OrgUser { last_accessed: LastAccess::At(at(date)), ..user }
}

/// An Entra identity with this origin id in this tenant.
fn entra(user: OrgUser, origin: ObjectId, tenant: TenantId) -> OrgUser {
    OrgUser {
        descriptor: Descriptor::new("aad.AAAA"),
        origin: Origin::Aad,
        origin_id: Some(origin.to_string().into()),
        domain: Some(tenant.to_string().into()),
        ..user
    }
}

/// A tenant user; the id is given by the place in the list.
fn user(given: &str, surname: &str, upn: &str) -> TenantUser {
    TenantUserParts {
        id: object(9999),
        display_name: format!("{given} {surname}").trim().into(),
        given_name: (!given.is_empty()).then(|| given.into()),
        surname: (!surname.is_empty()).then(|| surname.into()),
        user_principal_name: upn.into(),
        mail: Some(upn.into()),
        other_mails: Box::new([]),
        proxy_addresses: Box::new([upn.into()]),
        identity_addresses: Box::new([]),
        user_type: Some(UserType::Member),
        enabled: Some(true),
        pending: false,
        deleted: false,
        mail_nickname: None,
        sam_account_name: None,
        created: Some(at("2019-05-12")),
    }
    .into()
}

fn other_mail(user: TenantUser, mail: &str) -> TenantUser {
    user.with(|it| it.other_mails = Box::new([mail.into()]))
}

fn alias(user: TenantUser, mail: &str) -> TenantUser {
    user.with(|it| it.proxy_addresses = Box::new([it.user_principal_name.clone(), mail.into()]))
}

fn without_mail(user: TenantUser) -> TenantUser {
    user.with(|it| {
        it.mail = None;
        it.proxy_addresses = Box::new([]);
    })
}

fn guest(given: &str, surname: &str, mangled: &str) -> TenantUser {
    without_mail(user(given, surname, &format!("{mangled}#EXT#@contoso.onmicrosoft.com")))
        .with(|it| it.user_type = Some(UserType::Guest))
}

fn disabled(user: TenantUser) -> TenantUser {
    user.with(|it| it.enabled = Some(false))
}

fn mailbox(name: &str, upn: &str) -> TenantUser {
    user("", "", upn).with(|it| it.display_name = name.into())
}

fn made(user: TenantUser, date: &str) -> TenantUser {
    user.with(|it| it.created = Some(at(date)))
}

/// Before connecting: backed by Microsoft accounts.
fn before() -> Situation {
    Situation {
        destination: Some(tenant_id(1)),
        backing: Some(Backing::MicrosoftAccounts),
        administrators: Some(BTreeSet::new()),
        ..Situation::at(NOW.parse().unwrap())
    }
}

fn numbered(users: Vec<TenantUser>) -> Directory {
    Directory::new(users.into_iter().enumerate().map(|(at, user)| user.with(|it| it.id = object(at + 1))))
}

fn compare(people: &[OrgUser], tenant: Vec<TenantUser>, situation: &Situation) -> Forecast {
    let roster = Roster::new(people.to_vec());
    let directory = numbered(tenant);
    forecast(&roster, &directory, &TenantIndex::build(&directory), situation)
}

/// The first person of the list.
fn judged(people: &[OrgUser], tenant: Vec<TenantUser>) -> Person {
    compare(people, tenant, &before()).get(&people[0].storage_key).unwrap().clone()
}

/// What it is, the person (and others in the organization), the tenant, the outcome of the first person, and the place
/// of the tenant user that should be the target or the first proposal.
type Case = (&'static str, Vec<OrgUser>, Vec<TenantUser>, Outcome, Option<usize>);

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    use Outcome::{Automatic, Conflict, Hazard, Missing, Review, Safe};
    let jane = || org("Jane Doe", "jane.doe@outlook.com");
    let doe = || user("Jane", "Doe", "jane.doe@contoso.com");
    let known = || other_mail(doe(), "jane.doe@outlook.com");
    vec![
        // names
        ("case and odd spaces", vec![org("JANE DOE\u{a0}", " Jane.Doe@CONTOSO.com\u{a0}")], vec![doe()], Automatic, Some(1)),
        ("married, old address still an alias", vec![org("Jane Miller", "jane.miller@contoso.com")], vec![alias(doe(), "jane.miller@contoso.com")], Review, Some(1)),
        ("married, same sign-in name", vec![org("Jane Miller", "jane.doe@contoso.com")], vec![doe()], Automatic, Some(1)),
        ("married, private address", vec![org("Jane Miller", "jane.m@outlook.com")], vec![other_mail(doe(), "jane.m@outlook.com")], Safe, Some(1)),
        ("umlauts written out", vec![org("Juergen Mueller", "jm@outlook.com")], vec![other_mail(user("Jürgen", "Müller", "jm1@contoso.com"), "jm@outlook.com")], Safe, Some(1)),
        ("umlauts left out", vec![org("Jurgen Muller", "x1@outlook.com")], vec![user("Jürgen", "Müller", "jm1@contoso.com")], Review, Some(1)),
        ("barred letters", vec![org("Djordje Lukasz", "x1@outlook.com")], vec![user("Đorđe", "Łukasz", "d.l@contoso.com")], Review, Some(1)),
        ("family name first, native script", vec![org("佐藤健太", "kenta@outlook.com")], vec![other_mail(user("健太", "佐藤", "kenta.sato@contoso.com"), "kenta@outlook.com")], Safe, Some(1)),
        ("two scripts, address known", vec![org("Kenta Sato", "kenta@outlook.com")], vec![other_mail(user("健太", "佐藤", "kenta.sato@contoso.com"), "kenta@outlook.com")], Safe, Some(1)),
        ("two scripts, only the login tells", vec![org("Kenta Sato", "x1@outlook.com")], vec![user("Anna", "Berg", "anna.berg@contoso.com"), user("健太", "佐藤", "kenta.sato@contoso.com")], Review, Some(2)),
        ("Cyrillic", vec![org("Dmitry Zhukov", "x1@outlook.com")], vec![user("Дмитрий", "Жуков", "d@contoso.com")], Review, Some(1)),
        ("suffix in brackets", vec![org("Jane Doe (Contractor)", "jane.doe@outlook.com")], vec![known()], Safe, Some(1)),
        ("double surname, one half used", vec![org("Maria Garcia", "mg@outlook.com")], vec![other_mail(user("María José", "García Márquez", "mj@contoso.com"), "mg@outlook.com")], Safe, Some(1)),
        ("particles written together", vec![org("Wouter vanderBerg", "x1@outlook.com")], vec![user("Wouter", "van der Berg", "w@contoso.com")], Review, Some(1)),
        ("apostrophes", vec![org("Sean OBrien", "x1@outlook.com")], vec![user("Seán", "O’Brien", "s@contoso.com")], Review, Some(1)),
        ("nickname only", vec![org("Bob Smith", "x1@outlook.com")], vec![user("Robert", "Smith", "robert.smith@contoso.com")], Review, Some(1)),
        ("nickname at the sign-in name", vec![org("Bob Smith", "robert.smith@contoso.com")], vec![user("Robert", "Smith", "robert.smith@contoso.com")], Automatic, Some(1)),
        ("login as name", vec![org("jdoe85", "x1@outlook.com")], vec![user("Peter", "Doe", "p.doe@contoso.com"), doe()], Review, Some(2)),
        ("control, bidi and emoji characters", vec![org("Ja\u{200d}ne\u{202e} Doe 🦀", "jane.doe@outlook.com")], vec![known()], Safe, Some(1)),
        ("the plain case", vec![org("Jane Doe", "jane.doe@contoso.com")], vec![doe()], Automatic, Some(1)),
        ("Surname, Given", vec![org("Doe, Jane", "jane.doe@outlook.com")], vec![known()], Safe, Some(1)),
        ("initial only", vec![org("J. Doe", "jane.doe@outlook.com")], vec![known()], Safe, Some(1)),
        ("plus-address", vec![org("Jane Doe", "jane.doe+ado@outlook.com")], vec![known()], Review, Some(1)),
        ("disabled", vec![jane()], vec![disabled(known())], Conflict, None),
        ("deleted", vec![jane()], vec![known().with(|it| it.deleted = true)], Conflict, None),
        // several people of one name or family
        ("namesakes, no address", vec![org("Jane Doe", "x1@outlook.com")], vec![doe(), user("Jane", "Doe", "jane.doe2@contoso.com")], Review, None),
        ("father and son, the address tells", vec![org("John Smith", "john@outlook.com")], vec![user("John", "Smith", "john.smith@contoso.com"), other_mail(user("John", "Smith", "john.smith2@contoso.com"), "john@outlook.com")], Safe, Some(2)),
        ("twins", vec![org("Anna Berg", "x1@outlook.com")], vec![user("Hanne", "Berg", "hanne.berg@contoso.com"), user("Anna", "Berg", "anna.berg@contoso.com")], Review, Some(2)),
        ("a man's and a woman's form, company address", vec![org("Martin Weber", "m.weber@contoso.com")], vec![alias(user("Martina", "Weber", "martina.weber@contoso.com"), "m.weber@contoso.com")], Review, Some(1)),
        ("spouses share a private address", vec![org("Peter Smith", "smiths@outlook.com")], vec![other_mail(user("Jane", "Smith", "jane.smith@contoso.com"), "smiths@outlook.com")], Review, Some(1)),
        ("numbered sign-in names", vec![org("Jane Doe", "jane.doe2@contoso.com")], vec![doe(), user("Jane", "Doe", "jane.doe2@contoso.com")], Automatic, Some(2)),
        // mailboxes, machines, second accounts
        ("shared mailbox as sign-in", vec![org("Jane Doe", "info@contoso.com")], vec![mailbox("Info", "info@contoso.com"), doe()], Hazard, Some(1)),
        ("shared mailbox, disabled as usual", vec![org("Jane Doe", "info@contoso.com")], vec![disabled(mailbox("Info", "info@contoso.com"))], Conflict, None),
        ("a service account, on both sides", vec![org("svc-build", "svc-build@contoso.com")], vec![mailbox("svc-build", "svc-build@contoso.com")], Automatic, Some(1)),
        ("a person who signs in as a machine", vec![org("Jane Doe", "svc-build@contoso.com")], vec![mailbox("svc-build", "svc-build@contoso.com")], Hazard, Some(1)),
        ("a person called Dev", vec![org("Dev Patel", "dev@contoso.com")], vec![user("Dev", "Patel", "dev@contoso.com")], Automatic, Some(1)),
        ("admin account is not preferred", vec![org("Jane Doe", "x1@outlook.com")], vec![without_mail(user("Jane", "Doe", "adm-jane.doe@contoso.com")).with(|it| it.display_name = "Jane Doe (Admin)".into()), doe()], Review, Some(2)),
        ("only the admin account has the address", vec![jane()], vec![other_mail(user("Jane", "Doe", "adm-jane.doe@contoso.com"), "jane.doe@outlook.com"), doe()], Review, None),
        ("two accounts have the address", vec![jane()], vec![known(), other_mail(user("Jane", "Doe", "jane.doe2@contoso.com"), "jane.doe@outlook.com")], Review, None),
        // re-issued addresses
        ("re-issued to a stranger", vec![org("Jane Doe", "jd@contoso.com")], vec![user("Joachim", "Dahl", "jd@contoso.com")], Hazard, Some(1)),
        ("re-issued within the family", vec![org("Jane Doe", "doe@contoso.com")], vec![user("Peter", "Doe", "doe@contoso.com")], Hazard, Some(1)),
        ("re-issued, as an alias", vec![org("Jane Doe", "jd@contoso.com")], vec![alias(user("Joachim", "Dahl", "jdahl@contoso.com"), "jd@contoso.com")], Review, Some(1)),
        ("re-issued to a namesake: the dates tell", vec![last_seen(org("Jane Doe", "jane.doe@contoso.com"), "2023-02-01")], vec![made(doe(), "2025-06-01"), user("Peter", "Berg", "p.berg@contoso.com")], Hazard, Some(1)),
        ("re-issued to a namesake, as an alias", vec![last_seen(org("Jane Doe", "jd@contoso.com"), "2023-02-01")], vec![made(alias(doe(), "jd@contoso.com"), "2026-07-01")], Review, Some(1)),
        ("the account was made for the move", vec![last_seen(org("Jane Doe", "jane.doe@contoso.com"), "2026-06-01")], vec![made(doe(), "2026-08-15")], Automatic, Some(1)),
        ("the old domain after a rename", vec![org("Jane Doe", "jane.doe@fabrikam.com")], vec![doe()], Review, Some(1)),
        ("old domain: a relative has the login now", vec![org("Peter Doe", "jane.doe@fabrikam.com")], vec![doe(), user("Peter", "Doe", "peter.doe@contoso.com")], Review, Some(2)),
        // guests
        ("guest known by the decoded name", vec![org("Jane Doe", "jane.doe@outlook.com")], vec![guest("Jane", "Doe", "jane.doe_outlook.com")], Safe, Some(1)),
        ("guest with an underscore in the local part", vec![org("Jane Doe", "jane_doe@outlook.com")], vec![guest("Jane", "Doe", "jane_doe_outlook.com")], Safe, Some(1)),
        ("external member", vec![org("Jane Doe", "jane.doe@outlook.com")], vec![guest("Jane", "Doe", "jane.doe_outlook.com").with(|it| it.user_type = Some(UserType::Member))], Safe, Some(1)),
        ("guest with a pending invitation", vec![org("Jane Doe", "jane.doe@outlook.com")], vec![guest("Jane", "Doe", "jane.doe_outlook.com").with(|it| it.pending = true)], Review, Some(1)),
        ("guest of another name may map by itself", vec![org("Jane Doe", "jd@outlook.com")], vec![guest("Joachim", "Dahl", "jd_outlook.com")], Hazard, Some(1)),
        // targets that cannot be used
        ("disabled by name only", vec![org("Jane Doe", "x1@outlook.com")], vec![disabled(doe())], Review, Some(1)),
        ("disabled twin beside the account in use", vec![org("Jane Doe", "jane.doe@contoso.com")], vec![disabled(without_mail(user("Jane", "Doe", "jane.doe_old@contoso.com"))), doe()], Automatic, Some(2)),
        ("in the organization already", vec![jane(), entra(org("Jane Doe", "jane.doe@contoso.com"), object(1), tenant_id(1))], vec![known()], Conflict, None),
        ("one target for two people", vec![jane(), org("Jane Doe", "jane@hotmail.com")], vec![doe().with(|it| it.other_mails = Box::new(["jane.doe@outlook.com".into(), "jane@hotmail.com".into()]))], Conflict, None),
        ("the sign-in name wins the contest", vec![org("Jane Doe", "jane.doe@contoso.com"), jane()], vec![known()], Automatic, Some(1)),
        ("… and the other loses it", vec![jane(), org("Jane Doe", "jane.doe@contoso.com")], vec![known()], Conflict, None),
        ("two people with one mail", vec![jane(), OrgUser { storage_key: StorageKey::new("second"),..org("Janet Dew", "jane.doe@outlook.com") }], vec![known()], Conflict, None),
        // tenants as they are
        ("sign-in name differs from mail", vec![org("Jane Doe", "jane.doe@contoso.com")], vec![user("Jane", "Doe", "u12345@contoso.com").with(|it| it.mail = Some("jane.doe@contoso.com".into()))], Safe, Some(1)),
        ("no mail, no aliases", vec![org("Jane Doe", "jane.doe@outlook.com")], vec![without_mail(doe())], Review, Some(1)),
        ("whether it is enabled was not read", vec![jane()], vec![known().with(|it| it.enabled = None)], Review, Some(1)),
        ("a sign-in identity alone is not enough", vec![jane()], vec![doe().with(|it| it.identity_addresses = Box::new(["jane.doe@outlook.com".into()]))], Review, Some(1)),
        ("nobody", vec![org("Jane Doe", "jane.doe@outlook.com")], vec![user("Peter", "Berg", "peter.berg@contoso.com")], Missing, None),
        ("name empty", vec![org("", "jane.doe@outlook.com")], vec![known()], Safe, Some(1)),
        ("an empty tenant", vec![jane()], vec![], Missing, None),
    ]
}

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
