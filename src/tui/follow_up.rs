//! `T`: whose access tokens and SSH keys have to be made anew. Reading goes on below it; what is known is listed at once.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::StorageKey;
use crate::domain::activity::Source;
use crate::domain::comparison::follow_up::{COLUMNS, Entry, FollowUp};
use crate::domain::papers::announce::Language;
use crate::domain::papers::letter::{self, Letters};
use crate::domain::text::clean;
use crate::tasks;

use super::app::{App, Effect, ViewState};
use super::export;
use super::overlay::{Overlay, Prompt, Purpose, moved};
use super::view::pane;
use super::widgets::frame::{dialog, divider};
use super::widgets::pen::{Pen, wrap};
use super::widgets::words::{count, people, span};

/// From this width on list and details stand beside each other.
const BOTH: u16 = 100;

/// The list over the tab.
#[derive(Debug, Clone, Default)]
pub struct Dialog {
    selected: Option<StorageKey>,
    details: bool,
    scrolled: usize,
    language: Language,
}

/// Opens the list; where nothing was read yet, reading begins.
pub fn open(app: &mut App) -> Vec<Effect> {
    app.overlays.push(Overlay::FollowUp(Dialog::default()));
    let is_reading = app.model.reading.contains_key(&Source::Tokens);
    if app.model.facts.tokens.get().is_some() || is_reading {
        return Vec::new();
    }
    vec![Effect::Task(tasks::Effect::ReadTokens)]
}

fn list(app: &App) -> Option<FollowUp> {
    let roster = app.model.roster.get()?;
    let facts = &app.model.facts;
    Some(FollowUp::of(facts.tokens.get()?, facts.workloads.get(), roster, app.now()))
}

fn place(open: &Dialog, entries: &[Entry]) -> usize {
    entries.iter().position(|entry| Some(&entry.storage_key) == open.selected.as_ref()).unwrap_or(0)
}

/// `j`/`k` move, `Enter` shows the letter, `y` copies it, `l` writes it in the other language, `e` exports the list, `r` reads
/// on, `Esc` leaves.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let (end, page) = (app.drawn.details_end, app.drawn.page.max(1));
    let Some(Overlay::FollowUp(open)) = app.overlays.last() else { return Vec::new() };
    let entries = list(app).map(|list| list.entries).unwrap_or_default();
    let (at, last) = (place(open, &entries), entries.len().saturating_sub(1));
    let is_open = open.details;
    match key.code {
        KeyCode::Esc | KeyCode::Char('q' | 'T') if !is_open => {
            app.overlays.pop();
            return Vec::new();
        }
        KeyCode::Char('r') => {
            if app.model.reading.contains_key(&Source::Tokens) {
                app.complain("they are being read");
                return Vec::new();
            }
            app.say("reading tokens and SSH keys, two calls or more a person");
            return vec![Effect::Task(tasks::Effect::ReadTokens)];
        }
        KeyCode::Char('y') => {
            let language = open.language;
            return entries
                .get(at)
                .map(|entry| Effect::Copy(words(app, entry, language)))
                .into_iter()
                .collect();
        }
        KeyCode::Char('e') => {
            let organization: String = app
                .model
                .context
                .organization
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            app.overlays.push(Overlay::Prompt(Prompt::new(
                "Export the tokens and keys to make anew as CSV",
                vec!["Into which file? An existing file is not replaced.".to_owned()],
                &format!("{organization}-follow-up.csv"),
                Purpose::ExportFollowUp,
            )));
            return Vec::new();
        }
        _ => {}
    }
    let Some(Overlay::FollowUp(open)) = app.overlays.last_mut() else { return Vec::new() };
    let to = moved(key.code, at, last, page);
    match key.code {
        KeyCode::Enter => (open.details, open.scrolled) = (!open.details, 0),
        KeyCode::Esc | KeyCode::Char('q' | 'T') => open.details = false,
        KeyCode::Char('l') => {
            open.language = match open.language {
                Language::English => Language::German,
                Language::German => Language::English,
            };
        }
        KeyCode::Char('J') => open.scrolled = (open.scrolled + 3).min(end),
        KeyCode::Char('K') => open.scrolled = open.scrolled.min(end).saturating_sub(3),
        _ if to != at => open.scrolled = 0,
        _ => {}
    }
    if to != at {
        open.selected = entries.get(to).map(|entry| entry.storage_key.clone());
    }
    Vec::new()
}

/// The effect that writes the list.
pub fn export_to(app: &mut App, path: &str) -> Vec<Effect> {
    let Some(list) = list(app) else {
        app.complain("nothing was read yet");
        return Vec::new();
    };
    let mut all = vec![COLUMNS.iter().map(|name| (*name).to_owned()).collect()];
    all.extend(list.rows());
    export::write_rows(app, "the follow-up", &all, path)
}

fn words(app: &App, entry: &Entry, language: Language) -> String {
    let profile = app.model.facts.destination_profile();
    let letters = Letters {
        organization: &app.model.context.organization,
        portal: &app.model.context.portal,
        tenant: profile.map_or(app.model.context.tenant.as_str(), |profile| profile.display_name.as_str()),
        contact: None,
        language,
        now: app.now(),
    };
    // The built-in words are tested to be a template.
    letter::template(letter::built_in(language))
        .map(|template| letters.text(&template, entry))
        .unwrap_or_default()
}

