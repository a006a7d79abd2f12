use proptest::prelude::*;

use super::*;
use crate::domain::candidate::WarningKind;
use crate::domain::facts::GraphIdentity;
use crate::domain::ids::Descriptor;
use crate::domain::people::{EntitlementStatus, LastAccess, OrgUser, Origin, TenantUser, TenantUserParts};

fn tenant_id(number: u8) -> TenantId {
    format!("00000000-0000-4000-a000-0000000000{number:02}").parse().unwrap()
}

fn object(number: usize) -> ObjectId {
    format!("00000000-0000-4000-8000-{number:012}").parse().unwrap()
}

fn key(number: usize) -> StorageKey {
    StorageKey::new(&format!("00000000-0000-4000-9000-{number:012}"))
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
        last_accessed: LastAccess::Unknown,
        created: None,
    }
}

fn entra(user: OrgUser, origin: ObjectId, tenant: TenantId) -> OrgUser {
    OrgUser {
        descriptor: Descriptor::new("aad.AAAA"),
        origin: Origin::Aad,
        origin_id: Some(origin.to_string().into()),
        domain: Some(tenant.to_string().into()),
        ..user
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
        created: None,
    }
    .into()
}

fn situation(backing: Option<Backing>) -> Situation {
    Situation { destination: Some(tenant_id(1)), backing, ..Situation::at(Timestamp::UNIX_EPOCH) }
}

fn before() -> Situation {
    situation(Some(Backing::MicrosoftAccounts))
}

fn after() -> Situation {
    situation(Some(Backing::Tenant(tenant_id(1))))
}

fn compare(people: &[OrgUser], tenant: &[TenantUser], situation: &Situation) -> Forecast {
    let roster = Roster::new(people.to_vec());
    let directory = Directory::new(tenant.to_vec());
    forecast(&roster, &directory, &TenantIndex::build(&directory), situation)
}

fn first(people: &[OrgUser], tenant: &[TenantUser], situation: &Situation) -> Person {
    compare(people, tenant, situation).get(&people[0].storage_key).unwrap().clone()
}

fn pair(number: usize, target: usize) -> Pair {
    Pair { storage_key: key(number), target: object(target) }
}

#[test]
fn the_directory_of_an_identity_decides_first() {
    let nobody: [TenantUser; 0] = [];
    let jane = || org(1, "Jane Doe", "jane@contoso.com");
    let of = |tenant: u8, situation: &Situation| {
        first(&[entra(jane(), object(7), tenant_id(tenant))], &nobody, situation).outcome
    };
    assert_eq!(of(1, &before()), Outcome::Connected);
    assert_eq!(of(2, &before()), Outcome::Foreign);
    let switch = situation(Some(Backing::Tenant(tenant_id(2))));
    assert_eq!(
        of(2, &switch),
        Outcome::Missing,
        "people of the backing tenant are forecast like anybody else"
    );
    assert_eq!(of(3, &switch), Outcome::Foreign);
    let switched = Situation { previous_backing: Some(tenant_id(2)), ..after() };
    assert_eq!(of(2, &switched), Outcome::Missing, "the tenant before the switch is not foreign either");
    assert_eq!(of(2, &situation(None)), Outcome::Unsure, "what backs the organization could not be read");
}

#[test]
fn who_never_signed_in_or_contradicts_is_unsure() {
    let jane = || org(1, "Jane Doe", "jane@contoso.com");
    let tenant = [user(1, "Jane", "Doe", "jane@contoso.com")];
    let invited = OrgUser { descriptor: Descriptor::new("bnd.AAAA"), ..jane() };
    let blank = OrgUser { status: EntitlementStatus::Pending, origin_id: None, ..jane() };
    let contradictory = OrgUser { domain: Some(tenant_id(2).to_string().into()), ..jane() };
    let directory_unread = OrgUser { domain: None, ..entra(jane(), object(8), tenant_id(2)) };
    let elsewhere = OrgUser { origin: Origin::parse("ghb"), ..jane() };
    for person in [invited, blank, contradictory, directory_unread, elsewhere] {
        assert_eq!(
            first(std::slice::from_ref(&person), &tenant, &before()).outcome,
            Outcome::Unsure,
            "{person:?}"
        );
    }
}

