//! Before and after in the report: what people lost, gained or have in another form, and the list for the time after connecting,
//! as the latest look back found them. Nothing is compared again: the store keeps what was found then.

use jiff::Timestamp;

use super::{Said, Word, people_words, said, who};
use crate::domain::check::{CheckStatus, Tick};
use crate::domain::comparison::checklist::{Point, PointId};
use crate::domain::comparison::state::Moment;
use crate::domain::comparison::words::{answer, backed_by, sentence};
use crate::domain::comparison::{Change, Comparison, Counts, Difference, PersonChanges};
use crate::domain::facts::TokenInventory;
use crate::domain::papers::support::second;
use crate::domain::papers::{ActKind, Material};
use crate::domain::text::clean;

/// One difference, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePaper {
    /// `lost`, `gained`, `changed`.
    pub change: &'static str,
    /// What it is about: `group`, `access-level`.
    pub kind: &'static str,
    /// What was and what is.
    pub words: String,
    /// Why it was to be expected; `None`: it was not.
    pub expected: Option<&'static str>,
}

impl ChangePaper {
    fn of(one: &Difference) -> Self {
        Self {
            change: one.change.name(),
            kind: one.kind.name(),
            words: sentence(one, "to"),
            expected: one.expected.map(crate::domain::comparison::Expected::words),
        }
    }

    /// Everything in one line.
    pub fn line(&self) -> String {
        let expected = self.expected.map_or_else(
            || ", not to be expected".to_owned(),
            |why| format!(", to be expected: {}", why.trim_end_matches('.')),
        );
        // Whoever gained something asks for no reason.
        let expected = if self.change == Change::Gained.name() { String::new() } else { expected };
        format!("{} {}: {}{expected}", self.change, self.kind, self.words)
    }

    /// Lost, and nobody expected it.
    pub fn is_unexpected_loss(&self) -> bool {
        self.change == Change::Lost.name() && self.expected.is_none()
    }

    /// Asks for nothing: the way of connecting itself.
    pub fn is_quiet(&self) -> bool {
        self.change != Change::Lost.name() && self.expected.is_some()
    }
}

/// The differences of one person.
pub(super) fn changes(person: &PersonChanges) -> Vec<ChangePaper> {
    person.differences.iter().map(ChangePaper::of).collect()
}

/// How often something of one kind happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindPaper {
    /// `groups`, `access levels`.
    pub name: &'static str,
    /// How often.
    pub counts: Counts,
}

/// One point of the list for the time after connecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointPaper {
    /// The good state, as a sentence.
    pub title: &'static str,
    /// How it stood; `ticked` where a person's word counts.
    pub status: &'static str,
    /// What was found, in one line.
    pub summary: String,
    /// The findings one by one.
    pub evidence: Vec<String>,
    /// Who ticked it when, with the note.
    pub tick: Option<Word>,
}

impl PointPaper {
    /// The tick in one line: when, by whom, the note.
    pub fn tick_words(&self) -> Option<String> {
        let tick = self.tick.as_ref()?;
        let by = tick.by.as_deref().unwrap_or(who::NOT_WRITTEN_DOWN);
        Some(format!("ticked {}, by {by}: {}", second(tick.at), clean(&tick.note)))
    }
}

/// Before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AfterPaper {
    /// When and of what the two states are.
    pub facts: Vec<Said>,
    /// The answer in sentences.
    pub answer: Vec<String>,
    /// By kind.
    pub kinds: Vec<KindPaper>,
    /// What concerns the organization and nobody in particular.
    pub organization: Vec<ChangePaper>,
    /// What could not be compared, and why.
    pub not_compared: Vec<String>,
    /// The list for the time after connecting.
    pub points: Vec<PointPaper>,
}

