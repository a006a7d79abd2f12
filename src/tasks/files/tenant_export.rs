//! The tenant's users from the portal's export (Entra admin center, Users, Download users).

use std::io::BufRead;

use super::columns::{self, CellError, Column, Row};
use super::dates;
use crate::domain::ObjectId;
use crate::domain::people::{MOST_ENTRIES, TenantUser, TenantUserParts, UserType};
use crate::services::wire::LeftOut;

const ID: usize = 0;
const UPN: usize = 1;
const NAME: usize = 2;
const GIVEN_NAME: usize = 3;
const SURNAME: usize = 4;
const MAIL: usize = 5;
const OTHER_MAILS: usize = 6;
const PROXY_ADDRESSES: usize = 7;
const USER_TYPE: usize = 8;
const ENABLED: usize = 9;
const INVITATION: usize = 10;
const NICKNAME: usize = 11;
const SAM: usize = 12;
const CREATED: usize = 13;

const COLUMNS: [Column; 14] = [
    Column { name: "object id", known_as: &["id", "objectid", "userid"] },
    Column { name: "userPrincipalName", known_as: &["userprincipalname", "upn", "username", "signinname"] },
    Column { name: "name", known_as: &["displayname", "name", "fullname"] },
    Column { name: "given name", known_as: &["givenname", "firstname"] },
    Column { name: "surname", known_as: &["surname", "lastname", "familyname"] },
    Column { name: "mail address", known_as: &["mail", "email", "emailaddress", "primarysmtpaddress"] },
    Column {
        name: "other mail addresses",
        known_as: &["othermails", "alternateemailaddress", "alternateemailaddresses", "alternateemail"],
    },
    Column { name: "proxy addresses", known_as: &["proxyaddresses", "emailaddresses"] },
    Column { name: "user type", known_as: &["usertype"] },
    Column { name: "account enabled", known_as: &["accountenabled", "enabled", "accountstatus"] },
    Column { name: "invitation state", known_as: &["invitationstate", "externaluserstate"] },
    Column { name: "mail nickname", known_as: &["mailnickname", "alias"] },
    Column { name: "on-premises account name", known_as: &["onpremisessamaccountname", "samaccountname"] },
    Column { name: "date created", known_as: &["createddatetime", "created", "datecreated"] },
];

/// The users. Who has no object id cannot be a target, so the file needs them.
pub(super) fn read(from: impl BufRead, each: impl FnMut(TenantUser)) -> Result<LeftOut, String> {
    columns::read(from, &COLUMNS, &[ID, UPN], user, each)
}

fn user(row: &Row<'_>) -> Result<TenantUser, CellError> {
    let id: ObjectId = row
        .get(ID)
        .unwrap_or_default()
        .parse()
        .map_err(|error: crate::domain::ids::NotAnId| CellError { column: ID, reason: error.to_string() })?;
    let text = |column: usize| row.get(column).map(Into::into);
    let upn = row.get(UPN).ok_or_else(|| CellError {
        column: UPN,
        reason: "is empty, and everybody in a tenant has one".into(),
    })?;
    Ok(TenantUserParts {
        id,
        display_name: row.get(NAME).unwrap_or(upn).into(),
        given_name: text(GIVEN_NAME),
        surname: text(SURNAME),
        user_principal_name: upn.into(),
        mail: text(MAIL),
        other_mails: listed(row, OTHER_MAILS, |part| Some(part)),
        proxy_addresses: listed(row, PROXY_ADDRESSES, smtp),
        identity_addresses: Box::default(),
        user_type: match row.get(USER_TYPE) {
            Some(kind) if kind.eq_ignore_ascii_case("guest") => Some(UserType::Guest),
            Some(kind) if kind.eq_ignore_ascii_case("member") => Some(UserType::Member),
            _ => None,
        },
        enabled: row.get(ENABLED).and_then(yes_or_no),
        pending: row.get(INVITATION).is_some_and(|state| {
            let state: String = state.chars().filter(|c| c.is_alphanumeric()).collect();
            state.eq_ignore_ascii_case("pendingacceptance")
        }),
        deleted: false,
        mail_nickname: text(NICKNAME),
        sam_account_name: text(SAM),
        created: row.get(CREATED).and_then(dates::moment),
    }
    .into())
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "enabled" | "1" => Some(true),
        "false" | "no" | "disabled" | "blocked" | "0" => Some(false),
        _ => None,
    }
}

