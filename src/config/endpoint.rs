//! The address of a service: where its tokens may be sent, so it is checked strictly and once.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::error::{Problem, quoted};

/// The base address of a service, `https://host[:port][/path]`, normalised: scheme and host in lower case, no
/// default port, no slash at the end. Plain `http` only for loopback.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint(String);

/// An address that cannot be an [`Endpoint`]; says why, and what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {advice}")]
pub struct EndpointError {
    what: String,
    advice: String,
}

/// Microsoft's own addresses, in the order of [`Endpoints`].
const MICROSOFTS: [&str; 7] = [
    "https://dev.azure.com",
    "https://vssps.dev.azure.com",
    "https://vsaex.dev.azure.com",
    "https://auditservice.dev.azure.com",
    "https://status.dev.azure.com",
    "https://graph.microsoft.com",
    "https://login.microsoftonline.com",
];

impl Endpoint {
    /// Checks and normalises an address.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        Self::read(text).map_err(|problem| EndpointError { what: problem.what, advice: problem.advice })
    }

    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let whole = "write https://host, with a port and a path where needed";
        if let Some(c) = text.chars().find(|c| !c.is_ascii_graphic() || *c == '\\') {
            let what = format!("an address cannot contain {}", quoted(&c.to_string()));
            return Err(Problem::new(what, "take it out; a host with other letters is written as xn--…"));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(Problem::new("this is not a complete address", whole));
        };
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "https" && scheme != "http" {
            return Err(Problem::new(format!("an address cannot begin with {}", quoted(&scheme)), whole));
        }
        if rest.contains(['?', '#']) {
            return Err(Problem::new(
                "an address here has no query and no fragment",
                "end it before the ? or #",
            ));
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            // The text is not repeated: before the @ there may be a password.
            let advice = "take out everything up to the @; secrets never go into this file";
            return Err(Problem::new("an address here has no user name or password", advice));
        }
        let (host, port) = split_port(authority)?;
        let host = checked_host(host)?;
        let path = checked_path(path)?;
        if scheme == "http" && !is_loopback_host(&host) {
            let advice = "use https; http is only for 127.0.0.0/8, [::1] and localhost";
            return Err(Problem::new(format!("http to {host} would send tokens unencrypted"), advice));
        }
        let default_port = if scheme == "https" { 443 } else { 80 };
        let port = port.filter(|port| *port != default_port).map_or(String::new(), |port| format!(":{port}"));
        Ok(Self(format!("{scheme}://{host}{port}{path}")))
    }

    /// The address, without a slash at its end: the services' paths, which begin with one, are appended.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, as it stands in the address (an IPv6 address with its brackets).
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// Whether it is on this machine: 127.0.0.0/8, `[::1]` or `localhost` (which the HTTP room pins to them).
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(self.host())
    }

    /// Whether it is one of Microsoft's own addresses. Whether it is the right one of them for its service is
    /// what [`Endpoints::not_microsofts`] asks.
    pub fn is_microsoft_default(&self) -> bool {
        MICROSOFTS.contains(&self.0.as_str())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), Problem> {
    let (host, port) = match authority.rsplit_once(':') {
        // In an IPv6 address without a port the last colon is within the brackets.
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => return Ok((authority, None)),
    };
    match port.parse::<u16>() {
        Ok(number) if number > 0 && port.bytes().all(|b| b.is_ascii_digit()) => Ok((host, Some(number))),
        _ => {
            let what = format!("{} is not a port", quoted(port));
            Err(Problem::new(what, "write a number from 1 to 65535 after the host, or nothing"))
        }
    }
}

fn checked_host(host: &str) -> Result<String, Problem> {
    let bad = |what: String| Problem::new(what, "write https://host, with a port and a path where needed");
    if host.is_empty() {
        return Err(bad("the address has no host".to_owned()));
    }
    let host = host.to_ascii_lowercase();
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match inner.parse::<Ipv6Addr>() {
            Ok(address) => Ok(format!("[{address}]")),
            Err(_) => Err(bad(format!("{} is not an IPv6 address", quoted(&host)))),
        };
    }
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > 253 || !host.split('.').all(label_fits) {
        return Err(bad(format!("{} is not a host name", quoted(&host))));
    }
    // A name that ends in a number is read as an IPv4 address by others (WHATWG URL, "ends in a number"), also
    // as 127.1 or 0x7f.1: what they would make of it must be what it says.
    let last = host.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
    if numeric && host.parse::<Ipv4Addr>().is_err() {
        return Err(bad(format!("{} is not an IPv4 address of four numbers", quoted(&host))));
    }
    Ok(host)
}

fn checked_path(path: &str) -> Result<String, Problem> {
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Ok(String::new());
    }
    for part in path.split('/') {
        let plain = part.replace("%2e", ".").replace("%2E", ".");
        if plain.is_empty() || plain == "." || plain == ".." {
            let what = "the path of an address cannot have empty parts, \".\" or \"..\"";
            return Err(Problem::new(what, "write the path out"));
        }
    }
    Ok(format!("/{path}"))
}

fn is_loopback_host(host: &str) -> bool {
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|inner| inner.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.is_loopback())
}

