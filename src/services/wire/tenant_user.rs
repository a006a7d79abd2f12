//! A user of the tenant, as Microsoft Graph writes it.

use serde::Deserialize;

use super::lenient::{LONGEST_ADDRESS, List, Text, flag, moment, too_long};
use crate::domain::ids::ObjectId;
use crate::domain::people::{TenantUser, TenantUserParts, UserType};

/// A row of `/users`; nearly all members may be null or missing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    display_name: Text,
    #[serde(default)]
    given_name: Text,
    #[serde(default)]
    surname: Text,
    #[serde(default)]
    mail: Text,
    #[serde(default)]
    user_principal_name: Text,
    #[serde(default)]
    other_mails: List<Text>,
    #[serde(default)]
    proxy_addresses: List<Text>,
    #[serde(default)]
    identities: List<Identity>,
    #[serde(default)]
    user_type: Text,
    #[serde(default)]
    account_enabled: Text,
    #[serde(default)]
    external_user_state: Text,
    #[serde(default)]
    mail_nickname: Text,
    #[serde(default)]
    on_premises_sam_account_name: Text,
    #[serde(default)]
    created_date_time: Text,
    #[serde(default)]
    deleted_date_time: Text,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    #[serde(default)]
    sign_in_type: Text,
    #[serde(default)]
    issuer_assigned_id: Text,
}

/// What of a row is too long to be used.
pub(crate) fn cut(row: &Row) -> Option<String> {
    let beyond = |list: &List<Text>| {
        list.1 + list.0.iter().filter(|text| text.as_deref().is_some_and(|text| !fits(text))).count()
    };
    let identities = row.identities.0.iter().filter_map(|identity| identity.issuer_assigned_id.as_deref());
    too_long(
        &[
            ("displayName", &row.display_name),
            ("givenName", &row.given_name),
            ("surname", &row.surname),
            ("mail", &row.mail),
            ("userPrincipalName", &row.user_principal_name),
            ("mailNickname", &row.mail_nickname),
            ("onPremisesSamAccountName", &row.on_premises_sam_account_name),
        ],
        &[
            ("otherMails", beyond(&row.other_mails)),
            ("proxyAddresses", beyond(&row.proxy_addresses)),
            ("identities", row.identities.1 + identities.filter(|id| !fits(id)).count()),
        ],
    )
}

/// Whether this may be an address, by its length; with room for the kind before it.
pub(super) fn fits(text: &str) -> bool {
    text.len() <= LONGEST_ADDRESS
}

/// Converts a row; fails without an object id.
pub(crate) fn convert(row: Row) -> Result<TenantUser, String> {
    let id = row.id.as_deref().ok_or("it has no `id`: is this a list of Microsoft Graph users?")?;
    let id: ObjectId = id.parse().map_err(|_| "its `id` is not an object id".to_owned())?;
    Ok(TenantUserParts {
        id,
        display_name: row.display_name.or_empty(),
        given_name: row.given_name.0,
        surname: row.surname.0,
        user_principal_name: row.user_principal_name.or_empty(),
        mail: row.mail.0,
        other_mails: row
            .other_mails
            .0
            .into_iter()
            .filter_map(|text| text.0)
            .filter(|text| fits(text))
            .collect(),
        proxy_addresses: row
            .proxy_addresses
            .0
            .iter()
            .filter_map(|text| smtp(text.as_deref()?))
            .filter(|text| fits(text))
            .collect(),
        identity_addresses: row
            .identities
            .0
            .into_iter()
            .filter_map(address)
            .filter(|text| fits(text))
            .collect(),
        user_type: row.user_type.as_deref().and_then(user_type),
        enabled: flag(&row.account_enabled),
        pending: row.external_user_state.as_deref().is_some_and(is_pending),
        deleted: row.deleted_date_time.as_deref().is_some(),
        mail_nickname: row.mail_nickname.0,
        sam_account_name: row.on_premises_sam_account_name.0,
        created: moment(row.created_date_time.as_deref()),
    }
    .into())
}

