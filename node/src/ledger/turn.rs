//! One turn of the loop: gather, step, settle, commit, then answer, send and publish.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use mohar_protocol::machine::{Backlog, Carried, Event, Input, Machine, Output, Receipt, Ticket, Why};
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::{Along, Asked, EXIT_STORE_FAULT, FromPeer, Links, LocalRow, Standings, Toll, end_process};
use crate::clock::{self, Stopwatch};
use crate::mark::Marks;
use crate::metrics::Counters;
use crate::store::Store;

/// Inputs in one commit: a group of 64 writes 20 times less than single commits do, 256 little
/// less again.
const INPUTS_PER_COMMIT_MAX: usize = 256;

/// Time that a commit may spend on taking further inputs, so that the first one is not kept waiting.
const GATHER_MAX: Duration = Duration::from_millis(5);

/// Marks are forced to the disk this often.
const FLUSH_EVERY: Duration = Duration::from_secs(60);

/// How often the machine is told that time went on.
const TICK: Duration = Duration::from_millis(500);

/// The loop and everything it owns.
pub(super) struct Turn {
    pub machine: Machine,
    pub store: Store,
    pub counters: Arc<Counters>,
    pub requests: mpsc::Receiver<Asked>,
    pub inputs: mpsc::Receiver<FromPeer>,
    pub outputs: mpsc::Sender<Output>,
    pub events: broadcast::Sender<Event>,
    pub registry: watch::Sender<Arc<Registry>>,
    pub links: watch::Sender<Arc<Links>>,
    pub standings: watch::Sender<Arc<Standings>>,
    pub marks: Marks,
    pub flushed: Stopwatch,
    pub backlog: watch::Sender<Backlog>,
}

/// What the loop takes up.
#[allow(clippy::large_enum_variant, reason = "moved once, into the machine")]
enum Taken {
    Asked(Asked),
    FromPeer(FromPeer),
    Tick,
}

/// Whom to answer once the commit stands.
#[derive(Default)]
struct Answers {
    requests: HashMap<Ticket, oneshot::Sender<Result<Receipt, Refusal>>>,
    along: HashMap<Ticket, Along>,
    rows: Vec<oneshot::Sender<Result<(), Refusal>>>,
    tolls: Vec<Box<dyn Toll>>,
    carried: HashMap<Ticket, oneshot::Sender<Result<Carried, Refusal>>>,
}

impl Turn {
    /// Runs until it is stopped. A panic in here ends the process as a fault does.
    pub fn run(mut self, stopped: oneshot::Receiver<()>) {
        let _guard = EndOnPanic;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.unwrap_or_else(|e| end_process(&StoreFault::because("start the ledger", e)));
        runtime.block_on(async {
            let _ = self.outputs.send(Output::Admit(self.machine.admitted_peers())).await;
            self.serve(stopped).await;
        });
        self.keep_marks(&[], true).unwrap_or_else(|fault| end_process(&fault));
    }

