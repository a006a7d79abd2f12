//! How a command ends: the codes that scripts may rely on, and the failure that leads to one.

use std::fmt;
use std::process::ExitCode;

use crate::config::{ConfigError, ConfigErrors};
use crate::domain::{Problem, ProblemKind};

/// The exit codes of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, and the answer is yes.
    Done,
    /// 1: done, and the answer is no or partial.
    No,
    /// 2: wrong usage or configuration.
    Usage,
    /// 3: not signed in, or not allowed, and nothing could be read at all.
    NotAllowed,
    /// 4: a service could not be reached, or kept failing, and nothing could be read at all.
    Unreachable,
    /// 5: refused for safety; nothing was sent.
    Refused,
    /// 130: ended by SIGINT.
    Interrupted,
    /// 143: ended by SIGTERM.
    Terminated,
    /// 129: ended by SIGHUP.
    HungUp,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::NotAllowed => 3,
            Self::Unreachable => 4,
            Self::Refused => 5,
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// All of them, in the order of the page.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::No,
        Self::Usage,
        Self::NotAllowed,
        Self::Unreachable,
        Self::Refused,
        Self::HungUp,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// What it means, for the page of exit codes and the manual page.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => {
                "Done; for check: ready; for status: known; for apply: every due row verified, or no row at all."
            }
            Self::No => {
                "Done, and the answer is no or partial: not ready, not known, not every due row verified, something lost."
            }
            Self::Usage => "Wrong usage or configuration.",
            Self::NotAllowed => {
                "Not signed in, or not allowed, and the people of the organization or of the tenant could not be read at all."
            }
            Self::Unreachable => "A service could not be reached, or kept failing, likewise.",
            Self::Refused => "Refused for safety, and nothing was sent or verified.",
            Self::HungUp => "Ended by SIGHUP; nothing is left half-recorded.",
            Self::Interrupted => "Ended by SIGINT; nothing is left half-recorded.",
            Self::Terminated => "Ended by SIGTERM; nothing is left half-recorded.",
        }
    }

    /// The code for a failure that left a command with nothing to say.
    pub fn of(kind: ProblemKind) -> Self {
        match kind {
            ProblemKind::NotSignedIn | ProblemKind::NotAllowed => Self::NotAllowed,
            // A wrong name of an organization or a tenant is a wrong configuration, and so is a credential command that
            // cannot be run or a file that cannot be read.
            ProblemKind::NotFound | ProblemKind::Local => Self::Usage,
            ProblemKind::Throttled
            | ProblemKind::Unreachable
            | ProblemKind::ServiceFailing
            | ProblemKind::BadAnswer => Self::Unreachable,
            ProblemKind::Refused => Self::Refused,
            ProblemKind::OutcomeUnknown => Self::No,
            ProblemKind::Cancelled => Self::Interrupted,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do what was asked: the code, and what to tell the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What was tried, what happened, what to do. Empty: it was said already, or the pipe was closed and there is nobody to
    /// tell.
    pub message: String,
}

impl Failure {
    /// With this code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// Wrong usage or configuration.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Refused for safety.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<&Problem> for Failure {
    fn from(problem: &Problem) -> Self {
        Self::new(Exit::of(problem.kind), problem.to_string())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::from(&problem)
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::usage(errors.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    /// Only for writing to standard output: a reader that went away is no failure.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::new(Exit::Done, "")
        } else {
            Self::new(Exit::No, format!("writing to standard output: {error}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_contract() {
        let codes: Vec<u8> = Exit::ALL.into_iter().map(Exit::code).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 129, 130, 143]);
    }

    #[test]
    fn a_closed_pipe_is_quiet() {
        let failure = Failure::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert_eq!((failure.exit, failure.message.as_str()), (Exit::Done, ""));
    }

    #[test]
    fn a_wrong_name_is_a_wrong_configuration_and_a_refused_token_is_not() {
        assert_eq!(Exit::of(ProblemKind::NotFound), Exit::Usage);
        assert_eq!(Exit::of(ProblemKind::NotSignedIn), Exit::NotAllowed);
        assert_eq!(Exit::of(ProblemKind::ServiceFailing), Exit::Unreachable);
    }
}
