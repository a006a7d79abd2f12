//! What the members of the JSON documents are, from the doc comments of the types that are printed: read out of the source, so that
//! the reference says what the program's own pages say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A member as its type declares it.
struct Member {
    name: String,
    kind: String,
    words: String,
    /// Its own members stand in its place.
    flat: bool,
}

/// Types by file and name.
pub struct Members {
    types: BTreeMap<(String, String), Vec<Member>>,
}

/// Types that are printed as something else: the file's own word, and what stands for it.
const PRINTED_AS: [(&str, &str); 2] = [("Comparison", "UserEntry"), ("Row", "Column")];

/// The snapshot is written part by part and has no type of its own.
const SNAPSHOT: [(&str, &str); 18] = [
    ("agent_pools", "The organization's own agent pools, and how their agents stand."),
    ("deleted_users", "Deleted users of the tenant, where they could be read."),
    ("entra_members", "Who is in the Entra groups that are used in the organization, nested ones walked."),
    ("graph_users", "Every identity of the organization, with and without an entitlement."),
    ("group_rules", "Rules that give access levels by group."),
    ("groups", "The groups of the organization."),
    ("left_out", "What could not be read, and why."),
    ("memberships", "Who is directly in which group."),
    ("org_users", "The user entitlements, with their projects."),
    ("organization", "Name, backing, administrators, owner."),
    ("projects", "The projects."),
    ("redacted", "Names and addresses were replaced."),
    ("schema", "Name and version of the form of this document."),
    ("service_connections", "The service connections of all projects."),
    ("taken_at", "When the reading began."),
    ("tenant", "The destination tenant, and the account that read it."),
    ("tenant_users", "The users of the tenant."),
    (
        "tokens",
        "How many access tokens and SSH keys each person has, where they were read; never the tokens.",
    ),
];

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all: Vec<PathBuf> =
        fs::read_dir(root.join("cli/document")).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.extend(
        ["cli/document.rs", "domain/candidate.rs", "domain/doctor.rs", "domain/plan/csv/record.rs"]
            .map(|name| root.join(name)),
    );
    all
}

/// The members of a type whose first line is the next one.
fn body<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Vec<Member> {
    let (mut members, mut words, mut flat) = (Vec::new(), Vec::new(), false);
    for line in lines {
        let line = line.trim();
        if line == "}" {
            break;
        }
        if let Some(comment) = line.strip_prefix("///") {
            words.push(comment.trim().to_owned());
        } else if line.starts_with("#[") {
            flat |= line.contains("flatten");
        } else if let Some((name, kind)) = line.trim_start_matches("pub ").split_once(": ") {
            let kind = kind.trim_end_matches(',').to_owned();
            members.push(Member { name: name.to_owned(), kind, words: words.join(" "), flat });
            (words, flat) = (Vec::new(), false);
        } else if let Some((_, name)) = line.trim_end_matches(';').split_once(' ') {
            // A column of the plan.
            let name = name.trim_matches('"').to_owned();
            members.push(Member { name, kind: String::new(), words: words.join(" "), flat });
            words = Vec::new();
        }
    }
    members
}

impl Members {
    pub fn read() -> Self {
        let mut types = BTreeMap::new();
        for path in sources() {
            let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let mut lines = text.lines();
            while let Some(line) = lines.next() {
                let line = line.trim_start_matches("pub(super) ").trim_start_matches("pub ");
                if line == "columns! {" {
                    types.insert((file.clone(), "Column".to_owned()), body(&mut lines));
                } else if let Some(rest) = line.strip_prefix("struct ").filter(|it| it.ends_with('{')) {
                    let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                    types.insert((file.clone(), name), body(&mut lines));
                }
            }
        }
        Self { types }
    }

    fn find(&self, file: &str, name: &str) -> Option<(&str, &[Member])> {
        let printed = PRINTED_AS.iter().find(|(it, _)| *it == name).map_or(name, |(_, as_what)| as_what);
        let here = self.types.get_key_value(&(file.to_owned(), printed.to_owned()));
        let found = here.or_else(|| self.types.iter().find(|((_, it), _)| it == printed))?;
        Some((&found.0.0, found.1))
    }

    /// What a member is, by its way from the top of the document with this schema; empty where it is a name that counts things.
    pub fn words(&self, schema: &str, way: &str) -> Option<String> {
        let name = schema.trim_start_matches("ado2entra.").split('/').next().unwrap();
        if name == "snapshot" {
            return SNAPSHOT.iter().find(|(it, _)| *it == way).map(|(_, words)| (*words).to_owned());
        }
        let first: String =
            name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
        let (file, members) = self.find("", &format!("{first}Document"))?;
        let way: Vec<&str> = way.split('.').map(|part| part.trim_end_matches("[]")).collect();
        self.walk(file, members, &way)
    }

    fn walk(&self, file: &str, members: &[Member], way: &[&str]) -> Option<String> {
        let (name, rest) = way.split_first()?;
        let flat = |member: &&Member| member.flat;
        let Some(member) = members.iter().find(|it| it.name == *name && !it.flat) else {
            return members.iter().filter(flat).find_map(|it| {
                let (file, members) = self.inside(file, &it.kind)?;
                self.walk(file, members, way)
            });
        };
        if rest.is_empty() {
            return Some(member.words.clone());
        }
        // The names in a map are what is counted, and a body or a list of details is somebody else's form.
        let by_name = member.kind.contains("BTreeMap");
        let is_open = ["Value", "(String, String)"].iter().any(|kind| member.kind.contains(kind));
        let rest = if by_name { &rest[1..] } else { rest };
        if rest.is_empty() || is_open {
            return Some(String::new());
        }
        let (file, members) = self.inside(file, &member.kind)?;
        self.walk(file, members, rest)
    }

    /// The type that the words of another one hold in the end: `Vec<Option<Entry<'a>>>` holds `Entry`.
    fn inside(&self, file: &str, kind: &str) -> Option<(&str, &[Member])> {
        let words = kind.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.filter(|word| word.chars().next().is_some_and(char::is_uppercase)).find_map(|word| {
            let is_wrapper = ["Vec", "Option", "Known", "BTreeMap", "Box"].contains(&word);
            if is_wrapper { None } else { self.find(file, word) }
        })
    }
}
