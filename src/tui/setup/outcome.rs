//! What was found out, in words: a few beside the field, all of it below, each with what to do.

use crate::domain::connection::Backing;
use crate::domain::facts::{Cloud, InvitationPolicy, Operator, TenantDiscovery, TenantProfile};
use crate::domain::signin::{DeviceCode, SignInStep};
use crate::domain::text::{clean, named};
use crate::domain::{Problem, ProblemKind, TenantId};
use crate::tasks::setup::{Finding, Permission, Subject, is_missing};

use super::{State, Trial};

/// How it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Sign {
    /// Nothing to say.
    #[default]
    Nothing,
    /// Fine.
    Good,
    /// Worth a look.
    Care,
    /// Something is missing or wrong.
    Bad,
    /// It is being asked.
    Asking,
}

/// The outcome of one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How it looks.
    pub sign: Sign,
    /// A few words.
    pub brief: String,
    /// All of it.
    pub lines: Vec<(Sign, String)>,
}

impl Outcome {
    fn new(sign: Sign, brief: impl Into<String>) -> Self {
        Self { sign, brief: brief.into(), lines: Vec::new() }
    }

    fn add(&mut self, sign: Sign, line: impl Into<String>) {
        self.lines.push((sign, line.into()));
    }
}

/// What is known about a subject.
pub fn of(state: &State, subject: Subject) -> Outcome {
    let Some(trial) = state.trial(subject) else { return Outcome::default() };
    if let Some(code) = code_of(trial) {
        return asking_for(code);
    }
    let mut outcome = match subject {
        Subject::Organization => organization(state, trial),
        Subject::Tenant => tenant(state, trial),
        Subject::AzureDevOps => azure_devops(trial),
        Subject::Entra => entra(state, trial),
        Subject::AfterConnect => after(state, trial),
    };
    if !trial.ended && outcome.sign != Sign::Bad {
        outcome.sign = Sign::Asking;
        if outcome.brief.is_empty() {
            "asking".clone_into(&mut outcome.brief);
        }
    }
    outcome
}

/// The code that somebody has to type into a browser now.
pub fn code(state: &State) -> Option<&DeviceCode> {
    Subject::ALL.into_iter().find_map(|subject| code_of(state.trial(subject)?))
}

fn code_of(trial: &Trial) -> Option<&DeviceCode> {
    match trial.findings.last()? {
        Finding::SignIn(SignInStep::CodeShown(code)) => Some(code),
        _ => None,
    }
}

fn asking_for(code: &DeviceCode) -> Outcome {
    let mut outcome = Outcome::new(Sign::Asking, format!("type {} in the browser", clean(&code.user_code)));
    outcome.add(
        Sign::Asking,
        format!(
            "Open {} in a browser on any machine, type the code {} and sign in with a work account of {}.",
            clean(&code.address),
            clean(&code.user_code),
            clean(&code.tenant)
        ),
    );
    if !code.address_is_known {
        outcome.add(
            Sign::Bad,
            "This is none of the pages that Microsoft documents for codes: make sure first that it is the right one.",
        );
    }
    let minutes = code.ends_at.duration_since(code.shown_at).as_secs().max(0) / 60;
    outcome.add(
        Sign::Nothing,
        format!("The code is good for {minutes} minutes; r asks for a new one. The sign-in is kept in memory only. y copies the code."),
    );
    outcome
}

/// The tenant that the destination turned out to be.
fn destination(state: &State) -> Option<&TenantDiscovery> {
    state.trial(Subject::Tenant)?.findings.iter().find_map(|finding| match finding {
        Finding::Tenant(found) => Some(found),
        _ => None,
    })
}

/// The page of the tenant that the credential reads.
fn profile(state: &State) -> Option<&TenantProfile> {
    state.trial(Subject::Entra)?.findings.iter().find_map(|finding| match finding {
        Finding::Profile(profile) => Some(profile),
        _ => None,
    })
}

fn failed(problem: &Problem, missing: &str) -> Outcome {
    let mut outcome = match problem.kind {
        ProblemKind::NotFound => Outcome::new(Sign::Bad, missing),
        ProblemKind::Unreachable | ProblemKind::ServiceFailing | ProblemKind::Throttled => {
            Outcome::new(Sign::Care, "could not be asked")
        }
        ProblemKind::NotSignedIn => Outcome::new(Sign::Bad, brief_of(&problem.said, "not signed in")),
        ProblemKind::NotAllowed => Outcome::new(Sign::Bad, "signed in, and not allowed"),
        _ => Outcome::new(Sign::Bad, brief_of(&problem.said, "does not work")),
    };
    outcome.add(outcome.sign, problem.to_string());
    outcome
}

