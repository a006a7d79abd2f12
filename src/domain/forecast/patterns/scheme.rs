//! Addresses that are made of a name by a rule: `jsmith`, `john.smith`, `smith_j`.
//!
//! The rule of the old domain is learned from the people whom it explains. An address is read against the *tenant user's*
//! name: that is what an address says beyond the name beside it, where somebody is written `J. Smith` and signs in as
//! `john.smith@`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use super::find::{Entries, Targets, is_own, main_domain};
use super::id::{PatternId, is_plain_domain};
use super::providers::is_public_provider;
use crate::domain::ids::ObjectId;
use crate::domain::matching::fold::{self, words};
use crate::domain::people::{Directory, TenantUser};

/// A part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Part {
    Given,
    GivenInitial,
    Surname,
    SurnameInitial,
}

impl Part {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Given, "{given}"),
        (Self::GivenInitial, "{g}"),
        (Self::Surname, "{surname}"),
        (Self::SurnameInitial, "{s}"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(part, _)| *part == self).map_or("", |(_, name)| name)
    }
}

/// How an address is made of a name: `{g}{surname}` makes `jsmith`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Template {
    first: Part,
    separator: Option<char>,
    second: Option<Part>,
}

/// What divides the parts.
const SEPARATORS: [char; 3] = ['.', '_', '-'];

/// The rules that are looked for. An initial and a surname alone are what many share; the counts tell.
const SHAPES: [(Part, Option<Part>); 7] = [
    (Part::Given, Some(Part::Surname)),
    (Part::Surname, Some(Part::Given)),
    (Part::GivenInitial, Some(Part::Surname)),
    (Part::Surname, Some(Part::GivenInitial)),
    (Part::Given, Some(Part::SurnameInitial)),
    (Part::Surname, None),
    (Part::Given, None),
];

/// More targets than this are as good as many.
const MANY: usize = 3;

/// A login that more people than this have says nothing.
const CROWD: usize = 64;

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.first.name())?;
        if let Some(separator) = self.separator {
            write!(f, "{separator}")?;
        }
        f.write_str(self.second.map_or("", Part::name))
    }
}

impl FromStr for Template {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let part = |text: &str| {
            Part::ALL.iter().find_map(|(part, name)| Some((*part, text.strip_prefix(name)?.to_owned())))
        };
        let (first, rest) = part(text).ok_or(())?;
        let separator = rest.chars().next().filter(|c| SEPARATORS.contains(c));
        let rest = separator.map_or(rest.as_str(), |separator| rest.trim_start_matches(separator));
        let second = if rest.is_empty() { None } else { Some(part(rest).ok_or(())?) };
        match second {
            None if separator.is_none() => Ok(Self { first, separator, second: None }),
            Some((second, end)) if end.is_empty() => Ok(Self { first, separator, second: Some(second) }),
            _ => Err(()),
        }
    }
}

/// Every scheme that leads anybody anywhere, of people whom no change of domain explains.
pub(super) fn by_scheme(
    entries: &Entries,
    led: &HashSet<u32>,
    directory: &Directory,
) -> BTreeMap<PatternId, Targets> {
    let mut slots: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, entry) in entries.list.iter().enumerate() {
        if !led.contains(&entry.person) && entry.local.is_ascii() {
            slots.entry(compact(&entry.local)).or_default().push(at);
        }
    }
    let mut found: HashMap<(u32, Template, String), Targets> = HashMap::new();
    if slots.is_empty() {
        return BTreeMap::new();
    }
    for user in directory.users().iter().filter(|user| is_own(user)) {
        let (givens, surnames) = parts(user);
        if givens.is_empty() || surnames.is_empty() {
            continue;
        }
        let mut domain: Option<Option<String>> = None;
        for (first, second) in SHAPES {
            for (one, other) in spelled(first, second, &givens, &surnames) {
                let Some(slot) = slots.get(&format!("{one}{other}")).filter(|slot| slot.len() <= CROWD)
                else {
                    continue;
                };
                for entry in slot.iter().filter_map(|at| entries.list.get(*at)) {
                    let Ok(separator) = divided(&entry.local, &one, &other) else { continue };
                    let domain = domain.get_or_insert_with(|| usable_domain(user));
                    let Some(to) = domain.as_ref().filter(|_| !is_numbered(user)) else { continue };
                    let template = Template { first, separator, second };
                    let targets = found.entry((entry.domain, template, to.clone())).or_default();
                    let list = targets.entry(entry.person).or_default();
                    insert(list, user.id);
                }
            }
        }
    }
    found
        .into_iter()
        .filter_map(|((from, template, to), targets)| {
            Some((PatternId::scheme(entries.domains.get(from as usize)?, template, &to), targets))
        })
        .collect()
}

