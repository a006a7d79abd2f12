//! Whose accounts decided, ticked and applied, and when.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::papers::{Act, ActKind, Author, Material};

/// Said of what was done with a version that did not write down by whom.
pub(super) const NOT_WRITTEN_DOWN: &str = "not written down";

/// What was done with one pair of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// The account of Azure DevOps, and the account of the machine.
    pub author: Author,
    /// How many decisions, those included that were changed or taken back later.
    pub decisions: usize,
    /// How many prerequisites, steps and pairs were confirmed, and patterns chosen.
    pub confirmations: usize,
    /// How many runs of apply were begun.
    pub runs: usize,
    /// The first of all these.
    pub first: Timestamp,
    /// The last of them.
    pub last: Timestamp,
}

/// Everybody who did anything, whoever came first before the others.
pub(super) fn hands(material: &Material) -> Vec<Hand> {
    let mut by_author: BTreeMap<&Author, Hand> = BTreeMap::new();
    for act in &material.acts {
        let hand = by_author.entry(&act.author).or_insert_with(|| Hand {
            author: act.author.clone(),
            decisions: 0,
            confirmations: 0,
            runs: 0,
            first: act.at,
            last: act.at,
        });
        hand.last = hand.last.max(act.at);
        hand.first = hand.first.min(act.at);
        match act.kind {
            ActKind::Decided | ActKind::TakenBack => hand.decisions += 1,
            ActKind::RunBegun => hand.runs += 1,
            _ => hand.confirmations += 1,
        }
    }
    let mut hands: Vec<Hand> = by_author.into_values().collect();
    hands.sort_by(|a, b| (a.first, &a.author).cmp(&(b.first, &b.author)));
    hands
}

/// Whose accounts did one of these about this, last.
pub(super) fn of(material: &Material, kinds: &[ActKind], subject: &str) -> Option<String> {
    material.last_act(kinds, subject).map(|act| act.author.words())
}

/// One act about a person, in words: what, and by whom.
pub(super) fn words(act: &Act, target: &str) -> String {
    let what = match (act.kind, &act.decision) {
        (ActKind::Decided, Some(decision)) => {
            format!("decided: {}", super::decision_words(decision, target))
        }
        (ActKind::TakenBack, _) => "taken back".to_owned(),
        (ActKind::Confirmed, _) => "confirmed: the decision still holds".to_owned(),
        (ActKind::Noted, _) => "note changed".to_owned(),
        (ActKind::SamePerson, _) => "called the same person".to_owned(),
        (ActKind::NotSamePerson, _) => "no longer called the same person".to_owned(),
        (kind, _) => kind.name().to_owned(),
    };
    let seen = act.outcome.map(|outcome| format!(", seen as: {}", outcome.shown())).unwrap_or_default();
    let note = act.note.as_ref().map(|note| format!(", note: {note}")).unwrap_or_default();
    format!("{what}{seen}{note}, by {}", act.author.words())
}
