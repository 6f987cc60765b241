/** Nothing of a use that is over is left in the next one: of a probe, a ping, a process at an address, an older word. */

import { assert, assertEquals } from "@std/assert";
import { isBacked } from "../../src/core/election/asking.ts";
import { stand } from "../../src/core/election/candidate.ts";
import { recordOf } from "../../src/core/election/state.ts";
import { markDead, matchAck } from "../../src/core/membership/membership.ts";
import { type Peer, unknownPeer } from "../../src/core/membership/peer.ts";
import { PendingProbes } from "../../src/core/membership/pending_probes.ts";
import { NO_COOKIE } from "../../src/core/message/message.ts";
import {
  addressOf,
  bootOf,
  INTERVAL,
  messages,
  ofKind,
  type Puppet,
  puppetOf,
  Solo,
  statusOf,
  TIMEOUT,
} from "./harness.ts";
import { dead } from "./rumors.ts";
import { reasons } from "./village.ts";

function pair(): { solo: Solo; puppet: Puppet; peer: Peer } {
  const puppet = puppetOf(2);
  const solo = new Solo([puppet], { eligible: false });
  solo.introduce(puppet);
  return { solo, puppet, peer: solo.state.membership.peers.get(puppet.address)! };
}

/** Another process starts where the puppet was. */
function restart(solo: Solo, puppet: Puppet): void {
  Object.assign(puppet, { boot: bootOf(0x200), incarnation: puppet.incarnation + 1, beat: 0 });
  solo.introduce(puppet);
  assertEquals(solo.state.membership.peers.get(puppet.address)?.boot, puppet.boot);
}

Deno.test("a probe that is used again knows nothing of its last use", () => {
  const probes = new PendingProbes();
  const [first, second] = [unknownPeer(addressOf(2)), unknownPeer(addressOf(3))];
  probes.begin(first, 10);
  const used = first.probe!;
  Object.assign(used, { asked: 3, nacks: 2 });
  probes.end(first);
  probes.begin(second, 20);
  assert(second.probe === used, "the probe is used again");
  assertEquals(second.probe, { startedAt: 20, asked: undefined, nacks: 0 });
});

Deno.test("an ack answers a ping once, and not later than a timeout", () => {
  const { solo: { state: { membership } }, peer } = pair();
  const send = (nonce: number, ago: number) =>
    Object.assign(peer.pings.add(), { nonce, sentAt: membership.ground.now - ago });
  send(7001, 0);
  assertEquals([matchAck(membership, peer, 7001), matchAck(membership, peer, 7001)], [true, false]);
  send(7002, TIMEOUT);
  send(7003, TIMEOUT + 1);
  assertEquals([matchAck(membership, peer, 7002), matchAck(membership, peer, 7003)], [true, false]);
});

Deno.test("a process that is new at an address is not let in by an answer to what the one before was asked", () => {
  const { solo, puppet, peer } = pair();
  Object.assign(peer.pings.add(), { nonce: 7001, sentAt: solo.state.membership.ground.now });
  restart(solo, puppet);
  assertEquals(peer.pings.find(7001), undefined);
});

Deno.test("a process that is new at an address is told the voters anew, however often the one before was", () => {
  const { solo, puppet } = pair();
  solo.advance(10 * INTERVAL);
  const tellings = (effects: ReturnType<Solo["advance"]>) =>
    messages(effects, "ping").filter(({ message }) => message.voters !== undefined).length;
  assertEquals(tellings(solo.advance(5 * INTERVAL)), 0, "the process knows the list by now");
  restart(solo, puppet);
  assert(tellings(solo.advance(5 * INTERVAL)) > 0, "the next process is told the list");
});

Deno.test("what the process before said as a voter and a leader does not count for the next one", () => {
  const { solo, puppet, peer } = pair();
  Object.assign(recordOf(solo.state.election, peer), { endedTerm: 99, wasted: 3 });
  restart(solo, puppet);
  const { endedTerm, wasted } = recordOf(solo.state.election, peer);
  assertEquals({ endedTerm, wasted }, { endedTerm: 0, wasted: 0 });
});

Deno.test("a vote does not lean on the promise of the process that took the voter's place, though the epoch is the same", () => {
  const { solo: { state: { election } }, puppet: { address, boot } } = pair();
  stand(election, undefined);
  const candidacy = election.candidacy!;
  const sentAt = { now: 0, wall: 0 };
  candidacy.granted.set(address, { boot, epoch: 5 });
  election.asking.backings.set(address, { boot, epoch: 5, sequence: 1, sentAt });
  assert(isBacked(election, candidacy, address), "the vote leans on the promise of that process");
  election.asking.backings.set(address, { boot: bootOf(0x200), epoch: 5, sequence: 2, sentAt });
  assert(!isBacked(election, candidacy, address), "the promise is another process's");
});

Deno.test("an older word of a member does not come over a newer one", () => {
  const { solo, puppet, peer } = pair();
  puppet.weight = 8;
  solo.ping(puppet);
  assertEquals(peer.weight, 8);
  solo.ping({ ...puppet, beat: puppet.beat - 1, weight: 3 });
  assertEquals(peer.weight, 8, "the word that is as old as the newest");
});

Deno.test("an ack that nobody has asked for of late does not bring a member back", () => {
  const { solo, puppet, peer } = pair();
  solo.pause(2 * TIMEOUT);
  markDead(solo.state.membership, peer);
  const nobody = { cookie: NO_COOKIE, answer: undefined, gossip: undefined, voters: undefined };
  const dropped = solo.packet(puppet, { kind: "ack", nonce: 99_999, status: statusOf(puppet), ...nobody });
  assertEquals(reasons(dropped), ["bad-cookie"]);
  assertEquals(solo.ids, []);
});

Deno.test("of many that are said to be dead at once none is removed that was not asked before", () => {
  const puppets = Array.from(
    { length: 120 },
    (_, n) => puppetOf(2, { id: `p${n}`, boot: bootOf(0x100 + n), address: `10.1.0.${n}:1` }),
  );
  const solo = new Solo(puppets, { eligible: false });
  for (const puppet of puppets) solo.introduce(puppet);
  solo.pause(2 * TIMEOUT);
  for (const puppet of puppets.slice(1)) puppet.answers = false;
  const [teller, ...rest] = puppets;
  const from = solo.log.length;
  solo.tell(teller!, ...rest.map((puppet) => dead(puppet)));
  solo.advance(60 * INTERVAL);
  const log = solo.log.slice(from);
  const asked = new Set<string>();
  for (const effect of log) {
    if (effect.kind === "send" && effect.message.kind === "ping") asked.add(effect.address);
    if (effect.kind === "removed") assert(asked.has(effect.member.source), `${effect.member.id} was to be asked first`);
  }
  assertEquals(ofKind(log, "removed").length, rest.length, "those that do not answer are removed");
});
