//! `admins-covered`: somebody besides you can still map people after connecting.

use super::Findings;
use super::finding::{self, Finding};
use super::lookup::{self, ConnectingAccount};
use crate::domain::check::CheckStatus;
use crate::domain::facts::Administrators;
use crate::domain::ids::StorageKey;
use crate::domain::outcome::Outcome;
use crate::domain::plan::address;
use crate::domain::text::clean;

/// What becomes of one administrator.
struct Fate {
    line: String,
    /// Can map after connecting: becomes, or is, an enabled member of the destination.
    able: bool,
    /// Keeps access, as whoever.
    kept: bool,
}

/// `admins-covered`.
pub(super) fn covered(findings: &Findings<'_>) -> Finding {
    let facts = findings.facts;
    let Some(administrators) = facts.administrators.get() else {
        return finding::unread("the Project Collection Administrators", &facts.administrators);
    };
    let Some(operator) = facts.operator.get() else {
        return finding::unread("who you are in Azure DevOps", &facts.operator);
    };
    let (Some(_), Some(_), Some(_)) = (findings.roster, findings.forecast, findings.directory) else {
        return finding::unread_because("the people of the organization and of the tenant", None);
    };
    let mut evidence = Vec::new();
    let mut worst = Verdicts::default();

    let account = lookup::connecting_account(findings);
    match &account {
        ConnectingAccount::Found(user) => {
            let fate = fate(&operator.storage_key, findings);
            evidence.push(format!("You: {}", fate.line));
            if !fate.kept {
                worst.warn(format!(
                    "{} is in the tenant as {}, but will not be mapped by itself",
                    lookup::operator_name(operator),
                    lookup::tenant_user_name(user)
                ));
            }
        }
        ConnectingAccount::NotFound => {
            worst.fail(format!("{} is not in the tenant", lookup::operator_name(operator)));
        }
        ConnectingAccount::Several(_) | ConnectingAccount::WithoutAddress | ConnectingAccount::NotRead => {
            worst.unknown("Which user of the tenant you are is not clear".to_owned());
        }
    }
    others(findings, administrators, &mut worst, &mut evidence);
    owner(findings, administrators, &mut worst, &mut evidence);
    if !administrators.unresolved.is_empty() {
        worst.unknown("Not all administrators could be read".to_owned());
        evidence.extend(administrators.unresolved.iter().map(|line| format!("Not read: {}", clean(line))));
    }
    let found = worst.finding(others_of(findings, administrators).len() + 1).evidence(evidence);
    finding::with_age(found, &facts.administrators)
}

/// The other administrators: at least one must be able to map after connecting.
fn others(
    findings: &Findings<'_>,
    administrators: &Administrators,
    worst: &mut Verdicts,
    evidence: &mut Vec<String>,
) {
    let keys = others_of(findings, administrators);
    // Entra groups do not survive a switch; after connecting they count.
    let in_groups = administrators
        .through_entra_groups
        .iter()
        .filter(|object| !findings.situation.operator_objects.contains(object))
        .filter_map(|object| findings.directory.and_then(|directory| directory.get(*object)))
        .filter(|user| findings.situation.is_connected() && lookup::is_enabled_member(user))
        .count();
    // Somebody who could not be read may be the second one: then nothing can be said.
    let complete = administrators.unresolved.is_empty();
    if keys.is_empty() && in_groups == 0 {
        if complete {
            worst.fail("There is only one Project Collection Administrator".to_owned());
        }
        return;
    }
    let mut able = in_groups;
    for key in keys {
        let fate = fate(key, findings);
        able += usize::from(fate.able);
        if !fate.kept {
            worst.warn(format!("{} will be disconnected", name(key, findings)));
        }
        evidence.push(fate.line);
    }
    if able == 0 && complete {
        worst.fail("Nobody but you can map people after connecting".to_owned());
    }
}

/// Administrators who are not the operator under another account.
fn others_of<'a>(findings: &Findings<'a>, administrators: &'a Administrators) -> Vec<&'a StorageKey> {
    let situation = findings.situation;
    let own = |key: &StorageKey| {
        situation.operator_keys.contains(key)
            || findings.facts.operator.get().is_some_and(|operator| operator.storage_key == *key)
            || findings
                .forecast
                .and_then(|forecast| forecast.get(key))
                .and_then(|person| person.target)
                .is_some_and(|target| situation.operator_objects.contains(&target))
    };
    administrators.members.iter().filter(|key| !own(key)).collect()
}

