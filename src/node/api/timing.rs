//! All policy times in one place, so that scenarios can shorten them.

use std::time::Duration;

/// The times, each with how many milliseconds people get, and the least that
/// [`Timing::set`] takes: no less, unless said otherwise.
macro_rules! timing {
    ($($(#[$meta:meta])* $name:ident = $millis:literal $(, at least $least:literal)?;)+) => {
        /// How long things take, or may take.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Timing {
            $($(#[$meta])* pub $name: Duration,)+
        }

        impl Timing {
            /// The times that people get.
            pub const REAL: Self = Self {
                $($name: Duration::from_millis($millis),)+
            };

            /// A time, and the least that it may be set to, in milliseconds.
            fn by_name(&mut self, name: &str) -> Option<(&mut Duration, u64)> {
                match name {
                    $(stringify!($name) => {
                        let leasts: &[u64] = &[$($least,)? $millis];
                        Some((&mut self.$name, leasts[0]))
                    })+
                    _ => None,
                }
            }
        }
    };
}

timing! {
    /// A command without an outcome by then is reported as unknown.
    reply = 8000, at least 500;
    /// How long the acknowledgement of a sole voter waits until a second
    /// computer has the entry too.
    hold = 150;
    /// No quorum is believed in after this time without an answer.
    quorum = 1000;
    /// A member that did not answer for this long is shown as away.
    away = 3000;
    /// A voter that did not answer for this long loses its vote.
    absent = 5000;
    /// A newcomer that keeps up for this long may vote, if its player was met before
    /// or was let in by the owner.
    promote_new = 1000;
    /// The same for anybody else.
    promote_stranger = 10000, at least 1000;
    /// A member that was away must keep up for this long first.
    promote_returned = 10000;
    /// A member that was away this long loses its seat.
    remove = 600000, at least 4000;
    /// Leaving takes no longer than this.
    leave = 3000;
    /// How often the leader looks at its members.
    policy = 200;
    /// A member that hears no leader for this long asks the others how they
    /// are.
    survey = 1000;
    /// Without a leader or a quorum for this long, the player is asked whether
    /// to go on without those who are missing.
    stall = 8000;
    /// How long a setter may take to choose a secret.
    setting = 60000, at least 1000;
    /// How long a setter's program may take to answer.
    answer = 10000;
    /// How long a member that was asked to go on stays frozen, so that nothing
    /// is acknowledged behind the new cluster's back.
    freeze = 5000;
}

/// The longest that a time can be set to, in milliseconds: a day.
const MAX_MILLIS: u64 = 24 * 3600 * 1000;

impl Timing {
    /// Sets one time: `NAME=MILLISECONDS`, by the name of its field. For tests. What
    /// a room's safety rests on can be made longer only.
    ///
    /// # Errors
    /// If there is no such time, or it is no number, or too short or long.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or("expected NAME=MILLISECONDS")?;
        let millis = value.parse().map_err(|_bad| "expected milliseconds")?;
        let time = self.by_name(name);
        let (time, least) = time.ok_or_else(|| format!("there is no time called {name}"))?;
        if !(least..=MAX_MILLIS).contains(&millis) {
            return Err(format!("{name} takes {least} to {MAX_MILLIS} milliseconds"));
        }
        *time = Duration::from_millis(millis);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_that_keeps_a_room_safe_becomes_shorter() {
        let table = [
            ("freeze=0", false),
            ("freeze=4999", false),
            ("freeze=5000", true),
            ("freeze=6000", true),
            ("hold=0", false),
            ("quorum=1", false),
            ("policy=0", false),
            ("absent=4000", false),
            ("stall=0", false),
            ("survey=0", false),
            ("reply=900", true),
            ("reply=0", false),
            ("remove=4000", true),
            ("remove=0", false),
            ("setting=1500", true),
            ("leave=18446744073709551615", false),
            ("freeze=-1", false),
            ("freeze", false),
            ("thaw=5000", false),
        ];
        for (text, ok) in table {
            let mut timing = Timing::REAL;
            let set = timing.set(text);
            assert_eq!(set.is_ok(), ok, "{text}: {set:?}");
            assert!(ok || timing == Timing::REAL, "{text}");
        }
    }
}
