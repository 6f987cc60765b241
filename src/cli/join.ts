/**
 * `democracy join` and `democracy sidecar`: a member for as long as the program runs.
 *
 * @module
 */

import { canonicalHost } from "../base/address.ts";
import type { Answer, Listening } from "../sidecar/listen.ts";
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
  const format: Format = values.format === "text" || (values.format === undefined && isTerminal()) ? "text" : "json";
  const http = values.http ?? (serves ? formatHttpAddress(DEFAULT_HTTP) : undefined);
  const signal = endingSignal();
  // Before the member starts: if the address is taken, nobody shall be elected for a moment, each time this is started anew.
  const door = http === undefined ? undefined : await openDoor(parseHttpAddress(String(http)));
  let democracy: Member["democracy"] | undefined;
  try {
    const member = await startMember(values, environment);
    democracy = member.democracy;
    report(democracy, format, say);
    const failed = new Promise<1>((resolve) => democracy?.once("error", () => resolve(1)));
    await door?.serve(member, values);
    await democracy.ready;
    return await Promise.race([failed, signal.received.then(() => 0)]);
  } finally {
    const graceful = signal.name() === "SIGTERM";
    door?.end();
    // In this order those who read events are told who leads no longer, and the hand-over waits for nobody's connection.
    await democracy?.close({ graceful });
    await door?.close();
    signal.release();
  }
}

/** An HTTP server that has its address, and nothing to say until there is a member. */
interface Door {
  serve(member: Member, values: Values): Promise<void>;
  /** The member was told to end, and is still asked how it is. */
  end(): void;
  close(): Promise<void>;
}

async function openDoor(address: HttpAddress): Promise<Door> {
  const { createApp, listen, Sidecar } = await import("../sidecar/mod.ts");
  let answer: Answer = () => new Response("starting\n", { status: 503 });
  const listening: Listening = await listen((request, client) => answer(request, client), address);
  const endings: (() => void)[] = [];
  let served: InstanceType<typeof Sidecar> | undefined;
  return {
    end: () => served?.end(),
    async serve({ democracy, cluster, timeout }, { resignToken, ui, httpHosts, elections }): Promise<void> {
      const sidecar = served = new Sidecar({
        democracy,
        cluster,
        timeout,
        elections: Array.isArray(elections) ? elections : [],
      });
      endings.push(() => sidecar.stop());
      const page = ui === true ? await openPage({ democracy, cluster, timeout }) : undefined;
      if (page !== undefined) endings.push(page.stop);
      const app = createApp(sidecar, {
        hosts: [address.host, ...Array.isArray(httpHosts) ? httpHosts : []].filter((host) => !canonicalHost(host)),
        ...(typeof resignToken === "string" && resignToken !== "" ? { resignToken } : {}),
        ...(page === undefined ? {} : { extend: page.mount }),
      });
      answer = (request, client) => app.fetch(request, { client });
      complain(`serving http://${listening.address}`);
      if (page !== undefined) complain(`a page to watch is at http://${listening.address}/ui/`);
    },
    close(): Promise<void> {
      for (const end of endings) end();
      return listening.close();
    },
  };
}

async function openPage(options: Omit<Member, "interval">) {
  const { MemberPage, mountPage } = await import("../ui/mod.ts");
  const page = new MemberPage(options);
  return { mount: (app: Parameters<typeof mountPage>[0]) => mountPage(app, page), stop: () => page.stop() };
}
