//! The crowd: people made from a number, on demand, the same ones every time.
//!
//! The k-th generated person of the organization and the k-th generated user of the destination tenant belong
//! together, in one of the ways of [`Bond`]. Nothing is stored: 500,000 users cost no memory.

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization as _;

use super::{
    person::{Access, Origin, Person},
    tenant::{Tenant, TenantUser},
};
use crate::simulator::ids::{Ids, Kind};

const GIVEN: [&str; 64] = [
    "Amara", "Anders", "Aoife", "Arjun", "Beatriz", "Bogdan", "Caoimhe", "Cédric", "Chiara", "Dagny",
    "Daisuke", "Deniz", "Eetu", "Eleni", "Emre", "Esther", "Farah", "Femi", "Florian", "Gesine", "Giulia",
    "Gökhan", "Hana", "Håkon", "Hiroshi", "Ifeoma", "Ilse", "Inés", "Ivana", "Jarek", "Jelena", "João",
    "Jörg", "Kamila", "Keiko", "Kwame", "Laleh", "Lars", "Leïla", "Linh", "Lucía", "Magnus", "Mei", "Milan",
    "Nadia", "Niamh", "Noor", "Oskar", "Paloma", "Petra", "Priya", "Rafael", "Raisa", "Ravi", "Sigrid",
    "Søren", "Tamar", "Tomasz", "Ulla", "Vikram", "Wanjiru", "Xenia", "Yusuf", "Zofia",
];

const SURNAMES: [&str; 80] = [
    "Abara",
    "Achterberg",
    "Adeyinka",
    "Alvestad",
    "Andrić",
    "Aranda",
    "Bäcker",
    "Balogun",
    "Banerji",
    "Baumgart",
    "Bellandi",
    "Bielak",
    "Brânză",
    "Calloway",
    "Castellví",
    "Chukwu",
    "Cordeiro",
    "Dahlmann",
    "Danjuma",
    "Demirkan",
    "Dubreuil",
    "Eklöf",
    "Escarra",
    "Farouqi",
    "Ferreira",
    "Fjeldsted",
    "Fontaine",
    "Fujimori",
    "Gallagher",
    "Ghorbani",
    "Grünwald",
    "Haddadi",
    "Halloran",
    "Hashimura",
    "Havlíček",
    "Hjelm",
    "Ibáñez",
    "Ilic",
    "Iwamoto",
    "Jankauskas",
    "Kallio",
    "Kaminska",
    "Karlsen",
    "Kimani",
    "Kowalik",
    "Krause",
    "Lindqvist",
    "Lombardo",
    "Macharia",
    "Marchetti",
    "Mbeki",
    "Mensah",
    "Moreau",
    "Müller",
    "Nakagawa",
    "Nguyen",
    "Novotny",
    "Nyström",
    "O'Dowd",
    "Okonjo",
    "Orsini",
    "Øvergaard",
    "Papadaki",
    "Pereira",
    "Petrov",
    "Quist",
    "Rahimi",
    "Rasmussen",
    "Sandoval",
    "Schäfer",
    "Silva",
    "Şahin",
    "Tanaka",
    "Thorsen",
    "Vasquez",
    "Vermeulen",
    "Wójcik",
    "Yamane",
    "Zanetti",
    "Zimmer",
];

/// How a generated person and their tenant user belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bond {
    /// The sign-in address is the user principal name.
    SameName,
    /// As that, but the tenant user is somebody newer with another name.
    Reissued,
    /// The sign-in address is another mail, or a proxy address, of the tenant user.
    OtherMail,
    Proxy,
    /// Only the name agrees.
    NameOnly,
    /// They have nothing in common.
    Stranger,
    /// Invited to the organization, never signed in.
    Invited,
}

/// The source of generated people.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulator) struct Crowd {
    pub ids: Ids,
    pub now: Timestamp,
    /// How many people of the organization are generated: users beyond that number have no counterpart.
    pub partners: u32,
    /// Nothing fails: everybody's sign-in address is a user principal name.
    pub tidy: bool,
}

impl Crowd {
    fn bond(&self, number: u32) -> Bond {
        if number >= self.partners || self.tidy {
            return Bond::SameName;
        }
        match self.ids.pick(Kind::Subject, number) % 100 {
            0..55 => Bond::SameName,
            55..56 => Bond::Reissued,
            56..70 => Bond::OtherMail,
            70..78 => Bond::Proxy,
            78..88 => Bond::NameOnly,
            88..98 => Bond::Stranger,
            _ => Bond::Invited,
        }
    }

    fn names(number: u32) -> (&'static str, &'static str) {
        // strides that share no factor with the lengths, so that neighbours differ in both names
        let given = GIVEN[(number as usize).wrapping_mul(37) % GIVEN.len()];
        let surname = SURNAMES[(number as usize / GIVEN.len() + number as usize * 29) % SURNAMES.len()];
        (given, surname)
    }

