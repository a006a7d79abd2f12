//! What is said about a set, against the truth.

use std::collections::BTreeSet;

use ado2entra::domain::ids::ObjectId;
use ado2entra::domain::matching::fold::{local_part, login_key, words};
use ado2entra::domain::matching::keys::for_each_tenant_key;
use ado2entra::domain::people::{OrgUser, TenantUser};
use ado2entra::domain::{Outcome, Person};
use serde_json::Value;

use crate::set::Set;

/// What is true of one person.
pub struct About {
    /// How the person's address came about.
    pub kind: String,
    /// The right tenant user.
    pub right: Option<ObjectId>,
    /// Has a target that may be accepted.
    pub counts: bool,
    /// The service would map the person wrongly.
    pub hazard: Option<String>,
    /// Right or not, the account may not be accepted.
    pub unfit: bool,
}

impl About {
    /// Of this person.
    pub fn of(truth: &Value, user: &OrgUser) -> Self {
        let about = &truth[user.storage_key.as_str()];
        let kind = about["kind"].as_str().unwrap_or_default().to_owned();
        let hazard = about["hazard"].as_str().map(str::to_owned);
        Self {
            right: about["object_id"].as_str().and_then(|id| id.parse().ok()),
            counts: about["counts"].as_bool() == Some(true),
            unfit: matches!(kind.as_str(), "disabled-only" | "pending" | "twice-in-org" | "already-active")
                || hazard.is_some(),
            hazard,
            kind,
        }
    }
}

