//! How far each query is from its targets.

use super::compare::Rows;
use super::queries;

/// A ratio that has a target for each query.
struct Ratio {
    title: &'static str,
    targets: [f64; 4],
    of: fn(&Rows) -> Option<f64>,
}

const RATIOS: [Ratio; 4] = [
    Ratio {
        title: "warm / floor of one statement",
        targets: [1.0, 0.6, 0.6, 1.6],
        of: |rows| Some(rows.warm.processor() / rows.one_statement.processor()),
    },
    Ratio {
        title: "cold / floor of flat statements",
        targets: [2.5, 2.0, 2.0, 3.0],
        of: |rows| Some(rows.cold.as_ref()?.processor() / rows.flat_statements.processor()),
    },
    Ratio {
        title: "a read beside 10 % writes / warm",
        targets: [1.3; 4],
        of: |rows| Some(read_beside_writes(rows) / rows.warm.processor()),
    },
    Ratio { title: "statements, warm", targets: [1.0; 4], of: |rows| Some(rows.warm.statements) },
];

/// What a read takes beside writes: everything without the time of the writes themselves, as they take it alone.
fn read_beside_writes(rows: &Rows) -> f64 {
    let (all, writes) = (rows.beside_writes.processor(), rows.beside_writes.writes);
    (all - writes * rows.write.processor()) / (1.0 - writes)
}

/// Prints each ratio of processor time (server and database together) beside its target.
pub fn print(all: &[Rows]) {
    print!("\n{:<34}", "server + database, ratio to target");
    for query in queries::ALL {
        print!("{:>22}", query.title);
    }
    println!();
    for ratio in RATIOS {
        print!("{:<34}", ratio.title);
        for (rows, target) in all.iter().zip(ratio.targets) {
            let cell = match (ratio.of)(rows) {
                // What prints as the target has reached it.
                Some(value) if value < target + 0.005 => format!("{value:.2} <= {target:.1}       "),
                Some(value) => format!("{value:.2} >  {target:.1} MISSED"),
                None => "-            ".to_owned(),
            };
            print!("{cell:>22}");
        }
        println!();
    }
}
