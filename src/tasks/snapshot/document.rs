//! The file as it grows, compressed on the way.

use std::io::Write;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{OrganizationPart, SCHEMA, TenantPart, VERSION};
use crate::domain::Problem;

/// The JSON document.
pub(super) struct Document {
    out: Sink,
}

enum Sink {
    Plain(Vec<u8>),
    Compressed(Box<zstd::Encoder<'static, Vec<u8>>>),
}

pub(super) fn writing(error: impl std::fmt::Display) -> Problem {
    Problem::local("writing the snapshot", error.to_string(), "Try again; nothing was kept.")
}

impl Document {
    pub fn new(compressed: bool) -> Result<Self, Problem> {
        let out = if compressed {
            Sink::Compressed(Box::new(zstd::Encoder::new(Vec::new(), 3).map_err(writing)?))
        } else {
            Sink::Plain(Vec::new())
        };
        Ok(Self { out })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        match &mut self.out {
            Sink::Plain(out) => out.write_all(bytes),
            Sink::Compressed(out) => out.write_all(bytes),
        }
        .map_err(writing)
    }

    fn json(&mut self, value: &impl Serialize) -> Result<(), Problem> {
        let text = serde_json::to_vec(value).map_err(writing)?;
        self.write(&text)
    }

    /// The first line, and what is known about organization and tenant.
    pub fn head(
        &mut self,
        taken_at: Timestamp,
        organization: &OrganizationPart,
        tenant: &TenantPart,
    ) -> Result<(), Problem> {
        self.first_line(&taken_at.to_string(), false)?;
        self.member("organization", organization)?;
        self.member("tenant", tenant)
    }

    /// The first line: schema and time, before anything else.
    pub fn first_line(&mut self, taken_at: &str, redacted: bool) -> Result<(), Problem> {
        let redacted = if redacted { ",\"redacted\":true" } else { "" };
        self.write(
            format!("{{\"schema\":\"{SCHEMA}{VERSION}\",\"taken_at\":\"{taken_at}\"{redacted}").as_bytes(),
        )
    }

    /// A member of its own.
    pub fn member(&mut self, name: &str, value: &impl Serialize) -> Result<(), Problem> {
        self.write(format!(",\n\"{name}\":").as_bytes())?;
        self.json(value)
    }

    /// A list of the services' own objects, unchanged.
    pub fn objects(&mut self, name: &str, objects: &[Box<RawValue>]) -> Result<(), Problem> {
        self.begin(name)?;
        for (at, object) in objects.iter().enumerate() {
            self.row(at == 0, object.get().as_bytes())?;
        }
        self.end()
    }

    /// A list of the program's own objects.
    pub fn values<T: Serialize>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = T>,
    ) -> Result<(), Problem> {
        self.begin(name)?;
        for (at, value) in values.into_iter().enumerate() {
            let text = serde_json::to_vec(&value).map_err(writing)?;
            self.row(at == 0, &text)?;
        }
        self.end()
    }

    /// The beginning of a list.
    pub fn begin(&mut self, name: &str) -> Result<(), Problem> {
        self.write(format!(",\n\"{name}\":[").as_bytes())
    }

    /// One row of the list that was begun.
    pub fn row(&mut self, first: bool, bytes: &[u8]) -> Result<(), Problem> {
        self.write(if first { b"\n" } else { b",\n" })?;
        self.write(bytes)
    }

    /// The end of the list.
    pub fn end(&mut self) -> Result<(), Problem> {
        self.write(b"]")
    }

    /// The whole file.
    pub fn finish(mut self) -> Result<Vec<u8>, Problem> {
        self.write(b"}\n")?;
        match self.out {
            Sink::Plain(out) => Ok(out),
            Sink::Compressed(out) => out.finish().map_err(writing),
        }
    }
}
