//! The words of each step, for connecting, switching and disconnecting. The procedure is Microsoft's ("Connect your organization
//! to Microsoft Entra ID", "Change your organization connection", "Disconnect").

use super::lockout::lockout;
use super::portal::Portal;
use super::timeline::{is_there, people_left, signed_in_again};
use super::{Backing, Goal, Phase};
use crate::domain::check::{Check, CheckStatus};
use crate::domain::plan::Progress;
use crate::domain::prerequisites::Findings;
use crate::domain::schedule::locked_out;
use crate::domain::text::{clean, named};

/// What a step says.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) sees: Vec<String>,
    pub(super) person: Vec<String>,
    pub(super) address: Option<String>,
}

/// Microsoft's pages of the three procedures, and the one for the users.
const CONNECTING: &str =
    "https://learn.microsoft.com/azure/devops/organizations/accounts/connect-organization-to-azure-ad";
const SWITCHING: &str =
    "https://learn.microsoft.com/azure/devops/organizations/accounts/change-azure-ad-connection";
const DISCONNECTING: &str =
    "https://learn.microsoft.com/azure/devops/organizations/accounts/disconnect-organization-from-azure-ad";
const INFORMING: &str =
    "https://learn.microsoft.com/azure/devops/organizations/accounts/inform-users-microsoft-entra-change";

fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.into_iter().map(str::to_owned).collect()
}

pub(super) fn words(phase: Phase, findings: &Findings<'_>, checks: &[Check], portal: &Portal) -> Words {
    match phase {
        Phase::Prepare => prepare(findings, checks),
        Phase::Connect if findings.goal == Goal::Disconnect => disconnect(findings, portal),
        Phase::Connect => connect(findings, portal),
        Phase::SignInAgain => sign_in_again(findings, portal),
        Phase::Map if findings.goal == Goal::Disconnect => not_mapped(findings, portal),
        Phase::Map => map(findings, portal),
        Phase::Inform => inform(findings),
        Phase::Validate if findings.goal == Goal::Disconnect => validate_alone(portal),
        Phase::Validate => validate(findings, portal),
        Phase::Done => Words {
            title: "Nothing is left to do".to_owned(),
            person: lines([
                "Keep the plan with the before reading (`ado2entra plan export FILE`).",
                "Hand over the report (`ado2entra report FILE.html`).",
            ]),
            address: Some(portal.home()),
            ..Words::default()
        },
    }
}

fn prepare(findings: &Findings<'_>, checks: &[Check]) -> Words {
    let count = |status: CheckStatus| checks.iter().filter(|check| check.counts_as() == status).count();
    let mut sees = vec![format!(
        "{} fail · {} to tick · {} unknown · {} warn · {} pass",
        count(CheckStatus::Fail),
        count(CheckStatus::Manual),
        count(CheckStatus::Unknown),
        count(CheckStatus::Warn),
        count(CheckStatus::Pass)
    )];
    if let Some(forecast) = findings.forecast {
        let progress = Progress::of(forecast, findings.plan);
        sees.push(format!("{} of {} decided", progress.decided, progress.needed));
    }
    let mut person = lines([
        "Mend what fails, tick what only you know.",
        "Decide about everybody, and apply the removals and invitations before the switch.",
        "Tell everybody when access stops and for whom, and not to request access or add anybody until told \
         (`ado2entra announce before`).",
        "Take a snapshot (w): it is the way to prove what was lost.",
    ]);
    if findings.goal == Goal::Switch {
        person.extend(lines([
            "Have a Microsoft account be the owner and a Project Collection Administrator, in both directories: it gets in \
             whatever backs the organization.",
            "Entra groups and group rules do not come along: note their memberships first.",
        ]));
    }
    if findings.goal == Goal::Disconnect {
        person = lines([
            "Have the owner be a Microsoft account with the address of the work account: it must be a Project Collection \
             Administrator, with administrator rights in the directory.",
            "Make a personal access token with that Microsoft account: the sign-in of the directory ends with the connection.",
            "Afterwards only Microsoft accounts can sign in, and access levels are assigned again: tell everybody.",
            "Take a snapshot (w): groups of the directory do not come along.",
        ]);
    }
    let address = match findings.goal {
        Goal::Connect => CONNECTING,
        Goal::Switch => SWITCHING,
        Goal::Disconnect => DISCONNECTING,
    };
    Words { title: "Get everything ready".to_owned(), sees, person, address: Some(address.to_owned()) }
}

/// Who must be signed in in the browser.
fn browser_account(findings: &Findings<'_>) -> String {
    findings.facts.operator.get().map_or_else(
        || "as an administrator of the organization".to_owned(),
        |operator| {
            format!("as {}", named(&operator.display_name, operator.account.as_deref().unwrap_or_default()))
        },
    )
}

