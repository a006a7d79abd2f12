//! How each point stands: what was read is judged, what was not is unknown, what only a person knows is to be ticked.

use std::fmt;

use jiff::Timestamp;

use super::{AfterFacts, AuditEntry, Point, PointId, Read};
use crate::domain::check::CheckStatus;
use crate::domain::comparison::state::Named;
use crate::domain::comparison::{Kind, PersonChanges, words};
use crate::domain::text::clean;

pub(super) fn found(id: PointId, status: CheckStatus, summary: impl Into<String>) -> Point {
    Point { id, status, summary: summary.into(), evidence: Vec::new(), remedy: String::new(), ticked: None }
}

fn unread(id: PointId, why: &str, remedy: &str) -> Point {
    Point {
        remedy: remedy.to_owned(),
        ..found(id, CheckStatus::Unknown, format!("not read: {}", clean(why)))
    }
}

fn manual(id: PointId, summary: &str, remedy: &str) -> Point {
    Point { remedy: remedy.to_owned(), ..found(id, CheckStatus::Manual, summary) }
}

pub(super) fn point(id: PointId, facts: &AfterFacts<'_>) -> Point {
    match id {
        PointId::SignedInAgain => match &facts.signed_in {
            Ok((true, name)) => found(id, CheckStatus::Pass, format!("signed in as {}", clean(name))),
            Ok((false, name)) => Point {
                remedy: "Sign in with the work account: `credentials.azure_devops.after_connect`.".to_owned(),
                ..found(
                    id,
                    CheckStatus::Fail,
                    format!("signed in as {}, which is no identity of the directory", clean(name)),
                )
            },
            Err(why) => unread(id, why, "Sign in with the work account, then read again."),
        },
        PointId::SingleSignOn => manual(
            id,
            "tick when tried out",
            "Open the organization in a private browser window, with the work account: no password is asked for twice, and \
             nobody is asked to choose between two accounts.",
        ),
        PointId::MappingComplete => mapping(id, facts),
        PointId::PermissionsIntact => permissions(id, facts),
        PointId::GuestsHaveAccess => guests(id, facts),
        PointId::ProjectsReachable => projects(id, facts),
        PointId::ServiceConnections => standing(
            id,
            &facts.connections,
            "service connection",
            "Open it in the project's settings, sign in again or give it a new token, and run one pipeline.",
        ),
        PointId::AgentsOnline => standing(
            id,
            &facts.pools,
            "agent pool",
            "Look at the agent's machine; an agent that was registered with somebody's token is registered again.",
        ),
        PointId::ToolsWork => manual(
            id,
            "tick when tried out",
            "Visual Studio, Git, extensions, dashboards, and whatever else signs in with a token: one of each.",
        ),
        PointId::SshKeysRecreated => match &facts.without_keys {
            Ok(people) if people.is_empty() => found(id, CheckStatus::Pass, "nobody who had keys is without"),
            Ok(people) => Point {
                evidence: people.iter().map(|name| clean(name).into_owned()).collect(),
                remedy: "Send them the follow-up (`ado2entra check --tokens --format csv`).".to_owned(),
                ..found(
                    id,
                    CheckStatus::Warn,
                    format!("{} had SSH keys and have none now", count(people.len())),
                )
            },
            Err(why) => Point {
                summary: format!("tick when done; not read: {}", clean(why)),
                ..manual(id, "", "Read them with `ado2entra check --tokens`, or ask the people who used SSH.")
            },
        },
        PointId::LinkEvent => link_event(id, facts),
        PointId::FeedbackCollected => manual(
            id,
            "tick when some days have passed",
            "Ask the teams: what did not work, what asked for a password, what is missing.",
        ),
    }
}

fn mapping(id: PointId, facts: &AfterFacts<'_>) -> Point {
    let kept = match facts.kept {
        0 => String::new(),
        1 => "; 1 is kept as planned, and cannot sign in".to_owned(),
        n => format!("; {n} are kept as planned, and cannot sign in"),
    };
    match &facts.disconnected {
        Ok(people) if people.is_empty() => {
            found(id, CheckStatus::Pass, format!("everybody is connected{kept}"))
        }
        Ok(people) => Point {
            evidence: people.iter().map(|name| clean(name).into_owned()).collect(),
            remedy: "Map or remove them, in Mapping; or decide to keep them.".to_owned(),
            ..found(id, CheckStatus::Fail, format!("{} not connected{kept}", are(people.len())))
        },
        Err(why) => unread(id, why, "Read the people again."),
    }
}

fn permissions(id: PointId, facts: &AfterFacts<'_>) -> Point {
    let comparison = match &facts.comparison {
        Ok(comparison) => comparison,
        Err(why) => {
            return unread(
                id,
                why,
                "Compare a snapshot from before with one from now: `ado2entra snapshot compare BEFORE AFTER`.",
            );
        }
    };
    let summary = &comparison.summary;
    let unexpected = summary.with_unexpected_loss;
    let expected = match summary.with_expected_loss {
        0 => String::new(),
        n => format!("; {} lost only what was to be expected", count(n)),
    };
    let lines = comparison.people.iter().filter(|person| person.has_unexpected_loss()).map(|person| {
        let lost: Vec<String> = person
            .differences
            .iter()
            .filter(|one| one.is_unexpected_loss())
            .map(|one| format!("{} {}", one.kind.name(), words::sentence(one, "to")))
            .collect();
        format!("{}: {}", words::who(person, "now"), lost.join("; "))
    });
    if unexpected == 0 {
        return found(id, CheckStatus::Pass, format!("nobody lost anything unexpected{expected}"));
    }
    Point {
        evidence: lines.collect(),
        remedy: "Give it back where it is needed, then compare again.".to_owned(),
        ..found(id, CheckStatus::Fail, format!("{} lost something unexpected{expected}", count(unexpected)))
    }
}

