//! The cases, one a line.

use ado2entra::domain::Outcome;
use ado2entra::domain::ids::StorageKey;
use ado2entra::domain::people::{OrgUser, TenantUser, UserType};

use crate::people::{
    alias, disabled, entra, guest, last_seen, made, mailbox, object, org, other_mail, tenant_id, user,
    without_mail,
};

/// What it is, the person (and others in the organization), the tenant, the outcome of the first person, and the place
/// of the tenant user that should be the target or the first proposal.
pub type Case = (&'static str, Vec<OrgUser>, Vec<TenantUser>, Outcome, Option<usize>);

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut all = of_names();
    all.extend(of_accounts());
    all
}

/// What people are called, several of one name or family.
#[rustfmt::skip]
fn of_names() -> Vec<Case> {
    use Outcome::{Automatic, Conflict, Review, Safe};
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
        ("family name first, Latin letters", vec![org("Nguyen Van An", "x1@outlook.com")], vec![user("Văn An", "Nguyễn", "an.nguyen@contoso.com")], Review, Some(1)),
        ("Chinese characters, read", vec![org("Xiaoming Wang", "x1@outlook.com")], vec![user("伟", "李", "u1@contoso.com"), user("小明", "王", "u2@contoso.com")], Review, Some(2)),
        ("Chinese characters in the organization", vec![org("王小明", "x1@outlook.com")], vec![user("Wei", "Li", "wei.li@contoso.com"), user("Xiaoming", "Wang", "u2@contoso.com")], Review, Some(2)),
        ("Cantonese spelling of the family name", vec![org("Xiaoming Wong", "x1@outlook.com")], vec![user("小明", "王", "u2@contoso.com")], Review, Some(1)),
        ("Hangul, read", vec![org("Jihoon Park", "x1@outlook.com")], vec![user("민준", "김", "u1@contoso.com"), user("지훈", "박", "u2@contoso.com")], Review, Some(2)),
        ("two people of one Mandarin reading", vec![org("李伟", "lw@contoso.com")], vec![alias(user("威", "李", "wei.li2@contoso.com"), "lw@contoso.com")], Review, Some(1)),
        ("dotless i", vec![org("Isil Yildiz", "x1@outlook.com")], vec![user("Işıl", "Yıldız", "iy@contoso.com")], Review, Some(1)),
        ("thorn and eth", vec![org("Thora Gudmundsdottir", "x1@outlook.com")], vec![user("Þóra", "Guðmundsdóttir", "tg@contoso.com")], Review, Some(1)),
        ("the initial of a familiar form", vec![org("B. Smith", "bs@outlook.com")], vec![other_mail(user("Robert", "Smith", "rs@contoso.com"), "bs@outlook.com")], Safe, Some(1)),
        ("an address as display name", vec![org("jane.doe@outlook.com", "x1@outlook.com")], vec![user("Peter", "Doe", "p.doe@contoso.com"), doe()], Review, Some(2)),
        ("a middle name more", vec![org("Jane Alice Doe", "jane.doe@outlook.com")], vec![known()], Safe, Some(1)),
        ("login of a double surname", vec![org("bpenagomez84", "x1@outlook.com")], vec![user("Begoña", "Peña Gómez", "u9@contoso.com")], Review, Some(1)),
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
        ("brother and sister of one name, company alias", vec![org("Mario Rossi", "m.rossi@contoso.com")], vec![alias(user("Maria", "Rossi", "maria.rossi@contoso.com"), "m.rossi@contoso.com")], Review, Some(1)),
        ("… and at a private address", vec![org("Julian Weber", "weber@outlook.com")], vec![other_mail(user("Julia", "Weber", "julia.weber@contoso.com"), "weber@outlook.com")], Review, Some(1)),
        ("father and son, no address", vec![org("John Smith", "x1@outlook.com")], vec![user("John", "Smith", "john.smith@contoso.com"), user("John", "Smith jr.", "john.smith2@contoso.com")], Review, None),
        ("a mistyped surname, the account is old", vec![org("Jessica Kusdek", "jk@contoso.com")], vec![alias(user("Jessica", "Kusel", "jessica.kusel@contoso.com"), "jk@contoso.com")], Safe, Some(1)),
        ("a mistyped surname, the account is younger than the person's last access", vec![last_seen(org("Jessica Kusdek", "jk@contoso.com"), "2026-05-01")], vec![made(alias(user("Jessica", "Kusel", "jessica.kusel@contoso.com"), "jk@contoso.com"), "2026-06-15")], Review, Some(1)),
        ("a mistyped given name at a private address", vec![org("Samyle Matthews", "matthewss@outlook.com")], vec![other_mail(user("Samuel", "Matthews", "sm@contoso.com"), "matthewss@outlook.com")], Safe, Some(1)),
        ("spouses share a private address", vec![org("Peter Smith", "smiths@outlook.com")], vec![other_mail(user("Jane", "Smith", "jane.smith@contoso.com"), "smiths@outlook.com")], Review, Some(1)),
        ("numbered sign-in names", vec![org("Jane Doe", "jane.doe2@contoso.com")], vec![doe(), user("Jane", "Doe", "jane.doe2@contoso.com")], Automatic, Some(2)),
    ]
}

