//! The report for the reviewer: what was found, decided, done, verified and failed, from the store alone.
//!
//! [`Report`] says what there is to say, in plain words and in order; [`html()`] and [`markdown()`] write it down. What is not in
//! the store is not said: the report never asks a service, and never guesses.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Material;
use super::support::second;
use crate::domain::connection::Backing;
use crate::domain::ids::StorageKey;
use crate::domain::outcome::Outcome;
use crate::domain::plan::{Decision, RowState};
use crate::domain::text::{clean, named};

mod charts;
mod html;
mod markdown;
mod moments;
mod person;

pub use html::html;
pub use markdown::markdown;
pub use moments::Moment;
pub use person::PersonPaper;

/// A word and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it is about.
    pub about: String,
    /// What is said.
    pub words: String,
}

/// A name with a number, for a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted.
    pub name: String,
    /// How many.
    pub count: usize,
}

/// Something that a person confirmed or wrote down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub about: String,
    /// The note.
    pub note: String,
}

/// Everything that the report says. All texts are as they came: whoever writes them down escapes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The organization's name.
    pub organization: String,
    /// Which organization, which tenant, when, by which version.
    pub facts: Vec<Said>,
    /// The result in sentences.
    pub result: Vec<String>,
    /// What connecting would do to each person, as it was seen when it was decided.
    pub outcomes: Vec<Count>,
    /// What was decided.
    pub decisions: Vec<Count>,
    /// How what was decided stands.
    pub states: Vec<Count>,
    /// The way in time.
    pub moments: Vec<Moment>,
    /// Prerequisites, steps and pairs that a person confirmed.
    pub words: Vec<Word>,
    /// Patterns that were used as evidence.
    pub patterns: Vec<Word>,
    /// Everybody, those with something open first, then by name.
    pub people: Vec<PersonPaper>,
}

impl Report {
    /// Makes the report.
    pub fn of(material: &Material) -> Self {
        let calls = person::calls(material);
        let mut people: Vec<PersonPaper> = material
            .people()
            .into_iter()
            .map(|key| PersonPaper::of(material, key, calls.get(key).map_or(&[][..], Vec::as_slice)))
            .collect();
        people.sort_by_cached_key(|it| (!it.is_open(), it.name.to_lowercase(), it.storage_key.clone()));
        Self {
            organization: material.organization.clone(),
            facts: facts(material),
            result: result(&people),
            outcomes: outcomes(&people),
            decisions: decisions(&people),
            states: states(&people),
            moments: moments::of(material),
            words: words(material),
            patterns: material
                .plan
                .patterns
                .iter()
                .map(|(id, at)| Word { at: *at, about: id.to_string(), note: String::new() })
                .collect(),
            people,
        }
    }
}

fn said(about: &str, words: impl Into<String>) -> Said {
    Said { about: about.to_owned(), words: words.into() }
}

fn facts(material: &Material) -> Vec<Said> {
    let plan = &material.plan;
    let backing = |backing: Option<Backing>| match backing {
        Some(Backing::MicrosoftAccounts) => "Microsoft accounts".to_owned(),
        Some(Backing::Tenant(tenant)) => format!("the tenant {tenant}"),
        None => "not known".to_owned(),
    };
    let mut facts = vec![
        said("Organization", material.organization.clone()),
        said(
            "Destination tenant",
            material.tenant.map_or_else(|| "not known".to_owned(), |id| id.to_string()),
        ),
        said("Backed before by", backing(plan.previous_backing.map(Backing::Tenant).or(plan.first_backing))),
        said("The switch was seen", material.switched_at.map_or_else(|| "not yet".to_owned(), second)),
    ];
    if let Some(owner) = &plan.owner_told {
        facts.push(said("Owner, as told", owner.clone()));
    }
    let operators: Vec<String> = plan.operator_keys.iter().map(|key| operator(material, key)).collect();
    if !operators.is_empty() {
        facts.push(said("Decided and sent by", operators.join(", ")));
    }
    let span = |of: &BTreeMap<StorageKey, super::Known>| {
        let times = || of.values().map(|known| known.taken_at);
        Some((times().min()?, times().max()?, of.len()))
    };
    for (about, readings) in [("Read before the switch", &material.before), ("Last read", &material.last)] {
        if let Some((first, last, count)) = span(readings) {
            let when =
                if first == last { second(last) } else { format!("{} to {}", second(first), second(last)) };
            facts.push(said(about, format!("{count} people, {when}")));
        }
    }
    let runs = moments::runs(material).len();
    facts.push(said("Apply runs", runs.to_string()));
    facts.push(said("Lines in the journal", material.journal.len().to_string()));
    facts.push(said("Written", format!("{} by ado2entra {}", second(material.written_at), material.version)));
    facts
}

