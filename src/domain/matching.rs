//! Who an org user may be in the tenant: keys, names, candidates. `docs/matching.md` says how it works and how well.
//!
//! - [`fold`]: text in the form in which it is compared
//! - [`keys`]: the addresses of both sides
//! - [`names`], [`words`], [`nicknames`], [`readings`]: whether two names can be one person's
//! - [`accounts`]: shared mailboxes, machines' accounts, second accounts
//! - [`index`], [`dictionary`], [`retrieve`], [`search`]: finding a few among many
//! - [`changes`], [`affected`]: what is different in a later reading, and whom that can concern
//! - [`pair`]: one person and one tenant user side by side
//!
//! What only the whole set knows (who claims what, who is active) is [`super::forecast()`].

pub mod accounts;
pub mod affected;
pub mod changes;
pub mod dictionary;
mod errors;
pub mod fold;
pub mod index;
pub mod keys;
mod likes;
mod lists;
pub mod names;
pub mod nicknames;
pub mod pair;
pub mod readings;
pub mod retrieve;
pub mod search;
pub mod words;

pub use changes::Changes;
pub use index::TenantIndex;
