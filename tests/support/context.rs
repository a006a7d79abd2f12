//! The settings of a made-up organization.

use std::collections::BTreeSet;
use std::time::Duration;

use ado2entra::tasks::Context;
use ado2entra::tasks::context::ConfiguredGoal;

/// Settings as they are where nobody wrote any.
pub fn context() -> Context {
    Context {
        organization: "fabrikam".into(),
        tenant: "contoso.onmicrosoft.com".into(),
        azure_devops_way: "pat".into(),
        entra_way: "azure-cli".into(),
        portal: "https://dev.azure.com".into(),
        simulated: false,
        read_only: false,
        offline: None,
        goal: ConfiguredGoal::Auto,
        inactive_after_days: 90,
        protected: BTreeSet::new(),
        concurrency: 2,
        stop_after_failures: 3,
        reread_after: Duration::from_secs(3600),
        poll_tenant: Some(Duration::from_secs(20)),
        poll_users: Some(Duration::from_secs(300)),
        poll_health: Some(Duration::from_secs(300)),
        candidates: 5,
        batch_route: false,
    }
}
