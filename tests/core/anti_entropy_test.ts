import { assert, assertEquals } from "@std/assert";
import type { Effect } from "../../src/core/effect.ts";
import type { Page, Pull, Rumor } from "../../src/core/message/message.ts";
import { bytesOf, LEAST_RUMOR_BYTES } from "../../src/core/membership/rumor.ts";
import { Cluster } from "./cluster.ts";
import { INTERVAL, messages, ofKind, type Puppet, puppetOf, Solo, TIMEOUT } from "./harness.ts";
import { alive, dead } from "./rumors.ts";

/** Timeouts in which all pages are read once. */
const PASS = 10;

function pull(solo: Solo, asker: Puppet, after: string): Page {
  const [page] = messages(solo.packet(asker, { kind: "pull", after }), "page");
  assert(page !== undefined && page.address === asker.address && page.cookie === asker.boot);
  return page.message;
}

function pulls(effects: readonly Effect[]): Pull[] {
  return messages(effects, "pull").map(({ message }) => message);
}

/** m1 with a secret, and m2, which answers what it is asked only where the test says so. */
function pair(overrides = {}): { solo: Solo; teller: Puppet; page: (page: Partial<Page>) => Effect[] } {
  const teller = puppetOf(2);
  const solo = new Solo([teller], { eligible: false, sealed: true, ...overrides });
  solo.introduce(teller);
  const page = (changes: Partial<Page>): Effect[] =>
    solo.packet(teller, { kind: "page", after: "", upTo: "", rumors: [], ...changes });
  return { solo, teller, page };
}

Deno.test("pages hold all members in the order of their addresses, each within the bytes of a datagram", () => {
  const crowd = Array.from({ length: 60 }, (_, index) => puppetOf(2 + index));
  for (const rumorBytes of [300, 700, 1000]) {
    const solo = new Solo(crowd, { eligible: false, rumorBytes });
    for (const puppet of crowd) solo.introduce(puppet);
    const asker = crowd[0]!;
    const read: string[] = [];
    let after = "";
    let pages = 0;
    do {
      const page = pull(solo, asker, after);
      assertEquals(page.after, after);
      assert(page.rumors.reduce((sum, rumor) => sum + bytesOf(rumor), 0) <= rumorBytes);
      assert(page.upTo === "" || page.upTo === page.rumors.at(-1)?.address);
      read.push(...page.rumors.map(({ address }) => address));
      after = page.upTo;
      pages++;
    } while (after !== "" && pages < 100);
    assertEquals(read, crowd.map(({ address }) => address).sort());
    assert(pages > 60 * LEAST_RUMOR_BYTES / rumorBytes);
  }
});

Deno.test("a page tells who is dead and who has left, and nothing of who never was there", () => {
  const [teller, gone, left, never] = [puppetOf(2), puppetOf(3), puppetOf(4), puppetOf(5)];
  const solo = new Solo([teller, gone, left, never], { eligible: false });
  never.answers = false;
  solo.introduce(teller);
  solo.introduce(gone);
  solo.introduce(left);
  gone.answers = false;
  left.answers = false;
  solo.leave(left);
  solo.tell(teller, dead(gone));
  solo.advance(3 * TIMEOUT);
  const told = pull(solo, teller, "").rumors.map((rumor) => `${rumor.kind} ${rumor.kind === "dead" && rumor.left}`);
  assertEquals(told, ["alive false", "dead false", "dead true"]);
});

Deno.test("whatever a page is asked to begin behind, it is answered by one page", () => {
  const { solo, teller } = pair();
  for (const after of ["", "~", "10.0.0.2:7000", "10.0.0.", "\u0000"]) {
    const effects = solo.packet(teller, { kind: "pull", after });
    assertEquals(messages(effects, "page").length, 1);
    assertEquals(effects.length, 1);
  }
});

Deno.test("a new member reads everything at once, page by page from whoever answers", () => {
  const { solo, page } = pair();
  assertEquals(pulls(solo.advance(0)), [{ kind: "pull", after: "" }]);
  const news = [60, 61, 62, 63].map((n) => puppetOf(n));
  const first = page({ upTo: news[1]!.address, rumors: news.slice(0, 2).map((puppet) => alive(puppet)) });
  assertEquals(pulls(first), [{ kind: "pull", after: news[1]!.address }]);
  const second = page({ after: news[1]!.address, upTo: "", rumors: news.slice(2).map((puppet) => alive(puppet)) });
  assertEquals(pulls(second), []);
  assertEquals(solo.ids, ["m2", "m60", "m61", "m62", "m63"]);
});

Deno.test("a page that does not come is asked for again with the next heartbeat", () => {
  const { solo } = pair();
  solo.advance(0);
  for (let beat = 0; beat < 3; beat++) assertEquals(pulls(solo.advance(INTERVAL)).length, 1);
});

