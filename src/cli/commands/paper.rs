//! What the papers have in common: where they go, and from what they are made.

use std::io::Read as _;
use std::path::Path;

use crate::cli::args::{Format, Language};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::work::{self, Work};
use crate::domain::papers::template::{LARGEST, Template, TemplateError};
use crate::domain::papers::{Material, announce};
use crate::tasks::{papers, runner};

/// Writes a paper as a private file, or to standard output for `-`.
pub async fn write(output: Output, file: &Path, text: String, force: bool) -> Result<(), Failure> {
    if file.as_os_str() == "-" {
        return output.data(|out| out.write_all(text.as_bytes()));
    }
    runner::write_file(file, text.into_bytes(), force).await.map_err(|problem| work::not_kept(&problem))?;
    output.say(&format!("Written to {}.", file.display()));
    Ok(())
}

/// A paper is a text of its own kind.
pub fn text_only(output: Output, command: &str) -> Result<(), Failure> {
    if output.format == Format::Text {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "`{command}` writes a document; leave --format away, the file's name says which form"
    )))
}

/// Everything that the store knows; an empty store is refused, because the paper would say nothing.
pub async fn material(work: &Work) -> Result<Material, Failure> {
    let material = papers::material(&work.session).await.map_err(|problem| work::not_kept(&problem))?;
    if material.is_empty() {
        return Err(Failure::new(
            Exit::Refused,
            format!(
                "the store knows nothing about {} yet: nothing was decided or sent from this state directory. Decide first \
                 (the dashboard, or `ado2entra plan accept-safe`), or name the right tenant and state directory",
                material.organization
            ),
        ));
    }
    Ok(material)
}

/// Whether a report is written as HTML; anything but HTML and Markdown is refused.
pub fn is_html(file: &Path) -> Result<bool, Failure> {
    match ending(file).as_str() {
        _ if file.as_os_str() == "-" => Ok(false),
        "html" | "htm" => Ok(true),
        "md" | "markdown" => Ok(false),
        _ => Err(Failure::usage("a report is written as .html or .md; give the file one of these endings")),
    }
}

/// How a file's name ends, in lower case.
pub fn ending(file: &Path) -> String {
    file.extension().map(|end| end.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// The language, as the papers name it.
pub fn language(language: Language) -> announce::Language {
    match language {
        Language::En => announce::Language::English,
        Language::De => announce::Language::German,
    }
}

/// The words of a file, or the built-in ones. Every mistake is named with its place.
pub fn template(
    file: Option<&Path>,
    built_in: &str,
    parse: impl Fn(&str) -> Result<Template, Vec<TemplateError>>,
) -> Result<Template, Failure> {
    let Some(path) = file else {
        return parse(built_in).map_err(|errors| Failure::usage(listed("the built-in words", &errors)));
    };
    let shown = path.display().to_string();
    let text = read(path).map_err(|said| Failure::usage(format!("reading the template {shown}: {said}")))?;
    parse(&text).map_err(|errors| Failure::usage(listed(&shown, &errors)))
}

fn listed(file: &str, errors: &[TemplateError]) -> String {
    let lines: Vec<String> = errors.iter().take(50).map(|error| format!("{file}:{error}")).collect();
    lines.join("\n")
}

fn read(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX);
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > LARGEST {
        return Err(format!("it is larger than {LARGEST} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}
