//! Reading of a certificate what an administrator asks about: to whom, by whom, until when. Nothing is decided by it: whether a
//! certificate is good is the TLS library's business. A reader that takes any bytes, and stops where they make no sense.
//!
//! Source: RFC 5280, section 4.1; X.690 for the encoding.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::text::clean_to;

/// What stands in a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub subject: String,
    pub issuer: String,
    pub issuer_organization: Option<String>,
    pub valid: Option<(Timestamp, Timestamp)>,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// The rest of a sequence of elements.
#[derive(Debug, Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next element: its tag and what is in it.
    fn next(&mut self) -> Option<(u8, Der<'a>)> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (bytes, rest) =
                rest.split_at_checked(usize::from(first & 0x7f)).filter(|(bytes, _)| bytes.len() <= 4)?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, Der(content)))
    }

    /// The next element, if it has this tag.
    fn expect(&mut self, tag: u8) -> Option<Der<'a>> {
        let mut ahead = *self;
        let (found, content) = ahead.next()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }
}

/// Reads a certificate.
pub(super) fn read(certificate: &[u8]) -> Option<Seen> {
    let mut whole = Der(certificate).expect(SEQUENCE)?;
    let mut body = whole.expect(SEQUENCE)?;
    let _ = body.expect(VERSION);
    body.next()?; // serial number
    body.next()?; // algorithm
    let issuer = body.expect(SEQUENCE)?;
    let validity = body.expect(SEQUENCE)?;
    let subject = body.expect(SEQUENCE)?;
    let named = |name| part(name, COMMON_NAME).or_else(|| part(name, ORGANIZATION)).unwrap_or_default();
    Some(Seen {
        subject: named(subject),
        issuer: named(issuer),
        issuer_organization: part(issuer, ORGANIZATION),
        valid: times(validity),
    })
}

/// The first value of this kind in a name.
fn part(mut name: Der<'_>, wanted: &[u8]) -> Option<String> {
    while let Some(mut set) = name.expect(SET) {
        while let Some(mut pair) = set.expect(SEQUENCE) {
            let is_wanted = pair.expect(OBJECT_ID)?.0 == wanted;
            let (tag, value) = pair.next()?;
            if is_wanted {
                return Some(text(tag, value.0));
            }
        }
    }
    None
}

fn text(tag: u8, bytes: &[u8]) -> String {
    const BMP: u8 = 0x1e;
    let text = if tag == BMP {
        let units: Vec<u16> =
            bytes.chunks_exact(2).filter_map(|two| Some(u16::from_be_bytes(two.try_into().ok()?))).collect();
        String::from_utf16_lossy(&units)
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    clean_to(&text, 120).into_owned()
}

fn times(mut validity: Der<'_>) -> Option<(Timestamp, Timestamp)> {
    let mut one = || {
        let (tag, time) = validity.next()?;
        moment(tag, std::str::from_utf8(time.0).ok()?)
    };
    Some((one()?, one()?))
}

/// `YYMMDDHHMMSSZ` (years from 1950 to 2049) or `YYYYMMDDHHMMSSZ`.
fn moment(tag: u8, text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z')?;
    let whole = match tag {
        UTC_TIME => {
            let century = if digits.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            format!("{century}{digits}")
        }
        GENERALIZED_TIME => digits.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%S", &whole).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DistinguishedName, DnType, Issuer, KeyPair, date_time_ymd};

    fn certificate() -> Vec<u8> {
        let mut ca = CertificateParams::new(vec![]).unwrap();
        let mut name = DistinguishedName::new();
        name.push(DnType::OrganizationName, "Fabrikam");
        name.push(DnType::CommonName, "Fabrikam TLS\u{202e} Inspection");
        ca.distinguished_name = name;
        let issuer = Issuer::new(ca, KeyPair::generate().unwrap());
        let mut leaf = CertificateParams::new(vec!["dev.azure.com".to_owned()]).unwrap();
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, "dev.azure.com");
        leaf.distinguished_name = name;
        leaf.not_before = date_time_ymd(2026, 1, 2);
        leaf.not_after = date_time_ymd(2055, 3, 4);
        leaf.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().der().to_vec()
    }

    #[test]
    fn to_whom_by_whom_and_until_when() {
        let seen = read(&certificate()).unwrap();
        assert_eq!(seen.subject, "dev.azure.com");
        assert_eq!(seen.issuer, "Fabrikam TLS\u{fffd} Inspection", "cleaned");
        assert_eq!(seen.issuer_organization.as_deref(), Some("Fabrikam"));
        let (from, until) = seen.valid.unwrap();
        assert_eq!(
            (from.to_string(), until.to_string()),
            ("2026-01-02T00:00:00Z".into(), "2055-03-04T00:00:00Z".into())
        );
    }

    #[test]
    fn any_bytes_are_taken() {
        let whole = certificate();
        for cut in 0..whole.len() {
            let _ = read(&whole[..cut]);
        }
        for at in 0..whole.len() {
            for value in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                let _ = read(&damaged);
            }
        }
        assert_eq!(read(&[]), None);
    }
}
