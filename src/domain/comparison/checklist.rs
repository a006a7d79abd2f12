//! Microsoft's list for the time after connecting ("Connect your organization to Microsoft Entra ID", 03/2026): what can be
//! read is read, what cannot is for a person to tick, with a note.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::state::Named;
use super::{Comparison, Kind, words};
use crate::domain::check::{CheckStatus, Tick};
use crate::domain::text::clean;

/// The most lines of evidence of one point; more are counted.
const EVIDENCE: usize = 50;

macro_rules! points {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $title:literal;)*) => {
        /// A point of the list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum PointId {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl PointId {
            /// All of them, in Microsoft's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The point in one line.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

points! {
    /// The operator is an identity of the directory.
    SignedInAgain "signed-in-again" "You are signed in with the work account";
    /// Tried out in a private window.
    SingleSignOn "single-sign-on" "Signing in works in a private window, with single sign-on";
    /// Nobody is left disconnected who should not be.
    MappingComplete "mapping-complete" "Everybody active is mapped";
    /// Nobody lost anything unexpected.
    PermissionsIntact "permissions-intact" "Roles and permissions are intact";
    /// Guests are still there.
    GuestsHaveAccess "guests-have-access" "Guests still have access";
    /// Projects are all there.
    ProjectsReachable "projects-reachable" "Projects and repositories can be reached";
    /// Service connections are ready.
    ServiceConnections "service-connections" "Service connections and pipelines work";
    /// Agents are online.
    AgentsOnline "agents-online" "Agents are online";
    /// Other tools.
    ToolsWork "tools-work" "Other tools and extensions work";
    /// SSH keys are there again.
    SshKeysRecreated "ssh-keys-recreated" "SSH keys are made anew";
    /// The audit log shows who linked the organization.
    LinkEvent "link-event" "The audit log shows the link event";
    /// Feedback of some days.
    FeedbackCollected "feedback-collected" "Feedback was collected for some days";
}

impl PointId {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.name() == name)
    }
}

impl fmt::Display for PointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One point with what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Which one.
    pub id: PointId,
    /// How it stands.
    pub status: CheckStatus,
    /// The finding in one line.
    pub summary: String,
    /// The findings one by one, cleaned.
    pub evidence: Vec<String>,
    /// What to do; empty where there is nothing to do.
    pub remedy: String,
    /// A person's confirmation.
    pub ticked: Option<Tick>,
}

impl Point {
    /// With the tick counted.
    pub fn counts_as(&self) -> CheckStatus {
        if self.ticked.is_some() && self.status.can_be_ticked() { CheckStatus::Pass } else { self.status }
    }
}

/// An entry of the audit log about the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// `Organization.LinkToAAD` and the like.
    pub action: String,
    /// Who, by name and address as far as the log says.
    pub actor: String,
    /// The log's own sentence.
    pub details: String,
}

/// Something that was to be read: the value, or why it is not there, in words.
pub type Read<T> = Result<T, String>;

/// What the list is made from.
#[derive(Debug, Clone)]
pub struct AfterFacts<'a> {
    /// The destination backs the organization; `None`: not known.
    pub connected: Option<bool>,
    /// Whether the account behind the credential is an identity of the directory, with its name.
    pub signed_in: Read<(bool, String)>,
    /// Who is not connected, by name; whom the plan keeps as they are is not among them.
    pub disconnected: Read<Vec<String>>,
    /// How many the plan keeps as they are.
    pub kept: usize,
    /// Before and after.
    pub comparison: Read<&'a Comparison>,
    /// Projects as they are now.
    pub projects: Read<&'a [Named]>,
    /// Service connections as they are now.
    pub connections: Read<&'a [Named]>,
    /// Agent pools as they are now.
    pub pools: Read<&'a [Named]>,
    /// What the audit log says about linking.
    pub audit: Read<&'a [AuditEntry]>,
    /// How many people had SSH keys before and have none now, by name; with the people who were not read.
    pub without_keys: Read<Vec<String>>,
    /// What persons ticked.
    pub ticks: &'a BTreeMap<PointId, Tick>,
}

