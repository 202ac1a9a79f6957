//! Eight offices of one state, founded once by the ceremonies that people do, then copied.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use mohar_node::mark::Marks;
use mohar_node::store::Store;
use mohar_protocol::ceremony::{Founding, from_file};
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::Memory;
use mohar_protocol::registry::Registry;
use tempfile::TempDir;

use crate::processes::node::Node;
use crate::processes::officer::Officer;
use crate::processes::programs::{PROGRAMS, good};
use crate::processes::{PASSWORD, ports, until};

/// An office of the town as it is founded.
pub struct Plan {
    /// Name of its data folder, and of its sign-ins.
    pub name: &'static str,
    /// Name on its pages.
    pub title: &'static str,
    /// Path in the administrative tree.
    pub path: &'static str,
    tier: &'static str,
    parent: Option<&'static str>,
}

impl Plan {
    /// Path of the office.
    pub const fn path(&self) -> &'static str {
        self.path
    }
}

/// A department, its division, a district with two tehsils, and another district with two.
pub const PLANS: [Plan; 8] = [
    Plan { name: "gad", title: "Department Revenue", path: "mp/gad", tier: "department", parent: None },
    Plan { name: "malwa", title: "Division Malwa", path: "mp/malwa", tier: "division", parent: Some("gad") },
    Plan {
        name: "indore",
        title: "District Indore",
        path: "mp/malwa/indore",
        tier: "district",
        parent: Some("malwa"),
    },
    Plan {
        name: "depalpur",
        title: "Tehsil Depalpur",
        path: "mp/malwa/indore/depalpur",
        tier: "tehsil",
        parent: Some("indore"),
    },
    Plan {
        name: "sanwer",
        title: "Tehsil Sanwer",
        path: "mp/malwa/indore/sanwer",
        tier: "tehsil",
        parent: Some("indore"),
    },
    Plan {
        name: "dhar",
        title: "District Dhar",
        path: "mp/malwa/dhar",
        tier: "district",
        parent: Some("malwa"),
    },
    Plan {
        name: "kukshi",
        title: "Tehsil Kukshi",
        path: "mp/malwa/dhar/kukshi",
        tier: "tehsil",
        parent: Some("dhar"),
    },
    Plan {
        name: "manawar",
        title: "Tehsil Manawar",
        path: "mp/malwa/dhar/manawar",
        tier: "tehsil",
        parent: Some("dhar"),
    },
];

/// So many of the first offices make the town of most tests: department, division, district and its
/// two tehsils.
pub const TOWN: usize = 5;

/// Place of the department in [`PLANS`].
pub const DEPARTMENT: usize = 0;
/// Place of the division.
pub const DIVISION: usize = 1;
/// Place of the district.
pub const DISTRICT: usize = 2;
/// Place of the first tehsil.
pub const TEHSIL: usize = 3;
/// Place of the second tehsil.
pub const TEHSIL_2: usize = 4;

/// The post that every office begins with; its sign-in is `asha.<office>`.
pub const HEAD: &str = "Office administrator";
/// The second post of every office; its sign-in is `ravi.<office>`.
pub const READER: &str = "Reader";

/// Offices with running daemons. All are killed when the town is dropped.
pub struct Town {
    /// One for each of [`PLANS`].
    pub nodes: Vec<Node>,
    /// Ids of the offices.
    pub ids: Vec<OfficeId>,
    /// Id of the state.
    pub state: String,
    /// Where the pages are.
    pub webs: Vec<String>,
    /// Keys of the nodes on the network, in hexadecimal.
    pub transports: Vec<String>,
    /// The folder of everything; the keepers' root keys are in `state`.
    pub dir: TempDir,
}

impl Town {
    /// A town of the first `count` offices, all running and linked with each other.
    ///
    /// # Panics
    /// When they do not come up.
    pub fn running(count: usize) -> Self {
        let mut town = Self::asleep(count);
        thread::scope(|scope| {
            for node in &mut town.nodes {
                scope.spawn(|| node.start());
            }
        });
        town.until_linked();
        town
    }

