//! The health of Azure DevOps, from its anonymous status service.

use crate::domain::facts::Health;
use crate::domain::problem::Problem;

use super::unfinished;

/// The client.
#[derive(Debug, Clone)]
pub struct Status {
    pub(super) _hidden: (),
}

impl Status {
    /// How the core services are.
    pub async fn health(&self) -> Result<Health, Problem> {
        std::future::ready(Err(unfinished())).await
    }
}
