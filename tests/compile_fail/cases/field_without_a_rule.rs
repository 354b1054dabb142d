use macros::guarded;
use tenantry::{access, graphql};

struct Note;

#[guarded]
impl Note {
    fn text(&self) -> Option<&str> {
        None
    }
}

fn main() {}
