//! Details of one person: who they are in the organization, what happens to them and why, who they may be in the tenant,
//! and what was decided.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::news::{TenantMark, words};
use crate::domain::people::OrgUser;
use crate::domain::plan::PlanRow;
use crate::domain::text::has_suspicious;
use crate::domain::{Candidate, Decision, Person, RowState};
use crate::tui::app::{App, ViewState};
use crate::tui::people::People;
use crate::tui::view::pane;
use crate::tui::widgets::names::{hidden, shown};
use crate::tui::widgets::pen::wrap;
use crate::tui::widgets::words::{ago, last_access};

use super::screen::outcome_style;

/// The day of a moment, in UTC.
fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

/// Lines that are longer than the pane go on below.
struct Lines {
    width: usize,
    lines: Vec<(String, Style)>,
}

impl Lines {
    fn text(&mut self, text: &str, style: Style) {
        self.lines.extend(wrap(text, self.width).into_iter().map(|line| (line, style)));
    }

    fn fact(&mut self, name: &str, value: &str, style: Style) {
        if value.is_empty() {
            return;
        }
        let lead = format!("{name:<13}");
        for (at, line) in wrap(value, self.width.saturating_sub(13)).into_iter().enumerate() {
            self.lines
                .push((format!("{}{line}", if at == 0 { lead.as_str() } else { "             " }), style));
        }
    }

    fn gap(&mut self) {
        self.lines.push((String::new(), Style::new()));
    }
}

/// Draws the details of the selected person.
pub fn view(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let Some(key) = app.users.list.selected() else { return };
    let people = People::of(&app.model);
    let Some(user) = people.get(key) else { return };
    let person = app
        .model
        .analysis
        .as_ref()
        .and_then(|analysis| analysis.forecast.as_ref())
        .and_then(|forecast| forecast.get(key));
    let lines = lines(app, user, person, usize::from(area.width));
    pane(app, view, &lines, app.users.scrolled, area, buf);
}

fn lines(app: &App, user: &OrgUser, person: Option<&Person>, width: usize) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let mut out = Lines { width, lines: Vec::new() };
    out.text(&shown(&user.display_name, "name"), theme.title);
    for (what, text) in [("name", &user.display_name), ("address", &user.principal_name)] {
        let hidden = hidden(text);
        if !hidden.is_empty() {
            out.text(&format!("hidden in the {what}: {}", hidden.join(", ")), theme.bad);
        } else if has_suspicious(text) {
            out.text(&format!("heaps of marks on letters in the {what}, cut"), theme.bad);
        }
    }
    if let Some(person) = person {
        out.fact("outcome", person.outcome.shown(), outcome_style(person.outcome, theme));
        out.fact("why", &person.why, theme.text);
        if person.may_map_by_itself {
            out.fact("", "may map by itself; the reading after connecting decides", theme.caution);
        }
        match person.privileged {
            Some(true) => {
                out.fact("privileged", "operator, owner or administrator: decided one by one", theme.caution);
            }
            Some(false) => {}
            None => out.fact("privileged", "not known, the administrators were not read", theme.caution),
        }
    }
    news(app, user, person, &mut out);
    decision(app, user, &mut out);
    out.gap();
    out.fact("signs in as", &shown(&user.principal_name, "address"), theme.text);
    out.fact("mail", user.mail.as_deref().unwrap_or_default(), theme.text);
    out.fact("access", user.access_level.as_deref().unwrap_or_default(), theme.text);
    out.fact("last access", &last_access(user.last_accessed, app.now()), theme.text);
    out.fact("added", &user.created.map(day).unwrap_or_default(), theme.text);
    let origin = match user.domain.as_deref() {
        Some(domain) => format!("{} ({domain})", user.origin.as_str()),
        None => user.origin.as_str().to_owned(),
    };
    out.fact("origin", &origin, theme.text);
    out.fact("storage key", user.storage_key.as_str(), theme.dim);
    tokens(app, user, &mut out);
    for candidate in person.iter().flat_map(|person| person.candidates.iter()) {
        candidate_lines(app, candidate, &mut out);
    }
    out.lines
}