/// The words of a problem where they are few.
fn brief_of(said: &str, otherwise: &str) -> String {
    let said = clean(said.strip_prefix("the environment variable ").unwrap_or(said));
    if said.is_empty() || said.chars().count() > 60 { otherwise.to_owned() } else { said.into_owned() }
}

fn organization(state: &State, trial: &Trial) -> Outcome {
    let name = trial.values.organization.name.as_deref().unwrap_or_default();
    let Some(finding) = trial.findings.last() else { return Outcome::default() };
    match finding {
        Finding::Backing(Some(Backing::MicrosoftAccounts), _) => {
            let mut outcome = Outcome::new(Sign::Good, "backed by Microsoft accounts");
            outcome.add(
                Sign::Good,
                format!("{name} exists. No directory backs it: people sign in with Microsoft accounts."),
            );
            outcome
        }
        Finding::Backing(Some(Backing::Tenant(id)), _) => backed(state, name, *id),
        Finding::Backing(None, notes) => {
            let mut outcome = Outcome::new(Sign::Care, "what backs it is not clear");
            outcome.add(
                Sign::Care,
                format!("{name} answers, and does not say clearly what backs it: {}.", notes.join("; ")),
            );
            outcome.add(Sign::Nothing, "The dashboard asks again and goes by two equal answers.");
            outcome
        }
        Finding::Failed(problem) if is_missing(problem) => {
            let mut outcome = failed(problem, "there is no such organization");
            outcome.add(
                Sign::Nothing,
                "The name is the part behind https://dev.azure.com/ when you open the organization in a browser.",
            );
            outcome
        }
        Finding::Failed(problem) => failed(problem, ""),
        _ => Outcome::default(),
    }
}

fn backed(state: &State, name: &str, id: TenantId) -> Outcome {
    if destination(state).is_some_and(|found| found.id == id) {
        let mut outcome = Outcome::new(Sign::Good, "the destination backs it already");
        outcome.add(
            Sign::Good,
            format!("{name} is connected to the destination already: what is left is mapping its people."),
        );
        return outcome;
    }
    let mut outcome = Outcome::new(Sign::Good, "another directory backs it");
    outcome
        .add(Sign::Good, format!("{name} exists. The directory {id} backs it: connecting will be a switch."));
    if destination(state).is_none() {
        outcome.add(Sign::Nothing, "Whether that is the destination shows when the destination is known.");
    }
    outcome
}

fn tenant(state: &State, trial: &Trial) -> Outcome {
    let Some(finding) = trial.findings.last() else { return Outcome::default() };
    let found = match finding {
        Finding::Tenant(found) => found,
        Finding::Failed(problem) => return failed(problem, "there is no such tenant"),
        _ => return Outcome::default(),
    };
    let mut words = Vec::new();
    if let Some(profile) = profile(state).filter(|profile| profile.id == found.id) {
        words.push(clean(&profile.display_name).into_owned());
    }
    words.extend(found.region.clone());
    let mut outcome = match &found.cloud {
        Cloud::Public { gcc } => {
            words.push(if *gcc { "public cloud (GCC)" } else { "public cloud" }.to_owned());
            Outcome::new(Sign::Good, words.join(", "))
        }
        Cloud::National(cloud) => {
            let mut outcome = Outcome::new(Sign::Bad, format!("{cloud}: cannot be connected"));
            outcome.add(
                Sign::Bad,
                format!("This tenant is in {cloud}. Azure DevOps Services connects only to tenants of the public cloud."),
            );
            outcome
        }
        Cloud::Unrecognised(what) => {
            let mut outcome = Outcome::new(Sign::Care, "its cloud is not recognised");
            outcome.add(
                Sign::Care,
                format!("The sign-in service describes this tenant in a way that is not known ({what}). Make sure that it is in the public cloud."),
            );
            outcome
        }
    };
    outcome
        .add(outcome.sign, format!("Tenant {}, signed in to at {}.", found.id, clean(&found.sign_in_host)));
    outcome
}

fn azure_devops(trial: &Trial) -> Outcome {
    let mut outcome = Outcome::default();
    for finding in &trial.findings {
        match finding {
            Finding::Failed(problem) => return failed(problem, "not found"),
            Finding::Operator(operator) => {
                let who = who(operator);
                outcome.sign = Sign::Good;
                outcome.brief.clone_from(&who);
                outcome.add(Sign::Good, format!("Signed in as {who}."));
            }
            Finding::Permission(permission) => add_permission(&mut outcome, permission),
            _ => {}
        }
    }
    if trial.ended && outcome.sign != Sign::Nothing {
        outcome.add(
            Sign::Nothing,
            "Not tried, because it would change something: mapping (Graph, Read & manage) and removing (Member \
             Entitlement Management, Read & write).",
        );
    }
    outcome
}

