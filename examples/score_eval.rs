//! Measures the matching on data with known truth.
//!
//! `cargo run --release --example score_eval -- FOLDER…` reads `org-users.json`, `tenant-users.json` and `truth.json` of each
//! folder and prints a line for each: wrong pairs, recall, the right person among the first candidates, hazards, time.
//! `--show` names the mistakes. With `--org-users FILE --tenant-users FILE` instead it prints a `diff` document like the
//! command's, for other scorers. How to make such folders: `docs/matching.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use ado2entra::domain::forecast::infer_destination;
use ado2entra::domain::ids::{Descriptor, ObjectId, StorageKey};
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::people::{
    Directory, EntitlementStatus, LastAccess, OrgUser, Origin, Roster, TenantUser, TenantUserParts, UserType,
};
use ado2entra::domain::{Forecast, Outcome, Person, Situation, forecast};
use jiff::Timestamp;
use serde_json::{Value, json};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let mut folders: Vec<String> = Vec::new();
    let (mut org, mut tenant, mut show) = (None, None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--org-users" => org = arguments.next(),
            "--tenant-users" => tenant = arguments.next(),
            "--format" => drop(arguments.next()),
            "--show" => show = true,
            _ => folders.push(argument),
        }
    }
    if let (Some(org), Some(tenant)) = (org, tenant) {
        let set = Set::read(Path::new(&org), Path::new(&tenant))?;
        println!("{}", document(&set));
        return Ok(());
    }
    if folders.is_empty() {
        eprintln!("usage: score_eval [--show] FOLDER… | --org-users FILE --tenant-users FILE");
        std::process::exit(2);
    }
    let mut sum = Figures::default();
    println!("{:16} {}", "set", Figures::HEADER);
    for folder in &folders {
        let folder = Path::new(folder);
        let set = Set::read(&folder.join("org-users.json"), &folder.join("tenant-users.json"))?;
        let truth: Value = serde_json::from_slice(&fs::read(folder.join("truth.json"))?)?;
        let figures = Figures::of(&set, &truth, show);
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or("?");
        println!("{name:16} {}", figures.line());
        sum.add(&figures);
    }
    println!("{:16} {}", "all", sum.line());
    Ok(())
}

/// Two lists, compared.
struct Set {
    roster: Roster,
    directory: Directory,
    forecast: Forecast,
    seconds: f64,
}

impl Set {
    fn read(org: &Path, tenant: &Path) -> Result<Self, Failure> {
        let org: Vec<Value> = serde_json::from_slice(&fs::read(org)?)?;
        let tenant: Vec<Value> = serde_json::from_slice(&fs::read(tenant)?)?;
        let roster = Roster::new(org.iter().filter_map(org_user));
        let directory = Directory::new(tenant.iter().filter_map(tenant_user));
        let (destination, backing) = infer_destination(&roster, &directory, None, None);
        // the sets have dates of their own; the latest of them is the moment for which the forecast is made
        let now = Timestamp::now();
        let started = Instant::now();
        let index = TenantIndex::build(&directory);
        let situation = Situation { destination, backing, ..Situation::at(now) };
        let forecast = forecast(&roster, &directory, &index, &situation);
        Ok(Self { seconds: started.elapsed().as_secs_f64(), roster, directory, forecast })
    }

    fn people(&self) -> impl Iterator<Item = (&OrgUser, &Person)> {
        self.roster.people().iter().zip(self.forecast.people())
    }
}

#[derive(Default)]
struct Figures {
    counted: f64,
    safe: f64,
    wrong_safe: f64,
    automatic: f64,
    wrong_automatic: f64,
    recall: f64,
    first: [f64; 3],
    hazards: f64,
    hazards_found: f64,
    false_alarms: f64,
    left: f64,
    people: f64,
    missing_wrong: f64,
    none: f64,
    none_missing: f64,
    seconds: f64,
}

impl Figures {
    const HEADER: &'static str = "counted  safe wrong  auto wrong  recall    @1    @3    @5  hazards found  false   left  missing-wrong none-as-missing  seconds";

