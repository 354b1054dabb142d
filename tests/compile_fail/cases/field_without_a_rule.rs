use async_graphql::Object;
use macros::guarded;
use tenantry::{access, graphql};

struct Note;

#[guarded]
#[Object]
impl Note {
    fn text(&self) -> Option<&str> {
        None
    }
}

fn main() {}
