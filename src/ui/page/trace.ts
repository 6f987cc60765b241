/**
 * What was true when, made of changes.
 *
 * @module
 */

import type { Change, Phase } from "./change.ts";

/** A time for which a member believed that it led. */
export interface Belief {
  readonly token: number;
  readonly from: number;
  /** When it ended; undefined while it goes on. */
  to: number | undefined;
  /** When it ends unless it is renewed; null where that is not known. */
  until: number | null;
}

/** A value from a time on. */
export interface Step<Value> {
  readonly at: number;
  readonly value: Value;
}

/** All that is known of one member. */
export interface Track {
  readonly id: string;
  weight: number;
  source: string;
  eligible: boolean;
  /** Whether it is on the smaller side of a partition made on purpose. */
  apart: boolean;
  readonly beliefs: Belief[];
  /** The ends of its leases, from each renewal on. */
  readonly leases: Step<number | null>[];
  readonly phases: Step<Phase>[];
  readonly follows: Step<string | null>[];
  /** Why nobody leads, as it knows. */
  readonly reasons: Step<string | null>[];
  /** When it was heard last. */
  beat: number;
}

/** Who leads a named election, and since when that is known. */
export interface NamedLead {
  readonly name: string;
  readonly leader: string | null;
  readonly token: number | null;
  readonly at: number;
}

/** A line of the log. */
export type Note = Extract<Change, { kind: "note" }>;

/** A direction between two members that loses datagrams. */
export interface Cut {
  readonly from: string;
  readonly to: string;
}

/** One member at one time. */
export interface SceneMember {
  readonly track: Track;
  readonly phase: Phase;
  /** The belief that it leads, where it has one. */
  readonly belief: Belief | undefined;
  /** ms that its lease has left; undefined when it does not lead, or nobody knows. */
  readonly remaining: number | undefined;
  /** Whom it takes for the leader; undefined where only the member itself knows. */
  readonly follows: string | null | undefined;
  /** When it gave a sign of life last, as far as it is recorded: a heartbeat, or a lease renewed. */
  readonly sign: number;
}

/** The cluster at one time. */
export interface Scene {
  readonly at: number;
  /** By id. */
  readonly members: readonly SceneMember[];
  readonly cuts: readonly Cut[];
  /** Those who believe that they lead, the one with the newest token first. */
  readonly leaders: readonly SceneMember[];
  readonly leader: SceneMember | undefined;
  /** Since when nobody has led; undefined while somebody does. */
  readonly vacantSince: number | undefined;
}

/** ms for which a member that is not heard any more is shown: one that was replaced will not come back. */
const LINGER = 600_000;

/** How many of each are kept; the oldest are forgotten first. */
const KEPT = { members: 256, elections: 10_000, steps: 20_000, beliefs: 5_000, notes: 20_000, links: 20_000 } as const;

/** A growing account. */
export class Trace {
  readonly tracks = new Map<string, Track>();
  readonly notes: Note[] = [];
  /** The named elections, by name; and how often they have changed. */
  readonly elections = new Map<string, NamedLead>();
  electionChanges = 0;
  /** When the first change was. */
  begin = Infinity;
  readonly #links: Extract<Change, { kind: "link" }>[] = [];

