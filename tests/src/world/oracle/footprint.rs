//! What one input may cost at most: messages, rows and bytes, whoever it came from.

use mohar_protocol::machine::Output;
use mohar_protocol::records::Writes;

use super::Oracle;

/// Messages that one input leads to: 64 offers to each of 64 linked offices.
const OUTPUTS_MAX: usize = 4_096;

/// Rows that one input writes: 256 leaves with three rows and two tree nodes each, and as many
/// matters with five rows.
const ROWS_MAX: usize = 8_192;

/// Bytes of those rows: one frame, and a chunk of 256 KiB or 256 KiB of acts kept twice.
const BYTES_MAX: usize = 2 * 1_024 * 1_024;

impl Oracle {
    /// Judges what a step with frames of peers wants to do.
    pub fn bounded(&mut self, node: usize, frames: usize, outputs: &[Output], writes: &Writes) {
        if frames == 0 {
            return;
        }
        let bytes: usize = writes.rows.values().flatten().map(Vec::len).sum();
        let too_many = outputs.len() > OUTPUTS_MAX || writes.rows.len() > ROWS_MAX || bytes > BYTES_MAX;
        if too_many {
            let (outputs, rows) = (outputs.len(), writes.rows.len());
            self.broken(
                14,
                format!("node {node}: a frame led to {outputs} messages, {rows} rows, {bytes} bytes"),
            );
        }
    }
}
