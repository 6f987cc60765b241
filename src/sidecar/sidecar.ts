/**
 * A member as others on its machine see it over HTTP.
 *
 * @module
 */

import type { Democracy } from "../democracy.ts";
import type { LeaderInfo } from "../core/effect.ts";
import type { Stats } from "../stats/counters.ts";
import { type LifecycleEvents, onEach } from "../leadership/events.ts";
import type { QuorumInfo, VoterInfo } from "../leadership/quorum.ts";
import type { NodeInfo } from "../leadership/roster.ts";
import type { NamedElection } from "../named_election.ts";
import { PrometheusText } from "../metrics/prometheus.ts";
import { Journal } from "./journal.ts";
import { naisBody } from "./leader_elector.ts";
import { EVENT_LIMITS } from "./limits.ts";
import { Pulse } from "./pulse.ts";
import { type Feed, formatEvent, Streams } from "./streams.ts";

/** What a sidecar is about. */
export interface SidecarOptions {
  /** The member that is asked. */
  readonly democracy: Democracy;
  /** The name of the election, for the answers. */
  readonly cluster: string;
  /** The member's own `timeout`, in ms. */
  readonly timeout: number;
  /** The named elections in which the member is to stand; none unless set. */
  readonly elections?: readonly string[];
}

/** One named election, as `GET /elections` lists it. */
export interface SidecarElection {
  readonly name: string;
  /** Whether the member leads it at this instant. */
  readonly leading: boolean;
  /** Its fencing token there while it leads. */
  readonly token: number | null;
  /** Who leads it, as the member knows. */
  readonly leader: LeaderInfo | null;
}

/** A voter as `GET /state` has it: with times in ISO 8601. */
export type SidecarVoter = Omit<VoterInfo, "since" | "until"> & {
  readonly since: string | null;
  readonly until: string | null;
};

/** What `GET /state` answers. */
export interface SidecarState {
  /** The name of the member. */
  readonly id: string;
  readonly cluster: string;
  /** `ip:port` of the member. */
  readonly source: string;
  /** Whether its socket is bound. */
  readonly joined: boolean;
  /** Whether it does its part: it has joined, may vote if it is a voter, and does not end. */
  readonly ready: boolean;
  /** Whether it leads at this instant. */
  readonly leading: boolean;
  /** Its fencing token while it leads. */
  readonly token: number | null;
  /** ms that its lease has left. */
  readonly remaining: number;
  /** Who leads as it knows, and since when it knows. */
  readonly leader: (LeaderInfo & { readonly since: string }) | null;
  /** Who of the voters answers, and why nobody leads; `null` while somebody does. */
  readonly quorum: Omit<QuorumInfo, "voters"> & { readonly voters: readonly SidecarVoter[] };
  /** The named elections that it knows of. */
  readonly elections: readonly SidecarElection[];
  /** The members that are alive, self included. */
  readonly members: readonly NodeInfo[];
  /** What was ignored and why, how often since the start, and the address that the last of it came from, where it came from one. */
  readonly dropped: readonly { readonly reason: string; readonly times: number; readonly from: string | null }[];
  /** When this was said. */
  readonly at: string;
}

/** What the HTTP server shows of one member, kept up to date. */
export class Sidecar {
  readonly cluster: string;
  readonly democracy: Democracy;
  readonly #pulse: Pulse;
  readonly #metrics: PrometheusText;
  readonly #journal = new Journal(EVENT_LIMITS.entries);
  readonly #streams = new Streams(EVENT_LIMITS);
  readonly #stopListening: (() => void)[];
  /** Those in which the member stands. */
  readonly #elections = new Map<string, NamedElection>();
  #joined = false;
  #ending = false;
  /** When the leader changed last, and how often it did. */
  #since: Date | undefined;
  #changes = 0;

