/**
 * The page over HTTP, whatever the server.
 *
 * @module
 */

import { ASSETS } from "./assets.ts";

/** What the page is to show: what one member sees, the demo with its buttons, or a trace that is over. */
export type PageMode = "member" | "demo" | "recorded";

/** Nothing from elsewhere, nothing inline, no frames: names of members come from the network. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-cache",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/**
 * One file of the page, by its name below the page's own path; the page itself has the empty name. Undefined when it
 * has no such file.
 */
export function pageResponse(name: string, mode: PageMode): Response | undefined {
  const file = name === "" ? "page.html" : name;
  const asset = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
  if (asset === undefined) return undefined;
  const body = file === "page.html" ? asset.body.replace('data-mode="member"', `data-mode="${mode}"`) : asset.body;
  return new Response(body, { headers: { ...HEADERS, "content-type": asset.type } });
}
