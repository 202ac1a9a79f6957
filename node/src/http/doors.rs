//! Who may come in: connections counted, in all and for each address.
//!
//! There is a room and a reserve. Whoever comes when the room is full, or when one address has most
//! of it, takes the place of the connection that has been silent longest. If all have spoken, it gets
//! a place in the reserve: there reading is refused with a page that says so, and saving and signing
//! go on. Only when the reserve is full too is a connection closed unheard. A whole office behind one
//! address has three quarters of the room. It never looks at what is said.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::metrics::Counters;

/// Connections at most: 2,000 browsers with an open desk and a page each. At 16 KiB of head and as
/// much of answer they are 128 MiB.
const ROOM_MAX: usize = 4_096;

/// Connections when the system does not say how many there may be.
const ROOM_UNKNOWN: usize = 384;

/// The doors.
pub struct Doors {
    room: usize,
    open: Mutex<Open>,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
    /// Connections that have not asked for anything yet, oldest first.
    silent: BTreeMap<u64, (IpAddr, Arc<Notify>)>,
    number: u64,
}

/// The place of one connection; free again when dropped.
pub struct Place {
    doors: Arc<Doors>,
    from: IpAddr,
    crowded: bool,
    number: u64,
    ended: Arc<Notify>,
}

impl Doors {
    /// Doors as wide as the system's limit of open files allows: three eighths of it for the room and
    /// a quarter of that for the reserve; the rest is for other nodes and for the store, which must
    /// never be without.
    pub fn new(counters: Arc<Counters>) -> Arc<Self> {
        Self::with_room(open_files().map_or(ROOM_UNKNOWN, |files| (files / 8 * 3).min(ROOM_MAX)), counters)
    }

    fn with_room(room: usize, counters: Arc<Counters>) -> Arc<Self> {
        Arc::new(Self { room, open: Mutex::default(), counters })
    }

    /// A place for a connection from this address, if there is one.
    pub fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (reserve, share) = (self.room / 4, self.room / 4 * 3);
        let here = open.by_address.get(&from).copied().unwrap_or_default();
        // A proxy of this machine speaks for everybody.
        let of_one = if from.is_loopback() { 0 } else { here };
        if open.all >= self.room + reserve || of_one >= share + reserve / 2 {
            self.counters.http_turned_away.add(1);
            return None;
        }
        let (full, filled) = (open.all >= self.room, of_one >= share);
        let crowded = (full || filled) && !open.end_silent(filled.then_some(from));
        open.all += 1;
        open.by_address.insert(from, here + 1);
        open.number += 1;
        let (number, ended) = (open.number, Arc::new(Notify::new()));
        open.silent.insert(number, (from, Arc::clone(&ended)));
        self.counters.http_connections.add(1);
        Some(Place { doors: Arc::clone(self), from, crowded, number, ended })
    }
}

impl Open {
    /// Ends the connection that has been silent longest, of one address or of all. Returns whether
    /// there was one.
    fn end_silent(&mut self, of: Option<IpAddr>) -> bool {
        let mut silent = self.silent.iter().filter(|(_, (from, _))| of.is_none_or(|of| of == *from));
        let Some(number) = silent.next().map(|(number, _)| *number) else { return false };
        let ended = self.silent.remove(&number);
        ended.into_iter().for_each(|(_, ended)| ended.notify_one());
        true
    }
}

impl Place {
    /// Whether it is in the reserve.
    pub const fn is_crowded(&self) -> bool {
        self.crowded
    }

    /// Something was asked for: nobody takes this place any more.
    pub fn spoke(&self) {
        self.doors.open.lock().unwrap_or_else(PoisonError::into_inner).silent.remove(&self.number);
    }

    /// Returns when somebody else was given this place.
    pub async fn taken(&self) {
        self.ended.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.doors.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        open.silent.remove(&self.number);
        if let Some(here) = open.by_address.get_mut(&self.from) {
            *here -= 1;
            if *here == 0 {
                open.by_address.remove(&self.from);
            }
        }
    }
}

/// The soft limit of open files of this process, as proc(5) tells it.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use super::{Doors, Place, open_files};
    use crate::metrics::Counters;

    fn enter(doors: &Arc<Doors>, from: [u8; 4], count: usize) -> Vec<Place> {
        let places = (0..count).map_while(|_| doors.enter(IpAddr::from(from)));
        places.inspect(Place::spoke).collect()
    }

    #[tokio::test]
    async fn who_says_nothing_loses_the_place_to_who_comes_later() {
        let doors = Doors::with_room(16, Arc::default());
        let silent: Vec<Place> = (0..16).filter_map(|_| doors.enter(IpAddr::from([127, 0, 0, 1]))).collect();
        silent[0].spoke();
        let late = doors.enter(IpAddr::from([10, 0, 0, 9])).unwrap();
        assert!(!late.is_crowded());
        silent[1].taken().await;
    }

    #[test]
    fn one_address_leaves_room_for_others_and_a_full_house_keeps_a_reserve_for_saving() {
        let counters = Arc::new(Counters::default());
        let doors = Doors::with_room(16, Arc::clone(&counters));
        let storm = enter(&doors, [10, 0, 0, 1], 100);
        assert_eq!((storm.len(), storm.iter().filter(|place| place.is_crowded()).count()), (14, 2));
        let others = enter(&doors, [10, 0, 0, 2], 100);
        assert_eq!((others.len(), others.iter().filter(|place| !place.is_crowded()).count()), (6, 2));
        assert!(doors.enter(IpAddr::from([10, 0, 0, 3])).is_none());
        assert_eq!((counters.http_connections.get(), counters.http_turned_away.get()), (20, 3));
        drop(storm);
        assert!(doors.enter(IpAddr::from([10, 0, 0, 3])).is_some_and(|place| !place.is_crowded()));
        drop(others);
        assert!(doors.open.lock().unwrap().by_address.is_empty());
    }

    #[test]
    fn a_proxy_of_this_machine_may_fill_the_room() {
        let doors = Doors::with_room(16, Arc::default());
        let all = enter(&doors, [127, 0, 0, 1], 100);
        assert_eq!((all.len(), all.iter().filter(|place| place.is_crowded()).count()), (20, 4));
    }

    #[test]
    fn the_system_says_how_many_files_may_be_open() {
        assert!(open_files().is_some_and(|files| files >= 64));
    }
}
