//! The report for the reviewer: what was found, decided, done, verified and failed, from the store alone.
//!
//! [`Report`] says what there is to say, in plain words and in order; [`html()`] and [`markdown()`] write it down. What is not in
//! the store is not said: the report never asks a service, and never guesses.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::support::second;
use super::{ActKind, Material};
use crate::domain::check::Verdict;
use crate::domain::connection::Backing;
use crate::domain::ids::StorageKey;
use crate::domain::outcome::Outcome;
use crate::domain::plan::{Decision, RowState};
use crate::domain::text::{clean, named};

mod after;
mod charts;
mod html;
mod markdown;
mod moments;
mod person;
mod who;

pub use after::{AfterPaper, ChangePaper, KindPaper, PointPaper};
pub use html::html;
pub(in crate::domain::papers) use html::{begin, end, write_to as write_html};
pub use markdown::markdown;
pub(in crate::domain::papers) use markdown::write_to as write_markdown;
pub use moments::Moment;
pub use person::PersonPaper;
pub use who::Hand;

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
    /// Whose accounts were used; `None` where that was not written down.
    pub by: Option<String>,
}

/// One prerequisite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckPaper {
    /// The good state, as a sentence.
    pub title: &'static str,
    /// How it stood; `ticked` where a person's word counts.
    pub status: &'static str,
    /// What was found.
    pub summary: String,
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
    /// The prerequisites as last evaluated before the switch: how each stands, and what was found.
    pub checks: Vec<CheckPaper>,
    /// The answer over them, with its moment.
    pub verdict: Option<(Verdict, Timestamp)>,
    /// When it was found what connecting would do, in words: before the switch, or when each row was decided.
    pub found: &'static str,
    /// What connecting would do to each person.
    pub outcomes: Vec<Count>,
    /// What was decided.
    pub decisions: Vec<Count>,
    /// How what was decided stands.
    pub states: Vec<Count>,
    /// The way in time.
    pub moments: Vec<Moment>,
    /// Whose accounts decided, ticked and applied.
    pub hands: Vec<Hand>,
    /// Prerequisites, steps and pairs that a person confirmed.
    pub words: Vec<Word>,
    /// Patterns that were used as evidence.
    pub patterns: Vec<Word>,
    /// Before and after; `None` before the switch.
    pub after: Option<AfterPaper>,
    /// Everybody, those with something open first, then by name.
    pub people: Vec<PersonPaper>,
}

impl Report {
    /// Makes the report.
    pub fn of(material: &Material) -> Self {
        let calls = person::calls(material);
        let acts = person::acts(material);
        let changes = person::changes(material);
        let mut keys = material.people();
        // Whoever came since is known by nothing else.
        keys.extend(changes.keys().copied());
        let mut people: Vec<PersonPaper> = keys
            .into_iter()
            .map(|key| {
                let calls = calls.get(key).map_or(&[][..], Vec::as_slice);
                let acts = acts.get(key).map_or(&[][..], Vec::as_slice);
                PersonPaper::of(material, key, calls, acts, changes.get(key).copied())
            })
            .collect();
        people.sort_by_cached_key(|it| (!it.is_open(), it.name.to_lowercase(), it.storage_key.clone()));
        Self {
            organization: material.organization.clone(),
            facts: facts(material),
            result: result(&people),
            checks: checks(material),
            verdict: material.readiness.as_ref().map(|it| (it.verdict, it.at)),
            found: if material.found.is_empty() {
                "What was found, as seen when it was decided"
            } else {
                "What was found before the switch"
            },
            outcomes: outcomes(&people),
            decisions: decisions(&people),
            states: states(&people),
            moments: moments::of(material),
            hands: who::hands(material),
            words: words(material),
            patterns: material
                .plan
                .patterns
                .iter()
                .map(|(id, at)| {
                    let by = who::of(material, &[ActKind::PatternUsed], &id.to_string());
                    Word { at: *at, about: id.to_string(), note: String::new(), by }
                })
                .collect(),
            after: AfterPaper::of(material),
            people,
        }
    }
}

/// From so many people on, whoever asks for nothing stands in a table.
const LARGE: usize = 300;

/// Heads of that table.
const ROW_TITLES: [&str; 4] =
    ["Who", "As last read", "What was found, and the evidence", "What was decided and done"];

impl Report {
    /// Everybody in two parts: who is told one by one, and who stands in a table because nothing was decided about them or, in a
    /// large report, because everything went as decided.
    pub fn told_and_others(&self) -> (Vec<&PersonPaper>, Vec<&PersonPaper>) {
        let is_large = self.people.len() >= LARGE;
        self.people.iter().partition(|it| it.is_told() && !(is_large && it.is_uneventful()))
    }

    /// What the table is called.
    fn others_title(&self) -> &'static str {
        if self.people.len() >= LARGE {
            "Done as decided or not concerned, and nothing is open"
        } else {
            "Nothing was decided, and nothing is open"
        }
    }
}

fn checks(material: &Material) -> Vec<CheckPaper> {
    let checks = material.readiness.iter().flat_map(|it| &it.checks);
    checks
        .map(|check| CheckPaper {
            title: check.id.title(),
            status: if check.status == check.counts_as() { check.status.name() } else { "ticked" },
            summary: check.summary.clone(),
        })
        .collect()
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
        facts.push(said("Accounts of the operator", operators.join(", ")));
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
    let by_itself =
        count(&|it| it.decision == Decision::Undecided.name() && it.outcome == Some(Outcome::Automatic));
    if by_itself > 0 {
        lines.push(format!("{} whom the service maps by itself.", people_words(by_itself)));
    }
    let left_out = count(&PersonPaper::is_left_out);
    if left_out > 0 {
        lines.push(format!(
            "{} about whom nothing was decided, and whom the service does not map by itself: after the switch they cannot sign in.",
            people_words(left_out)
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
    counts.push(Count { name: "not known".to_owned(), count: without });
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
    let by = |kind, subject: &str| who::of(material, &[kind], subject);
    let checks =
        plan.ticks.iter().map(|(id, tick)| (tick, id.title().to_owned(), by(ActKind::Ticked, id.name())));
    let steps = plan.phase_ticks.iter().map(|(phase, tick)| {
        (tick, format!("Step: {}", phase.shown()), by(ActKind::StepTicked, phase.name()))
    });
    let pairs = plan.confirmed.iter().map(|(pair, tick)| {
        (
            tick,
            format!("Same person: {} and {}", material.name(&pair.storage_key), target_name(material, pair)),
            by(ActKind::SamePerson, pair.storage_key.as_str()),
        )
    });
    let mut words: Vec<Word> = checks
        .chain(steps)
        .chain(pairs)
        .map(|(tick, about, by)| Word { at: tick.at, about, note: tick.note.clone(), by })
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

/// The answer over the prerequisites, as a sentence begins.
pub(in crate::domain::papers) fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "Ready",
        Verdict::NotReady => "Not ready",
        Verdict::Unknown => "Not everything could be read",
    }
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
pub(in crate::domain::papers) mod tests;
