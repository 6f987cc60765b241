import { assertEquals, assertLess } from "@std/assert";
import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "../../src/discovery/discovery.ts";
import { followDiscovery, type Voters } from "../../src/discovery/follow.ts";
import { StaticPeers } from "../../src/discovery/static_peers.ts";

interface Outcome {
  readonly voters: Voters[];
  readonly errors: string[];
  /** Whether what was said last may be out of date, each time that was told. */
  readonly stale: boolean[];
}

/** Follows until the discovery ends, or `until` says that it is enough. */
async function follow(discovery: Discovery, until: (voters: Voters) => boolean = () => false): Promise<Outcome> {
  const controller = new AbortController();
  const outcome: Outcome = { voters: [], errors: [], stale: [] };
  const ignore = (): void => {};
  await followDiscovery(discovery, {
    signal: controller.signal,
    source: "10.0.0.7:1",
    logger: { debug: ignore, info: ignore, warn: ignore, error: (message) => outcome.errors.push(message) },
    clusterSize: 3,
    retry: 1,
    onStale: (isStale) => outcome.stale.push(isStale),
    onVoters: (voters) => {
      outcome.voters.push(voters);
      if (until(voters)) controller.abort();
    },
  });
  return outcome;
}

function saying(...updates: unknown[]): Discovery {
  return {
    async *watch() {
      for (const update of updates) yield update as DiscoveryUpdate;
    },
  };
}

Deno.test("updates are handed on in canonical form, with the cluster size of the options unless they have one", async () => {
  const { voters, errors } = await follow(saying(
    { peers: ["10.0.0.8:1", "[::FFFF:10.0.0.8]:1", "[FD00::8]:1"] },
    { peers: [], clusterSize: 5 },
  ));
  assertEquals(voters, [
    { addresses: ["10.0.0.8:1", "[fd00::8]:1"], clusterSize: 3 },
    { addresses: [], clusterSize: 5 },
  ]);
  assertEquals(errors, []);
});

Deno.test("a static list arrives through it", async () => {
  const { voters } = await follow(new StaticPeers(["10.0.0.8:1"]));
  assertEquals(voters, [{ addresses: ["10.0.0.8:1"], clusterSize: 2 }]);
});

Deno.test("what makes no sense is logged and left out", async () => {
  const { voters, errors } = await follow(saying(
    { peers: "10.0.0.8:1" },
    { peers: ["10.0.0.8:1", "web-1:1", 5, null, "10.0.0.9:0"] },
    { peers: [], clusterSize: 0 },
    { peers: [], clusterSize: Infinity },
    { peers: [], clusterSize: "3" },
    { peers: Array.from({ length: 1025 }, (_, index) => `10.0.${index >> 8}.${index & 255}:1`) },
  ));
  assertEquals(voters, [{ addresses: ["10.0.0.8:1"], clusterSize: 3 }]);
  const size = '"clusterSize" must be a whole number from 1 to 1025';
  assertEquals(errors, [
    'Ignoring an update of the discovery: "peers" must be an array, got "10.0.0.8:1"',
    'Ignoring a peer of the discovery: it must be an IP address and a port, got "web-1:1"',
    "Ignoring a peer of the discovery: it must be an IP address and a port, got 5",
    "Ignoring a peer of the discovery: it must be an IP address and a port, got null",
    'Ignoring a peer of the discovery: it must be an IP address and a port, got "10.0.0.9:0"',
    `Ignoring an update of the discovery: ${size}, got 0`,
    `Ignoring an update of the discovery: ${size}, got Infinity`,
    `Ignoring an update of the discovery: ${size}, got "3"`,
    "Ignoring an update of the discovery: it must have at most 1024 peers, got 1025",
  ]);
});

Deno.test("voters are handed on in canonical form, the own address among them or not", async () => {
  const peers = ["10.0.0.8:1", "10.0.0.9:1"];
  const { voters, errors } = await follow(saying(
    { peers, voters: ["[::FFFF:10.0.0.8]:1", "10.0.0.8:1"], clusterSize: 1 },
    { peers, voters: ["10.0.0.7:1", "10.0.0.9:1"] },
    { peers, voters: undefined },
  ));
  assertEquals(voters, [
    { addresses: peers, voters: ["10.0.0.8:1"], clusterSize: 1 },
    { addresses: peers, voters: ["10.0.0.7:1", "10.0.0.9:1"], clusterSize: 3 },
    { addresses: peers, clusterSize: 3 },
  ]);
  assertEquals(errors, []);
});

Deno.test("voters that make no sense are logged, and their update left out", async () => {
  const peers = ["10.0.0.8:1"];
  const { voters, errors } = await follow(saying(
    { peers, voters: "10.0.0.8:1" },
    { peers, voters: null },
    { peers, voters: ["10.0.0.9:1"] },
    { peers, voters: ["10.0.0.8:1", "web-1:1", 5] },
  ));
  assertEquals(voters, [{ addresses: peers, voters: peers, clusterSize: 3 }]);
  assertEquals(errors, [
    'Ignoring an update of the discovery: "voters" must be an array, got "10.0.0.8:1"',
    'Ignoring an update of the discovery: "voters" must be an array, got null',
    'Ignoring an update of the discovery: "voters" must be among "peers", got "10.0.0.9:1"',
    'Ignoring a voter of the discovery: it must be an IP address and a port, got "web-1:1"',
    "Ignoring a voter of the discovery: it must be an IP address and a port, got 5",
  ]);
});

Deno.test("a discovery that throws is started again", async () => {
  let starts = 0;
  const discovery: Discovery = {
    async *watch(): AsyncGenerator<DiscoveryUpdate> {
      starts++;
      if (starts === 1) throw new Error("no such host");
      yield { peers: [`10.0.0.${starts}:1`] };
      if (starts === 2) throw new Error("gone");
    },
  };
  const { voters, errors, stale } = await follow(discovery);
  assertEquals(voters.map(({ addresses }) => addresses), [["10.0.0.2:1"], ["10.0.0.3:1"]]);
  assertEquals(stale, [true, false, true, false], "what was said last is out of date until it says something again");
  assertEquals(errors, new Array(2).fill("Cannot discover peers: trying again, with the peers known so far"));
});

Deno.test("a discovery that yields nothing sensible at all is started again", async () => {
  let starts = 0;
  const discovery: Discovery = {
    watch(context: DiscoveryContext) {
      starts++;
      if (starts === 1) throw new Error("not even an iterable");
      return saying(starts === 2 ? null : { peers: ["10.0.0.8:1"] }).watch(context);
    },
  };
  const { voters, errors } = await follow(discovery);
  assertEquals([voters.length, errors.length], [1, 2]);
});

Deno.test("a discovery that does not heed the signal is left behind", async () => {
  const deaf: Discovery = {
    async *watch() {
      yield { peers: ["10.0.0.8:1"] };
      await new Promise(() => {});
    },
  };
  const from = performance.now();
  const { voters } = await follow(deaf, () => true);
  assertEquals(voters.length, 1);
  assertLess(performance.now() - from, 2000);
});

Deno.test("a discovery is told to stop when nobody wants more", async () => {
  const ended = Promise.withResolvers<void>();
  const endless: Discovery = {
    async *watch() {
      try {
        while (true) yield { peers: ["10.0.0.8:1"] };
      } finally {
        ended.resolve();
      }
    },
  };
  const { voters } = await follow(endless, () => true);
  await ended.promise;
  assertEquals(voters.length, 1);
});
