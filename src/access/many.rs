//! Decides for many subjects at many organisations. The rule is the one of `resolver.rs`; here, the graph is put in order
//! once, and each subject walks only what is above the organisations that it is asked about.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::actor::SubjectId;
use super::graph::{Edge, Graph, Holdings, Node};
use super::lapsed::Counting;
use super::resolver::{Flow, flow_at, held_as_staff, let_through};
use super::set::{Grants, PermissionSet};

/// A part of the graph that is closed upwards, and what each subject holds. Who may not act holds nothing.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Organisations and partnerships.
    pub graph: Graph,
    /// What each subject holds.
    pub held: HashMap<SubjectId, Arc<Holdings>>,
}

impl Gathered {
    /// The grants of each pair of subject and organisation, in the order of the pairs.
    pub fn decide(&self, pairs: &[(SubjectId, Uuid)], now: DateTimeUtc) -> Vec<Grants> {
        let mut places: Vec<usize> = (0..pairs.len()).collect();
        // All questions about one subject come together, so that its walk is shared.
        places.sort_by_key(|place| pairs.get(*place).map(|(subject, _)| *subject));
        let mut decided = vec![Grants::NONE; pairs.len()];
        let mut ordered = Ordered::new(&self.graph, now);
        for of_one in places.chunk_by(|one, other| pairs[*one].0 == pairs[*other].0) {
            let Some(held) = of_one.first().and_then(|place| self.held.get(&pairs[*place].0)) else { continue };
            let mut walk = ordered.walk(held);
            for place in of_one {
                decided[*place] = walk.grants(pairs[*place].1);
            }
        }
        decided
    }
}

/// A graph whose organisations are numbered, with the partnerships in force above each.
pub struct Ordered<'a> {
    numbers: HashMap<Uuid, usize>,
    nodes: Vec<(Uuid, Node)>,
    /// Client, reseller and link, by client.
    links: Vec<(usize, usize, &'a Edge)>,
    /// Where the links of each organisation begin, and of one more.
    starts: Vec<usize>,
    operator: Option<usize>,
    /// What flows on from each organisation, and the walk that found it.
    flows: Vec<(u32, Flow)>,
    walks: u32,
    now: DateTimeUtc,
}

impl<'a> Ordered<'a> {
    /// Puts a graph in order.
    pub fn new(graph: &'a Graph, now: DateTimeUtc) -> Self {
        let nodes: Vec<(Uuid, Node)> = graph.nodes.iter().map(|(id, node)| (*id, *node)).collect();
        let numbers: HashMap<Uuid, usize> = nodes.iter().enumerate().map(|(number, (id, _))| (*id, number)).collect();
        let numbered = |edge: &'a Edge| Some((*numbers.get(&edge.client)?, *numbers.get(&edge.reseller)?, edge));
        let mut links: Vec<_> = graph.open_edges(now).into_iter().filter_map(numbered).collect();
        links.sort_unstable_by_key(|(client, ..)| *client);
        let starts = (0..=nodes.len()).map(|number| links.partition_point(|(client, ..)| *client < number)).collect();
        let operator = graph.operator().and_then(|id| numbers.get(&id).copied());
        let flows = vec![(0, Flow::default()); nodes.len()];
        Self { numbers, nodes, links, starts, operator, flows, walks: 0, now }
    }

    /// Begins to decide for somebody who holds this.
    pub fn walk<'b>(&'b mut self, held: &'b Holdings) -> OfOne<'a, 'b> {
        self.walks += 1;
        let counting = Counting::new(held, self.now);
        let operator = self.operator.and_then(|number| self.nodes.get(number));
        let staff = operator.map(|(id, node)| held_as_staff(*node, counting.at(*id))).unwrap_or_default();
        OfOne { ordered: self, counting, staff }
    }
}

/// The decisions about one subject.
pub struct OfOne<'a, 'b> {
    ordered: &'b mut Ordered<'a>,
    counting: Counting<'b>,
    staff: PermissionSet,
}

impl OfOne<'_, '_> {
    /// What the subject may do at the organisation. Nothing where there is none.
    pub fn grants(&mut self, organisation: Uuid) -> Grants {
        let number = self.ordered.numbers.get(&organisation).copied();
        number.map_or(Grants::NONE, |number| self.flow(number).grants)
    }

    /// Goes up first. Links in a circle are not in force, so this ends.
    fn flow(&mut self, number: usize) -> Flow {
        let (walk, known) = self.ordered.flows[number];
        if walk == self.ordered.walks {
            return known;
        }
        let mut through = Grants::NONE;
        for place in self.ordered.starts[number]..self.ordered.starts[number + 1] {
            let (_, reseller, edge) = self.ordered.links[place];
            through = through.union(let_through(edge, self.flow(reseller)));
        }
        let (id, node) = self.ordered.nodes[number];
        let flow = flow_at(node, self.counting.at(id), through, self.staff);
        self.ordered.flows[number] = (self.ordered.walks, flow);
        flow
    }
}
