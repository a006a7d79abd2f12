//! Anonymous discovery at the Entra sign-in service: a tenant's id, its region and its cloud.

use crate::domain::facts::TenantDiscovery;
use crate::domain::problem::Problem;

use super::unfinished;

/// The client.
#[derive(Debug, Clone)]
pub struct Entra {
    pub(super) _hidden: (),
}

impl Entra {
    /// The destination tenant.
    pub async fn discover(&self) -> Result<TenantDiscovery, Problem> {
        std::future::ready(Err(unfinished())).await
    }

    /// Any tenant, by domain or GUID: to name the wrong directory, for one.
    pub async fn discover_tenant(&self, tenant: &str) -> Result<TenantDiscovery, Problem> {
        let _ = tenant;
        std::future::ready(Err(unfinished())).await
    }
}
