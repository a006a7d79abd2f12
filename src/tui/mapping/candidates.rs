//! Drawing the right side: the person, then the candidates with what agrees and what contradicts, or what the search found.
//!
//! The person stays in sight; what does not fit below is scrolled to. The highlighted pair is reported as drawn only when its
//! head and the first of its warnings are really on the frame and nothing lies over it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::plan::needs_decision;
use crate::domain::text::clean;
use crate::domain::{Candidate, ObjectId, TenantUser};
use crate::tui::actions::Action;
use crate::tui::app::{App, ViewState};
use crate::tui::mouse::Target;
use crate::tui::overlay::Overlay;
use crate::tui::widgets::names::shown;
use crate::tui::widgets::pen::{Pen, width as columns};
use crate::tui::widgets::words::count;

use super::evidence::compared;
use super::layout::Layout;
use super::lines::{INDENT, Line, draw, wrapped};
use super::others::{Others, left_out, score};
use super::proposals::{Reason, current, loading};
use super::{Proposed, selected};
use super::{found, person};

/// Below this width nothing is offered for accepting: too little of it could be read.
const NARROWEST: usize = 20;
/// From this height on the person has lines of a fixed number, and the signs are explained.
const TALL: u16 = 20;
/// How many lines the highlighted candidate has there at least.
const BLOCK: usize = 7;
/// How many lines the person has there at least.
const PERSON: usize = 4;

/// Draws the right side, and reports the highlighted pair where it is on the frame.
pub fn view(app: &App, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let Some((user, person)) = selected(app) else { return };
    let width = usize::from(area.width);
    let mut facts = person::lines(app, user, person, width);
    if area.height >= TALL {
        // From person to person the candidates begin in the same line: what stays is not sent again.
        facts.resize_with(facts.len().max(PERSON), Line::default);
    }
    if let Some(Overlay::Search(search)) = app.overlays.last() {
        let most = most_of_person(area.height);
        facts.truncate(most);
        let taken = u16::try_from(facts.len()).unwrap_or(area.height).min(area.height);
        draw(app, &facts, Rect { height: taken, ..area }, buf);
        let gap = u16::from(area.height >= 12);
        let below = Rect { y: area.y + taken + gap, height: area.height.saturating_sub(taken + gap), ..area };
        found::view(app, search, user, view, below, buf);
        return;
    }
    Pane::of(app, facts, area).draw(app, view, buf);
}

/// The candidates are what this side is for: the person gives way where there is little room.
fn most_of_person(height: u16) -> usize {
    usize::from(if height >= 16 { height / 2 } else { height / 3 }).max(1)
}

/// Where a candidate stands among the lines.
struct Block {
    id: ObjectId,
    from: usize,
    to: usize,
    /// So many of its lines must be on the frame before it can be accepted.
    needed: usize,
    highlighted: bool,
}

/// Everything on the right side as lines, and how much of it is in sight.
struct Pane {
    lines: Vec<Line>,
    blocks: Vec<Block>,
    /// Lines of the person, and the free one behind them.
    head: usize,
    /// Of these, how many stay where nothing is scrolled.
    pinned: usize,
    area: Rect,
    /// The foot stands below.
    foot: bool,
}

impl Pane {
    fn of(app: &App, facts: Vec<Line>, area: Rect) -> Self {
        let gap = usize::from(area.height >= 12);
        let pinned = facts.len().min(most_of_person(area.height)) + gap;
        let mut lines = facts;
        lines.resize_with(lines.len() + gap, Line::default);
        let head = lines.len();
        let foot = area.height >= 10 && app.model.directory.value.is_some();
        let area = Rect { height: area.height - u16::from(foot), ..area };
        let mut pane = Self { lines, blocks: Vec::new(), head, pinned, area, foot };
        pane.candidates(app);
        pane
    }