fn who(operator: &Operator) -> String {
    named(&operator.display_name, operator.account.as_deref().unwrap_or_default())
}

fn add_permission(outcome: &mut Outcome, permission: &Permission) {
    let reads = permission.reads;
    match &permission.result {
        Ok(()) => outcome.add(Sign::Good, format!("May read {reads}.")),
        Err(problem) => {
            let sign = if permission.required { Sign::Bad } else { Sign::Care };
            outcome.add(sign, format!("Cannot read {reads}: {}. {problem}", permission.without));
            if sign > outcome.sign {
                outcome.sign = sign;
                outcome.brief = if permission.required {
                    format!("cannot read {reads}")
                } else {
                    format!("{}; not {reads}", outcome.brief)
                };
            }
        }
    }
}

fn entra(state: &State, trial: &Trial) -> Outcome {
    let mut outcome = Outcome::default();
    for finding in &trial.findings {
        match finding {
            Finding::Failed(problem) => return failed(problem, "not found"),
            Finding::Profile(profile) => {
                let name = clean(&profile.display_name);
                let strange = destination(state).filter(|found| found.id != profile.id);
                if let Some(found) = strange {
                    outcome.sign = Sign::Bad;
                    outcome.brief = format!("reads another tenant: {name}");
                    outcome.add(
                        Sign::Bad,
                        format!(
                            "This sign-in reads {name} ({}), and the destination is {}. Sign in to the destination: \
                             az login --tenant {}.",
                            profile.id, found.id, found.id
                        ),
                    );
                } else {
                    outcome.sign = outcome.sign.max(Sign::Good);
                    if outcome.brief.is_empty() {
                        outcome.brief = format!("reads {name}");
                    }
                    outcome.add(Sign::Good, format!("Reads the tenant {name} ({}).", profile.id));
                }
            }
            Finding::SignedIn(signed_in) => {
                let who =
                    clean(signed_in.who.as_deref().unwrap_or("an account that is not named")).into_owned();
                outcome.brief.clone_from(&who);
                outcome.sign = Sign::Good;
                let kind =
                    signed_in.user_type.as_deref().map(|kind| format!(", {}", clean(kind).to_lowercase()));
                outcome.add(Sign::Good, format!("Signed in as {who}{}.", kind.unwrap_or_default()));
                for note in &signed_in.notes {
                    outcome.add(Sign::Care, clean(note).into_owned());
                }
            }
            Finding::Invitations(policy) => outcome.add(Sign::Good, invitations(policy)),
            Finding::Permission(permission) => add_permission(&mut outcome, permission),
            _ => {}
        }
    }
    outcome
}

fn invitations(policy: &InvitationPolicy) -> String {
    match policy.allow_invites_from.as_str() {
        "everyone" => "Everybody in the tenant may invite guests.".to_owned(),
        "adminsGuestInvitersAndAllMembers" => "Every member of the tenant may invite guests.".to_owned(),
        "adminsAndGuestInviters" => "Administrators and Guest Inviters may invite guests.".to_owned(),
        "none" => "Nobody but Global Administrators may invite guests.".to_owned(),
        other => format!("Who may invite guests: {}.", clean(other)),
    }
}

fn after(state: &State, trial: &Trial) -> Outcome {
    let Some(finding) = trial.findings.last() else { return Outcome::default() };
    let tried = match finding {
        Finding::After(tried) => tried,
        Finding::Failed(problem) => return failed(problem, "not found"),
        _ => return Outcome::default(),
    };
    let destination = destination(state).map(|found| found.id);
    match (tried.same_pat, tried.tenant) {
        (true, _) => {
            let mut outcome = Outcome::new(Sign::Care, "the same token; it may end with the switch");
            outcome.add(
                Sign::Care,
                "This is the token of now. Made by a Microsoft account, it may end with the switch: have another way \
                 ready, such as the Azure CLI with an account of the destination.",
            );
            outcome
        }
        (false, Some(id)) if Some(id) == destination => {
            let mut outcome = Outcome::new(Sign::Good, "gives a token of the destination");
            outcome.add(Sign::Good, "It gives a token of the destination tenant. Nothing was sent with it.");
            outcome
        }
        (false, Some(id)) if destination.is_some() => {
            let mut outcome = Outcome::new(Sign::Bad, "gives a token of another tenant");
            outcome.add(
                Sign::Bad,
                format!(
                    "It gives a token of the tenant {id}, which will not open the organization once the destination \
                     backs it. Sign in to the destination."
                ),
            );
            outcome
        }
        (false, _) => {
            let mut outcome = Outcome::new(Sign::Good, "gives a token");
            outcome.add(Sign::Good, "It gives a token, which does not say for which tenant it is.");
            outcome
        }
    }
}