#[test]
fn after_connecting_nobody_is_automatic() {
    let people = [org(1, "Jane Doe", "jane@contoso.com")];
    let tenant = [user(1, "Jane", "Doe", "jane@contoso.com")];
    assert_eq!(first(&people, &tenant, &before()).outcome, Outcome::Automatic);
    let person = first(&people, &tenant, &after());
    assert_eq!((person.outcome, person.target), (Outcome::Safe, Some(object(1))));
    // a stranger's account is no hazard any more: the service has done its mapping
    let tenant = [user(1, "Peter", "Berg", "jane@contoso.com")];
    assert_eq!(first(&people, &tenant, &before()).outcome, Outcome::Hazard);
    assert_eq!(first(&people, &tenant, &after()).outcome, Outcome::Review);
}

#[test]
fn a_confirmed_pair_is_automatic() {
    let people = [org(1, "Jane Doe", "jane@contoso.com")];
    let tenant = [user(1, "Peter", "Berg", "jane@contoso.com")];
    let confirmed = Situation { confirmed: [pair(1, 1)].into(), ..before() };
    let person = first(&people, &tenant, &confirmed);
    assert_eq!(person.outcome, Outcome::Automatic);
    assert!(person.why.contains("confirmed"));
    let of_another = Situation { confirmed: [pair(1, 2)].into(), ..before() };
    assert_eq!(first(&people, &tenant, &of_another).outcome, Outcome::Hazard, "another pair was confirmed");
}

#[test]
fn after_connecting_the_wrong_identity_is_a_hazard() {
    let people = [entra(org(1, "Jane Doe", "jane@contoso.com"), object(1), tenant_id(1))];
    let tenant =
        [user(1, "Peter", "Berg", "jane@contoso.com"), user(2, "Jane", "Doe", "jane.doe@contoso.com")];
    assert_eq!(first(&people, &tenant, &after()).outcome, Outcome::Connected);
    let was_hazard = Situation { hazards: [pair(1, 1)].into(), ..after() };
    let planned = Situation { planned: [(key(1), object(2))].into(), ..after() };
    for situation in [&was_hazard, &planned] {
        let person = first(&people, &tenant, situation);
        assert_eq!((person.outcome, person.target), (Outcome::Hazard, Some(object(1))));
        assert!(person.why.contains("was mapped to somebody else"), "{}", person.why);
    }
    let as_planned = Situation { planned: [(key(1), object(1))].into(), ..after() };
    assert_eq!(first(&people, &tenant, &as_planned).outcome, Outcome::Connected);
    let confirmed = Situation { confirmed: [pair(1, 1)].into(), ..was_hazard };
    assert_eq!(first(&people, &tenant, &confirmed).outcome, Outcome::Connected);
}

#[test]
fn a_graph_identity_makes_its_object_active() {
    let people = [org(1, "Jane Doe", "jane@outlook.com")];
    let tenant = [user(1, "Jane", "Doe", "jane@contoso.com")
        .with(|it| it.other_mails = Box::new(["jane@outlook.com".into()]))];
    let with = |active: Option<bool>| {
        let identity = GraphIdentity {
            descriptor: Descriptor::new("aad.BBBB"),
            display_name: "Jane Doe".into(),
            principal_name: "jane@contoso.com".into(),
            mail: None,
            origin_object: Some(object(1)),
            active,
        };
        let situation = Situation { graph_identities: Some(Arc::new(vec![identity])), ..before() };
        first(&people, &tenant, &situation).outcome
    };
    assert_eq!(with(Some(true)), Outcome::Conflict);
    assert_eq!(with(None), Outcome::Conflict, "not readable counts as active");
    assert_eq!(with(Some(false)), Outcome::Safe);
}

#[test]
fn a_guest_may_map_by_itself_before_and_not_after() {
    let people = [org(1, "Jane Doe", "jane@outlook.com")];
    let tenant =
        [user(1, "Jane", "Doe", "jane_outlook.com#EXT#@contoso.onmicrosoft.com").with(|it| it.mail = None)];
    let person = first(&people, &tenant, &before());
    assert_eq!(person.outcome, Outcome::Safe);
    assert!(person.may_map_by_itself && person.why.contains("may map by itself"), "{}", person.why);
    let person = first(&people, &tenant, &after());
    assert!(!person.may_map_by_itself && !person.why.contains("by itself"), "{}", person.why);
}

