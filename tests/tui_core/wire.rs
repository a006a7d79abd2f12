//! What keys and countdowns cost on the line: bytes are counted, so that it comes out the same on every machine. The limits
//! are those of `docs/figures.md`, with some room for a column that becomes wider.

use ado2entra::domain::activity::{Progress, Source};
use ado2entra::domain::{EvidenceKind, Outcome};
use ado2entra::tasks::Msg;
use ado2entra::tui::terminal::wire::Wire;
use jiff::SignedDuration;

use super::desk::Desk;
use super::people::{Office, candidate, org_user};
use crate::made_up::{now, tenant_user};

const GIVEN: [&str; 10] =
    ["Amina", "Björn", "Chidi", "Daisuke", "Eleni", "Farid", "Grażyna", "Hana", "Ilse", "Jamal"];
const FAMILY: [&str; 12] = [
    "Abara",
    "Brânză",
    "Castellví",
    "Dahlmann",
    "Eklöf",
    "Fontaine",
    "Grünwald",
    "Havlíček",
    "Iwamoto",
    "Jankauskas",
    "Kimani",
    "Lindqvist",
];
const LEVELS: [&str; 4] = ["Basic", "Basic", "Stakeholder", "Basic + Test Plans"];

/// A person in two keeps their address; the others have another one in the tenant, several, or none.
fn organization(count: u32) -> Office {
    let mut office = Office::empty();
    for n in 1..=count {
        let at = |list: &[&'static str], by: u32| list[usize::try_from(n / by).unwrap() % list.len()];
        let (given, family) = (at(&GIVEN, 1), at(&FAMILY, 7));
        let name = format!("{given} {family}");
        let upn = format!("person.{n}.of-{}@contoso.example", family.len());
        let outcome = match n % 10 {
            0..5 => Outcome::Automatic,
            5..7 => Outcome::Safe,
            7..9 => Outcome::Review,
            _ => Outcome::Missing,
        };
        let address = if outcome == Outcome::Automatic { upn.clone() } else { format!("p{n}@old.example") };
        let mut candidates = Vec::new();
        if outcome != Outcome::Missing {
            candidates.push(candidate(n, 0.9, EvidenceKind::Name, "the names agree"));
            office.tenant.push(tenant_user(n, &name, &upn));
        }
        let user = org_user(n, &name, &address, at(&LEVELS, 3), i64::from(n * 7 % 90));
        office.add(user, outcome, "made up so that there is a reason to read", candidates);
    }
    office
}

struct Line {
    desk: Desk,
    wire: Wire,
}

impl Line {
    /// A tab, shown and settled.
    fn on(tab: &str) -> Self {
        let mut desk = Desk::new();
        desk.size = (160, 45);
        desk.read(&organization(600));
        desk.keys(tab);
        let mut line = Self { desk, wire: Wire::default() };
        line.sent();
        line
    }

    /// The bytes of the next frame.
    fn sent(&mut self) -> usize {
        let next = self.desk.draw();
        self.wire.frame(next, self.desk.view.cursor, &[]).len()
    }

    fn press(&mut self, key: &str) -> usize {
        self.desk.press(key);
        self.sent()
    }

    fn tell(&mut self, msg: Msg) -> usize {
        self.desk.tell(msg);
        self.sent()
    }
}

#[test]
fn a_moved_selection_costs_its_two_cells() {
    let mut line = Line::on("2");
    for key in ["j", "j", "k"] {
        let bytes = line.press(key);
        assert!((1..=30).contains(&bytes), "{key}: {bytes} bytes");
    }
    assert_eq!(line.sent(), 0, "nothing differs");
}

#[test]
fn going_down_a_long_list_stays_cheap_although_it_scrolls() {
    let mut line = Line::on("2");
    let all: Vec<usize> = (0..200).map(|_| line.press("Down")).collect();
    let mean = all.iter().sum::<usize>() / all.len();
    assert!(mean <= 140, "{mean} bytes a key: {all:?}");
    let scrolls = all.iter().filter(|bytes| **bytes > 100).count();
    assert!((5..=12).contains(&scrolls), "half a page at a time: {all:?}");
}

#[test]
fn the_next_person_in_mapping_costs_what_differs_of_the_candidates() {
    let mut line = Line::on("4");
    let mut all: Vec<usize> = (0..30).map(|_| line.press("j")).collect();
    all.sort_unstable();
    assert!(all[15] <= 400 && all[29] <= 600, "{all:?}");
}

#[test]
fn a_countdown_costs_its_digits() {
    let mut line = Line::on("3");
    let mut at = now();
    let next = at + SignedDuration::from_secs(58);
    for source in [Source::Backing, Source::Directory] {
        line.desk.tell(Msg::ReadingScheduled(source, Some(next)));
    }
    line.tell(Msg::Clock(at));
    let mut all = Vec::new();
    for _ in 0..50 {
        at += SignedDuration::from_secs(1);
        all.push(line.tell(Msg::Clock(at)));
    }
    let mean = all.iter().sum::<usize>() / all.len();
    assert!(mean <= 36, "{mean} bytes a second: {all:?}");
    assert!(all.iter().all(|bytes| *bytes > 0), "it counts: {all:?}");
}

#[test]
fn a_download_costs_its_numbers() {
    let mut line = Line::on("2");
    let mut at = now();
    line.desk.tell(Msg::ReadingStarted(Source::Directory, at));
    let mut progress = Progress::started(at);
    let mut all = Vec::new();
    for page in 1..=40 {
        // The dashboard draws how far a reading is every two seconds.
        at += SignedDuration::from_secs(2);
        progress = Progress { pages: page, items: progress.items + 1998, ..progress };
        line.desk.tell(Msg::ReadingProgressed(Source::Directory, progress));
        all.push(line.tell(Msg::Clock(at)));
    }
    let mean = all.iter().skip(5).sum::<usize>() / (all.len() - 5) / 2;
    assert!(mean <= 32, "{mean} bytes a second: {all:?}");
}
