/**
 * What is allowed, and yet not wise.
 *
 * @module
 */

import { BOUNDS } from "../limits.ts";

const encoder = new TextEncoder();

/** What somebody should know of these options; a message each, without a secret in it. */
export function adviceOn({ secrets }: { readonly secrets: readonly string[] }): readonly string[] {
  const isShort = secrets.some((secret) => encoder.encode(secret).length < BOUNDS.wiseSecretBytes);
  if (!isShort) return [];
  return [
    `"secret" has fewer than ${BOUNDS.wiseSecretBytes} bytes: whoever reads one datagram can guess it at leisure; take a ` +
    'random one, as "openssl rand -base64 32" makes it',
  ];
}