#[test]
fn one_person_on_demand_is_judged_as_in_the_whole() {
    let people = [org(1, "Jane Doe", "jane@outlook.com"), org(2, "J. Doe", "jane.doe@contoso.com")];
    let tenant: Vec<TenantUser> = (1..30)
        .map(|n| {
            if n == 1 {
                user(1, "Jane", "Doe", "jane.doe@contoso.com")
                    .with(|it| it.other_mails = Box::new(["jane@outlook.com".into()]))
            } else {
                user(n, "Jane", "Doe", &format!("jane.doe{n}@contoso.com"))
            }
        })
        .collect();
    let (roster, directory) = (Roster::new(people.to_vec()), Directory::new(tenant));
    let index = TenantIndex::build(&directory);
    let situation = before();
    let found = forecast(&roster, &directory, &index, &situation);
    let comparison = Comparison::of_forecast(&roster, &directory, &index, &situation, &found);
    let person = found.get(&key(1)).unwrap();
    assert_eq!(comparison.candidates_for(&people[0], 5), person.candidates.to_vec());
    let more = comparison.candidates_for(&people[0], 12);
    assert_eq!(more.len(), 12);
    assert_eq!(more[..5], person.candidates[..]);
    let by_hand = comparison.judge_pair(&people[0], directory.get(object(1)).unwrap());
    assert!(by_hand.warns(WarningKind::ClaimedTwice), "the other has its sign-in name: {by_hand:?}");
    assert_eq!(Some(&by_hand), person.candidates.iter().find(|candidate| candidate.object_id == object(1)));
}

#[test]
fn files_tell_destination_and_backing() {
    let msa = org(1, "Jane Doe", "jane@outlook.com");
    let in_tenant = entra(org(2, "A B", "a@contoso.com"), object(1), tenant_id(1));
    let of_old =
        |n: usize| entra(org(n, "C D", &format!("c{n}@fabrikam.com")), object(100 + n), tenant_id(2));
    let of_third = entra(org(9, "E F", "e@tailspin.com"), object(200), tenant_id(3));
    let directory = Directory::new([user(1, "A", "B", "a@contoso.com")]);
    let told = |people: Vec<OrgUser>, tenant, backing| {
        infer_destination(&Roster::new(people), &directory, tenant, backing)
    };
    assert_eq!(told(vec![msa.clone()], None, None), (None, Some(Backing::MicrosoftAccounts)));
    let all = vec![msa.clone(), in_tenant.clone(), of_old(3), of_old(4), of_third.clone()];
    assert_eq!(told(all, None, None), (Some(tenant_id(1)), Some(Backing::Tenant(tenant_id(2)))));
    let split = vec![in_tenant.clone(), of_old(3), of_third];
    assert_eq!(
        told(split, None, None),
        (Some(tenant_id(1)), Some(Backing::MicrosoftAccounts)),
        "none has more than half"
    );
    assert_eq!(
        told(vec![in_tenant], Some(tenant_id(1)), Some(tenant_id(2))),
        (Some(tenant_id(1)), Some(Backing::Tenant(tenant_id(2))))
    );
    assert_eq!(
        told(vec![of_old(3)], Some(tenant_id(1)), None),
        (Some(tenant_id(1)), Some(Backing::Tenant(tenant_id(2))))
    );
}

#[test]
fn the_search_finds_by_name_login_address_and_id() {
    let directory = Directory::new([
        user(1, "Jürgen", "Müller", "juergen.mueller@contoso.com"),
        user(2, "Jane", "Doe", "jdoe@contoso.com"),
        user(3, "Jane", "Doe", "jane.doe2@contoso.com").with(|it| it.enabled = Some(false)),
        user(4, "Peter", "Berg", "pberg@fabrikam.com"),
    ]);
    let index = TenantIndex::build(&directory);
    let find = |query: &str| index.search(&directory, query, 10);
    assert_eq!(find("mull jur"), [object(1)]);
    assert_eq!(find("Müller"), [object(1)]);
    assert_eq!(find("jan do"), [object(2), object(3)], "who may sign in comes first");
    assert_eq!(find("jdoe"), [object(2)]);
    assert_eq!(find(" JDOE@contoso.com "), [object(2)]);
    assert_eq!(find("berg@fab"), [object(4)]);
    assert_eq!(find("petre"), [object(4)], "nearly, where nothing begins so");
    assert_eq!(find(&object(4).to_string()), [object(4)]);
    assert_eq!(find("jane zzz"), []);
    assert_eq!(find(""), []);
    assert_eq!(index.search(&directory, "jane", 1).len(), 1);
}

