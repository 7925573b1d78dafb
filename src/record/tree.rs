//! The wanted leaves as a tree of steps, so that one walk over a record serves all of them.

use crate::schema::{Leaf, Step};

/// A node's number; the root, the record itself, is 0. A node's descendants follow it directly.
pub(super) type NodeId = usize;

/// What the record is walked for.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

/// One place in a record.
#[derive(Debug)]
pub(super) struct Node {
    /// One more than the last descendant.
    pub(super) end: NodeId,
    members: Vec<Member>,
    elements: Vec<(usize, NodeId)>,
    /// By a key's [`hash`]: one more than the number of the last member with it; 0 for none.
    last: [u16; SLOTS],
}

/// One wanted member of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) node: NodeId,
    key: Box<[u8]>,
    any_case: bool,
    /// One more than the number of the member before with the same hash; 0 for none.
    before: u16,
}

/// How well a key fits a step; the better one wins, of equals the later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Not at all.
    #[default]
    None,
    /// But for the case of ASCII letters.
    AnyCase,
    /// To the letter.
    Exact,
}

impl Tree {
    /// The tree, and the node of each leaf.
    pub(super) fn new<'l>(paths: impl IntoIterator<Item = &'l [Step]>) -> (Self, Vec<NodeId>) {
        let paths: Vec<&[Step]> = paths.into_iter().collect();
        let mut order: Vec<usize> = (0..paths.len()).collect();
        // In the order of paths a node's descendants stand together.
        order.sort_by_key(|at| paths[*at]);
        let mut nodes = vec![Node::new()];
        let mut ids = vec![0; paths.len()];
        let mut previous: (&[Step], Vec<NodeId>) = (&[], vec![0]);
        for at in order {
            let path = paths[at];
            let shared = path.iter().zip(previous.0).take_while(|(a, b)| a == b).count();
            let mut way = previous.1;
            way.truncate(shared + 1);
            for step in &path[shared..] {
                let node = nodes.len();
                nodes.push(Node::new());
                nodes[way[way.len() - 1]].add(step, node);
                way.push(node);
            }
            ids[at] = way[way.len() - 1];
            previous = (path, way);
        }
        for node in (0..nodes.len()).rev() {
            let last = nodes[node].members.iter().map(|member| member.node);
            let last = last.chain(nodes[node].elements.iter().map(|element| element.1)).max();
            nodes[node].end = last.map_or(node + 1, |child| nodes[child].end);
        }
        (Self { nodes }, ids)
    }

    /// The tree of these leaves, and the node of each.
    pub(super) fn of(leaves: &[Leaf]) -> (Self, Vec<NodeId>) {
        Self::new(leaves.iter().map(|leaf| leaf.path.as_slice()))
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }
}

impl Node {
    fn new() -> Self {
        Self { end: 0, members: Vec::new(), elements: Vec::new(), last: [0; SLOTS] }
    }

    fn add(&mut self, step: &Step, node: NodeId) {
        match step {
            Step::Key(key) => self.add_member(key.as_bytes(), true, node),
            Step::ExactKey(key) => self.add_member(key.as_bytes(), false, node),
            Step::Index(index) => {
                self.add_member(index.to_string().as_bytes(), false, node);
                self.elements.push((*index, node));
            }
        }
    }

    fn add_member(&mut self, key: &[u8], any_case: bool, node: NodeId) {
        let last = &mut self.last[hash(key)];
        self.members.push(Member { node, key: key.into(), any_case, before: *last });
        // Beyond 65,535 members of one object, the rest is not found rather than mistaken.
        *last = u16::try_from(self.members.len()).unwrap_or(*last);
    }

    /// Whether to go into an object.
    #[inline(always)]
    pub(super) fn has_members(&self) -> bool {
        !self.members.is_empty()
    }

    /// Whether to go into an array.
    #[inline(always)]
    pub(super) fn has_elements(&self) -> bool {
        !self.elements.is_empty()
    }

    /// The members that an unescaped key may fit, few or none.
    #[inline(always)]
    pub(super) fn candidates(&self, key: &[u8]) -> impl Iterator<Item = &Member> {
        let member = |number: u16| self.members.get(usize::from(number).checked_sub(1)?);
        std::iter::successors(member(self.last[hash(key)]), move |next| member(next.before))
    }

    /// The node of an element.
    #[inline]
    pub(super) fn element(&self, index: usize) -> Option<NodeId> {
        self.elements.iter().find(|element| element.0 == index).map(|element| element.1)
    }
}

impl Member {
    /// How well an unescaped key fits.
    #[inline]
    pub(super) fn fit(&self, key: &[u8]) -> Fit {
        if same(&self.key, key) {
            Fit::Exact
        } else if self.any_case && self.key.eq_ignore_ascii_case(key) {
            Fit::AnyCase
        } else {
            Fit::None
        }
    }
}

/// Whether two keys are equal, without a call for those of usual length.
#[inline(always)]
fn same(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<8>(), a.last_chunk::<8>()) {
        (Some(first), Some(last)) if a.len() <= 16 => {
            a.len() == b.len() && b.first_chunk() == Some(first) && b.last_chunk() == Some(last)
        }
        _ => a == b,
    }
}

/// A number below [`SLOTS`], the same for keys that differ only in ASCII case.
#[inline(always)]
fn hash(key: &[u8]) -> usize {
    let word = match key.last_chunk::<4>() {
        Some(tail) => u32::from_le_bytes(*tail),
        None => key.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)),
    };
    // The bit that tells capital letters from small ones is set; the product's highest bits depend on all others.
    ((word | 0x2020_2020).wrapping_mul(0x9E37_79B1) >> (32 - SLOTS.ilog2())) as usize
}

/// Places in a table of keys, so many that most unwanted keys find theirs empty.
const SLOTS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: &[&str]) -> Vec<Step> {
        steps.iter().map(|step| Step::Key((*step).into())).collect()
    }

    #[test]
    fn descendants_follow_their_node() {
        let paths =
            [path(&["b", "y", "z"]), path(&["a"]), path(&["b"]), path(&["b", "x"]), path(&[]), path(&["b", "y"])];
        let (tree, ids) = Tree::new(paths.iter().map(Vec::as_slice));
        assert_eq!(tree.len(), 6);
        assert_eq!(ids[4], 0);
        assert_eq!(tree.node(0).end, 6);
        let b = tree.node(ids[2]);
        assert_eq!(b.end - ids[2], 4);
        for inner in [ids[0], ids[3], ids[5]] {
            assert!((ids[2]..b.end).contains(&inner));
        }
        assert!(!(ids[2]..b.end).contains(&ids[1]));
    }

    #[test]
    fn the_same_path_is_one_node() {
        let (tree, ids) = Tree::new([path(&["a", "b"]).as_slice(), path(&["a", "b"]).as_slice()]);
        assert_eq!((tree.len(), ids[0]), (3, ids[1]));
    }

    #[test]
    fn keys_are_found_in_any_case() {
        let (tree, _) = Tree::new([path(&["sourceIPAddress"]).as_slice()]);
        assert_eq!(tree.node(0).candidates(b"SOURCEIPADDRESS").count(), 1);
        assert_eq!(tree.node(0).members[0].fit(b"sourceipaddress"), Fit::AnyCase);
        assert_eq!(tree.node(0).members[0].fit(b"sourceIPAddress"), Fit::Exact);
    }
}
