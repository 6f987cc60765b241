/**
 * What the manifests are made of.
 *
 * @module
 */

/** What differs between applications. */
export interface ManifestOptions {
  /** The name of every object, at most 52 characters. */
  readonly name: string;
  /** Undefined where that is left to whoever applies them. */
  readonly namespace: string | undefined;
  /** Of the application. */
  readonly image: string;
  /** Of the sidecar, where the election is not in the application itself. */
  readonly sidecar: string | undefined;
  readonly replicas: number;
  /** How many of them vote, those of the lowest ordinals; undefined leaves it to the library. */
  readonly voters: number | undefined;
  /** ms between heartbeats; undefined leaves it to the library, as it does below. */
  readonly interval: number | undefined;
  /** ms of a lease. */
  readonly timeout: number | undefined;
  /** The UDP port of the election. */
  readonly port: number;
  /** How pods find each other; `"dns"` needs no permission. */
  readonly discovery: "api" | "endpoints" | "dns";
  readonly workload: "statefulset" | "deployment";
  /** The name of the Lease on which the API server mints the tokens. */
  readonly lease: string | undefined;
  /** The name of a Secret that exists already, whose key `secret` seals the datagrams; for rotation it may have several, one a line. */
  readonly secretName: string | undefined;
  /** The TCP port that answers the probes, whoever leads. */
  readonly probePort: number;
  /** Answers with 200 while the process is well. */
  readonly probePath: string;
  /** Answers with 200 while the member does its part. */
  readonly readyPath: string;
}