  /** Takes what comes next in time. */
  apply(change: Change): void {
    this.begin = Math.min(this.begin, change.at);
    if (change.kind === "election") return this.#elect(change);
    if (change.kind === "note") return keep(this.notes, change, KEPT.notes);
    if (change.kind === "link") return keep(this.#links, change, KEPT.links);
    const track = this.#track(change.id);
    switch (change.kind) {
      case "member":
        track.weight = change.weight;
        track.source = change.source;
        track.eligible = change.eligible;
        return;
      case "phase":
        if (change.phase === "down" || change.phase === "gone") end(track, change.at);
        return keep(track.phases, { at: change.at, value: change.phase }, KEPT.steps);
      case "lead":
        return lead(track, change);
      case "yield":
        return end(track, change.at);
      case "why":
        return keep(track.reasons, { at: change.at, value: change.text }, KEPT.steps);
      case "follow":
        return keep(track.follows, { at: change.at, value: change.leader }, KEPT.steps);
      case "apart":
        track.apart = change.apart;
        return;
      case "beat":
        track.beat = change.at;
    }
  }

  /** All members at a time, in the order of their ids. */
  members(at: number): Track[] {
    const here = [...this.tracks.values()].filter(({ phases }) => {
      const phase = stepAt(phases, at);
      return phase?.value !== "gone" || at - phase.at < LINGER;
    });
    return here.sort((one, other) => one.id.localeCompare(other.id, "en", { numeric: true }));
  }

  /** What was true at a time. */
  sceneAt(at: number): Scene {
    const members = this.members(at).map((track) => memberAt(track, at));
    const leaders = members.filter(({ belief }) => belief !== undefined);
    leaders.sort((one, other) => (other.belief?.token ?? 0) - (one.belief?.token ?? 0));
    const [leader] = leaders;
    const vacantSince = leader ? undefined : this.#vacantSince(at);
    return { at, members, cuts: this.#cutsAt(at), leaders, leader, vacantSince };
  }

  #elect({ id: name, leader, token, at }: Extract<Change, { kind: "election" }>): void {
    this.electionChanges++;
    this.elections.set(name, { name, leader, token, at });
    const [first] = this.elections.keys();
    if (this.elections.size > KEPT.elections && first !== undefined) this.elections.delete(first);
  }

  #track(id: string): Track {
    let track = this.tracks.get(id);
    if (track === undefined) {
      track = {
        ...{ id, weight: 0, source: "", eligible: true, apart: false, beat: -Infinity },
        ...{ beliefs: [], leases: [], phases: [], follows: [], reasons: [] },
      };
      this.tracks.set(id, track);
      const [first] = this.tracks.keys();
      if (this.tracks.size > KEPT.members && first !== undefined) this.tracks.delete(first);
    }
    return track;
  }

  #cutsAt(at: number): Cut[] {
    const cuts = new Map<string, Cut>();
    for (const { at: changed, id, to, cut } of this.#links) {
      if (changed > at) break;
      const key = JSON.stringify([id, to]);
      if (cut) cuts.set(key, { from: id, to });
      else cuts.delete(key);
    }
    return [...cuts.values()];
  }

  #vacantSince(at: number): number {
    let since = this.begin;
    for (const { beliefs } of this.tracks.values()) {
      for (const belief of beliefs) {
        if (belief.from <= at) since = Math.max(since, Math.min(endOf(belief, at), at));
      }
    }
    return since;
  }
}

function keep<Value>(list: Value[], value: Value, most: number): void {
  list.push(value);
  // A tenth at a time: taking the first from a long list costs as much as taking many.
  if (list.length > most) list.splice(0, most / 10);
}

function lead(track: Track, { at, token, from, until }: Extract<Change, { kind: "lead" }>): void {
  const last = track.beliefs.at(-1);
  keep(track.leases, { at, value: until }, KEPT.steps);
  if (last !== undefined && last.token === token && last.from === from) {
    last.until = until;
    last.to = undefined;
    return;
  }
  end(track, from);
  keep(track.beliefs, { token, from, to: undefined, until }, KEPT.beliefs);
}

function end({ beliefs }: Track, at: number): void {
  const last = beliefs.at(-1);
  if (last !== undefined && last.to === undefined) last.to = Math.max(last.from, Math.min(at, last.until ?? at));
}

/** When a belief ended, as far as is known at `now`. */
export function endOf({ to, until }: Belief, now: number): number {
  return to ?? Math.min(until ?? now, now);
}

/** Why nobody leads, as the members say that know. */
export function reasonsAt(members: readonly SceneMember[], at: number): string[] {
  const texts = members.map(({ track }) => stepAt(track.reasons, at)?.value ?? "");
  return [...new Set(texts)].filter((text) => text !== "");
}

/** The last of steps, which are in the order of time, that is not after `at`. */
export function stepAt<Value>(steps: readonly Step<Value>[], at: number): Step<Value> | undefined {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const step = steps[middle];
    if (step !== undefined && step.at <= at) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1];
}

function memberAt(track: Track, at: number): SceneMember {
  const belief = track.beliefs.findLast(({ from }) => from <= at);
  const holds = belief !== undefined && at < (belief.to ?? belief.until ?? Infinity);
  const lease = stepAt(track.leases, at);
  const until = holds ? lease?.value ?? undefined : undefined;
  return {
    track,
    phase: stepAt(track.phases, at)?.value ?? "up",
    belief: holds ? belief : undefined,
    remaining: until === undefined ? undefined : Math.max(0, until - at),
    follows: stepAt(track.follows, at)?.value,
    sign: Math.max(track.beat <= at ? track.beat : -Infinity, lease?.at ?? -Infinity),
  };
}
