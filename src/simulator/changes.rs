//! Changes from the outside: counted by what they did, and with a place to stand just before and just after each.
//!
//! A test that kills a client at the boundary of a call stands here: the simulation holds its breath while the hook runs, so
//! that *before* means nothing has happened yet, and *after* means it has happened and no byte of the answer has left.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::{answer::Answer, server::Call};

/// When a hook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// The request is here, and nothing has happened yet.
    Before,
    /// It was carried out (or refused), and no answer has left.
    After,
}

/// A change on its way through the simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `PATCH`, `POST` or `DELETE`.
    pub method: String,
    /// The path, with the service's own first part.
    pub path: String,
    /// Counts all changes since the start, from 1; both moments of one change have the same.
    pub number: u64,
    /// Which of the two moments.
    pub moment: Moment,
}

/// What was done to whom, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// Mappings carried out, by storage key at that time.
    pub mapped: BTreeMap<String, u32>,
    /// Invitations accepted, by address in lower case.
    pub invited: BTreeMap<String, u32>,
    /// Removals carried out, by storage key.
    pub removed: BTreeMap<String, u32>,
}

impl Effects {
    /// Whoever something was done to more than once.
    pub fn doubled(&self) -> Vec<String> {
        let all = self.mapped.iter().chain(&self.invited).chain(&self.removed);
        all.filter(|(_, times)| **times > 1).map(|(who, _)| who.clone()).collect()
    }
}

type Hook = Arc<dyn Fn(&Change) + Send + Sync>;

#[derive(Default)]
pub(super) struct Changes(Mutex<State>);

#[derive(Default)]
struct State {
    number: u64,
    hook: Option<Hook>,
    invited: BTreeMap<String, u32>,
    removed: BTreeMap<String, u32>,
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Changes")
    }
}

/// Whether a request is meant to change something: a mapping, an invitation, a removal.
pub(super) fn is_change(call: &Call) -> bool {
    let ends = |word: &str| call.path.last().is_some_and(|last| last.eq_ignore_ascii_case(word));
    match (call.method.as_str(), call.service()) {
        ("PATCH", "vssps") | ("DELETE", "vsaex") => true,
        ("POST", "graph") => ends("invitations"),
        ("POST", "vssps") => ends("resolvedisconnectedusers"),
        _ => false,
    }
}

impl Changes {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_hook(&self, hook: Option<Hook>) {
        self.state().hook = hook;
    }

    /// Carries a call out between its two moments, and counts what it did.
    pub fn carry_out(&self, call: &Call, act: impl FnOnce() -> Answer) -> Answer {
        if !is_change(call) {
            return act();
        }
        let (number, hook) = {
            let mut state = self.state();
            state.number += 1;
            (state.number, state.hook.clone())
        };
        let stand = |moment| {
            if let Some(hook) = &hook {
                let (method, path) = (call.method.to_string(), call.raw_path.clone());
                let change = Change { method, path, number, moment };
                // A hook may take its time; other requests go on meanwhile, where there is a thread for them.
                match Handle::try_current().map(|handle| handle.runtime_flavor()) {
                    Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(|| hook(&change)),
                    _ => hook(&change),
                }
            }
        };
        stand(Moment::Before);
        let answer = act();
        if answer.status.is_success() {
            self.count(call);
        }
        stand(Moment::After);
        answer
    }

    fn count(&self, call: &Call) {
        let mut state = self.state();
        match (call.method.as_str(), call.service()) {
            ("POST", "graph") => {
                let body = call.json().unwrap_or_default();
                let address =
                    body["invitedUserEmailAddress"].as_str().unwrap_or_default().trim().to_lowercase();
                *state.invited.entry(address).or_insert(0) += 1;
            }
            ("DELETE", _) => {
                let key = call.path.last().cloned().unwrap_or_default();
                *state.removed.entry(key).or_insert(0) += 1;
            }
            // Mappings are counted where they are carried out: a batch holds several.
            _ => {}
        }
    }

    pub fn effects(&self, mapped: BTreeMap<String, u32>) -> Effects {
        let state = self.state();
        Effects { mapped, invited: state.invited.clone(), removed: state.removed.clone() }
    }
}
