//! A user of the destination tenant, small enough that half a million of them fit.

use std::fmt;

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde::{Deserialize, Deserializer};

use super::UserType;
use super::texts::{Field, List, Strings, Texts};
use crate::domain::ids::ObjectId;

/// A user object of the destination tenant. The texts lie in one block, each once; see [`TenantUserParts`] for making one.
/// Serialized as [`TenantUserParts`] is.
#[derive(Clone, PartialEq)]
pub struct TenantUser {
    /// Identifies the user.
    pub id: ObjectId,
    /// Member or guest; `None` for an old object that has neither.
    pub user_type: Option<UserType>,
    /// Whether the account may sign in; `None` when it could not be read.
    pub enabled: Option<bool>,
    /// An invited guest who has not accepted yet.
    pub pending: bool,
    /// Soft-deleted: known from the tenant's deleted items.
    pub deleted: bool,
    /// When the object was made.
    pub created: Option<Timestamp>,
    texts: Texts,
}

/// A user object of the destination tenant, field by field: what a [`TenantUser`] is made from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, Deserialize)]
pub struct TenantUserParts {
    /// Identifies the user.
    pub id: ObjectId,
    /// Untrusted, for people's eyes.
    pub display_name: Box<str>,
    /// Given name, where the tenant has one.
    pub given_name: Option<Box<str>>,
    /// Surname, where the tenant has one.
    pub surname: Option<Box<str>>,
    /// The userPrincipalName, which is what connecting maps by.
    pub user_principal_name: Box<str>,
    /// Main mail address.
    pub mail: Option<Box<str>>,
    /// Further addresses, unverified (Graph `otherMails`).
    pub other_mails: Box<[Box<str>]>,
    /// The smtp proxy addresses without their prefix; SIP, X500 and the like are left out.
    pub proxy_addresses: Box<[Box<str>]>,
    /// Addresses of sign-in identities (Graph `identities` of an e-mail kind).
    pub identity_addresses: Box<[Box<str>]>,
    /// Member or guest; `None` for an old object that has neither.
    pub user_type: Option<UserType>,
    /// Whether the account may sign in; `None` when it could not be read.
    pub enabled: Option<bool>,
    /// An invited guest who has not accepted yet.
    pub pending: bool,
    /// Soft-deleted: known from the tenant's deleted items.
    pub deleted: bool,
    /// The mail nickname.
    pub mail_nickname: Option<Box<str>>,
    /// The on-premises account name.
    pub sam_account_name: Option<Box<str>>,
    /// When the object was made.
    pub created: Option<Timestamp>,
}

/// A single text beyond [`super::LONGEST_TEXT`] is cut, a list ends after [`super::MOST_ENTRIES`]; nobody has either.
impl From<TenantUserParts> for TenantUser {
    fn from(parts: TenantUserParts) -> Self {
        let texts = Texts::new(
            [
                Some(&parts.user_principal_name),
                Some(&parts.display_name),
                parts.mail.as_deref(),
                parts.given_name.as_deref(),
                parts.surname.as_deref(),
                parts.mail_nickname.as_deref(),
                parts.sam_account_name.as_deref(),
            ],
            [
                &mut parts.other_mails.iter().map(|text| &**text),
                &mut parts.proxy_addresses.iter().map(|text| &**text),
                &mut parts.identity_addresses.iter().map(|text| &**text),
            ],
        );
        Self {
            id: parts.id,
            user_type: parts.user_type,
            enabled: parts.enabled,
            pending: parts.pending,
            deleted: parts.deleted,
            created: parts.created,
            texts,
        }
    }
}

