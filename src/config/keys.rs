//! `[keys]`, checked against the table of actions, which lives elsewhere: the caller passes it in.

use super::error::{ConfigError, ConfigErrors, Place, Position, Problem, quoted};
use super::load::Loaded;
use super::suggest::nearest;

/// What the dashboard knows about actions and keys.
#[derive(Clone, Copy)]
pub struct KeyVocabulary<'a> {
    /// The names of all actions.
    pub actions: &'a [&'a str],
    /// Whether a text names a key; if not, what to write instead.
    pub check_key: &'a dyn Fn(&str) -> Result<(), String>,
}

impl Loaded {
    /// Checks `[keys]`: every action exists, every key can be typed. Conflicts between actions are the keymap's
    /// to find, which then reports them with [`Loaded::key_error`].
    pub fn check_keys(&self, vocabulary: &KeyVocabulary<'_>) -> Result<(), ConfigErrors> {
        let mut errors = Vec::new();
        for binding in &self.bindings {
            if !vocabulary.actions.contains(&binding.action.as_str()) {
                let what = format!("unknown action {} in [keys]", quoted(&binding.action));
                let advice = match nearest(&binding.action, vocabulary.actions.iter().copied()) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => "the help (?) of the dashboard lists the actions".to_owned(),
                };
                errors.push(self.error_at(binding.at, Problem::new(what, advice)));
            }
            for (key, at) in &binding.keys {
                if let Err(advice) = (vocabulary.check_key)(key) {
                    let what = format!("{} is not a key", quoted(key));
                    errors.push(self.error_at(*at, Problem::new(what, advice)));
                }
            }
        }
        ConfigErrors::unless_none(errors)
    }

    /// An error about a key of an action, at its place in the file; at the action if the file does not give it
    /// that key.
    pub fn key_error(
        &self,
        action: &str,
        key: &str,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> ConfigError {
        let problem = Problem::new(problem, advice);
        match self.bindings.iter().find(|binding| binding.action == action) {
            Some(binding) => {
                let at = binding.keys.iter().find(|(text, _)| text == key).map_or(binding.at, |(_, at)| *at);
                self.error_at(at, problem)
            }
            None => ConfigError::new(Place::Whole, problem.what, problem.advice),
        }
    }

    fn error_at(&self, position: Position, problem: Problem) -> ConfigError {
        let place = match &self.path {
            Some(path) => Place::File { path: path.clone(), position: Some(position) },
            None => Place::Whole,
        };
        ConfigError::new(place, problem.what, problem.advice)
    }
}
