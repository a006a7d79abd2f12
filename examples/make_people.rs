//! Makes lists of made-up people of any size, in the shapes in which the services write them.
//!
//! `cargo run --release --example make_people -- --org-users 100000 --tenant-users 500000 --out FOLDER` writes
//! `org-users.json` (an array of user entitlements) and `tenant-users.json` (Microsoft Graph's `{"value": […]}`) into the
//! folder; `--lines` writes JSON Lines instead, `--seed N` makes other people. The same numbers make the same files always.
//!
//! Of the organization's people 55 % sign in with a userPrincipalName of the tenant, 12 % with another mail and 8 % with a
//! proxy address of a tenant user; 15 % have only the name in common (one in three of them with a slip in it), 10 % nothing.
//! Who belongs to whom is not written: these files are for measuring time and memory. Sets with known truth are another
//! thing, see `docs/matching.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use fastrand::Rng;
use serde_json::{Value, json};

type Failure = Box<dyn Error>;

const GIVEN: [&str; 100] = [
    "Adele",
    "Aïcha",
    "Akira",
    "Alžběta",
    "Amara",
    "Anders",
    "André",
    "Aoife",
    "Arjun",
    "Åsa",
    "Beatriz",
    "Björn",
    "Bogdan",
    "Caoimhe",
    "Cédric",
    "Chiara",
    "Chloé",
    "Dagny",
    "Daisuke",
    "Deniz",
    "Dražen",
    "Eetu",
    "Eleni",
    "Élodie",
    "Emre",
    "Esther",
    "Farah",
    "Femi",
    "Florian",
    "François",
    "Gesine",
    "Giulia",
    "Gökhan",
    "Håkon",
    "Hana",
    "Hélène",
    "Hiroshi",
    "Ifeoma",
    "Ilse",
    "Inés",
    "Ivana",
    "Jarek",
    "Jelena",
    "João",
    "Jörg",
    "José",
    "Jürgen",
    "Kamila",
    "Keiko",
    "Kwame",
    "Laleh",
    "Lars",
    "Leïla",
    "Linh",
    "Lucía",
    "Łukasz",
    "Magnus",
    "María",
    "Mei",
    "Milan",
    "Mónica",
    "Nadia",
    "Niamh",
    "Noor",
    "Nuño",
    "Ömer",
    "Oskar",
    "Paloma",
    "Petra",
    "Priya",
    "Rafael",
    "Raisa",
    "Ravi",
    "René",
    "Róisín",
    "Şebnem",
    "Sigrid",
    "Siobhán",
    "Søren",
    "Stéphane",
    "Tamar",
    "Théo",
    "Tomasz",
    "Tuğba",
    "Ulla",
    "Úrsula",
    "Václav",
    "Vikram",
    "Wanjiru",
    "Władysław",
    "Xenia",
    "Yağmur",
    "Yusuf",
    "Zeynep",
    "Zoë",
    "Zofia",
    "Željko",
    "Žofie",
    "Ana",
    "Ben",
];

const FIRST: [&str; 24] = [
    "Bar", "Bel", "Bran", "Dal", "Dra", "Ek", "Far", "Gren", "Hal", "Hav", "Jan", "Kal", "Kov", "Lind",
    "Mar", "Mün", "Nov", "Ol", "Pet", "Ran", "Sil", "Tor", "Val", "Zim",
];
const MIDDLE: [&str; 30] = [
    "a", "e", "i", "o", "u", "ber", "der", "el", "en", "er", "gar", "hol", "in", "ka", "le", "li", "lo",
    "man", "mer", "na", "ne", "ol", "or", "ra", "ri", "ro", "sa", "ten", "vi", "ö",
];
const LAST: [&str; 30] = [
    "bach", "berg", "by", "čík", "dahl", "escu", "feld", "gaard", "hauer", "holm", "ić", "ini", "kins",
    "kowski", "ler", "ley", "low", "man", "mann", "nen", "ová", "quist", "rez", "ris", "sen", "ski", "son",
    "stedt", "ström", "ton",
];

