//! Made-up people, and what was found out about them: written by hand, so that the screens do not depend on the rules.

use std::sync::Arc;

use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::people::LastAccess;
use ado2entra::domain::{
    Backing, Candidate, Check, CheckId, CheckStatus, Directory, Evidence, EvidenceKind, Forecast, OrgUser,
    Outcome, Person, Roster, StorageKey, TenantUser, Verdict, Warning, WarningKind,
};
use ado2entra::tasks::{Analysis, Fact, Model, Msg, analyse};

use super::desk::at;
use crate::made_up::{self, context, now, object, tenant_user};

/// Somebody with this access level, who was there so many days ago.
pub fn org_user(n: u32, name: &str, address: &str, access: &str, days: i64) -> OrgUser {
    OrgUser {
        access_level: Some(access.into()),
        last_accessed: LastAccess::At(now() - jiff::SignedDuration::from_hours(24 * days)),
        ..made_up::org_user(n, name, address)
    }
}

pub fn candidate(n: u32, score: f32, kind: EvidenceKind, detail: &str) -> Candidate {
    Candidate {
        object_id: object(n),
        score,
        evidence: vec![Evidence { kind, detail: detail.to_owned() }],
        warnings: Vec::new(),
    }
}

pub struct Office {
    pub users: Vec<OrgUser>,
    pub tenant: Vec<TenantUser>,
    pub found: Vec<Person>,
    pub checks: Vec<Check>,
}

impl Office {
    pub fn empty() -> Self {
        Self { users: Vec::new(), tenant: Vec::new(), found: Vec::new(), checks: Vec::new() }
    }

    /// Adds somebody with a counterpart of the same number.
    pub fn add(&mut self, user: OrgUser, outcome: Outcome, why: &str, candidates: Vec<Candidate>) {
        let target =
            matches!(outcome, Outcome::Automatic | Outcome::Safe | Outcome::Hazard | Outcome::Connected)
                .then(|| candidates.first().map(|candidate| candidate.object_id))
                .flatten();
        self.found.push(Person {
            storage_key: user.storage_key.clone(),
            outcome,
            why: why.to_owned(),
            target,
            candidates: candidates.into(),
            privileged: Some(outcome == Outcome::Hazard),
            may_map_by_itself: false,
        });
        self.users.push(user);
    }

    /// A small organization with most outcomes in it.
    pub fn ordinary() -> Self {
        use EvidenceKind as E;
        let mut office = Self::empty();
        office.tenant = vec![
            tenant_user(1, "Adele Vance", "adele.vance@contoso.com"),
            tenant_user(2, "Alex Wilber", "alex.wilber@contoso.com"),
            tenant_user(3, "Raisa Pokrovskaya", "raisa.pokrovskaya@contoso.com"),
            tenant_user(4, "Raisa Petrova", "raisa.petrova@contoso.com"),
            tenant_user(5, "Jörg Müller", "joerg.mueller@contoso.com"),
            tenant_user(6, "Somebody Else", "admin@contoso.com"),
        ];
        office.add(
            org_user(1, "Adele Vance", "adele.vance@contoso.com", "Basic", 0),
            Outcome::Automatic,
            "the sign-in address is the userPrincipalName of one enabled tenant user",
            vec![candidate(1, 1.0, E::Upn, "adele.vance@contoso.com is the sign-in name")],
        );
        office.add(
            org_user(2, "Alex Wilber", "alex@fabrikam.com", "Stakeholder", 1),
            Outcome::Safe,
            "mail is another mail of exactly one tenant user; names agree",
            vec![candidate(2, 0.98, E::OtherMail, "alex@fabrikam.com is another mail")],
        );
        let mut second = candidate(4, 0.58, E::Name, "given names agree");
        second
            .warnings
            .push(Warning { kind: WarningKind::NameContradicts, detail: "the surname differs".into() });
        office.add(
            org_user(3, "Raisa Pokrovskaya", "raisa.p@outlook.com", "Basic", 2),
            Outcome::Review,
            "names agree; no address in common",
            vec![candidate(3, 0.91, E::Name, "names are identical"), second],
        );
        office.add(
            org_user(4, "Jörg Müller", "jmueller@old-fabrikam.com", "Basic + Test Plans", 5),
            Outcome::Review,
            "same local part, 41 others follow the pattern",
            vec![candidate(5, 0.84, E::Pattern, "41 others follow the pattern")],
        );
        office.add(
            org_user(5, "Miriam Graham", "miriam@live.com", "Basic", 120),
            Outcome::Missing,
            "nobody in the tenant has such a name or address",
            Vec::new(),
        );
        office.add(
            org_user(6, "Build Admin", "admin@contoso.com", "Basic", 3),
            Outcome::Hazard,
            "the address belongs to Somebody Else now",
            vec![candidate(6, 1.0, E::Upn, "admin@contoso.com is the sign-in name")],
        );
        office.add(
            org_user(7, "田中太郎 (Tanaka)", "tanaka@fabrikam.com", "Stakeholder", 400),
            Outcome::Conflict,
            "info@fabrikam.com is there twice",
            Vec::new(),
        );
        office.checks = checks();
        office
    }

