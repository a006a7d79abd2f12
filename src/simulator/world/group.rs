//! The groups of the organization.

use uuid::Uuid;

use crate::simulator::ids::{self, Ids, Kind, mix};

/// Numbers of the groups that every organization has.
pub(in crate::simulator) const ADMINISTRATORS: u16 = 0;
/// A group of the organization that is nested in the administrators.
pub(in crate::simulator) const MIGRATION_TEAM: u16 = 3;
/// The first project group: administrators, contributors, readers of each project follow.
pub(in crate::simulator) const FIRST_PROJECT: u16 = 5;
pub(in crate::simulator) const PROJECTS: [&str; 3] = ["Fiber", "Ledger", "Orchard"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Scope {
    Collection,
    Enterprise,
    Project(u8),
}

#[derive(Debug, Clone)]
pub(in crate::simulator) struct Group {
    pub number: u16,
    pub name: String,
    pub description: &'static str,
    pub scope: Scope,
    /// What follows the scope in the security identifier.
    tail: String,
    /// Groups that are members of this one.
    pub nested: Vec<u16>,
    /// A group of a tenant: tenant and object.
    pub directory: Option<(u8, Uuid)>,
    /// Lost in a switch.
    pub gone: bool,
}

impl Group {
    /// The groups that every organization has, in the order of the constants.
    pub fn standard() -> Vec<Self> {
        let mut groups = vec![
            Self::new("Project Collection Administrators", Scope::Collection, "0-0-0-0-1"),
            Self::new("Project Collection Valid Users", Scope::Collection, "0-0-0-0-3"),
            Self::new("Project Collection Build Service Accounts", Scope::Collection, "0-0-0-1-1"),
            Self::new("Migration Team", Scope::Collection, "1-3798776485-605157702-2605522822-1175913763"),
            Self::new("Enterprise Service Accounts", Scope::Enterprise, "0-0-0-0-2"),
        ];
        for project in 0..PROJECTS.len() {
            let scope = Scope::Project(u8::try_from(project).unwrap_or(0));
            // ends like the collection administrators: told apart by the domain only
            groups.push(Self::new("Project Administrators", scope, "0-0-0-0-1"));
            groups.push(Self::new("Contributors", scope, "1-1-1-1-4"));
            groups.push(Self::new("Readers", scope, "1-1-1-1-5"));
        }
        for (number, group) in groups.iter_mut().enumerate() {
            group.number = u16::try_from(number).unwrap_or(0);
        }
        groups
    }

    fn new(name: &str, scope: Scope, tail: &str) -> Self {
        Self {
            number: 0,
            name: name.to_owned(),
            description: "Made-up group of a simulated organization.",
            scope,
            tail: tail.to_owned(),
            nested: Vec::new(),
            directory: None,
            gone: false,
        }
    }

    /// A group of a tenant, known to the organization.
    pub fn of_directory(number: u16, name: &str, tenant: u8, object: Uuid) -> Self {
        let mut group = Self::new(name, Scope::Enterprise, &format!("3-{}", object.as_fields().0));
        group.number = number;
        group.directory = Some((tenant, object));
        group
    }

    pub fn sid(&self, ids: Ids) -> String {
        let scope = match self.scope {
            Scope::Collection => mix(ids.pick(Kind::Organization, 0)),
            Scope::Enterprise => mix(ids.pick(Kind::Organization, 1)),
            Scope::Project(project) => mix(ids.pick(Kind::Project, project.into())),
        };
        let part = |shift: u32| mix(scope.rotate_left(shift)) >> 32;
        format!("S-1-9-1551374245-{}-{}-{}-{}-{}", part(1), part(9), part(17), part(25), self.tail)
    }

    pub fn descriptor(&self, ids: Ids) -> String {
        ids::descriptor(if self.directory.is_some() { "aadgp" } else { "vssgp" }, &self.sid(ids))
    }

    pub fn domain(&self, ids: Ids) -> String {
        match self.scope {
            Scope::Collection => {
                format!("vstfs:///Framework/IdentityDomain/{}", ids.make(Kind::Organization, 0))
            }
            Scope::Enterprise => {
                format!("vstfs:///Framework/IdentityDomain/{}", ids.make(Kind::Organization, 1))
            }
            Scope::Project(project) => {
                format!("vstfs:///Classification/TeamProject/{}", ids.make(Kind::Project, project.into()))
            }
        }
    }

    pub fn principal(&self, organization: &str) -> String {
        let scope = match self.scope {
            Scope::Collection => organization,
            Scope::Enterprise => "TEAM FOUNDATION",
            Scope::Project(project) => PROJECTS.get(usize::from(project)).copied().unwrap_or_default(),
        };
        format!("[{scope}]\\{}", self.name)
    }
}
