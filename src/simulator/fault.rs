//! The switches: everything that the simulator does differently on request.
//!
//! One table. The first half are faults (a network or a service that misbehaves), the second half are the places
//! where nobody has published what the real service does, so that a client must be right either way ("tolerate
//! both" of the research notes), and starting positions that make one prerequisite fail. Every switch has a name
//! for the command line, may be set at the start, and may be turned on and off while the simulator runs.

use std::{fmt, str::FromStr};

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// A switch of the simulator. See the module's documentation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Fault {
            /// Every switch there is, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// One line about what the switch does.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_start(),)+ }
            }
        }
    };
}

faults! {
    /// After some requests to a service, 429 with `Retry-After` in seconds until that time is over.
    Throttle = "throttle",
    /// As `throttle`, with `Retry-After` as an HTTP date.
    ThrottleDate = "throttle-date",
    /// As `throttle`, without any header that says how long.
    ThrottleSilent = "throttle-silent",
    /// As `throttle`, with a `Retry-After` that is no time at all.
    ThrottleGarbage = "throttle-garbage",
    /// As `throttle`, in milliseconds: `retry-after-ms` and `x-ms-retry-after-ms`.
    ThrottleMs = "throttle-ms",
    /// As `throttle`, but told to wait for ten years.
    ThrottleAges = "throttle-ages",
    /// Every now and then a good answer carries `Retry-After` and an empty rate-limit budget.
    ThrottleOn200 = "throttle-on-200",
    /// Every third read is cut off in the middle of its body by a connection reset.
    Reset = "reset",
    /// There is no connection: every request is cut off before anything is answered, and nothing happens.
    Offline = "offline",
    /// Every third read answers half a JSON document under a correct Content-Length.
    Truncate = "truncate",
    /// Every fifth request waits for nearly a second.
    Slow = "slow",
    /// Every seventh read sends a few bytes and then nothing for two minutes.
    Stall = "stall",
    /// Every seventh read arrives in sixteen pieces, a tenth of a second apart.
    Trickle = "trickle",
    /// About a third of all requests answer 500, 502, 503 or 504, chosen by the seed.
    ServerErrors = "server-errors",
    /// Azure DevOps answers every request with a 203 sign-in page.
    SignInPage = "sign-in-page",
    /// Azure DevOps redirects every request to a sign-in page.
    SignInRedirect = "sign-in-redirect",
    /// Every credential is refused as expired, each service in its own way.
    ExpiredCredential = "expired-credential",
    /// The page token of a tenant listing is refused as expired, twice.
    ExpiredPageToken = "expired-page-token",
    /// Every page names the same next page.
    RepeatedToken = "repeated-token",
    /// The second page names the first one as its next.
    CyclingTokens = "cycling-tokens",
    /// Each page begins with the last row of the one before.
    OverlappingPages = "overlapping-pages",
    /// The last page comes again and again, each time with a new token.
    EndlessPages = "endless-pages",
    /// The tenant listing's next link points to another host.
    ForeignNextLink = "foreign-next-link",
    /// Every second page is empty and still names a next one.
    EmptyPages = "empty-pages",
    /// Pages are shorter than they could be, each differently.
    ShortPages = "short-pages",
    /// JSON answers of Azure DevOps begin with a byte-order mark.
    Bom = "bom",
    /// Every fifth request answers an HTML error page with status 200.
    HtmlError = "html-error",
    /// Lists answer a small gzip body that unpacks to a gigabyte.
    GzipBomb = "gzip-bomb",
    /// Lists answer one page of more than 100 MiB.
    OversizedPage = "oversized-page",
    /// Lists answer brackets within brackets, a hundred thousand deep.
    DeepJson = "deep-json",
    /// The status page says that core services are degraded.
    HealthDegraded = "health-degraded",

    /// User entitlements come as `members` instead of `items`.
    MembersNotItems = "members-not-items",
    /// The entitlement list carries its rows twice, as `members` and as `items`.
    MembersAndItems = "members-and-items",
    /// The graph user list applies `subjectTypes` after paging, so that pages are short or empty.
    FilterAfterPaging = "filter-after-paging",
    /// The two headers of the tenant probe name different tenants.
    BothTenantHeadersDiffer = "both-tenant-headers-differ",
    /// The tenant probe answers several values in its tenant header.
    SeveralTenantValues = "several-tenant-values",
    /// A Microsoft-account organization answers the probe with a bearer header that names the zero tenant.
    ZeroTenantBearer = "zero-tenant-bearer",
    /// The tenant probe answers without any tenant header.
    NoTenantHeaders = "no-tenant-headers",
    /// Values of metaType that are not in the documentation.
    OddMetaTypes = "odd-meta-types",
    /// A mapping answers 201 with Location instead of 200.
    Patch201 = "patch-201",
    /// A refused mapping answers a bare JSON string instead of the standard error object.
    PatchStringError = "patch-string-error",
    /// A mapping (or a batch of them) is carried out, but its answer never comes.
    PatchUnknown = "patch-unknown",
    /// Every mapping, invitation and removal is carried out, but its answer never comes.
    ChangesUnheard = "changes-unheard",
    /// The connection dies before any mapping, invitation or removal is carried out.
    ChangesLost = "changes-lost",
    /// Every third mapping fails with status 500 and changes nothing.
    PatchFailsEveryN = "patch-fails-every-n",
    /// Every mapping is refused with 403: administrator rights are not enough.
    PatchForbidden = "patch-forbidden",
    /// A mapping by an access token is refused with 401: the service needs a directory token of the caller.
    PatchNeedsEntraToken = "patch-needs-entra-token",
    /// A mapping by principalName is accepted as well.
    PatchAcceptsPrincipalName = "patch-accepts-principal-name",
    /// A mapping onto an active member is not refused: it strips that member silently.
    ActiveTargetStrips = "active-target-strips",
    /// The undocumented batch mapping is available.
    BatchMapping = "batch-mapping",
    /// Removing a person answers 204 instead of 200.
    Delete204 = "delete-204",
    /// Storage keys change on connecting and on mapping.
    KeysChange = "keys-change",
    /// Connecting takes access away, as it sometimes does: a group of one person, a subscription, a connection, an agent.
    ConnectLosesAccess = "connect-loses-access",
    /// Connecting maps guests of the tenant by their external address, too.
    ConnectMapsGuests = "connect-maps-guests",
    /// The operator's access token stops working the moment the organization's directory changes.
    PatDiesAtConnect = "pat-dies-at-connect",
    /// Changes in the tenant reach its lists and Azure DevOps late.
    LateEntra = "late-entra",
    /// The portal connects to another tenant than the one that was chosen.
    WrongDirectory = "wrong-directory",
    /// The portal refuses to connect: several active identities have one sign-in name.
    ConnectRefused = "connect-refused",
    /// The delta token of the tenant's users is refused with 410.
    DeltaExpired = "delta-expired",
    /// The delta token of the tenant's users is refused with 400: older than 30 days.
    DeltaTooOld = "delta-too-old",
    /// Each round of changes tells the last ones of the round before again, and everybody twice.
    DeltaReplays = "delta-replays",
    /// A changed user comes with the id and what changed, and nothing else.
    DeltaSparse = "delta-sparse",
    /// There are no delta queries, as in external tenants.
    NoDelta = "no-delta",
    /// Inviting somebody again who is a guest already is refused.
    InviteAgainRefused = "invite-again-refused",
    /// An invitation is refused with 401 and the code Unauthorized: a permission is missing, no token is expired.
    InviteUnauthorized = "invite-unauthorized",
    /// An invitation is refused by the tenant's list of allowed or blocked domains.
    InviteDomainBlocked = "invite-domain-blocked",
    /// An invitation is refused by the cross-tenant access settings.
    InviteCrossTenant = "invite-cross-tenant",
    /// An invitation is refused because the address is that of a group.
    InviteGroupAddress = "invite-group-address",
    /// An invitation is refused because a contact of the tenant has the address as a proxy address.
    InviteProxyConflict = "invite-proxy-conflict",
    /// An invitation fails with 500 and nothing happens.
    InviteHiccup = "invite-hiccup",
    /// An invitation is carried out, but its answer never comes.
    InviteUnknown = "invite-unknown",
    /// A batch of mappings does not report the rows that failed.
    BatchSilent = "batch-silent",

    /// The destination tenant is in the US Government cloud.
    GovernmentTenant = "government-tenant",
    /// The destination tenant is in the cloud of China.
    ChinaTenant = "china-tenant",
    /// Nobody may read the authorization policy.
    NoPolicyPermission = "no-policy-permission",
    /// The tenant's users may not be listed.
    NoGraphPermission = "no-graph-permission",
    /// Deleted users of the tenant may not be read.
    NoDeletedPermission = "no-deleted-permission",
    /// Groups and memberships of the organization may not be read.
    NoPcaPermission = "no-pca-permission",
    /// The organization's owner may not be read.
    NoOwnerPermission = "no-owner-permission",
    /// Identities may not be searched.
    NoIdentityPermission = "no-identity-permission",
    /// Projects, service connections and agents may not be read.
    NoResourcesPermission = "no-resources-permission",
    /// The audit log may not be read.
    NoAuditPermission = "no-audit-permission",
    /// The members of one group cannot be read.
    OneGroupUnreadable = "one-group-unreadable",
    /// The operator is not an administrator of the organization.
    OperatorNotPca = "operator-not-pca",
    /// The account that reads the tenant is a guest there.
    MeIsGuest = "me-is-guest",
    /// A group of the tenant is a member of the administrators' group.
    EntraGroupPca = "entra-group-pca",
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A switch was named that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault {asked:?}; the nearest is {nearest:?}. All of them: {all}", all = Fault::names())]
pub struct UnknownFault {
    asked: String,
    nearest: &'static str,
}

impl UnknownFault {
    /// The existing name that is most like the one asked for.
    pub fn nearest(&self) -> &'static str {
        self.nearest
    }
}

impl Fault {
    /// All names, separated by commas.
    pub fn names() -> String {
        let names: Vec<_> = Self::ALL.iter().map(|fault| fault.name()).collect();
        names.join(", ")
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let asked = text.trim().to_ascii_lowercase();
        if let Some(fault) = Self::ALL.iter().find(|fault| fault.name() == asked) {
            return Ok(*fault);
        }
        let nearest = Self::ALL
            .iter()
            .min_by_key(|fault| strsim::damerau_levenshtein(fault.name(), &asked))
            .map_or("throttle", |fault| fault.name());
        Err(UnknownFault { asked, nearest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_switch() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert!(!fault.about().is_empty());
        }
        let mut names: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Fault::ALL.len());
    }

    #[test]
    fn a_misspelt_name_is_told_the_nearest() {
        let error = "throtle".parse::<Fault>().unwrap_err();
        assert_eq!(error.nearest(), "throttle");
        assert!(error.to_string().contains("nearest is \"throttle\""), "{error}");
    }
}
