//! A tenant user as it goes over the wire: only what `$select` asks for, written without detours.

use std::collections::BTreeSet;

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use uuid::Uuid;

use crate::simulator::world::tenant::{Tenant, TenantUser};

/// Properties of a user that the simulator knows, and whether they come without `$select`.
const FIELDS: &[(&str, bool)] = &[
    ("businessPhones", true),
    ("displayName", true),
    ("givenName", true),
    ("jobTitle", true),
    ("mail", true),
    ("mobilePhone", true),
    ("officeLocation", true),
    ("preferredLanguage", true),
    ("surname", true),
    ("userPrincipalName", true),
    ("id", true),
    ("accountEnabled", false),
    ("companyName", false),
    ("createdDateTime", false),
    ("creationType", false),
    ("deletedDateTime", false),
    ("department", false),
    ("externalUserState", false),
    ("externalUserStateChangeDateTime", false),
    ("identities", false),
    ("mailNickname", false),
    ("onPremisesSamAccountName", false),
    ("onPremisesSyncEnabled", false),
    ("otherMails", false),
    ("proxyAddresses", false),
    ("userType", false),
];

/// The properties to send.
#[derive(Debug, Clone)]
pub(super) struct Selection(Vec<&'static str>);

impl Selection {
    /// From `$select`; an unknown property is the error text.
    pub fn parse(select: &[&str]) -> Result<Self, String> {
        if select.is_empty() {
            let names = FIELDS.iter().filter(|(_, usual)| *usual);
            return Ok(Self(names.map(|(name, _)| *name).collect()));
        }
        let mut names = Vec::new();
        for asked in select {
            let known = FIELDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(asked));
            let (name, _) = known.ok_or_else(|| {
                format!(
                    "Could not find a property named '{asked}' on type 'microsoft.graph.user'. (simulated)"
                )
            })?;
            names.push(*name);
        }
        // the id comes even if nobody asked
        if !names.contains(&"id") {
            names.push("id");
        }
        Ok(Self(names))
    }

    /// Only the id and these of the properties.
    pub fn only(&self, names: &BTreeSet<&'static str>) -> Self {
        Self(self.0.iter().filter(|name| **name == "id" || names.contains(*name)).copied().collect())
    }
}

/// One user, ready to be written.
pub(super) struct Row<'a> {
    pub user: &'a TenantUser,
    pub object: Uuid,
    pub tenant: &'a Tenant,
    pub fields: &'a Selection,
    /// `@odata.context`, for a single user.
    pub context: Option<String>,
    /// `@odata.type`, among other directory objects.
    pub typed: bool,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(context) = &self.context {
            map.serialize_entry("@odata.context", context)?;
        }
        if self.typed {
            map.serialize_entry("@odata.type", "#microsoft.graph.user")?;
        }
        let user = self.user;
        for name in &self.fields.0 {
            match *name {
                "id" => map.serialize_entry(name, &self.object)?,
                "displayName" => map.serialize_entry(name, &user.display)?,
                "givenName" => map.serialize_entry(name, &user.given)?,
                "surname" => map.serialize_entry(name, &user.surname)?,
                "mail" => map.serialize_entry(name, &user.mail)?,
                "userPrincipalName" => map.serialize_entry(name, &user.upn)?,
                "otherMails" => map.serialize_entry(name, &user.other_mails)?,
                "proxyAddresses" => map.serialize_entry(name, &user.proxies)?,
                "userType" => map.serialize_entry(name, &user.kind)?,
                "accountEnabled" => map.serialize_entry(name, &user.enabled)?,
                "externalUserState" => map.serialize_entry(name, &user.external)?,
                "externalUserStateChangeDateTime" => {
                    map.serialize_entry(name, &user.external.map(|_| user.created))?;
                }
                "creationType" => map.serialize_entry(name, &user.external.map(|_| "Invitation"))?,
                "createdDateTime" => map.serialize_entry(name, &seconds(user.created))?,
                "deletedDateTime" => {
                    map.serialize_entry(name, &user.deleted.then(|| seconds(user.created)))?;
                }
                "mailNickname" => map.serialize_entry(name, &user.nickname)?,
                "onPremisesSamAccountName" => map.serialize_entry(name, &user.sam)?,
                "onPremisesSyncEnabled" => map.serialize_entry(name, &user.sam.as_ref().map(|_| true))?,
                "businessPhones" => map.serialize_entry::<_, [&str; 0]>(name, &[])?,
                "identities" => map.serialize_entry(name, &Identities(self))?,
                _ => map.serialize_entry(name, &None::<&str>)?,
            }
        }
        map.end()
    }
}

/// Graph writes these dates in whole seconds.
fn seconds(at: jiff::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::new(at.as_second(), 0).unwrap_or(at)
}

struct Identities<'a>(&'a Row<'a>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectIdentity<'a> {
    sign_in_type: &'a str,
    issuer: &'a str,
    issuer_assigned_id: Option<&'a str>,
}

impl Serialize for Identities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Row { user, tenant, .. } = self.0;
        let mut rows = serializer.serialize_seq(None)?;
        if user.external.is_some() {
            // nobody has published the issuer of Microsoft accounts; this is one guess of several
            let issuer = if user.upn.contains("mailbox.example#EXT#") {
                "MicrosoftAccount"
            } else {
                "ExternalAzureAD"
            };
            rows.serialize_element(&ObjectIdentity {
                sign_in_type: "federated",
                issuer,
                issuer_assigned_id: None,
            })?;
        }
        rows.serialize_element(&ObjectIdentity {
            sign_in_type: "userPrincipalName",
            issuer: &tenant.initial_domain,
            issuer_assigned_id: Some(&user.upn),
        })?;
        rows.end()
    }
}
