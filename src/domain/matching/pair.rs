//! One person and one tenant user side by side: what speaks for their being the same, in words, and how much.
//!
//! What only the whole set knows (who else claims the account, who is active, when accounts were made) is added by
//! [`crate::domain::forecast()`].

use super::accounts::{self, AccountKind};
use super::fold;
use super::index::for_each_login;
use super::keys::{OrgKeys, kinds_of};
use super::names::{self, Name, NameMatch, Verdict};
use super::words::{is_initial, similarity};
use crate::domain::candidate::{Evidence, EvidenceKind};
use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::text::clean_to;

/// A local part of an org user's addresses.
#[derive(Debug, Clone, Default)]
pub struct Local {
    /// As it is written, without a tag.
    pub text: String,
    /// Letters only.
    pub login: String,
    /// Its words.
    pub words: Vec<String>,
}

/// An org user, prepared for comparing with many.
#[derive(Debug, Clone)]
pub struct OrgView<'a> {
    /// The user.
    pub user: &'a OrgUser,
    /// Addresses.
    pub keys: OrgKeys,
    /// The name.
    pub name: Name,
    /// Local parts of the addresses.
    pub locals: Vec<Local>,
    /// What kind of account it signs in with.
    pub kind: AccountKind,
}

impl<'a> OrgView<'a> {
    /// Prepares this user.
    pub fn of(user: &'a OrgUser) -> Self {
        let keys = OrgKeys::of(user);
        let mut locals: Vec<Local> = Vec::new();
        let texts = [Some(&user.principal_name), user.mail.as_ref()];
        for text in texts.into_iter().flatten() {
            let local = fold::local_part(text.trim()).split('+').next().unwrap_or_default();
            let login = fold::login_key(local);
            if !login.is_empty() && !locals.iter().any(|known| known.login == login) {
                locals.push(Local { text: fold::address_key(local), login, words: fold::words(local) });
            }
        }
        Self {
            user,
            keys,
            name: Name::of_display(&user.display_name),
            locals,
            kind: accounts::of_org_user(user),
        }
    }
}

/// What comparing one person with one tenant user gives.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Kinds in which the addresses agree, with the address, strongest first.
    pub addresses: Vec<(EvidenceKind, String)>,
    /// An address that agrees once its tag is taken off.
    pub tagged: Option<String>,
    /// The names.
    pub name: NameMatch,
    /// What kind of account the tenant user is.
    pub kind: AccountKind,
    /// How alike the local parts are, 0 to 1, and which.
    pub local: Option<LocalMatch>,
    /// 0 to 1, before what the whole set knows.
    pub score: f32,
}

/// How two local parts agree.
#[derive(Debug, Clone)]
pub struct LocalMatch {
    /// 0 to 1.
    pub likeness: f32,
    /// Of the person.
    pub own: String,
    /// What it agrees with.
    pub with: LocalWith,
}

/// What a local part agrees with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalWith {
    /// The local part of an address.
    Local(String),
    /// The mail nickname or the on-premises account name.
    Alias(String),
    /// The name: `jsmith` is made of John Smith.
    Name,
}

/// Compares.
pub fn compare(person: &OrgView<'_>, user: &TenantUser) -> Compared {
    let mut addresses: Vec<(EvidenceKind, String)> = Vec::new();
    for key in person.keys.iter() {
        for kind in kinds_of(user, key) {
            // the main mail is always the main proxy address as well
            let repeats = kind == EvidenceKind::ProxyAddress
                && addresses
                    .iter()
                    .any(|(known, at)| at == key && matches!(known, EvidenceKind::Upn | EvidenceKind::Mail));
            if !repeats {
                addresses.push((kind, key.to_owned()));
            }
        }
    }
    addresses.sort_by_key(|(kind, _)| *kind);
    let tagged = person
        .keys
        .iter()
        .find(|key| fold::without_tag(key).is_some_and(|bare| !kinds_of(user, &bare).is_empty()));
    let kind = accounts::of_tenant_user(user);
    let tenant_name = Name::of_tenant(user);
    let mut name = names::compare(&person.name, &tenant_name);
    name = look_further(name, person, user, &tenant_name, &addresses);
    let local = compare_locals(person, user, &tenant_name);
    let mut compared =
        Compared { addresses, tagged: tagged.map(str::to_owned), name, kind, local, score: 0.0 };
    compared.score = score(&compared, person, user);
    compared
}

