//! The daemon of one office, in layers. A module uses those below it in this list, never one above;
//! `web`, `api` and `jobs` never use each other. A test reads the `use` lines and holds us to it.

pub mod shutdown;

pub mod run;

pub mod http;

pub mod api;
pub mod jobs;
pub mod web;

pub mod app;

pub mod ledger;

pub mod keyring;
pub mod mark;
pub mod search;
pub mod store;

pub mod net;

pub mod observe;

pub mod clock;
pub mod config;
pub mod metrics;
