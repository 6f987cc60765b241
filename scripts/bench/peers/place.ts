/**
 * Where a contender's processes run: in a network namespace of their own where there can be one, so that their datagrams can be counted.
 *
 * @module
 */

import { capture, mustRun } from "../../harness/process.ts";
import type { Program } from "./contender.ts";

let made = 0;

/** A network that only one contender uses, or that of this machine. */
export class Place {
  readonly #name: string | undefined;

  private constructor(name: string | undefined) {
    this.#name = name;
  }

  /** Makes a network namespace, where this is Linux, somebody may and `ip` is there. */
  static async make(): Promise<Place> {
    if (Deno.build.os !== "linux" || Deno.uid() !== 0) return new Place(undefined);
    const name = `democracy-peers-${Deno.pid}-${made++}`;
    const { ok } = await capture("ip", ["netns", "add", name]);
    if (!ok) return new Place(undefined);
    const place = new Place(name);
    try {
      await mustRun("ip", ["-n", name, "link", "set", "lo", "up"]);
    } catch (error) {
      await place.remove();
      throw error;
    }
    return place;
  }

  /** The same program, to be run here. */
  within({ program, args }: Program): Program {
    if (this.#name === undefined) return { program, args };
    return { program: "ip", args: ["netns", "exec", this.#name, program, ...args] };
  }

  /** How many packets were sent here so far; undefined where others send, too. */
  async packets(): Promise<number | undefined> {
    if (this.#name === undefined) return undefined;
    const { stdout } = await capture("ip", ["-n", this.#name, "-s", "-j", "link", "show", "dev", "lo"]);
    const [{ stats64 }] = JSON.parse(stdout);
    return stats64.tx.packets;
  }

  async remove(): Promise<void> {
    if (this.#name !== undefined) await capture("ip", ["netns", "delete", this.#name]);
  }
}
