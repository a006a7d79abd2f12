//! `ado2entra` takes the administrator of an Azure DevOps Services organization through connecting it to a
//! Microsoft Entra ID tenant.
//!
//! The rooms, and who may look at whom (`tests/layers.rs` keeps it true):
//!
//! | room | holds | may use |
//! | --- | --- | --- |
//! | [`domain`] | what the program knows: people, outcomes, checks, plan. Pure: no I/O, no clock, no randomness | nothing |
//! | [`config`] | the configuration: layers, origin of each value, errors with path:line:column | `domain` |
//! | [`services`] | the clients of Azure DevOps, Microsoft Graph and Entra sign-in, over one HTTP room | `domain`, `config` |
//! | [`store`] | SQLite: decisions, journal, ticks, readings | `domain`, `config` |
//! | [`tasks`] | what awaits: loading, watching, applying; `Msg` and `Effect` | the above |
//! | [`tui`] | the dashboard | `domain`, `config`, `tasks` |
//! | [`cli`] | every screen as a command | `domain`, `config`, `tasks`, `simulator` |
//! | [`start`] | what joins the dashboard to the tasks | all but `services` and `store` |
//! | [`simulator`] | the services, played on loopback, with wire types of its own | nothing of ours |

pub mod cli;
pub mod config;
pub mod domain;
pub mod services;
pub mod simulator;
pub mod start;
pub mod store;
pub mod tasks;
pub mod tui;
