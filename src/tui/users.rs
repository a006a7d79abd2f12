//! The tab Users: what connecting will do, or did, to each person.
//!
//! ```text
//!  ■■■■■■■■■■■■■■ 61 will map by themselves  ■■■■■■ 21 safe  ■■■■ 14 review  ■■ 9 missing  ■ 2 hazard  ■ 3 conflict
//!  / outcome:review !stakeholder                                          14 of 143 · sorted by last access
//!
//!    person                    sign-in address              access   last access   outcome   best candidate   why
//!  ▌ Raisa Pokrovskaya         raisa.p@outlook.com          Basic    2 days        review    raisa.pok…       names agree
//! ```

use crate::domain::text::clean;

use super::actions::Action;
use super::app::{App, Effect, Tab};
use super::decide::{Wish, wish};
use super::mapping;
use super::people::PeopleList;
use super::prerequisites::DETAILS_STEP;
use super::update::go;
use super::widgets::words::people;

mod details;
mod screen;

pub use screen::{COLUMNS, outcome_style, view};

/// What the tab remembers.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The people.
    pub list: PeopleList,
    /// Whether the details of the selected person are shown.
    pub details: bool,
    /// First line of the details.
    pub scrolled: usize,
}

/// Performs an action of this tab.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    let page = isize::try_from(app.drawn.page.max(1)).unwrap_or(1);
    let end = app.drawn.details_end;
    let App { model, users: state, .. } = app;
    match action {
        Action::DetailsDown => state.scrolled = (state.scrolled + DETAILS_STEP).min(end),
        Action::DetailsUp => state.scrolled = state.scrolled.min(end).saturating_sub(DETAILS_STEP),
        _ => state.scrolled = 0,
    }
    match action {
        Action::Down => state.list.move_by(model, 1),
        Action::Up => state.list.move_by(model, -1),
        Action::PageDown => state.list.move_by(model, page),
        Action::PageUp => state.list.move_by(model, -page),
        Action::Top => state.list.move_to(model, 0),
        Action::Bottom => state.list.move_to(model, usize::MAX),
        Action::Open => state.details = !state.details,
        Action::Leave if state.details => state.details = false,
        Action::Leave if !state.list.filter().text().is_empty() => state.list.set_filter(""),
        Action::Leave => state.list.clear_marks(),
        Action::Mark => {
            state.list.toggle_mark();
            state.list.move_by(model, 1);
        }
        Action::MarkRange | Action::MarkShown => {
            let marked = match action {
                Action::MarkRange => state.list.mark_range(model),
                _ => state.list.mark_shown(model),
            };
            app.say(format!("{} marked", people(marked)));
        }
        Action::Sort => {
            let (by, _) = state.list.sort();
            state.list.set_sort(by.next(), false);
        }
        Action::ReverseSort => {
            let (by, reversed) = state.list.sort();
            state.list.set_sort(by, !reversed);
        }
        Action::GoToPerson => {
            if let Some(key) = state.list.selected().cloned() {
                go(app, Tab::Mapping);
                mapping::show(app, &key);
            }
        }
        Action::Copy => {
            let user = state.list.selected().and_then(|key| super::people::People::of(model).get(key));
            if let Some(user) = user {
                return vec![Effect::Copy(clean(&user.principal_name).into_owned())];
            }
        }
        Action::Invite => return decide(app, &Wish::Invite(None)),
        Action::Remove => return decide(app, &Wish::Remove),
        Action::Keep => return decide(app, &Wish::Keep),
        _ => {}
    }
    Vec::new()
}

fn decide(app: &mut App, what: &Wish) -> Vec<Effect> {
    let list = &app.users.list;
    // After a refresh another person may stand where the cursor was: nobody is decided about before they were seen.
    if list.marks().is_empty() && list.selected() != app.drawn.selected.as_ref() {
        app.complain("the list has changed: look, and press the key again");
        return Vec::new();
    }
    let chosen = app.users.list.chosen();
    wish(app, &chosen, what)
}

/// Why an action of this tab is disabled.
pub fn disabled(app: &App, action: Action) -> Option<String> {
    let nobody = app.users.list.selected().is_none();
    match action {
        Action::Open
        | Action::Mark
        | Action::MarkRange
        | Action::MarkShown
        | Action::Copy
        | Action::GoToPerson
        | Action::Invite
        | Action::Remove
        | Action::Keep
            if nobody =>
        {
            Some("nobody is selected".to_owned())
        }
        Action::Export if nobody => Some("nobody is shown yet".to_owned()),
        _ => None,
    }
}
