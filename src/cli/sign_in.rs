//! A code that has to be typed into a browser, on standard error: where, until when, and what became of it.

use crate::domain::signin::{DeviceCode, SignInStep};
use crate::domain::text::clean;

/// What is said about a step; nothing where the command's own words say it.
pub fn words(step: &SignInStep) -> Option<String> {
    match step {
        SignInStep::CodeShown(code) => Some(prompt(code)),
        SignInStep::Done => Some("Signed in.".to_owned()),
        // The problem itself is told by whoever needed the token.
        SignInStep::Failed(_) | SignInStep::Ended => None,
    }
}

fn prompt(code: &DeviceCode) -> String {
    let mut lines = Vec::new();
    if let Some(because) = &code.again_because {
        lines.push(format!("The sign-in has to be renewed: {}", clean(because)));
    }
    lines.push(format!("To sign in to the tenant {}, open", clean(&code.tenant)));
    lines.push(format!("    {}", clean(&code.address)));
    lines.push(format!("in a browser on any machine, and type the code  {}", code.user_code));
    if !code.address_is_known {
        lines.push(
            "This is not one of the pages that Microsoft documents for codes: make sure that it is the right one first."
                .to_owned(),
        );
    }
    lines.push(format!(
        "Use a work account of that tenant. Asked for: {}. The code is good for {} minutes; Ctrl-C ends it.",
        code.permissions.join(", "),
        (code.seconds_left(code.shown_at) / 60).max(1)
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn the_prompt_says_where_what_and_how_long() {
        let now = Timestamp::UNIX_EPOCH;
        let mut code = DeviceCode {
            user_code: "ABCD-1234".into(),
            address: "https://microsoft.com/devicelogin".into(),
            address_is_known: true,
            tenant: "contoso.example".into(),
            permissions: vec!["User.Read".into(), "User.Read.All".into()],
            shown_at: now,
            ends_at: now + SignedDuration::from_mins(15),
            again_because: None,
        };
        let said = words(&SignInStep::CodeShown(code.clone())).unwrap();
        for part in [
            "ABCD-1234",
            "https://microsoft.com/devicelogin",
            "contoso.example",
            "15 minutes",
            "User.Read.All",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("make sure"));
        code.address_is_known = false;
        code.again_because = Some("the refresh token has expired".into());
        let said = words(&SignInStep::CodeShown(code)).unwrap();
        assert!(said.contains("make sure") && said.contains("has expired"), "{said}");
    }
}
