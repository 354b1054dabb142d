//! What must not compile: a field or a mutation without a rule, and using what was looked up before a permission was
//! asked for. `TRYBUILD=overwrite cargo test compile` writes the expected messages anew.

#[test]
fn what_forgets_to_authorise_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