    fn candidates(&mut self, app: &App) {
        let theme = &app.look.theme;
        let width = usize::from(self.area.width);
        let loading = loading(&app.model);
        if let Some(why) = loading {
            let problem = app.model.directory.problem.as_ref().or(app.model.roster.problem.as_ref());
            let text = problem.map_or_else(|| why.to_owned(), ToString::to_string);
            let style = if problem.is_some() { theme.bad } else { theme.dim };
            self.lines.extend(wrapped(&text, width, style));
        }
        let (all, left_out) = (app.mapping.proposals(), left_out(app));
        let mut others = Others::of(app);
        for proposed in all {
            let highlighted = app.mapping.highlighted() == Some(proposed);
            let from = self.lines.len();
            let needed = match (highlighted, left_out) {
                (true, _) => {
                    others.interrupted();
                    self.highlighted(app, proposed)
                }
                (false, 0) => {
                    self.other(app, proposed, &mut others);
                    0
                }
                (false, _) => continue,
            };
            let id = proposed.candidate.object_id;
            self.blocks.push(Block { id, from, to: self.lines.len(), needed, highlighted });
        }
        if left_out > 0 {
            let key = app.keymap.shown(Action::Candidates);
            let text = format!("{left_out} others are less like this person ({key} shows them)");
            self.lines.push(Line::at(INDENT).then(text, theme.dim));
        }
        if all.is_empty() && loading.is_none() && needs_somebody(app) {
            let key = |action: Action| app.keymap.shown(action);
            let text = format!(
                "Nobody in the tenant is like this person. {} searches everybody, {} invites, {} removes, {} keeps.",
                key(Action::SearchTenant),
                key(Action::Invite),
                key(Action::Remove),
                key(Action::Keep)
            );
            self.lines.extend(wrapped(&text, width, theme.dim));
        }
    }

    /// Everything about the highlighted candidate. Returns how many of the lines must be on the frame before it can be accepted.
    fn highlighted(&mut self, app: &App, proposed: &Proposed) -> usize {
        let theme = &app.look.theme;
        let width = usize::from(self.area.width);
        let layout = Layout::of(width);
        let is_roomy = self.area.height >= TALL && layout.is_beside();
        let (target, mut rows) = compared(app, &proposed.candidate);
        if layout.is_beside() {
            // What kind of account it is belongs to the heads of the columns, and stays where it is from person to person.
            rows.sort_by_key(|row| row.sign != " ");
        }
        let from = self.lines.len();
        self.lines.extend(head(app, &proposed.candidate, target, true, width));
        self.lines.extend(reason(app, proposed));
        if is_roomy {
            let context = &app.model.context;
            // `contoso` of `contoso.onmicrosoft.com`: the whole of it stands in the first line of the screen.
            let tenant = context.tenant.strip_suffix(".onmicrosoft.com").unwrap_or(&context.tenant);
            let (own, theirs) = (format!("in {}", context.organization), format!("in {tenant}"));
            self.lines.extend(layout.heads(&own, &theirs, theme.dim));
        }
        let mut needed = self.lines.len() - from;
        let against = rows.iter().position(|row| row.warns);
        for (at, row) in rows.iter().enumerate() {
            self.lines.extend(layout.lines(row, theme.text));
            // The first of what speaks against it must be on the frame.
            if Some(at) == against {
                needed = self.lines.len() - from;
            }
        }
        if is_roomy {
            // The others begin in the same line for everybody whose evidence is short.
            self.lines.resize_with(self.lines.len().max(from + BLOCK), Line::default);
        }
        needed
    }

    /// Another candidate: one line where there is room for it.
    fn other(&mut self, app: &App, proposed: &Proposed, others: &mut Others<'_>) {
        let width = usize::from(self.area.width);
        let layout = Layout::of(width);
        let (target, rows) = compared(app, &proposed.candidate);
        if let Some(line) = others.line(app, layout, &proposed.candidate, target, &rows) {
            self.lines.push(line);
        } else {
            self.lines.extend(head(app, &proposed.candidate, target, false, width));
            self.lines.push(layout.summary(&rows));
        }
        self.lines.extend(reason(app, proposed));
    }

    /// How many lines of the person stay above, the first line shown below them, and how far one can scroll.
    fn layout(&self) -> (usize, usize, usize) {
        let height = usize::from(self.area.height);
        let Some(hidden) = self.lines.len().checked_sub(height).filter(|hidden| *hidden > 0) else {
            return (self.head.min(height), self.head, 0);
        };
        let pinned = self.pinned.min(height);
        let room = height - pinned;
        let highlighted = self.blocks.iter().find(|block| block.highlighted);
        // Of a candidate further down the end is shown, or, where it is longer than the room, the beginning.
        let from = highlighted
            .map_or(self.head, |block| block.to.saturating_sub(room).min(block.from).max(self.head));
        (pinned, from, hidden.saturating_sub(from - self.head))
    }

