//! `status`: which directory backs the organization, and the step that is next. `--watch` keeps looking.

use std::io::{self, Write};

use crate::cli::document::status::StatusDocument;
use crate::cli::document::{Known, Tenant};
use crate::cli::exit::Exit;
use crate::cli::output::{Paint, Tone};
use crate::cli::text::{moment, people};
use crate::domain::text::clean;
use crate::domain::{ConnectionState, Goal};
use crate::tasks::Model;

/// How `status` ends: whether the state is known.
pub fn exit(document: &StatusDocument) -> Exit {
    if document.state == ConnectionState::Unknown { Exit::No } else { Exit::Done }
}

/// The state as one sentence.
pub fn sentence(document: &StatusDocument, tenant: &str) -> (Tone, String) {
    let organization = clean(&document.organization);
    match (document.state, &document.backing_tenant_id) {
        (ConnectionState::Connected, _) => (Tone::Good, format!("{organization} is connected to {tenant}.")),
        (ConnectionState::NotConnected, _) => {
            (Tone::Careful, format!("{organization} is not connected: Microsoft accounts back it."))
        }
        (ConnectionState::ConnectedElsewhere, Known::Some(id)) => {
            let aim = match document.goal {
                Goal::Disconnect => "it is to be disconnected",
                Goal::Connect | Goal::Switch => "the goal is a switch",
            };
            (Tone::Careful, format!("{organization} is connected to another tenant, {id}; {aim}."))
        }
        (ConnectionState::ConnectedElsewhere, _) => {
            (Tone::Careful, format!("{organization} is connected to another tenant."))
        }
        (ConnectionState::Unknown, _) => (Tone::Bad, format!("What backs {organization} could not be read.")),
    }
}

/// The status in words.
pub fn text(out: &mut dyn Write, paint: Paint, model: &Model, document: &StatusDocument) -> io::Result<()> {
    let tenant = Tenant::of(model).shown();
    let (tone, words) = sentence(document, &tenant);
    writeln!(out, "{}", paint.tone(tone, &words))?;
    writeln!(out, "Goal: {} to {tenant}", document.goal.name())?;
    if let Some(phase) = document.phase {
        writeln!(out, "Next step: {}", phase.shown())?;
    }
    match document.disconnected_users {
        Known::Some(n) => writeln!(out, "Locked out until they are mapped: {}", people(n))?,
        Known::Unknown if document.state == ConnectionState::Connected => {
            writeln!(out, "Locked out until they are mapped: unknown, the people were not read")?;
        }
        Known::None | Known::Unknown => {}
    }
    if let Some(health) = &document.health {
        writeln!(out, "Azure DevOps service health: {}", clean(health))?;
    }
    for problem in problems(model) {
        writeln!(out, "{problem}")?;
    }
    if let Some(at) = document.probed_at {
        writeln!(out, "Read {}", moment(at))?;
    }
    Ok(())
}

/// One line for a change, for `--watch`.
pub fn line(document: &StatusDocument, model: &Model) -> String {
    let (_, words) = sentence(document, &Tenant::of(model).shown());
    let mut line = format!("{}  {words}", moment(document.probed_at.unwrap_or(model.now)));
    if let Known::Some(n) = document.disconnected_users {
        line.push_str(&format!(" {} locked out.", people(n)));
    }
    if let Some(health) = document.health.as_deref().filter(|health| *health != "healthy") {
        line.push_str(&format!(" Service health: {}.", clean(health)));
    }
    line
}

/// Why the state, or the tenant, could not be read.
fn problems(model: &Model) -> Vec<String> {
    [model.facts.backing.problem.as_ref(), model.facts.discovery.problem.as_ref()]
        .into_iter()
        .flatten()
        .map(|problem| clean(&problem.to_string()).into_owned())
        .collect()
}
