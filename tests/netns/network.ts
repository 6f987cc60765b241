/**
 * A network of its own: a namespace for each place, and one for the bridge between them. Nothing of it is in the
 * namespace of the machine, whatever addresses that uses.
 *
 * @module
 */

import { capture } from "../../scripts/harness/process.ts";
import { furnitureOf, ownName, removeLeftovers } from "../../scripts/harness/leftovers.ts";

const PORT = 7400;
const CHAIN = "bridge faults forward";
/** ms that a program may take. */
const LIMIT = 30_000;

/** Datagrams that reached a rule, and those of them that it dropped. */
export interface Counted {
  readonly seen: number;
  readonly dropped: number;
}

/** Runs a program to its end; rejects when it fails. */
async function run(...[program = "", ...args]: readonly string[]): Promise<string> {
  const { ok, stdout, stderr } = await capture(program, args, { timeout: LIMIT });
  if (!ok) throw new Error(`"${[program, ...args].join(" ")}" failed: ${stderr.trim()}`);
  return stdout;
}

/** Places that reach each other over one bridge. */
export class Network {
  readonly #name = ownName();
  readonly #bridge = `${this.#name}_bridge`;
  readonly #made: string[] = [];

  private constructor() {}

  /** Makes it, without what an earlier run may have left when it was killed. */
  static async make(places: Readonly<Record<string, readonly number[]>>): Promise<Network> {
    await removeLeftovers();
    const network = new Network();
    try {
      await network.#layBridge();
      for (const [place, hosts] of Object.entries(places)) await network.#plugIn(place, hosts);
      return network;
    } catch (error) {
      await network.remove();
      throw error;
    }
  }

  /** The address of a host; all have the same port. */
  static address(host: number): string {
    return `${Network.#ip(host)}:${PORT}`;
  }

  /** What to put before a program and its arguments, so that it runs in this place. */
  enter(place: string): string[] {
    return ["ip", "netns", "exec", this.#namespace(place)];
  }

  /** Has programs in this place find this text in a file of `/etc`: `hosts`, or `resolv.conf`. */
  async furnish(place: string, file: "hosts" | "resolv.conf", text: string): Promise<void> {
    const folder = furnitureOf(this.#namespace(place));
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/${file}`, text);
  }

  /** Runs a program in this place to its end; rejects when it fails. */
  async run(place: string, ...command: readonly string[]): Promise<string> {
    return await run(...this.enter(place), ...command);
  }

  /** From now on the bridge obeys these rules and no others; all at the same instant. */
  async impose(...rules: readonly string[]): Promise<void> {
    // Above all that came before, which nothing reaches any more: who deletes rules waits until no processor can be
    // looking at them, and on a busy machine that takes seconds.
    const block = [...rules, "accept"].reverse();
    await this.#nft(block.map((rule) => `insert rule ${CHAIN} ${rule}`).join("; "));
  }

  /** The bridge lets everything through. */
  async heal(): Promise<void> {
    await this.impose();
  }

  /** What the first rule that counts has counted. */
  async counted(): Promise<Counted> {
    const text = await this.#nft("-j", `list chain ${CHAIN}`);
    const [seen, dropped] = [...text.matchAll(/"counter": \{"packets": (\d+)/g)].map(([, packets]) => Number(packets));
    if (seen === undefined || dropped === undefined) throw new Error(`Nothing was counted: ${text}`);
    return { seen, dropped };
  }

  /** Removes it all; what is gone already is no error. */
  async remove(): Promise<void> {
    for (const namespace of this.#made.splice(0).reverse()) {
      await capture("ip", ["netns", "delete", namespace]);
      await Deno.remove(furnitureOf(namespace), { recursive: true }).catch(() => {});
    }
  }

  static #ip(host: number): string {
    return `10.77.0.${host}`;
  }

  #namespace(place: string): string {
    return `${this.#name}_${place}`;
  }

  async #addNamespace(namespace: string): Promise<void> {
    await run("ip", "netns", "add", namespace);
    this.#made.push(namespace);
    await run("ip", "-n", namespace, "link", "set", "lo", "up");
  }

  async #layBridge(): Promise<void> {
    await this.#addNamespace(this.#bridge);
    await run("ip", "-n", this.#bridge, "link", "add", "br0", "type", "bridge");
    await run("ip", "-n", this.#bridge, "link", "set", "br0", "up");
    await this.#nft(`add table bridge faults; add chain ${CHAIN} { type filter hook forward priority 0; }`);
  }

  /** The bridge's end of the cable is called like the place, the other end `eth0`. */
  async #plugIn(place: string, hosts: readonly number[]): Promise<void> {
    const namespace = this.#namespace(place);
    await this.#addNamespace(namespace);
    const end = ["peer", "name", "eth0", "netns", namespace];
    await run("ip", "-n", this.#bridge, "link", "add", place, "type", "veth", ...end);
    for (const host of hosts) await run("ip", "-n", namespace, "addr", "add", `${Network.#ip(host)}/24`, "dev", "eth0");
    await run("ip", "-n", namespace, "link", "set", "eth0", "up");
    await run("ip", "-n", this.#bridge, "link", "set", place, "master", "br0", "up");
  }

  async #nft(...args: readonly string[]): Promise<string> {
    return await run("ip", "netns", "exec", this.#bridge, "nft", ...args);
  }
}
