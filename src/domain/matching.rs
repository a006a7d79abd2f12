//! Who an org user may be in the tenant: keys, names, candidates. `docs/matching.md` says how it works and how well.
//!
//! - [`fold`]: text in the form in which it is compared
//! - [`keys`]: the addresses of both sides
//! - [`names`], [`words`], [`nicknames`], [`readings`]: whether two names can be one person's
//! - [`accounts`]: shared mailboxes, machines' accounts, second accounts
//! - [`index`], [`dictionary`], [`retrieve`], [`search`]: finding a few among many
//! - [`pair`]: one person and one tenant user side by side
//!
//! What only the whole set knows (who claims what, who is active) is [`super::forecast()`].

pub mod accounts;
pub mod dictionary;
pub mod fold;
pub mod index;
pub mod keys;
pub mod names;
pub mod nicknames;
pub mod pair;
pub mod readings;
pub mod retrieve;
pub mod search;
pub mod words;

pub use index::TenantIndex;
