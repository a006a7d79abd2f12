//! Why an action is disabled just now, in words for help, palette and notices. An action that is disabled does nothing.

use super::actions::Action;
use super::app::{App, Tab};
use super::{connection, mapping, prerequisites, users};

/// Why this action does nothing just now; `None`: it works.
pub fn disabled(app: &App, action: Action) -> Option<String> {
    if !action.lives_in(app.tab) {
        let tabs: Vec<&str> = action.tabs().iter().map(|tab| tab.title()).collect();
        return Some(format!("only in {}", tabs.join(" and ")));
    }
    let context = &app.model.context;
    let asks_a_service =
        matches!(action, Action::ReadAgain | Action::ReadTokens | Action::Apply | Action::RetryFailed);
    if asks_a_service && context.offline.is_some() {
        return Some("working offline, from a snapshot".to_owned());
    }
    match action {
        Action::TakeBack => app.cannot_decide().or_else(|| {
            (!app.saving.can_take_back() && app.saving.is_idle())
                .then(|| "nothing was decided in this session".to_owned())
        }),
        Action::StopReading => (!app.reads_long()).then(|| "no long reading is under way".to_owned()),
        Action::Apply | Action::RetryFailed if context.read_only => {
            Some("read-only: nothing is sent that changes anything".to_owned())
        }
        Action::Invite
        | Action::Remove
        | Action::Keep
        | Action::Accept
        | Action::AcceptSafe
        | Action::SamePerson
        | Action::Tick
        | Action::Apply
        | Action::RetryFailed => app.cannot_decide().or_else(|| in_tab(app, action)),
        _ => in_tab(app, action),
    }
}

fn in_tab(app: &App, action: Action) -> Option<String> {
    match app.tab {
        Tab::Prerequisites => prerequisites::disabled(app, action),
        Tab::Users => users::disabled(app, action),
        Tab::Connection => connection::disabled(app, action),
        Tab::Mapping => mapping::disabled(app, action),
    }
}
