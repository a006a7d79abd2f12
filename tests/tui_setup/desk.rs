//! A set-up screen with somebody who types, and trials that answer when told to.

use std::path::PathBuf;

use ado2entra::config::Config;
use ado2entra::tasks::setup::{Finding, Place, PlaceState, SetupEffect, SetupMsg, Subject};
use ado2entra::tui::ThemeName;
use ado2entra::tui::keymap::Key;
use ado2entra::tui::setup::{Effect, End, Event, State, first_effects, update, view};
use ado2entra::tui::theme::Look;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub const PATH: &str = "/home/jamal/.config/ado2entra/config.toml";

pub struct Desk {
    pub state: State,
    pub effects: Vec<Effect>,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(Config::default(), PlaceState::Free)
    }

    pub fn with(base: Config, place: PlaceState) -> Self {
        let look = Look::new(ThemeName::Ansi, false);
        let mut state = State::new(look, base, Some(PathBuf::from(PATH)));
        let effects = first_effects(&mut state);
        let mut desk = Self { state, effects };
        desk.tell(SetupMsg::PlaceSeen(Place { path: PATH.into(), state: place }));
        desk
    }

    pub fn event(&mut self, event: Event) {
        let effects = update(&mut self.state, event);
        self.effects.extend(effects);
    }

    pub fn tell(&mut self, msg: SetupMsg) {
        self.event(Event::Msg(msg));
    }

    pub fn keys(&mut self, names: &str) {
        for name in names.split_whitespace() {
            let key = Key::parse(name).unwrap();
            let modifiers = if key.ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
            self.event(Event::Key(KeyEvent::new(key.code, modifiers)));
        }
    }

    pub fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.event(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
    }

    /// The trials that were asked for since the last look, by subject.
    pub fn tried(&mut self) -> Vec<Subject> {
        std::mem::take(&mut self.effects)
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Task(SetupEffect::Try { subject, .. }) => Some(subject),
                _ => None,
            })
            .collect()
    }

    /// Answers the latest trial of a subject.
    pub fn answer(&mut self, subject: Subject, findings: Vec<Finding>) {
        let number = self
            .effects
            .iter()
            .rev()
            .find_map(|effect| match effect {
                Effect::Task(SetupEffect::Try { subject: of, number, .. }) if *of == subject => Some(*number),
                _ => None,
            })
            .unwrap_or_else(|| panic!("{subject:?} was not tried"));
        self.answer_number(subject, number, findings);
    }

    pub fn answer_number(&mut self, subject: Subject, number: u64, findings: Vec<Finding>) {
        for finding in findings {
            self.tell(SetupMsg::Found(subject, number, Box::new(finding)));
        }
        self.tell(SetupMsg::Ended(subject, number));
    }

    pub fn end(&self) -> Option<&End> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::End(end) => Some(end),
            _ => None,
        })
    }

    /// What stands on the screen.
    pub fn text(&mut self, width: u16, height: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let area = buf.area;
        let shown = view(&self.state, area, &mut buf);
        self.event(Event::Drawn(shown.end));
        let mut out = String::new();
        for y in 0..height {
            let line: String = (0..width).map(|x| buf[(x, y)].symbol()).collect();
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}
