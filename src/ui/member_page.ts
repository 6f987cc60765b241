/**
 * The page of one member: the cluster as that member sees it.
 *
 * @module
 */

import { clearInterval, setInterval } from "node:timers";
import type { LeaderInfo } from "../core/effect.ts";
import type { Democracy } from "../democracy.ts";
import { type LifecycleEvents, onEach } from "../leadership/events.ts";
import type { NodeInfo } from "../leadership/roster.ts";
import { Chronicle } from "./chronicle.ts";
import type { Change } from "./page/change.ts";
import { pageResponse } from "./respond.ts";

/** What the page is about. */
export interface MemberPageOptions {
  readonly democracy: Democracy;
  /** The name of the election. */
  readonly cluster: string;
  /** The member's own `timeout`, in ms. */
  readonly timeout: number;
}

/** ms between two looks at what has no event: the lease, heartbeats, weights. */
const LOOK = 250;

type Note = Extract<Change, { kind: "note" }>;

/**
 * Follows a member, and answers for its page. What happens is kept for those who open the page later; as long as nobody has it
 * open, that costs nothing but a little memory.
 *
 * @example
 * ```ts
 * import { Democracy } from "@polis/democracy";
 * import { MemberPage } from "./member_page.ts";
 *
 * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
 * const page = new MemberPage({ democracy, cluster: "democracy", timeout: 1000 });
 * const response = page.respond("", "127.0.0.1");
 * console.log(response?.headers.get("content-type"));
 * page.stop();
 * ```
 */
export class MemberPage {
  readonly #democracy: Democracy;
  readonly #chronicle: Chronicle;
  readonly #stopListening: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #known = new Map<string, string>();
  readonly #elections = new Map<string, string>();
  #why: string | null = null;
  #leader: (LeaderInfo & { readonly from: number }) | null = null;
  #packets = { sent: 0, received: 0 };

  /** Follows the member from now on. */
  constructor({ democracy, cluster, timeout }: MemberPageOptions) {
    this.#democracy = democracy;
    const detail = `as ${democracy.id} sees it`;
    this.#chronicle = new Chronicle({ title: cluster, detail, timeout, exclusive: true, observer: democracy.id });
    this.#stopListening = onEach(democracy, {
      added: ({ id }) => this.#note(id, "is heard", "plain"),
      removed: ({ id }) => this.#note(id, "is not heard any more", "bad"),
      leader: (leader) => this.#change(leader),
      elected: ({ id, token }) => this.#note(id, `was elected, token ${token}`, "good"),
      resigned: ({ id, reason }) => this.#note(id, `resigned: ${reason}`, "bad"),
      // Nobody is asked for the page of a member that failed.
      error: undefined,
    });
    this.#timer = setInterval(() => this.#chronicle.readers > 0 && this.#look(), LOOK);
    this.#timer.unref();
    this.#look();
  }

  /**
   * A file of the page, or its stream of changes, by the name below the page's path, for a client; undefined when it has no such
   * thing.
   */
  respond(name: string, client: string): Response | undefined {
    if (name !== "changes") return pageResponse(name, "member");
    this.#look();
    return this.#chronicle.respond(client);
  }

  /** Follows no more, and lets all readers go. */
  stop(): void {
    this.#stopListening();
    clearInterval(this.#timer);
    this.#chronicle.close();
  }

  #change(leader: LifecycleEvents["leader"]): void {
    if (leader === null) this.#note("", "nobody leads", "bad");
    else if (leader.id === this.#democracy.id) this.#look();
    else this.#note(leader.id, `leads, token ${leader.token}`, "good");
  }

  #note(id: string, text: string, tone: Note["tone"]): void {
    this.#look([{ kind: "note", at: Date.now(), id, text, tone }]);
  }

  /** Tells what differs from what was told. */
  #look(notes: readonly Note[] = []): void {
    const at = Date.now();
    const changes = [...this.#members(at), ...this.#lead(at), ...this.#reasons(at), ...this.#named(at), ...notes];
    if (changes.length > 0) this.#chronicle.tell(changes);
  }

  #members(at: number): Change[] {
    const changes: Change[] = [];
    const nodes = this.#democracy.nodes();
    for (const id of this.#known.keys()) {
      if (Object.hasOwn(nodes, id)) continue;
      this.#known.delete(id);
      changes.push({ kind: "phase", at, id, phase: "gone" });
    }
    for (const { id, weight, source, eligible } of Object.values(nodes)) {
      const facts = JSON.stringify([weight, source, eligible]);
      const known = this.#known.get(id);
      if (known !== facts) changes.push({ kind: "member", at, id, weight, source, eligible });
      if (known === undefined) changes.push({ kind: "phase", at, id, phase: "up" });
      this.#known.set(id, facts);
    }
    return [...changes, ...this.#beats(at, Object.values(nodes))];
  }

  /** The counters do not tell members apart, but whoever is a member was heard of within `timeout`. */
  #beats(at: number, nodes: readonly NodeInfo[]): Change[] {
    const { sent, received } = this.#democracy.stats();
    const before = this.#packets;
    this.#packets = { sent, received };
    return nodes.filter(({ self }) => self ? sent > before.sent : received > before.received)
      .map(({ id }) => ({ kind: "beat", at, id }));
  }

  /** Named elections whose leaders are others than was told. */
  #named(at: number): Change[] {
    const changes: Change[] = [];
    const elections = this.#democracy.elections();
    for (const name of this.#elections.keys()) elections[name] ??= null;
    for (const [id, lead] of Object.entries(elections)) {
      const [leader, token] = [lead?.id ?? null, lead?.token ?? null];
      const facts = `${leader} ${token}`;
      if (this.#elections.get(id) === facts) continue;
      this.#elections.set(id, facts);
      changes.push({ kind: "election", at, id, leader, token });
    }
    return changes;
  }

  /** Why nobody leads; the words have times in them, so that this is told again as they pass. */
  #reasons(at: number): Change[] {
    const { id } = this.#democracy;
    const { why: text } = this.#democracy.quorum();
    if (text === this.#why) return [];
    this.#why = text;
    return [{ kind: "why", at, id, text }];
  }

  #lead(at: number): Change[] {
    const democracy = this.#democracy;
    const leader = democracy.leader();
    const before = this.#leader;
    const same = leader?.id === before?.id && leader?.token === before?.token;
    const changes: Change[] = [];
    if (!same) {
      if (before !== null) changes.push({ kind: "yield", at, id: before.id });
      changes.push({ kind: "follow", at, id: democracy.id, leader: leader?.id ?? null });
      this.#leader = leader === null ? null : { ...leader, from: at };
    }
    const now = this.#leader;
    if (now === null) return changes;
    const own = now.id === democracy.id;
    // The lease of another is known to that one alone.
    if (!same || own) {
      changes.push({ kind: "lead", at, ...now, until: own ? at + democracy.remaining() : null });
    }
    return changes;
  }
}