fn operator(material: &Material, key: &StorageKey) -> String {
    let known =
        material.newest(key).or_else(|| material.last.values().find(|it| &it.user.storage_key == key));
    known.map_or_else(|| key.to_string(), |it| named(&it.user.display_name, &it.user.principal_name))
}

fn people_words(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn result(people: &[PersonPaper]) -> Vec<String> {
    let count = |wanted: &dyn Fn(&PersonPaper) -> bool| people.iter().filter(|it| wanted(it)).count();
    let verified = count(&|it| it.is_to_send && it.state == RowState::Verified);
    let to_send = count(&|it| it.is_to_send);
    let mut lines = vec![
        format!("{} known.", people_words(people.len())),
        format!(
            "{} to be mapped, invited or removed; {verified} of them done and read back.",
            people_words(to_send)
        ),
    ];
    for (state, words) in [
        (RowState::Failed, "failed: the service refused, or nothing came of it"),
        (RowState::Refused, "refused before anything was sent: person or target are not as planned"),
        (RowState::Unknown, "sent without an answer: nobody knows whether it happened"),
        (RowState::Sending, "being sent when the program last looked"),
        (RowState::Applied, "taken by the service and not proven"),
        (RowState::Skipped, "not sent: not due in the latest run"),
        (RowState::Planned, "not sent yet"),
    ] {
        let number = count(&|it| it.is_to_send && it.state == state);
        if number > 0 {
            lines.push(format!("{number} {words}."));
        }
    }
    let look = count(&|it| it.needs_a_look);
    if look > 0 {
        lines.push(format!(
            "{look} to be looked at again: what was seen when it was decided has changed since."
        ));
    }
    if to_send > 0 && verified == to_send {
        lines.push("Nothing that was decided is open.".to_owned());
    }
    lines
}

fn outcomes(people: &[PersonPaper]) -> Vec<Count> {
    let mut counts: Vec<Count> = Outcome::ALL
        .into_iter()
        .map(|outcome| Count {
            name: outcome.shown().to_owned(),
            count: people.iter().filter(|it| it.outcome == Some(outcome)).count(),
        })
        .collect();
    let without = people.iter().filter(|it| it.outcome.is_none()).count();
    counts.push(Count { name: "nothing was decided".to_owned(), count: without });
    counts.retain(|it| it.count > 0);
    counts
}

fn decisions(people: &[PersonPaper]) -> Vec<Count> {
    ["map", "invite", "remove", "keep", "undecided"]
        .into_iter()
        .map(|name| Count {
            name: name.to_owned(),
            count: people.iter().filter(|it| it.decision == name).count(),
        })
        .filter(|it| it.count > 0)
        .collect()
}

fn states(people: &[PersonPaper]) -> Vec<Count> {
    RowState::ALL
        .into_iter()
        .map(|state| Count {
            name: state.name().to_owned(),
            count: people.iter().filter(|it| it.is_to_send && it.state == state).count(),
        })
        .filter(|it| it.count > 0)
        .collect()
}

fn words(material: &Material) -> Vec<Word> {
    let plan = &material.plan;
    let checks = plan.ticks.iter().map(|(id, tick)| (tick, id.title().to_owned()));
    let steps = plan.phase_ticks.iter().map(|(phase, tick)| (tick, format!("Step: {}", phase.shown())));
    let pairs = plan.confirmed.iter().map(|(pair, tick)| {
        (
            tick,
            format!("Same person: {} and {}", material.name(&pair.storage_key), target_name(material, pair)),
        )
    });
    let mut words: Vec<Word> = checks
        .chain(steps)
        .chain(pairs)
        .map(|(tick, about)| Word { at: tick.at, about, note: tick.note.clone() })
        .collect();
    words.sort_by(|a, b| (a.at, &a.about).cmp(&(b.at, &b.about)));
    words
}

fn target_name(material: &Material, pair: &crate::domain::plan::Pair) -> String {
    material
        .newest(&pair.storage_key)
        .and_then(|known| known.target.as_ref())
        .filter(|target| target.id == pair.target)
        .map_or_else(
            || pair.target.to_string(),
            |target| named(target.display_name(), target.user_principal_name()),
        )
}

/// A decision with its target, in words.
fn decision_words(decision: &Decision, target: &str) -> String {
    match decision {
        Decision::Map { .. } => format!("map to {target}"),
        Decision::Invite { address } => format!("invite {}", clean(address)),
        other => other.name().to_owned(),
    }
}

#[cfg(test)]
mod tests;
