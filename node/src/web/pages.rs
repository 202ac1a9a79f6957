//! The officers' pages: plain data in, HTML out.
//!
//! Each screen is a context struct with a template of the same name in `templates/`; a handler
//! fills the struct and calls `render()`. Every page is complete without scripts: links and POST
//! forms carry everything, and the scripts in `frontend/` only make it quicker. Every context has
//! a sample, and a test renders all samples in both languages.
//!
//! This never reads storage, a clock or the network, decides no rule, and knows no protocol types:
//! ids are the strings of URLs, times are milliseconds since 1970 UTC.

pub mod assets;
pub mod confirm;
pub mod desk;
pub mod diarise;
pub mod entry;
pub mod file;
pub mod frame;
pub mod intake;
pub mod inward;
pub mod many;
pub mod note_text;
pub mod office_safety;
pub mod people;
pub mod problem;
pub mod put_in_file;
pub mod search;
pub mod send;
pub mod settings;
pub mod tray;
pub mod waiting;
pub mod where_is_it;
pub mod words;

#[cfg(test)]
mod tests;
