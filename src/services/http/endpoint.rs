//! Where a service is. A token belongs to a service: it only ever goes to addresses that its endpoint covers.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::domain::text::clean_to;

/// What stays as it is in the value of a query parameter. `+`, `#`, `=` and `&` do not: a continuation token of the
/// entitlements holds them, and unencoded they make the service answer 500 (vsts-rest-api-specs#442).
const QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b',').remove(b'@');

/// A value as it stands in a query.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

/// The address of one service.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Which service this is.
    pub service: Service,
    base: Url,
}

impl Endpoint {
    /// Reads an address: `https`, or `http` for loopback; without user, query or fragment.
    pub fn parse(service: Service, text: &str) -> Result<Self, Problem> {
        let refuse = |why: &str| {
            Err(Problem::local(
                format!("reading the address of {service}"),
                format!("`{}` {why}", clean_to(text, 200)),
                "Correct it under [endpoints] in the configuration, or remove it there: the default is the service's \
                 own address.",
            ))
        };
        let Ok(base) = Url::parse(text.trim()) else { return refuse("is not an address") };
        let Some(host) = base.host_str() else { return refuse("has no host") };
        if !base.username().is_empty() || base.password().is_some() {
            return refuse("holds a user name; credentials have a section of their own");
        }
        if base.query().is_some() || base.fragment().is_some() {
            return refuse("has a query or a fragment");
        }
        match base.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return refuse("is plain http, which is allowed for this machine (loopback) only"),
            _ => return refuse("is neither https nor http"),
        }
        Ok(Self { service, base })
    }

    /// The address of something below this endpoint. Segments are encoded; the values of the query too.
    ///
    /// Fails on a segment that would change the path: an empty key in `DELETE userentitlements/{key}` must not become a
    /// call about the collection.
    pub fn url(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Url, Problem> {
        if let Some(odd) = segments.iter().find(|segment| matches!(segment.trim(), "" | "." | "..")) {
            return Err(Problem::local(
                format!("addressing {}", self.service),
                format!("`{odd}` cannot be a part of an address"),
                "An id or a name that should be there is empty. Read again; if it stays, report it as a fault.",
            ));
        }
        Ok(self.fixed_url(segments, query))
    }

    /// [`Endpoint::url`] for segments that are fixed, or were checked before.
    pub fn fixed_url(&self, segments: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            let pairs: Vec<String> =
                query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
            url.set_query(Some(&pairs.join("&")));
        }
        url
    }

    /// Whether this address belongs to the service: the same scheme, host and port, a path below the endpoint's own, and
    /// nothing that could be read as another path.
    pub fn covers(&self, url: &Url) -> bool {
        let same_place = url.scheme() == self.base.scheme()
            && url.host_str() == self.base.host_str()
            && url.port_or_known_default() == self.base.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none();
        let prefix = self.base.path().trim_end_matches('/');
        let path = url.path();
        let below = path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let lower = path.to_ascii_lowercase();
        let plain = !["%2e", "%2f", "%5c"].iter().any(|trick| lower.contains(trick));
        same_place && below && (plain || prefix.is_empty())
    }

    /// Takes an absolute address that the service gave, if it is the service's own.
    pub fn follow(&self, link: &str, asked: &str) -> Result<Url, Problem> {
        match Url::parse(link) {
            Ok(url) if self.covers(&url) => Ok(url),
            other => {
                let place = other.map_or_else(
                    |_| "no address at all".to_owned(),
                    |url| format!("`{}`", url.origin().ascii_serialization()),
                );
                Err(Problem {
                    said: format!(
                        "the address of the next page leads to {}, which is not {}",
                        clean_to(&place, 200),
                        self.place()
                    ),
                    remedy: "Nothing was sent there, and no token left. If a proxy stands before the service, it must \
                             rewrite the addresses in the answers; else check [endpoints] in the configuration."
                        .into(),
                    ..Problem::at(self.service, ProblemKind::BadAnswer, asked)
                })
            }
        }
    }

    /// Scheme, host, port and path prefix.
    pub fn place(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Host and port.
    pub fn host(&self) -> (String, u16) {
        let host = self.base.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        (host, self.base.port_or_known_default().unwrap_or(443))
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.base.host_str().is_some_and(is_loopback)
    }

    /// Whether it is spoken to in plain text.
    pub fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// The path below the endpoint and the names of the query's parameters, for logs: values may hold tokens.
    pub fn path_for_log(&self, url: &Url) -> String {
        let path =
            url.path().strip_prefix(self.base.path().trim_end_matches('/')).unwrap_or_else(|| url.path());
        let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        let query = if names.is_empty() { String::new() } else { format!("?{}", names.join("&")) };
        clean_to(&format!("{path}{query}"), 300).into_owned()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.place())
    }
}

