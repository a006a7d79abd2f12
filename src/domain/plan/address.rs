//! Addresses as the plan needs them: when two are the same, whether a tenant user holds one, and which ones Microsoft Graph
//! refuses to invite.

use crate::domain::people::{OrgUser, TenantUser};

/// The address in the form in which addresses are compared: without blanks around it, in lower case.
pub fn key(address: &str) -> String {
    address.trim().to_lowercase()
}

/// Whether two addresses are the same; case and blanks around them do not count. Two empty ones are never the same.
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    !a.is_empty()
        && (a.eq_ignore_ascii_case(b)
            || (!(a.is_ascii() && b.is_ascii()) && a.to_lowercase() == b.to_lowercase()))
}

/// Whether a tenant user is known under this address: as sign-in name, mail, another mail, smtp proxy address, sign-in
/// identity or decoded guest name.
pub fn held_by(user: &TenantUser, address: &str) -> bool {
    same(user.user_principal_name(), address)
        || user.mail().is_some_and(|mail| same(mail, address))
        || [user.other_mails(), user.proxy_addresses(), user.identity_addresses()]
            .into_iter()
            .any(|mut list| list.any(|held| same(held, address)))
        || (user.user_principal_name().contains('#')
            && user.decoded_guest_address().is_some_and(|decoded| same(&decoded, address)))
}

/// Whether an org user is on a list of addresses, by sign-in or mail address.
pub fn is_listed<'a>(user: &OrgUser, addresses: impl IntoIterator<Item = &'a String>) -> bool {
    addresses.into_iter().any(|listed| {
        same(listed, &user.principal_name) || user.mail.as_deref().is_some_and(|mail| same(listed, mail))
    })
}

/// The part after the last `@`, if there is one.
pub fn domain(address: &str) -> Option<&str> {
    address.trim().rsplit_once('@').map(|(_, domain)| domain).filter(|domain| !domain.is_empty())
}

/// Characters that the invitation API documents as refused in the part before the `@`.
/// Source: Microsoft Graph, "Create invitation".
const REFUSED_IN_LOCAL_PART: &str = "~!#$%^&*()+=[]{}\\/|;:\"<>?,";

/// Why Microsoft Graph would refuse an invitation to this address, as far as its documentation says; `None` when it may be
/// sent.
pub fn invitation_problem(address: &str) -> Option<String> {
    let address = address.trim();
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Some("it has no `@`".to_owned());
    };
    if local.is_empty() {
        return Some("nothing stands before the `@`".to_owned());
    }
    if address.chars().any(|c| c.is_whitespace() || crate::domain::text::is_suspicious(c)) {
        return Some("it contains a blank or an invisible character".to_owned());
    }
    if local.contains('@') {
        return Some("it has more than one `@`".to_owned());
    }
    if !domain.contains('.')
        || domain.split('.').any(str::is_empty)
        || domain.chars().any(|c| REFUSED_IN_LOCAL_PART.contains(c))
    {
        return Some("what follows the `@` is not a mail domain".to_owned());
    }
    if local.contains('+') {
        return Some("Microsoft Graph refuses addresses with a `+`; use the address without it".to_owned());
    }
    if let Some(c) = local.chars().find(|c| REFUSED_IN_LOCAL_PART.contains(*c)) {
        return Some(format!("Microsoft Graph refuses `{c}` before the `@`"));
    }
    if local.starts_with(['.', '-']) || local.ends_with(['.', '-']) {
        return Some(
            "Microsoft Graph refuses a dot or a hyphen at either end of the part before the `@`".to_owned(),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::fixtures::tenant_user;

    #[test]
    fn addresses_that_graph_documents_as_refused_are_refused() {
        for address in [
            "no-at-sign",
            "@fabrikam.com",
            "a@b@fabrikam.com",
            "adele+ado@fabrikam.com",
            ".adele@fabrikam.com",
            "adele.@fabrikam.com",
            "-adele@fabrikam.com",
            "adele-@fabrikam.com",
            "adele@localhost",
            "adele@fabrikam..com",
            "adele vance@fabrikam.com",
            "ade\u{200b}le@fabrikam.com",
            "adele@fabri\u{202e}kam.com",
        ] {
            assert!(invitation_problem(address).is_some(), "{address}");
        }
        for c in REFUSED_IN_LOCAL_PART.chars() {
            assert!(invitation_problem(&format!("a{c}b@fabrikam.com")).is_some(), "{c}");
        }
        for address in
            ["adele@fabrikam.com", "a.b-c_d@sub.fabrikam.com", "_adele_@fabrikam.com", "o'neil@fabrikam.com"]
        {
            assert_eq!(invitation_problem(address), None, "{address}");
        }
    }

    #[test]
    fn a_tenant_user_is_found_under_each_of_their_addresses() {
        let mut user = tenant_user(1, "Adele Vance", "adele_outlook.com#EXT#@contoso.onmicrosoft.com");
        user.edit(|it| it.mail = Some("adele@contoso.com".into()));
        user.edit(|it| it.other_mails = Box::new(["a.vance@live.com".into()]));
        user.edit(|it| it.proxy_addresses = Box::new(["av@contoso.com".into()]));
        user.edit(|it| it.identity_addresses = Box::new(["adele@google.example".into()]));
        for address in [
            "adele@outlook.com",
            "ADELE@contoso.com ",
            "a.vance@live.com",
            "av@contoso.com",
            "adele@google.example",
        ] {
            assert!(held_by(&user, address), "{address}");
        }
        assert!(!held_by(&user, "adele@fabrikam.com"));
        assert!(!held_by(&user, ""));
    }
}
