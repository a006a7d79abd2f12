//! A dashboard at a desk: made-up people, real comparison, keys in, effects and screens out. Nothing here waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use ado2entra::domain::activity::EventLine;
use ado2entra::domain::connection::Backing;
use ado2entra::domain::facts::{
    Administrators, Cloud, GraphIdentity, Health, Operator, Owner, TenantDiscovery, TenantProfile,
};
use ado2entra::domain::matching::TenantIndex;
use ado2entra::domain::people::{Directory, OrgUser, Roster, TenantUser};
use ado2entra::domain::plan::{Pair, Plan, PlanRow};
use ado2entra::domain::{Descriptor, StorageKey, TenantId};
use ado2entra::tasks::{self, Context, Fact, Msg, analyse};
use ado2entra::tui::keymap::Key;
use ado2entra::tui::overlay::Overlay;
use ado2entra::tui::update::{prepare, update};
use ado2entra::tui::view::render;
use ado2entra::tui::{App, Effect, Event, Tab, UiSettings, ViewState};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::made_up::{context, key, now, org_user, tenant_user};

/// 1 is the destination, 3 a wrong one.
pub fn tenant(n: u32) -> TenantId {
    format!("00000000-0000-4000-a000-0000000{n:05}").parse().unwrap()
}

fn with_mail(mut user: TenantUser, other: &str) -> TenantUser {
    user.edit(|it| it.other_mails = Box::new([other.into()]));
    user
}

/// The organization: 1 and 7 safe, 2 and 3 by name, 4 nobody, 5 by itself, 6 a hazard, 8 hostile, 9 an administrator (safe).
pub fn org_users() -> Vec<OrgUser> {
    vec![
        org_user(1, "Adele Vance", "adele@fabrikam.com"),
        org_user(2, "Raisa Pokrovskaya", "raisa.p@outlook.com"),
        org_user(3, "Jörg Müller", "jmueller@old-fabrikam.com"),
        org_user(4, "Zora Quist", "zq@nowhere.example"),
        org_user(5, "Alex Wilber", "alex@contoso.com"),
        org_user(6, "Henrietta Mueller", "henrietta@contoso.com"),
        org_user(7, "Isaiah Langer", "isaiah@fabrikam.com"),
        org_user(8, "Ann\u{202e}gro\u{1b}[2J田中", "ann@hostile.example"),
        org_user(9, "Jamal Owusu", "jamal@fabrikam.com"),
    ]
}

pub fn tenant_users() -> Vec<TenantUser> {
    vec![
        with_mail(tenant_user(1, "Adele Vance", "adele.vance@contoso.com"), "adele@fabrikam.com"),
        tenant_user(2, "Raisa Pokrovskaya", "raisa.pokrovskaya@contoso.com"),
        tenant_user(12, "Raisa Petrova", "raisa.petrova@contoso.com"),
        tenant_user(3, "Joerg Mueller", "joerg.mueller@contoso.com"),
        tenant_user(5, "Alex Wilber", "alex@contoso.com"),
        tenant_user(6, "Robert Tolbert", "henrietta@contoso.com"),
        with_mail(tenant_user(7, "Isaiah Langer", "isaiah.langer@contoso.com"), "isaiah@fabrikam.com"),
        tenant_user(8, "Ann\u{202e}gro 田中", "ann@contoso.com").with(|it| it.enabled = Some(false)),
        with_mail(tenant_user(9, "Jamal Owusu", "jamal.owusu@contoso.com"), "jamal@fabrikam.com"),
        tenant_user(20, "Zoe Berg", "zoe.berg@contoso.com"),
    ]
}

/// A dashboard with somebody who presses keys and a store that answers when told to.
pub struct Desk {
    pub app: App,
    pub view: ViewState,
    /// Effects that were asked for and not looked at yet; analyses are made at once and not among them.
    pub effects: Vec<Effect>,
    pub size: (u16, u16),
}

impl Desk {
    /// Nothing read yet.
    pub fn empty(context: Context) -> Self {
        let app = App::new(Arc::new(context), &UiSettings::default(), now()).unwrap();
        Self { app, view: ViewState::default(), effects: Vec::new(), size: (120, 40) }
    }

