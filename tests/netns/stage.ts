/**
 * Five processes in places of their own, and what scenes do with them.
 *
 * @module
 */

import { Cluster, type ClusterSettings } from "../../scripts/harness/cluster.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";
import type { MemberProcess } from "../../scripts/harness/member_process.ts";
import { Network } from "./network.ts";
import type { Runtimes } from "./runtimes.ts";

/** What a user gets who says nothing; slow enough for a busy machine. */
export const TIMING = { interval: 200, timeout: 1000 } as const;
/** ms after which nothing more is hoped for. */
export const SCENE_TIME = 15 * TIMING.timeout;

/** How many members there are. */
export const COUNT = 5;
/** The place of the relay, which has an address for each member. */
export const RELAY = "relay";

const HOSTS = Array.from({ length: COUNT }, (_, index) => index + 1);
const RELAY_HOSTS = HOSTS.map((host) => 100 + host);
/** Where members are. */
export const SOURCES: readonly string[] = HOSTS.map(Network.address);
/** Where members are known to be, when a relay stands between them. */
export const RELAY_ADDRESSES: readonly string[] = RELAY_HOSTS.map(Network.address);

/** Places called like the members, and one for a relay. */
export function makeNetwork(): Promise<Network> {
  return Network.make({ ...Object.fromEntries(HOSTS.map((host) => [`m${host}`, [host]])), [RELAY]: RELAY_HOSTS });
}

/** The members, and the network between them. */
export class Stage {
  readonly network: Network;
  readonly cluster: Cluster;
  readonly #runtimes: Runtimes;

  private constructor(network: Network, cluster: Cluster, runtimes: Runtimes) {
    this.network = network;
    this.cluster = cluster;
    this.#runtimes = runtimes;
  }

  /** Starts the members. */
  static async set(
    network: Network,
    runtimes: Runtimes,
    settings: Pick<ClusterSettings, "relay" | "quorum"> = {},
  ): Promise<Stage> {
    const cluster = await Cluster.start({
      ...TIMING,
      count: COUNT,
      stallTimeout: 10_000,
      sampleEvery: 1,
      statusEvery: 0,
      sources: SOURCES,
      launch: (index) => runtimes.launch(index, network, `m${index + 1}`),
      ...settings,
    });
    const stage = new Stage(network, cluster, runtimes);
    try {
      await cluster.joinAll();
    } catch (error) {
      await stage.clear();
      throw error;
    }
    return stage;
  }

  /** Mends what the scene before may have left, and records from now on. Resolves to the leader. */
  async begin(): Promise<MemberProcess> {
    await this.network.heal();
    await this.revive();
    const leader = await this.cluster.settled();
    await this.cluster.watch();
    return leader;
  }

  /** From now on the network obeys these rules; resolves to the time just before. */
  async impose(...rules: readonly string[]): Promise<number> {
    const at = this.now();
    await this.network.impose(...rules);
    return at;
  }

  /** Continues those that are stopped, and starts those anew that are dead. */
  async revive(): Promise<void> {
    for (const member of [...this.cluster.members]) {
      if (member.condition === "paused") member.signal("SIGCONT");
      if (member.condition === "killed" || member.condition === "ended") await this.cluster.restart(member);
    }
  }

  /** Mends the network, continues and starts who does not run, and waits until all agree on a leader; how long that took. */
  async reunite(): Promise<{ readonly last: MemberProcess; readonly healing: number }> {
    const from = this.now();
    await this.network.heal();
    await this.revive();
    const last = await this.cluster.agreed(SCENE_TIME);
    const healing = this.now() - from;
    await this.hold(1);
    return { last, healing };
  }

  /** All members but these, in the order of their weights. */
  others(...members: readonly MemberProcess[]): MemberProcess[] {
    return this.cluster.members.filter((member) => !members.includes(member));
  }

  /** Waits until one of these leads and all of these know it; resolves to it. */
  async electedAmong(members: readonly MemberProcess[]): Promise<MemberProcess> {
    let leader: MemberProcess | undefined;
    const names = members.map(({ id }) => id).join(", ");
    await until(`${names} agree that one of them leads`, () => {
      leader = members.find(({ status }) => status?.leads);
      return leader !== undefined && members.every(({ status }) => status?.leader === leader?.id);
    }, SCENE_TIME);
    if (leader === undefined) throw new Error("Nobody leads");
    return leader;
  }

  /** Waits until nobody leads. */
  async nobodyLeads(): Promise<void> {
    await until("nobody leads", () => this.cluster.leader() === undefined, SCENE_TIME);
  }

  /** Lets so many timeouts pass. */
  async hold(timeouts: number): Promise<void> {
    await sleep(timeouts * TIMING.timeout);
  }

  /** The time now, on the clock of all members. */
  now(): number {
    return this.cluster.clock.now();
  }

  /** Who it is, and in which runtime. */
  name(member: MemberProcess): string {
    return `${member.id} ${this.#runtimes.of(this.cluster.members.findIndex(({ id }) => id === member.id))}`;
  }

  /** Ends the members. */
  async clear(): Promise<void> {
    await this.cluster.end();
  }
}
