//! The set-up screen of the first start: asks for organization, destination tenant and the ways of signing in, tries each
//! answer as soon as it is left, says in words what is missing, and has the commented configuration written.
//!
//! ```text
//!  ado2entra  set-up                                       nothing is written before you say so
//!
//!    organization       fabrikam                    ✓ backed by Microsoft accounts
//!    destination        contoso.onmicrosoft.com     ✓ Contoso, EU, public cloud
//!  ▌ Azure DevOps by    < pat >                     ✗ AZURE_DEVOPS_EXT_PAT is not set
//!      variable         AZURE_DEVOPS_EXT_PAT
//!    Microsoft Graph by < azure-cli >               ~ asking
//!    after the switch   < entra >
//!    write the file
//!  ─────────────────────────────────────────────────────────────────────────────────
//!  A personal access token …    what was found, and what to do
//!  /home/…/config.toml will be written
//!  Tab next  Shift-Tab back  Left/Right choose  Esc leave
//! ```
//!
//! A small program of its own beside the dashboard, in the same way: [`update()`] without I/O and clock, [`view()`], and a loop
//! ([`run()`]) on the same terminal. Which fields there are follows from the chosen kinds ([`fields`]); secrets are never typed
//! here, only the names of what gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use tui_input::Input;

use crate::config::{
    AfterConnect, AzureDevOpsKind, Config, EntraKind, commented, lines_to_add, typed_command,
};
use crate::domain::text::clean_to;
use crate::tasks::setup::{Finding, Place, PlaceState, SetupEffect, SetupMsg, Subject};

use super::keymap::Key;
use super::overlay::edit;
use super::theme::Look;

mod draft;
pub mod fields;
mod outcome;
mod run;
mod screen;

pub use draft::Draft;
pub use fields::Field;
pub use outcome::{Outcome, Sign, of as outcome_of};
pub use run::{Start, run};
pub use screen::{Shown, view};

/// While somebody walks through the kinds with the arrow keys, nothing is tried.
const CHOOSING: Duration = Duration::from_millis(500);

/// The most characters that are taken from one paste.
const LONGEST_PASTE: usize = 1_000;

/// What comes in.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key.
    Key(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// From the tasks.
    Msg(SetupMsg),
    /// How far the explanation can be scrolled, by the frame just drawn.
    Drawn(usize),
}

/// What goes out.
#[derive(Debug, Clone)]
pub enum Effect {
    /// For the tasks.
    Task(SetupEffect),
    /// Copy this through the terminal.
    Copy(String),
    /// Suspend the program.
    Suspend,
    /// The set-up is over.
    End(End),
}

/// How the set-up ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Left without writing anything.
    Left,
    /// The file is written; this is what it says.
    Written(PathBuf, Box<Config>),
    /// Nothing could be written; this holds for the run that follows.
    ForNow(Box<Config>),
}

/// One try of a subject.
#[derive(Debug, Clone)]
pub struct Trial {
    number: u64,
    /// The values that were tried.
    values: Box<Config>,
    /// What was found so far.
    pub findings: Vec<Finding>,
    /// Whether everything was asked.
    pub ended: bool,
}

/// What the set-up remembers.
#[derive(Debug)]
pub struct State {
    /// Theme and glyphs.
    pub look: Look,
    /// What was given before: the environment, flags, a file without organization or tenant.
    base: Config,
    texts: BTreeMap<Field, Input>,
    azure: AzureDevOpsKind,
    entra: EntraKind,
    /// `None`: what fits the other two.
    after: Option<AfterConnect>,
    at: Field,
    /// Fields that somebody was in and left: only these complain that they are empty.
    left: BTreeSet<Field>,
    trials: BTreeMap<Subject, Trial>,
    number: u64,
    location: Option<PathBuf>,
    place: Option<Place>,
    writing: Option<Box<Config>>,
    notice: Option<(String, bool)>,
    scrolled: usize,
    end: usize,
}

