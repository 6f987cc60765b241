import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Democracy } from "@polis/democracy";
import { freeAddresses, MemberProcess, PACE, until } from "./support.mjs";

const DENO = process.env.POLIS_DENO;

/** How Deno starts the member from the sources of the library. */
const DENO_MEMBER = {
  program: DENO,
  args: ["run", "-A", "--quiet", "--no-prompt", "--config", process.env.POLIS_CONFIG],
  env: { DEMOCRACY_MODULE: process.env.POLIS_SOURCE, NO_COLOR: "1" },
};

async function closeAll(members) {
  const ends = await Promise.all(members.map((member) => member.close()));
  for (const [index, end] of ends.entries()) {
    assert.deepEqual(end, { code: 0, signal: null }, `member ${index} did not end by itself: ${members[index].stderr}`);
    assert.equal(members[index].stderr, "");
  }
}

function start(addresses, programs, options = {}) {
  return addresses.map((source, index) =>
    new MemberProcess({ source, peers: addresses, broadcast: false, ...PACE, ...options }, programs[index])
  );
}

function agreed(members) {
  const named = members.map((member) => member.last("leader")?.id);
  return named.every((id) => typeof id === "string" && id === named[0]) ? named[0] : undefined;
}

function tokens(members) {
  return members.flatMap((member) => member.lines.filter(({ type }) => type === "elected").map(({ token }) => token));
}

describe("lifecycle", () => {
  it("many that wait for the lead, and many names, are no leak that Node would warn of", async () => {
    const warnings = [];
    const warned = (warning) => warnings.push(String(warning));
    process.on("warning", warned);
    const stop = new AbortController();
    const peers = Array.from({ length: 20 }, (_, index) => `name${index}.invalid:7`);
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const options = { source: "127.0.0.1:0", peers, clusterSize: 21, eligible: false, broadcast: false, logger: quiet };
    const member = new Democracy({ ...options, signal: stop.signal });
    const waits = peers.map(() => member.lead(() => {}, { signal: stop.signal }).catch((error) => error.name));
    await member.ready;
    await sleep(500);
    stop.abort();
    await Promise.all(waits);
    await member.close();
    process.off("warning", warned);
    assert.deepEqual(warnings, []);
  });

  for (const isolation of ["worker", "none"]) {
    it(`a process ends by itself after close(), isolation "${isolation}"`, async () => {
      const members = start(await freeAddresses(1), [{}], { isolation });
      await until(() => members[0].last("elected"), "its election");
      await closeAll(members);
      assert.equal(members[0].last("resigned").reason, "closed");
    });
  }

  it("a process ends by itself when the port is taken, with a clear error", async () => {
    const addresses = await freeAddresses(1);
    const [first] = start(addresses, [{}]);
    await until(() => first.last("ready"), "the first to be ready");
    const [second] = start(addresses, [{}]);
    const end = await second.exited;
    await closeAll([first]);
    assert.notEqual(end.code, 0);
    assert.match(second.stderr, /AddressInUseError: Cannot bind/);
    assert.ok(second.stderr.includes(addresses[0]), "the error names the address");
  });

  it("Deno and Node elect one leader, and the lead moves between them", {
    skip: DENO === undefined && "no Deno was given",
  }, async () => {
    const members = start(await freeAddresses(3), [{}, DENO_MEMBER, DENO_MEMBER]);
    const first = await until(() => agreed(members), "one leader that all name");
    const leading = members.find((member) => member.last("elected"));
    leading.ask("resign");
    await until(() => agreed(members) !== undefined && agreed(members) !== first, "another leader");
    assert.equal(leading.last("resigned").reason, "requested");
    const [node, deno] = members;
    node.ask("send ciao from Node");
    await until(() => deno.last("ciao")?.data === "ciao from Node", "a message from Node in Deno");
    deno.ask("send ciao from Deno");
    await until(() => node.last("ciao")?.data === "ciao from Deno", "a message from Deno in Node");
    const seen = tokens(members);
    assert.equal(new Set(seen).size, seen.length, `a token was given twice: ${seen}`);
    members.forEach((member) => member.ask("status"));
    await until(() => members.every((member) => member.last("status")), "their word on who leads");
    assert.equal(members.filter((member) => member.last("status").leading).length, 1);
    await closeAll(members);
  });
});
