// A desk of a test's own: the real program over an empty database, to be killed and started again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Database } from './database.mjs';

const TARGET = resolve(import.meta.dirname, '../../../target');
const SECRET_KEY = '07'.repeat(32);
/** How long the program may take to be ready, in milliseconds. */
const START = 60_000;

const running = new Set();
// Nothing of ours outlives us.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Desk {
  /** Makes a database and starts the program over it; with `sample`, with people who can sign in. */
  static async open({ sample = true, allowedHosts = [] } = {}) {
    const desk = new Desk(await Database.create(), await freePort(), sample);
    desk.allowedHosts = allowedHosts;
    try {
      await desk.start();
    } catch (error) {
      await desk.close();
      throw error;
    }
    return desk;
  }

  constructor(database, port, sample) {
    this.database = database;
    this.port = port;
    this.sample = sample;
    /** Hosts of our own network that calls may go to besides the providers'. */
    this.allowedHosts = [];
    this.url = `http://127.0.0.1:${port}`;
    /** Who can sign in, by the name in front of the @. */
    this.people = {};
    /** What the program has said, for whoever looks into a failure. */
    this.said = '';
    this.folder = mkdtempSync(join(tmpdir(), 'baton-e2e-'));
  }

  /** Starts the program and waits until it takes requests. */
  async start() {
    const kind = this.sample ? ['--sample', '--sandbox'] : ['--sandbox'];
    const hosts = this.allowedHosts.flatMap((host) => ['--allowed-hosts', host]);
    const child = this.spawn(['serve', ...kind, ...hosts, '--port', String(this.port), '--site', site()]);
    running.add(child);
    this.child = child;
    await this.ready(child);
  }

  ready(child) {
    return new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error(`not ready in time:\n${this.said}`)), START);
      let line = '';
      child.stdout.on('data', (data) => {
        this.said += data;
        line += data;
        const lines = line.split('\n');
        line = lines.pop();
        for (const whole of lines) {
          this.meet(whole);
          if (whole === 'ready') {
            clearTimeout(late);
            done();
          }
        }
      });
      child.stderr.on('data', (data) => (this.said += data));
      child.on('error', failed);
      child.on('exit', (code, signal) => {
        running.delete(child);
        clearTimeout(late);
        failed(new Error(`the program ended (${code ?? signal}):\n${this.said}`));
      });
    });
  }

  /** `  sara@sample.example   name-of-password   (agent)` */
  meet(line) {
    const told = /^\s+((\S+?)@\S+)\s+(\S+)\s+\((admin|agent)\)$/.exec(line);
    if (told) this.people[told[2]] = { email: told[1], password: told[3], role: told[4] };
  }

  /** Ends the program as a failing machine does. */
  async kill() {
    await this.end('SIGKILL');
  }

  /** Asks the program to end; gives its exit code. */
  async stop() {
    return this.end('SIGTERM');
  }

  async end(signal) {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode;
    const ended = once(child, 'exit');
    child.kill(signal);
    return (await ended)[0];
  }

  /** Kills the program and starts it again where it was. */
  async restart() {
    await this.kill();
    await this.start();
  }

  /** Runs another command of the program over the same database; gives what it prints. */
  async run(args, input = '') {
    const child = this.spawn(args, 'pipe');
    running.add(child);
    let out = '';
    let error = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (error += data));
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    running.delete(child);
    if (code !== 0) throw new Error(`baton ${args.join(' ')} failed (${code}): ${error}${out}`);
    return out;
  }

  /** Fills the inbox with about forty conversations. */
  async loadSamples() {
    await this.run(['sample', 'load', '--port', String(this.port)]);
  }

  spawn(args, stdin = 'ignore') {
    const env = { ...process.env };
    for (const name of Object.keys(env)) {
      if (name.startsWith('BATON_') && name !== 'BATON_PG_BIN') delete env[name];
    }
    return spawn(program(), args, {
      cwd: this.folder,
      stdio: [stdin, 'pipe', 'pipe'],
      env: {
        ...env,
        DATABASE_URL: this.database.url,
        BATON_SECRET_KEY: SECRET_KEY,
        BATON_DATA_DIR: this.folder,
        RUST_LOG: process.env.RUST_LOG ?? 'warn',
        NO_COLOR: '1',
      },
    });
  }

  /** Calls the sandbox's interface for scripts. */
  async sandbox(path, { method = 'GET', body } = {}) {
    const answer = await fetch(`${this.url}/api/sandbox/${path}`, {
      method,
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  async close() {
    await this.kill();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function program() {
  const program = resolve(process.env.BATON_BIN ?? join(TARGET, 'debug/baton'));
  if (!existsSync(program)) throw new Error(`there is no ${program}: run \`cargo xtask build\``);
  return program;
}

function site() {
  return resolve(process.env.BATON_SITE ?? join(TARGET, 'site'));
}

/** A port that is free now. */
async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
