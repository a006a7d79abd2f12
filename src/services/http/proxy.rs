//! Which requests go through a proxy: by `HTTPS_PROXY` (else `ALL_PROXY`) and `NO_PROXY`, in capitals or not, as curl and most
//! other programs read them. Read here and not in the HTTP library, so that what is said about the way of a request is the way
//! that it goes, and a variable that cannot be used is an error and not silence.
//!
//! Loopback is never reached through a proxy, whatever the variables say.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::text::clean_to;

/// A proxy. Its password is not shown.
#[derive(Clone)]
pub struct Proxy {
    /// Scheme, host and port.
    url: Url,
    /// Who logs in, where the variable says so.
    user: Option<(String, SecretString)>,
    /// The variable that names it.
    from: String,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// As in a sentence: `http://proxy.fabrikam.example:8080 (HTTPS_PROXY)`.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.place(), self.from)
    }
}

impl Proxy {
    fn parse(from: &str, text: &str) -> Result<Self, String> {
        let unusable = |why: &str| Err(format!("{from} {why}"));
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        // The text may hold a password: it is not repeated.
        let Ok(mut url) = Url::parse(&whole) else {
            return unusable("does not name a proxy: it is no address");
        };
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = clean_to(url.scheme(), 20).into_owned();
            return unusable(&format!(
                "names a {scheme} proxy; this program speaks with http and https proxies only"
            ));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return unusable("names a proxy without a host");
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = (!url.username().is_empty()).then(|| {
            (decoded(url.username()), SecretString::from(decoded(url.password().unwrap_or_default())))
        });
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { url, user, from: from.to_owned() })
    }

    /// Scheme, host and port, without the password.
    pub fn place(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }

    /// Host and port.
    pub(crate) fn host(&self) -> (String, u16) {
        let host = self.url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        (host, self.url.port_or_known_default().unwrap_or(80))
    }

    /// Whether the connection to the proxy itself is TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The header that logs in, where the variable holds a name.
    pub(crate) fn login(&self) -> Option<SecretString> {
        use base64::Engine as _;
        let (user, password) = self.user.as_ref()?;
        let pair = format!("{user}:{}", password.expose_secret());
        Some(SecretString::from(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))))
    }

    /// For the HTTP library.
    pub(crate) fn for_client(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let proxy = reqwest::Proxy::all(self.url.clone())?;
        Ok(match &self.user {
            Some((user, password)) => proxy.basic_auth(user, password.expose_secret()),
            None => proxy,
        })
    }
}

/// The way to a host.
#[derive(Debug, Clone)]
pub enum Route {
    /// Straight, and why not otherwise.
    Direct(Straight),
    /// Through this proxy.
    Through(Proxy),
    /// A variable that names the proxy cannot be used: what is wrong with it.
    Unusable(String),
}

/// Why a host is asked without a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Straight {
    /// No variable names a proxy.
    NoProxy,
    /// `HTTP_PROXY` is set, and serves plain http only.
    OnlyForHttp,
    /// It is on this machine.
    Loopback,
    /// This entry of the variable takes it out.
    Excepted(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Exception {
    All,
    /// A name, and everything below it.
    Name(String, Option<u16>),
    Address(IpAddr),
    /// Addresses that begin with so many bits.
    Network(IpAddr, u8),
}

/// What the environment says about proxies.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    proxy: Option<Result<Proxy, String>>,
    only_for_http: bool,
    exceptions: Vec<(Exception, String)>,
}

impl Proxies {
    /// From these variables.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str]| {
            names.iter().find_map(|name| {
                let value = variable(name)?.trim().to_owned();
                (!value.is_empty()).then(|| ((*name).to_owned(), value))
            })
        };
        let named = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]);
        let exceptions = first(&["NO_PROXY", "no_proxy"]).map(|(name, value)| {
            value
                .split(',')
                .filter_map(|entry| {
                    let entry = entry.trim();
                    Some((exception(entry)?, format!("{name}: {}", clean_to(entry, 80))))
                })
                .collect()
        });
        Self {
            proxy: named.map(|(name, value)| Proxy::parse(&name, &value)),
            only_for_http: first(&["http_proxy", "HTTP_PROXY"]).is_some(),
            exceptions: exceptions.unwrap_or_default(),
        }
    }

    /// The way to this host.
    pub fn route(&self, host: &str, port: u16) -> Route {
        let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        let address: Option<IpAddr> = host.parse().ok();
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return Route::Direct(Straight::Loopback);
        }
        let Some(proxy) = &self.proxy else {
            return Route::Direct(if self.only_for_http { Straight::OnlyForHttp } else { Straight::NoProxy });
        };
        if let Some((_, entry)) =
            self.exceptions.iter().find(|(exception, _)| excepts(exception, &host, address, port))
        {
            return Route::Direct(Straight::Excepted(entry.clone()));
        }
        match proxy {
            Ok(proxy) => Route::Through(proxy.clone()),
            Err(why) => Route::Unusable(why.clone()),
        }
    }
}

