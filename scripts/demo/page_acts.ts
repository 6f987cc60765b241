/**
 * What the page's buttons do to the members of the demo.
 *
 * @module
 */

import type { Deed } from "../../src/ui/page/roster.ts";
import type { Cluster } from "../harness/cluster.ts";
import type { MemberProcess } from "../harness/member_process.ts";

/** ms for which the two buttons block the main thread: less and more than `stallTimeout`. */
export const BLOCKS = { block: 1500, hang: 5000 } as const;

const DONE: Readonly<Record<Deed, string>> = {
  crash: "is killed (SIGKILL)",
  start: "is started anew",
  block: `main thread is blocked for ${BLOCKS.block} ms`,
  hang: `main thread is blocked for ${BLOCKS.hang} ms`,
  pause: "is stopped (SIGSTOP)",
  resume: "goes on (SIGCONT)",
  part: "is cut off from the others",
  rejoin: "reaches the others again",
  resign: "is asked to resign",
};

/** Whether it is a deed. */
export function isDeed(value: unknown): value is Deed {
  return typeof value === "string" && Object.hasOwn(DONE, value);
}

/** What can be done, and on which members. */
export class PageActs {
  /** The places of those on the smaller side of the partition. */
  readonly apart = new Set<number>();
  readonly #cluster: Cluster;
  readonly #fail: (member: MemberProcess, error: unknown) => void;

  /** `fail` hears of what went wrong later. */
  constructor(cluster: Cluster, fail: (member: MemberProcess, error: unknown) => void) {
    this.#cluster = cluster;
    this.#fail = fail;
  }

  /** Does it, or begins to; returns what was done, in words. Throws an Error that says why when it cannot be done. */
  do(id: string, deed: Deed): string {
    const place = this.#cluster.members.findIndex((member) => member.id === id);
    const member = this.#cluster.members[place];
    if (member === undefined) throw new Error(`There is no member ${JSON.stringify(id)}`);
    const { condition } = member;
    const may = (...conditions: readonly MemberProcess["condition"][]): void => {
      if (!conditions.includes(condition)) throw new Error(`Cannot ${deed} ${id}: it is ${condition}`);
    };
    switch (deed) {
      case "crash":
        may("running", "blocked", "paused");
        member.signal("SIGKILL");
        break;
      case "start":
        may("killed", "ended");
        this.#later(member, this.#restart(member));
        break;
      case "block":
      case "hang":
        may("running");
        this.#later(member, block(member, BLOCKS[deed]));
        break;
      case "pause":
        may("running", "blocked");
        member.signal("SIGSTOP");
        break;
      case "resume":
        may("paused");
        member.signal("SIGCONT");
        break;
      case "part":
        this.apart.add(place);
        break;
      case "rejoin":
        this.apart.delete(place);
        break;
      case "resign":
        may("running");
        this.#later(member, member.ask({ name: "resign" }));
    }
    return DONE[deed];
  }

  async #restart(member: MemberProcess): Promise<void> {
    // The address is free only when the process is gone.
    await member.gone();
    await this.#cluster.restart(member);
  }

  #later(member: MemberProcess, work: Promise<unknown>): void {
    // What is killed or stopped in the meantime does not answer; that is what the button was for.
    work.catch((error) => member.answers && this.#fail(member, error));
  }
}

async function block(member: MemberProcess, ms: number): Promise<void> {
  member.condition = "blocked";
  try {
    await member.ask({ name: "block", ms });
  } finally {
    if (member.condition === "blocked") member.condition = "running";
  }
}