impl State {
    /// Begins with what is given already. `location` is where the file belongs; `None` without a home folder.
    pub fn new(look: Look, base: Config, location: Option<PathBuf>) -> Self {
        let azure = &base.credentials.azure_devops;
        let entra = &base.credentials.entra;
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        let command = |command: &Option<crate::config::CommandLine>| {
            command.as_ref().map(typed_command).unwrap_or_default()
        };
        let path = |path: &Option<PathBuf>| {
            path.as_ref().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let texts = [
            (Field::Organization, given(&base.organization.name)),
            (Field::Tenant, given(&base.tenant.id)),
            (Field::AzureEnv, azure.env.clone()),
            (Field::AzureCommand, command(&azure.command)),
            (Field::EntraClient, given(&entra.client_id)),
            (Field::EntraSecret, given(&entra.secret_env)),
            (Field::EntraCertificate, path(&entra.certificate_file)),
            (Field::EntraKey, path(&entra.key_file)),
            (
                Field::EntraAssertion,
                entra.assertion_env.clone().unwrap_or_else(|| path(&entra.assertion_file)),
            ),
            (Field::EntraCommand, command(&entra.command)),
            (Field::EntraEnv, given(&entra.env)),
            (Field::AfterCommand, command(&azure.after_command)),
        ];
        Self {
            look,
            azure: azure.kind,
            entra: entra.kind,
            after: (azure.after_connect != AfterConnect::default()).then_some(azure.after_connect),
            texts: texts.into_iter().map(|(field, text)| (field, Input::new(text))).collect(),
            base,
            at: Field::Organization,
            left: BTreeSet::new(),
            trials: BTreeMap::new(),
            number: 0,
            location,
            place: None,
            writing: None,
            notice: None,
            scrolled: 0,
            end: 0,
        }
    }

    /// The fields that the chosen kinds need, from top to bottom.
    pub fn fields(&self) -> Vec<Field> {
        fields::visible(self.azure, self.entra, self.after())
    }

    /// Where the cursor is.
    pub fn at(&self) -> Field {
        self.at
    }

    /// The text of a field.
    pub fn text(&self, field: Field) -> &str {
        self.texts.get(&field).map_or("", Input::value)
    }

    /// The word that a choice shows.
    pub fn choice(&self, field: Field) -> Option<&'static str> {
        Some(match field {
            Field::AzureKind => self.azure.as_str(),
            Field::EntraKind => self.entra.as_str(),
            Field::AfterKind => self.after().as_str(),
            _ => return None,
        })
    }

    /// What has been found out about a subject.
    pub fn trial(&self, subject: Subject) -> Option<&Trial> {
        self.trials.get(&subject)
    }

    /// The way after the switch: chosen, or what fits.
    pub fn after(&self) -> AfterConnect {
        self.after.unwrap_or(match self.entra {
            // A token given for Graph cannot be asked for one for Azure DevOps.
            EntraKind::Command | EntraKind::Env => AfterConnect::AzureCli,
            _ => AfterConnect::Entra,
        })
    }

    /// The values as they stand there.
    pub fn draft(&self) -> Draft {
        Draft::of(self)
    }

    /// The place of the file, where it can be written.
    pub fn can_write(&self) -> Option<&PathBuf> {
        let place = self.place.as_ref()?;
        matches!(place.state, PlaceState::Free | PlaceState::OpenToOthers(_)).then_some(&place.path)
    }

    fn say(&mut self, text: impl Into<String>, bad: bool) {
        self.notice = Some((text.into(), bad));
    }
}

/// What is done before the first key: what is given already is tried, and the place of the file is looked at.
pub fn first_effects(state: &mut State) -> Vec<Effect> {
    let mut effects = look_at(state);
    effects.extend(try_what_is_new(state, Duration::ZERO));
    effects
}

/// Takes in one event.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Event::Key(key) => press(state, &key),
        Event::Paste(text) => paste(state, &text),
        Event::Msg(msg) => absorb(state, msg),
        Event::Drawn(end) => {
            state.end = end;
            Vec::new()
        }
    }
}

