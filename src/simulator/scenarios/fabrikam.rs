//! `fabrikam`: about sixty people with every outcome in them, and an organization that is not ready.
//!
//! The operator has two accounts, as before most switches: a Microsoft account behind the access token, which is
//! only a guest of the tenant, and a work account that reads the tenant and keeps working after the switch.

use super::cast::{ADATUM, CONTOSO, Cast};
use crate::simulator::world::{
    group::{ADMINISTRATORS, FIRST_PROJECT},
    person::{
        Access::{self, Basic, Enterprise, Professional, Stakeholder, TestPlans},
        Origin, Person,
    },
    tenant::TenantUser,
};

/// Display name, local part at contoso.com, access, days since the last access.
const AUTOMATIC: [(&str, &str, Access, u64); 20] = [
    ("Amara Okonjo", "amara.okonjo", Basic, 1),
    ("Anders Hjelm", "anders.hjelm", Basic, 2),
    ("Aoife Gallagher", "aoife.gallagher", TestPlans, 0),
    ("Arjun Banerji", "arjun.banerji", Basic, 4),
    ("Beatriz Cordeiro", "beatriz.cordeiro", Stakeholder, 12),
    ("Bogdan Brânză", "bogdan.branza", Basic, 3),
    ("Chiara Lombardo", "chiara.lombardo", Basic, 6),
    ("Daisuke Iwamoto", "daisuke.iwamoto", Basic, 1),
    ("Deniz Şahin", "deniz.sahin", Basic, 9),
    ("Eleni Papadaki", "eleni.papadaki", Basic, 2),
    ("Femi Adeyinka", "femi.adeyinka", Basic, 5),
    ("Florian Krause", "florian.krause", Basic, 0),
    ("Håkon Alvestad", "hakon.alvestad", Stakeholder, 31),
    ("Inés Ibáñez", "ines.ibanez", Basic, 7),
    ("Jelena Andrić", "jelena.andric", Basic, 1),
    ("João Pereira", "joao.pereira", Basic, 2),
    ("Keiko Fujimori", "keiko.fujimori", TestPlans, 3),
    ("Linh Nguyen", "linh.nguyen", Basic, 0),
    ("Magnus Eklöf", "magnus.eklof", Basic, 14),
    ("Noor Rahimi", "noor.rahimi", Stakeholder, 21),
];

/// How the address of a mappable person is found at the tenant user.
#[derive(Clone, Copy)]
enum By {
    OtherMail,
    Alias,
    Mail,
    GuestName,
}

/// Display name, sign-in address, local part at contoso.com, where the address is, access, days.
const SAFE: [(&str, &str, &str, By, Access, u64); 11] = [
    ("Wanjiru Kimani", "wanjiru.kimani@mailbox.example", "wanjiru.kimani", By::OtherMail, Basic, 1),
    ("Tomasz Wójcik", "t.wojcik@mailbox.example", "tomasz.wojcik", By::OtherMail, Basic, 3),
    ("Sigrid Fjeldsted", "sigrid@fabrikam.com", "sigrid.fjeldsted", By::Alias, Basic, 2),
    ("Ravi Danjuma", "ravi.danjuma@fabrikam.com", "ravi.danjuma", By::Alias, Professional, 1),
    ("Paloma Escarra", "paloma.escarra@fabrikam.com", "paloma.escarra", By::Alias, Stakeholder, 17),
    ("Milan Novotny", "milan.novotny@fabrikam.com", "milan.novotny2", By::Mail, Basic, 5),
    ("Leïla Haddadi", "leila.haddadi@fabrikam.com", "leila.haddadi7", By::Mail, Basic, 0),
    ("Kwame Mensah", "kwame.mensah@mailbox.example", "", By::GuestName, Basic, 8),
    ("Ilse Vermeulen", "ilse_vermeulen@mailbox.example", "", By::GuestName, Stakeholder, 40),
    ("Yusuf Demirkan", "yusuf.demirkan@mailbox.example", "yusuf.demirkan", By::OtherMail, Enterprise, 1),
    ("Esther Macharia", "esther@fabrikam.com", "esther.macharia", By::Alias, Basic, 11),
];

/// Names agree in some way, addresses do not: name and address in the organization, name and local part in the tenant.
const REVIEW: [(&str, &str, &str, &str, u64); 6] = [
    ("Jörg Müller", "jmueller@mailbox.example", "Joerg Mueller", "joerg.mueller", 5),
    ("Pokrovskaya, Raisa", "raisa.p@mailbox.example", "Raisa Pokrovskaya", "raisa.pokrovskaya", 2),
    ("Kate Thorsen", "kthorsen@mailbox.example", "Katherine Thorsen", "katherine.thorsen", 19),
    ("S. Marchetti", "smarchetti@mailbox.example", "Stefano Marchetti", "stefano.marchetti", 6),
    ("Lucía Aranda Castellví", "lucia.a@mailbox.example", "Lucia Aranda", "lucia.aranda", 1),
    ("mlindqvist", "mlindqvist@mailbox.example", "Mats Lindqvist", "mats.lindqvist", 74),
];

