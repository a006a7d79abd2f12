//! A desk with a dashboard on it: keys are typed by name, frames are drawn into a buffer, and the effects are kept.

use std::fmt::Write as _;
use std::sync::Arc;

use ado2entra::tasks::{self, Context, Msg};
use ado2entra::tui::app::Analysing;
use ado2entra::tui::keymap::Key;
use ado2entra::tui::update::prepare;
use ado2entra::tui::view::render;
use ado2entra::tui::{App, Effect, Event, UiSettings, ViewState, update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::people;
use crate::made_up::{context, now};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub struct Desk {
    pub app: App,
    pub view: ViewState,
    pub size: (u16, u16),
}

impl Desk {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::with(context(), &UiSettings::default())
    }

    pub fn with(context: Context, settings: &UiSettings) -> Self {
        let app = App::new(Arc::new(context), settings, now()).unwrap();
        Self { app, view: ViewState::default(), size: (120, 40) }
    }

    /// Everything was read and compared, and the plan is open.
    pub fn ready() -> Self {
        let mut desk = Self::new();
        desk.read(&people::Office::ordinary());
        desk
    }

    /// These people were read and compared, and the plan is open.
    pub fn read(&mut self, office: &people::Office) {
        for msg in office.messages() {
            self.tell(msg);
        }
        // What changed while the first analysis was under way.
        while self.app.analysing != Analysing::No {
            self.tell(office.analysed(&office.roster(), &office.directory()));
        }
        self.draw();
    }

    /// A message; what it causes.
    pub fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.app, Event::Msg(msg))
    }

    /// Types keys by name, with a frame before each; what they cause.
    pub fn keys(&mut self, names: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for name in names.split_whitespace() {
            self.draw();
            effects.extend(self.press(name));
        }
        self.draw();
        effects
    }

    /// One key without a frame before it.
    pub fn press(&mut self, name: &str) -> Vec<Effect> {
        let key = Key::parse(name).unwrap();
        let mut modifiers = KeyModifiers::NONE;
        if key.ctrl {
            modifiers |= KeyModifiers::CONTROL;
        }
        if matches!(key.code, KeyCode::Char(c) if c.is_uppercase()) || key.code == KeyCode::BackTab {
            modifiers |= KeyModifiers::SHIFT;
        }
        update(&mut self.app, Event::Key(KeyEvent::new(key.code, modifiers)))
    }

    /// Types a text, letter by letter.
    pub fn type_text(&mut self, text: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for c in text.chars() {
            effects.extend(update(
                &mut self.app,
                Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)),
            ));
        }
        self.draw();
        effects
    }

    /// Draws a frame, and tells the dashboard what was on it.
    pub fn draw(&mut self) -> Buffer {
        prepare(&mut self.app);
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buf = Buffer::empty(area);
        render(&self.app, &mut self.view, area, &mut buf);
        update(&mut self.app, Event::Drawn(self.view.drawn.clone()));
        buf
    }

    /// The frame at this size, text only.
    pub fn text(&mut self, width: u16, height: u16) -> String {
        self.size = (width, height);
        let buf = self.draw();
        lines(&buf).join("\n")
    }

    /// The frame at this size with its styles, for a snapshot.
    pub fn screen(&mut self, width: u16, height: u16) -> String {
        self.size = (width, height);
        picture(&self.draw())
    }

    /// Answers a save: the rows are on disk.
    pub fn confirm_saves(&mut self, effects: &[Effect]) -> Vec<Effect> {
        let mut more = Vec::new();
        for effect in effects {
            if let Effect::Task(tasks::Effect::SaveRows(number, _)) = effect {
                more.extend(self.tell(Msg::RowsSaved(*number)));
            }
        }
        self.draw();
        more
    }

    pub fn toast(&self) -> String {
        self.app.toasts.current(self.app.now()).map(|toast| toast.text.clone()).unwrap_or_default()
    }
}

/// The text of a frame, line by line; the second half of a wide character is left out.
pub fn lines(buf: &Buffer) -> Vec<String> {
    (0..buf.area.height)
        .map(|y| {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..buf.area.width {
                let symbol = buf[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = ado2entra::tui::widgets::pen::width(symbol).saturating_sub(1);
                line.push_str(symbol);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

fn style_name(style: Style) -> String {
    let mut name = String::new();
    if let Some(color) = style.fg.filter(|color| *color != Color::Reset) {
        let _ = write!(name, " {color}");
    }
    if let Some(color) = style.bg.filter(|color| *color != Color::Reset) {
        let _ = write!(name, " on {color}");
    }
    if style.add_modifier != Modifier::empty() {
        let _ = write!(name, " {:?}", style.add_modifier);
    }
    name.trim().to_owned()
}

/// Text and styles of a frame: each line is followed by the runs of cells that are not plain.
pub fn picture(buf: &Buffer) -> String {
    let mut out = String::new();
    for (y, line) in (0u16..).zip(lines(buf)) {
        let _ = writeln!(out, "|{line}");
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buf.area.width {
            let name = style_name(buf[(x, y)].style());
            match runs.last_mut() {
                Some((_, end, same)) if *end == x && *same == name => *end = x + 1,
                _ => runs.push((x, x + 1, name)),
            }
        }
        let runs: Vec<String> = runs
            .into_iter()
            .filter(|(_, _, name)| !name.is_empty())
            .map(|(from, to, name)| format!("{from}..{to} {name}"))
            .collect();
        if !runs.is_empty() {
            let _ = writeln!(out, "      {}", runs.join(", "));
        }
    }
    out
}
