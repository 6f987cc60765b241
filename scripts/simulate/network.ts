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

/** One direction between two machines. */
interface Link {
  /** How many faults keep it cut; partitions overlap. */
  cuts: number;
  weather: Weather | undefined;
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
  #links: Link[];
  #size: number;
  #random: Random;
  #weather: Weather;

  constructor(size: number, weather: Weather, random: Random) {
    this.#size = size;
    this.#weather = weather;
    this.#random = random;
    this.#links = Array.from({ length: size * size }, () => ({ cuts: 0, weather: undefined }));
  }

  /** The delays, in ms, after which copies of a datagram arrive: none when it is lost. */
  route(from: number, to: number): number[] {
    const link = this.#link(from, to);
    const { loss, duplication, delay } = link.weather ?? this.#weather;
    const random = this.#random;
    this.counts.sent++;
    if (link.cuts > 0) {
      this.counts.blocked++;
      return [];
    }
    if (loss > 0 && random.chance(loss)) {
      this.counts.lost++;
      return [];
    }
    const arrivals = [this.#draw(delay)];
    if (duplication > 0 && random.chance(duplication)) {
      this.counts.duplicated++;
      arrivals.push(this.#draw(delay));
    }
    return arrivals;
  }

  /** Cuts one direction, once more. */
  cut(from: number, to: number): void {
    if (this.#link(from, to).cuts++ === 0) this.onLink(from, to, true);
  }

  /** Takes one cut back. */
  mend(from: number, to: number): void {
    const link = this.#link(from, to);
    if (link.cuts > 0 && --link.cuts === 0) this.onLink(from, to, false);
  }

  /** Whether a direction is cut. */
  isCut(from: number, to: number): boolean {
    return this.#link(from, to).cuts > 0;
  }

  /** Sets the weather of one direction; undefined returns it to that of the network. */
  setLink(from: number, to: number, weather: Weather | undefined): void {
    this.#link(from, to).weather = weather;
  }

  /** Sets the weather of the network. */
  setWeather(weather: Weather): void {
    this.#weather = weather;
  }

  /** Ends all cuts and all weather of single links. */
  heal(): void {
    for (const [index, link] of this.#links.entries()) {
      if (link.cuts > 0) this.onLink(Math.floor(index / this.#size), index % this.#size, false);
      link.cuts = 0;
      link.weather = undefined;
    }
  }

  #draw(delay: Delay): number {
    const random = this.#random;
    if (delay.kind === "heavy" && random.chance(delay.share)) return random.between(delay.high, delay.tail);
    return random.between(delay.low, delay.high);
  }

  #link(from: number, to: number): Link {
    return this.#links[from * this.#size + to]!;
  }
}
