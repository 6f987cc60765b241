/** Members that end one after another, each replaced by one at another address, as a rolling update of pods does it. */

import { assertEquals } from "@std/assert";
import { electorateSize } from "../../src/core/membership/state.ts";
import { Cluster } from "./cluster.ts";
import { claimOf, INTERVAL, messages, puppetOf, Solo, TIMEOUT } from "./harness.ts";

/** Six members of which three run at a time: 4, 5 and 6 take the places of 3, 2 and 1. The lower the number, the heavier. */
function makeCluster(): Cluster {
  const config = { quarantine: TIMEOUT, clusterSize: 3 };
  const cluster = new Cluster([6, 5, 4, 3, 2, 1].map((weight) => ({ weight })), config);
  list(cluster, [1, 2, 3]);
  cluster.start(1, 2, 3);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
  return cluster;
}

function list(cluster: Cluster, members: readonly number[]): void {
  for (const n of [1, 2, 3, 4, 5, 6]) cluster.reconfigure(n, {}, members);
}

function listAndTell(cluster: Cluster, members: readonly number[], running: readonly number[]): void {
  list(cluster, members);
  for (const n of running) cluster.tell(n);
}

function resignations(cluster: Cluster): readonly string[] {
  return cluster.happenings.filter(({ what }) => what.startsWith("resigned")).map(({ what }) => what);
}

Deno.test("a rolling update to new addresses moves the lead when the leader ends, and costs no lease", () => {
  const cluster = makeCluster();
  let running: readonly number[] = [1, 2, 3];
  for (const [gone, next] of [[3, 4], [2, 5], [1, 6]] as const) {
    cluster.command(gone, { kind: "close" });
    cluster.run(3 * INTERVAL);
    cluster.crash(gone);
    running = running.filter((n) => n !== gone);
    listAndTell(cluster, running, running);
    cluster.run(INTERVAL);
    running = [...running, next];
    list(cluster, running);
    cluster.start(next);
    listAndTell(cluster, running, running);
    cluster.run(2 * TIMEOUT);
  }
  assertEquals(resignations(cluster), ["resigned closed"]);
  assertEquals(cluster.leaders.length, 1, "somebody should lead in the end");
});

Deno.test("what a voter has promised before it left counts against others for a timeout, unless it was idle", () => {
  for (const idle of [false, true]) {
    const puppets = [2, 3].map((n) => puppetOf(n));
    const solo = new Solo(puppets, { clusterSize: 3 });
    solo.advance(INTERVAL / 2);
    const [stays, goes] = puppets as [typeof puppets[0], typeof puppets[0]];
    solo.leave(goes, { idle });
    goes.answers = false;
    const addresses = [stays.address, puppetOf(4).address];
    solo.input({ kind: "peers", addresses, clusterSize: 3 });
    assertEquals(electorateSize(solo.state.membership).all, idle ? 3 : 4, `idle: ${idle}`);
    solo.advance(TIMEOUT + INTERVAL);
    assertEquals(electorateSize(solo.state.membership).all, 3, "it has expired");
  }
});

Deno.test("who leaves says whether its vote is with anybody", () => {
  for (const isPromised of [false, true]) {
    const candidate = puppetOf(2, { weight: 9 });
    const solo = new Solo([candidate, puppetOf(3)], { eligible: false });
    solo.puppets.forEach((puppet) => solo.introduce(puppet));
    solo.advance(2 * INTERVAL);
    if (isPromised) assertEquals(solo.claim(candidate, claimOf(10)), "granted");
    const leaves = messages(solo.input({ kind: "close" }), "leave");
    assertEquals(leaves.map(({ message: { idle } }) => idle), [!isPromised, !isPromised]);
  }
});
