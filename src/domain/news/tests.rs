use super::*;
use crate::domain::people::{LastAccess, Origin, TenantUserParts};
use crate::domain::plan::fixtures::{key, org_user};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + minute * 60).unwrap()
}

fn tenant_id() -> TenantId {
    "6f2e0000-0000-4000-8000-000000000001".parse().unwrap()
}

fn person(n: u32, address: &str) -> OrgUser {
    OrgUser {
        mail: None,
        last_accessed: LastAccess::Never,
        created: None,
        ..org_user(n, &format!("Person {n}"), address)
    }
}

fn mapped(mut user: OrgUser) -> OrgUser {
    user.origin = Origin::Aad;
    user.origin_id = Some("00000000-0000-4000-9000-000000000001".into());
    user.domain = Some(tenant_id().to_string().into());
    user
}

fn found(old: &[OrgUser], new: &[OrgUser]) -> (BTreeMap<StorageKey, PersonNews>, Vec<Gone>) {
    let found = organization(
        &Roster::new(old.iter().cloned()),
        &Roster::new(new.iter().cloned()),
        Some(tenant_id()),
        at(0),
    );
    match found {
        Found::Organization { people, gone } => (people, gone),
        Found::Tenant(..) => unreachable!(),
    }
}

#[test]
fn new_gone_changed_and_mapped() {
    let (a, b, c, d) = (
        person(1, "a@x.example"),
        person(2, "b@x.example"),
        person(3, "c@x.example"),
        person(4, "d@x.example"),
    );
    let mut promoted = b.clone();
    promoted.access_level = Some("Stakeholder".into());
    promoted.last_accessed = LastAccess::At(at(0));
    let mut seen = a.clone();
    seen.last_accessed = LastAccess::At(at(0));
    let (people, gone) = found(&[a, b, c.clone()], &[seen, promoted, mapped(c), d].map(|user| user));
    assert_eq!(
        people.keys().collect::<Vec<_>>(),
        [&key(2), &key(3), &key(4)],
        "last access alone is no news"
    );
    assert_eq!(
        (people[&key(2)].mark, &people[&key(2)].pieces[..]),
        (Mark::Changed, &[Piece::AccessLevel][..])
    );
    assert_eq!(people[&key(3)].mark, Mark::Mapped);
    assert_eq!(people[&key(4)].mark, Mark::New);
    assert!(gone.is_empty());
    let (people, gone) = found(&[person(1, "a@x.example")], &[]);
    assert_eq!((people.len(), &gone[0].storage_key), (0, &key(1)));
}

#[test]
fn the_order_of_a_reading_is_no_news() {
    let all = [person(1, "a@x.example"), person(2, "b@x.example"), person(3, "c@x.example")];
    let mut other = all.clone();
    other.reverse();
    assert_eq!(found(&all, &other), (BTreeMap::new(), vec![]));
}

#[test]
fn somebody_under_a_new_key_is_neither_gone_nor_new() {
    let mut moved = mapped(person(9, "A@x.example"));
    moved.display_name = "Person 1".into();
    let (people, gone) = found(&[person(1, "a@x.example")], &[moved.clone()]);
    assert!(gone.is_empty());
    assert_eq!(people[&key(9)].mark, Mark::Mapped);
    assert!(people[&key(9)].pieces.contains(&Piece::Key));
    // Where it is not clear who became whom, nothing is claimed.
    let two = [person(1, "a@x.example"), person(2, "a@x.example")];
    let (people, gone) = found(&two, &[moved]);
    assert_eq!((people[&key(9)].mark, gone.len()), (Mark::New, 2));
}

fn told(people: &[(u32, Mark, &[Piece])], minute: i64) -> Found {
    let people = people.iter().map(|(n, mark, pieces)| {
        let news = PersonNews { mark: *mark, pieces: pieces.to_vec(), outcome_before: None, at: at(minute) };
        (key(*n), news)
    });
    Found::Organization { people: people.collect(), gone: vec![] }
}