    async fn serve(&mut self, mut stopped: oneshot::Receiver<()>) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let first = tokio::select! {
                biased;
                _ = &mut stopped => return,
                Some(asked) = self.requests.recv() => Taken::Asked(asked),
                _ = tick.tick() => Taken::Tick,
                Some(input) = self.inputs.recv() => Taken::FromPeer(input),
            };
            let (outputs, answers) = self.commit_group(first).unwrap_or_else(|fault| end_process(&fault));
            let sends = self.tell(outputs, answers);
            tokio::select! {
                biased;
                _ = &mut stopped => return,
                () = self.send(sends) => {}
            }
        }
    }

    /// Steps the first input and whatever else waits, and makes it durable.
    fn commit_group(&mut self, first: Taken) -> Result<(Vec<Output>, Answers), StoreFault> {
        let (watch, now, mut entropy) = (Stopwatch::start(), clock::now(), clock::entropy());
        let (mut outputs, mut answers) = (Vec::new(), Answers::default());
        let snapshot = self.store.snapshot();
        let mut records = Records::new(&snapshot);
        let is_tick = matches!(first, Taken::Tick);
        let (mut next, mut count) = (Some(first), 0);
        while let Some(taken) = next {
            count += 1;
            let (input, toll) = match taken {
                Taken::Tick => (Some(Input::Tick), None),
                Taken::FromPeer(FromPeer { input, toll }) => (Some(input), toll),
                Taken::Asked(asked) => (answers.note(asked, count, &mut records)?, None),
            };
            let said = outputs.len();
            if let Some(input) = input {
                self.counters.inputs.add(1);
                self.counters.frames.add(u64::from(matches!(input, Input::Frame { .. })));
                self.machine.step(now, &mut entropy, &mut records, input, &mut outputs)?;
                answers.add_along(&outputs[said..], &mut records);
            }
            if outputs[said..].iter().any(|output| matches!(output, Output::Noted(_))) {
                toll.iter().for_each(|toll| toll.refused());
            }
            answers.tolls.extend(toll);
            let room = count < INPUTS_PER_COMMIT_MAX as u64 && watch.elapsed() < GATHER_MAX;
            next = if room { self.take_waiting() } else { None };
        }
        self.machine.step(now, &mut entropy, &mut records, Input::Settle, &mut outputs)?;
        if is_tick {
            self.backlog.send_replace(self.machine.backlog(&records)?);
        }
        if records.is_dirty() {
            let commit = Stopwatch::start();
            self.store.commit(records.into_writes())?;
            self.counters.commits.add(1);
            self.counters.commit_micros.add(u64::try_from(commit.elapsed().as_micros()).unwrap_or(u64::MAX));
        }
        self.keep_marks(&outputs, self.flushed.elapsed() >= FLUSH_EVERY)?;
        Ok((outputs, answers))
    }

    /// Keeps what was signed last outside the store. Without that nothing may leave.
    fn keep_marks(&mut self, outputs: &[Output], flush: bool) -> Result<(), StoreFault> {
        let fault = |error| StoreFault::because("write the mark of what was signed", error);
        for output in outputs {
            if let Output::Mark { office, mark } = output {
                self.marks.write(*office, *mark).map_err(fault)?;
            }
        }
        if flush {
            self.flushed = Stopwatch::start();
            self.marks.flush().map_err(fault)?;
        }
        Ok(())
    }

    /// Local work first.
    fn take_waiting(&mut self) -> Option<Taken> {
        let asked = self.requests.try_recv().ok().map(Taken::Asked);
        asked.or_else(|| self.inputs.try_recv().ok().map(Taken::FromPeer))
    }

    /// After the commit: publishes what readers see, then answers. Returns what is to be sent.
    fn tell(&self, outputs: Vec<Output>, mut answers: Answers) -> Vec<Output> {
        self.publish(&outputs);
        let mut sends = Vec::new();
        for output in outputs {
            match output {
                Output::Answer { ticket, answer } => self.answer(&mut answers, ticket, answer),
                Output::Carried { ticket, answer } => {
                    if let Some(waiting) = answers.carried.remove(&ticket) {
                        let _ = waiting.send(answer);
                    }
                }
                // Nobody has to be listening.
                Output::Event(event) => drop(self.events.send(event)),
                Output::Noted(refusal) => {
                    self.counters.refuse_message(refusal);
                    tracing::debug!(code = refusal.code(), "a peer's message was refused");
                }
                Output::Send { .. } | Output::Admit(_) => sends.push(output),
                Output::Mark { .. } => {}
            }
        }
        for answer in answers.rows {
            let _ = answer.send(Ok(()));
        }
        sends
    }

    async fn send(&self, sends: Vec<Output>) {
        for output in sends {
            // Without the wiring the node is stopping; what is not sent is said again after a start.
            let _ = self.outputs.send(output).await;
        }
    }

    fn answer(&self, answers: &mut Answers, ticket: Ticket, answer: Result<Receipt, Refusal>) {
        match &answer {
            Ok(_) => self.counters.requests_done.add(1),
            Err(_) => self.counters.requests_refused.add(1),
        }
        if let Some(waiting) = answers.requests.remove(&ticket) {
            // Whoever asked may have gone; what was done stays done.
            let _ = waiting.send(answer);
        }
    }

    fn publish(&self, outputs: &[Output]) {
        let changed =
            |output: &Output| matches!(output, Output::Admit(_) | Output::Event(Event::Register(_)));
        if outputs.iter().any(changed) {
            self.registry.send_replace(Arc::new(self.machine.registry().clone()));
        }
        if outputs.iter().any(|output| matches!(output, Output::Event(Event::Standing(_)))) {
            let standings = standings(&self.machine);
            for (office, standing) in &standings {
                let why = standing.why().map_or("", Why::code);
                tracing::warn!(office = office.short(), standing = standing.code(), why, "may it sign");
            }
            self.standings.send_replace(Arc::new(standings));
        }
        let relinked = |output: &Output| matches!(output, Output::Admit(_) | Output::Event(Event::Links));
        if outputs.iter().any(relinked) {
            let links = self.links_now();
            self.links.send_replace(Arc::new(links));
        }
    }

    fn links_now(&self) -> Links {
        let now = clock::now();
        let before = Arc::clone(&self.links.borrow());
        let linked: BTreeMap<_, _> = self
            .machine
            .linked()
            .flat_map(|(_, offices)| offices)
            .map(|office| (*office, before.linked.get(office).copied().unwrap_or(now)))
            .collect();
        let lost_now = before.linked.keys().map(|office| (*office, now));
        let lost_before = before.lost.iter().map(|(office, at)| (*office, *at));
        let lost = lost_now.chain(lost_before).filter(|(office, _)| !linked.contains_key(office)).collect();
        Links { linked, lost }
    }
}

