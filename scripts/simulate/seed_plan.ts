/**
 * What a seed stands for: a cluster, its network, its clocks, and how it will be treated.
 *
 * @module
 */

import { EPOCH, type MachinePlan } from "./machine.ts";
import type { Delay, Weather } from "./network.ts";
import { Random } from "./random.ts";
import type { WorldPlan } from "./world_plan.ts";

/** How a cluster is treated: with every fault there is, with none, or with 20 % loss and nothing else. */
export type Treatment = "chaos" | "calm" | "lossy";

/** Everything that follows from a seed before the first event. */
export interface SeedPlan extends WorldPlan {
  readonly treatment: Treatment;
  /** When the faults end, in ms. */
  readonly faultsEnd: number;
  readonly end: number;
  /** What the network is like when nothing is wrong. */
  readonly fair: Weather;
  /** Suspensions and wall clocks set back do not meet in one seed: together they hide a suspension. */
  readonly sleep: "suspend" | "wall-step";
  /** Mean ms between two faults of machines, and of links. */
  readonly machinePace: number;
  readonly linkPace: number;
  /** Whether new configurations are rolled out. */
  readonly rollouts: boolean;
  /** How often the adversary strikes when it could: 0 to 1. */
  readonly spite: number;
}

/** The bound that the design gives as the default. */
const DRIFT = 0.01;

/** ms by which terms are ahead of all clocks where they follow one another: no clock is wrong by more. */
const AHEAD = 21_600_000;

/** Faults last at least this many ms in a seed, and a calm cluster is watched for as long. */
const CALM = 62_000;

/** Makes the plan of a seed. */
export function planOf(seed: number): SeedPlan {
  const random = new Random(seed);
  const treatment = treatmentOf(seed);
  const crowd = isCrowd(seed) ? crowdOf(random) : seed % 25 === 3 ? circleOf(random) : undefined;
  const size = crowd?.size ?? (treatment === "lossy" ? random.pick([3, 5, 6, 7, 8, 9]) : sizeOf(random));
  const interval = random.pick([20, 50, 100, 100, 200]);
  // A lease that is long against the interval leaves room to act between its end here and its end there.
  const ratio = treatment === "lossy"
    ? random.pick(size < 5 ? [10, 12] : [5, 8])
    : random.pick([3, 4, 5, 5, 8, 15, 30]);
  const timeout = Math.min(interval * ratio, 3000);
  const chaos = treatment === "chaos";
  const fair = fairWeather(random, interval);
  const span = chaos ? Math.min(Math.max(12_000, 12 * timeout), 40_000) : CALM;
  const strangers = chaos && random.chance(0.1) ? 1 : 0;
  return {
    seed,
    treatment,
    machines: withVoters(machinesOf(random, size, strangers, chaos), crowd?.voters),
    interval,
    timeout,
    drift: DRIFT,
    quorum: quorumOf(random, crowd?.voters.size ?? size),
    preemptAfter: random.chance(0.3) ? timeout : undefined,
    quarantine: quarantineOf(seed, timeout),
    weather: treatment === "lossy" ? { ...fair, loss: 0.2 } : fair,
    fair,
    socketBuffer: random.pick([16, 64, 256]),
    lateness: chaos ? random.pick([0, 1, 5, interval]) : 1,
    faultsEnd: chaos ? span : 0,
    end: span + (chaos ? 9 * timeout : 0),
    sleep: random.pick(["suspend", "wall-step"]),
    machinePace: timeout * random.pick([0.5, 1, 2, 5]),
    linkPace: timeout * random.pick([0.5, 1, 2, 5]),
    spite: random.pick([0, 0.3, 1]),
    // Ending a quarantine early is safe only where lists stay.
    rollouts: chaos && seed % 4 !== 3 && random.chance(0.5),
    base: random.chance(0.25) ? EPOCH + AHEAD : undefined,
    elections: namesOf(seed),
  };
}