    /// A town whose nodes have not been started.
    ///
    /// # Panics
    /// When it cannot be founded or copied.
    pub fn asleep(count: usize) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let founded = founded(count.max(TOWN));
        let plans = &PLANS[..count];
        copy(&founded.join("state"), &dir.path().join("state"));
        for plan in plans {
            copy_office(&founded.join(plan.name), &dir.path().join(plan.name));
        }
        let foundings: Vec<Founding> =
            plans.iter().map(|plan| founding(&dir.path().join(plan.name))).collect();
        let transports = transports(&founded, count.max(TOWN));
        let (web, net): (Vec<u16>, Vec<u16>) = plans.iter().map(|_| (ports::free(), ports::free())).unzip();
        for (at, plan) in plans.iter().enumerate() {
            let others = (0..count).filter(|other| *other != at);
            let peers = others.map(|other| (transports[other].as_str(), net[other]));
            let toml = node_toml(web[at], net[at], peers);
            fs::write(dir.path().join(plan.name).join("node.toml"), toml).expect("settings");
        }
        Self {
            nodes: plans.iter().map(|plan| Node::new(dir.path().join(plan.name))).collect(),
            ids: foundings.iter().map(|founding| founding.invitation.office).collect(),
            state: foundings[0].invitation.state.to_string(),
            webs: web.iter().map(|port| format!("http://127.0.0.1:{port}")).collect(),
            transports,
            dir,
        }
    }

    /// Waits until every running node is linked with every other one.
    ///
    /// # Panics
    /// When that does not happen.
    pub fn until_linked(&self) {
        let running: Vec<OfficeId> = self.running_ids();
        for node in self.nodes.iter().filter(|node| node.pid().is_some()) {
            until("all offices are linked", || {
                let status = node.status()?;
                let lost =
                    status.others.iter().find(|other| running.contains(&other.office) && !other.linked);
                lost.map_or(Ok(()), |lost| Err(format!("{} has not {}", status.offices[0].path, lost.path)))
            });
        }
    }

    /// Gives the copy of a data folder ports of its own; the address of its pages.
    ///
    /// # Panics
    /// When the settings cannot be written.
    pub fn move_ports(&self, office: usize, data: &Path) -> String {
        let text = fs::read_to_string(self.nodes[office].data.join("node.toml")).expect("settings");
        let (web, net) = (ports::free(), ports::free());
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[1] = format!("listen = \"127.0.0.1:{web}\"");
        lines[3] = format!("listen = [\"/ip4/127.0.0.1/tcp/{net}\"]");
        fs::write(data.join("node.toml"), lines.join("\n")).expect("settings");
        format!("http://127.0.0.1:{web}")
    }

    /// The head of an office, signed in.
    ///
    /// # Panics
    /// When signing in fails.
    pub fn head(&self, office: usize) -> Officer {
        self.officer(office, "asha")
    }

    /// The reader of an office, signed in.
    ///
    /// # Panics
    /// When signing in fails.
    pub fn reader(&self, office: usize) -> Officer {
        self.officer(office, "ravi")
    }

    fn officer(&self, office: usize, first: &str) -> Officer {
        let officer = Officer::at(&self.webs[office], &format!("{first}.{}", PLANS[office].name));
        officer.sign_in().unwrap_or_else(|trouble| panic!("{} signs in: {trouble}", officer.login));
        officer
    }

    fn running_ids(&self) -> Vec<OfficeId> {
        let running = self.nodes.iter().zip(&self.ids).filter(|(node, _)| node.pid().is_some());
        running.map(|(_, id)| *id).collect()
    }
}

