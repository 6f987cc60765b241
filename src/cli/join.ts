/**
 * `democracy join` and `democracy sidecar`: a member for as long as the program runs.
 *
 * @module
 */

import type { AppOptions } from "../sidecar/app.ts";
import { DEFAULT_HTTP, formatHttpAddress, type HttpAddress, parseHttpAddress } from "../sidecar/http_address.ts";
import { type Member, startMember } from "./member.ts";
import { type Format, report } from "./report.ts";
import type { Environment, Values } from "./settings.ts";
import { complain, endingSignal, isTerminal, say } from "./terminal.ts";

/** How to join. */
export interface Joining {
  readonly values: Values;
  readonly environment: Environment;
  /** Whether to serve HTTP, where the settings do not say so. */
  readonly serves: boolean;
}

/** Runs a member until a signal ends it; resolves with the exit code. */
export async function join({ values, environment, serves }: Joining): Promise<number> {
  const format: Format = values.format === "text" || values.format === undefined && isTerminal() ? "text" : "json";
  const http = values.http ?? (serves ? formatHttpAddress(DEFAULT_HTTP) : undefined);
  const address = http === undefined ? undefined : parseHttpAddress(String(http));
  const signal = endingSignal();
  const member = await startMember(values, environment);
  const { democracy } = member;
  try {
    report(democracy, format, say);
    await democracy.ready;
    const failed = new Promise<1>((resolve) => democracy.once("error", () => resolve(1)));
    const served = address === undefined ? undefined : await serve(member, address, values);
    try {
      return await Promise.race([failed, signal.received.then(() => 0)]);
    } finally {
      await served?.close();
    }
  } finally {
    await democracy.close();
    signal.release();
  }
}

async function serve(
  { democracy, cluster, timeout }: Member,
  address: HttpAddress,
  { resignToken, ui }: Values,
): Promise<{ close(): Promise<void> }> {
  const { createApp, listen, Sidecar } = await import("../sidecar/mod.ts");
  const sidecar = new Sidecar({ democracy, cluster, timeout });
  const page = ui === true ? await openPage({ democracy, cluster, timeout }) : undefined;
  const app = createApp(sidecar, {
    ...(typeof resignToken === "string" && resignToken !== "" ? { resignToken } : {}),
    ...(page === undefined ? {} : { extend: page.mount }),
  });
  const listening = await listen((request) => app.fetch(request), address);
  complain(`serving http://${listening.address}`);
  if (page !== undefined) complain(`a page to watch is at http://${listening.address}/ui/`);
  return {
    close(): Promise<void> {
      page?.stop();
      sidecar.stop();
      return listening.close();
    },
  };
}

async function openPage(
  options: Omit<Member, "interval">,
): Promise<{ mount: NonNullable<AppOptions["extend"]>; stop(): void }> {
  const { MemberPage, mountPage } = await import("../ui/mod.ts");
  const page = new MemberPage(options);
  return { mount: (app) => mountPage(app, page), stop: () => page.stop() };
}
