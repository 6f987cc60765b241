/**
 * `deno task demo --ui`: the cluster on a page, with buttons to be unkind to it.
 *
 * @module
 */

import { Chronicle } from "../../src/ui/chronicle.ts";
import type { Change } from "../../src/ui/page/change.ts";
import { parting, Relay } from "../harness/relay.ts";
import { servePage } from "../harness/serve_page.ts";
import { Cluster, type ClusterSettings } from "../harness/cluster.ts";
import { isDeed, PageActs } from "./page_acts.ts";
import { PageFeed } from "./page_feed.ts";

/** ms between two looks at the cluster. */
const LOOK = 100;
/** Bytes of a request: more than any button sends. */
const LONGEST_REQUEST = 1000;

/** A demo that is on. */
export interface PageDemo {
  readonly url: string;
  /** Ends the page and all processes; resolves to whether each ended by itself and in order. */
  close(): Promise<boolean>;
}

class Performance {
  readonly #cluster: Cluster;
  readonly #relay: Relay;
  readonly #acts: PageActs;
  readonly #feed: PageFeed;
  readonly #chronicle: Chronicle;
  readonly #beats = new Set<number>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(cluster: Cluster, relay: Relay) {
    this.#cluster = cluster;
    this.#relay = relay;
    const { interval, timeout, stallTimeout, count } = cluster.settings;
    const detail = `${count} processes on this machine, a heartbeat each ${interval} ms, ` +
      `a lease of ${timeout} ms, stallTimeout ${stallTimeout} ms`;
    this.#chronicle = new Chronicle(
      { title: "Democracy: the demo", detail, timeout, exclusive: true, observer: null },
      () => cluster.clock.now(),
    );
    this.#feed = new PageFeed(cluster);
    this.#acts = new PageActs(cluster, ({ id }, error) => this.#note(id, String(error), "bad"));
    relay.passes = (from, to) => {
      this.#beats.add(from);
      return this.#passes(from, to);
    };
    this.#chronicle.tell(this.#feed.begin(cluster.clock.now()));
    this.#timer = setInterval(() => this.#look(), LOOK);
  }

  async answer(name: string, request: Request): Promise<Response | undefined> {
    if (name === "changes" && request.method === "GET") return this.#chronicle.respond("this machine");
    if (name === "act" && request.method === "POST") return await this.#act(request);
    return undefined;
  }

  async close(): Promise<boolean> {
    clearInterval(this.#timer);
    this.#chronicle.close();
    const ended = await this.#cluster.end();
    await this.#relay.close();
    return ended;
  }

  #passes(from: number, to: number): boolean {
    return parting(this.#acts.apart)(from, to);
  }

  async #act(request: Request): Promise<Response> {
    const text = await request.text();
    const { id, deed } = text.length > LONGEST_REQUEST ? { id: null, deed: null } : read(text);
    if (typeof id !== "string" || !isDeed(deed)) return new Response("No such button", { status: 400 });
    try {
      const done = this.#acts.do(id, deed);
      this.#note(id, done, "plain");
      if (deed === "part" || deed === "rejoin") {
        this.#chronicle.tell([{ kind: "apart", at: this.#cluster.clock.now(), id, apart: deed === "part" }]);
      }
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 409 });
    }
    this.#look();
    return new Response(null, { status: 204 });
  }

  #note(id: string, text: string, tone: "plain" | "bad"): void {
    this.#chronicle.tell([{ kind: "note", at: this.#cluster.clock.now(), id, text, tone }]);
  }

  #look(): void {
    const at = this.#cluster.clock.now();
    const beats = [...this.#beats].map((place): Change => ({
      ...{ kind: "beat", at },
      id: this.#cluster.members[place]?.id ?? "",
    }));
    this.#beats.clear();
    const changes = [...this.#feed.look(at, (from, to) => this.#passes(from, to)), ...beats];
    if (changes.length > 0) this.#chronicle.tell(changes);
  }
}

function read(text: string): { readonly id: unknown; readonly deed: unknown } {
  try {
    const { id, deed } = JSON.parse(text);
    return { id, deed };
  } catch {
    return { id: null, deed: null };
  }
}

/** Starts the processes and the page; the members join once the page can be seen. */
export async function startPageDemo(settings: ClusterSettings, port: number): Promise<PageDemo> {
  const relay = new Relay();
  const cluster = await Cluster.start({ ...settings, relay: (bound) => relay.open(bound) });
  const performance = new Performance(cluster, relay);
  try {
    const server = servePage("demo", port, (name, request) => performance.answer(name, request));
    await cluster.joinAll();
    return {
      url: server.url,
      async close(): Promise<boolean> {
        const ended = await performance.close();
        await server.close();
        return ended;
      },
    };
  } catch (error) {
    await performance.close();
    throw error;
  }
}
