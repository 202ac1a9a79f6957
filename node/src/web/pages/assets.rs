//! Style sheet, script and fonts, carried inside the program.
//!
//! Built and committed under `node/assets/` (see `frontend/README.md`), so that building the node
//! needs no other tool. Each has a tag made from its bytes; pages ask with `?v=<tag>`, so answers
//! may be cached for ever. This never reads a disk.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// One file that a page may ask for below `/assets/`.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The last part of its URL.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

/// Finds an asset by the last part of its URL.
pub fn find(name: &str) -> Option<Asset> {
    ASSETS.iter().find(|asset| asset.name == name).copied()
}

/// The URL of an asset with its tag; an unknown name gives a URL that answers "not found".
pub fn url(name: &str) -> String {
    TAGS.iter()
        .find(|(known, _)| *known == name)
        .map_or_else(|| format!("/assets/{name}"), |(_, tag)| format!("/assets/{name}?v={tag}"))
}

/// Every asset, for the dump of the samples.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = Asset> {
    ASSETS.into_iter()
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const FONT: &str = "font/woff2";

const ASSETS: [Asset; 9] = [
    Asset { name: "pages.css", media_type: CSS, bytes: include_bytes!("../../../assets/pages.css") },
    Asset { name: "pages.js", media_type: JS, bytes: include_bytes!("../../../assets/pages.js") },
    Asset { name: "writing.js", media_type: JS, bytes: include_bytes!("../../../assets/writing.js") },
    Asset {
        name: "seal.svg",
        media_type: "image/svg+xml",
        bytes: include_bytes!("../../../assets/seal.svg"),
    },
    Asset {
        name: "noto-deva-400.woff2",
        media_type: FONT,
        bytes: include_bytes!("../../../assets/noto-deva-400.woff2"),
    },
    Asset {
        name: "noto-deva-700.woff2",
        media_type: FONT,
        bytes: include_bytes!("../../../assets/noto-deva-700.woff2"),
    },
    Asset {
        name: "noto-latin-400.woff2",
        media_type: FONT,
        bytes: include_bytes!("../../../assets/noto-latin-400.woff2"),
    },
    Asset {
        name: "noto-latin-700.woff2",
        media_type: FONT,
        bytes: include_bytes!("../../../assets/noto-latin-700.woff2"),
    },
    Asset {
        name: "NOTO-LICENCE.txt",
        media_type: "text/plain; charset=utf-8",
        bytes: include_bytes!("../../../assets/NOTO-LICENCE.txt"),
    },
];

/// Eight bytes tell two releases apart; nobody relies on them for safety.
const TAG_BYTES: usize = 8;

static TAGS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    ASSETS
        .iter()
        .map(|asset| (asset.name, HEXLOWER.encode(&Sha256::digest(asset.bytes)[..TAG_BYTES])))
        .collect()
});
