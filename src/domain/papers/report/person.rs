//! One person's page of the report: who they are, what was decided on which evidence, what was sent and what came of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::after::{self, ChangePaper};
use super::{Moment, decision_words, who};
use crate::domain::comparison::PersonChanges;
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::matching::pair::{OrgView, compare};
use crate::domain::outcome::Outcome;
use crate::domain::papers::support::second;
use crate::domain::papers::{Act, ActKind, FoundUser, Material};
use crate::domain::plan::{Decision, JournalEntry, RowState};
use crate::domain::text::named;

/// One line of the journal about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When.
    pub at: Timestamp,
    /// How the row stood from then on.
    pub state: RowState,
    /// Which attempt.
    pub attempt: u32,
    /// What happened, in words.
    pub detail: String,
    /// The service's id of the call.
    pub activity_id: Option<String>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPaper {
    /// The key of the plan.
    pub storage_key: StorageKey,
    /// The key since the switch, where it changed.
    pub new_storage_key: Option<StorageKey>,
    /// The name.
    pub name: String,
    /// The sign-in address.
    pub address: String,
    /// Origin, access level, groups: as last read.
    pub about: Vec<String>,
    /// What connecting would do, as found before the switch, else as seen when it was decided.
    pub outcome: Option<Outcome>,
    /// Why, where that was kept.
    pub why: Option<String>,
    /// The decision's name.
    pub decision: &'static str,
    /// The decision with its target, in words.
    pub decided: String,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Whose accounts decided; `None` where that was not written down.
    pub decided_by: Option<String>,
    /// Everything that was done about the person, oldest first; only where there was more than one decision.
    pub history: Vec<Moment>,
    /// The administrator's words.
    pub note: Option<String>,
    /// The outcome changed since.
    pub needs_a_look: bool,
    /// What speaks for the target, or for the best candidate where nothing was decided: as found before the switch, else compared
    /// again from the stored readings of both.
    pub evidence: Vec<String>,
    /// What was not as it should be.
    pub doubts: Vec<String>,
    /// Whether the decision asks for a call.
    pub is_to_send: bool,
    /// How the row stands.
    pub state: RowState,
    /// Why it failed.
    pub error: Option<String>,
    /// What was sent and what came of it, oldest first.
    pub calls: Vec<Call>,
    /// What is different since before the switch, most important first.
    pub changes: Vec<ChangePaper>,
    /// The person has used the organization since; `None` where that was not compared.
    pub came_back: Option<bool>,
}

impl PersonPaper {
    /// Something about this person asks for attention: it changed, it is not proven, nobody decided and the person is, or
    /// will be, locked out, or something was lost that nobody expected.
    pub fn is_open(&self) -> bool {
        self.needs_a_look
            || (self.is_to_send && self.state != RowState::Verified)
            || self.is_left_out()
            || self.changes.iter().any(ChangePaper::is_unexpected_loss)
    }

    /// Nothing was decided, and the service does not map the person by itself.
    pub fn is_left_out(&self) -> bool {
        let by_itself = matches!(self.outcome, None | Some(Outcome::Automatic | Outcome::Connected));
        self.decision == Decision::Undecided.name() && !by_itself
    }

    /// There is more to say than what was found.
    pub fn is_told(&self) -> bool {
        self.is_open()
            || self.decision != Decision::Undecided.name()
            || !self.calls.is_empty()
            || !self.history.is_empty()
            || !self.changes.iter().all(ChangePaper::is_quiet)
    }

    /// Everything went as decided, at the first attempt, and nothing speaks against it: in a large report a row says it all.
    pub fn is_uneventful(&self) -> bool {
        !self.is_open()
            && self.doubts.is_empty()
            && self.note.is_none()
            && self.error.is_none()
            && self.history.is_empty()
            && self.calls.iter().all(|call| call.attempt <= 1)
            && self.changes.iter().all(ChangePaper::is_quiet)
    }

    /// The person in a row of a table: who, as last read, what was found with the evidence, what was decided and done. Each cell in
    /// lines.
    pub fn row(&self) -> [Vec<String>; 4] {
        let since = self.new_storage_key.as_ref().map(|key| format!("since the switch {key}"));
        let mut who = vec![self.name.clone(), self.address.clone(), self.storage_key.to_string()];
        who.extend(since);
        let mut found = vec![self.found_words()];
        found.extend(self.evidence.iter().cloned());
        found.extend(self.doubts.iter().map(|doubt| format!("doubt: {doubt}")));
        let mut done = vec![self.done_words()];
        let id = self.calls.iter().rev().find_map(|call| call.activity_id.as_deref());
        done.extend(id.map(|id| format!("activity id {id}")));
        let kinds: BTreeSet<&str> = self.changes.iter().map(|change| change.kind).collect();
        if !kinds.is_empty() {
            let kinds: Vec<&str> = kinds.into_iter().collect();
            done.push(format!("changed as was to be expected: {}", kinds.join(", ")));
        }
        if self.came_back == Some(true) {
            done.push("has used the organization since".to_owned());
        }
        let mut row = [who, vec![self.about.join(", ")], found, done];
        for cell in &mut row {
            cell.retain(|line| !line.trim().is_empty());
        }
        row
    }

