//! HTTP/2 frame by frame (RFC 9113), as no library would send it.

use std::{io, net::SocketAddr};

use dhangkanna::net::{Stream, TlsTransport, Transport as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

/// The header block ends with this frame.
pub const END_HEADERS: u8 = 4;

/// Of a ping or of settings.
const ACK: u8 = 1;

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame");
    let mut bytes = length.to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The headers of a call (RFC 7541, each a literal that is not indexed), and more.
pub fn call(path: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    // POST, https.
    let mut block = vec![0x83, 0x87];
    let mut all = vec![
        (":path", path.as_bytes()),
        (":authority", b"dhangkanna.local"),
        ("content-type", b"application/grpc"),
        ("te", b"trailers"),
    ];
    all.extend(more);
    for (name, value) in all {
        block.push(0);
        text(&mut block, name.as_bytes());
        text(&mut block, value);
    }
    block
}

fn text(block: &mut Vec<u8>, bytes: &[u8]) {
    let short = bytes.len().min(127);
    block.push(short as u8);
    if short == 127 {
        let mut rest = bytes.len() - 127;
        while rest > 127 {
            block.push((rest % 128) as u8 | 128);
            rest /= 128;
        }
        block.push(rest as u8);
    }
    block.extend(bytes);
}

/// A connection that has said what HTTP/2 wants to hear first.
pub async fn open(
    transport: &TlsTransport,
    addr: SocketAddr,
) -> io::Result<(ReadHalf<Stream>, WriteHalf<Stream>)> {
    let (_, stream) = transport.dial(addr, None).await?;
    let (read, mut write) = tokio::io::split(stream);
    write.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await?;
    write.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    write.flush().await?;
    Ok((read, write))
}

/// Answers what a quiet connection is probed with, until it ends.
pub async fn answer_probes(
    (mut read, mut write): (ReadHalf<Stream>, WriteHalf<Stream>),
) -> io::Result<()> {
    loop {
        let mut head = [0; 9];
        read.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        read.read_exact(&mut payload).await?;
        if head[3] == PING && head[4] & ACK == 0 {
            write.write_all(&frame(PING, ACK, 0, &payload)).await?;
            write.flush().await?;
        }
    }
}
