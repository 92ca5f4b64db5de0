//! What a survey of the other members found out.

use std::collections::BTreeMap;

use crate::{
    consensus::{ClusterId, NodeId},
    game::PeerId,
    net::Survey,
};

/// How the others were when they were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Who answered.
    pub answers: BTreeMap<NodeId, (PeerId, Survey)>,
    /// Who has gone on in another cluster, and in which.
    pub continued: Option<(PeerId, ClusterId)>,
}

impl Findings {
    /// Whether the room is played without us.
    pub fn plays(&self) -> bool {
        self.answers.values().any(|(_, survey)| survey.plays)
    }

    /// Whether those who play have given up our seat; and whether another seat
    /// of ours has taken its place.
    pub fn given_up(&self) -> Option<bool> {
        let mut playing = self.answers.values().filter(|(_, survey)| survey.plays);
        let found = playing.find(|(_, survey)| !survey.knows_you)?;
        Some(found.1.replaced_you)
    }
}
