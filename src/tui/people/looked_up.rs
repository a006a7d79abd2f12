//! What a filter asks of the plan and of the marks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::domain::StorageKey;
use crate::domain::plan::PlanRow;
use crate::tasks::Model;

/// The row on the disk, and the one that counts when what is on its way is there.
type Rows<'a> = (Option<&'a PlanRow>, Option<&'a PlanRow>);

/// What a filter asks of the plan and of the marks, by number: nobody is looked up by key who is not in either.
pub(super) struct LookedUp<'a> {
    model: &'a Model,
    pending: &'a BTreeMap<StorageKey, PlanRow>,
    /// Rows of the plan, and those on their way to the disk before them; `None` where nobody asks.
    rows: Option<HashMap<usize, Rows<'a>>>,
    marks: Option<HashSet<usize>>,
}

impl<'a> LookedUp<'a> {
    /// Of this plan; only what is asked for is looked up.
    pub(super) fn of(
        model: &'a Model,
        pending: &'a BTreeMap<StorageKey, PlanRow>,
        decisions: bool,
        marks: Option<&BTreeSet<StorageKey>>,
    ) -> Self {
        let position = |key: &StorageKey| model.roster.value.as_ref()?.position(key);
        let rows = decisions.then(|| {
            let plan = &model.plan;
            let renamed = plan.renamed.iter().filter(|(new, _)| !plan.rows.contains_key(*new));
            let renamed = renamed.filter_map(|(new, planned)| Some((new, plan.rows.get(planned)?)));
            let mut rows: HashMap<usize, Rows<'_>> = HashMap::new();
            for (key, row) in plan.rows.iter().chain(renamed) {
                if let Some(at) = position(key) {
                    rows.insert(at, (Some(row), Some(row)));
                }
            }
            for (key, row) in pending {
                if let Some(at) = position(key) {
                    rows.entry(at).or_default().1 = Some(row);
                }
            }
            rows
        });
        let marks = marks.map(|marks| marks.iter().filter_map(position).collect());
        Self { model, pending, rows, marks }
    }

    /// The row on the disk, and the one that counts when what is on its way is there.
    pub(super) fn rows(&self, at: usize, key: &StorageKey) -> Rows<'a> {
        let Some(rows) = &self.rows else { return (None, None) };
        if self.model.roster.value.is_some() {
            return rows.get(&at).copied().unwrap_or_default();
        }
        // While people arrive they have no numbers to go by.
        let row = self.model.plan.row(key);
        (row, self.pending.get(key).or(row))
    }

    /// Whether the person is marked; nobody is where nobody asks.
    pub(super) fn is_marked(&self, at: usize) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.contains(&at))
    }
}
