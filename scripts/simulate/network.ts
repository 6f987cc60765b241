/**
 * A simulated network: what becomes of a datagram on its way from one machine to another.
 *
 * @module
 */

import type { Random } from "./random.ts";

/** How long datagrams take. */
export type Delay =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  /** Mostly `low` to `high`, but a share of the datagrams takes anything up to `tail`. */
  | {
    readonly kind: "heavy";
    readonly low: number;
    readonly high: number;
    readonly share: number;
    readonly tail: number;
  };

/** What a link does to datagrams. */
export interface Weather {
  readonly loss: number;
  readonly duplication: number;
  readonly delay: Delay;
}

/** What a network has done. */
export interface NetworkCounts {
  sent: number;
  lost: number;
  duplicated: number;
  blocked: number;
}

/** All links between the machines 0 .. size-1. */
export class Network {
  readonly counts: NetworkCounts = { sent: 0, lost: 0, duplicated: 0, blocked: 0 };
  /** Called when a direction is cut, or no longer. */
  onLink: (from: number, to: number, cut: boolean) => void = () => {};
  /** The delays, in ms, of the copies that {@linkcode Network.route} let through. */
  readonly delays = new Float64Array(2);
  /** How many faults keep each direction cut; partitions overlap. */
  readonly #cuts: Uint16Array;
  /** When each direction last changed, and the weather of all. */
  readonly #changed: Float64Array;
  #weatherSince = 0;
  /** The weather of single directions. */
  readonly #weathers = new Map<number, Weather>();
  #size: number;
  #random: Random;
  #weather: Weather;

  /** Tells the time in ms. */
  readonly #clock: () => number;

  constructor(size: number, weather: Weather, random: Random, clock: () => number = () => 0) {
    this.#clock = clock;
    this.#changed = new Float64Array(size * size);
    this.#size = size;
    this.#weather = weather;
    this.#random = random;
    this.#cuts = new Uint16Array(size * size);
  }

  /** How many copies of a datagram arrive, after {@linkcode Network.delays}: none when it is lost. */
  route(from: number, to: number): number {
    const link = this.#link(from, to);
    const { loss, duplication, delay } = this.#weatherOf(link);
    const random = this.#random;
    this.counts.sent++;
    if (this.#cuts[link]! > 0) {
      this.counts.blocked++;
      return 0;
    }
    if (loss > 0 && random.chance(loss)) {
      this.counts.lost++;
      return 0;
    }
    this.delays[0] = this.#draw(delay);
    if (duplication === 0 || !random.chance(duplication)) return 1;
    this.counts.duplicated++;
    this.delays[1] = this.#draw(delay);
    return 2;
  }

  /** Cuts one direction, once more. */
  cut(from: number, to: number): void {
    const link = this.#link(from, to);
    const before = this.#cuts[link]!;
    this.#cuts[link] = before + 1;
    if (before > 0) return;
    this.#changed[link] = this.#clock();
    this.onLink(from, to, true);
  }

  /** Takes one cut back. */
  mend(from: number, to: number): void {
    const link = this.#link(from, to);
    const before = this.#cuts[link]!;
    if (before === 0) return;
    this.#cuts[link] = before - 1;
    if (before > 1) return;
    this.#changed[link] = this.#clock();
    this.onLink(from, to, false);
  }

  /** Takes all cuts of one direction back. */
  restore(from: number, to: number): void {
    const link = this.#link(from, to);
    if (this.#cuts[link]! > 1) this.#cuts[link] = 1;
    this.mend(from, to);
  }

  /** Since when a direction has carried all datagrams within `most` ms; Infinity when it does not. */
  cleanSince(from: number, to: number, most: number): number {
    const link = this.#link(from, to);
    const { loss, delay } = this.#weatherOf(link);
    const isClean = this.#cuts[link] === 0 && loss === 0 && delay.kind === "uniform" && delay.high <= most;
    return isClean ? Math.max(this.#changed[link]!, this.#weatherSince) : Infinity;
  }

  /** Whether a direction is cut. */
  isCut(from: number, to: number): boolean {
    return this.#cuts[this.#link(from, to)]! > 0;
  }

  /** Sets the weather of one direction; undefined returns it to that of the network. */
  setLink(from: number, to: number, weather: Weather | undefined): void {
    const link = this.#link(from, to);
    this.#changed[link] = this.#clock();
    if (weather === undefined) this.#weathers.delete(link);
    else this.#weathers.set(link, weather);
  }

  /** Sets the weather of the network. */
  setWeather(weather: Weather): void {
    this.#weatherSince = this.#clock();
    this.#weather = weather;
  }

  /** Ends all cuts and all weather of single links. */
  heal(): void {
    for (const [link, cuts] of this.#cuts.entries()) {
      if (cuts > 0) this.onLink(Math.floor(link / this.#size), link % this.#size, false);
    }
    this.#cuts.fill(0);
    this.#changed.fill(this.#clock());
    this.#weathers.clear();
  }

  #weatherOf(link: number): Weather {
    return this.#weathers.size === 0 ? this.#weather : this.#weathers.get(link) ?? this.#weather;
  }

  #draw(delay: Delay): number {
    const random = this.#random;
    if (delay.kind === "heavy" && random.chance(delay.share)) return random.between(delay.high, delay.tail);
    return random.between(delay.low, delay.high);
  }

  #link(from: number, to: number): number {
    return from * this.#size + to;
  }
}
