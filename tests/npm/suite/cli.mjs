import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Democracy } from "@polis/democracy";
import { instrument, PrometheusText } from "@polis/democracy/metrics";
import { freeAddresses, until } from "./support.mjs";

const PROGRAM = fileURLToPath(new URL("./node_modules/.bin/democracy", import.meta.url));
const ALONE = ["--source", "127.0.0.1:0", "--peers=", "--interval", "100ms", "--timeout", "3s"];

/** One run of the package's program. */
class Command {
  stdout = "";
  stderr = "";

  constructor(args, env = {}) {
    this.child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    this.child.stdout.on("data", (chunk) => this.stdout += chunk);
    this.child.stderr.on("data", (chunk) => this.stderr += chunk);
    this.exited = once(this.child, "exit").then(([code]) => code);
    this.closed = once(this.child, "close");
  }

  async code() {
    const code = await this.exited;
    await this.closed;
    return code;
  }

  /** It must end with this code, or what it has said tells why not. */
  async endsWith(code) {
    const ended = await this.code();
    assert.equal(ended, code, `it should have ended with ${code}; it said:\n${this.stdout}${this.stderr}`);
  }

  async kill() {
    this.child.kill("SIGKILL");
    await this.exited;
  }
}

function exchange(port, request) {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.setTimeout(10_000, () => socket.destroy(new Error("No answer")));
    socket.on("data", (chunk) => received += chunk);
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}

function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("the program explains itself, and mistakes end with 2", async () => {
  const help = new Command(["--help"]);
  await help.endsWith(0);
  assert.match(help.stdout, /democracy exec/);
  const mistake = new Command(["join", "--peer", "a:1"]);
  await mistake.endsWith(2);
  assert.match(mistake.stderr, /Did you mean --peers\?/);
});