/// Several addresses in one cell, however they are set apart, with or without the brackets and quotes of a list.
fn parts(cell: Option<&str>) -> impl Iterator<Item = &str> {
    cell.unwrap_or_default()
        .split([';', ',', '|', ' ', '\n', '[', ']', '"'])
        .map(str::trim)
        .filter(|part| part.contains('@'))
}

/// The longest address, in bytes: 64 before the `@`, 255 after it (RFC 5321).
const LONGEST_ADDRESS: usize = 320;

/// The addresses of a list; what is too long or too much for a person is left out and noted.
fn listed(row: &Row<'_>, column: usize, address: impl Fn(&str) -> Option<&str>) -> Box<[Box<str>]> {
    let all = parts(row.whole(column)).filter_map(address);
    let (mut kept, mut left_out) = (Vec::new(), 0_usize);
    for one in all {
        if one.len() <= LONGEST_ADDRESS && kept.len() < MOST_ENTRIES {
            kept.push(one.into());
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        row.note(column, &format!("{left_out} of its addresses are left out"));
    }
    kept.into()
}

/// An smtp proxy address without its prefix; other kinds are none.
fn smtp(part: &str) -> Option<&str> {
    match part.split_once(':') {
        None => Some(part),
        Some((kind, address)) => kind.eq_ignore_ascii_case("smtp").then_some(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<TenantUser>, LeftOut), String> {
        let mut all = Vec::new();
        super::read(text.as_bytes(), |user| all.push(user)).map(|left_out| (all, left_out))
    }

    #[test]
    fn the_portal_s_export_is_understood() {
        let (users, _) = read(
            "userPrincipalName,displayName,surname,mail,givenName,id,userType,accountEnabled,alternateEmailAddress,invitationState\n\
             raisa@contoso.com,Raisa,Pokrovskaya,raisa.p@contoso.com,Raisa,6f2e0000-0000-4000-8000-000000000001,Member,TRUE,raisa@outlook.com;r@fabrikam.com,\n\
             g_fabrikam.com#EXT#@contoso.onmicrosoft.com,G,,,,6f2e0000-0000-4000-8000-000000000002,Guest,False,,PendingAcceptance\n",
        )
        .unwrap();
        let [raisa, guest] = users.as_slice() else { panic!() };
        assert_eq!(raisa.enabled, Some(true));
        assert_eq!(raisa.user_type, Some(UserType::Member));
        assert_eq!(raisa.other_mails().len(), 2);
        assert!(guest.pending);
        assert_eq!(guest.enabled, Some(false));
        assert_eq!(guest.mail(), None);
    }

    #[test]
    fn only_smtp_proxy_addresses_count() {
        let cell = r#"["SMTP:a@contoso.com","smtp:b@contoso.com","SIP:c@contoso.com","X500:/o=x@y"]"#;
        let found: Vec<&str> = parts(Some(cell)).filter_map(smtp).collect();
        assert_eq!(found, ["a@contoso.com", "b@contoso.com"]);
    }

    #[test]
    fn a_wrong_id_costs_its_row_and_is_named_with_row_and_column() {
        let (users, left_out) =
            read("UPN,Object Id\na@contoso.com,6f2e0000-0000-4000-8000-000000000001\nb@contoso.com,12\n")
                .unwrap();
        assert_eq!(users.len(), 1);
        assert_eq!(left_out.rows, 1);
        let told = left_out.told[0].to_string();
        assert!(told.starts_with("row 3: column `Object Id`: `12`"), "{told}");
        let error = read("UPN,Name\na@contoso.com,A\n").unwrap_err();
        assert!(error.contains("object id"), "{error}");
    }

    #[test]
    fn of_a_hundred_thousand_addresses_the_first_are_kept() {
        let cell: Vec<String> = (0..100_000).map(|n| format!("smtp:a{n}@contoso.com")).collect();
        let text = format!(
            "UPN,Id,Proxy Addresses\na@contoso.com,6f2e0000-0000-4000-8000-000000000001,\"{}\"\n",
            cell.join(";")
        );
        let (users, left_out) = read(&text).unwrap();
        assert_eq!(users[0].proxy_addresses().len(), MOST_ENTRIES);
        assert_eq!(
            left_out.told[0].to_string(),
            "row 2: column `Proxy Addresses`: 99000 of its addresses are left out"
        );
    }
}
