//! Time on the screen. The server and the first frame of the browser write the same text: UTC, and the
//! snapshot's own clock. After that the browser's clock and calendar take over.

use contract::Time;
use leptos::prelude::*;
use std::time::Duration;

use super::browser;

/// The clock of the screens.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The server's clock, to a quarter of a minute: for waits and ages.
    pub now: RwSignal<Time>,
    /// The server's clock, to a second: for countdowns.
    pub second: RwSignal<Time>,
    /// Whether times are written as people here write them.
    pub local: RwSignal<bool>,
    skew: StoredValue<i64>,
}

impl Clock {
    /// A clock that stands still until it is started.
    pub fn new() -> Clock {
        Clock {
            now: RwSignal::new(Time(0)),
            second: RwSignal::new(Time(0)),
            local: RwSignal::new(false),
            skew: StoredValue::new(0),
        }
    }

    /// Sets the clock by a snapshot, if it has not been set.
    pub fn set(&self, now: Time) {
        if self.now.get_untracked() == Time(0) {
            self.now.set(now);
            self.second.set(now);
        }
    }

    /// The server's clock at this moment.
    pub fn exact(&self) -> Time {
        browser::clock().plus_ms(self.skew.get_value())
    }

    /// Lets it run: in the browser, once.
    pub fn start(&self) {
        let clock = *self;
        let known = clock.now.get_untracked();
        if known != Time(0) {
            let skew = known.since_ms(browser::clock());
            // A difference of a few seconds is the page's own way here, not a wrong clock.
            clock.skew.set_value(if skew.abs() > 10_000 { skew } else { 0 });
        }
        clock.local.set(true);
        clock.now.set(clock.exact());
        clock.second.set(clock.exact());
        let every_second = set_interval_with_handle(
            move || {
                let exact = clock.exact();
                clock.second.set(exact);
                if exact.since_ms(clock.now.get_untracked()).abs() >= 15_000 {
                    clock.now.set(exact);
                }
            },
            Duration::from_secs(1),
        );
        on_cleanup(move || {
            if let Ok(handle) = every_second {
                handle.clear();
            }
        });
    }

    /// The time of day.
    pub fn time_of_day(&self, time: Time) -> String {
        if self.local.get() {
            return browser::local_text(time, &[("hour", "2-digit"), ("minute", "2-digit")]);
        }
        let minutes = time.0.div_euclid(60_000).rem_euclid(24 * 60);
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// Date and time in full.
    pub fn in_full(&self, time: Time) -> String {
        if self.local.get() {
            return browser::local_text(time, &[("dateStyle", "medium"), ("timeStyle", "short")]);
        }
        utc(time)
    }

    /// The day of a moment, as a number that only equals that of the same day.
    pub fn day(&self, time: Time) -> i64 {
        if self.local.get() { browser::local_day(time) } else { time.0.div_euclid(86_400_000) }
    }

    /// The day of a moment, in words.
    pub fn day_text(&self, time: Time) -> String {
        if self.local.get() {
            return browser::local_text(time, &[("weekday", "long"), ("day", "numeric"), ("month", "long")]);
        }
        utc(time)[..10].to_owned()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Clock::new()
    }
}

/// A moment in RFC 3339, UTC, for `datetime` attributes.
pub fn utc(time: Time) -> String {
    let days = time.0.div_euclid(86_400_000);
    let ms = time.0.rem_euclid(86_400_000);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a count of days since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(utc(Time(0)), "1970-01-01T00:00:00Z");
        assert_eq!(utc(Time(951_782_400_000)), "2000-02-29T00:00:00Z");
        assert_eq!(utc(Time(1_767_225_599_000)), "2025-12-31T23:59:59Z");
    }
}