impl From<&TenantUser> for TenantUserParts {
    fn from(user: &TenantUser) -> Self {
        Self {
            id: user.id,
            display_name: user.display_name().into(),
            given_name: user.given_name().map(Into::into),
            surname: user.surname().map(Into::into),
            user_principal_name: user.user_principal_name().into(),
            mail: user.mail().map(Into::into),
            other_mails: user.other_mails().map(Into::into).collect(),
            proxy_addresses: user.proxy_addresses().map(Into::into).collect(),
            identity_addresses: user.identity_addresses().map(Into::into).collect(),
            user_type: user.user_type,
            enabled: user.enabled,
            pending: user.pending,
            deleted: user.deleted,
            mail_nickname: user.mail_nickname().map(Into::into),
            sam_account_name: user.sam_account_name().map(Into::into),
            created: user.created,
        }
    }
}

impl TenantUser {
    /// The name for people's eyes, untrusted; empty when the tenant has none.
    pub fn display_name(&self) -> &str {
        self.texts.field(Field::DisplayName).unwrap_or_default()
    }

    /// Given name, where the tenant has one.
    pub fn given_name(&self) -> Option<&str> {
        self.texts.field(Field::GivenName)
    }

    /// Surname, where the tenant has one.
    pub fn surname(&self) -> Option<&str> {
        self.texts.field(Field::Surname)
    }

    /// The userPrincipalName, which is what connecting maps by.
    pub fn user_principal_name(&self) -> &str {
        self.texts.field(Field::UserPrincipalName).unwrap_or_default()
    }

    /// Main mail address.
    pub fn mail(&self) -> Option<&str> {
        self.texts.field(Field::Mail)
    }

    /// Further addresses, unverified (Graph `otherMails`).
    pub fn other_mails(&self) -> Strings<'_> {
        self.texts.list(List::OtherMails)
    }

    /// The smtp proxy addresses without their prefix; SIP, X500 and the like are left out.
    pub fn proxy_addresses(&self) -> Strings<'_> {
        self.texts.list(List::ProxyAddresses)
    }

    /// Addresses of sign-in identities (Graph `identities` of an e-mail kind).
    pub fn identity_addresses(&self) -> Strings<'_> {
        self.texts.list(List::IdentityAddresses)
    }

    /// The mail nickname.
    pub fn mail_nickname(&self) -> Option<&str> {
        self.texts.field(Field::MailNickname)
    }

    /// The on-premises account name.
    pub fn sam_account_name(&self) -> Option<&str> {
        self.texts.field(Field::SamAccountName)
    }

    /// Changes any of the fields, texts too.
    pub fn edit(&mut self, change: impl FnOnce(&mut TenantUserParts)) {
        let mut parts = TenantUserParts::from(&*self);
        change(&mut parts);
        *self = parts.into();
    }

    /// The same user with other fields.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut TenantUserParts)) -> Self {
        self.edit(change);
        self
    }

    /// The part before `#EXT#` of an external user's name, decoded to the invited address: the last `_` was the `@`.
    /// Lossy, because `_` is legal in a local part.
    pub fn decoded_guest_address(&self) -> Option<String> {
        let upn = self.user_principal_name();
        let end = upn.as_bytes().windows(5).position(|part| part.eq_ignore_ascii_case(b"#ext#"))?;
        let (local, domain) = upn.get(..end)?.rsplit_once('_')?;
        (!local.is_empty() && domain.contains('.')).then(|| format!("{local}@{domain}"))
    }
}

impl fmt::Debug for TenantUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&TenantUserParts::from(self), f)
    }
}

impl Serialize for Strings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.clone())
    }
}

impl Serialize for TenantUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("TenantUser", 16)?;
        out.serialize_field("id", &self.id)?;
        out.serialize_field("display_name", self.display_name())?;
        out.serialize_field("given_name", &self.given_name())?;
        out.serialize_field("surname", &self.surname())?;
        out.serialize_field("user_principal_name", self.user_principal_name())?;
        out.serialize_field("mail", &self.mail())?;
        out.serialize_field("other_mails", &self.other_mails())?;
        out.serialize_field("proxy_addresses", &self.proxy_addresses())?;
        out.serialize_field("identity_addresses", &self.identity_addresses())?;
        out.serialize_field("user_type", &self.user_type)?;
        out.serialize_field("enabled", &self.enabled)?;
        out.serialize_field("pending", &self.pending)?;
        out.serialize_field("deleted", &self.deleted)?;
        out.serialize_field("mail_nickname", &self.mail_nickname())?;
        out.serialize_field("sam_account_name", &self.sam_account_name())?;
        out.serialize_field("created", &self.created)?;
        out.end()
    }
}

