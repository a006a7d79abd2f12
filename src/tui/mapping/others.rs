//! The candidates who are not highlighted: one line each, in the same columns for everybody, and of it only what tells them
//! apart from the highlighted one and from the one above.
//!
//! ```text
//!   same name                 jo.berg12@…                                  .92
//!                             jo.berg40@…                        ! newer
//!   Joanna Berg               joanna.berg@contoso.com            ~ name    .58
//! ```
//!
//! That is calmer to read, and half of what a move to a person of a frequent name costs on the wire.

use crate::domain::text::clean;
use crate::domain::{Candidate, Outcome, TenantUser};
use crate::tui::app::App;
use crate::tui::widgets::names::shown;
use crate::tui::widgets::pen::width;

use super::evidence::{Row, compared};
use super::layout::Layout;
use super::lines::Line;
use super::{Side, selected};

/// Stands for the name of somebody who is called like the highlighted one.
const SAME_NAME: &str = "same name";

/// The candidates below (or above) the highlighted one, from top to bottom.
#[derive(Debug)]
pub(super) struct Others<'a> {
    highlighted: Option<&'a TenantUser>,
    /// What is said of the highlighted one: kinds and signs.
    said: Vec<(&'static str, &'static str)>,
    /// Name and score of the line above.
    above: Option<(String, String)>,
}

impl<'a> Others<'a> {
    /// Beside the highlighted candidate.
    pub(super) fn of(app: &'a App) -> Self {
        let (highlighted, rows) =
            app.mapping.highlighted().map_or((None, Vec::new()), |it| compared(app, &it.candidate));
        Self { highlighted, said: rows.iter().map(|row| (row.kind, row.sign)).collect(), above: None }
    }

    /// The line of the next one; `None` where it does not fit, and needs more lines.
    pub(super) fn line(
        &mut self,
        app: &App,
        layout: Layout,
        candidate: &Candidate,
        target: Option<&TenantUser>,
        rows: &[Row],
    ) -> Option<Line> {
        let theme = &app.look.theme;
        let above = self.above.take();
        let target = target?;
        let is_namesake = self.highlighted.is_some_and(|other| other.display_name() == target.display_name());
        let name = if is_namesake { SAME_NAME.into() } else { shown(target.display_name(), "name") };
        let address = address(app, target, self.highlighted);
        let is_said = |row: &Row| is_namesake && self.said.contains(&(row.kind, row.sign));
        let reason = rows.iter().find(|row| row.sign != " " && !is_said(row));
        let fits = layout.has_room_for(width(&name), width(&address));
        let score = score(candidate);
        let (same_name, same_score) = match &above {
            Some((name_above, score_above)) => (*name_above == *name, *score_above == score),
            None => (false, false),
        };
        let named = if same_name { "" } else { &name };
        let scored = if same_name && same_score { "" } else { &score };
        let line = fits.then(|| layout.brief(named, &address, reason, theme.text).right(scored, theme.dim));
        self.above = line.as_ref().map(|_| (name.into_owned(), score));
        line
    }

    /// The highlighted one stands between: what comes next is named again.
    pub(super) fn interrupted(&mut self) {
        self.above = None;
    }
}

/// The address, without a domain that the highlighted one has too.
fn address(app: &App, target: &TenantUser, highlighted: Option<&TenantUser>) -> String {
    let domain = |user: &TenantUser| {
        user.user_principal_name().rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
    };
    let address = clean(target.user_principal_name());
    match address.rsplit_once('@') {
        Some((local, _)) if highlighted.is_some_and(|other| domain(other) == domain(target)) => {
            format!("{local}@{}", app.look.glyphs.ellipsis)
        }
        _ => address.into_owned(),
    }
}

/// How many candidates are not shown: where an address says who it is, the others only take the eye away, until one goes
/// over to them.
pub(super) fn left_out(app: &App) -> usize {
    let person = selected(app).and_then(|(_, person)| person);
    let is_known = person.is_some_and(|person| {
        matches!(person.outcome, Outcome::Safe | Outcome::Automatic | Outcome::Connected)
    });
    let others = app.mapping.proposals().len().saturating_sub(1);
    if is_known && app.mapping.side == Side::People && others > 1 { others } else { 0 }
}

/// `.91` is quicker to compare than `0.91`; a whole match is 1.
pub(super) fn score(candidate: &Candidate) -> String {
    let score = format!("{:.2}", candidate.score.clamp(0.0, 1.0));
    score.strip_prefix('0').unwrap_or(&score).to_owned()
}