fn press(state: &mut State, event: &KeyEvent) -> Vec<Effect> {
    let key = Key::of(event);
    if key.ctrl {
        match key.code {
            KeyCode::Char('c') => return vec![Effect::End(End::Left)],
            KeyCode::Char('z') => return vec![Effect::Suspend],
            _ => {}
        }
    }
    if state.writing.is_some() {
        return Vec::new();
    }
    state.notice = None;
    match key.code {
        KeyCode::Esc => return vec![Effect::End(End::Left)],
        KeyCode::Tab | KeyCode::Down => return go(state, 1),
        KeyCode::BackTab | KeyCode::Up => return go(state, -1),
        KeyCode::Enter if state.at != Field::Write => return go(state, 1),
        KeyCode::PageDown => state.scrolled = (state.scrolled + 4).min(state.end),
        KeyCode::PageUp => state.scrolled = state.scrolled.min(state.end).saturating_sub(4),
        _ if state.at.is_text() => return type_into(state, event),
        KeyCode::Char('q') => return vec![Effect::End(End::Left)],
        KeyCode::Char('j') => return go(state, 1),
        KeyCode::Char('k') => return go(state, -1),
        // The path and what is missing are read first.
        KeyCode::Char('w') if state.at != Field::Write => return enter(state, Field::Write),
        KeyCode::Enter | KeyCode::Char('w') => return write(state),
        KeyCode::Char('r') => return try_again(state),
        KeyCode::Char('y') if state.at == Field::Write => {
            return vec![Effect::Copy(lines_to_add(&state.draft().config).join("\n"))];
        }
        KeyCode::Char('y') => {
            let code = outcome::code(state).map(|code| Effect::Copy(code.user_code.clone()));
            return code.into_iter().collect();
        }
        KeyCode::Right | KeyCode::Char('l' | ' ') => return choose(state, 1),
        KeyCode::Left | KeyCode::Char('h') => return choose(state, -1),
        _ => {}
    }
    Vec::new()
}

/// Goes to another field; what is left is tried.
fn go(state: &mut State, by: isize) -> Vec<Effect> {
    let fields = state.fields();
    let at = fields.iter().position(|field| *field == state.at).unwrap_or(0);
    let to = at.saturating_add_signed(by).min(fields.len().saturating_sub(1));
    enter(state, fields.get(to).copied().unwrap_or(Field::Write))
}

fn enter(state: &mut State, field: Field) -> Vec<Effect> {
    if field != state.at {
        state.left.insert(state.at);
        show_what_was_understood(state);
        state.at = field;
        state.scrolled = 0;
    }
    try_what_is_new(state, Duration::ZERO)
}

/// An address becomes the name that was read out of it.
fn show_what_was_understood(state: &mut State) {
    let config = state.draft().config;
    let understood = match state.at {
        Field::Organization => config.organization.name,
        Field::Tenant => config.tenant.id,
        _ => None,
    };
    if let Some(text) = understood.filter(|text| text != state.text(state.at)) {
        state.texts.insert(state.at, Input::new(text));
    }
}

fn type_into(state: &mut State, event: &KeyEvent) -> Vec<Effect> {
    let Some(input) = state.texts.get_mut(&state.at) else { return Vec::new() };
    if edit(input, event) { changed(state) } else { Vec::new() }
}

fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let typed = clean_to(text.trim(), LONGEST_PASTE).into_owned();
    let Some(input) = state.texts.get_mut(&state.at).filter(|_| state.writing.is_none()) else {
        return Vec::new();
    };
    for c in typed.chars() {
        input.handle(tui_input::InputRequest::InsertChar(c));
    }
    let mut effects = changed(state);
    // What is pasted is whole: no need to leave the field first.
    effects.extend(try_what_is_new(state, CHOOSING));
    effects
}

/// What was found out with the values before does not hold any more.
fn changed(state: &mut State) -> Vec<Effect> {
    let draft = state.draft();
    let outdated: Vec<Subject> = state
        .trials
        .iter()
        .filter(|(subject, trial)| draft.values_for(**subject).as_ref() != Some(&*trial.values))
        .map(|(subject, _)| *subject)
        .collect();
    outdated
        .into_iter()
        .map(|subject| {
            state.trials.remove(&subject);
            Effect::Task(SetupEffect::Stop(subject))
        })
        .collect()
}