fn destination(findings: &Findings<'_>) -> String {
    let facts = findings.facts;
    match (facts.destination_profile(), facts.destination()) {
        (Some(tenant), _) => {
            let domain = tenant
                .verified_domains
                .first()
                .map_or_else(String::new, |domain| format!("{}, ", clean(domain)));
            format!("{} ({domain}{})", clean(&tenant.display_name), tenant.id)
        }
        (None, Some(id)) => id.to_string(),
        (None, None) => "the destination directory".to_owned(),
    }
}

fn backed_by(findings: &Findings<'_>) -> String {
    match findings.situation.backing {
        None => "Which directory backs the organization is not known.".to_owned(),
        Some(Backing::MicrosoftAccounts) => "Backed by Microsoft accounts.".to_owned(),
        Some(Backing::Tenant(tenant)) if Some(tenant) == findings.situation.destination => {
            "Backed by the destination.".to_owned()
        }
        Some(Backing::Tenant(tenant)) => format!("Backed by another directory, {tenant}."),
    }
}

fn connect(findings: &Findings<'_>, portal: &Portal) -> Words {
    let mut sees = vec![backed_by(findings)];
    if let Some(forecast) = findings.forecast
        && !is_there(findings)
    {
        let out = locked_out(forecast, findings.situation).on_connecting;
        let stay = forecast.people().len().saturating_sub(out);
        let services = findings.roster.map_or(0, |roster| roster.services().len());
        let out_words = if out == 1 { "1 is".to_owned() } else { format!("{out} are") };
        let untouched = if services == 1 {
            "1 service identity is".to_owned()
        } else {
            format!("{services} service identities are")
        };
        let stay_words = if stay == 1 { "1 keeps".to_owned() } else { format!("{stay} keep") };
        sees.push(format!(
            "When you do: {stay_words} working · {out_words} locked out until mapped · {untouched} not touched"
        ));
    }
    let switch = findings.goal == Goal::Switch;
    let half_way = switch && findings.situation.backing == Some(Backing::MicrosoftAccounts);
    if half_way {
        sees.push(
            "Half way: the old directory is disconnected, the new one is not connected yet.".to_owned(),
        );
    }
    let mut person = vec![format!("Open this page in the browser, signed in {}.", browser_account(findings))];
    if half_way {
        person.push(
            "Connect directory; signed in with the Microsoft account that owns the organization.".to_owned(),
        );
    } else if switch {
        person.push(
            "Choose Switch directory; where the portal does not offer it: Disconnect directory, sign out and in, then Connect directory."
                .to_owned(),
        );
    }
    person.push(format!("Choose {} in the list, then Connect, then Sign out.", destination(findings)));
    person.push(
        "Not in the list? You are not a member of that directory, or not recognised as an administrator: ask its administrator."
            .to_owned(),
    );
    person.push(
        "\"Several active identities with the same address\"? Remove the duplicates first (see the prerequisite).".to_owned(),
    );
    Words {
        title: if switch { "Switch the directory in the portal" } else { "Connect in the portal" }.to_owned(),
        sees,
        person,
        address: Some(portal.directory_page()),
    }
}

fn disconnect(findings: &Findings<'_>, portal: &Portal) -> Words {
    let people = findings.roster.map_or(0, |roster| roster.people().len());
    let mut sees = vec![backed_by(findings)];
    if !is_there(findings) && people > 0 {
        sees.push(format!(
            "When you do: nobody signs in with a work account any more ({people} people); Microsoft accounts do."
        ));
    }
    Words {
        title: "Disconnect in the portal".to_owned(),
        sees,
        person: vec![
            format!("Open this page in the browser, signed in {}.", browser_account(findings)),
            "Disconnect directory, type the organization's name, Disconnect, then Sign out.".to_owned(),
            "\"An entitlement was not found\"? Have the owner named in the message be a Microsoft account first, or ask Support."
                .to_owned(),
        ],
        address: Some(portal.directory_page()),
    }
}

