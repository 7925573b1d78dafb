//! The story of the example archive, told as calls and delivered as CloudTrail would.
//!
//! `ordinary` is the work of every day, the three `night_…` files are the intrusion, `morning_after` is the
//! response. They share the people and roles of `cast` and the shapes of `call`; `delivery` decides which log file
//! a record lands in. Everything is made up: addresses come from the ranges kept for documentation, account and key ids
//! are AWS's own examples.

mod call;
mod cast;
mod clock;
mod compute;
mod delivery;
mod ids;
mod morning_after;
mod night_one;
mod night_three;
mod night_two;
mod ordinary;
mod scene;
mod special;

pub(crate) use delivery::deliver;

/// Every call of the three days, scene by scene rather than by time.
pub(crate) fn tell() -> Vec<call::Call> {
    let mut story = scene::Story::default();
    for day in 1..=3 {
        ordinary::day(&mut story, day);
    }
    night_one::spray(&mut story);
    night_one::sign_in(&mut story);
    night_one::look_around(&mut story);
    night_one::stay(&mut story);
    night_two::blind(&mut story);
    night_two::mine(&mut story);
    night_three::secrets(&mut story);
    night_three::cross_over(&mut story);
    night_three::take(&mut story);
    night_three::open(&mut story);
    night_three::leave(&mut story);
    morning_after::root(&mut story);
    morning_after::clean(&mut story);
    special::insights(&mut story);
    special::network(&mut story);
    story.calls
}