    /// Everything read, Microsoft accounts back the organization, nothing decided; the tab Mapping.
    pub fn new() -> Self {
        Self::with(context(), Plan::default(), Backing::MicrosoftAccounts)
    }

    /// After connecting.
    pub fn connected() -> Self {
        Self::with(
            context(),
            Plan { first_backing: Some(Backing::MicrosoftAccounts), ..Plan::default() },
            Backing::Tenant(tenant(1)),
        )
    }

    pub fn with(context: Context, plan: Plan, backing: Backing) -> Self {
        let mut desk = Self::empty(context);
        desk.app.tab = Tab::Mapping;
        desk.msg(Msg::StoreOpened(Ok(())));
        desk.msg(Msg::PlanLoaded(Box::new(plan)));
        let facts = [
            Fact::Backing(Ok(backing)),
            Fact::Discovery(Ok(TenantDiscovery {
                id: tenant(1),
                region: Some("EU".into()),
                cloud: Cloud::Public { gcc: false },
                sign_in_host: "login.microsoftonline.com".into(),
            })),
            Fact::Tenant(Ok(TenantProfile {
                id: tenant(1),
                display_name: "Contoso".into(),
                verified_domains: vec!["contoso.onmicrosoft.com".into(), "contoso.com".into()],
            })),
            Fact::Operator(Ok(Operator {
                storage_key: key(9),
                descriptor: Some(Descriptor::new("msa.9")),
                display_name: "Jamal Owusu".into(),
                account: Some("jamal@fabrikam.com".into()),
                organization_id: None,
            })),
            Fact::Administrators(Ok(Administrators {
                members: [key(9)].into(),
                ..Administrators::default()
            })),
            Fact::Owner(Ok(Owner { storage_key: Some(key(9)), name: None, address: None, told: false })),
            Fact::GraphIdentities(Ok(Vec::<GraphIdentity>::new())),
            Fact::Health(Ok(Health {
                health: "healthy".into(),
                message: "Everything is looking good".into(),
                unhealthy: Vec::new(),
            })),
        ];
        for fact in facts {
            desk.msg(Msg::FactRead(fact, now()));
        }
        desk.read_roster(org_users());
        desk.read_directory(tenant_users());
        desk.effects.clear();
        desk
    }

    pub fn read_roster(&mut self, users: Vec<OrgUser>) {
        let at = self.app.now();
        self.msg(Msg::RosterRead(Arc::new(Roster::new(users)), at));
    }

    pub fn read_directory(&mut self, users: Vec<TenantUser>) {
        let at = self.app.now();
        self.msg(directory_read(users, at));
    }

    pub fn event(&mut self, event: Event) {
        let mut queue = update(&mut self.app, event);
        while !queue.is_empty() {
            match queue.remove(0) {
                Effect::Task(tasks::Effect::Analyse(input)) => {
                    let analysed = Msg::Analysed(Arc::new(analyse(*input)));
                    queue.extend(update(&mut self.app, Event::Msg(analysed)));
                }
                other => self.effects.push(other),
            }
        }
    }

    pub fn msg(&mut self, msg: Msg) {
        self.event(Event::Msg(msg));
    }

    /// Draws, and tells the dashboard what was drawn.
    pub fn draw(&mut self) -> Buffer {
        prepare(&mut self.app);
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buf = Buffer::empty(area);
        render(&self.app, &mut self.view, area, &mut buf);
        let drawn = self.view.drawn.clone();
        self.event(Event::Drawn(drawn));
        buf
    }

    /// Presses keys by name, one frame after each.
    pub fn keys(&mut self, keys: &str) {
        for name in keys.split_whitespace() {
            self.blind(name);
            self.draw();
        }
    }

    /// Presses a key without a frame after it.
    pub fn blind(&mut self, name: &str) {
        let key = Key::parse(name).unwrap();
        let mut modifiers = KeyModifiers::NONE;
        if key.ctrl {
            modifiers |= KeyModifiers::CONTROL;
        }
        self.event(Event::Key(KeyEvent::new(key.code, modifiers)));
    }