/// Nobody in the tenant: name, address, days since the last access, or never.
const MISSING: [(&str, &str, Option<u64>, Access); 6] = [
    ("Olga Vasquez", "olga.vasquez@mailbox.example", Some(3), Basic),
    ("Hiroshi Yamane", "hiroshi.yamane@fabrikam.com", Some(133), Basic),
    ("Farah Ghorbani", "farah.ghorbani@mailbox.example", Some(402), Basic),
    ("Petra Baumgart", "petra.baumgart@mailbox.example", None, Stakeholder),
    ("Build Reporter", "build-reporter@mailbox.example", Some(1), Basic),
    ("Xenia Jankauskas", "xenia.jankauskas@mailbox.example", Some(26), Basic),
];

pub(super) fn play(cast: &mut Cast) {
    administrators(cast);
    for (display, local, access, days) in AUTOMATIC {
        cast.automatic(display, local, access, days);
    }
    for (display, address, local, by, access, days) in SAFE {
        safe(cast, display, address, local, by, access, days);
    }
    for (display, address, tenant_name, local, days) in REVIEW {
        let user = cast.member(CONTOSO, tenant_name, local);
        cast.user(user);
        let person = cast.msa(display, address, Basic, days);
        cast.person(person);
    }
    for (display, address, days, access) in MISSING {
        let person = cast.msa(display, address, access, days.unwrap_or(0));
        let never = days.is_none();
        cast.person(Person { last_access: person.last_access.filter(|_| !never), ..person });
    }
    hazards(cast);
    conflicts(cast);
    from_elsewhere(cast);
    unused_users(cast);
    cast.services();
    cast.world.invites_from = "adminsAndGuestInviters";
    cast.world.my_roles = vec![("Directory Readers", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b")];
}

/// The operator, the owner, and the other administrators: most of them lose access on connecting.
fn administrators(cast: &mut Cast) {
    // the account behind the access token: an administrator through a nested group, but only a guest of the tenant
    let guest = cast.guest("Niamh Halloran", "niamh.halloran@mailbox.example");
    cast.user(guest);
    let operator = cast.msa("Niamh Halloran", "niamh.halloran@mailbox.example", Basic, 0);
    let operator = cast.person(Person { tokens: 2, global_tokens: 1, ssh_keys: 1, ..operator });
    cast.world.operator = operator;
    // the same person's work account, which reads the tenant and maps the others after the switch
    let (work, me) = cast.automatic("Niamh Halloran", "niamh.halloran", Basic, 1);
    cast.join(work, ADMINISTRATORS);
    cast.world.me = me;

    // the owner is mappable, but not by itself
    let mut user = cast.member(CONTOSO, "Gesine Achterberg", "gesine.achterberg");
    user.other_mails.push("gesine.achterberg@mailbox.example".to_owned());
    cast.user(user);
    let owner = cast.msa("Gesine Achterberg", "gesine.achterberg@mailbox.example", TestPlans, 4);
    let owner = cast.person(Person { tokens: 1, ..owner });
    cast.join(owner, ADMINISTRATORS);
    cast.world.owner = owner;

    // and one administrator is nobody in the tenant
    let lost = cast.msa("Oskar Zimmer", "oskar.zimmer@mailbox.example", Basic, 37);
    let lost = cast.person(Person { tokens: 3, ssh_keys: 2, ..lost });
    cast.join(lost, ADMINISTRATORS);
    cast.join(lost, FIRST_PROJECT);

    let administrators = usize::from(ADMINISTRATORS);
    let team = crate::simulator::world::group::MIGRATION_TEAM;
    if let Some(group) = cast.world.groups.get_mut(administrators) {
        group.nested.push(team);
    }
}

fn safe(cast: &mut Cast, display: &str, address: &str, local: &str, by: By, access: Access, days: u64) {
    let address = address.to_owned();
    let mut user = match by {
        By::GuestName => cast.guest(display, &address),
        _ => cast.member(CONTOSO, display, local),
    };
    match by {
        By::OtherMail => user.other_mails.push(address.clone()),
        By::Alias => user.proxies.push(format!("smtp:{address}")),
        By::Mail => {
            user.mail = Some(address.clone());
            user.proxies = vec![format!("SMTP:{address}"), format!("smtp:{}", user.upn)];
        }
        // a guest whose mail differs: only the decoded name leads there
        By::GuestName => user.mail = None,
    }
    cast.user(user);
    let person = cast.msa(display, &address, access, days);
    let tokens = u8::from(days < 3);
    cast.person(Person { tokens, ssh_keys: u8::from(days == 1), ..person });
}

/// The service would map these by itself, onto somebody else.
fn hazards(cast: &mut Cast) {
    // the address was given to a newcomer
    let user = cast.member(CONTOSO, "Petrus van Dijk", "p.lang");
    let created = cast.days_ago(35, 4_000);
    cast.user(TenantUser { created, ..user });
    let person = cast.msa("Paula Lang", "p.lang@contoso.com", Basic, 61);
    cast.person(person);
    // a shared mailbox
    let user = cast.member(CONTOSO, "Fabrikam Service Desk (shared mailbox)", "servicedesk");
    cast.user(TenantUser { given: None, surname: None, sam: None, ..user });
    let person = cast.msa("Bianca Orsini", "servicedesk@contoso.com", Basic, 2);
    cast.person(person);
}

fn conflicts(cast: &mut Cast) {
    // one mail address twice in the organization
    for (display, address) in
        [("Info Desk North", "info.north@mailbox.example"), ("Info Desk South", "info.south@mailbox.example")]
    {
        let person = cast.msa(display, address, Stakeholder, 15);
        cast.person(Person { mail: "info@mailbox.example".to_owned(), ..person });
    }
    // two people claim one tenant user
    let mut user = cast.member(CONTOSO, "Ulla Dahlmann", "ulla.dahlmann");
    user.other_mails = vec!["ulla.dahlmann@mailbox.example".to_owned(), "ulla@fabrikam.com".to_owned()];
    cast.user(user);
    for address in ["ulla.dahlmann@mailbox.example", "ulla@fabrikam.com"] {
        let person = cast.msa("Ulla Dahlmann", address, Basic, 9);
        cast.person(person);
    }
    // the only target is disabled
    let user = cast.member(CONTOSO, "Vikram Rasmussen", "vikram.rasmussen");
    cast.user(TenantUser { enabled: false, ..user });
    let person = cast.msa("Vikram Rasmussen", "vikram.rasmussen@contoso.com", Basic, 110);
    cast.person(person);
    // the only target is in the recycle bin
    let user = cast.member(CONTOSO, "Zofia Bielak", "zofia.bielak");
    cast.user(TenantUser { deleted: true, ..user });
    let person = cast.msa("Zofia Bielak", "zofia.bielak@contoso.com", Basic, 44);
    cast.person(person);
    // hidden identities share addresses with people; one of them is in no group and does no harm
    cast.hidden("Deniz Sahin (old)", "deniz.sahin@contoso.com", true);
    cast.hidden("Linh Nguyen (2019)", "linh.nguyen@contoso.com", false);
}

fn from_elsewhere(cast: &mut Cast) {
    // two users of the destination tenant are in the organization already; the first has a second account there
    for (display, local) in [("Cédric Moreau", "cedric.moreau"), ("Hana Havlíček", "hana.havlicek")] {
        let user = cast.member(CONTOSO, display, local);
        let user = cast.user(user);
        let person = cast.of_tenant(CONTOSO, user, Basic, 6);
        cast.person(person);
    }
    let person = cast.msa("Cédric Moreau", "cedric.moreau@contoso.com", Basic, 88);
    cast.person(person);
    // known to graph through a group, without an entitlement of their own: the second is active all the same
    for (display, local, active) in
        [("Ivana Ilic", "ivana.ilic", false), ("Jarek Kowalik", "jarek.kowalik", true)]
    {
        let user = cast.member(CONTOSO, display, local);
        let user = cast.user(user);
        let person = cast.of_tenant(CONTOSO, user, Stakeholder, 200);
        cast.person(Person { entitled: false, active, ..person });
    }
    // a partner's people
    for (display, local) in [("Tamar Calloway", "tamar.calloway"), ("Søren Quist", "soren.quist")] {
        let user = cast.member(ADATUM, display, local);
        let user = cast.world.tenant_mut(ADATUM).list(user);
        let person = cast.of_tenant(ADATUM, user, Stakeholder, 13);
        cast.person(person);
    }
    // invited, never signed in
    for (display, address) in
        [("Dagny Karlsen", "dagny.karlsen@contoso.com"), ("Emre Farouqi", "emre.farouqi@mailbox.example")]
    {
        let person = cast.msa(display, address, Stakeholder, 0);
        cast.person(Person { origin: Origin::Pending, status: "pending", last_access: None, ..person });
    }
    let user = cast.member(CONTOSO, "Dagny Karlsen", "dagny.karlsen");
    cast.user(user);
}

/// People of the tenant who have nothing to do with the organization.
fn unused_users(cast: &mut Cast) {
    for (display, local) in [
        ("Caoimhe O'Dowd", "caoimhe.odowd"),
        ("Eetu Kallio", "eetu.kallio"),
        ("Giulia Bellandi", "giulia.bellandi"),
        ("Gökhan Bäcker", "gokhan.backer"),
        ("Ifeoma Chukwu", "ifeoma.chukwu"),
        ("Kamila Kaminska", "kamila.kaminska"),
        ("Mei Nakagawa", "mei.nakagawa"),
        ("Nadia Silva", "nadia.silva"),
        ("Priya Mbeki", "priya.mbeki"),
        ("Rafael Sandoval", "rafael.sandoval"),
    ] {
        let user = cast.member(CONTOSO, display, local);
        cast.user(user);
    }
    let pending = cast.guest("Bernard Fontaine", "bernard.fontaine@mailbox.example");
    cast.user(TenantUser { external: Some("PendingAcceptance"), ..pending });
    // a member from outside: #EXT# does not mean guest
    let external = cast.guest("Laleh Dubreuil", "laleh.dubreuil@adatum.com");
    cast.user(TenantUser { kind: Some("Member"), ..external });
}
