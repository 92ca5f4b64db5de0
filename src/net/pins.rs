//! The PIN of a room, in the program of the room's owner: never written, sent or
//! logged. How often it was got wrong, and who shows it just now.

use std::{cmp::Reverse, collections::VecDeque, fmt, str::FromStr, time::Duration};

use parking_lot::Mutex;
use tokio::{sync::oneshot, time::Instant};

use super::{
    call::{Refusal, Refused},
    places::Source,
};
use crate::random;

/// How long a wrong PIN counts.
const WINDOW: Duration = Duration::from_secs(60);

/// Wrong ones from one source in that time.
const WRONG_OF_ONE: usize = 3;

/// Wrong ones in that time in all. One in 100,000 guesses right in a minute.
const WRONG: usize = 10;

/// Who may show it at a time.
const RUNS: usize = 4;

/// How long that may take while somebody else waits: most take some milliseconds.
const TURN: Duration = Duration::from_secs(1);

/// Six digits that let somebody into a room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin(u32);

/// What was typed is no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has six digits")]
pub struct BadPin;

impl Pin {
    /// A new one.
    pub fn random() -> Self {
        // All are equally likely but for one part in 10^13.
        Self((random::u64() % 1_000_000) as u32)
    }

    /// Its six digits.
    pub fn digits(self) -> String {
        format!("{:06}", self.0)
    }
}

impl FromStr for Pin {
    type Err = BadPin;

    /// Spaces are left out: it is shown in two groups.
    fn from_str(text: &str) -> Result<Self, BadPin> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let is_pin = digits.len() == 6 && digits.bytes().all(|c| c.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| is_pin);
        number.map(Self).ok_or(BadPin)
    }
}

/// Says nothing: what is printed may end in a log file.
impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// The PIN of the room that a player owns, if it has one.
#[derive(Debug, Default)]
pub struct Pins(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    pin: Option<Pin>,
    /// Counts the changes.
    number: u64,
    /// When it was got wrong, and from where; at most [`WRONG`] times.
    wrong: VecDeque<(Instant, Source)>,
    /// When somebody gave way who had shown nothing in its [`TURN`], and from where.
    slow: VecDeque<(Instant, Source)>,
    /// Who shows it now, those first who began first.
    runs: Vec<Place>,
}

/// One of the [`RUNS`].
#[derive(Debug)]
struct Place {
    begun: Instant,
    from: Source,
    /// Dropped to end it.
    ends: oneshot::Sender<()>,
}

/// Somebody shows the PIN.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) pin: Pin,
    number: u64,
    from: Source,
    /// Ends when it is somebody else's turn.
    pub(super) ended: oneshot::Receiver<()>,
}

impl Pins {
    /// The PIN.
    pub fn get(&self) -> Option<Pin> {
        self.0.lock().pin
    }

    /// Changes it, or takes it off. Whoever is showing the one before is refused.
    pub fn set(&self, pin: Option<Pin>) {
        let mut inner = self.0.lock();
        if inner.pin != pin {
            inner.pin = pin;
            inner.number += 1;
        }
    }

    /// Somebody begins to show it.
    ///
    /// # Errors
    /// If there is none, it was got wrong too often, or too many show it just now.
    pub(super) fn begin(&self, from: Source) -> Result<Run, Refused> {
        let mut inner = self.0.lock();
        let pin = inner.pin.ok_or_else(|| Refusal::NoPin.plainly())?;
        inner.must_have_tries(from)?;
        inner.runs.retain(|run| !run.ends.is_closed());
        if inner.runs.len() >= RUNS {
            inner.make_place(from)?;
        }
        let (ends, ended) = oneshot::channel();
        inner.runs.push(Place {
            begun: Instant::now(),
            from,
            ends,
        });
        Ok(Run {
            pin,
            number: inner.number,
            from,
            ended,
        })
    }

