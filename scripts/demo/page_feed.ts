/**
 * The demo's cluster as changes for the page.
 *
 * @module
 */

import type { Change, Phase } from "../../src/ui/page/change.ts";
import type { Condition } from "../harness/member_process.ts";
import type { MemberStatus } from "../harness/protocol.ts";

const PHASES: Readonly<Record<Condition, Phase>> = {
  starting: "starting",
  running: "up",
  blocked: "blocked",
  paused: "paused",
  killed: "down",
  ended: "down",
};

/** As much as is read of a member's process. */
export interface Watched {
  readonly id: string;
  readonly condition: Condition;
  readonly status: MemberStatus | undefined;
}

/** As much as is read of a cluster. */
export interface Cast {
  readonly members: readonly Watched[];
  readonly addresses: readonly string[];
  weightOf(member: Watched): number;
}

/** What was told last of one member. */
interface Told {
  phase: Phase | undefined;
  follows: string | null | undefined;
  /** Its belief that it leads, and the last time that it said so. */
  belief: { readonly token: number; readonly from: number; at: number } | undefined;
  status: MemberStatus | undefined;
  heard: ReadonlySet<string>;
}

/** Finds what is new in a cluster. */
export class PageFeed {
  readonly #cluster: Cast;
  readonly #told = new Map<string, Told>();
  readonly #links = new Set<string>();

  constructor(cluster: Cast) {
    this.#cluster = cluster;
  }

  /** Who is there, before anything happens. */
  begin(at: number): Change[] {
    return this.#cluster.members.map((member, index) => ({
      ...{ kind: "member", at, id: member.id, eligible: true },
      weight: this.#cluster.weightOf(member),
      source: this.#cluster.addresses[index] ?? "",
    }));
  }

  /** What has changed since the last time; `passes` says which members can reach which, by their places. */
  look(at: number, passes: (from: number, to: number) => boolean): Change[] {
    const changes = this.#cluster.members.flatMap((member) => this.#member(member, at));
    return [...changes, ...this.#cuts(at, passes)].sort((one, other) => one.at - other.at);
  }

  #member(member: Watched, at: number): Change[] {
    const { id, condition, status } = member;
    const told = this.#told.get(id) ??
      { phase: undefined, follows: undefined, belief: undefined, status: undefined, heard: new Set() };
    this.#told.set(id, told);
    const changes: Change[] = [];
    // Starting also ends with the process, before anything was said.
    const phase = PHASES[condition];
    if (phase !== told.phase) {
      told.phase = phase;
      changes.push({ kind: "phase", at, id, phase });
      if (phase === "down") changes.push(...ended(id, told, at));
    }
    if (status !== undefined && status !== told.status && phase !== "down") {
      changes.push(...follows(id, told, status), ...leads(id, told, status), ...peers(id, told, status));
      told.status = status;
    }
    if (phase === "blocked") changes.push(...this.#hearsay(id, told));
    return changes;
  }

  /**
   * A member whose main thread is blocked says nothing, but its worker goes on, and those who follow it say so. Whatever they
   * believe, it led no longer than until another did.
   */
  #hearsay(id: string, told: Told): Change[] {
    const { belief } = told;
    if (belief === undefined) return [];
    const others = this.#cluster.members.filter((member) => member.id !== id && member.condition === "running")
      .flatMap(({ status }) => status ?? []);
    const rivals = others.filter(({ token }) => token !== null && token > belief.token);
    const followers = others.filter(({ leader }) => leader === id);
    belief.at = Math.max(belief.at, ...followers.map(({ at }) => at));
    if (rivals.length === 0 && followers.length > 0) {
      return [{ kind: "lead", at: belief.at, id, token: belief.token, from: belief.from, until: null }];
    }
    told.belief = undefined;
    const at = Math.max(belief.from, Math.min(belief.at, ...rivals.map((rival) => rival.at)));
    return [{ kind: "yield", at, id }, { kind: "note", at, id, text: "leads no more", tone: "bad" }];
  }

  #cuts(at: number, passes: (from: number, to: number) => boolean): Change[] {
    const { members } = this.#cluster;
    const changes: Change[] = [];
    for (const [from, { id }] of members.entries()) {
      for (const [to, { id: other }] of members.entries()) {
        if (from === to) continue;
        const key = `${from} ${to}`;
        const cut = !passes(from, to);
        if (cut === this.#links.has(key)) continue;
        if (cut) this.#links.add(key);
        else this.#links.delete(key);
        changes.push({ kind: "link", at, id, to: other, cut });
      }
    }
    return changes;
  }
}

/** A member that is gone believed what it said last for as long as it lived. */
function ended(id: string, told: Told, at: number): Change[] {
  const led = told.belief !== undefined;
  told.belief = undefined;
  told.follows = undefined;
  told.heard = new Set();
  const changes: Change[] = [{ kind: "follow", at, id, leader: null }];
  if (led) changes.push({ kind: "yield", at, id });
  return changes;
}

function follows(id: string, told: Told, { at, leader }: MemberStatus): Change[] {
  if (leader === told.follows) return [];
  told.follows = leader;
  return [{ kind: "follow", at, id, leader }];
}

function leads(id: string, told: Told, { at, token, remaining }: MemberStatus): Change[] {
  const { belief } = told;
  const changes: Change[] = [];
  if (belief !== undefined && belief.token !== token) {
    // It said so until then; what it believed between two answers is not known.
    changes.push({ kind: "yield", at: belief.at, id }, { kind: "note", at, id, text: "leads no more", tone: "bad" });
    told.belief = undefined;
  }
  if (token === null) return changes;
  if (told.belief === undefined) {
    told.belief = { token, from: at, at };
    changes.push({ kind: "note", at, id, text: `leads, token ${token}`, tone: "good" });
  }
  told.belief.at = at;
  return [...changes, { kind: "lead", at, id, token, from: told.belief.from, until: at + remaining }];
}

function peers(id: string, told: Told, { at, members }: MemberStatus): Change[] {
  const heard = new Set(members);
  const lost = [...told.heard].filter((other) => !heard.has(other));
  const found = [...heard].filter((other) => !told.heard.has(other) && other !== id);
  const first = told.heard.size === 0;
  told.heard = heard;
  const changes: Change[] = [];
  if (lost.length > 0) {
    changes.push({ kind: "note", at, id, text: `does not hear ${lost.join(" ")} any more`, tone: "bad" });
  }
  if (found.length > 0 && !first) {
    changes.push({ kind: "note", at, id, text: `hears ${found.join(" ")}`, tone: "plain" });
  }
  return changes;
}