    /// Many people, for lists that scroll.
    pub fn many(count: u32) -> Self {
        let mut office = Self::empty();
        for n in 1..=count {
            let outcome = if n % 3 == 0 { Outcome::Review } else { Outcome::Missing };
            let user = org_user(n, &format!("Person {n:04}"), &format!("p{n}@fabrikam.com"), "Basic", 1);
            office.add(user, outcome, "made up", Vec::new());
        }
        office.checks = checks();
        office
    }

    pub fn roster(&self) -> Arc<Roster> {
        Arc::new(Roster::new(self.users.clone()))
    }

    pub fn directory(&self) -> Arc<Directory> {
        Arc::new(Directory::new(self.tenant.clone()))
    }

    /// The comparison as a message, of these two lists.
    pub fn analysed(&self, roster: &Arc<Roster>, directory: &Arc<Directory>) -> Msg {
        let order: Vec<&StorageKey> = roster.people().iter().map(|user| &user.storage_key).collect();
        let mut found = self.found.clone();
        found.sort_by_key(|person| order.iter().position(|key| **key == person.storage_key));
        // Everything that is not written by hand here is as the program makes it of nothing.
        let mut model = Model::new(Arc::new(context()), now());
        model.absorb(&Msg::FactRead(Fact::Backing(Ok(Backing::MicrosoftAccounts)), now()));
        Msg::Analysed(Arc::new(Analysis {
            roster: Some(Arc::clone(roster)),
            directory: Some(Arc::clone(directory)),
            forecast: Some(Arc::new(Forecast::new(found))),
            verdict: Verdict::of(&self.checks),
            checks: self.checks.clone(),
            ..analyse(model.analysis_input())
        }))
    }

    /// What the tasks say when everything is read.
    pub fn messages(&self) -> Vec<Msg> {
        let (roster, directory) = (self.roster(), self.directory());
        let index = Arc::new(TenantIndex::build(&directory));
        let early = at("2026-11-23T18:56:00Z");
        vec![
            Msg::StoreOpened(Ok(())),
            Msg::PlanLoaded(Box::default()),
            Msg::FactRead(Fact::Backing(Ok(Backing::MicrosoftAccounts)), early),
            Msg::RosterRead(Arc::clone(&roster), early),
            Msg::DirectoryRead(Arc::clone(&directory), index, early),
            self.analysed(&roster, &directory),
            Msg::Clock(now()),
        ]
    }
}

fn checks() -> Vec<Check> {
    CheckId::ALL
        .iter()
        .map(|id| {
            let (status, summary, evidence, remedy): (_, _, &[&str], _) = match id {
                CheckId::AdminsCovered => (
                    CheckStatus::Fail,
                    "only 1 of 3 administrators maps by itself",
                    &[
                        "jamal@fabrikam.com maps by itself",
                        "raisa.p@outlook.com has no counterpart",
                        "build-admin@live.com is only a guest",
                    ],
                    "Choose their accounts in Mapping before you connect: two of three administrators would lose access.",
                ),
                CheckId::HazardsResolved => (
                    CheckStatus::Fail,
                    "1 person would go to the wrong person, 1 conflict",
                    &["Build Admin would become Somebody Else"],
                    "Remove the person, change the sign-in name in the tenant, or confirm the same person.",
                ),
                CheckId::UsersInformed => (CheckStatus::Manual, "tick when done", &[], "Send the announcement."),
                CheckId::SshKeysCleared => (CheckStatus::Manual, "12 people have keys", &[], "Ask Support."),
                CheckId::GuestsCanBeInvited => {
                    (CheckStatus::Unknown, "the invitation policy is not readable", &[], "Grant Policy.Read.All.")
                }
                CheckId::UserCount => (CheckStatus::Warn, "143 users: open a case first", &[], "Open a Support case."),
                CheckId::SubscriptionsFollow => (CheckStatus::NotApplicable, "nobody has one", &[], ""),
                _ => (CheckStatus::Pass, "as it should be", &[], ""),
            };
            Check {
                id: *id,
                status,
                summary: summary.to_owned(),
                evidence: evidence.iter().map(|line| (*line).to_owned()).collect(),
                remedy: remedy.to_owned(),
                ticked: None,
            }
        })
        .collect()
}
