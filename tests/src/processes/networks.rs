//! Networks made of the kernel's own parts, as root on Linux: a namespace for each node, a bridge that
//! stands for the wide area, and for each office a line of its own on which its officers reach it.
//!
//! The lines of the wide area can be cut, parted, made slow and made to lose packets; the officers'
//! lines stay whole. Everything is taken down on drop, and what a killed run left behind is taken
//! down by the next one. Nothing is changed in the network of the machine itself, except that the
//! interfaces are there.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Names of everything made here begin with it; the number of the process follows.
const PREFIX: &str = "mohar";

/// Port of the pages in each namespace.
const WEB: u16 = 8080;

/// Port of the network in each namespace.
pub const NET: u16 = 4001;

/// The office whose only line to the others goes over a relay, as over a satellite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Far(pub usize);

/// The namespaces and lines of some nodes.
pub struct Networks {
    pid: u32,
    count: usize,
    far: Far,
}

/// Whether this machine and user can have such networks; else why not.
///
/// # Errors
/// The reason, in words.
pub fn possible() -> Result<(), String> {
    let name = format!("{PREFIX}-probe-{}", std::process::id());
    ip(&format!("netns add {name}"))?;
    let made = ip(&format!("-n {name} link add name one type veth peer name two"))
        .and_then(|()| ip(&format!("-n {name} link add name three type bridge")))
        .and_then(|()| run(&format!("ip netns exec {name} tc qdisc add dev one root tbf {}", rate(64))));
    let _ = ip(&format!("netns del {name}"));
    made
}

impl Networks {
    /// Makes them; `far` gets a network of its own, which only a relay in this process joins to the
    /// others.
    ///
    /// # Panics
    /// When the kernel or the rights do not allow it.
    pub fn new(count: usize, far: Far) -> Self {
        sweep();
        let networks = Self { pid: std::process::id(), count, far };
        networks.make().unwrap_or_else(|why| panic!("no networks: {why}"));
        networks
    }

    fn make(&self) -> Result<(), String> {
        for side in ["a", "b"] {
            ip(&format!("link add {} type bridge", self.bridge(side)))?;
            ip(&format!("link set {} up", self.bridge(side)))?;
        }
        ip(&format!("addr add {}/24 dev {}", self.relay_near(), self.bridge("a")))?;
        for at in 0..self.count {
            let (space, wide, lan) = (self.space(at), self.wide(at), self.lan(at));
            ip(&format!("netns add {space}"))?;
            ip(&format!("-n {space} link set lo up"))?;
            for (outside, inside, address) in
                [(&wide, "wide", self.address(at)), (&lan, "lan", self.desk(at, 1))]
            {
                ip(&format!("link add {outside} type veth peer name {inside} netns {space}"))?;
                ip(&format!("-n {space} addr add {address}/24 dev {inside}"))?;
                ip(&format!("-n {space} link set {inside} up"))?;
                ip(&format!("link set {outside} up"))?;
            }
            ip(&format!("addr add {}/24 dev {lan}", self.desk(at, 2)))?;
            if at == self.far.0 {
                ip(&format!("addr add {}/24 dev {wide}", self.relay_far()))?;
            } else {
                ip(&format!("link set {wide} master {}", self.bridge("a")))?;
            }
        }
        Ok(())
    }

    /// Words that run a program in the namespace of a node.
    pub fn within(&self, at: usize) -> Vec<String> {
        ["ip", "netns", "exec"].map(str::to_owned).into_iter().chain([self.space(at)]).collect()
    }

    /// The address of a node in the wide area.
    pub fn address(&self, at: usize) -> String {
        if at == self.far.0 {
            format!("10.{}.2.1", self.net())
        } else {
            format!("10.{}.1.{}", self.net(), at + 1)
        }
    }

    /// Where the relay listens for calls to the far office.
    pub fn relay_near(&self) -> String {
        format!("10.{}.1.250", self.net())
    }

    /// Where the relay listens for calls of the far office.
    pub fn relay_far(&self) -> String {
        format!("10.{}.2.250", self.net())
    }

    /// Where the pages of a node are.
    pub fn web(&self, at: usize) -> String {
        format!("{}:{WEB}", self.desk(at, 1))
    }

    /// Cuts the line of a node, or joins it again.
    pub fn cut(&self, at: usize, cut: bool) {
        let state = if cut { "down" } else { "up" };
        done(ip(&format!("link set {} {state}", self.wide(at))));
    }

