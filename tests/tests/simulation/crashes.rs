//! A crash at every commit of a movement there, back by recall, and on by another office: before the
//! commit, and after it before anything is said.

use mohar_protocol::act::Holder;
use mohar_protocol::custody::command::Command;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::{NewMatter, Request};
use mohar_protocol::records::Table;
use mohar_protocol::sealing::{Kind, MatterKey};
use mohar_tests::invariants::{ALWAYS, HEALED, check};
use mohar_tests::world::founding::three;
use mohar_tests::world::officers::seal;
use mohar_tests::world::{World, WorldFaults};

/// An unoptimised build tries every seventh commit.
const STRIDE: usize = if cfg!(debug_assertions) { 7 } else { 1 };

#[test]
fn a_crash_at_any_commit_of_a_movement_loses_nothing() {
    let mut calm = begin();
    movement(&mut calm);
    let commits = calm.commits;
    assert!(commits > 40, "a movement has many commits: {commits}");
    for at in (1..=commits).step_by(STRIDE) {
        for after in [false, true] {
            let mut world = begin();
            world.crash_at = Some((at, after));
            movement(&mut world);
            world.heal();
            let mut broken = check(&world, ALWAYS);
            broken.extend(check(&world, HEALED));
            assert!(broken.is_empty(), "crash at commit {at}, after it: {after}: {broken:#?}");
        }
    }
    eprintln!("crashes: {commits} commits, each before and after");
}

fn begin() -> World {
    let mut world = World::begin(1, &three(), WorldFaults::NONE, None);
    world.rest();
    world
}

/// There, recalled, there again, opened, on to the third, sent back. What a crash makes impossible is
/// left out, as officers would.
fn movement(world: &mut World) {
    world.run(3_000);
    let mut entropy = Entropy::from_seed([9; 32]);
    let key = MatterKey::generate(&mut entropy);
    let contents = vec![seal(&key, 1, Kind::Cover, "आवरण", &mut entropy)];
    let matter = NewMatter { is_dak: false, key, contents };
    let actor = world.state.offices[0].actor(0);
    world.ask(0, Request::Begin { actor, operation: [1; 16], matter });
    let to = |world: &World, office: usize| {
        let office = &world.state.offices[office];
        Command::Forward { to: Holder { office: office.id, post: office.posts[0].post } }
    };
    let (one, two) = (to(world, 1), to(world, 2));
    let wishes = [
        (0, one.clone()),
        (0, Command::RequestRecall),
        (0, one),
        (1, Command::Opened),
        (1, two),
        (2, Command::Opened),
        (2, Command::SendBack),
    ];
    for (number, (node, command)) in wishes.into_iter().enumerate() {
        world.run(30_000);
        if let Some(matter) = known_to(world, node) {
            let (actor, contents) = (world.state.offices[node].actor(0), Vec::new());
            let operation = [number as u8 + 2; 16];
            world.ask(node, Request::Act { actor, operation, matter, command, contents });
        }
    }
    world.run(30_000);
}

fn known_to(world: &World, node: usize) -> Option<MatterId> {
    let (key, _) = world.nodes[node].store.rows(Table::MATTERS).next()?;
    key.try_into().ok().map(MatterId)
}