/// What changed about the person since the administrator asked for a reading.
fn news(app: &App, user: &OrgUser, person: Option<&Person>, out: &mut Lines) {
    let Some(news) = app.model.news.of(&user.storage_key) else { return };
    let by_us = app.model.plan.row(&user.storage_key).is_some_and(|row| row.attempts > 0);
    let words = words(news, by_us, person.map(|person| person.outcome));
    out.fact("news", &format!("{words}, {}", ago(news.at, app.now())), app.look.theme.accent);
}

fn decision(app: &App, user: &OrgUser, out: &mut Lines) {
    let theme = &app.look.theme;
    if app.saving.pending().contains_key(&user.storage_key) {
        out.fact("decision", "being saved", theme.caution);
    }
    let Some(row) = app.model.plan.row(&user.storage_key) else {
        out.fact("decision", "undecided", theme.dim);
        return;
    };
    out.fact("decision", &sentence(app, row), theme.text);
    if row.needs_a_look {
        out.fact(
            "",
            "needs a look: the outcome changed since; apply refuses it until it is confirmed",
            theme.caution,
        );
    }
    if let Some(note) = &row.note {
        out.fact("note", note, theme.text);
    }
    if row.state != RowState::Planned {
        out.fact("state", row.state.name(), theme.text);
    }
    if let Some(error) = &row.error {
        out.fact("error", error, theme.bad);
    }
}

fn sentence(app: &App, row: &PlanRow) -> String {
    let what = match &row.decision {
        Decision::Map { target } => {
            let target = app
                .model
                .directory
                .value
                .as_ref()
                .and_then(|directory| directory.get(*target))
                .map_or_else(|| target.to_string(), |user| user.user_principal_name().to_string());
            format!("map {} {target}", app.look.glyphs.arrow)
        }
        Decision::Invite { address } => format!("invite {address}"),
        other => other.name().to_owned(),
    };
    match row.decided_at {
        Some(at) => format!("{what}, {}", ago(at, app.now())),
        None => what,
    }
}

fn tokens(app: &App, user: &OrgUser, out: &mut Lines) {
    let theme = &app.look.theme;
    let Some(inventory) = app.model.facts.tokens.get() else { return };
    if let Some(found) = inventory.people.get(&user.storage_key) {
        let text = format!("{} access tokens, {} SSH keys", found.access_tokens, found.ssh_keys);
        out.fact("tokens", &text, theme.text);
    } else if let Some(why) = inventory.unread.get(&user.storage_key) {
        out.fact("tokens", &format!("not read: {why}"), theme.dim);
    }
}

fn candidate_lines(app: &App, candidate: &Candidate, out: &mut Lines) {
    let theme = &app.look.theme;
    let glyphs = &app.look.glyphs;
    out.gap();
    let user = app.model.directory.value.as_ref().and_then(|directory| directory.get(candidate.object_id));
    match user {
        Some(user) => {
            let name = shown(user.display_name(), "name");
            out.text(&format!("{name}   {:.2}", candidate.score), theme.title);
            out.fact("signs in as", &shown(user.user_principal_name(), "address"), theme.text);
            if let Some(mail) = user.mail() {
                out.fact("mail", mail, theme.text);
            }
            let mut facts = vec![user.user_type.map_or("type unknown", |kind| kind.as_str()).to_lowercase()];
            facts.push(match user.enabled {
                Some(true) => "enabled".to_owned(),
                Some(false) => "disabled".to_owned(),
                None => "enabled or not is unknown".to_owned(),
            });
            if let Some(created) = user.created {
                facts.push(format!("created {}", day(created)));
            }
            out.fact("account", &facts.join(", "), theme.text);
            let news = match app.model.news.of_tenant_user(candidate.object_id) {
                Some(TenantMark::New) => "new in the tenant",
                Some(TenantMark::Changed) => "changed in the tenant",
                Some(TenantMark::Gone) => "deleted in the tenant",
                None => "",
            };
            out.fact("news", news, theme.accent);
        }
        None => out.text(&candidate.object_id.to_string(), theme.title),
    }
    for evidence in &candidate.evidence {
        out.fact(&format!("  {} {}", glyphs.signs[0], evidence.kind.name()), &evidence.detail, theme.good);
    }
    for warning in &candidate.warnings {
        out.fact(
            &format!("  {}", glyphs.bang),
            &format!("{}: {}", warning.kind.name(), warning.detail),
            theme.caution,
        );
    }
}
