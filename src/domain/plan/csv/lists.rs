//! Lists for others: Microsoft's cross-tenant identity map, and what the Entra administrator needs to create and to invite.

use super::record::Sheet;
use super::table::lines;
use crate::domain::connection::Backing;
use crate::domain::forecast::Situation;
use crate::domain::ids::StorageKey;
use crate::domain::outcome::Outcome;
use crate::domain::people::{OrgUser, UserType};
use crate::domain::plan::{Decision, JournalEntry, Plan, address};
use crate::domain::text::{clean, csv_guard};

/// The tenant of all personal Microsoft accounts (Microsoft identity platform, "ID token claims", `tid`).
const MICROSOFT_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

fn cells<const N: usize>(row: [&str; N]) -> Vec<String> {
    row.into_iter().map(|cell| csv_guard(&clean(cell)).into_owned()).collect()
}

/// Microsoft's cross-tenant identity map, without a header:
/// `User,SourceTenantCompanyID,SourceUserUpn,TargetUserUpn,TargetUserEmail,UserType`. Everybody who is mapped by the plan or by
/// the service itself.
pub fn identity_map(sheet: &Sheet<'_>, situation: &Situation) -> String {
    let rows = sheet.roster.people().iter().filter_map(|user| {
        let person = sheet.forecast.get(&user.storage_key);
        let by_itself =
            person.filter(|person| person.outcome == Outcome::Automatic).and_then(|person| person.target);
        let decision = sheet.plan.decision(&user.storage_key);
        let target = match decision {
            Decision::Map { target } => Some(*target),
            Decision::Remove => None,
            _ => by_itself,
        }?;
        let target = sheet.directory.get(target)?;
        let kind = if target.user_type == Some(UserType::Guest) { "GuestUser" } else { "RegularUser" };
        Some(cells([
            "User",
            &source_tenant(user, situation),
            &user.principal_name,
            target.user_principal_name(),
            target.mail().unwrap_or_default(),
            kind,
        ]))
    });
    lines(rows)
}

fn source_tenant(user: &OrgUser, situation: &Situation) -> String {
    let backing = || situation.previous_backing.or_else(|| situation.backing.and_then(Backing::tenant));
    match user.origin {
        crate::domain::people::Origin::Msa => MICROSOFT_ACCOUNTS.to_owned(),
        _ => user.identity_tenant().or_else(backing).map(|tenant| tenant.to_string()).unwrap_or_default(),
    }
}

const HEADER: [&str; 3] = ["display_name", "address", "user_principal_name"];

/// Who is to be created in the tenant: `missing` and undecided. The sign-in name is given where it can be the present address,
/// because the service then maps by itself; that is so in a verified domain of the tenant.
pub fn entra_create(sheet: &Sheet<'_>, verified_domains: &[String]) -> String {
    let rows = sheet.roster.people().iter().filter_map(|user| {
        let missing = sheet.forecast.get(&user.storage_key)?.outcome == Outcome::Missing;
        let undecided = !sheet.plan.decision(&user.storage_key).is_decided();
        let verified = address::domain(&user.principal_name)
            .is_some_and(|domain| verified_domains.iter().any(|it| it.eq_ignore_ascii_case(domain)));
        let upn = if verified { &*user.principal_name } else { "" };
        (missing && undecided).then(|| cells([&user.display_name, &user.principal_name, upn]))
    });
    lines(std::iter::once(cells(HEADER)).chain(rows))
}

const JOURNAL: [&str; 13] = [
    "at",
    "run",
    "storage_key",
    "new_storage_key",
    "display_name",
    "principal_name",
    "decision",
    "target_object_id",
    "invite_address",
    "state",
    "attempt",
    "detail",
    "activity_id",
];

/// The journal, oldest line first, with the names that the people had when it was decided about them.
pub fn journal(lines_of: &[JournalEntry], plan: &Plan) -> String {
    let rows = lines_of.iter().map(|line| {
        let seen = plan.row(&line.storage_key).and_then(|row| row.seen.as_ref()).map(|seen| &seen.person);
        let address = match &line.decision {
            Decision::Invite { address } => address.as_str(),
            _ => "",
        };
        cells([
            &line.at.to_string(),
            &line.run,
            line.storage_key.as_str(),
            line.new_storage_key.as_ref().map_or("", StorageKey::as_str),
            seen.map_or("", |seen| &seen.display_name),
            seen.map_or("", |seen| &seen.principal_name),
            line.decision.name(),
            &line.target.map(|target| target.to_string()).unwrap_or_default(),
            address,
            line.state.name(),
            &line.attempt.to_string(),
            &line.detail,
            line.activity_id.as_deref().unwrap_or_default(),
        ])
    });
    lines(std::iter::once(cells(JOURNAL)).chain(rows))
}

/// Who is to be invited: decided `invite`.
pub fn entra_invite(sheet: &Sheet<'_>) -> String {
    let rows = sheet.roster.people().iter().filter_map(|user| match sheet.plan.decision(&user.storage_key) {
        Decision::Invite { address } => Some(cells([&user.display_name, address, ""])),
        _ => None,
    });
    lines(std::iter::once(cells(HEADER)).chain(rows))
}