    /// Parts the nodes for which `other` says so from the rest.
    pub fn part(&self, other: impl Fn(usize) -> bool) {
        for at in (0..self.count).filter(|at| *at != self.far.0) {
            let side = if other(at) { "b" } else { "a" };
            done(ip(&format!("link set {} master {}", self.wide(at), self.bridge(side))));
        }
    }

    /// Makes the line of a node as slow as this in both directions; with `None` fast again.
    pub fn slow(&self, at: usize, kbit: Option<u32>) {
        let inside = format!("ip netns exec {} tc qdisc", self.space(at));
        for (tc, device) in [("tc qdisc".to_owned(), self.wide(at)), (inside, "wide".to_owned())] {
            done(match kbit {
                Some(kbit) => run(&format!("{tc} replace dev {device} root tbf {}", rate(kbit))),
                None => run(&format!("{tc} del dev {device} root")),
            });
        }
    }

    /// Drops so many of a hundred packets that come to a node, at random; with none all arrive.
    ///
    /// # Errors
    /// When the program `nft` is not there.
    pub fn lose(&self, at: usize, percent: u32) -> Result<(), String> {
        let nft = format!("ip netns exec {} nft", self.space(at));
        if percent == 0 {
            return run(&format!("{nft} flush ruleset"));
        }
        run(&format!("{nft} add table ip loss"))?;
        run(&format!("{nft} add chain ip loss in {{ type filter hook input priority 0 ; }}"))?;
        run(&format!("{nft} add rule ip loss in iifname wide numgen random mod 100 < {percent} drop"))
    }

    /// Bytes that went over the line of a node, both ways, Ethernet heads included.
    pub fn bytes(&self, at: usize) -> u64 {
        let count = |way: &str| -> u64 {
            let path = format!("/sys/class/net/{}/statistics/{way}_bytes", self.wide(at));
            fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
        };
        count("rx") + count("tx")
    }

    fn space(&self, at: usize) -> String {
        format!("{PREFIX}-{}-{at}", self.pid)
    }

    fn bridge(&self, side: &str) -> String {
        format!("mb{}{side}", self.pid)
    }

    fn wide(&self, at: usize) -> String {
        format!("mw{}x{at}", self.pid)
    }

    fn lan(&self, at: usize) -> String {
        format!("ml{}x{at}", self.pid)
    }

    /// Either end of an office's own line.
    fn desk(&self, at: usize, end: u8) -> String {
        format!("10.{}.{}.{end}", self.net(), 100 + at)
    }

    /// Runs at the same time have networks of their own: 10.128.0.0 to 10.255.0.0.
    const fn net(&self) -> u32 {
        128 + self.pid % 128
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        take_down(self.pid);
    }
}

/// Takes down what runs have left behind whose process is gone.
fn sweep() {
    let spaces = fs::read_dir("/run/netns").into_iter().flatten().flatten();
    let mut pids: Vec<u32> = spaces
        .filter_map(|space| {
            space.file_name().to_string_lossy().strip_prefix(PREFIX)?.split('-').nth(1)?.parse().ok()
        })
        .collect();
    pids.dedup();
    pids.into_iter().filter(|pid| !Path::new(&format!("/proc/{pid}")).exists()).for_each(take_down);
}

/// A namespace that goes takes its ends of the lines with it, and they the other ends.
fn take_down(pid: u32) {
    let spaces = fs::read_dir("/run/netns").into_iter().flatten().flatten();
    let names = spaces.map(|space| space.file_name().to_string_lossy().into_owned());
    for name in names.filter(|name| name.starts_with(&format!("{PREFIX}-{pid}-"))) {
        let _ = ip(&format!("netns del {name}"));
    }
    for side in ["a", "b"] {
        let _ = ip(&format!("link del mb{pid}{side}"));
    }
}

/// A token bucket with room for one packet and two seconds of queue (tc-tbf(8)).
fn rate(kbit: u32) -> String {
    format!("rate {kbit}kbit burst 4kb latency 2s")
}

fn ip(words: &str) -> Result<(), String> {
    run(&format!("ip {words}"))
}

fn run(words: &str) -> Result<(), String> {
    let mut all = words.split_whitespace();
    let program = all.next().unwrap_or_default();
    let out = Command::new(program).args(all).output().map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&out.stderr);
    if out.status.success() { Ok(()) } else { Err(format!("{words}: {}", said.trim())) }
}

#[track_caller]
fn done(made: Result<(), String>) {
    made.unwrap_or_else(|why| panic!("{why}"));
}
