//! The addresses of both sides, in the form in which they are compared, each with what it is.

use super::fold::{address_key, push_address_key};
use crate::domain::candidate::EvidenceKind;
use crate::domain::people::{OrgUser, TenantUser};

/// Calls back with every address of a tenant user: kind and key. An address that is there in several places comes several
/// times, strongest place first.
pub fn for_each_tenant_key(user: &TenantUser, buffer: &mut String, mut each: impl FnMut(EvidenceKind, &str)) {
    let mut give = |kind: EvidenceKind, text: &str| {
        buffer.clear();
        push_address_key(text, buffer);
        if buffer.contains('@') {
            each(kind, buffer);
        }
    };
    give(EvidenceKind::Upn, user.user_principal_name());
    if let Some(mail) = user.mail() {
        give(EvidenceKind::Mail, mail);
    }
    for mail in user.other_mails() {
        give(EvidenceKind::OtherMail, mail);
    }
    for proxy in user.proxy_addresses() {
        give(EvidenceKind::ProxyAddress, proxy);
    }
    if let Some(decoded) = user.decoded_guest_address() {
        give(EvidenceKind::GuestUpn, &decoded);
    }
    for identity in user.identity_addresses() {
        give(EvidenceKind::Identity, identity);
    }
}

/// The kinds in which a tenant user carries this address, strongest first, each once.
pub fn kinds_of(user: &TenantUser, key: &str) -> Vec<EvidenceKind> {
    let mut kinds = Vec::new();
    for_each_tenant_key(user, &mut String::new(), |kind, own| {
        if own == key && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    });
    kinds
}

/// The addresses of an org user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrgKeys {
    /// What the person signs in with; `None` when it is no address.
    pub sign_in: Option<String>,
    /// The mail address, where it is another one.
    pub mail: Option<String>,
}

impl OrgKeys {
    /// Of this person.
    pub fn of(user: &OrgUser) -> Self {
        let usable = |text: &str| {
            let key = address_key(text);
            let (local, domain) = key.rsplit_once('@')?;
            (!local.is_empty() && !domain.is_empty()).then_some(key)
        };
        let sign_in = usable(&user.principal_name);
        let mail = user.mail.as_deref().and_then(usable).filter(|mail| Some(mail) != sign_in.as_ref());
        Self { sign_in, mail }
    }

    /// Both, the sign-in address first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.sign_in.iter().chain(&self.mail).map(String::as_str)
    }

    /// Whether there is no address at all.
    pub fn is_empty(&self) -> bool {
        self.sign_in.is_none() && self.mail.is_none()
    }
}