#[test]
fn news_add_up_until_somebody_looked() {
    let mut news = News::default();
    assert_eq!((news.summary(), news.since()), (None, None));
    news.take(&told(&[(1, Mark::New, &[])], 1));
    news.take(&told(&[(1, Mark::Changed, &[Piece::Mail]), (2, Mark::Changed, &[Piece::Name])], 2));
    news.take(&told(&[(2, Mark::Mapped, &[Piece::Identity])], 3));
    news.take(&told(&[], 4));
    assert_eq!(news.of(&key(1)).unwrap().mark, Mark::New, "new stays new");
    assert_eq!(news.of(&key(2)).unwrap().mark, Mark::Mapped);
    assert_eq!(news.of(&key(2)).unwrap().pieces, [Piece::Name, Piece::Identity]);
    assert_eq!(news.since(), Some(at(1)));
    assert_eq!(news.summary().as_deref(), Some("1 new, 1 mapped"));
    let gone = Gone {
        storage_key: key(1),
        display_name: "Person 1".into(),
        principal_name: "a@x.example".into(),
        at: at(5),
    };
    news.take(&Found::Organization { people: BTreeMap::new(), gone: vec![gone] });
    assert_eq!(news.summary().as_deref(), Some("1 mapped, 1 gone"));
    news.take(&told(&[(1, Mark::New, &[])], 6));
    assert_eq!(news.summary().as_deref(), Some("1 new, 1 mapped"), "back again");
    news.clear();
    assert_eq!(news.summary(), None);
}

#[test]
fn an_outcome_that_moved_is_told_with_what_it_was() {
    let mut news = News::default();
    news.outcomes([(&key(1), Outcome::Missing)], at(0));
    news.outcomes([(&key(1), Outcome::Review)], at(1));
    let one = news.of(&key(1)).unwrap();
    assert_eq!(words(one, false, Some(Outcome::Safe)), "changed: outcome, was missing", "the first counts");
    assert_eq!(words(one, false, Some(Outcome::Missing)), "changed, and changed back");
    let mapped = PersonNews {
        mark: Mark::Mapped,
        pieces: vec![Piece::Identity, Piece::Address, Piece::Outcome],
        outcome_before: Some(Outcome::Automatic),
        at: at(0),
    };
    assert_eq!(
        words(&mapped, false, Some(Outcome::Connected)),
        "mapped by the service, or by somebody else; changed: sign-in address"
    );
    assert_eq!(words(&mapped, true, None), "mapped by this program; changed: sign-in address");
}

#[test]
fn the_log_line_names_the_first_and_cleans_them() {
    let found =
        told(&[(1, Mark::New, &[]), (2, Mark::New, &[]), (3, Mark::New, &[]), (4, Mark::New, &[])], 0);
    let text = found.words(|key| (*key != self::key(2)).then(|| "Ada\u{202e}x".into()));
    assert_eq!(text, "4 new: Ada\u{fffd}x, Ada\u{fffd}x, Ada\u{fffd}x, …");
}

#[test]
fn news_of_the_tenant() {
    let user = |n: u32, upn: &str, deleted: bool| -> crate::domain::people::TenantUser {
        TenantUserParts {
            id: format!("00000000-0000-4000-9000-0000000{n:05}").parse().unwrap(),
            display_name: Box::default(),
            given_name: None,
            surname: None,
            user_principal_name: upn.into(),
            mail: None,
            other_mails: Box::default(),
            proxy_addresses: Box::default(),
            identity_addresses: Box::default(),
            user_type: None,
            enabled: None,
            pending: false,
            deleted,
            mail_nickname: None,
            sam_account_name: None,
            created: None,
        }
        .into()
    };
    let old =
        Directory::new([user(1, "a", false), user(2, "b", false), user(3, "c", false), user(4, "d", true)]);
    let new =
        Directory::new([user(1, "a2", false), user(2, "b", true), user(4, "d", false), user(5, "e", false)]);
    let changes = Changes::between(&old, &new);
    let Found::Tenant(users, _) = tenant(&old, &new, &changes, at(0)) else { unreachable!() };
    let marks: Vec<_> = users.values().copied().collect();
    assert_eq!(
        marks,
        [TenantMark::Changed, TenantMark::Gone, TenantMark::Gone, TenantMark::New, TenantMark::New]
    );
}
