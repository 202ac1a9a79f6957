//! A log directory with real cosignatures, as `mohar log export` lays it out, made from offices
//! that worked for some minutes; beside it, in `proof/`, what only a test has to hand out.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::audit::log_directory::LogDirectory;
use mohar_protocol::id::{OfficeId, StateId};
use mohar_protocol::keys::{PublicKey, SecretKey};
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::export::ExportedProof;
use mohar_protocol::log::note::{CosignerKey, LogKey};
use mohar_protocol::log::proof::{consistency, inclusion};
use mohar_protocol::log::tile::{HashReader as _, LEVEL_MAX, TILE_WIDTH, TileKind, TilePath, encode_hashes};
use mohar_protocol::log::tree::TILE_HEIGHT;
use mohar_protocol::machine::{HostSecrets, cosigner_name, origin};
use mohar_protocol::placement::placement;
use mohar_protocol::records::{Records, Role};
use mohar_tests::world::{World, WorldFaults};

/// Gives logs of more than one tile; any other seed should do as well.
const SEED: u64 = 20_261_122;

/// Six offices: two mirrors and two witnesses for each of them.
const OFFICES: usize = 6;

/// Whose log is written: the office above all others, which receives the most.
const OWNER: usize = 0;

/// What was written, for those who check it.
pub struct Written {
    /// The folder.
    pub path: PathBuf,
    /// The state that an auditor trusts.
    pub state: StateId,
    /// Leaves under the checkpoint.
    pub size: u64,
    /// Cosignatures under the checkpoint.
    pub cosignatures: usize,
}

/// Lets offices work until a log has more than one full tile, and writes it into `path`.
///
/// # Errors
/// Those of the file system.
pub fn write(path: &Path) -> io::Result<Written> {
    eprintln!("seed {SEED}");
    let mut world = World::found(SEED, OFFICES, WorldFaults::NONE, None);
    world.run(60_000);
    let earlier = head(&world);
    while head(&world).claimed().head.size <= TILE_WIDTH as u64 {
        world.run(60_000);
    }
    world.heal();

    let checkpoint = head(&world);
    let size = checkpoint.claimed().head.size;
    write_log(path, &world, &checkpoint)?;
    write_proofs(path, &world, &earlier, &checkpoint)?;
    let cosignatures = checkpoint.note().signatures().len() - 1;
    Ok(Written { path: path.to_owned(), state: world.state.id, size, cosignatures })
}

fn owner(world: &World) -> OfficeId {
    world.state.offices[OWNER].id
}

fn records(world: &World) -> Records<'_> {
    Records::new(&world.nodes[OWNER].store)
}

/// The newest cosigned head.
fn head(world: &World) -> SignedCheckpoint {
    let note =
        records(world).head(&owner(world)).expect("memory").expect("a mirror answered within a minute");
    SignedCheckpoint::parse(&note).expect("the machine keeps what it verified")
}

fn leaves(world: &World, size: u64) -> Vec<Vec<u8>> {
    let records = records(world);
    let ids = records.leaves(&owner(world), 0, size as usize).expect("memory");
    ids.iter().map(|id| records.expect_act(id).expect("a leaf").bytes().to_vec()).collect()
}

/// What `mohar log export` writes.
fn write_log(path: &Path, world: &World, checkpoint: &SignedCheckpoint) -> io::Result<()> {
    let size = checkpoint.claimed().head.size;
    let directory = LogDirectory {
        checkpoint: checkpoint.to_bytes(),
        leaves: leaves(world, size),
        registry: world.state.package(),
    };
    for (name, bytes) in directory.to_files().expect("acts are smaller than entries may be") {
        put(path, &name, &bytes)?;
    }
    let records = records(world);
    let hashes = records.log_hashes(owner(world));
    for tile in hash_tiles(size) {
        let TileKind::Hashes { level } = tile.kind else { continue };
        let hashes = hashes.hashes(level, tile.first(), tile.width.into()).expect("stored hashes");
        put(path, &tile.to_string(), &encode_hashes(&hashes).expect("a width between 1 and 256"))?;
    }
    Ok(())
}

/// All hash tiles of a log, partial ones included.
fn hash_tiles(size: u64) -> impl Iterator<Item = TilePath> {
    (0..LEVEL_MAX).flat_map(move |level| {
        let stored = size >> (TILE_HEIGHT * u32::from(level));
        (0..stored.div_ceil(TILE_WIDTH as u64)).map(move |tile| {
            let width = (stored - (tile << TILE_HEIGHT)).min(TILE_WIDTH as u64) as u16;
            TilePath { kind: TileKind::Hashes { level }, tile, width }
        })
    })
}

/// Keys, one act, and proofs made by our own builders.
fn write_proofs(
    path: &Path,
    world: &World,
    earlier: &SignedCheckpoint,
    checkpoint: &SignedCheckpoint,
) -> io::Result<()> {
    put(path, "proof/vkeys", vkeys(world).as_bytes())?;
    put(path, "proof/earlier-checkpoint", &earlier.to_bytes())?;

    let size = checkpoint.claimed().head.size;
    let (index, act, key) = an_act_of_an_officer(world, size);
    put(path, "proof/act", &act)?;
    put(path, "proof/act.key", &key.to_bytes())?;

    let records = records(world);
    let hashes = records.log_hashes(owner(world));
    let proof = inclusion(&hashes, index, size).expect("stored hashes");
    let proof = ExportedProof { extra: Vec::new(), index, proof, checkpoint: checkpoint.clone() };
    put(path, "proof/act.tlog-proof", proof.to_string().as_bytes())?;
    let grown = consistency(&hashes, earlier.claimed().head.size, size).expect("stored hashes");
    put(path, "proof/consistency", &grown.hashes().iter().flat_map(|hash| hash.0).collect::<Vec<u8>>())
}

/// Verifier keys: the log's, then those of its cosigners.
fn vkeys(world: &World) -> String {
    let keys = |office: &OfficeId| {
        let found = world.state.offices.iter().find(|other| other.id == *office);
        &found.expect("an office of this state").keys.signing
    };
    let own = LogKey::new(origin(&owner(world)), keys(&owner(world)).public());
    let cosigners = placement(&world.state.registry, &owner(world)).into_iter().map(|(by, role)| {
        let public = match role {
            Role::Mirror => HostSecrets::mirror(keys(&by)).public(),
            Role::Witness => HostSecrets::witness(keys(&by)).public(),
        };
        CosignerKey::new(cosigner_name(&by, role), public).to_string()
    });
    let keys: Vec<String> = std::iter::once(own.to_string()).chain(cosigners).collect();
    keys.join("\n") + "\n"
}

/// The last leaf that an officer of the office signed: its index, bytes and key.
fn an_act_of_an_officer(world: &World, size: u64) -> (u64, Vec<u8>, PublicKey) {
    let officers: Vec<&SecretKey> = world.state.offices[OWNER].posts.iter().map(|post| &post.key).collect();
    let mut newest_first = leaves(world, size).into_iter().enumerate().rev();
    let found = newest_first.find_map(|(index, leaf)| {
        let signer = UnverifiedAct::parse(&leaf).expect("a leaf").key();
        let key = officers.iter().map(|key| key.public()).find(|key| key.id() == signer)?;
        Some((index as u64, leaf, key))
    });
    found.expect("officers worked")
}

fn put(path: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path = path.join(name);
    fs::create_dir_all(path.parent().expect("a name inside the folder"))?;
    fs::write(path, bytes)
}
