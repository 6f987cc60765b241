/**
 * Changes kept for those who open the page later, and sent to those who have it open.
 *
 * @module
 */

import { formatEvent, Streams } from "../sidecar/streams.ts";
import { CHRONICLE_LIMITS } from "./limits.ts";
import type { Change, Heading, Story } from "./page/change.ts";

interface Numbered {
  readonly sequence: number;
  readonly change: Change;
}

/** What a later change of the same key makes void, as far as the present is concerned. */
function keyOf(change: Change): string | undefined {
  const { kind, id } = change;
  if (kind === "note") return undefined;
  return JSON.stringify(kind === "link" ? [kind, id, change.to] : [kind, id]);
}

/** Whether only the newest of its kind is worth keeping. */
function replaces(change: Change, former: Change): boolean {
  if (change.kind === "lead") {
    return former.kind === "lead" && former.token === change.token && former.from === change.from;
  }
  return ["beat", "member", "apart", "election", "why"].includes(change.kind);
}

/** An account of bounded length. What it forgets leaves behind what was true at its end. */
export class Chronicle {
  readonly heading: Heading;
  readonly #now: () => number;
  readonly #capacity: number;
  readonly #streams = new Streams(CHRONICLE_LIMITS);
  /** In the order of their numbers. */
  readonly #changes = new Map<number, Numbered>();
  /** The number of the newest of each key. */
  readonly #newest = new Map<string, Numbered>();
  /** What is still true of the things forgotten: by member, then by key. */
  readonly #base = new Map<string, Map<string, Change>>();
  /** The same of named elections, by name. */
  readonly #elections = new Map<string, Change>();
  #sequence = 0;
  /** The newest number that was forgotten. */
  #forgotten = 0;

  /** `now` is the clock that the changes are told by, in ms. */
  constructor(heading: Heading, now: () => number = Date.now, capacity: number = CHRONICLE_LIMITS.kept) {
    this.heading = heading;
    this.#now = now;
    this.#capacity = capacity;
  }

  /** How many read. */
  get readers(): number {
    return this.#streams.size;
  }

  /** Takes what has changed, in the order of time, and tells it. */
  tell(changes: readonly Change[]): void {
    for (const change of changes) this.#keep({ sequence: ++this.#sequence, change });
    this.#streams.wake();
  }

  /** Everything that is known. */
  story(): Story {
    const members = [...this.#base.values()].flatMap((changes) => [...changes.values()]);
    const base = [...members, ...this.#elections.values()];
    const changes = [...base, ...[...this.#changes.values()].map(({ change }) => change)];
    return { heading: this.heading, changes, now: this.#now() };
  }

  /** What is known, and then what is new, as server-sent events, for this client. */
  respond(client: string): Response {
    const stream = this.#streams.open((cursor) => this.#next(cursor), undefined, client);
    if (stream === undefined) return new Response("Too many readers\n", { status: 503 });
    const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };
    return new Response(stream, { headers });
  }

  /** Lets all readers go. */
  close(): void {
    this.#streams.close();
  }

  #keep(numbered: Numbered): void {
    const { change, sequence } = numbered;
    const key = keyOf(change);
    const former = key === undefined ? undefined : this.#newest.get(key);
    if (key !== undefined) this.#newest.set(key, numbered);
    if (former !== undefined && replaces(change, former.change)) this.#changes.delete(former.sequence);
    this.#changes.set(sequence, numbered);
    if (this.#changes.size > this.#capacity) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#changes.values();
    if (oldest === undefined) return;
    const { sequence, change } = oldest;
    this.#changes.delete(sequence);
    this.#forgotten = sequence;
    const key = keyOf(change);
    if (key === undefined) return;
    if (this.#newest.get(key) === oldest) this.#newest.delete(key);
    if (change.kind === "election") return this.#forgetElection(change);
    const known = this.#base.get(change.id) ?? new Map<string, Change>();
    // What is put in anew comes last: the order of time.
    this.#base.delete(change.id);
    known.delete(key);
    this.#base.set(change.id, known.set(key, change));
    const [stalest] = this.#base.keys();
    if (this.#base.size > CHRONICLE_LIMITS.members && stalest !== undefined) this.#base.delete(stalest);
  }

  #forgetElection(change: Change): void {
    // What is put in anew comes last: the order of time.
    this.#elections.delete(change.id);
    this.#elections.set(change.id, change);
    const [stalest] = this.#elections.keys();
    if (this.#elections.size > CHRONICLE_LIMITS.elections && stalest !== undefined) this.#elections.delete(stalest);
  }

  #next(cursor: number | undefined): { text: string; cursor: number } | undefined {
    if (cursor === this.#sequence) return undefined;
    if (cursor === undefined || cursor < this.#forgotten) {
      return { text: formatEvent(JSON.stringify(this.story()), { event: "story" }), cursor: this.#sequence };
    }
    const changes: Change[] = [];
    for (const { sequence, change } of this.#changes.values()) {
      if (sequence > cursor) changes.push(change);
    }
    return {
      text: formatEvent(JSON.stringify({ changes, now: this.#now() }), { event: "news" }),
      cursor: this.#sequence,
    };
  }
}