    fn local(number: u32) -> String {
        let (given, surname) = Self::names(number);
        format!("{}.{}{number}", ascii(given), ascii(surname))
    }

    /// The number at the end of the local part of an address of the crowd.
    #[expect(clippy::unused_self, reason = "belongs to the shape of the crowd's addresses")]
    pub fn number_in(&self, address: &str) -> Option<u32> {
        let (local, _) = address.split_once('@')?;
        let local = local.split('_').next()?;
        let digits = local.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        digits.parse().ok()
    }

    /// The generated user with this number.
    pub fn user(&self, number: u32, tenant: &Tenant) -> TenantUser {
        let bond = self.bond(number);
        let upn = format!("{}@{}", Self::local(number), tenant.domain);
        let other = |domain: &str| format!("{}@{domain}", Self::local(number));
        let shown = match bond {
            Bond::Reissued | Bond::Stranger => number.wrapping_add(7_919) % 1_000_000,
            _ => number,
        };
        let (given, surname) = Self::names(shown);
        let pick = self.ids.pick(Kind::Object(tenant.number), number);
        let mut proxies = vec![format!("SMTP:{upn}")];
        if bond == Bond::Proxy {
            proxies.push(format!("smtp:{}", other("fabrikam.com")));
        }
        TenantUser {
            display: format!("{given} {surname}"),
            given: Some(given.to_owned()),
            surname: Some(surname.to_owned()),
            mail: Some(upn.clone()),
            other_mails: if bond == Bond::OtherMail { vec![other("mailbox.example")] } else { Vec::new() },
            proxies,
            kind: Some("Member"),
            enabled: bond != Bond::SameName || number < self.partners || !pick.is_multiple_of(50),
            external: None,
            nickname: Self::local(number),
            sam: Some(format!("{:.1}{}{number}", ascii(given), ascii(surname))),
            created: ago(self.now, if bond == Bond::Reissued { 20 } else { 300 + pick % 2_000 }, pick),
            deleted: false,
            upn,
        }
    }

    /// The generated person with this number, of an organization whose people belong to this tenant's domain.
    pub fn person(&self, number: u32, domain: &str) -> Person {
        let bond = self.bond(number);
        let (given, surname) = Self::names(number);
        let pick = self.ids.pick(Kind::StorageKey, number);
        let local = Self::local(number);
        let address = match bond {
            Bond::SameName | Bond::Reissued => format!("{local}@{domain}"),
            Bond::OtherMail | Bond::Invited => format!("{local}@mailbox.example"),
            Bond::Proxy => format!("{local}@fabrikam.com"),
            Bond::NameOnly => format!("{:.1}{}.{number}@mailbox.example", ascii(given), ascii(surname)),
            Bond::Stranger => format!("former.{number}@mailbox.example"),
        };
        let pending = bond == Bond::Invited;
        let last_access = match pick % 100 {
            _ if pending => None,
            0..4 if !self.tidy => None,
            4..14 if !self.tidy => Some(ago(self.now, 95 + pick / 100 % 600, pick)),
            _ => Some(ago(self.now, pick / 100 % 60, pick)),
        };
        Person {
            display: format!("{given} {surname}"),
            principal: address.clone(),
            mail: address,
            origin: if pending { Origin::Pending } else { Origin::Msa },
            access: match pick / 7 % 10 {
                0..6 => Access::Basic,
                6 => Access::TestPlans,
                7 => Access::Enterprise,
                _ => Access::Stakeholder,
            },
            status: if pending { "pending" } else { "active" },
            last_access,
            created: ago(self.now, 700 + pick % 1_500, pick),
            groups: vec![6 + 3 * u16::try_from(number % 3).unwrap_or(0)],
            entitled: true,
            active: true,
            tokens: u8::try_from(pick % 11 / 9).unwrap_or(0),
            global_tokens: 0,
            ssh_keys: 0,
        }
    }
}

/// A moment some days before another, with a time of day that follows from the salt.
pub(in crate::simulator) fn ago(now: Timestamp, days: u64, salt: u64) -> Timestamp {
    let within = i64::try_from(salt % 28_800).unwrap_or(0);
    let days = i64::try_from(days).unwrap_or(0);
    // fraction digits vary, as the service's do
    let nanos = [0, 120_000_000, 346_700_000, 900_000][usize::try_from(salt % 4).unwrap_or(0)];
    Timestamp::new(now.as_second() - days * 86_400 - within - 60, nanos).unwrap_or(now)
}

/// The letters of a name that an address may hold.
pub(in crate::simulator) fn ascii(name: &str) -> String {
    let plain = name.replace(['ø', 'Ø'], "o").replace('ł', "l").replace('ß', "ss");
    plain.nfkd().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}
