//! Tables of the rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::domain::candidate::{EvidenceKind, WarningKind};
use crate::domain::facts::GraphIdentity;
use crate::domain::ids::Descriptor;
use crate::domain::outcome::Outcome;
use crate::domain::people::{TenantUser, UserType};
use crate::domain::plan::fixtures::*;

/// Person 1 with mail evidence for target 1, of this outcome; target 2 is free, too.
struct Case {
    user: OrgUser,
    person: Person,
    plan: Plan,
    directory: Directory,
    situation: Situation,
    roster: Vec<OrgUser>,
    forecast: Vec<Person>,
}

fn case(outcome: Outcome) -> Case {
    let user = org_user(1, "Adele Vance", "adele@fabrikam.com");
    let person = person(1, outcome, Some(1), vec![candidate(1, &[EvidenceKind::Mail], &[])]);
    Case {
        roster: vec![user.clone()],
        forecast: vec![person.clone()],
        user,
        person,
        plan: plan([]),
        directory: directory([
            tenant_user(1, "Adele Vance", "adele@contoso.com"),
            tenant_user(2, "Alex Wilber", "alex@contoso.com"),
        ]),
        situation: situation(),
    }
}

impl Case {
    fn judge(&self, decision: &Decision) -> Judgement {
        let forecast = Forecast::new(self.forecast.clone());
        let roster = roster(self.roster.clone());
        let book = Rulebook::new(&self.plan, &self.directory, &self.situation)
            .with_roster(&roster)
            .with_forecast(&forecast)
            .with_verified_domains(&["contoso.com".to_owned()]);
        let one = book.judge(decision, &self.user, &self.person);
        let many = book.indexed().judge(decision, &self.user, &self.person);
        assert_eq!(one, many, "prepared or not, the rules are the same");
        one
    }

    fn change_target(&mut self, change: impl Fn(&mut TenantUser)) {
        let mut target = self.directory.get(object(1)).unwrap().clone();
        change(&mut target);
        self.directory.insert(target);
    }
}

#[track_caller]
fn refused(judgement: &Judgement, why: &str) {
    match judgement {
        Judgement::Refused(reason) => assert!(reason.contains(why), "{reason}"),
        other => panic!("{other:?} is not refused for {why}"),
    }
}

#[track_caller]
fn asks(judgement: &Judgement, why: &str) {
    match judgement {
        Judgement::AskFirst(reasons) => assert!(reasons.iter().any(|it| it.contains(why)), "{reasons:?}"),
        other => panic!("{other:?} is not asked for {why}"),
    }
}

#[test]
fn which_outcome_takes_which_decision_before_connecting() {
    use Outcome::{Automatic, Connected, Hazard, Missing, Review, Safe};
    let guest = invite("adele@fabrikam.com");
    for (outcome, decision, allowed) in [
        (Automatic, map(1), false),
        (Automatic, guest.clone(), false),
        (Automatic, Decision::Remove, true),
        (Automatic, Decision::Keep, true),
        (Automatic, Decision::Undecided, true),
        (Connected, map(2), false),
        (Connected, guest.clone(), false),
        (Connected, Decision::Keep, false),
        (Hazard, map(1), false),
        (Hazard, guest.clone(), false),
        (Hazard, Decision::Remove, true),
        (Safe, map(1), true),
        (Safe, guest.clone(), true),
        (Safe, Decision::Keep, true),
        (Review, map(1), true),
        (Missing, guest, true),
        (Missing, Decision::Remove, true),
    ] {
        let mut case = case(outcome);
        // The service's own claim on the target is another rule.
        case.forecast.clear();
        let judgement = case.judge(&decision);
        assert_eq!(judgement == Judgement::Allowed, allowed, "{outcome} {decision:?}: {judgement:?}");
        assert_eq!(judgement.is_refused(), !allowed, "{outcome} {decision:?}: {judgement:?}");
    }
    asks(&case(Connected).judge(&Decision::Remove), "connected and can work");
    asks(&case(Hazard).judge(&Decision::Keep), "does not resolve");
}

#[test]
fn unusable_targets_are_refused_with_the_way_out() {
    let mut disabled = case(Outcome::Safe);
    disabled.change_target(|it| it.enabled = Some(false));
    refused(&disabled.judge(&map(1)), "disabled");
    let mut deleted = case(Outcome::Safe);
    deleted.change_target(|it| it.deleted = true);
    refused(&deleted.judge(&map(1)), "restored");
    refused(&case(Outcome::Safe).judge(&map(9)), "not among the users");
}