    /// What was found, with the reason, in words; empty where that is not known.
    pub fn found_words(&self) -> String {
        match (self.outcome, &self.why) {
            (Some(outcome), Some(why)) => format!("{} ({})", outcome.shown(), why.trim_end_matches('.')),
            (Some(outcome), None) => outcome.shown().to_owned(),
            (None, _) => String::new(),
        }
    }

    /// What was found, decided and done, in one sentence each.
    pub fn sentence(&self) -> String {
        if self.outcome.is_none() {
            return self.done_words();
        }
        format!("Found: {}. {}", self.found_words(), self.done_words())
    }

    /// What was decided and done, in one sentence each.
    fn done_words(&self) -> String {
        let mut parts = Vec::new();
        parts.push(match (self.decided_at, &self.decided_by) {
            (Some(at), Some(by)) => format!("Decided: {}, {}, by {by}.", self.decided, second(at)),
            (Some(at), None) => format!("Decided: {}, {}.", self.decided, second(at)),
            (None, _) => "Nothing was decided.".to_owned(),
        });
        if self.needs_a_look {
            parts.push("Needs a look: it changed since.".to_owned());
        }
        if self.is_to_send {
            parts.push(format!("Done: {}.", self.state.name()));
        }
        parts.join(" ")
    }

    pub(super) fn of(
        material: &Material,
        key: &StorageKey,
        calls: &[&JournalEntry],
        acts: &[&Act],
        changes: Option<&PersonChanges>,
    ) -> Self {
        let row = material.plan.row(key);
        let known = material.newest(key);
        let seen = row.and_then(|row| row.seen.as_deref());
        let user = known.map(|known| &known.user);
        let decision = row.map_or(&Decision::Undecided, |row| &row.decision);
        let target_id = decision.target();
        let target = known.and_then(|known| known.target.as_ref()).filter(|it| Some(it.id) == target_id);
        let seen_target = seen.and_then(|seen| seen.target.as_ref());
        let target_words = match (seen_target, target) {
            (Some(seen), _) => named(&seen.display_name, &seen.user_principal_name),
            (None, Some(read)) => named(read.display_name(), read.user_principal_name()),
            (None, None) => target_id.map(|id| id.to_string()).unwrap_or_default(),
        };
        let mut about = Vec::new();
        if let Some(known) = known {
            about.push(known.user.origin.as_str().to_owned());
            about.extend(known.user.access_level.as_deref().map(str::to_owned));
            if let Some(groups) = known.groups {
                about.push(if groups == 1 { "1 group".to_owned() } else { format!("{groups} groups") });
            }
        }
        let mut doubts = Vec::new();
        let found = material.found.get(key);
        let found_user = found.zip(target_id).and_then(|(found, id)| found.user(id));
        // Nobody decided: the best candidate of then is what there is to say.
        let proposed = found.filter(|_| !decision.is_decided()).and_then(|found| found.users.first());
        doubts.extend(found_user.or(proposed).into_iter().flat_map(|it| it.warnings.iter().cloned()));
        if let Some(id) = target_id {
            let pair = crate::domain::plan::Pair { storage_key: key.clone(), target: id };
            if material.plan.hazards.contains(&pair) {
                doubts.push(
                    "the service would have sent this person to this user by itself, although the two differ"
                        .to_owned(),
                );
            }
            if let Some(tick) = material.plan.confirmed.get(&pair) {
                doubts.push(format!("confirmed as the same person: {}", tick.note));
            }
        }
        // As it was when it was decided: after the switch a mapped person has the target's own address.
        let earlier = material.before.get(key).map(|known| &known.user).or(user);
        let evidence = match (earlier, target) {
            _ if found_user.is_some() => found_user.map(|it| it.evidence.clone()).unwrap_or_default(),
            _ if proposed.is_some() => proposed.map(candidate_words).unwrap_or_default(),
            (Some(user), Some(target)) => {
                let view = OrgView::of(user);
                compare(&view, target).evidence(&view, target).into_iter().map(|it| it.detail).collect()
            }
            _ => Vec::new(),
        };
        Self {
            storage_key: key.clone(),
            new_storage_key: row.and_then(|row| row.new_storage_key.clone()),
            name: seen
                .map(|seen| seen.person.display_name.clone())
                .or_else(|| user.map(|user| user.display_name.to_string()))
                .or_else(|| changes.map(|changes| changes.name.to_string()))
                .unwrap_or_else(|| key.to_string()),
            address: seen
                .map(|seen| seen.person.principal_name.clone())
                .or_else(|| user.map(|user| user.principal_name.to_string()))
                .or_else(|| changes.map(|changes| changes.address.to_string()))
                .unwrap_or_default(),
            about,
            outcome: found.map(|found| found.outcome).or_else(|| row.and_then(|row| row.decided_on)),
            why: found.map(|found| found.why.clone()).filter(|why| !why.is_empty()),
            decision: decision.name(),
            decided: decision_words(decision, &target_words),
            decided_at: row.and_then(|row| row.decided_at).filter(|_| decision.is_decided()),
            decided_by: acts
                .iter()
                .rev()
                .find(|act| matches!(act.kind, ActKind::Decided | ActKind::Confirmed))
                .map(|act| act.author.words())
                .filter(|_| decision.is_decided()),
            history: history(material, acts),
            note: row.and_then(|row| row.note.clone()),
            needs_a_look: row.is_some_and(|row| row.needs_a_look),
            evidence,
            doubts,
            is_to_send: !matches!(decision, Decision::Undecided | Decision::Keep),
            state: row.map_or(RowState::Planned, |row| row.state),
            error: row.and_then(|row| row.error.clone()),
            calls: calls
                .iter()
                .map(|line| Call {
                    at: line.at,
                    state: line.state,
                    attempt: line.attempt,
                    detail: line.detail.clone(),
                    activity_id: line.activity_id.clone(),
                })
                .collect(),
            changes: changes.map(after::changes).unwrap_or_default(),
            came_back: changes.map(|changes| changes.came_back),
        }
    }
}

