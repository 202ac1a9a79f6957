//! Every address of the officers' pages, in one table.

use axum::Router;
use axum::routing::{get, post, put};

use crate::web::{
    Web, assets, desk, diarise, files, hand_over, help, inward, live, locale, many, open_file, people, posts,
    safety, search, settings, sign_in, tray, waiting,
};

/// The table.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(desk::home))
        .route("/sign-in", get(sign_in::ask).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/posts", get(posts::ask).post(posts::choose))
        .route("/desk", get(desk::page))
        .route("/desk/rows", get(desk::rows))
        .route("/desk/toured", get(desk::home).post(desk::toured))
        .route("/desk/many", get(desk::home).post(many::many))
        .route("/events", get(live::events))
        .route("/files/new", get(open_file::ask).post(open_file::open))
        .route("/dak/new", get(diarise::ask).post(diarise::diarise))
        .route("/dak/tray", get(tray::page).post(tray::add))
        .route("/dak/tray/{id}/papers/{n}", get(tray::paper))
        .route("/dak/tray/{id}/discard", get(tray::ask_discard).post(tray::discard))
        .route("/dak/inward", get(inward::page))
        .route("/files/{id}", get(files::show::page))
        .route("/files/{id}/slip", get(inward::slip))
        .route("/files/{id}/notes", get(files::show::notes))
        .route("/files/{id}/preview", get(files::show::preview))
        .route("/files/{id}/papers/{n}", get(files::paper::by_number))
        .route("/files/{id}/papers/{act}/{n}", get(files::paper::by_act))
        .route("/files/{id}/draft", put(files::draft::save).post(files::draft::save_by_form))
        .route("/files/{id}/send", get(files::send::ask).post(files::send::send))
        .route("/files/{id}/put-in-file", get(files::put_in_file::ask).post(files::put_in_file::put_in_file))
        .route("/files/{id}/copies", get(files::copies::ask).post(files::copies::send))
        .route("/files/{id}/attach", get(files::attach::ask).post(files::attach::attach))
        .route("/files/{id}/send-back", get(files::send_back::ask).post(files::send_back::send_back))
        .route("/files/{id}/recall", get(files::recall::ask).post(files::recall::recall))
        .route("/files/{id}/remind", get(files::remind::ask).post(files::remind::remind))
        .route("/files/{id}/park", get(files::park::ask).post(files::park::park))
        .route("/files/{id}/wake", post(files::wake::wake))
        .route("/files/{id}/close", get(files::close::ask).post(files::close::close))
        .route("/files/{id}/reopen", get(files::reopen::ask).post(files::reopen::reopen))
        .route("/files/{id}/bundle", get(files::bundle::save))
        .route("/files/{id}/where", get(files::where_is_it::page))
        .route("/people", get(people::page).post(people::change))
        .route("/waiting", get(waiting::page))
        .route("/search", get(search::page))
        .route("/safety", get(safety::page))
        .route("/settings", get(settings::page).post(settings::save))
        .route("/settings/hand-over", get(settings::page).post(hand_over::begin))
        .route("/settings/password", post(settings::change_password))
        .route("/help", get(help::page))
        .route("/language", get(locale::switch))
        .route("/assets/{name}", get(assets::asset))
}

/// A path of this node to go back to; the desk for anything else.
pub fn own_path(back: &str) -> &str {
    let own = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\r', '\n']);
    if own && back.len() <= 2_000 && back.is_ascii() { back } else { "/desk" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "", "desk", "/a\r\nb"] {
            assert_eq!(own_path(bad), "/desk", "{bad:?}");
        }
        assert_eq!(own_path("/desk?tab=sent&page=2"), "/desk?tab=sent&page=2");
    }
}
