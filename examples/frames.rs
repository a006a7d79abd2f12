//! How long the dashboard takes for a frame and for a key, without a terminal.
//!
//! `cargo run --release --example frames [ORG_USERS] [TENANT_USERS]` (100,000 and 500,000) makes people, compares them, and
//! prints the time of the middle, of the slowest one in a hundred and of the slowest of all: for every screen at 200x60 with
//! 100 people and with all of them (the frame alone), and for keys with all of them while another thread reads pages of
//! people as a download does (the key, everything that follows from it, and the frame). Everybody but the first hundred is
//! left out for the small list, so that both show the same people. Each frame is drawn five times, and each script of keys is
//! gone through five times; of each the shortest counts. On Linux it is the time on the processor (`schedstat`) that counts,
//! not that on the clock, so that other programs on the machine lengthen nothing.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ado2entra::domain::TenantId;
use ado2entra::domain::activity::{Progress, Source};
use ado2entra::domain::connection::Backing;
use ado2entra::domain::facts::{Administrators, Cloud, TenantDiscovery, TenantProfile};
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::people::{Directory, Roster, TenantUser};
use ado2entra::domain::plan::Plan;
use ado2entra::tasks::{self, Context, Fact, Msg, analyse};
use ado2entra::tui::keymap::Key;
use ado2entra::tui::people::SortBy;
use ado2entra::tui::update::prepare;
use ado2entra::tui::view::render;
use ado2entra::tui::{App, Effect, Event, UiSettings, ViewState, update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[path = "../benches/support/people.rs"]
#[expect(dead_code, reason = "shared with the benches")]
mod people;
#[path = "../tests/support/context.rs"]
mod settings;

/// How often everything is done.
const ROUNDS: usize = 5;

const SIZE: Rect = Rect { x: 0, y: 0, width: 200, height: 60 };

/// Key scripts that lead to every kind of screen, and keys that move in it.
const SCREENS: [(&str, &str, &str); 18] = [
    ("Prerequisites", "1", "j k"),
    ("Users", "2 g", "PageDown j k PageUp"),
    ("Users, details", "2 Enter", "j k"),
    ("Users, filtered", "2 / s a f e Enter", "j k"),
    ("Connection", "3", "j k"),
    ("Mapping", "4 g", "PageDown j k PageUp"),
    ("Mapping, candidates", "4 g l", "j k"),
    ("Mapping, end of the list", "4 G", "k j PageUp PageDown"),
    ("Mapping, search", "4 g f a n n a", "Down Up"),
    ("Mapping, patterns", "4 g P", "j k"),
    ("Mapping, apply dialog", "4 g A", "Down Up"),
    ("Mapping, all safe", "4 g a", "j"),
    ("filter being typed", "2 /", "a Backspace"),
    ("help", "2 ?", "Down Up"),
    ("palette", "2 :", "Down Up"),
    ("log", "2 L", "j k"),
    ("export", "2 e", "a Backspace"),
    ("invite", "4 g i", "a Backspace"),
];

fn main() {
    let number =
        |at: usize, default| std::env::args().nth(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (many, tenant) = (number(1, 100_000), number(2, 500_000));
    let directory = Arc::new(people::tenant(tenant, 1, true));
    let index = Arc::new(TenantIndex::build(&directory));
    let roster = people::organization(&directory, many, 2);
    let few = Roster::new(roster.people().iter().take(100).cloned());
    let roster = Arc::new(roster);
    let mut small = Desk::with(Arc::new(few), &directory, &index);
    let mut large = Desk::with(Arc::clone(&roster), &directory, &index);
    println!("a frame of 200x60 alone, in microseconds (middle, p99, slowest), 100 people | {many} people");
    let mut all = (Vec::new(), Vec::new());
    for (name, way, moves) in SCREENS {
        let mut times = [&mut small, &mut large].map(|desk| {
            desk.back();
            desk.keys(way);
            desk.frames(moves, 600)
        });
        println!("{name:24} {} | {}", shown(&mut times[0]), shown(&mut times[1]));
        let [few, many] = times;
        all.0.extend(few);
        all.1.extend(many);
    }
    println!("{:24} {} | {}", "all of them", shown(&mut all.0), shown(&mut all.1));
    keys(&mut large, &directory, &index);
}

/// What a key takes with everything loaded while a download runs.
fn keys(desk: &mut Desk, directory: &Arc<Directory>, index: &Arc<TenantIndex>) {
    println!(
        "a key, what follows from it, and the frame, in microseconds (middle, p99, slowest), while a download runs"
    );
    let over = Arc::new(AtomicBool::new(false));
    let download = {
        let (over, directory) = (Arc::clone(&over), Arc::clone(directory));
        std::thread::spawn(move || {
            let page: Vec<TenantUser> = directory.users().iter().take(999).cloned().collect();
            let text = serde_json::to_string(&page).unwrap();
            let mut pages = 0_u64;
            while !over.load(Ordering::Relaxed) {
                let read: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
                pages += u64::from(!read.is_empty());
            }
            pages
        })
    };
    desk.back();
    let mut times = least(|| {
        desk.keys("4 g");
        (0..1000).map(|n| desk.timed(if n % 200 == 199 { "PageDown" } else { "j" })).collect()
    });
    println!("{:24} {}", "next person's candidates", shown(&mut times));
    let mut times = least(|| {
        desk.keys("g");
        (0..300).map(|_| desk.timed("n")).collect()
    });
    println!("{:24} {}", "next undecided", shown(&mut times));
    let mut times = least(|| {
        desk.keys("g");
        (0..100).map(|_| desk.timed("o")).collect()
    });
    println!("{:24} {}", "decide and go on", shown(&mut times));
    let mut times = least(|| (0..50).map(|_| desk.timed("u")).collect());
    println!("{:24} {}", "take back", shown(&mut times));
    let mut times = least(|| {
        desk.keys("2 g");
        (0..1000).map(|_| desk.timed("j")).collect()
    });
    println!("{:24} {}", "move in Users", shown(&mut times));
    for by in SortBy::ALL {
        let mut times = least(|| {
            desk.app.users.list.set_sort(SortBy::Name, false);
            // What was kept of the order before counts for nothing.
            desk.app.revision.people += 1;
            desk.draw();
            let begin = Moment::now();
            desk.app.users.list.set_sort(by, false);
            desk.draw();
            vec![begin.elapsed()]
        });
        println!("{:24} {}", format!("sort by {}", by.name()), shown(&mut times));
    }
    desk.app.users.list.set_sort(SortBy::Address, false);
    desk.draw();
    for text in
        ["anna", "outlook.com", "safe", "is:undecided", "name:mar !stakeholder", "idle:90", "why:name"]
    {
        let mut times = least(|| {
            desk.keys("/");
            let times = text.chars().map(|c| desk.typed(c)).collect();
            desk.keys("Esc");
            times
        });
        println!("{:24} {}", format!("filter {text}"), shown(&mut times));
    }
    let mut times = Vec::new();
    for user in directory.users().iter().step_by(directory.len() / 60) {
        let name = user.display_name().to_lowercase();
        for end in 1..=name.chars().count() {
            let query: String = name.chars().take(end).collect();
            times.extend(least(|| {
                let begin = Moment::now();
                let found = index.search(directory, &query, 50);
                assert!(found.len() <= 50);
                vec![begin.elapsed()]
            }));
        }
    }
    println!("{:24} {}", "search, a letter more", shown(&mut times));
    over.store(true, Ordering::Relaxed);
    println!("({} pages were read meanwhile)", download.join().unwrap());
}

/// A moment, by the clock and by what this thread had of the processor.
struct Moment {
    clock: Instant,
    processor: Option<Duration>,
}

impl Moment {
    fn now() -> Self {
        // The kernel brings the figure up to date when it looks at who is next.
        std::thread::yield_now();
        let read = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let nanoseconds = read.as_deref().and_then(|text| text.split_whitespace().next()?.parse().ok());
        Self { clock: Instant::now(), processor: nanoseconds.map(Duration::from_nanos) }
    }

    fn elapsed(&self) -> Duration {
        let now = Self::now();
        match (self.processor, now.processor) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => now.clock - self.clock,
        }
    }
}

/// The shortest time of each step, of several rounds.
fn least(mut round: impl FnMut() -> Vec<Duration>) -> Vec<Duration> {
    let mut times = round();
    for _ in 1..ROUNDS {
        for (least, time) in times.iter_mut().zip(round()) {
            *least = time.min(*least);
        }
    }
    times
}

fn shown(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |part: usize| {
        let place = (times.len() * part / 100).min(times.len().saturating_sub(1));
        times.get(place).map_or(0, Duration::as_micros)
    };
    format!("{:6} {:6} {:6}", at(50), at(99), at(100))
}

struct Desk {
    app: App,
    view: ViewState,
    buffer: Buffer,
}

impl Desk {
    fn with(roster: Arc<Roster>, directory: &Arc<Directory>, index: &Arc<TenantIndex>) -> Self {
        let app = App::new(Arc::new(context()), &UiSettings::default(), Timestamp::UNIX_EPOCH).unwrap();
        let mut desk = Self { app, view: ViewState::default(), buffer: Buffer::empty(SIZE) };
        let now = "2026-11-23T19:00:00Z".parse().unwrap();
        let id: TenantId = "00000000-0000-4000-a000-000000000001".parse().unwrap();
        let facts = [
            Fact::Backing(Ok(Backing::MicrosoftAccounts)),
            Fact::Discovery(Ok(TenantDiscovery {
                id,
                region: Some("EU".into()),
                cloud: Cloud::Public { gcc: false },
                sign_in_host: "login.microsoftonline.com".into(),
            })),
            Fact::Tenant(Ok(TenantProfile {
                id,
                display_name: "Contoso".into(),
                verified_domains: vec!["contoso.com".into()],
            })),
            Fact::Administrators(Ok(Administrators::default())),
        ];
        let mut msgs =
            vec![Msg::Clock(now), Msg::StoreOpened(Ok(())), Msg::PlanLoaded(Box::<Plan>::default())];
        msgs.extend(facts.into_iter().map(|fact| Msg::FactRead(fact, now)));
        msgs.push(Msg::DirectoryRead(Arc::clone(directory), Arc::clone(index), now));
        msgs.push(Msg::RosterRead(roster, now));
        for msg in msgs {
            update(&mut desk.app, Event::Msg(msg));
        }
        let analysed = analyse(desk.app.model.analysis_input());
        // The two that asked before it were for less.
        for _ in 0..2 {
            update(&mut desk.app, Event::Msg(Msg::Analysed(Arc::new(analysed.clone()))));
        }
        desk.draw();
        desk
    }

    /// Out of every dialog and filter.
    fn back(&mut self) {
        self.app.overlays.clear();
        self.keys("Esc Esc 4 h Esc Esc 2 Esc Esc");
        self.app.users.details = false;
        self.app.users.list.set_filter("");
        self.draw();
    }

    fn draw(&mut self) -> Duration {
        prepare(&mut self.app);
        self.buffer.reset();
        let begin = Moment::now();
        render(&self.app, &mut self.view, SIZE, &mut self.buffer);
        let taken = begin.elapsed();
        let drawn = self.view.drawn.clone();
        update(&mut self.app, Event::Drawn(drawn));
        taken
    }

    /// Frames alone, a key between two.
    fn frames(&mut self, moves: &str, count: usize) -> Vec<Duration> {
        let moves: Vec<&str> = moves.split_whitespace().collect();
        (0..count)
            .map(|n| {
                self.press(moves[n % moves.len()]);
                (0..ROUNDS).map(|_| self.draw()).min().unwrap_or_default()
            })
            .collect()
    }

    fn keys(&mut self, names: &str) {
        for name in names.split_whitespace() {
            self.press(name);
            self.draw();
        }
    }

    fn press(&mut self, name: &str) {
        let key = Key::parse(name).unwrap();
        self.give(KeyEvent::new(key.code, KeyModifiers::NONE));
    }

    fn give(&mut self, key: KeyEvent) {
        let mut queue = update(&mut self.app, Event::Key(key));
        while let Some(effect) = queue.pop() {
            match effect {
                Effect::Task(tasks::Effect::SaveRows(number, _)) => {
                    // The analysis that follows is made elsewhere, and not waited for.
                    update(&mut self.app, Event::Msg(Msg::RowsSaved(number)));
                }
                Effect::Task(tasks::Effect::Search { generation, query, directory, index }) => {
                    let found = index.search(&directory, &query, 50);
                    update(&mut self.app, Event::Msg(Msg::SearchAnswered(generation, Arc::new(found))));
                }
                _ => {}
            }
        }
    }

    /// A key with everything that follows from it, and the news of a download before it.
    fn timed(&mut self, name: &str) -> Duration {
        let at = self.app.now();
        let progress = Progress { pages: 17, items: 16_983, total: None, ..Progress::started(at) };
        update(&mut self.app, Event::Msg(Msg::ReadingProgressed(Source::Directory, progress)));
        let begin = Moment::now();
        self.press(name);
        self.draw();
        begin.elapsed()
    }

    fn typed(&mut self, c: char) -> Duration {
        let begin = Moment::now();
        self.give(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        self.draw();
        begin.elapsed()
    }
}

/// Simulated, and nothing is read by itself.
fn context() -> Context {
    Context { simulated: true, poll_tenant: None, poll_users: None, poll_health: None, ..settings::context() }
}
