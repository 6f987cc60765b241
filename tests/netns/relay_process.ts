/**
 * A relay with a place of its own, for what nftables cannot do to datagrams.
 *
 * @module
 */

import { IN_DENO } from "../../scripts/harness/member_process.ts";
import { readLines } from "../../scripts/harness/lines.ts";
import { capture, ROOT } from "../../scripts/harness/process.ts";
import type { Network } from "./network.ts";

const PROGRAM = "tests/netns/relay_program.ts";
const RELAY_ANSWER_TIME = 15_000;

/** What a relay does to datagrams. */
export interface Manners {
  /** Where members are. */
  readonly bound: readonly string[];
  /** Where each member is known to be. */
  readonly at: readonly string[];
  /** ms that a datagram may take; each takes a time of its own. */
  readonly jitter: number;
  /** The share of datagrams that arrive twice. */
  readonly twice: number;
}

/** What a relay has done so far, in datagrams. */
export interface Deeds {
  readonly passed: number;
  readonly doubled: number;
  readonly overtaken: number;
}

/** A relay that runs. */
export class RelayProcess {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: AsyncGenerator<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#stdin = child.stdin.getWriter();
    this.#lines = readLines(child.stdout);
  }

  /** Starts one; its sockets are bound when this resolves. */
  static async start(network: Network, place: string, manners: Manners): Promise<RelayProcess> {
    await capture(IN_DENO.program, ["cache", "--quiet", PROGRAM]);
    const [command = "", ...enter] = network.enter(place);
    const child = new Deno.Command(command, {
      args: [...enter, IN_DENO.program, "run", "--quiet", "--cached-only", "-A", PROGRAM, JSON.stringify(manners)],
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const relay = new RelayProcess(child);
    try {
      await relay.#hear();
      return relay;
    } catch (error) {
      await relay.end();
      throw error;
    }
  }

  /** What it has done so far. */
  async deeds(): Promise<Deeds> {
    await this.#stdin.write(new TextEncoder().encode("?\n"));
    return await this.#hear();
  }

  /** Ends it, by its own will if it has any. */
  async end(): Promise<void> {
    this.#stdin.close().catch(() => {});
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), RELAY_ANSWER_TIME);
    while (!(await this.#lines.next()).done);
    await this.#child.status;
    clearTimeout(timer);
  }

  async #hear(): Promise<Deeds> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`The relay said nothing for ${RELAY_ANSWER_TIME} ms`)),
        RELAY_ANSWER_TIME,
      );
    });
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late]);
      if (done) throw new Error("The relay has ended");
      return JSON.parse(value);
    } finally {
      clearTimeout(timer);
    }
  }
}
