//! The few messages of the Postgres protocol (version 3.0) that a supervisor needs: log in over the
//! Unix socket without a password, send one simple query, read text rows. Only the programs of the
//! server are needed this way, no client library and no `pg_isready`, which the npm builds lack.
//! Source: PostgreSQL documentation, chapter "Frontend/Backend Protocol", "Message Formats".

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The port names the socket file; it is not a TCP port.
pub const PORT: u16 = 5432;
const PROTOCOL: i32 = 196_608;
const PATIENCE: Duration = Duration::from_secs(30);
/// No answer to a supervisor's question is longer.
const LONGEST: usize = 1 << 20;

/// A row of text values.
pub type Row = Vec<Option<String>>;

/// The socket file that a server makes in `socket_dir`.
pub fn socket_file(socket_dir: &Path) -> PathBuf {
    socket_dir.join(format!(".s.PGSQL.{PORT}"))
}

/// One query on a connection of its own.
///
/// # Errors
/// The socket cannot be used, or the server refuses; then the text is its SQLSTATE and message.
pub fn simple_query(socket_dir: &Path, database: &str, sql: &str) -> Result<Vec<Row>> {
    let mut stream = UnixStream::connect(socket_file(socket_dir))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&startup(database))?;
    read_until_ready(&mut stream)?;
    stream.write_all(&message(b'Q', &[sql.as_bytes(), b"\0"].concat()))?;
    let rows = read_until_ready(&mut stream)?;
    stream.write_all(&message(b'X', b""))?;
    Ok(rows)
}

fn startup(database: &str) -> Vec<u8> {
    let mut body = PROTOCOL.to_be_bytes().to_vec();
    for word in ["user", crate::BATON, "database", database, "application_name", "baton-supervisor"] {
        body.extend_from_slice(word.as_bytes());
        body.push(0);
    }
    body.push(0);
    [&length(&body)[..], &body].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &length(body), body].concat()
}

/// A length counts itself.
fn length(body: &[u8]) -> [u8; 4] {
    u32::try_from(body.len() + 4).unwrap_or(u32::MAX).to_be_bytes()
}

/// Reads up to the next ReadyForQuery. An error of the server ends the reading: after a failed log-in
/// no such message comes, and the connection is not used again.
fn read_until_ready(stream: &mut impl Read) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    loop {
        let mut kind = [0];
        stream.read_exact(&mut kind)?;
        let mut size = [0; 4];
        stream.read_exact(&mut size)?;
        let size = u32::from_be_bytes(size) as usize;
        if !(4..=LONGEST).contains(&size) {
            return Err(Error::new(ErrorKind::InvalidData, "not the Postgres protocol"));
        }
        let mut body = vec![0; size - 4];
        stream.read_exact(&mut body)?;
        match kind[0] {
            b'Z' => return Ok(rows),
            b'D' => rows.push(row(&body).ok_or_else(|| Error::new(ErrorKind::InvalidData, "a cut row"))?),
            b'E' => return Err(Error::other(refusal(&body))),
            b'R' if body != [0; 4] => return Err(Error::other("the server asks for a password")),
            _ => {}
        }
    }
}

fn row(body: &[u8]) -> Option<Row> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut values = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (size, after) = rest.split_first_chunk::<4>()?;
        let size = i32::from_be_bytes(*size);
        rest = after;
        let Ok(size) = usize::try_from(size) else {
            values.push(None);
            continue;
        };
        let (value, after) = rest.split_at_checked(size)?;
        values.push(Some(String::from_utf8_lossy(value).into_owned()));
        rest = after;
    }
    Some(values)
}

/// The fields `C` (SQLSTATE) and `M` (message) of an ErrorResponse.
fn refusal(body: &[u8]) -> String {
    let field = |wanted: u8| {
        body.split(|byte| *byte == 0)
            .find(|field| field.first() == Some(&wanted))
            .map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
            .unwrap_or_default()
    };
    format!("{} {}", field(b'C'), field(b'M'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_as_code_and_message() {
        let body = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        let answer = message(b'E', body);
        let error = read_until_ready(&mut answer.as_slice()).unwrap_err();
        assert_eq!(error.to_string(), "57P03 the database system is starting up");
    }

    #[test]
    fn rows_are_read_up_to_ready() {
        let values = [&[0, 2][..], &[0, 0, 0, 1], b"7", &[0xff; 4]].concat();
        let answer = [message(b'R', &[0; 4]), message(b'D', &values), message(b'Z', b"I")].concat();
        let rows = read_until_ready(&mut answer.as_slice()).unwrap();
        assert_eq!(rows, [vec![Some("7".to_owned()), None]]);
    }

    #[test]
    fn something_else_on_the_socket_is_not_taken_for_postgres() {
        assert!(read_until_ready(&mut &b"HTTP/1.1 400 Bad Request"[..]).is_err());
    }
}