/// Keeps a short sorted list: beyond [`MANY`] it only matters that there are many.
fn insert(list: &mut Vec<ObjectId>, id: ObjectId) {
    if let Err(at) = list.binary_search(&id) {
        list.insert(at, id);
        list.truncate(MANY);
    }
}

fn usable_domain(user: &TenantUser) -> Option<String> {
    main_domain(user).filter(|domain| is_plain_domain(domain) && !is_public_provider(domain))
}

fn compact(local: &str) -> String {
    local.chars().filter(|c| !SEPARATORS.contains(c)).collect()
}

/// Whether this local part is made of the two parts, and what divides them.
fn divided(local: &str, one: &str, other: &str) -> Result<Option<char>, ()> {
    let rest = local.strip_prefix(one).ok_or(())?;
    if rest == other {
        return Ok(None);
    }
    let mut letters = rest.chars();
    let separator = letters.next().filter(|c| SEPARATORS.contains(c)).ok_or(())?;
    if !other.is_empty() && letters.as_str() == other { Ok(Some(separator)) } else { Err(()) }
}

/// `john.smith2` is the second of that name: the first one, who may be gone, was `john.smith` or `smith.john`.
fn is_numbered(user: &TenantUser) -> bool {
    let numbered = |login: &str| {
        let local = fold::local_part(login.trim());
        local.chars().next_back().is_some_and(|c| c.is_ascii_digit())
            && local.chars().any(char::is_alphabetic)
    };
    numbered(user.user_principal_name())
        || user.mail().is_some_and(numbered)
        || user.mail_nickname().is_some_and(numbered)
}

/// Spellings of given name and surname as they stand in addresses: all words together, and the first or the last alone.
fn parts(user: &TenantUser) -> (Vec<String>, Vec<String>) {
    let field = |field: Option<&str>| field.map(words).unwrap_or_default();
    let (mut given, mut surname) = (field(user.given_name()), field(user.surname()));
    if given.is_empty() && surname.is_empty() && !user.display_name().contains(',') {
        let mut all = words(user.display_name());
        if all.len() == 2 {
            surname = all.split_off(1);
            given = all;
        }
    }
    let spellings = |words: &[String], single: Option<&String>| {
        let mut list = vec![words.concat()];
        list.extend(single.filter(|word| word.len() > 1 && **word != list[0]).cloned());
        list.retain(|text| !text.is_empty() && text.is_ascii());
        list
    };
    (spellings(&given, given.first()), spellings(&surname, surname.last()))
}

/// The two halves of an address in every spelling.
fn spelled(
    first: Part,
    second: Option<Part>,
    givens: &[String],
    surnames: &[String],
) -> Vec<(String, String)> {
    let texts = |part: Part| -> Vec<String> {
        let initial = |list: &[String]| list.first().and_then(|text| text.get(..1)).map(str::to_owned);
        match part {
            Part::Given => givens.to_vec(),
            Part::Surname => surnames.to_vec(),
            Part::GivenInitial => initial(givens).into_iter().collect(),
            Part::SurnameInitial => initial(surnames).into_iter().collect(),
        }
    };
    let others = second.map_or_else(|| vec![String::new()], texts);
    texts(first)
        .into_iter()
        .flat_map(|one| others.iter().map(move |other| (one.clone(), other.clone())).collect::<Vec<_>>())
        .collect()
}
