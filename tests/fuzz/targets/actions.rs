//! Entries of a log, as anybody could have made them: none makes the state
//! machine panic, and what was applied is stored and read back as it was.

#![no_main]

use dhangkanna::{
    consensus::{RULES, RoomState, codec},
    proto as pb,
};
use libfuzzer_sys::fuzz_target;
use openraft::EntryPayload;
use prost::Message as _;

fuzz_target!(|data: &[u8]| {
    let mut state = RoomState::default();
    let mut rest = data;
    let mut index = 0;
    // Messages one after the other, each with its length before it.
    while let Ok(message) = pb::Entry::decode_length_delimited(&mut rest) {
        index += 1;
        if let Ok(entry) = codec::entry(message, RULES)
            && let EntryPayload::Normal(proposal) = entry.payload
        {
            state.apply(index, proposal);
        }
    }
    let bytes = pb::RoomState::from(&state).encode_to_vec();
    let read = pb::RoomState::decode(&bytes[..]).map(|state| codec::state(state, RULES));
    assert_eq!(read, Ok(Ok(state)));
});
