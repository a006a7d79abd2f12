//! Made-up people from a seed, for benches and measurements: 100 given names (many with marks), 21,000 surnames, and names
//! damaged as people damage them. Nobody in it is real.

use ado2entra::domain::ids::{Descriptor, StorageKey};
use ado2entra::domain::matching::fold;
use ado2entra::domain::people::{
    Directory, EntitlementStatus, LastAccess, OrgUser, Origin, Roster, TenantUser, TenantUserParts, UserType,
};
use fastrand::Rng;

/// Given names.
pub const GIVEN: [&str; 100] = [
    "Anna",
    "Jürgen",
    "Maria",
    "Søren",
    "José",
    "Chloë",
    "Peter",
    "Agnieszka",
    "Łukasz",
    "Fatima",
    "Wei",
    "Priya",
    "John",
    "Emily",
    "Thomas",
    "Zoë",
    "Michael",
    "Sarah",
    "David",
    "Laura",
    "Björn",
    "Ingrid",
    "Olga",
    "Dmitry",
    "Elena",
    "Marco",
    "Giulia",
    "Pierre",
    "Amélie",
    "Hans",
    "Katrin",
    "Robert",
    "Linda",
    "William",
    "Grace",
    "Noah",
    "Olivia",
    "Lucas",
    "Mia",
    "Henry",
    "Åsa",
    "Márta",
    "Zoltán",
    "Jiří",
    "Tomáš",
    "Šárka",
    "Đorđe",
    "Çağla",
    "Gülşen",
    "Yaşar",
    "Hélène",
    "François",
    "Gérard",
    "Nuño",
    "Íñigo",
    "Begoña",
    "João",
    "Conceição",
    "Günther",
    "Käthe",
    "Jörg",
    "Bjørn",
    "Håkon",
    "Solveig",
    "Mikołaj",
    "Małgorzata",
    "Wojciech",
    "Ștefan",
    "Ioana",
    "Nikola",
    "Živa",
    "Matej",
    "Aleksandr",
    "Ekaterina",
    "Yusuf",
    "Aisha",
    "Omar",
    "Leila",
    "Kenji",
    "Haruka",
    "Minjun",
    "Seoyeon",
    "Arjun",
    "Lakshmi",
    "Rahul",
    "Deepika",
    "James",
    "Elizabeth",
    "Richard",
    "Margaret",
    "Charles",
    "Patricia",
    "Daniel",
    "Jennifer",
    "Matthew",
    "Catherine",
    "Andrew",
    "Susan",
    "Edward",
    "Victoria",
];

/// Given names that go by another form.
const FAMILIAR: [(&str, &str); 16] = [
    ("Robert", "Bob"),
    ("William", "Bill"),
    ("Michael", "Mike"),
    ("Thomas", "Tom"),
    ("Richard", "Dick"),
    ("James", "Jim"),
    ("Elizabeth", "Liz"),
    ("Margaret", "Peggy"),
    ("Charles", "Chuck"),
    ("Daniel", "Dan"),
    ("Jennifer", "Jenny"),
    ("Matthew", "Matt"),
    ("Catherine", "Kate"),
    ("Andrew", "Andy"),
    ("Susan", "Sue"),
    ("Edward", "Ted"),
];

const BEGIN: [&str; 28] = [
    "Al", "Ber", "Car", "Dor", "Ek", "Fal", "Gär", "Hol", "Is", "Jan", "Kor", "Lin", "Mar", "Nor", "Öst",
    "Pet", "Qua", "Ros", "Sal", "Tor", "Ul", "Var", "Wil", "Xan", "Yor", "Zim", "Mül", "Stein",
];
const MIDDLE: [&str; 30] = [
    "a", "ber", "co", "der", "el", "fen", "ga", "hau", "in", "jo", "ka", "le", "man", "nø", "or", "pen",
    "ra", "sen", "ta", "ur", "ve", "win", "xi", "ya", "zen", "bach", "går", "lo", "mi", "ri",
];
const END: [&str; 25] = [
    "son", "sen", "mann", "er", "berg", "ski", "ová", "ez", "ton", "ley", "feld", "dal", "gren", "stad",
    "wood", "field", "burg", "hof", "ini", "etti", "eau", "ard", "ić", "uk", "as",
];

fn surname(rng: &mut Rng) -> String {
    format!(
        "{}{}{}",
        BEGIN[rng.usize(..BEGIN.len())],
        MIDDLE[rng.usize(..MIDDLE.len())],
        END[rng.usize(..END.len())]
    )
}

/// An id that the same number always gives. Ids are scattered, as the services' are.
pub fn guid(kind: u8, number: usize) -> String {
    let scattered = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("{:08x}-{:04x}-4000-8000-{kind:02x}{number:010x}", scattered >> 32, (scattered >> 16) & 0xFFFF)
}

/// A tenant of so many people. With `by_name` sign-in names are made of the names; otherwise they say nothing.
pub fn tenant(count: usize, seed: u64, by_name: bool) -> Directory {
    let mut rng = Rng::with_seed(seed);
    Directory::new((0..count).map(|number| {
        let (given, surname) = (GIVEN[rng.usize(..GIVEN.len())], surname(&mut rng));
        tenant_user(number, given, &surname, by_name)
    }))
}