/// One or nothing.
pub fn share(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

/// What the comparison comes to.
#[derive(Default)]
pub struct Figures {
    counted: f64,
    safe: f64,
    wrong_safe: f64,
    automatic: f64,
    wrong_automatic: f64,
    recall: f64,
    first: [f64; 3],
    named: f64,
    first_named: [f64; 3],
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
    /// The columns.
    pub const HEADER: &'static str = "counted  safe wrong precision  auto wrong  recall    @1    @3    @5   named    @1    @3    @5  hazards found  false   left  missing-wrong none-as-missing  seconds";

    /// Of this set. `show` names the mistakes.
    pub fn of(set: &Set, truth: &Value, show: bool) -> Self {
        let mut figures = Self { seconds: set.seconds, ..Self::default() };
        for (user, person) in set.people() {
            let about = About::of(truth, user);
            let choice = person.target.or_else(|| person.candidates.first().map(|best| best.object_id));
            let mistakes = figures.note(set, user, person, &about, choice);
            for what in mistakes.iter().filter(|_| show) {
                tell(set, user, person, &about, choice, what);
            }
        }
        figures
    }

    /// One more person; what is wrong.
    fn note(
        &mut self,
        set: &Set,
        user: &OrgUser,
        person: &Person,
        about: &About,
        choice: Option<ObjectId>,
    ) -> Vec<&'static str> {
        let mut mistakes = Vec::new();
        let wrong = choice != about.right;
        match person.outcome {
            Outcome::Safe => {
                self.safe += 1.0;
                if wrong || about.unfit {
                    self.wrong_safe += 1.0;
                    mistakes.push("WRONG SAFE");
                }
            }
            Outcome::Automatic => {
                self.automatic += 1.0;
                if wrong {
                    self.wrong_automatic += 1.0;
                    mistakes.push("wrong automatic");
                }
            }
            Outcome::Hazard if about.hazard.is_none() => {
                self.false_alarms += 1.0;
                mistakes.push("false alarm");
            }
            Outcome::Missing if about.counts => self.missing_wrong += 1.0,
            _ => {}
        }
        if let Some(hazard) = &about.hazard {
            self.hazards += 1.0;
            if person.outcome == Outcome::Hazard
                || hazard == "already-active" && person.outcome == Outcome::Conflict
            {
                self.hazards_found += 1.0;
            } else {
                mistakes.push("missed hazard");
            }
        }
        if about.kind == "none" {
            self.none += 1.0;
            self.none_missing += share(person.outcome == Outcome::Missing);
        }
        let accepted = matches!(person.outcome, Outcome::Safe | Outcome::Automatic);
        if !matches!(about.kind.as_str(), "connected" | "service-identity") {
            self.people += 1.0;
            self.left += share(!accepted && person.outcome != Outcome::Connected);
        }
        if !about.counts {
            return mistakes;
        }
        self.counted += 1.0;
        if accepted && !wrong {
            self.recall += 1.0;
        } else if matches!(about.kind.as_str(), "upn" | "mail" | "other" | "proxy" | "guest") {
            mistakes.push("not accepted");
        }
        let place = person.candidates.iter().position(|candidate| Some(candidate.object_id) == about.right);
        let named = about.right.and_then(|id| set.directory.get(id)).is_some_and(|own| appears(user, own));
        self.named += share(named);
        for (at, most) in [1, 3, 5].into_iter().enumerate() {
            let found = place.is_some_and(|place| place < most);
            self.first[at] += share(found);
            self.first_named[at] += share(found && named);
        }
        if place.is_none() {
            mistakes.push(if named { "named, not among five" } else { "not among five" });
        }
        mistakes
    }

    /// Of another set.
    pub fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.counted, other.counted),
            (&mut self.safe, other.safe),
            (&mut self.wrong_safe, other.wrong_safe),
            (&mut self.automatic, other.automatic),
            (&mut self.wrong_automatic, other.wrong_automatic),
            (&mut self.recall, other.recall),
            (&mut self.named, other.named),
            (&mut self.hazards, other.hazards),
            (&mut self.hazards_found, other.hazards_found),
            (&mut self.false_alarms, other.false_alarms),
            (&mut self.left, other.left),
            (&mut self.people, other.people),
            (&mut self.missing_wrong, other.missing_wrong),
            (&mut self.none, other.none),
            (&mut self.none_missing, other.none_missing),
            (&mut self.seconds, other.seconds),
        ];
        for (cell, more) in pairs {
            *cell += more;
        }
        for (cell, more) in self.first.iter_mut().zip(other.first) {
            *cell += more;
        }
        for (cell, more) in self.first_named.iter_mut().zip(other.first_named) {
            *cell += more;
        }
    }

    /// As a line.
    pub fn line(&self) -> String {
        let of = |cells: [f64; 3], whole: f64| cells.map(|cell| cell / whole.max(1.0));
        let [first, third, fifth] = of(self.first, self.counted);
        let [named_first, named_third, named_fifth] = of(self.first_named, self.named);
        format!(
            "{:7} {:5} {:5}     {:.3} {:5} {:5}   {:.3} {first:.3} {third:.3} {fifth:.3} {:7} {named_first:.3} {named_third:.3} {named_fifth:.3}  {:7} {:5}  {:5}  {:.3}  {:13} {:6.3}          {:.2}",
            self.counted,
            self.safe,
            self.wrong_safe,
            1.0 - self.wrong_safe / self.safe.max(1.0),
            self.automatic,
            self.wrong_automatic,
            self.recall / self.counted.max(1.0),
            self.named,
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

/// Whether the person's name or a local part of the person's addresses is that of the true account at all: the same written-out
/// words, two or more, in any order, after folding (marks and brackets off, no spelling or nickname evened out); or the same
/// letters before the @ as in an address, nickname or account name there, four or more.
fn appears(user: &OrgUser, own: &TenantUser) -> bool {
    let set_of = |text: &str| words(text).into_iter().filter(|word| word.len() > 1).collect::<BTreeSet<_>>();
    let name = set_of(&user.display_name);
    let fields = format!("{} {}", own.given_name().unwrap_or(""), own.surname().unwrap_or(""));
    if name.len() > 1 && (name == set_of(own.display_name()) || name == set_of(&fields)) {
        return true;
    }
    let mut logins: Vec<String> = Vec::new();
    for_each_tenant_key(own, &mut String::new(), |_, key| logins.push(login_key(local_part(key))));
    logins.extend(own.mail_nickname().map(login_key));
    logins.extend(own.sam_account_name().map(login_key));
    let locals = [Some(&user.principal_name), user.mail.as_ref()];
    locals.into_iter().flatten().any(|address| {
        let login = login_key(local_part(address.trim()));
        login.len() >= 4 && logins.contains(&login)
    })
}

/// Names a mistake.
fn tell(set: &Set, user: &OrgUser, person: &Person, about: &About, choice: Option<ObjectId>, what: &str) {
    let name = |id: Option<ObjectId>| {
        id.and_then(|id| set.directory.get(id)).map_or("nobody".to_owned(), |user| {
            format!("{} <{}>", user.display_name(), user.user_principal_name())
        })
    };
    eprintln!(
        "  {what} [{}] {} <{}> -> {} ({}: {}); truth {}",
        about.kind,
        user.display_name,
        user.principal_name,
        name(choice),
        person.outcome,
        person.why,
        name(about.right)
    );
}
