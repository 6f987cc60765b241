/**
 * What the clients of the sidecar may cost. Durations are ms.
 *
 * @module
 */

/**
 * Nothing here takes a body, so a request that is not there whole in a few seconds is none. Connections that say nothing are
 * soon let go, before probes of a machine's own find no place among them and have it restarted.
 */
export const CONNECTION_LIMITS = {
  connections: 512,
  connectionsPerClient: 128,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
} as const;

/** Events that are kept, and those who read them as they come. */
export const EVENT_LIMITS = {
  entries: 256,
  readers: 256,
  readersPerClient: 64,
  keepAlive: 15_000,
  patience: 60_000,
} as const;