    fn of(set: &Set, truth: &Value, show: bool) -> Self {
        let mut figures = Self { seconds: set.seconds, ..Self::default() };
        for (user, person) in set.people() {
            let about = &truth[user.storage_key.as_str()];
            let kind = about["kind"].as_str().unwrap_or_default();
            let right: Option<ObjectId> = about["object_id"].as_str().and_then(|id| id.parse().ok());
            let counts = about["counts"].as_bool() == Some(true);
            let hazard = about["hazard"].as_str();
            let choice = person.target.or_else(|| person.candidates.first().map(|best| best.object_id));
            let tell = |what: &str| {
                if show {
                    let name = |id: Option<ObjectId>| {
                        id.and_then(|id| set.directory.get(id)).map_or("nobody".to_owned(), |user| {
                            format!("{} <{}>", user.display_name(), user.user_principal_name())
                        })
                    };
                    eprintln!(
                        "  {what} [{kind}] {} <{}> -> {} ({}: {}); truth {}",
                        user.display_name,
                        user.principal_name,
                        name(choice),
                        person.outcome,
                        person.why,
                        name(right)
                    );
                }
            };
            match person.outcome {
                Outcome::Safe => {
                    figures.safe += 1.0;
                    let unfit =
                        matches!(kind, "disabled-only" | "pending" | "twice-in-org" | "already-active")
                            || hazard.is_some();
                    if choice != right || unfit {
                        figures.wrong_safe += 1.0;
                        tell("WRONG SAFE");
                    }
                }
                Outcome::Automatic => {
                    figures.automatic += 1.0;
                    if choice != right {
                        figures.wrong_automatic += 1.0;
                        tell("wrong automatic");
                    }
                }
                Outcome::Hazard if hazard.is_none() => {
                    figures.false_alarms += 1.0;
                    tell("false alarm");
                }
                Outcome::Missing if counts => {
                    figures.missing_wrong += 1.0;
                }
                _ => {}
            }
            if let Some(hazard) = hazard {
                figures.hazards += 1.0;
                if person.outcome == Outcome::Hazard
                    || hazard == "already-active" && person.outcome == Outcome::Conflict
                {
                    figures.hazards_found += 1.0;
                } else {
                    tell("missed hazard");
                }
            }
            if kind == "none" {
                figures.none += 1.0;
                figures.none_missing += f64::from(u8::from(person.outcome == Outcome::Missing));
            }
            if !matches!(kind, "connected" | "service-identity") {
                figures.people += 1.0;
                if !matches!(person.outcome, Outcome::Safe | Outcome::Automatic | Outcome::Connected) {
                    figures.left += 1.0;
                }
            }
            if !counts {
                continue;
            }
            figures.counted += 1.0;
            if matches!(person.outcome, Outcome::Safe | Outcome::Automatic) && choice == right {
                figures.recall += 1.0;
            } else if matches!(kind, "upn" | "mail" | "other" | "proxy" | "guest") && right.is_some() {
                tell("not accepted");
            }
            let place = person.candidates.iter().position(|candidate| Some(candidate.object_id) == right);
            for (cell, most) in figures.first.iter_mut().zip([1, 3, 5]) {
                *cell += f64::from(u8::from(place.is_some_and(|place| place < most)));
            }
            if place.is_none() {
                tell("not among five");
            }
        }
        figures
    }

    fn add(&mut self, other: &Self) {
        self.counted += other.counted;
        self.safe += other.safe;
        self.wrong_safe += other.wrong_safe;
        self.automatic += other.automatic;
        self.wrong_automatic += other.wrong_automatic;
        self.recall += other.recall;
        for (cell, more) in self.first.iter_mut().zip(other.first) {
            *cell += more;
        }
        self.hazards += other.hazards;
        self.hazards_found += other.hazards_found;
        self.false_alarms += other.false_alarms;
        self.left += other.left;
        self.people += other.people;
        self.missing_wrong += other.missing_wrong;
        self.none += other.none;
        self.none_missing += other.none_missing;
        self.seconds += other.seconds;
    }

    fn line(&self) -> String {
        let counted = self.counted.max(1.0);
        format!(
            "{:7} {:5} {:5} {:5} {:5}   {:.3} {:.3} {:.3} {:.3}  {:7} {:5}  {:5}  {:.3}  {:13} {:6.3}          {:.2}",
            self.counted,
            self.safe,
            self.wrong_safe,
            self.automatic,
            self.wrong_automatic,
            self.recall / counted,
            self.first[0] / counted,
            self.first[1] / counted,
            self.first[2] / counted,
            self.hazards,
            self.hazards_found,
            self.false_alarms,
            self.left / self.people.max(1.0),
            self.missing_wrong,
            self.none_missing / self.none.max(1.0),
            self.seconds,
        )
    }
}