/// The whole list.
pub fn points(facts: &AfterFacts<'_>) -> Vec<Point> {
    PointId::ALL
        .iter()
        .map(|id| {
            let mut point = if facts.connected == Some(false) && *id != PointId::FeedbackCollected {
                found(*id, CheckStatus::NotApplicable, "not connected to the directory yet")
            } else {
                point(*id, facts)
            };
            point.ticked = facts.ticks.get(id).cloned();
            if point.evidence.len() > EVIDENCE {
                let more = point.evidence.len() - EVIDENCE;
                point.evidence.truncate(EVIDENCE);
                point.evidence.push(format!("and {more} more"));
            }
            point
        })
        .collect()
}

/// Whether everything is as it should be: nothing fails, and what only a person knows was ticked.
pub fn is_complete(points: &[Point]) -> bool {
    !points.iter().any(|point| {
        matches!(point.counts_as(), CheckStatus::Fail | CheckStatus::Manual | CheckStatus::Unknown)
    })
}

fn found(id: PointId, status: CheckStatus, summary: impl Into<String>) -> Point {
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

fn point(id: PointId, facts: &AfterFacts<'_>) -> Point {
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
    let lost = |person: &&super::PersonChanges| {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(ticks: &BTreeMap<PointId, Tick>) -> AfterFacts<'_> {
        AfterFacts {
            connected: Some(true),
            signed_in: Ok((true, "Niamh Halloran".into())),
            disconnected: Ok(vec![]),
            kept: 0,
            comparison: Err("there is no reading from before".into()),
            projects: Err("403".into()),
            connections: Ok(&[]),
            pools: Ok(&[]),
            audit: Ok(&[]),
            without_keys: Err("not read".into()),
            ticks,
        }
    }

    fn status(facts: &AfterFacts<'_>, id: PointId) -> CheckStatus {
        points(facts).into_iter().find(|point| point.id == id).unwrap().counts_as()
    }

    #[test]
    fn what_was_not_read_is_never_a_pass_and_can_be_ticked() {
        let none = BTreeMap::new();
        assert_eq!(status(&facts(&none), PointId::PermissionsIntact), CheckStatus::Unknown);
        assert!(!is_complete(&points(&facts(&none))));
        let tick = Tick { note: "looked".into(), at: Timestamp::UNIX_EPOCH };
        let all: BTreeMap<PointId, Tick> = PointId::ALL.iter().map(|id| (*id, tick.clone())).collect();
        assert_eq!(status(&facts(&all), PointId::PermissionsIntact), CheckStatus::Pass);
        assert_eq!(status(&facts(&all), PointId::LinkEvent), CheckStatus::Warn, "read, and not there");
        assert!(is_complete(&points(&facts(&all))), "a warning does not stand in the way");
        let mut fails = facts(&all);
        fails.disconnected = Ok(vec!["Raisa".into()]);
        assert!(!is_complete(&points(&fails)), "what was read and fails cannot be ticked away");
    }

    #[test]
    fn the_link_event_says_who_and_when() {
        let none = BTreeMap::new();
        let entry = |second: i64, action: &str| AuditEntry {
            at: Timestamp::from_second(second).unwrap(),
            action: action.into(),
            actor: "Jamal\u{1b}[31m <jamal@contoso.com>".into(),
            details: "Linked".into(),
        };
        let log = [
            entry(10, "Organization.LinkToAAD"),
            entry(30, "Organization.UnlinkFromAAD"),
            entry(20, "Organization.LinkToAAD"),
        ];
        let mut facts = facts(&none);
        facts.audit = Ok(&log);
        let point = points(&facts).into_iter().find(|point| point.id == PointId::LinkEvent).unwrap();
        assert_eq!(point.status, CheckStatus::Pass);
        assert!(point.summary.starts_with("1970-01-01 00:00:20 UTC, by Jamal"), "{}", point.summary);
        assert!(!point.summary.contains('\u{1b}'));
        assert_eq!(point.evidence.len(), 3);
    }

    #[test]
    fn every_name_is_read_back_and_nothing_applies_before_connecting() {
        for id in PointId::ALL {
            assert_eq!(PointId::parse(id.name()), Some(*id));
        }
        let none = BTreeMap::new();
        let mut facts = facts(&none);
        facts.connected = Some(false);
        let open =
            points(&facts).into_iter().filter(|point| point.status != CheckStatus::NotApplicable).count();
        assert_eq!(open, 1);
    }
}
