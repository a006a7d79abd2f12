//! Looking up names: by the system's own means, with a limit of its own, so that a slow name server is told apart from a slow
//! network.

use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The look-up took longer than it may.
#[derive(Debug, thiserror::Error)]
#[error("looking up the name took longer than {0:?}")]
struct Slow(Duration);

/// See the module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    limit: Duration,
}

impl Names {
    /// A look-up may take most of the time that a connection may take.
    pub fn within(connect: Duration) -> Self {
        Self { limit: connect.mul_f64(0.8) }
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let limit = self.limit;
        Box::pin(async move {
            let found = tokio::time::timeout(limit, tokio::net::lookup_host((name.as_str(), 0)))
                .await
                .map_err(|_| Slow(limit))??;
            let addresses: Vec<_> = found.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
