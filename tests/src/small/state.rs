//! A state of the small world: three nodes, the frames between them, and what may still happen.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use mohar_protocol::act::Holder;
use mohar_protocol::custody::command::Command;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::{Input, NewMatter, Output, Peer, Request, Ticket};
use mohar_protocol::message::Message;
use mohar_protocol::records::{Records, Table};
use mohar_protocol::sealing::{Kind, MatterKey};
use mohar_protocol::time::Timestamp;

use super::Budget;
use super::node::{Cut, SmallNode};
use crate::world::START;
use crate::world::founding::{Founding, three};
use crate::world::officers::seal;

/// Frames that may be delivered while a state settles; far more than any movement takes.
const SETTLING_MAX: usize = 10_000;

/// Minutes a state may take to settle.
const ROUNDS: usize = 5;

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The oldest frame from one node to another arrives.
    Deliver(usize, usize),
    /// It is lost.
    Lose(usize, usize),
    /// The receiver crashes over it, before its commit (or after, with `true`), and starts again.
    Crash(usize, usize, bool),
    /// An officer of a node wishes something.
    Wish(usize, Wish),
    /// A minute passes everywhere.
    Minute,
}

/// What an officer may wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Send it to the next office.
    Forward,
    /// Take the dispatch back.
    Cancel,
    /// Ask for it back.
    Recall,
    /// Open it.
    Open,
    /// Return it.
    SendBack,
}

/// A state.
#[derive(Clone)]
pub struct State {
    founding: Arc<Founding>,
    nodes: Vec<SmallNode>,
    wires: BTreeMap<(usize, usize), VecDeque<Vec<u8>>>,
    matter: MatterId,
    now: Timestamp,
    budget: Budget,
    path: Vec<Step>,
}