/// A small world in which people share addresses, names and targets often.
fn world() -> impl Strategy<Value = (Vec<OrgUser>, Vec<TenantUser>)> {
    let names = || {
        prop::sample::select(vec!["Jane Doe", "Doe, Jane", "J. Doe", "Peter Berg", "info", "佐藤健太", ""])
    };
    let addresses = || {
        prop::sample::select(vec![
            "a@contoso.com",
            "b@contoso.com",
            "c@outlook.com",
            "d@outlook.com",
            "info@contoso.com",
            "d+x@outlook.com",
            "",
        ])
    };
    let people = prop::collection::vec((names(), addresses(), addresses(), 0..4_u8), 0..7).prop_map(|list| {
        list.into_iter()
            .enumerate()
            .map(|(n, (name, sign_in, mail, kind))| {
                let person = OrgUser { mail: Some(mail.into()), ..org(n, name, sign_in) };
                match kind {
                    0 => entra(person, object(n), tenant_id(1)),
                    1 => entra(person, object(50 + n), tenant_id(2)),
                    _ => person,
                }
            })
            .collect()
    });
    let tenant =
        prop::collection::vec((addresses(), addresses(), prop::option::of(any::<bool>()), 0..3_u8), 0..6)
            .prop_map(|list| {
                list.into_iter()
                    .enumerate()
                    .map(|(n, (upn, mail, enabled, who))| {
                        let (given, surname) =
                            [("Jane", "Doe"), ("Peter", "Berg"), ("健太", "佐藤")][usize::from(who)];
                        user(n, given, surname, upn).with(|it| {
                            it.other_mails = Box::new([mail.into()]);
                            it.enabled = enabled;
                        })
                    })
                    .collect()
            });
    (people, tenant)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_lists_makes_no_difference((people, tenant) in world(), seed: u64) {
        let mut shuffled = (people.clone(), tenant.clone());
        let mut rng = fastrand::Rng::with_seed(seed);
        rng.shuffle(&mut shuffled.0);
        rng.shuffle(&mut shuffled.1);
        let one = compare(&people, &tenant, &before());
        let other = compare(&shuffled.0, &shuffled.1, &before());
        prop_assert_eq!(one.people(), other.people());
    }

    #[test]
    fn what_is_safe_or_automatic_has_an_address_and_a_target_that_may_sign_in((people, tenant) in world()) {
        let directory = Directory::new(tenant.clone());
        let found = compare(&people, &tenant, &before());
        let mut targets = BTreeSet::new();
        for person in found.people() {
            if !matches!(person.outcome, Outcome::Safe | Outcome::Automatic) {
                continue;
            }
            let target = person.target.and_then(|id| directory.get(id)).unwrap();
            prop_assert!(target.enabled != Some(false) && !target.deleted);
            prop_assert!(targets.insert(target.id), "one target for one person");
            let candidate = person.candidates.iter().find(|candidate| candidate.object_id == target.id).unwrap();
            prop_assert!(candidate.has_address_evidence());
            prop_assert!(candidate.refusal().is_none());
            if person.outcome == Outcome::Safe {
                prop_assert_eq!(person.candidates[0].object_id, target.id);
                prop_assert!(!candidate.warns(WarningKind::NameContradicts) && !candidate.warns(WarningKind::ClaimedTwice));
            }
        }
    }

    #[test]
    fn no_text_is_too_odd(name in "\\PC{0,40}", address in "\\PC{0,40}", other in "\\PC{0,40}") {
        let people = [org(1, &name, &address)];
        let tenant = [user(1, &other, &name, &address), user(2, &name, &other, &other)];
        let found = compare(&people, &tenant, &before());
        prop_assert_eq!(found.people().len(), 1);
        let directory = Directory::new(tenant);
        let index = TenantIndex::build(&directory);
        index.search(&directory, &name, 5);
        index.search(&directory, &address, 5);
    }
}
