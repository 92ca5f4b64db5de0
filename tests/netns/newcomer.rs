//! What a newcomer's program takes, and from whom.

use std::{net::SocketAddr, sync::mpsc};

use tokio::runtime::Runtime;

use crate::harness::{
    den::Den,
    lab::Lab,
    seat::{PATIENCE, Seat},
};

/// A stranger is read slowly; but not the one whom a newcomer asked to let it in,
/// though it is in no membership that the newcomer knows.
#[test]
#[ignore = "needs root"]
fn a_newcomer_is_sent_the_largest_room_in_time() {
    let lab = Lab::new(2);
    let (tell, addr) = mpsc::channel();
    let hosting = lab.on_host(1, move || {
        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(async move {
            let den = Den::found();
            let port = den.host.addr.port();
            tell.send(SocketAddr::from(([10, 77, 0, 1], port)))
                .expect("the test waits");
            let newcomer = SocketAddr::from(([10, 77, 0, 2], 41_002));
            let finding = async {
                loop {
                    // Its program has not started yet.
                    match den.host.peers.who_is_at(newcomer).await {
                        Ok(peer) => break peer,
                        Err(_not_yet) => tokio::task::yield_now().await,
                    }
                }
            };
            let peer = tokio::time::timeout(PATIENCE, finding).await;
            let peer = peer.expect("the newcomer");
            den.sends_the_largest_snapshot(peer).await;
        });
    });
    let addr = addr.recv().expect("an address").to_string();
    let _newcomer = Seat::start(&lab, 2, "P2", &["--join", &addr, "--port", "41002"]);
    hosting.join().expect("sent in time");
}