/// `[endpoints]`: where the services are. Other than Microsoft's for proxies, tests and the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Projects, `connectionData`, the organization itself.
    pub azure_devops: Endpoint,
    /// Identities, graph users, groups, memberships.
    pub azure_devops_identity: Endpoint,
    /// User entitlements: who has which access level.
    pub azure_devops_entitlements: Endpoint,
    /// The audit log.
    pub azure_devops_audit: Endpoint,
    /// The health of the service, without a credential.
    pub azure_devops_status: Endpoint,
    /// Microsoft Graph, the tenant's people.
    pub microsoft_graph: Endpoint,
    /// Sign-in and discovery of tenants.
    pub entra_login: Endpoint,
}

impl Default for Endpoints {
    fn default() -> Self {
        let [
            azure_devops,
            azure_devops_identity,
            azure_devops_entitlements,
            azure_devops_audit,
            azure_devops_status,
            microsoft_graph,
            entra_login,
        ] = MICROSOFTS.map(|own| Endpoint(own.to_owned()));
        Self {
            azure_devops,
            azure_devops_identity,
            azure_devops_entitlements,
            azure_devops_audit,
            azure_devops_status,
            microsoft_graph,
            entra_login,
        }
    }
}

impl Endpoints {
    /// Each endpoint with its key in the file.
    pub fn all(&self) -> [(&'static str, &Endpoint); 7] {
        [
            ("endpoints.azure_devops", &self.azure_devops),
            ("endpoints.azure_devops_identity", &self.azure_devops_identity),
            ("endpoints.azure_devops_entitlements", &self.azure_devops_entitlements),
            ("endpoints.azure_devops_audit", &self.azure_devops_audit),
            ("endpoints.azure_devops_status", &self.azure_devops_status),
            ("endpoints.microsoft_graph", &self.microsoft_graph),
            ("endpoints.entra_login", &self.entra_login),
        ]
    }

    /// The endpoints that are not Microsoft's own for their service, with their keys in the file.
    pub fn not_microsofts(&self) -> Vec<(&'static str, &Endpoint)> {
        let here = self.all();
        here.into_iter()
            .zip(MICROSOFTS)
            .filter(|((_, e), own)| e.as_str() != *own)
            .map(|(it, _)| it)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_normalised() {
        for (given, expected) in [
            ("https://dev.azure.com", "https://dev.azure.com"),
            ("HTTPS://Dev.Azure.Com/", "https://dev.azure.com"),
            ("https://proxy.fabrikam.com:443//", "https://proxy.fabrikam.com"),
            ("https://proxy.fabrikam.com:8443/ado/", "https://proxy.fabrikam.com:8443/ado"),
            ("http://127.0.0.1:8080/vssps", "http://127.0.0.1:8080/vssps"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:9000", "http://[::1]:9000"),
            ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
            ("http://127.255.0.3:1", "http://127.255.0.3:1"),
        ] {
            assert_eq!(Endpoint::parse(given).unwrap().as_str(), expected, "{given}");
        }
    }

    #[test]
    fn what_tokens_must_not_be_sent_to_is_refused() {
        for given in [
            "",
            "dev.azure.com",
            "ftp://dev.azure.com",
            "https://",
            "https:///path",
            "http://dev.azure.com",
            "http://128.0.0.1",
            "http://localhost.fabrikam.com",
            "http://127.1",
            "https://0x7f.1",
            "https://1.2.3",
            "http://127.0.0.1.fabrikam.com",
            "http://[::2]",
            "http://[::ffff:127.0.0.1]",
            "https://[::1",
            "https://admin:hunter2@dev.azure.com",
            "http://127.0.0.1@fabrikam.com",
            "https://dev.azure.com?x=1",
            "https://dev.azure.com/#x",
            "https://dev.azure.com/a/../b",
            "https://dev.azure.com/a/%2E%2e/b",
            "https://dev.azure.com/a//b",
            "https://dev.azure.com\\@fabrikam.com",
            "https://dev .azure.com",
            "https://dev.azure.com:0",
            "https://dev.azure.com:65536",
            "https://dev.azure.com:+443",
            "https://dev.azure.com:",
            "https://-dev.azure.com",
            "https://dev..azure.com",
            "https://dév.azure.com",
            "https://dev.azure.com/\u{202e}",
        ] {
            assert!(Endpoint::parse(given).is_err(), "{given}");
        }
        let error = Endpoint::parse("https://admin:hunter2@dev.azure.com").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn an_endpoint_knows_where_it_is() {
        let of = |text| Endpoint::parse(text).unwrap();
        assert!(of("http://127.0.0.1:1/x").is_loopback());
        assert!(of("https://[::1]/x").is_loopback());
        assert!(!of("https://graph.microsoft.com").is_loopback());
        assert_eq!(of("https://[::1]:8443/x").host(), "[::1]");
        assert_eq!(of("https://[::1]/x").host(), "[::1]");
        assert_eq!(of("https://a.b:1/c").host(), "a.b");
        assert!(of("https://graph.microsoft.com/").is_microsoft_default());
        assert!(!of("https://graph.microsoft.com/v1.0").is_microsoft_default());
        let mut endpoints = Endpoints::default();
        assert!(endpoints.not_microsofts().is_empty());
        endpoints.entra_login = of("https://graph.microsoft.com");
        let others: Vec<_> = endpoints.not_microsofts().into_iter().map(|(key, _)| key).collect();
        assert_eq!(others, ["endpoints.entra_login"]);
    }
}
