//! The words that scenarios are written in.

use jiff::Timestamp;

use crate::simulator::{
    ids::Ids,
    world::{
        Hidden, World,
        generate::{Crowd, ago, ascii},
        group::{FIRST_PROJECT, PROJECTS},
        person::{Access, Origin, Person},
        tenant::{Tenant, TenantUser},
    },
};

/// Tenant that the organization is to be connected to.
pub(super) const CONTOSO: u8 = 0;
/// Another company's tenant, that some people come from.
pub(super) const ADATUM: u8 = 1;
/// A tenant that nobody here has anything to do with: the wrong directory.
pub(super) const NORTHWIND: u8 = 2;

/// Display name, local part of the address, and how many days ago they were there last.
pub(super) const COLLEAGUES: [(&str, &str, u64); 18] = [
    ("Amara Okonjo", "amara.okonjo", 1),
    ("Anders Hjelm", "anders.hjelm", 2),
    ("Aoife Gallagher", "aoife.gallagher", 0),
    ("Arjun Banerji", "arjun.banerji", 4),
    ("Bogdan Brânză", "bogdan.branza", 3),
    ("Chiara Lombardo", "chiara.lombardo", 6),
    ("Daisuke Iwamoto", "daisuke.iwamoto", 1),
    ("Deniz Şahin", "deniz.sahin", 9),
    ("Eleni Papadaki", "eleni.papadaki", 2),
    ("Femi Adeyinka", "femi.adeyinka", 5),
    ("Florian Krause", "florian.krause", 0),
    ("Inés Ibáñez", "ines.ibanez", 7),
    ("Jelena Andrić", "jelena.andric", 1),
    ("João Pereira", "joao.pereira", 2),
    ("Keiko Fujimori", "keiko.fujimori", 3),
    ("Linh Nguyen", "linh.nguyen", 0),
    ("Magnus Eklöf", "magnus.eklof", 14),
    ("Noor Rahimi", "noor.rahimi", 21),
];

/// A world in the making.
pub(super) struct Cast {
    pub world: World,
    crowd: Crowd,
}

impl Cast {
    pub fn new(ids: Ids, now: Timestamp, crowd: Crowd) -> Self {
        let mut world = World::new(ids, now, "fabrikam", crowd);
        world.tenants = vec![
            Tenant::new(ids, crowd, CONTOSO, "contoso", "Contoso"),
            Tenant::new(ids, crowd, ADATUM, "adatum", "Adatum Corporation"),
            Tenant::new(ids, crowd, NORTHWIND, "northwindtraders", "Northwind Traders"),
        ];
        Self { world, crowd }
    }

    /// Fills both sides up and gives the world away.
    pub fn finish(mut self, people: Option<usize>, users: Option<usize>) -> World {
        if let Some(people) = people {
            self.world.fill(people);
        }
        self.crowd.partners = self.world.crowd_size();
        let crowd = self.crowd;
        self.world.set_crowd(crowd);
        let tenant = self.world.tenant_mut(CONTOSO);
        tenant.set_crowd(crowd);
        // unless told otherwise, everybody's partner is there
        let partners = tenant.count() as usize + crowd.partners as usize;
        tenant.fill(users.unwrap_or(partners));
        self.world.index();
        self.world
    }

    pub fn days_ago(&self, days: u64, salt: u64) -> Timestamp {
        ago(self.world.now, days, salt)
    }

    /// A plain member of a tenant: address and names from the display name, unless the local part is given.
    pub fn member(&self, tenant: u8, display: &str, local: &str) -> TenantUser {
        let domain = &self.world.tenant(tenant).domain;
        let upn = format!("{local}@{domain}");
        let (given, surname) = display.split_once(' ').unwrap_or((display, ""));
        TenantUser {
            display: display.to_owned(),
            given: Some(given.to_owned()),
            surname: (!surname.is_empty()).then(|| surname.to_owned()),
            mail: Some(upn.clone()),
            other_mails: Vec::new(),
            proxies: vec![format!("SMTP:{upn}")],
            kind: Some("Member"),
            enabled: true,
            external: None,
            nickname: local.to_owned(),
            sam: Some(ascii(local)),
            created: self.days_ago(900 + local.len() as u64 * 31, local.len() as u64 * 997),
            deleted: false,
            upn,
        }
    }

