//! The way in time: readings, decisions, ticks, the switch, each run of apply.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::ids::StorageKey;
use crate::domain::papers::Material;
use crate::domain::plan::RowState;

/// Something that happened at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What.
    pub words: String,
}

/// One run of apply, as the journal tells it.
pub(super) struct Run {
    first: Timestamp,
    last: Timestamp,
    states: BTreeMap<StorageKey, RowState>,
}

/// The runs by name.
pub(super) fn runs(material: &Material) -> BTreeMap<&str, Run> {
    let mut runs: BTreeMap<&str, Run> = BTreeMap::new();
    for line in &material.journal {
        let run = runs.entry(&line.run).or_insert_with(|| Run {
            first: line.at,
            last: line.at,
            states: BTreeMap::new(),
        });
        run.first = run.first.min(line.at);
        run.last = run.last.max(line.at);
        run.states.insert(line.storage_key.clone(), line.state);
    }
    runs
}

/// Everything in order of time.
pub(super) fn of(material: &Material) -> Vec<Moment> {
    let plan = &material.plan;
    let mut moments = Vec::new();
    let mut add = |at: Timestamp, words: String| moments.push(Moment { at, words });
    if let Some(at) = material.before.values().map(|known| known.taken_at).max() {
        add(at, format!("Latest reading from before the switch: {} people", material.before.len()));
    }
    let decided: Vec<Timestamp> = plan.rows.values().filter_map(|row| row.decided_at).collect();
    if let (Some(first), Some(last)) = (decided.iter().min(), decided.iter().max()) {
        add(*first, "First decision that still holds".to_owned());
        if last != first {
            add(*last, format!("Last of {} decisions", decided.len()));
        }
    }
    for (phase, tick) in &plan.phase_ticks {
        add(tick.at, format!("Step ticked: {}", phase.shown()));
    }
    if let Some(at) = material.switched_at {
        add(at, "The switch was seen".to_owned());
    }
    for run in runs(material).values() {
        let count = |state| run.states.values().filter(|it| **it == state).count();
        let mut words = vec![format!("{} verified", count(RowState::Verified))];
        for state in [RowState::Applied, RowState::Unknown, RowState::Failed, RowState::Refused] {
            let number = count(state);
            if number > 0 {
                words.push(format!("{number} {}", state.name()));
            }
        }
        if run.first == run.last {
            add(run.first, format!("Apply run: {}", words.join(", ")));
        } else {
            add(run.first, format!("Apply run begins: {} people", run.states.len()));
            add(run.last, format!("Apply run ends: {}", words.join(", ")));
        }
    }
    if let Some(looked) = material.looked_back.as_ref().filter(|looked| looked.comparison.is_some()) {
        add(looked.at, "Before and after were compared".to_owned());
    }
    // What the program noticed by itself and nothing above says.
    for event in material.events.iter().filter(|event| event.subject == "alarm") {
        add(event.at, format!("Alarm: {}", event.text));
    }
    moments.sort_by_key(|moment| moment.at);
    moments
}
