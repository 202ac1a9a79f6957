//! How much the search indexes know, and making them anew.

use mohar_protocol::control::{Response, SearchStatus};
use mohar_protocol::records::Records;

use super::{Api, No};

/// Answers [`mohar_protocol::control::Request::SearchStatus`].
pub fn status(api: &Api) -> Result<Response, No> {
    let snapshot = api.ledger.snapshot();
    let (records, registry) = (Records::new(&snapshot), api.ledger.registry());
    let mut offices = Vec::new();
    for office in api.ledger.hosted() {
        let size = api.search.office(&office).map(|index| index.size());
        offices.push(SearchStatus {
            office,
            path: registry
                .office(&office)
                .map_or_else(|_| String::new(), |register| register.path().to_owned()),
            log_size: records.log(&office)?.map_or(0, |log| log.frontier.size()),
            read: size.map_or(0, |size| size.position),
            begun_at: size.map_or(0, |size| size.begun_at),
            documents: size.map_or(0, |size| size.docs as u64),
            words: size.map_or(0, |size| size.spellings as u64),
            bytes: size.map_or(0, |size| size.bytes),
        });
    }
    let rebuilding = api.search.is_rebuilding();
    let fresh = api.search.progress();
    Ok(Response::Search { offices, rebuilding, fresh })
}

/// Answers [`mohar_protocol::control::Request::SearchRebuild`].
pub fn rebuild(api: &Api) -> Response {
    api.search.ask_rebuild();
    Response::Done { id: None }
}
