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
  /** Characters of what the server says went wrong. */
  messageText: 500,
} as const;