impl State {
    /// Three linked nodes, and a file at the first.
    pub(super) fn begin(budget: Budget) -> Self {
        let founding = three();
        let node = |(number, first): (usize, &crate::world::founding::First)| {
            let secrets = founding.state.offices[number].host();
            SmallNode::new(number, first.disk.clone(), founding.state.registry.clone(), secrets)
        };
        let nodes = founding.nodes.iter().enumerate().map(node).collect();
        let (wires, matter) = (BTreeMap::new(), MatterId([0; 32]));
        let mut state = Self { founding, nodes, wires, matter, now: START, budget, path: Vec::new() };
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            state.link(a, b);
        }
        state.open_file();
        state.now = state.now.plus_ms(60_000);
        state
    }

    fn open_file(&mut self) {
        let mut entropy = Entropy::from_seed([1; 32]);
        let key = MatterKey::generate(&mut entropy);
        let contents = vec![seal(&key, 1, Kind::Cover, "आवरण", &mut entropy)];
        let matter = NewMatter { is_dak: false, key, contents };
        let actor = self.founding.state.offices[0].actor(0);
        self.ask(0, Request::Begin { actor, operation: [1; 16], matter });
        let id = self.nodes[0].disk.rows(Table::MATTERS).next().and_then(|(key, _)| key.try_into().ok());
        self.matter = MatterId(id.expect("the file was opened"));
    }

    /// What may happen next.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for ((from, to), _) in self.wires.iter().filter(|(_, frames)| !frames.is_empty()) {
            steps.push(Step::Deliver(*from, *to));
            if self.budget.losses > 0 {
                steps.push(Step::Lose(*from, *to));
            }
            if self.budget.crashes > 0 {
                steps.extend([Step::Crash(*from, *to, false), Step::Crash(*from, *to, true)]);
            }
        }
        if self.budget.wishes > 0 {
            steps.extend(
                (0..self.nodes.len())
                    .flat_map(|node| self.wishes(node).into_iter().map(move |wish| Step::Wish(node, wish))),
            );
        }
        if self.budget.minutes > 0 {
            steps.push(Step::Minute);
        }
        steps
    }

    fn wishes(&self, node: usize) -> Vec<Wish> {
        let Some(matter) = self.matter_at(node) else { return Vec::new() };
        let own = self.founding.state.offices[node].id;
        match &matter.phase {
            _ if !matter.is_held_by(&own) => vec![Wish::Recall],
            Phase::Queued { .. } => vec![Wish::Cancel],
            Phase::Active if matter.opened => vec![Wish::Forward, Wish::SendBack],
            Phase::Active => vec![Wish::Open],
            _ => Vec::new(),
        }
    }

    /// The state after a step.
    pub(super) fn after(&self, step: Step) -> Self {
        let mut next = self.clone();
        next.path.push(step);
        match step {
            Step::Deliver(from, to) => next.deliver(from, to, Cut::Not),
            Step::Lose(from, to) => {
                next.budget.losses -= 1;
                next.wires.get_mut(&(from, to)).and_then(VecDeque::pop_front);
            }
            Step::Crash(from, to, after) => {
                next.budget.crashes -= 1;
                next.deliver(from, to, if after { Cut::AfterCommit } else { Cut::BeforeCommit });
                next.restart(to);
            }
            Step::Wish(node, wish) => {
                next.budget.wishes -= 1;
                next.wish(node, wish);
            }
            Step::Minute => {
                next.budget.minutes -= 1;
                next.minute();
            }
        }
        next
    }

    fn deliver(&mut self, from: usize, to: usize, cut: Cut) {
        let frame = self.wires.get_mut(&(from, to)).and_then(VecDeque::pop_front);
        if let Some(frame) = frame {
            self.feed_frame(from, to, frame, cut);
        }
    }

    fn feed_frame(&mut self, from: usize, to: usize, frame: Vec<u8>, cut: Cut) {
        let seed = frame.clone();
        let input = Input::Frame { from: self.peer(from), bytes: frame };
        let outputs = self.nodes[to].feed(self.now, &seed, input, cut);
        self.post(to, outputs);
    }

    fn restart(&mut self, node: usize) {
        let secrets = self.founding.state.offices[node].host();
        self.nodes[node].restart(self.founding.state.registry.clone(), secrets);
        for other in (0..self.nodes.len()).filter(|other| *other != node) {
            self.wires.remove(&(node, other));
            self.wires.remove(&(other, node));
            let gone = Input::Disconnected(self.peer(node));
            let outputs = self.nodes[other].feed(self.now, &[], gone, Cut::Not);
            self.post(other, outputs);
            self.link(node, other);
        }
    }

    fn link(&mut self, a: usize, b: usize) {
        for (one, other) in [(a, b), (b, a)] {
            let input = Input::Connected(self.peer(other));
            let outputs = self.nodes[one].feed(self.now, &[other as u8], input, Cut::Not);
            self.post(one, outputs);
        }
    }

    fn minute(&mut self) {
        self.now = self.now.plus_ms(61_000);
        for node in 0..self.nodes.len() {
            let outputs = self.nodes[node].feed(self.now, &[], Input::Tick, Cut::Not);
            self.post(node, outputs);
        }
    }

    fn wish(&mut self, node: usize, wish: Wish) {
        let next = &self.founding.state.offices[(node + 1) % self.nodes.len()];
        let to = Holder { office: next.id, post: next.posts[0].post };
        let command = match wish {
            Wish::Forward => Command::Forward { to },
            Wish::Cancel => Command::Cancel,
            Wish::Recall => Command::RequestRecall,
            Wish::Open => Command::Opened,
            Wish::SendBack => Command::SendBack,
        };
        let actor = self.founding.state.offices[node].actor(0);
        let mut operation = [2; 16];
        operation[0] = self.budget.wishes;
        let (matter, contents) = (self.matter, Vec::new());
        self.ask(node, Request::Act { actor, operation, matter, command, contents });
    }

    fn ask(&mut self, node: usize, request: Request) {
        let input = Input::Request { ticket: Ticket(0), request };
        let outputs = self.nodes[node].feed(self.now, &[self.budget.wishes], input, Cut::Not);
        self.post(node, outputs);
    }

    /// Frames about custody wait on their wire; all others arrive at once.
    fn post(&mut self, node: usize, outputs: Vec<Output>) {
        for output in outputs {
            let Output::Send { to, message } = output else { continue };
            let Some(to) = (0..self.nodes.len()).find(|other| self.peer(*other) == to) else { continue };
            let frame = message.to_frame();
            let about_custody = matches!(
                message,
                Message::Offer { .. }
                    | Message::Acts { .. }
                    | Message::Side { .. }
                    | Message::Handover { .. }
            );
            if about_custody {
                self.wires.entry((node, to)).or_default().push_back(frame);
            } else {
                self.feed_frame(node, to, frame, Cut::Not);
            }
        }
    }

    fn peer(&self, node: usize) -> Peer {
        Peer(self.founding.state.offices[node].keys.transport.public().to_bytes())
    }

    fn matter_at(&self, node: usize) -> Option<Matter> {
        Records::new(self.nodes[node].disk.as_written()).matter(&self.matter).expect("in memory")
    }

    /// The path that led here.
    pub(super) fn path(&self) -> &[Step] {
        &self.path
    }

    /// Tells states apart. What has been done counts only in what is still allowed.
    pub(super) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for node in &self.nodes {
            node.digest(self.now, &mut hasher);
        }
        for (wire, frames) in self.wires.iter().filter(|(_, frames)| !frames.is_empty()) {
            (wire, frames).hash(&mut hasher);
        }
        (self.now, self.budget).hash(&mut hasher);
        hasher.finish()
    }

    /// One holder, never nowhere, one act at each place.
    pub(super) fn judge(&self) -> Result<(), String> {
        let (mut holders, mut handed) = (Vec::new(), Vec::new());
        for node in 0..self.nodes.len() {
            let Some(matter) = self.matter_at(node) else { continue };
            let own = self.founding.state.offices[node].id;
            match matter.phase {
                Phase::Frozen => return Err(format!("node {node} saw a fork")),
                Phase::InTransit { from, .. } if from.office == own => handed.push(node),
                Phase::InTransit { .. } => {}
                _ if matter.is_held_by(&own) => holders.push(node),
                _ => {}
            }
        }
        if holders.len() > 1 {
            return Err(format!("held by nodes {holders:?} at one moment"));
        }
        if holders.is_empty() && handed.is_empty() {
            return Err("with nobody".to_owned());
        }
        let chain = |node: &SmallNode| {
            Records::new(node.disk.as_written()).chain(&self.matter, 0, 1_000).expect("in memory")
        };
        let chains: Vec<_> = self.nodes.iter().map(chain).collect();
        let longest = chains.iter().max_by_key(|chain| chain.len()).cloned().unwrap_or_default();
        match chains.iter().position(|chain| !longest.starts_with(chain)) {
            Some(node) => Err(format!("node {node} tells another history")),
            None => Ok(()),
        }
    }

    /// Everything arrives, and some minutes pass: then nothing may wait, and all tell the same.
    pub(super) fn settle(&self) -> Result<(), String> {
        let mut state = self.clone();
        for _ in 0..ROUNDS {
            state.deliver_all()?;
            state.minute();
        }
        state.deliver_all()?;
        state.judge()?;
        for (number, node) in state.nodes.iter().enumerate() {
            for table in [Table::QUEUED, Table::TRANSIT, Table::RECALLS] {
                if node.disk.rows(table).next().is_some() {
                    return Err(format!("node {number} waits for ever ({table:?})"));
                }
            }
        }
        let known: Vec<Matter> = (0..state.nodes.len()).filter_map(|node| state.matter_at(node)).collect();
        let newest = known.iter().map(|matter| matter.number).max();
        let concerned = |node: &usize| {
            let own = state.founding.state.offices[*node].id;
            state.matter_at(*node).is_some_and(|matter| matter.offices().contains(&own))
        };
        let behind = (0..state.nodes.len())
            .filter(concerned)
            .find(|node| state.matter_at(*node).map(|matter| matter.number) != newest);
        behind.map_or(Ok(()), |node| Err(format!("node {node} stays behind")))
    }

    fn deliver_all(&mut self) -> Result<(), String> {
        for _ in 0..SETTLING_MAX {
            let Some(wire) = self.wires.iter().find(|(_, f)| !f.is_empty()).map(|(wire, _)| *wire) else {
                return Ok(());
            };
            self.deliver(wire.0, wire.1, Cut::Not);
        }
        Err("frames without end".to_owned())
    }
}
