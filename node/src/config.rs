//! Settings of a node: `node.toml` in its data folder. Every key has a default with a reason;
//! unknown keys are refused, because a misspelt setting is a setting that somebody relies on.

mod calendar;
mod files;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use mohar_protocol::matter_text::cover::CASE_CODE_CHARS_MAX;
use serde::Deserialize;
use serde::de::Error as _;

pub use self::calendar::{CALENDAR_BYTES_MAX, Calendar};
pub use self::files::{FilesConfig, HeadConfig};

/// The documented example; `mohar-node --print-config` prints it.
pub const EXAMPLE: &str = include_str!("../../deploy/config/node.example.toml");

/// Bytes of a `node.toml`: 200 peers with sixteen addresses of 60 bytes.
const CONFIG_BYTES_MAX: usize = 256 * 1024;

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The data folder. Comes from the command line.
    #[serde(skip)]
    pub data: PathBuf,
    /// The officers' pages.
    pub web: WebConfig,
    /// The link to other nodes.
    pub net: NetConfig,
    /// Doors for auditors and monitoring.
    pub api: ApiConfig,
    /// The disk.
    pub store: StoreConfig,
    /// The daemon's log.
    pub log: LogConfig,
    /// Incoming letters.
    pub dak: DakConfig,
    /// Files.
    pub files: FilesConfig,
    /// Days on which the office works.
    pub calendar: CalendarConfig,
}

/// Days on which the office works.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarConfig {
    /// The text of holidays; relative to the data folder. Without it Saturdays and Sundays are free, and
    /// nothing else.
    pub holidays: PathBuf,
    /// What stands in it.
    #[serde(skip)]
    pub days: Calendar,
}

impl Default for CalendarConfig {
    fn default() -> Self {
        Self { holidays: PathBuf::from("holidays.txt"), days: Calendar::default() }
    }
}

/// The officers' pages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebConfig {
    /// Where the pages are served. Loopback, until somebody has put TLS in front.
    pub listen: SocketAddr,
    /// MiB of one uploaded paper: a scan of 60 pages at 200 dpi has 20.
    pub upload_mib: u16,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), upload_mib: 25 }
    }
}

/// The link to other nodes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetConfig {
    /// Multiaddresses to listen on. Loopback, until office IT opens the firewall on purpose.
    pub listen: Vec<String>,
    /// Multiaddresses under which others reach the node; where it listens when empty.
    pub announce: Vec<String>,
    /// Nodes to call besides those that directories name.
    pub peers: Vec<PeerConfig>,
}

impl Default for NetConfig {
    fn default() -> Self {
        Self { listen: vec!["/ip4/127.0.0.1/tcp/4001".to_owned()], announce: Vec::new(), peers: Vec::new() }
    }
}

/// A node that can be called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerConfig {
    /// Its transport key.
    #[serde(deserialize_with = "hex32")]
    pub transport: [u8; 32],
    /// Multiaddresses.
    pub addresses: Vec<String>,
}

/// Doors for auditors and monitoring.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// SHA-256 of the token with which an auditor may read log entries; nobody may when absent.
    #[serde(deserialize_with = "some_hex32")]
    pub audit_token_sha256: Option<[u8; 32]>,
}

/// The disk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// MiB of rows kept in memory. 64 MiB hold the desks and indexes of a large office and leave
    /// room on a machine of 1 GiB.
    pub cache_mib: u16,
    /// Folder of the mark of what was signed last; relative to the data folder. No backup may hold
    /// it, so it is better outside the data folder.
    pub mark: PathBuf,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { cache_mib: 64, mark: PathBuf::from("mark") }
    }
}

/// The daemon's log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// How a line looks.
    pub format: LogFormat,
    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter of the tracing crate.
    pub level: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// Incoming letters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DakConfig {
    /// The folder into which scanners and mail programs put what came in: below it one folder for each
    /// office of the node, with the office's code for a name. None is watched when absent.
    pub watch: Option<PathBuf>,
    /// Codes of the posts that see the inward register and what waits to be diarised; every post of
    /// the office when empty, because in a small office everybody diarises.
    pub registry_posts: Vec<String>,
    /// Typed cases: letters of a kind, with the working days in which they are due.
    pub cases: Vec<CaseConfig>,
}

/// A kind of letter with a due day of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseConfig {
    /// Stands in the signed cover; never changed once used. Lower-case letters, digits and hyphens.
    #[serde(deserialize_with = "case_code")]
    pub code: String,
    /// Its name in Hindi.
    pub hi: String,
    /// Its name in English.
    pub en: String,
    /// Working days, by the office's calendar, from the day of receipt until it is due.
    pub working_days: u16,
}