/// The parts of a `diff` document that a scorer reads.
fn document(set: &Set) -> Value {
    let users: Vec<Value> = set
        .people()
        .map(|(user, person)| {
            let candidates: Vec<Value> = person
                .candidates
                .iter()
                .map(|candidate| json!({"object_id": candidate.object_id, "score": candidate.score, "evidence": candidate.evidence, "warnings": candidate.warnings}))
                .collect();
            json!({"storage_key": user.storage_key, "display_name": user.display_name, "principal_name": user.principal_name,
                "outcome": person.outcome, "why": person.why, "candidates": candidates})
        })
        .collect();
    let counts: BTreeMap<&str, usize> =
        set.forecast.counts().into_iter().map(|(outcome, count)| (outcome.name(), count)).collect();
    json!({"schema": "ado2entra.diff/1", "summary": {"by_outcome": counts}, "users": users})
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

fn moment(value: &Value) -> Option<Timestamp> {
    text(value)?.parse().ok()
}

fn org_user(value: &Value) -> Option<OrgUser> {
    let user = &value["user"];
    let last_accessed = match moment(&value["lastAccessedDate"]) {
        None => LastAccess::Unknown,
        Some(at) if at.as_second() < 0 => LastAccess::Never,
        Some(at) => LastAccess::At(at),
    };
    Some(OrgUser {
        storage_key: StorageKey::new(value["id"].as_str()?),
        descriptor: Descriptor::new(user["descriptor"].as_str().unwrap_or_default()),
        display_name: user["displayName"].as_str().unwrap_or_default().into(),
        principal_name: user["principalName"].as_str().unwrap_or_default().into(),
        mail: text(&user["mailAddress"]).map(Into::into),
        origin: Origin::parse(user["origin"].as_str().unwrap_or_default()),
        origin_id: text(&user["originId"]).map(Into::into),
        domain: text(&user["domain"]).map(Into::into),
        meta_type: text(&user["metaType"]).map(Into::into),
        deleted_in_origin: user["isDeletedInOrigin"].as_bool().unwrap_or_default(),
        access_level: text(&value["accessLevel"]["licenseDisplayName"]).map(Into::into),
        status: EntitlementStatus::parse(value["accessLevel"]["status"].as_str().unwrap_or_default()),
        last_accessed,
        created: moment(&value["dateCreated"]),
    })
}

fn tenant_user(value: &Value) -> Option<TenantUser> {
    let list = |name: &str| value[name].as_array().into_iter().flatten();
    let boxed = |value: &Value| text(value).map(Into::into);
    Some(
        TenantUserParts {
            id: value["id"].as_str()?.parse().ok()?,
            display_name: value["displayName"].as_str().unwrap_or_default().into(),
            given_name: boxed(&value["givenName"]),
            surname: boxed(&value["surname"]),
            user_principal_name: value["userPrincipalName"].as_str().unwrap_or_default().into(),
            mail: boxed(&value["mail"]),
            other_mails: list("otherMails").filter_map(boxed).collect(),
            proxy_addresses: list("proxyAddresses")
                .filter_map(text)
                .filter_map(|address| {
                    let (kind, address) = address.split_once(':')?;
                    kind.eq_ignore_ascii_case("smtp").then(|| address.into())
                })
                .collect(),
            identity_addresses: list("identities")
                .filter(|identity| identity["signInType"].as_str() == Some("emailAddress"))
                .filter_map(|identity| boxed(&identity["issuerAssignedId"]))
                .collect(),
            user_type: match value["userType"].as_str() {
                Some("Guest") => Some(UserType::Guest),
                Some(_) => Some(UserType::Member),
                None => None,
            },
            enabled: value["accountEnabled"].as_bool(),
            pending: value["externalUserState"].as_str() == Some("PendingAcceptance"),
            deleted: value["deletedDateTime"].is_string(),
            mail_nickname: boxed(&value["mailNickname"]),
            sam_account_name: boxed(&value["onPremisesSamAccountName"]),
            created: moment(&value["createdDateTime"]),
        }
        .into(),
    )
}