fn guests(id: PointId, facts: &AfterFacts<'_>) -> Point {
    let comparison = match &facts.comparison {
        Ok(comparison) => comparison,
        Err(why) => return unread(id, why, "Ask one guest to sign in, and tick."),
    };
    let lost = |person: &&PersonChanges| {
        person.differences.iter().any(|one| {
            one.is_unexpected_loss()
                && one.kind == Kind::Person
                && one.note.as_deref().is_some_and(|note| note.starts_with("a guest"))
        })
    };
    let gone: Vec<String> =
        comparison.people.iter().filter(lost).map(|person| words::who(person, "now")).collect();
    if gone.is_empty() {
        return Point {
            remedy:
                "Ask one guest to sign in: the policy *External guest access* of the organization counts too."
                    .to_owned(),
            ..found(id, CheckStatus::Manual, "no guest is gone; tick when one of them has signed in")
        };
    }
    Point {
        summary: format!("{} gone", are(gone.len())),
        evidence: gone,
        remedy: "Invite them again, and look at *External guest access* in the organization's policies."
            .to_owned(),
        ..found(id, CheckStatus::Fail, "")
    }
}

fn projects(id: PointId, facts: &AfterFacts<'_>) -> Point {
    let lost: Vec<String> = facts.comparison.as_ref().map_or_else(
        |_| Vec::new(),
        |comparison| {
            let gone = comparison.organization.iter();
            gone.filter(|one| one.kind == Kind::TeamProject && one.is_unexpected_loss())
                .map(|one| words::sentence(one, "to"))
                .collect()
        },
    );
    match &facts.projects {
        Err(why) => unread(id, why, "Open each project and its repositories, and tick."),
        Ok(_) if !lost.is_empty() => Point {
            summary: format!("{} not there any more", are_things(lost.len(), "project")),
            evidence: lost,
            remedy: "Look whether they were deleted, or whether you may no longer see them.".to_owned(),
            ..found(id, CheckStatus::Fail, "")
        },
        Ok(projects) => Point {
            evidence: projects.iter().map(shown).collect(),
            ..found(id, CheckStatus::Pass, format!("{} can be read", things(projects.len(), "project")))
        },
    }
}

fn standing(id: PointId, read: &Read<&[Named]>, what: &str, remedy: &str) -> Point {
    let list = match read {
        Err(why) => return unread(id, why, "Look at them in the browser, and tick."),
        Ok(list) => list,
    };
    let bad: Vec<String> = list.iter().filter(|one| one.good == Some(false)).map(shown).collect();
    if bad.is_empty() {
        return found(id, CheckStatus::Pass, format!("{}, none that stands still", things(list.len(), what)));
    }
    Point {
        summary: format!("{} of {} not ready", bad.len(), things(list.len(), what)),
        evidence: bad,
        remedy: remedy.to_owned(),
        ..found(id, CheckStatus::Warn, "")
    }
}

fn link_event(id: PointId, facts: &AfterFacts<'_>) -> Point {
    let remedy = "Organization settings > Auditing; the log needs the policy *Log audit events* and the permission *View audit \
                  log*. The Entra audit log shows the same from the other side.";
    match &facts.audit {
        Err(why) => unread(id, why, remedy),
        Ok(entries) => {
            match entries.iter().filter(|one| one.action == "Organization.LinkToAAD").max_by_key(|one| one.at)
            {
                None => Point {
                    remedy: remedy.to_owned(),
                    ..found(id, CheckStatus::Warn, "the log can be read and does not show it")
                },
                Some(last) => Point {
                    evidence: entries.iter().map(audit_line).collect(),
                    ..found(
                        id,
                        CheckStatus::Pass,
                        format!("{}, by {}", shown_time(last.at), clean(&last.actor)),
                    )
                },
            }
        }
    }
}

/// To the second: more of a time is noise.
fn shown_time(at: Timestamp) -> impl fmt::Display {
    at.strftime("%Y-%m-%d %H:%M:%S UTC")
}

fn audit_line(entry: &AuditEntry) -> String {
    format!(
        "{}  {}  {}  {}",
        shown_time(entry.at),
        clean(&entry.action),
        clean(&entry.actor),
        clean(&entry.details)
    )
}

fn shown(one: &Named) -> String {
    match &one.standing {
        Some(standing) => format!("{}: {}", clean(&one.name), clean(standing)),
        None => clean(&one.name).into_owned(),
    }
}

fn count(number: usize) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{number} people") }
}

fn are(number: usize) -> String {
    if number == 1 { "1 person is".to_owned() } else { format!("{number} people are") }
}

fn things(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn are_things(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what} is") } else { format!("{number} {what}s are") }
}
