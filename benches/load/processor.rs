//! Processor time and memory of processes, as the operating system counts them. See proc(5).

use std::fs;

use sea_orm::{ConnectionTrait, DbBackend};
use tenantry::base::db::Db;

/// The times of a process, in milliseconds.
struct Times {
    parent: u32,
    own: f64,
    /// Of its children that have ended.
    ended_children: f64,
}

impl Times {
    fn of(process: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The name of the program stands in parentheses, and may contain spaces.
        let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
        // The unit is a hundredth of a second.
        let millis = |index: usize| fields.get(index)?.parse::<f64>().ok().map(|ticks| ticks * 10.0);
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: millis(11)? + millis(12)?,
            ended_children: millis(13)? + millis(14)?,
        })
    }
}

/// The processor time that a process has used, in milliseconds.
pub fn millis_of(process: u32) -> f64 {
    Times::of(process).map_or(f64::NAN, |times| times.own)
}

/// The memory of a process, in MiB.
pub fn resident_mebibytes(process: u32) -> u64 {
    mebibytes(process, "VmRSS:")
}

/// The peak memory of a process, in MiB.
pub fn peak_mebibytes(process: u32) -> u64 {
    mebibytes(process, "VmHWM:")
}

fn mebibytes(process: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    value.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// From now on, the peak is that of the time after this.
pub fn forget_peak(process: u32) {
    let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
}

/// A PostgreSQL server on this machine.
#[derive(Clone, Copy)]
pub struct Postgres {
    postmaster: u32,
}

impl Postgres {
    /// The server of the database. None for SQLite, which runs inside our own process, and for a server elsewhere.
    pub async fn find(db: &Db) -> Option<Self> {
        if db.backend() != DbBackend::Postgres {
            return None;
        }
        let row = db.reader().query_one_raw(sea_orm::Statement::from_string(db.backend(), "SELECT pg_backend_pid()"));
        let backend: i32 = row.await.ok()??.try_get_by_index(0).ok()?;
        let postmaster = Times::of(u32::try_from(backend).ok()?)?.parent;
        let program = fs::read_to_string(format!("/proc/{postmaster}/comm")).ok()?;
        program.starts_with("postgres").then_some(Self { postmaster })
    }

    /// The processor time of the postmaster and all its children, also of those that have ended, in milliseconds.
    pub fn millis(self) -> f64 {
        let Some(postmaster) = Times::of(self.postmaster) else { return f64::NAN };
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let children = processes
            .filter_map(|entry| Times::of(entry.file_name().to_str()?.parse().ok()?))
            .filter(|times| times.parent == self.postmaster);
        postmaster.own + postmaster.ended_children + children.map(|times| times.own).sum::<f64>()
    }
}
