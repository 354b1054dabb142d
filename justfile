# Short names for the commands in the README.

# Runs the server with demo data on embedded SQLite.
demo:
    cargo run -- serve --demo

# Runs all checks that a change must pass before it lands.
ci:
    bash .ci/run

# Runs all tests on SQLite. If TEST_DATABASE_URL is set, they run on PostgreSQL instead.
test:
    cargo test --workspace

# Writes schema.graphql again.
schema:
    cargo run -- schema > schema.graphql

# Measures what a decision costs, and runs a load test beside two floors.
bench:
    cargo bench --bench decide
    cargo bench --bench evaluate
    cargo bench --bench load
