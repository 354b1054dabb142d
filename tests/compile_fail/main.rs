//! What must not compile: a field or a mutation without a rule, and using a row that was looked up before a permission was
//! asked for. It checks the whole workspace once more, which takes minutes, so `cargo test` leaves it out:
//! `cargo test --test compile_fail`. With `TRYBUILD=overwrite` it writes the expected messages anew.

#[test]
fn code_that_forgets_to_authorise_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/cases/*.rs");
}
