//! The log store on disks that fail: nothing that was acknowledged is lost
//! without a word, and nothing ends in another log than was written.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::common::disk::{Disk, Fault};
use dhangkanna::{
    consensus::{Entry, LogId, LogStore, Member, Membership, StoreError, Vote, log_id},
    net::Identity,
};
use futures::executor::block_on;
use openraft::{
    RaftLogReader as _,
    entry::RaftEntry as _,
    storage::{RaftLogStorage as _, RaftLogStorageExt as _},
};

/// How many single bits are flipped, spread over the file. More, by hand, with
/// `DHANGKANNA_FLIPS`.
const FLIPS: u64 = 600;

/// All that a log says.
#[derive(Debug, PartialEq)]
struct Content {
    entries: Vec<Entry>,
    vote: Option<Vote>,
    purged: Option<LogId>,
}

fn content(log: &mut LogStore) -> Content {
    block_on(async {
        let state = log.get_log_state().await.expect("a state");
        Content {
            entries: log.try_get_log_entries(..).await.expect("entries"),
            vote: log.read_vote().await.expect("a vote"),
            purged: state.last_purged_log_id,
        }
    })
}

/// Writes until something fails: how many of the entries were acknowledged.
fn write(log: &mut LogStore) -> u64 {
    block_on(async {
        let saved = log.save_vote(&Vote::new_committed(1, 7)).await;
        if saved.is_err() {
            return 0;
        }
        for index in 1..=20 {
            if log
                .blocking_append([Entry::new_blank(log_id(1, index))])
                .await
                .is_err()
            {
                return index - 1;
            }
        }
        20
    })
}

/// Opening must not panic, whatever is found.
fn open(disk: &Disk) -> Result<LogStore, StoreError> {
    let disk = disk.clone();
    catch_unwind(AssertUnwindSafe(|| LogStore::open_backend(disk, false)))
        .unwrap_or_else(|_| panic!("opening panics"))
}

/// The bytes of a file with a vote, entries 3 to 20, purged up to 2, and what
/// it says.
fn a_file() -> (Vec<u8>, Content) {
    let disk = Disk::default();
    let mut log = open(&disk).expect("a new file");
    assert_eq!(write(&mut log), 20);
    block_on(log.purge(log_id(1, 2))).expect("purged");
    block_on(log.close());
    let content = content(&mut log);
    (disk.bytes(), content)
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged() {
    dhangkanna::random::seed(1);
    let disk = Disk::default();
    write(&mut LogStore::open_backend(disk.clone(), true).expect("a new file"));
    let all = disk.operations();
    assert!(all > 100, "{all}");
    for at in 0..all {
        let disk = Disk::default();
        // A file that is not whole yet has no seat beside it.
        let mut log = LogStore::open_backend(disk.clone(), true).expect("a new file");
        disk.plan(Fault::PowerCutAt(at));
        let acknowledged = write(&mut log);
        let after = disk.after_power_cut();
        let mut log = open(&after).unwrap_or_else(|e| panic!("at {at}: {e}"));
        let found = content(&mut log).entries;
        let found: Vec<u64> = found.iter().map(|entry| entry.log_id.index).collect();
        assert!(found.len() as u64 >= acknowledged, "at {at}: {found:?}");
        assert!(
            found.iter().copied().eq(1..=found.len() as u64),
            "{found:?}"
        );
    }
}

/// Which membership is committed is on disk at once, whatever waits to be written.
#[test]
fn a_committed_membership_outlives_a_power_cut() {
    dhangkanna::random::seed(1);
    let key = Identity::ephemeral().expect("a key").key().public();
    let members = BTreeMap::from([(7, Member::new(key, None, Vec::new()))]);
    let members = Membership::new(vec![BTreeSet::from([7])], members).expect("one voter");
    for before in 1..=80 {
        let disk = Disk::default();
        let mut log = LogStore::open_backend(disk.clone(), true).expect("a new file");
        let index = before + 1;
        let found = block_on(async {
            for index in 1..=before {
                let entry = Entry::new_blank(log_id(1, index));
                log.blocking_append([entry]).await.expect("appended");
                let committed = log.save_committed(Some(log_id(1, index))).await;
                committed.expect("saved");
            }
            let changed = Entry::new_membership(log_id(1, index), members.clone());
            log.blocking_append([changed]).await.expect("appended");
            let committed = log.save_committed(Some(log_id(1, index))).await;
            committed.expect("saved");
            let mut after = open(&disk.after_power_cut()).expect("a file");
            after.read_committed().await.expect("a position")
        });
        assert_eq!(found, Some(log_id(1, index)), "after {before} others");
    }
}

#[test]
fn a_full_disk_is_said_and_what_was_acknowledged_is_there() {
    for from in [1, 10, 20, 30, 40, 60, 80] {
        let disk = Disk::default();
        let mut log = open(&disk).expect("a new file");
        disk.plan(Fault::FullFrom(from));
        let acknowledged = write(&mut log);
        assert!(acknowledged < 20, "{from}");
        let why = log.failure().expect("a reason").to_owned();
        assert!(why.contains("no storage space"), "{why}");
        drop(log);
        disk.plan(Fault::None);
        let found = content(&mut open(&disk).expect("the same file")).entries;
        assert!(found.len() as u64 >= acknowledged, "{from}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_said() {
    let (bytes, _) = a_file();
    let disk = Disk::holding(bytes);
    disk.plan(Fault::None);
    open(&disk).expect("a file");
    for from in 0..8 {
        disk.plan(Fault::UnreadableFrom(from));
        if let Err(e) = open(&disk) {
            assert!(e.to_string().contains("cannot be read"), "{e}");
        } else {
            assert!(from > 0, "it reads something");
        }
    }
}

#[test]
fn a_flipped_bit_is_said_or_changes_nothing() {
    let (bytes, content_before) = a_file();
    let flips = std::env::var("DHANGKANNA_FLIPS").ok();
    let flips = flips.and_then(|n| n.parse().ok()).unwrap_or(FLIPS);
    dhangkanna::random::seed(2);
    let (mut said, mut harmless) = (0, 0);
    for n in 0..flips {
        // Every other one in redb's header, which is the first 320 bytes.
        let bytes_to_hit = if n % 2 == 0 { 320 } else { bytes.len() as u64 };
        let bit = dhangkanna::random::u64() % (bytes_to_hit * 8);
        let mut flipped = bytes.clone();
        flipped[bit as usize / 8] ^= 1 << (bit % 8);
        let disk = Disk::holding(flipped.clone());
        match open(&disk) {
            Ok(mut log) => {
                assert_eq!(content(&mut log), content_before, "bit {bit}");
                harmless += 1;
            }
            Err(e) => {
                assert!(!e.to_string().is_empty());
                assert_eq!(disk.bytes(), flipped, "bit {bit}: it was changed");
                said += 1;
            }
        }
    }
    println!(
        "{flips} flipped bits in {} kB: {said} said, {harmless} harmless",
        bytes.len() / 1024
    );
    assert!(said > 0 && harmless > 0);
}