/// Whether each hosted office may sign.
pub(super) fn standings(machine: &Machine) -> Standings {
    machine.hosted().into_iter().filter_map(|office| Some((office, machine.standing(&office)?))).collect()
}

impl Answers {
    /// Remembers whom to answer, and returns what the machine has to do for it.
    fn note(
        &mut self,
        asked: Asked,
        count: u64,
        records: &mut Records<'_>,
    ) -> Result<Option<Input>, StoreFault> {
        Ok(match asked {
            Asked::Request(request, along, answer) => {
                // Tickets need to differ within one commit only: all are answered before the next.
                self.requests.insert(Ticket(count), answer);
                self.along.insert(Ticket(count), along);
                Some(Input::Request { ticket: Ticket(count), request: *request })
            }
            Asked::Carry(request, answer) => {
                self.carried.insert(Ticket(count), answer);
                Some(Input::Request { ticket: Ticket(count), request: *request })
            }
            Asked::Change(change, answer) => {
                put_rows(records, change(records)?);
                self.rows.push(answer);
                None
            }
        })
    }

    /// Puts the rows that belong to the requests just done into their commit.
    fn add_along(&mut self, outputs: &[Output], records: &mut Records<'_>) {
        for output in outputs {
            let Output::Answer { ticket, answer } = output else { continue };
            let along = self.along.remove(ticket);
            if let (Some(along), Ok(receipt)) = (along, answer) {
                put_rows(records, along(receipt));
            }
        }
    }
}

fn put_rows(records: &mut Records<'_>, rows: Vec<LocalRow>) {
    for (table, key, value) in rows {
        match value {
            Some(value) => records.put(table, key, value),
            None => records.delete(table, key),
        }
    }
}

/// A panic of the loop must not leave a node that looks alive and commits nothing.
struct EndOnPanic;

impl Drop for EndOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::exit(EXIT_STORE_FAULT);
        }
    }
}
