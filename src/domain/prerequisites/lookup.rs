//! Who among the tenant's users is the account that will press *Connect*.

use super::Findings;
use crate::domain::facts::Operator;
use crate::domain::people::{OrgUser, TenantUser, UserType};
use crate::domain::plan::address;
use crate::domain::text;

/// The `connectionData` account, looked up among the tenant's users.
#[derive(Debug, Clone)]
pub enum ConnectingAccount<'a> {
    /// The account or the tenant's users were not read.
    NotRead,
    /// The service did not say under which address the account signs in.
    WithoutAddress,
    /// No user of the tenant has this address.
    NotFound,
    /// Exactly this user; of several with the address the only one whose sign-in name it is.
    Found(&'a TenantUser),
    /// Several users have the address.
    Several(Vec<&'a TenantUser>),
}

impl<'a> ConnectingAccount<'a> {
    /// The user, where exactly one was found.
    pub fn user(&self) -> Option<&'a TenantUser> {
        match self {
            Self::Found(user) => Some(user),
            _ => None,
        }
    }
}

/// Looks the `connectionData` account up: by its Entra object where it is one of the destination, else by sign-in name, mails,
/// decoded guest name and sign-in identities.
pub fn connecting_account<'a>(findings: &Findings<'a>) -> ConnectingAccount<'a> {
    let (Some(operator), Some(directory)) = (findings.facts.operator.get(), findings.directory) else {
        return ConnectingAccount::NotRead;
    };
    let org_user = org_user(findings);
    if let Some(user) = org_user
        .filter(|user| {
            user.identity_tenant().is_some() && user.identity_tenant() == findings.facts.destination()
        })
        .and_then(OrgUser::origin_object)
        .and_then(|object| directory.get(object))
    {
        return ConnectingAccount::Found(user);
    }
    let account = operator
        .account
        .as_deref()
        .filter(|account| account.contains('@'))
        .or_else(|| org_user.map(|user| &*user.principal_name));
    let Some(account) = account else {
        return ConnectingAccount::WithoutAddress;
    };
    let found: Vec<&TenantUser> =
        directory.users().iter().filter(|user| !user.deleted && address::held_by(user, account)).collect();
    let by_name = found.iter().find(|user| address::same(user.user_principal_name(), account));
    match (found.as_slice(), by_name) {
        ([], _) => ConnectingAccount::NotFound,
        (_, Some(user)) | ([user], _) => ConnectingAccount::Found(user),
        _ => ConnectingAccount::Several(found),
    }
}

/// The org user behind the Azure DevOps credential.
pub(super) fn org_user<'a>(findings: &Findings<'a>) -> Option<&'a OrgUser> {
    findings.roster?.get(&findings.facts.operator.get()?.storage_key)
}

/// The operator, as sentences name them.
pub(super) fn operator_name(operator: &Operator) -> String {
    text::named(&operator.display_name, operator.account.as_deref().unwrap_or_default())
}

pub(super) fn tenant_user_name(user: &TenantUser) -> String {
    text::named(user.display_name(), user.user_principal_name())
}

pub(super) fn org_user_name(user: &OrgUser) -> String {
    text::named(&user.display_name, &user.principal_name)
}

pub(super) fn is_enabled_member(user: &TenantUser) -> bool {
    user.user_type == Some(UserType::Member) && user.enabled == Some(true) && !user.pending && !user.deleted
}
