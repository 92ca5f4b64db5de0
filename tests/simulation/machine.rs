//! The machine as a simulation sees it: what the standard library asks the
//! operating system for follows from the seed and the simulated time. Without
//! this hash maps iterate, and `select!` begins, at random.
//!
//! The program's own symbols stand before those of the C library. Only the
//! thread that asks for it is simulated.

#![expect(unsafe_code, reason = "C functions are replaced")]

use std::{
    cell::Cell,
    ffi::{c_int, c_uint, c_void},
    time::Duration,
};

/// The wall clock at the begin of each simulation, in seconds since 1970.
const BEGIN: u64 = 1_750_000_000;

thread_local! {
    static ENTROPY: Cell<Option<u64>> = const { Cell::new(None) };
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Simulates this thread's machine, from now on.
pub fn simulate(seed: u64) {
    ENTROPY.set(Some(seed));
    NOW.set(Duration::ZERO);
}

/// Sets the time since the begin of the simulation.
pub fn set_time(now: Duration) {
    NOW.set(now);
}

/// What the standard library seeds its hash maps with.
///
/// # Safety
/// As `getrandom(2)`: `buffer` has room for `length` bytes.
#[cfg(target_os = "linux")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(buffer: *mut c_void, length: usize, flags: c_uint) -> isize {
    let Some(mut state) = ENTROPY.get() else {
        // SAFETY: the caller's promise is that of the system call.
        return unsafe { libc::syscall(libc::SYS_getrandom, buffer, length, flags) as isize };
    };
    for at in 0..length {
        // Knuth's linear congruential generator (MMIX).
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // SAFETY: the caller's promise.
        unsafe { buffer.cast::<u8>().add(at).write((state >> 56) as u8) };
    }
    ENTROPY.set(Some(state));
    length as isize
}

/// What the standard library asks for the time.
///
/// # Safety
/// As `clock_gettime(2)`: `time` may be written.
#[cfg(target_os = "linux")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut libc::timespec) -> c_int {
    if ENTROPY.get().is_none() {
        // SAFETY: the caller's promise is that of the system call.
        return unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) as c_int };
    }
    let now = NOW.get() + Duration::from_secs(BEGIN);
    // SAFETY: the caller's promise.
    unsafe {
        time.write(libc::timespec {
            tv_sec: now.as_secs() as libc::time_t,
            tv_nsec: now.subsec_nanos().into(),
        });
    }
    0
}
