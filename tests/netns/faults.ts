/**
 * What a bridge can do to the datagrams between places, as rules of nftables. Rules that count come
 * first, so that those are counted that others drop.
 *
 * @module
 */

function set(places: readonly string[]): string {
  return `{ ${places.join(", ")} }`;
}

/** Nothing comes from these to those, not even the question for an address: as if a cable were cut. */
export function oneWay(from: readonly string[], to: readonly string[]): string[] {
  return [`iifname ${set(from)} oifname ${set(to)} drop`];
}

/** Each group hears only itself. */
export function parted(...groups: readonly (readonly string[])[]): string[] {
  return groups.flatMap((group) => oneWay(group, groups.filter((other) => other !== group).flat()));
}

/** The place sends, and receives nothing. */
export function deaf(place: string): string[] {
  return [`oifname ${place} drop`];
}

/** The place receives, and whatever it sends is lost. */
export function mute(place: string): string[] {
  return [`iifname ${place} drop`];
}

/** The place is alone. */
export function isolated(place: string): string[] {
  return [...deaf(place), ...mute(place)];
}

/** Every datagram is lost with this probability, each by itself. */
export function lossy(percent: number): string[] {
  // Addresses are not asked for by UDP: losing an answer to ARP would cost a second, and be no loss of this share.
  return [`ip protocol udp counter numgen random mod 100 < ${percent} counter drop`];
}