impl<'de> Deserialize<'de> for TenantUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        TenantUserParts::deserialize(deserializer).map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(n: usize) -> TenantUserParts {
        TenantUserParts {
            id: format!("00000000-0000-4000-9000-{:012}", n + 1).parse().unwrap(),
            display_name: "Żofia Kovač".into(),
            given_name: Some("Żofia".into()),
            surname: Some("Kovač".into()),
            user_principal_name: "zofia.kovac@contoso.com".into(),
            mail: Some("zofia.kovac@contoso.com".into()),
            other_mails: Box::default(),
            proxy_addresses: Box::new(["zofia.kovac@contoso.com".into(), "zkovac@contoso.com".into()]),
            identity_addresses: Box::default(),
            user_type: Some(UserType::Member),
            enabled: Some(true),
            pending: false,
            deleted: false,
            mail_nickname: Some("zofia.kovac".into()),
            sam_account_name: None,
            created: Some(Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn equal_texts_are_stored_once() {
        let user = TenantUser::from(parts(0));
        let texts = "zofia.kovac@contoso.com".len() + "Żofia Kovač".len() + "zkovac@contoso.com".len();
        let numbers = user.texts.bytes() - texts;
        assert!(numbers <= 20, "{numbers} bytes for the places");
    }

    #[test]
    fn what_is_stored_is_read_as_before() {
        let parts = parts(3);
        let written = serde_json::to_string(&parts).unwrap();
        let user: TenantUser = serde_json::from_str(&written).unwrap();
        assert_eq!(serde_json::to_string(&user).unwrap(), written);
        assert_eq!(TenantUserParts::from(&user), parts);
    }

    #[test]
    fn a_monstrous_user_is_cut_and_not_refused() {
        let mut monster = parts(0);
        monster.display_name = "ä".repeat(5_000_000).into();
        monster.proxy_addresses = (0..100_000).map(|n| format!("alias{n}@contoso.com").into()).collect();
        monster.other_mails = Box::new(["x".repeat(1_000_000).into(), "jane@contoso.com".into()]);
        let user = TenantUser::from(monster);
        assert_eq!(user.display_name().len(), super::super::LONGEST_TEXT);
        assert_eq!(user.proxy_addresses().len(), super::super::MOST_ENTRIES);
        assert_eq!(user.proxy_addresses().nth(900), Some("alias900@contoso.com"));
        assert_eq!(user.other_mails().collect::<Vec<_>>(), ["jane@contoso.com"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_comes_back(
            names in prop::collection::vec(".{0,12}", 2),
            others in prop::collection::vec(prop::option::of("[ab ü]{0,5}"), 5),
            lists in prop::collection::vec(prop::collection::vec("[ab@ü]{0,4}", 0..5), 3),
        ) {
            let list = |n: usize| lists[n].iter().map(|text| text.as_str().into()).collect();
            let text = |n: usize| others[n].as_deref().map(Into::into);
            let parts = TenantUserParts {
                display_name: names[0].as_str().into(),
                user_principal_name: names[1].as_str().into(),
                given_name: text(0),
                surname: text(1),
                mail: text(2),
                mail_nickname: text(3),
                sam_account_name: text(4),
                other_mails: list(0),
                proxy_addresses: list(1),
                identity_addresses: list(2),
                ..parts(0)
            };
            prop_assert_eq!(TenantUserParts::from(&TenantUser::from(parts.clone())), parts);
        }
    }
}
