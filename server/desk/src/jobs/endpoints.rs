//! Telling web addresses of others what happens: each event is a delivery of its own, signed as Standard Webhooks has it,
//! and made again until it is taken or nobody can hope any more.
//!
//! | file | what is in it |
//! |---|---|
//! | `read` | the feed, read for each address, becomes deliveries |
//! | `send` | deliveries that are due are sent |

use futures::try_join;

use crate::state::Desk;

mod read;
mod send;

/// Reads and sends, side by side.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    try_join!(read::run(&desk), send::run(&desk))?;
    Ok(())
}
