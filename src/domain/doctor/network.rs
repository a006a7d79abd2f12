//! The way to a service, step by step: the proxy, the name, the connection, TLS, the answer; and what each step says.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Area, Finding, Health};

/// How requests to a host leave this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Straight; why, where that is not plain.
    Direct(Option<String>),
    /// Through this proxy, named with its variable.
    Through(String),
    /// A variable cannot be used.
    Unusable(String),
}

/// Looking up a name for one family of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Family {
    /// How many addresses there are.
    pub addresses: usize,
    /// How long it took, where it could be measured by itself.
    pub took: Option<Duration>,
}

/// Looking up a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Whose name: the host's, or the proxy's.
    pub host: String,
    /// How long it took for both families together.
    pub took: Duration,
    /// IPv4.
    pub v4: Family,
    /// IPv6.
    pub v6: Family,
    /// Why it failed.
    pub failed: Option<String>,
}

/// A connection to one address of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// `IPv4` or `IPv6`.
    pub family: &'static str,
    /// How long it took, or why there is none.
    pub result: Result<Duration, String>,
}

/// What TLS showed. Whether the certificate is trusted is seen by the request, not here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Secured {
    /// `TLS 1.3`.
    pub version: String,
    /// How long it took.
    pub took: Duration,
    /// To whom the certificate was issued.
    pub subject: String,
    /// By whom.
    pub issuer: String,
    /// The organization of the issuer, where the certificate names one.
    pub issuer_organization: Option<String>,
    /// Since when and until when it is good.
    pub valid: Option<(Timestamp, Timestamp)>,
}

/// What the request brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The status; any will do.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// How far this machine's clock is ahead of the service's.
    pub ahead: Option<SignedDuration>,
}

/// Everything that was seen on the way to one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Host and port.
    pub host: String,
    /// The services that are there.
    pub services: Vec<&'static str>,
    /// Whether it is Microsoft's own address.
    pub microsofts: bool,
    /// The proxy, or none.
    pub way: Way,
    /// Name look-up; nothing for an address.
    pub lookup: Option<Lookup>,
    /// Connections, one for each family that has addresses.
    pub connections: Vec<Connected>,
    /// TLS; nothing for plain http.
    pub tls: Option<Result<Secured, String>>,
    /// The answer: status and time, or what happened and what to do.
    pub answer: Result<Answered, (String, String)>,
}

/// A name look-up that takes longer is felt at every new connection.
const SLOW_NAME: Duration = Duration::from_millis(500);
/// A connection that takes longer is far away, or goes a long way round.
const SLOW_CONNECTION: Duration = Duration::from_secs(2);
/// From here on a clock is worth a word, and from there on tokens are refused (Entra allows for five minutes).
const CLOCK_OFF: SignedDuration = SignedDuration::from_secs(30);
const CLOCK_WRONG: SignedDuration = SignedDuration::from_mins(4);

/// Who issues certificates for Microsoft's services. Source: Azure, *Certificate authority details* (`DigiCert` and Microsoft);
/// `GlobalSign` and Entrust were used before.
const ISSUERS: [&str; 5] = ["Microsoft Corporation", "DigiCert", "GlobalSign", "Entrust", "Baltimore"];

fn millis(span: Duration) -> String {
    format!("{} ms", span.as_millis())
}

impl Path {
    /// A certificate for one of Microsoft's addresses that nobody issued who issues them: a proxy reads along.
    fn read_along(&self) -> Option<&Secured> {
        let seen = self.tls.as_ref()?.as_ref().ok()?;
        let names = [seen.issuer_organization.as_deref().unwrap_or_default(), &seen.issuer];
        let known = ISSUERS.iter().any(|issuer| names.iter().any(|name| name.starts_with(issuer)));
        (self.microsofts && !known).then_some(seen)
    }

    fn slow(&self) -> Option<String> {
        if let Some(lookup) = self.lookup.as_ref().filter(|lookup| lookup.took > SLOW_NAME) {
            return Some(format!(
                "Looking up {} takes {}: see /etc/resolv.conf (the first name server may not answer) and the VPN.",
                lookup.host,
                millis(lookup.took)
            ));
        }
        let slow =
            self.connections.iter().find(|one| one.result.as_ref().is_ok_and(|took| *took > SLOW_CONNECTION));
        slow.map(|one| {
            format!("Connecting over {} takes long: ask whoever runs the network or the VPN.", one.family)
        })
    }

    /// A family whose addresses do not answer while the other's do.
    fn broken_family(&self) -> Option<(&'static str, &str)> {
        let works = self.connections.iter().any(|one| one.result.is_ok());
        let broken = self.connections.iter().find(|one| one.result.is_err()).filter(|_| works)?;
        Some((broken.family, broken.result.as_ref().err()?))
    }

