//! Checks the texts of the pages before anything is compiled.
//!
//! The build stops when a message lacks one of the two languages, when the two ask for different
//! placeholders, or when a template or a page source names a message that does not exist. A missing
//! word is then found by the person who forgot it, not by an officer on Monday. This never changes
//! a file.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource};

/// Message name to the placeholders it asks for.
type Messages = BTreeMap<String, BTreeSet<String>>;

const LANGUAGES: [&str; 2] = ["locales/hi.ftl", "locales/en.ftl"];
const SOURCES: [&str; 2] = ["templates", "src/web"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut faults = Vec::new();
    let hindi = messages(LANGUAGES[0], &mut faults)?;
    let english = messages(LANGUAGES[1], &mut faults)?;
    compare(&hindi, &english, &mut faults);
    for root in SOURCES {
        println!("cargo::rerun-if-changed={root}");
        for path in files_below(Path::new(root))? {
            let source = fs::read_to_string(&path)?;
            check_uses(&path, &source, &hindi, &mut faults);
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &faults {
        println!("cargo::error={fault}");
    }
    Err(format!("{} faults in the texts of the pages", faults.len()).into())
}

fn messages(path: &str, faults: &mut Vec<String>) -> Result<Messages, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={path}");
    let source = fs::read_to_string(path)?;
    let resource: Resource<String> = match fluent_syntax::parser::parse(source) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            faults.extend(errors.iter().map(|e| format!("{path}: {e}")));
            resource
        }
    };
    let mut found = Messages::new();
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                let mut names = BTreeSet::new();
                match &message.value {
                    Some(pattern) => placeholders(pattern, &mut names),
                    None => faults.push(format!("{path}: {} has no text", message.id.name)),
                }
                if found.insert(message.id.name.clone(), names).is_some() {
                    faults.push(format!("{path}: {} is written twice", message.id.name));
                }
            }
            Entry::Junk { content } => faults.push(format!("{path}: not readable: {content}")),
            _ => {}
        }
    }
    Ok(found)
}

fn placeholders(pattern: &Pattern<String>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            of_expression(expression, names);
        }
    }
}

fn of_expression(expression: &Expression<String>, names: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => of_inline(inline, names),
        Expression::Select { selector, variants } => {
            of_inline(selector, names);
            for variant in variants {
                placeholders(&variant.value, names);
            }
        }
    }
}

fn of_inline(inline: &InlineExpression<String>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name.clone());
        }
        InlineExpression::Placeable { expression } => of_expression(expression, names),
        _ => {}
    }
}

fn compare(hindi: &Messages, english: &Messages, faults: &mut Vec<String>) {
    for (name, asked) in hindi {
        match english.get(name) {
            None => faults.push(format!("{name}: no English text")),
            Some(other) if other != asked => {
                faults.push(format!("{name}: placeholders differ: {asked:?} and {other:?}"));
            }
            Some(_) => {}
        }
    }
    for name in english.keys().filter(|name| !hindi.contains_key(*name)) {
        faults.push(format!("{name}: no Hindi text"));
    }
}

/// Looks for `t.s("name")` (no placeholder), `t.n("name", ..)` (`$n`), `t.a("name", "x", ..)`
/// (`$x`), `t.b(..)` (two placeholders) and `key("name")` (any).
fn check_uses(path: &Path, source: &str, known: &Messages, faults: &mut Vec<String>) {
    for opening in ["t.s(\"", "t.n(\"", "t.a(\"", "t.b(\"", "key(\""] {
        for (at, _) in source.match_indices(opening) {
            let before = source[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let mut rest = source[at + opening.len()..].split('"');
            let name = rest.next().unwrap_or_default();
            let Some(asked) = known.get(name) else {
                faults.push(format!("{}: no text is called {name}", path.display()));
                continue;
            };
            let given: Option<Vec<&str>> = match opening {
                "t.s(\"" => Some(Vec::new()),
                "t.n(\"" => Some(vec!["n"]),
                "t.a(\"" => rest.nth(1).map(|name| vec![name]),
                _ => None,
            };
            if given.is_some_and(|given| !asked.iter().eq(given.iter())) {
                faults.push(format!("{}: {name} asks for {asked:?}", path.display()));
            }
        }
    }
}

fn files_below(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else if path.extension().is_some_and(|e| e == "html" || e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