test("the sidecar answers as the leader-elector sidecar, byte for byte", async () => {
  const command = new Command(["sidecar", ...ALONE, "--election=jobs", "--id=pod-1", "--http=127.0.0.1:0"]);
  try {
    const [, port] = await until(() => /serving http:\/\/127\.0\.0\.1:(\d+)/.exec(command.stderr), "the server");
    await until(() => command.stdout.includes('"type":"elected"'), "a leader");
    for (const start of ["GET /", "POST /any", "DELETE /"]) {
      const answer = await exchange(port, `${start} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      const [head, body] = answer.split("\r\n\r\n");
      assert.equal(body, '{"name":"pod-1"}');
      assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
      assert.match(head, /\r\ncontent-type: text\/plain; charset=utf-8(\r\n|$)/i);
      assert.match(head, /\r\ncontent-length: 16(\r\n|$)/i);
    }
    const strange = await exchange(port, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert.match(strange, /^HTTP\/1\.1 403 /);
    const leader = await fetch(`http://127.0.0.1:${port}/leader`);
    assert.equal(leader.status, 200);
    await leader.body.cancel();
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, /^democracy_leading\{democracy_cluster="jobs"\} 1$/m);
    const events = (await fetch(`http://127.0.0.1:${port}/events`)).body.getReader();
    assert.match(new TextDecoder().decode((await events.read()).value), /^event: state\nid: \S+\ndata: \{.*\}\n\n$/);
    await events.cancel();
    command.child.kill("SIGTERM");
    await command.endsWith(0);
  } finally {
    await command.kill();
  }
});

test("exec passes on token, exit code and signals", async () => {
  const plain = new Command(["exec", ...ALONE, "--", "sh", "-c", "echo $DEMOCRACY_TOKEN; exit 7"]);
  await plain.endsWith(7);
  assert.match(plain.stdout, /^\d{13}\n$/);
  const script = 'trap "exit 5" TERM; echo on; while :; do sleep 0.05; done';
  const trapped = new Command(["exec", ...ALONE, "--", "sh", "-c", script]);
  try {
    await until(() => trapped.stdout.includes("on"), "the command");
    trapped.child.kill("SIGTERM");
    await trapped.endsWith(5);
  } finally {
    await trapped.kill();
  }
});

const NAMESPACE = ["--pid", "--fork", "--mount-proc", "--kill-child"];

/** Why no program can be process 1 here; undefined where one can. */
function reasonAgainstInit() {
  if (process.platform !== "linux") return "namespaces of processes are Linux's";
  const { status, stderr } = spawnSync("unshare", [...NAMESPACE, "true"], { encoding: "utf8" });
  return status === 0 ? undefined : `this machine does not let them be made: ${stderr?.trim() || "no unshare"}`;
}

const notInit = reasonAgainstInit();

test("exec as process 1 waits for orphans, or says that it cannot and what can be done", {
  skip: notInit ?? false,
}, async () => {
  const script = `trap "echo got TERM; exit 5" TERM; trap "echo got INT" INT
(sleep 0.3 &); (setsid sleep 0.3 &); ( ( sleep 0.3 & ) & )
sleep 1.5
for process in /proc/[0-9]*; do read -r line < $process/stat && case "$line" in *") Z "*) echo zombie ;; esac; done
echo on; while :; do sleep 0.05; done`;
  const child = spawn(
    "unshare",
    [...NAMESPACE, process.execPath, PROGRAM, "exec", ...ALONE, "--", "sh", "-c", script],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => stdout += chunk);
  child.stderr.on("data", (chunk) => stderr += chunk);
  const exited = once(child, "exit");
  try {
    await until(() => stdout.includes("on\n"), "the command");
    const zombies = stdout.split("\n").filter((line) => line === "zombie").length;
    if (process.execve === undefined) {
      assert.match(stderr, /This is process 1.*docker run --init.*shareProcessNamespace/);
    } else assert.deepEqual([zombies, stderr.includes("This is process 1")], [0, false]);
    const init = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"));
    process.kill(init, "SIGINT");
    await until(() => stdout.includes("got INT\n"), "the first signal in the command");
    process.kill(init, "SIGTERM");
    const [code] = await exited;
    assert.equal(code, 5, stderr);
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
});

test("exec: members are killed and stopped, and the command never runs twice at once", async () => {
  const folder = new URL("./", import.meta.url);
  const log = fileURLToPath(new URL("exec.log", folder));
  const writer = fileURLToPath(new URL("writer.mjs", folder));
  writeFileSync(log, "");
  writeFileSync(
    writer,
    `import { appendFileSync } from "node:fs";
process.on("SIGTERM", () => {});
setInterval(() => appendFileSync(${JSON.stringify(log)}, process.env.DEMOCRACY_TOKEN + " " + process.pid + "\\n"), 2);
`,
  );
  const peers = await freeAddresses(3);
  const pace = ["--interval", "100ms", "--timeout", "1500ms", "--grace", "200ms"];
  const start = (index) =>
    new Command(["exec", ...pace, "--", process.execPath, writer], {
      DEMOCRACY_SOURCE: peers[index],
      DEMOCRACY_PEERS: peers.join(","),
    });
  const members = peers.map((_, index) => start(index));
  const lines = () => readFileSync(log, "utf8").split("\n").slice(0, -1).map((line) => line.split(" ").map(Number));
  const after = (token) =>
    until(() => {
      const [last, pid] = lines().at(-1) ?? [0, 0];
      const index = members.findIndex(({ stderr }) => stderr.includes(`Leading with token ${last}`));
      return last > token && isThere(pid) && index !== -1 && { token: last, pid, index };
    }, `a run after ${token}`);
  try {
    const first = await after(0);
    await members[first.index].kill();
    members[first.index] = start(first.index);
    const second = await after(first.token);
    members[second.index].child.kill("SIGSTOP");
    const third = await after(second.token);
    members[second.index].child.kill("SIGCONT");
    await sleep(500);
    await Promise.all(members.map((member) => member.kill()));
    await until(() => !isThere(third.pid), "the end of the last run");
    const runs = lines().map(([token]) => token).filter((token, index, all) => token !== all[index - 1]);
    assert.deepEqual(runs, [...new Set(runs)].sort((a, b) => a - b), "runs alternate, or tokens fall");
    assert.ok(runs.length >= 3);
  } finally {
    await Promise.all(members.map((member) => member.kill()));
  }
});

test("metrics are rendered, and instruments do nothing without an SDK", async () => {
  const democracy = new Democracy({ source: "127.0.0.1:0", peers: [], interval: 50, timeout: 500 });
  const text = new PrometheusText(democracy);
  const stop = instrument(democracy);
  await until(() => democracy.isLeader(), "the lead");
  assert.match(text.render(), /^democracy_leading 1$/m);
  stop();
  text.stop();
  await democracy.close();
});