/// The folder with the founded state of so many offices: made once for these programs, kept in the
/// build folder.
fn founded(count: usize) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let these = format!("mohar-town-{:016x}", digest_of_programs());
    let place = PROGRAMS.kept.join(format!("{these}-{count}"));
    if place.exists() {
        return place;
    }
    let dir = tempfile::tempdir().expect("a folder");
    found(dir.path(), &PLANS[..count]);
    fs::create_dir_all(&PROGRAMS.kept).expect("the build folder can be written");
    for old in fs::read_dir(&PROGRAMS.kept).expect("a folder").flatten() {
        let name = old.file_name().to_string_lossy().into_owned();
        if name.starts_with("mohar-town-") && !name.starts_with(&these) {
            let _ = fs::remove_dir_all(old.path());
        }
    }
    let half = place.with_extension(std::process::id().to_string());
    copy(dir.path(), &half);
    for plan in &PLANS[..count] {
        take_along_marks(&dir.path().join(plan.name), &half.join(plan.name));
    }
    // Another test program may have been faster; then its town is as good.
    if fs::rename(&half, &place).is_err() {
        let _ = fs::remove_dir_all(&half);
    }
    place
}

/// A town belongs to the programs that founded it.
fn digest_of_programs() -> u64 {
    let mut digest = DefaultHasher::new();
    for path in [&PROGRAMS.mohar, &PROGRAMS.node] {
        let facts = fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (facts.len(), facts.modified().ok()).hash(&mut digest);
    }
    include_str!("town.rs").hash(&mut digest);
    digest.finish()
}

/// The ceremonies, as the guide describes them.
fn found(dir: &Path, plans: &[Plan]) {
    let names = "--name-hi मध्य_प्रदेश --name-en Madhya_Pradesh";
    let state = good(dir, &format!("found --dir state {names} --keys 3 --threshold 2"));
    let state = state["state"].as_str().expect("an id").to_owned();
    let (mut nodes, mut ids): (Vec<Node>, Vec<String>) = (Vec::new(), Vec::new());
    for plan in plans {
        let above = plan.parent.and_then(|parent| PLANS.iter().position(|other| other.name == parent));
        let parent = above.map_or("none", |above| ids[above].as_str());
        ids.push(create(dir, plan, parent));
        admit(dir, plan, &nodes);
        good(dir, &format!("join {0}.invitation --data {0} --state {state}", plan.name));
        let mut node = Node::new(dir.join(plan.name));
        node.start();
        nodes.push(node);
        staff(dir, plan);
    }
    for node in &nodes {
        until("every log is held", || is_held(node));
    }
    nodes.iter_mut().for_each(Node::stop);
}

fn create(dir: &Path, plan: &Plan, parent: &str) -> String {
    let Plan { name, title, path, tier, .. } = plan;
    let (net, web) = (ports::free(), ports::free());
    let made = good(
        dir,
        &format!(
            "office create --data {name} --state-file state/charter.registry --parent {parent} --path {path} \
         --code {name} --tier {tier} --name-hi {0} --name-en {0} --admin-login asha.{name} \
         --admin-name-hi आशा --admin-name-en Asha --listen 127.0.0.1:{net} --web 127.0.0.1:{web}",
            title.replace(' ', "_")
        ),
    );
    made["office"].as_str().expect("an id").to_owned()
}

/// The charter admits the department, each other office is admitted by the one above; the nodes
/// that run are told.
fn admit(dir: &Path, plan: &Plan, nodes: &[Node]) {
    let name = plan.name;
    let known = nodes.iter().zip(&PLANS).filter(|(_, other)| Some(other.name) != plan.parent);
    let known: String = known.map(|(_, other)| format!(" --known {}", other.name)).collect();
    let by = plan.parent.map_or_else(
        || {
            "--registry state/charter.registry --root-key state/root-1.key --root-key state/root-3.key"
                .to_owned()
        },
        |parent| format!("--data {parent}"),
    );
    good(dir, &format!("office admit {name}/office.request --out {name}.invitation {by}{known}"));
}

