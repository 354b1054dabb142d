//! The schema file is up to date.

use std::fs;

#[test]
fn the_schema_file_is_what_the_code_exports() {
    let file = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    let exported = tenantry::graphql::sdl();
    let differs = file.lines().zip(exported.lines()).position(|(file, code)| file != code);
    assert!(
        file == exported,
        "schema.graphql is not what the code exports (from line {}): run `cargo run -- schema > schema.graphql`",
        differs.map_or_else(|| "the end".to_owned(), |line| (line + 1).to_string())
    );
}