/// Over the whole tab.
pub fn view(app: &App, open: &Dialog, view: &mut ViewState, area: Rect, buf: &mut Buffer) {
    let (look, theme) = (&app.look, &app.look.theme);
    let inside = dialog(buf, area, "Tokens and SSH keys to make anew", look, theme.border);
    if inside.height < 4 {
        return;
    }
    let list = list(app);
    let mut head = header(app, list.as_ref(), usize::from(inside.width));
    head.truncate(usize::from(inside.height / 3).max(1));
    for (row, (line, style)) in (0..inside.height).zip(&head) {
        Pen::line(buf, inside, row, look.glyphs.ellipsis).write(line, *style);
    }
    let top = u16::try_from(head.len()).unwrap_or(0) + u16::from(inside.height >= 14);
    let body = Rect { y: inside.y + top, height: inside.height.saturating_sub(top + 1), ..inside };
    let entries = list.map(|list| list.entries).unwrap_or_default();
    let at = place(open, &entries);
    let both = inside.width >= BOTH;
    let left = if both { inside.width * 2 / 5 } else { inside.width };
    if both || !open.details {
        rows(app, &entries, at, Rect { width: left, ..body }, view, buf);
    }
    let beside = if both {
        divider(buf, body, body.x + left, look);
        Rect { x: body.x + left + 2, width: body.width.saturating_sub(left + 2), ..body }
    } else {
        body
    };
    if both || open.details {
        let lines: Vec<(String, Style)> = entries
            .get(at)
            .map(|entry| words(app, entry, open.language))
            .unwrap_or_default()
            .lines()
            .flat_map(|line| {
                if line.is_empty() { vec![String::new()] } else { wrap(line, usize::from(beside.width)) }
            })
            .map(|line| (line, theme.text))
            .collect();
        pane(app, view, &lines, open.scrolled, beside, buf);
    }
    let mut pen = Pen::line(buf, inside, inside.height - 1, look.glyphs.ellipsis);
    for (key, what) in [
        ("Enter", "letter"),
        ("y", "copy it"),
        ("l", "language"),
        ("e", "export"),
        ("r", "read on"),
        ("Esc", "leave"),
    ] {
        pen.write(key, theme.accent).write(" ", theme.text).write(what, theme.text).skip(2);
    }
}

fn header(app: &App, list: Option<&FollowUp>, width: usize) -> Vec<(String, Style)> {
    let theme = &app.look.theme;
    let mut out = Vec::new();
    let mut say = |text: &str, style: Style| {
        out.extend(wrap(text, width).into_iter().map(|line| (line, style)));
    };
    if let Some(progress) = app.model.reading.get(&Source::Tokens) {
        let mut words = "reading".to_owned();
        if let Some(total) = progress.total {
            words = format!("reading {} of {}", people(progress.items), count(total));
        }
        if let Some(left) = progress.remaining(app.now()) {
            words = format!("{words}, {} left", span(left));
        }
        say(
            &format!("{words}; leave it to go on below, the next time goes on where it stopped"),
            theme.accent,
        );
    } else if let Some(problem) = &app.model.facts.tokens.problem {
        say(&problem.to_string(), theme.bad);
    }
    let Some(list) = list else { return out };
    let dot = app.look.glyphs.middot;
    let [tokens, keys, global, soon] = list.counts();
    say(
        &format!(
            "{}: {tokens} access tokens {dot} {keys} SSH keys {dot} {global} for all organizations {dot} {soon} end soon",
            people(list.entries.len())
        ),
        theme.text,
    );
    let mut rest = format!("{} without", people(list.nothing));
    if list.open > 0 {
        rest = format!("{rest} {dot} {} not read yet (r)", people(list.open));
    }
    say(&rest, theme.dim);
    let [workloads, still] = list.workloads();
    if workloads > 0 {
        let nobodys = list.others.len();
        say(
            &format!(
                "{workloads} service connections and agent pools {dot} {still} stand still {dot} {nobodys} of nobody here"
            ),
            if still > 0 { theme.caution } else { theme.dim },
        );
    }
    if let Some(first) = list.not_read.first() {
        say(&format!("not readable: {}", clean(first)), theme.caution);
    }
    if let Some((who, why)) = list.unread.first() {
        say(
            &format!("{} not read, the first: {}: {why}", people(list.unread.len()), clean(who)),
            theme.caution,
        );
    }
    out
}

fn rows(app: &App, entries: &[Entry], at: usize, area: Rect, view: &mut ViewState, buf: &mut Buffer) {
    let (look, theme) = (&app.look, &app.look.theme);
    let room = usize::from(area.height);
    view.drawn.page = room.saturating_sub(1);
    let top = at.saturating_sub(room.saturating_sub(1));
    for (row, (number, entry)) in (0..area.height).zip(entries.iter().enumerate().skip(top)) {
        let mut pen = Pen::line(buf, area, row, look.glyphs.ellipsis);
        if number == at {
            pen.write(look.glyphs.gutter, theme.gutter);
        } else {
            pen.skip(1);
        }
        let urgent = entry.items.iter().any(|item| item.is_due() && (item.note.global || item.ends_soon()))
            || entry.workloads.iter().any(|one| one.good == Some(false));
        let (tokens, keys) = entry.items.iter().fold((0, 0), |(tokens, keys), item| {
            if item.note.ssh { (tokens, keys + 1) } else { (tokens + 1, keys) }
        });
        pen.write(if urgent { look.glyphs.bang } else { " " }, theme.caution).skip(1);
        let mut words = format!("{tokens} tokens, {keys} keys");
        if !entry.workloads.is_empty() {
            words = format!("{words}, {} more", entry.workloads.len());
        }
        pen.right(&words, theme.dim);
        pen.write(&clean(&entry.name), theme.text);
    }
}
