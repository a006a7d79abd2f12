//! Drawing the right side: the person, the candidates with what agrees and what contradicts, or what the search found.
//!
//! The highlighted pair is reported as drawn only when its head and the first of its warnings are really on the frame and
//! nothing lies over it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::people::OrgUser;
use crate::domain::plan::needs_decision;
use crate::domain::text::{clean, has_suspicious};
use crate::domain::{Candidate, Outcome, Person, RowState, TenantUser};
use crate::tui::actions::Action;
use crate::tui::app::{App, ViewState};
use crate::tui::overlay::{Overlay, text_field};
use crate::tui::people::People;
use crate::tui::widgets::names::{hidden, shown};
use crate::tui::widgets::pen::{Pen, wrap};
use crate::tui::widgets::words::{ago, count, last_access};

use super::proposals::{Reason, current, judged, loading};
use super::reasons::{account, reasons};
use super::screen::{decision, standing};
use super::search::Search;
use super::{Proposed, Side};

/// Columns before the words of a reason: sign, kind.
const KIND: usize = 10;
/// Below this width the kinds are left out: the words say it too.
const NO_KINDS: usize = 44;
/// Below this width nothing is offered for accepting: too little of it could be read.
const NARROWEST: usize = 20;

/// One line: parts from the left, one at the right end, and whether the gutter stands before it.
#[derive(Debug, Default)]
struct Line {
    parts: Vec<(String, Style)>,
    right: Option<(String, Style)>,
    selected: bool,
}

impl Line {
    fn of(text: impl Into<String>, style: Style) -> Self {
        Self { parts: vec![(text.into(), style)], ..Self::default() }
    }
}

fn wrapped(text: &str, width: usize, style: Style) -> impl Iterator<Item = Line> {
    wrap(text, width).into_iter().map(move |line| Line::of(line, style))
}

fn draw(app: &App, lines: &[Line], area: Rect, buf: &mut Buffer) {
    let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
    for (row, line) in (0..area.height).zip(lines) {
        let mut pen = Pen::line(buf, area, row, glyphs.ellipsis);
        if line.selected {
            let focused = app.mapping.side == Side::Candidates;
            pen.write(glyphs.gutter, if focused { theme.gutter } else { theme.accent });
        }
        if line.selected || matches!(line.parts.first(), Some((text, _)) if text.is_empty()) {
            pen.to(area.x + 2);
        }
        if let Some((text, style)) = &line.right {
            pen.right(text, *style);
        }
        for (text, style) in &line.parts {
            pen.write(text, *style);
        }
    }
}

/// Draws the right side, and reports the highlighted pair where it is on the frame.
pub fn view(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let Some(key) = app.mapping.list.selected() else { return };
    let Some(user) = People::of(&app.model).get(key) else { return };
    let analysis = app.model.analysis.as_ref();
    let person = analysis.and_then(|analysis| analysis.forecast.as_ref()?.get(key));
    let width = usize::from(area.width);
    let mut facts = person_lines(app, user, person, width);
    // The candidates are what this side is for: the facts give way where there is little room.
    let most = usize::from(if area.height >= 16 { area.height / 2 } else { area.height / 3 }).max(1);
    facts.truncate(most);
    if area.height >= 20 {
        // From person to person the candidates begin in the same line: what stays is not sent again.
        facts.resize_with(facts.len().max(4), Line::default);
    }
    let taken = u16::try_from(facts.len()).unwrap_or(area.height).min(area.height);
    draw(app, &facts, Rect { height: taken, ..area }, buf);
    let gap = u16::from(area.height >= 12);
    let below = Rect { y: area.y + taken + gap, height: area.height.saturating_sub(taken + gap), ..area };
    if let Some(Overlay::Search(search)) = app.overlays.last() {
        searching(app, search, user, view, below, buf);
    } else {
        proposals(app, view, below, buf);
    }
}