    /// As a finding.
    pub fn finding(&self) -> Finding {
        let (verdict, remedy) = self.verdict();
        let mut said = match &self.way {
            Way::Direct(None) => "direct".to_owned(),
            Way::Direct(Some(why)) => format!("direct ({why})"),
            Way::Through(proxy) => format!("through {proxy}"),
            Way::Unusable(why) => why.clone(),
        };
        match &self.answer {
            Ok(answer) => {
                let _ = write!(said, "; answers {} after {}", answer.status, millis(answer.took));
            }
            Err((problem, _)) => {
                let _ = write!(said, "; {problem}");
            }
        }
        if let Some(Ok(tls)) = &self.tls {
            let _ = write!(said, "; {}, issued by {}", tls.version, tls.issuer);
        }
        let mut finding = Finding::new(Area::Network, self.host.clone(), verdict, said).remedy(remedy);
        finding = finding.detail("services", self.services.join(", "));
        finding = self.details(finding);
        finding
    }

    fn verdict(&self) -> (Health, String) {
        if let Way::Unusable(_) = &self.way {
            return (
                Health::Bad,
                "Set the variable to http://HOST:PORT, or unset it; NO_PROXY takes hosts out.".into(),
            );
        }
        if let Err((_, remedy)) = &self.answer {
            let read_along = self.read_along().map(|seen| {
                format!(
                    " The certificate was issued by `{}`: if that is your company's proxy, name its root certificate as ca_file \
                     under [network].",
                    seen.issuer
                )
            });
            return (Health::Bad, format!("{remedy}{}", read_along.unwrap_or_default()));
        }
        if let Some((family, why)) = self.broken_family() {
            let text = format!(
                "{family} does not work here ({why}): each new connection may wait for it. Mend {family}, or have the name server \
                 not give such addresses."
            );
            return (Health::Careful, text);
        }
        if let Some(slow) = self.slow() {
            return (Health::Careful, slow);
        }
        if let Some(seen) = self.read_along() {
            let text = format!(
                "`{}` is none of those who issue Microsoft's certificates: a proxy reads along, tokens included. It is trusted \
                 here, so it works; know that it is so.",
                seen.issuer
            );
            return (Health::Told, text);
        }
        (Health::Good, String::new())
    }

    fn details(&self, mut finding: Finding) -> Finding {
        if let Some(lookup) = &self.lookup {
            let family = |name: &str, family: &Family| {
                let took = family.took.map(|took| format!(" in {}", millis(took))).unwrap_or_default();
                format!("{} {name}{took}", family.addresses)
            };
            let value = match &lookup.failed {
                Some(why) => format!("{}: {why} (after {})", lookup.host, millis(lookup.took)),
                None => format!(
                    "{}: {}; {}, {}",
                    lookup.host,
                    millis(lookup.took),
                    family("IPv4", &lookup.v4),
                    family("IPv6", &lookup.v6)
                ),
            };
            finding = finding.detail("name", value);
        }
        for one in &self.connections {
            let value = match &one.result {
                Ok(took) => millis(*took),
                Err(why) => why.clone(),
            };
            finding = finding.detail(format!("TCP {}", one.family), value);
        }
        match &self.tls {
            None => {}
            Some(Err(why)) => finding = finding.detail("TLS", why.clone()),
            Some(Ok(tls)) => {
                finding = finding.detail("TLS", format!("{} in {}", tls.version, millis(tls.took)));
                let mut of = format!("{}, issued by {}", tls.subject, tls.issuer);
                if let Some(organization) = &tls.issuer_organization {
                    let _ = write!(of, " ({organization})");
                }
                if let Some((_, until)) = tls.valid {
                    let _ = write!(of, ", until {}", until.strftime("%Y-%m-%d"));
                }
                finding = finding.detail("certificate", of);
            }
        }
        finding
    }
}

