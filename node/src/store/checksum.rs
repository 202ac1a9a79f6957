//! Values of the tables with a checksum over table, key and value, so that a damaged row is noticed
//! where it is read and nothing is ever decided on it.
//!
//! CRC-32 finds every flipped bit and every burst of up to 32 bits, and misses one of 2³² other
//! damages. It is no defence against a person with access to the disk: signatures and tree roots are.
//!
//! This module never mends anything; what is damaged comes back from the office's mirrors.

use mohar_protocol::records::{StoreFault, Table};

/// Length of a checksum.
const CHECKSUM_BYTES: usize = 4;

/// The value as it is stored: itself, then its checksum, big-endian.
pub fn add(table: Table, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(value.len() + CHECKSUM_BYTES);
    stored.extend_from_slice(value);
    stored.extend_from_slice(&of(table, key, value).to_be_bytes());
    stored
}

/// The value without its checksum.
///
/// # Errors
/// [`StoreFault`] when they do not belong together: the disk, its cable or its driver has damaged the row.
pub fn verify(table: Table, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, StoreFault> {
    match stored.split_last_chunk::<CHECKSUM_BYTES>() {
        Some((value, checksum)) if u32::from_be_bytes(*checksum) == of(table, key, value) => {
            Ok(value.to_vec())
        }
        _ => Err(StoreFault::damaged("a row does not have its checksum")),
    }
}

fn of(table: Table, key: &[u8], value: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[table.0]);
    hasher.update(key);
    hasher.update(value);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use mohar_protocol::records::Table;

    use super::{add, verify};

    #[test]
    fn every_flipped_bit_and_every_lost_end_is_noticed() {
        let (table, key, value) = (Table::ACTS, b"key", b"a row of some bytes");
        let stored = add(table, key, value);
        assert_eq!(verify(table, key, &stored).unwrap(), value);
        for at in 0..stored.len() {
            for bit in 0..8 {
                let mut damaged = stored.clone();
                damaged[at] ^= 1 << bit;
                assert!(verify(table, key, &damaged).is_err(), "byte {at}, bit {bit}");
            }
            assert!(verify(table, key, &stored[..at]).is_err(), "{at} bytes");
        }
    }

    #[test]
    fn a_row_under_another_key_or_in_another_table_is_noticed() {
        let stored = add(Table::ACTS, b"key", b"value");
        assert!(verify(Table::ACTS, b"kex", &stored).is_err());
        assert!(verify(Table::LEAVES, b"key", &stored).is_err());
    }
}