    /// Types a text.
    pub fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.event(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        self.draw();
    }

    /// The store keeps everything that it was asked to keep.
    pub fn store_keeps(&mut self) {
        let (saves, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.effects)
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Task(tasks::Effect::SaveRows(..))));
        self.effects = others;
        for save in saves {
            if let Effect::Task(tasks::Effect::SaveRows(number, _)) = save {
                self.msg(Msg::RowsSaved(number));
            }
        }
        self.draw();
    }

    /// The rows that the store was asked to keep and has not answered to yet.
    pub fn saves(&self) -> Vec<PlanRow> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Task(tasks::Effect::SaveRows(_, rows)) => Some(rows.clone()),
                _ => None,
            })
            .flatten()
            .collect()
    }

    /// The *same person* that the store was asked to keep (with the note) or to take back, since the last look.
    pub fn confirms(&mut self) -> Vec<(Pair, Option<String>)> {
        let (confirms, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.effects)
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Task(tasks::Effect::ConfirmPair(..))));
        self.effects = others;
        confirms
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Task(tasks::Effect::ConfirmPair(pair, tick)) => {
                    Some((pair, tick.map(|tick| tick.note)))
                }
                _ => None,
            })
            .collect()
    }

    /// What a test compares: the names of the effects so far, in order.
    pub fn effect_names(&self) -> Vec<String> {
        self.effects
            .iter()
            .map(|effect| {
                let text = format!("{effect:?}");
                text.split(['(', ')', '{', ' '])
                    .filter(|part| !part.is_empty())
                    .take(2)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    /// Selects a person in the tab Mapping and draws.
    pub fn select(&mut self, n: u32) {
        self.draw();
        ado2entra::tui::mapping::show(&mut self.app, &key(n));
        self.draw();
    }

    pub fn selected(&self) -> Option<StorageKey> {
        self.app.mapping.list.selected().cloned()
    }

    /// The latest notice.
    pub fn toast(&self) -> String {
        self.app.toasts.history().next_back().map(|toast| toast.text.clone()).unwrap_or_default()
    }

    pub fn overlay(&self) -> Option<&Overlay> {
        self.app.overlays.last()
    }

    pub fn text(&mut self) -> String {
        text(&self.draw())
    }

    pub fn happened(&mut self, seconds: i64, subject: &str, text: &str) {
        self.msg(Msg::Happened(EventLine {
            at: now() + SignedDuration::from_secs(seconds),
            subject: subject.into(),
            text: text.into(),
        }));
    }
}

pub fn directory_read(users: Vec<TenantUser>, at: Timestamp) -> Msg {
    let directory = Directory::new(users);
    let index = TenantIndex::build(&directory);
    Msg::DirectoryRead(Arc::new(directory), Arc::new(index), at)
}

/// The characters of a frame, without spaces at line ends.
pub fn text(buf: &Buffer) -> String {
    let area = buf.area;
    let mut out = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buf[(x, y)].symbol();
            skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The characters and, below them, every run of cells that has a style.
pub fn picture(buf: &Buffer) -> String {
    let mut out = text(buf);
    out.push_str("---\n");
    let plain = Style::reset();
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for y in 0..buf.area.height {
        let mut x = 0;
        while x < buf.area.width {
            let style = buf[(x, y)].style();
            let start = x;
            while x < buf.area.width && buf[(x, y)].style() == style {
                x += 1;
            }
            if style != plain {
                let name = format!(
                    "{}{}",
                    style
                        .fg
                        .filter(|fg| *fg != ratatui::style::Color::Reset)
                        .map_or_else(String::new, |fg| format!("{fg} ")),
                    format!("{:?}", style.add_modifier).to_lowercase()
                );
                names.entry(name).or_default().push(format!("{y}:{start}-{}", x - 1));
            }
        }
    }
    for (name, runs) in names.into_iter().filter(|(name, _)| name != "none") {
        out.extend([name, ": ".to_owned(), runs.join(" "), "\n".to_owned()]);
    }
    out
}