impl Default for DakConfig {
    fn default() -> Self {
        let case = |code: &str, hi: &str, en: &str, working_days| CaseConfig {
            code: code.to_owned(),
            hi: hi.to_owned(),
            en: en.to_owned(),
            working_days,
        };
        Self {
            watch: None,
            registry_posts: Vec::new(),
            cases: vec![
                case("dharna", "धरना-प्रदर्शन की अनुमति", "Permission for a dharna", 3),
                case("character", "चरित्र सत्यापन", "Character verification", 7),
            ],
        }
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why the settings cannot be used. Says where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The disk file cannot be read.
    #[error("{path}: cannot be read ({cause}); give the folder of the node with --data")]
    Unreadable {
        /// The disk file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The text is not as it should be.
    #[error("{path}, line {line}: {problem}; compare with `mohar-node --print-config` and start again")]
    Bad {
        /// The disk file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

impl Config {
    /// Reads `node.toml` in a data folder; all defaults when there is none.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(data: &Path) -> Result<Self, ConfigError> {
        let path = data.join("node.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && data.is_dir() => String::new(),
            Err(cause) => return Err(ConfigError::Unreadable { path, cause }),
        };
        let mut config = Self::parse(&text, &path)?;
        config.data = data.to_owned();
        config.calendar.days = calendar_of(&data.join(&config.calendar.holidays))?;
        Ok(config)
    }

    /// The folder of the marks.
    pub fn mark_folder(&self) -> PathBuf {
        self.data.join(&self.store.mark)
    }

    /// Reads settings from text; `path` is named in errors.
    ///
    /// # Errors
    /// [`ConfigError::Bad`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let bad = |line, problem: &str| ConfigError::Bad {
            path: path.to_owned(),
            line,
            problem: problem.to_owned(),
        };
        if text.len() > CONFIG_BYTES_MAX {
            return Err(bad(1, "longer than 256 KiB"));
        }
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start).min(text.len());
            let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
            bad(line, error.message().trim())
        })
    }
}

/// The calendar in a text; the mere week when there is none.
fn calendar_of(path: &Path) -> Result<Calendar, ConfigError> {
    let path = path.to_owned();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Calendar::default()),
        Err(cause) => return Err(ConfigError::Unreadable { path, cause }),
    };
    let bad =
        |line, problem: &str| ConfigError::Bad { path: path.clone(), line, problem: problem.to_owned() };
    if text.len() > CALENDAR_BYTES_MAX {
        return Err(bad(1, "longer than 240 KiB"));
    }
    Calendar::parse(&text).map_err(|(line, problem)| bad(line, problem))
}

fn hex32<'de, D: serde::Deserializer<'de>>(d: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(d)?;
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
    let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.ok_or_else(|| D::Error::custom("64 hexadecimal digits are expected here"))
}

fn some_hex32<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<[u8; 32]>, D::Error> {
    hex32(d).map(Some)
}

fn case_code<'de, D: serde::Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    let code = String::deserialize(d)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=CASE_CODE_CHARS_MAX).contains(&code.len()) && code.chars().all(fits) {
        return Ok(code);
    }
    Err(D::Error::custom("1 to 32 lower-case letters, digits and hyphens are expected here"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Config, EXAMPLE};

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("node.toml")).map_err(|e| e.to_string())
    }

    #[test]
    fn the_example_says_the_defaults() {
        assert_eq!(parse(EXAMPLE), Ok(Config::default()));
        assert_eq!(parse(""), Ok(Config::default()));
    }

    #[test]
    fn what_the_example_shows_in_comments_can_be_used() {
        let shown = EXAMPLE.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line));
        let config = parse(&shown.collect::<Vec<_>>().join("\n")).unwrap();
        assert_eq!(config.net.peers.len(), 1);
        assert!(config.api.audit_token_sha256.is_some());
        assert_eq!(config.net.announce.len(), 1);
        assert!(config.dak.watch.is_some());
    }

    #[test]
    fn the_code_of_a_case_has_no_spaces() {
        let error = parse("[[dak.cases]]\ncode = \"Dharna 1\"\nhi = \"\"\nen = \"\"\nworking_days = 1");
        assert!(error.unwrap_err().contains("line 2"));
    }

    #[test]
    fn holidays_are_read_from_the_data_folder_and_a_bad_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Config::load(folder.path()).unwrap().calendar.days, super::Calendar::default());
        std::fs::write(folder.path().join("holidays.txt"), "2026-11-20 अवकाश\n").unwrap();
        let config = Config::load(folder.path()).unwrap();
        assert_eq!(config.calendar.days.after("2026-11-19", 1).as_deref(), Some("2026-11-23"));
        std::fs::write(folder.path().join("holidays.txt"), "\n\n20.11.2026\n").unwrap();
        let error = Config::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("holidays.txt, line 3"), "{error}");
    }

    #[test]
    fn a_misspelt_key_is_refused_with_its_line_and_the_next_step() {
        let error = parse("[web]\nlisten = \"127.0.0.1:8080\"\nlitsen = 3\n").unwrap_err();
        assert!(error.contains("node.toml, line 3") && error.contains("litsen"), "{error}");
        assert!(error.contains("--print-config"), "{error}");
    }

    #[test]
    fn a_key_that_is_no_key_and_an_address_that_is_none_are_refused() {
        assert!(parse("[api]\naudit_token_sha256 = \"abc\"").unwrap_err().contains("line 2"));
        assert!(parse("[web]\n\nlisten = \"here\"").unwrap_err().contains("line 3"));
        assert!(parse("[[net.peers]]\ntransport = \"00\"\naddresses = []").unwrap_err().contains("line 2"));
    }
}