#[test]
fn a_pending_guest_is_a_target_for_its_own_row_only() {
    let mut case = case(Outcome::Missing);
    case.change_target(|it| {
        it.pending = true;
        it.user_type = Some(UserType::Guest);
        it.edit(|it| it.mail = Some("adele@fabrikam.com".into()));
    });
    refused(&case.judge(&map(1)), "has not accepted");
    for state in [RowState::Planned, RowState::Applied] {
        let mut own = row(&case.user, invite("Adele@fabrikam.com"), Outcome::Missing, &case.directory);
        own.state = state;
        case.plan = plan([own]);
        asks(&case.judge(&map(1)), "guest");
    }
    case.plan = plan([row(&case.user, invite("other@fabrikam.com"), Outcome::Missing, &case.directory)]);
    refused(&case.judge(&map(1)), "has not accepted");
}

#[test]
fn one_target_for_one_person() {
    let mut case = case(Outcome::Safe);
    let other = org_user(2, "Alex Wilber", "alex@fabrikam.com");
    case.plan = plan([row(&other, map(1), Outcome::Review, &case.directory)]);
    refused(&case.judge(&map(1)), "planned for Alex Wilber (alex@fabrikam.com)");
    assert_eq!(
        judge(&map(1), &case.user, &case.person, &case.plan, &case.directory, &case.situation),
        case.judge(&map(1)),
        "without the roster the name comes from the row"
    );
    case.plan = plan([row(&other, invite("new@fabrikam.com"), Outcome::Review, &case.directory)]);
    refused(&case.judge(&invite("NEW@fabrikam.com ")), "to be invited for Alex Wilber");
}

#[test]
fn whom_the_service_maps_by_itself_takes_the_target() {
    for outcome in [Outcome::Automatic, Outcome::Hazard] {
        let mut case = case(Outcome::Safe);
        case.roster.push(org_user(2, "Alex Wilber", "adele@contoso.com"));
        case.forecast.push(person(2, outcome, Some(1), vec![]));
        refused(&case.judge(&map(1)), "maps Alex Wilber");
        case.plan = plan([row(&case.roster[1], Decision::Remove, outcome, &case.directory)]);
        assert_eq!(case.judge(&map(1)), Judgement::Allowed);
    }
}

#[test]
fn an_active_target_needs_its_second_identity_removed_first() {
    let mut case = case(Outcome::Conflict);
    let second = in_tenant(org_user(2, "Adele Work", "adele@contoso.com"), tenant(1), object(1));
    case.roster.push(second.clone());
    refused(&case.judge(&map(1)), "Decide `remove` for that second identity");
    case.plan = plan([row(&second, Decision::Remove, Outcome::Connected, &case.directory)]);
    assert_eq!(case.judge(&map(1)), Judgement::Allowed);
    case.plan = plan([]);
    case.roster[1].status = EntitlementStatus::Deleted;
    assert_eq!(case.judge(&map(1)), Judgement::Allowed, "a deleted entitlement is not active");
}

#[test]
fn a_hidden_identity_counts_unless_it_is_known_to_be_inactive() {
    for (active, free) in [(Some(true), false), (None, false), (Some(false), true)] {
        let mut case = case(Outcome::Safe);
        case.situation.graph_identities = Some(Arc::new(vec![GraphIdentity {
            descriptor: Descriptor::new("aad.x"),
            display_name: "Adele".into(),
            principal_name: "adele@contoso.com".into(),
            mail: None,
            origin_object: Some(object(1)),
            active,
        }]));
        assert_eq!(case.judge(&map(1)) == Judgement::Allowed, free, "{active:?}");
    }
}

#[test]
fn who_cannot_be_planned_with_at_all() {
    let mut from_file = case(Outcome::Safe);
    from_file.user.storage_key = StorageKey::new("row:3");
    for decision in [map(1), Decision::Keep, Decision::Remove, invite("a@fabrikam.com")] {
        refused(&from_file.judge(&decision), "without an id");
    }
    let mut service = case(Outcome::Missing);
    service.user.descriptor = Descriptor::new("svc.abc");
    refused(&service.judge(&map(1)), "service identity");
    assert_eq!(service.judge(&Decision::Undecided), Judgement::Allowed);
}

#[test]
fn privileged_and_protected_people_are_never_removed() {
    let mut operator = case(Outcome::Safe);
    operator.situation.operator_keys.insert(key(1));
    refused(&operator.judge(&Decision::Remove), "your own");
    let mut by_target = case(Outcome::Safe);
    by_target.situation.operator_objects.insert(object(1));
    refused(&by_target.judge(&Decision::Remove), "your own");
    let mut owner = case(Outcome::Safe);
    owner.situation.owner = Some(key(1));
    refused(&owner.judge(&Decision::Remove), "owns");
    let mut administrator = case(Outcome::Safe);
    administrator.situation.administrators = Some(BTreeSet::from([key(1)]));
    refused(&administrator.judge(&Decision::Remove), "privileged");
    let mut unreadable = case(Outcome::Safe);
    unreadable.situation.administrators = None;
    refused(&unreadable.judge(&Decision::Remove), "could not be read");
    let mut unsure = case(Outcome::Safe);
    unsure.person.privileged = None;
    refused(&unsure.judge(&Decision::Remove), "could not be read");
    let mut protected = case(Outcome::Safe);
    protected.situation.protected.insert("ADELE@fabrikam.com".into());
    refused(&protected.judge(&Decision::Remove), "protected");
    assert_eq!(protected.judge(&map(1)), Judgement::Allowed, "one by one they may be mapped");
}

