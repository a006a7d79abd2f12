//! Each way of signing in, against the simulated sign-in service: every answer to a code, applications, races for a token,
//! tokens that end in the middle of something, the Azure CLI in all its moods, other clouds, and where secrets must not be.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod applications;
mod azure_cli;
mod chosen;
mod codes;
mod evening;
mod keepers;
mod renewing;
mod stage;
mod trial;
mod turning;