    fn draw(&self, app: &App, view: &mut ViewState, buf: &mut Buffer) {
        let (pinned, base, end) = self.layout();
        view.drawn.details_end = end;
        let scrolled = app.mapping.scrolled.min(end);
        // Nothing scrolled: the person above, then the candidates. Scrolled: all of it as one text.
        let (pinned, from) = if scrolled == 0 { (pinned, base) } else { (0, base - self.head + scrolled) };
        let top = Rect { height: u16::try_from(pinned).unwrap_or(0), ..self.area };
        draw(app, self.lines.get(..pinned.min(self.head)).unwrap_or_default(), top, buf);
        let below = Rect { y: top.bottom(), height: self.area.height - top.height, ..self.area };
        draw(app, self.lines.get(from..).unwrap_or_default(), below, buf);
        let to = from + usize::from(below.height);
        for block in &self.blocks {
            let (first, last) = (block.from.max(from), block.to.min(to));
            if first < last {
                let y = below.y + u16::try_from(first - from).unwrap_or(0);
                let area = Rect { y, height: u16::try_from(last - first).unwrap_or(0), ..below };
                view.can_be_clicked(app, area, || Target::Candidate(block.id));
            }
        }
        view.can_be_clicked(app, self.area, || Target::Details);
        self.foot(app, end - scrolled, buf);
        let highlighted = self.blocks.iter().find(|block| block.highlighted);
        let is_visible = highlighted.is_some_and(|block| {
            block.from >= from && block.from + block.needed <= to && usize::from(self.area.width) >= NARROWEST
        });
        if is_visible && app.overlays.is_empty() {
            view.drawn.proposal = current(app);
        }
    }

    /// The way to the search and what the signs mean, in the same cells for everybody; on the right, what is not in sight.
    fn foot(&self, app: &App, left: usize, buf: &mut Buffer) {
        let (glyphs, theme) = (&app.look.glyphs, &app.look.theme);
        let line = Rect { y: self.area.bottom(), height: 1, ..self.area };
        let more = format!("{} {left} more, {}", glyphs.down, app.keymap.shown(Action::DetailsDown));
        if !self.foot {
            if left > 0 && self.area.height > 0 {
                let last = Rect { y: self.area.bottom() - 1, ..line };
                Pen::line(buf, last, 0, glyphs.ellipsis)
                    .to(last.right().saturating_sub(1))
                    .write(glyphs.down, theme.dim);
            }
            return;
        }
        let mut pen = Pen::line(buf, line, 0, glyphs.ellipsis);
        if left > 0 {
            pen.right(&more, theme.dim);
        }
        let key = app.keymap.shown(Action::SearchTenant);
        let all = app.model.directory.value.as_ref().map_or(0, |directory| directory.len());
        let text = format!("({key} searches all {} people of the tenant)", count(all));
        pen.write(&text, theme.dim);
        let [agrees, nearly, differs] = glyphs.signs;
        let legend = format!("{agrees} agrees {nearly} nearly {differs} differs {} missing", glyphs.dash);
        if left == 0 && pen.left() > columns(&legend) + 2 {
            pen.right(&legend, theme.dim);
        }
    }
}

/// Whether anybody has to be found for the selected person.
fn needs_somebody(app: &App) -> bool {
    selected(app).and_then(|(_, person)| person).is_some_and(needs_decision)
}

/// Why somebody whom the comparison did not find stands there.
fn reason(app: &App, proposed: &Proposed) -> Option<Line> {
    let theme = &app.look.theme;
    match proposed.reason {
        Reason::Found => None,
        Reason::Picked => Some(Line::at(INDENT).then("chosen from the search", theme.dim)),
        Reason::Decided => Some(Line::at(INDENT).then("decided", theme.good)),
    }
}

/// Name, sign-in name and score.
fn head(
    app: &App,
    candidate: &Candidate,
    target: Option<&TenantUser>,
    selected: bool,
    width: usize,
) -> Vec<Line> {
    let theme = &app.look.theme;
    let Some(target) = target else {
        let text = format!("{} is not among the people of the tenant", candidate.object_id);
        return vec![Line::at(INDENT).then(text, theme.bad).selected(selected)];
    };
    let name = shown(target.display_name(), "name");
    let address = target.user_principal_name();
    let style = if selected { theme.title } else { theme.text };
    let score = score(candidate);
    let first = Line::at(INDENT).then(name.as_ref(), style).right(score, theme.dim).selected(selected);
    if columns(&name) + columns(&clean(address)) + 11 <= width {
        return vec![first.then("   ", theme.text).then(address, theme.text)];
    }
    vec![first, Line::at(INDENT).then(address, theme.text)]
}
