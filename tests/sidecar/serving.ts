/**
 * A cluster of one with its sidecar, served on loopback.
 *
 * @module
 */

import { Democracy, type Options } from "../../mod.ts";
import { type AppOptions, createApp, listen, Sidecar } from "../../src/sidecar/mod.ts";
import { QUICK, quiet } from "../../scripts/harness/members.ts";
import { until } from "../../scripts/harness/waiting.ts";

/** What a test of the sidecar needs. */
export interface Serving {
  readonly democracy: Democracy;
  readonly sidecar: Sidecar;
  /** `host:port`. */
  readonly address: string;
  /** Fetches a path of the sidecar. */
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
}

/** Runs `test` with a sidecar whose member leads, unless it is told not to. */
export async function withSidecar(
  options: AppOptions & { readonly member?: Partial<Options>; readonly elections?: readonly string[] },
  test: (serving: Serving) => Promise<void>,
): Promise<void> {
  const { member, elections = [], ...app } = options;
  const democracy = new Democracy({
    ...QUICK,
    source: "127.0.0.1:0",
    peers: [],
    id: "m0",
    cluster: `test ${crypto.randomUUID()}`,
    broadcast: false,
    logger: quiet,
    ...member,
  });
  // The view is true before the events arrive, and a test that asks at once would take these for changes.
  let told = false;
  democracy.on("leader", (leader) => told = leader?.id === democracy.id);
  const sidecar = new Sidecar({ democracy, cluster: "jobs", timeout: QUICK.timeout, elections });
  await democracy.ready;
  const { fetch } = createApp(sidecar, app);
  const listening = await listen((request, client) => fetch(request, { client }), { host: "127.0.0.1", port: 0 });
  const { address } = listening;
  try {
    if (member?.eligible !== false) await until("it leads, and was told so", () => told && democracy.isLeader());
    await test({
      democracy,
      sidecar,
      address,
      get: (path, init) => globalThis.fetch(`http://${address}${path}`, init),
    });
  } finally {
    sidecar.stop();
    await listening.close();
    await democracy.close();
  }
}