/// This machine's clock beside the services': the middle of what the hosts say, so that one wrong server does not count.
pub fn clock(paths: &[Path], words: impl Fn(SignedDuration) -> String) -> Finding {
    let mut aheads: Vec<SignedDuration> =
        paths.iter().filter_map(|path| path.answer.as_ref().ok()?.ahead).collect();
    aheads.sort_unstable();
    let Some(ahead) = aheads.get(aheads.len() / 2).copied() else {
        return Finding::new(
            Area::Clock,
            "clock",
            Health::Unknown,
            "no service said what time it is, so this machine's clock could not be compared",
        );
    };
    let finding = |verdict, said: String| {
        Finding::new(Area::Clock, "clock", verdict, said).detail("seconds ahead", ahead.as_secs().to_string())
    };
    let set = "Set this machine's clock: timedatectl set-ntp true, or ask whoever runs the machine.";
    if ahead.abs() >= CLOCK_WRONG {
        let said = format!("this machine's clock is {} the services': tokens will be refused", words(ahead));
        finding(Health::Bad, said).remedy(set)
    } else if ahead.abs() >= CLOCK_OFF {
        let said = format!("this machine's clock is {} the services'; tokens are still taken", words(ahead));
        finding(Health::Careful, said).remedy(set)
    } else {
        finding(Health::Good, format!("within {} s of the services'", ahead.abs().as_secs().max(2)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> Path {
        Path {
            host: "graph.microsoft.com".into(),
            services: vec!["Microsoft Graph"],
            microsofts: true,
            way: Way::Direct(None),
            lookup: Some(Lookup {
                host: "graph.microsoft.com".into(),
                took: Duration::from_millis(12),
                v4: Family { addresses: 3, took: Some(Duration::from_millis(9)) },
                v6: Family { addresses: 2, took: None },
                failed: None,
            }),
            connections: vec![
                Connected { family: "IPv4", result: Ok(Duration::from_millis(20)) },
                Connected { family: "IPv6", result: Ok(Duration::from_millis(21)) },
            ],
            tls: Some(Ok(Secured {
                version: "TLS 1.3".into(),
                took: Duration::from_millis(30),
                subject: "graph.microsoft.com".into(),
                issuer: "DigiCert SHA2 Secure Server CA".into(),
                issuer_organization: Some("DigiCert Inc".into()),
                valid: None,
            })),
            answer: Ok(Answered { status: 404, took: Duration::from_millis(80), ahead: None }),
        }
    }

    #[test]
    fn a_good_way_and_its_figures() {
        let finding = path().finding();
        assert_eq!((finding.verdict, finding.remedy.as_str()), (Health::Good, ""));
        assert_eq!(
            finding.said,
            "direct; answers 404 after 80 ms; TLS 1.3, issued by DigiCert SHA2 Secure Server CA"
        );
        let details: Vec<_> =
            finding.details.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert!(
            details.contains(&"name: graph.microsoft.com: 12 ms; 3 IPv4 in 9 ms, 2 IPv6".to_owned()),
            "{details:?}"
        );
        assert!(details.contains(&"TCP IPv6: 21 ms".to_owned()));
    }

    #[test]
    fn one_family_that_does_not_work_is_named() {
        let mut path = path();
        path.connections[1].result = Err("no answer within 5 s".into());
        let finding = path.finding();
        assert_eq!(finding.verdict, Health::Careful);
        assert!(
            finding.remedy.starts_with("IPv6 does not work here (no answer within 5 s)"),
            "{}",
            finding.remedy
        );
    }

    #[test]
    fn slow_names_are_told_with_where_to_look() {
        let mut path = path();
        path.lookup.as_mut().unwrap().took = Duration::from_secs(5);
        let finding = path.finding();
        assert_eq!(finding.verdict, Health::Careful);
        assert!(finding.remedy.contains("resolv.conf"), "{}", finding.remedy);
    }

    #[test]
    fn a_proxy_that_reads_along_is_told_whether_it_is_trusted_or_not() {
        let mut path = path();
        if let Some(Ok(tls)) = &mut path.tls {
            (tls.issuer, tls.issuer_organization) =
                ("Fabrikam TLS Inspection".into(), Some("Fabrikam".into()));
        }
        let finding = path.finding();
        assert_eq!(finding.verdict, Health::Told);
        assert!(finding.remedy.contains("reads along"), "{}", finding.remedy);
        path.answer = Err(("no connection: invalid peer certificate".into(), "Not accepted.".into()));
        let finding = path.finding();
        assert_eq!(finding.verdict, Health::Bad);
        assert!(finding.remedy.contains("`Fabrikam TLS Inspection`") && finding.remedy.contains("ca_file"));
        // An address of one's own may have a certificate of one's own.
        path.microsofts = false;
        assert!(!path.finding().remedy.contains("Inspection"));
    }

    #[test]
    fn the_clock_is_the_middle_of_what_the_services_say() {
        let with = |seconds: &[i64]| {
            let paths: Vec<Path> = seconds
                .iter()
                .map(|seconds| Path {
                    answer: Ok(Answered {
                        status: 200,
                        took: Duration::ZERO,
                        ahead: Some(SignedDuration::from_secs(*seconds)),
                    }),
                    ..path()
                })
                .collect();
            clock(&paths, |ahead| format!("{} s ahead of", ahead.as_secs()))
        };
        assert_eq!(with(&[0, 1, -86_400]).verdict, Health::Good, "one wrong server");
        assert_eq!(with(&[45]).verdict, Health::Careful);
        let wrong = with(&[-700, -699, 2]);
        assert_eq!((wrong.verdict, wrong.remedy.contains("timedatectl")), (Health::Bad, true));
        assert_eq!(with(&[]).verdict, Health::Unknown);
    }
}
