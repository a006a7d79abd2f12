use jiff::Timestamp;

use super::*;
use crate::domain::candidate::{EvidenceKind, WarningKind};
use crate::domain::connection::Backing;
use crate::domain::forecast::{Forecast, Person, forecast};
use crate::domain::ids::{Descriptor, TenantId};
use crate::domain::outcome::Outcome;
use crate::domain::people::{EntitlementStatus, LastAccess, OrgUser, Origin, TenantUser, TenantUserParts};

const NAMES: [(&str, &str); 12] = [
    ("Adele", "Vance"),
    ("Isaiah", "Langer"),
    ("Raisa", "Pokrovskaya"),
    ("Jamal", "Owusu"),
    ("Henrietta", "Mueller"),
    ("Pradeep", "Gupta"),
    ("Lidia", "Holloway"),
    ("Miriam", "Graham"),
    ("Nestor", "Wilke"),
    ("Patti", "Fernandez"),
    ("Lynne", "Robbins"),
    ("Grady", "Archie"),
];

fn tenant() -> TenantId {
    "00000000-0000-4000-a000-000000000001".parse().unwrap()
}

fn object(number: usize) -> ObjectId {
    format!("00000000-0000-4000-8000-{number:012}").parse().unwrap()
}

fn key(number: usize) -> StorageKey {
    StorageKey::new(&format!("00000000-0000-4000-9000-{number:012}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn org(number: usize, name: &str, address: &str) -> OrgUser {
    OrgUser {
        storage_key: key(number),
        descriptor: Descriptor::new("msa.AAAA"),
        display_name: name.into(),
        principal_name: address.into(),
        mail: None,
        origin: Origin::Msa,
        origin_id: Some("0006BFFD00000001".into()),
        domain: Some("Windows Live ID".into()),
        meta_type: None,
        deleted_in_origin: false,
        access_level: None,
        status: EntitlementStatus::Active,
        last_accessed: LastAccess::At(at("2026-01-01T00:00:00Z")),
        created: None,
    }
}

fn user(number: usize, given: &str, surname: &str, upn: &str) -> TenantUser {
    TenantUserParts {
        id: object(number),
        display_name: format!("{given} {surname}").into(),
        given_name: Some(given.into()),
        surname: Some(surname.into()),
        user_principal_name: upn.into(),
        mail: Some(upn.into()),
        other_mails: Box::new([]),
        proxy_addresses: Box::new([]),
        identity_addresses: Box::new([]),
        user_type: None,
        enabled: Some(true),
        pending: false,
        deleted: false,
        mail_nickname: None,
        sam_account_name: None,
        created: Some(at("2015-01-01T00:00:00Z")),
    }
    .into()
}

/// The two lists.
#[derive(Clone, Default)]
struct Lists(Vec<OrgUser>, Vec<TenantUser>);

impl Lists {
    /// So many people who moved from fabrikam.com to contoso.com, `given@`; numbered from 1.
    fn moved(count: usize) -> Self {
        Self::made(count, |given, _| given.to_lowercase())
    }

    /// The same with other local parts in the old domain; in the new one it is always `given@`.
    fn made(count: usize, local: impl Fn(&str, &str) -> String) -> Self {
        let mut lists = Self::default();
        for (number, (given, surname)) in (1..).zip(NAMES).take(count) {
            let old = format!("{}@fabrikam.com", local(given, surname));
            lists.0.push(org(number, &format!("{given} {surname}"), &old));
            let new = format!("{}@contoso.com", given.to_lowercase());
            lists.1.push(user(number, given, surname, &new));
        }
        lists
    }

    fn forecast(&self, used: &[&str]) -> Forecast {
        let situation = Situation {
            destination: Some(tenant()),
            backing: Some(Backing::MicrosoftAccounts),
            patterns: used.iter().map(|id| id.parse().unwrap()).collect(),
            ..Situation::at(at("2026-03-01T00:00:00Z"))
        };
        let directory = Directory::new(self.1.clone());
        let index = TenantIndex::build(&directory);
        forecast(&Roster::new(self.0.clone()), &directory, &index, &situation)
    }

    fn patterns(&self) -> Vec<Pattern> {
        self.forecast(&[]).patterns().all().to_vec()
    }

    /// This person, with the change of domain in use.
    fn person(&self, number: usize) -> Person {
        self.forecast(&[MOVED]).get(&key(number)).unwrap().clone()
    }

    fn is_safe(&self, number: usize) -> bool {
        let person = self.person(number);
        assert_eq!(person.target.is_some(), person.outcome == Outcome::Safe, "{person:?}");
        person.outcome == Outcome::Safe
    }
}

const MOVED: &str = "domain:fabrikam.com>contoso.com";

#[test]
fn a_changed_domain_is_noticed_from_five_people_on() {
    assert!(Lists::moved(4).patterns().is_empty());
    let found = Lists::moved(5).patterns();
    let [pattern] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(pattern.id.to_string(), MOVED);
    assert_eq!((pattern.explains, pattern.contradicts, pattern.unclear, pattern.people), (5, 0, 0, 5));
    assert!(!pattern.used);
    assert_eq!(pattern.explained.len(), 5);
    assert_eq!(pattern.sentence(), "fabrikam.com became contoso.com for 5 people; nobody contradicts");
}

#[test]
fn alone_it_changes_nothing_and_in_use_it_is_evidence() {
    let lists = Lists::moved(6);
    for person in lists.forecast(&[]).people() {
        assert_eq!(person.outcome, Outcome::Review, "{}", person.why);
        assert!(person.candidates.iter().all(|candidate| !candidate.has_pattern_evidence()));
    }
    let forecast = lists.forecast(&[MOVED]);
    assert!(forecast.patterns().all()[0].used);
    for (person, number) in forecast.people().iter().map(|person| (person, &person.storage_key)) {
        assert_eq!(person.outcome, Outcome::Safe, "{}", person.why);
        let best = &person.candidates[0];
        assert_eq!(Some(best.object_id), person.target, "{number}");
        let evidence = best.evidence.iter().find(|it| it.kind == EvidenceKind::Pattern).unwrap();
        assert_eq!(evidence.detail, "fabrikam.com became contoso.com for 6 people; nobody contradicts");
        assert!(!best.has_address_evidence());
    }
}

#[test]
fn a_relative_with_the_same_local_part_contradicts_and_is_never_safe() {
    let mut lists = Lists::moved(6);
    lists.0.push(org(20, "Nadia Berg", "n.berg@fabrikam.com"));
    lists.1.push(user(20, "Nicholas", "Berg", "n.berg@contoso.com"));
    let pattern = &lists.patterns()[0];
    assert_eq!((pattern.explains, pattern.contradicts), (6, 1));
    assert_eq!(pattern.contradicted, [Example { person: key(20), target: object(20) }]);
    let person = lists.person(20);
    assert_eq!(person.outcome, Outcome::Review, "{}", person.why);
    let relative = person.candidates.iter().find(|it| it.object_id == object(20)).unwrap();
    assert!(relative.has_pattern_evidence() && relative.warns(WarningKind::NameContradicts));
}

#[test]
fn names_must_agree_wholly() {
    let mut lists = Lists::moved(6);
    lists.0.push(org(20, "N. Berg", "n.berg@fabrikam.com"));
    lists.1.push(user(20, "Nicholas", "Berg", "n.berg@contoso.com"));
    assert!(lists.is_safe(1));
    assert!(!lists.is_safe(20), "the initial may be anybody's");
    lists.0[0].display_name = "adele85".into();
    assert!(!lists.is_safe(1));
}

#[test]
fn who_has_the_name_too_keeps_it_from_being_safe() {
    let mut lists = Lists::moved(6);
    lists.1.push(user(20, "Adele", "Vance", "adele.vance@contoso.com"));
    assert!(!lists.is_safe(1), "two of that name in the tenant");
    assert!(lists.is_safe(2));
    let mut lists = Lists::moved(6);
    lists.0.push(org(20, "Vance, Adele", "av@nowhere.example"));
    assert!(!lists.is_safe(1), "two of that name in the organization");
}

#[test]
fn a_target_that_is_somebody_s_already_is_not_safe() {
    let mut lists = Lists::moved(7);
    lists.0.push(org(20, "Adele V.", "adele@contoso.com"));
    assert!(!lists.is_safe(1), "somebody signs in with its name");
    let mut lists = Lists::moved(7);
    let mut active = org(20, "Adele Vance (new)", "adele.new@contoso.com");
    active.origin = Origin::Aad;
    active.origin_id = Some(object(1).to_string().into());
    active.domain = Some(tenant().to_string().into());
    lists.0.push(active);
    assert!(!lists.is_safe(1), "it is in the organization already");
    assert!(lists.is_safe(2));
}

/// What happened to an account.
type Change = (&'static str, fn(&mut TenantUser));

#[test]
fn accounts_that_nobody_should_get_are_not_safe() {
    let changes: [Change; 5] = [
        ("disabled", |user| user.enabled = Some(false)),
        ("unreadable", |user| user.enabled = None),
        ("pending", |user| user.pending = true),
        ("deleted", |user| user.deleted = true),
        ("younger than the last access", |user| user.created = Some(at("2026-12-01T00:00:00Z"))),
    ];
    for (what, change) in changes {
        let mut lists = Lists::moved(12);
        change(&mut lists.1[0]);
        assert!(!lists.is_safe(1), "{what}");
        assert!(lists.is_safe(2), "{what}");
    }
}

#[test]
fn an_address_that_says_something_else_counts_more() {
    let mut lists = Lists::moved(6);
    let other = user(20, "Adelheid", "Vance", "adelheid@contoso.com");
    lists.1.push(other.with(|it| it.proxy_addresses = Box::new(["adele@fabrikam.com".into()])));
    let pattern = &lists.patterns()[0];
    assert_eq!((pattern.explains, pattern.elsewhere), (5, 1));
    assert_ne!(lists.person(1).target, Some(object(1)));

    // and one that says the same confirms it
    let mut lists = Lists::moved(6);
    lists.1[0].edit(|it| it.proxy_addresses = Box::new(["adele@fabrikam.com".into()]));
    let pattern = &lists.patterns()[0];
    assert_eq!((pattern.explains, pattern.confirmed), (6, 1));
}

#[test]
fn addresses_of_public_providers_make_no_pattern() {
    let mut lists = Lists::moved(12);
    for user in &mut lists.0 {
        user.principal_name = user.principal_name.replace("fabrikam.com", "outlook.com").into();
    }
    assert!(lists.patterns().is_empty());
    assert!(!lists.forecast(&["domain:outlook.com>contoso.com"]).counts().contains_key(&Outcome::Safe));
}

#[test]
fn the_same_people_under_another_domain_of_the_tenant_are_one_pattern() {
    let mut lists = Lists::moved(8);
    for user in &mut lists.1 {
        let technical = user.user_principal_name().replace("contoso.com", "contoso.onmicrosoft.com");
        user.edit(|it| it.proxy_addresses = Box::new([technical.into()]));
    }
    let ids: Vec<String> = lists.patterns().iter().map(|pattern| pattern.id.to_string()).collect();
    assert_eq!(ids, [MOVED]);
}

#[test]
fn a_pattern_that_contradicts_more_than_it_explains_is_not_noticed() {
    let mut lists = Lists::moved(5);
    for number in 0..6 {
        let local = format!("e{number}55");
        lists.0.push(org(30 + number, "Olga Zimmer", &format!("{local}@fabrikam.com")));
        lists.1.push(user(30 + number, "Kurt", "Waldner", &format!("{local}@contoso.com")));
    }
    assert!(lists.patterns().iter().all(|pattern| pattern.id.kind() != PatternKind::Domain));
}

#[test]
fn a_nickname_or_an_account_s_name_leads_as_well() {
    let mut lists = Lists::made(6, |_, surname| format!("{}01", surname.to_lowercase()));
    assert!(lists.patterns().is_empty());
    for user in &mut lists.1 {
        let local = format!("{}01", user.surname().unwrap().to_lowercase());
        user.edit(|it| it.sam_account_name = Some(local.into()));
    }
    assert_eq!(lists.patterns()[0].id.to_string(), MOVED);
    assert!(lists.is_safe(3));
}

#[test]
fn the_scheme_of_the_old_addresses_is_learned() {
    let lists =
        Lists::made(8, |given, surname| format!("{}{}", &given.get(..1).unwrap(), surname).to_lowercase());
    let found = lists.patterns();
    let [pattern] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(pattern.id.to_string(), "scheme:fabrikam.com:{g}{surname}>contoso.com");
    assert_eq!((pattern.explains, pattern.contradicts), (8, 0));
    let forecast = lists.forecast(&["scheme:fabrikam.com:{g}{surname}>contoso.com"]);
    assert_eq!(forecast.counts().get(&Outcome::Safe), Some(&8));
}

#[test]
fn the_second_of_a_name_is_not_the_first() {
    let mut lists = Lists::made(8, |given, surname| format!("{given}.{surname}").to_lowercase());
    // Adele Vance's account is gone; the account of that name is another's, who was the second
    lists.1[0].edit(|it| {
        it.user_principal_name = "adele.vance2@contoso.com".into();
        it.mail = None;
    });
    let id = "scheme:fabrikam.com:{given}.{surname}>contoso.com";
    let forecast = lists.forecast(&[id]);
    assert_eq!(forecast.get(&key(1)).unwrap().outcome, Outcome::Review);
    assert_eq!(forecast.counts().get(&Outcome::Safe), Some(&7));
}

#[test]
fn a_used_pattern_counts_for_the_last_ones_too() {
    let lists = Lists::moved(2);
    assert!(lists.patterns().is_empty());
    assert!(lists.is_safe(1), "the others were mapped already");
    let nobody = Lists::default().forecast(&[MOVED]);
    assert!(nobody.patterns().all().is_empty());
}

#[test]
fn the_order_of_the_lists_makes_no_difference() {
    let mut lists = Lists::made(12, |given, surname| match given.len() {
        5 => given.to_lowercase(),
        _ => format!("{}.{}", &given.get(..1).unwrap(), surname).to_lowercase(),
    });
    lists.1.push(user(20, "Adele", "Vance", "vance@contoso.com"));
    lists.0.push(org(21, "Nadia Berg", "isaiah@fabrikam.com"));
    let mut turned = lists.clone();
    turned.0.reverse();
    turned.1.rotate_left(5);
    let all: Vec<String> = lists.patterns().iter().map(|pattern| pattern.id.to_string()).collect();
    assert_eq!(all.len(), 2, "{all:?}");
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let (one, other) = (lists.forecast(&all), turned.forecast(&all));
    assert_eq!(one.patterns().all(), other.patterns().all());
    assert_eq!(one.people(), other.people());
}

#[test]
fn using_one_is_another_situation() {
    let before = Situation::at(Timestamp::UNIX_EPOCH);
    let after = Situation { patterns: [MOVED.parse().unwrap()].into(), ..before.clone() };
    assert!(!after.compares_like(&before));
    assert!(after.compares_like(&after));
}

#[test]
fn names_of_patterns_are_read_back() {
    for text in [
        MOVED,
        "scheme:fabrikam.com:{g}{surname}>contoso.com",
        "scheme:fabrikam.com:{given}.{surname}>contoso.com",
        "scheme:fabrikam.com:{surname}_{g}>mail.contoso.com",
        "scheme:fabrikam.com:{given}-{s}>contoso.com",
        "scheme:fabrikam.com:{surname}>contoso.com",
    ] {
        let id: PatternId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(serde_json::to_value(&id).unwrap(), text);
    }
    for text in [
        "",
        "domain:fabrikam.com",
        "domain:fabrikam>contoso.com",
        "domain:a b.com>contoso.com",
        "scheme:fabrikam.com:>contoso.com",
        "scheme:fabrikam.com:{x}>contoso.com",
        "scheme:fabrikam.com:{g}.>contoso.com",
        "rule:fabrikam.com>contoso.com",
        "domain:\u{1b}[2J.com>contoso.com",
    ] {
        assert!(text.parse::<PatternId>().is_err(), "{text}");
    }
    assert_eq!("domain:Fabrikam.COM>Contoso.com".parse::<PatternId>().unwrap().to_string(), MOVED);
}
