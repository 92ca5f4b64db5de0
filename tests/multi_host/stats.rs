//! Times, and the machine they were measured on.

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