impl AfterPaper {
    /// What there is to say; `None` before the switch, where nobody looked back.
    pub(super) fn of(material: &Material) -> Option<Self> {
        let looked = material.looked_back.as_ref();
        if looked.is_none() && material.switched_at.is_none() && material.point_ticks.is_empty() {
            return None;
        }
        let mut paper = Self { points: points(material), ..Self::default() };
        if let Some(looked) = looked {
            paper.facts.push(said("Looked back", second(looked.at)));
            if let Some(comparison) = &looked.comparison {
                paper.compared(comparison, &looked.before_from);
            }
        }
        paper.facts.extend(tokens(material.tokens_before.as_ref()));
        let why = looked.and_then(|looked| looked.not_compared.as_deref());
        if looked.is_none_or(|looked| looked.comparison.is_none()) {
            let why = why.unwrap_or("nobody looked back with `check --after`, or `c` in Connection");
            paper.answer.push(format!("Before and after were not compared: {}.", clean(why)));
        }
        Some(paper)
    }

    fn compared(&mut self, comparison: &Comparison, from: &str) {
        let state = |of: &Moment| {
            format!("{}, {}, {}", second(of.taken_at), people_words(of.people), backed_by(of.backing))
        };
        self.facts.push(said("Before", format!("{}: {}", clean(from), state(&comparison.before))));
        self.facts.push(said("After", state(&comparison.after)));
        let summary = &comparison.summary;
        self.answer.push(capital(&answer(summary, people_words)));
        self.answer.push(format!(
            "{} in both, {} of them unchanged; {} used the organization since.",
            people_words(summary.in_both),
            summary.unchanged,
            people_words(summary.came_back)
        ));
        if summary.new_keys > 0 {
            self.answer.push(format!("{} under a new key.", people_words(summary.new_keys)));
        }
        self.kinds = summary
            .by_kind
            .iter()
            .map(|(kind, counts)| KindPaper { name: kind.shown(), counts: *counts })
            .collect();
        self.organization = comparison.organization.iter().map(ChangePaper::of).collect();
        self.not_compared.clone_from(&comparison.not_compared);
    }
}

/// The sentence with a capital letter and a full stop.
fn capital(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).chain(['.']).collect()
}

fn tokens(before: Option<&TokenInventory>) -> Option<Said> {
    let before = before.filter(|it| !it.people.is_empty())?;
    let (tokens, keys) = before.people.values().fold((0_u64, 0_u64), |(tokens, keys), one| {
        (tokens + u64::from(one.access_tokens), keys + u64::from(one.ssh_keys))
    });
    let last = before.read_at.values().max().map(|at| format!(", {}", second(*at))).unwrap_or_default();
    Some(said(
        "Tokens and keys read before the switch",
        format!("of {}: access tokens {tokens}, SSH keys {keys}{last}", people_words(before.people.len())),
    ))
}

/// Every point, with the ticks as they are now: a tick may be newer than the latest look.
fn points(material: &Material) -> Vec<PointPaper> {
    let found = material.looked_back.as_ref().map_or(&[][..], |looked| &looked.points);
    let of = |id: PointId| -> Option<PointPaper> {
        let tick = material.point_ticks.get(&id);
        let point = found.iter().find(|point| point.id == id);
        // Without a look back there is nothing but the ticks.
        let status = match (point, tick) {
            (Some(point), _) => status(&Point { ticked: tick.cloned(), ..point.clone() }),
            (None, Some(_)) => TICKED,
            (None, None) => return None,
        };
        Some(PointPaper {
            title: id.title(),
            status,
            summary: point.map(|point| point.summary.clone()).unwrap_or_default(),
            evidence: point.map(|point| point.evidence.clone()).unwrap_or_default(),
            tick: tick.map(|tick| word(material, id, tick)),
        })
    };
    PointId::ALL.iter().filter_map(|id| of(*id)).collect()
}

const TICKED: &str = "ticked";

fn status(point: &Point) -> &'static str {
    if point.counts_as() == CheckStatus::Pass && point.status != CheckStatus::Pass {
        TICKED
    } else {
        point.status.name()
    }
}

fn word(material: &Material, id: PointId, tick: &Tick) -> Word {
    let at: Timestamp = tick.at;
    Word {
        at,
        about: id.title().to_owned(),
        note: tick.note.clone(),
        by: who::of(material, &[ActKind::PointTicked], id.name()),
    }
}
