/**
 * What this library is measured beside: what npm and Debian bring, and two programs of Go's most used libraries.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { buildNpm } from "../../build_npm.ts";
import { capture, mustRun, NPM_IMPORTS, ROOT } from "../../harness/process.ts";
import { INSTALL, NPM } from "../../npm/runtimes.ts";
import { type Contender, type Program, type Stand, UnavailableContenderError } from "./contender.ts";

const MEMBER = `${ROOT}/scripts/bench/peers/members/member.mjs`;
/** What is installed and built once for all that need it. */
const KEPT = `${ROOT}/tmp/bench_peers`;
const PEER_PACKAGES = ["democracy@3.1.3", "redlock@5.0.0-beta.2", "ioredis@^5", "etcd3@^1", "pg@^8"];
/** No user may run Postgres as root. */
const NOBODY = 65_534;

const DEFAULT = { interval: 200, timeout: 1000 };
const QUICK = { interval: 20, timeout: 100 };

/** Does something the first time, and hands out what came of it. */
function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => made ??= make();
}

const packages = once(async () => {
  await Deno.mkdir(KEPT, { recursive: true });
  const { ok, stderr } = await capture(NPM, [...INSTALL, "--ignore-scripts", "--prefix", KEPT, ...PEER_PACKAGES]);
  if (!ok) throw new UnavailableContenderError(`npm could not install it: ${stderr.trim()}`);
  return `${KEPT}/package.json`;
});

const ownPackage = once(async () => {
  const folder = `${KEPT}/own`;
  await Deno.mkdir(folder, { recursive: true });
  await mustRun(NPM, [...INSTALL, "--prefix", folder, await buildNpm()]);
  return pathToFileURL(`${folder}/node_modules/@polis/democracy/dist/mod.js`).href;
});

const goPrograms = once(async () => {
  if (!await isThere("go")) throw new UnavailableContenderError("there is no Go");
  const args = ["build", "-o", `${KEPT}/`, "./raft", "./memberlist"];
  await Deno.mkdir(KEPT, { recursive: true });
  const { ok, stderr } = await capture("go", args, { cwd: `${ROOT}/scripts/bench/peers/go` });
  if (!ok) throw new UnavailableContenderError(`Go could not build it: ${stderr.trim()}`);
  return KEPT;
});

async function isThere(program: string): Promise<boolean> {
  return (await capture(program, [program === "go" ? "version" : "--version"])).ok;
}

async function wantProgram(program: string): Promise<void> {
  if (!await isThere(program)) throw new UnavailableContenderError(`there is no ${program}`);
}

function inNode(kind: string, settings: object): Program {
  return { program: "node", args: [MEMBER, kind, JSON.stringify(settings)] };
}

function ours(timing: { readonly interval: number; readonly timeout: number }, runtime: "Node" | "Deno"): Contender {
  return {
    name: `this library, ${runtime}`,
    ...timing,
    async prepare({ ports }) {
      if (runtime === "Node") {
        const module = await ownPackage();
        return (index) => inNode("ours", { index, ports, ...timing, module });
      }
      const module = pathToFileURL(`${ROOT}/mod.ts`).href;
      const args = ["run", "--quiet", "--no-check", "--allow-all", NPM_IMPORTS, MEMBER, "ours"];
      return (index) => ({
        program: Deno.execPath(),
        args: [...args, JSON.stringify({ index, ports, ...timing, module })],
      });
    },
  };
}

const DEMOCRACY: Contender = {
  name: "democracy.js 3.1.3",
  ...DEFAULT,
  remark: "a stop is resign() and the end of the process: it cannot be closed",
  async prepare({ ports }) {
    const installed = await packages();
    return (index) => inNode("democracy", { index, ports, ...DEFAULT, packages: installed });
  },
};

const REDLOCK: Contender = {
  name: "redlock, one Redis",
  ...DEFAULT,
  remark: "asks once an interval; the lock lasts a timeout",
  async prepare({ ports: [port], folder, serve }) {
    await wantProgram("redis-server");
    const installed = await packages();
    await serve({
      program: "redis-server",
      args: ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
    });
    return (index) => inNode("redlock", { index, port, ...DEFAULT, packages: installed });
  },
};

/** etcd grants no session of less than two seconds, whatever it is asked for. */
const ETCD_TIMEOUT = 2000;

const ETCD: Contender = {
  name: "etcd election",
  interval: DEFAULT.interval,
  timeout: ETCD_TIMEOUT,
  async prepare({ ports: [client, peer], folder, serve }) {
    await wantProgram("etcd");
    const installed = await packages();
    const [own, other] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
    await serve({
      program: "etcd",
      args: [
        ...["--data-dir", folder, "--listen-client-urls", own, "--advertise-client-urls", own],
        ...[
          "--listen-peer-urls",
          other,
          "--initial-advertise-peer-urls",
          other,
          "--initial-cluster",
          `default=${other}`,
        ],
      ],
    });
    return (index) => inNode("etcd", { index, port: client, timeout: ETCD_TIMEOUT, packages: installed });
  },
};

async function servePostgres({ ports: [port], folder, serve }: Stand): Promise<void> {
  const data = `${folder}/data`;
  await Deno.mkdir(data);
  const isRoot = Deno.uid() === 0;
  if (isRoot) {
    await Deno.chown(folder, NOBODY, NOBODY);
    await Deno.chown(data, NOBODY, NOBODY);
  }
  const humbly = (program: string, args: readonly string[]): Program =>
    isRoot
      ? { program: "setpriv", args: [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", program, ...args] }
      : { program, args };
  const made = humbly("initdb", ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync"]);
  await mustRun(made.program, made.args);
  const listening = ["-p", String(port), "-c", "listen_addresses=127.0.0.1", "-k", folder];
  await serve(humbly("postgres", ["-D", data, ...listening]));
}

const POSTGRES: Contender = {
  name: "Postgres advisory lock",
  ...DEFAULT,
  remark: "asks once an interval; a session that is silent keeps the lock: TCP keep-alive ends it after two hours",
  async prepare(stand) {
    await wantProgram("initdb");
    const installed = await packages();
    await servePostgres(stand);
    return (index) => inNode("postgres", { index, port: stand.ports[0], ...DEFAULT, packages: installed });
  },
};

function inGo(program: "raft" | "memberlist", settings: object): Contender["prepare"] {
  return async ({ ports }) => {
    const folder = await goPrograms();
    return (index) => ({ program: `${folder}/${program}`, args: [JSON.stringify({ index, ports, ...settings })] });
  };
}

const RAFT: Contender = {
  name: "hashicorp/raft, default",
  interval: 500,
  timeout: 1000,
  remark: "nothing on a disk",
  prepare: inGo("raft", { default: true }),
};

const QUICK_RAFT: Contender = {
  name: "hashicorp/raft",
  interval: 5,
  timeout: 50,
  remark: "nothing on a disk",
  prepare: inGo("raft", { timeout: 50 }),
};

const MEMBERLIST: Contender = {
  name: "memberlist",
  ...DEFAULT,
  remark: "elects nobody: the first that is alive counts, on either side of a cut",
  prepare: inGo("memberlist", { interval: DEFAULT.interval }),
};

/** All of them, in the order of the table. */
export const CONTENDERS: readonly Contender[] = [
  ours(DEFAULT, "Node"),
  ours(DEFAULT, "Deno"),
  ours(QUICK, "Node"),
  DEMOCRACY,
  REDLOCK,
  ETCD,
  POSTGRES,
  RAFT,
  QUICK_RAFT,
  MEMBERLIST,
];
