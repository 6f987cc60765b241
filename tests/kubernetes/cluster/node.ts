/**
 * A node: containerd, runc and a kubelet in namespaces of networks, mounts and processes of their own. When its first process ends, the
 * kernel ends the others, and all that they have mounted is gone.
 *
 * @module
 */

import { capture, mustRun } from "../../../scripts/harness/process.ts";
import { CONTROL, DNS_SERVICE, nodeAddress, nodeName, podSubnet } from "./addresses.ts";
import { Daemon } from "../../../scripts/kubernetes/daemon.ts";
import { CGROUPS, CNI_FOLDER, CONTROLLERS, type Programs } from "./programs.ts";

/** The image that holds a pod's namespaces. */
export const PAUSE = "registry.example/pause:1";

/** What a node needs to know. */
export interface NodeOptions {
  /** From 1. */
  readonly number: number;
  /** Of its network. */
  readonly namespace: string;
  /** The name of its cgroups. */
  readonly cgroup: string;
  /** The control plane's, with its kubeconfig. */
  readonly control: string;
  /** Its own. */
  readonly folder: string;
  readonly programs: Programs;
}

/** A node that runs. */
export class Node {
  readonly #options: NodeOptions;
  readonly #init: Daemon;
  readonly #socket: string;

  private constructor(options: NodeOptions) {
    this.#options = options;
    this.#socket = socketIn(options.folder);
    this.#init = new Daemon(options.folder, "node", [
      "nsenter",
      `--net=/run/netns/${options.namespace}`,
      ...["unshare", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"],
      ...["sh", `${options.folder}/init.sh`],
    ]);
  }

  /** Starts containerd, imports the images, and starts the kubelet. */
  static async start(options: NodeOptions, images: readonly string[]): Promise<Node> {
    await writeFiles(options);
    await makeCgroups(options.cgroup);
    const node = new Node(options);
    await node.#init.until("containerd answers", async () => (await node.#ctr("version")).ok);
    for (const image of images) {
      const { ok, stderr } = await node.#ctr("images", "import", image);
      if (!ok) throw new Error(`${nodeName(options.number)} cannot import ${image}: ${stderr}`);
    }
    await Deno.writeTextFile(`${options.folder}/imported`, "");
    return node;
  }

  /** Where kubelet has the pods' logs. */
  static logsIn(folder: string): string {
    return `${folder}/pods`;
  }

  /** Kills all processes of a container, as the kernel does when it runs out of memory. */
  async killContainer(id: string): Promise<void> {
    const { ok, stderr } = await this.#ctr("task", "kill", "--all", "--signal", "SIGKILL", id);
    if (!ok) throw new Error(`Cannot kill container ${id}: ${stderr}`);
  }

  /** The mounts and processes are those of the node. */
  async #ctr(...args: readonly string[]) {
    const first = await firstChild(this.#init.pid);
    if (first === undefined) return { ok: false, stderr: "the node has no process yet" };
    const command = ["ctr", "--address", this.#socket, "--namespace", "k8s.io", ...args];
    return await capture("nsenter", [`--target=${first}`, "--mount", "--pid", "--net", ...command], {
      timeout: 60_000,
    });
  }
}

/** Of `unshare`, which is what the daemon has become. */
async function firstChild(pid: number): Promise<number | undefined> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  return Number(text.split(" ")[0]) || undefined;
}

function socketIn(folder: string): string {
  return `${folder}/containerd.sock`;
}

