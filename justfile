# Shorthands; the README says what each does.

# The server with demo data on embedded SQLite.
demo:
    cargo run -- serve --demo

# Everything that must hold, as it runs before a change lands.
ci:
    bash .ci/run

# All tests on SQLite; with TEST_DATABASE_URL on PostgreSQL instead.
test:
    cargo test --workspace

# Writes schema.graphql anew.
schema:
    cargo run -- schema > schema.graphql

# What a decision costs, and a load run against the least that any server can do.
bench:
    cargo bench --bench decide
    cargo bench --bench load