/// One user of the tenant.
pub fn tenant_user(number: usize, given: &str, surname: &str, by_name: bool) -> TenantUser {
    let login = if by_name {
        format!("{}.{}{number}", fold::words(given).concat(), fold::words(surname).concat())
    } else {
        format!("{number:07}")
    };
    let upn = format!("{login}@contoso.com");
    let aliases: Vec<Box<str>> = if by_name {
        vec![upn.as_str().into(), format!("{login}@contoso.onmicrosoft.com").into()]
    } else {
        Vec::new()
    };
    TenantUserParts {
        id: guid(1, number).parse().unwrap(),
        display_name: format!("{given} {surname}").into(),
        given_name: Some(given.into()),
        surname: Some(surname.into()),
        mail: by_name.then(|| upn.as_str().into()),
        other_mails: Box::new([]),
        proxy_addresses: aliases.into(),
        identity_addresses: Box::new([]),
        user_principal_name: upn.into(),
        user_type: Some(UserType::Member),
        enabled: Some(true),
        pending: false,
        deleted: false,
        mail_nickname: by_name.then(|| login.into()),
        sam_account_name: None,
        created: None,
    }
    .into()
}

/// Somebody in the organization with a Microsoft account.
pub fn org_user(number: usize, name: &str, address: &str) -> OrgUser {
    OrgUser {
        storage_key: StorageKey::new(&guid(2, number)),
        descriptor: Descriptor::new(&format!("msa.{number}")),
        display_name: name.into(),
        principal_name: address.into(),
        mail: None,
        origin: Origin::Msa,
        origin_id: None,
        domain: Some("Windows Live ID".into()),
        meta_type: None,
        deleted_in_origin: false,
        access_level: None,
        status: EntitlementStatus::Active,
        last_accessed: LastAccess::Unknown,
        created: None,
    }
}

/// An organization of so many people of the tenant. A fifth sign in with an address of the tenant, the others with one that
/// it does not know; every fifth name is damaged.
pub fn organization(directory: &Directory, count: usize, seed: u64) -> Roster {
    let mut rng = Rng::with_seed(seed);
    let users = directory.users();
    Roster::new((0..count).map(|number| {
        let target = &users[rng.usize(..users.len())];
        let mut name = target.display_name().to_owned();
        if rng.u8(..5) == 0
            && let Some(damaged) = damage(KINDS[rng.usize(..KINDS.len())], &name, &mut rng)
        {
            name = damaged;
        }
        let address = if rng.u8(..5) == 0 {
            target.user_principal_name().to_owned()
        } else {
            format!("dev{number}@outlook.com")
        };
        org_user(number, &name, &address)
    }))
}

/// How names are damaged.
pub const KINDS: [&str; 8] = [
    "one typo",
    "two typos",
    "surname first",
    "no marks",
    "middle initial",
    "given.surname",
    "familiar form",
    "transliteration",
];

/// A damaged name to find again.
#[derive(Debug, Clone)]
pub struct Query {
    /// What was done to the name.
    pub kind: &'static str,
    /// What is looked for.
    pub text: String,
    /// The name it was, folded: any tenant user with it is right.
    pub right: String,
}

/// So many queries, the kinds in turn.
pub fn queries(directory: &Directory, count: usize, seed: u64) -> Vec<Query> {
    let mut rng = Rng::with_seed(seed);
    let users = directory.users();
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        let kind = KINDS[made.len() % KINDS.len()];
        let name = users[rng.usize(..users.len())].display_name();
        if let Some(text) = damage(kind, name, &mut rng) {
            made.push(Query { kind, text, right: folded(name) });
        }
    }
    made
}

/// The words of a name, folded, as they are written.
pub fn folded(name: &str) -> String {
    fold::words(name).join(" ")
}

/// The name after that; `None` where this name cannot be damaged so.
pub fn damage(kind: &str, name: &str, rng: &mut Rng) -> Option<String> {
    let (given, surname) = name.split_once(' ')?;
    Some(match kind {
        "one typo" => typo(name, rng),
        "two typos" => typo(&typo(name, rng), rng),
        "surname first" => format!("{surname}, {given}"),
        "no marks" => {
            let bare = without_marks(name);
            if bare == name {
                return None;
            }
            bare
        }
        "middle initial" => format!("{given} {}. {surname}", char::from(rng.u8(b'A'..=b'Z'))),
        "given.surname" => format!("{}.{}", without_marks(given), without_marks(surname)).to_lowercase(),
        "familiar form" => {
            let (_, short) = FAMILIAR.iter().find(|(long, _)| *long == given)?;
            format!("{short} {surname}")
        }
        _ => {
            let spelled = transliterated(name);
            if spelled == without_marks(name) {
                return None;
            }
            spelled
        }
    })
}

/// One letter wrong, missing, too many, or two swapped; never the first of a word.
fn typo(name: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let places: Vec<usize> = (1..letters.len())
        .filter(|at| letters[*at].is_alphabetic() && letters[*at - 1].is_alphabetic())
        .collect();
    let at = places[rng.usize(..places.len())];
    let other = char::from(rng.u8(b'a'..=b'z'));
    match rng.u8(..4) {
        0 => letters[at] = other,
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, other),
        _ if letters.get(at + 1).is_some_and(|next| next.is_alphabetic()) => letters.swap(at, at + 1),
        _ => letters[at] = other,
    }
    letters.into_iter().collect()
}

/// As somebody writes it without the marks.
fn without_marks(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        let bare = fold::words(&c.to_string()).concat();
        if c.is_uppercase() { out.push_str(&bare.to_uppercase()) } else { out.push_str(&bare) }
    }
    out
}

/// As passports and airlines write it: ä as ae, å as aa, đ as dj.
fn transliterated(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            'ä' => out.push_str("ae"),
            'ö' | 'ø' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'å' => out.push_str("aa"),
            'Ö' => out.push_str("Oe"),
            'Å' => out.push_str("Aa"),
            'đ' => out.push_str("dj"),
            'Đ' => out.push_str("Dj"),
            _ => out.push(c),
        }
    }
    without_marks(&out)
}