async function writeFiles(options: NodeOptions): Promise<void> {
  const { folder } = options;
  for (const each of [folder, `${folder}/cni`, Node.logsIn(folder), `${folder}/plugins`]) await Deno.mkdir(each);
  const files = {
    "init.sh": initScript(options),
    "containerd.toml": containerdConfig(folder),
    "kubelet.yaml": JSON.stringify(kubeletConfig(options)),
    "resolv.conf": `nameserver ${CONTROL}\n`,
    "cni/pods.conflist": JSON.stringify(cniConfig(options)),
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
}

/** The first process. Nothing that these programs keep beside their own folder may be seen outside. */
function initScript({ number, control, folder, programs }: NodeOptions): string {
  const kubelet = [
    programs.kubelet,
    `--config=${folder}/kubelet.yaml`,
    `--kubeconfig=${control}/${nodeName(number)}.kubeconfig`,
    `--root-dir=${folder}/kubelet`,
    `--cert-dir=${folder}/pki`,
    `--hostname-override=${nodeName(number)}`,
    `--node-ip=${nodeAddress(number)}`,
  ].join(" ");
  return `set -e
for folder in /run /var/lib /var/log; do mount -t tmpfs tmpfs $folder; done
containerd -c ${folder}/containerd.toml >${folder}/containerd.log 2>&1 &
while [ ! -e ${folder}/imported ]; do sleep 0.2; done
${kubelet} >${folder}/kubelet.log 2>&1 &
wait
`;
}

function containerdConfig(folder: string): string {
  const plugin = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${folder}/containerd"
state = "/run/containerd/state"
disabled_plugins = [${
    ["snapshotter.v1.btrfs", "snapshotter.v1.zfs", "snapshotter.v1.devmapper", "snapshotter.v1.aufs", "internal.v1.opt"]
      .map((each) => `"io.containerd.${each}"`).join(", ")
  }]
[grpc]
  address = "${socketIn(folder)}"
[${plugin}]
  sandbox_image = "${PAUSE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [${plugin}.cni]
    bin_dir = "${CNI_FOLDER}"
    conf_dir = "${folder}/cni"
  [${plugin}.containerd]
    default_runtime_name = "runc"
    [${plugin}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [${plugin}.containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

function kubeletConfig({ folder, cgroup, control }: NodeOptions) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${control}/ca.crt` },
    },
    authorization: { mode: "Webhook" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroup}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    failCgroupV1: false,
    makeIPTablesUtilChains: false,
    clusterDNS: [DNS_SERVICE],
    clusterDomain: "cluster.local",
    containerRuntimeEndpoint: `unix://${socketIn(folder)}`,
    evictionHard: { "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: "4s",
    nodeLeaseDurationSeconds: 12,
    resolvConf: `${folder}/resolv.conf`,
    volumePluginDir: `${folder}/plugins`,
    podLogsDir: Node.logsIn(folder),
    localStorageCapacityIsolation: false,
    // Secrets are seen when they change, not once a minute.
    configMapAndSecretChangeDetectionStrategy: "Watch",
    featureGates: { KubeletInUserNamespace: true },
  };
}

function cniConfig({ number, folder }: NodeOptions) {
  const ipam = {
    type: "host-local",
    ranges: [[{ subnet: podSubnet(number) }]],
    routes: [{ dst: "0.0.0.0/0" }],
    dataDir: `${folder}/addresses`,
  };
  return {
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [{ type: "bridge", bridge: "cni0", isGateway: true, ipMasq: false, ipam }],
  };
}

/** Makes the root of the pods' cgroups in each hierarchy. */
async function makeCgroups(name: string): Promise<void> {
  for (const controller of CONTROLLERS) {
    const folder = `${CGROUPS}/${controller}/${name}`;
    await Deno.mkdir(folder, { recursive: true });
    if (controller !== "cpuset") continue;
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      await Deno.writeTextFile(`${folder}/${file}`, await Deno.readTextFile(`${CGROUPS}/cpuset/${file}`));
    }
  }
}

/** Removes them, once nothing runs in them, from all hierarchies there are: a runtime makes them in more than a kubelet needs. */
export async function removeCgroups(name: string): Promise<void> {
  for await (const { name: hierarchy } of Deno.readDir(CGROUPS)) {
    const folder = `${CGROUPS}/${hierarchy}/${name}`;
    if (await Deno.stat(folder).catch(() => undefined) === undefined) continue;
    await mustRun("find", [folder, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"]);
  }
}