/// Where the names in the name fields say nothing (two scripts) or only doubt, the local parts of *other* addresses may:
/// `kenta.sato@` beside 佐藤 健太. And a login that spells the tenant user's whole name keeps a familiar form from being a
/// contradiction: Bob signs in as `robert.smith@`.
fn look_further(
    found: NameMatch,
    person: &OrgView<'_>,
    user: &TenantUser,
    tenant_name: &Name,
    addresses: &[(EvidenceKind, String)],
) -> NameMatch {
    match found.verdict {
        Verdict::Unknown => {
            let upn = user.decoded_guest_address().unwrap_or_else(|| user.user_principal_name().to_string());
            let key = fold::address_key(&upn);
            let same_address =
                addresses.iter().any(|(_, own)| fold::local_part(own) == fold::local_part(&key));
            if person.name.is_empty() {
                return found;
            }
            let spelled = Name::of_local_part(fold::local_part(&key));
            let by_local = names::compare(&person.name, &spelled);
            match by_local.verdict {
                Verdict::Agrees if spelled.words().count() > 1 => NameMatch {
                    verdict: Verdict::Fits,
                    score: (by_local.score * 0.9).max(found.score),
                    ..found
                },
                Verdict::Contradicts if !same_address && spelled.words().count() > 1 => {
                    NameMatch { verdict: Verdict::Doubt, ..found }
                }
                _ => found,
            }
        }
        Verdict::Contradicts if found.score >= 0.4 => {
            let spelled = person.locals.iter().any(|local| {
                let own = Name::of_local_part(&local.text);
                own.words().filter(|word| !is_initial(word)).count() > 1
                    && names::compare(&own, tenant_name).verdict == Verdict::Agrees
            });
            if spelled { NameMatch { verdict: Verdict::Doubt, ..found } } else { found }
        }
        _ => found,
    }
}

/// The best agreement of any local part of the person with any login or the name of the tenant user.
fn compare_locals(person: &OrgView<'_>, user: &TenantUser, tenant_name: &Name) -> Option<LocalMatch> {
    let mut best: Option<LocalMatch> = None;
    let mut offer = |likeness: f32, own: &str, with: LocalWith| {
        if best.as_ref().is_none_or(|so_far| likeness > so_far.likeness) {
            best = Some(LocalMatch { likeness, own: own.to_owned(), with });
        }
    };
    for own in person.locals.iter().filter(|local| local.login.len() >= 3) {
        for_each_login(user, |theirs| {
            let login = fold::login_key(theirs);
            if login.len() < 3 {
                return;
            }
            let likeness = if login == own.login {
                // the same letters; other digits or separators are a little less
                if fold::address_key(theirs) == own.text { 0.95 } else { 0.88 }
            } else if login.len() >= 6 && own.login.len() >= 6 {
                let likeness = similarity(&login, &own.login);
                if likeness >= 0.85 { likeness * 0.8 } else { 0.0 }
            } else {
                0.0
            };
            if likeness > 0.0 {
                let text = fold::address_key(theirs);
                let alias = user.mail_nickname().is_some_and(|alias| fold::address_key(alias) == text)
                    && fold::local_part(&user.user_principal_name().to_lowercase()) != text;
                offer(
                    likeness,
                    &own.text,
                    if alias { LocalWith::Alias(text) } else { LocalWith::Local(text) },
                );
            }
        });
        let spelled = Name::of_local_part(&own.text);
        let by_name = names::compare(&spelled, tenant_name);
        let whole = spelled.words().filter(|word| !is_initial(word)).count() > 1;
        let likeness = match by_name.verdict {
            Verdict::Agrees if whole || own.login.len() >= 7 => 0.88 * by_name.score,
            Verdict::Agrees | Verdict::Fits => 0.72 * by_name.score,
            Verdict::Doubt if whole => 0.5 * by_name.score,
            _ => 0.0,
        };
        if likeness >= 0.25 {
            offer(likeness, &own.text, LocalWith::Name);
        }
    }
    best
}

