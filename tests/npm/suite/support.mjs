import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Fast enough for a test, slow enough for a busy machine. */
export const PACE = { interval: 100, timeout: 1500 };

const PATIENCE = 20_000;

/** Below the ports that systems give to whoever binds port 0, so that nobody is given one in between. */
const PORTS = { first: 20_000, count: 12_000 };
let nextPort = Math.floor(Math.random() * PORTS.count);

/** Addresses on the loopback interface that were free a moment ago. */
export async function freeAddresses(count) {
  const addresses = [];
  for (let tries = 0; addresses.length < count; tries++) {
    assert.ok(tries < PORTS.count, "no port is free");
    const port = PORTS.first + nextPort++ % PORTS.count;
    if (await isFree(port)) addresses.push(`127.0.0.1:${port}`);
  }
  return addresses;
}

function isFree(port) {
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });
}

/** Waits until `look()` gives something truthy, and returns it. */
export async function until(look, what) {
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    const seen = look();
    if (seen) return seen;
    await sleep(10);
  }
  throw new Error(`Waited ${PATIENCE} ms in vain for ${what}`);
}

/** The one member that leads and that all others name; undefined as long as they disagree. */
export function agreedLeader(members) {
  const leaders = members.filter((member) => member.isLeader());
  if (leaders.length !== 1) return undefined;
  const id = leaders[0].leader()?.id;
  return id !== undefined && members.every((member) => member.leader()?.id === id) ? leaders[0] : undefined;
}

/** A member in a process of its own. `lines` grows with what it says; `ask` makes it act. */
export class MemberProcess {
  lines = [];
  stderr = "";

  constructor(options, { program = process.execPath, args = [], env = {} } = {}) {
    const script = fileURLToPath(new URL("./member.mjs", import.meta.url));
    this.child = spawn(program, [...args, script, JSON.stringify(options)], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.stderr.on("data", (data) => this.stderr += data);
    createInterface({ input: this.child.stdout }).on("line", (line) => this.lines.push(JSON.parse(line)));
    this.exited = once(this.child, "exit").then(([code, signal]) => ({ code, signal }));
  }

  /** The newest line about `type`. */
  last(type) {
    return this.lines.findLast((line) => line.type === type);
  }

  ask(command) {
    this.child.stdin.write(`${command}\n`);
  }

  /** Asks it to close; how it ended, or `undefined` when it had to be killed. */
  async close() {
    this.child.stdin.end();
    const timer = new AbortController();
    const ended = await Promise.race([this.exited, sleep(PATIENCE, undefined, { signal: timer.signal })]);
    timer.abort();
    if (ended === undefined) this.child.kill("SIGKILL");
    return ended;
  }
}
