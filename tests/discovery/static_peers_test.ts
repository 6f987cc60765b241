import { assert, assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import type { DiscoveryContext, DiscoveryUpdate } from "../../src/discovery/discovery.ts";
import { localHosts } from "../../src/transport/interfaces.ts";
import { type Resolve, StaticPeers } from "../../src/discovery/static_peers.ts";

const SOURCE = "10.0.0.7:1";

/** Remembers what was logged. */
class Log {
  readonly lines: string[] = [];
  readonly #add = (level: string) => (message: string): void => void this.lines.push(`${level} ${message}`);
  readonly logger = {
    debug: this.#add("debug"),
    info: this.#add("info"),
    warn: this.#add("warn"),
    error: this.#add("error"),
  };

  warnings(): string[] {
    return this.lines.filter((line) => line.startsWith("warn "));
  }
}

/** A name server whose records a test changes. A name without a record does not resolve. */
class Names {
  readonly records = new Map<string, readonly string[]>();
  readonly asked: string[] = [];
  /** Resolves when a name has been asked for so often in all. */
  #awaited: { readonly count: number; readonly resolve: () => void } | undefined;

  readonly resolve: Resolve = (host) => {
    this.asked.push(host);
    if (this.asked.length >= (this.#awaited?.count ?? Infinity)) this.#awaited?.resolve();
    const record = this.records.get(host);
    return record === undefined ? Promise.reject(new Error(`ENOTFOUND ${host}`)) : Promise.resolve(record);
  };

  askedOften(count: number): Promise<void> {
    if (this.asked.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#awaited = { count, resolve });
  }
}

interface Watched extends AsyncDisposable {
  readonly updates: AsyncIterator<DiscoveryUpdate>;
  readonly log: Log;
  readonly abort: () => void;
  next(): Promise<DiscoveryUpdate | undefined>;
}

const QUICK = { refresh: 8, retry: 2 };

function watch(peers: StaticPeers, source = SOURCE, more: Partial<DiscoveryContext> = {}): Watched {
  const controller = new AbortController();
  const log = new Log();
  const context: DiscoveryContext = { signal: controller.signal, source, logger: log.logger, ...more };
  const updates = peers.watch(context)[Symbol.asyncIterator]();
  const abort = () => controller.abort();
  return {
    updates,
    log,
    abort,
    next: async () => {
      const { done, value } = await updates.next();
      return done === true ? undefined : value as DiscoveryUpdate;
    },
    [Symbol.asyncDispose]: async () => {
      abort();
      while ((await updates.next()).done !== true);
    },
  };
}

Deno.test("IP addresses are all there in the first update, and nothing follows", async () => {
  const table: readonly [peers: string[], source: string, expected: DiscoveryUpdate][] = [
    [["10.0.0.7:1", "10.0.0.8:1"], SOURCE, { peers: ["10.0.0.7:1", "10.0.0.8:1"], clusterSize: 2 }],
    [["10.0.0.8:1", "10.0.0.9:1"], SOURCE, { peers: ["10.0.0.8:1", "10.0.0.9:1"], clusterSize: 3 }],
    [["10.0.0.8:1", "10.0.0.8:1", "[::ffff:10.0.0.8]:1"], SOURCE, { peers: ["10.0.0.8:1"], clusterSize: 2 }],
    [["[FD00::0:7]:1", "[fd00::8]:1"], "[fd00::7]:1", { peers: ["[fd00::7]:1", "[fd00::8]:1"], clusterSize: 2 }],
    [["10.0.0.7:2"], SOURCE, { peers: ["10.0.0.7:2"], clusterSize: 2 }],
    [[], SOURCE, { peers: [], clusterSize: 1 }],
  ];
  for (const [peers, source, expected] of table) {
    await using watched = watch(new StaticPeers(peers), source);
    assertEquals(await watched.next(), expected);
    assertEquals(await watched.next(), undefined);
    assertEquals(watched.log.lines, []);
  }
});

Deno.test("the cluster size that was given is the one that is told", async () => {
  await using watched = watch(new StaticPeers(["10.0.0.8:1"], { clusterSize: 5 }));
  assertEquals(await watched.next(), { peers: ["10.0.0.8:1"], clusterSize: 5 });
});

Deno.test("what is no address is refused at once", () => {
  const error = assertThrows(() => new StaticPeers(["10.0.0.8:1", "10.0.0.9"]), TypeError);
  assertEquals(error.message, 'Cannot join: "peers[1]" must end with a port, like 10.0.0.9:12345, got "10.0.0.9"');
});

Deno.test("a name that does not resolve yet is tried again, logged once, and found", async () => {
  const names = new Names();
  await using watched = watch(new StaticPeers(["10.0.0.8:1", "web-2:1"], { resolve: names.resolve, ...QUICK }));
  assertEquals(await watched.next(), { peers: ["10.0.0.8:1"], clusterSize: 3, unresolved: ["web-2:1"] });
  const next = watched.next();
  await names.askedOften(6);
  assertEquals(watched.log.warnings(), [
    'warn Cannot resolve peer "web-2:1": it is not known yet, and is looked up again',
  ]);
  names.records.set("web-2", ["10.0.0.9"]);
  assertEquals(await next, { peers: ["10.0.0.8:1", "10.0.0.9:1"], clusterSize: 3 });
  assertEquals(watched.log.warnings().length, 1);
});

Deno.test("a peer that comes back with another address is found", async () => {
  const names = new Names();
  names.records.set("web-1", ["10.0.0.8"]);
  await using watched = watch(new StaticPeers(["web-1:1"], { resolve: names.resolve, ...QUICK }));
  assertEquals(await watched.next(), { peers: [], clusterSize: 2, unresolved: ["web-1:1"] });
  assertEquals(await watched.next(), { peers: ["10.0.0.8:1"], clusterSize: 2 });
  names.records.set("web-1", ["10.0.0.88"]);
  assertEquals(await watched.next(), { peers: ["10.0.0.88:1"], clusterSize: 2 });
});

Deno.test("an address that was found is kept while the name does not resolve", async () => {
  const names = new Names();
  names.records.set("web-1", ["10.0.0.8"]);
  await using watched = watch(new StaticPeers(["web-1:1"], { resolve: names.resolve, ...QUICK }));
  await watched.next();
  assertEquals((await watched.next())?.peers, ["10.0.0.8:1"]);
  names.records.delete("web-1");
  const next = watched.next();
  await names.askedOften(names.asked.length + 4);
  assertEquals(watched.log.warnings(), [
    'warn Cannot resolve peer "web-1:1": it is kept at 10.0.0.8:1, and is looked up again',
  ]);
  names.records.set("web-1", []);
  await names.askedOften(names.asked.length + 3);
  names.records.set("web-1", ["not an address"]);
  await names.askedOften(names.asked.length + 3);
  assertEquals(watched.log.warnings().length, 1);
  names.records.set("web-1", ["10.0.0.9"]);
  assertEquals((await next)?.peers, ["10.0.0.9:1"]);
});

Deno.test("a name that stands for the own address is self", async () => {
  const names = new Names();
  names.records.set("web-0", ["10.0.0.7"]);
  names.records.set("web-1", ["10.0.0.8"]);
  const list = ["web-0:1", "web-1:1", "web-2:1"];
  await using watched = watch(new StaticPeers(list, { resolve: names.resolve, ...QUICK }));
  assertEquals(await watched.next(), { peers: [], clusterSize: 4, unresolved: ["web-0:1", "web-1:1", "web-2:1"] });
  let last = await watched.next();
  while (last?.peers.length !== 2) last = await watched.next();
  assertEquals(last, { peers: ["10.0.0.7:1", "10.0.0.8:1"], clusterSize: 3, unresolved: ["web-2:1"] });
});

Deno.test("two names that share an address for a while do not make the cluster smaller", async () => {
  const names = new Names();
  for (const name of ["web-1", "web-2"]) names.records.set(name, ["10.0.0.8"]);
  await using watched = watch(new StaticPeers(["10.0.0.7:1", "web-1:1", "web-2:1"], { resolve: names.resolve }));
  await watched.next();
  assertEquals(await watched.next(), { peers: ["10.0.0.7:1", "10.0.0.8:1"], clusterSize: 3 });
});

Deno.test("of several answers one is taken, and kept as long as it is among them", async () => {
  const names = new Names();
  names.records.set("web", ["fd00::9", "10.0.0.9", "10.0.0.8"]);
  await using watched = watch(new StaticPeers(["web:1"], { resolve: names.resolve, ...QUICK }));
  await watched.next();
  assertEquals((await watched.next())?.peers, ["10.0.0.9:1"]);
  assertEquals(watched.log.warnings(), [
    'warn Peer "web:1" has 2 IP addresses, but is one member: taking 10.0.0.9:1',
  ]);
  const next = watched.next();
  names.records.set("web", ["10.0.0.8", "10.0.0.9"]);
  await names.askedOften(names.asked.length + 3);
  names.records.set("web", ["10.0.0.10", "10.0.0.8"]);
  assertEquals((await next)?.peers, ["10.0.0.10:1"]);
});

Deno.test("the family of the own address is preferred, and the other taken if need be", async () => {
  const names = new Names();
  names.records.set("both", ["10.0.0.9", "FD00::0:9"]);
  names.records.set("old", ["10.0.0.8"]);
  await using watched = watch(
    new StaticPeers(["both:1", "old:1"], { resolve: names.resolve, ...QUICK }),
    "[fd00::7]:1",
  );
  let last = await watched.next();
  while (last?.peers.length !== 2) last = await watched.next();
  assertEquals(last.peers, ["[fd00::9]:1", "10.0.0.8:1"]);
});

Deno.test("one name that hangs does not hold up the others", async () => {
  const resolve: Resolve = (host) => host === "stuck" ? new Promise(() => {}) : Promise.resolve(["10.0.0.8"]);
  await using watched = watch(new StaticPeers(["stuck:1", "web-1:1"], { resolve, ...QUICK }));
  await watched.next();
  assertEquals(await watched.next(), { peers: ["10.0.0.8:1"], clusterSize: 3, unresolved: ["stuck:1"] });
});

const LEAVES_NOTHING = { sanitizeOps: true, sanitizeResources: true };

Deno.test("the iteration ends at once when it is aborted, wherever it is", LEAVES_NOTHING, async (t) => {
  const never: Resolve = () => new Promise(() => {});
  const fails: Resolve = () => Promise.reject(new Error("no"));
  const works: Resolve = () => Promise.resolve(["10.0.0.8"]);
  for (const [name, resolve] of Object.entries({ never, fails, works })) {
    await t.step(`while the resolver ${name}`, async () => {
      const watched = watch(new StaticPeers(["web-1:1"], { resolve, refresh: 60_000, retry: 60_000 }));
      await watched.next();
      if (resolve === works) await watched.next();
      const next = watched.next();
      await new Promise((done) => setTimeout(done, 5));
      const from = performance.now();
      watched.abort();
      assertEquals(await next, undefined);
      assertLess(performance.now() - from, 1000);
    });
  }
  await t.step("before it has begun", async () => {
    const watched = watch(new StaticPeers(["web-1:1"], { resolve: never }));
    watched.abort();
    assertEquals(await watched.next(), undefined);
  });
  await t.step("by leaving the loop", async () => {
    const { signal } = new AbortController();
    const peers = new StaticPeers(["web-1:1"], { resolve: fails, refresh: 60_000, retry: 60_000 });
    for await (const { clusterSize } of peers.watch({ signal, source: SOURCE, logger: new Log().logger })) {
      assertEquals(clusterSize, 2);
      break;
    }
  });
});

Deno.test("names are looked up ever less often while they do not resolve", async () => {
  const times: number[] = [];
  const enough = Promise.withResolvers<void>();
  const resolve: Resolve = () => {
    times.push(performance.now());
    if (times.length === 6) enough.resolve();
    return Promise.reject(new Error("no"));
  };
  await using watched = watch(new StaticPeers(["web-1:1"], { resolve, refresh: 100, retry: 5 }));
  await watched.next();
  const next = watched.next();
  await enough.promise;
  // 5 + 10 + 20 + 40 + 80 ms, each spread by a fifth: a timer may be late, but not early.
  assert((times[5] ?? 0) - (times[0] ?? 0) > 0.75 * 155);
  watched.abort();
  assertEquals(await next, undefined);
});

Deno.test("the system's resolver knows localhost", async () => {
  await using watched = watch(new StaticPeers(["localhost:1"]), "127.0.0.1:2");
  await watched.next();
  const update = await watched.next();
  assertStringIncludes("127.0.0.1:1 [::1]:1", update?.peers[0] ?? "nothing");
});

/** Waits for an update that fits. */
async function updated(watched: Watched, what: string, fits: (peers: readonly string[]) => boolean): Promise<void> {
  for (let count = 0; count < 20; count++) {
    const update = await watched.next();
    if (update === undefined) throw new Error(`It ended before ${what}`);
    if (fits(update.peers)) return;
  }
  throw new Error(`Twenty updates, and none in which ${what}`);
}

Deno.test("of several addresses the one is taken that answers, and kept as long as it does", async () => {
  const names = new Names();
  names.records.set("web-1", ["10.1.0.8", "10.2.0.8", "10.3.0.8"]);
  const alive = new Set<string>();
  const context = { isAlive: (address: string): boolean => alive.has(address), patience: 40 };
  await using watched = watch(new StaticPeers(["web-1:1"], { resolve: names.resolve, ...QUICK }), SOURCE, context);
  await watched.next();
  const isAt = (address: string) => (peers: readonly string[]): boolean => peers.includes(address);
  // As long as nobody answers they take turns.
  const turns: string[] = [];
  while (turns.length < 4) turns.push((await watched.next())?.peers[0] ?? "");
  assertEquals(turns, ["10.1.0.8:1", "10.2.0.8:1", "10.3.0.8:1", "10.1.0.8:1"]);
  alive.add("10.3.0.8:1");
  await updated(watched, "the one is taken that answers", isAt("10.3.0.8:1"));
  // The order of answers is the name server's; and another that answers, too, is no better.
  names.records.set("web-1", ["10.2.0.8", "10.3.0.8", "10.1.0.8"]);
  alive.add("10.2.0.8:1");
  const asked = names.asked.length;
  await names.askedOften(asked + 12);
  alive.delete("10.3.0.8:1");
  await updated(watched, "another is taken that answers", isAt("10.2.0.8:1"));
  assertEquals(watched.log.warnings().length, 1);
});

Deno.test("who has one address keeps it, whether it answers or not", async () => {
  const names = new Names();
  names.records.set("web-1", ["10.1.0.8"]);
  const context = { isAlive: (): boolean => false, patience: 8 };
  await using watched = watch(new StaticPeers(["web-1:1"], { resolve: names.resolve, ...QUICK }), SOURCE, context);
  await watched.next();
  assertEquals(await watched.next(), { peers: ["10.1.0.8:1"], clusterSize: 2 });
  const next = watched.next().then(() => "changed");
  await names.askedOften(names.asked.length + 10);
  assertEquals(await Promise.race([next, Promise.resolve("kept")]), "kept");
  watched.abort();
  await next;
});

Deno.test("the own name is found behind a loopback address, as Debian has it; others are not", async () => {
  const table: readonly [answers: readonly string[], source: string, isSelf: boolean][] = [
    [["127.0.1.1"], "10.0.0.7:1", true],
    [["127.0.0.1", "::1"], "10.0.0.7:1", true],
    [["::1"], "[fd00::7]:1", true],
    [["127.0.1.1"], "[fd00::7]:1", true],
    [["127.0.1.1", "10.0.0.9"], "10.0.0.7:1", true],
    // Members on several loopback addresses of one machine, for instance in a test.
    [["127.0.1.1"], "127.0.0.1:1", false],
    [["127.0.1.1"], "10.0.0.7:2", false],
    [["10.0.0.9"], "10.0.0.7:1", false],
  ];
  for (const [answers, source, isSelf] of table) {
    const names = new Names();
    names.records.set("alpha", answers);
    const peers = new StaticPeers(["alpha:1", "10.0.0.8:1"], { resolve: names.resolve, ...QUICK });
    await using watched = watch(peers, source);
    await watched.next();
    const update = await watched.next();
    assertEquals(
      [update?.peers.includes(source), update?.clusterSize],
      [isSelf, isSelf ? 2 : 3],
      `${answers} ${source}`,
    );
    assertEquals(watched.log.lines.some((line) => line.startsWith("info ") && line.includes("is this member")), isSelf);
  }
});

Deno.test("where one entry is the own address, another of this machine is another member", async () => {
  const names = new Names();
  names.records.set("alpha", ["10.0.0.7"]).set("beta", ["127.0.1.1"]);
  const peers = new StaticPeers(["alpha:1", "beta:1"], { resolve: names.resolve, ...QUICK });
  await using watched = watch(peers);
  await updated(watched, "both are known", (found) => found.includes("127.0.1.1:1") && found.includes(SOURCE));
});

Deno.test("the own name is found behind another address of this machine, if nothing else is", async () => {
  const [local] = [...localHosts()].filter((host) => host.includes(".") && !host.startsWith("127."));
  if (local === undefined) return console.log("skipped: this machine has no address but loopback ones");
  const names = new Names();
  // Bridges of containers have the same address on many machines.
  names.records.set("alpha", [local]).set("beta", [local, "10.255.0.9"]);
  const source = "10.255.0.7:1";
  await using own = watch(new StaticPeers(["alpha:1"], { resolve: names.resolve, ...QUICK }), source);
  await updated(own, "it is found", (peers) => peers.includes(source));
  await using other = watch(new StaticPeers(["beta:1"], { resolve: names.resolve, ...QUICK }), source);
  await updated(other, "another is another", (peers) => peers.length === 1 && !peers.includes(source));
});

Deno.test("a look-up is told when nobody waits for it any more", async () => {
  let given: AbortSignal | undefined;
  const resolve: Resolve = (_host, signal) => {
    given = signal;
    return new Promise(() => {});
  };
  const watched = watch(new StaticPeers(["web-1:1"], { resolve, ...QUICK }));
  await watched.next();
  const next = watched.next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(given?.aborted, false);
  watched.abort();
  assertEquals(await next, undefined);
  assertEquals(given?.aborted, true);
});
