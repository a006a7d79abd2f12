//! The addresses of the portal's pages, built by the program itself and never taken from an answer.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Microsoft's own endpoint.
const MICROSOFT: &str = "https://dev.azure.com";

/// The page that lists all organizations and directories of whoever is signed in; it works when the organization does not.
const RESCUE: &str = "https://aex.dev.azure.com/me";

/// The portal of one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    base: String,
    organization: String,
}

impl Portal {
    /// The portal at this endpoint: Microsoft's, or the simulator's.
    pub fn new(azure_devops: &str, organization: &str) -> Self {
        let name = organization.trim();
        // A dot segment would be taken out of the address by a browser.
        let organization = if name.chars().all(|c| c == '.') {
            name.replace('.', "%2E")
        } else {
            utf8_percent_encode(name, SEGMENT).to_string()
        };
        Self { base: azure_devops.trim_end_matches('/').to_owned(), organization }
    }

    /// The organization's own page.
    pub fn home(&self) -> String {
        format!("{}/{}", self.base, self.organization)
    }

    /// Organization settings, Microsoft Entra ID: where one connects, disconnects and resolves.
    pub fn directory_page(&self) -> String {
        format!("{}/_settings/organizationAad", self.home())
    }

    /// Organization settings, Users.
    pub fn users_page(&self) -> String {
        format!("{}/_settings/users", self.home())
    }

    /// The rescue page: at Microsoft's for the real service, at the simulator's own address for the simulator.
    pub fn rescue_page(&self) -> String {
        if self.base.eq_ignore_ascii_case(MICROSOFT) {
            RESCUE.to_owned()
        } else {
            format!("{}/me", self.base)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_and_the_simulator_stays_by_itself() {
        let portal = Portal::new("https://dev.azure.com/", "fabrikam");
        assert_eq!(portal.directory_page(), "https://dev.azure.com/fabrikam/_settings/organizationAad");
        assert_eq!(portal.users_page(), "https://dev.azure.com/fabrikam/_settings/users");
        assert_eq!(portal.rescue_page(), "https://aex.dev.azure.com/me");
        assert_eq!(
            Portal::new("https://dev.azure.com", "a/../b?c#d\u{1b}é").home(),
            "https://dev.azure.com/a%2F..%2Fb%3Fc%23d%1B%C3%A9"
        );
        assert_eq!(Portal::new("https://dev.azure.com", "..").home(), "https://dev.azure.com/%2E%2E");
        let simulated = Portal::new("http://127.0.0.1:8080/ado", "fabrikam");
        assert_eq!(simulated.rescue_page(), "http://127.0.0.1:8080/ado/me");
    }
}
