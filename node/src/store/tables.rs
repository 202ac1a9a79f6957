//! The catalogue of tables: those of the protocol, and those that only this node reads.

use mohar_protocol::records::Table;
use redb::TableDefinition;

/// login name → CBOR of `ceremony::Login`
pub const LOGINS: Table = Table(100);
/// session id → what the pages keep of a session
pub const SESSIONS: Table = Table(101);
/// officer and place → text that was typed and not signed yet
pub const DRAFTS: Table = Table(102);
/// own office id → CBOR of `directory::Snapshot`, as last published
pub const NAMES: Table = Table(103);
/// fixed words → counters and marks of this node
pub const META: Table = Table(104);

/// officer → what the officer has chosen for the pages of this node
pub const SETTINGS: Table = Table(105);

/// issue act id, line (4 bytes) → what is known of the mail to that recipient
pub const MAILS: Table = Table(106);

/// Tables of this node, with their names.
pub const LOCAL: &[(Table, &str)] = &[
    (LOGINS, "LOGINS"),
    (SESSIONS, "SESSIONS"),
    (DRAFTS, "DRAFTS"),
    (NAMES, "NAMES"),
    (META, "META"),
    (SETTINGS, "SETTINGS"),
    (MAILS, "MAILS"),
];

/// nothing → number of the last commit whose rows are in the tables. Only [`super::mover`] writes it.
pub const MOVED: TableDefinition<'_, (), u64> = TableDefinition::new("moved");

/// Every table, with its name.
pub fn all() -> impl Iterator<Item = (Table, &'static str)> {
    Table::ALL.iter().chain(LOCAL).copied()
}

/// The name of a table; of an unknown one, the empty name.
pub fn name(table: Table) -> &'static str {
    all().find(|(known, _)| *known == table).map_or("", |(_, name)| name)
}

/// What redb calls a table, such as `t1_ACTS`.
pub fn redb_name(table: Table, name: &str) -> String {
    format!("t{}_{name}", table.0)
}

/// All tables hold bytes under bytes.
pub fn definition(name: &str) -> TableDefinition<'_, &'static [u8], &'static [u8]> {
    TableDefinition::new(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;

    #[test]
    fn no_two_tables_share_a_number_or_a_name() {
        let numbers: BTreeSet<u8> = all().map(|(table, _)| table.0).collect();
        let names: BTreeSet<&str> = all().map(|(_, name)| name).collect();
        assert_eq!((numbers.len(), names.len()), (all().count(), all().count()));
    }
}
