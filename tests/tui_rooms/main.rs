//! The tabs Mapping and Connection, the apply run and what opens over them: made-up people, a real comparison, keys in, effects
//! and screens out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod apply;
mod bytes;
mod compare;
mod connection;
mod every_size;
mod fixture;
mod hands;
mod import;
mod looks;
#[path = "../support/made_up.rs"]
mod made_up;
mod mapping;
mod patterns;
mod plans;
