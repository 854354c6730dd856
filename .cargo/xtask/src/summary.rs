//! Counts what passed and failed out of what the test runners print.

use std::ops::AddAssign;

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Went well.
    pub passed: u64,
    /// Did not, or was never run because of an error.
    pub failed: u64,
}

impl Tally {
    /// One check.
    pub fn one(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed) }
    }

    /// A run whose program failed counts one failure at least: it may have ended before any test.
    pub fn of_run(self, succeeded: bool) -> Self {
        if succeeded { self } else { Self { failed: self.failed.max(1), ..self } }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// `     Summary [   2.717s] 19/21 tests run: 18 passed (1 slow), 1 failed, 1 timed out, 0 skipped`
pub fn of_nextest(output: &str) -> Tally {
    let plain = without_colour(output);
    let mut tally = Tally::default();
    for line in plain.lines().filter(|line| line.trim_start().starts_with("Summary [")) {
        let Some((_, counts)) = line.split_once("run:") else { continue };
        // Tests that were never started are no successes.
        let (run, all) = started(line);
        tally = Tally { failed: all.saturating_sub(run), ..Tally::default() };
        for part in without_asides(counts).split(',') {
            match count(part) {
                Some((number, "passed")) => tally.passed += number,
                Some((_, "skipped")) | None => {}
                Some((number, _)) => tally.failed += number,
            }
        }
    }
    tally
}

/// `test result: FAILED. 18 passed; 1 failed; 0 ignored; …`, once for each test program.
pub fn of_cargo_test(output: &str) -> Tally {
    let plain = without_colour(output);
    let mut tally = Tally::default();
    for line in plain.lines().filter_map(|line| line.trim_start().strip_prefix("test result:")) {
        for part in line.split(['.', ';']) {
            match count(part) {
                Some((number, "passed")) => tally.passed += number,
                Some((number, "failed")) => tally.failed += number,
                _ => {}
            }
        }
    }
    tally
}

/// The report that Playwright's JSON reporter writes.
pub fn of_playwright(report: &str) -> Option<Tally> {
    let report: serde_json::Value = serde_json::from_str(report).ok()?;
    let number = |key: &str| report["stats"][key].as_u64();
    let errors = report["errors"].as_array().map_or(0, Vec::len) as u64;
    Some(Tally { passed: number("expected")? + number("flaky")?, failed: number("unexpected")? + errors })
}

/// `19/21 tests run` or `21 tests run`.
fn started(line: &str) -> (u64, u64) {
    let word = line.split_once(']').and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or_default();
    let (run, all) = word.split_once('/').unwrap_or((word, word));
    (run.parse().unwrap_or(0), all.parse().unwrap_or(0))
}

fn count(part: &str) -> Option<(u64, &str)> {
    let (number, what) = part.trim().split_once(' ')?;
    Some((number.parse().ok()?, what.trim()))
}

fn without_asides(text: &str) -> String {
    let mut depth = 0;
    text.chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

/// Colours are `ESC [ … m`.
fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn nextest_is_counted_with_every_kind_of_failure() {
        let clean = "     Summary [   4.105s] 21 tests run: 21 passed, 0 skipped\n";
        assert_eq!(of_nextest(clean), tally(21, 0));
        let coloured = "\u{1b}[31;1m     Summary\u{1b}[0m [   2.717s] \u{1b}[1m9\u{1b}[0m tests run: \u{1b}[1m6\u{1b}[0m passed (2 slow, 1 leaky), 1 failed, 1 exec failed, 1 timed out, 3 skipped";
        assert_eq!(of_nextest(coloured), tally(6, 3));
        assert_eq!(of_nextest("Summary [ 1s] 19/21 tests run: 18 passed, 1 failed, 0 skipped"), tally(18, 3));
        assert_eq!(of_nextest("error: could not compile").of_run(false), tally(0, 1));
    }

    #[test]
    fn cargo_test_is_added_up_over_its_programs() {
        let output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                      test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(of_cargo_test(output), tally(7, 2));
    }

    #[test]
    fn playwright_is_counted_from_its_report() {
        let report = r#"{"errors": [], "stats": {"expected": 5, "unexpected": 1, "flaky": 1, "skipped": 2}}"#;
        assert_eq!(of_playwright(report), Some(tally(6, 1)));
        let broken =
            r#"{"errors": [{"message": "no tests"}], "stats": {"expected": 0, "unexpected": 0, "flaky": 0}}"#;
        assert_eq!(of_playwright(broken), Some(tally(0, 1)));
        assert_eq!(of_playwright("<html>"), None);
    }
}
