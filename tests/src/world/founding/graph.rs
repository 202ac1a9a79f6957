//! A state of the real shape: departments, divisions, districts, tehsils, and who links with whom.

use std::collections::BTreeSet;

use mohar_protocol::entropy::Entropy;
use mohar_protocol::placement::placement;
use mohar_protocol::testing::TestState;
use mohar_protocol::testing::guard::{self, Guard};

use super::Founding;
use crate::world::START;

/// How many offices there are of each tier, below the one at the top.
#[derive(Debug, Clone, Copy)]
pub struct Graph {
    /// Departments of the secretariat.
    pub departments: usize,
    /// Divisions.
    pub divisions: usize,
    /// Districts, spread over the divisions.
    pub districts: usize,
    /// Tehsils, spread over the districts.
    pub tehsils: usize,
}

impl Graph {
    /// Madhya Pradesh, filled with tehsils up to a number of offices; beyond 430 tehsils the rest stands
    /// for other offices of a district.
    pub const fn of(offices: usize) -> Self {
        let (departments, divisions, districts) = (55, 10, 55);
        Self { departments, divisions, districts, tehsils: offices - 1 - departments - divisions - districts }
    }

    fn state(self, rng: &mut Entropy) -> TestState {
        let mut state = TestState::found(rng, START);
        let mut add = |parent, path: String| state.add_office(parent, &path, 1, None, rng, START);
        let top = add(None, "mp".to_owned());
        for number in 0..self.departments {
            add(Some(top), format!("mp/department{number}"));
        }
        let divisions: Vec<usize> =
            (0..self.divisions).map(|number| add(Some(top), format!("mp/division{number}"))).collect();
        let districts: Vec<(usize, String)> = (0..self.districts)
            .map(|number| {
                let division = number % self.divisions;
                let path = format!("mp/division{division}/district{number}");
                (add(Some(divisions[division]), path.clone()), path)
            })
            .collect();
        for number in 0..self.tehsils {
            let (district, path) = &districts[number % self.districts];
            add(Some(*district), format!("{path}/tehsil{number}"));
        }
        state
    }
}

/// A founded state of this shape, one node for each office. Nodes link with the office above, those below,
/// and with the cosigners of their log; departments link with each other. Only the first `nodes` of
/// each kind of office run when a sample is asked for.
pub fn real(graph: Graph, sample: Option<&[usize]>) -> Founding {
    let mut rng = Entropy::from_seed([55; 32]);
    let state = graph.state(&mut rng);
    let running: Vec<usize> =
        sample.map_or_else(|| (0..state.offices.len()).collect(), |sample| sample.to_vec());
    let at = |office: usize| running.iter().position(|other| *other == office);
    let mut links = BTreeSet::new();
    let mut link = |a: Option<usize>, b: Option<usize>| {
        if let (Some(a), Some(b)) = (a, b)
            && a != b
        {
            links.insert((a.min(b), a.max(b)));
        }
    };
    for (node, office) in running.iter().enumerate() {
        let id = state.offices[*office].id;
        let parent = state.registry.office(&id).ok().and_then(|register| register.parent());
        let cosigners = placement(&state.registry, &id).into_iter().map(|(by, _)| by);
        for other in parent.into_iter().chain(cosigners) {
            link(Some(node), state.offices.iter().position(|office| office.id == other).and_then(at));
        }
    }
    for a in 1..=graph.departments {
        for b in a + 1..=graph.departments {
            link(at(a), at(b));
        }
    }
    // Every dossier was verified when the state was founded; a thousand nodes need not do it again.
    guard::switch_off(Some(Guard::Authority));
    let founding = Founding::settle(state, running.into_iter().map(|office| vec![office]).collect(), links);
    guard::switch_off(None);
    founding
}
