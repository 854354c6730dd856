//! Wakes whoever waits in this process. Other processes look into the database twice a second.

use tokio::sync::Notify;

/// One for all desks of a process: a wake-up too many costs a look into the database.
static STIRRED: Notify = Notify::const_new();

/// Something has changed on a phone, or a webhook has been queued.
pub fn stir() {
    STIRRED.notify_waiters();
}

/// A wake-up to wait for. It must be enabled before the look into the database that it follows.
pub fn stirred() -> tokio::sync::futures::Notified<'static> {
    STIRRED.notified()
}
