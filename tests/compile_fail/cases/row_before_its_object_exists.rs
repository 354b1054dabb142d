use tenantry::access::Unchecked;

fn name(row: Unchecked<String>) -> String {
    row.0
}

fn main() {}