Deno.test("a page that was not asked for is dropped, and so is one that leads backwards or comes twice", () => {
  const { solo, teller, page } = pair();
  const rumors: Rumor[] = [alive(puppetOf(60))];
  const isDropped = (effects: Effect[]): boolean => ofKind(effects, "dropped").length === 1 && solo.ids.length === 1;
  assert(isDropped(page({ rumors })), "nobody asked");
  solo.advance(INTERVAL);
  assert(isDropped(page({ after: "10.0.0.1:1", rumors })), "another page");
  const other = puppetOf(3);
  solo.introduce(other);
  const foreign = solo.packet(other, { kind: "page", after: "", upTo: "", rumors });
  assertEquals(ofKind(foreign, "dropped").length, 1, "another member");
  page({ upTo: "10.0.0.50:7000" });
  assertEquals(ofKind(page({ after: "10.0.0.50:7000", upTo: "10.0.0.50:7000", rumors }), "dropped").length, 1);
  assertEquals(ofKind(page({ rumors }), "dropped").length, 1, "it comes twice");
  assertEquals(solo.ids, [teller.id, other.id]);
});

Deno.test("a stranger is not asked for pages", () => {
  const solo = new Solo([], { clusterSize: 1 });
  solo.introduce(puppetOf(9));
  assertEquals(pulls(solo.advance(3 * PASS * TIMEOUT)), []);
});

Deno.test("the dead of a page are a reason to look, and no more", () => {
  const { solo, page } = pair();
  const other = puppetOf(3);
  solo.puppets.push(other);
  solo.advance(0);
  solo.introduce(other);
  page({ rumors: [dead(other)] });
  assertEquals(solo.ids, ["m2", "m3"]);
  assertEquals(solo.state.membership.suspects.size, 0);
  const pings = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === other.address);
  const rumor = pings[0]?.message.gossip?.rumors[0];
  assertEquals([rumor?.kind, rumor?.boot], ["dead", other.boot], "it hears that somebody has it for dead");
  other.incarnation += 1;
  solo.ping(other);
  const told = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === other.address);
  assert(told.every(({ message }) => message.gossip?.rumors.every(({ kind }) => kind === "alive") ?? true));
});

Deno.test("a member that has left by a page is asked, and gone if it does not answer", () => {
  const { solo, page } = pair();
  const other = puppetOf(3, { answers: false });
  solo.advance(0);
  solo.introduce(other);
  page({ rumors: [dead(other, true)] });
  assertEquals(solo.ids, ["m2", "m3"]);
  solo.advance(3 * INTERVAL);
  assertEquals(solo.ids, ["m2"]);
});

Deno.test("all pages are read once in ten timeouts, however many they are", () => {
  for (const [members, expected] of [[1, 1], [20, 1], [60, 3], [100, 5]] as const) {
    const crowd = Array.from({ length: members }, (_, index) => puppetOf(2 + index));
    const solo = new Solo(crowd, { eligible: false });
    for (const puppet of crowd) solo.introduce(puppet);
    solo.advance(INTERVAL);
    const { peer } = solo.state.membership.antiEntropy;
    const teller = crowd.find(({ boot }) => boot === peer)!;
    solo.packet(teller, { kind: "page", after: "", upTo: "", rumors: [] });
    const count = pulls(solo.advance(10 * PASS * TIMEOUT)).length;
    assert(Math.abs(count - 10 * expected) <= expected, `${count} pulls among ${members}`);
  }
});

Deno.test("who comes back from the dead is asked for all it knows, once in a while", () => {
  const { solo, teller, page } = pair();
  solo.advance(INTERVAL);
  page({});
  const back = (): Effect[] => {
    solo.tell(puppetOf(3), dead(teller));
    teller.answers = false;
    solo.advance(4 * TIMEOUT);
    assertEquals(solo.ids.includes(teller.id), false);
    teller.answers = true;
    return solo.introduce(teller);
  };
  assertEquals(pulls(back()), [{ kind: "pull", after: "" }]);
});

const TWELVE = Array.from({ length: 12 }, (_, index) => ({ weight: index }));

function present(cluster: Cluster): string {
  return TWELVE.map((_, index) => cluster.state(index + 1).membership.byBoot.size).join();
}

const ALL = TWELVE.map(() => 11).join();

Deno.test("after a partition of twelve everybody sees everybody again, and follows one leader", () => {
  const cluster = new Cluster(TWELVE);
  cluster.start();
  cluster.run(4 * TIMEOUT);
  assertEquals(present(cluster), ALL);
  for (let a = 1; a <= 5; a++) for (let b = 6; b <= 12; b++) cluster.cut(a, b);
  cluster.run(8 * TIMEOUT);
  assertEquals(present(cluster), TWELVE.map((_, index) => index < 5 ? 4 : 6).join());
  cluster.heal();
  cluster.runUntil(() => present(cluster) === ALL, 4 * TIMEOUT);
  const healed = cluster.now;
  cluster.run(20 * TIMEOUT);
  assertEquals(present(cluster), ALL);
  assertEquals(cluster.since(healed).filter((what) => what.startsWith("removed")), [], "nobody is lost again");
});

Deno.test("twelve strangers with a secret, of whom each was told of one, find each other", () => {
  const cluster = new Cluster(TWELVE, { sealed: true, quorum: "none" });
  cluster.start();
  for (let n = 1; n <= 12; n++) {
    const next = cluster.state(n % 12 + 1).ground.config.address;
    cluster.command(n, { kind: "peers", addresses: [next], clusterSize: 2 });
  }
  cluster.runUntil(() => present(cluster) === ALL, 10 * TIMEOUT, 12);
});
