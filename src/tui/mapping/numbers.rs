//! How many rows are in which state: counted once when something changed, not for every frame and every hint.

use std::collections::BTreeMap;

use crate::domain::RowState;
use crate::domain::schedule::still_locked_out;
use crate::tui::app::App;
use crate::tui::people::Revision;

/// What the numbers were made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    revision: Revision,
    analysis: usize,
}

impl Stamp {
    /// As it is now.
    pub fn of(app: &App) -> Self {
        let analysis = app.model.analysis.as_ref();
        Self {
            revision: app.revision,
            analysis: analysis.map_or(0, |analysis| std::sync::Arc::as_ptr(analysis).addr()),
        }
    }
}

/// How many rows are in which state.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// Decided rows of the plan; states that no row is in are absent.
    pub plan: BTreeMap<RowState, usize>,
    /// Rows of the apply run, in the order of a summary.
    pub run: Vec<(RowState, usize)>,
    /// How many are locked out still, as far as rows of the run say; `None` where that is not known, or nobody.
    pub locked_out: Option<usize>,
}

impl Numbers {
    /// Counts.
    pub fn of(app: &App) -> Self {
        let mut numbers = Self::default();
        for row in app.model.plan.rows.values().filter(|row| row.decision.is_decided()) {
            *numbers.plan.entry(row.state).or_default() += 1;
        }
        if let Some(run) = &app.model.apply {
            numbers.run = crate::tui::apply::strip::counts(run);
            let analysis = app.model.analysis.as_ref();
            numbers.locked_out = analysis
                .and_then(|analysis| {
                    still_locked_out(analysis.forecast.as_ref()?, &analysis.situation, &app.model.plan)
                })
                .filter(|locked| *locked > 0);
        }
        numbers
    }
}

/// Counts again where something changed.
pub fn prepare(app: &mut App) {
    let stamp = Stamp::of(app);
    if app.mapping.numbers.as_ref().is_none_or(|(made_of, _)| *made_of != stamp) {
        app.mapping.numbers = Some((stamp, Numbers::of(app)));
    }
}
