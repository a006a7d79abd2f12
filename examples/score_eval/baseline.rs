//! What one would write in an afternoon, on the same files: a join on any address with a veto by names, and names alone.

use std::collections::{BTreeMap, BTreeSet};

use ado2entra::domain::ids::ObjectId;
use ado2entra::domain::matching::fold::address_key;
use ado2entra::domain::matching::keys::for_each_tenant_key;
use serde_json::Value;

use crate::alike::{Pattern, processed, sorted, token_sort, weighted};
use crate::figures::{About, share};
use crate::set::Set;

/// Names less alike than this hold a join back.
const VETO: f64 = 60.0;

/// A name is accepted that is so much alike, and so much more than the next.
const LEAST: f64 = 90.0;
const LEAD: f64 = 5.0;

/// What a baseline comes to.
#[derive(Default)]
pub struct Figures {
    counted: f64,
    accepted: f64,
    wrong: f64,
    unfit: f64,
    right: f64,
    first: [f64; 3],
}

impl Figures {
    /// The columns.
    pub const HEADER: &'static str = "counted accepted precision wrong unfit recall    @1    @3    @5";

    /// One more person.
    fn note(&mut self, about: &About, choice: Option<ObjectId>, order: &[ObjectId]) {
        if let Some(choice) = choice {
            self.accepted += 1.0;
            if Some(choice) != about.right {
                self.wrong += 1.0;
            } else if about.unfit {
                self.unfit += 1.0;
            }
        }
        if !about.counts {
            return;
        }
        self.counted += 1.0;
        self.right += share(choice.is_some() && choice == about.right);
        let place = order.iter().position(|id| Some(*id) == about.right);
        for (cell, most) in self.first.iter_mut().zip([1, 3, 5]) {
            *cell += share(place.is_some_and(|place| place < most));
        }
    }

    /// Of another set.
    pub fn add(&mut self, other: &Self) {
        self.counted += other.counted;
        self.accepted += other.accepted;
        self.wrong += other.wrong;
        self.unfit += other.unfit;
        self.right += other.right;
        for (cell, more) in self.first.iter_mut().zip(other.first) {
            *cell += more;
        }
    }

    /// As a line.
    pub fn line(&self) -> String {
        let counted = self.counted.max(1.0);
        format!(
            "{:7} {:8}     {:.3} {:5} {:5}   {:.3} {:.3} {:.3} {:.3}",
            self.counted,
            self.accepted,
            1.0 - self.wrong / self.accepted.max(1.0),
            self.wrong,
            self.unfit,
            self.right / counted,
            self.first[0] / counted,
            self.first[1] / counted,
            self.first[2] / counted,
        )
    }
}

/// The one tenant user with any address of the person, guest names decoded, unless the names are too unlike.
pub fn veto(set: &Set, truth: &Value) -> Figures {
    let mut by_key: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (at, user) in set.directory.users().iter().enumerate() {
        for_each_tenant_key(user, &mut String::new(), |_, key| {
            by_key.entry(key.to_owned()).or_default().insert(at);
        });
    }
    let mut figures = Figures::default();
    for user in set.roster.people() {
        let keys = [Some(&user.principal_name), user.mail.as_ref()].into_iter().flatten();
        let hits: BTreeSet<usize> =
            keys.filter_map(|text| by_key.get(&address_key(text))).flatten().copied().collect();
        let found: Vec<_> = hits.iter().filter_map(|at| set.directory.users().get(*at)).collect();
        let only = found.first().filter(|_| found.len() == 1).filter(|found| {
            let (own, other) = (processed(&user.display_name), processed(found.display_name()));
            token_sort(&own, &other).max(weighted(&own, &other)) >= VETO
        });
        let order: Vec<ObjectId> = found.iter().map(|user| user.id).collect();
        figures.note(&About::of(truth, user), only.map(|user| user.id), &order);
    }
    figures
}

/// Whose name is most alike.
pub fn names(set: &Set, truth: &Value) -> Figures {
    let theirs: Vec<(Vec<char>, ObjectId)> =
        set.directory.users().iter().map(|user| (sorted(&processed(user.display_name())), user.id)).collect();
    let mut figures = Figures::default();
    for user in set.roster.people() {
        let pattern = Pattern::new(&sorted(&processed(&user.display_name)));
        let mut scored: Vec<(f64, ObjectId)> =
            theirs.iter().map(|(name, id)| (pattern.ratio(name), *id)).collect();
        let most = scored.len().min(5);
        if most == 0 {
            continue;
        }
        scored.select_nth_unstable_by(most - 1, |a, b| b.0.total_cmp(&a.0));
        scored.truncate(most);
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let lead = scored[0].0 - scored.get(1).map_or(0.0, |next| next.0);
        let choice = (scored[0].0 >= LEAST && lead >= LEAD).then_some(scored[0].1);
        let order: Vec<ObjectId> = scored.iter().map(|(_, id)| *id).collect();
        figures.note(&About::of(truth, user), choice, &order);
    }
    figures
}