/// Mailboxes and machines, re-issued addresses, guests, targets that cannot be used, tenants as they are.
#[rustfmt::skip]
fn of_accounts() -> Vec<Case> {
    use Outcome::{Automatic, Conflict, Foreign, Hazard, Missing, Review, Safe};
    let jane = || org("Jane Doe", "jane.doe@outlook.com");
    let doe = || user("Jane", "Doe", "jane.doe@contoso.com");
    let known = || other_mail(doe(), "jane.doe@outlook.com");
    vec![
        // mailboxes, machines, second accounts
        ("shared mailbox as sign-in", vec![org("Jane Doe", "info@contoso.com")], vec![mailbox("Info", "info@contoso.com"), doe()], Hazard, Some(1)),
        ("shared mailbox, disabled as usual", vec![org("Jane Doe", "info@contoso.com")], vec![disabled(mailbox("Info", "info@contoso.com"))], Conflict, None),
        ("two people with one mailbox, in use", vec![org("Jane Doe", "info@contoso.com"), org("Peter Berg", "info@contoso.com")], vec![mailbox("Info", "info@contoso.com"), doe()], Hazard, Some(1)),
        ("two people with one mailbox, disabled", vec![org("Jane Doe", "info@contoso.com"), org("Peter Berg", "info@contoso.com")], vec![disabled(mailbox("Info", "info@contoso.com"))], Conflict, None),
        ("the mailbox itself is a user", vec![org("Info", "info@contoso.com")], vec![mailbox("Info", "info@contoso.com")], Hazard, Some(1)),
        ("a mailbox in another language", vec![org("Jana Doe", "buchhaltung@contoso.com")], vec![mailbox("Buchhaltung", "buchhaltung@contoso.com")], Hazard, Some(1)),
        ("two ordinary people with one sign-in name", vec![org("Jane Doe", "jane.doe@contoso.com"), OrgUser { storage_key: StorageKey::new("second"),..org("J. Doe", "jane.doe@contoso.com") }], vec![doe()], Conflict, None),
        ("… of whom one is plainly somebody else", vec![org("Peter Berg", "jane.doe@contoso.com"), org("Jane Doe", "jane.doe@contoso.com")], vec![doe()], Hazard, Some(1)),
        ("a service account, on both sides", vec![org("svc-build", "svc-build@contoso.com")], vec![mailbox("svc-build", "svc-build@contoso.com")], Automatic, Some(1)),
        ("a person who signs in as a machine", vec![org("Jane Doe", "svc-build@contoso.com")], vec![mailbox("svc-build", "svc-build@contoso.com")], Hazard, Some(1)),
        ("a person called Dev", vec![org("Dev Patel", "dev@contoso.com")], vec![user("Dev", "Patel", "dev@contoso.com")], Automatic, Some(1)),
        ("admin account is not preferred", vec![org("Jane Doe", "x1@outlook.com")], vec![without_mail(user("Jane", "Doe", "adm-jane.doe@contoso.com")).with(|it| it.display_name = "Jane Doe (Admin)".into()), doe()], Review, Some(2)),
        ("nor one that ends so", vec![org("Jane Doe", "x1@outlook.com")], vec![without_mail(user("Jane", "Doe", "jane.doe.admin@contoso.com")), user("Jane", "Doe", "u77@contoso.com")], Review, Some(2)),
        ("only the admin account has the address", vec![jane()], vec![other_mail(user("Jane", "Doe", "adm-jane.doe@contoso.com"), "jane.doe@outlook.com"), doe()], Review, None),
        ("two accounts have the address", vec![jane()], vec![known(), other_mail(user("Jane", "Doe", "jane.doe2@contoso.com"), "jane.doe@outlook.com")], Review, None),
        // re-issued addresses
        ("re-issued to a stranger", vec![org("Jane Doe", "jd@contoso.com")], vec![user("Joachim", "Dahl", "jd@contoso.com")], Hazard, Some(1)),
        ("re-issued within the family", vec![org("Jane Doe", "doe@contoso.com")], vec![user("Peter", "Doe", "doe@contoso.com")], Hazard, Some(1)),
        ("a successor in the role", vec![org("Jane Doe", "qa.lead@contoso.com")], vec![user("Peter", "Berg", "qa.lead@contoso.com")], Hazard, Some(1)),
        ("relatives with given names alike", vec![org("Nicholas Berg", "nberg@contoso.com")], vec![user("Nikita", "Berg", "nberg@contoso.com")], Hazard, Some(1)),
        ("re-issued, as an alias", vec![org("Jane Doe", "jd@contoso.com")], vec![alias(user("Joachim", "Dahl", "jdahl@contoso.com"), "jd@contoso.com")], Review, Some(1)),
        ("re-issued to a namesake: the dates tell", vec![last_seen(org("Jane Doe", "jane.doe@contoso.com"), "2023-02-01")], vec![made(doe(), "2025-06-01"), user("Peter", "Berg", "p.berg@contoso.com")], Hazard, Some(1)),
        ("re-issued to a namesake, as an alias", vec![last_seen(org("Jane Doe", "jd@contoso.com"), "2023-02-01")], vec![made(alias(doe(), "jd@contoso.com"), "2026-07-01")], Review, Some(1)),
        ("the account was made for the move", vec![last_seen(org("Jane Doe", "jane.doe@contoso.com"), "2026-06-01")], vec![made(doe(), "2026-08-15")], Automatic, Some(1)),
        ("the old domain after a rename", vec![org("Jane Doe", "jane.doe@fabrikam.com")], vec![doe()], Review, Some(1)),
        ("an alias of a domain in use, dates against it", vec![last_seen(org("Jane Doe", "jane.d@contoso.com"), "2023-02-01")], vec![made(alias(doe(), "jane.d@contoso.com"), "2025-06-01")], Review, Some(1)),
        ("an alias of a domain that is left in aliases only", vec![last_seen(org("Jane Doe", "jane.d@fabrikam.com"), "2023-02-01")], vec![made(alias(doe(), "jane.d@fabrikam.com"), "2024-06-01"), made(user("Peter", "Berg", "p.berg@contoso.com"), "2026-01-01")], Safe, Some(1)),
        ("… that an address policy still hands out", vec![last_seen(org("Jane Doe", "jane.d@fabrikam.com"), "2023-02-01")], vec![made(alias(doe(), "jane.d@fabrikam.com"), "2025-06-01"), made(alias(user("Peter", "Berg", "p.berg@contoso.com"), "p.berg@fabrikam.com"), "2026-01-01")], Review, Some(1)),
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
        ("an identity of another directory", vec![entra(jane(), object(700), tenant_id(3))], vec![known()], Foreign, None),
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
