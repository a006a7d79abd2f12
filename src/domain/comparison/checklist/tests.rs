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
    let open = points(&facts).into_iter().filter(|point| point.status != CheckStatus::NotApplicable).count();
    assert_eq!(open, 1);
}
