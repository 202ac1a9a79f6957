//! Nodes in the adversary's hands. They are admitted and have good keys; what they say is judged by the
//! others.

use super::World;

impl World {
    /// Gives a node, with all keys of its offices, to the adversary.
    pub fn take_over(&mut self, node: usize) {
        self.nodes[node].hostile = true;
        let offices = self.hosted(node);
        self.oracle.distrust(&offices);
    }
}
