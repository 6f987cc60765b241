/** The Dockerfile, as far as that can be tried without a daemon that builds images: what it runs, and how what it starts behaves. */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { freeAddresses, until } from "./support.mjs";

/** The instructions of each stage, in order. */
function stagesOf(text) {
  const lines = text.replaceAll("\\\n", " ").split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const stages = new Map();
  let stage = "";
  for (const line of lines) {
    const [, word, rest] = line.match(/^([A-Z]+) +(.*)$/) ?? assert.fail(`not an instruction: ${line}`);
    if (word === "FROM") stage = rest.match(/ AS (\S+)$/)?.[1] ?? assert.fail(`a stage without a name: ${line}`);
    if (!stages.has(stage)) stages.set(stage, []);
    stages.get(stage).push({ word, rest });
  }
  return stages;
}

const TARBALL = fileURLToPath(new URL("./democracy.tgz", import.meta.url));
const STAGES = stagesOf(readFileSync(new URL("./Dockerfile", import.meta.url), "utf8"));

function only(stage, word) {
  const found = STAGES.get(stage).filter((each) => each.word === word);
  assert.equal(found.length, 1, `${stage} should have one ${word}`);
  return found[0].rest;
}

test("whatever the image is built from may be fixed by a digest", () => {
  const globals = STAGES.get("").map(({ rest }) => rest);
  for (const [stage, instructions] of STAGES) {
    if (stage === "") continue;
    const [, name, digest] = instructions[0].rest.match(/^\$\{(\w+)\}\$\{(\w+):\+@\$\2\} AS /) ?? [];
    assert.equal(digest, `${name}_DIGEST`, `${stage} should be from an argument and its digest`);
    const image = globals.find((global) => global.startsWith(`${name}=`));
    assert.match(image ?? "", /:[^:/]+$/, `${name} should have a tag`);
    assert.doesNotMatch(image, /:latest$/);
    assert(globals.includes(digest), `${digest} should be an argument`);
  }
});

test("both images run as a user without a name or rights, start without a shell, and have no package manager", () => {
  for (const stage of ["sidecar", "application"]) {
    assert.match(only(stage, "USER"), /^[1-9]\d{3,}:[1-9]\d{3,}$/);
    assert.deepEqual(STAGES.get(stage).filter(({ word }) => ["RUN", "ADD", "SHELL"].includes(word)), []);
    assert(Array.isArray(JSON.parse(only(stage, "ENTRYPOINT"))) && Array.isArray(JSON.parse(only(stage, "CMD"))));
    assert.match(STAGES.get(stage)[0].rest, /^\$\{RUNTIME\}/);
  }
});

/** Runs what a stage runs, with its folder in another place, and makes that readable for everybody. */
function build(stage, place, env, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), "democracy_image_"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const { word, rest } of STAGES.get(stage)) {
    if (word !== "RUN") continue;
    const command = rest.replaceAll(place, folder);
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
      cwd: folder,
      env: { ...process.env, ...env },
      encoding: "utf8",
    });
    assert.equal(status, 0, `${command}:\n${stdout}${stderr}`);
  }
  chmodSync(folder, 0o755);
  return folder;
}

/** As a container under a read-only root: no home, nowhere to write, and another user where that is allowed. */
function run(stage, place, folder, args, env) {
  const [, ...entry] = JSON.parse(only(stage, "ENTRYPOINT"));
  const [uid, gid] = only(stage, "USER").split(":").map(Number);
  const given = args ?? JSON.parse(only(stage, "CMD"));
  return spawn(process.execPath, [...entry, ...given].map((each) => each.replace(place, folder)), {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: "/",
    env: { HOME: "/", TMPDIR: "/", NODE_ENV: "production", ...env },
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
}

async function freePort() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function endsWith(child, code, said) {
  child.kill("SIGTERM");
  const [ended] = await once(child, "exit");
  assert.equal(ended, code, `it should have ended with ${code}; it said:\n${said()}`);
}

test("the sidecar's image starts without a home, answers its probes, and ends when it is told to", async () => {
  const folder = build("sidecar-packages", "/democracy", { PACKAGE: TARBALL });
  const port = await freePort();
  const args = JSON.parse(only("sidecar", "CMD")).map((each) => each.replace("0.0.0.0:4040", `127.0.0.1:${port}`));
  const [source] = await freeAddresses(1);
  args.push(`--source=${source}`, "--peers=");
  let said = "";
  const child = run("sidecar", "/democracy", folder, args, {});
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said += chunk);
  try {
    const answer = (path) => fetch(`http://127.0.0.1:${port}${path}`).then(({ status }) => status, () => undefined);
    let ready;
    const asking = setInterval(() => answer("/readyz").then((status) => ready = status), 50);
    await until(() => ready === 200, "the sidecar to be ready").finally(() => clearInterval(asking));
    assert.deepEqual([await answer("/healthz"), await answer("/leader")], [200, 200]);
    await endsWith(child, 0, () => said);
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});

test("an application's image has its dependencies, and starts without a home", async () => {
  const work = mkdtempSync(join(tmpdir(), "democracy_app_"));
  const manifest = JSON.stringify({ name: "app", dependencies: { "@polis/democracy": `file:${TARBALL}` } });
  writeFileSync(join(work, "package.json"), manifest);
  const lock = spawnSync("npm", ["install", "--package-lock-only", "--no-audit", "--no-fund"], { cwd: work });
  assert.equal(lock.status, 0, String(lock.stderr));
  const folder = build("application-packages", "/app", {}, {
    "package.json": manifest,
    "package-lock.json": readFileSync(join(work, "package-lock.json"), "utf8"),
    "main.mjs": [
      'import { Democracy } from "@polis/democracy";',
      'const democracy = new Democracy({ source: "127.0.0.1:0", peers: [], signals: ["SIGTERM"] });',
      "await democracy.lead(({ token }) => console.log(`leads with ${token}`));",
    ].join("\n"),
  });
  let said = "";
  const child = run("application", "/app", folder, undefined, {});
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said += chunk);
  try {
    await until(() => said.includes("leads with"), "the application to lead");
    child.kill("SIGTERM");
    const [code, signal] = await once(child, "exit");
    assert(signal === "SIGTERM" || code === 143, `it should have ended by the signal, got ${code} ${signal}:\n${said}`);
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
    rmSync(work, { recursive: true });
  }
});
