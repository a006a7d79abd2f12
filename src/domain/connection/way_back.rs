//! The way back, always reachable, and the alert for the wrong directory.

use super::portal::Portal;
use super::{Backing, Goal, is_wrong_directory};
use crate::domain::ids::TenantId;
use crate::domain::prerequisites::Findings;
use crate::domain::text::clean;

/// One step of the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBackStep {
    /// The step in one line.
    pub title: String,
    /// What to do, and who may.
    pub words: Vec<String>,
    /// The page to open; built by the program.
    pub address: Option<String>,
}

/// The way back from any state.
pub fn way_back(findings: &Findings<'_>, portal: &Portal) -> Vec<WayBackStep> {
    let step = |title: &str, words: &[&str], address: Option<String>| WayBackStep {
        title: title.to_owned(),
        words: words.iter().map(|line| (*line).to_owned()).collect(),
        address,
    };
    let back_to = match findings.plan.first_backing {
        Some(Backing::Tenant(_)) => "Then connect the directory that backed the organization before.",
        _ => "Then Microsoft accounts sign in as before.",
    };
    if findings.goal == Goal::Disconnect {
        return again(findings, portal);
    }
    vec![
        step(
            "Disconnect the directory",
            &[
                "Who may: the owner, or a Project Collection Administrator who has administrator rights in the directory; the owner \
                 must be a Microsoft account to get in afterwards.",
                "Disconnect directory, type the organization's name, Disconnect, Sign out.",
                back_to,
                "People who were mapped stay mapped to their work accounts: a mapping cannot be undone by the service.",
            ],
            Some(portal.directory_page()),
        ),
        step(
            "The rescue page, when the organization itself does not let you in",
            &[
                "It lists your organizations per directory: choose the directory at the top left, then the organization.",
                "Sign in there with the account that owns the organization, in a private window.",
            ],
            Some(portal.rescue_page()),
        ),
        step(
            "Microsoft Support",
            &[
                "Hand over the list (`ado2entra diff --format csv`): who is disconnected, and onto whom they belong.",
                "Name the time and the activity ids of what failed; they are in the log (L).",
            ],
            None,
        ),
    ]
}

/// The way back from a disconnection: the directory is connected again.
fn again(findings: &Findings<'_>, portal: &Portal) -> Vec<WayBackStep> {
    let directory = match findings.plan.first_backing {
        Some(Backing::Tenant(tenant)) => format!("the directory that backed it before, {tenant}"),
        _ => "the directory that backed it before".to_owned(),
    };
    vec![
        WayBackStep {
            title: "Connect the directory again".to_owned(),
            words: vec![
                format!("Connect directory, choose {directory}, Connect, Sign out."),
                "Who may: a Project Collection Administrator who is a member of that directory.".to_owned(),
                "Whoever signs in with the same address is mapped by the service; the others are mapped as after any \
                 connection."
                    .to_owned(),
            ],
            address: Some(portal.directory_page()),
        },
        WayBackStep {
            title: "The rescue page, when the organization itself does not let you in".to_owned(),
            words: vec![
                "It lists your organizations. Sign in there with the owner's Microsoft account, in a private window."
                    .to_owned(),
            ],
            address: Some(portal.rescue_page()),
        },
        WayBackStep {
            title: "Microsoft Support".to_owned(),
            words: vec![
                "Name the organization, its owner, and the time of the disconnection; hand over the snapshot's list of people."
                    .to_owned(),
            ],
            address: None,
        },
    ]
}

/// The alert for the wrong directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongDirectory {
    /// Which tenant backs the organization.
    pub tenant: TenantId,
    /// Its name, where discovery told one. Cleaned.
    pub name: Option<String>,
    /// The headline.
    pub headline: String,
    /// What to do and what not, line by line.
    pub lines: Vec<String>,
}

/// The alert, when any tenant but the destination and the one that backed the organization first backs it now.
pub fn wrong_directory(
    findings: &Findings<'_>,
    tenant_name: Option<&str>,
    portal: &Portal,
) -> Option<WrongDirectory> {
    let situation = findings.situation;
    let tenant = is_wrong_directory(situation.backing, situation.destination, findings.plan.first_backing)?;
    let name = tenant_name.map(|name| clean(name).into_owned()).filter(|name| !name.is_empty());
    let shown = name.as_deref().map_or_else(|| tenant.to_string(), |name| format!("{name} ({tenant})"));
    let wanted = situation.destination.map_or_else(String::new, |id| format!(" The destination is {id}."));
    Some(WrongDirectory {
        tenant,
        headline: "WRONG DIRECTORY: MAP NOBODY".to_owned(),
        lines: vec![
            format!("{} is connected to {shown}.{wanted}", clean(findings.organization)),
            "Map nobody: each mapping would tie a person to the wrong directory, and cannot be undone."
                .to_owned(),
            format!(
                "The way back: {} → Disconnect directory, then connect the right one.",
                portal.directory_page()
            ),
            format!("If that page does not let you in: {}", portal.rescue_page()),
        ],
        name,
    })
}
