//! `--papers DIR`: lays the documents of a folder as dak on the desks of the district and its
//! tehsils, in turn. It reads the folder and changes nothing in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::browser::Upload;
use super::folder::Marker;
use super::lay::{Browsers, Dak, diarise};
use super::progress::Progress;
use super::work::iso;

/// Documents laid; more would make the first start long and the desks no fuller to look at.
const DOCUMENTS_MAX: usize = 200;

/// Bytes of one document; the nodes take 25 MiB.
const DOCUMENT_BYTES_MAX: u64 = 25 * 1024 * 1024;

/// Letters of a subject; the diary form takes more, a desk shows less.
const SUBJECT_CHARS: usize = 160;

/// Who diarises.
const CLERKS: [&str; 3] = ["district.dispatch_clerk", "depalpur.dispatch_clerk", "mhow.dispatch_clerk"];

/// What was found in the folder.
struct Found {
    taken: Vec<PathBuf>,
    others: usize,
}

/// Lays them, and says how many and why some were not.
///
/// # Errors
/// A folder that cannot be read, or clerks who cannot sign in.
pub fn lay(marker: &Marker, dir: &Path, say: &Progress) -> anyhow::Result<()> {
    let Found { taken, others } = find(dir)?;
    let browsers = Browsers::new(marker);
    let refused: Vec<String> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..CLERKS.len())
            .map(|turn| {
                let (taken, browsers) = (&taken, &browsers);
                scope.spawn(move || {
                    lay_turn(browsers, CLERKS[turn], taken.iter().skip(turn).step_by(CLERKS.len()))
                })
            })
            .collect();
        let ends =
            clerks.into_iter().map(|clerk| clerk.join().map_err(|_| anyhow!("a thread ended early"))?);
        ends.collect::<anyhow::Result<Vec<_>>>().map(|refused| refused.concat())
    })?;
    for why in &refused {
        say.step(&format!("Not taken: {why}"));
    }
    let laid = taken.len() - refused.len();
    say.step(&format!("{laid} documents of {} are diarised; {others} others were left out.", dir.display()));
    Ok(())
}

fn lay_turn<'a>(
    browsers: &Browsers<'_>,
    clerk: &str,
    paths: impl Iterator<Item = &'a PathBuf>,
) -> anyhow::Result<Vec<String>> {
    let mut refused = Vec::new();
    for path in paths {
        let done = browsers.with(clerk, |browser| {
            let bytes = fs::read(path)?;
            let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
            let dak = Dak {
                from: &name.chars().take(SUBJECT_CHARS).collect::<String>(),
                subject: &subject(path, &bytes),
                date: &iso(0),
                letter_number: "",
                urgency: "ordinary",
            };
            diarise(browser, &dak, Some(Upload { name: &name, bytes: &bytes })).map(drop)
        });
        if let Err(why) = done {
            refused.push(format!("{}: {why:#}", path.display()));
        }
    }
    Ok(refused)
}

/// Documents by name, and the number of everything else.
fn find(dir: &Path) -> anyhow::Result<Found> {
    let mut found = Found { taken: Vec::new(), others: 0 };
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry?.path();
        let kind = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase).unwrap_or_default();
        let fits =
            fs::metadata(&path).is_ok_and(|about| about.is_file() && about.len() <= DOCUMENT_BYTES_MAX);
        if fits && ["txt", "pdf", "png", "jpg", "jpeg"].contains(&kind.as_str()) {
            found.taken.push(path);
        } else {
            found.others += 1;
        }
    }
    found.taken.sort();
    found.others += found.taken.len().saturating_sub(DOCUMENTS_MAX);
    found.taken.truncate(DOCUMENTS_MAX);
    Ok(found)
}

/// The first line of a text, else the name.
fn subject(path: &Path, bytes: &[u8]) -> String {
    let is_text = path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("txt"));
    let text = std::str::from_utf8(bytes).ok().filter(|_| is_text).unwrap_or_default();
    let text = text.trim_start_matches('\u{feff}');
    let name = path.file_stem().map(OsStr::to_string_lossy).unwrap_or_default();
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(&name);
    let plain: String =
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SUBJECT_CHARS).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{DOCUMENTS_MAX, find, subject};

    #[test]
    fn the_subject_is_the_first_line_or_the_name() {
        assert_eq!(subject(Path::new("a/b.txt"), "\u{feff}\n\n  विषय:\tसड़क \nमहोदय".as_bytes()), "विषय: सड़क");
        assert_eq!(subject(Path::new("a/road plan.pdf"), b"%PDF-1.7 x"), "road plan");
        assert_eq!(subject(Path::new("a/empty.txt"), b""), "empty");
    }

    #[test]
    fn more_than_the_bound_and_other_kinds_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        for index in 0..DOCUMENTS_MAX + 3 {
            std::fs::write(dir.path().join(format!("{index}.TXT")), "x").unwrap();
        }
        std::fs::write(dir.path().join("x.doc"), "x").unwrap();
        let found = find(dir.path()).unwrap();
        assert_eq!((found.taken.len(), found.others), (DOCUMENTS_MAX, 4));
    }
}
