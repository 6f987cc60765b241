import { assert, assertEquals } from "@std/assert";
import { capture } from "../../scripts/harness/process.ts";
import { Command } from "../../scripts/harness/command.ts";
import { freeAddresses } from "../../scripts/harness/addresses.ts";
import { sleep } from "../../scripts/harness/waiting.ts";
import { readmeBlock } from "../readme.ts";
import { type Tool, toolTest } from "../tools.ts";

const HAPROXY: Tool = { program: "haproxy", probe: ["-v"], debian: "haproxy" };

const COUNT = 3;
const SERVING_TIME = 30_000;
const TOKEN = "s3cret";

/** One machine: a sidecar, and the application beside it, which says where it runs. */
interface Machine {
  readonly id: string;
  readonly sidecar: Command;
  /** Where the sidecar serves. */
  readonly http: string;
  readonly application: Deno.HttpServer<Deno.NetAddr>;
}

async function eventually<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  const end = performance.now() + SERVING_TIME;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > end) throw new Error(`Waited ${SERVING_TIME} ms in vain for ${what}`);
    await sleep(50);
  }
}

async function startMachines(): Promise<Machine[]> {
  const peers = await freeAddresses(COUNT);
  const cluster = `test ${crypto.randomUUID()}`;
  return await Promise.all(peers.map(async (source, index) => {
    const id = `m${index}`;
    const pace = ["--interval", "200ms", "--timeout", "2s"];
    const flags = ["--source", source, "--peers", peers.join(), "--id", id, "--cluster", cluster, ...pace];
    const sidecar = new Command(["sidecar", ...flags, "--http", "127.0.0.1:0"], { DEMOCRACY_RESIGN_TOKEN: TOKEN });
    const application = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(id));
    const http = await eventually("a sidecar", () => {
      const [, address] = /serving http:\/\/(\S+)\n/u.exec(sidecar.stderr) ?? [];
      return Promise.resolve(address);
    });
    return { id, sidecar, http, application };
  }));
}

/** The README's configuration with the machines of this test. */
async function configurationFor(machines: readonly Machine[], frontend: number): Promise<string> {
  let text = (await readmeBlock("haproxy", "defaults\n")).replace("bind :8000", `bind 127.0.0.1:${frontend}`);
  for (const [index, { http, application }] of machines.entries()) {
    const checked = ` port ${http.slice(http.lastIndexOf(":") + 1)}`;
    text = text.replace(`10.0.0.${7 + index}:8080`, `127.0.0.1:${application.addr.port} check${checked}`);
  }
  assert(!text.includes("10.0.0."), text);
  return text;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Who leads as a sidecar knows; undefined as long as it knows nobody. */
async function leaderOf({ http }: Machine): Promise<string | undefined> {
  const { leader } = await (await fetch(`http://${http}/state`)).json();
  return leader?.id;
}

await toolTest(HAPROXY, "haproxy accepts both of the README's configurations", async () => {
  const folder = await Deno.makeTempDir({ prefix: "democracy_haproxy_" });
  try {
    const first = await readmeBlock("haproxy", "defaults\n");
    const second = first.slice(0, first.indexOf("\nbackend") + 1) + await readmeBlock("haproxy", "resolvers");
    for (const text of [first, second]) {
      await Deno.writeTextFile(`${folder}/haproxy.cfg`, text);
      const { code, stderr } = await capture("haproxy", ["-c", "-f", `${folder}/haproxy.cfg`]);
      assertEquals(code, 0, stderr);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

await toolTest(
  HAPROXY,
  "requests through haproxy reach the leader, and the next one after a crash or a resignation",
  async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "democracy_haproxy_" });
    const machines = await startMachines();
    const frontend = freePort();
    await Deno.writeTextFile(`${folder}/haproxy.cfg`, await configurationFor(machines, frontend));
    const haproxy = new Deno.Command("haproxy", {
      args: ["-db", "-q", "-f", `${folder}/haproxy.cfg`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    /** Who answers a request through the proxy; undefined when nobody does. */
    const answerer = async (): Promise<string | undefined> => {
      try {
        const response = await fetch(`http://127.0.0.1:${frontend}/`, { headers: { connection: "close" } });
        const body = await response.text();
        return response.status === 200 ? body : undefined;
      } catch {
        return undefined;
      }
    };
    /** Waits until the proxy's answers come from the one that all these machines call their leader, and another than before. */
    const settled = (among: readonly Machine[], before?: string): Promise<string> =>
      eventually("an answer of the new leader", async () => {
        const names = new Set([await answerer(), ...await Promise.all(among.map(leaderOf))]);
        const [name] = names;
        return names.size === 1 && name !== before ? name : undefined;
      });
    try {
      let leader = await settled(machines);
      await t.step("after a resignation", async () => {
        const { http } = machines.find(({ id }) => id === leader) ?? { http: "" };
        const headers = { authorization: `Bearer ${TOKEN}` };
        const { status } = await fetch(`http://${http}/resign`, { method: "POST", headers });
        assertEquals(status, 200);
        leader = await settled(machines, leader);
      });
      await t.step("after a crash, while the application of the crashed member goes on", async () => {
        await machines.find(({ id }) => id === leader)?.sidecar.kill();
        const before = leader;
        const alive = machines.filter(({ id }) => id !== before);
        leader = await settled(alive, before);
        // On a busy machine a check may come late, and a request then finds nobody; it must not find another.
        for (let request = 0; request < 20; request++) assert([leader, undefined].includes(await answerer()));
      });
    } finally {
      haproxy.kill("SIGKILL");
      await haproxy.status;
      await Promise.all(machines.map(({ sidecar }) => sidecar.kill()));
      await Promise.all(machines.map(({ application }) => application.shutdown()));
      await Deno.remove(folder, { recursive: true });
    }
  },
);
