/**
 * A member of an election for programs in other languages: HTTP on this machine.
 *
 * @module
 */

export { type AppOptions, createApp, type SidecarApp } from "./app.ts";
export { DEFAULT_HTTP, formatHttpAddress, type HttpAddress, parseHttpAddress } from "./http_address.ts";
export { listen, type Listening } from "./listen.ts";
export { Sidecar, type SidecarElection, type SidecarOptions, type SidecarState } from "./sidecar.ts";
