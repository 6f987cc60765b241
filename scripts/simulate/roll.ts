/**
 * What is rolled out to a cluster.
 *
 * @module
 */

/** What is the same for all members that have the latest of it. */
export interface Roll {
  /** Addresses of all that are named, and of those that vote. */
  readonly named: readonly string[];
  readonly voters: readonly string[];
  /** ms. */
  readonly timeout: number;
}
