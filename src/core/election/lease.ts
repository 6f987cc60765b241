/**
 * How long a lease runs. PaxosLease (arXiv:1209.4187): a voter's promise starts when it receives the claim and the
 * holder's belief when it sent it, so that the promise outlives the belief without any clock being set.
 *
 * @module
 */

/** When a claim was sent, on both clocks of its sender, in ms. */
export interface SendTime {
  readonly now: number;
  readonly wall: number;
}

/** How many grants make a quorum of `clusterSize` voters; never fewer than a majority unless it is `"none"`. */
export function quorumOf(quorum: "majority" | "none" | number, clusterSize: number): number {
  if (quorum === "none") return 1;
  const majority = Math.floor(clusterSize / 2) + 1;
  return quorum === "majority" ? majority : Math.max(quorum, majority);
}

/**
 * The send time that a lease counts from: the `quorum`-th newest of the granted claims, because only since then
 * have `quorum` voters promised. Undefined while fewer have granted. Leaves `granted` sorted, the newest first.
 */
export function leaseFrom(granted: SendTime[], quorum: number): SendTime | undefined {
  // They are few, and `sort` would leave garbage behind for every grant.
  for (let count = 1; count < granted.length; count++) {
    const moved = granted[count]!;
    let place = count;
    for (; place > 0 && granted[place - 1]!.now < moved.now; place--) granted[place] = granted[place - 1]!;
    granted[place] = moved;
  }
  return granted[quorum - 1];
}

/** How long the holder may believe, in ms: shorter than the promise by what two clocks may differ in rate. */
export function leaseLength(timeout: number, drift: number): number {
  return timeout * (1 - drift);
}
