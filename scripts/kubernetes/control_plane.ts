/**
 * A real Kubernetes control plane on the loopback interface: etcd and kube-apiserver, with RBAC and TLS. No kubelet, no
 * controllers: nobody starts pods, and who wants EndpointSlices writes them.
 *
 * Run as a program it makes the programs that are missing, starts the control plane to see that it works, and stops it.
 *
 * @module
 */

import { connect } from "node:net";
import { type Binaries, ensureBinaries } from "./binaries.ts";
import { AdminClient } from "./admin_client.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";

const START_TIMEOUT = 120_000;
const STOP_TIMEOUT = 15_000;

/** A control plane that runs. */
export class ControlPlane {
  /** May do everything. */
  readonly admin: AdminClient;
  /** The port of the API server. */
  readonly port: number;
  readonly certificates: Certificates;
  readonly #folder: string;
  readonly #binaries: Binaries;
  readonly #etcdPort: number;
  #etcd: Deno.ChildProcess | undefined;
  #apiserver: Deno.ChildProcess | undefined;

  private constructor(folder: string, binaries: Binaries, ports: readonly number[], certificates: Certificates) {
    this.#folder = folder;
    this.#binaries = binaries;
    this.#etcdPort = ports[0] ?? 0;
    this.port = ports[2] ?? 0;
    this.certificates = certificates;
    this.admin = new AdminClient(this.port, certificates);
    this.#startEtcd(ports[1] ?? 0);
  }

  /** Starts etcd and kube-apiserver on free ports, and waits until they answer. Throws with their log where they do not. */
  static async start(binaries: Binaries): Promise<ControlPlane> {
    const folder = await Deno.makeTempDir({ prefix: "democracy_control_plane_" });
    const plane = new ControlPlane(folder, binaries, freePorts(3), await makeCertificates(folder));
    try {
      await plane.startApiServer();
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** The URL of the API server. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  #startEtcd(peerPort: number): void {
    const client = `http://127.0.0.1:${this.#etcdPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    this.#etcd = this.#spawn("etcd", this.#binaries.etcd, [
      `--data-dir=${this.#folder}/etcd`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ]);
  }

  /** Starts the API server, for the first time or again, and waits until it answers. */
  async startApiServer(): Promise<void> {
    const { serverCertificate, serverKey, ca, tokenKey } = this.certificates;
    await until(() => answers(this.#etcdPort), "etcd does not answer", () => this.#logOf("etcd"));
    this.#apiserver = this.#spawn("kube-apiserver", this.#binaries.apiserver, [
      `--etcd-servers=http://127.0.0.1:${this.#etcdPort}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=10.96.0.1",
      // The API server would keep its own Endpoints by writing to the store every 10 s.
      "--endpoint-reconciler-type=none",
      // So would its own Lease: here every write is somebody's who is watched.
      "--feature-gates=APIServerIdentity=false",
      `--secure-port=${this.port}`,
      `--tls-cert-file=${serverCertificate}`,
      `--tls-private-key-file=${serverKey}`,
      `--client-ca-file=${ca}`,
      "--authorization-mode=RBAC",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${tokenKey}`,
      `--service-account-signing-key-file=${tokenKey}`,
      "--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112",
      "--shutdown-delay-duration=0s",
      `--cert-dir=${this.#folder}`,
    ]);
    await until(() => this.admin.isReady(), "kube-apiserver does not get ready", () => this.#logOf("kube-apiserver"));
  }

  /** Kills the API server, as a crash of its machine would. The store stays. */
  async stopApiServer(): Promise<void> {
    await end(this.#apiserver, "SIGKILL");
    this.#apiserver = undefined;
  }

  /** Makes the store forget all versions but the newest: a watch from an older one gets 410. */
  async compact(): Promise<void> {
    const call = async (path: string, body: object): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${this.#etcdPort}/v3/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`etcd refuses ${path}: ${text}`);
      return text;
    };
    const { header } = JSON.parse(await call("kv/range", { key: btoa("/") }));
    await call("kv/compaction", { revision: header.revision, physical: true });
  }

  /** Ends both, and removes what they wrote. */
  async stop(): Promise<void> {
    await end(this.#apiserver, "SIGKILL");
    await end(this.#etcd, "SIGKILL");
    await Deno.remove(this.#folder, { recursive: true });
  }

  #spawn(name: string, program: string, args: readonly string[]): Deno.ChildProcess {
    // A shell sends the log to a file: nobody here has to read it to keep the program going.
    const command = new Deno.Command("/bin/sh", {
      args: ["-c", 'log="$1"; shift; exec "$@" >>"$log" 2>&1', "sh", `${this.#folder}/${name}.log`, program, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return command.spawn();
  }

  async #logOf(name: string): Promise<string> {
    const log = await Deno.readTextFile(`${this.#folder}/${name}.log`).catch(() => "");
    return log.split("\n").slice(-20).join("\n");
  }
}

async function end(child: Deno.ChildProcess | undefined, signal: Deno.Signal): Promise<void> {
  if (child === undefined) return;
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, STOP_TIMEOUT));
  await Promise.race([child.status, late]);
  clearTimeout(timer);
}

function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => settle(true));
    socket.on("error", () => settle(false));
  });
}

async function until(
  condition: () => Promise<boolean>,
  complaint: string,
  log: () => Promise<string>,
): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT;
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`${complaint} within ${START_TIMEOUT} ms:\n${await log()}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function main(): Promise<void> {
  const binaries = await ensureBinaries(console.log);
  console.log(`etcd: ${binaries.etcd}\nkube-apiserver: ${binaries.apiserver}`);
  const plane = await ControlPlane.start(binaries);
  try {
    console.log(`kube-apiserver ${await plane.admin.version()} answers at ${plane.url}`);
  } finally {
    await plane.stop();
  }
}

if (import.meta.main) await main();
