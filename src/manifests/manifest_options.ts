/**
 * What the manifests are made of.
 *
 * @module
 */

/** What differs between applications. */
export interface ManifestOptions {
  /** The name of every object, at most 52 characters. */
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
  /** The UDP port of the election. */
  readonly port: number;
  /** How pods find each other; `"dns"` needs no permission. */
  readonly discovery: "api" | "endpoints" | "dns";
  readonly workload: "statefulset" | "deployment";
  /** The name of the Lease on which the API server mints the tokens. */
  readonly lease: string | undefined;
  /** The name of a Secret that exists already, whose key `secret` seals the datagrams. */
  readonly secretName: string | undefined;
  /** The TCP port that answers the probes with 200 while the process is well, whoever leads. */
  readonly probePort: number;
  readonly probePath: string;
}
