//! Personal access tokens and SSH keys, as far as the token administration API tells of them: never the tokens themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::StorageKey;

/// Tokens and keys of one person, from the token administration API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonTokens {
    /// Personal access tokens that are valid.
    pub access_tokens: u32,
    /// Of these, tokens for all organizations, which end on 2026-12-01.
    pub global_tokens: u32,
    /// SSH keys.
    pub ssh_keys: u32,
}

/// One token or key, as far as the token administration API tells: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenNote {
    /// An SSH key; else a personal access token.
    pub ssh: bool,
    /// The name that its owner gave it; untrusted, for people's eyes.
    pub name: Option<String>,
    /// What it may do, as the service writes it: `app_token` is everything.
    pub scope: Option<String>,
    /// For all organizations of its owner.
    pub global: bool,
    /// Since when it is good.
    pub valid_from: Option<Timestamp>,
    /// Until when it is good.
    pub valid_to: Option<Timestamp>,
}

/// Everybody's tokens and keys; read only on request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenInventory {
    /// Who was read, with what was found.
    pub people: BTreeMap<StorageKey, PersonTokens>,
    /// Who could not be read.
    pub unread: BTreeMap<StorageKey, String>,
    /// Each valid token and key, of those who have any.
    #[serde(default)]
    pub notes: BTreeMap<StorageKey, Vec<TokenNote>>,
    /// When each of them was read: an inventory may be read in several sittings.
    #[serde(default)]
    pub read_at: BTreeMap<StorageKey, Timestamp>,
    /// What was read before the switch, once one was seen. Kept apart from this in the store.
    #[serde(skip)]
    pub before: Option<Arc<TokensBefore>>,
}

/// What was read of tokens and keys before the switch: afterwards it says who had what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokensBefore {
    /// When the switch was seen.
    pub switched_at: Timestamp,
    /// What was read until then, by the keys of that time.
    pub inventory: TokenInventory,
    /// Whoever has another key since: the key before, by the one now.
    pub renamed: BTreeMap<StorageKey, StorageKey>,
}