/// `SMTP:` is the primary address, `smtp:` an alias; other kinds are no addresses. An older sample has a blank after the
/// colon.
pub(super) fn smtp(text: &str) -> Option<Box<str>> {
    let (kind, address) = text.split_once(':')?;
    let address = address.trim();
    (kind.trim().eq_ignore_ascii_case("smtp") && !address.is_empty()).then(|| address.into())
}

/// The address of an identity that people sign in with by mail; the sign-in name has a field of its own.
pub(super) fn address(identity: Identity) -> Option<Box<str>> {
    let kind = identity.sign_in_type.as_deref().unwrap_or_default();
    let id = identity.issuer_assigned_id.0?;
    let by_mail = kind.eq_ignore_ascii_case("emailAddress") || kind.eq_ignore_ascii_case("federated");
    (by_mail && id.contains('@') && !id.to_ascii_lowercase().contains("#ext#")).then_some(id)
}

pub(super) fn user_type(text: &str) -> Option<UserType> {
    match text.trim() {
        member if member.eq_ignore_ascii_case("Member") => Some(UserType::Member),
        guest if guest.eq_ignore_ascii_case("Guest") => Some(UserType::Guest),
        _ => None,
    }
}

/// Some of the documentation writes it with a blank.
pub(super) fn is_pending(text: &str) -> bool {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().eq_ignore_ascii_case("PendingAcceptance")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<TenantUser, String> {
        convert(serde_json::from_str(json).map_err(|error| error.to_string())?)
    }

    const ID: &str = "b0000000-0000-4000-8000-000000000001";

    #[test]
    fn nulls_everywhere() {
        let user = read(&format!(r#"{{"id":"{ID}","displayName":null,"mail":null,"userType":null,"identities":null,"otherMails":null,"accountEnabled":null,"externalUserState":null}}"#)).unwrap();
        assert_eq!((user.user_type, user.enabled, user.pending, user.deleted), (None, None, false, false));
        assert!(read(r#"{"id":"00000000-0000-0000-0000-000000000000"}"#).is_err());
        assert!(read("{}").unwrap_err().contains("`id`"));
    }

    #[test]
    fn only_smtp_addresses_count() {
        let user = read(&format!(r#"{{"id":"{ID}","proxyAddresses":["SMTP:a@contoso.example","smtp: b@contoso.example","SIP:c@contoso.example","X500:/o=x","smtp:","d@contoso.example",null,5]}}"#)).unwrap();
        assert!(user.proxy_addresses().eq(["a@contoso.example", "b@contoso.example"]));
    }

    #[test]
    fn identities_by_mail_are_addresses() {
        let user = read(&format!(
            r#"{{"id":"{ID}","identities":[
                {{"signInType":"federated","issuer":"ExternalAzureAD","issuerAssignedId":null}},
                {{"signInType":"userPrincipalName","issuer":"contoso.example","issuerAssignedId":"a_b.example#EXT#@contoso.example"}},
                {{"signInType":"emailAddress","issuer":"contoso.example","issuerAssignedId":"a@b.example"}},
                {{"signInType":"federated","issuer":"mail","issuerAssignedId":"c@d.example"}}]}}"#
        ))
        .unwrap();
        assert!(user.identity_addresses().eq(["a@b.example", "c@d.example"]));
    }

    #[test]
    fn pending_with_and_without_a_blank() {
        for (state, pending) in
            [("PendingAcceptance", true), ("Pending Acceptance", true), ("Accepted", false)]
        {
            let user = read(&format!(r#"{{"id":"{ID}","externalUserState":"{state}","userType":"Guest"}}"#))
                .unwrap();
            assert_eq!(user.pending, pending, "{state}");
            assert_eq!(user.user_type, Some(UserType::Guest));
        }
        assert!(
            read(&format!(r#"{{"id":"{ID}","deletedDateTime":"2026-11-01T00:00:00Z"}}"#)).unwrap().deleted
        );
    }
}