/// Who was proposed, and what spoke for them.
fn candidate_words(user: &FoundUser) -> Vec<String> {
    let who = named(&user.display_name, &user.user_principal_name);
    let mut words = vec![format!("best candidate: {who}, {:.2}", user.score)];
    words.extend(user.evidence.iter().cloned());
    words
}

/// Everything that was done, where it is more than the one decision that holds.
fn history(material: &Material, acts: &[&Act]) -> Vec<Moment> {
    if acts.len() < 2 {
        return Vec::new();
    }
    acts.iter()
        .map(|act| {
            let id = act.decision.as_ref().and_then(Decision::target);
            let target = id.map(|id| target_words(material, &act.subject, id)).unwrap_or_default();
            Moment { at: act.at, words: who::words(act, &target) }
        })
        .collect()
}

/// A target that was decided at some time, by name where it was found then.
fn target_words(material: &Material, key: &str, id: ObjectId) -> String {
    let found = material.found.get(&StorageKey::new(key)).and_then(|found| found.user(id));
    found.map_or_else(|| id.to_string(), |it| named(&it.display_name, &it.user_principal_name))
}

/// Who did what about each person.
pub(super) fn acts(material: &Material) -> BTreeMap<StorageKey, Vec<&Act>> {
    let about_people = [
        ActKind::Decided,
        ActKind::TakenBack,
        ActKind::Confirmed,
        ActKind::Noted,
        ActKind::SamePerson,
        ActKind::NotSamePerson,
    ];
    let mut acts: BTreeMap<StorageKey, Vec<&Act>> = BTreeMap::new();
    for act in material.acts.iter().filter(|act| about_people.contains(&act.kind)) {
        let key = StorageKey::new(&act.subject);
        acts.entry(material.planned(&key).clone()).or_default().push(act);
    }
    acts
}

/// What is different since before the switch, by person.
pub(super) fn changes(material: &Material) -> BTreeMap<&StorageKey, &PersonChanges> {
    let comparison = material.looked_back.as_ref().and_then(|looked| looked.comparison.as_ref());
    let people = comparison.into_iter().flat_map(|comparison| &comparison.people);
    people.map(|person| (material.planned(&person.storage_key), person)).collect()
}

/// The journal by person.
pub(super) fn calls(material: &Material) -> BTreeMap<&StorageKey, Vec<&JournalEntry>> {
    let mut calls: BTreeMap<&StorageKey, Vec<&JournalEntry>> = BTreeMap::new();
    for line in &material.journal {
        calls.entry(material.planned(&line.storage_key)).or_default().push(line);
    }
    calls
}
