//! Files on the phones, and files that the business has uploaded.

use contract::ConnectionId;

use crate::store::{Result, Store, Tx};

/// A file to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The provider's id of it.
    pub id: String,
    /// Whose.
    pub connection: ConnectionId,
    /// Its type.
    pub mime: String,
    /// Its name.
    pub name: Option<String>,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Whose.
    pub connection: ConnectionId,
    /// Its type.
    pub mime: String,
    /// Its name.
    pub name: Option<String>,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Store {
    /// The file with this id. PostgreSQL takes no NUL, and no id holds one.
    pub async fn sandbox_file(&self, id: &str) -> Result<Option<File>> {
        if id.contains('\0') {
            return Ok(None);
        }
        let row: Option<(uuid::Uuid, String, Option<String>, Vec<u8>)> =
            sqlx::query_as("select connection_id, mime, name, bytes from sandbox_files where id = $1")
                .bind(id)
                .fetch_optional(self.pool())
                .await?;
        let file = |(connection, mime, name, bytes)| File {
            connection: ConnectionId(connection),
            mime,
            name,
            bytes,
        };
        Ok(row.map(file))
    }
}

impl Tx {
    /// Keeps a file.
    pub async fn sandbox_add_file(&mut self, file: &NewFile) -> Result<()> {
        sqlx::query(
            "insert into sandbox_files (id, connection_id, mime, name, bytes) values ($1, $2, $3, $4, $5)",
        )
        .bind(&file.id)
        .bind(file.connection.0)
        .bind(file.mime.replace('\0', ""))
        .bind(file.name.as_ref().map(|name| name.replace('\0', "")))
        .bind(&file.bytes)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
