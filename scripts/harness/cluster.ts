/**
 * Several members on this machine, each a process of its own.
 *
 * @module
 */

import { freeAddresses } from "./addresses.ts";
import { type Contradiction, contradiction, type MemberBelief } from "./belief.ts";
import { MachineClock } from "./clock.ts";
import { IN_DENO, type Launch, MemberProcess } from "./member_process.ts";
import type { Answers, JoinSettings, MemberRecord } from "./protocol.ts";
import { sleep, until } from "./waiting.ts";

/** ms within which members of processes of their own agree, or else never will. */
const AGREEMENT = 15_000;

/** What all members share, and what the script wants to know of them. */
export interface ClusterSettings extends
  Pick<
    JoinSettings,
    "interval" | "timeout" | "quarantine" | "stallTimeout" | "quorum" | "sampleEvery" | "statusEvery"
  > {
  readonly count: number;
  /** The addresses that members bind; free ones on loopback unless given. */
  readonly sources?: readonly string[];
  /** How to start the member with this index; in Deno unless given. */
  readonly launch?: (index: number) => Launch;
  /** Takes the addresses that members bind, and gives those that others send to: a relay's. */
  readonly relay?: (bound: readonly string[]) => Promise<readonly string[]>;
}

/** What the members have seen since {@linkcode Cluster.watch}. */
export interface ClusterRecord {
  readonly members: ReadonlyMap<string, MemberRecord>;
  readonly beliefs: readonly MemberBelief[];
  readonly contradiction: Contradiction;
}

/** A cluster whose first member is the heaviest. */
export class Cluster {
  readonly settings: ClusterSettings;
  /** In the order of their weights. */
  readonly members: MemberProcess[] = [];
  readonly clock = new MachineClock();
  /** Where members bind. */
  readonly sources: readonly string[];
  /** Where others send to. */
  readonly addresses: readonly string[];
  /** Called whenever a member tells something. */
  onChange: () => void = () => {};
  #cluster: string = crypto.randomUUID();
  #killed: MemberBelief[] = [];

  private constructor(settings: ClusterSettings, sources: readonly string[], addresses: readonly string[]) {
    this.settings = settings;
    this.sources = sources;
    this.addresses = addresses;
  }

  /** Starts the processes; none has joined yet. */
  static async start(settings: ClusterSettings): Promise<Cluster> {
    const sources = settings.sources ?? await freeAddresses(settings.count);
    const cluster = new Cluster(settings, sources, await settings.relay?.(sources) ?? sources);
    for (let index = 0; index < settings.count; index++) cluster.#spawn(index);
    return cluster;
  }

  /** The weight of a member. */
  weightOf(member: MemberProcess): number {
    return this.settings.count - this.members.indexOf(member);
  }

  /** The member that leads, as far as it has told. */
  leader(): MemberProcess | undefined {
    return this.members.find((member) => member.answers && member.status?.leads === true);
  }

  /** All that are there and can answer. */
  present(): MemberProcess[] {
    return this.members.filter((member) => member.condition === "running" || member.condition === "starting");
  }

  /** All join, at about the same time. */
  async joinAll(): Promise<Answers["join"][]> {
    return await Promise.all(this.members.map((member) => this.join(member)));
  }

  /** All leave, and may join again as a new cluster, with members that have never been there. */
  async leaveAll(): Promise<void> {
    await Promise.all(this.members.map((member) => member.ask({ name: "leave" })));
    for (const member of this.members) member.status = undefined;
    this.#cluster = crypto.randomUUID();
  }

  /** Waits until all agree on one leader and see each other; resolves to the leader, and rejects after `ms`. */
  async agreed(ms = AGREEMENT): Promise<MemberProcess> {
    let leader: MemberProcess | undefined;
    await until("all members agree on one leader", () => {
      leader = this.leader();
      return this.members.every(({ answers, status }) =>
        answers && status?.leader === leader?.id && status?.members.length === this.members.length
      );
    }, ms);
    if (leader === undefined) throw new Error("All members agree that nobody leads");
    return leader;
  }

  /** Waits until a member other than `former` leads; resolves to it. */
  async successor(former: MemberProcess, ms = AGREEMENT): Promise<MemberProcess> {
    let leader: MemberProcess | undefined;
    await until(`another member than ${former.id} leads`, () => {
      leader = this.leader();
      return leader !== undefined && leader.id !== former.id;
    }, ms);
    return leader ?? former;
  }

  /** From now on everything is recorded. */
  async watch(): Promise<void> {
    this.#killed = [];
    this.clock.calibrate();
    await Promise.all(this.present().map((member) => member.ask({ name: "watch" })));
  }

  /** What was seen since {@linkcode Cluster.watch}; what a killed member believed is in it up to its end. */
  async record(): Promise<ClusterRecord> {
    const members = new Map<string, MemberRecord>();
    await Promise.all(
      this.present().map(async (member) => members.set(member.id, await member.ask({ name: "record" }))),
    );
    const beliefs = [...this.#killed];
    for (const [member, record] of members) {
      for (const belief of record.beliefs) beliefs.push({ ...belief, member });
    }
    return { members, beliefs, contradiction: contradiction(beliefs) };
  }

  /** Kills a member as a crash would; resolves to when. */
  async crash(member: MemberProcess): Promise<number> {
    const { beliefs } = await member.ask({ name: "record" });
    member.signal("SIGKILL");
    const at = this.clock.now();
    // Its record is gone with it: it is taken to have believed until its end.
    const last = beliefs.at(-1);
    for (const belief of beliefs) {
      this.#killed.push({ ...belief, member: member.id, to: belief === last ? at : belief.to });
    }
    await member.gone();
    return at;
  }

  /** Starts a new process in the place of one that was killed, and lets it join. */
  async restart(member: MemberProcess): Promise<void> {
    const index = this.members.indexOf(member);
    await this.join(this.#spawn(index));
  }

  /** Lets a member join that is not in the cluster. */
  async join(member: MemberProcess): Promise<Answers["join"]> {
    const index = this.members.indexOf(member);
    const source = this.sources[index];
    if (source === undefined) throw new RangeError(`${member.id} is no member of this cluster`);
    const { interval, timeout, quarantine, stallTimeout, quorum, sampleEvery, statusEvery } = this.settings;
    const settings: JoinSettings = {
      id: member.id,
      weight: this.weightOf(member),
      source,
      advertise: this.addresses[index],
      peers: this.addresses,
      cluster: this.#cluster,
      workerUrl: this.#launch(index).workerUrl,
      ...{ interval, timeout, quarantine, stallTimeout, quorum, sampleEvery, statusEvery },
    };
    return await member.ask({ name: "join", settings });
  }

  /** Waits until those that were started anew may vote again. */
  async settled(): Promise<MemberProcess> {
    await this.agreed();
    await sleep(this.settings.timeout + this.settings.interval);
    return await this.agreed();
  }

  /** Ends all processes; resolves to whether each ended by itself and in order. */
  async end(): Promise<boolean> {
    const ended = await Promise.all(this.members.map((member) => member.end()));
    return ended.every((well) => well);
  }

  #launch(index: number): Launch {
    return this.settings.launch?.(index) ?? IN_DENO;
  }

  #spawn(index: number): MemberProcess {
    const member = new MemberProcess(`m${index + 1}`, this.#launch(index));
    member.onStatus = (): void => this.onChange();
    this.members[index] = member;
    return member;
  }
}
