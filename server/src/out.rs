//! What a command says to the person or script that ran it: results on standard output, everything else on
//! standard error. The only place that writes there besides the log.

use std::io::Write;

/// Writes a line of a result. A reader that has gone away (`| head`) is no error of ours.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Tells the person what is going on, beside the result.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
