/**
 * What an API server may cost. Durations are ms, sizes are bytes.
 *
 * @module
 */

/** The bounds of the client. */
export const API_LIMITS = {
  /** A whole request, and the head of a watch's answer. */
  request: 10_000,
  /** One answer: a thousand endpoints take about 0.5 MB. */
  bodyBytes: 16_777_216,
  /** One event: the API server refuses objects over 1.5 MB. */
  lineBytes: 4_194_304,
  /** How long a watch may be silent beyond the time that the server was told to keep it open: then the connection is dead. */
  watchGrace: 30_000,
  /**
   * Between two attempts to follow the API server. Pods that come and go meanwhile are unknown here: a rolling update that begins as
   * soon as the API server is back must not be over before they are known.
   */
  retry: 500,
  longestRetry: 5000,
  /** What an API server that has too much to do may ask for. */
  longestRetryAfter: 30_000,
  /** Characters of what the server says went wrong. */
  messageText: 500,
} as const;
