//! What `doctor` finds: one line for each thing that a working evening depends on, each with a verdict and what to do.
//!
//! Nothing in a finding is secret: variables that hold tokens are named and never read out.

use serde::Serialize;

pub mod network;

/// How good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// In order.
    Good,
    /// Worth knowing; neither good nor bad.
    Told,
    /// Works, and may hurt.
    Careful,
    /// Could not be looked at.
    Unknown,
    /// Does not work.
    Bad,
}

impl Health {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Told => "info",
            Self::Careful => "look",
            Self::Unknown => "unknown",
            Self::Bad => "bad",
        }
    }
}

/// What a finding is about, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The program and the machine.
    Program,
    /// The configuration.
    Configuration,
    /// The state directory.
    State,
    /// The terminal.
    Terminal,
    /// Credentials: there or not, never what they are.
    Credentials,
    /// The way to each service.
    Network,
    /// This machine's clock.
    Clock,
    /// Where the tenant is signed in to.
    SignIn,
}

impl Area {
    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Program => "Program",
            Self::Configuration => "Configuration",
            Self::State => "State directory",
            Self::Terminal => "Terminal",
            Self::Credentials => "Credentials (looked for, not used)",
            Self::Network => "Network",
            Self::Clock => "Clock",
            Self::SignIn => "Sign-in",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub area: Area,
    /// A short name, the same in every run: `proxy`, `dev.azure.com`.
    pub name: String,
    /// How good it is.
    pub verdict: Health,
    /// What was found.
    pub said: String,
    /// What to do about it; empty where nothing is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// The figures behind it, name and value.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    pub details: Vec<(String, String)>,
}

fn as_map<S: serde::Serializer>(details: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(details.iter().map(|(name, value)| (name, value)))
}

impl Finding {
    /// With this verdict.
    pub fn new(area: Area, name: impl Into<String>, verdict: Health, said: impl Into<String>) -> Self {
        Self {
            area,
            name: name.into(),
            verdict,
            said: said.into(),
            remedy: String::new(),
            details: Vec::new(),
        }
    }

    /// With what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// With one more figure.
    #[must_use]
    pub fn detail(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.push((name.into(), value.into()));
        self
    }
}

/// The worst of all findings.
pub fn worst<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Health {
    findings.into_iter().map(|finding| finding.verdict).max().unwrap_or(Health::Good)
}
