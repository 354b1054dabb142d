//! placeholder
fn main() {
    print!("{}", tenantry::graphql::sdl());
}
