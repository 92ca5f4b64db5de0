//! Times, the machine they were measured on, and checks that it cannot make.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

/// How often a scenario runs: `DHANGKANNA_RUNS`, or a few times.
pub fn runs(default: usize) -> usize {
    std::env::var("DHANGKANNA_RUNS")
        .ok()
        .and_then(|runs| runs.parse().ok())
        .unwrap_or(default)
}

/// Prints median, p99 (of at least 100) and worst of some times.
pub fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    let n = times.len();
    let ms = |at: usize| times[at.min(n - 1)].as_secs_f64() * 1000.0;
    let p99 = if n >= 100 {
        format!(", p99 {:.2}", ms(n * 99 / 100))
    } else {
        String::new()
    };
    println!(
        "{what}: median {:.2} ms{p99}, worst {:.2} ms ({n})",
        ms(n / 2),
        ms(n - 1)
    );
}

/// Prints some times, which are sorted then, and fails if the median is not below a
/// bound.
pub fn report_within(bound: Duration, what: &str, times: &mut [Duration]) {
    report(what, times);
    let median = times[times.len() / 2];
    assert!(
        median < bound,
        "{what}: median {median:.2?}, not below {bound:?}"
    );
}

/// Notes that a check cannot be made here, in the file that `DHANGKANNA_SKIPPED`
/// names; without one that is a failure, so that nothing passes by being left out.
#[cfg(feature = "gui")]
pub fn skip(check: &str, why: &str) {
    let path = std::env::var("DHANGKANNA_SKIPPED");
    let path = path.unwrap_or_else(|_| {
        panic!("{check}: {why}; with DHANGKANNA_SKIPPED=FILE it is noted there instead")
    });
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .expect("the list of skipped checks");
    writeln!(file, "{check}: {why}").expect("written");
    println!("skipped: {check}: {why}");
}

/// Prints the load, and what syncing a file costs here and now.
pub fn print_machine(folder: &Path) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut file = File::create(folder.join("sync")).expect("a file");
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let start = Instant::now();
            file.write_all(&[7; 512]).expect("written");
            file.sync_data().expect("synced");
            start.elapsed()
        })
        .collect();
    println!("load {}", load.trim());
    report("fdatasync", &mut times);
}
