//! Papers to hand over: the messages to the users, the list for Microsoft Support, the report for the reviewer.
//!
//! Everything here is a pure function from what is known to text. What comes from a service is untrusted: it is cleaned, and
//! escaped for the form that is written ([`escape`]), where it is put in and nowhere else.

pub mod announce;
pub mod escape;
pub mod letter;
mod material;
mod record;
pub mod report;
pub mod several;
pub mod support;
pub mod template;

pub use material::{Known, Material};
pub use record::{Act, ActKind, Author, Found, FoundUser, LookedBack, Readiness};