/// How much speaks for the pair, all in all. Addresses first, then names together with local parts; what contradicts takes
/// away; an account that is not a person's first one comes after one that is.
fn score(compared: &Compared, person: &OrgView<'_>, user: &TenantUser) -> f32 {
    let local = compared.local.as_ref().map_or(0.0, |local| local.likeness);
    // the same login, long enough to be nobody else's by chance, is worth more than one that is merely like it
    let same_login = local >= 0.87 && compared.local.as_ref().is_some_and(|local| local.own.len() >= 6);
    let name = compared.name.score.max(name_by_login(compared, person, user));
    let by_names = 1.0 - (1.0 - 0.80 * name) * (1.0 - if same_login { 0.7 } else { 0.55 } * local);
    let by_names = match compared.name.verdict {
        Verdict::Contradicts if same_login => by_names * 0.6,
        Verdict::Contradicts => by_names * 0.35,
        Verdict::Doubt if same_login => by_names * 0.9,
        Verdict::Doubt => by_names * 0.8,
        _ => by_names,
    };
    let by_address = compared
        .addresses
        .iter()
        .map(|(kind, key)| address_worth(*kind, key, person))
        .fold(0.0_f32, f32::max);
    let by_address = by_address.max(if compared.tagged.is_some() { 0.9 } else { 0.0 });
    let by_address = match compared.name.verdict {
        Verdict::Contradicts => by_address * 0.45,
        Verdict::Doubt => by_address * 0.9,
        Verdict::Unknown => by_address * 0.97,
        _ => by_address,
    };
    // among equal addresses the better name comes first
    let mut score = if by_address > 0.0 { by_address.max(by_names) + 0.01 * by_names } else { by_names };
    let differs = compared.kind != person.kind;
    score *= match compared.kind {
        AccountKind::Administration if differs => 0.85,
        AccountKind::Shared | AccountKind::Service if differs => 0.6,
        _ => 1.0,
    };
    if user.enabled == Some(false) {
        score *= 0.94;
    }
    if user.deleted {
        score *= 0.9;
    }
    if user.pending {
        score *= 0.97;
    }
    (score.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
}

/// How well the person's name fits what the tenant user's login spells: people whom the directory calls Aoife sign in as
/// `eva.macdonald`.
fn name_by_login(compared: &Compared, person: &OrgView<'_>, user: &TenantUser) -> f32 {
    if compared.name.verdict == Verdict::Agrees || person.name.is_empty() {
        return 0.0;
    }
    let decoded = user.decoded_guest_address();
    let spelled =
        Name::of_local_part(fold::local_part(decoded.as_deref().unwrap_or(user.user_principal_name())));
    let found = names::compare(&person.name, &spelled);
    match found.verdict {
        Verdict::Agrees | Verdict::Fits if !spelled.is_handle() => 0.85 * found.score,
        _ => 0.0,
    }
}

fn address_worth(kind: EvidenceKind, key: &str, person: &OrgView<'_>) -> f32 {
    let sign_in = person.keys.sign_in.as_deref() == Some(key);
    match kind {
        EvidenceKind::Upn if sign_in => 0.99,
        EvidenceKind::Upn | EvidenceKind::GuestUpn => 0.97,
        EvidenceKind::Mail => 0.96,
        EvidenceKind::ProxyAddress | EvidenceKind::OtherMail => 0.95,
        _ => 0.93,
    }
}

impl Compared {
    /// The evidence, strongest first, in words.
    pub fn evidence(&self, person: &OrgView<'_>, user: &TenantUser) -> Vec<Evidence> {
        let mut found: Vec<Evidence> = Vec::new();
        for (kind, key) in &self.addresses {
            let which = if person.keys.sign_in.as_ref() == Some(key) {
                "the sign-in address"
            } else {
                "the mail address"
            };
            let key = clean_to(key, 120);
            let detail = match kind {
                EvidenceKind::Upn => format!("{which} {key} equals the userPrincipalName"),
                EvidenceKind::Mail => format!("{which} {key} is the mail"),
                EvidenceKind::OtherMail => format!("{which} {key} is another mail"),
                EvidenceKind::ProxyAddress => format!("{which} {key} is an alias (smtp proxy address)"),
                EvidenceKind::GuestUpn => {
                    format!("{which} {key} is the address that the guest was invited with")
                }
                _ => format!("{which} {key} is a sign-in identity"),
            };
            found.push(Evidence { kind: *kind, detail });
        }
        if let Some(key) = self.tagged.as_ref().filter(|_| self.addresses.is_empty()) {
            let detail = format!("{} without its +tag is an address of this user", clean_to(key, 120));
            found.push(Evidence { kind: EvidenceKind::LocalPart, detail });
        }
        if let Some(detail) = names::words_for(&self.name, &person.user.display_name, user.display_name()) {
            found.push(Evidence { kind: EvidenceKind::Name, detail });
        }
        if self.addresses.is_empty()
            && self.tagged.is_none()
            && let Some(local) = &self.local
        {
            let own = clean_to(&local.own, 80);
            let (kind, detail) = match &local.with {
                LocalWith::Local(other) if *other == local.own => {
                    (EvidenceKind::LocalPart, format!("{own} stands before the @ on both sides"))
                }
                LocalWith::Local(other) => {
                    (EvidenceKind::LocalPart, format!("{own} is nearly {}", clean_to(other, 80)))
                }
                LocalWith::Alias(other) => {
                    (EvidenceKind::Alias, format!("{own} is the account name {}", clean_to(other, 80)))
                }
                LocalWith::Name => (
                    EvidenceKind::LocalPart,
                    format!("{own} is made of the name {}", clean_to(user.display_name(), 80)),
                ),
            };
            found.push(Evidence { kind, detail });
        }
        found
    }

    /// Whether an address agrees that may count for the safe class (the glossary's list: a sign-in identity is not in it).
    pub fn has_safe_address(&self) -> bool {
        self.addresses.iter().any(|(kind, _)| {
            matches!(
                kind,
                EvidenceKind::Upn
                    | EvidenceKind::Mail
                    | EvidenceKind::OtherMail
                    | EvidenceKind::ProxyAddress
                    | EvidenceKind::GuestUpn
            )
        })
    }
}
