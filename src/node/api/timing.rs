//! All policy times in one place, so that scenarios can shorten them.

use std::time::Duration;

/// How long things take, or may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// A command without an outcome by then is reported as unknown.
    pub reply: Duration,
    /// How long the acknowledgement of a sole voter waits until a second
    /// computer has the entry too.
    pub hold: Duration,
    /// No quorum is believed in after this time without an answer.
    pub quorum: Duration,
    /// A member that did not answer for this long is shown as away.
    pub away: Duration,
    /// A voter that did not answer for this long loses its vote.
    pub absent: Duration,
    /// A newcomer that keeps up for this long may vote.
    pub promote_new: Duration,
    /// A member that was away must keep up for this long first.
    pub promote_returned: Duration,
    /// A member that was away this long loses its seat.
    pub remove: Duration,
    /// Leaving takes no longer than this.
    pub leave: Duration,
    /// How often the leader looks at its members.
    pub policy: Duration,
    /// A member that hears no leader for this long asks the others how they
    /// are.
    pub survey: Duration,
    /// Without a leader or a quorum for this long, the player is asked whether
    /// to go on without those who are missing.
    pub stall: Duration,
    /// How long a setter may take to choose a secret.
    pub setting: Duration,
    /// How long a setter's program may take to answer.
    pub answer: Duration,
    /// How long a member that was asked to go on stays frozen, so that nothing
    /// is acknowledged behind the new cluster's back.
    pub freeze: Duration,
}

impl Timing {
    /// The times that people get.
    pub const REAL: Self = Self {
        reply: Duration::from_secs(8),
        hold: Duration::from_millis(150),
        quorum: Duration::from_secs(1),
        away: Duration::from_secs(3),
        absent: Duration::from_secs(5),
        promote_new: Duration::from_secs(1),
        promote_returned: Duration::from_secs(10),
        remove: Duration::from_secs(600),
        leave: Duration::from_secs(3),
        policy: Duration::from_millis(200),
        survey: Duration::from_secs(1),
        stall: Duration::from_secs(8),
        setting: Duration::from_secs(60),
        answer: Duration::from_secs(10),
        freeze: Duration::from_secs(5),
    };
}

impl Timing {
    /// Sets one time: `NAME=MILLISECONDS`, by the name of its field. For tests.
    ///
    /// # Errors
    /// If there is no such time, or it is no number.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or("expected NAME=MILLISECONDS")?;
        let millis = value.parse().map_err(|_bad| "expected milliseconds")?;
        let time = match name {
            "reply" => &mut self.reply,
            "hold" => &mut self.hold,
            "quorum" => &mut self.quorum,
            "away" => &mut self.away,
            "absent" => &mut self.absent,
            "promote_new" => &mut self.promote_new,
            "promote_returned" => &mut self.promote_returned,
            "remove" => &mut self.remove,
            "leave" => &mut self.leave,
            "policy" => &mut self.policy,
            "survey" => &mut self.survey,
            "stall" => &mut self.stall,
            "setting" => &mut self.setting,
            "answer" => &mut self.answer,
            "freeze" => &mut self.freeze,
            _ => return Err(format!("there is no time called {name}")),
        };
        *time = Duration::from_millis(millis);
        Ok(())
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self::REAL
    }
}