    /// A guest of the destination tenant with this external address.
    pub fn guest(&self, display: &str, address: &str) -> TenantUser {
        let mangled = address.replace('@', "_");
        let tenant = self.world.tenant(CONTOSO);
        TenantUser {
            mail: Some(address.to_owned()),
            upn: format!("{mangled}#EXT#@{}", tenant.initial_domain),
            proxies: Vec::new(),
            kind: Some("Guest"),
            external: Some("Accepted"),
            nickname: format!("{mangled}#EXT#"),
            sam: None,
            ..self.member(CONTOSO, display, &mangled)
        }
    }

    /// Writes a user of the destination tenant down.
    pub fn user(&mut self, user: TenantUser) -> u32 {
        self.world.tenant_mut(CONTOSO).list(user)
    }

    /// A person with a Microsoft account.
    pub fn msa(&self, display: &str, address: &str, access: Access, days: u64) -> Person {
        let salt = display.bytes().map(u64::from).sum::<u64>() * 7_919;
        let project = u16::try_from(salt % PROJECTS.len() as u64).unwrap_or(0);
        Person {
            display: display.to_owned(),
            principal: address.to_owned(),
            mail: address.to_owned(),
            origin: Origin::Msa,
            access,
            status: "active",
            last_access: Some(self.days_ago(days, salt)),
            created: self.days_ago(800 + salt % 900, salt),
            groups: vec![FIRST_PROJECT + 3 * project + 1],
            entitled: true,
            active: true,
            tokens: 0,
            global_tokens: 0,
            ssh_keys: 0,
        }
    }

    /// Writes a person down.
    pub fn person(&mut self, person: Person) -> u32 {
        self.world.list(person)
    }

    /// A person whose sign-in address is the user principal name of an enabled member. Answers both numbers.
    pub fn automatic(&mut self, display: &str, local: &str, access: Access, days: u64) -> (u32, u32) {
        let user = self.member(CONTOSO, display, local);
        let address = user.upn.clone();
        let user = self.user(user);
        let person = self.msa(display, &address, access, days);
        (self.person(person), user)
    }

    /// An identity that only a search finds.
    pub fn hidden(&mut self, display: &str, address: &str, active: bool) {
        let (display, address) = (display.to_owned(), address.to_owned());
        self.world.hidden.push(Hidden { display, address, active });
    }

    /// A service identity, which is in graph only.
    pub fn service(&mut self, prefix: &'static str, domain: &'static str, display: &str) -> u32 {
        let person = self.msa(display, display, Access::Stakeholder, 1);
        self.person(Person {
            mail: String::new(),
            origin: Origin::Service { prefix, domain },
            entitled: false,
            groups: Vec::new(),
            ..person
        })
    }

    /// The service identities that every organization has.
    pub fn services(&mut self) {
        self.service("acs", "LOCAL AUTHORITY", "TeamFoundationService (TEAM FOUNDATION)");
        // one of them is in the list of people, as it is in some organizations
        let build = self.service("svc", "Build", "Project Collection Build Service (fabrikam)");
        if let Some(person) = self.world.listed_mut().get_mut(build as usize) {
            person.entitled = true;
        }
        self.service("svc", "AgentPool", "Agent Pool Service (0)");
    }

    /// Somebody of another tenant, or of this one.
    pub fn of_tenant(&self, tenant: u8, user: u32, access: Access, days: u64) -> Person {
        let directory = self.world.tenant(tenant);
        let object = directory.object(user);
        let user = directory.fresh(user);
        let (display, principal, guest) = user
            .map(|user| (user.display.clone(), user.shown_principal(), user.kind == Some("Guest")))
            .unwrap_or_default();
        Person {
            origin: Origin::Tenant { tenant, object, guest },
            ..self.msa(&display, &principal, access, days)
        }
    }

    pub fn join(&mut self, person: u32, group: u16) {
        if let Some(person) = self.world.listed_mut().get_mut(person as usize) {
            person.groups.push(group);
        }
    }
}
