//! The values that are chosen from a short list, each with the one spelling it has in the file.

use std::fmt;

/// A setting that is one of a few words.
pub(super) trait Choice {
    /// All words, in the order in which they are listed to people.
    fn words(&self) -> Vec<&'static str>;
    /// The word chosen now.
    fn word(&self) -> &'static str;
    /// Chooses by word; false if it is none of them.
    fn choose(&mut self, word: &str) -> bool;
}

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident, default $default:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// Every choice, in the order in which they are listed to people.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it in the configuration file.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Choice for $name {
            fn words(&self) -> Vec<&'static str> {
                Self::ALL.iter().map(|choice| choice.as_str()).collect()
            }

            fn word(&self) -> &'static str {
                self.as_str()
            }

            fn choose(&mut self, word: &str) -> bool {
                let found = Self::ALL.iter().find(|choice| choice.as_str() == word);
                if let Some(choice) = found {
                    *self = *choice;
                }
                found.is_some()
            }
        }
    };
}

choices! {
    /// `connection.goal`: what is to become of the organization.
    Goal, default Auto {
        /// Connect, or switch to another tenant, by what backs the organization now.
        Auto = "auto",
        /// Take the organization off its tenant.
        Disconnect = "disconnect",
    }
}

choices! {
    /// `credentials.azure_devops.kind`: how the program signs in to Azure DevOps.
    AzureDevOpsKind, default Pat {
        /// A personal access token from an environment variable.
        Pat = "pat",
        /// `az account get-access-token`.
        AzureCli = "azure-cli",
        /// The sign-in of `[credentials.entra]`, asked for a token for Azure DevOps.
        Entra = "entra",
        /// A command that prints the token.
        Command = "command",
    }
}

choices! {
    /// `credentials.azure_devops.after_connect`: how it signs in once the destination backs the organization.
    AfterConnect, default Entra {
        /// The sign-in of `[credentials.entra]`.
        Entra = "entra",
        /// The same way as before.
        Same = "same",
        /// `az account get-access-token`.
        AzureCli = "azure-cli",
        /// The command in `after_command`.
        Command = "command",
    }
}

choices! {
    /// `credentials.entra.kind`: how the program signs in to the destination tenant, for Microsoft Graph.
    EntraKind, default AzureCli {
        /// `az account get-access-token`.
        AzureCli = "azure-cli",
        /// A code typed into a browser elsewhere.
        DeviceCode = "device-code",
        /// The secret of an app registration, from an environment variable.
        ClientSecret = "client-secret",
        /// The certificate of an app registration, with its key.
        Certificate = "certificate",
        /// An assertion that another identity provider issued for an app registration.
        Federated = "federated",
        /// A command that prints a bearer token for Microsoft Graph.
        Command = "command",
        /// Such a token from an environment variable.
        Env = "env",
    }
}

choices! {
    /// `apply.route`: which call sets a mapping.
    Route, default PerUser {
        /// The documented call, one person each.
        PerUser = "per-user",
        /// The portal's own call, 20 people each; not documented.
        Batch = "batch",
    }
}

choices! {
    /// `ui.theme`: the colours.
    Theme, default Auto {
        /// By what the terminal says about itself.
        Auto = "auto",
        /// For dark backgrounds.
        Dark = "dark",
        /// For light backgrounds.
        Light = "light",
        /// Only the terminal's own 16 colours.
        Ansi = "ansi",
        /// No colour at all.
        Mono = "mono",
    }
}

choices! {
    /// `ui.glyphs`: which characters draw lines and marks.
    Glyphs, default Unicode {
        /// Box drawing and symbols.
        Unicode = "unicode",
        /// Plain ASCII, for terminals and fonts without them.
        Ascii = "ascii",
    }
}

choices! {
    /// `ui.links`: whether addresses that the program made itself can be clicked (OSC 8).
    Links, default Auto {
        /// Where the terminal is known to take them; never through tmux or screen.
        Auto = "auto",
        /// Everywhere.
        Always = "always",
        /// Nowhere.
        Never = "never",
    }
}
