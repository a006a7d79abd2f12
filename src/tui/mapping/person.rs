//! The person on the right side of the tab: who it is, how things stand, what was decided and how that went.

use ratatui::style::Style;

use crate::domain::people::OrgUser;
use crate::domain::text::has_suspicious;
use crate::domain::{Outcome, Person, RowState};
use crate::tui::actions::Action;
use crate::tui::app::App;
use crate::tui::widgets::names::{hidden, shown};
use crate::tui::widgets::pen::width as columns;
use crate::tui::widgets::words::{ago, last_access};

use super::layout::WIDE;
use super::lines::{Line, wrapped};
use super::screen::{decision, standing};

/// The lines, for a pane of this width.
pub(super) fn lines(app: &App, user: &OrgUser, person: Option<&Person>, width: usize) -> Vec<Line> {
    let theme = &app.look.theme;
    let dot = format!(" {} ", app.look.glyphs.middot);
    let (name, address) = (shown(&user.display_name, "name"), shown(&user.principal_name, "address"));
    let mut lines = vec![Line::of(name.as_ref(), theme.title)];
    if columns(&name) + columns(&address) + 1 < width {
        lines = vec![Line::of(name.as_ref(), theme.title).right(address.as_ref(), theme.text)];
    } else {
        lines.push(Line::of(address.as_ref(), theme.text));
    }
    if has_suspicious(&user.display_name) || has_suspicious(&user.principal_name) {
        let mut found = hidden(&user.display_name);
        found.extend(hidden(&user.principal_name));
        found.dedup();
        let named = if found.is_empty() { String::new() } else { format!(": {}", found.join(", ")) };
        let text = format!("hidden or misleading characters in the name or address, shown as marks{named}");
        lines.extend(wrapped(&text, width, theme.bad));
    }
    let mut facts = Vec::new();
    facts.push(format!("last access {}", last_access(user.last_accessed, app.now())));
    facts.push(user.access_level.as_deref().unwrap_or("access level unknown").to_owned());
    if let Some(person) = person {
        facts.push(person.outcome.shown().to_owned());
        match person.privileged {
            Some(true) => facts.push("privileged".to_owned()),
            None => facts.push("privileged or not is unknown".to_owned()),
            Some(false) => {}
        }
    }
    if let Some(found) = app.model.facts.tokens.get().and_then(|all| all.people.get(&user.storage_key)) {
        facts.push(format!("{} tokens, {} SSH keys", found.access_tokens, found.ssh_keys));
    }
    if let Some(news) = app.model.news.of(&user.storage_key) {
        let by_us = app.model.plan.row(&user.storage_key).is_some_and(|row| row.attempts > 0);
        facts.push(crate::domain::news::words(news, by_us, person.map(|person| person.outcome)));
    }
    match in_columns(&facts, &dot, width, theme.dim) {
        Some(line) => lines.push(line),
        None => lines.extend(wrapped(&facts.join(&dot), width, theme.dim)),
    }
    decided(app, user, person, width, &mut lines);
    let is_undecided = app.model.plan.row(&user.storage_key).is_none_or(|row| !row.decision.is_decided());
    if is_undecided && person.is_some_and(|person| person.outcome == Outcome::Hazard) {
        let key = |action: Action| app.keymap.shown(action);
        let text = format!(
            "({} if both are one person after all, {} removes them)",
            key(Action::SamePerson),
            key(Action::Remove)
        );
        lines.extend(wrapped(&text, width, theme.dim));
    }
    if let Some((_, why)) = app.mapping.refusal.as_ref().filter(|(key, _)| *key == user.storage_key) {
        lines.extend(wrapped(&format!("not decided: {why}"), width, theme.bad));
    }
    // Where candidates stand below, their evidence says the same, and in fewer bytes over the wire.
    let said_below = matches!(
        person.map(|person| person.outcome),
        Some(Outcome::Safe | Outcome::Review | Outcome::Hazard | Outcome::Automatic | Outcome::Connected)
    ) && !app.mapping.proposals().is_empty();
    if let Some(person) = person.filter(|_| !said_below) {
        lines.extend(wrapped(&person.why, width, theme.dim));
    }
    lines
}

/// Last access, access level, and the rest, each in columns of its own: from person to person most of it stays where it is.
fn in_columns(facts: &[String], dot: &str, width: usize, style: Style) -> Option<Line> {
    /// Where the access level and the rest begin.
    const AT: [u16; 2] = [26, 48];
    let [last, access, rest @ ..] = facts else { return None };
    let rest = rest.join(dot);
    let [second, third] = AT.map(usize::from);
    let access_ends = second + columns(access);
    // An access level of many words pushes the rest aside.
    let gap = if access_ends < third { "" } else { dot };
    let fits = columns(last) < second && third.max(access_ends + columns(gap)) + columns(&rest) <= width;
    let line =
        || Line::of(last, style).to(AT[0]).then(access, style).then(gap, style).to(AT[1]).then(rest, style);
    (width >= WIDE && fits).then(line)
}

/// What was decided, how it stands, and what to do where it failed.
fn decided(app: &App, user: &OrgUser, person: Option<&Person>, width: usize, lines: &mut Vec<Line>) {
    let theme = &app.look.theme;
    let Some(row) = app.model.plan.row(&user.storage_key).filter(|row| row.decision.is_decided()) else {
        return;
    };
    let (glyph, _, style) = standing(app, user, person);
    let verify = app.keymap.shown(Action::VerifyAgain);
    let mut text = format!("{glyph} {}", decision(app, row));
    match row.state {
        RowState::Planned => {
            if let Some(at) = row.decided_at {
                text = format!("{text}, decided {}", ago(at, app.now()));
            }
        }
        RowState::Applied => text = format!("{text}: applied, not verified yet ({verify})"),
        RowState::Unknown => {
            text = format!("{text}: sent, and nobody knows whether it happened; {verify} reads it back");
        }
        RowState::Sending => text.push_str(": being sent"),
        other => text = format!("{text}: {}", other.name()),
    }
    lines.extend(wrapped(&text, width, style));
    if row.needs_a_look {
        let key = app.keymap.shown(Action::SamePerson);
        let text =
            format!("needs a look: something changed since; decide again, or {key} confirms that it holds");
        lines.extend(wrapped(&text, width, theme.caution));
    }
    if let Some(key) = &row.new_storage_key {
        lines.extend(wrapped(&format!("under a new key: {key}"), width, theme.dim));
    }
    if let Some(error) = &row.error {
        let style = if row.state == RowState::Skipped { theme.dim } else { theme.bad };
        lines.extend(wrapped(error, width, style));
    }
    if let Some(note) = &row.note {
        lines.extend(wrapped(&format!("note: {note}"), width, theme.dim));
    }
}