fn person_lines(app: &App, user: &OrgUser, person: Option<&Person>, width: usize) -> Vec<Line> {
    let theme = &app.look.theme;
    let dot = format!(" {} ", app.look.glyphs.middot);
    let (name, address) = (shown(&user.display_name, "name"), shown(&user.principal_name, "address"));
    let mut first = Line::of(name.as_ref(), theme.title);
    first.right = Some((address.to_string(), theme.text));
    let mut lines = vec![first];
    if name.chars().count() + address.chars().count() + 1 >= width {
        lines = vec![Line::of(name.as_ref(), theme.title), Line::of(address.as_ref(), theme.text)];
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
    facts.extend(user.access_level.as_deref().map(str::to_owned));
    facts.push(format!("last access {}", last_access(user.last_accessed, app.now())));
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
    lines.extend(wrapped(&facts.join(&dot), width, theme.dim));
    decided(app, user, person, width, &mut lines);
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

fn proposals(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let width = usize::from(area.width);
    let key = |action: Action| app.keymap.shown(action);
    // The way to the search stands at the foot, in the same cells for everybody.
    let mut list = area;
    if let (Some(directory), 8..) = (&app.model.directory.value, area.height) {
        list.height -= 1;
        let text = format!(
            "({} searches all {} people of the tenant)",
            key(Action::SearchTenant),
            count(directory.len())
        );
        Pen::line(buf, area, list.height, app.look.glyphs.ellipsis).write(&text, theme.dim);
    }
    let loading = loading(&app.model);
    let mut lines = Vec::new();
    let mut highlighted = None;
    if let Some(why) = loading {
        let problem = app.model.directory.problem.as_ref().or(app.model.roster.problem.as_ref());
        let text = problem.map_or_else(|| why.to_owned(), ToString::to_string);
        lines.extend(wrapped(&text, width, if problem.is_some() { theme.bad } else { theme.dim }));
    }
    for proposed in app.mapping.proposals() {
        let selected = app.mapping.highlighted() == Some(proposed);
        let start = lines.len();
        let (block, needed) = block(app, proposed, selected, width);
        lines.extend(block);
        if selected {
            highlighted = Some((start, lines.len(), needed));
        }
    }
    if app.mapping.proposals().is_empty() && loading.is_none() && needs_somebody(app) {
        let text = format!(
            "Nobody in the tenant is like this person. {} searches everybody, {} invites, {} removes, {} keeps.",
            key(Action::SearchTenant),
            key(Action::Invite),
            key(Action::Remove),
            key(Action::Keep)
        );
        lines.extend(wrapped(&text, width, theme.dim));
    }
    let height = usize::from(list.height);
    let top = highlighted.map_or(0, |(start, end, _)| end.saturating_sub(height).min(start));
    draw(app, lines.get(top..).unwrap_or_default(), list, buf);
    if lines.len().saturating_sub(top) > height && height > 0 {
        Pen::line(buf, list, list.height - 1, app.look.glyphs.ellipsis)
            .to(list.right().saturating_sub(1))
            .write(app.look.glyphs.down, theme.dim);
    }
    let visible =
        highlighted.is_some_and(|(start, _, needed)| start - top + needed <= height && width >= NARROWEST);
    if visible && app.overlays.is_empty() {
        view.drawn.proposal = current(app);
    }
}

/// Whether anybody has to be found for the selected person.
fn needs_somebody(app: &App) -> bool {
    let forecast = app.model.analysis.as_ref().and_then(|analysis| analysis.forecast.as_ref());
    let person = forecast.zip(app.mapping.list.selected()).and_then(|(forecast, key)| forecast.get(key));
    person.is_some_and(needs_decision)
}

/// One candidate: everything about the highlighted one, the strongest reason of the others. With it, how many of the lines
/// must be on the frame before the candidate can be accepted.
fn block(app: &App, proposed: &Proposed, selected: bool, width: usize) -> (Vec<Line>, usize) {
    let theme = &app.look.theme;
    let candidate = &proposed.candidate;
    let target = app.model.directory.value.as_ref().and_then(|directory| directory.get(candidate.object_id));
    let mut lines = head(app, candidate, target, selected, width);
    let facts = target.filter(|_| selected).map(|target| indented(&account(app, target), theme.dim));
    let (above, below) = if width < NO_KINDS { (None, facts) } else { (facts, None) };
    lines.extend(above);
    match proposed.reason {
        Reason::Found => {}
        Reason::Picked => lines.push(indented("chosen from the search", theme.dim)),
        Reason::Decided => lines.push(indented("decided", theme.good)),
    }
    let user = app.mapping.list.selected().and_then(|key| People::of(&app.model).get(key));
    let reasons = reasons(app, candidate, user, target);
    let shown = if selected { reasons.len() } else { 1 };
    let mut needed = lines.len();
    // Warnings come first: what speaks against it must be on the frame when it is accepted.
    for (sign, kind, detail, style) in reasons.into_iter().take(shown) {
        // Without a column of its own the kind leads the words.
        let (kind, detail) = if width < NO_KINDS {
            (String::new(), format!("{kind}: {detail}"))
        } else {
            (format!("{kind:<KIND$} "), detail)
        };
        let lead = format!("  {sign} {kind}");
        let indent = lead.chars().count();
        let mut detail = wrap(&detail, width.saturating_sub(indent + 2).max(8));
        if !selected {
            detail.truncate(1);
        }
        if needed == lines.len() && !candidate.warnings.is_empty() {
            needed += detail.len();
        }
        for (at, line) in detail.into_iter().enumerate() {
            let lead = if at == 0 { lead.clone() } else { " ".repeat(indent) };
            lines.push(Line {
                parts: vec![(String::new(), style), (lead, style), (line, theme.text)],
                ..Line::default()
            });
        }
    }
    lines.extend(below);
    (lines, needed)
}

fn indented(text: &str, style: Style) -> Line {
    Line { parts: vec![(String::new(), style), (format!("  {text}"), style)], ..Line::default() }
}

fn head(
    app: &App,
    candidate: &Candidate,
    target: Option<&TenantUser>,
    selected: bool,
    width: usize,
) -> Vec<Line> {
    let theme = &app.look.theme;
    // `.91` is quicker to compare than `0.91`; a whole match is 1.
    let score = format!("{:.2}", candidate.score.clamp(0.0, 1.0));
    let score = score.strip_prefix('0').unwrap_or(&score).to_owned();
    let Some(target) = target else {
        let text = format!("{} is not among the people of the tenant", candidate.object_id);
        return vec![Line { selected, ..Line::of(text, theme.bad) }];
    };
    let mut first = Line {
        parts: vec![
            (String::new(), theme.text),
            (shown(target.display_name(), "name").into_owned(), theme.title),
        ],
        right: Some((score, theme.dim)),
        selected,
    };
    let name = clean(target.display_name()).chars().count();
    let upn = clean(target.user_principal_name()).chars().count();
    if name + upn + 11 <= width {
        first.parts.push(("   ".to_owned(), theme.text));
        first.parts.push((target.user_principal_name().to_string(), theme.text));
        return vec![first];
    }
    vec![first, indented(target.user_principal_name(), theme.text)]
}

/// The search: the field, then those found; evidence and warnings of the highlighted one.
fn searching(app: &App, search: &Search, user: &OrgUser, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let width = usize::from(area.width);
    {
        let mut pen = Pen::line(buf, area, 0, app.look.glyphs.ellipsis);
        pen.write("search: ", theme.accent);
        text_field(&search.input, &mut pen, area.y, view, theme.text);
    }
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let found = search.found();
    let all = app.model.directory.value.as_ref().map_or(0, |directory| directory.len());
    if found.is_empty() {
        let text = match (search.input.value().trim().is_empty(), search.answered) {
            (true, _) => format!("name, address, or object id; all {} people of the tenant", count(all)),
            (false, false) => "searching".to_owned(),
            (false, true) => "nobody in the tenant fits".to_owned(),
        };
        draw(app, &[Line::of(text, theme.dim)], list, buf);
        return;
    }
    let cursor = found.iter().position(|id| Some(*id) == search.cursor);
    // What is known about the highlighted pair stands below it; the list scrolls in what is left.
    let height = usize::from(list.height);
    let mut about = Vec::new();
    if let Some(candidate) = search.cursor.and_then(|id| judged(app, user, id)) {
        let proposed = Proposed { candidate, reason: Reason::Found };
        (about, _) = block(app, &proposed, true, width);
        for line in &mut about {
            line.selected = false;
        }
        // Name and address stand in the row already.
        let target = app.model.directory.value.as_ref().and_then(|all| all.get(proposed.candidate.object_id));
        about.drain(..head(app, &proposed.candidate, target, true, width).len().min(about.len()));
        about.truncate(height / 2);
    }
    let rows = height.saturating_sub(about.len());
    view.drawn.page = rows.max(1);
    let window = view.candidates.window(
        cursor,
        found.len(),
        rows,
        |at| found.get(at).copied(),
        |id| found.iter().position(|it| it == id),
    );
    let mut lines = Vec::new();
    for at in window {
        let target = found.get(at).and_then(|id| app.model.directory.value.as_ref()?.get(*id));
        let Some(target) = target else { continue };
        lines.push(Line {
            parts: vec![
                (String::new(), theme.text),
                (shown(target.display_name(), "name").into_owned(), theme.text),
                ("  ".to_owned(), theme.text),
                (target.user_principal_name().to_string(), theme.dim),
            ],
            right: None,
            selected: cursor == Some(at),
        });
        if cursor == Some(at) {
            lines.append(&mut about);
        }
    }
    draw(app, &lines, list, buf);
}