fn exception(entry: &str) -> Option<Exception> {
    if entry == "*" {
        return Some(Exception::All);
    }
    if let Some((address, bits)) = entry.split_once('/') {
        return Some(Exception::Network(address.parse().ok()?, bits.parse().ok()?));
    }
    let bare = entry.trim_matches(['[', ']']);
    if let Ok(address) = bare.parse() {
        return Some(Exception::Address(address));
    }
    let (name, port) = match entry.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (entry, None),
    };
    let name = name.trim_start_matches('*').trim_matches('.').to_ascii_lowercase();
    (!name.is_empty()).then_some(Exception::Name(name, port))
}

fn excepts(exception: &Exception, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    match exception {
        Exception::All => true,
        Exception::Address(other) => address == Some(*other),
        Exception::Network(network, bits) => address.is_some_and(|address| is_in(address, *network, *bits)),
        Exception::Name(name, only) => {
            let below =
                host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            below && only.is_none_or(|only| only == port)
        }
    }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let shift = |width: u32| width.checked_sub(u32::from(bits));
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => shift(32).is_some_and(|shift| {
            (address.to_bits() ^ network.to_bits()).checked_shr(shift).unwrap_or(0) == 0
        }),
        (IpAddr::V6(address), IpAddr::V6(network)) => shift(128).is_some_and(|shift| {
            (address.to_bits() ^ network.to_bits()).checked_shr(shift).unwrap_or(0) == 0
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &'static [(&'static str, &'static str)]) -> Proxies {
        Proxies::of(|asked| {
            variables.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned())
        })
    }

    fn way(proxies: &Proxies, host: &str) -> String {
        match proxies.route(host, 443) {
            Route::Direct(why) => format!("{why:?}"),
            Route::Through(proxy) => proxy.to_string(),
            Route::Unusable(why) => why,
        }
    }

    #[test]
    fn the_variables_in_their_order() {
        let https = proxies(&[("HTTPS_PROXY", "http://proxy:8080"), ("ALL_PROXY", "http://other:1")]);
        assert_eq!(way(&https, "dev.azure.com"), "http://proxy:8080 (HTTPS_PROXY)");
        assert_eq!(
            way(&proxies(&[("https_proxy", "proxy:3128")]), "x.example"),
            "http://proxy:3128 (https_proxy)"
        );
        assert_eq!(
            way(&proxies(&[("all_proxy", "https://p.example")]), "x.example"),
            "https://p.example (all_proxy)"
        );
        assert_eq!(way(&proxies(&[("HTTP_PROXY", "http://proxy:1")]), "x.example"), "OnlyForHttp");
        assert_eq!(way(&proxies(&[("HTTPS_PROXY", " ")]), "x.example"), "NoProxy");
        for local in ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
            assert_eq!(way(&https, local), "Loopback", "{local}");
        }
    }

    #[test]
    fn exceptions() {
        let all = proxies(&[
            ("HTTPS_PROXY", "http://proxy:8080"),
            (
                "NO_PROXY",
                "azure.com, .corp.example,10.0.0.0/8, 192.168.7.1,fd00::/8,[2001:db8::1], only.example:8443, *.star.example,,",
            ),
        ]);
        for direct in [
            "azure.com",
            "dev.azure.com",
            "DEV.AZURE.COM.",
            "corp.example",
            "a.b.corp.example",
            "10.1.2.3",
            "192.168.7.1",
            "fd12::1",
            "[2001:db8::1]",
            "a.star.example",
        ] {
            assert!(way(&all, direct).starts_with("Excepted"), "{direct}: {}", way(&all, direct));
        }
        for through in
            ["notazure.com", "azure.com.evil.example", "11.0.0.1", "192.168.7.2", "fe80::1", "only.example"]
        {
            assert!(way(&all, through).starts_with("http://proxy"), "{through}");
        }
        assert!(matches!(all.route("only.example", 8443), Route::Direct(Straight::Excepted(_))));
        let everything = proxies(&[("HTTPS_PROXY", "http://proxy"), ("no_proxy", "*")]);
        assert_eq!(way(&everything, "x.example"), "Excepted(\"no_proxy: *\")");
        let none = proxies(&[("HTTPS_PROXY", "http://proxy"), ("NO_PROXY", "0.0.0.0/0,::/0,x/33,:1")]);
        assert!(way(&none, "9.9.9.9").starts_with("Excepted"), "all addresses");
        assert!(way(&none, "name.example").starts_with("http://"), "a name is no address");
    }

    #[test]
    fn passwords_are_used_and_never_shown() {
        let with = proxies(&[("HTTPS_PROXY", "http://jane:se%40cret@proxy:8080/path?x")]);
        let Route::Through(proxy) = with.route("x.example", 443) else { panic!() };
        assert_eq!(proxy.place(), "http://proxy:8080");
        assert!(!format!("{with:?} {proxy}").contains("cret"));
        assert_eq!(proxy.login().unwrap().expose_secret(), "Basic amFuZTpzZUBjcmV0");
    }

    #[test]
    fn what_cannot_be_used_is_said_without_repeating_it() {
        for (value, said) in [
            ("socks5://jane:secret@proxy:1", "names a socks5 proxy"),
            ("http://:secret@:x", "is no address"),
            ("http://", "is no address"),
        ] {
            let told = Proxies::of(|name| (name == "HTTPS_PROXY").then(|| value.to_owned()));
            let text = way(&told, "x.example");
            assert!(
                text.starts_with("HTTPS_PROXY") && text.contains(said) && !text.contains("secret"),
                "{text}"
            );
        }
    }
}