/// The owner: unknown until asked for, and warned about like an administrator.
fn owner(
    findings: &Findings<'_>,
    administrators: &Administrators,
    worst: &mut Verdicts,
    evidence: &mut Vec<String>,
) {
    let facts = findings.facts;
    let told = findings.plan.owner_told.as_deref();
    let known = facts.owner.get();
    let Some(address) = known.and_then(|owner| owner.address.as_deref()).or(told) else {
        match known.and_then(|owner| owner.storage_key.as_ref()) {
            Some(key) => owner_fate(key, findings, administrators, worst, evidence),
            None => worst.unknown("Who owns the organization is not known: say it once".to_owned()),
        }
        return;
    };
    let key = known.and_then(|owner| owner.storage_key.clone()).or_else(|| {
        let people = findings.roster?.people();
        people
            .iter()
            .find(|user| address::is_listed(user, [&address.to_owned()]))
            .map(|user| user.storage_key.clone())
    });
    match key {
        Some(key) => owner_fate(&key, findings, administrators, worst, evidence),
        None => {
            worst.warn(format!("The owner, {}, is not among the organization's people", clean(address)));
        }
    }
}

fn owner_fate(
    key: &StorageKey,
    findings: &Findings<'_>,
    administrators: &Administrators,
    worst: &mut Verdicts,
    evidence: &mut Vec<String>,
) {
    let fate = fate(key, findings);
    let named_above = administrators.members.contains(key)
        || findings.facts.operator.get().is_some_and(|operator| operator.storage_key == *key);
    if !fate.kept && !named_above {
        worst.warn(format!("The owner, {}, will be disconnected", name(key, findings)));
    }
    evidence.push(format!("Owner: {}", fate.line));
}

fn name(key: &StorageKey, findings: &Findings<'_>) -> String {
    findings
        .roster
        .and_then(|roster| roster.get(key))
        .map_or_else(|| clean(key.as_str()).into_owned(), lookup::org_user_name)
}

fn fate(key: &StorageKey, findings: &Findings<'_>) -> Fate {
    let name = name(key, findings);
    let Some(person) = findings.forecast.and_then(|forecast| forecast.get(key)) else {
        return Fate {
            line: format!("{name}: not among the organization's people"),
            able: false,
            kept: false,
        };
    };
    let target =
        person.target.and_then(|target| findings.directory.and_then(|directory| directory.get(target)));
    let kept = matches!(person.outcome, Outcome::Automatic | Outcome::Connected);
    let able = kept && target.is_some_and(lookup::is_enabled_member);
    let line = match (person.outcome, target) {
        (Outcome::Automatic | Outcome::Connected, Some(user)) => format!(
            "{name}: {} ({}{})",
            person.outcome.shown(),
            lookup::tenant_user_name(user),
            if able { "" } else { ", not an enabled member" }
        ),
        (outcome, _) => format!("{name}: {}", outcome.shown()),
    };
    Fate { line, able, kept }
}

/// Collects what speaks for which status.
#[derive(Default)]
struct Verdicts {
    fails: Vec<String>,
    unknowns: Vec<String>,
    warnings: Vec<String>,
}

impl Verdicts {
    fn fail(&mut self, line: String) {
        self.fails.push(line);
    }

    fn unknown(&mut self, line: String) {
        self.unknowns.push(line);
    }

    fn warn(&mut self, line: String) {
        self.warnings.push(line);
    }

    /// The worst decides: fail, unknown, warn, pass.
    fn finding(self, administrators: usize) -> Finding {
        const REMEDY: &str = "Choose or create their accounts in the tenant, or have another administrator added who is a \
                              member of it, before you connect: whoever is left must be able to map the others.";
        let (status, line) = if let Some(line) = self.fails.first() {
            (CheckStatus::Fail, line)
        } else if let Some(line) = self.unknowns.first() {
            (CheckStatus::Unknown, line)
        } else if let Some(line) = self.warnings.first() {
            (CheckStatus::Warn, line)
        } else {
            return finding::pass(format!("{administrators} administrators keep their access"));
        };
        let all = self.fails.iter().chain(&self.unknowns).chain(&self.warnings);
        let more = all.clone().count() - 1;
        let summary = if more > 0 { format!("{line}, and {more} more") } else { line.clone() };
        Finding::new(status, summary).evidence(all.cloned()).remedy(REMEDY)
    }
}
