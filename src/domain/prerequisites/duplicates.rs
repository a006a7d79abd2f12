//! `duplicate-sign-in-addresses`: several identities with one address make the mapping ambiguous, and the service refuses to
//! connect.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use super::finding::{self, Finding, one_or};
use super::lookup;
use crate::domain::people::{EntitlementStatus, OrgUser};
use crate::domain::plan::address;
use crate::domain::text::{clean, named};

/// Who has an address.
#[derive(Default)]
struct Holders {
    /// Different identities that count.
    active: BTreeSet<String>,
    lines: Vec<String>,
}

impl Holders {
    fn add(&mut self, id: &str, line: String, active: bool) {
        if active {
            self.active.insert(id.to_owned());
        }
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }
}

/// `duplicate-sign-in-addresses`.
pub(super) fn addresses(findings: &Findings<'_>) -> Finding {
    let Some(roster) = findings.roster else {
        return finding::unread_because("the organization's people", None);
    };
    let facts = findings.facts;
    let mut holders: BTreeMap<String, Holders> = BTreeMap::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for user in roster.people().iter().chain(roster.services()) {
        known.insert(user.storage_key.as_str().to_owned());
        if user.status == EntitlementStatus::Deleted {
            continue;
        }
        for address in addresses_of(user) {
            let line = format!("{}: {}", lookup::org_user_name(user), user.origin.as_str());
            holders.entry(address).or_default().add(
                user.storage_key.as_str(),
                clean(&line).into_owned(),
                true,
            );
        }
    }
    for identity in facts.graph_identities.get().into_iter().flatten() {
        let line = format!(
            "{}: without access of their own",
            named(&identity.display_name, &identity.principal_name)
        );
        for address in distinct(Some(&identity.principal_name), identity.mail.as_deref()) {
            let active = identity.active != Some(false);
            holders.entry(address).or_default().add(identity.descriptor.as_str(), line.clone(), active);
        }
    }
    for identity in facts.hidden_identities.get().into_iter().flatten() {
        if known.contains(&identity.id.to_lowercase()) {
            continue;
        }
        let account = identity.account.as_deref().unwrap_or_default();
        let line = format!(
            "{}: hidden, {}",
            named(&identity.display_name, account),
            if identity.active { "active" } else { "in no group" }
        );
        for address in distinct(identity.account.as_deref(), identity.mail.as_deref()) {
            holders.entry(address).or_default().add(&identity.id, line.clone(), identity.active);
        }
    }
    let mut twice = Vec::new();
    let mut sleeping = Vec::new();
    for (address, found) in &holders {
        let line = format!("{}: {}", clean(address), found.lines.join("; "));
        if found.active.len() > 1 {
            twice.push(line);
        } else if found.lines.len() > 1 {
            sleeping.push(line);
        }
    }
    let remedy = "Remove the identity that is not needed (x, or in the portal's Users page), before you connect: the service \
                  refuses to connect, or maps to one of them.";
    if !twice.is_empty() {
        let count = twice.len();
        return finding::fail(format!(
            "{count} {} shared by several identities",
            one_or(count, "address is", "addresses are")
        ))
        .evidence(twice)
        .evidence(sleeping)
        .remedy(remedy);
    }
    if facts.hidden_identities.get().is_none() {
        return finding::unread(
            "hidden identities with the same address (scope Identity: read)",
            &facts.hidden_identities,
        )
        .line(format!(
            "Among the {} people that were read no address is there twice.",
            roster.people().len()
        ));
    }
    let found = if sleeping.is_empty() {
        finding::pass("No address is there twice")
    } else {
        finding::warn(format!(
            "{} shared with identities that are in no group",
            one_or(sleeping.len(), "1 address is", "Some addresses are")
        ))
        .evidence(sleeping)
        .remedy("These should not get in the way. If connecting is refused because of an address, tell Support about them.")
    };
    finding::with_age(found, &facts.hidden_identities)
}

fn addresses_of(user: &OrgUser) -> BTreeSet<String> {
    distinct(Some(&user.principal_name), user.mail.as_deref())
}

/// The addresses in the form for comparing; names without an `@` are none.
fn distinct(account: Option<&str>, mail: Option<&str>) -> BTreeSet<String> {
    [account, mail].into_iter().flatten().map(address::key).filter(|address| address.contains('@')).collect()
}