#[test]
fn invitations_that_graph_refuses_are_refused_when_decided() {
    let case = case(Outcome::Missing);
    refused(&case.judge(&invite("adele+x@fabrikam.com")), "`+`");
    refused(&case.judge(&invite(".adele@fabrikam.com")), "dot or a hyphen");
    refused(&case.judge(&invite("adele@Contoso.com")), "member");
    assert_eq!(case.judge(&invite("adele@fabrikam.com")), Judgement::Allowed);
}

#[test]
fn what_was_sent_cannot_be_changed() {
    for state in RowState::ALL {
        let mut case = case(Outcome::Safe);
        let mut sent = row(&case.user, map(2), Outcome::Safe, &case.directory);
        sent.state = state;
        case.plan = plan([sent]);
        let locked =
            matches!(state, RowState::Sending | RowState::Applied | RowState::Verified | RowState::Unknown);
        for decision in [map(1), Decision::Undecided, Decision::Keep, Decision::Remove] {
            assert_eq!(case.judge(&decision).is_refused(), locked, "{state:?} {decision:?}");
        }
    }
}

#[test]
fn what_deserves_a_second_thought_is_asked() {
    let mut name_only = case(Outcome::Review);
    name_only.person.candidates =
        Arc::from([candidate(1, &[EvidenceKind::Name, EvidenceKind::LocalPart], &[])]);
    asks(&name_only.judge(&map(1)), "Only the name");
    asks(&case(Outcome::Review).judge(&map(2)), "Nothing that was read");
    for (warning, words) in [
        (WarningKind::NameContradicts, "contradict"),
        (WarningKind::SharedMailbox, "shared mailbox"),
        (WarningKind::SuspiciousCharacters, "misleading"),
        (WarningKind::Guest, "guest"),
    ] {
        let mut case = case(Outcome::Review);
        case.person.candidates = Arc::from([candidate(1, &[EvidenceKind::Mail], &[warning])]);
        asks(&case.judge(&map(1)), words);
    }
    let mut guest = case(Outcome::Review);
    guest.change_target(|it| it.user_type = Some(UserType::Guest));
    asks(&guest.judge(&map(1)), "guest");
    let mut unread = case(Outcome::Review);
    unread.change_target(|it| it.enabled = None);
    asks(&unread.judge(&map(1)), "could not be read");
    let mut privileged = case(Outcome::Safe);
    privileged.person.privileged = Some(true);
    for decision in [map(1), invite("adele@fabrikam.com"), Decision::Keep] {
        asks(&privileged.judge(&decision), "privileged");
    }
    let mut unknown = case(Outcome::Safe);
    unknown.person.privileged = None;
    asks(&unknown.judge(&map(1)), "could not be read");
    let mut own = case(Outcome::Review);
    own.person.target = None;
    own.situation.operator_objects.insert(object(1));
    asks(&own.judge(&map(1)), "your own");
}

#[test]
fn names_of_the_service_are_cleaned_in_reasons() {
    let mut case = case(Outcome::Review);
    case.change_target(|it| it.edit(|it| it.display_name = "Evil\u{1b}[2J\u{202e}".into()));
    case.change_target(|it| it.enabled = Some(false));
    let Judgement::Refused(reason) = case.judge(&map(1)) else { panic!("allowed") };
    assert!(!reason.chars().any(text::is_suspicious), "{reason:?}");
}

#[test]
fn an_import_is_judged_as_a_whole() {
    let mut case = case(Outcome::Review);
    let other = org_user(2, "Alex Wilber", "alex@fabrikam.com");
    case.plan = plan([row(&other, map(1), Outcome::Review, &case.directory)]);
    let swapped = BTreeMap::from([(key(1), map(1)), (key(2), map(2))]);
    let book = Rulebook::new(&case.plan, &case.directory, &case.situation).with_decisions(&swapped);
    assert_eq!(book.judge(&map(1), &case.user, &case.person), Judgement::Allowed);
}

#[test]
fn who_is_found_under_a_new_key_does_not_stand_in_their_own_way() {
    let mut case = case(Outcome::Safe);
    let old = org_user(9, "Adele Vance", "adele@fabrikam.com");
    let mut moved = row(&old, map(1), Outcome::Safe, &case.directory);
    moved.new_storage_key = Some(key(1));
    case.plan = plan([moved.clone()]);
    assert_eq!(case.judge(&map(1)), Judgement::Allowed);
    moved.state = RowState::Verified;
    case.plan = plan([moved]);
    refused(&case.judge(&map(2)), "cannot undo");
}