/// A second post with a second officer.
fn staff(dir: &Path, plan: &Plan) {
    let name = plan.name;
    let by = format!("--data {name} --as asha.{name}");
    fs::write(dir.join("first"), PASSWORD).expect("a password");
    good(dir, &format!("post add {by} --code reader --name-hi रीडर --name-en {READER} --rank 100"));
    good(
        dir,
        &format!(
            "officer add {by} --login ravi.{name} --name-hi रवि --name-en Ravi --first-password-file first"
        ),
    );
    good(dir, &format!("charge give {by} --login ravi.{name} --post reader"));
}

/// Whether all offices are linked and every cosigner has the whole log.
fn is_held(node: &Node) -> Result<(), String> {
    let status = node.status()?;
    if let Some(other) = status.others.iter().find(|other| !other.linked) {
        return Err(format!("{} is not linked", other.path));
    }
    let own = &status.offices[0];
    let behind = own.cosigners.iter().find(|cosigner| cosigner.size < own.log_size);
    behind.map_or(Ok(()), |behind| Err(format!("{behind:?} of {}", own.log_size)))
}

fn founding(data: &Path) -> Founding {
    let bytes = fs::read(data.join("founding.cbor")).expect("a founded office");
    from_file(&bytes).expect("a founding file")
}

/// Transport keys of all offices, as the youngest office knows them.
fn transports(founded: &Path, count: usize) -> Vec<String> {
    let youngest = founding(&founded.join(PLANS[count - 1].name)).invitation;
    let mut registry = Registry::new(youngest.state);
    for bytes in youngest.package.charter.iter().chain(youngest.package.dossiers.iter().flatten()) {
        let act = mohar_protocol::act::UnverifiedAct::parse(bytes).expect("an act");
        registry.admit_act(act).expect("it holds");
    }
    let key = |path: &str| {
        let office = registry.offices().find(|office| office.path() == path).expect("founded");
        let transport = office.incarnation().expect("an incarnation").transport;
        data_encoding::HEXLOWER.encode(&transport.to_bytes())
    };
    PLANS[..count].iter().map(|plan| key(plan.path)).collect()
}

fn node_toml<'a>(web: u16, net: u16, peers: impl Iterator<Item = (&'a str, u16)>) -> String {
    let mut text =
        format!("[web]\nlisten = \"127.0.0.1:{web}\"\n[net]\nlisten = [\"/ip4/127.0.0.1/tcp/{net}\"]\n");
    for (transport, port) in peers {
        text += &format!(
            "[[net.peers]]\ntransport = \"{transport}\"\naddresses = [\"/ip4/127.0.0.1/tcp/{port}\"]\n"
        );
    }
    text
}

/// A town is founded once and copied for every test. Its offices are to work at once, so the copies
/// get marks of their own; without them every office would ask first.
fn copy_office(from: &Path, to: &Path) {
    copy(from, to);
    take_along_marks(from, to);
}

fn take_along_marks(from: &Path, to: &Path) {
    let offices: Vec<OfficeId> = fs::read_dir(from.join("mark"))
        .expect("marks")
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().strip_suffix(".mark")?.parse().ok())
        .collect();
    assert!(!offices.is_empty(), "{}: no mark", from.display());
    let open = |data: &Path| Marks::open(&data.join("mark"), &Store::path(data), &offices).expect("marks");
    let (known, (mut marks, _)) = (open(from).1, open(to));
    for (office, memory) in known {
        let Memory::Here(mark) = memory else { panic!("{}: the mark of another place", from.display()) };
        marks.write(office, mark).expect("a mark");
    }
}

/// Copies a folder as a backup does.
///
/// # Panics
/// When that fails.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, there) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            copy(&path, &there);
        } else if kind.is_file() && path.extension().is_none_or(|end| end != "log") {
            fs::copy(&path, &there).expect("copied");
        }
    }
}