  /** Watches the member from now on. */
  constructor({ democracy, cluster, timeout, elections = [] }: SidecarOptions) {
    this.democracy = democracy;
    this.cluster = cluster;
    this.#pulse = new Pulse(democracy, timeout);
    this.#metrics = new PrometheusText(democracy, { "democracy.cluster": cluster });
    const stopListening = onEach(democracy, {
      added: (member) => this.#note("added", { member }),
      removed: (member) => this.#note("removed", { member }),
      leader: (leader) => this.#change(leader),
      elected: (detail) => this.#note("elected", detail),
      resigned: (detail) => this.#note("resigned", detail),
      // Of a member that failed `/healthz` tells.
      error: undefined,
    });
    this.#stopListening = [stopListening, ...elections.map((name) => this.#stand(name))];
    democracy.ready.then(() => this.#joined = true, () => {});
  }

  /** Whether the socket is bound; whether it leads does not matter. */
  get joined(): boolean {
    return this.#joined;
  }

  /** Whether the member does its part, see `isReady` of Democracy. */
  get ready(): boolean {
    return this.democracy.isReady();
  }

  /** Why it does not. */
  get unready(): string {
    if (this.#ending) return "the member ends, and votes as long as the others need its vote";
    return this.#joined ? "the member does not vote yet, or no quorum counts it in" : "the member has not joined";
  }

  /** The member was told to end. */
  end(): void {
    this.#ending = true;
  }

  /** How many readers of server-sent events there are. */
  get readers(): number {
    return this.#streams.size;
  }

  /** Whether the loop of the election moves. */
  get alive(): boolean {
    return this.#pulse.alive();
  }

  /** The leader's name, or nothing. */
  leaderName(): string {
    return this.democracy.leader()?.id ?? "";
  }

  /** The named elections that the member knows of, in the order of their names. */
  elections(): SidecarElection[] {
    const { democracy } = this;
    return Object.entries(democracy.elections()).sort(([left], [right]) => left < right ? -1 : 1)
      .map(([name, leader]) => this.#describe(name, leader));
  }

  /** One named election, whether it is known or not. */
  election(name: string): SidecarElection {
    return this.#describe(name, this.democracy.elections()[name] ?? null);
  }

  /** What stands in that election; undefined where the member does not. */
  standing(name: string): NamedElection | undefined {
    return this.#elections.get(name);
  }

  #describe(name: string, leader: LeaderInfo | null): SidecarElection {
    const own = this.#elections.get(name);
    return { name, leading: own?.isLeader() ?? false, token: own?.token ?? null, leader };
  }

  /** Stands in a named election, and tells what happens there; returns what tells no more. */
  #stand(name: string): () => void {
    const election = this.democracy.election(name);
    this.#elections.set(name, election);
    return onEach(election, {
      leader: (leader) => this.#note("leader", { election: name, leader }),
      elected: (detail) => this.#note("elected", { election: name, ...detail }),
      resigned: (detail) => this.#note("resigned", { election: name, ...detail }),
      added: undefined,
      removed: undefined,
      error: undefined,
    });
  }

  /** All that is known. */
  state(): SidecarState {
    const { democracy } = this;
    const leader = democracy.leader();
    return {
      id: democracy.id,
      cluster: this.cluster,
      source: democracy.source,
      joined: this.#joined,
      ready: this.ready,
      leading: democracy.isLeader(),
      token: democracy.token,
      remaining: Math.floor(democracy.remaining()),
      leader: leader === null ? null : { ...leader, since: (this.#since ?? new Date()).toISOString() },
      quorum: quorumOf(democracy),
      elections: this.elections(),
      members: Object.values(democracy.nodes()),
      dropped: droppedOf(democracy.stats()),
      at: new Date().toISOString(),
    };
  }

  /** The text for Prometheus. */
  metrics(): string {
    return this.#metrics.render();
  }

  /**
   * What happens, from now on or from after `lastEventId`: a reader that starts, or whose place is forgotten, is
   * told the state first. Undefined when too many read already, or too many of this client.
   */
  events(lastEventId: string | undefined, client: string): ReadableStream<Uint8Array> | undefined {
    const known = lastEventId === undefined ? undefined : this.#journal.sequenceOf(lastEventId);
    return this.#streams.open(this.#follow, known, client);
  }

  /** The leader in the form of the nais elector, at once and on each change. Undefined where {@linkcode Sidecar.events} is. */
  naisEvents(client: string): ReadableStream<Uint8Array> | undefined {
    return this.#streams.open(this.#followLeader, undefined, client);
  }

  /** Watches no more, and lets all readers go. */
  stop(): void {
    for (const stop of this.#stopListening) stop();
    this.#pulse.stop();
    this.#metrics.stop();
    this.#streams.close();
  }

  readonly #follow: Feed = (cursor) => {
    const journal = this.#journal;
    if (cursor === undefined || !journal.reaches(cursor)) {
      const id = journal.idOf(journal.last);
      return { text: formatEvent(JSON.stringify(this.state()), { event: "state", id }), cursor: journal.last };
    }
    const entry = journal.after(cursor);
    if (entry === undefined) return undefined;
    const { sequence, event, data } = entry;
    return { text: formatEvent(data, { event, id: journal.idOf(sequence) }), cursor: sequence };
  };

  readonly #followLeader: Feed = (cursor) => {
    if (cursor === this.#changes) return undefined;
    return { text: formatEvent(naisBody(this.leaderName(), this.#since)), cursor: this.#changes };
  };

  #change(leader: LifecycleEvents["leader"]): void {
    this.#since = new Date();
    this.#changes++;
    this.#note("leader", { leader });
  }

  #note(type: keyof LifecycleEvents, detail: object): void {
    this.#journal.append(type, { type, at: new Date().toISOString(), ...detail });
    this.#streams.wake();
  }
}

function quorumOf(democracy: Democracy): SidecarState["quorum"] {
  const { voters, ...quorum } = democracy.quorum();
  const timeOf = (at: number | null): string | null => at === null ? null : new Date(at).toISOString();
  return {
    ...quorum,
    voters: voters.map((voter) => ({ ...voter, since: timeOf(voter.since), until: timeOf(voter.until) })),
  };
}

function droppedOf({ dropped, droppedFrom }: Stats): SidecarState["dropped"] {
  const entries = Object.entries(dropped).filter(([, times]) => times > 0);
  const sources: Readonly<Record<string, string | undefined>> = droppedFrom;
  return entries.map(([reason, times]) => ({ reason, times, from: sources[reason] ?? null }));
}
