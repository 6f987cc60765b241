/**
 * Why there is no Kubernetes for a test.
 *
 * @module
 */

/** A program is missing on this machine and can't be made here; the message is for people. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}