fn main() -> Result<(), Failure> {
    let (mut org, mut tenant, mut seed, mut lines) = (1000_usize, 5000_usize, 1_u64, false);
    let mut out = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--org-users" => org = value()?.parse()?,
            "--tenant-users" => tenant = value()?.parse()?,
            "--seed" => seed = value()?.parse()?,
            "--out" => out = Some(PathBuf::from(value()?)),
            "--lines" => lines = true,
            _ => out = None,
        }
    }
    let Some(out) = out else {
        eprintln!("usage: make_people --org-users N --tenant-users N --out FOLDER [--seed N] [--lines]");
        std::process::exit(2);
    };
    fs::create_dir_all(&out)?;
    let crowd = Crowd { seed };
    let list = |name: &str, start: &str, count: usize, row: &dyn Fn(usize) -> Value| -> Result<(), Failure> {
        let path = out.join(name);
        write(&path, if lines { "" } else { start }, count, row)?;
        println!("{}: {count} rows, {} bytes", path.display(), fs::metadata(&path)?.len());
        Ok(())
    };
    list("tenant-users.json", "{\"value\":[", tenant, &|number| crowd.tenant_user(number))?;
    list("org-users.json", "[", org, &|number| crowd.entitlement(number, tenant))
}

/// One row a line in either form; the start says what must be closed.
fn write(path: &Path, start: &str, count: usize, row: &dyn Fn(usize) -> Value) -> Result<(), Failure> {
    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(start.as_bytes())?;
    for number in 0..count {
        if number > 0 {
            out.write_all(if start.is_empty() { b"\n" } else { b",\n" })?;
        }
        serde_json::to_writer(&mut out, &row(number))?;
    }
    for opened in start.chars().rev().filter(|c| matches!(c, '[' | '{')) {
        out.write_all(if opened == '[' { b"]" } else { b"}" })?;
    }
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// People made from a number.
#[derive(Clone, Copy)]
struct Crowd {
    seed: u64,
}

/// What both lists say about one tenant user.
struct Named {
    given: &'static str,
    surname: String,
    login: String,
}

impl Crowd {
    fn rng(self, kind: u64, number: usize) -> Rng {
        let mut rng =
            Rng::with_seed(self.seed ^ (kind << 56) ^ (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        rng.u64(..);
        rng
    }

    fn guid(self, kind: u64, number: usize) -> String {
        let mut rng = self.rng(kind, number);
        let (a, b) = (rng.u32(..), rng.u64(..));
        format!("{a:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", b >> 48, b & 0xFFF, (b >> 12) & 0xFFF, number + 1)
    }

    fn named(self, number: usize) -> Named {
        let mut rng = self.rng(1, number);
        let given = GIVEN[rng.usize(..GIVEN.len())];
        let surname = format!(
            "{}{}{}",
            FIRST[rng.usize(..FIRST.len())],
            MIDDLE[rng.usize(..MIDDLE.len())],
            LAST[rng.usize(..LAST.len())]
        );
        // many share a name: the number keeps the addresses apart, as administrators do
        let login = format!("{}.{}{}", ascii(given), ascii(&surname), number % 97_003);
        Named { given, surname, login }
    }

    fn upn(self, number: usize) -> String {
        let login = self.named(number).login;
        match number / 97_003 {
            0 => format!("{login}@contoso.com"),
            region => format!("{login}@region{region}.contoso.com"),
        }
    }

    fn tenant_user(self, number: usize) -> Value {
        let Named { given, surname, login } = self.named(number);
        let mut rng = self.rng(2, number);
        let upn = self.upn(number);
        let guest = rng.u8(..100) < 5;
        let mut proxies = vec![format!("SMTP:{upn}"), format!("smtp:{}", self.alias(number))];
        if rng.bool() {
            proxies.push(format!("smtp:{login}.{number}@contoso.onmicrosoft.com"));
        }
        if rng.bool() {
            proxies.push(format!("SIP:{upn}"));
        }
        json!({
            "id": self.guid(3, number),
            "displayName": if rng.u8(..10) == 0 { format!("{surname}, {given}") } else { format!("{given} {surname}") },
            "givenName": given,
            "surname": surname,
            "userPrincipalName": if guest {
                format!("{login}_fabrikam.com#EXT#@contoso.onmicrosoft.com")
            } else {
                upn.clone()
            },
            "mail": if rng.u8(..20) == 0 { Value::Null } else { json!(upn) },
            "otherMails": if rng.u8(..5) == 0 { vec![self.other_mail(number)] } else { vec![] },
            "proxyAddresses": proxies,
            "identities": [{
                "signInType": "userPrincipalName",
                "issuer": "contoso.onmicrosoft.com",
                "issuerAssignedId": upn
            }],
            "userType": if guest { "Guest" } else { "Member" },
            "accountEnabled": rng.u8(..50) != 0,
            "externalUserState": if guest { json!("Accepted") } else { Value::Null },
            "mailNickname": login,
            "onPremisesSamAccountName": if rng.bool() {
                json!(format!("{}{number}", surname.chars().next().unwrap_or('x')))
            } else {
                Value::Null
            },
            "createdDateTime": date(&mut rng),
        })
    }

    fn alias(self, number: usize) -> String {
        let Named { given, surname, .. } = self.named(number);
        format!("{}{}{number}@contoso.com", ascii(given).chars().next().unwrap_or('x'), ascii(&surname))
    }

    fn other_mail(self, number: usize) -> String {
        format!("{}@fabrikam.com", self.named(number).login)
    }

    fn entitlement(self, number: usize, tenant: usize) -> Value {
        let mut rng = self.rng(4, number);
        // a stride without a common factor spreads the partners over the tenant
        let partner = number.wrapping_mul(7_919) % tenant.max(1);
        let Named { given, surname, login } = self.named(partner);
        let mut name = format!("{given} {surname}");
        let address = match rng.u8(..100) {
            0..55 => self.upn(partner),
            55..67 => self.other_mail(partner),
            67..75 => self.alias(partner),
            75..90 => {
                if rng.u8(..3) == 0 {
                    name = slip(&name, &mut rng);
                }
                format!("{}{}@outlook.com", login.replace('.', ""), number % 100)
            }
            _ => {
                let stranger = self.named(tenant + number);
                name = format!("{} {}", stranger.given, stranger.surname);
                format!("{}@hotmail.com", stranger.login)
            }
        };
        let key = self.guid(5, number);
        json!({
            "id": key,
            "user": {
                "subjectKind": "user",
                "domain": "Windows Live ID",
                "principalName": address,
                "mailAddress": address,
                "origin": "msa",
                "originId": format!("{:016X}", rng.u64(..)),
                "displayName": name,
                "url": format!("https://vssps.dev.azure.com/fabrikam/_apis/Graph/Users/msa.{key}"),
                "descriptor": format!("msa.{}", key.replace('-', ""))
            },
            "accessLevel": {
                "licensingSource": "account",
                "accountLicenseType": "express",
                "msdnLicenseType": "none",
                "licenseDisplayName": if rng.u8(..3) == 0 { "Stakeholder" } else { "Basic" },
                "status": "active",
                "statusMessage": "",
                "assignmentSource": "unknown"
            },
            "lastAccessedDate": date(&mut rng),
            "dateCreated": "2019-05-12T08:14:03.52Z",
            "projectEntitlements": [],
            "extensions": [],
            "groupAssignments": []
        })
    }
}

/// A name in which one letter is missing or two stand the wrong way round.
fn slip(name: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = rng.usize(1..letters.len().saturating_sub(1).max(2));
    if rng.bool() {
        letters.remove(at);
    } else if at + 1 < letters.len() {
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}

fn date(rng: &mut Rng) -> String {
    format!(
        "20{:02}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        rng.u8(16..26),
        rng.u8(1..13),
        rng.u8(1..29),
        rng.u8(..24),
        rng.u8(..60),
        rng.u8(..60)
    )
}

/// As companies write names in addresses.
fn ascii(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.to_lowercase()
        .replace('ø', "o")
        .replace('ł', "l")
        .replace('ı', "i")
        .nfd()
        .filter(char::is_ascii_alphanumeric)
        .collect()
}
