use macros::guarded;
use tenantry::access::{GrantsAt, Guarded, Side};
use tenantry::{access, graphql};

struct Note;

impl Guarded for Note {
    fn grants_at(&self, _: Side) -> Option<GrantsAt> {
        None
    }
}

#[guarded]
impl Note {
    #[requires(ORGANISATION_READ)]
    fn text(&self) -> &str {
        "secret"
    }
}

fn main() {}