/// 127.0.0.0/8, `::1`, and `localhost`, which the transport pins to them.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        Endpoint::parse(Service::MicrosoftGraph, text).unwrap()
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for fine in [
            "http://127.0.0.1:80",
            "http://127.8.9.1",
            "http://[::1]:5/x",
            "http://localhost:1",
            "https://a.example",
        ] {
            assert!(Endpoint::parse(Service::AzureDevOps, fine).is_ok(), "{fine}");
        }
        for bad in [
            "http://dev.azure.com",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "ftp://127.0.0.1",
            "https://user:word@a.example",
            "https://a.example/?q=1",
            "not an address",
            "http://0.0.0.0",
        ] {
            assert!(Endpoint::parse(Service::AzureDevOps, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_addresses_below_the_endpoint_are_covered() {
        let graph = endpoint("https://proxy.example:8443/graph/");
        let covers = |text: &str| graph.covers(&Url::parse(text).unwrap());
        assert!(covers("https://proxy.example:8443/graph/v1.0/users?$skiptoken=x"));
        assert!(covers("https://PROXY.example:8443/graph"));
        for bad in [
            "https://proxy.example/graph/v1.0/users",
            "http://proxy.example:8443/graph/v1.0/users",
            "https://proxy.example:8443/graphite/v1.0",
            "https://proxy.example:8443/graph/../devops",
            "https://proxy.example:8443/graph/%2e%2e/devops",
            "https://proxy.example:8443/graph/..%2fdevops",
            "https://proxy.example.evil.example:8443/graph/x",
            "https://proxy.example:8443@evil.example/graph/x",
            "https://someone@proxy.example:8443/graph/x",
        ] {
            assert!(!covers(bad), "{bad}");
        }
        assert!(
            endpoint("https://graph.microsoft.com")
                .covers(&Url::parse("https://graph.microsoft.com:443/v1.0").unwrap())
        );
    }

    #[test]
    fn a_foreign_next_link_is_refused_in_words() {
        let problem = endpoint("https://graph.microsoft.com")
            .follow("https://evil.example/v1.0/users?t=secret", "reading")
            .unwrap_err();
        assert_eq!(problem.kind, ProblemKind::BadAnswer);
        assert!(problem.said.contains("https://evil.example"), "{problem}");
        assert!(!problem.to_string().contains("secret"));
    }

    #[test]
    fn queries_and_segments_are_encoded() {
        let url = endpoint("http://127.0.0.1:9/vsaex")
            .url(
                &["fab rikam", "_apis", "a/b"],
                &[("continuationToken", "+RID:~a==#RT:1#TRC:100"), ("$top", "999")],
            )
            .unwrap();
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:9/vsaex/fab%20rikam/_apis/a%2Fb?continuationToken=%2BRID%3A~a%3D%3D%23RT%3A1%23TRC%3A100&$top=999"
        );
        assert_eq!(
            endpoint("http://127.0.0.1:9/vsaex").path_for_log(&url),
            "/fab%20rikam/_apis/a%2Fb?continuationToken&$top"
        );
    }

    #[test]
    fn a_segment_that_changes_the_path_is_refused() {
        for odd in ["", " ", ".", ".."] {
            assert!(endpoint("https://graph.microsoft.com").url(&["users", odd], &[]).is_err(), "{odd:?}");
        }
    }
}
