//! The candidates of the selected person: those that the comparison found, the one chosen from the search, and the one that
//! is decided already, each with evidence and warnings.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::domain::forecast::Comparison;
use crate::domain::{Candidate, ObjectId, OrgUser, StorageKey};
use crate::tasks::Model;
use crate::tui::app::{App, Proposal};
use crate::tui::people::{People, Revision};

use super::{current_analysis, forecast, tenant_user};

/// Why somebody stands among the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The comparison found them.
    Found,
    /// Chosen from the search.
    Picked,
    /// The decision names them.
    Decided,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    /// With evidence and warnings.
    pub candidate: Candidate,
    /// Why they are shown.
    pub reason: Reason,
}

/// What the list was made of; made again when that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    person: StorageKey,
    analysis: usize,
    revision: Revision,
    picked: Option<ObjectId>,
}

/// The candidates of one person.
#[derive(Debug, Clone, Default)]
pub struct Proposals {
    stamp: Option<Stamp>,
    items: Vec<Proposed>,
}

impl Proposals {
    /// All of them, best first.
    pub fn items(&self) -> &[Proposed] {
        &self.items
    }
}

/// Why the candidates are not (or no longer) those of the lists that were read last; `None` when they are.
pub fn loading(model: &Model) -> Option<&'static str> {
    let (Some(roster), Some(directory)) = (&model.roster.value, &model.directory.value) else {
        let failed = |problem: bool, value: bool| problem && !value;
        if failed(model.roster.problem.is_some(), model.roster.value.is_some())
            || failed(model.directory.problem.is_some(), model.directory.value.is_some())
        {
            return Some(
                "there are no candidates: both lists of people are needed, and one could not be read",
            );
        }
        return Some("candidates are still loading: both lists of people have to be read first");
    };
    let analysis = model.analysis.as_ref();
    let Some(analysis) = analysis.filter(|analysis| analysis.forecast.is_some()) else {
        return Some("candidates are still loading: the two lists are being compared");
    };
    let same = analysis.roster.as_ref().is_some_and(|old| Arc::ptr_eq(old, roster))
        && analysis.directory.as_ref().is_some_and(|old| Arc::ptr_eq(old, directory));
    (!same).then_some("candidates are loading again: a new reading is being compared")
}

/// Makes the list for the selected person, if it is not there already.
pub fn prepare(app: &mut App) {
    let Some(person) = app.mapping.list.selected().cloned() else {
        app.mapping.proposals = Proposals::default();
        app.mapping.cursor = None;
        return;
    };
    let picked = app.mapping.picked.as_ref().filter(|(key, _)| *key == person).map(|(_, id)| *id);
    let stamp = Stamp {
        analysis: app.model.analysis.as_ref().map_or(0, |analysis| Arc::as_ptr(analysis).addr()),
        revision: app.revision,
        picked,
        person,
    };
    if app.mapping.proposals.stamp.as_ref() == Some(&stamp) {
        return;
    }
    let another = app.mapping.proposals.stamp.as_ref().is_none_or(|old| old.person != stamp.person);
    let items = proposals(app, &stamp.person, picked);
    let mapping = &mut app.mapping;
    if another {
        mapping.scrolled = 0;
        mapping.cursor = picked;
        mapping.refusal = mapping.refusal.take().filter(|(key, _)| *key == stamp.person);
    }
    if !items.iter().any(|proposed| Some(proposed.candidate.object_id) == mapping.cursor) {
        mapping.cursor = items.first().map(|proposed| proposed.candidate.object_id);
    }
    mapping.proposals = Proposals { stamp: Some(stamp), items };
}

fn proposals(app: &App, key: &StorageKey, picked: Option<ObjectId>) -> Vec<Proposed> {
    let Some(person) = forecast(app).and_then(|forecast| forecast.get(key)) else { return Vec::new() };
    let mut items: Vec<Proposed> = person
        .candidates
        .iter()
        .map(|candidate| Proposed { candidate: candidate.clone(), reason: Reason::Found })
        .collect();
    let decided = app
        .saving
        .pending()
        .get(key)
        .or_else(|| app.model.plan.row(key))
        .and_then(|row| row.decision.target());
    for (id, reason) in [(decided, Reason::Decided), (picked, Reason::Picked)] {
        let Some(id) = id else { continue };
        if let Some(at) = items.iter().position(|proposed| proposed.candidate.object_id == id) {
            let mut proposed = items.remove(at);
            proposed.reason = reason;
            items.insert(0, proposed);
        } else if let Some(candidate) = People::of(&app.model).get(key).and_then(|user| judged(app, user, id))
        {
            items.insert(0, Proposed { candidate, reason });
        }
    }
    items
}

/// Evidence and warnings for a pair that nobody proposed.
pub fn judged(app: &App, user: &OrgUser, id: ObjectId) -> Option<Candidate> {
    let analysis = current_analysis(app)?;
    let (roster, directory) = (app.model.roster.value.as_ref()?, app.model.directory.value.as_ref()?);
    let (index, forecast) = (app.model.index.as_ref()?, analysis.forecast.as_ref()?);
    let target = directory.get(id)?;
    let comparison = Comparison::of_forecast(roster, directory, index, &analysis.situation, forecast);
    Some(comparison.judge_pair(user, target))
}

/// The highlighted pair as it is now, with what a frame shows about it; `None` while candidates are loading.
pub fn current(app: &App) -> Option<Proposal> {
    if loading(&app.model).is_some() {
        return None;
    }
    let key = app.mapping.list.selected()?;
    let candidate = &app.mapping.highlighted()?.candidate;
    let user = People::of(&app.model).get(key)?;
    let target = tenant_user(app, candidate.object_id)?;
    let mut state = DefaultHasher::new();
    (&user.display_name, &user.principal_name, &user.mail, &user.origin_id).hash(&mut state);
    for evidence in &candidate.evidence {
        (evidence.kind, &evidence.detail).hash(&mut state);
    }
    for warning in &candidate.warnings {
        (warning.kind, &warning.detail).hash(&mut state);
    }
    (target.display_name(), target.user_principal_name(), target.mail()).hash(&mut state);
    (target.enabled, target.pending, target.deleted).hash(&mut state);
    Some(Proposal { person: key.clone(), candidate: candidate.object_id, shown: state.finish() })
}
