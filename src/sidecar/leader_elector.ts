/**
 * What Kubernetes' leader-elector sidecar 0.5 answers, byte for byte, so that programs written for it run unchanged.
 *
 * @module
 */

const encoder = new TextEncoder();

/** JSON as Go writes it: its characters that HTML or JavaScript would stumble over are escaped. */
function goString(text: string): string {
  // Escapes are matched as wholes: the second half of an escaped backslash begins none.
  return JSON.stringify(text).replace(/\\.|[<>&\u2028\u2029]/gu, (match) => {
    if (match.length === 1) return `\\u${match.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return match === "\\b" ? "\\u0008" : match === "\\f" ? "\\u000c" : match;
  });
}

/** `{"name":"<id>"}` without a line break, and an empty name when nobody is known to lead. */
export function leaderElectorBody(leader: string): string {
  return `{"name":${goString(leader)}}`;
}

/** The same for every path, method and member. Go's server guesses the type from the first bytes: it says text. */
export function leaderElectorResponse(leader: string): Response {
  const body = encoder.encode(leaderElectorBody(leader));
  return new Response(body, {
    headers: { "content-type": "text/plain; charset=utf-8", "content-length": String(body.length) },
  });
}

/** What the nais elector sends on `/sse`; it leaves out what is empty. */
export function naisBody(leader: string, since: Date | undefined): string {
  const name = leader === "" ? [] : [`"name":${goString(leader)}`];
  const lastUpdate = since === undefined ? [] : [`"last_update":"${since.toISOString().replace(/\.\d+Z$/u, "Z")}"`];
  return `{${[...name, ...lastUpdate].join(",")}}`;
}