/** The named elections of a seed: none in most, and now and then many. */
function namesOf(seed: number): string[] {
  const random = new Random(seed ^ 0xe1ec);
  const count = random.pick([0, 0, 0, 1, 2, 3, 8, random.whole(10, 50)]);
  return Array.from({ length: count }, (_, index) => `shard-${index}`);
}

/** Whether the cluster of a seed has more members than ping each other all, and some that do not vote. */
export function isCrowd(seed: number): boolean {
  return seed % 25 === 2;
}

function treatmentOf(seed: number): Treatment {
  if (seed % 25 === 0) return "calm";
  return seed % 25 === 1 || seed % 100 === 52 ? "lossy" : "chaos";
}

function sizeOf(random: Random): number {
  // Small clusters have the closest calls: a single voter decides.
  return random.pick([1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 6, 7, 8, 9]);
}

/** Members of whom a few vote. */
interface Crowd {
  readonly size: number;
  /** The places of those that vote. */
  readonly voters: ReadonlySet<number>;
}

/** More than ping each other all. */
function crowdOf(random: Random): Crowd {
  return chosenOf(random, random.whole(11, 20), random.pick([5, 7]));
}

/** So few voters that one of them, or none but one, decides between candidates that do not vote. */
function circleOf(random: Random): Crowd {
  return chosenOf(random, random.whole(4, 6), random.pick([1, 3]));
}

function chosenOf(random: Random, size: number, voters: number): Crowd {
  const places = random.shuffle(Array.from({ length: size }, (_, place) => place));
  return { size, voters: new Set(places.slice(0, voters)) };
}

function withVoters(machines: MachinePlan[], voters: Crowd["voters"] | undefined): MachinePlan[] {
  if (voters === undefined) return machines;
  return machines.map((machine, place) => ({ ...machine, voter: voters.has(place) }));
}

/** No list of voters gets shorter here, so that waiting only until all others are idle is safe. */
function quarantineOf(seed: number, timeout: number): number | "until-idle" {
  return seed % 4 === 3 ? "until-idle" : timeout;
}

function quorumOf(random: Random, size: number): "majority" | "none" | number {
  const kind = random.unit();
  if (kind < 0.1) return "none";
  return kind < 0.2 ? random.whole(Math.floor(size / 2) + 1, size) : "majority";
}

function machinesOf(random: Random, size: number, strangers: number, chaos: boolean): MachinePlan[] {
  const alike = random.chance(0.15);
  const watchers = random.chance(0.3);
  const clocks = random.pick(["extreme", "extreme", "spread", "equal"]);
  const skew = random.pick([0, 5, 1000, 3_600_000]);
  const rate = (): number => {
    if (clocks === "equal") return 1;
    return 1 + (clocks === "extreme" ? random.pick([-1, 1]) : random.between(-1, 1)) * DRIFT / 2;
  };
  return Array.from({ length: size + strangers }, (_, index): MachinePlan => ({
    name: `m${index + 1}`,
    address: `10.0.0.${index + 1}:7000`,
    weight: alike ? 1 : random.pick([random.unit(), random.whole(-2, 5)]),
    eligible: index === 0 || !(watchers && random.chance(chaos ? 0.4 : 0.2)),
    voter: index < size,
    configured: index < size,
    rate: rate(),
    wallRate: clocks === "equal" ? 1 : 1 + random.between(-1, 1) * DRIFT / 2,
    skew: random.between(-skew, skew),
    origin: random.between(0, 1e8),
  }));
}

function fairWeather(random: Random, interval: number): Weather {
  const delay: Delay = random.pick([
    { kind: "uniform", low: 0.1, high: 0.3 },
    { kind: "uniform", low: 0.1, high: 2 },
    { kind: "uniform", low: 1, high: Math.max(2, interval / 8) },
  ]);
  return { loss: 0, duplication: 0, delay };
}
