//! The words of each step, for connecting, switching and disconnecting. The procedure is Microsoft's ("Connect your organization
//! to Microsoft Entra ID", "Change your organization connection", "Disconnect").

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

fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.into_iter().map(str::to_owned).collect()
}

pub(super) fn words(phase: Phase, findings: &Findings<'_>, checks: &[Check], portal: &Portal) -> Words {
    match phase {
        Phase::Prepare => prepare(findings, checks),
        Phase::Connect if findings.goal == Goal::Disconnect => disconnect(findings, portal),
        Phase::Connect => connect(findings, portal),
        Phase::SignInAgain => sign_in_again(findings, portal),
        Phase::Map => map(findings, portal),
        Phase::Inform => inform(findings),
        Phase::Validate => validate(findings, portal),
        Phase::Done => Words {
            title: "Nothing is left to do".to_owned(),
            person: lines([
                "Keep the plan with the before reading (`ado2entra plan export FILE`).",
                "Hand over the report (`ado2entra report FILE.html`).",
            ]),
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
        person
            .push("Entra groups and group rules do not come along: note their memberships first.".to_owned());
        person.push(
            "Have the owner be an account that is in both directories; see Microsoft's page on changing the connection.".to_owned(),
        );
    }
    if findings.goal == Goal::Disconnect {
        person = lines([
            "The owner must be a Microsoft account with the address of the work account, and a Project Collection Administrator.",
            "Afterwards only Microsoft accounts can sign in, and access levels are assigned again.",
            "Take a snapshot (w): groups of the directory do not come along.",
        ]);
    }
    Words { title: "Get everything ready".to_owned(), sees, person, address: None }
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
    let mut person = vec![format!("Open this page in the browser, signed in {}.", browser_account(findings))];
    if switch {
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
    Words {
        title: "Disconnect in the portal".to_owned(),
        sees: vec![backed_by(findings)],
        person: vec![
            format!("Open this page in the browser, signed in {}.", browser_account(findings)),
            "Disconnect directory, type the organization's name, Disconnect, then Sign out.".to_owned(),
        ],
        address: Some(portal.directory_page()),
    }
}

fn sign_in_again(findings: &Findings<'_>, portal: &Portal) -> Words {
    let aged = &findings.facts.operator;
    let sees = match (&aged.problem, aged.get()) {
        (Some(problem), _) => {
            vec![format!("Azure DevOps does not take the credential: {}", clean(&problem.headline()))]
        }
        (None, Some(operator)) => vec![format!(
            "Signed in as {}{}",
            named(&operator.display_name, operator.account.as_deref().unwrap_or_default()),
            if signed_in_again(findings) { "" } else { ": not an identity of the directory yet" }
        )],
        (None, None) => vec!["Not signed in yet.".to_owned()],
    };
    let kind = if findings.goal == Goal::Disconnect { "the Microsoft account" } else { "the work account" };
    Words {
        title: format!("Sign in again with {kind}"),
        sees,
        person: vec![
            format!("Open a private browser window and sign in with {kind}."),
            "The program uses what `credentials.azure_devops.after_connect` names; sign in there too."
                .to_owned(),
            "Locked out? Open the rescue page: see the way back.".to_owned(),
        ],
        address: Some(portal.home()),
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
        address: None,
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
