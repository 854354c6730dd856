// Databases of the tests' own, on the server that BATON_TEST_PG names.
import { randomUUID } from 'node:crypto';

import pg from 'pg';

/** A database that is dropped at the end. */
export class Database {
  /** Makes one with nothing in it. */
  static async create() {
    const name = `e2e_${randomUUID().replaceAll('-', '')}`;
    await once(maintenance(), `create database ${name}`);
    return new Database(name);
  }

  constructor(name) {
    this.name = name;
    this.url = named(name);
    this.pool = new pg.Pool({ ...options(this.url), max: 2 });
    // A connection that breaks while nobody uses it is replaced by the next query.
    this.pool.on('error', () => {});
  }

  /** The rows of a query. */
  async query(text, values = []) {
    return (await this.pool.query(text, values)).rows;
  }

  /** The first column of a query. */
  async column(text, values = []) {
    const answer = await this.pool.query({ text, values, rowMode: 'array' });
    return answer.rows.map((row) => row[0]);
  }

  /** The only value of a query. */
  async value(text, values = []) {
    return (await this.column(text, values))[0];
  }

  /** Drops it, whoever is still connected. */
  async drop() {
    await this.pool.end();
    await once(maintenance(), `drop database if exists ${this.name} with (force)`);
  }
}

function maintenance() {
  const url = process.env.BATON_TEST_PG;
  if (!url) {
    throw new Error(
      'BATON_TEST_PG names no Postgres, such as postgres:///postgres?host=/run/postgresql&user=me; ' +
        '`cargo xtask test` starts one and sets it',
    );
  }
  return url;
}

async function once(url, statement) {
  const client = new pg.Client(options(url));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
function named(name) {
  const [server, query] = maintenance().split('?');
  const base = server.slice(0, server.lastIndexOf('/'));
  return query ? `${base}/${name}?${query}` : `${base}/${name}`;
}

/** What is in the address of a server that may be reached by a socket of the file system. */
function options(url) {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/]*)@)?([^/?]*)\/([^?]*)(?:\?(.*))?$/.exec(url);
  if (!parts) throw new Error(`${url} is no address of a Postgres`);
  const [, login = '', place, database, search = ''] = parts;
  const query = new URLSearchParams(search);
  const [user, password] = login.split(':').map(decodeURIComponent);
  const [host, port] = place.split(':');
  return {
    user: query.get('user') ?? (user || undefined),
    password: query.get('password') ?? password,
    host: query.get('host') ?? decodeURIComponent(host),
    port: Number(query.get('port') ?? (port || 5432)),
    database: decodeURIComponent(database),
  };
}
