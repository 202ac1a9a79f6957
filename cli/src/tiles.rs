//! The tiles of a log, made again from its leaves in the layout of C2SP `tlog-tiles`: to be
//! written by an export, or compared by a verifier. Holds at most one tile of each level.

use mohar_protocol::hash::Hash;
use mohar_protocol::log::tile::{TILE_WIDTH, TileKind, TilePath, encode_entries, encode_hashes};
use mohar_protocol::log::tree::{Frontier, Head, TILE_HEIGHT, TileHash, leaf_hash};

use crate::error::Failure;

/// Gives every finished tile to `take`.
pub struct Tiles<F> {
    take: F,
    frontier: Frontier,
    entries: Vec<Vec<u8>>,
    levels: Vec<Vec<Hash>>,
}

impl<F: FnMut(TilePath, &[u8]) -> Result<(), Failure>> Tiles<F> {
    /// The tiles of an empty log.
    pub const fn new(take: F) -> Self {
        Self { take, frontier: Frontier::empty(), entries: Vec::new(), levels: Vec::new() }
    }

    /// Appends one leaf.
    ///
    /// # Errors
    /// A leaf that fits into no entry bundle, or what `take` answers.
    pub fn append(&mut self, leaf: &[u8]) -> Result<(), Failure> {
        self.entries.push(leaf.to_vec());
        for (TileHash { level, index }, hash) in self.frontier.append(leaf_hash(leaf)) {
            let at = usize::from(level);
            if self.levels.len() == at {
                self.levels.push(Vec::new());
            }
            self.levels[at].push(hash);
            if self.levels[at].len() == TILE_WIDTH {
                let hashes = std::mem::take(&mut self.levels[at]);
                self.give(TileKind::Hashes { level }, index, &encode_hashes(&hashes)?, hashes.len())?;
            }
        }
        if self.entries.len() == TILE_WIDTH {
            self.give_entries()?;
        }
        Ok(())
    }

    /// Gives the partial tiles, and returns the head over everything that was appended.
    ///
    /// # Errors
    /// What `take` answers.
    pub fn finish(mut self) -> Result<Head, Failure> {
        if !self.entries.is_empty() {
            self.give_entries()?;
        }
        for (level, hashes) in (0_u8..).zip(std::mem::take(&mut self.levels)) {
            if !hashes.is_empty() {
                let last = (self.frontier.size() >> (TILE_HEIGHT * u32::from(level))) - 1;
                self.give(TileKind::Hashes { level }, last, &encode_hashes(&hashes)?, hashes.len())?;
            }
        }
        Ok(self.frontier.head())
    }

    fn give_entries(&mut self) -> Result<(), Failure> {
        let entries = std::mem::take(&mut self.entries);
        let last = self.frontier.size() - 1;
        self.give(TileKind::Entries, last, &encode_entries(&entries)?, entries.len())
    }

    /// Gives the tile whose last hash or entry has the number `last`.
    fn give(&mut self, kind: TileKind, last: u64, bytes: &[u8], width: usize) -> Result<(), Failure> {
        let tile = TilePath { kind, tile: last / TILE_WIDTH as u64, width: u16::try_from(width)? };
        (self.take)(tile, bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mohar_protocol::log::tile::{TilePath, decode_entries, decode_hashes};
    use mohar_protocol::log::tree::{leaf_hash, root_of_leaves};

    use super::Tiles;

    #[test]
    fn the_tiles_of_a_log_hold_exactly_its_leaves() {
        let leaves: Vec<Vec<u8>> = (0..600_u32).map(|n| n.to_be_bytes().to_vec()).collect();
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut tiles = Tiles::new(|tile: TilePath, bytes: &[u8]| {
            assert!(tile.lies_within(600));
            assert!(files.insert(tile.to_string(), bytes.to_vec()).is_none(), "no tile comes twice");
            Ok(())
        });
        for leaf in &leaves {
            tiles.append(leaf).expect("appended");
        }
        let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        assert_eq!(tiles.finish().expect("finished").root, root_of_leaves(&hashes));

        for (path, first, width) in
            [("tile/0/000", 0, 256), ("tile/0/001", 256, 256), ("tile/0/002.p/88", 512, 88)]
        {
            let decoded = decode_hashes(&files[path], width).expect("hashes");
            assert_eq!(decoded, hashes[first..first + width]);
        }
        let tops: Vec<_> = hashes.chunks_exact(256).map(root_of_leaves).collect();
        assert_eq!(decode_hashes(&files["tile/1/000.p/2"], 2).expect("hashes"), tops);
        let last = decode_entries(&files["tile/entries/002.p/88"], 88).expect("entries");
        assert_eq!(last, leaves[512..]);
        assert_eq!(files.len(), 7);
    }
}
