//! First sightings, as SQL writes them.

use super::{Build, Function, Origin};

/// What SQL may call of this family.
pub(super) const FIRST_SEEN: &[Function] = &[Function {
    name: "first_seen",
    aliases: &[],
    usage: "first_seen(key, … [, interval])",
    summary: "Whether no event before has the same keys, or none within the interval; in `WHERE`, among the events that \
              the other conditions leave.",
    examples: &[
        (
            "(SELECT array_join(array_agg(eventid ORDER BY eventid), ' ') \
             FROM (SELECT eventid \
             FROM (VALUES ('1', 'a', '2026-03-01T00:00:00Z'), ('2', 'b', '2026-03-02T00:00:00Z'), \
             ('3', 'a', '2026-03-12T00:00:00Z')) AS t(eventid, actor, eventtime) WHERE first_seen(actor)))",
            "1 2",
        ),
        (
            "(SELECT array_join(array_agg(eventid ORDER BY eventid), ' ') \
             FROM (SELECT eventid, first_seen(actor, INTERVAL '10' DAY) AS is_new \
             FROM (VALUES ('1', 'a', '2026-03-01T00:00:00Z'), ('2', 'a', '2026-03-02T00:00:00Z'), \
             ('3', 'a', '2026-03-12T12:00:00Z')) AS t(eventid, actor, eventtime)) WHERE is_new)",
            "1 3",
        ),
    ],
    origin: Origin::Ours,
    build: Build::Syntax,
}];
