//! Domains in which anybody may have an address. What stands before the `@` there was free at the time and says nothing about
//! who somebody is in a company.

/// Providers by their name before the country's ending (`yahoo.co.uk`, `hotmail.fr`), and whole domains.
const NAMES: [&str; 14] = [
    "gmail",
    "googlemail",
    "outlook",
    "hotmail",
    "live",
    "msn",
    "yahoo",
    "ymail",
    "icloud",
    "gmx",
    "aol",
    "yandex",
    "protonmail",
    "zoho",
];

const DOMAINS: [&str; 46] = [
    "126.com",
    "163.com",
    "abv.bg",
    "bigpond.com",
    "bluewin.ch",
    "bol.com.br",
    "btinternet.com",
    "centrum.cz",
    "comcast.net",
    "cox.net",
    "daum.net",
    "earthlink.net",
    "email.com",
    "fastmail.com",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "hanmail.net",
    "hey.com",
    "inbox.com",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "naver.com",
    "o2.pl",
    "onet.pl",
    "orange.fr",
    "outlook.com",
    "pm.me",
    "posteo.de",
    "proton.me",
    "qq.com",
    "rediffmail.com",
    "rocketmail.com",
    "seznam.cz",
    "sina.com",
    "t-online.de",
    "tutanota.com",
    "uol.com.br",
    "virgilio.it",
    "web.de",
    "wp.pl",
];

/// Whether anybody may have an address in this domain (an address key's).
pub fn is_public_provider(domain: &str) -> bool {
    if DOMAINS.binary_search(&domain).is_ok() {
        return true;
    }
    let mut labels = domain.split('.');
    let known = labels.next().is_some_and(|name| NAMES.contains(&name));
    // `outlook.contoso.com` is somebody's own
    known && labels.clone().count() <= 2 && labels.all(|label| label.len() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(DOMAINS.is_sorted());
    }

    #[test]
    fn public_providers_are_told_from_companies() {
        for domain in ["gmail.com", "hotmail.fr", "yahoo.co.uk", "outlook.com", "web.de", "live.com.au"] {
            assert!(is_public_provider(domain), "{domain}");
        }
        for domain in ["fabrikam.com", "outlook.contoso.com", "live-events.com", "mail.contoso.com"] {
            assert!(!is_public_provider(domain), "{domain}");
        }
    }
}