fn sign_in_again(findings: &Findings<'_>, portal: &Portal) -> Words {
    let kind = if findings.goal == Goal::Disconnect { "the Microsoft account" } else { "the work account" };
    let title = format!("Sign in again with {kind}");
    if let Some(locked) = lockout(findings, portal) {
        let mut sees = vec![format!("Locked out: {}.", locked.headline)];
        sees.extend(locked.evidence);
        return Words { title, sees, person: locked.remedy, address: Some(locked.address) };
    }
    let aged = &findings.facts.operator;
    let sees = match (&aged.problem, aged.get()) {
        (Some(problem), _) => {
            vec![format!("Azure DevOps does not take the credential: {}", clean(&problem.headline()))]
        }
        (None, Some(operator)) => vec![format!(
            "Signed in as {}{}",
            named(&operator.display_name, operator.account.as_deref().unwrap_or_default()),
            if signed_in_again(findings) || !is_there(findings) {
                ""
            } else {
                ": not an identity of the directory yet"
            }
        )],
        (None, None) => vec!["Not signed in yet.".to_owned()],
    };
    let with = match (findings.goal, findings.facts.me.get()) {
        (Goal::Disconnect, _) | (_, None) => kind.to_owned(),
        (_, Some(me)) => format!("{kind}, {}", named(me.display_name(), me.user_principal_name())),
    };
    let program = if findings.goal == Goal::Disconnect {
        "The program uses the way of before a connection again: kind under [credentials.azure_devops]."
    } else {
        "The program uses what `credentials.azure_devops.after_connect` names; sign in there too."
    };
    Words {
        title,
        sees,
        person: vec![
            format!("Open a private browser window and sign in with {with}."),
            program.to_owned(),
            "Locked out? Open the rescue page: see the way back.".to_owned(),
        ],
        address: Some(portal.home()),
    }
}

fn not_mapped(findings: &Findings<'_>, portal: &Portal) -> Words {
    Words {
        title: "Nobody is mapped when disconnecting".to_owned(),
        sees: if is_there(findings) {
            vec![
                "Whoever has a Microsoft account with the same address signs in with it; the others are added anew."
                    .to_owned(),
            ]
        } else {
            Vec::new()
        },
        person: lines([
            "Add who is missing under Users, with the access level that the snapshot shows.",
            "People take everything along but the history of their work.",
        ]),
        address: Some(portal.users_page()),
    }
}

fn map(findings: &Findings<'_>, portal: &Portal) -> Words {
    let mut sees = Vec::new();
    if let Some(forecast) = findings.forecast.filter(|_| is_there(findings)) {
        if let Some(now) = locked_out(forecast, findings.situation).now {
            sees.push(format!("{now} locked out now"));
        }
        let progress = Progress::of(forecast, findings.plan);
        sees.push(format!("{} of {} decided", progress.decided, progress.needed));
    }
    if let Some(left) = people_left(findings).filter(|_| is_there(findings)) {
        sees.push(format!("{left} still wait for a decision or for their mapping"));
    }
    Words {
        title: "Map who is disconnected".to_owned(),
        sees,
        person: lines([
            "Go to Mapping and apply (A): one person first, then the rest, administrators last and one by one.",
            "Nobody else may map in the portal meanwhile. Nobody may be added to the organization.",
        ]),
        address: Some(portal.users_page()),
    }
}

fn inform(findings: &Findings<'_>) -> Words {
    Words {
        title: "Tell the users what to do".to_owned(),
        sees: Vec::new(),
        person: if findings.goal == Goal::Disconnect {
            lines(["Tell them to sign in with their Microsoft accounts, and tick this step."])
        } else {
            lines([
                "The message is written by `ado2entra announce after`.",
                "Tell everybody: sign out, clear caches, sign in with the work account, make tokens and SSH keys anew. Tick this step.",
                "It says: sign out, clear the browser's and the credential manager's caches, sign in with the work account, make \
                 tokens and SSH keys anew, rename the Microsoft account, look at the Visual Studio subscription.",
            ])
        },
        address: Some(INFORMING.to_owned()),
    }
}

fn validate(findings: &Findings<'_>, portal: &Portal) -> Words {
    let sees = findings
        .forecast
        .filter(|_| is_there(findings) && findings.goal != Goal::Disconnect)
        .and_then(|forecast| locked_out(forecast, findings.situation).now)
        .map(|now| format!("{now} people are not connected"))
        .into_iter()
        .collect();
    Words {
        title: "Compare after with before".to_owned(),
        sees,
        person: lines([
            "Compare with the before reading (c): access levels, groups, administrators, what was lost.",
            "Sign in in a private window; look at projects, repositories, pipelines, service connections, extensions.",
            "Guests still get in; SSH keys are recreated; the audit log shows the link event.",
            "Collect feedback for some days, then tick this step.",
        ]),
        address: Some(portal.users_page()),
    }
}

fn validate_alone(portal: &Portal) -> Words {
    Words {
        title: "Look whether everybody can work".to_owned(),
        sees: Vec::new(),
        person: lines([
            "Compare with the snapshot of before: access levels, groups, administrators.",
            "Sign in in a private window with a Microsoft account; look at projects, repositories, pipelines, service \
             connections.",
            "Then tick this step.",
        ]),
        address: Some(portal.users_page()),
    }
}