    /// Decides about what somebody has shown. What is wrong counts.
    ///
    /// # Errors
    /// If it is wrong; if it was got wrong too often meanwhile, whether it is or not;
    /// if there is another PIN by now.
    pub(super) fn decide(&self, run: &Run, is_right: bool) -> Result<(), Refused> {
        let mut inner = self.0.lock();
        inner.must_have_tries(run.from)?;
        if !is_right {
            inner.wrong.push_back((Instant::now(), run.from));
        }
        if is_right && run.number == inner.number {
            Ok(())
        } else {
            Err(Refusal::WrongPin.plainly())
        }
    }
}

impl Inner {
    /// Ends a run for somebody else's, of the source that has most of them: after its
    /// turn, or at once if that source has two more than the other.
    fn make_place(&mut self, from: Source) -> Result<(), Refused> {
        let of = |from: Source| self.runs.iter().filter(|run| run.from == from).count();
        let is_slow = |run: &Place| run.begun.elapsed() >= TURN;
        let gives_way = |run: &Place| is_slow(run) || of(run.from) > of(from) + 1;
        let all = self.runs.iter().enumerate();
        let all = all.filter(|(_, run)| gives_way(run));
        let most = all.min_by_key(|(_, run)| Reverse(of(run.from)));
        let (at, _) = most.ok_or_else(|| Refusal::Busy.plainly())?;
        let run = self.runs.remove(at);
        if is_slow(&run) {
            // It costs its source a try, and nobody else.
            self.slow.push_back((Instant::now(), run.from));
        }
        Ok(())
    }