fn choose(state: &mut State, by: isize) -> Vec<Effect> {
    fn next<T: Copy + PartialEq>(all: &[T], now: T, by: isize) -> T {
        let at = all.iter().position(|one| *one == now).unwrap_or(0);
        let to = (at + all.len()).saturating_add_signed(by) % all.len().max(1);
        all.get(to).copied().unwrap_or(now)
    }
    match state.at {
        Field::AzureKind => state.azure = next(AzureDevOpsKind::ALL, state.azure, by),
        Field::EntraKind => state.entra = next(EntraKind::ALL, state.entra, by),
        Field::AfterKind => state.after = Some(next(AfterConnect::ALL, state.after(), by)),
        _ => return Vec::new(),
    }
    state.scrolled = 0;
    let mut effects = changed(state);
    effects.extend(try_what_is_new(state, CHOOSING));
    effects.extend(look_at(state));
    effects
}

/// Tries every subject whose values are complete and were not tried.
fn try_what_is_new(state: &mut State, after: Duration) -> Vec<Effect> {
    let draft = state.draft();
    let mut effects = changed(state);
    for subject in Subject::ALL {
        let Some(values) = draft.values_for(subject) else { continue };
        if state.trials.contains_key(&subject) {
            continue;
        }
        state.number += 1;
        let number = state.number;
        let config = Box::new(values);
        let trial = Trial { number, values: config.clone(), findings: Vec::new(), ended: false };
        state.trials.insert(subject, trial);
        effects.push(Effect::Task(SetupEffect::Try { subject, number, config, after }));
    }
    effects
}

/// Tries everything once more: a token was made meanwhile, the network is back.
fn try_again(state: &mut State) -> Vec<Effect> {
    state.trials.clear();
    let mut effects = look_at(state);
    effects.extend(try_what_is_new(state, Duration::ZERO));
    effects
}

fn look_at(state: &State) -> Vec<Effect> {
    let Some(path) = state.location.clone() else { return Vec::new() };
    let commands = state.draft().config.runs_commands();
    vec![Effect::Task(SetupEffect::LookAt { path, commands })]
}

fn write(state: &mut State) -> Vec<Effect> {
    let draft = state.draft();
    let missing = state.fields().into_iter().find(|field| draft.errors.contains_key(field));
    if let Some(field) = missing {
        let why = draft.errors.get(&field).map(ToString::to_string).unwrap_or_default();
        let mut effects = enter(state, field);
        state.left.insert(field);
        state.say(format!("{}: {why}", field.label()), true);
        effects.retain(|effect| matches!(effect, Effect::Task(_)));
        return effects;
    }
    let config = Box::new(draft.config);
    match state.can_write().cloned() {
        Some(path) => {
            let text = commented(&config);
            state.writing = Some(config);
            vec![Effect::Task(SetupEffect::Write { path, text })]
        }
        None if state.location.is_some() && state.place.is_none() => {
            state.say("the place of the file is still being looked at", false);
            Vec::new()
        }
        None => vec![Effect::End(End::ForNow(config))],
    }
}

fn absorb(state: &mut State, msg: SetupMsg) -> Vec<Effect> {
    match msg {
        SetupMsg::Found(subject, number, finding) => {
            if let Some(trial) = state.trials.get_mut(&subject).filter(|trial| trial.number == number) {
                trial.findings.push(*finding);
            }
        }
        SetupMsg::Ended(subject, number) => {
            if let Some(trial) = state.trials.get_mut(&subject).filter(|trial| trial.number == number) {
                trial.ended = true;
            }
        }
        SetupMsg::PlaceSeen(place) => state.place = Some(place),
        SetupMsg::Written(path) => {
            if let Some(config) = state.writing.take() {
                return vec![Effect::End(End::Written(path, config))];
            }
        }
        SetupMsg::NotWritten(problem) => {
            state.writing = None;
            state.say(problem.to_string(), true);
            return look_at(state);
        }
    }
    Vec::new()
}
