import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import process from "node:process";
import { Democracy } from "../../mod.ts";
import type { DropReason, Stats } from "../../mod.ts";
import { createWire } from "../../src/wire/wire.ts";
import type { Payload } from "../../src/wire/codec.ts";
import { agreed, quiet } from "../../scripts/harness/members.ts";
import { freeAddresses } from "../../scripts/harness/addresses.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";
import { hostileDatagram, randomBy, Tap } from "./hostile.ts";

const DATAGRAMS = 200_000;
/** Datagrams on their way at a time: more would be lost in the receive buffer. */
const IN_FLIGHT = 64;
const LIMIT = 90_000;

/** What a stranger with a boot of its own may say in due form. */
function wellFormed(cluster: string, secret: string | undefined, to: string, target: string): Uint8Array[] {
  const wire = createWire({ cluster, boot: "00000000000000e1", secrets: secret === undefined ? [] : [secret] });
  const status = {
    beat: 1e9,
    incarnation: 1e15,
    id: "stranger",
    address: target,
    weight: 1e300,
    eligible: true,
    idle: true,
    voting: true,
    roll: 3,
    highestTerm: Date.now() + 1e6,
    leading: { term: Date.now() + 1e6, remaining: 500 },
  };
  const boot = "00000000000000e1";
  const gossip = {
    leaderHint: { boot, term: Date.now() + 1e6, beat: 1e9, remaining: 1e9 },
    rumors: [
      { kind: "alive", address: target, boot, incarnation: 1e15, id: "ghost", weight: 1e300, eligible: true },
      { kind: "suspect", address: target, boot: to, incarnation: 1e15, by: boot },
      { kind: "dead", address: target, boot: to, incarnation: 1e15, left: true },
    ],
  } as const;
  const election = "";
  const claim = { election, term: Date.now() + 1e6, succeeds: { term: Date.now(), boot: to }, inOffice: true };
  const request = { sequence: 1e9, part: 0, lease: 500, urgent: true, claims: [claim] };
  const answer = { sequence: 1, epoch: 1e15, votes: [{ election, term: 1, refusal: undefined, limit: 0 }] };
  const voters = { listsReceiver: false, isMany: false, hashes: [1, 2, 3] };
  const payloads: Payload[] = [
    { kind: "ping", nonce: 1, hears: true, status, gossip, request, answer, voters },
    {
      kind: "ack",
      nonce: 1,
      cookie: boot,
      status,
      gossip,
      voters: undefined,
      answer,
    },
    {
      ...{ kind: "release", nonce: 1, sequence: 1e9 },
      terms: [{ election, term: Date.now(), successor: "00000000000000e1", unanswered: true }],
    },
    { kind: "leave", nonce: 1, idle: false },
    { kind: "probe", target },
    { kind: "vouch", target, boot, age: 0 },
    { kind: "nack", target },
    { kind: "pull", after: "" },
    { kind: "page", after: "", upTo: target, rumors: gossip.rumors },
    { kind: "data", channel: false, message: 1, index: 0, count: 1, total: 6, payload: new Uint8Array(6) },
    { kind: "data", channel: false, message: 2, index: 0, count: 9, total: 9000, payload: new Uint8Array(1000) },
  ];
  return payloads.map((payload) => wire.seal(to, payload).slice());
}

function droppedIn({ dropped }: Stats): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

async function attack(tap: Tap, target: Democracy, next: () => Uint8Array, count: number): Promise<void> {
  const port = Number(target.source.split(":")[1]);
  const start = target.stats().received;
  const limit = performance.now() + LIMIT;
  let sent = 0;
  let lost = 0;
  while (target.stats().received - start < count) {
    if (performance.now() > limit) throw new Error(`Only ${target.stats().received - start} arrived in ${LIMIT} ms`);
    const arrived = target.stats().received - start;
    if (sent - lost - arrived >= IN_FLIGHT) {
      await sleep(1);
      // What has not come by now has been lost, or others' datagrams were counted in its place.
      if (target.stats().received - start === arrived) lost = sent - arrived;
      continue;
    }
    for (let i = 0; i < IN_FLIGHT / 2; i++, sent++) tap.send(next(), port);
    await sleep(0);
  }
}

async function fuzz(secret: string | undefined, expected: readonly DropReason[]): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  // Short, so that most changes hit what comes after it.
  const cluster = "f";
  const tap = new Tap();
  const attacker = new Tap();
  // The tap is a peer that never answers, and hears what members say to one.
  const addresses = [...await freeAddresses(3), await tap.bind()];
  await attacker.bind();
  const members = addresses.slice(0, 3).map((source, index) =>
    new Democracy({
      source,
      peers: addresses,
      cluster,
      broadcast: false,
      id: `m${index}`,
      weight: 3 - index,
      secret,
      interval: 200,
      timeout: 2000,
      logger: quiet,
    })
  );
  try {
    const leader = await agreed(members);
    const { token } = leader;
    await until("all know all", () => members.every((member) => Object.keys(member.nodes()).length === 3));
    await until("the tap has heard enough", () => tap.heard.length >= 10);
    const incidents: string[] = [];
    for (const member of members) {
      for (const name of ["added", "removed", "leader", "elected", "resigned", "error"] as const) {
        member.on(name, (detail) => incidents.push(`${member.id} ${name} ${JSON.stringify(detail)}`));
      }
    }
    const random = randomBy(seed);
    const real = [...tap.heard, ...wellFormed(cluster, secret && "wrong", "", leader.source)];
    const next = (): Uint8Array => hostileDatagram(real, random);
    const before = leader.stats();
    await attack(attacker, leader, next, DATAGRAMS / 4);
    const early = process.memoryUsage().rss;
    await attack(attacker, leader, next, 3 * DATAGRAMS / 4);
    const late = process.memoryUsage().rss;
    const after = leader.stats();
    await sleep(300);
    assertEquals(incidents, [], `seed ${seed}`);
    assertEquals([leader.isLeader(), leader.token], [true, token]);
    assertEquals(members.map((member) => member.leader()?.id), members.map(() => leader.id));
    assertEquals(members.map((member) => Object.keys(member.nodes())), members.map(() => ["m0", "m1", "m2"]));
    assertGreater(after.received - before.received, DATAGRAMS - 1);
    assertGreater(droppedIn(after) - droppedIn(before), 0.6 * DATAGRAMS);
    for (const reason of expected) assert(after.dropped[reason] > before.dropped[reason], `none dropped as ${reason}`);
    assertLess(after.sent - before.sent, 0.2 * DATAGRAMS, "it answers strangers");
    assertLess(late, 1.5 * early + 50e6);
  } finally {
    await Promise.all(members.map((member) => member.close()));
    await tap.close();
    await attacker.close();
  }
}

Deno.test("200 000 hostile datagrams at the leader, unsealed", async () => {
  await fuzz(undefined, [
    "too-short",
    "bad-magic",
    "bad-version",
    "other-cluster",
    "bad-checksum",
    "malformed",
    "impostor",
  ]);
});

Deno.test("200 000 hostile datagrams at the leader, sealed", async () => {
  await fuzz("correct horse", ["too-short", "bad-magic", "bad-version", "other-cluster", "bad-seal", "malformed"]);
});