    fn must_have_tries(&mut self, from: Source) -> Result<(), Refused> {
        for tries in [&mut self.wrong, &mut self.slow] {
            tries.retain(|(at, _)| at.elapsed() < WINDOW);
        }
        let tries = self.wrong.iter().chain(&self.slow);
        let of_one = tries.filter(|(_, it)| *it == from).count();
        if self.wrong.len() >= WRONG || of_one >= WRONG_OF_ONE {
            return Err(Refusal::PinTries.plainly());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn source(n: u8) -> Source {
        Source::of(IpAddr::from([10, 0, 0, n]))
    }

    fn pins() -> Pins {
        let pins = Pins::default();
        pins.set(Some(Pin(7)));
        pins
    }

    fn tried(pins: &Pins, from: u8, is_right: bool) -> Option<Refusal> {
        let run = pins.begin(source(from));
        let decided = run.and_then(|run| pins.decide(&run, is_right));
        decided.err().map(|refused| refused.reason)
    }

    const WRONG_PIN: Option<Refusal> = Some(Refusal::WrongPin);
    const SPENT: Option<Refusal> = Some(Refusal::PinTries);

    #[test]
    fn six_digits_and_nothing_else() {
        for (text, digits) in [
            ("123456", Some("123456")),
            (" 012 345", Some("012345")),
            ("12345", None),
            ("1234567", None),
            ("+12345", None),
            ("12345x", None),
            ("１２３４５６", None),
            ("", None),
        ] {
            let pin = text.parse().map(Pin::digits).ok();
            assert_eq!(pin.as_deref(), digits, "{text:?}");
        }
        let made = Pin::random();
        assert_eq!(made.digits().parse(), Ok(made));
        assert_eq!(format!("{made:?}"), "Pin(..)");
    }

    #[tokio::test(start_paused = true)]
    async fn three_wrong_ones_a_minute_from_a_source() {
        let pins = pins();
        // Who knows it is not counted.
        for _ in 0..50 {
            assert_eq!(tried(&pins, 1, true), None);
        }
        for _ in 0..3 {
            assert_eq!(tried(&pins, 1, false), WRONG_PIN);
        }
        assert_eq!(tried(&pins, 1, false), SPENT);
        assert_eq!(tried(&pins, 1, true), SPENT);
        assert_eq!(tried(&pins, 2, true), None);
        // Refused tries do not make it longer.
        tokio::time::advance(WINDOW - Duration::from_millis(1)).await;
        assert_eq!(tried(&pins, 1, true), SPENT);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(tried(&pins, 1, true), None);
        assert_eq!(pins.get(), Some(Pin(7)), "it stays");
    }

    #[tokio::test(start_paused = true)]
    async fn ten_wrong_ones_a_minute_in_all() {
        let pins = pins();
        let all = (1..=100).map(|n| tried(&pins, n, false));
        assert_eq!(all.filter(|tried| *tried == WRONG_PIN).count(), 10);
        assert_eq!(tried(&pins, 200, true), SPENT);
        assert_eq!(pins.0.lock().wrong.len(), 10);
        tokio::time::advance(WINDOW).await;
        assert_eq!(tried(&pins, 200, true), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_many_times_at_once_has_no_more_tries() {
        let pins = pins();
        let runs: Vec<Run> = (0..4).map(|_| pins.begin(source(1)).unwrap()).collect();
        let decided = runs.iter().map(|run| pins.decide(run, false));
        let decided: Vec<_> = decided.map(|it| it.err().map(|e| e.reason)).collect();
        assert_eq!(decided, [WRONG_PIN, WRONG_PIN, WRONG_PIN, SPENT]);
    }

    #[tokio::test(start_paused = true)]
    async fn four_at_once_and_the_slowest_gives_way() {
        let pins = pins();
        let mut runs: Vec<Run> = (0..4).map(|n| pins.begin(source(n)).unwrap()).collect();
        let begun = || pins.begin(source(9)).map_err(|e| e.reason);
        assert_eq!(begun().err(), Some(Refusal::Busy));
        // Who has ended leaves a place.
        runs.remove(2);
        runs.push(begun().expect("a place"));
        assert_eq!(begun().err(), Some(Refusal::Busy));
        tokio::time::advance(TURN).await;
        let next = begun().expect("a place");
        assert!(runs[0].ended.try_recv() == Err(oneshot::error::TryRecvError::Closed));
        assert!(runs[1].ended.try_recv() == Err(oneshot::error::TryRecvError::Empty));
        assert_eq!(pins.0.lock().runs.len(), RUNS);
        drop(next);
    }

    #[tokio::test(start_paused = true)]
    async fn one_address_keeps_nobody_out() {
        let pins = pins();
        let fill = |runs: &mut Vec<Run>| {
            // It drops those that have ended, and takes every place.
            runs.retain_mut(|run| run.ended.try_recv() == Err(oneshot::error::TryRecvError::Empty));
            while let Ok(run) = pins.begin(source(1)) {
                runs.push(run);
            }
        };
        let mut flood = Vec::new();
        fill(&mut flood);
        assert_eq!(flood.len(), RUNS);
        for n in 0..100 {
            // Whenever it is, a friend has the next place, and keeps it.
            let friend = pins.begin(source(2)).expect("a place");
            fill(&mut flood);
            assert_eq!(
                pins.decide(&friend, true).map_err(|e| e.reason),
                Ok(()),
                "{n}"
            );
            drop(friend);
            fill(&mut flood);
            tokio::time::advance(TURN / 3).await;
        }
        // Those who never showed anything had three tries, which are nobody else's.
        flood.clear();
        assert_eq!(tried(&pins, 1, true), SPENT);
        assert!(pins.0.lock().wrong.is_empty());
        tokio::time::advance(WINDOW).await;
        assert_eq!(tried(&pins, 1, true), None);
        assert!(pins.0.lock().slow.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_one_before_opens_nothing() {
        let pins = pins();
        let decided = |now: Option<Pin>, is_right| {
            pins.set(Some(Pin(7)));
            let run = pins.begin(source(1)).expect("a run");
            pins.set(now);
            pins.decide(&run, is_right).err().map(|e| e.reason)
        };
        assert_eq!(decided(Some(Pin(8)), true), WRONG_PIN);
        assert_eq!(decided(None, true), WRONG_PIN);
        // Not even if it comes back.
        let run = {
            pins.set(Some(Pin(7)));
            pins.begin(source(1)).expect("a run")
        };
        pins.set(None);
        pins.set(Some(Pin(7)));
        assert!(pins.decide(&run, true).is_err());
        assert_eq!(pins.0.lock().wrong.len(), 0, "it was no guess");
        assert_eq!(decided(Some(Pin(7)), true), None);
        pins.set(None);
        assert_eq!(tried(&pins, 1, true), Some(Refusal::NoPin));
    }
}
