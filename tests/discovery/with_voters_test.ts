import { assertEquals, assertRejects } from "@std/assert";
import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "../../src/discovery/discovery.ts";
import { StaticPeers } from "../../src/discovery/static_peers.ts";
import { WithVoters } from "../../src/discovery/with_voters.ts";

/** Says what the test tells it to say. */
class Script implements Discovery {
  stopped = false;
  #waiting: (() => void) | undefined;
  #updates: (DiscoveryUpdate | Error | "end")[] = [];

  say(...updates: (readonly string[] | Error | "end")[]): void {
    for (const update of updates) {
      this.#updates.push(update instanceof Error || update === "end" ? update : { peers: update as readonly string[] });
    }
    this.#waiting?.();
  }

  async *watch({ signal }: DiscoveryContext): AsyncGenerator<DiscoveryUpdate> {
    signal.addEventListener("abort", () => this.#waiting?.());
    try {
      while (!signal.aborted) {
        const next = this.#updates.shift();
        if (next === undefined) await new Promise<void>((resolve) => this.#waiting = resolve);
        else if (next === "end") return;
        else if (next instanceof Error) throw next;
        else yield next;
      }
    } finally {
      this.stopped = true;
    }
  }
}

interface Stage {
  readonly peers: Script;
  readonly voters: Script;
  readonly updates: AsyncGenerator<DiscoveryUpdate, void, void>;
  readonly controller: AbortController;
}

function stage(): Stage {
  const [peers, voters, controller] = [new Script(), new Script(), new AbortController()];
  const ignore = (): void => {};
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const updates = new WithVoters(peers, voters, 3).watch({ signal: controller.signal, source: "a:1", logger });
  return { peers, voters, updates, controller };
}

async function next({ updates }: Stage): Promise<DiscoveryUpdate | undefined> {
  const { value } = await updates.next();
  return value ?? undefined;
}

Deno.test("nothing is said before both have spoken, whichever is first", async () => {
  for (const first of ["peers", "voters"] as const) {
    const set = stage();
    const [one, other] = first === "peers" ? [set.peers, set.voters] : [set.voters, set.peers];
    one.say(["a", "b"]);
    const update = next(set);
    await new Promise((resolve) => setTimeout(resolve, 1));
    other.say(["a"]);
    assertEquals(await update, {
      peers: ["a", "b"],
      voters: first === "peers" ? ["a"] : ["a", "b"],
      clusterSize: 3,
    });
    set.controller.abort();
    await set.updates.return();
  }
});

Deno.test("each change of either is told, with the latest of the other", async () => {
  const set = stage();
  set.peers.say(["a", "b"]);
  set.voters.say(["a"]);
  assertEquals(await next(set), { peers: ["a", "b"], voters: ["a"], clusterSize: 3 });
  set.voters.say(["b"]);
  assertEquals(await next(set), { peers: ["a", "b"], voters: ["b"], clusterSize: 3 });
  set.peers.say(["b", "c"]);
  assertEquals(await next(set), { peers: ["b", "c"], voters: ["b"], clusterSize: 3 });
  set.controller.abort();
  await set.updates.return();
});

Deno.test("what is said is out of date as long as that of either is", async () => {
  const told: boolean[] = [];
  const contexts: DiscoveryContext[] = [];
  const silent: Discovery = {
    async *watch(context): AsyncGenerator<DiscoveryUpdate> {
      contexts.push(context);
      yield { peers: ["a"] };
    },
  };
  const ignore = (): void => {};
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const { signal } = new AbortController();
  const context = { signal, source: "a:1", logger, onStale: (isStale: boolean) => void told.push(isStale) };
  for await (const _ of new WithVoters(silent, silent, 1).watch(context));
  const [peers, voters] = contexts;
  peers?.onStale?.(true);
  voters?.onStale?.(true);
  peers?.onStale?.(false);
  assertEquals(told.at(-1), true, "the voters still are");
  voters?.onStale?.(false);
  assertEquals(told.at(-1), false);
});

Deno.test("voters are peers, too, once each", async () => {
  const set = stage();
  set.peers.say(["a", "b", "a"]);
  set.voters.say(["c", "b"]);
  assertEquals(await next(set), { peers: ["a", "b", "c"], voters: ["c", "b"], clusterSize: 3 });
  set.controller.abort();
  await set.updates.return();
});

Deno.test("it goes on while one of them does, and ends with the last", async () => {
  const set = stage();
  set.voters.say(["a"], "end");
  set.peers.say(["a"]);
  assertEquals((await next(set))?.voters, ["a"]);
  set.peers.say(["a", "b"], "end");
  assertEquals((await next(set))?.peers, ["a", "b"]);
  assertEquals((await set.updates.next()).done, true);
});

Deno.test("what one of them throws is thrown, and the other is left", async () => {
  const set = stage();
  set.peers.say(["a"]);
  set.voters.say(new Error("no such host"));
  await assertRejects(() => set.updates.next(), Error, "no such host");
  set.controller.abort();
  await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(set.peers.stopped, true);
});

Deno.test("when the signal aborts it ends, and both are left", async () => {
  const set = stage();
  set.peers.say(["a"]);
  set.voters.say(["a"]);
  await next(set);
  const end = set.updates.next();
  set.controller.abort();
  assertEquals((await end).done, true);
  assertEquals([set.peers.stopped, set.voters.stopped], [true, true]);
});

Deno.test("a name among the voters that is not found yet is missing, and counts all the same", async () => {
  const controller = new AbortController();
  const found = new Map([["app-0", "10.0.0.1"]]);
  const resolve = (host: string): Promise<string[]> =>
    found.has(host) ? Promise.resolve([found.get(host)!]) : Promise.reject(new Error("no such host"));
  const voters = new StaticPeers(["app-0:1", "app-1:1"], { resolve, retry: 1, refresh: 2 });
  const ignore = (): void => {};
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const source = "10.0.0.9:1";
  const updates = new WithVoters(new StaticPeers([source]), voters, 2)
    .watch({ signal: controller.signal, source, logger });
  const seen: string[] = [];
  for await (const update of updates) {
    seen.push(`${update.voters} of ${update.clusterSize}`);
    if (update.voters?.length === 1) found.set("app-1", "10.0.0.2");
    if (update.voters?.length === 2) break;
  }
  controller.abort();
  assertEquals(seen, [" of 2", "10.0.0.1:1 of 2", "10.0.0.1:1,10.0.0.2:1 of 2"]);
});
