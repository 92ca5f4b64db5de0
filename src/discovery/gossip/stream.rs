//! A connection of gossip: one message each way. A message is read whole, is
//! bounded, and is looked at, before `memberlist` sees any of it: its own
//! reader allocates what the first bytes claim (up to 4 GiB), and spins without
//! end on a header that stops in the middle.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use memberlist::{
    proto::{ProtoReader, ProtoWriter},
    transport::Connection,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::OwnedSemaphorePermit,
    time::{Duration, Instant, timeout_at},
};

use super::{
    NodeId,
    check::{self, Verdict},
};

/// The longest message, in bytes: all nodes that are remembered, with all they
/// may say, and a third more.
pub(super) const MAX_MESSAGE: usize = 192 * 1024;

/// How long the other side has for its message.
const PATIENCE: Duration = Duration::from_secs(2);

/// The tag of several messages in one; then comes their number, and a length
/// in four bytes. All others are followed by a varint of at most five.
const COMPOUND: u8 = 1;

/// What the two halves of a connection share.
#[derive(Clone)]
pub(super) struct Ends {
    pub(super) me: NodeId,
    /// Set when somebody spoils our id.
    pub(super) poisoned: Arc<AtomicBool>,
    /// The place it takes among those that others opened.
    pub(super) _place: Option<Arc<OwnedSemaphorePermit>>,
}

/// A connection.
pub(super) struct Stream {
    reader: Reader,
    writer: Writer,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, ends: Ends) -> Self {
        let (from, to) = tcp.into_split();
        Self {
            writer: Writer {
                to,
                _ends: ends.clone(),
            },
            reader: Reader {
                from,
                ends,
                message: None,
            },
        }
    }

    /// Opens one.
    pub(super) async fn open(addr: SocketAddr, deadline: Instant, ends: Ends) -> io::Result<Self> {
        let opened = timeout_at(deadline, TcpStream::connect(addr)).await;
        let tcp = opened.unwrap_or_else(|_late| Err(io::ErrorKind::TimedOut.into()))?;
        Ok(Self::new(tcp, ends))
    }
}

/// What comes in.
pub(super) struct Reader {
    from: OwnedReadHalf,
    ends: Ends,
    /// The message, and how much of it was taken; `None` before it is there.
    message: Option<(Vec<u8>, usize)>,
}

impl Reader {
    /// What is left of the message, which is awaited first.
    async fn rest(&mut self) -> io::Result<(&[u8], &mut usize)> {
        if self.message.is_none() {
            let message = tokio::time::timeout(PATIENCE, receive(&mut self.from)).await;
            let message = message.unwrap_or_else(|_late| Err(io::ErrorKind::TimedOut.into()))?;
            match check::stream(&message, self.ends.me) {
                Verdict::Sane => self.message = Some((message, 0)),
                Verdict::Bad => return Err(nonsense()),
                Verdict::PoisonedIncarnation => {
                    self.ends.poisoned.store(true, Relaxed);
                    return Err(nonsense());
                }
            }
        }
        match &mut self.message {
            Some((message, taken)) => Ok((message.get(*taken..).unwrap_or_default(), taken)),
            None => Err(nonsense()),
        }
    }
}

/// Reads one message, as long as it says it is.
async fn receive(from: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let tag = from.read_u8().await?;
    let mut message = vec![tag];
    let len = if tag == COMPOUND {
        message.push(from.read_u8().await?);
        let len = from.read_u32().await?;
        message.extend(len.to_be_bytes());
        u64::from(len)
    } else {
        let mut len = 0;
        for shift in (0..35).step_by(7) {
            let byte = from.read_u8().await?;
            message.push(byte);
            len |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            if shift == 28 {
                return Err(nonsense());
            }
        }
        len
    };
    let header = message.len();
    let whole = usize::try_from(len)
        .ok()
        .and_then(|len| len.checked_add(header));
    let whole = whole.filter(|whole| *whole <= MAX_MESSAGE);
    // Not allocated beforehand: it grows with what really comes.
    let mut rest = from.take(whole.ok_or_else(nonsense)? as u64 - header as u64);
    rest.read_to_end(&mut message).await?;
    if Some(message.len()) == whole {
        Ok(message)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn nonsense() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

impl ProtoReader for Reader {
    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let (rest, taken) = self.rest().await?;
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        *taken += len;
        Ok(len)
    }

    async fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.peek_exact(buf).await?;
        *self.rest().await?.1 += buf.len();
        Ok(())
    }

    async fn peek(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let (rest, _) = self.rest().await?;
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    async fn peek_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        let (rest, _) = self.rest().await?;
        let rest = rest.get(..buf.len());
        buf.copy_from_slice(rest.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// What goes out.
pub(super) struct Writer {
    to: OwnedWriteHalf,
    /// Holds the place.
    _ends: Ends,
}

impl ProtoWriter for Writer {
    async fn close(&mut self) -> io::Result<()> {
        self.to.shutdown().await
    }

    async fn write_all(&mut self, payload: &[u8]) -> io::Result<()> {
        self.to.write_all(payload).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.to.flush().await
    }
}

impl Connection for Stream {
    type Reader = Reader;
    type Writer = Writer;

    fn split(self) -> (Reader, Writer) {
        (self.reader, self.writer)
    }

    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buf).await
    }

    async fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.reader.read_exact(buf).await
    }

    async fn peek(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reader.peek(buf).await
    }

    async fn peek_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.reader.peek_exact(buf).await
    }

    async fn write_all(&mut self, payload: &[u8]) -> io::Result<()> {
        self.writer.write_all(payload).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.writer.flush().await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.writer.close().await
    }
}
